"""A patient's course as the history shows it: sums, lesions, responses, treatments, markers and events, by date."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from app import words
from app.models.finding_sizes import proposed_of
from app.models.reading import Reading, counted_mm
from app.state.clinical import Analyte, Bound
from app.state.dates import in_order
from app.state.record import DatedTreatment, Record, Visit
from app.state.signatures import SignedVisit
from app.words import translated
from mrecist.case import ClinicalStatus, EventKind, Marker, Read, TreatmentKind
from mrecist.lesions import Lesion, Measured, Merged, Observation, Present, Split, UnequivocalProgression
from mrecist.results import Assessment, BestResponse, RegionResponse, TimePointResponse
from mrecist.rulesets import RuleSet
from mrecist.values import LesionRole, Line, Region, Response, Scope

REGIONS = (Region.INTRAHEPATIC, Region.EXTRAHEPATIC)
MARKER_UNITS = {"AFP": "ng/mL", "PIVKA-II": "mAU/mL"}
_MARKERS = {Analyte.AFP: "AFP", Analyte.PIVKA_II: "PIVKA-II"}
_TREATED = {TreatmentKind.TACE: "TACE", TreatmentKind.HAIC: "HAIC", TreatmentKind.FLUOROURACIL_MITOMYCIN: "5-FU/MMC"}
_HAPPENED = {
    EventKind.DEATH: "Death",
    EventKind.LAST_CONTACT: "Last contact",
    EventKind.CONSENT_WITHDRAWN: "Consent withdrawn",
    EventKind.NEW_THERAPY: "New therapy",
}


@dataclass(frozen=True, slots=True)
class CoursePoint:
    """One time point; `response` is None at the baseline and where nothing was read."""

    visit: Visit
    day: int
    sums_mm: tuple[Fraction | None, Fraction | None]
    response: TimePointResponse | None = None
    signed: SignedVisit | None = None

    @property
    def id(self) -> str:
        return self.visit.id

    @property
    def on(self) -> date:
        return self.visit.on

    def sum_mm(self, region: Region) -> Fraction | None:
        return self.sums_mm[REGIONS.index(region)]

    def is_partial(self, region: Region) -> bool:
        """Is a target not evaluable, so that the sum is only the least it can be?"""
        response = self.of_region(region)
        return response is not None and response.sums is not None and not response.sums.complete

    def sum_text(self, region: Region) -> str:
        """The sum in mm; a partial one as a lower bound."""
        total = self.sum_mm(region)
        if total is None:
            return words.DASH
        return f"≥{words.SPACE}{words.mm(total)}" if self.is_partial(region) else words.mm(total)

    def of_region(self, region: Region) -> RegionResponse | None:
        if self.response is None:
            return None
        return self.response.intrahepatic if region is Region.INTRAHEPATIC else self.response.extrahepatic


@dataclass(frozen=True, slots=True)
class LesionPoint:
    """A lesion's diameter at one time point, the line it was read from, and what the assistant `proposed`, in words."""

    visit_id: str
    on: date
    mm: Fraction | None
    line: Line | None = None
    proposed: str = ""


@dataclass(frozen=True, slots=True)
class LesionCourse:
    lesion: Lesion
    points: tuple[LesionPoint, ...]

    @property
    def new(self) -> bool:
        return self.lesion.role is LesionRole.NEW

    @property
    def last(self) -> LesionPoint | None:
        return next((point for point in reversed(self.points) if point.mm is not None), None)


@dataclass(frozen=True, slots=True)
class TreatmentBar:
    """A treatment in its lane: a session where `until` is its own day, open where it still goes on (`until` None)."""

    lane: str
    on: date
    until: date | None
    text: str
    dose: str = ""

    @property
    def session(self) -> bool:
        return self.until == self.on


@dataclass(frozen=True, slots=True)
class MarkerPoint:
    """A tumour marker; with `above` the laboratory said "greater than"."""

    name: str
    on: date
    value: Fraction
    above: bool = False


