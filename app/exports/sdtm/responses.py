"""RS, and SUPPRS and SUPPTR: the responses of a read, what follows for a treatment, and what they rest on."""

from __future__ import annotations

from collections.abc import Iterator
from types import MappingProxyType

from app.exports.sdtm.lesions import CRITERIA, ReadLesions
from app.exports.sdtm.metadata import Record, meaning_of
from app.state.record import Visit
from mrecist.results import Decision, RegionResponse, TimePointResponse
from mrecist.values import Response, Scope

_TERMS = MappingProxyType({Response.NN: "NON-CR/NON-PD", Response.ND: "NED"})
_TESTS = MappingProxyType(
    {
        "TRGRESP": "Target Response",
        "NTRGRESP": "Non-target Response",
        "NEWLPROG": "New Lesion Progression",
        "OVRLRESP": "Overall Response",
        "BESTRESP": "Best Overall Response",
        "TACEDEC": "TACE Decision",
        "SORADEC": "Sorafenib Decision",
    }
)
_FAILURES = frozenset(("STOP_FAILURE", "SORAFENIB_FAILURE"))
LONGEST = 200
"""Bytes of a text in SDTM."""

Qualified = tuple[Record, dict[str, str]]
"""A record of RS and its qualifiers by QNAM."""


def responses(read: ReadLesions) -> Iterator[Qualified]:
    """The responses at each follow-up, then the best response of each scope."""
    for at in read.one.assessment.timepoints:
        visit = read.one.record.visit(at.timepoint)
        assert visit is not None
        timed = read.subject.timed("RS", visit, visit.on)
        for scope in Scope:
            yield from _scope(read, at, scope, timed)
        begin = _begin(read, read.criteria("COMPOSITE"), "COMPOSITE", read.group(visit.id, "COMPOSITE")) | timed
        composite = at.composite_reason.rule
        yield begin | _result("OVRLRESP", at.composite), {"RSRULES": composite} | _sitting(read, visit)
        if at.recist11 is not None and read.criteria("OVERALL") != CRITERIA["whole"]:
            begin = _begin(read, CRITERIA["whole"], "OVERALL", read.group(visit.id, "OVERALL")) | timed
            yield begin | _result("OVRLRESP", at.recist11.response), _rules(at.recist11)
        for test, decision in (("TACEDEC", at.tace), ("SORADEC", at.sorafenib)):
            if decision is not None:
                yield _decision(read, visit, test, decision) | timed, _decided(decision)
    for scope in Scope:
        best = read.one.assessment.best_response[scope]
        dated = read.one.assessment.adjudicated[scope]
        qualifiers = {"RSBORCON": response_term(best.confirmed), "RSBORADJ": response_term(best.adjudicated)}
        region = scope.value.upper()
        begin = _begin(read, read.criteria(region), region, None)
        if read.one.assessment.timepoints:
            yield begin | _result("BESTRESP", best.unconfirmed), qualifiers | ({"RSPROGTP": dated} if dated else {})


def supplement(record: Record, qualifiers: dict[str, str]) -> Iterator[Record]:
    """The records of SUPPRS, or SUPPTR, for one record of RS, or TR, that has its number.

    QEVAL is the evaluator of a response; what software proposed has none.
    """
    domain = record["DOMAIN"]
    for name, value in qualifiers.items():
        for number, piece in enumerate(pieces(value)):
            yield {
                "STUDYID": record["STUDYID"],
                "RDOMAIN": domain,
                "USUBJID": record["USUBJID"],
                "IDVAR": f"{domain}SEQ",
                "IDVARVAL": str(record[f"{domain}SEQ"]),
                "QNAM": _numbered(name, number),
                "QLABEL": meaning_of("QNAM", name),
                "QVAL": piece,
                "QORIG": "Derived",
                "QEVAL": record.get("RSEVAL"),
            }


