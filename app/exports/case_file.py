"""Cases as a response-case file, schema ``tumour-response-cases/1``, that `assess` reads back.

The file format has no place for some of what a record holds: calendar dates, evidence lines, why a lesion is not
evaluable, into which lesion another merged, and all but the first liver segment; IVa and IVb are IV there. Figures,
which no rule reads, stand in a document of their own beside it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from enum import Enum
from fractions import Fraction
from typing import Any, assert_never

from app.exports.exported import ExportedCase, ExportedRead
from app.exports.figures import FIGURES_SCHEMA, figures_plain
from app.exports.json_lists import JsonList, as_text
from app.exports.staging import Staging
from app.profiles import known_profiles
from mrecist.case import ClinicalStatus, Marker, Read, Scan, TimePoint
from mrecist.casefile import CASES_SCHEMA, CaseFileError, decode, read_document
from mrecist.lesionfields import FOR_ALL, Status
from mrecist.lesions import (
    Absent,
    Features,
    Finding,
    Lesion,
    Measured,
    Merged,
    Nonviable,
    NotEvaluable,
    Observation,
    Present,
    Split,
    TooSmall,
    UnequivocalProgression,
)
from mrecist.resultfile import result, results_document
from mrecist.rulesets import RuleSet
from mrecist.values import Diameter, Line

_NOT_IN_THE_FILE = frozenset(("lipiodol_compact", "hypovascular", "treatment_id", "settled_on", "overrides"))
_Plain = dict[str, Any]


class ResponseCaseFiles:
    """``cases.json`` for `assess`, ``results.json``, what it would print, and ``figures.json`` where any was drawn.

    A read that is no valid response case yet, such as one without a measured target at baseline, is left out by name.
    """

    def __init__(self, staging: Staging, prefix: str, ruleset: RuleSet) -> None:
        self._staging, self._prefix = staging, prefix
        head = results_document((), ruleset.name, ruleset.version)
        list_name = next(name for name, value in head.items() if value == [])
        del head[list_name]
        self._cases = JsonList(staging.path(f"{prefix}cases.json"), {"schema": CASES_SCHEMA}, "cases")
        self._results = JsonList(staging.path(f"{prefix}results.json"), head, list_name)
        self._figures: JsonList | None = None

    def add(self, case: ExportedCase) -> Mapping[str, str]:
        not_yet = {}
        for one in case.reads:
            why = unfit_for_a_file(one)
            if why:
                not_yet[one.id] = why
                continue
            self._cases.add(case_plain(one))
            self._results.add(result(one.assessment))
            drawn = figures_plain(one)
            if drawn:
                if self._figures is None:
                    path = self._staging.path(f"{self._prefix}figures.json")
                    self._figures = JsonList(path, {"schema": FIGURES_SCHEMA}, "reads")
                self._figures.add(drawn)
        return not_yet

    def finish(self) -> None:
        for file in filter(None, (self._cases, self._results, self._figures)):
            file.finish()

    def close(self) -> None:
        for file in filter(None, (self._cases, self._results, self._figures)):
            file.close()


def case_plain(one: ExportedRead) -> _Plain:
    """One read as a case of the file. `source` is a note that `assess` ignores: who read, and the log's head hash."""
    case = one.record.case_of(one.read.id)
    found: _Plain = {"id": one.id, "source": f"read {one.read.id} by {one.read.reader or 'unknown'}, head {one.head}"}
    if case.protocol is not None:
        found["protocol"] = _token(case.protocol)
    found["timepoints"] = [_timepoint(at, one.read) for at in case.timepoints]
    if case.treatments:
        found["treatments"] = [
            _present(
                kind=t.kind.value, day=t.day, end_day=t.end_day, dose=t.dose or None, lesions=list(t.lesions) or None
            )
            for t in case.treatments
        ]
    if case.events:
        found["events"] = [{"kind": e.kind.value, "day": e.day} for e in case.events]
    return found


def _token(protocol: str) -> str:
    """The protocol's token, whatever the case of the letters in which it was recorded."""
    token = protocol.lower()
    return token if token in known_profiles().names else protocol


def unfit_for_a_file(one: ExportedRead) -> str:
    """Why this read is no valid response case, in one line; empty when it is one."""
    try:
        read_document(
            decode(as_text({"schema": CASES_SCHEMA, "cases": [case_plain(one)]}).encode("utf-8")),
            known_profiles().names,
        )
    except CaseFileError as error:
        return "; ".join(fault.replace("cases[0].", f"{one.id}: ", 1) for fault in error.faults[:5])
    return ""


