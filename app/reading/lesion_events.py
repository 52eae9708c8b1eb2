"""What can happen to a lesion between two time points, as edits: it splits, fuses, is treated, is seen again.

Pure; no Qt. Every function looks at the open time point of a reading; none of them changes anything.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from app import words
from app.models.reading import Reading
from app.reading.given_reasons import noted_beside
from app.state.events import Event, FindingCleared, FindingRecorded, LesionsMerged, LesionSplit
from app.state.reading_mode import Hidden
from app.state.record import DatedTreatment
from app.words import translated
from mrecist.case import TreatmentKind
from mrecist.lesions import (
    Absent,
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
    WhyNotEvaluable,
)
from mrecist.results import Assessment
from mrecist.tracks import leaves_assessment
from mrecist.values import EarlierAbsence, LesionRole, LocalTreatment, Region

PIECES = (2, 3, 4)
"""Into how many fragments a lesion is split at once; one more can be added as often as needed."""


# --- split and merge -------------------------------------------------------------------------------------------------


def split_of(reading: Reading, lesion: Lesion, pieces: int) -> LesionSplit:
    """The lesion with so many fragments more; their numbers go on from those that it has."""
    taken = {x.id for x in reading.read.lesions}
    numbers = (n for n in range(1, len(taken) + pieces + 1) if f"{lesion.id}.{n}" not in taken)
    names = [f"{lesion.id}.{n}" for n in numbers][:pieces]
    made = tuple(replace(lesion, id=name, parent=lesion.id, site="", segments=()) for name in names)
    return LesionSplit(reading.visit_id, lesion.id, made)


def still_split(reading: Reading, lesion: Lesion) -> FindingRecorded | None:
    """The lesion is split as it was before; None where it has no fragments."""
    if not reading.fragments(lesion.id):
        return None
    before = reading.read.observation(reading.visit_id, lesion.id)
    seen = Observation(lesion.id, Split(), noted_beside(before, Split()))
    return FindingRecorded(reading.visit_id, seen)


def mergeable(reading: Reading, into: Lesion) -> tuple[Lesion, ...]:
    """The targets of its region that can have fused with this one, and are not recorded so."""
    if into.role is not LesionRole.TARGET or isinstance(reading.finding(into.id, reading.visit_id), Merged | Split):
        return ()
    return tuple(
        x
        for x in reading.lesions_of(into.region)
        if x.role is LesionRole.TARGET
        and x.id not in (into.id, into.parent)
        and not isinstance(reading.finding(x.id, reading.visit_id), Merged | Split)
        and (x.parent is None or reading.is_split(x.parent, reading.visit_id))
        and not _is_merged_into(reading, x)
    )


def merger_of(reading: Reading, into: Lesion, others: tuple[Lesion, ...]) -> LesionsMerged:
    return LesionsMerged(reading.visit_id, into.id, tuple(x.id for x in others))


def _is_merged_into(reading: Reading, lesion: Lesion) -> bool:
    timepoint = reading.read.timepoint(reading.visit_id)
    seen = timepoint.observations if timepoint else ()
    return any(isinstance(o.finding, Merged) and o.finding.into == lesion.id for o in seen)


# --- what goes on from the time point before --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Lasting:
    """What was so at the time point before and may be so still: in words, and the edit that says that it is."""

    told: str
    word: str
    still: Event
    otherwise: str = ""


def lasting(reading: Reading, lesion: Lesion) -> Lasting | None:
    """A lesion that was split, merged or out of the assessment, of which nothing is said yet at this time point."""
    if reading.finding(lesion.id, reading.visit_id) is not None or len(reading.visits) < 2:
        return None
    before = reading.visits[-2].id
    seen = reading.read.observation(before, lesion.id)
    if seen is None:
        return None
    named: dict[str, Any] = {"lesion": lesion.id, "visit": before}
    match seen.finding:
        case Split():
            told = translated("{lesion} was split at {visit}.", **named)
            still = FindingRecorded(reading.visit_id, Observation(lesion.id, Split()))
            return Lasting(told, translated("Still split"), still, translated("One again"))
        case Merged(into=into) if into is not None:
            told = translated("{lesion} was merged with {other} at {visit}.", other=into, **named)
            return Lasting(
                told,
                translated("Still merged"),
                LesionsMerged(reading.visit_id, into, (lesion.id,)),
                translated("Apart again"),
            )
        case _:
            treated = _left_by(reading, lesion)
            if treated is None:
                return None
            word = words.treatment_word(treated)
            told = translated("{lesion} left the assessment: {treatment}.", lesion=lesion.id, treatment=word)
            finding = NotEvaluable(WhyNotEvaluable.TREATED)
            still = FindingRecorded(reading.visit_id, Observation(lesion.id, finding))
            return Lasting(told, translated("Not evaluable"), still)


def _left_by(reading: Reading, lesion: Lesion) -> LocalTreatment | None:
    """The treatment that took a lesion out of the assessment at an earlier time point."""
    for visit in reading.visits[:-1]:
        seen = reading.read.observation(visit.id, lesion.id)
        treated = None if seen is None else seen.features.treated_since
        if leaves_assessment(lesion, treated):
            return treated
    return None


# --- treated since ---------------------------------------------------------------------------------------------------

_BY_KIND: Mapping[TreatmentKind, LocalTreatment] = MappingProxyType(
    {
        TreatmentKind.TACE: LocalTreatment.TACE,
        TreatmentKind.ABLATION: LocalTreatment.ABLATION,
        TreatmentKind.RADIOTHERAPY: LocalTreatment.RADIATION,
        TreatmentKind.RESECTION: LocalTreatment.RESECTION,
        TreatmentKind.METASTASECTOMY: LocalTreatment.RESECTION,
        TreatmentKind.TRANSPLANTATION: LocalTreatment.RESECTION,
    }
)
"""The treatments of the clinical data that are local."""
_ELSEWHERE: Mapping[Region, tuple[TreatmentKind, ...]] = MappingProxyType(
    {
        Region.INTRAHEPATIC: (TreatmentKind.METASTASECTOMY,),
        Region.EXTRAHEPATIC: (TreatmentKind.TACE, TreatmentKind.TRANSPLANTATION),
    }
)
"""Those that are never of a lesion of this region."""


@dataclass(frozen=True, slots=True)
class Treated:
    """A choice of the reader: a kind of local treatment, and which treatment of the patient it was, if one is known."""

    kind: LocalTreatment
    treatment: DatedTreatment | None = None

    @property
    def word(self) -> str:
        if self.treatment is None:
            return words.treatment_word(self.kind)
        on = words.iso(self.treatment.on)
        return translated("{treatment} of {date}", treatment=words.treatment_word(self.kind), date=on)


def treatments_since(reading: Reading, lesion: Lesion) -> tuple[Treated, ...]:
    """The patient's local treatments after the time point before, of this lesion where that is known; then the kinds.

    A read that hides clinical data offers the kinds alone.
    """
    known: list[Treated] = []
    if reading.visit is not None and len(reading.visits) > 1 and not _hides_treatments(reading):
        since = reading.visits[-2].on
        for one in sorted(reading.record.treatments, key=lambda x: x.on.toordinal()):
            kind = _BY_KIND.get(one.kind)
            of_it = not one.lesions or lesion.id in one.lesions or lesion.parent in one.lesions
            of_it = of_it and one.kind not in _ELSEWHERE[lesion.region]
            until = one.until or one.on
            if kind is not None and of_it and until >= since and one.on <= reading.visit.on:
                known.append(Treated(kind, one))
    return (*known, *(Treated(kind) for kind in LocalTreatment))


def _hides_treatments(reading: Reading) -> bool:
    return Hidden.CLINICAL in reading.record.hides(reading.read_id)


def treatment_of(reading: Reading, lesion: Lesion) -> Treated | None:
    """What is recorded of a lesion's treatment at the open time point."""
    seen = reading.read.observation(reading.visit_id, lesion.id)
    if seen is None or seen.features.treated_since is None:
        return None
    named = seen.features.treatment_id
    hidden = _hides_treatments(reading)
    linked = next((x for x in reading.record.treatments if x.id == named and not hidden), None)
    return Treated(seen.features.treated_since, linked)


