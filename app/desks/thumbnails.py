"""Small pictures of series for the rail, made in the background, once each."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage

from app.tasks import TaskRunner, Token
from viewers.imaging.catalogue import Catalogue
from viewers.imaging.errors import ImagingError
from viewers.imaging.windowing import thumbnail


class Thumbnails(QObject):
    """Hands out what is there; asks for the rest and tells when it came."""

    changed = Signal()

    def __init__(self, catalogue: Catalogue, runner: TaskRunner, parent: QObject) -> None:
        super().__init__(parent)
        self._catalogue, self._runner = catalogue, runner
        self._pictures: dict[str, QImage | None] = {}
        self._wanted: list[str] = []

    def picture(self, uid: str) -> QImage | None:
        """The picture of a series, or None while there is none."""
        if uid not in self._pictures and uid not in self._wanted:
            self._wanted.append(uid)
            self._make_next()
        return self._pictures.get(uid)

    def _make_next(self) -> None:
        if not self._wanted or self._runner.is_running("thumbnail"):
            return
        uid = self._wanted[0]

        def make(_token: Token) -> QImage | None:
            series = self._catalogue.get(uid)
            if series is None or not series.slices:
                return None
            try:
                grey = thumbnail(series)
            except (ImagingError, OSError):
                return None  # the view says what is wrong with the series
            rows, columns = grey.shape
            return QImage(grey.tobytes(), columns, rows, columns, QImage.Format.Format_Grayscale8).copy()

        self._runner.start(
            "thumbnail", make, done=lambda made: self._made(uid, made), failed=lambda _: self._made(uid, None)
        )

    def _made(self, uid: str, picture: QImage | None) -> None:
        self._pictures[uid] = picture
        self._wanted.remove(uid)
        if not self._wanted:
            self.changed.emit()
        self._make_next()
