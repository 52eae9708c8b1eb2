"""A line that a reader drew becomes a lesion or a finding. Pure; no Qt.

`mark` answers with the edit to record, or says why not and offers the ways out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from app.reading.given_reasons import SLICE, SMALL, noted_beside
from app.reading.hanging import PHASE_WORDS
from app.reading.marked_region import Surroundings, organ_where_marked, region_where_marked
from app.reading.series_kinds import is_chest
from app.state.assistance import Assistance
from app.state.events import Event, FindingRecorded, LesionAdded
from app.state.naming import default_axis, next_lesion_name
from app.state.record import Record, SeriesRef
from mrecist.case import Read
from mrecist.lesions import (
    NOTHING_NOTED,
    Absent,
    Features,
    Finding,
    Lesion,
    Measured,
    Nonviable,
    Observation,
    Present,
    TooSmall,
)
from mrecist.measured import PHASE, WHOLE
from mrecist.rulesets import EligibilityRules
from mrecist.values import Diameter, LesionKind, LesionRole, Line, Organ, Region
from viewers.imaging.catalogue import PhaseName, why_not_measured


class Intent(StrEnum):
    """What the reader means by the line."""

    TARGET = "target"
    COUNTED = "counted"
    WHOLE = "whole"
    NONTARGET = "nontarget"
    NEW = "new"


class Offer(StrEnum):
    """A way out of a refusal."""

    GO_TO_ARTERIAL = "Go to AP"
    OUTSIDE_LIVER = "Outside the liver"
    AS_NONTARGET = "Record as non-target"
    KEEP_WITH_REASON = "Keep, give reason"


@dataclass(frozen=True, slots=True)
class Marked:
    """The edit to record, and the lesion it speaks of."""

    event: Event
    lesion_id: str


@dataclass(frozen=True, slots=True)
class Declined:
    """Why the line was not taken, in the reader's words, and the ways out; `rule` is the rule that objects."""

    message: str
    offers: tuple[Offer, ...] = ()
    rule: str = ""


@dataclass(frozen=True, slots=True)
class Drawing:
    """A finished line with what it was drawn on and what it is meant for.

    `justified` are the reader's reasons for going against rules of conformance, one rule each. A line that the
    assistant proposed comes with how (`assisted`) and with the longest diameter of the whole lesion. `beside` is what
    lies around the line, where that was looked at; `region` where the reader said that it lies; `arterial`: the exam
    has the phase.
    """

    intent: Intent
    line: Line
    diameter: Diameter
    series: SeriesRef
    visit_id: str
    selected: str | None = None
    justified: tuple[tuple[str, str], ...] = ()
    assisted: Assistance | None = None
    whole: Diameter | None = None
    whole_line: Line | None = None
    beside: Surroundings | None = None
    region: Region | None = None
    arterial: bool = True

    def measured(self) -> Measured:
        """What it measures, as a finding."""
        evidence = () if self.whole_line is None else (self.whole_line,)
        return Measured(self.diameter, self.whole, (self.line,), evidence)

    def kept(self, rule: str, reason: str) -> Drawing:
        """The same with a reason for what this rule objects to."""
        return replace(self, justified=(*(x for x in self.justified if x[0] != rule), (rule, reason)))


