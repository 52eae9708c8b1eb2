"""Target response: the sum of diameters against the baseline sum and against the smallest earlier sum.

All arithmetic is on whole tenths of a millimetre and exact fractions; nothing is rounded before it is compared.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from itertools import islice, repeat
from typing import assert_never

from mrecist.lesions import (
    Absent,
    Measured,
    Merged,
    Nonviable,
    NotEvaluable,
    Observation,
    Present,
    Split,
    TooSmall,
    UnequivocalProgression,
)
from mrecist.rulesets import TargetRules
from mrecist.thresholds import Thresholds
from mrecist.tracks import Track
from mrecist.values import Diameter, Region, Response


@dataclass(frozen=True, slots=True)
class Target:
    """A target lesion as the sum sees it: tenths of a mm at each time point, None where not evaluable.

    `absence_confirmed` are the time points at which the reader, seeing it again, held that it had been gone; `aside`
    those at which it takes no part: a target while it is split, a fragment while its lesion is not.
    """

    lesion_id: str
    is_node: bool
    tenths: tuple[int | None, ...]
    absence_confirmed: frozenset[int] = frozenset()
    aside: frozenset[int] = frozenset()


@lru_cache(maxsize=16_384)
def mm_of(tenths: Fraction | int) -> Fraction:
    """Tenths of a mm as an exact length in mm. Sums repeat, and exact fractions are slow to make."""
    return Fraction(tenths, 10)


def change_pct(now: int, before: int) -> Fraction:
    """The exact change between two lengths in per cent; `before` is not 0."""
    return Fraction(100 * (now - before), before)


@dataclass(slots=True)
class SumAt:
    """The sum of one scope at one time point, in tenths of a mm; None where no target is evaluable. No one changes it.

    Not frozen all the same, as it is made for every scope of every time point.
    """

    total: int | None
    complete: bool
    gone: bool
    baseline: int | None
    nadir: int | None
    nadir_index: int | None


def judge_target(at: SumAt, limits: Thresholds, floor: Fraction | int) -> Response:
    """Target response of one scope at one time point.

    Ordered decision table; the first row that holds decides.

    ==== ============================================================================== ====
    T-NA no target in the scope, so no sum (decided by the caller)                      NA
    T-CR every target evaluable, each at 0 or, if a node, below 10 mm; a baseline sum   CR
    T-PD sum, even partial, above the nadir by >= 20 % and by >= the floor              PD
    T-NE a target is not evaluable, or there is no baseline sum                         NE
    T-PR sum <= 70 % of the baseline sum                                                PR
    T-SD otherwise                                                                      SD
    ==== ============================================================================== ====

    Parameters
    ----------
    at : SumAt
        Sums in tenths of a mm; the nadir is the smallest complete sum before this time point, baseline included.
    limits : Thresholds
    floor : Fraction or int
        Least absolute growth for PD, tenths of a mm.

    Notes
    -----
    Sources: Lencioni & Llovet 2010 (mRECIST); Eisenhauer 2009, 4.3.1 and 4.4.2 (partial sums, nodes).
    """
    if at.complete and at.gone and at.baseline is not None:
        return Response.CR
    if at.total is not None and at.nadir is not None and limits.is_progression(at.total, at.nadir, floor):
        return Response.PD
    if not at.complete or at.total is None or at.baseline is None:
        return Response.NE
    if limits.is_response(at.total, at.baseline):
        return Response.PR
    return Response.SD


def sums(targets: Sequence[Target], timepoints: int, limits: Thresholds) -> tuple[SumAt, ...]:
    """The sums of a scope at each time point, with the baseline and the nadir each is compared with."""
    columns = zip(*[t.tenths for t in targets], strict=True) if targets else repeat(())
    return _compared([total_of(targets, tenths, limits) for tenths in islice(columns, timepoints)])


def _compared(totals: Sequence[tuple[int | None, bool, bool]]) -> tuple[SumAt, ...]:
    found: list[SumAt] = []
    baseline: int | None = None
    nadir: int | None = None
    nadir_index: int | None = None
    for index, (total, complete, gone) in enumerate(totals):
        if index == 0 and complete:
            baseline = total
        found.append(SumAt(total, complete, gone, baseline, nadir, nadir_index))
        if complete and total is not None and (nadir is None or total < nadir):
            nadir, nadir_index = total, index
    return tuple(found)


def pooled_sums(one: Sequence[SumAt], other: Sequence[SumAt]) -> tuple[SumAt, ...]:
    """The sums of two scopes as one, with the baseline and the nadir of their own."""
    return _compared(
        [
            (x.total if y.total is None else (x.total or 0) + y.total, x.complete and y.complete, x.gone and y.gone)
            for x, y in zip(one, other, strict=True)
        ]
    )


def total_of(
    targets: Sequence[Target], tenths: Sequence[int | None], limits: Thresholds
) -> tuple[int | None, bool, bool]:
    """The sum of these sizes, whether it is complete, and whether all that were evaluated are gone, or normal nodes."""
    total: int | None = None
    complete = gone = True
    for target, x in zip(targets, tenths, strict=True):
        if x is None:
            complete = False
            continue
        total = x if total is None else total + x
        if x and not (target.is_node and x < limits.node_normal):
            gone = False
    return total, complete, gone


def region_targets(tracks: Sequence[Track], timepoints: int, rules: TargetRules) -> tuple[Target, ...]:
    """The targets of one region with what each counts at every time point.

    Where every target of the region is merged, none of them holds the diameter of the fused mass: not evaluable. A
    target that split counts 0, and each of its fragments its own diameter; elsewhere a fragment counts 0. A split
    target of which no fragment is listed is not evaluable.
    """
    found: list[list[int | None]] = []
    aside = _aside(tracks)
    by_id = {t.lesion.id: t for t in tracks} if aside else {}
    merged = [0] * timepoints
    for track in tracks:
        beside = aside.get(track.lesion.id, _NOWHERE)
        whole = uses_whole(by_id.get(track.lesion.parent or "", track), rules)
        for index, observation in enumerate(track.observations):
            if observation is not None and type(observation.finding) is Merged and index not in beside:
                merged[index] += 1
        tenths = [counted_tenths(o, rules, whole) for o in track.observations]
        for index in beside:
            tenths[index] = 0
        found.append(tenths)
    for index in range(timepoints):
        standing = len(tracks) - sum([index in x for x in aside.values()]) if aside else len(tracks)
        if merged[index] and merged[index] == standing:
            for tenths in found:
                tenths[index] = None
    return tuple(
        [
            Target(t.lesion.id, t.lesion.is_node, tuple(x), t.absence_confirmed, aside.get(t.lesion.id, _NOWHERE))
            for t, x in zip(tracks, found, strict=True)
        ]
    )


_NOWHERE: frozenset[int] = frozenset()


def _aside(tracks: Sequence[Track]) -> dict[str, frozenset[int]]:
    """Where a lesion takes no part: a target while it is split, each of its fragments while it is not."""
    fragments = [t for t in tracks if t.lesion.parent is not None]
    found: dict[str, frozenset[int]] = {}
    if not fragments:
        return found
    by_id = {t.lesion.id: t for t in tracks}
    for track in fragments:
        whole = by_id.get(track.lesion.parent or "")
        if whole is not None:
            split = frozenset([i for i, o in enumerate(whole.observations) if is_split(o)])
            found[whole.lesion.id] = split
            found[track.lesion.id] = frozenset(range(len(whole.observations))) - split
    return found


def is_split(observation: Observation | None) -> bool:
    """Is this target recorded as come apart, so that its fragments count in its place?"""
    return observation is not None and type(observation.finding) is Split


def uses_whole(track: Track, rules: TargetRules) -> bool:
    """Is this lesion judged by its whole diameter? In the liver, where the rules say so and a baseline has it."""
    return (
        rules.liver_diameter == "whole"
        and track.lesion.region is Region.INTRAHEPATIC
        and whole_at(track.observations[0]) is not None
    )


def holds_tumour_as_oil(observation: Observation, rules: TargetRules) -> bool:
    """Is compact lipiodol noted here, by rules that take it for viable tumour?"""
    return rules.lipiodol == "viable" and observation.features.lipiodol_compact is True


def whole_at(observation: Observation | None) -> Diameter | None:
    """The whole diameter that was recorded, if any."""
    return None if observation is None else getattr(observation.finding, "whole", None)


def counted_tenths(observation: Observation | None, rules: TargetRules, whole: bool = False) -> int | None:
    """What a target contributes to the sum, in tenths of a mm; None where it is not evaluable.

    ================================== ==================================== =====================================
    what was found                     it counts (viable diameter)          it counts (whole diameter)
    ================================== ==================================== =====================================
    measured                           the diameter                         the whole diameter, else not evaluable
    absent                             0                                    what is left of it, else 0
    nonviable                          0                                    the whole diameter, else not evaluable
    too small to measure               the diameter, if stated, else 5 mm   the whole diameter, else 5 mm
    present                            the diameter, else not evaluable     the whole diameter, else not evaluable
    progressing without doubt          the diameter, else not evaluable     not evaluable
    merged with another                0, it is measured with the other     0, it is measured with the other
    split, with its fragments listed   0, they are measured                 0, they are measured
    split, without them                not evaluable                        not evaluable
    not evaluable, or not in the list  not evaluable                        not evaluable
    ================================== ==================================== =====================================

    Where the rules take compact lipiodol for viable, a lesion that is noted to hold it counts its whole diameter, and
    is not evaluable without one.

    Parameters
    ----------
    observation : Observation or None
        None: the lesion is missing from the list of this time point.
    rules : TargetRules
    whole : bool
        Count the whole instead of the viable diameter; a lesion that is still visible without one is not evaluable.
    """
    if observation is None:
        return None
    finding = observation.finding
    if rules.lipiodol == "viable" and holds_tumour_as_oil(observation, rules):
        return _tenths(whole_at(observation))
    match finding:
        case Measured():
            return _tenths(finding.whole) if whole else finding.diameter.tenths
        case Absent():
            return (_tenths(finding.whole) or 0) if whole else 0
        case Nonviable():
            return _tenths(finding.whole) if whole else 0
        case TooSmall():
            return _tenths(finding.whole if whole else finding.diameter) or int(rules.too_small_mm * 10)
        case Present():
            return _tenths(finding.whole if whole else finding.diameter)
        case UnequivocalProgression():
            return None if whole else _tenths(finding.diameter)
        case NotEvaluable():
            return None
        case Merged():
            return 0
        case Split():
            return None
        case _:
            assert_never(finding)


def _tenths(diameter: Diameter | None) -> int | None:
    return None if diameter is None else diameter.tenths
