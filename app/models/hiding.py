"""A record as a sequential or blinded read lets its reader see it. Pure; what is recorded stays whole."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from functools import partial

from app.models.as_of import as_of
from app.profiles import known_profiles
from app.state.clinical import Enrolment
from app.state.reading_mode import Hidden, in_order, is_blinded
from app.state.record import Record, Visit
from app.words import translated
from mrecist.later import Later
from mrecist.results import Assessment, Noted, TimePointResponse


@dataclass(frozen=True, slots=True)
class HiddenVisit:
    """A later time point of a sequential read, and the one that has to be signed before it is shown."""

    visit_id: str
    until: str

    @property
    def told(self) -> str:
        return translated("{visit} stays hidden until {until} is signed.", visit=self.visit_id, until=self.until)


@dataclass(frozen=True, slots=True)
class Sight:
    """What a reader sees of a case: `whole` is the record, `hides` what is hidden now, `waiting` later time points."""

    whole: Record
    reader: str
    shown: Record
    hides: tuple[Hidden, ...]
    waiting: tuple[HiddenVisit, ...]

    def is_of(self, record: Record, reader: str) -> bool:
        return self.whole is record and self.reader == reader


def sight_of(record: Record, reader: str) -> Sight:
    own, hides = own_read(record, reader), hidden_from(record, reader)
    if not hides:
        return Sight(record, reader, record, (), ())
    now, waiting = hides_still(record, own, hides), hidden_visits(record, own, hides)
    return Sight(record, reader, as_shown(record, own, hides), now, waiting)


def hidden_from(record: Record, reader: str) -> tuple[Hidden, ...]:
    """What a case hides from a reader: as the reader's newest read was started, else as the protocol has it."""
    own = own_read(record, reader)
    return default_of(record.protocol) if own is None else record.hides(own)


def own_read(record: Record, reader: str) -> str | None:
    """The read that a reader works on; None before it is begun."""
    return next((read.id for read in reversed(record.reads) if read.reader == reader), None)


def default_of(protocol: str | None) -> tuple[Hidden, ...]:
    """What a read under a protocol hides unless its reader chooses otherwise."""
    known = None if protocol is None else known_profiles().find(protocol)
    return () if known is None else in_order(Hidden(name) for name in known.hides)


def hidden_visits(record: Record, read_id: str | None, hides: Collection[Hidden]) -> tuple[HiddenVisit, ...]:
    """The time points that wait: those after the first that was never signed. One that was shown stays so."""
    if Hidden.LATER not in hides:
        return ()
    visits = record.assessed_visits
    once = {x.visit_id for x in record.signed if x.read_id == read_id}
    once |= {x.signed.visit_id for x in record.amended if x.signed.read_id == read_id}
    first = next((n for n, visit in enumerate(visits) if visit.id not in once), len(visits))
    return tuple(HiddenVisit(visits[n].id, visits[n - 1].id) for n in range(first + 1, len(visits)))


def is_done(record: Record, read_id: str | None) -> bool:
    """Whether every time point of a read is signed."""
    return bool(record.assessed_visits) and all(record.is_signed(read_id or "", x.id) for x in record.assessed_visits)


def hides_still(record: Record, read_id: str | None, hides: Collection[Hidden]) -> tuple[Hidden, ...]:
    """What is hidden now of what a read hides: later time points, prior measurements and other reads end with it."""
    over = set()
    if is_done(record, read_id):
        over |= {Hidden.PRIOR, Hidden.OTHERS}
    if not hidden_visits(record, read_id, hides):
        over.add(Hidden.LATER)
    return in_order(one for one in hides if one not in over)


_OF_DATES = ("E-WINDOW", "E-AFTER-START")


def _without_clinical(visit: Visit) -> Visit:
    """Reasons given for entry criteria and laboratory values go with them; those of dates stay."""
    justified, seen, asked = (
        tuple(x for x in reasons if x[0] in _OF_DATES) for reasons in (visit.justified, visit.seen, visit.asked_again)
    )
    return replace(visit, clinical=None, justified=justified, seen=seen, asked_again=asked)


