"""Which series hangs where: stages filled by phase and time point. Pure; no Qt.

A missing phase is a tile that says so, never another series in its place.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from app.reading.series_kinds import Kind, b_value_of, is_chest, is_for_bone, is_for_lung, kind_of
from app.reading.stages import LAYOUTS, TILES, Derivation, Stage, Wanted, When
from app.state.record import Record, SeriesRef, Visit
from viewers.imaging.catalogue import SURE_PHASE, PhaseName
from viewers.tools.layout import FOUR, ONE, TWO, Layout

PHASE_LETTERS = {
    PhaseName.PRE: "PRE",
    PhaseName.ARTERIAL: "AP",
    PhaseName.PORTAL_VENOUS: "PVP",
    PhaseName.DELAYED: "DP",
    PhaseName.TRANSITIONAL: "TP",
    PhaseName.HEPATOBILIARY: "HBP",
}
PHASE_WORDS = {
    PhaseName.PRE: "Pre-contrast phase",
    PhaseName.ARTERIAL: "Arterial phase",
    PhaseName.PORTAL_VENOUS: "Portal venous phase",
    PhaseName.DELAYED: "Delayed phase",
    PhaseName.TRANSITIONAL: "Transitional phase",
    PhaseName.HEPATOBILIARY: "Hepatobiliary phase",
}
_KIND_WORDS = {
    Kind.CHEST: "Chest",
    Kind.DIFFUSION: "Diffusion with a high b value",
    Kind.ADC: "ADC map",
    Kind.T2: "T2-weighted series",
}
_LATE = "Transitional, hepatobiliary or delayed phase"
_NO_NADIR = "Nadir not known: the liver has no sum at an earlier time point"
_REFORMAT = re.compile(r"(?<![a-z])(?:cor(?:onal)?|sag(?:ittal)?|mpr)(?![a-z])|관상면|시상면|冠状|矢状", re.IGNORECASE)
_BONE_PRESET, _LUNG_PRESET, _ABDOMEN_PRESET = 7, 5, 1

_NOT_READ: Mapping[str, str] = MappingProxyType({})

BValue = Callable[[str], int | None]
"""The b value of a series by its uid, as its files tell it; None where they do not."""


@dataclass(frozen=True, slots=True)
class Tile:
    """One place in the grid. Without a series, `missing` says what would hang here.

    Parameters
    ----------
    preset
        The number of the window preset it opens with (1-9), None for the series' own.
    role
        What its time point is to the one that is read: ``prior``, ``baseline · nadir``; may be empty.
    derivation
        What is computed from the series to be shown, None for its images as they were acquired.
    minus_uid
        The series that a subtraction takes off.
    """

    visit_id: str | None
    series_uid: str | None
    missing: str = ""
    preset: int | None = None
    role: str = ""
    derivation: Derivation | None = None
    minus_uid: str = ""

    @property
    def uids(self) -> tuple[str, ...]:
        """All series that the tile needs."""
        return tuple(uid for uid in (self.series_uid, self.minus_uid) if uid)


@dataclass(frozen=True, slots=True)
class Hanging:
    stage: Stage
    layout: Layout
    tiles: tuple[Tile, ...]


@dataclass(frozen=True, slots=True)
class Times:
    """The time points a stage may show; `prior` is the one that the current is compared with."""

    current: Visit
    prior: Visit | None = None
    baseline: Visit | None = None
    nadir: Visit | None = None

    def at(self, when: When) -> Visit | None:
        return {
            When.CURRENT: self.current,
            When.PRIOR: self.prior,
            When.BASELINE: self.baseline,
            When.NADIR: self.nadir,
        }[when]

    def roles(self, visit: Visit | None) -> str:
        """What a time point is to the current one, in words."""
        if visit is None or visit == self.current:
            return When.CURRENT.value
        return " · ".join(when.value for when in (When.BASELINE, When.NADIR, When.PRIOR) if self.at(when) == visit)


def phase_label(ref: SeriesRef) -> str:
    """The letters of a series' chip: its phase, what else it shows, or its modality."""
    if ref.phase is not None:
        return PHASE_LETTERS[PhaseName(ref.phase)]
    kind = kind_of(ref)
    if kind is Kind.DIFFUSION and (b_value := b_value_of(ref)) is not None:
        return f"{kind} b{b_value}"
    return kind.value if kind else ref.modality


