"""What all records of a subject share: who, when, and who looked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from app.exports.exported import ExportedRead
from app.exports.sdtm.metadata import Record
from app.state.dates import PartialDate
from app.state.record import Record as CaseRecord
from app.state.record import Visit
from mrecist.case import EventKind, ReadKind

_EVALUATORS = MappingProxyType(
    {
        ReadKind.LOCAL: "INVESTIGATOR",
        ReadKind.CENTRAL: "INDEPENDENT ASSESSOR",
        ReadKind.ADJUDICATION: "ADJUDICATOR",
    }
)


def study_day(on: date | None, reference: date | None) -> int | None:
    """The day of a date, counted from a reference date that is day 1; there is no day 0.

    None where either is missing or only partly known.
    """
    if on is None or reference is None or isinstance(on, PartialDate) or isinstance(reference, PartialDate):
        return None
    days = (on - reference).days
    return days + 1 if days >= 0 else days


@dataclass(frozen=True, slots=True)
class Subject:
    """One case as a subject of a study."""

    study: str
    record: CaseRecord

    @property
    def id(self) -> str:
        return f"{self.study}-{self.record.case_id}"

    def begin(self, domain: str) -> Record:
        return {"STUDYID": self.study, "DOMAIN": domain, "USUBJID": self.id}

    def demographics(self) -> Record:
        """The one record of DM. The birth date stays behind: its year is in AGE."""
        record = self.record
        died = next((e.on for e in record.events if e.kind is EventKind.DEATH), None)
        found = self.begin("DM") | {"SUBJID": record.case_id, "RFSTDTC": _iso(record.day0)}
        if died is not None:
            found |= {"DTHDTC": _iso(died), "DTHFL": "Y"}
        age = _age(record.patient.birth_date, record.day0)
        if age is not None:
            found |= {"AGE": age, "AGEU": "YEARS"}
        return found | {"SEX": record.patient.sex if record.patient.sex in ("M", "F") else "U"}

    def timed(self, domain: str, visit: Visit, on: date) -> Record:
        """VISITNUM, VISIT, --DTC and --DY."""
        number = self.record.assessed_visits.index(visit) + 1
        return {
            "VISITNUM": number,
            "VISIT": visit.id,
            f"{domain}DTC": _iso(on),
            f"{domain}DY": study_day(on, self.record.day0),
        }


@dataclass(frozen=True, slots=True)
class Evaluator:
    """One read as an evaluator. `prefix` tells its lesions from those of another read."""

    prefix: str
    role: str
    id: str
    accepted: bool

    def columns(self, domain: str) -> Record:
        """--EVAL, --EVALID and --ACPTFL."""
        return {
            f"{domain}EVAL": self.role,
            f"{domain}EVALID": self.id,
            f"{domain}ACPTFL": "Y" if self.accepted else None,
        }


def evaluators(reads: Sequence[ExportedRead]) -> tuple[Evaluator, ...]:
    """The evaluator of each read of a case, in their order.

    Accepted are the records of the last adjudication; without one, those of the only central read; without a central
    read, those of the only read. Where several reads stand side by side, nobody has decided, and none is accepted.
    """
    adjudications = [x for x in reads if x.read.kind is ReadKind.ADJUDICATION]
    central = [x for x in reads if x.read.kind is ReadKind.CENTRAL]
    standing = adjudications[-1:] or central or list(reads)
    accepted = standing[0] if len(standing) == 1 else None
    found = []
    numbers = {"READER": 0, "ADJUDICATOR": 0}
    for position, one in enumerate(reads, 1):
        name = "ADJUDICATOR" if one.read.kind is ReadKind.ADJUDICATION else "READER"
        numbers[name] += 1
        evaluator_id = f"{name} {numbers[name]}"
        found.append(Evaluator(f"R{position}", _EVALUATORS[one.read.kind], evaluator_id, one is accepted))
    return tuple(found)


def _age(born: date | None, on: date | None) -> int | None:
    if born is None or on is None or isinstance(born, PartialDate) or isinstance(on, PartialDate):
        return None
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def _iso(on: date | None) -> str | None:
    return None if on is None else on.isoformat()