def mark(record: Record, read_id: str, drawing: Drawing, rules: EligibilityRules) -> Marked | Declined:
    """Turn a drawing into an edit of the read.

    The first of these that holds answers: the series cannot be measured; a viable diameter is drawn outside the
    arterial phase; the selected lesion is measured; a new lesion is added, if the criteria allow it. Each objection is
    told by itself, and a reason answers the one that it was given for: it is recorded with that rule.
    """
    read = record.read(read_id) or Read(read_id)
    if not drawing.series.measurable:
        return Declined(f"Not measurable: {why_not_measured(drawing.series.why_not) or 'the geometry is not known'}.")
    drawing = replace(_with_thickness(drawing), arterial=_has_arterial(record, drawing.visit_id))
    baseline = record.visits[0].id if record.visits else drawing.visit_id
    selected = read.lesion(drawing.selected) if drawing.selected else None
    match drawing.intent:
        case Intent.COUNTED | Intent.WHOLE if selected is None:
            return Declined("Select the lesion in the table first, or take the tool Target for a new one.")
        case Intent.COUNTED:
            assert selected is not None
            return _measure(read, selected, drawing, rules)
        case Intent.WHOLE:
            assert selected is not None
            return _measure_whole(read, selected, drawing)
        case Intent.TARGET if drawing.visit_id != baseline:
            if selected is None or selected.role is not LesionRole.TARGET:
                return Declined(
                    "Targets are chosen at baseline. Select one to measure it, or take the tool New lesion."
                )
            return _measure(read, selected, drawing, rules)
        case Intent.TARGET:
            region = _region(drawing)
            objections = (_outside_arterial(region, drawing, True), *_no_target(read, region, drawing, rules))
            noted = _answered(Features(), drawing, [(x.rule, x) for x in objections if x is not None])
            return noted if isinstance(noted, Declined) else _add(read, drawing, noted)
        case Intent.NONTARGET if drawing.visit_id != baseline:
            if selected is None or selected.role is not LesionRole.NONTARGET:
                return Declined("Non-targets are listed at baseline. Select one, or take the tool New lesion.")
            return _measure(read, selected, drawing, rules)
        case Intent.NEW if drawing.visit_id == baseline:
            return Declined("A lesion found at baseline is a target or a non-target.")
        case Intent.NEW:
            asked = [(PHASE, _outside_arterial(_region(drawing), drawing, True))]
            noted = _answered(Features(), drawing, asked)
            return noted if isinstance(noted, Declined) else _add(read, drawing, noted)
        case Intent.NONTARGET:
            return _add(read, drawing)


def remark_on(
    length_mm: float,
    intent: Intent,
    series: SeriesRef,
    selected: Lesion | None,
    baseline: bool,
    rules: EligibilityRules,
) -> str:
    """What is said of a line while it is drawn: that the criteria would object to it; empty where they would not.

    `baseline` says whether it is drawn at baseline, where a target must be of some size.
    """
    chooses = intent is Intent.TARGET and baseline
    added = chooses or intent is Intent.NEW
    region = region_where_marked(series) if added or selected is None else selected.region
    viable = intent in (Intent.COUNTED, Intent.NEW) or (intent is Intent.TARGET and (baseline or selected is not None))
    said = []
    if viable and region is Region.INTRAHEPATIC and series.phase != PhaseName.ARTERIAL:
        said.append("not the arterial phase")
    least = least_target_mm(series, rules)
    if chooses and length_mm < least + 1 and Diameter.from_mm(length_mm).mm < least:  # as it would be recorded
        said.append(f"below {float(least):g} mm")
    return ", ".join(said)


def least_target_mm(series: SeriesRef, rules: EligibilityRules) -> Fraction:
    """The smallest diameter that can be a target on a series: twice the slice thickness where slices are thick."""
    if series.slice_thickness_mm is None:
        return rules.measurable_mm
    thickness = Fraction(str(series.slice_thickness_mm))
    return (
        max(rules.measurable_mm, rules.thick_slice_factor * thickness)
        if thickness > rules.thick_slice_mm
        else rules.measurable_mm
    )


def _region(drawing: Drawing) -> Region:
    """The assistant measures lesions of the liver alone, on whatever series."""
    if drawing.region is not None:
        return drawing.region
    return Region.INTRAHEPATIC if drawing.assisted is not None else region_where_marked(drawing.series, drawing.beside)


def is_read_elsewhere(record: Record, lesion: Lesion, seen: Observation) -> bool:
    """Whether a target of the liver has its diameter from lines outside the arterial phase, and no reason for it."""
    if lesion.region is not Region.INTRAHEPATIC or lesion.role is not LesionRole.TARGET:
        return False
    if seen.features.justification(PHASE):
        return False
    lines = seen.finding.evidence if isinstance(seen.finding, Measured) else ()
    refs = [record.series_ref(one.series_uid) for one in lines]
    return any(ref is not None and ref.phase != PhaseName.ARTERIAL for ref in refs)


