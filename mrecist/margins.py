"""How far a scope is from the next category, and whether it lies on the border between two.

Lengths here are whole tenths of a millimetre, as sums are recorded; the category is a step function of the sum.
"""

from __future__ import annotations

import math
from fractions import Fraction

from mrecist.region import Judged, overall_response
from mrecist.results import NextCategory
from mrecist.target import Thresholds, mm_of
from mrecist.values import Response

_PR, _SD, _PD, _CR = Response.PR, Response.SD, Response.PD, Response.CR


def next_categories(judged: Judged, limits: Thresholds, lifting: int | None = None) -> tuple[NextCategory, ...]:
    """The neighbouring responses, and the least recordable change of the sum that leads to each, in mm.

    Only what a change of the sum could bring about is listed: nothing where a new lesion, a non-target or returned
    disease decides, where a target is not evaluable, or for a response that would stay the same.

    Parameters
    ----------
    judged : Judged
    limits : Thresholds
    lifting : int, optional
        Growth in tenths of a mm that would lift the floor of a pooled sum, since it makes the liver itself PD.
    """
    at = judged.sum
    if not _decided_by_sum(judged) or at.total is None or at.baseline is None or at.nadir is None:
        return ()
    progression = least_progression(at.nadir, judged.floor, limits)
    if lifting is not None:
        progression = min(progression, max(least_progression(at.nadir, 0, limits), at.total + lifting))
    response_up_to = at.baseline * limits.shrunk_num // limits.shrunk_den
    steps: tuple[tuple[Response, int], ...]
    if judged.target is _CR:
        steps = ((_step(at.total + 1, progression, response_up_to), at.total + 1),)
    elif judged.target is _PD:
        steps = ((_step(progression - 1, progression, response_up_to), progression - 1),)
    elif judged.target is _SD:
        steps = ((_PD, progression), (_PR, response_up_to))
    elif response_up_to + 1 < progression:
        steps = ((_SD, response_up_to + 1),)
    else:
        steps = ((_PD, progression),)
    found = []
    for target, total in steps:
        response = overall_response(target, judged.non_target, False)
        if response is not judged.response:
            found.append(NextCategory(response, mm_of(total - at.total)))
    return tuple(found)


def growth_to_progression(judged: Judged, limits: Thresholds) -> int | None:
    """By how many tenths of a mm this scope's sum would have to grow for target PD; None where it is that already."""
    at = judged.sum
    if judged.target not in (_PR, _SD) or at.total is None or at.nadir is None:
        return None
    return least_progression(at.nadir, judged.floor, limits) - at.total


def least_progression(nadir: int, floor: Fraction | int, limits: Thresholds) -> int:
    """The smallest recordable sum that is PD over this nadir, tenths of a mm."""
    relative = -(-nadir * limits.grown_num // limits.grown_den)
    return max(relative, nadir + math.ceil(floor), nadir + 1)


def is_borderline(judged: Judged, limits: Thresholds) -> bool:
    """Does the sum lie within 1 mm, or 1 % of its reference, of the limit of PR or of PD?"""
    at = judged.sum
    total, nadir, baseline = at.total, at.nadir, at.baseline
    if judged.target not in (_PR, _SD, _PD) or total is None or nadir is None or baseline is None:
        return False
    relative, absolute = nadir * limits.grown_num, (nadir + judged.floor) * limits.grown_den
    growth = absolute if absolute > relative else relative
    return _near(total * limits.grown_den - growth, limits.grown_den, nadir, limits) or _near(
        total * limits.shrunk_den - baseline * limits.shrunk_num, limits.shrunk_den, baseline, limits
    )


def _near(difference: Fraction | int, scale: int, reference: int, limits: Thresholds) -> bool:
    """Is `difference / scale` (tenths of a mm) within either limit?"""
    distance = difference if difference >= 0 else -difference
    return distance <= limits.borderline * scale or distance * 100 <= reference * limits.borderline_pct * scale


def _decided_by_sum(judged: Judged) -> bool:
    return (
        judged.sum.complete
        and judged.target is not Response.NA
        and judged.non_target is not _PD
        and not judged.counted
        and judged.returned is None
        and judged.covered
        and not judged.carried
    )


def _step(total: int, progression: int, response_up_to: int) -> Response:
    if total >= progression:
        return _PD
    return _PR if total <= response_up_to else _SD
