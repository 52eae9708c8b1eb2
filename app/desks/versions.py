"""Shows every signature of the open time point beside what was made of it since."""

from __future__ import annotations

from PySide6.QtCore import QObject

from app.models.versions import versions_of
from app.reading_page import ReadingPage, RightPage
from app.session import ReadingSession


class VersionsDesk(QObject):
    """Between the log and the view; it is filled while it is in sight."""

    def __init__(self, session: ReadingSession, page: ReadingPage, parent: QObject) -> None:
        super().__init__(parent)
        self._session, self._page = session, page
        page.footer.versions_requested.connect(self.toggle)
        for signal in (session.case_opened, session.record_changed, session.selection_changed):
            signal.connect(self._refresh)

    def toggle(self) -> None:
        """The signed version beside what is now, and back."""
        if self._page.right_page is RightPage.VERSIONS:
            self._page.versions.closed.emit()
            return
        self._page.show_right(RightPage.VERSIONS)
        self._refresh()
        self._page.versions.back.setFocus()

    def _refresh(self) -> None:
        reading = self._session.reading
        if reading is None or self._page.right_page is not RightPage.VERSIONS:
            return
        found = versions_of(
            self._session.store.entries, reading.record, reading.read_id, reading.visit_id, self._session.ruleset
        )
        self._page.versions.set_versions(reading.visit_id, () if reading.blind else found)
