"""How far a scope is from the next category, and whether it lies on the border between two.

Lengths here are whole tenths of a millimetre, as sums are recorded; the category is a step function of the sum.
"""

from __future__ import annotations

import math
from fractions import Fraction

from mrecist.region import Judged, Scoped, overall_response, response_with
from mrecist.results import NextCategory
from mrecist.thresholds import Thresholds
from mrecist.values import Response

_PR, _SD, _PD, _CR = Response.PR, Response.SD, Response.PD, Response.CR


def next_categories(
    judged: Judged,
    scoped: Scoped,
    limits: Thresholds,
    turning: int | None = None,
) -> tuple[NextCategory, ...]:
    """The least recordable changes that lead to another response, in mm: of the sum first, then of single lesions.

    ============================== ====================================================================
    target response now            what is told of the sum
    ============================== ====================================================================
    PD                             how much less would be SD, or PR
    SD                             how much more would be PD, how much less would be PR
    PR                             how much more would be SD (PD, where no SD lies between); how much less
                                   would be CR, where no non-target stands against it
    CR, no node among the targets  0.1 mm of viable tumour
    CR with nodes, NE, NA          nothing; single lesions may still be told
    ============================== ====================================================================

    Of the sum nothing is told where something else decides: a non-target, a new lesion, disease that came back, an
    examination that was not done, a PR carried forward. Of single lesions: a node at the limit of normal, where it is
    that limit and not the sum that leads there; a vanished target beside nodes; a new lesion at the size from which it
    counts.

    Parameters
    ----------
    judged : Judged
    scoped : Scoped
        The lesions of the scope.
    limits : Thresholds
    turning : int, optional
        The change of the liver's own sum, tenths of a mm, with which it begins (above 0) or ceases (below 0) to be PD
        itself, and the floor of a pooled sum that follows its content goes or comes back.
    """
    return (*_of_the_sum(judged, scoped, limits, turning), *_of_lesions(judged, scoped, limits))


def _of_the_sum(
    judged: Judged,
    scoped: Scoped,
    limits: Thresholds,
    turning: int | None,
) -> tuple[NextCategory, ...]:
    """What a change of the sum alone could bring about.

    Nothing where a new lesion, a non-target or returned disease decides, where a target is not evaluable, or for a
    response that would stay the same. From CR with nodes among the targets it is a lesion that decides, not the sum.
    """
    at = judged.sum
    total, baseline, nadir = at.total, at.baseline, at.nadir
    if total is None or baseline is None or nadir is None or not _decided_by_sum(judged):
        return ()
    if judged.target is _CR:
        return _from_complete(judged, scoped, limits)
    progression = least_progression(nadir, judged.floor, limits)
    ending = progression - 1
    if turning is not None and turning > 0:
        progression = min(progression, max(least_progression(nadir, 0, limits), total + turning))
    elif turning is not None and limits.by_content:
        ending = max(ending, min(total + turning, least_progression(nadir, limits.by_content, limits) - 1))
    response_up_to = baseline * limits.shrunk_num // limits.shrunk_den
    steps: tuple[tuple[Response, int], ...]
    if judged.target is _PD:
        steps = ((_PR if ending <= response_up_to else _SD, ending),)
    elif judged.target is _SD:
        steps = ((_PD, progression), (_PR, response_up_to))
    elif response_up_to + 1 < progression:
        steps = ((_SD, response_up_to + 1),)
    else:
        steps = ((_PD, progression),)
    found = [NextCategory(response, other - total) for response, other in steps]
    if judged.target is _PR and overall_response(_CR, judged.non_target, False) is _CR:
        found.append(NextCategory(_CR, -_to_complete(judged, scoped, limits)))
    return tuple(found)


def _to_complete(judged: Judged, scoped: Scoped, limits: Thresholds) -> int:
    """What is left to go until every target is at 0 or, if a node, below 10 mm; tenths of a mm."""
    normal = math.ceil(limits.node_normal) - 1
    sizes = [(x.tenths[judged.index] or 0, x.is_node) for x in scoped.targets]
    return sum(max(size - normal, 0) if is_node else size for size, is_node in sizes)


