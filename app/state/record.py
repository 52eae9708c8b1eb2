"""Everything the log of one case says, as a frozen tree; `Record.case` is the part the rules see."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from fractions import Fraction
from functools import cached_property
from types import MappingProxyType
from typing import Any

from app.state.assistance import Assistance, AssistedFinding
from app.state.clinical import DoseChange, Enrolment, LabSet, TreatmentCycle
from app.state.dates import Precision, precision_of, slack_days
from app.state.figures import Figure, FigureOfRead
from app.state.pins import Pin
from app.state.proposals import ProposalOfRead
from app.state.reading_mode import Hidden, ReadingMode
from app.state.signatures import AmendedVisit, SignedVisit
from mrecist.case import (
    Benefit,
    Case,
    ClinicalEvent,
    ClinicalStatus,
    EventKind,
    Examination,
    Ineligibility,
    Modality,
    Read,
    Scan,
    Signature,
    TimePoint,
    Treatment,
    TreatmentKind,
)

_ARTERIAL = "arterial"  # as the catalogue of images calls it
_SCANNERS = frozenset(m.value for m in Modality)

JUDGED_FIELDS: Mapping[str, type[Benefit] | type[Ineligibility] | type[bool]] = MappingProxyType(
    {
        "tace_benefit": Benefit,
        "tace_planned": bool,
        "ineligibility_confirmed": Ineligibility,
        "sorafenib_tolerable": bool,
        "clinical_worsening": bool,
        "consent_withdrawn": bool,
        "resectable": bool,
        "systemic_benefit": Benefit,
    }
)
"""The fields of the clinical status that are signed judgements, and what answers them."""


@dataclass(frozen=True, slots=True)
class Patient:
    id: str
    name: str = ""
    sex: str = ""
    birth_date: date | None = None


@dataclass(frozen=True, slots=True)
class SeriesRef:
    """A series of the case, as the log names it; its files are in the catalogue under `uid`."""

    uid: str
    study_uid: str
    frame_of_reference_uid: str | None
    study_date: date | None
    acquired_at: str | None
    modality: str
    description: str
    number: int | None
    images: int
    slice_thickness_mm: float | None
    phase: str | None
    phase_confidence: float
    phase_evidence: tuple[str, ...]
    measurable: bool
    volume_ok: bool
    why_not: tuple[str, ...]
    synthetic: bool = False
    phase_corrected_by: str = ""


@dataclass(frozen=True, slots=True)
class Visit:
    """A time point: `id` is its label (BL, FU1, FU2 ...; FU1.1 when one comes to light between two others).

    Time points before the baseline are SC1, SC2 ...; they are shown, and no rule counts them.

    `justified` says of a rule of conformance why what it finds of the time point itself is accepted, `seen` what it
    looked at then, `asked_again` which reasons fell because that changed (`app.state.visit_reasons`).
    `on` is the date of the earliest exam, `exam_dates` are all of them, `confirmed` once a reader said so.
    """

    id: str
    on: date
    exam_dates: tuple[date, ...]
    series: tuple[str, ...]
    confirmed: bool = False
    coverage: tuple[tuple[Examination, bool], ...] | None = None
    clinical: ClinicalStatus | None = None
    justified: tuple[tuple[str, str], ...] = ()
    seen: tuple[tuple[str, str], ...] = ()
    asked_again: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Judgement:
    """A clinician's recorded opinion about one field of the clinical status at one time point."""

    visit_id: str
    field: str
    value: str | bool
    signature: Signature


@dataclass(frozen=True, slots=True)
class CriterionAnswer:
    """A clinician's answer to an entry criterion of a protocol, known by its text.

    `eligible`: the patient may enter in this respect. Of an exclusion that means that it does not apply.
    """

    protocol: str
    criterion: str
    eligible: bool
    signature: Signature


@dataclass(frozen=True, slots=True)
class DatedTreatment:
    """A treatment. `dose_gy` is the total dose of radiotherapy in Gy, given in so many `fractions`."""

    id: str
    kind: TreatmentKind
    on: date
    until: date | None = None
    dose: str = ""
    lesions: tuple[str, ...] = ()
    note: str = ""
    dose_changes: tuple[DoseChange, ...] = ()
    cycles: tuple[TreatmentCycle, ...] = ()
    dose_gy: Fraction | None = None
    fractions: int | None = None


