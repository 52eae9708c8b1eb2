"""More tools: the figures that can be drawn, each with its picture and key, and those that were drawn, to go to."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QAction, QIcon, QPainterPath
from PySide6.QtWidgets import QMenu, QToolButton

from app.keymap import Keymap
from app.panels.drawn_icon import ICON_SIDE, drawn_icon
from app.state.figures import FigureKind
from app.theme import Theme
from app.words import translated

_MANY = "\N{INFINITY}"
"""The tool stays in hand."""

_WORDS = {
    FigureKind.LENGTH: "Length",
    FigureKind.BIDIRECTIONAL: "Two lengths across",
    FigureKind.ELLIPSE: "Ellipse",
    FigureKind.FREEHAND: "Freehand region",
    FigureKind.ANGLE: "Angle",
    FigureKind.ARROW: "Arrow with a note",
    FigureKind.POINT: "Point",
}


class FigureMenu(QToolButton):
    """A picture of the figure that is being drawn, or of them all; pressed, a menu.

    Signals
    -------
    chosen(FigureKind)
        Draw one of these; the kind in hand again: draw many.
    opened(str)
        Go to the figure of that id.
    """

    chosen = Signal(object)
    opened = Signal(str)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.listed: Callable[[], Sequence[tuple[str, str]]] = lambda: ()
        """Id and words of each figure of the open time point; asked when the menu opens."""
        self.setProperty("tool", "true")
        self.setCheckable(True)
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setIconSize(QSize(theme.px(ICON_SIDE), theme.px(ICON_SIDE)))
        self.setText(" " + translated("More"))  # the space parts it from the picture
        menu = QMenu(self)
        menu.setToolTipsVisible(True)
        self.entries = {kind: menu.addAction(figure_icon(kind, theme), "") for kind in FigureKind}
        for kind, entry in self.entries.items():
            entry.setCheckable(True)
            entry.triggered.connect(lambda _checked=False, one=kind: self.chosen.emit(one))
        self._below = menu.addSeparator()
        self.drawn: list[QAction] = []
        menu.aboutToShow.connect(self._list)
        self.setMenu(menu)
        self.show_keys(Keymap())
        self.show_armed(None, False)

    def show_keys(self, keymap: Keymap) -> None:
        """The key of each figure beside it."""
        for kind, entry in self.entries.items():
            key = keymap.cap(f"figure.{kind}")
            entry.setText(translated(_WORDS[kind]) + (f"\t{key}" if key else ""))

    def show_armed(self, kind: FigureKind | None, sticky: bool) -> None:
        """Which figure is being drawn now, and whether the tool stays in hand after one."""
        for one, entry in self.entries.items():
            entry.setChecked(one is kind)
        self.setIcon(figure_icon(kind, self._theme))
        self.setChecked(kind is not None)
        told = translated("More tools")
        if kind is not None:
            told = translated("Drawing: {figure}", figure=translated(_WORDS[kind])) + (f" {_MANY}" if sticky else "")
        self.setToolTip(told)
        self.setAccessibleName(told)

    def show_possible(self, why_not: str) -> None:
        """Whether figures can be drawn now; what is lacking else."""
        for entry in self.entries.values():
            entry.setEnabled(not why_not)
            entry.setToolTip(why_not)

    def show_word(self, shown: bool) -> None:
        """Whether a word stands beside the picture."""
        style = Qt.ToolButtonStyle
        self.setToolButtonStyle(style.ToolButtonTextBesideIcon if shown else style.ToolButtonIconOnly)

    def _list(self) -> None:
        menu = self.menu()
        for entry in self.drawn:
            menu.removeAction(entry)
            entry.deleteLater()
        found = self.listed()
        self.drawn = [menu.addAction(words) for _, words in found]
        for (figure_id, _), entry in zip(found, self.drawn, strict=True):
            entry.triggered.connect(lambda _checked=False, one=figure_id: self.opened.emit(one))
        self._below.setVisible(bool(found))


def figure_icon(kind: FigureKind | None, theme: Theme) -> QIcon:
    """A 14 px picture of a figure, or of several."""
    return drawn_icon(theme, lambda painter: painter.drawPath(_picture(kind)))


def _picture(kind: FigureKind | None) -> QPainterPath:
    path = QPainterPath()
    match kind:
        case FigureKind.LENGTH:
            _strokes(path, [(2.5, 11.5), (11.5, 2.5)], [(1, 10), (4, 13)], [(10, 1), (13, 4)])
        case FigureKind.BIDIRECTIONAL:
            _strokes(path, [(1.5, 12.5), (12.5, 1.5)], [(4, 4), (10, 10)])
        case FigureKind.ELLIPSE:
            path.addEllipse(QRectF(1, 3, 12, 8))
        case FigureKind.FREEHAND:
            path.moveTo(3, 10)
            path.cubicTo(QPointF(-1, 3), QPointF(6, 0), QPointF(8, 3))
            path.cubicTo(QPointF(10, 5), QPointF(14, 4), QPointF(12.5, 9))
            path.cubicTo(QPointF(11, 13), QPointF(5, 13.5), QPointF(3, 10))
        case FigureKind.ANGLE:
            _strokes(path, [(11, 1.5), (2, 12), (13, 12)])
            path.arcMoveTo(QRectF(-4, 6, 12, 12), 0)
            path.arcTo(QRectF(-4, 6, 12, 12), 0, 49)
        case FigureKind.ARROW:
            _strokes(path, [(12, 12), (2, 2)], [(2, 7), (2, 2), (7, 2)])
        case FigureKind.POINT:
            _strokes(path, [(7, 1), (7, 5)], [(7, 9), (7, 13)], [(1, 7), (5, 7)], [(9, 7), (13, 7)])
        case None:
            path.addEllipse(QRectF(6, 6, 7, 7))
            _strokes(path, [(1.5, 9), (9, 1.5)])
    return path


def _strokes(path: QPainterPath, *strokes: list[tuple[float, float]]) -> None:
    for first, *rest in strokes:
        path.moveTo(*first)
        for place in rest:
            path.lineTo(*place)