def _timepoint(at: TimePoint, read: Read) -> _Plain:
    seen = read.timepoint(at.id)
    observations = {o.lesion_id: o for o in seen.observations} if seen else {}
    lesions = [_lesion(x, observations[x.id]) for x in read.lesions if x.id in observations]
    found: _Plain = {"timepoint": at.id, "day": at.day, "lesions": lesions}
    if at.clinical is not None:
        found["clinical"] = _clinical(at.clinical)
    if at.scans:
        found["scans"] = [
            _present(
                modality=s.modality.value,
                slice_thickness_mm=None if s.slice_thickness_mm is None else _number(s.slice_thickness_mm),
                day=s.day,
                lesions=[o.lesion_id for o in observations.values() if _drawn_on(o, s)] or None,
            )
            for s in at.scans
        ]
    if at.coverage is not None:
        found["coverage"] = {examination.value: done for examination, done in at.coverage}
    if at.overrides or at.override:
        found["override"] = dict(at.overrides) or at.override
    return found


def _drawn_on(seen: Observation, scan: Scan) -> bool:
    lines: tuple[Line, ...] = getattr(seen.finding, "evidence", ())
    return bool(lines) and lines[0].series_uid in scan.series


def _lesion(lesion: Lesion, seen: Observation) -> _Plain:
    found = _present(
        id=lesion.id,
        region=lesion.region.value,
        role=lesion.role.value,
        organ=lesion.organ.value,
        kind=lesion.kind.value,
        axis=lesion.axis.value if lesion.axis else None,
        segment=lesion.segments[0].numbered.value if lesion.segments else None,
        parent=lesion.parent,
    )
    return {**found, **_finding(seen.finding), **_features(seen.features)}


def _finding(finding: Finding) -> _Plain:
    match finding:
        case Measured(diameter, whole):
            return _stated(Status.MEASURED, diameter, whole)
        case Absent(whole):
            return _stated(Status.ABSENT, None, whole)
        case Nonviable(whole):
            return _stated(Status.NONVIABLE, None, whole)
        case TooSmall(diameter, whole):
            return _stated(Status.TOO_SMALL, diameter, whole)
        case Present(diameter, whole):
            return _stated(Status.PRESENT, diameter, whole)
        case UnequivocalProgression(diameter):
            return _stated(Status.UNEQUIVOCAL_PD, diameter, None)
        case NotEvaluable():
            return _stated(Status.NOT_EVALUABLE, None, None)
        case Merged():
            return _stated(Status.MERGED, None, None)
        case Split():
            return _stated(Status.SPLIT, None, None)
        case _:
            assert_never(finding)


def _stated(status: Status, diameter: Diameter | None, whole: Diameter | None) -> _Plain:
    return _present(status=status.value, diameter_mm=_mm(diameter), whole_mm=_mm(whole))


def _features(features: Features) -> _Plain:
    found: _Plain = {}
    for field in fields(features):
        value = getattr(features, field.name)
        if value is None or value == "" or field.name in _NOT_IN_THE_FILE:
            continue
        if isinstance(value, Diameter):
            found[f"{field.name}_mm"] = _mm(value)
        else:
            found[field.name] = value.value if isinstance(value, Enum) else value
    if features.overrides:
        found["override"] = dict(features.overrides) | (
            {FOR_ALL: features.override} if features.override.strip() else {}
        )
    return found


def _clinical(clinical: ClinicalStatus) -> _Plain:
    found: _Plain = {}
    for field in fields(clinical):
        value = getattr(clinical, field.name)
        if value is None:
            continue
        if isinstance(value, Marker):
            found[field.name] = f">{_number(value.value)}" if value.above else _number(value.value)
        elif isinstance(value, Fraction):
            found[field.name] = _number(value)
        else:
            found[field.name] = value.value if isinstance(value, Enum) else value
    return found


def _mm(diameter: Diameter | None) -> float | None:
    return None if diameter is None else _as_written(diameter.mm)


def _number(value: Fraction) -> float | int:
    return value.numerator if value.denominator == 1 else _as_written(value)


def _as_written(value: Fraction) -> float:
    # the shortest text of the nearest float is the decimal that was recorded, up to 15 digits
    return value.numerator / value.denominator


def _present(**values: object) -> _Plain:
    return {name: value for name, value in values.items() if value is not None}