def treated_edit(reading: Reading, lesion: Lesion, treated: Treated | None) -> FindingRecorded | FindingCleared | None:
    """The finding with its treatment since, or without one; None where nothing is recorded that it could stand beside.

    Where the treatment takes the lesion out of the assessment it is not evaluable, whatever was measured; taken back,
    such a lesion is to do again.
    """
    seen = reading.read.observation(reading.visit_id, lesion.id)
    if seen is not None and treated is None and seen.finding == NotEvaluable(WhyNotEvaluable.TREATED):
        return FindingCleared(reading.visit_id, lesion.id)
    out = treated is not None and leaves_assessment(lesion, treated.kind)
    if seen is None and not out:
        return None
    seen = seen or Observation(lesion.id, NotEvaluable(WhyNotEvaluable.TREATED))
    finding = seen.finding
    if out and not isinstance(finding, NotEvaluable | UnequivocalProgression):
        finding = NotEvaluable(WhyNotEvaluable.TREATED)
    linked = treated.treatment.id if treated is not None and treated.treatment is not None else ""
    noted = replace(
        noted_beside(seen, finding), treated_since=None if treated is None else treated.kind, treatment_id=linked
    )
    return FindingRecorded(reading.visit_id, replace(seen, finding=finding, features=noted))


def treated_meaning(lesion: Lesion, treated: LocalTreatment) -> str:
    """What a local treatment means for the response."""
    if not leaves_assessment(lesion, treated):
        return translated("Its viable part is measured as before.")
    return translated("It leaves the assessment: not evaluable from here on, neither measured nor gone.")


