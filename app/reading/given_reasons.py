"""What becomes of the reasons given against objections when the measurement they were given for is replaced. Pure."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from mrecist.lesions import NOTHING_NOTED, Features, Finding, Observation
from mrecist.measured import PHASE, UNSEEN, WHOLE
from mrecist.values import Diameter, Line

SMALL, SLICE = "E-SMALL", "E-SLICE"
OF_SIZE = (SMALL, SLICE, "E-NODE", "E-NODE-NORMAL", "E-NODE-REACTIVE")
"""The objections whose numbers are the diameter and the limit that it is held against."""


def noted_beside(before: Observation | None, finding: Finding) -> Features:
    """What stays noted of a lesion when its finding is replaced: a reason speaks of what the reader saw, and no other.

    =================================== ===============================================================
    a reason for                        falls when
    =================================== ===============================================================
    the size (`OF_SIZE`)                the diameter is another, or the slices that it was read from are
    E-WHOLE                             the diameter or the whole diameter is another
    E-PHASE                             it is not read from the same series
    E-NEW-UNSEEN                        anything else is found
    all objections (the older form)     the diameter is another
    anything else                       never: it does not speak of the measurement
    =================================== ===============================================================
    """
    if before is None:
        return NOTHING_NOTED
    old, noted = before.finding, before.features
    if old == finding or not (noted.overrides or noted.override):
        return noted
    resized = _counted(old) != _counted(finding)
    gone = {UNSEEN}
    if resized or _slices(old) != _slices(finding):
        gone.update(OF_SIZE)
    if resized or _whole(old) != _whole(finding):
        gone.add(WHOLE)
    if _series(old) != _series(finding):
        gone.add(PHASE)
    return replace(noted.unjustified(*gone), override="" if resized else noted.override)


def fallen(before: Features, now: Features) -> tuple[str, ...]:
    """The rules that a reason was given for before, and is not any more."""
    left = {rule for rule, _ in now.overrides}
    return tuple(rule for rule, _ in before.overrides if rule not in left)


def _counted(finding: Finding) -> Diameter | None:
    return getattr(finding, "diameter", None)


def _whole(finding: Finding) -> Diameter | None:
    return getattr(finding, "whole", None)


def _lines(finding: Finding) -> tuple[Line, ...]:
    return getattr(finding, "evidence", ())


def _slices(finding: Finding) -> Fraction | None:
    return max((x.slice_thickness_mm for x in _lines(finding) if x.slice_thickness_mm is not None), default=None)


def _series(finding: Finding) -> frozenset[str]:
    return frozenset(line.series_uid for line in _lines(finding))
