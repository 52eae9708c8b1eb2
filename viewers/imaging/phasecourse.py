"""The course of contrast through one examination: which scan was made when after one injection, and so in which phase.

The scans of an examination are judged together. Each brings the points that its own header gives to each phase; added
to these is how well the phases fit in time to one common injection, and to each other in order. The injection is
tried at many moments, and for every scan and phase the best total that any course reaches with it is kept.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from viewers.imaging.catalogue import PhaseName

PRE, ARTERIAL, PORTAL = PhaseName.PRE, PhaseName.ARTERIAL, PhaseName.PORTAL_VENOUS
DELAYED, TRANSITIONAL, HEPATOBILIARY = PhaseName.DELAYED, PhaseName.TRANSITIONAL, PhaseName.HEPATOBILIARY


class Course(Enum):
    """What the contrast agent does in the liver; `UNKNOWN` is MR whose agent is not named."""

    CT = "iodine"
    EXTRACELLULAR = "extracellular gadolinium"
    GADOXETATE = "gadoxetate"
    GADOBENATE = "gadobenate"
    UNKNOWN = "gadolinium"


@dataclass(frozen=True, slots=True)
class Scan:
    """One pass over the liver: when (s on any one clock, None when only the order is known) and its own evidence."""

    at: float | None
    points: Mapping[PhaseName, float] = field(default_factory=dict)


_FOREVER = float("inf")
_Window = tuple[float, float, float, float]
_PRE: _Window = (-_FOREVER, -_FOREVER, 5.0, 15.0)
_CT: dict[PhaseName, _Window] = {
    PRE: _PRE,
    ARTERIAL: (10.0, 18.0, 50.0, 60.0),
    PORTAL: (48.0, 58.0, 100.0, 125.0),
    DELAYED: (100.0, 150.0, 2700.0, 3600.0),
}
_MR: dict[PhaseName, _Window] = {
    PRE: _PRE,
    ARTERIAL: (8.0, 14.0, 48.0, 60.0),
    PORTAL: (45.0, 52.0, 95.0, 125.0),
    DELAYED: (95.0, 120.0, 2700.0, 3600.0),
}
_WINDOWS: dict[Course, dict[PhaseName, _Window]] = {
    Course.CT: _CT,
    Course.EXTRACELLULAR: _MR,
    Course.GADOXETATE: _MR
    | {TRANSITIONAL: (95.0, 120.0, 480.0, 720.0), HEPATOBILIARY: (480.0, 590.0, 7200.0, 10800.0)},
    Course.GADOBENATE: _MR | {HEPATOBILIARY: (1800.0, 2700.0, 14400.0, 20000.0)},
    Course.UNKNOWN: _MR | {HEPATOBILIARY: (540.0, 900.0, 7200.0, 10800.0)},
}
del _WINDOWS[Course.GADOXETATE][DELAYED]
"""Seconds after the injection: outside the outer limits a phase is all but excluded, between the inner ones it fits.

