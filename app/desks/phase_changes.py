"""Hangs the images anew when a phase is another one now: corrected, taken back, or corrected by somebody else."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtCore import QObject

from app.session import ReadingSession


class PhaseChanges(QObject):
    """A tile stands for a phase, so that one that names another series hangs otherwise.

    Parameters
    ----------
    rehang
        Hangs the stage anew.
    """

    def __init__(self, session: ReadingSession, rehang: Callable[[], None], parent: QObject) -> None:
        super().__init__(parent)
        self._session, self._rehang = session, rehang
        self._known: Mapping[str, str | None] = {}
        session.case_opened.connect(self._note)
        session.record_changed.connect(self._look)

    def _note(self) -> None:
        record = self._session.record
        self._known = {} if record is None else {ref.uid: ref.phase for ref in record.series}

    def _look(self) -> None:
        before = self._known
        self._note()
        if any(self._known.get(uid, phase) != phase for uid, phase in before.items()):
            self._rehang()
