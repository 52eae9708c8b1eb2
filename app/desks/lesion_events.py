"""What happened to the selected lesion since the time point before: asked, told, and recorded as edits."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import partial

from PySide6.QtCore import QObject, Signal

from app.assessing import assess_read
from app.desks.assignment import keep_against, take_back_reason
from app.desks.lesion_checks import MEASURE, TAKE_BACK, checks_of
from app.desks.lesion_questions import answered, check_for, is_assigned_here, questions_about, settles
from app.models.reading import TOO_SMALL_COUNTS_MM, Reading
from app.panels.finding_bar import Choice, FindingBar, can_split
from app.panels.lesion_card import Asked, LesionCard, Option, Told
from app.panels.lesion_form import Check, CheckState, Way
from app.reading import lesion_events as happened
from app.reading.lesion_events import Answer, Treated
from app.reading.unmeasured import UNMEASURED, Unmeasured, noted
from app.session import ReadingSession
from app.state.apply import EditRefused, apply
from app.state.events import Entry, Event, FindingCleared, FindingRecorded
from app.words import listed, still_there, translated, with_mm
from mrecist.lesions import Finding, Lesion, Measured, NotEvaluable, Observation, TooSmall
from mrecist.measured import RULES_OF_MEASURING
from mrecist.results import Assessment
from mrecist.values import EarlierAbsence, LesionRole

_LASTING, _AGAIN, _TREATED = "lasting", "seen_again", "treated"


class LesionEventsDesk(QObject):
    """Between the session and the card of the selected lesion; it stores nothing.

    Signals
    -------
    told(str, bool)
        One sentence for the reader, and whether it can be undone.
    measure_asked
        The lesion that is selected now is to be measured next.
    amend_asked
        The open time point is signed, and is to be amended before it is corrected.
    """

    told = Signal(str, bool)
    measure_asked = Signal()
    amend_asked = Signal()

    def __init__(self, session: ReadingSession, card: LesionCard, bar: FindingBar, parent: QObject) -> None:
        super().__init__(parent)
        self._session, self._card, self._bar = session, card, bar
        card.way_chosen.connect(self._on_way)
        card.override_given.connect(self._on_override)
        card.settled.connect(self._on_settled)
        bar.event_asked.connect(self.ask)

    def ask(self, event: str) -> None:
        """Offer the choices below the button: split, merge, treated, or all three."""
        lesion, reading = self._session.lesion, self._session.reading
        if lesion is None or reading is None:
            return
        if reading.at_baseline:
            self.told.emit("At baseline nothing has happened to a lesion yet.", False)
            return
        offers = {
            "split": (translated("{lesion} has split into", lesion=lesion.id), self._splits),
            "merge": (translated("Merged, measured as one {lesion}", lesion=lesion.id), self._mergers),
            "treated": (translated("Treated since {visit}", visit=reading.visits[-2].id), self._treatments),
        }
        asked = [offers[event]] if event else list(offers.values())
        self._bar.choose(*((heading, choices(lesion, reading)) for heading, choices in asked))

    def ask_unmeasured(self) -> None:
        """Offer what is noted without a size, below the button."""
        heading = translated("Without a size: effusion or thrombus")
        self._bar.choose((heading, [(what.word, partial(self._note, what)) for what in UNMEASURED]))

    def refresh(self) -> None:
        """Show what is to be asked and told of the selected lesion."""
        lesion, reading = self._session.lesion, self._session.reading
        if lesion is None or reading is None or reading.at_baseline:
            self._card.show_told(None)
            return
        self._card.show_told(self._of(lesion, reading))

    # --- what is shown ----------------------------------------------------------------------------------------

    def _of(self, lesion: Lesion, reading: Reading) -> Told:
        seen = reading.read.observation(reading.visit_id, lesion.id)
        open_now = not self._session.locked
        checks: list[Check] = []
        on: date | None = None
        if not is_assigned_here(lesion, reading):  # else the form below tells of them
            checks += [x for x in checks_of(reading, lesion, not open_now) if x.rule in RULES_OF_MEASURING]
        if open_now and (before := happened.lasting(reading, lesion)) is not None:
            ways = [Way("still", before.word)]
            if before.otherwise:
                ways.append(Way("otherwise", before.otherwise))
            checks.append(Check(_LASTING, before.told, CheckState.QUESTION, ways=tuple(ways)))
        if open_now and (again_at := happened.mistaken_by(reading, lesion)):
            named = {"lesion": lesion.id, "later": again_at, "visit": reading.visit_id}
            told = translated("{lesion} is seen again at {later} and had been there: correct {visit}.", **named)
            checks.append(Check(_AGAIN, told, CheckState.QUESTION, ways=(Way(MEASURE, translated("Measure it")),)))
        if (treated := happened.treatment_of(reading, lesion)) is not None:
            words = translated("Treated since: {treatment}", treatment=treated.word)
            meaning = happened.treated_meaning(lesion, treated.kind)
            ways = [Way("none", translated("Take back"))] if open_now else []
            checks.append(Check(_TREATED, words, CheckState.MET, meaning, tuple(ways)))
        asked = self._again(lesion, reading, checks, open_now)
        if seen is not None and lesion.role is LesionRole.NEW:
            later = not is_assigned_here(lesion, reading)
            questions = questions_about(lesion, later)
            if open_now:
                checks += [check_for(question, seen.features) for question in questions]
            if later and any(settles(question, seen.features) for question in questions):
                on = seen.features.settled_on or (reading.visit.on if reading.visit and open_now else None)
        return Told(lesion.id, asked, tuple(checks), happened.new_lesion_meaning(reading, lesion), on, reading.visit_id)

    def _again(self, lesion: Lesion, reading: Reading, checks: list[Check], open_now: bool) -> Asked | None:
        """The question whether an earlier absence was right, with what each answer would change."""
        gone, given = happened.gone_at(reading, lesion), happened.answer_given(reading, lesion)
        if given is not None and (given is EarlierAbsence.CONFIRMED or not gone):
            if given is EarlierAbsence.CONFIRMED:
                said = translated("Seen again. It had been gone: the earlier time point stands.")
            elif isinstance(reading.finding(lesion.id, reading.visits[-2].id), NotEvaluable):
                said = translated("Seen again. Before, it could not be evaluated: the earlier time point is corrected.")
            else:
                said = translated("Seen again. It had been there: the earlier time point is corrected.")
            ways = (Way("open", translated("Ask again")),) if open_now and gone else ()
            checks.append(Check(_AGAIN, said, CheckState.MET, ways=ways))
            return None
        if not gone or not open_now:
            return None
        signed = happened.signed_among(reading, gone)
        named = {"lesion": lesion.id, "visits": listed(gone)}
        text = translated("{lesion} is seen again. Was it right that it was gone at {visits}?", **named)
        if given is EarlierAbsence.MISTAKEN:
            text = translated("{lesion} had been there, and {visits} still has it as gone: correct that.", **named)
        if signed:
            text += " " + translated("{visits} is signed: it is amended before it is corrected.", visits=listed(signed))
        words = [
            (Answer.GONE, translated("Yes, it is back")),
            (Answer.THERE, translated("No, it was there")),
            (Answer.UNCLEAR, translated("Not evaluable then")),
        ]
        if given is EarlierAbsence.MISTAKEN:
            correct = (Answer.THERE, translated("Correct {visits}", visits=listed(gone)))
            words = [correct, words[2], (Answer.GONE, translated("It had been gone"))]
        options = [Option(answer, word, self._effect(reading, lesion, answer)) for answer, word in words]
        look = Option(Answer.LOOK, translated("Go and look"), translated("Opens {visit}.", visit=gone[0]))
        return Asked(_AGAIN, text, (*options, look))

    def _effect(self, reading: Reading, lesion: Lesion, answer: Answer) -> str:
        """What an answer records at the earlier time points, and the responses that would follow."""
        corrected = happened.answer_edits(reading, lesion, answer)[:-1]
        told = [f"{edit.visit_id}: {_in_words(lesion, edit.observation.finding)}." for edit in corrected]
        return " ".join((*told, happened.consequence(reading, lesion, self._what_if(reading, lesion, answer))))

    def _what_if(self, reading: Reading, lesion: Lesion, answer: Answer) -> Assessment | None:
        """The assessment that would follow an answer, whatever is signed."""
        record = replace(reading.record, signed=())
        try:
            for event in happened.answer_edits(reading, lesion, answer):
                record = apply(record, Entry(0, "", self._session.reader, reading.read_id, event))
        except EditRefused:
            return None
        return assess_read(record, reading.read_id, self._session.ruleset)

    # --- what is offered --------------------------------------------------------------------------------------

    def _splits(self, lesion: Lesion, reading: Reading) -> list[Choice]:
        if not can_split(lesion):
            return [(translated("Only a target splits, and a fragment no further."), None)]
        if reading.is_split(lesion.id, reading.visit_id):
            return [(translated("One more fragment"), partial(self._split, lesion, 1))]
        if reading.fragments(lesion.id):
            return [(translated("Split as before"), partial(self._split_again, lesion))]
        return [
            (translated("{count} fragments", count=count), partial(self._split, lesion, count))
            for count in happened.PIECES
        ]

    def _mergers(self, lesion: Lesion, reading: Reading) -> list[Choice]:
        others = happened.mergeable(reading, lesion)
        if not others:
            return [(translated("No other target of this region is measured apart."), None)]
        sets = [(x,) for x in others] + ([others] if len(others) > 1 else [])
        choices: list[Choice] = []
        for chosen in sets:
            named = {"other": listed([x.id for x in chosen])}
            if isinstance(before := reading.finding(lesion.id, reading.visit_id), Measured):
                word = translated("with {other}: measured as one next", **named)
                choices.append((word, partial(self._merge, lesion, chosen)))
                word = translated(
                    "with {other}: the {diameter} are of both", diameter=with_mm(before.diameter), **named
                )
                choices.append((word, partial(self._merge, lesion, chosen, is_of_all=True)))
            else:
                choices.append((translated("with {other}", **named), partial(self._merge, lesion, chosen)))
        return choices

    def _treatments(self, lesion: Lesion, reading: Reading) -> list[Choice]:
        choices: list[Choice] = [
            (one.word, partial(self._treat, lesion, one)) for one in happened.treatments_since(reading, lesion)
        ]
        if happened.treatment_of(reading, lesion) is not None:
            choices.append((translated("Not treated: take back"), partial(self._treat, lesion, None)))
        return choices

    # --- what is recorded -------------------------------------------------------------------------------------

    def _split(self, lesion: Lesion, pieces: int) -> None:
        reading = self._session.reading
        if reading is None:
            return
        edit = happened.split_of(reading, lesion, pieces)
        count = len(reading.fragments(lesion.id)) + pieces
        if self._do(translated("{lesion} is split into {count}: measure each", lesion=lesion.id, count=count), edit):
            self._measure(edit.fragments[0].id)

    def _split_again(self, lesion: Lesion) -> None:
        reading = self._session.reading
        before = happened.still_split(reading, lesion) if reading else None
        if reading is None or before is None:
            return
        if self._do(translated("{lesion} is split: measure each fragment", lesion=lesion.id), before):
            self._measure(reading.fragments(lesion.id)[0].id)

    def _merge(self, lesion: Lesion, others: tuple[Lesion, ...], is_of_all: bool = False) -> None:
        """What was found of the one alone is not what all are: it is to do again, unless the reader says that it is."""
        reading = self._session.reading
        if reading is None:
            return
        named = {"others": listed([x.id for x in others]), "lesion": lesion.id}
        edits: list[Event] = [happened.merger_of(reading, lesion, others)]
        if is_of_all:
            said = translated("{others} merged with {lesion}, which was measured as one", **named)
        else:
            said = translated("{others} merged with {lesion}: measure {lesion} as one", **named)
            if reading.finding(lesion.id, reading.visit_id) is not None:
                edits.append(FindingCleared(reading.visit_id, lesion.id))
        if self._do(said, *edits):
            self._measure(lesion.id)

    def _treat(self, lesion: Lesion, treated: Treated | None) -> None:
        reading = self._session.reading
        edit = happened.treated_edit(reading, lesion, treated) if reading else None
        if edit is None:
            self.told.emit(translated("Record first what is found of {lesion}.", lesion=lesion.id), False)
            return
        if treated is None:
            self._do(translated("{lesion}: not treated since", lesion=lesion.id), edit)
            return
        said = translated("{lesion} treated since: {treatment}.", lesion=lesion.id, treatment=treated.word)
        self._do(f"{said} {happened.treated_meaning(lesion, treated.kind)}", edit)

    def _note(self, what: Unmeasured) -> None:
        reading = self._session.reading
        if reading is None:
            return
        edit = noted(reading, what)
        name = edit.lesion.id
        if self._do(translated("{lesion} noted without a size: {what}", lesion=name, what=what.word.lower()), edit):
            self._session.select_lesion(name)

    def _measure(self, lesion_id: str) -> None:
        """Select it; one that is still to be measured is measured next."""
        self._session.select_lesion(lesion_id)
        reading = self._session.reading
        if reading is not None and reading.finding(lesion_id, reading.visit_id) is None:
            self.measure_asked.emit()

    def _do(self, said: str, *events: Event) -> bool:
        done = self._session.do(*events)
        if done:
            self.told.emit(said, True)
        return done

    # --- what the card reports --------------------------------------------------------------------------------

    def _on_way(self, asked: str, way: str) -> None:
        lesion, reading = self._session.lesion, self._session.reading
        if lesion is None or reading is None:
            return
        if way == MEASURE:
            self.measure_asked.emit()
        elif asked == _LASTING:
            self._on_lasting(lesion, reading, way)
        elif asked == _AGAIN:
            self._on_again(lesion, reading, way)
        elif asked == _TREATED:
            self._treat(lesion, None)
        elif way == TAKE_BACK:
            if said := take_back_reason(self._session, asked):
                self.told.emit(said, True)
        else:
            self._on_answer(lesion, reading, asked, way)

    def _on_lasting(self, lesion: Lesion, reading: Reading, way: str) -> None:
        before = happened.lasting(reading, lesion)
        if before is None:
            return
        if way != "still":
            self.measure_asked.emit()
        elif self._do(f"{lesion.id}: {before.word.lower()}", before.still) and reading.fragments(lesion.id):
            self._measure(reading.fragments(lesion.id)[0].id)

    def _on_again(self, lesion: Lesion, reading: Reading, way: str) -> None:
        gone = happened.gone_at(reading, lesion)
        seen = reading.read.observation(reading.visit_id, lesion.id)
        if way == "open" and seen is not None:
            asked = replace(seen, features=replace(seen.features, earlier_absence=None))
            self._do(translated("{lesion}: asked again", lesion=lesion.id), FindingRecorded(reading.visit_id, asked))
            return
        if way == Answer.LOOK:
            self._session.select_visit(gone[0])
            return
        answer = Answer(way)
        edits = happened.answer_edits(reading, lesion, answer)
        signed = happened.signed_among(reading, gone)
        if answer is Answer.GONE or not signed:
            named = {"lesion": lesion.id, "visits": listed(gone)}
            if answer is Answer.GONE:
                said = translated("{lesion}: it had been gone at {visits}", **named)
            else:
                said = translated("{lesion}: {visits} corrected", **named)
            self._do(said, *edits)
            return
        self._do(translated("{lesion}: {visits} is to be corrected", lesion=lesion.id, visits=listed(gone)), edits[-1])
        self._session.select_visit(signed[0])
        self.amend_asked.emit()

    def _on_answer(self, lesion: Lesion, reading: Reading, field: str, answer: str) -> None:
        seen = reading.read.observation(reading.visit_id, lesion.id)
        later = not is_assigned_here(lesion, reading)
        questions = questions_about(lesion, later)
        question = next((q for q in questions if q.field == field), None)
        if seen is None or question is None:
            return
        noted = answered(question, seen.features, answer)
        if later and settles(question, noted) and reading.visit is not None:
            noted = replace(noted, settled_on=noted.settled_on or reading.visit.on)
        elif not any(settles(q, noted) for q in questions):
            noted = replace(noted, settled_on=None)
        said = f"{lesion.id}: {question.text} {answer}."
        self._do(said, FindingRecorded(reading.visit_id, Observation(lesion.id, seen.finding, noted)))

    def _on_override(self, rule: str, reason: str) -> None:
        if said := keep_against(self._session, rule, reason):
            self.told.emit(said, True)

    def _on_settled(self, on: date) -> None:
        lesion, reading = self._session.lesion, self._session.reading
        seen = reading.read.observation(reading.visit_id, lesion.id) if lesion and reading else None
        if lesion is None or reading is None or seen is None:
            return
        noted = replace(seen, features=replace(seen.features, settled_on=on))
        said = translated("{lesion}: settled on {date}", lesion=lesion.id, date=on.isoformat())
        self._do(said, FindingRecorded(reading.visit_id, noted))


def _in_words(lesion: Lesion, corrected: Finding) -> str:
    """What an earlier time point is corrected to; what it counts is told, since nobody has measured it there."""
    if isinstance(corrected, TooSmall):
        return translated("too small, counts {mm}", mm=with_mm(TOO_SMALL_COUNTS_MM))
    return translated("not evaluable") if isinstance(corrected, NotEvaluable) else still_there(lesion.region)
