"""The lesion form: what a lesion is, where it lies, whether it conforms; told to the session as edits."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QObject, Signal

from app.desks.lesion_checks import MEASURE, TAKE_BACK, checks_of, role_of
from app.desks.lesion_questions import answered, check_for, is_assigned_here, questions_about
from app.models.reading import Reading
from app.panels.lesion_form import Check, CheckState, LesionForm
from app.reading.given_reasons import OF_SIZE
from app.reading.largest import larger_nontarget
from app.reading.marked_region import organ_where_marked
from app.reading.marking import is_read_elsewhere
from app.session import ReadingSession
from app.state.events import Event, FindingCleared, FindingRecorded, LesionAdded, LesionChanged, LesionRemoved
from app.state.naming import default_axis, next_lesion_name
from app.state.record import Record
from app.words import translated
from mrecist.eligibility import organ_of
from mrecist.lesions import Lesion, Measured, Observation, Present
from mrecist.values import Axis, LesionRole, Organ


class AssignmentDesk(QObject):
    """Shows the selected lesion where it is assigned, and records what the reader changes.

    Signals
    -------
    told(str, bool)
        One sentence for the reader, and whether it can be undone.
    measure_asked
        The selected lesion is to be measured next.
    """

    told = Signal(str, bool)
    measure_asked = Signal()

    def __init__(self, session: ReadingSession, form: LesionForm, parent: QObject) -> None:
        super().__init__(parent)
        self._session, self._form = session, form
        form.lesion_changed.connect(self._on_changed)
        form.override_given.connect(self._on_override)
        form.way_chosen.connect(self._on_answer)

    def refresh(self) -> None:
        """Show the form for the selected lesion, at the time point where it is assigned."""
        lesion, reading = self._session.lesion, self._session.reading
        if lesion is None or reading is None or not is_assigned_here(lesion, reading):
            self._form.set_lesion(None)
            return
        self._form.set_lesion(lesion, self._session.locked, at_baseline=reading.at_baseline)
        seen = reading.read.observation(reading.visit_id, lesion.id)
        checks = checks_of(reading, lesion, self._session.locked)
        in_card = lesion.role is LesionRole.NEW and not reading.at_baseline  # a new lesion is asked of above
        if seen is not None and not self._session.locked and not in_card:
            checks += [check_for(question, seen.features) for question in questions_about(lesion)]
        if larger := larger_nontarget(reading, lesion):
            checks.append(Check("larger_nontarget", larger, CheckState.QUESTION))
        self._form.set_checks(checks)

    def _on_changed(self, lesion: Lesion) -> None:
        """Name and axis follow region, role and kind; another region means a new lesion with the same finding."""
        before, reading = self._session.lesion, self._session.reading
        if before is None or reading is None:
            return
        others = [x.id for x in reading.read.lesions if x.id != before.id]
        same = (lesion.region, lesion.role) == (before.region, before.role)
        name = before.id if same else next_lesion_name(others, lesion.region, lesion.role)
        changed = replace(lesion, id=name, axis=default_axis(lesion.region, lesion.kind))
        edits = self._edits(before, changed, reading)
        if edits and self._session.do(*edits):
            self._session.select_lesion(name)
            if not same and len(edits) > 2:
                said = f"{before.id} is now {name}: measure its viable diameter on the arterial phase."
                self.told.emit(said, True)
            elif not same:
                self.told.emit(f"{before.id} is now {name}", True)
            elif self._axis_changed(before, changed):
                self.told.emit(f"{name} is a node: measure its short axis.", True)
        self.refresh()

    def _edits(self, before: Lesion, changed: Lesion, reading: Reading) -> tuple[Event, ...]:
        if changed.region is before.region:
            renamed = LesionChanged(before.id, changed)
            measured = reading.read.observation(reading.visit_id, before.id) is not None
            if measured and self._axis_changed(before, changed):
                return (renamed, FindingCleared(reading.visit_id, changed.id))
            return (renamed, *self._reasons_that_fall(before, changed, reading))
        seen = [(t.timepoint_id, o) for t in reading.read.timepoints if (o := t.observation(before.id)) is not None]
        if len(seen) != 1:
            self.told.emit(f"{before.id} is measured at more than one time point: remove it and mark it anew.", False)
            return ()
        visit_id, observation = seen[0]
        changed = replace(changed, organ=_organ_of(reading.record, changed, observation))
        noted = observation.features.unjustified("E-ORGAN")
        moved = LesionAdded(changed, visit_id, replace(observation, lesion_id=changed.id, features=noted))
        if is_read_elsewhere(reading.record, changed, observation):  # what was drawn is no viable diameter yet
            return (LesionRemoved(before.id), moved, FindingCleared(visit_id, changed.id))
        return (LesionRemoved(before.id), moved)

    def _reasons_that_fall(self, before: Lesion, changed: Lesion, reading: Reading) -> tuple[Event, ...]:
        """A reason for one more target says nothing of another organ, one for a size nothing of another limit."""
        seen = reading.read.observation(reading.visit_id, before.id)
        if seen is None:
            return ()
        noted = seen.features
        if organ_of(changed) != organ_of(before):
            noted = noted.unjustified("E-ORGAN")
        if (changed.is_node, changed.is_periportal_node) != (before.is_node, before.is_periportal_node):
            noted = noted.unjustified(*OF_SIZE)
        if noted == seen.features:
            return ()
        return (FindingRecorded(reading.visit_id, replace(seen, lesion_id=changed.id, features=noted)),)

    def _axis_changed(self, before: Lesion, changed: Lesion) -> bool:
        """A target that turns out to be a node counts another diameter: the one it has is none of it."""
        return changed.axis is Axis.SHORT and before.axis is not Axis.SHORT and changed.role is LesionRole.TARGET

    def _on_override(self, rule: str, reason: str) -> None:
        if said := keep_against(self._session, rule, reason):
            self.told.emit(said, True)

    def _on_answer(self, field: str, answer: str) -> None:
        lesion, reading = self._session.lesion, self._session.reading
        if answer == MEASURE:
            self.measure_asked.emit()
            return
        if answer == TAKE_BACK:
            if said := take_back_reason(self._session, field):
                self.told.emit(said, True)
            return
        if lesion is not None and (role := role_of(answer)) is not None:
            self._on_changed(replace(lesion, role=role))
            return
        seen = reading.read.observation(reading.visit_id, lesion.id) if lesion and reading else None
        question = next((q for q in questions_about(lesion) if q.field == field), None) if lesion else None
        if seen is None or reading is None or question is None:
            return
        noted = replace(seen, features=answered(question, seen.features, answer))
        if self._session.do(FindingRecorded(reading.visit_id, noted)):
            self.told.emit(f"{seen.lesion_id}: {question.text} {answer}.", True)


def keep_against(session: ReadingSession, rule: str, reason: str) -> str:
    """Record why the selected lesion is kept against what one rule objects to; answers what was done, or nothing."""
    lesion, reading = session.lesion, session.reading
    seen = reading.read.observation(reading.visit_id, lesion.id) if lesion and reading else None
    if seen is None or reading is None:
        return ""
    kept = replace(seen, features=seen.features.justified(rule, reason))
    if not session.do(FindingRecorded(reading.visit_id, kept)):
        return ""
    return translated("{lesion}: {rule} kept: {reason}", lesion=seen.lesion_id, rule=rule, reason=reason)


def take_back_reason(session: ReadingSession, rule: str) -> str:
    """What the rule objects to in the selected lesion is open again; answers what was done, or nothing."""
    lesion, reading = session.lesion, session.reading
    seen = reading.read.observation(reading.visit_id, lesion.id) if lesion and reading else None
    if seen is None or reading is None:
        return ""
    open_again = replace(seen, features=seen.features.unjustified(rule))
    if not session.do(FindingRecorded(reading.visit_id, open_again)):
        return ""
    return translated("{lesion}: the reason for {rule} is taken back", lesion=seen.lesion_id, rule=rule)


def _organ_of(record: Record, lesion: Lesion, seen: Observation) -> Organ:
    """Where the region is another, the organ begins anew: it follows what the series of the line shows."""
    lines = seen.finding.evidence if isinstance(seen.finding, Measured | Present) else ()
    ref = record.series_ref(lines[0].series_uid) if lines else None
    return lesion.organ if ref is None else organ_where_marked(ref, lesion.region)
