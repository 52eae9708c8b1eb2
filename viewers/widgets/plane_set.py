"""Planes of one series about one place: axial, coronal, sagittal and oblique, thick or thin. No Qt."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from types import MappingProxyType

from viewers.imaging.geometry import along, cross, dot
from viewers.imaging.plane_stacks import Orientation, PlaneStack, oblique_stack, stack_of, stood
from viewers.imaging.reslice import Slab
from viewers.tools.events import Point
from viewers.widgets.crosshair import Crosshair, Cut
from viewers.widgets.reformat_source import ReformatSource
from viewers.widgets.source import ImageSource
from viewers.widgets.volume_source import VolumeSource

ON_PLANE_MM = 0.01
_PARALLEL_SINE = math.sin(math.radians(2.0))
_AS_ACQUIRED = ((0, 1), (1, 1), (2, 1))


class PlaneName(StrEnum):
    """The planes of a set."""

    AXIAL = "axial"
    CORONAL = "coronal"
    SAGITTAL = "sagittal"
    OBLIQUE = "oblique"


_ORIENTATIONS = {
    PlaneName.AXIAL: Orientation.AXIAL,
    PlaneName.CORONAL: Orientation.CORONAL,
    PlaneName.SAGITTAL: Orientation.SAGITTAL,
}


@dataclass(frozen=True, slots=True)
class _Shown:
    stack: PlaneStack
    source: ImageSource


@dataclass(frozen=True, slots=True, eq=False)
class PlaneSet:
    """Four planes through one place of a series. It never changes: each step gives a new set.

    What a step does not touch stays the same source, so that a view that already shows it is left alone:

    >>> planes = PlaneSet.of(loaded_series)                               # doctest: +SKIP
    >>> for name, view in zip(PlaneName, grid.views):                     # doctest: +SKIP
    ...     view.set_source(planes.source(name), planes.index(name))
    >>> planes = planes.moved(point)               # a view told `localised`; planes.turned(...) for `plane_turned`
    >>> for name, view in zip(PlaneName, grid.views):                     # doctest: +SKIP
    ...     if view.source is not planes.source(name):
    ...         view.swap_source(planes.source(name), planes.index(name), keep=planes.place)
    ...     view.set_index(planes.index(name))
    ...     view.set_crosshair(planes.crosshair(name))

    Parameters
    ----------
    base
        The series; it may still be loading.
    place
        Where the planes meet, LPS mm.
    tilt
        The normal of the oblique plane, a unit vector.
    slab
        How thick the planes are; None for single ones.
    """

    base: VolumeSource
    place: Point
    tilt: Point
    slab: Slab | None = None
    shown: Mapping[PlaneName, _Shown] = field(default_factory=dict)

    @classmethod
    def of(cls, base: VolumeSource, place: Point | None = None, slab: Slab | None = None) -> PlaneSet:
        """The planes about a place, or about the middle of the volume.

        Raises
        ------
        ImagingError
            The series has no one affine (`viewers.imaging.plane_stacks.why_not_resliced`).
        """
        stacks = {name: stack_of(base.volume, orientation) for name, orientation in _ORIENTATIONS.items()}
        if place is None:
            stack = stacks[PlaneName.AXIAL]
            place = stack.plane(stack.count // 2).to_world((stack.columns - 1) / 2, (stack.rows - 1) / 2)
        shown = {name: _shown(base, name, stack, slab) for name, stack in stacks.items()}
        return cls(base, place, _first_tilt(stacks), slab, MappingProxyType(shown))._with_oblique()

    def source(self, name: PlaneName) -> ImageSource:
        """What a view of that plane shows. The images as acquired, where they are the axial planes and thin."""
        return self.shown[name].source

    def index(self, name: PlaneName) -> int:
        """Which image of that source is nearest to the place."""
        return self.shown[name].stack.nearest(self.place)

    def moved(self, place: Point) -> PlaneSet:
        """The planes about another place, LPS mm."""
        there = replace(self, place=place)
        on_a_plane = self.shown[PlaneName.OBLIQUE].stack.off_mm(place) <= ON_PLANE_MM
        return there if on_a_plane else there._with_oblique()

    def at_index(self, name: PlaneName, index: int) -> PlaneSet:
        """The planes about the place moved straight onto another image of a plane, as when a view was scrolled."""
        plane = self.shown[name].stack.plane(index)
        return self.moved(along(self.place, plane.normal, -plane.distance_mm(self.place)))

    def turned(self, normal: Point, direction: Point) -> PlaneSet:
        """The oblique plane turned about an axis through the place, the other planes as they are.

        Parameters
        ----------
        normal
            The axis: the normal of the image on which the line of the oblique plane was turned, a unit vector.
        direction
            How that line runs now, a unit vector in the image.
        """
        lean = dot(self.tilt, normal)
        before = along(self.tilt, normal, -lean)
        across = cross(direction, normal)
        if dot(across, before) < 0:
            across = along((0.0, 0.0, 0.0), across, -1.0)
        tilt = along(along((0.0, 0.0, 0.0), normal, lean), across, math.hypot(*before))
        return replace(self, tilt=along((0.0, 0.0, 0.0), tilt, 1.0 / math.hypot(*tilt)))._with_oblique()

    def straightened(self) -> PlaneSet:
        """The oblique plane as it was at first."""
        stacks = {name: self.shown[name].stack for name in _ORIENTATIONS}
        return replace(self, tilt=_first_tilt(stacks))._with_oblique()

    def with_slab(self, slab: Slab | None) -> PlaneSet:
        """The same planes, thicker or thinner."""
        if slab == self.slab:
            return self
        shown = {name: _shown(self.base, name, one.stack, slab) for name, one in self.shown.items()}
        return replace(self, slab=slab, shown=MappingProxyType(shown))

    def oblique_line(self, normal: Point) -> Point | None:
        """How the oblique plane cuts an image with this normal, a unit vector; None where they are parallel."""
        way = cross(self.shown[PlaneName.OBLIQUE].stack.first.normal, normal)
        length = math.hypot(*way)
        return along((0.0, 0.0, 0.0), way, 1.0 / length) if length > _PARALLEL_SINE else None

    def crosshair(self, name: PlaneName) -> Crosshair:
        """The place and the lines of the other planes, for the view of one plane."""
        normal = self.shown[name].stack.first.normal
        cuts = []
        for other, one in self.shown.items():
            way = cross(one.stack.first.normal, normal)
            length = math.hypot(*way)
            if other is not name and length > _PARALLEL_SINE:
                direction = along((0.0, 0.0, 0.0), way, 1.0 / length)
                cuts.append(Cut(_word(other), direction, turnable=other is PlaneName.OBLIQUE))
        return Crosshair(self.place, tuple(cuts))

    def _with_oblique(self) -> PlaneSet:
        stack = oblique_stack(self.base.volume, *stood(self.tilt), self.place)
        oblique = _shown(self.base, PlaneName.OBLIQUE, stack, self.slab)
        return replace(self, shown=MappingProxyType({**self.shown, PlaneName.OBLIQUE: oblique}))


def _shown(base: VolumeSource, name: PlaneName, stack: PlaneStack, slab: Slab | None) -> _Shown:
    if name is PlaneName.AXIAL and slab is None and stack.voxels == _AS_ACQUIRED:
        return _Shown(stack, base)
    return _Shown(stack, ReformatSource(base, stack, _ORIENTATIONS.get(name), slab))


def _word(name: PlaneName) -> str:
    return _ORIENTATIONS[name].value if name in _ORIENTATIONS else "OBL"


def _first_tilt(stacks: Mapping[PlaneName, PlaneStack]) -> Point:
    """Half way between coronal and sagittal, so that its line is seen at once on the axial plane."""
    coronal, sagittal = (stacks[name].first.normal for name in (PlaneName.CORONAL, PlaneName.SAGITTAL))
    tilt = along(coronal, sagittal, 1.0)
    return along((0.0, 0.0, 0.0), tilt, 1.0 / math.hypot(*tilt))