@dataclass(frozen=True, slots=True)
class CourseEvent:
    on: date
    text: str
    grave: bool = False


@dataclass(frozen=True, slots=True)
class Limit:
    """A sum from which on the category changes, as a line from one date to the end of the plot."""

    region: Region
    response: Response
    mm: Fraction
    since: date


@dataclass(frozen=True)
class Course:
    """All that one read says of a patient up to a date (`until`; None: everything)."""

    record: Record
    read: Read
    assessment: Assessment | None
    ruleset: RuleSet
    points: tuple[CoursePoint, ...]
    lesions: tuple[LesionCourse, ...]
    treatments: tuple[TreatmentBar, ...]
    markers: tuple[MarkerPoint, ...]
    until: date | None = None

    @property
    def day0(self) -> date | None:
        return self.record.day0 or (self.points[0].on if self.points else None)

    @property
    def span(self) -> tuple[date, date] | None:
        """The first and the last date on which anything lies; None for an empty course."""
        dates = [point.on for point in self.points]
        dates += [bar.on for bar in self.treatments] + [bar.until for bar in self.treatments if bar.until]
        dates += [point.on for point in self.markers] + [event.on for event in self.record.events]
        days = [on.toordinal() for on in dates]
        return (date.fromordinal(min(days)), date.fromordinal(max(days))) if days else None

    def point(self, visit_id: str) -> CoursePoint | None:
        return next((point for point in self.points if point.id == visit_id), None)

    def best(self, region: Region) -> BestResponse | None:
        if self.assessment is None or len(self.points) < 2:
            return None
        scope = Scope.INTRAHEPATIC if region is Region.INTRAHEPATIC else Scope.EXTRAHEPATIC
        return self.assessment.best_response.get(scope)

    def nadir(self, region: Region) -> CoursePoint | None:
        """The time point with the smallest complete sum so far, the earliest of equals."""
        whole = [point for point in self.points if not point.is_partial(region)]
        known = [(total, point) for point in whole if (total := point.sum_mm(region)) is not None]
        return min(known, key=lambda pair: pair[0])[1] if known else None

    @property
    def limits(self) -> tuple[Limit, ...]:
        """From which sum on PR and PD of each region would hold at the next time point."""
        return tuple(_limits(self))

    @property
    def events(self) -> tuple[CourseEvent, ...]:
        """What happened, in order of date."""
        return tuple(sorted(_events(self), key=lambda event: event.on.toordinal()))


def course_of(
    record: Record, read_id: str, ruleset: RuleSet, assessment: Assessment | None, until: date | None = None
) -> Course:
    """The course of a record as one read sees it; `assessment` is that of the record as given."""
    read = record.read(read_id) or Read(id=read_id)
    points = tuple(_point(record, read, visit, assessment) for visit in record.assessed_visits)
    return Course(
        record,
        read,
        assessment,
        ruleset,
        points,
        tuple(
            _lesion(record, read, lesion) for region in REGIONS for lesion in read.lesions if lesion.region is region
        ),
        tuple(_bars(record)),
        tuple(_markers(record)),
        until,
    )


def treatment_name(kind: TreatmentKind) -> str:
    return translated(_TREATED.get(kind, kind.value.replace("_", " ").capitalize()))


def _point(record: Record, read: Read, visit: Visit, assessment: Assessment | None) -> CoursePoint:
    response = None if assessment is None else assessment.timepoint(visit.id)
    sums: tuple[Fraction | None, Fraction | None] = (None, None)
    if response is not None:
        sums = (response.intrahepatic.sum_mm, response.extrahepatic.sum_mm)
    elif assessment is not None and record.baseline is visit:
        sums = (assessment.baseline.intrahepatic_mm, assessment.baseline.extrahepatic_mm)
    return CoursePoint(visit, record.day(visit.on), sums, response, record.signature(read.id, visit.id))


