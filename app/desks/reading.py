"""Fills the panels of the reading screen from the session, and turns what they report into edits."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from PySide6.QtCore import QObject, QTimer, Signal

from app.desks.assignment import AssignmentDesk
from app.desks.images import ImageDesk
from app.desks.labs import LabsDesk
from app.desks.lesion_events import LesionEventsDesk
from app.desks.measuring import MeasuringDesk
from app.desks.phase_changes import PhaseChanges
from app.desks.rederiving import RederivingDesk
from app.desks.signing import SigningDesk
from app.desks.thumbnails import Thumbnails
from app.desks.visit_checks import VisitChecksDesk
from app.models.lesion_cells import Accepted
from app.models.reading import Reading
from app.reading.marking import Declined, Drawing, Intent, Offer
from app.reading_page import ReadingPage, RightPage
from app.session import ReadingSession
from app.state.events import (
    BaselineConfirmed,
    ClinicalEventRecorded,
    ClinicalEventRemoved,
    ClinicalRecorded,
    EnrolmentRecorded,
    Event,
    TreatmentRecorded,
    TreatmentRemoved,
)
from app.state.record import Record
from app.state.visit_reasons import fallen
from app.words import listed, translated
from mrecist.case import ClinicalStatus
from mrecist.lesions import Finding
from mrecist.values import Line


class ReadingDesk(QObject):
    """Between the session and the panels; it stores nothing.

    Signals
    -------
    told(str, bool)
        One sentence for the reader, and whether it can be undone.
    sign_asked()
        The open time point is to be signed.
    """

    told = Signal(str, bool)
    sign_asked = Signal()

    def __init__(
        self,
        session: ReadingSession,
        page: ReadingPage,
        images: ImageDesk,
        measuring: MeasuringDesk,
        thumbnails: Thumbnails,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._session, self._page, self._images, self._measuring = session, page, images, measuring
        self._thumbnails = thumbnails
        self._refused: tuple[Declined, Drawing] | None = None
        self._stopped = False
        self._refresh_soon = QTimer(self)
        self._refresh_soon.setSingleShot(True)
        self._refresh_soon.setInterval(0)
        self._refresh_soon.timeout.connect(self.refresh)
        self.signing = SigningDesk(session, page.notice, self)
        self.assignment = AssignmentDesk(session, page.form, self)
        self.visit_checks = VisitChecksDesk(session, page.visit_checks, self)
        self.happened = LesionEventsDesk(session, page.happened, page.findings, self)
        self.labs: LabsDesk = LabsDesk(session, page.theme, page)
        self.rederiving = RederivingDesk(session, page.rederived, self)
        self._phase_changes = PhaseChanges(session, images.rehang, self)
        self._connect()

    def stop(self) -> None:
        """The window is going: nothing is shown any more."""
        self._refresh_soon.stop()
        self._stopped = True

    def refresh(self) -> None:
        """Show the record, its assessment and the selection in every panel."""
        if self._stopped:
            return
        page, reading = self._page, self._session.reading
        lesion, locked = self._session.lesion, self._session.locked
        page.timepoints.set_reading(reading, waiting=self._session.hidden_visits)
        self._show_rail()
        blind = reading is not None and reading.blind
        crops = None if blind else self._measuring.crops(lesion.id if lesion else None)
        page.table.set_reading(reading, _accepted(reading, self._measuring.image_number), crops)
        page.table.select(lesion.id if lesion else None)
        page.findings.set_lesion(lesion, locked, reading is not None and reading.at_baseline)
        page.cards.set_reading(reading)
        page.strip.set_reading(reading)
        chosen = lesion.id if lesion else None
        page.footer.set_reading(reading, selected=chosen, others=self._session.others_read)
        self.happened.refresh()
        self.assignment.refresh()
        self.visit_checks.refresh()
        if page.right_page is RightPage.DECISION and reading is not None:
            page.decision.set_reading(reading, self.signing.decision_session(reading))
        if page.right_page is RightPage.CLINICAL and reading is not None:
            page.clinical.set_record(reading.record, reading.visit_id, locked)

    # --- moving about -----------------------------------------------------------------------------------------

    def step_visit(self, step: int) -> None:
        record, visit = self._session.record, self._session.visit
        if record is not None and visit is not None:
            at = record.visits.index(visit) + step
            if 0 <= at < len(record.visits):
                self._session.select_visit(record.visits[at].id)
                if self._page.isVisible() and not self._page.table.grid.hasFocus():
                    self._page.grid.active.setFocus()  # what had it, such as the button after signing, may be gone
            elif at == len(record.visits) and self._session.hidden_visits:
                self._session.select_visit(self._session.hidden_visits[0].visit_id)

    def lead_on(self) -> None:
        """A time point was signed: the keyboard goes to what leads to the next one."""
        self.refresh()
        self._page.footer.focus_onward()

    def step_lesion(self, step: int) -> None:
        """The next lesion of the table; forwards, the next one that is still to do, if any is."""
        reading = self._session.reading
        if reading is None or not reading.lesions:
            return
        ids = [lesion.id for lesion in reading.lesions]
        chosen = self._session.selection.lesion_id
        if chosen is None or chosen not in ids:
            chosen = ids[-1] if step > 0 else ids[0]
        at = ids.index(chosen)
        ring = [ids[(at + step * (n + 1)) % len(ids)] for n in range(len(ids))]
        left = [name for name in ring if name in reading.to_do()] if step > 0 else []
        self._session.select_lesion((left or ring)[0])

    def go_to_next_lesion(self) -> bool:
        """The next lesion that is still to do, in all views and phases; whether there is one beside the selected."""
        reading = self._session.reading
        left = () if reading is None or reading.at_baseline or self._session.locked else reading.to_do()
        if not any(name != self._session.selection.lesion_id for name in left):
            return False
        self.step_lesion(1)
        if not self._page.table.grid.hasFocus():
            self._page.grid.active.setFocus()  # another hanging may have hidden the view that had it
        return True

    def ask_why_not_evaluable(self) -> None:
        """The reasons as a menu; choosing one records it."""
        self._page.findings.ask_why()

    def show_decision(self) -> None:
        self._page.show_right(RightPage.DECISION)
        self._images.show_evidence(True)
        self.refresh()

    def show_reading(self) -> None:
        self._page.show_right(RightPage.READING)
        self._images.show_evidence(False)
        self.refresh()

    def toggle_decision(self) -> None:
        wide = self._page.right_page is RightPage.DECISION
        self.show_reading() if wide else self.show_decision()

    def confirm_time_points(self) -> None:
        record = self._session.record
        if record is not None:
            self._page.times.set_record(record)
            self._page.show_right(RightPage.TIME_POINTS)

    def sign(self) -> None:
        self.show_reading()
        self.sign_asked.emit()

    def edit_clinical(self) -> None:
        self._page.show_right(RightPage.CLINICAL)
        self.refresh()

    # --- inside -----------------------------------------------------------------------------------------------

    def _connect(self) -> None:
        session, page = self._session, self._page
        for signal in (session.case_opened, session.record_changed, session.selection_changed):
            signal.connect(self._refresh_soon.start)
        self._images.hung.connect(self._refresh_soon.start)
        self._images.rearranged.connect(self._refresh_soon.start)
        self._thumbnails.changed.connect(self._refresh_soon.start)
        self._measuring.pictures_changed.connect(self._refresh_soon.start)
        session.told.connect(lambda text: self.told.emit(text, False))
        self._images.told.connect(lambda text: self.told.emit(text, False))
        self._measuring.told.connect(lambda text: self.told.emit(text, False))
        self._measuring.recorded.connect(lambda text, _lesion: self.told.emit(text, True))
        self._measuring.declined.connect(self._on_declined)
        self._measuring.accepted.connect(page.notice.hide)
        page.timepoints.visit_opened.connect(session.select_visit)
        page.timepoints.visit_compared.connect(session.compare_with)
        page.rail.series_opened.connect(self._images.show_series)
        page.rail.phase_asked.connect(lambda series, place: self._phase_changes.ask(series, place, page))
        page.table.lesion_selected.connect(session.select_lesion)
        page.table.finding_entered.connect(self._measuring_record)
        page.table.value_clicked.connect(lambda region, _what: page.cards.open_derivation(region))
        page.findings.finding_entered.connect(self._on_finding)
        page.strip.opened.connect(self.show_decision)
        page.footer.next_requested.connect(session.select_lesion)
        page.footer.visit_requested.connect(self._read_on)
        for sign in (page.footer.sign_requested, page.decision.sign_requested):
            sign.connect(self.sign)
        page.versions.closed.connect(self.show_reading)
        page.footer.amend_requested.connect(self.signing.ask_to_amend)
        page.clinical.event_removed.connect(lambda e: self._do(ClinicalEventRemoved(e), "Event taken out"))
        page.clinical.enrolment_recorded.connect(lambda e: self._do(EnrolmentRecorded(e), "Enrolment recorded"))
        page.clinical.labs_asked.connect(self.labs.open)
        page.clinical.rows_asked.connect(self.labs.open_rows)
        page.clinical.import_asked.connect(self.labs.ask_file)
        for part in (self.signing, self.assignment, self.visit_checks, self.happened, self.labs, self._phase_changes):
            part.told.connect(self.told)
        for asking in (self.happened, self.assignment):
            asking.measure_asked.connect(lambda: self._measuring.arm(Intent.COUNTED))
        self.happened.amend_asked.connect(self.signing.ask_to_amend)
        page.decision.closed.connect(self.show_reading)
        page.decision.judgement_signed.connect(self.signing.sign_judgement)
        page.decision.criterion_signed.connect(self.signing.sign_criterion)
        page.clinical.clinical_recorded.connect(self._on_clinical)
        page.clinical.treatment_added.connect(lambda t: self._do(TreatmentRecorded(t), "Treatment recorded"))
        page.clinical.treatment_removed.connect(lambda t: self._do(TreatmentRemoved(t), "Treatment taken out"))
        page.clinical.event_added.connect(lambda e: self._do(ClinicalEventRecorded(e), "Event recorded"))
        page.clinical_back.clicked.connect(self.show_reading)
        page.times.cancelled.connect(self.show_reading)
        page.times.baseline_confirmed.connect(self._on_baseline)
        page.notice.offer_taken.connect(self._on_offer)
        page.notice.dismissed.connect(self._on_dismissed)

    def _read_on(self, visit_id: str) -> None:
        self._session.select_visit(visit_id)
        self._page.grid.active.setFocus()

    def _do(self, event: Event, said: str) -> None:
        before = self._session.record
        if self._session.do(event):
            self.told.emit(f"{said}{_asked_again(before, self._session.record)}", True)

    def _show_rail(self) -> None:
        record, visit = self._session.record, self._session.visit
        if record is None or visit is None:
            return
        shown = [tile.series_uid for tile in self._images.tiles if tile.series_uid]
        self._page.rail.set_record(record, visit.id, self._thumbnails.picture, shown)

    # --- what panels report -----------------------------------------------------------------------------------

    def _on_baseline(self, visit_id: str, day0: object) -> None:
        assert isinstance(day0, date)
        before = self._session.record
        if self._session.do(BaselineConfirmed(visit_id, day0)):
            again = _asked_again(before, self._session.record)
            self.told.emit(f"Baseline {visit_id}, day 0 {day0.isoformat()}{again}", True)
            self.show_reading()
            self._page.grid.active.setFocus()  # the button that had it is gone; the next key is for the images

    def _on_clinical(self, status: object) -> None:
        assert isinstance(status, ClinicalStatus)
        self._do(ClinicalRecorded(self._session.selection.visit_id, status), "Clinical data recorded")

    def _measuring_record(self, lesion_id: str, visit_id: str, finding: Finding) -> None:
        self._measuring.record(lesion_id, visit_id, finding)

    def _on_finding(self, finding: Finding) -> None:
        lesion = self._session.lesion
        if lesion is not None:
            self._measuring.record(lesion.id, self._session.selection.visit_id, finding)

    def _on_declined(self, declined: Declined, drawing: Drawing) -> None:
        self._refused = (declined, drawing) if declined.offers else None
        needs_reason = [offer for offer in declined.offers if offer is Offer.KEEP_WITH_REASON]
        if self._page.right_page is not RightPage.READING:
            self.show_reading()
        self._page.notice.show_refusal(declined.message, list(declined.offers), needs_reason, "Discard the line")

    def _on_offer(self, offer: str, reason: str) -> None:
        if self._refused is not None and offer in list(Offer):
            (declined, drawing), self._refused = self._refused, None
            self._measuring.retry(drawing, Offer(offer), reason, declined.rule)

    def _on_dismissed(self) -> None:
        self._refused = None
        self._measuring.discard()


def _asked_again(before: Record | None, now: Record | None) -> str:
    """That a reason about a time point fell with an edit, because what it was given for changed."""
    gone = () if before is None or now is None else fallen(before, now)
    if not gone:
        return ""
    rules = listed([f"{visit_id} {rule}" for visit_id, rule in gone])
    return f". {translated('{rules} asked again: what the reason was given for changed.', rules=rules)}"


def _accepted(reading: Reading | None, image_of: Callable[[Line], int | None]) -> Accepted:
    return Accepted() if reading is None else Accepted(to_resolve=reading.to_resolve(), image_of=image_of)