# --- seen again ------------------------------------------------------------------------------------------------------


class Answer(StrEnum):
    """Was the earlier absence right? The last two correct the time points at which the lesion was gone."""

    GONE = "gone"
    THERE = "there"
    UNCLEAR = "unclear"
    LOOK = "look"


def gone_at(reading: Reading, lesion: Lesion) -> tuple[str, ...]:
    """The time points just before at which a lesion was gone that is there now; empty where it is not so.

    A read that does not show earlier findings is not told of them.
    """
    if Hidden.PRIOR in reading.record.hides(reading.read_id):
        return ()
    if not _is_there(reading.finding(lesion.id, reading.visit_id)):
        return ()
    found: list[str] = []
    for visit in reversed(reading.visits[:-1]):
        if not _is_gone(reading.finding(lesion.id, visit.id)):
            break
        found.append(visit.id)
    return tuple(reversed(found))


def answer_given(reading: Reading, lesion: Lesion) -> EarlierAbsence | None:
    seen = reading.read.observation(reading.visit_id, lesion.id)
    return None if seen is None else seen.features.earlier_absence


def mistaken_by(reading: Reading, lesion: Lesion) -> str:
    """The later time point by which the lesion, which is recorded as gone at the open one, had been there; or none."""
    if reading.blind or not _is_gone(reading.finding(lesion.id, reading.visit_id)):
        return ""
    later = [v.id for v in reading.record.visits][len(reading.visits) :]
    seen = ((x, found) for x in later if (found := reading.read.observation(x, lesion.id)) is not None)
    first = next(((x, found) for x, found in seen if not _is_gone(found.finding)), None)
    return first[0] if first and first[1].features.earlier_absence is EarlierAbsence.MISTAKEN else ""


def _is_gone(finding: Finding | None) -> bool:
    return isinstance(finding, Absent | Nonviable) or (isinstance(finding, Measured) and not finding.diameter.tenths)


def _is_there(finding: Finding | None) -> bool:
    if isinstance(finding, Measured):
        return finding.diameter.tenths > 0
    return isinstance(finding, Present | TooSmall | UnequivocalProgression)


def answer_edits(reading: Reading, lesion: Lesion, answer: Answer) -> tuple[FindingRecorded, ...]:
    """What an answer records: corrections of the time points at which the lesion was gone, then the answer itself."""
    seen = reading.read.observation(reading.visit_id, lesion.id)
    if seen is None or answer is Answer.LOOK:
        return ()
    was = EarlierAbsence.CONFIRMED if answer is Answer.GONE else EarlierAbsence.MISTAKEN
    answered = FindingRecorded(reading.visit_id, replace(seen, features=replace(seen.features, earlier_absence=was)))
    if answer is Answer.GONE:
        return (answered,)
    return (*_corrections(reading, lesion, answer), answered)


