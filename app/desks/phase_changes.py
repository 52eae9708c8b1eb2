"""Asks for the phase of a series, and hangs the images anew when it is another one, by whomever."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from PySide6.QtCore import QObject, QPoint, Qt, Signal
from PySide6.QtWidgets import QMenu, QWidget

from app.reading.hanging import PHASE_WORDS
from app.session import ReadingSession
from app.state.events import PhaseCorrected


class PhaseChanges(QObject):
    """A tile stands for a phase, so that one that names another series hangs otherwise.

    Parameters
    ----------
    rehang
        Hangs the stage anew.

    Signals
    -------
    told(str, bool)
        One sentence for the reader, and whether it can be undone.
    """

    told = Signal(str, bool)

    def __init__(self, session: ReadingSession, rehang: Callable[[], None], parent: QObject) -> None:
        super().__init__(parent)
        self._session, self._rehang = session, rehang
        self._known: Mapping[str, str | None] = {}
        session.case_opened.connect(self._note)
        session.record_changed.connect(self._look)

    def ask(self, series: str, place: QPoint, window: QWidget) -> None:
        """A menu of phases at a place of the screen; the choice is recorded and kept."""
        menu = QMenu(window)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for phase, word in PHASE_WORDS.items():
            menu.addAction(word).triggered.connect(partial(self._correct, series, phase.value))
        menu.addSeparator()
        menu.addAction("No liver phase").triggered.connect(partial(self._correct, series, None))
        menu.popup(place)

    def _correct(self, series: str, phase: str | None, _checked: bool = False) -> None:
        if self._session.do(PhaseCorrected(series, phase)):
            self.told.emit("Phase corrected", True)

    def _note(self) -> None:
        record = self._session.record
        self._known = {} if record is None else {ref.uid: ref.phase for ref in record.series}

    def _look(self) -> None:
        before = self._known
        self._note()
        if any(self._known.get(uid, phase) != phase for uid, phase in before.items()):
            self._rehang()
