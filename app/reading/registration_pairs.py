"""Which series of two exams are registered with each other, and the registration as a link of views. Pure; no Qt."""

from __future__ import annotations

from collections.abc import Container, Iterable
from dataclasses import dataclass, replace
from itertools import combinations
from typing import TYPE_CHECKING

from app.reading.body_parts import Part, usual_part
from app.reading.hanging import Tile
from app.reading.series_kinds import is_chest, shows_liver
from app.state.record import Record, SeriesRef
from mrecist.values import Point, Region

if TYPE_CHECKING:
    from viewers.imaging.registration import Registration

_BEST_FIRST = ("portal_venous", "delayed", "arterial", "hepatobiliary", "pre")
"""Phases in which the liver stands out best from what is around it come first."""


_STILL = {Part.LUNGS: Part.TRUNK, Part.LIVER: Part.SPINE}


@dataclass(frozen=True, slots=True)
class PairKey:
    """Two frames of reference, the earlier exam's first, and what is looked at."""

    first: str
    second: str
    part: Part


@dataclass(frozen=True, slots=True)
class WantedPair:
    """Two series to register, the earlier exam's first; `visits` are the names of their time points.

    `sure` says that both are known to show the region: that they cannot be registered for it is told then, and only
    then.
    """

    key: PairKey
    first_uid: str
    second_uid: str
    visits: tuple[str, str]
    sure: bool = True

    @property
    def exams(self) -> str:
        """The two in words."""
        first, second = self.visits
        return f"{first} and {second}" if first != second else f"CT and MR of {first}"


@dataclass(frozen=True, slots=True)
class Registered:
    """A registration between two frames of reference; `forward` leads from the earlier exam to the later one.

    `part` is what was registered; `elsewhere`: what is looked at is another part, of which its quality tells nothing.
    """

    registration: Registration
    forward: bool = True
    part: Part = Part.LIVER
    elsewhere: bool = False

    @property
    def failed(self) -> bool:
        """Whether it links nothing."""
        return self.registration.quality.status == "failed"

    def carry(self, point: Point) -> Point:
        """A place of the one as a place of the other (LPS mm)."""
        if self.forward:
            return self.registration.carry(point)
        found = self.registration.back(point)
        if found is None:  # the refinement has no inverse there: the rigid motion always has
            found = replace(self.registration, field=None).back(point)
        assert found is not None
        return found

    def reversed(self) -> Registered:
        """The way back."""
        return replace(self, forward=not self.forward)


def regions_of(ref: SeriesRef) -> tuple[Region, ...]:
    """What a series may show, the likelier first: the liver, what is outside it, or both.

    One with a liver phase shows the liver. Of one without, the description says; where it says nothing, or names chest
    and abdomen, both may be on it: that the phase is not known is no sign of another place.
    """
    shown = shows_liver(ref)
    if shown is None:
        return (Region.EXTRAHEPATIC, Region.INTRAHEPATIC) if is_chest(ref) else tuple(Region)
    return (Region.INTRAHEPATIC,) if shown else (Region.EXTRAHEPATIC,)


def pairs_wanted(record: Record, tiles: Iterable[Tile], parts: Container[Part] = ()) -> tuple[WantedPair, ...]:
    """The pairs that what hangs calls for: each two exams that hang, for the liver and for the lungs apart.

    Two exams are of two time points, or CT and MR of one.

    Of several series of one exam those of the same phase are paired, the phase in which the liver stands out best
    first, of one modality rather than of two, and those known to show the region before others. Series of one frame of
    reference need no registration. CT and MR are registered with each other for the liver alone. Where `parts` name
    what breath does not move, two CT of the lungs are registered for the trunk too, and two of the liver for the spine.
    """
    hung: dict[tuple[str, Region], dict[str, SeriesRef]] = {}
    order = {visit.id: n for n, visit in enumerate(record.visits)}
    visits: dict[str, str] = {}
    for tile in tiles:
        ref = record.series_ref(tile.series_uid) if tile.series_uid else None
        if ref is None or not ref.frame_of_reference_uid or tile.visit_id not in order:
            continue
        visits.setdefault(ref.frame_of_reference_uid, tile.visit_id)
        for region in regions_of(ref):
            hung.setdefault((ref.frame_of_reference_uid, region), {})[ref.uid] = ref
    found = []
    for region in Region:
        frames = sorted((f for f, r in hung if r is region), key=lambda frame: order[visits[frame]])
        for first, second in combinations(frames, 2):
            pair = _best(hung[first, region].values(), hung[second, region].values(), region)
            if pair is not None and (visits[first] != visits[second] or pair[0].modality != pair[1].modality):
                names = visits[first], visits[second]
                key, sure = PairKey(first, second, usual_part(region)), not _doubts(pair)
                found.append(WantedPair(key, pair[0].uid, pair[1].uid, names, sure))
    still = []
    for organ in found:
        part = _STILL[organ.key.part]
        refs = (record.series_ref(organ.first_uid), record.series_ref(organ.second_uid))
        if part in parts and all(ref is not None and ref.modality == "CT" for ref in refs):
            still.append(replace(organ, key=replace(organ.key, part=part), sure=False))
    return (*found, *still)


def _best(
    first: Iterable[SeriesRef], second: Iterable[SeriesRef], region: Region
) -> tuple[SeriesRef, SeriesRef] | None:
    across = region is Region.INTRAHEPATIC
    pairs = [(a, b) for a in first for b in second if a.modality == b.modality or (across and _of_liver(a, b))]
    return min(
        pairs,
        key=lambda pair: (
            pair[0].modality != pair[1].modality,
            _doubts(pair),
            pair[0].phase is None or pair[0].phase != pair[1].phase,
            _rank(pair[0]) + _rank(pair[1]),
        ),
        default=None,
    )


def _doubts(pair: Iterable[SeriesRef]) -> int:
    """How many of the two may show something else."""
    return sum(len(regions_of(ref)) > 1 for ref in pair)


def _of_liver(*refs: SeriesRef) -> bool:
    return all(ref.modality in ("CT", "MR") for ref in refs)


def _rank(ref: SeriesRef) -> int:
    return _BEST_FIRST.index(ref.phase) if ref.phase in _BEST_FIRST else len(_BEST_FIRST)