def stages(record: Record, visit: Visit | None) -> tuple[Stage, ...]:
    """The stages that this time point has images for, in the order in which Space steps through them."""
    if visit is None:
        return ()
    refs = _refs(record, visit)
    phases = {ref.phase for ref in refs if ref.phase}
    later = prior_visit(record, visit) is not None
    chest = any(is_chest(ref) for ref in refs)
    has = {
        Stage.PHASES: bool(phases),
        Stage.PRIOR_CURRENT: bool(phases) and later,
        Stage.ENHANCEMENT: PhaseName.ARTERIAL in phases and (PhaseName.PRE in phases or later),
        Stage.STRIP: bool(phases) and later,
        Stage.MR: any(ref.modality == "MR" and (ref.phase or kind_of(ref)) for ref in refs),
        Stage.CHEST: chest or any(is_for_bone(ref) for ref in refs),
        Stage.EVIDENCE: bool(phases) and later and chest,
        Stage.SINGLE: bool(refs),
    }
    return tuple(stage for stage, offered in has.items() if offered)


def usual_stage(record: Record, visit: Visit, offered: tuple[Stage, ...]) -> Stage:
    """What hangs first: the prior beside the current, else the phases; the sequences where all there is is MR."""
    if Stage.PRIOR_CURRENT in offered:
        return Stage.PRIOR_CURRENT
    modalities = {ref.modality for ref in _refs(record, visit)}
    return Stage.MR if Stage.MR in offered and "CT" not in modalities else offered[0]


def prior_visit(record: Record, visit: Visit) -> Visit | None:
    """The time point before this one."""
    earlier = [v for v in record.visits if v.on < visit.on]
    return max(earlier, key=lambda v: v.on) if earlier else None


def hang(
    record: Record,
    stage: Stage,
    times: Times,
    b_value: BValue = lambda _uid: None,
    liver_on: Mapping[str, str] = _NOT_READ,
) -> Hanging:
    """Fill a stage with the series of its time points.

    `liver_on` is the modality on which the liver was read, by time point: it hangs, since the lines are on it. One that
    is not read yet hangs as CT, where it has phases; an earlier one then as the current.
    """
    if stage is Stage.SINGLE:
        refs = _refs(record, times.current)
        best = max(refs, key=lambda ref: (ref.measurable, ref.volume_ok, ref.images), default=None)
        tile = Tile(times.current.id, best.uid if best else None, preset=preset_of(best))
        return Hanging(stage, LAYOUTS[stage], (tile,))
    several = len({wanted.when for wanted in TILES[stage]}) > 1 and times.prior is not None
    usual = _modality(_refs(record, times.current))
    like = usual if stage is Stage.PHASES else liver_on.get(times.current.id, usual)
    tiles: dict[tuple[str | None, Wanted], Tile] = {}
    for wanted in TILES[stage]:
        visit = times.at(wanted.when)
        if visit is None and wanted.when is When.PRIOR and wanted.optional:
            continue
        key = (visit.id if visit else None, wanted.anyone)
        if key not in tiles:  # the nadir may be the prior, or the baseline: one tile, named by both
            role = times.roles(visit) if several else ""
            read_on = like if visit is None or visit == times.current else liver_on.get(visit.id, like)
            tiles[key] = _Asked(wanted, visit, role, read_on).tile(record, stage, b_value)
    return Hanging(stage, _room_for(len(tiles), LAYOUTS[stage]), tuple(tiles.values()))


def preset_of(ref: SeriesRef | None) -> int | None:
    """The window a CT series opens with: liver windows by phase, lung for the chest, abdomen otherwise."""
    if ref is None or ref.modality != "CT":
        return None
    by_phase = {PhaseName.PRE: 2, PhaseName.ARTERIAL: 3, PhaseName.PORTAL_VENOUS: 4, PhaseName.DELAYED: 4}
    if ref.phase is not None:
        return by_phase.get(PhaseName(ref.phase), _ABDOMEN_PRESET)
    return _LUNG_PRESET if is_chest(ref) else _ABDOMEN_PRESET


def _refs(record: Record, visit: Visit) -> list[SeriesRef]:
    return [ref for uid in visit.series if (ref := record.series_ref(uid)) is not None]


def _modality(refs: list[SeriesRef]) -> str:
    """What the phases of a time point are read on: CT where it has some."""
    return "CT" if any(ref.modality == "CT" and ref.phase for ref in refs) else "MR"


def _room_for(tiles: int, layout: Layout) -> Layout:
    """The layout of a stage, or a smaller one for fewer tiles than it has room for."""
    return (
        layout if tiles == layout.count else {1: ONE, 2: TWO, 3: Layout(1, 3, loose=True), 4: FOUR}.get(tiles, layout)
    )