def _with_thickness(drawing: Drawing) -> Drawing:
    """The line with the thickness of the images it was drawn on, which bounds how small a target may be."""
    thickness, line = drawing.series.slice_thickness_mm, drawing.line
    if thickness is None or line.slice_thickness_mm is not None:
        return drawing
    return replace(drawing, line=replace(line, slice_thickness_mm=Fraction(str(thickness))))


# --- the checks, each a refusal or None -----------------------------------------------------------------------------


def _has_arterial(record: Record, visit_id: str) -> bool:
    visit = record.visit(visit_id)
    refs = () if visit is None else (record.series_ref(uid) for uid in visit.series)
    return any(ref is not None and ref.phase == PhaseName.ARTERIAL for ref in refs)


def _outside_arterial(region: Region, drawing: Drawing, marked: bool = False) -> Declined | None:
    """`marked`: the lesion is added, and may lie outside the liver: its region is no more than likely."""
    phase = drawing.series.phase
    if region is not Region.INTRAHEPATIC or phase == PhaseName.ARTERIAL:
        return None
    if phase is not None:
        shown = f"the {PHASE_WORDS[PhaseName(phase)].lower()} ({drawing.series.phase_confidence:.2f})"
    else:
        shown = "the chest series" if is_chest(drawing.series) else "a series without a known contrast phase"
    way = " Go to AP?" if drawing.arterial else f" There is none at {drawing.visit_id}."
    offers = (
        *((Offer.GO_TO_ARTERIAL,) if drawing.arterial else ()),
        *((Offer.OUTSIDE_LIVER,) if marked else ()),
        Offer.KEEP_WITH_REASON,
    )
    return Declined(f"This is {shown}. Viable diameter is read on the arterial phase.{way}", offers, PHASE)


def _no_target(read: Read, region: Region, drawing: Drawing, rules: EligibilityRules) -> Iterator[Declined]:
    ways_out = (Offer.AS_NONTARGET, Offer.KEEP_WITH_REASON)
    if rule := _too_small(drawing, rules):
        least = least_target_mm(drawing.series, rules)
        limit = Diameter.from_mm(str(Decimal(least.numerator) / Decimal(least.denominator)))
        thick = f" (twice the slice thickness of {drawing.series.slice_thickness_mm:g} mm)"
        why = thick if least > rules.measurable_mm else ""
        yield Declined(f"{drawing.diameter} mm is below {limit} mm{why}. Record as non-target?", ways_out, rule)
    targets = [x for x in read.lesions if x.role is LesionRole.TARGET and x.parent is None]
    in_liver = [x for x in targets if x.organ is Organ.LIVER]
    # outside the liver the organ is not known yet (lung or node?): the form's conformance asks once it is
    most = rules.most_in_liver
    if region is Region.INTRAHEPATIC and len(in_liver) >= most:
        yield Declined(f"{len(in_liver)} of {most} liver targets are set. Record as non-target?", ways_out, "E-ORGAN")
    if len(targets) >= rules.total:
        yield Declined(f"{len(targets)} of {rules.total} targets are set. Record as non-target?", ways_out, "E-TOTAL")


def _too_small(drawing: Drawing, rules: EligibilityRules) -> str:
    """The rule by which the length is too small for a target; empty where it is not."""
    if drawing.diameter.mm >= least_target_mm(drawing.series, rules):
        return ""
    return SMALL if drawing.diameter.mm < rules.measurable_mm else SLICE


def _longer_than_whole(found: Finding | None, drawing: Drawing) -> Declined | None:
    whole = found.whole if isinstance(found, Measured) and drawing.whole is None else None
    if whole is None or drawing.diameter <= whole:
        return None
    said = f"{drawing.diameter} mm is longer than the whole lesion, {whole} mm. Measure one of them again?"
    return Declined(said, (Offer.KEEP_WITH_REASON,), WHOLE)


def _shorter_than_viable(found: Finding | None, drawing: Drawing) -> Declined | None:
    if not isinstance(found, Measured) or drawing.diameter >= found.diameter:
        return None
    said = f"Whole {drawing.diameter} mm is smaller than viable {found.diameter} mm. Measure one of them again?"
    return Declined(said, (Offer.KEEP_WITH_REASON,), WHOLE)


