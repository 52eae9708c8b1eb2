"""All combinations of what a protocol looks at: each reaches one row, and a judgement that is missing is never "no"."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from typing import Any

import pytest

from app.resources import PROTOCOLS, load_protocol
from mrecist.case import Benefit, Ineligibility
from mrecist.decisions.gates import Gate
from mrecist.decisions.predicates import PREDICATES
from mrecist.decisions.situation import Answers, Facts, Radiotherapy, Sessions, Situation, Trend, Viability
from mrecist.decisions.tables import decide_sorafenib, decide_tace
from mrecist.protocols import Protocol, Row
from mrecist.results import Decision, SorafenibOutput, TaceOutput
from mrecist.values import Response

RESPONSES = tuple(r for r in Response if r is not Response.NA)
YES_NO_OPEN = (True, False, None)
BENEFIT = (Benefit.YES, Benefit.NO, None)

# What can be known of each input, and the conditions that look at it.
INPUTS: Mapping[str, tuple[Sequence[Any], str]] = {
    "intrahepatic": (RESPONSES, "intrahepatic liver either tumour_free nothing_to_treat"),
    "extrahepatic": (RESPONSES, "extrahepatic either tumour_free"),
    "viability": (tuple(Viability), "liver_not either_region_ne tumour_free"),
    "node": ((False, True), "extrahepatic_pd_rests"),
    "covered": ((True, False), "extrahepatic_not_covered"),
    "withdrawn": ((False, True), "consent"),
    "declared": ((None, "TP1"), "failure_declared"),
    "gates": (((), (Gate("liver", "INR 2 is above 1.7"),)), "gate_crossed"),
    "missing": (((), ("inr",)), "eligibility_data"),
    "tace_benefit": (BENEFIT, "benefit_ no_benefit"),
    "tace_planned": (YES_NO_OPEN, "tace_planned"),
    "sorafenib_tolerable": (YES_NO_OPEN, "sorafenib_tolerable sorafenib_not_tolerable"),
    "clinical_worsening": (YES_NO_OPEN, "condition_worsened worsening_not"),
    "ineligibility_confirmed": ((*Ineligibility, None), "ineligibility_confirmed"),
    "resectable": (YES_NO_OPEN, "resectab not_resectable"),
    "systemic_benefit": (BENEFIT, "systemic_benefit"),
    "overall": (RESPONSES, "overall_"),
    "arm_has_tace": (YES_NO_OPEN, "arm_"),
    "sessions": (tuple(Sessions), "sessions_"),
    "sorafenib_begun": ((False, True), "sorafenib_begun"),
    "radiotherapy": (tuple(Radiotherapy), "radiotherapy_ response_too_early"),
    "operated": ((False, True), "operated"),
    "marker": (tuple(Trend), "marker_"),
}
ON_TACE = {name for name in PREDICATES if name.startswith(("tace_continues", "tace_failed", "tace_not_over"))}
JUDGEMENTS = (
    "tace_benefit",
    "tace_planned",
    "sorafenib_tolerable",
    "clinical_worsening",
    "resectable",
    "systemic_benefit",
)
PLAIN: dict[str, Any] = {name: values[0] for name, (values, _) in INPUTS.items()} | dict.fromkeys(JUDGEMENTS)


def inputs_of(table: Sequence[Row]) -> tuple[str, ...]:
    """The inputs that any row of a table looks at."""
    named = {x for row in table for x in row.when} - ON_TACE
    found = [k for k, (_, starts) in INPUTS.items() if any(x.startswith(tuple(starts.split())) for x in named)]
    missed = [x for x in named if not any(x.startswith(tuple(starts.split())) for _, starts in INPUTS.values())]
    assert missed == []
    return tuple(found)


def situation(known: Mapping[str, Any], tace: Decision | None = None) -> Situation:
    x = PLAIN | known
    return Situation(
        intrahepatic=x["intrahepatic"],
        extrahepatic=x["extrahepatic"],
        viability=x["viability"],
        extrahepatic_rests_on_node=x["node"] and x["extrahepatic"] is Response.PD,
        extrahepatic_covered=x["covered"],
        clinical=Answers(**{k: x[k] for k in (*JUDGEMENTS, "ineligibility_confirmed")}),
        gates=x["gates"],
        missing=x["missing"],
        consent_withdrawn=x["withdrawn"],
        failure_declared_at=x["declared"],
        facts=Facts(
            overall=x["overall"],
            arm_has_tace=x["arm_has_tace"],
            sessions=x["sessions"],
            sorafenib_begun=x["sorafenib_begun"],
            radiotherapy=x["radiotherapy"],
            operated=x["operated"],
            marker=x["marker"],
            marker_text="AFP 5",
        ),
        tace=tace,
    )


def combinations(names: Sequence[str]) -> Iterator[dict[str, Any]]:
    """Every combination of these inputs."""
    for values in product(*(INPUTS[name][0] for name in names)):
        yield dict(zip(names, values, strict=True))


def rule(decision: Decision) -> str:
    return decision.reasons[0].rule


def first_rows(table: Sequence[Row], protocol: Protocol) -> Iterator[tuple[dict[str, Any], Decision]]:
    """The decision for each combination; rows that stop everything are looked at by themselves."""
    names = inputs_of(table)
    outcomes: dict[object, Decision | None] = {None: None}
    is_tace = table is protocol.tace
    looked_at = sorted({x for row in table for x in row.when if x in ON_TACE})
    if not is_tace and looked_at:  # of the outcomes of TACE that no condition tells apart, one
        decided = [Decision(TaceOutput(row.output), "X", needs=("x",)) for row in protocol.tace]
        outcomes = {tuple(PREDICATES[x](situation({}, d)) for x in looked_at): d for d in decided}
    for known in combinations(names):
        if known.get("withdrawn") and {known.get("intrahepatic"), known.get("extrahepatic")} - {Response.CR, None}:
            continue  # whatever else holds: one response stands for all
        if known.get("node") and known["extrahepatic"] is not Response.PD:
            continue  # nothing rests on a node where there is no progression
        for tace in outcomes.values():
            at = situation(known, tace)
            yield known | {"tace": tace}, decide_tace(at, protocol) if is_tace else decide_sorafenib(at, protocol)


@pytest.mark.parametrize("table", ["tace", "sorafenib"])
@pytest.mark.parametrize("name", [x for x in PROTOCOLS if x != "cotsom"])
def test_that_every_combination_reaches_one_row_and_none_takes_what_is_missing_for_no(name: str, table: str) -> None:
    """Where an unanswered judgement decides as "no" does, and "yes" would not, the row asks for it."""
    protocol = load_protocol(name)
    rows: Sequence[Row] = protocol.tace if table == "tace" else protocol.sorafenib
    names = (*inputs_of(rows), "tace")
    found = {tuple(map(id, (known[k] for k in names))): (known, d) for known, d in first_rows(rows, protocol)}
    assert {rule(d) for _, d in found.values()} == {r.rule or r.row for r in rows}
    answers = {"tace_benefit": BENEFIT, "systemic_benefit": BENEFIT}
    for field in set(JUDGEMENTS) & set(names):
        at = names.index(field)
        yes, no, _ = answers.get(field, YES_NO_OPEN)
        for key, (known, opened) in found.items():
            if known[field] is not None:
                continue
            as_yes = found[(*key[:at], id(yes), *key[at + 1 :])][1]
            as_no = found[(*key[:at], id(no), *key[at + 1 :])][1]
            if rule(opened) == rule(as_no) != rule(as_yes) and field not in (
                "sorafenib_tolerable",
                "clinical_worsening",
            ):
                assert field in opened.needs, (known, opened)
            if rule(opened) != rule(as_yes) and rule(opened) != rule(as_no):
                assert opened.needs, (known, opened)
    for known, decision in found.values():
        if decision.decision in (TaceOutput.JUDGEMENT, SorafenibOutput.JUDGEMENT, TaceOutput.HOLD):
            assert decision.needs
        if decision.decision in (SorafenibOutput.SORAFENIB_FAILURE,):
            assert known["systemic_benefit"] is Benefit.NO
        if decision.decision is TaceOutput.SURGERY:
            assert known["resectable"] is True
        if decision.decision is TaceOutput.STOP_FAILURE:
            assert known["declared"] or known["tace_benefit"] is Benefit.NO or known.get("ineligibility_confirmed")