@dataclass(frozen=True, slots=True)
class DatedEvent:
    id: str
    kind: EventKind
    on: date
    note: str = ""


@dataclass(frozen=True)
class Record:
    """The state of a case after a number of events. Dates are calendar dates; days are derived from `day0`."""

    case_id: str
    patient: Patient
    protocol: str | None = None
    day0: date | None = None
    baseline_confirmed: bool = False
    series: tuple[SeriesRef, ...] = ()
    visits: tuple[Visit, ...] = ()
    reads: tuple[Read, ...] = ()
    judgements: tuple[Judgement, ...] = ()
    treatments: tuple[DatedTreatment, ...] = ()
    events: tuple[DatedEvent, ...] = ()
    signed: tuple[SignedVisit, ...] = ()
    amended: tuple[AmendedVisit, ...] = ()
    modes: tuple[ReadingMode, ...] = ()
    figures: tuple[FigureOfRead, ...] = ()
    pins: tuple[Pin, ...] = ()
    assisted: tuple[AssistedFinding, ...] = ()
    proposals: tuple[ProposalOfRead, ...] = ()
    closed_because: str = ""
    labs: tuple[LabSet, ...] = ()
    enrolment: Enrolment = field(default_factory=Enrolment)
    criteria: tuple[CriterionAnswer, ...] = ()

    def visit(self, visit_id: str) -> Visit | None:
        return next((x for x in self.visits if x.id == visit_id), None)

    def series_ref(self, uid: str) -> SeriesRef | None:
        return next((x for x in self.series if x.uid == uid), None)

    def visit_of_series(self, uid: str) -> Visit | None:
        return next((x for x in self.visits if uid in x.series), None)

    def read(self, read_id: str) -> Read | None:
        return next((x for x in self.reads if x.id == read_id), None)

    def figure(self, read_id: str, figure_id: str) -> Figure | None:
        return next((x.figure for x in self.figures if x.read_id == read_id and x.figure.id == figure_id), None)

    def figures_of(self, read_id: str, visit_id: str) -> tuple[Figure, ...]:
        """The figures of a read on the images of a time point, in the order in which they were drawn."""
        visit = self.visit(visit_id)
        uids = visit.series if visit else ()
        return tuple(x.figure for x in self.figures if x.read_id == read_id and x.figure.series_uid in uids)

    def assistance(self, read_id: str, visit_id: str, lesion_id: str) -> Assistance | None:
        """How a finding was measured, where the assistant proposed it."""
        return next((x.assistance for x in self.assisted if x.is_of(read_id, visit_id, lesion_id)), None)

    def is_signed(self, read_id: str, visit_id: str) -> bool:
        return self.signature(read_id, visit_id) is not None

    def signature(self, read_id: str, visit_id: str) -> SignedVisit | None:
        """The signature that locks a time point of a read."""
        return next((x for x in self.signed if x.read_id == read_id and x.visit_id == visit_id), None)

    def amendments(self, read_id: str, visit_id: str) -> tuple[AmendedVisit, ...]:
        """Signatures of a time point that no longer stand, the oldest first."""
        return tuple(x for x in self.amended if (x.signed.read_id, x.signed.visit_id) == (read_id, visit_id))

    def mode(self, read_id: str) -> ReadingMode:
        """How a read is done; one that hides nothing unless it was started otherwise."""
        return next((x for x in self.modes if x.read_id == read_id), ReadingMode(read_id, ()))

    def hides(self, read_id: str) -> tuple[Hidden, ...]:
        """What a read hides now."""
        return self.mode(read_id).still_hides

    @property
    def read_names(self) -> Mapping[str, str]:
        """What each read is called, by its id: by its reader; from a reader's second read on, with its number."""
        counted: dict[str, int] = {}
        names = {}
        for read in self.reads:
            number = counted[read.reader] = counted.get(read.reader, 0) + 1
            names[read.id] = read.reader if number == 1 else f"{read.reader} ({number})"
        return names

    def reads_in_sight(self, read_id: str) -> tuple[Read, ...]:
        """The reads that a reader may look at who works on this one: all, or this one alone until it is signed."""
        done = bool(self.assessed_visits) and all(self.is_signed(read_id, visit.id) for visit in self.assessed_visits)
        if Hidden.OTHERS not in self.hides(read_id) or done:
            return self.reads
        return tuple(read for read in self.reads if read.id == read_id)

    def day(self, on: date) -> int:
        """Days since day 0; until a reader has confirmed day 0, since the baseline scan."""
        start = self.day0 or (self.baseline.on if self.baseline else on)
        return (on - start).days

    @property
    def baseline(self) -> Visit | None:
        """The time point that the others are compared with: BL, or the first if none is called so."""
        return self.visit("BL") or (self.visits[0] if self.visits else None)

    @property
    def assessed_visits(self) -> tuple[Visit, ...]:
        """The baseline and what follows it, in order of date."""
        first = self.baseline
        return () if first is None else self.visits[self.visits.index(first) :]

    @property
    def synthetic(self) -> bool:
        return any(x.synthetic for x in self.series)

    def case_of(self, read_id: str) -> Case:
        """The case as one read can judge it: without time points at which this reader has found nothing yet.

        Not read is not "not evaluable": such a time point has no response, and asks for nothing.
        """
        read = self.read(read_id)
        found = {t.timepoint_id for t in read.timepoints if t.observations} if read else set()
        first = self.case.timepoints[:1]
        seen = first + tuple(point for point in self.case.timepoints[1:] if point.id in found)
        return replace(self.case, timepoints=seen)

    @cached_property
    def case(self) -> Case:
        """The record as the response engine takes it, with days in place of dates."""
        return Case(
            id=self.case_id,
            timepoints=tuple(self.timepoint(v) for v in self.assessed_visits),
            reads=self.reads,
            treatments=tuple(
                Treatment(
                    t.kind,
                    self.day(t.on),
                    None if t.until is None else self.day(t.until),
                    t.dose,
                    t.lesions,
                    slack_days(t.on),
                    0 if t.until is None else slack_days(t.until),
                )
                for t in self.treatments
            ),
            events=tuple(ClinicalEvent(e.kind, self.day(e.on)) for e in self.events),
            protocol=self.protocol,
            arm=self.enrolment.arm or None,
            enrolled_day=self._known_day(self.enrolment.enrolled),
            randomised_day=self._known_day(self.enrolment.randomised),
        )

    def _known_day(self, on: date | None) -> int | None:
        """The day, where it is known: times are counted from it, and a month alone gives none."""
        return None if on is None or precision_of(on) is not Precision.DAY else self.day(on)

    def timepoint(self, visit: Visit) -> TimePoint:
        """A time point as the response engine takes it."""
        series: dict[Scan, list[str]] = {}
        for ref in (ref for uid in visit.series if (ref := self.series_ref(uid)) is not None):
            if ref.modality in _SCANNERS:
                scan = Scan(
                    Modality(ref.modality),
                    None if ref.slice_thickness_mm is None else Fraction(str(ref.slice_thickness_mm)),
                    None if ref.study_date is None else self.day(ref.study_date),
                )
                series.setdefault(scan, []).append(ref.uid)
        others = {ref.uid for ref in self.series if ref.phase != _ARTERIAL}
        scans = tuple(
            replace(scan, series=tuple(uids), not_arterial=tuple(uid for uid in uids if uid in others))
            for scan, uids in series.items()
        )
        slack = slack_days(visit.on)
        return TimePoint(
            visit.id,
            self.day(visit.on),
            self._clinical(visit),
            scans,
            visit.coverage,
            slack,
            overrides=visit.justified,
        )

    def _clinical(self, visit: Visit) -> ClinicalStatus | None:
        """The visit's clinical data with the newest signed judgement of each field laid over it."""
        status = visit.clinical
        for judged in self.judgements:
            if judged.visit_id == visit.id:
                kind = JUDGED_FIELDS[judged.field]
                answer = judged.value if kind is bool else kind(str(judged.value))
                change: dict[str, Any] = {judged.field: answer}
                status = replace(status or ClinicalStatus(), **change)
        return status
