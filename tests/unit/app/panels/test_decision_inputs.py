"""What a decision's card says of its inputs, with the numbers of the example.

FU2: liver 37.7 mm of 72.8 (-48.2 % from baseline), elsewhere 68.9 mm over a nadir of 57.2 (+20.5 %); bilirubin 1.1,
albumin 3.8, INR 1.08, no ascites, no encephalopathy: five points, class A.
"""

from __future__ import annotations

from dataclasses import replace

from app.panels.decision_inputs import input_value
from mrecist.case import ClinicalStatus
from mrecist.results import Decision, TimePointResponse
from tests.support.example_reading import example_assessment, example_record


def _fu2() -> tuple[TimePointResponse, ClinicalStatus]:
    response = example_assessment().timepoint("FU2")
    visit = example_record().visit("FU2")
    assert response is not None and visit is not None and visit.clinical is not None
    return response, visit.clinical


def _said(
    decision: Decision | None, response: TimePointResponse | None, clinical: ClinicalStatus | None
) -> dict[str, str]:
    assert decision is not None
    return {x.name: input_value(x, response, clinical).replace("\u00a0", " ") for x in decision.inputs}


def test_that_inputs_tell_the_numbers_they_rest_on() -> None:
    response, clinical = _fu2()
    local, systemic = _said(response.tace, response, clinical), _said(response.sorafenib, response, clinical)
    assert local["Intrahepatic response"] == "PR (\u221248.2 %)"
    assert local["Viable tumour"] == "37.7 mm"
    assert local["Liver function"] == "A5, bilirubin 1.1 mg/dL"
    assert systemic["Extrahepatic response"] == "PD (+20.5 %)"
    assert systemic["TACE benefit"] == "not answered"


def test_that_where_no_number_is_known_none_is_told() -> None:
    response, clinical = _fu2()
    assert _said(response.tace, None, None)["Intrahepatic response"] == "PR"
    assert _said(response.tace, response, None)["Liver function"] == "no gate"
    without = replace(clinical, albumin_g_dl=None, bilirubin_mg_dl=None)
    assert _said(response.tace, response, without)["Liver function"] == "no gate"