Source of the inner limits: TotalSegmentator's table of phase times for CT, the protocols of the gadoxetate label for
MR; the outer ones allow for the circulation of the patient and for clocks of another precision.
"""

_EXCLUDED = -6.0
_EDGE = -3.0
_AGAIN = {PRE: -0.5, ARTERIAL: -1.0, PORTAL: -2.0, DELAYED: -0.5, TRANSITIONAL: -0.5, HEPATOBILIARY: 0.0}
_SKIPPED = {
    (PRE, PORTAL): -0.5, (PRE, DELAYED): -1.0, (PRE, TRANSITIONAL): -1.0, (PRE, HEPATOBILIARY): -1.0,
    (ARTERIAL, DELAYED): -1.0, (ARTERIAL, TRANSITIONAL): -1.0, (ARTERIAL, HEPATOBILIARY): -1.5,
    (PORTAL, HEPATOBILIARY): -0.5,
}  # fmt: skip
_FIRST = {phase: 0.0 if phase is PRE else -0.9 for phase in PhaseName}
"""What protocols seldom do costs points: a phase twice, one left out, an examination that begins late."""
_NO_ARTERIAL_MR = -1.5
"""On CT a single portal venous scan after the plain one is common; a dynamic MR of the liver has an arterial phase."""
_ONE_PHASE_S = 20.0
"""Scans that follow each other so quickly are likely of one phase, such as the several arterial ones of MR."""
_DELAYS_S = (
    20.0,
    25.0,
    30.0,
    35.0,
    40.0,
    45.0,
    50.0,
    60.0,
    70.0,
    80.0,
    90.0,
    100.0,
    180.0,
    300.0,
    600.0,
    1200.0,
    3600.0,
)


def phases_of(course: Course) -> tuple[PhaseName, ...]:
    """The phases an examination with this agent can have, in their order."""
    return tuple(phase for phase in PhaseName if phase in _WINDOWS[course])


def judge(scans: Sequence[Scan], course: Course) -> list[dict[PhaseName, float]]:
    """For each scan, the points of the best course of the whole examination with each phase.

    Parameters
    ----------
    scans
        In the order in which they were made.

    Returns
    -------
    The same order. Only differences between the phases of one scan mean something.
    """
    phases = phases_of(course)
    if not scans:
        return []
    fit = _fit(scans, _WINDOWS[course], phases)  # scan, injection, phase
    steps = [np.zeros((len(phases), len(phases)))]
    for before, after in pairwise(scans):
        close = before.at is not None and after.at is not None and after.at - before.at <= _ONE_PHASE_S
        steps.append(np.array([[_step(a, b, course, close=close) for b in phases] for a in phases]))
    forward = np.empty_like(fit)
    forward[0] = fit[0] + np.array([_FIRST[phase] for phase in phases])
    for i in range(1, len(scans)):
        forward[i] = fit[i] + (forward[i - 1][:, :, None] + steps[i]).max(axis=1)
    backward = np.zeros_like(fit)
    for i in range(len(scans) - 2, -1, -1):
        backward[i] = (steps[i + 1] + (fit[i + 1] + backward[i + 1])[:, None, :]).max(axis=2)
    best = (forward + backward).max(axis=1)
    return [dict(zip(phases, map(float, row), strict=True)) for row in best]


def _step(before: PhaseName, after: PhaseName, course: Course, *, close: bool) -> float:
    if before is after:
        return 0.0 if close else _AGAIN[before]
    if (before, after) == (PRE, PORTAL) and course is not Course.CT:
        return _NO_ARTERIAL_MR
    order = list(PhaseName)
    return _EXCLUDED if order.index(after) < order.index(before) else _SKIPPED.get((before, after), 0.0)


def _fit(
    scans: Sequence[Scan], windows: Mapping[PhaseName, _Window], phases: Sequence[PhaseName]
) -> NDArray[np.float64]:
    times = sorted({scan.at for scan in scans if scan.at is not None})
    injections = sorted({round(at - delay) for at in times for delay in _DELAYS_S} | {round(at + 5) for at in times})
    moments = np.array([*injections, _FOREVER])
    fit = np.zeros((len(scans), len(moments), len(phases)))
    for i, scan in enumerate(scans):
        for j, phase in enumerate(phases):
            fit[i, :, j] = scan.points.get(phase, 0.0)
            if scan.at is not None:
                fit[i, :, j] += _in_window(scan.at - moments, windows[phase])
    return fit


def _in_window(seconds: NDArray[np.float64], window: _Window) -> NDArray[np.float64]:
    first, early, late, last = window
    fit = np.zeros_like(seconds)
    if early > -_FOREVER:
        fit = np.where(seconds < early, _EDGE * (early - seconds) / (early - first), fit)
        fit = np.where(seconds < first, _EXCLUDED, fit)
    fit = np.where(seconds > late, _EDGE * (seconds - late) / (last - late), fit)
    return np.where(seconds > last, _EXCLUDED, fit)
