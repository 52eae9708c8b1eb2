"""The words of the inputs on a decision card, each held by situations worked from the words.

The key is the row as it stands in the docstring: other words, an input more or fewer or another order fail. Beside it
stand the situations, with what the card says of each and whether that is met, not met, an open question or an alert.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from mrecist.case import Benefit, Ineligibility
from mrecist.decisions.gates import Gate
from mrecist.decisions.inputs import INPUTS
from mrecist.decisions.situation import Answers, Facts, Radiotherapy, Sessions, Situation, Trend, Viability
from mrecist.results import DecisionInput
from mrecist.values import Response
from tests.support.doc_tables import doc_tables, docstrings

CR, PR, SD, PD, NE, NN, ND, _ = Response
PLAIN = Situation(SD, SD, Viability.VIABLE, False, True, Answers(ecog=0), (), (), False, None, Facts())
MET, NOT_MET, OPEN, ALERT = "met", "not_met", "open", "alert"
Said = list[tuple[Situation, str, str]]


def now(**fields: Any) -> Situation:
    return PLAIN._replace(**fields)


def answered(**answers: Any) -> Situation:
    return PLAIN._replace(clinical=Answers(**answers))


def known(**facts: Any) -> Situation:
    return PLAIN._replace(facts=Facts(**facts))


def _of_response(field: str, states: Mapping[Response, str]) -> Said:
    return [(now(**{field: response}), response.value, state) for response, state in states.items()]


def _of_benefit(field: str, yes: str, no: str) -> Said:
    """An absent answer and "cannot say yet" are the same: not signed, never "no"."""
    return [
        (answered(**{field: Benefit.YES}), yes, MET),
        (answered(**{field: Benefit.NO}), no, ALERT),
        (answered(**{field: Benefit.UNDETERMINED}), "cannot say yet", OPEN),
        (PLAIN, "not answered", OPEN),
    ]


def _of_report(*reported: Situation, beside: tuple[Situation, ...] = ()) -> Said:
    """What counts once it is reported: absent is not reported."""
    return [(x, "reported", ALERT) for x in reported] + [(x, "none reported", MET) for x in (PLAIN, *beside)]


LIVER = {CR: NOT_MET, ND: NOT_MET, PR: MET, SD: MET, NN: MET, PD: ALERT, NE: OPEN}
"""Nothing is left to treat in the liver in CR and without disease; it is not told where not evaluable."""
OUTSIDE = {CR: MET, PR: MET, SD: MET, NN: MET, PD: ALERT, NE: OPEN, ND: OPEN}
"""Sorafenib goes on in CR, PR, SD and NN; NE and ND ask for a judgement (S9 to S11)."""
CROSSED = now(gates=(Gate("ecog", "ECOG 2"), Gate("liver", "ascites"), Gate("liver", "INR 2")))
GATES: list[tuple[Situation, list[tuple[str, str, str]]]] = [
    (PLAIN, [("ECOG", "0", MET), ("Liver function", "no gate", MET)]),
    (CROSSED, [("ECOG", "ECOG 2", ALERT), ("Liver function", "ascites; INR 2", ALERT)]),
    (
        now(missing=("ecog", "inr", "albumin_g_dl")),
        [("ECOG", "ECOG not recorded", OPEN), ("Liver function", "INR, albumin not recorded", OPEN)],
    ),
]
COMPUTED = ("intrahepatic", "viable", "extrahepatic", "overall")
JUDGED = ("tace_benefit", "local_benefit", "systemic_benefit", "resectable")

WORDS: Mapping[tuple[str, str], Said] = {
    ("intrahepatic", "the intrahepatic response"): _of_response("intrahepatic", LIVER),
    ("viable", "whether viable tumour is seen in the liver"): [
        (now(viability=Viability.VIABLE), "seen", MET),
        (now(viability=Viability.NONE), "none", NOT_MET),
        (now(viability=Viability.UNKNOWN), "cannot be told", OPEN),
    ],
    ("extrahepatic", "the extrahepatic response"): _of_response("extrahepatic", OUTSIDE),
    ("overall", "the overall (pooled) response"): [
        *[(known(overall=x), x.value, MET) for x in (CR, PR, SD, NN, ND)],
        (known(overall=PD), "PD", ALERT),
        (known(overall=NE), "NE", OPEN),
        (PLAIN, "not known", OPEN),
    ],
    ("gates", "ECOG and liver function against the gates"): [],  # two lines each: `GATES`
    ("tace_benefit", "benefit of further TACE"): _of_benefit("tace_benefit", "expected", "not expected"),
    ("local_benefit", "the same judgement where it is about any local treatment"): _of_benefit(
        "tace_benefit", "yes", "no"
    ),
    ("systemic_benefit", "benefit of going on with systemic treatment"): _of_benefit(
        "systemic_benefit", "expected", "not expected"
    ),
    ("resectable", "resection, metastasectomy or transplantation possible"): [
        (answered(resectable=True), "yes", MET),
        (answered(resectable=False), "no", ALERT),
        (PLAIN, "not answered", OPEN),
    ],
    ("tolerable", "whether intolerance is reported"): _of_report(
        answered(sorafenib_tolerable=False), beside=(answered(sorafenib_tolerable=True),)
    ),
    ("worsening", "whether clinical worsening is reported"): _of_report(
        answered(clinical_worsening=True), beside=(answered(clinical_worsening=False),)
    ),
    ("lasting", "whether lasting ineligibility is signed"): _of_report(
        *[answered(ineligibility_confirmed=x) for x in Ineligibility]
    ),
    ("consent", "whether consent is withdrawn"): _of_report(now(consent_withdrawn=True)),
    ("arm", "whether the patient's arm has TACE"): [
        (known(arm_has_tace=True), "with TACE", MET),
        (known(arm_has_tace=False), "without TACE", NOT_MET),
        (PLAIN, "not recorded", OPEN),
    ],
    ("sessions", "how many sessions were given"): [
        (known(session_count=1, sessions=Sessions.TOO_FEW), "1", OPEN),
        (known(session_count=2, sessions=Sessions.ENOUGH), "2", MET),
        (known(session_count=4, sessions=Sessions.COMPLETE), "4", NOT_MET),
    ],
    ("sorafenib", "whether sorafenib has begun"): [
        (known(sorafenib_begun=True), "begun", MET),
        (PLAIN, "not begun", NOT_MET),
    ],
    ("radiotherapy", "how far radiotherapy has come"): [
        (known(radiotherapy=Radiotherapy.NOT_RECORDED), "end not recorded", OPEN),
        (known(radiotherapy=Radiotherapy.UNDER_WAY), "under way", OPEN),
        (known(radiotherapy=Radiotherapy.TOO_EARLY), "ended, response not due yet", OPEN),
        (known(radiotherapy=Radiotherapy.DUE), "ended, response due", MET),
    ],
    ("operation", "whether a resection or transplantation is recorded"): [
        (known(operated=True), "recorded", MET),
        (PLAIN, "none recorded", NOT_MET),
    ],
    ("marker", "the tumour marker with its last values"): [
        (known(marker=Trend.RISING, marker_text="AFP 20 → 40"), "AFP 20 → 40", ALERT),
        (known(marker=Trend.NOT_RISING, marker_text="AFP 40 → 20"), "AFP 40 → 20", MET),
        (PLAIN, "none", OPEN),
    ],
}


def _shown(name: str, situation: Situation) -> list[tuple[str, str]]:
    found: tuple[DecisionInput, ...] = INPUTS[name](situation)
    origin = "computed" if name in COMPUTED else "judged" if name in JUDGED else "recorded"
    assert {x.origin for x in found} == {origin}
    return [(x.value, x.state) for x in found]


def test_that_every_input_has_its_row() -> None:
    (table,) = doc_tables(docstrings()["mrecist.decisions.inputs.INPUTS"])
    assert list(table.rows) == list(WORDS)
    assert {name for name, _ in WORDS} == set(INPUTS)


@pytest.mark.parametrize("row", WORDS, ids=lambda row: row[0])
def test_that_an_input_shows_what_its_words_say(row: tuple[str, str]) -> None:
    name = row[0]
    wrong = [(s, v, state, _shown(name, s)) for s, v, state in WORDS[row] if _shown(name, s) != [(v, state)]]
    assert wrong == []
    assert WORDS[row] or name == "gates"


def test_that_the_gates_are_shown_for_ecog_and_for_the_liver() -> None:
    for situation, lines in GATES:
        assert [(x.name, x.value, x.state) for x in INPUTS["gates"](situation)] == lines
        assert _shown("gates", situation) == [(value, state) for _, value, state in lines]
