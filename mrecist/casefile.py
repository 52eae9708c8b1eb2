"""Response-case files, schema ``tumour-response-cases/1``: JSON into cases, with every fault named by its path.

Numbers are read as decimals, so that rounding half up happens on the text that was written.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Container, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from mrecist.bestresponse import Assessed
from mrecist.case import (
    RULES_OF_TIMEPOINT,
    Case,
    ClinicalEvent,
    EventKind,
    Examination,
    Modality,
    Policy,
    ProtocolName,
    Read,
    Scan,
    TimePoint,
    TimePointRead,
    Treatment,
    TreatmentKind,
)
from mrecist.casefields import Duplicated, Fields, as_text, read_decimal, shown
from mrecist.clinicalfields import read_clinical
from mrecist.lesionfields import read_justifications
from mrecist.lesionregister import Register
from mrecist.values import Response, Scope

CASES_SCHEMA = "tumour-response-cases/1"
SEQUENCES_SCHEMA = "best-response-cases/1"
_ANNOTATIONS = frozenset(("title", "notes", "rule", "why", "source", "expected", "expected_adjudicated_pd_timepoint"))
_SCOPES = {"intra": Scope.INTRAHEPATIC, "extra": Scope.EXTRAHEPATIC, "pooled": Scope.OVERALL}
MOST_DAYS = 40_000
PROTOCOLS: tuple[str, ...] = tuple(ProtocolName)


class CaseFileError(ValueError):
    """The input is no valid case file. `faults` lists every fault as "path: what is wrong and what is wanted"."""

    def __init__(self, faults: Sequence[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = tuple(faults)


@dataclass(frozen=True, slots=True)
class Sequenced:
    """A bare sequence of responses, whose best response is asked for."""

    id: str
    sequence: tuple[Assessed, ...]


def decode(text: str | bytes) -> object:
    """JSON text as Python values, decimals exact.

    Raises
    ------
    CaseFileError
        If it is not JSON in UTF-8.
    """
    try:
        if isinstance(text, bytes):
            text = text.decode("utf-8-sig")
        return json.loads(text, parse_float=read_decimal, parse_constant=Decimal, object_pairs_hook=_object)
    except UnicodeDecodeError as error:
        raise CaseFileError([f"not UTF-8 text (byte {error.start})"]) from error
    except json.JSONDecodeError as error:
        raise CaseFileError([f"not JSON: {error.msg}, line {error.lineno} column {error.colno}"]) from error
    except (RecursionError, ValueError) as error:
        raise CaseFileError([f"not JSON that can be read: {error}"]) from error


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) == len(pairs):
        return found
    names = [name for name, _ in pairs]
    return Duplicated(found, tuple(dict.fromkeys(n for n in names if names.count(n) > 1)))


def read_document(document: object, protocols: Collection[str] = PROTOCOLS) -> tuple[Case, ...] | tuple[Sequenced, ...]:
    """The cases of a whole file: response cases, or bare sequences of responses.

    Parameters
    ----------
    document : object
        What `decode` returned, or plain JSON values.
    protocols : collection of str
        The names that a case may give for its protocol.

    Raises
    ------
    CaseFileError
        With every fault of the file.
    """
    faults: list[str] = []
    top = Fields.of(document, "", faults, "the file")
    if top is None:
        raise CaseFileError(faults)
    schema = top.values.get("schema")
    if schema not in (CASES_SCHEMA, SEQUENCES_SCHEMA):
        raise CaseFileError([f"schema: {as_text(schema)} is not known; write {CASES_SCHEMA!r}"])
    top.only({"schema", "cases", "notes"})
    listed = top.sequence("cases", required=True)
    found: list[Case | None] | list[Sequenced | None]
    if schema == CASES_SCHEMA:
        found = [_case(item, f"cases[{i}]", faults, protocols) for i, item in enumerate(listed)]
    else:
        found = [_sequenced(item, f"cases[{i}]", faults) for i, item in enumerate(listed)]
    seen: set[str] = set()
    for index, case in enumerate(found):
        if case is not None:
            if case.id in seen:
                faults.append(f"cases[{index}].id: {as_text(case.id)} is the id of an earlier case")
            seen.add(case.id)
    if faults:
        raise CaseFileError(faults)
    # one schema a document: all are cases or all are sequences, which the type of a list of both cannot say
    return tuple(c for c in found if c is not None)  # type: ignore[return-value]


def read_case(value: object, path: str = "case", protocols: Collection[str] = PROTOCOLS) -> Case:
    """One case; `protocols` are the names that it may give for its own.

    Raises
    ------
    CaseFileError
        With every fault of the case.
    """
    faults: list[str] = []
    case = _case(value, path, faults, protocols)
    if case is None or faults:
        raise CaseFileError(faults)
    return case


def read_line(value: object, protocols: Collection[str] = PROTOCOLS) -> Case | Sequenced:
    """One line of a JSON-lines file: a case, or a bare sequence of responses, which has `sequence` as a key.

    Raises
    ------
    CaseFileError
        With every fault of the line.
    """
    if not isinstance(value, dict) or "sequence" not in value or "timepoints" in value:
        return read_case(value, protocols=protocols)
    faults: list[str] = []
    sequenced = _sequenced(value, "case", faults)
    if sequenced is None or faults:
        raise CaseFileError(faults)
    return sequenced


def _case(value: object, path: str, faults: list[str], protocols: Collection[str]) -> Case | None:
    fields = Fields.of(value, path, faults, "a case")
    if fields is None:
        return None
    fields.only(_CASE_KEYS | _ANNOTATIONS)
    case_id = fields.text("id", required=True)
    listed = fields.sequence("timepoints", required=True)
    if not listed and "timepoints" in fields.values:
        fields.fault("timepoints", "is empty; the first time point is the baseline")
    timepoints: list[TimePoint] = []
    reads: list[TimePointRead] = []
    register = Register(faults)
    for index, item in enumerate(listed):
        _timepoint(item, f"{path}.timepoints[{index}]", faults, timepoints, reads, register)
    treatments = [
        t
        for i, x in enumerate(fields.sequence("treatments"))
        if (t := _treatment(x, f"{path}.treatments[{i}]", faults, register.named))
    ]
    return Case(
        id=case_id or "",
        timepoints=tuple(timepoints),
        reads=(Read(lesions=tuple(x.lesion for x in register.known.values()), timepoints=tuple(reads)),),
        treatments=tuple(treatments),
        events=_events(fields),
        policy=_policy(fields),
        protocol=fields.word("protocol", protocols),
        title=shown(title) if isinstance(title := fields.values.get("title"), str) else "",
        arm=fields.text("arm"),
        enrolled_day=fields.whole("enrolled_day", -MOST_DAYS, MOST_DAYS),
        randomised_day=fields.whole("randomised_day", -MOST_DAYS, MOST_DAYS),
    )


_CASE_KEYS = frozenset(
    ("id", "policy", "protocol", "timepoints", "arm", "enrolled_day", "randomised_day", "treatments", "events")
)


def _policy(case: Fields) -> Policy:
    fields = case.table("policy")
    if fields is None:
        return Policy()
    fields.only({"min_abs_mm"})
    limits = fields.table("min_abs_mm")
    if limits is None:
        return Policy()
    limits.only(frozenset(_SCOPES))
    given = ((scope, limits.number(name, 0, 500)) for name, scope in _SCOPES.items())
    return Policy(tuple((scope, mm) for scope, mm in given if mm is not None))


def _timepoint(
    value: object,
    path: str,
    faults: list[str],
    timepoints: list[TimePoint],
    reads: list[TimePointRead],
    register: Register,
) -> None:
    fields = Fields.of(value, path, faults, "a time point")
    if fields is None:
        return
    fields.only(_TIMEPOINT_KEYS)
    name = fields.text("timepoint", required=True) or ""
    day = fields.whole("day", -MOST_DAYS, MOST_DAYS, required=True)
    if name and name in [t.id for t in timepoints]:
        fields.fault("timepoint", f"{as_text(name)} is the name of an earlier time point")
    if day is not None and timepoints and day <= timepoints[-1].day:
        fields.fault("day", f"{day} is not after day {timepoints[-1].day}; list time points in order of day")
    observations = register.list_all(fields, baseline=not timepoints)
    seen = {o.lesion_id for o in observations}
    clinical = fields.table("clinical")
    override, overrides = read_justifications(fields, RULES_OF_TIMEPOINT)
    timepoints.append(
        TimePoint(
            name,
            day if day is not None else (timepoints[-1].day + 1 if timepoints else 0),
            None if clinical is None else read_clinical(clinical),
            tuple(_scan(x, f"{path}.scans[{i}]", faults, seen) for i, x in enumerate(fields.sequence("scans"))),
            _coverage(fields),
            override=override,
            overrides=overrides,
        )
    )
    reads.append(TimePointRead(name, observations))


_TIMEPOINT_KEYS = frozenset(("timepoint", "day", "lesions", "clinical", "scans", "coverage", "override"))


def _scan(value: object, path: str, faults: list[str], listed: Container[str]) -> Scan:
    fields = Fields.of(value, path, faults, "a scan")
    if fields is None:
        return Scan(Modality.CT)
    fields.only(_SCAN_KEYS)
    return Scan(
        fields.choice("modality", Modality, required=True) or Modality.CT,
        fields.number("slice_thickness_mm", 0, 100, above=True),
        fields.whole("day", -MOST_DAYS, MOST_DAYS),
        lesions=_lesion_ids(fields, listed, "is not listed at this time point"),
    )


_SCAN_KEYS = frozenset(("modality", "slice_thickness_mm", "day", "lesions"))


def _lesion_ids(fields: Fields, known: Container[str], unknown: str) -> tuple[str, ...]:
    lesions = fields.sequence("lesions")
    if not lesions:
        return ()
    for index, lesion in enumerate(lesions):
        if not isinstance(lesion, str):
            fields.fault(f"lesions[{index}]", "is not the id of a lesion")
        elif lesion not in known:
            fields.fault(f"lesions[{index}]", f"{as_text(lesion)} {unknown}")
    return tuple(str(x) for x in lesions)


def _coverage(timepoint: Fields) -> tuple[tuple[Examination, bool], ...] | None:
    fields = timepoint.table("coverage")
    if fields is None:
        return None
    fields.only(frozenset(x.value for x in Examination))
    given = ((x, fields.flag(x.value)) for x in Examination)
    return tuple((x, done) for x, done in given if done is not None)


def _treatment(value: object, path: str, faults: list[str], known: Container[str]) -> Treatment | None:
    fields = Fields.of(value, path, faults, "a treatment")
    if fields is None:
        return None
    fields.only({"kind", "day", "end_day", "dose", "lesions"})
    kind = fields.choice("kind", TreatmentKind, required=True)
    day = fields.whole("day", -MOST_DAYS, MOST_DAYS, required=True)
    end = fields.whole("end_day", -MOST_DAYS, MOST_DAYS)
    if day is not None and end is not None and end < day:
        fields.fault("end_day", f"{end} is before day {day}")
    dose = fields.values.get("dose")
    lesions = _lesion_ids(fields, known, "is no lesion of this case")
    if isinstance(dose, bool) or not isinstance(dose, str | int | float | Decimal | None):
        fields.fault("dose", "is neither a text nor a number")
    if kind is None or day is None:
        return None
    return Treatment(kind, day, end, "" if dose is None else shown(str(dose)), lesions)


def _events(case: Fields) -> tuple[ClinicalEvent, ...]:
    found: list[ClinicalEvent] = []
    died: int | None = None
    for index, item in enumerate(case.sequence("events")):
        event = _event(item, f"{case.path}.events[{index}]", case.faults)
        if event is None:
            continue
        found.append(event)
        if event.kind is EventKind.DEATH:
            if died is not None:
                case.fault(
                    f"events[{index}].kind", f"is a second death; the first is on day {died}. Leave the true one"
                )
            died = event.day if died is None else died
    return tuple(found)


def _event(value: object, path: str, faults: list[str]) -> ClinicalEvent | None:
    fields = Fields.of(value, path, faults, "an event")
    if fields is None:
        return None
    fields.only({"kind", "day"})
    kind = fields.choice("kind", EventKind, required=True)
    day = fields.whole("day", -MOST_DAYS, MOST_DAYS, required=True)
    return None if kind is None or day is None else ClinicalEvent(kind, day)


def _sequenced(value: object, path: str, faults: list[str]) -> Sequenced | None:
    fields = Fields.of(value, path, faults, "a case")
    if fields is None:
        return None
    fields.only({"id", "sequence"} | _ANNOTATIONS)
    case_id = fields.text("id", required=True) or ""
    found: list[Assessed] = []
    before: int | None = None
    for index, item in enumerate(fields.sequence("sequence", required=True)):
        entry = Fields.of(item, f"{path}.sequence[{index}]", faults, "an assessment")
        if entry is None:
            continue
        entry.only({"day", "response"})
        day = entry.whole("day", -MOST_DAYS, MOST_DAYS, required=True)
        response = entry.choice("response", Response, required=True)
        if response is Response.NA:
            entry.fault("response", "'NA' is no response of a time point")
        if day is not None and before is not None and day <= before:
            entry.fault("day", f"{day} is not after day {before}; list assessments in order of day")
        before = before if day is None else day
        if day is not None and response is not None:
            found.append(Assessed(day, response))
    return Sequenced(case_id, tuple(found))