def _corrections(reading: Reading, lesion: Lesion, answer: Answer) -> Iterator[FindingRecorded]:
    why = translated("seen again at {visit}", visit=reading.visit_id)
    for visit_id in gone_at(reading, lesion):
        seen = reading.read.observation(visit_id, lesion.id)
        if seen is None:
            continue
        finding: Finding
        if answer is Answer.UNCLEAR:
            finding = NotEvaluable(WhyNotEvaluable.OTHER, why)
        else:
            whole = getattr(seen.finding, "whole", None)
            finding = TooSmall(whole=whole) if lesion.role is LesionRole.TARGET else Present()
        yield FindingRecorded(visit_id, replace(seen, finding=finding, features=noted_beside(seen, finding)))


def signed_among(reading: Reading, visit_ids: tuple[str, ...]) -> tuple[str, ...]:
    """Which of these time points are signed: they are amended before they are corrected."""
    return tuple(x for x in visit_ids if reading.record.is_signed(reading.read_id, x))


def consequence(reading: Reading, lesion: Lesion, then: Assessment | None) -> str:
    """The responses of the lesion's region, from where it was gone up to now: as they are, and as they would be."""
    if then is None or reading.assessment is None:
        return ""
    parts = []
    for visit_id in (*gone_at(reading, lesion), reading.visit_id):
        before, after = (_letters(x, visit_id, lesion.region) for x in (reading.assessment, then))
        changed = after if before == after else f"{before} → {after}"
        parts.append(f"{visit_id} {changed}")
    return f"{words.region_word(lesion.region)}: {', '.join(parts)}"


def _letters(assessment: Assessment, visit_id: str, region: Region) -> str:
    at = assessment.timepoint(visit_id)
    if at is None:
        return words.DASH
    return words.response_letters((at.intrahepatic if region is Region.INTRAHEPATIC else at.extrahepatic).response)


# --- new lesions -----------------------------------------------------------------------------------------------------


_PATTERN_DECIDES = "NEW-EQ-ATYPICAL"
"""The rule by which a nodule that is large enough does not count for want of a typical pattern."""


def first_seen(reading: Reading, lesion: Lesion) -> str | None:
    return next((v.id for v in reading.visits if reading.finding(lesion.id, v.id) is not None), None)


def new_lesion_meaning(reading: Reading, lesion: Lesion) -> str:
    """What a new lesion means for the response at the open time point, and to when progression is dated.

    Nothing is told of a nodule whose pattern decides while the reader has not been asked for it, or has not answered.
    """
    response, judged = reading.response, reading.region_at(lesion.region, reading.visit_id)
    first = first_seen(reading, lesion)
    if lesion.role is not LesionRole.NEW or response is None or judged is None or first is None:
        return ""
    region = words.region_word(lesion.region).lower()
    reasons = [r for r in judged.reasons if "NEW-" in r.rule and r.numbers.get("lesion") == lesion.id]
    seen = reading.read.observation(reading.visit_id, lesion.id)
    unanswered = seen is not None and seen.features.typical_vascular_pattern is None
    if unanswered and any(r.rule.endswith(_PATTERN_DECIDES) for r in reasons):
        return ""
    told = [r.text for r in reasons]
    earlier = first != reading.visit_id
    if lesion.id in response.new_lesions_counted:
        told.append(translated("It counts: {region} PD.", region=region))
        if earlier:
            told.append(translated("Progression is dated back to {visit}, where it was first seen.", visit=first))
    else:
        told.append(translated("It does not count: no {region} progression by it.", region=region))
        if not _is_settled(reading, lesion):
            told.append(translated("Confirmed later, it dates progression back to {visit}.", visit=first))
    return " ".join(told)


def _is_settled(reading: Reading, lesion: Lesion) -> bool:
    """Has it been refuted, or is it not there?"""
    judged = reading.region_at(lesion.region, reading.visit_id)
    rules = [r.rule.partition("-")[2] for r in judged.reasons if r.numbers.get("lesion") == lesion.id] if judged else []
    return any(rule in ("NEW-REFUTED", "NEW-BENIGN") for rule in rules) or not _is_there(
        reading.finding(lesion.id, reading.visit_id)
    )
