"""Best overall response over a sequence of time points, unconfirmed and confirmed, with the day it was reached."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from mrecist.rulesets import BestResponseRules
from mrecist.values import Response

CR, PR, SD, PD = Response.CR, Response.PR, Response.SD, Response.PD
NE, NN, ND = Response.NE, Response.NN, Response.ND

_DISEASE_CONTROL = (CR, PR, SD, NN)


class Assessed(NamedTuple):
    """A response on a day after the start of treatment.

    `unevaluated_cr`: it would be CR, had nothing been left unevaluated; it neither confirms nor contradicts a CR.
    """

    day: int
    response: Response
    unevaluated_cr: bool = False


@dataclass(frozen=True, slots=True)
class Best:
    """A best response, the day it was first reached (None where there was no assessment), and the rule that gave it.

    SD and NN are dated at the first assessment that lasted long enough; NE, where only its duration is wanting, at the
    first assessment.
    """

    response: Response
    day: int | None
    rule: str


def unconfirmed(sequence: Sequence[Assessed], rules: BestResponseRules) -> Best:
    """Best response without confirmation.

    Only assessments up to the first PD, itself included, are looked at. Ordered decision table:

    ==== =========================================================================== ==
    U-CR any CR                                                                      CR
    U-PR any PR                                                                      PR
    U-SD any SD or NN, and one of CR, PR, SD at day >= 42 before PD                  SD
    U-NN the same, but only NN at day >= 42                                          NN
    U-PD a PD                                                                        PD
    U-NE SD or NN earlier than day 42 and no PD after, NE, or no assessment          NE
    U-ND nothing but "no disease"                                                    ND
    ==== =========================================================================== ==

    Notes
    -----
    Source: Eisenhauer 2009, 4.4 and 4.6.
    """
    seen = until_progression(sequence, rules)
    for best in (CR, PR):
        if (day := _first(seen, (best,))) is not None:
            return Best(best, day, f"U-{best}")
    return _without_response(seen, seen, rules, "U")


def confirmed(sequence: Sequence[Assessed], rules: BestResponseRules) -> Best:
    """Best response that a second assessment at least 28 days later confirms.

    Ordered decision table, over the assessments up to the first PD:

    ==== =========================================================================== ==
    F-CR CR, then CR >= 28 d later, nothing but CR and at most one NE between        CR
    F-PR PR, then PR or CR >= 28 d later, nothing but PR, CR and at most one NE      PR
         between
    F-SD a CR or PR that was not confirmed, or SD, at day >= 42                      SD
    F-NN the same, but only NN at day >= 42                                          NN
    F-PD CR, PR, SD or NN earlier than day 42, and PD follows; or PD                 PD
    F-NE CR, PR, SD or NN earlier than day 42, and no PD; NE; or no assessment       NE
    F-ND nothing but "no disease"                                                    ND
    ==== =========================================================================== ==

    After a true CR any disease is progression, so what follows a CR and is neither CR nor NE ends the sequence as a
    PD; a PR that is owed to something not evaluated stands as NE there. Where a rule set takes a CR that a PR follows
    as mistaken, that CR counts as PR instead.

    Notes
    -----
    Source: Eisenhauer 2009, table 3 with its footnote.
    """
    original = until_progression(sequence, rules)
    seen = _after_complete_response(original, rules)
    for first, second in ((CR, (CR,)), (PR, (PR, CR))):
        if (day := _confirmed_from(seen, (first,), second, rules)) is not None:
            return Best(first, day, f"F-{first}")
    return _without_response(original, seen, rules, "F")


def has_response_after_complete(sequence: Sequence[Assessed]) -> bool:
    """Does a PR follow a CR? The data want a look then: was the CR true?"""
    complete = False
    for item in sequence:
        if complete and item.response is PR:
            return True
        complete = complete or item.response is CR
    return False


def response_day(sequence: Sequence[Assessed], rules: BestResponseRules) -> int | None:
    """The day of the first CR or PR before progression."""
    return _first(until_progression(sequence, rules), (CR, PR))


def confirmed_response_day(sequence: Sequence[Assessed], rules: BestResponseRules) -> int | None:
    """The day of the first CR or PR that a later assessment confirms."""
    seen = _after_complete_response(until_progression(sequence, rules), rules)
    days = [
        day
        for first, second in ((CR, (CR,)), (PR, (PR, CR)))
        if (day := _confirmed_from(seen, (first,), second, rules)) is not None
    ]
    return min(days, default=None)


def clinical_benefit_day(sequence: Sequence[Assessed], rules: BestResponseRules) -> int | None:
    """From which day there was clinical benefit: the first CR or PR, or SD (or NN) that lasted; None: no benefit.

    Only assessments before the first PD are looked at.
    """
    seen = until_progression(sequence, rules)
    lasting = (SD, NN) if rules.benefit_includes_nn else (SD,)
    return next(
        (
            x.day
            for x in seen
            if x.response in (CR, PR) or (x.response in lasting and x.day >= rules.minimum_stable_days)
        ),
        None,
    )


def until_progression(sequence: Sequence[Assessed], rules: BestResponseRules) -> Sequence[Assessed]:
    """The assessments that count: up to the first PD, itself included."""
    if rules.stops_at_progression:
        for index, item in enumerate(sequence):
            if item.response is PD:
                return sequence[: index + 1]
    return sequence


def _first(sequence: Sequence[Assessed], responses: tuple[Response, ...]) -> int | None:
    for item in sequence:
        if item.response in responses:
            return item.day
    return None


def _after_complete_response(sequence: Sequence[Assessed], rules: BestResponseRules) -> Sequence[Assessed]:
    if rules.response_after_complete == "complete_was_mistaken" and has_response_after_complete(sequence):
        last = max(i for i, x in enumerate(sequence) if x.response is PR)
        sequence = [Assessed(x.day, PR) if x.response is CR and i < last else x for i, x in enumerate(sequence)]
    if not any([x.response is CR for x in sequence]):
        return sequence
    found: list[Assessed] = []
    complete = False
    for item in sequence:
        if complete and item.response not in (CR, NE, ND):
            if not item.unevaluated_cr:
                found.append(Assessed(item.day, PD))
                return found
            item = Assessed(item.day, NE)
        complete = complete or item.response is CR
        found.append(item)
    return found


def _confirmed_from(
    sequence: Sequence[Assessed],
    first: tuple[Response, ...],
    second: tuple[Response, ...],
    rules: BestResponseRules,
) -> int | None:
    """The day of the first response of `first` that a later one of `second` confirms."""
    for index, start in enumerate(sequence):
        if start.response not in first:
            continue
        not_evaluable = stable = 0
        for item in sequence[index + 1 :]:
            if item.response in second and item.day - start.day >= rules.confirmation_days:
                return start.day
            if item.response is NE:
                not_evaluable += 1
            elif item.response is SD and rules.accept_stable_between:
                stable += 1
            elif item.response not in second:
                break
            if not_evaluable > rules.not_evaluable_between or stable > 1:
                break
    return None


def _without_response(
    seen: Sequence[Assessed], ending: Sequence[Assessed], rules: BestResponseRules, table: str
) -> Best:
    """What is left where no response counts; `ending` is the sequence with what follows a CR taken as progression."""
    response, day = _left(seen, ending, rules)
    return Best(response, day, f"{table}-{response}")


def _left(
    seen: Sequence[Assessed], ending: Sequence[Assessed], rules: BestResponseRules
) -> tuple[Response, int | None]:
    lasting = [x for x in seen if x.day >= rules.minimum_stable_days]
    for best, responses in ((SD, (CR, PR, SD)), (NN, (NN,))):
        if (day := _first(lasting, responses)) is not None:
            return best, day
    if (day := _first(ending, (PD,))) is not None:
        return PD, day
    if (day := _first(seen, _DISEASE_CONTROL)) is not None:
        return NE, day
    if seen and all(x.response is ND for x in seen):
        return ND, seen[0].day
    return NE, _first(seen, (NE,))
