"""Begins sequential and blinded reads, and lifts what they hide; both are edits of the record."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from app.models.hiding import default_of, hidden_words
from app.reading_page import ReadingPage, RightPage
from app.session import ReadingSession
from app.state.events import HidingLifted
from app.state.reading_mode import Hidden
from app.words import translated


class ModeDesk(QObject):
    """Between the session and the form.

    Signals
    -------
    told(str, bool)
        One sentence for the reader, and whether it can be undone.
    """

    told = Signal(str, bool)

    def __init__(self, session: ReadingSession, page: ReadingPage, parent: QObject) -> None:
        super().__init__(parent)
        self._session, self._page = session, page
        page.mode.begin_asked.connect(self._begin)
        page.mode.lift_asked.connect(self._lift)
        for signal in (session.case_opened, session.record_changed):
            signal.connect(self._refresh)

    def toggle(self) -> None:
        """The form beside the images, and back."""
        if self._page.right_page is RightPage.MODE:
            self._page.mode.closed.emit()
            return
        self._page.show_right(RightPage.MODE)
        self._refresh()
        form = self._page.mode
        (form.reason if self._session.hides and self._session.own_read_id else form.begin).setFocus()

    def _refresh(self) -> None:
        record = self._session.record
        if record is None or self._page.right_page is not RightPage.MODE:
            return
        own = self._session.own_read_id
        lifted = () if own is None else record.mode(own).lifted
        preset = {*default_of(record.protocol), *((Hidden.OTHERS,) if record.reads else ())}
        self._page.mode.set_mode(own is not None, self._session.hides, lifted, preset)

    def _begin(self, hides: object) -> None:
        assert isinstance(hides, tuple)
        if self._session.begin_again(hides):
            hidden = (
                translated("It hides: {what}.", what=hidden_words(hides)) if hides else translated("It hides nothing.")
            )
            self._page.mode.closed.emit()
            self.told.emit(f"{translated('Read begun.')} {hidden}", Hidden.OTHERS in hides)

    def _lift(self, what: object, reason: str) -> None:
        assert isinstance(what, tuple)
        session = self._session
        session.look_at(None)
        if session.do(HidingLifted(session.reader, what, reason)):
            self.told.emit(translated("Lifted and recorded: {what}.", what=hidden_words(what)), False)
