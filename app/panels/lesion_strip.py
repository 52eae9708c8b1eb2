"""The same lesion at every time point: small pictures of one scale, and of one window on CT, side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from app import words
from app.panels.chips import PanelHead, label
from app.panels.pressable import Pressable
from app.theme import Face, Theme, flat_pen, paint_focus_ring
from app.words import translated

PICTURE_PX = 104


@dataclass(frozen=True)
class StripPicture:
    """A crop as Qt paints it, with the line in its pixels."""

    image: QImage
    line: tuple[tuple[float, float], tuple[float, float]]
    mm_per_px: float


@dataclass(frozen=True)
class StripTile:
    """One time point: what is said of the lesion there, and its picture once there is one."""

    visit_id: str
    date: str
    value: str
    change: str
    selected: bool = False
    picture: StripPicture | None = None
    note: str = ""
    proposed: str = ""


class TileView(Pressable):
    """A picture with its words at the right; a click or Enter opens the images."""

    pressed = Signal(str)

    def __init__(self, theme: Theme, tile: StripTile) -> None:
        super().__init__()
        self._theme, self.tile = theme, tile
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        told = (tile.visit_id, tile.date, tile.value, tile.change, tile.proposed)
        self.setAccessibleName(", ".join(filter(None, told)))
        opens = translated("Open the images of {visit}", visit=tile.visit_id)
        self.setToolTip(". ".join(filter(None, (tile.proposed.capitalize(), opens))))

    def sizeHint(self) -> QSize:
        return QSize(self._theme.px(PICTURE_PX + 94), self._theme.px(PICTURE_PX + 4))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def set_picture(self, picture: StripPicture | None, note: str = "") -> None:
        self.tile = replace(self.tile, picture=picture, note=note)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, tile = self._theme, self.tile
        side = theme.px(PICTURE_PX)
        box = QRectF(theme.px(2), theme.px(2), side, side)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(box, theme.colour("surface.view"))
        if tile.picture is not None:
            self._paint_picture(painter, box, tile.picture)
        else:
            painter.setPen(theme.on_images.colour("text.3"))
            painter.setFont(theme.font(Face.SMALL))
            flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(box.adjusted(6, 6, -6, -6), int(flags), tile.note)
        token = "signal.accent" if tile.selected or self._hover else "line.strong"
        painter.setPen(flat_pen(theme.colour(token), theme.px(2) if tile.selected else 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(box)
        self._paint_words(painter, box)
        if self.hasFocus():
            paint_focus_ring(painter, QRectF(self.rect()), theme)
        painter.end()

    def _paint_picture(self, painter: QPainter, box: QRectF, picture: StripPicture) -> None:
        theme = self._theme.on_images
        scale = box.width() / picture.image.width()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(box, picture.image)
        ends = [QPointF(box.left() + x * scale, box.top() + y * scale) for x, y in picture.line]
        for colour, width in ((theme.colour("surface.view", 0.7), 3.0), (theme.colour("signal.caliper"), 1.5)):
            painter.setPen(flat_pen(colour, theme.px(width)))
            painter.drawLine(*ends)
        bar = 10 / picture.mm_per_px * scale
        foot = QPointF(box.left() + theme.px(6), box.bottom() - theme.px(6))
        painter.setPen(flat_pen(theme.colour("text.1"), theme.px(2)))
        painter.drawLine(foot, QPointF(foot.x() + bar, foot.y()))

    def _paint_words(self, painter: QPainter, box: QRectF) -> None:
        theme, tile = self._theme, self.tile
        left, line = box.right() + theme.px(10), theme.px(19)
        room = max(1.0, self.width() - left)
        lines = (
            (f"{tile.visit_id} {tile.date}", "text.1", Face.SMALL, False),
            (tile.value, "text.1", Face.TITLE, True),
            (tile.change, "text.2", Face.SMALL, False),
            *((part, "text.3", Face.SMALL, False) for part in tile.proposed.split(", ") if part),
        )
        top = box.top()
        for said, token, face, bold in lines:
            painter.setFont(theme.font(face, bold))
            painter.setPen(theme.colour(token))
            shown = painter.fontMetrics().elidedText(said, Qt.TextElideMode.ElideRight, int(room))
            painter.drawText(QRectF(left, top, room, line), int(Qt.AlignmentFlag.AlignVCenter), shown)
            top += line + theme.px(2)

    def press(self, _modifiers: Qt.KeyboardModifier) -> None:
        self.pressed.emit(self.tile.visit_id)


class LesionStrip(QWidget):
    """Name and place of the lesion at the left, its tiles beside it; many scroll sideways.

    Signals
    -------
    opened(str)
        A tile was pressed: its time point.
    """

    opened = Signal(str)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.views: dict[str, TileView] = {}
        self.head = PanelHead(theme, translated("Same lesion at every time point"))
        self.head.note.setText(translated("one scale, CT in one window, bar 10 mm · click opens the images"))
        self._name: QLabel = label("", "1", strong=True)
        self._place: QLabel = label("", "2", Face.SMALL)
        self._window: QLabel = label("", "3", Face.SMALL)
        self._area = QScrollArea()
        self._area.setWidgetResizable(True)
        self._area.setFrameShape(QFrame.Shape.NoFrame)
        self._area.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._area.setFixedHeight(theme.px(PICTURE_PX + 14))
        words_column = QVBoxLayout()
        words_column.setSpacing(theme.px(2))
        for part in (self._name, self._place, self._window):
            part.setFixedWidth(theme.px(86))
            part.setWordWrap(part is self._place)
            words_column.addWidget(part)
        words_column.addStretch(1)
        row = QHBoxLayout()
        row.setContentsMargins(theme.px(10), theme.px(2), theme.px(4), theme.px(4))
        row.setSpacing(theme.px(4))
        row.addLayout(words_column)
        row.addWidget(self._area, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.head)
        column.addLayout(row)

    def set_tiles(self, name: str, place: str, shown: str, tiles: Sequence[StripTile]) -> None:
        """Show a lesion; without tiles the strip says how to choose one."""
        self._name.setText(name)
        self._place.setText(place)
        self._window.setText(shown)
        body = QWidget()
        row = QHBoxLayout(body)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(self._theme.px(6))
        self.views = {}
        for tile in tiles:
            view = TileView(self._theme, tile)
            view.pressed.connect(self.opened)
            self.views[tile.visit_id] = view
            row.addWidget(view)
        if not tiles:
            row.addWidget(label(translated("No lesion yet: mark one on the reading page."), "3"))
        row.addStretch(0 if tiles else 1)
        self._area.setWidget(body)


def tile_change(now: Fraction | None, before: Fraction | None, since: str) -> str:
    """What is said of the change since a time point; empty where either is not known."""
    if now is None or not before:
        return ""
    return translated("{change} vs {since}", change=words.with_pct((now - before) / before * 100), since=since)
