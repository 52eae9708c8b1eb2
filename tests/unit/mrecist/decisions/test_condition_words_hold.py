"""The words of the conditions that decision rows are made of, each held by situations worked from the words.

The pages show the rows by these words alone. The key is the row as it stands in the docstring: other words, a condition
more or fewer or another order fail.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

import pytest

from mrecist.case import Benefit, Case, ClinicalStatus, Ineligibility, Marker, TimePoint, Treatment, TreatmentKind
from mrecist.decisions.facts import _radiotherapy, marker_trend
from mrecist.decisions.gates import Gate
from mrecist.decisions.predicates import PREDICATES, QUESTIONS
from mrecist.decisions.situation import Answers, Facts, Radiotherapy, Sessions, Situation, Trend, Viability
from mrecist.protocols import MarkerRule
from mrecist.results import Decision, TaceOutput
from mrecist.values import Response
from tests.support.doc_tables import doc_tables, docstrings

CR, PR, SD, PD, NE, NN, ND, _ = Response
PLAIN = Situation(SD, SD, Viability.VIABLE, False, True, Answers(), (), (), False, None, Facts())
"""Viable tumour, nothing progresses, nothing is answered, nothing is missing."""


def intra(*responses: Response) -> list[Situation]:
    return [PLAIN._replace(intrahepatic=x) for x in responses]


def extra(*responses: Response) -> list[Situation]:
    return [PLAIN._replace(extrahepatic=x) for x in responses]


def now(**fields: Any) -> Situation:
    return PLAIN._replace(**fields)


def answered(**answers: Any) -> Situation:
    return PLAIN._replace(clinical=Answers(**answers))


def known(**facts: Any) -> Situation:
    return PLAIN._replace(facts=Facts(**facts))


def tace(*outputs: TaceOutput) -> list[Situation]:
    return [PLAIN.after(Decision(x, "X1")) for x in outputs]


def _judged(field: str, **answers: Any) -> list[list[Situation]]:
    """Situations in which a judgement of benefit is yes; no; and open: absent, or "cannot be said yet"."""
    return [
        [answered(**{field: Benefit.YES})],
        [answered(**{field: Benefit.NO})],
        [PLAIN, answered(**{field: Benefit.UNDETERMINED})],
    ]


YES, NO, OPEN = _judged("tace_benefit")
GO_ON, END, NOT_SAID = _judged("systemic_benefit")
BLIND = Viability.UNKNOWN
NOTHING = Viability.NONE
OVER = {TaceOutput.STOP_CR, TaceOutput.STOP_FAILURE, TaceOutput.STOP_WITHDRAWN, TaceOutput.NO_INDICATION}
OVER |= {TaceOutput.COMPLETED, TaceOutput.SURGERY}
CONDITIONS: Mapping[tuple[str, str], tuple[list[Situation], list[Situation]]] = {
    ("consent_withdrawn", "consent is withdrawn, now or earlier"): ([now(consent_withdrawn=True)], [PLAIN]),
    ("intrahepatic_cr", "the intrahepatic response is CR"): (intra(CR), intra(PR, SD, NN, PD, NE, ND)),
    ("intrahepatic_pd", "the intrahepatic response is PD"): (intra(PD), intra(CR, PR, SD, NN, NE, ND)),
    (
        "liver_not_evaluable",
        "the intrahepatic response is NE, or no viable tumour is seen in the liver, but something there is not "
        "evaluable",
    ): ([*intra(NE), now(viability=BLIND)], [*intra(CR, SD, PD, ND), now(viability=NOTHING)]),
    ("liver_not_viable", "there was no disease in the liver (ND), or no viable tumour is left in it"): (
        [*intra(ND), now(viability=NOTHING)],
        [*intra(SD, PD), now(viability=BLIND)],
    ),
    ("extrahepatic_pd", "the extrahepatic response is PD"): (extra(PD), extra(CR, PR, SD, NN, NE, ND)),
    ("extrahepatic_ne", "the extrahepatic response is NE"): (extra(NE), extra(CR, PR, SD, NN, PD, ND)),
    ("extrahepatic_nd", "there is no extrahepatic disease (ND)"): (extra(ND), extra(CR, PR, SD, NN, PD, NE)),
    ("extrahepatic_controlled", "the extrahepatic response is CR, PR, SD or non-CR/non-PD"): (
        extra(CR, PR, SD, NN),
        extra(PD, NE, ND),
    ),
    ("extrahepatic_pd_rests_on_node", "the only sign of extrahepatic progression is a re-grown node"): (
        [now(extrahepatic=PD, extrahepatic_rests_on_node=True)],
        extra(PD),
    ),
    ("extrahepatic_not_covered", "a required examination outside the liver was not done"): (
        [now(extrahepatic_covered=False)],
        [PLAIN],
    ),
    ("gate_crossed", "a gate of ECOG or liver function is crossed"): (
        [now(gates=(Gate("ecog", "ECOG 2"),)), now(gates=(Gate("liver", "ascites"),))],
        [PLAIN, now(missing=("ecog",))],
    ),
    ("eligibility_data_missing", "ECOG or an item of Child-Pugh is not recorded at this time point"): (
        [now(missing=("ecog",)), now(missing=("inr",))],
        [PLAIN],
    ),
    ("failure_declared_before", "TACE failure was declared at an earlier time point"): (
        [now(failure_declared_at="TP1")],
        [PLAIN, *tace(TaceOutput.STOP_FAILURE)],
    ),
    ("tace_continues", "TACE is to continue"): (tace(TaceOutput.CONTINUE), [PLAIN, *tace(*OVER, TaceOutput.HOLD)]),
    ("nothing_to_treat_in_liver", "the intrahepatic response is CR, or TACE has no indication"): (
        [*intra(CR), *tace(TaceOutput.NO_INDICATION)],
        [PLAIN, *tace(TaceOutput.CONTINUE, TaceOutput.STOP_FAILURE)],
    ),
    ("benefit_expected", "benefit of further TACE: signed yes"): (YES, [*NO, *OPEN]),
    ("benefit_denied", "benefit of further TACE: signed no"): (NO, [*YES, *OPEN]),
    ("benefit_not_answered", "benefit of further TACE: not signed, or cannot be said yet"): (OPEN, [*YES, *NO]),
    ("no_benefit_of_tace", "benefit of further TACE: signed no, or TACE has failed"): (
        [*NO, *tace(TaceOutput.STOP_FAILURE)],
        [*YES, *OPEN, *tace(TaceOutput.STOP_CR, TaceOutput.HOLD)],
    ),
    ("ineligibility_confirmed", "lasting ineligibility is signed (ECOG or liver function)"): (
        [answered(ineligibility_confirmed=x) for x in Ineligibility],
        [PLAIN],
    ),
    ("tace_planned", "the next TACE is planned"): (
        [answered(tace_planned=True)],
        [PLAIN, answered(tace_planned=False)],
    ),
    ("sorafenib_tolerable", "sorafenib is tolerable"): (
        [answered(sorafenib_tolerable=True)],
        [PLAIN, answered(sorafenib_tolerable=False)],
    ),
    ("sorafenib_not_tolerable", "sorafenib is not tolerable"): (
        [answered(sorafenib_tolerable=False)],
        [PLAIN, answered(sorafenib_tolerable=True)],
    ),
    ("condition_worsened", "clinical worsening is answered yes"): (
        [answered(clinical_worsening=True)],
        [PLAIN, answered(clinical_worsening=False)],
    ),
    ("worsening_not_answered", "clinical worsening is not answered"): (
        [PLAIN],
        [answered(clinical_worsening=x) for x in (True, False)],
    ),
    ("resectable", "resection, metastasectomy or transplantation: signed possible"): (
        [answered(resectable=True)],
        [PLAIN, answered(resectable=False)],
    ),
    ("not_resectable", "resection, metastasectomy or transplantation: signed not possible"): (
        [answered(resectable=False)],
        [PLAIN, answered(resectable=True)],
    ),
    ("resectability_not_answered", "resection, metastasectomy or transplantation: not answered"): (
        [PLAIN],
        [answered(resectable=x) for x in (True, False)],
    ),
    ("systemic_benefit_expected", "benefit of going on with systemic treatment: signed yes"): (
        GO_ON,
        [*END, *NOT_SAID, *YES],
    ),
    ("systemic_benefit_denied", "benefit of going on with systemic treatment: signed no"): (
        END,
        [*GO_ON, *NOT_SAID, *NO],
    ),
    (
        "systemic_benefit_not_answered",
        "benefit of going on with systemic treatment: not signed, or cannot be said yet",
    ): (NOT_SAID, [*GO_ON, *END]),
    ("overall_pd", "the overall (pooled) response is PD"): (
        [known(overall=PD)],
        [known(overall=x) for x in (CR, SD, NE, None)] + intra(PD),
    ),
    ("overall_ne", "the overall (pooled) response is NE"): (
        [known(overall=NE)],
        [known(overall=x) for x in (CR, PD, None)] + intra(NE),
    ),
    ("either_region_pd", "the response of the liver, or that outside it, is PD"): (
        [*intra(PD), *extra(PD)],
        [PLAIN, *intra(NE), known(overall=PD)],
    ),
    (
        "either_region_ne",
        "the response of the liver, or that outside it, is NE, or a liver lesion that may be viable is not evaluable",
    ): ([*intra(NE), *extra(NE), now(viability=BLIND)], [PLAIN, *intra(CR, ND), now(viability=NOTHING)]),
    ("tumour_free", "neither region shows tumour: CR, no disease, or no viable tumour left in the liver"): (
        [
            *[now(intrahepatic=a, extrahepatic=b) for a in (CR, ND) for b in (CR, ND)],
            now(intrahepatic=PR, viability=NOTHING, extrahepatic=CR),
        ],
        [
            PLAIN,
            now(intrahepatic=CR, extrahepatic=PR),
            now(intrahepatic=PR, extrahepatic=CR),
            now(intrahepatic=NE, viability=NOTHING, extrahepatic=CR),
        ],
    ),
    ("arm_not_recorded", "the study arm is not recorded, or is none of the protocol's"): (
        [known(arm_has_tace=None)],
        [known(arm_has_tace=x) for x in (True, False)],
    ),
    ("arm_without_tace", "the patient's arm has no TACE"): (
        [known(arm_has_tace=False)],
        [known(arm_has_tace=x) for x in (True, None)],
    ),
    ("sessions_too_few", "fewer sessions than the protocol's least were given"): (
        [known(sessions=Sessions.TOO_FEW)],
        [known(sessions=x) for x in (Sessions.ENOUGH, Sessions.COMPLETE)],
    ),
    ("sessions_complete", "as many sessions as the protocol's most were given"): (
        [known(sessions=Sessions.COMPLETE)],
        [known(sessions=x) for x in (Sessions.TOO_FEW, Sessions.ENOUGH)],
    ),
    ("sorafenib_begun", "sorafenib has begun"): ([known(sorafenib_begun=True)], [PLAIN]),
    ("radiotherapy_not_recorded", "no radiotherapy, or not its end, is recorded"): (
        [known(radiotherapy=Radiotherapy.NOT_RECORDED)],
        [known(radiotherapy=x) for x in Radiotherapy if x is not Radiotherapy.NOT_RECORDED],
    ),
    ("radiotherapy_under_way", "radiotherapy has not ended"): (
        [known(radiotherapy=Radiotherapy.UNDER_WAY)],
        [known(radiotherapy=x) for x in Radiotherapy if x is not Radiotherapy.UNDER_WAY],
    ),
    ("response_too_early", "radiotherapy has ended, and the window of its response is not open yet"): (
        [known(radiotherapy=Radiotherapy.TOO_EARLY)],
        [known(radiotherapy=x) for x in Radiotherapy if x is not Radiotherapy.TOO_EARLY],
    ),
    ("operated", "a resection or transplantation is recorded"): ([known(operated=True)], [PLAIN]),
    ("marker_rising", "the protocol's tumour marker is above its limit and higher than when last recorded"): (
        [known(marker=Trend.RISING)],
        [known(marker=x) for x in (Trend.NOT_RISING, Trend.UNKNOWN)],
    ),
    (
        "marker_unknown",
        "whether the tumour marker rises cannot be said: it, or a value before it, is not recorded, or only as "
        '"greater than"',
    ): ([known(marker=Trend.UNKNOWN)], [known(marker=x) for x in (Trend.RISING, Trend.NOT_RISING)]),
    ("tace_failed", "the local treatment has failed"): (
        tace(TaceOutput.STOP_FAILURE),
        [PLAIN, *tace(TaceOutput.STOP_CR, TaceOutput.CONTINUE)],
    ),
    ("tace_not_over", "the local treatment goes on, or it is not decided that it does not"): (
        tace(TaceOutput.CONTINUE, TaceOutput.HOLD, TaceOutput.JUDGEMENT, TaceOutput.NOT_YET),
        [PLAIN, *tace(*OVER)],
    ),
}


def test_that_the_words_of_each_condition_are_what_it_looks_at() -> None:
    (table,) = doc_tables(docstrings()["mrecist.decisions.predicates.PREDICATES"])
    assert list(table.rows) == list(CONDITIONS)
    wrong = [
        (name, expected, situation)
        for (name, _), both in CONDITIONS.items()
        for expected, situations in zip((True, False), both, strict=True)
        for situation in situations
        if PREDICATES[name](situation) is not expected
    ]
    assert wrong == []


# --- questions -------------------------------------------------------------------------------------------------------

ALWAYS = [PLAIN]
ASKED: Mapping[tuple[str, str], tuple[list[Situation], list[Situation]]] = {
    ("eligibility", "is the crossed gate lasting?"): (ALWAYS, []),
    ("eligibility data", "what ECOG and Child-Pugh still lack"): ([now(missing=("inr",))], [PLAIN]),
    ("imaging", "imaging of the liver, where it is not fully evaluable"): ([*intra(NE), now(viability=BLIND)], [PLAIN]),
    ("tace_benefit", "is benefit of further TACE expected?"): (OPEN, [*YES, *NO]),
    ("tace_planned", "is the next TACE planned?"): (
        [PLAIN, answered(tace_planned=False)],
        [answered(tace_planned=True)],
    ),
    ("sorafenib_tolerable", "is sorafenib tolerable?"): (
        [PLAIN],
        [answered(sorafenib_tolerable=x) for x in (True, False)],
    ),
    ("tace", "what TACE itself asks for; where it asks nothing, that it continues"): (
        tace(TaceOutput.HOLD, TaceOutput.STOP_CR),
        [PLAIN, *tace(TaceOutput.CONTINUE)],
    ),
    ("clinical_worsening", "is the condition worsening?"): (
        [PLAIN],
        [answered(clinical_worsening=x) for x in (True, False)],
    ),
    ("extrahepatic imaging", "imaging outside the liver"): (ALWAYS, []),
    ("sorafenib continuation", "is sorafenib to go on?"): (ALWAYS, []),
    ("resectable", "is resection, metastasectomy or transplantation possible?"): (
        [PLAIN],
        [answered(resectable=x) for x in (True, False)],
    ),
    ("systemic_benefit", "is benefit of going on with systemic treatment expected?"): (NOT_SAID, [*GO_ON, *END]),
    ("arm", "the study arm"): ([PLAIN], [known(arm_has_tace=x) for x in (True, False)]),
    ("radiotherapy", "when radiotherapy began and ended"): (
        [PLAIN],
        [known(radiotherapy=x) for x in (Radiotherapy.UNDER_WAY, Radiotherapy.DUE)],
    ),
    ("tumour marker", "the tumour marker at this time point"): ([PLAIN], [known(marker=Trend.RISING)]),
    ("tumour imaging", "imaging, where a response is not evaluable"): (ALWAYS, []),
    ("search", "a search for tumour where a marker rises and none is seen"): (ALWAYS, []),
}


def test_that_each_question_is_open_where_its_words_say() -> None:
    (table,) = doc_tables(docstrings()["mrecist.decisions.predicates.QUESTIONS"])
    assert list(table.rows) == list(ASKED)
    for (name, _), (asked, not_asked) in ASKED.items():
        assert all(QUESTIONS[name](x) for x in asked), name
        assert not any(QUESTIONS[name](x) for x in not_asked), name


# --- what the facts are ----------------------------------------------------------------------------------------------


def _given(day: int, end: int | None) -> Case:
    return Case("c", treatments=(Treatment(TreatmentKind.RADIOTHERAPY, day, end),))


def _markers(*values: str | None) -> Case:
    """A case with AFP at each time point; ``>`` marks a value known only as greater."""
    found = [
        ClinicalStatus() if x is None else ClinicalStatus(afp_ng_ml=Marker(Fraction(x.lstrip(">")), x.startswith(">")))
        for x in values
    ]
    return Case("c", tuple(TimePoint(f"T{i}", i, status) for i, status in enumerate(found)))


AFP = MarkerRule("afp_ng_ml", "AFP", Fraction(20), "")


def _trends(*courses: tuple[str | None, ...], rule: MarkerRule | None = AFP) -> set[str]:
    return {marker_trend(_markers(*course), len(course) - 1, rule)[0].value for course in courses}


FACTS: Mapping[str, Mapping[tuple[str, ...], Callable[[], bool]]] = {
    "mrecist.decisions.facts._radiotherapy": {
        ("not recorded", "none has begun by this day, or its end was not recorded"): lambda: (
            {_radiotherapy(_given(*x), 40, 28) for x in ((41, 50), (1, None))} == {Radiotherapy.NOT_RECORDED}
        ),
        ("under way", "it ends after this day"): lambda: (
            [_radiotherapy(_given(1, x), 40, 28) is Radiotherapy.UNDER_WAY for x in (40, 41)] == [False, True]
        ),
        ("too early", "it has ended, and fewer days have passed than the response waits for"): lambda: (
            {_radiotherapy(_given(1, x), 40, 28) for x in (40, 13)} == {Radiotherapy.TOO_EARLY}
        ),
        ("due", "otherwise"): lambda: _radiotherapy(_given(1, 12), 40, 28) is Radiotherapy.DUE,
    },
    "mrecist.decisions.facts.marker_trend": {
        (
            "unknown",
            "no marker is named; its value now, or any before it, is not recorded; or one of the two is known only as "
            '"greater than", and it may or may not be the lower one or within the limit',
        ): lambda: (
            _trends(("10", "30"), rule=None) == {"unknown"}
            and _trends(("30", None), ("30",), (None, "30"), (">30", "40"), (">30", ">40"), ("30", ">25"), ("5", ">10"))
            == {"unknown"}
        ),
        ("not rising", "it is at or below the protocol's limit, or not higher than when last recorded"): lambda: (
            _trends(("5", "20"), (None, "20"), ("30", "30"), ("30", None, "29"), (">30", "25")) == {"not_rising"}
        ),
        ("rising", "otherwise"): lambda: _trends(("5", "20.1"), ("30", None, "30.1"), ("30", ">30")) == {"rising"},
    },
}


@pytest.mark.parametrize("name", FACTS)
def test_that_each_row_of_a_table_is_what_is_done(name: str) -> None:
    (table,) = doc_tables(docstrings()[name])
    assert list(table.rows) == list(FACTS[name])
    assert [row for row, holds in FACTS[name].items() if not holds()] == []
