"""The next image of a stack, painted before it is asked for."""

from __future__ import annotations

from dataclasses import dataclass, replace

from PySide6.QtCore import QObject, QPointF, QSize, QTimer
from PySide6.QtGui import QImage, QPainter

from viewers.tools.projection import Projection
from viewers.widgets.derived_source import DerivedSource
from viewers.widgets.image_painter import ImagePainter
from viewers.widgets.palette import ViewPalette
from viewers.widgets.scaled_image import compiled_loop
from viewers.widgets.source import ImageSource
from viewers.widgets.stack_view import StackView
from viewers.widgets.view_state import ViewState

_HINTS = QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform
_KEPT = 3
"""The picture that is shown, the one that is to follow, and the one before: who turns back finds that."""


class PaintedAhead(QObject):
    """Whole pictures of a view, background and image, pixel by pixel as an `ImagePainter` paints them there.

    Who goes image by image will go on the same way. The next image is painted between two turns of the wheel, when
    nobody waits: then the turn itself waits neither for greys nor for scaling.
    """

    def __init__(self, view: StackView, palette: ViewPalette) -> None:
        super().__init__(view)
        self._view = view
        self._painter = ImagePainter(palette)
        self._pictures: list[_Picture] = []
        self._index, self._way = view.state.index, 0
        self._idle = QTimer(self)
        self._idle.setSingleShot(True)
        self._idle.setInterval(0)
        self._idle.timeout.connect(self._make_next)
        view.index_changed.connect(self._follow)

    def forget(self) -> None:
        """The pixels changed: what was made of them is wrong."""
        self._pictures.clear()
        self._painter.forget()

    def paint(self, painter: QPainter, projection: Projection) -> bool:
        """Paint the picture, if there is one of just this image, window, part and size; else false."""
        source = self._view.source
        if source is None or not self._pictures:
            return False
        place = painter.deviceTransform()
        key = _key(source, self._view.state, projection, place.m11())
        found = next((known.image for known in self._pictures if known.key == key), None)
        if found is None or not (place.dx().is_integer() and place.dy().is_integer()):
            return False
        painter.drawImage(QPointF(0.0, 0.0), found)
        return True

    def go_on(self) -> None:
        """The view has been painted: make the next picture as soon as there is nothing else to do."""
        if self._way:
            self._idle.start()

    def _follow(self, index: int) -> None:
        way = index - self._index
        self._index, self._way = index, way if abs(way) == 1 else 0

    def _make_next(self) -> None:
        view, source = self._view, self._view.source
        state, self._way = replace(view.state, index=view.state.index + self._way), 0
        if source is None or isinstance(source, DerivedSource) or not view.isVisible():
            return
        if 0 <= state.index < source.count and source.ready(state.index):
            self._make(source, state, view.projection(), view.devicePixelRatioF())

    def _make(self, source: ImageSource, state: ViewState, projection: Projection, ratio: float) -> None:
        """Paint the image of `state` as the view will; `ratio` is pixels of the device for one of the view."""
        key = _key(source, state, projection, ratio)
        size = QSize(*(round(side * ratio) for side in projection.size_px))
        if not ratio.is_integer() or size.isEmpty() or any(known.key == key for known in self._pictures):
            return
        image = QImage()
        if len(self._pictures) == _KEPT:
            farthest = max(self._pictures, key=lambda known: abs(known.index - state.index))
            self._pictures.remove(farthest)
            image = farthest.image
        if image.size() != size:
            image = QImage(size, QImage.Format.Format_RGB32)
        image.setDevicePixelRatio(ratio)
        painter = QPainter(image)
        painter.setRenderHints(_HINTS)
        self._painter.paint_ground(painter, source, projection, state.smooth)
        self._painter.paint(painter, source, state, projection)
        painter.end()
        self._pictures.append(_Picture(key, state.index, image))


@dataclass(frozen=True, slots=True, eq=False)
class _Picture:
    """A picture of the image of an index, and all that decided how it looks."""

    key: object
    index: int
    image: QImage


def _key(source: ImageSource, state: ViewState, projection: Projection, ratio: float) -> object:
    """All that decides how an image looks in a view."""
    shown = (state.index, state.center, state.width, state.inverted, state.smooth)
    by_qt = compiled_loop() is None  # the loop rounds otherwise
    return source, shown, projection.pixel_mm, projection.framing, projection.size_px, ratio, by_qt
