"""The assisted measurement: a click in a lesion becomes a proposal, and the proposal, once accepted, a finding."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from PySide6.QtCore import QObject, Signal

from app.desks.assist_jobs import Asked, load_libraries, prepared_proposal
from app.desks.image_library import ImageLibrary
from app.desks.images import ImageDesk
from app.desks.measuring import MeasuringDesk
from app.desks.tile_sources import base_of
from app.panels.proposal_card import ProposalCard
from app.reading import assisting
from app.reading.assistance_words import PROPOSAL, CardTexts, card_texts, lines_of, reference_label
from app.reading.assisting import CarriedReference
from app.reading.lesion_places import Place
from app.reading.marking import Intent
from app.session import ReadingSession
from app.state.record import SeriesRef
from app.tasks import Failure, TaskRunner, Token
from mrecist.lesions import Lesion
from mrecist.values import Point
from viewers.imaging.assist import Start
from viewers.imaging.assisted import AssistedMeasurement, Click, DrawnAxis
from viewers.imaging.errors import ImagingError
from viewers.imaging.geometry import along, minus
from viewers.imaging.lesion_shape import Proposal, proposal_of
from viewers.imaging.reference import ReferenceRegion
from viewers.tools.proposal import Ball
from viewers.widgets.marks import DrawnLine, ViewLine
from viewers.widgets.proposal_mouse import ProposalMouse, show_on
from viewers.widgets.proposal_painter import ViewProposal

_SLOT, _SLIDE_SLOT, _WARM_SLOT = "assist", "assist threshold", "assist libraries"
_ASKED = "Assistant: click in the lesion, or draw an axis across it. Esc cancels."
_PROPOSED = "Proposal: Enter accepts it, Esc drops it; its ends, the threshold and the reference circle can be moved."
_NOTHING = "No proposal: move the threshold or the reference circle, or measure by hand. Esc drops it."
_NO_LESION = "No proposal: move the reference circle, or measure by hand. Esc drops it."
_NO_REFERENCE = "No proposal: drag the reference circle onto liver, or measure by hand. Esc drops it."
STOPPED = "The proposal stopped. Nothing was changed; measure by hand."


@dataclass(frozen=True, slots=True, eq=False)
class Open:
    """A proposal on the screen; `first` is what came of the click alone, `edited` the line as the reader moved it."""

    asked: Asked
    proposal: Proposal
    first: AssistedMeasurement
    reference_from: str
    edited: DrawnLine | None = None

    @property
    def measured(self) -> AssistedMeasurement:
        return self.proposal.measured


class AssistDesk(QObject):
    """Runs the algorithm in a worker and shows what it proposes; only what is accepted reaches the session.

    Signals
    -------
    changed()
        A proposal came, changed or went.
    armed_changed(bool)
        The next click starts a measurement, or no longer.
    told(str), hinted(str)
        One sentence for the reader: of what happened, of what can be done now.
    """

    changed = Signal()
    armed_changed = Signal(bool)
    told = Signal(str)
    hinted = Signal(str)

    def __init__(
        self,
        session: ReadingSession,
        images: ImageDesk,
        measuring: MeasuringDesk,
        library: ImageLibrary,
        runner: TaskRunner,
        card: ProposalCard,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._session, self._images, self._measuring = session, images, measuring
        self._library, self._runner, self._card = library, runner, card
        self._mouse = ProposalMouse(images.grid.views, self)
        self._waiting: Asked | None = None
        self._intent: Intent | None = None
        self._seen = session.selection
        self.open: Open | None = None
        self._mouse.started.connect(self._on_started)
        self._mouse.ball_moved.connect(self._on_ball_moved)
        self._mouse.changed.connect(self._on_mouse)
        images.writer.proposed = self._lines
        for view in images.grid.views:
            view.line_edited.connect(self._on_line_edited)
        library.loaded.connect(self._on_loaded)
        library.failed.connect(lambda uid, _why: self.drop() if self._waits_for(uid) else None)
        measuring.accepted.connect(self.drop)
        session.selection_changed.connect(self._on_selection)
        session.case_opened.connect(self.drop)
        card.accepted.connect(self.accept)
        card.dropped.connect(self.drop)
        card.threshold_moved.connect(lambda sd: self.change(threshold_sd=sd))
        card.gap_moved.connect(lambda mm: self.change(gap_mm=mm))
        card.reference_reset.connect(self.reset_reference)

    @property
    def busy(self) -> bool:
        """Whether there is something that Esc takes back: an armed click, work, or a proposal."""
        return self._mouse.armed or self._waiting is not None or self.open is not None

    @property
    def acceptable(self) -> bool:
        """Whether Enter has something to accept."""
        return self.open is not None and (self.open.edited is not None or self.open.measured.viable is not None)

    # --- starting ---------------------------------------------------------------------------------------------

    def arm(self) -> None:
        """The next click in an image starts; with a tool armed before, for what that tool marks."""
        intent = self._measuring.intent
        why = assisting.is_for_assistant(self._session.lesion, intent or Intent.COUNTED)
        if why and not self._at_baseline:
            self.told.emit(why)
            return
        self.drop()
        self._measuring.cancel()
        self._intent = None if intent in (Intent.COUNTED, Intent.WHOLE) else intent
        self._mouse.arm(True)
        self._runner.start(_WARM_SLOT, load_libraries, done=lambda _: None, failed=lambda _: None)
        self.armed_changed.emit(True)
        self.hinted.emit(_ASKED)

    def drop(self) -> None:
        """Esc: nothing of a proposal is kept, and nothing was changed by it."""
        if not self.busy:
            return
        for slot in (_SLOT, _SLIDE_SLOT):
            self._runner.cancel(slot)
        self._waiting, self.open = None, None
        self._disarm()
        self._show()

    def _disarm(self) -> None:
        if self._mouse.armed:
            self._mouse.arm(False)
            self.armed_changed.emit(False)

    def _on_started(self, number: int, start: Point, end: Point | None) -> None:
        self._disarm()
        base = base_of(self._images.grid.views[number].source)
        record, open_id = self._session.record, self._session.selection.visit_id
        ref = record.series_ref(base.series_uid) if record and base else None
        visit = record.visit_of_series(ref.uid) if record and ref else None
        if ref is None or visit is None or self._session.locked:
            return
        if visit.id != open_id:
            self.told.emit(f"This is {visit.id}. Diameters are measured on the open time point, {open_id}.")
            return
        if why := assisting.is_series_for_assistant(ref):
            self.told.emit(why)
            return
        made: Start = Click(start) if end is None else DrawnAxis(start, end)
        self._run(Asked(number, ref, visit.id, made, self._intent, carried=_carried(self._session, self._images, ref)))

    def _run(self, asked: Asked, first: AssistedMeasurement | None = None) -> None:
        source = self._library.source(asked.series.uid)
        if source is None:
            self.told.emit("This series cannot be read: measure on another.")
            return
        self._waiting = asked
        if self.open is None:
            self._card.show_texts(CardTexts(self._title(asked.intent), "measuring …"))
        if not source.complete:
            self._card.show_texts(CardTexts(self._title(asked.intent), "waiting until the series is read …"))
            return
        volume = source.volume

        def job(token: Token) -> object:
            return prepared_proposal(volume, asked, token)

        def progressed(done: int, total: int) -> None:
            if self.open is None:
                self._card.show_texts(CardTexts(self._title(asked.intent), f"measuring … {done} of {total}"))

        self._runner.start(
            _SLOT,
            job,
            done=lambda made: self._done(asked, first, made),
            failed=self._failed,
            progressed=progressed,
        )
        self.changed.emit()

    def _on_loaded(self, uid: str) -> None:
        if self._waiting is not None and self._waits_for(uid) and not self._runner.is_running(_SLOT):
            self._run(self._waiting)

    def _waits_for(self, uid: str) -> bool:
        return self._waiting is not None and self._waiting.series.uid == uid

    def _done(self, asked: Asked, first: AssistedMeasurement | None, made: Any) -> None:
        proposal, reference_from = made
        self._waiting = None
        self.open = Open(asked, proposal, first or proposal.measured, reference_from)
        self._go_to_line()
        self._show()

    def _failed(self, failure: Failure) -> None:
        """Nothing was changed: neither the case nor what is on the screen."""
        self.drop()
        said = f"{failure.error} Nothing was changed." if isinstance(failure.error, ImagingError) else STOPPED
        self.told.emit(said)

    # --- changing ---------------------------------------------------------------------------------------------

    def change(self, threshold_sd: float | None = None, gap_mm: float | None = None) -> None:
        """Another threshold, or tolerance for gaps in the line, on what was prepared; the newest wins."""
        if self.open is None:
            return
        now = self.open
        was, before = now.asked.settings, now.proposal
        settings = replace(
            was,
            threshold_sd=was.threshold_sd if threshold_sd is None else threshold_sd,
            gap_mm=was.gap_mm if gap_mm is None else gap_mm,
        )
        self.open = replace(now, asked=replace(now.asked, settings=settings))

        def job(token: Token) -> object:
            return None if token.cancelled() else proposal_of(before.prepared, settings, before)

        self._runner.start(_SLIDE_SLOT, job, done=self._slid, failed=self._failed)

    def _slid(self, proposal: Any) -> None:
        if self.open is not None and isinstance(proposal, Proposal):
            asked = replace(self.open.asked, settings=proposal.measured.settings)
            self.open = replace(self.open, asked=asked, proposal=proposal, edited=None)
            self._go_to_line()
            self._show()

    def reset_reference(self) -> None:
        """The reference liver is looked for anew, wherever it was carried from or moved to."""
        if self.open is not None:
            asked = replace(self.open.asked, reference=None, reference_from=assisting.PROPOSED, carried=None)
            self._run(asked, self.open.first)

    def _on_ball_moved(self, centre: Point) -> None:
        if self.open is None:
            self._show()
            return
        region = ReferenceRegion(centre, assisting.reference_region(self.open.measured).radius_mm)
        asked = replace(self.open.asked, reference=region, reference_from=assisting.MOVED, carried=None)
        self._run(asked, self.open.first)

    def _on_line_edited(self, name: str, drawn: DrawnLine) -> None:
        if name.startswith(PROPOSAL) and self.open is not None:
            self.open = replace(self.open, edited=drawn)
            self._show()

    # --- accepting --------------------------------------------------------------------------------------------

    def accept(self) -> None:
        """Enter: the line becomes the lesion's measurement, with how it came to be; criteria may object first."""
        now = self.open
        if now is None or not self.acceptable:
            return
        intent, selected = self._meant(now)
        line = now.edited or (now.measured.viable.long_axis if now.measured.viable else None)
        if line is None:
            return
        if now.measured.viable is None:
            self.told.emit("Nothing viable is proposed at this threshold. Move it back, or draw the diameter.")
            return
        kept = assisting.assistance_of(now.first, now.measured, now.reference_from)
        asked = now.asked
        drawing = assisting.drawing_of(intent, selected, asked.series, asked.visit_id, line, now.measured, kept)
        self._measuring.take(drawing)

    def _meant(self, now: Open) -> tuple[Intent, str | None]:
        reading, lesion = self._session.reading, self._session.lesion
        if now.asked.intent is not None or reading is None:
            return now.asked.intent or Intent.COUNTED, self._session.selection.lesion_id
        return assisting.meant_for(reading, lesion, now.measured)

    def _on_selection(self) -> None:
        """A proposal is for one lesion at one time point: with another selected, it is gone."""
        before, self._seen = self._seen, self._session.selection
        if self._seen.visit_id != before.visit_id or (before.lesion_id and self._seen.lesion_id != before.lesion_id):
            self.drop()

    # --- showing ----------------------------------------------------------------------------------------------

    @property
    def _at_baseline(self) -> bool:
        reading = self._session.reading
        return reading is not None and reading.at_baseline

    def _title(self, intent: Intent | None) -> str:
        lesion_id = self._session.selection.lesion_id
        usual = Intent.TARGET if self._at_baseline and lesion_id is None else Intent.COUNTED
        return assisting.title_of(intent or usual, lesion_id)

    def _show(self) -> None:
        now, views = self.open, self._images.grid.views
        region = None if now is None else assisting.reference_region(now.measured)
        ball = None if region is None else Ball(region.centre, region.radius_mm)
        self._mouse.show_ball(ball, None if now is None else now.asked.series.frame_of_reference_uid)
        found = now is not None and now.measured.viable is not None
        self.hinted.emit("" if now is None else _hint(now.proposal))
        if now is None:
            show_on(views, None)
            self._card.hide()
        else:
            show_on(views, self._shown(now, ball))
            intent, selected = self._meant(now)
            lesion: Lesion | None = self._session.lesion if intent is Intent.COUNTED else None
            title = assisting.title_of(intent, selected)
            warning = assisting.phase_warning(now.asked.series, lesion, found)
            reading = self._session.reading
            if reading is not None and intent is Intent.COUNTED and selected is not None:
                asked = assisting.place_warning(reading, selected, now.measured, self._expected)
                advised = assisting.advised_series(reading, now.measured)
                warning = " ".join(filter(None, (warning, asked, advised)))
            self._card.show_texts(
                card_texts(title, now.proposal, now.first, now.edited, now.reference_from, warning, self.acceptable)
            )
        self._images.writer.refresh()
        self.changed.emit()

    def _shown(self, now: Open, ball: Ball | None, axis: tuple[Point, Point] | None = None) -> ViewProposal:
        label = reference_label(now.measured)
        frame = now.asked.series.frame_of_reference_uid
        return ViewProposal(now.measured.series_uid, frame, now.proposal.slices, ball, label, axis)

    def _on_mouse(self, ball: Ball | None, axis: tuple[Point, Point] | None) -> None:
        now = self.open
        shown = ViewProposal(axis=axis) if now is None else self._shown(now, ball, axis)
        show_on(self._images.grid.views, shown)

    def _lines(self, series_uid: str) -> Sequence[ViewLine]:
        now = self.open
        if now is None or series_uid != now.measured.series_uid:
            return ()
        return lines_of(now.measured, now.edited)

    def _expected(self, lesion_id: str) -> Place | None:
        frame = self.open.asked.series.frame_of_reference_uid if self.open is not None else None
        return self._images.linking.expected_place(self._session.selection.visit_id, lesion_id, frame)

    def _go_to_line(self) -> None:
        """The view that was clicked shows the image of the proposed line, the others follow."""
        now = self.open
        line = now.measured.viable.long_axis if now is not None and now.measured.viable is not None else None
        if now is None or line is None:
            return
        view = self._images.grid.views[now.asked.number]
        source = view.source
        if source is not None and source.series_uid == line.series_uid and view.state.index != line.slice_index:
            view.centre_on(along(line.start, minus(line.end, line.start), 0.5))


def _carried(session: ReadingSession, images: ImageDesk, ref: SeriesRef) -> CarriedReference | None:
    """Where the reference was for what was measured before, as it lies on this series."""
    reading = session.reading
    if reading is None:
        return None
    return assisting.carried_reference(reading, ref, session.selection.lesion_id, images.linking.carry)


def _hint(proposal: Proposal) -> str:
    """What can be done with a proposal, or instead of one."""
    if proposal.measured.viable is not None:
        return _PROPOSED
    if proposal.measured.reference is None:
        return _NO_REFERENCE
    return _NO_LESION if proposal.prepared.sections is None else _NOTHING
