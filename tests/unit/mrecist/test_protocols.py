"""Protocols as data: the shipped one decides every situation, and a faulty text is refused with every fault."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from typing import Any

import pytest

from app.resources import PROTOCOLS, load_protocol, read_text
from mrecist.case import Benefit, Ineligibility, ProtocolName
from mrecist.decisions.gates import Gate
from mrecist.decisions.situation import Answers, Situation, Viability
from mrecist.decisions.tables import decide_sorafenib, decide_tace
from mrecist.protocols import ProtocolError, parse_protocol
from mrecist.results import SorafenibOutput, TaceOutput
from mrecist.values import Response

COTSOM = load_protocol("cotsom")
RESPONSES = tuple(r for r in Response if r is not Response.NA)
YES_NO_OPEN = (True, False, None)


def situation(**known: Any) -> Situation:
    plain: dict[str, Any] = {
        "intrahepatic": Response.SD,
        "extrahepatic": Response.SD,
        "viability": Viability.VIABLE,
        "extrahepatic_rests_on_node": False,
        "extrahepatic_covered": True,
        "clinical": Answers(),
        "gates": (),
        "missing": (),
        "consent_withdrawn": False,
        "failure_declared_at": None,
    }
    return Situation(**(plain | known))


def test_that_every_row_of_the_specification_is_there() -> None:
    assert {r.row for r in COTSOM.tace} == {f"T{n}" for n in range(1, 12)}
    assert {r.row for r in COTSOM.sorafenib} == {f"S{n}" for n in range(1, 13)}
    assert len({r.rule or r.row for r in (*COTSOM.tace, *COTSOM.sorafenib)}) == len(COTSOM.tace) + len(COTSOM.sorafenib)


def test_that_every_combination_of_inputs_reaches_a_row_and_a_missing_judgement_is_never_no() -> None:
    """All inputs of the TACE table, and of the sorafenib table for every outcome of TACE."""
    gate = (Gate("liver", "bilirubin 3 mg/dL is above 2"),)
    seen: set[str] = set()
    for intra, viable, benefit, lasting, gates, missing, withdrawn, declared in product(
        RESPONSES,
        Viability,
        (*Benefit, None),
        (*Ineligibility, None),
        ((), gate),
        ((), ("inr",)),
        (True, False),
        ("TP1", None),
    ):
        clinical = Answers(tace_benefit=benefit, ineligibility_confirmed=lasting)
        at = situation(
            intrahepatic=intra,
            viability=viable,
            clinical=clinical,
            gates=gates,
            missing=missing,
            consent_withdrawn=withdrawn,
            failure_declared_at=declared,
        )
        tace = decide_tace(at, COTSOM)
        seen.add(tace.reasons[0].rule)
        assert tace.reasons[0].text
        answered_no = benefit is Benefit.NO or lasting is not None or declared is not None
        assert tace.decision is not TaceOutput.STOP_FAILURE or answered_no
        assert tace.decision is not TaceOutput.CONTINUE or (benefit is Benefit.YES and not gates and not missing)
    assert seen == {r.rule or r.row for r in COTSOM.tace}


def test_that_every_combination_reaches_a_row_of_the_sorafenib_table() -> None:
    gate = (Gate("ecog", "ECOG 2 is above 1"),)
    seen: set[str] = set()
    outcomes = {
        (d.decision, d.row): d
        for intra, viable, benefit, missing in product(RESPONSES, Viability, Benefit, ((), ("inr",)))
        for d in (
            decide_tace(
                situation(
                    intrahepatic=intra,
                    viability=viable,
                    clinical=Answers(tace_benefit=benefit),
                    missing=missing,
                ),
                COTSOM,
            ),
        )
    }.values()
    for extra, tace, benefit, planned, tolerable, worse, gates, node, covered in product(
        RESPONSES,
        outcomes,
        (*Benefit, None),
        YES_NO_OPEN,
        YES_NO_OPEN,
        YES_NO_OPEN,
        ((), gate),
        (True, False),
        (True, False),
    ):
        clinical = Answers(
            tace_benefit=benefit, tace_planned=planned, sorafenib_tolerable=tolerable, clinical_worsening=worse
        )
        at = situation(
            intrahepatic=Response.PD if tace.row == "T9" else Response.SD,
            extrahepatic=extra,
            clinical=clinical,
            gates=gates,
            extrahepatic_rests_on_node=node and extra is Response.PD,
            extrahepatic_covered=covered,
            tace=tace,
        )
        decision = decide_sorafenib(at, COTSOM)
        seen.add(decision.reasons[0].rule)
        if decision.decision is SorafenibOutput.SORAFENIB_FAILURE:
            assert extra is Response.PD
            assert benefit is Benefit.NO or tace.decision is TaceOutput.STOP_FAILURE
        if decision.decision is SorafenibOutput.CONTINUE_ALLOWED:
            assert (benefit, planned, tolerable) == (Benefit.YES, True, True)
        if decision.decision is SorafenibOutput.JUDGEMENT:
            assert decision.needs
    assert seen == {r.rule or r.row for r in COTSOM.sorafenib} - {"S1"}


def test_that_a_protocol_without_a_row_for_a_situation_says_so() -> None:
    short = replace(COTSOM, tace=COTSOM.tace[:1])
    with pytest.raises(ProtocolError, match=r"protocol cotsom 1\.0\.2 has no row"):
        decide_tace(situation(), short)


def test_that_every_shipped_protocol_is_whole_and_there_is_no_other() -> None:
    shipped = [load_protocol(n) for n in PROTOCOLS]
    assert [p.name for p in shipped] == list(PROTOCOLS)
    assert {*PROTOCOLS, *(a for p in shipped for a in p.aliases)} == set(ProtocolName)
    for p in shipped:
        assert p.windows and p.not_in_source and p.ambiguities and p.design
        assert p.eligibility or "entry criteria" in p.not_in_source
        assert p.endpoints is not None or "endpoints" in p.not_in_source
        assert all(p.is_named(x) for x in (p.name, *p.aliases)) and not p.is_named(None) and not p.is_named("our-own")
    assert COTSOM.label == "cotsom 1.0.2"
    assert (COTSOM.tace_card.brief, load_protocol("sorafenib-vs-fm").tace_card.brief) == ("TACE", "Liver")
    with pytest.raises(KeyError):
        load_protocol("our-own")


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('when = ["intrahepatic_cr"]', 'when = ["liver_gone"]', "tace[2].when: liver_gone is not a condition"),
        ('asks = ["imaging"]', 'asks = ["the weather"]', "tace[6].asks: the weather is not a question"),
        ("declared at {at}", "declared at {where}", "tace[1].text: {where} is not known"),
        ("declared at {at}", "declared at {at", "tace[1].text: expected '}'"),
        ("ECOG {value} is", "ECOG {grade} is", "gates[0].text: {grade} is not known"),
        ('value = "inr"', 'value = "mood"', "gates[5].value is one of ecog"),
        ("above = 1.7", "", "gates[5] has either above or below"),
        ("above = 1.7", "above = 1.7\nbelow = 1", "gates[5] has either above or below"),
        ('output = "STOP_CR"', 'output = "STOP"', "tace[2].output is one of CONTINUE"),
        ('row = "T3"', "row = 3", "tace[2].row is a text"),
        ('when = ["intrahepatic_cr"]', 'when = "intrahepatic_cr"', "tace[2].when is a list"),
        ('when = ["intrahepatic_cr"]', "", "tace[2].when is missing"),
        ('kind = "ecog"', 'kind = "heart"', "gates[0].kind is one of ecog, liver"),
        ("[[tace]]", "[[tace", "not a protocol"),
        ('name = "cotsom"', 'name = "Our Study"', "name is of small letters and digits, joined by - or _"),
        ('rule = "T6-DATA"', "", "tace[10]: T6 is there before; each has its own row (give it a rule of its own)"),
        ('proposal = "SORAFENIB_FAILURE"', 'proposal = "STOP"', "sorafenib[6].proposal: STOP is not an output"),
        (
            'when = ["intrahepatic_cr"]',
            'when = ["sessions_complete"]',
            "sessions is missing: a row names sessions_too_few",
        ),
        ('when = ["intrahepatic_cr"]', 'when = ["marker_rising"]', "marker is missing: a row names marker_rising"),
        (
            'design = "',
            'tace_card = { title = "T", inputs = ["mood"] }\ndesign = "',
            "tace_card.inputs[0] is one of intra",
        ),
        (
            'design = "',
            'sessions = { kind = "TACE", least = 4, most = 2, source = "s" }\ndesign = "',
            "sessions.least is 1",
        ),
        ('before = "TACE"', 'before = "TACE"\nafter = "TACE"', "windows[1] has either after or before"),
        ("last_days = 56", "last_days = 27", "windows[0].first_days is at most last_days"),
        ('while_open = "sorafenib"', 'while_open = "sorafenib end"', "windows[2].while_open is a treatment"),
        ('"STOP_CR", "NO_INDICATION"]', '"STOP_ALL"]', "windows[0].ended_by: STOP_ALL is not an output"),
        ("TACE {number}, if", "TACE {count}, if", "windows[0].title: {count} is not known"),
        ("≤ {last} d", "≤ {most} d", "windows[1].span: {most} is not known"),
        ('id = "safety_labs"', 'id = "tace"', "windows[1]: tace is there before; each has its own id"),
        ('value = "age_years"', 'value = "height"', "eligibility[4].value is one of ecog"),
        ('value = "age_years"\nbelow = 20', 'value = "age_years"', "eligibility[4] has one of above, at_least"),
        ('text = "brain metastasis"', 'text = "brain {metastasis}"', "eligibility[12].text: {metastasis} is not known"),
        ("visit_days = 42", 'censoring = "later"\nvisit_days = 42', "endpoints.censoring is one of"),
    ],
)
def test_that_a_faulty_text_is_refused(old: str, new: str, words: str) -> None:
    text = read_text("protocols", "cotsom.toml")
    assert old in text
    with pytest.raises(ProtocolError, match="not a protocol") as caught:
        parse_protocol(text.replace(old, new, 1))
    assert words in str(caught.value)


def test_that_the_faults_of_a_protocol_without_rows_or_endpoints_are_told_all_at_once() -> None:
    text = (
        'name = "x"\nversion = "1"\ntitle = "t"\nsource = "s"\ngates = []\ntace = []\nsorafenib = []\naliases = ["Y"]\n'
    )
    with pytest.raises(ProtocolError) as caught:
        parse_protocol(text)
    assert [x.partition(" ")[0] for x in caught.value.faults] == ["aliases[0]", "tace", "sorafenib"]