def _lesion(record: Record, read: Read, lesion: Lesion) -> LesionCourse:
    points = []
    for visit in record.assessed_visits:
        seen = read.observation(visit.id, lesion.id)
        if seen is None:
            continue
        finding = seen.finding
        counts = isinstance(finding, Measured) or lesion.role is LesionRole.TARGET
        mm = counted_mm(finding) if counts and not isinstance(finding, Merged) else None  # it is measured as another
        if isinstance(finding, Present | UnequivocalProgression) and finding.diameter is not None:
            mm = finding.diameter.mm  # a size that was only noted: it is shown, and no sum has it
        if isinstance(finding, Split):
            mm = Reading(record, read.id, visit.id).counted_mm(lesion, visit.id)
        line = finding.evidence[0] if isinstance(finding, Measured) and finding.evidence else None
        proposed = proposed_of(finding, record.assistance(read.id, visit.id, lesion.id))
        points.append(LesionPoint(visit.id, visit.on, mm, line, proposed))
    return LesionCourse(lesion, tuple(points))


def _bars(record: Record) -> Iterator[TreatmentBar]:
    sessions = 0
    for one in sorted(record.treatments, key=lambda treatment: treatment.on.toordinal()):
        lane = treatment_name(one.kind)
        if one.kind is TreatmentKind.TACE:
            sessions += 1
            yield TreatmentBar(lane, one.on, one.on, f"{sessions} · {words.month_day(one.on)}", one.dose)
        elif one.cycles:
            for cycle in one.cycles:
                yield TreatmentBar(lane, cycle.on, cycle.until or cycle.on, str(cycle.number), cycle.dose or one.dose)
        elif one.kind is TreatmentKind.SORAFENIB or one.dose_changes:
            yield from _doses(one, lane)
        else:
            yield TreatmentBar(lane, one.on, one.until or one.on, one.dose or words.month_day(one.on), one.dose)


def _doses(one: DatedTreatment, lane: str) -> Iterator[TreatmentBar]:
    """A bar for each dose, from its day to that of the next; one without an end says what is noted of it."""
    begun = [(one.on, one.dose), *((change.on, change.dose) for change in one.dose_changes)]
    ends = [*(on for on, _ in begun[1:]), one.until]
    for (on, dose), until in zip(begun, ends, strict=True):
        said = " · ".join(filter(None, (dose, one.note if until is None else "")))
        yield TreatmentBar(lane, on, until, said, dose)


def _markers(record: Record) -> Iterator[MarkerPoint]:
    """Of the time points and of the laboratory; the same value of the same day is one point."""
    yield from sorted(dict.fromkeys((*_visit_markers(record), *_lab_markers(record))), key=lambda one: in_order(one.on))


def _lab_markers(record: Record) -> Iterator[MarkerPoint]:
    """A value that was told only as below a number has no place on a logarithmic axis."""
    for labs in record.labs:
        for analyte, name in _MARKERS.items():
            found = labs.of(analyte)
            if found is not None and found.canonical is not None and found.bound is not Bound.BELOW:
                yield MarkerPoint(name, labs.on, found.canonical, found.bound is Bound.ABOVE)


def _visit_markers(record: Record) -> Iterator[MarkerPoint]:
    for visit in record.visits:
        status = visit.clinical
        if status is None:
            continue
        on = _lab_date(record, visit, status)
        for name, marker in (("AFP", status.afp_ng_ml), ("PIVKA-II", status.pivka_mau_ml)):
            if isinstance(marker, Marker):
                yield MarkerPoint(name, on, marker.value, marker.above)


def _lab_date(record: Record, visit: Visit, status: ClinicalStatus) -> date:
    if status.labs_day is None or record.day0 is None:
        return visit.on
    return date.fromordinal(record.day0.toordinal() + status.labs_day)


def _limits(course: Course) -> Iterator[Limit]:
    rules = course.ruleset.target
    for region in REGIONS:
        first, nadir = course.points[0] if course.points else None, course.nadir(region)
        baseline = first.sum_mm(region) if first else None
        if first is None or nadir is None or not baseline:
            continue
        response_at = _down(baseline * (100 - rules.response_pct) / 100)
        yield Limit(region, Response.PR, response_at, first.on)
        least = nadir.sum_mm(region)
        assert least is not None
        floor = rules.min_growth_extrahepatic_mm
        if region is Region.INTRAHEPATIC:
            floor = rules.min_growth_intrahepatic_mm
        if least:
            growth = max(least * (100 + rules.progression_pct) / 100, least + floor)
            yield Limit(region, Response.PD, _up(growth), nadir.on)