def as_shown(record: Record, read_id: str | None, hides: Collection[Hidden]) -> Record:
    """The record without what a read hides. Prior measurements stay in it: panels leave them out."""
    waiting = hidden_visits(record, read_id, hides)
    shown = _without_later(record, {x.visit_id for x in waiting}) if waiting else record
    if Hidden.CLINICAL in hides:
        shown = replace(
            shown,
            visits=tuple(_without_clinical(visit) for visit in shown.visits),
            judgements=(),
            treatments=(),
            events=(),
            labs=(),
            enrolment=Enrolment(),
            criteria=(),
        )
    if Hidden.PATIENT in hides:
        shown = replace(shown, patient=replace(shown.patient, name="", birth_date=None))
    return shown


def _without_later(record: Record, waiting: Collection[str]) -> Record:
    """Nothing of a later time point, nor of a day after the last one that is shown."""
    last = [visit for visit in record.visits if visit.id not in waiting][-1]
    until = max((last.on, *last.exam_dates))
    kept: tuple[Visit, ...] = tuple(visit for visit in record.visits if visit.id not in waiting)
    ids = {visit.id for visit in kept}
    uids = {uid for visit in kept for uid in visit.series}
    loose = {uid for visit in record.visits for uid in visit.series}
    series = tuple(
        ref
        for ref in record.series
        if ref.uid in uids or (ref.uid not in loose and ref.study_date is not None and ref.study_date <= until)
    )
    cut = as_of(replace(record, visits=kept), until)
    return replace(
        cut,
        visits=kept,
        series=series,
        judgements=tuple(x for x in record.judgements if x.visit_id in ids),
        signed=tuple(x for x in record.signed if x.visit_id in ids),
        amended=tuple(x for x in record.amended if x.signed.visit_id in ids),
        figures=tuple(x for x in record.figures if x.figure.series_uid in uids),
        assisted=tuple(x for x in record.assisted if x.visit_id in ids),
        proposals=tuple(x for x in record.proposals if x.proposal.visit_id in ids),
    )


def without_decisions(assessment: Assessment) -> Assessment:
    """The responses alone: a decision tells of the clinical data that it rests on."""
    points = tuple(
        replace(x, tace=None, sorafenib=None, noted=Later(partial(_without_gates, x))) for x in assessment.timepoints
    )
    return replace(assessment, timepoints=points)


def _without_gates(at: TimePointResponse) -> Noted:
    return Noted(tuple(flag for flag in at.raised if flag != "GATE_UNKNOWN"), at.issues)


def hidden_word(hidden: Hidden) -> str:
    """What is hidden, as it is chosen."""
    named = {
        Hidden.LATER: translated("Later time points (sequential)"),
        Hidden.CLINICAL: translated("Treatments, laboratory values, clinical data, decisions"),
        Hidden.PATIENT: translated("Name and date of birth of the patient"),
        Hidden.PRIOR: translated("Measurements of other time points"),
        Hidden.OTHERS: translated("Other reads of the case"),
    }
    return named[hidden]


def hidden_words(hides: Iterable[Hidden]) -> str:
    """What is hidden, in one line."""
    return "; ".join(word[:1].lower() + word[1:] for word in map(hidden_word, hides))


def mode_word(hides: Collection[Hidden]) -> str:
    """How a read is done, in two words at most; empty where nothing is hidden."""
    parts = [translated("sequential")] if Hidden.LATER in hides else []
    parts += [translated("blinded")] if is_blinded(hides) else []
    return " · ".join(parts)


def hidden_text(hidden: Hidden) -> str:
    """Until when it is hidden, in one sentence."""
    told = {
        Hidden.LATER: translated("Each is shown once the one before it is signed."),
        Hidden.CLINICAL: translated("Until it is lifted, with a reason."),
        Hidden.PATIENT: translated("Until it is lifted, with a reason."),
        Hidden.PRIOR: translated("With sums, changes and responses; until every time point is signed."),
        Hidden.OTHERS: translated("Until every time point is signed."),
    }
    return told[hidden]