def pieces(value: str) -> list[str]:
    """A text in pieces of at most 200 bytes, parted at blanks; joined by blanks they are the text again."""
    found: list[str] = []
    for word in value.split(" "):
        if found and len(f"{found[-1]} {word}".encode()) <= LONGEST:
            found[-1] += f" {word}"
        else:
            found.append(word)
    return found


def _numbered(name: str, number: int) -> str:
    return f"{name[: 8 - len(str(number))]}{number}" if number else name


def _scope(read: ReadLesions, at: TimePointResponse, scope: Scope, timed: Record) -> Iterator[Qualified]:
    judged = at.scope(scope)
    region = scope.value.upper()
    begin = _begin(read, read.criteria(region), region, read.group(at.timepoint, region)) | timed
    if judged.target is not Response.NA:
        yield begin | _result("TRGRESP", judged.target), {}
    if judged.non_target is not Response.NA:
        yield begin | _result("NTRGRESP", judged.non_target), {}
    word = "Y" if judged.new_lesion else "N"
    yield begin | _tested("NEWLPROG") | {"RSORRES": word, "RSSTRESC": word}, {}
    qualifiers = _rules(judged)
    if judged.adjudicated_response is not judged.response:
        qualifiers["RSADJRES"] = response_term(judged.adjudicated_response)
    if judged.nadir_timepoint:
        qualifiers["RSNADIR"] = judged.nadir_timepoint
    if scope is Scope.OVERALL and at.flags:
        qualifiers["RSFLAGS"] = " ".join(at.flags)
    yield begin | _result("OVRLRESP", judged.response), qualifiers


def _sitting(read: ReadLesions, visit: Visit) -> dict[str, str]:
    """Which read it is, by which rules, and how it can be checked against the log."""
    one = read.one
    found = {"RSREAD": one.read.id, "RSRULSET": one.assessment.ruleset, "RSRULVER": one.assessment.version}
    for signed in one.record.signed:
        if (signed.read_id, signed.visit_id) == (one.read.id, visit.id):
            meaning = signed.meaning.value if signed.meaning else ""
            found |= {"RSSIGNED": signed.at, "RSSIGNMN": meaning, "RSSIGNHD": signed.head}
    return {name: value for name, value in (found | {"RSHEAD": one.head}).items() if value}


def _decision(read: ReadLesions, visit: Visit, test: str, decision: Decision) -> Record:
    token = decision.decision.value
    begin = _begin(read, "PROTOCOL DECISION", "OVERALL", read.group(visit.id, "OVERALL"))
    return begin | _tested(test) | {"RSORRES": token, "RSSTRESC": decision_term(token)}


def _decided(decision: Decision) -> dict[str, str]:
    found = {
        "RSDECROW": decision.row,
        "RSNEEDS": " ".join(decision.needs),
        "RSRULES": " ".join(reason.rule for reason in decision.reasons),
    }
    return {name: value for name, value in found.items() if value}


def _rules(judged: RegionResponse) -> dict[str, str]:
    rules = " ".join(reason.rule for reason in judged.reasons)
    return {"RSRULES": rules} if rules else {}


def _begin(read: ReadLesions, criteria: str, region: str, group: str | None) -> Record:
    return {
        **read.subject.begin("RS"),
        "RSLNKGRP": group,
        "RSCAT": criteria,
        "RSSCAT": region,
        **read.evaluator.columns("RS"),
    }


def _tested(test: str) -> Record:
    return {"RSTESTCD": test, "RSTEST": _TESTS[test]}


def _result(test: str, response: Response) -> Record:
    return {**_tested(test), "RSORRES": response.value, "RSSTRESC": response_term(response)}


def decision_term(token: str) -> str:
    """The term for what follows for a treatment; a failure has one of CDISC's."""
    return "TREATMENT FAILURE" if token in _FAILURES else token.replace("_", " ")


def response_term(response: Response) -> str:
    """The term of CDISC for a response."""
    return _TERMS.get(response, response.value)
