"""Which series hangs where: stages filled by phase and time point. Pure; no Qt.

A missing phase is a tile that says so, never another series in its place.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from app.state.record import Record, SeriesRef, Visit
from viewers.imaging.catalogue import SURE_PHASE, PhaseName

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
_CHEST = re.compile(r"chest|thora|lung|흉부|폐", re.IGNORECASE)
_REFORMAT = re.compile(r"(?<![a-z])(?:cor(?:onal)?|sag(?:ittal)?|mpr)(?![a-z])|관상면|시상면|冠状|矢状", re.IGNORECASE)


class Stage(StrEnum):
    """A hanging of the images; the value is its name in the tool bar."""

    PHASES = "S1 · 2 × 2 phases"
    PRIOR_CURRENT = "S2 · prior | current"
    EVIDENCE = "S4 · evidence"
    CHEST = "S6 · chest"
    SINGLE = "Series"


@dataclass(frozen=True, slots=True)
class Tile:
    """One place in the grid. Without a series, `missing` says what would hang here.

    `preset` is the number of the window preset it opens with (1-9), None for the series' own.
    """

    visit_id: str | None
    series_uid: str | None
    missing: str = ""
    preset: int | None = None


@dataclass(frozen=True, slots=True)
class Hanging:
    stage: Stage
    columns: int
    tiles: tuple[Tile, ...]


def is_chest(ref: SeriesRef) -> bool:
    """Whether a series shows the chest, by its description; a series with a liver phase never does."""
    return ref.phase is None and bool(_CHEST.search(ref.description))


def phase_label(ref: SeriesRef) -> str:
    """The letters of a series' chip: its phase, CHEST, or its modality."""
    if ref.phase is not None:
        return PHASE_LETTERS[PhaseName(ref.phase)]
    return "CHEST" if is_chest(ref) else ref.modality


def stages(record: Record, visit: Visit | None) -> tuple[Stage, ...]:
    """The stages that this time point has images for, in the order in which Space steps through them."""
    if visit is None:
        return ()
    refs = _refs(record, visit)
    offered = []
    if any(ref.phase for ref in refs):
        offered.append(Stage.PHASES)
        if prior_visit(record, visit) is not None:
            offered.append(Stage.PRIOR_CURRENT)
    if any(is_chest(ref) for ref in refs):
        if Stage.PRIOR_CURRENT in offered:
            offered.append(Stage.EVIDENCE)
        offered.append(Stage.CHEST)
    if refs:
        offered.append(Stage.SINGLE)
    return tuple(offered)


def prior_visit(record: Record, visit: Visit) -> Visit | None:
    """The time point before this one."""
    earlier = [v for v in record.visits if v.on < visit.on]
    return max(earlier, key=lambda v: v.on) if earlier else None


def hang(record: Record, stage: Stage, current: Visit, compared: Visit | None) -> Hanging:
    """Fill a stage with the series of the current and the compared time point."""
    match stage:
        case Stage.PHASES:
            order = (PhaseName.PRE, PhaseName.ARTERIAL, PhaseName.PORTAL_VENOUS, PhaseName.DELAYED)
            return Hanging(stage, 2, tuple(_phase_tile(record, current, phase) for phase in order))
        case Stage.PRIOR_CURRENT:
            rows = (PhaseName.ARTERIAL, PhaseName.PORTAL_VENOUS)
            visits = (compared or current, current)
            return Hanging(stage, 2, tuple(_phase_tile(record, visit, phase) for phase in rows for visit in visits))
        case Stage.CHEST:
            shown = (current,) if compared is None else (compared, current)
            tiles = tuple(_chest_tile(record, visit, preset) for preset in (5, 6) for visit in shown)
            return Hanging(stage, 2, tiles)
        case Stage.EVIDENCE:
            visits = (compared or current, current)
            arterial = tuple(_phase_tile(record, visit, PhaseName.ARTERIAL) for visit in visits)
            return Hanging(stage, 2, arterial + tuple(_chest_tile(record, visit, 5) for visit in visits))
        case Stage.SINGLE:
            refs = _refs(record, current)
            best = max(refs, key=lambda ref: (ref.measurable, ref.volume_ok, ref.images), default=None)
            return Hanging(stage, 1, (Tile(current.id, best.uid if best else None, preset=_preset(best)),))


def _refs(record: Record, visit: Visit) -> list[SeriesRef]:
    return [ref for uid in visit.series if (ref := record.series_ref(uid)) is not None]


def _phase_tile(record: Record, visit: Visit, phase: PhaseName) -> Tile:
    refs = [ref for ref in _refs(record, visit) if ref.phase == phase]
    best = max(refs, key=_fitness, default=None)
    if best is None:
        return Tile(visit.id, None, f"{PHASE_WORDS[phase]} missing at {visit.id}")
    return Tile(visit.id, best.uid, preset=_preset(best))


def _fitness(ref: SeriesRef) -> tuple[bool, bool, bool, bool, int]:
    """What decides between series of one phase: a phase that is only guessed, or a reformat, hangs after the others."""
    sure = bool(ref.phase_corrected_by) or ref.phase_confidence >= SURE_PHASE
    return ref.measurable, sure, not _REFORMAT.search(ref.description), ref.volume_ok, ref.images


def _chest_tile(record: Record, visit: Visit, preset: int) -> Tile:
    refs = [ref for ref in _refs(record, visit) if is_chest(ref)]
    best = max(refs, key=lambda ref: (ref.measurable, ref.volume_ok, ref.images), default=None)
    if best is None:
        return Tile(visit.id, None, f"Chest missing at {visit.id}")
    return Tile(visit.id, best.uid, preset=preset)


def _preset(ref: SeriesRef | None) -> int | None:
    """The window a CT series opens with: liver windows by phase, lung for the chest, abdomen otherwise."""
    if ref is None or ref.modality != "CT":
        return None
    by_phase = {PhaseName.PRE: 2, PhaseName.ARTERIAL: 3, PhaseName.PORTAL_VENOUS: 4, PhaseName.DELAYED: 4}
    if ref.phase is not None:
        return by_phase.get(PhaseName(ref.phase), 1)
    return 5 if is_chest(ref) else 1
