"""The scans of an examination: which series show one and the same pass over the liver, and when it was made."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from viewers.imaging.catalogue import Series
from viewers.imaging.derivations import is_reformatted
from viewers.imaging.geometry import dot

_EPOCH = datetime(2000, 1, 1)
_SAME_SCAN_S = {"CT": 5.0, "MR": 1.0}
"""Series that begin within this time show one scan: a reconstruction may begin at another slice."""


@dataclass
class Pass:
    """One pass over the liver and the series that show it, originals first.

    `at` is when it began, in seconds; None where only its place in the row is known, which `order` gives.
    """

    at: float | None
    order: float
    members: list[Series]


def passes_of(dynamic: Sequence[Series]) -> tuple[list[Pass], list[Series]]:
    """The passes in their order, and the series of which it is not known from which pass they come."""
    times: defaultdict[str, set[str]] = defaultdict(set)
    for one in dynamic:
        times[one.series_uid].add(_acquired(one) or "")
    stacks = Counter(one.series_uid for one in dynamic)
    placed: list[tuple[bool, float, bool, Series]] = []
    apart: list[Series] = []
    for one in dynamic:
        moment = moment_of(_acquired(one))
        if moment is None:
            apart.append(one)
            continue
        at, exact = (moment - _EPOCH).total_seconds(), True
        if repeat_of(one) and stacks[one.series_uid] > 1 and len(times[one.series_uid]) == 1:
            # All repeats give the time of the first: the trigger time tells the rest, or else only the order is known.
            trigger_ms = one.sequence.trigger_ms
            exact = trigger_ms is not None
            at += (trigger_ms if trigger_ms is not None else repeat_of(one)) / 1000
        placed.append((made_later(one), at, exact, one))
    passes: list[Pass] = []
    for later, at, exact, one in sorted(placed, key=lambda item: item[:3]):
        nearest = min(passes, key=lambda scan: abs(scan.order - at), default=None)
        if nearest is not None and _is_same(nearest, at, exact, one):
            nearest.members.append(one)
        elif later:
            apart.append(one)
        else:
            passes.append(Pass(at if exact else None, at, [one]))
    return sorted(passes, key=lambda scan: scan.order), apart


def _is_same(scan: Pass, at: float, exact: bool, one: Series) -> bool:
    if any(member.series_uid == one.series_uid and repeat_of(member) != repeat_of(one) for member in scan.members):
        return False
    if scan.at is None or not exact:
        return scan.order == at
    return abs(scan.order - at) <= _SAME_SCAN_S[one.modality]


def repeat_of(one: Series) -> int:
    """Which repeat of its series a stack is, from 1; 0 where it is none."""
    return int(one.sequence.repeat) if one.sequence.repeat.isdecimal() else 0


def is_first_of_several(one: Series, dynamic: Sequence[Series]) -> bool:
    """True for the first of several repeats in one series."""
    repeats = {repeat_of(other) for other in dynamic if other.series_uid == one.series_uid}
    return len(repeats) > 1 and repeat_of(one) == min(repeats)


def made_later(one: Series) -> bool:
    """True for a series computed from another: a reformat or a second reconstruction, whose time may be its own."""
    types = {kind.upper() for kind in one.image_type}
    return "SECONDARY" in types or is_reformatted(types) or (one.modality == "CT" and not _is_axial(one))


def seconds_since_bolus(one: Series, passes: Sequence[Pass]) -> float | None:
    """From the start of the injection to that of the series' pass; None where they are not both known."""
    started = moment_of(one.bolus_started_at)
    at = next((scan.at for scan in passes if any(member is one for member in scan.members)), None)
    if started is None or at is None:
        return None
    return at - (started - _EPOCH).total_seconds()


def moment_of(text: str | None) -> datetime | None:
    """An ISO 8601 text as a moment; None where there is none or it is damaged."""
    try:
        return datetime.fromisoformat(text) if text else None
    except ValueError:
        return None


def _is_axial(series: Series) -> bool:
    row, column = series.row_direction, series.column_direction
    return bool(row and column and abs(dot(row, (1.0, 0.0, 0.0))) > 0.9 and abs(dot(column, (0.0, 1.0, 0.0))) > 0.9)


def _acquired(series: Series) -> str | None:
    return min((s.acquisition_time for s in series.slices if s.acquisition_time), default=None)
