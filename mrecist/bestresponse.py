"""Best overall response over a sequence of time points, unconfirmed and confirmed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mrecist.rulesets import BestResponseRules
from mrecist.values import Response

CR, PR, SD, PD = Response.CR, Response.PR, Response.SD, Response.PD
NE, NN, ND = Response.NE, Response.NN, Response.ND

_DISEASE_CONTROL = (CR, PR, SD, NN)


@dataclass(frozen=True, slots=True)
class Assessed:
    """A response on a day after the start of treatment.

    `unevaluated_cr`: it would be CR, had nothing been left unevaluated; it neither confirms nor contradicts a CR.
    """

    day: int
    response: Response
    unevaluated_cr: bool = False


def unconfirmed(sequence: Sequence[Assessed], rules: BestResponseRules) -> Response:
    """Best response without confirmation.

    Only assessments up to the first PD, itself included, are looked at. Ordered decision table:

    ==== =========================================================================== ==
    U-CR any CR                                                                      CR
    U-PR any PR                                                                      PR
    U-SD any SD or NN, and one of CR, PR, SD at day >= 42 before PD                  SD
    U-NN the same, but only NN at day >= 42                                          NN
    U-PD a PD                                                                        PD
    U-NE SD or NN earlier than day 42 with nothing after, NE, or no assessment       NE
    U-ND nothing but "no disease"                                                    ND
    ==== =========================================================================== ==

    Notes
    -----
    Source: Eisenhauer 2009, 4.4 and 4.6.
    """
    seen = _until_progression(sequence)
    responses = {x.response for x in seen}
    if CR in responses:
        return CR
    if PR in responses:
        return PR
    return _without_response(seen, responses, responses, rules)


def confirmed(sequence: Sequence[Assessed], rules: BestResponseRules) -> Response:
    """Best response that a second assessment at least 28 days later confirms.

    Ordered decision table, over the assessments up to the first PD:

    ==== =========================================================================== ==
    F-CR CR, then CR >= 28 d later, nothing but CR and at most one NE between        CR
    F-PR PR, then PR or CR >= 28 d later, nothing but PR, CR and at most one NE      PR
         between
    F-SD a response that was not confirmed, SD or NN; minimum duration met           SD
    F-PD the same, duration not met, and PD follows; or PD                           PD
    F-NE the same, duration not met, nothing follows; NE; or no assessment           NE
    ==== =========================================================================== ==

    After a true CR any disease is progression, so what follows a CR and is neither CR nor NE ends the sequence as a
    PD; a PR that is owed to something not evaluated stands as NE there.

    Notes
    -----
    Source: Eisenhauer 2009, table 3 with its footnote.
    """
    original = _until_progression(sequence)
    seen = _after_complete_response(original)
    if _is_confirmed(seen, (CR,), (CR,), rules):
        return CR
    if _is_confirmed(seen, (PR,), (PR, CR), rules):
        return PR
    return _without_response(original, {x.response for x in original}, {x.response for x in seen}, rules)


def _until_progression(sequence: Sequence[Assessed]) -> Sequence[Assessed]:
    for index, item in enumerate(sequence):
        if item.response is PD:
            return sequence[: index + 1]
    return sequence


def _after_complete_response(sequence: Sequence[Assessed]) -> Sequence[Assessed]:
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


def _is_confirmed(
    sequence: Sequence[Assessed],
    first: tuple[Response, ...],
    second: tuple[Response, ...],
    rules: BestResponseRules,
) -> bool:
    for index, start in enumerate(sequence):
        if start.response not in first:
            continue
        not_evaluable = stable = 0
        for item in sequence[index + 1 :]:
            if item.response in second and item.day - start.day >= rules.confirmation_days:
                return True
            if item.response is NE:
                not_evaluable += 1
            elif item.response is SD and rules.accept_stable_between and PR in second:
                stable += 1
            elif item.response not in second:
                break
            if not_evaluable > rules.not_evaluable_between or stable > 1:
                break
    return False


def _without_response(
    seen: Sequence[Assessed], responses: set[Response], ending: set[Response], rules: BestResponseRules
) -> Response:
    if responses.intersection(_DISEASE_CONTROL):
        lasting = {x.response for x in seen if x.day >= rules.minimum_stable_days}
        if lasting.intersection((CR, PR, SD)):
            return SD
        if NN in lasting:
            return NN
        return PD if PD in ending else NE
    if PD in responses:
        return PD
    return ND if responses == {ND} else NE
