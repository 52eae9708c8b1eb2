"""Both regions together: the pooled sum's floor, and the composite of the two regional responses."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import cache
from typing import assert_never

from mrecist.region import Judged
from mrecist.rulesets import TargetRules
from mrecist.thresholds import tenths_of
from mrecist.values import Response, Scope

CR, PR, SD, PD = Response.CR, Response.PR, Response.SD, Response.PD
NE, NN, ND = Response.NE, Response.NN, Response.ND


def composite(intrahepatic: Response, extrahepatic: Response) -> Response:
    """The composite of two regional responses.

    Ordered decision table; the first row that holds decides.

    ==== ============================================= ==============
    C-PD either is PD                                  PD
    C-NE either is NE                                  NE
    C-ND one is ND                                     the other
    C-EQ both are the same                             that response
    C-SD either is SD                                  SD
    C-PR otherwise (CR, PR, non-CR/non-PD are mixed)   PR
    ==== ============================================= ==============
    """
    return judge_composite(intrahepatic, extrahepatic)[0]


@cache
def judge_composite(intrahepatic: Response, extrahepatic: Response) -> tuple[Response, str]:
    """The composite with the rule that gave it."""
    both = (intrahepatic, extrahepatic)
    if PD in both:
        return PD, "C-PD"
    if NE in both:
        return NE, "C-NE"
    if intrahepatic is ND:
        return extrahepatic, "C-ND"
    if extrahepatic is ND:
        return intrahepatic, "C-ND"
    if intrahepatic is extrahepatic:
        return intrahepatic, "C-EQ"
    return (SD, "C-SD") if SD in both else (PR, "C-PR")


def floors(
    scope: Scope, rules: TargetRules, timepoints: int, intrahepatic: Sequence[Judged] = ()
) -> list[Fraction | int]:
    """Least absolute growth for PD at each time point, in tenths of a mm.

    The pooled sum's floor may follow its content, so that a patient with disease in one region has that region's
    response.

    ============================== ===================================================================
    scope                          the floor is
    ============================== ===================================================================
    intrahepatic                   `min_growth_intrahepatic_mm`
    extrahepatic                   `min_growth_extrahepatic_mm`
    pooled, a number is set        `min_growth_overall_mm`
    pooled, ``by_content``         0 where the intrahepatic target response is itself PD at that time
                                   point, else `by_content_growth_mm`
    ============================== ===================================================================
    """
    match scope:
        case Scope.INTRAHEPATIC:
            return [tenths_of(rules.min_growth_intrahepatic_mm)] * timepoints
        case Scope.EXTRAHEPATIC:
            return [tenths_of(rules.min_growth_extrahepatic_mm)] * timepoints
        case Scope.OVERALL:
            if rules.min_growth_overall_mm != "by_content":
                return [tenths_of(rules.min_growth_overall_mm)] * timepoints
            otherwise = tenths_of(rules.by_content_growth_mm)
            found = [otherwise] * timepoints
            for judged in intrahepatic:
                if judged.target is PD:
                    found[judged.index] = 0
            return found
        case _:
            assert_never(scope)
