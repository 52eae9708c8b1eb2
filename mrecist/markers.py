"""Tumour markers that a rule set wants normal before non-targets are called gone."""

from __future__ import annotations

from dataclasses import fields
from fractions import Fraction

from mrecist.case import Case, ClinicalStatus, Marker
from mrecist.nontarget import NonTarget
from mrecist.rulesets import MarkerRules
from mrecist.values import Response

_NAMES = {"afp_ng_ml": "AFP (tumour marker)", "pivka_mau_ml": "PIVKA-II (tumour marker)"}


def raised_markers(case: Case, rules: MarkerRules) -> tuple[NonTarget, ...]:
    """Each marker that is asked for and was above its limit at baseline, as the non-target that it speaks for.

    A marker belongs to the patient: it is looked at in the pooled response alone, and only beside lesions. It never
    progresses, and does not show that disease is back.
    """
    asked = [(f.name, limit) for f in fields(rules) if (limit := getattr(rules, f.name)) is not None]
    found = []
    for name, limit in asked:
        responses = tuple([marker_response(_value(t.clinical, name), limit) for t in case.timepoints])
        if responses[0] is Response.NN:
            found.append(NonTarget(_NAMES[name], False, responses, (False,) * len(responses)))
    return tuple(found)


def marker_response(marker: Marker | None, limit: Fraction) -> Response:
    """What a marker says as a non-target.

    Ordered decision table; the first row that holds decides.

    ========================================================================== ==
    the marker at this time point                                              is
    ========================================================================== ==
    was not recorded, or is known as "greater than" a value below its limit    NE
    is above its limit                                                         NN
    is at its limit or below                                                   CR
    ========================================================================== ==

    Notes
    -----
    Source: Eisenhauer 2009, 4.3.3 (markers that were high are to be normal for CR of non-target lesions).
    """
    if marker is None or (marker.above and marker.value < limit):
        return Response.NE
    return Response.NN if marker.above or marker.value > limit else Response.CR


def _value(clinical: ClinicalStatus | None, name: str) -> Marker | None:
    found: Marker | None = None if clinical is None else getattr(clinical, name)
    return found
