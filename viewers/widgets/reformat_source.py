"""Other planes of a loaded series as a stack for the views: axial, coronal, sagittal, oblique; thick or thin."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from viewers.imaging.geometry import SlicePlane, is_axial
from viewers.imaging.plane_stacks import Orientation, PlaneStack, stack_of
from viewers.imaging.reslice import PlaneImage, Slab, grain_within, images_cut, reslice
from viewers.widgets.derived_source import DerivedSource
from viewers.widgets.volume_source import VolumeSource

OBLIQUE_LABEL = "OBL"

AT_ONCE = 300_000
"""How many values between voxels are made within a step of the screen."""


class ReformatSource(DerivedSource):
    """Planes through the volume of `base`, which may still be loading.

    Parameters
    ----------
    base
        The series.
    stack
        Planes of its volume.
    orientation
        Which planes of the body they are; None for oblique ones.
    slab
        How thick each picture is; None for single planes.
    """

    def __init__(
        self, base: VolumeSource, stack: PlaneStack, orientation: Orientation | None, slab: Slab | None = None
    ) -> None:
        super().__init__(base)
        self.stack, self.orientation, self.slab = stack, orientation, slab
        self._coarse: tuple[object, PlaneImage] | None = None

    @classmethod
    def of(cls, base: VolumeSource, orientation: Orientation, slab: Slab | None = None) -> ReformatSource:
        """The planes of one orientation.

        Raises
        ------
        ImagingError
            The series has no one affine (`viewers.imaging.plane_stacks.why_not_resliced`).
        """
        return cls(base, stack_of(base.volume, orientation), orientation, slab)

    @property
    def label(self) -> str:
        word = OBLIQUE_LABEL if self.orientation is None else self.orientation.value
        return word if self.slab is None else f"{word} {slab_label(self.slab)}"

    @property
    def off_axial(self) -> bool:
        return not is_axial(self.plane(0).normal)

    @property
    def count(self) -> int:
        return self.stack.count

    @property
    def rows(self) -> int:
        return self.stack.rows

    @property
    def columns(self) -> int:
        return self.stack.columns

    def plane(self, k: int) -> SlicePlane:
        return self.stack.plane(k)

    def ready(self, k: int) -> bool:
        return self.read_of(k)[0] > 0

    def read_of(self, k: int) -> tuple[int, int]:
        cut = images_cut(self.base.volume, self.stack, k, self.slab)
        return int(self.base.volume.loaded[cut].sum()), len(cut)

    def at_once(self, k: int) -> PlaneImage:
        if not self.is_coarse(k):
            return self._image(k)
        key = (k, self._read())
        if self._coarse is None or self._coarse[0] != key:
            grain = self._grain(k)
            self._coarse = key, self._made_or_empty(lambda: reslice(self.base.volume, self.stack, k, self.slab, grain))
        return self._coarse[1]

    def is_coarse(self, k: int) -> bool:
        return self._grain(k) > 1 and not self.crashed and not self._made(k)

    def value_at(self, k: int, row: int, column: int) -> float:
        if not self.is_coarse(k):
            return super().value_at(k, row, column)
        first = replace(self.stack.first, origin=self.stack.first.to_world(column, row))
        stack = replace(self.stack, first=first, rows=1, columns=1)
        one = self._made_or_empty(lambda: reslice(self.base.volume, stack, k, self.slab))
        return float("nan") if one.outside is not None else float(one.pixels[0, 0])

    def _grain(self, k: int) -> int:
        return grain_within(self.stack, k, self.slab, AT_ONCE)

    def _picture(self, k: int, cancelled: Callable[[], bool] | None = None) -> PlaneImage:
        return reslice(self.base.volume, self.stack, k, self.slab, cancelled=cancelled)

    def _read(self) -> object:
        volume = self.base.volume
        return id(volume), int(volume.loaded.sum())


def slab_label(slab: Slab) -> str:
    """``MIP 10 mm``."""
    return f"{slab.projection.value} {slab.thickness_mm:g} mm"