@dataclass(frozen=True, slots=True)
class _Asked:
    """One tile of a stage: what it asks for, of which time point, and which modality comes first."""

    wanted: Wanted
    visit: Visit | None
    role: str
    like: str

    def tile(self, record: Record, stage: Stage, b_value: BValue) -> Tile:
        wanted, visit = self.wanted, self.visit
        if visit is None:
            return Tile(None, None, _NO_NADIR if wanted.when is When.NADIR else "No earlier time point")
        refs = _refs(record, visit)
        if wanted.kind is Kind.CHEST:
            return self._of(_best_chest(refs, wanted.preset), "Chest", wanted.preset)
        if stage in (Stage.PHASES, Stage.MR):
            refs = [ref for ref in refs if ref.modality == ("MR" if stage is Stage.MR else self.like)]
        if wanted.kind is not None:
            return self._of(_best_of_kind(refs, wanted.kind, b_value), _KIND_WORDS[wanted.kind], None)
        if wanted.derivation is Derivation.SUBTRACTION:
            return self._subtraction(refs, visit)
        best = best_of_phases(refs, wanted.phases, self.like)
        words = PHASE_WORDS[wanted.phases[0]] if len(wanted.phases) == 1 else _LATE
        return self._of(best, words, preset_of(best))

    def _of(self, ref: SeriesRef | None, words: str, preset: int | None) -> Tile:
        """A tile with a series, or the grey one that says what is missing."""
        assert self.visit is not None
        if ref is None:
            return Tile(self.visit.id, None, f"{words} missing at {self.visit.id}", role=self.role)
        return Tile(self.visit.id, ref.uid, preset=preset, role=self.role)

    def _subtraction(self, refs: list[SeriesRef], visit: Visit) -> Tile:
        """The arterial phase minus the pre-contrast phase, where both were taken in one position."""
        arterial = best_of_phases(refs, (PhaseName.ARTERIAL,), self.like)
        pre = best_of_phases(refs, (PhaseName.PRE,), self.like)
        lacking = PhaseName.ARTERIAL if arterial is None else PhaseName.PRE
        why = ""
        if arterial is None or pre is None:
            words = PHASE_WORDS[lacking]
            why = f"{words[0].lower()}{words[1:]} missing"
        elif arterial.modality != pre.modality:
            why = f"arterial phase is {arterial.modality}, pre-contrast phase {pre.modality}"
        elif not arterial.frame_of_reference_uid or arterial.frame_of_reference_uid != pre.frame_of_reference_uid:
            why = "arterial and pre-contrast phase do not share a frame of reference"
        else:
            made = Derivation.SUBTRACTION
            return Tile(visit.id, arterial.uid, role=self.role, derivation=made, minus_uid=pre.uid)
        return Tile(visit.id, None, f"No subtraction at {visit.id}: {why}", role=self.role)


def best_of_phases(refs: list[SeriesRef], phases: tuple[PhaseName, ...], like: str) -> SeriesRef | None:
    """The best series of the first of `phases` that there is.

    A phase that is only guessed, or a reformat, hangs after the others.
    """

    def worth(ref: SeriesRef) -> tuple[bool, bool, bool, bool, bool, int]:
        sure = bool(ref.phase_corrected_by) or ref.phase_confidence >= SURE_PHASE
        plain = not _REFORMAT.search(ref.description)
        return ref.measurable, ref.modality == like, sure, plain, ref.volume_ok, ref.images

    there = (max((ref for ref in refs if ref.phase == phase), key=worth, default=None) for phase in phases)
    return next((ref for ref in there if ref is not None), None)


def _best_of_kind(refs: list[SeriesRef], kind: Kind, b_value: BValue) -> SeriesRef | None:
    """The best series of a kind; of diffusion the one with the highest b value."""

    def worth(ref: SeriesRef) -> tuple[bool, int, bool, int]:
        strength = (b_value(ref.uid) or b_value_of(ref) or 0) if kind is Kind.DIFFUSION else 0
        return ref.measurable, strength, not _REFORMAT.search(ref.description), ref.images

    return max((ref for ref in refs if kind_of(ref) is kind), key=worth, default=None)


def _best_chest(refs: list[SeriesRef], preset: int | None) -> SeriesRef | None:
    """A series of the chest, first one that was made for lung, or for bone, where the window asks for that."""

    def worth(ref: SeriesRef) -> tuple[bool, bool, bool, bool, int]:
        made_for = is_for_bone(ref) if preset == _BONE_PRESET else is_for_lung(ref) == (preset == _LUNG_PRESET)
        return ref.measurable, made_for, not _REFORMAT.search(ref.description), ref.volume_ok, ref.images

    shown = (ref for ref in refs if is_chest(ref) or (preset == _BONE_PRESET and is_for_bone(ref)))
    return max(shown, key=worth, default=None)