def _down(mm: Fraction) -> Fraction:
    """The greatest sum of whole tenths that is no more: sums have no other values."""
    return Fraction(math.floor(mm * 10), 10)


def _up(mm: Fraction) -> Fraction:
    return Fraction(math.ceil(mm * 10), 10)


def _events(course: Course) -> Iterator[CourseEvent]:
    record = course.record
    if course.points:
        targets = sum(x.lesion.role is LesionRole.TARGET and x.lesion.parent is None for x in course.lesions)
        others = sum(one.lesion.role is LesionRole.NONTARGET for one in course.lesions)
        counted = words.counted(targets, "target", "targets"), words.counted(others, "non-target", "non-targets")
        yield CourseEvent(course.points[0].on, translated("Baseline: {found}", found=", ".join(counted)))
    yield from _treated(record)
    for one in course.lesions:
        if one.new and one.points:
            yield CourseEvent(one.points[0].on, _new_lesion(one), grave=True)
    yield from _of_lesions(course)
    for event in record.events:
        said = translated(_HAPPENED[event.kind])
        grave = event.kind is EventKind.DEATH
        yield CourseEvent(event.on, f"{said}: {event.note}" if event.note else said, grave)


def _of_lesions(course: Course) -> Iterator[CourseEvent]:
    """Where a lesion split, merged, or is said to have been treated by itself; the first two once."""
    known: set[tuple[str, str]] = set()
    for point in course.points:
        for one in course.lesions:
            name, seen = one.lesion.id, course.read.observation(point.id, one.lesion.id)
            for what, said in ({} if seen is None else _told(course, name, seen)).items():
                if (name, what) not in known:
                    yield CourseEvent(point.on, said)
                if what != "treated":
                    known.add((name, what))


def _told(course: Course, name: str, seen: Observation) -> dict[str, str]:
    told = {}
    if isinstance(seen.finding, Split):
        parts = words.listed([x.id for x in course.read.lesions if x.parent == name])
        told["split"] = translated("{lesion} split: {parts}", lesion=name, parts=parts)
    elif isinstance(seen.finding, Merged) and seen.finding.into is not None:
        told["merged"] = translated("{lesion} merged with {other}", lesion=name, other=seen.finding.into)
    if seen.features.treated_since is not None:
        word = words.treatment_word(seen.features.treated_since)
        told["treated"] = translated("{lesion}: {treatment} since", lesion=name, treatment=word)
    return told


def _treated(record: Record) -> Iterator[CourseEvent]:
    sessions = 0
    for one in sorted(record.treatments, key=lambda treatment: treatment.on.toordinal()):
        sessions += one.kind is TreatmentKind.TACE
        number = f" {sessions}" if one.kind is TreatmentKind.TACE else ""
        day0 = f"{translated('Day 0')} · " if one.on == record.day0 else ""
        yield CourseEvent(one.on, f"{day0}{treatment_name(one.kind)}{number}{_detail(one)}")
        if one.until is not None and one.until != one.on:
            yield CourseEvent(one.until, translated("{treatment} stopped", treatment=treatment_name(one.kind)))


def _detail(one: DatedTreatment) -> str:
    parts = [part for part in (one.dose, words.listed(one.lesions), one.note) if part]
    return f" · {', '.join(parts)}" if parts else ""


def _new_lesion(one: LesionCourse) -> str:
    first = one.points[0]
    size = "" if first.mm is None else f" {words.with_mm(first.mm)}"
    where = "/".join(one.lesion.segments) if one.lesion.segments else words.organ_word(one.lesion.organ)
    return translated("{lesion} new: {where}{size}", lesion=one.lesion.id, where=where, size=size)
