"""The protocol of the open case, chosen from those that the program knows."""

from __future__ import annotations

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QMenu

from app.panels.app_bar import AppBar
from app.profiles import known_profiles
from app.session import ReadingSession
from app.state.events import ProtocolChosen
from app.words import translated


class ProtocolMenu(QObject):
    """Opens below the chip in the bar. What is chosen is an edit of the case, and can be taken back as one."""

    def __init__(self, session: ReadingSession, bar: AppBar, parent: QObject) -> None:
        super().__init__(parent)
        self._session, self._bar = session, bar
        self.menu = QMenu(bar)
        bar.protocol_clicked.connect(self.open)

    def open(self) -> None:
        """The protocols, those of one's own among them; files that are none say why at the end."""
        if self._session.record is None:
            return
        self.fill()
        self.menu.popup(self._bar.protocol_corner)

    def fill(self) -> None:
        """The list as it is now: a file may have come or changed."""
        now = None if self._session.record is None else self._session.record.protocol
        profiles = known_profiles()
        chosen = profiles.find(now)
        self.menu.clear()
        for protocol in profiles.protocols:
            action = self.menu.addAction(f"{protocol.label} · {translated(protocol.title)}")
            action.setCheckable(True)
            action.setChecked(protocol is chosen)
            action.triggered.connect(lambda _checked=False, name=protocol.name: self.choose(name))
        none = self.menu.addAction(translated("No protocol"))
        none.setCheckable(True)
        none.setChecked(now is None)
        none.triggered.connect(lambda _checked=False: self.choose(None))
        for refused in profiles.refused:
            action = self.menu.addAction(f"{refused.file.name}: {refused.faults[0]}")
            action.setEnabled(False)

    def choose(self, name: str | None) -> None:
        record = self._session.record
        if record is not None and name != record.protocol:
            self._session.do(ProtocolChosen(name))
