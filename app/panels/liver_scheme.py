"""Couinaud's segments on a drawn liver, seen from the front: a click, or arrows and Space, choose one or several."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from types import MappingProxyType

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QToolTip, QWidget

from app.panels.focus_ring import FocusRing
from app.theme import Face, Theme
from app.words import translated
from mrecist.values import PARTS_OF_IV, Segment

_WIDTH, _HEIGHT = 204.0, 104.0
_OUTLINES: Mapping[Segment, Sequence[tuple[float, float]]] = MappingProxyType(
    {
        Segment.VII: ((62, 6), (40, 8), (18, 22), (6, 50), (55, 52)),
        Segment.VIII: ((62, 6), (84, 3), (104, 4), (100, 48), (55, 52)),
        Segment.VI: ((6, 50), (8, 76), (20, 98), (48, 96), (55, 52)),
        Segment.V: ((55, 52), (100, 48), (96, 84), (72, 92), (48, 96)),
        Segment.IVA: ((104, 4), (134, 8), (129.7, 50), (100, 48)),
        Segment.IVB: ((100, 48), (129.7, 50), (128, 66), (112, 76), (96, 84)),
        Segment.II: ((134, 8), (164, 11), (198, 26), (168, 36), (131, 38)),
        Segment.III: ((131, 38), (168, 36), (198, 26), (186, 44), (160, 58), (128, 66)),
        Segment.I: ((108, 27), (120, 25), (126, 36), (118, 48), (107, 42)),
    }
)
"""Corners of each segment, in px; the patient's right is at the left. The caudate lobe (I) lies before the others.

IV is the areas of both its parts.
"""

_ABOVE_CAUDATE = (119.0, 15.0)
_AREAS = tuple(segment for segment in Segment if segment in _OUTLINES)

_STEPS = {Qt.Key.Key_Left: -1, Qt.Key.Key_Up: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Down: 1}
_CHOOSING = (Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter)


class LiverScheme(QWidget):
    """The segments as areas; those that are chosen are filled, the one that the keys are at has a thick edge."""

    changed = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._chosen: set[Segment] = set()
        self._at = Segment.I
        self._hovered: Segment | None = None
        self.setFixedSize(theme.px(_WIDTH), theme.px(_HEIGHT))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setAccessibleName(translated("Liver segments"))
        FocusRing(theme, self)
        self._describe()

    @property
    def values(self) -> tuple[Segment, ...]:
        """The chosen segments, I to VIII; IV where it was chosen as a whole."""
        return tuple(segment for segment in Segment if segment in self._chosen)

    def choose(self, *segments: Segment) -> None:
        """Show these as chosen, without reporting it."""
        self._chosen = set(segments)
        self._describe()
        self.update()

    def middle_of(self, segment: Segment) -> QPointF:
        """A place of the widget inside a segment that has an area of its own, clear of the caudate lobe."""
        if segment is Segment.IVA:
            return QPointF(*_ABOVE_CAUDATE) * self._theme.scale
        corners = _OUTLINES[segment]
        across = sum(x for x, _ in corners) / len(corners)
        down = sum(y for _, y in corners) / len(corners)
        return QPointF(across, down) * self._theme.scale

    def segment_at(self, place: QPointF) -> Segment | None:
        """The segment under a place of the widget."""
        for segment in (Segment.I, *_AREAS):
            if self._polygon(segment).containsPoint(place, Qt.FillRule.OddEvenFill):
                return segment
        return None

    def event(self, event: QEvent) -> bool:
        """The keys that choose are meant for the scheme while it has the focus, whatever they do elsewhere."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and _is_own(event):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not _is_own(event):
            super().keyPressEvent(event)
            return
        step = _STEPS.get(Qt.Key(event.key()))
        if step is None:
            self._toggle(self._at)
            return
        self._at = _AREAS[(_AREAS.index(self._at) + step) % len(_AREAS)]
        self._describe()
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        segment = self.segment_at(event.position())
        if event.button() == Qt.MouseButton.LeftButton and segment is not None:
            self._at = segment
            self._toggle(segment)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        segment = self.segment_at(event.position())
        if segment is not self._hovered:
            self._hovered = segment
            self.update()
            if segment is not None:
                QToolTip.showText(event.globalPosition().toPoint(), segment.value, self)

    def leaveEvent(self, event: QEvent) -> None:
        self._hovered = None
        self.update()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = self._theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(theme.font(Face.SMALL))
        enabled = self.isEnabled()
        for segment in (*(x for x in _AREAS if x is not Segment.I), Segment.I):
            chosen, hovered = bool({segment, segment.numbered} & self._chosen), segment is self._hovered
            ground = "surface.selected" if chosen else "surface.raised" if hovered else "surface.panel"
            edge = "signal.accent" if chosen and enabled else "line.strong"
            thick = self.hasFocus() and segment is self._at
            painter.setBrush(theme.colour(ground))
            painter.setPen(QPen(theme.colour("signal.accent" if thick else edge), theme.px(2) if thick else 1.0))
            painter.drawPolygon(self._polygon(segment))
            painter.setPen(theme.colour("text.1" if chosen else "text.2" if enabled else "text.disabled"))
            middle = self.middle_of(segment)
            painter.drawText(_around(middle, theme.px(28)), Qt.AlignmentFlag.AlignCenter, segment.value)
        painter.setPen(theme.colour("text.3"))
        right = QRectF(0, 0, theme.px(14), theme.px(14))
        painter.drawText(right, Qt.AlignmentFlag.AlignCenter, "R")
        painter.end()

    def _toggle(self, segment: Segment) -> None:
        self._chosen = set(toggled(self._chosen, segment))
        self._describe()
        self.update()
        self.changed.emit()

    def _describe(self) -> None:
        chosen = ", ".join(segment.value for segment in self.values) or translated("none")
        self.setAccessibleDescription(translated("Chosen: {chosen}. At {at}.", chosen=chosen, at=self._at.value))

    def _polygon(self, segment: Segment) -> QPolygonF:
        scale = self._theme.scale
        return QPolygonF([QPointF(x * scale, y * scale) for x, y in _OUTLINES[segment]])


def toggled(chosen: Collection[Segment], segment: Segment) -> tuple[Segment, ...]:
    """The segments with one chosen or taken back; a part of IV stands in place of IV, and IV in place of its parts."""
    after = {segment} ^ set(chosen)
    if segment in after:
        after -= set(PARTS_OF_IV) if segment is Segment.IV else {segment.numbered} - {segment}
    return tuple(x for x in Segment if x in after)


def _is_own(event: QKeyEvent) -> bool:
    plain = not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
    return plain and (event.key() in _STEPS or event.key() in _CHOOSING)


def _around(middle: QPointF, side: float) -> QRectF:
    return QRectF(middle.x() - side / 2, middle.y() - side / 2, side, side)
