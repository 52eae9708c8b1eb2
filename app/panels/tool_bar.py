"""The bar over the images: what the left button does, what is linked, which hanging."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QIcon, QPainter, QPen, QResizeEvent
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QLabel, QMenu, QPushButton, QSizePolicy, QToolButton, QWidget

from app.panels.chips import KeyCap, label, rule_line
from app.panels.drawn_icon import ICON_SIDE, drawn_icon
from app.panels.figure_menu import FigureMenu
from app.panels.hang_controls import CineControl, LayoutMenu, PageTurner
from app.theme import Theme
from app.words import translated
from viewers.tools.navigate import Gesture

_LONGEST_CAP = 3
_LEVELS = 5
_DRAGS = {Gesture.WINDOW: "W/L", Gesture.SCROLL: "Scroll", Gesture.PAN: "Pan", Gesture.ZOOM: "Zoom"}


class ToolBar(QWidget):
    """Tools are named by ids of the caller; none armed means that left drag windows."""

    tool_chosen = Signal(str)
    linked_toggled = Signal()
    stage_chosen = Signal(str)
    next_stage_requested = Signal()

    def __init__(self, theme: Theme, tools: Sequence[tuple[str, str, str]]) -> None:
        """`tools` are (id, word, the action whose key it shows); the id also names the picture."""
        super().__init__()
        self._theme, self._level = theme, 0
        self.setProperty("ground", "app")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.px(6), 0, theme.px(6), 0)
        row.setSpacing(theme.px(3))
        self._tools: dict[str, BarButton] = {}
        group = QButtonGroup(self)
        for name, word, action in tools:
            button = BarButton(theme, word, name, action)
            button.clicked.connect(lambda _checked, chosen=name: self.tool_chosen.emit(chosen))
            group.addButton(button)
            self._tools[name] = button
            row.addWidget(button)
        self.figures = FigureMenu(theme)
        group.addButton(self.figures)
        row.addWidget(self.figures)
        divider = rule_line(horizontal=False)
        divider.setFixedHeight(theme.px(18))
        row.addWidget(divider)
        self._linked = BarButton(theme, translated("Linked"), "linked", "view.link")
        self._linked.setChecked(True)
        self._linked.clicked.connect(lambda: self.linked_toggled.emit())
        row.addWidget(self._linked)
        row.addStretch(1)
        self.cine, self.pages, self.layouts = CineControl(theme), PageTurner(theme), LayoutMenu(theme)
        for control in (self.cine, self.pages, self.layouts):
            row.addWidget(control)
        row.addSpacing(theme.px(5))
        self._stage_word = label(translated("Stage"), "3")
        row.addWidget(self._stage_word)
        self._stage = QToolButton()
        self._stage.setProperty("chip", "accent")
        self._stage.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._stages = QMenu(self._stage)
        self._stage.setMenu(self._stages)
        row.addWidget(self._stage)
        self._space = KeyCap(action="view.stage")
        self._space.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        row.addSpacing(theme.px(3))
        row.addWidget(self._space)
        self._stage_name, self._first_level = "", 0
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        for control in (self.cine, self.pages):
            control.shown_or_hidden.connect(self._fit)
        self.set_narrow(False)

    def set_narrow(self, narrow: bool, compact: bool = False) -> None:
        """On the small window keys go; `compact` leaves the pictures of the tools only."""
        self.setFixedHeight(self._theme.px(32 if narrow else 36))
        self._first_level = 3 if compact else 1 if narrow else 0
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def event(self, event: QEvent) -> bool:
        done = super().event(event)
        row = self.layout()
        asked = event.type() == QEvent.Type.LayoutRequest and self._level < _LEVELS - 1
        if asked and row is not None and row.sizeHint().width() > self.width():  # a key or a word has become wider
            self._fit()
        return done

    def _fit(self) -> None:
        """As much as there is room for: keys go first, then words, at last the name of the stage behind its number."""
        row = self.layout()
        assert row is not None
        for level in range(self._first_level, _LEVELS):
            self._show_level(level)
            row.invalidate()
            if row.sizeHint().width() <= self.width():
                return

    def _show_level(self, level: int) -> None:
        self._level = level
        for button in (*self._tools.values(), self._linked):
            button.show_parts(word=level < 3, key=level < 1)
        self.figures.show_word(level < 2)
        self._space.setVisible(level < 1)
        self._stage_word.setVisible(level < 2)
        short = self._stage_name.partition(" · ")[0] if level > 3 else self._stage_name
        self._stage.setText(short)
        self._stage.setMinimumWidth(self._stage.fontMetrics().horizontalAdvance(short) + self._theme.px(34))

    def show_tool(self, name: str) -> None:
        self._tools[name].setChecked(True)

    def show_left_drag(self, gesture: Gesture) -> None:
        """What the left button does while none of the other tools is armed."""
        name = gesture.name.lower()
        told = translated("Left drag: {what}", what=translated(gesture.value))
        self._tools["window"].show_as(name, translated(_DRAGS[gesture]), told, f"drag.{name}")
        self._fit()

    def show_linked(self, linked: bool) -> None:
        self._linked.setChecked(linked)

    def show_stages(self, offered: Sequence[str], current: str) -> None:
        self._stages.clear()
        for name in offered:
            entry = self._stages.addAction(name)
            entry.triggered.connect(lambda _checked=False, chosen=name: self.stage_chosen.emit(chosen))
        self._stage_name = current
        self._stage.setVisible(bool(offered))
        self._stage.setToolTip(current)
        self._stage.setAccessibleName(translated("Stage: {name}", name=current))
        self._fit()


class BarButton(QPushButton):
    """A picture of the gesture, a word, and the key, as one checkable button."""

    def __init__(self, theme: Theme, word: str, picture: str, action: str = "", told: str = "") -> None:
        """`told` is the tool tip of a button without a word."""
        super().__init__()
        self._theme, self._told = theme, told or word
        self.setProperty("tool", "true")
        self.setCheckable(True)
        self.setAccessibleName(self._told)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._parts: tuple[bool, bool] = (True, True)
        self.cap = KeyCap(action=action)
        self.cap.changed.connect(lambda: self.show_parts(*self._parts))
        self._picture = QLabel()
        self._show_picture(picture)
        self.words = QLabel(word)
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.px(5), 0, theme.px(5), 0)
        row.setSpacing(theme.px(5))
        for part in (self._picture, self.words, self.cap):
            part.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
            row.addWidget(part)
        self.show_parts(word=True, key=True)

    def show_as(self, picture: str, word: str, told: str, action: str) -> None:
        """Another picture, word, tool tip and action."""
        self._told, self.cap.action = told, action
        self.setAccessibleName(told)
        self._show_picture(picture)
        self.words.setText(word)
        self.show_parts(*self._parts)

    def _show_picture(self, picture: str) -> None:
        side = self._theme.px(ICON_SIDE)
        self._picture.setPixmap(_icon(picture, self._theme).pixmap(QSize(side, side), self.devicePixelRatioF()))

    def show_parts(self, word: bool, key: bool) -> None:
        """What stands beside the picture; the tool tip says it all the same, and long keys only it."""
        self._parts = (word, key)
        named = self.cap.text()
        self.setToolTip(f"{self._told} ({named})" if named else self._told)
        self.setAccessibleDescription(named)
        self.words.setVisible(word and bool(self.words.text()))
        self.cap.setVisible(key and 0 < len(named) <= _LONGEST_CAP)
        layout = self.layout()
        assert layout is not None
        layout.invalidate()
        self.setFixedWidth(layout.sizeHint().width())


def _icon(picture: str, theme: Theme) -> QIcon:
    """A 14 px drawing of the gesture."""
    return drawn_icon(theme, lambda painter: _paint(painter, picture))


def _paint(painter: QPainter, picture: str) -> None:
    pen = painter.pen()
    match picture:
        case "window":
            painter.drawEllipse(QRectF(1.5, 1.5, 11, 11))
            painter.setBrush(pen.color())
            painter.drawPie(QRectF(1.5, 1.5, 11, 11), 90 * 16, 180 * 16)
        case "scroll":
            painter.drawLine(QPointF(7, 1.5), QPointF(7, 12.5))
            for tip, back in ((1.5, 4.0), (12.5, 10.0)):
                painter.drawPolyline([QPointF(4.5, back), QPointF(7, tip), QPointF(9.5, back)])
        case "pan":
            painter.drawLine(QPointF(7, 1.5), QPointF(7, 12.5))
            painter.drawLine(QPointF(1.5, 7), QPointF(12.5, 7))
            for tip, back in ((1.5, 3.5), (12.5, 10.5)):
                painter.drawPolyline([QPointF(5, back), QPointF(7, tip), QPointF(9, back)])
                painter.drawPolyline([QPointF(back, 5), QPointF(tip, 7), QPointF(back, 9)])
        case "zoom":
            painter.drawEllipse(QRectF(1.5, 1.5, 8, 8))
            painter.drawLine(QPointF(8.5, 8.5), QPointF(12.5, 12.5))
        case "target" | "counted":
            painter.drawLine(QPointF(2.5, 11.5), QPointF(11.5, 2.5))
            painter.drawLine(QPointF(1, 10), QPointF(4, 13))
            painter.drawLine(QPointF(10, 1), QPointF(13, 4))
        case "whole":
            painter.drawEllipse(QRectF(1.5, 3, 11, 8))
            painter.drawLine(QPointF(1.5, 7), QPointF(12.5, 7))
        case "assist":
            painter.setPen(QPen(pen.color(), 1.5, Qt.PenStyle.DotLine))
            painter.drawEllipse(QRectF(1.5, 1.5, 11, 11))
            painter.setPen(pen)
            painter.setBrush(pen.color())
            painter.drawEllipse(QRectF(5.5, 5.5, 3, 3))
        case "nontarget":
            painter.drawEllipse(QRectF(2.5, 2.5, 9, 9))
        case "new":
            painter.drawLine(QPointF(7, 2), QPointF(7, 12))
            painter.drawLine(QPointF(2, 7), QPointF(12, 7))
        case "linked":
            painter.drawRoundedRect(QRectF(1, 5, 7, 4.5), 2.2, 2.2)
            painter.drawRoundedRect(QRectF(6, 5, 7, 4.5), 2.2, 2.2)
