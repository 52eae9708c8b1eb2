"""The conditions, questions and words of decision rows, each by itself."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.resources import load_protocol
from mrecist.case import Ineligibility
from mrecist.decisions.gates import Gate
from mrecist.decisions.predicates import PREDICATES, QUESTIONS, SHOWN
from mrecist.decisions.situation import Answers, Situation, Viability
from mrecist.decisions.tables import decide_tace
from mrecist.protocols import ProtocolError
from mrecist.values import Response

PLAIN = Situation(
    intrahepatic=Response.SD,
    extrahepatic=Response.SD,
    viability=Viability.VIABLE,
    extrahepatic_rests_on_node=False,
    extrahepatic_covered=True,
    clinical=Answers(),
    gates=(),
    missing=(),
    consent_withdrawn=False,
    failure_declared_at=None,
)


@pytest.mark.parametrize(
    ("condition", "holds_for"),
    [
        ("extrahepatic_pd", {"PD"}),
        ("extrahepatic_ne", {"NE"}),
        ("extrahepatic_nd", {"ND"}),
        ("extrahepatic_controlled", {"CR", "PR", "SD", "NN"}),
    ],
)
def test_that_each_extrahepatic_response_meets_its_own_condition(condition: str, holds_for: set[str]) -> None:
    responses = [x for x in Response if x is not Response.NA]
    assert {str(x) for x in responses if PREDICATES[condition](PLAIN._replace(extrahepatic=x))} == holds_for


@pytest.mark.parametrize(
    ("response", "viability", "treatable", "evaluable"),
    [
        (Response.SD, Viability.VIABLE, True, True),
        (Response.ND, Viability.VIABLE, False, True),
        (Response.SD, Viability.NONE, False, True),
        (Response.NE, Viability.VIABLE, True, False),
        (Response.PR, Viability.UNKNOWN, True, False),
    ],
)
def test_that_a_liver_is_treatable_and_evaluable_by_response_and_viability(
    response: Response, viability: Viability, treatable: bool, evaluable: bool
) -> None:
    situation = PLAIN._replace(intrahepatic=response, viability=viability)
    assert PREDICATES["liver_not_viable"](situation) is not treatable
    assert PREDICATES["liver_not_evaluable"](situation) is not evaluable
    assert QUESTIONS["imaging"](situation) == (() if evaluable else ("imaging",))


def test_that_nothing_follows_from_a_tace_decision_that_is_not_there() -> None:
    assert QUESTIONS["tace"](PLAIN) == ()
    for condition in ("tace_continues", "nothing_to_treat_in_liver", "no_benefit_of_tace"):
        assert not PREDICATES[condition](PLAIN)


def test_that_what_a_sentence_shows_is_in_words() -> None:
    assert (SHOWN["at"](PLAIN), SHOWN["because"](PLAIN), SHOWN["gates"](PLAIN)) == ("", "", "")
    assert SHOWN["at"](PLAIN._replace(failure_declared_at="TP1")) == "TP1"
    for confirmed, words in ((Ineligibility.ECOG, "ECOG"), (Ineligibility.LIVER, "liver function")):
        clinical = Answers(ineligibility_confirmed=confirmed)
        assert SHOWN["because"](PLAIN._replace(clinical=clinical)) == words


@pytest.mark.parametrize(
    ("text", "upper", "lower"),
    [
        ("bilirubin 2.1 mg/dL is above 2", "Bilirubin 2.1 mg/dL is above 2", "bilirubin 2.1 mg/dL is above 2"),
        ("ECOG 2 is above 1", "ECOG 2 is above 1", "ECOG 2 is above 1"),
        ("Child-Pugh 8 is above 6", "Child-Pugh 8 is above 6", "Child-Pugh 8 is above 6"),
        ("Occlusion of the main vein", "Occlusion of the main vein", "occlusion of the main vein"),
    ],
)
def test_that_a_crossed_limit_begins_a_sentence_or_stands_in_one(text: str, upper: str, lower: str) -> None:
    situation = PLAIN._replace(gates=(Gate("liver", text),))
    assert (SHOWN["gates"](situation), SHOWN["gates_lower"](situation)) == (upper, lower)


def test_that_a_table_without_a_row_for_a_situation_is_an_error_that_names_the_protocol() -> None:
    empty = replace(load_protocol("cotsom"), tace=())
    with pytest.raises(ProtocolError, match=rf"protocol {empty.name} {empty.version} has no row for this situation"):
        decide_tace(PLAIN, empty)
