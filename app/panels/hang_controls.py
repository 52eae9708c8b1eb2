"""What stands at the right of the tool bar: the layout, which page of it, and the cine while it plays."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QIcon, QPainter
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QToolButton, QWidget

from app.keymap import Keymap
from app.panels.chips import label
from app.panels.drawn_icon import ICON_SIDE, drawn_icon
from app.theme import Theme
from app.words import translated
from viewers.tools.layout import CHOICES, Layout

_WORDS = {1: "One view", 2: "Two views", 3: "Three views", 4: "Four views", 6: "Six views", 9: "Nine views"}


class LayoutMenu(QToolButton):
    """A picture of the layout that hangs; pressed, a menu of the others."""

    chosen = Signal(object)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.setProperty("tool", "true")
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setIconSize(QSize(theme.px(ICON_SIDE), theme.px(ICON_SIDE)))
        menu = QMenu(self)
        self.entries = {layout: menu.addAction(layout_icon(layout, theme), "") for layout in CHOICES}
        for layout, entry in self.entries.items():
            entry.setCheckable(True)
            entry.triggered.connect(lambda _checked=False, one=layout: self.chosen.emit(one))
        self.setMenu(menu)
        self.show_keys(Keymap())
        self.show_layout(CHOICES[3])

    def show_keys(self, keymap: Keymap) -> None:
        """The key of each layout beside it."""
        for layout, entry in self.entries.items():
            key = keymap.cap(f"view.{layout.rows}x{layout.columns}")
            entry.setText(translated(_WORDS[layout.count]) + (f"\t{key}" if key else ""))

    def show_layout(self, layout: Layout) -> None:
        for one, entry in self.entries.items():
            entry.setChecked(one == layout)
        self.setIcon(layout_icon(layout, self._theme))
        told = translated("Layout: {rows} × {columns}", rows=layout.rows, columns=layout.columns)
        self.setToolTip(told)
        self.setAccessibleName(told)


class PageTurner(QWidget):
    """Which page of the views is shown; hidden while one page shows all."""

    turned = Signal(int)
    shown_or_hidden = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        row = _row(self, theme)
        self.back = _small("‹", translated("Views before these"))
        self.on = _small("›", translated("More views"))
        self._said: QLabel = label("", "2")
        self.back.clicked.connect(lambda: self.turned.emit(-1))
        self.on.clicked.connect(lambda: self.turned.emit(1))
        for part in (self.back, self._said, self.on):
            row.addWidget(part)
        self.hide()
        self.show_page(0, 1)

    def show_keys(self, keymap: Keymap) -> None:
        for button, action in ((self.back, "view.previous_page"), (self.on, "view.next_page")):
            key = keymap.cap(action)
            button.setToolTip(f"{button.accessibleName()} ({key})" if key else button.accessibleName())

    def show_page(self, page: int, pages: int) -> None:
        self._said.setText(f"{page + 1} / {pages}")
        self.setAccessibleName(translated("Page {page} of {pages} of the views", page=page + 1, pages=pages))
        if self.isHidden() == (pages > 1):
            self.setVisible(pages > 1)
            self.shown_or_hidden.emit()


class CineControl(QWidget):
    """How fast the cine plays, and how to stop it; hidden while none plays."""

    stopped = Signal()
    rate_changed = Signal(int)
    shown_or_hidden = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        row = _row(self, theme)
        self.slower = _small("\N{MINUS SIGN}", translated("Slower"))
        self.faster = _small("+", translated("Faster"))
        self.stop = _small("■", translated("Stop the cine"))
        self._said: QLabel = label("", "2")
        self.slower.clicked.connect(lambda: self.rate_changed.emit(-1))
        self.faster.clicked.connect(lambda: self.rate_changed.emit(1))
        self.stop.clicked.connect(self.stopped)
        for part in (self.stop, self.slower, self._said, self.faster):
            row.addWidget(part)
        self.hide()
        self.show_rate(None)

    def show_rate(self, rate: int | None) -> None:
        """Pictures a second; None while nothing plays."""
        self._said.setText(f"{rate} / s" if rate is not None else "")
        self.setAccessibleName(translated("Cine, {rate} pictures a second", rate=rate or 0))
        if self.isHidden() == (rate is not None):
            self.setVisible(rate is not None)
            self.shown_or_hidden.emit()


def layout_icon(layout: Layout, theme: Theme) -> QIcon:
    """A 14 px picture of a layout."""
    scale = 40

    def paint(painter: QPainter) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        for left, top, width, height in layout.boxes((12 * scale, 11 * scale)):
            painter.drawRect(QRectF(1 + left / scale, 1.5 + top / scale, width / scale, height / scale))

    return drawn_icon(theme, paint, stroke=1.2)


def _row(widget: QWidget, theme: Theme) -> QHBoxLayout:
    row = QHBoxLayout(widget)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(theme.px(2))
    return row


def _small(text: str, said: str) -> QToolButton:
    """A small button; a click leaves the keys to the images."""
    made = QToolButton()
    made.setText(text)
    made.setProperty("chip", "plain")
    made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    made.setToolTip(said)
    made.setAccessibleName(said)
    return made