def _answered(noted: Features, drawing: Drawing, checked: Iterable[tuple[str, Declined | None]]) -> Features | Declined:
    """What is noted of the lesion once each objection has its own reason; or the first objection that has none.

    Where a rule that was checked does not object, a reason that was given for it before falls; where it does, a reason
    that still speaks of this measurement is not asked for a second time.
    """
    reasons = dict(drawing.justified)
    for rule, objection in checked:
        if objection is None:
            noted = noted.unjustified(rule)
        elif rule in reasons:
            noted = noted.justified(rule, reasons[rule])
        elif not noted.justification(rule):
            return objection
    return noted


# --- the edits ------------------------------------------------------------------------------------------------------


def _add(read: Read, drawing: Drawing, noted: Features = NOTHING_NOTED) -> Marked:
    role = {
        Intent.TARGET: LesionRole.TARGET,
        Intent.NONTARGET: LesionRole.NONTARGET,
        Intent.NEW: LesionRole.NEW,
    }[drawing.intent]
    region = _region(drawing)
    lesion = Lesion(
        id=next_lesion_name((x.id for x in read.lesions), region, role),
        region=region,
        role=role,
        organ=organ_where_marked(drawing.series, region, drawing.beside),
        kind=LesionKind.OTHER,
        axis=default_axis(region, LesionKind.OTHER),
    )
    finding: Finding = (
        Present(drawing.diameter, evidence=(drawing.line,)) if role is LesionRole.NONTARGET else drawing.measured()
    )
    observation = Observation(lesion.id, finding, noted)
    return Marked(LesionAdded(lesion, drawing.visit_id, observation, drawing.assisted), lesion.id)


def _measure(read: Read, lesion: Lesion, drawing: Drawing, rules: EligibilityRules) -> Marked | Declined:
    before = read.observation(drawing.visit_id, lesion.id)
    found = before.finding if before else None
    finding: Finding
    if lesion.role is LesionRole.NONTARGET:
        finding = Present(drawing.diameter, evidence=(drawing.line,))
    elif drawing.whole is not None:
        finding = drawing.measured()
    elif isinstance(found, Measured):
        finding = replace(found, diameter=drawing.diameter, evidence=(drawing.line,))
    else:
        finding = Measured(drawing.diameter, evidence=(drawing.line,))
    checked = [(WHOLE, _longer_than_whole(found, drawing))]
    if drawing.intent is not Intent.NONTARGET:
        checked.insert(0, (PHASE, _outside_arterial(lesion.region, drawing)))
    answered = _answered(noted_beside(before, finding), drawing, checked)
    if isinstance(answered, Declined):
        return answered
    # a size is objected to where the lesion is assigned; the reason for a rule that does not object does not stay
    answered = answered.unjustified(*{SMALL, SLICE} - {_too_small(drawing, rules)})
    seen = Observation(lesion.id, finding, answered)
    return Marked(FindingRecorded(drawing.visit_id, seen, drawing.assisted), lesion.id)


def _measure_whole(read: Read, lesion: Lesion, drawing: Drawing) -> Marked | Declined:
    before = read.observation(drawing.visit_id, lesion.id)
    objection = _shorter_than_viable(before.finding if before else None, drawing)
    finding: Finding
    match before.finding if before else None:
        case Measured() as found:
            finding = replace(found, whole=drawing.diameter, whole_evidence=(drawing.line,))
        case Absent():
            finding = Absent(whole=drawing.diameter)
        case Nonviable():
            finding = Nonviable(whole=drawing.diameter)
        case TooSmall() as found:
            finding = replace(found, whole=drawing.diameter)
        case _:
            return Declined(f"Measure the viable diameter of {lesion.id} first, then the whole lesion.")
    assert before is not None
    noted = noted_beside(before, finding)
    answered = _answered(noted, drawing, ((WHOLE, objection),))
    if isinstance(answered, Declined):
        return answered
    return Marked(FindingRecorded(drawing.visit_id, replace(before, finding=finding, features=answered)), lesion.id)