def _from_complete(judged: Judged, scoped: Scoped, limits: Thresholds) -> tuple[NextCategory, ...]:
    """From CR without nodes: the least viable tumour in any target."""
    if any([x.is_node for x in scoped.targets]):
        return ()
    tenths = [1, *[x.tenths[judged.index] for x in scoped.targets[1:]]]
    response = response_with(judged, scoped, limits, tenths=tenths, counts=bool(judged.counted))
    return () if response is judged.response else (NextCategory(response, 1),)


def _of_lesions(judged: Judged, scoped: Scoped, limits: Thresholds) -> tuple[NextCategory, ...]:
    """Single lesions whose own size stands at a limit: nodes, vanished targets beside nodes, new lesions."""
    targets = scoped.targets
    if not scoped.new and not any([x.is_node for x in targets]):
        return ()
    index, counted = judged.index, len(judged.counted)
    normal = math.ceil(limits.node_normal)
    sizes = [x.tenths[index] for x in targets]
    if counted or judged.non_target is _PD:
        targets, sizes = (), []  # it is PD whatever they are
    seen = [(size, x.is_node) for size, x in zip(sizes, targets, strict=True) if size]
    present = sum([size >= normal or not is_node for size, is_node in seen])
    steps: list[tuple[Response, int, str]] = []
    for position, (target, tenths) in enumerate(zip(targets, sizes, strict=True)):
        if tenths is None:
            continue
        if target.is_node:
            large = tenths >= normal
            if present - large and judged.returned is None:
                continue  # beside others it only adds to the sum
            changed, before = (normal - 1, normal) if large else (normal, normal - 1)
        elif judged.target is _CR:
            changed, before = 1, tenths
        else:
            continue
        with_size = [*sizes[:position], changed, *sizes[position + 1 :]]
        response = response_with(judged, scoped, limits, tenths=with_size, counts=counted > 0)
        if before != tenths and response is not judged.response:
            with_size[position] = before
            if response_with(judged, scoped, limits, tenths=with_size, counts=counted > 0) is response:
                continue  # the sum has led there before the node is at the limit
        steps.append((response, changed - tenths, target.lesion_id))
    for new in scoped.new:
        tenths, limit = new.tenths[index], new.counts_from[index]
        if tenths is None or limit is None:
            continue
        counts = new.counts[index]
        response = response_with(judged, scoped, limits, counts=counted - 1 > 0 if counts else True)
        steps.append((response, (limit - 1 if counts else limit) - tenths, new.lesion.id))
    return tuple(
        [NextCategory(response, by, lesion) for response, by, lesion in steps if response is not judged.response]
    )


def change_of_progression(judged: Judged, limits: Thresholds) -> int | None:
    """The change of this scope's sum, tenths of a mm, with which target PD begins, or ceases; None: neither can."""
    at = judged.sum
    if at.total is None or at.nadir is None:
        return None
    begins = least_progression(at.nadir, judged.floor, limits) - at.total
    if judged.target is _PD:
        return begins - 1
    return begins if judged.target in (_CR, _PR, _SD) else None


def least_progression(nadir: int, floor: Fraction | int, limits: Thresholds) -> int:
    """The smallest recordable sum that is PD over this nadir, tenths of a mm."""
    relative = -(-nadir * limits.grown_num // limits.grown_den)
    return max(relative, nadir + math.ceil(floor), nadir + 1)


def is_borderline(judged: Judged, limits: Thresholds) -> bool:
    """Does the sum lie within 1 mm, or 1 % of its reference, of the limit of PR or of PD?

    Asked of a target response of PR, SD or PD, partial sums included; never of CR or NE.

    ============ ===================================================== ====================
    limit        where it lies                                         its reference
    ============ ===================================================== ====================
    PR           70 % of the baseline sum                              the baseline sum
    PD           the larger of nadir + 20 % and nadir + the floor      the nadir
    ============ ===================================================== ====================
    """
    at = judged.sum
    total, nadir, baseline = at.total, at.nadir, at.baseline
    target = judged.target
    if target is not _PR and target is not _SD and target is not _PD:
        return False
    if total is None or nadir is None or baseline is None:
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
        and judged.pr_index is None
    )
