"""The hanging stages as a table: which tiles each has, in reading order, and how they stand. Pure; no Qt."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from types import MappingProxyType

from app.reading.series_kinds import Kind
from viewers.imaging.catalogue import PhaseName
from viewers.tools.layout import FOUR, ONE, Layout


class Stage(StrEnum):
    """A hanging of the images; the value is its name in the tool bar."""

    PHASES = "S1 · contrast phases"
    PRIOR_CURRENT = "S2 · prior | current"
    ENHANCEMENT = "S3 · arterial large, subtraction"
    STRIP = "S4 · arterial over time"
    MR = "S5 · MR sequences"
    CHEST = "S6 · chest and bone"
    EVIDENCE = "Evidence of the decision"
    PLANES = "Planes (MPR)"
    SINGLE = "One series"


class When(StrEnum):
    """Which time point a tile shows; the value is the word in its corner."""

    CURRENT = "current"
    PRIOR = "prior"
    BASELINE = "baseline"
    NADIR = "nadir"


class Derivation(StrEnum):
    """What is computed from a series to be shown."""

    SUBTRACTION = "subtraction"
    AXIAL = "axial"
    CORONAL = "coronal"
    SAGITTAL = "sagittal"
    OBLIQUE = "oblique"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What one tile asks for at one time point: the first of `phases` that there is, a kind, or a derivation.

    An `optional` tile is left out where there is no such time point; any other is grey then.
    """

    when: When
    phases: tuple[PhaseName, ...] = ()
    kind: Kind | None = None
    preset: int | None = None
    derivation: Derivation | None = None
    optional: bool = False

    @property
    def anyone(self) -> Wanted:
        """The same at any time point."""
        return replace(self, when=When.CURRENT)


_PRE, _AP, _PVP, _DP = (
    (phase,) for phase in (PhaseName.PRE, PhaseName.ARTERIAL, PhaseName.PORTAL_VENOUS, PhaseName.DELAYED)
)
_LATE = (PhaseName.HEPATOBILIARY, PhaseName.TRANSITIONAL, PhaseName.DELAYED)
_LUNG, _MEDIASTINUM, _BONE = 5, 6, 7
_PAIR = (When.PRIOR, When.CURRENT)


def _chest(when: When, preset: int) -> Wanted:
    return Wanted(when, kind=Kind.CHEST, preset=preset, optional=True)


TILES: Mapping[Stage, tuple[Wanted, ...]] = MappingProxyType(
    {
        Stage.PHASES: tuple(Wanted(When.CURRENT, phases) for phases in (_PRE, _AP, _PVP, _DP)),
        Stage.PRIOR_CURRENT: tuple(Wanted(when, phases) for phases in (_AP, _PVP) for when in _PAIR),
        Stage.ENHANCEMENT: (
            Wanted(When.CURRENT, _AP),
            Wanted(When.CURRENT, derivation=Derivation.SUBTRACTION),
            Wanted(When.PRIOR, _AP, optional=True),
        ),
        Stage.STRIP: tuple(Wanted(when, _AP) for when in (When.BASELINE, When.NADIR, *_PAIR)),
        Stage.MR: (
            *(Wanted(When.CURRENT, phases) for phases in (_PRE, _AP, _PVP, _LATE)),
            *(Wanted(When.CURRENT, kind=kind) for kind in (Kind.DIFFUSION, Kind.ADC, Kind.T2)),
            Wanted(When.CURRENT, derivation=Derivation.SUBTRACTION),
        ),
        Stage.CHEST: tuple(_chest(when, preset) for preset in (_LUNG, _MEDIASTINUM, _BONE) for when in _PAIR),
        Stage.EVIDENCE: (
            *(Wanted(when, _AP) for when in _PAIR),
            *(_chest(when, _LUNG) for when in _PAIR),
        ),
    }
)
"""What each stage asks for; a single series and the planes of one are hung by hand."""

LAYOUTS: Mapping[Stage, Layout] = MappingProxyType(
    {
        Stage.PHASES: FOUR,
        Stage.PRIOR_CURRENT: FOUR,
        Stage.ENHANCEMENT: Layout(2, 3, large=True),
        Stage.STRIP: Layout(1, 4, loose=True),
        Stage.MR: Layout(2, 4, loose=True),
        Stage.CHEST: Layout(3, 2, loose=True),
        Stage.EVIDENCE: FOUR,
        Stage.PLANES: FOUR,
        Stage.SINGLE: ONE,
    }
)
