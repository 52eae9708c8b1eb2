"""Whose read is on screen: the reader's own, or another's to look at; and what the reader is called."""

from __future__ import annotations

from PySide6.QtCore import QObject, QSettings
from PySide6.QtWidgets import QInputDialog, QWidget

from app.panels.app_bar import AppBar
from app.session import ReadingSession
from app.words import translated

SETTING = "reader/name"


class ReaderMenu(QObject):
    """Keeps the reader's menu in the bar in line with the case."""

    def __init__(self, session: ReadingSession, bar: AppBar, window: QWidget) -> None:
        super().__init__(window)
        self._session, self._bar, self._window = session, bar, window
        bar.read_chosen.connect(lambda read_id: session.look_at(read_id or None))
        bar.rename_requested.connect(self._rename)
        for signal in (session.case_opened, session.record_changed):
            signal.connect(self.refresh)
        session.case_opened.connect(self._tell_of_others)

    def refresh(self) -> None:
        session = self._session
        names = session.record.read_names if session.record else {}
        entries = [
            (read.id, translated("Look at the read of {name}", name=names[read.id]))
            for read in session.reads_in_sight
            if read.id != session.own_read_id
        ]
        if session.others_read:
            entries.insert(0, ("", translated("Back to my own read")))
        shown = session.others_read
        self._bar.show_reader(translated("{name} · view only", name=shown) if shown else session.reader, entries)

    def _tell_of_others(self) -> None:
        """A reader who opens a case that others have read learns where those reads are."""
        reads = self._session.reads_in_sight
        others = [read.reader for read in reads if read.reader != self._session.reader]
        if others and not self._session.others_read and not any(read.reader == self._session.reader for read in reads):
            name = self._session.reader
            self._session.told.emit(f"Read by {', '.join(others)}: look at it by your name ({name}), upper right.")

    def _rename(self) -> None:
        name, given = QInputDialog.getText(
            self._window,
            "Hepatrace",
            translated("Your name, as it stands beside what you sign"),
            text=self._session.reader,
        )
        if given and name.strip():
            QSettings().setValue(SETTING, name.strip())
            self._session.rename_reader(name.strip())
            self.refresh()
