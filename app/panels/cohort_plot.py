"""What all pictures of a cohort share: a heading, a line of numbers, a plot whose parts lead to their cases."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.panels.chips import PanelHead, label
from app.theme import Face, Theme
from app.words import MINUS
from mrecist.values import Response

AXIS_WIDTH = 46
_REACH_PX = 10


class CohortPlot(QWidget):
    """A heading, a line of numbers, a plot. What lies under the pointer is told; a press opens its case.

    Signals
    -------
    case_chosen(str)
        The case of the bar, line or lane that was pressed.
    hovered(str)
        What lies under the pointer; empty where nothing does.
    """

    case_chosen = Signal(str)
    hovered = Signal(str)

    def __init__(self, theme: Theme, title: str, note: str = "") -> None:
        super().__init__()
        self.theme = theme
        self.head = PanelHead(theme, title, note)
        self.numbers = label("", "2", Face.SMALL)
        self.numbers.setContentsMargins(theme.px(10), 0, theme.px(10), theme.px(2))
        self.numbers.setWordWrap(True)
        self.canvas = pg.GraphicsLayoutWidget()
        self.canvas.setBackground(theme.colour("surface.app"))
        self.canvas.setFrameShape(self.canvas.Shape.NoFrame)
        self.canvas.ci.layout.setContentsMargins(theme.px(4), 0, theme.px(10), theme.px(2))
        self.canvas.ci.layout.setSpacing(0)
        self.plot = pg.PlotItem(enableMenu=False)
        self.plot.hideButtons()
        self.plot.setMouseEnabled(x=True, y=False)
        for side in ("left", "bottom"):
            axis = self.plot.getAxis(side)
            axis.setPen(theme.colour("line.strong"))
            axis.setTextPen(theme.colour("text.3"))
            axis.setStyle(tickFont=theme.font(Face.SMALL), tickLength=0)
        self.plot.getAxis("left").setWidth(theme.px(AXIS_WIDTH))
        self.plot.getAxis("bottom").setStyle(hideOverlappingLabels=theme.px(24))  # the first has the unit, and is wide
        self.canvas.addItem(self.plot, 0, 0)
        self._find: Callable[[QPointF], tuple[str, str] | None] = lambda _place: None
        self._ratio = 1.0
        self.canvas.scene().sigMouseMoved.connect(self._on_moved)
        self.canvas.scene().sigMouseClicked.connect(self._on_clicked)
        self.setAccessibleName(title)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.head)
        column.addWidget(self.numbers)
        column.addWidget(self.canvas, 1)

    def set_numbers(self, said: str) -> None:
        self.numbers.setText(said)
        self.setAccessibleDescription(said)

    def found_by(self, find: Callable[[QPointF], tuple[str, str] | None]) -> None:
        """How the case at a place of the plot is found: its id and what is said of it."""
        self._find = find

    def begin(self) -> None:
        """Take the last picture away, and with it how far it could be moved."""
        self.plot.clear()
        self.plot.getViewBox().setLimits(xMin=None, xMax=None, minXRange=None)
        self.found_by(lambda _place: None)

    def name_group(self, name: str, count: str, x: float, y: float, letters: int) -> None:
        """The name of a group and how many it has, its upper left corner at a place of the plot."""
        short = name if len(name) + len(count) + 2 <= letters else f"{name[: max(letters - len(count) - 3, 3)]}…"
        said = pg.TextItem(f"{short}: {count}", self.theme.colour("text.1"), anchor=(0.0, 0.0))
        said.setFont(self.theme.font(Face.SMALL, bold=True))
        said.setPos(x, y)
        self.plot.addItem(said, ignoreBounds=True)

    def level(self, y: float, style: Qt.PenStyle = Qt.PenStyle.DashLine, token: str = "text.3") -> None:
        line = pg.InfiniteLine(y, angle=0, movable=False, pen=pg.mkPen(self.theme.colour(token), width=1, style=style))
        line.setZValue(-5)
        self.plot.addItem(line, ignoreBounds=True)

    def say_empty(self, said: str) -> None:
        """Nothing to show, and why."""
        self.begin()
        self.set_numbers(said)
        for side in ("left", "bottom"):
            self.plot.getAxis(side).setTicks([[], []])

    def scene_of(self, x: float, y: float) -> QPointF:
        """Where a place of the plot lies in the scene."""
        place: QPointF = self.plot.getViewBox().mapViewToScene(QPointF(x, y))
        return place

    def render_into(self, painter: QPainter, box: QRectF) -> None:
        """Heading, numbers and plot in a box of any shape, as vectors where the painter keeps them.

        The plot is laid out anew for the box: do so with a picture that is not on screen.
        """
        theme = self.theme
        painter.setFont(theme.font(Face.BODY, bold=True))
        painter.setPen(theme.colour("text.1"))
        line = QRectF(box.left() + 8, box.top() + 4, box.width() - 16, 18)
        painter.drawText(line, int(Qt.AlignmentFlag.AlignVCenter), self.head.title.text())
        wide = painter.fontMetrics().horizontalAdvance(self.head.title.text())
        painter.setFont(theme.font(Face.SMALL))
        painter.setPen(theme.colour("text.2"))
        painter.drawText(line.adjusted(wide + 10, 0, 0, 0), int(Qt.AlignmentFlag.AlignVCenter), self.head.note.text())
        flags = Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap
        below = QRectF(line.left(), line.bottom() + 2, line.width(), box.height())
        tall = painter.boundingRect(below, int(flags), self.numbers.text()).height()
        painter.drawText(below, int(flags), self.numbers.text())
        rest = box.adjusted(0, 28 + tall, 0, 0)
        self._draw_for(painter.device().devicePixelRatio())
        self.canvas.setFixedSize(rest.size().toSize())
        self.canvas.grab()  # lays it out
        self.canvas.scene().render(painter, rest, QRectF(self.canvas.viewport().rect()))

    def _draw_for(self, ratio: float) -> None:
        """Lines as wide on paper as on the screen, whose dots are `ratio` times as large; marks as outlines."""
        wider, self._ratio = ratio / self._ratio, ratio
        for item in self.plot.items:
            if isinstance(item, pg.ScatterPlotItem):
                item.opts["useCache"] = False  # else they are small pictures, which are coarse on paper
                item.setPen(_widened(item.opts["pen"], wider))
            elif isinstance(item, pg.PlotCurveItem):
                item.setPen(_widened(item.opts["pen"], wider))
            elif isinstance(item, pg.InfiniteLine):
                item.setPen(_widened(item.pen, wider))
        for side in ("left", "bottom"):
            axis = self.plot.getAxis(side)
            axis.setPen(_widened(axis.pen(), wider))

    def _on_moved(self, scene: QPointF) -> None:
        found = self._find(scene)
        self.canvas.setCursor(Qt.CursorShape.PointingHandCursor if found else Qt.CursorShape.ArrowCursor)
        self.hovered.emit(found[1] if found else "")

    def _on_clicked(self, event: Any) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            return
        if event.double():
            self.plot.autoRange()
            return
        found = self._find(event.scenePos())
        if found is not None:
            self.case_chosen.emit(found[0])


def _widened(pen: QPen, ratio: float) -> QPen:
    made = QPen(pen)
    made.setWidthF(max(pen.widthF(), 1.0) * ratio)
    return made


def round_ticks(longest: float) -> list[float]:
    """Three to seven round values from 0 to at least `longest`."""
    for step in (1, 2, 3, 6, 12, 24, 30, 60, 90, 120, 180, 365, 730, 1825, 3650):
        if longest / step <= 6:
            return [float(step * n) for n in range(int(np.ceil(max(longest, 1e-9) / step)) + 1)]
    return [0.0, float(longest)]


def time_axis(plot: Any, longest: float, unit: str) -> list[float]:
    ticks = round_ticks(longest)
    words = [(0.0, f"0 {unit}"), *((tick, f"{tick:g}") for tick in ticks[1:])]
    plot.getAxis("bottom").setTicks([words, []])
    plot.setXRange(0, ticks[-1], padding=0.03)
    plot.getViewBox().setLimits(xMin=-0.1 * ticks[-1], xMax=1.2 * ticks[-1], minXRange=ticks[-1] / 50)
    return ticks


def nearest(shown: CohortPlot, places: Any, scene: QPointF) -> int | None:
    view = shown.plot.getViewBox()
    if not view.sceneBoundingRect().contains(scene):
        return None
    at = view.mapSceneToView(scene)
    width, height = view.viewPixelSize()
    apart = np.hypot((places[:, 0] - at.x()) / width, (places[:, 1] - at.y()) / height)
    best = int(apart.argmin())
    return best if apart[best] <= shown.theme.px(_REACH_PX) else None


def response_colour(theme: Theme, response: str) -> QColor:
    return theme.response(Response(response)) if response else theme.colour("text.3")


def pct_text(change: float) -> str:
    sign = "+" if change > 0 else MINUS if change < 0 else ""
    return f"{sign}{abs(change):.1f}\u00a0%"


def signed(value: float) -> str:
    """A whole percentage with its sign: ``+20``, ``−30``, ``0``."""
    return "0" if value == 0 else f"{'+' if value > 0 else MINUS}{abs(value):g}"
