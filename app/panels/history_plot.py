"""The course as one picture: responses, sums, lesions, treatments and markers over one time axis."""

from __future__ import annotations

import math
from enum import StrEnum
from typing import Any

import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.models.course import Course
from app.panels.history_drawing import CourseDrawing, Spot
from app.panels.history_lanes import EdgeNames, ResponseLane, TimeLane, TreatmentLane
from app.panels.plot_layer import PlotLayer, Upright
from app.theme import Face, Theme
from app.words import translated

AXIS_WIDTH, NAMES_WIDTH = 98, 124
_REACH_PX = 14
"""How near to a point a click must be to mean it."""


class Shown(StrEnum):
    """What can be shown or left out."""

    SUMS = "Sums"
    LESIONS = "Lesions"
    TREATMENT = "Treatment"
    MARKERS = "Markers"


class HistoryPlot(QWidget):
    """The plots of one course. It reports what is pressed and shows what is selected; it decides nothing.

    Signals
    -------
    visit_chosen(str)
        A time point was pressed.
    point_opened(str, str)
        A point was pressed that has images: time point, and lesion (empty for a sum).
    hovered(str)
        The numbers at the pointer; empty where there are none.
    """

    visit_chosen = Signal(str)
    point_opened = Signal(str, str)
    hovered = Signal(str)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._course: Course | None = None
        self._selected = ("", "")
        self._shown = frozenset(Shown)
        self._empty: frozenset[Shown] = frozenset()
        self._spots: list[Spot] = []
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(translated("Course over time"))
        self.canvas = pg.GraphicsLayoutWidget()
        self.canvas.setBackground(theme.colour("surface.app"))
        self.canvas.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.canvas.setFrameShape(self.canvas.Shape.NoFrame)
        grid = self.canvas.ci.layout
        grid.setSpacing(0)
        grid.setContentsMargins(0, theme.px(6), 0, 0)
        self.responses = ResponseLane(theme, self._time_view)
        self.treatments = TreatmentLane(theme, self._time_view)
        self.times = TimeLane(theme, self._time_view)
        self.sums = self._plot(translated("Sum per region, mm"))
        self.lesions = self._plot(translated("Lesion, mm"))
        self.markers = self._plot(translated("AFP, PIVKA-II (log)"))
        self.markers.setLogMode(y=True)
        rows = (self.responses, self.sums, self.lesions, self.treatments, self.markers, self.times)
        self._names: dict[int, EdgeNames] = {}
        self._under, self._over = (
            {id(plot): PlotLayer(plot.getViewBox(), theme.px(4), under=under) for plot, _ in self._plots()}
            for under in (True, False)
        )
        for row, item in enumerate(rows):
            self.canvas.addItem(item, row, 0)
            if item in (self.sums, self.lesions, self.markers):
                names = EdgeNames(theme, item.getViewBox(), NAMES_WIDTH)
                self._names[id(item)] = names
                self.canvas.addItem(names, row, 1)
        for row, stretch in ((1, 5), (2, 5), (4, 4)):
            grid.setRowStretchFactor(row, stretch)
        grid.setColumnFixedWidth(1, theme.px(NAMES_WIDTH))
        self._leading = self.sums
        for plot in (self.lesions, self.markers):
            plot.setXLink(self.sums)
        for plot, _ in self._plots():
            plot.getViewBox().sigXRangeChanged.connect(lambda *_: self._lanes_moved())
        self.canvas.scene().sigMouseMoved.connect(self._on_moved)
        self.canvas.scene().sigMouseClicked.connect(self._on_clicked)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.canvas)

    # --- what is shown ----------------------------------------------------------------------------------------

    def set_course(self, course: Course | None, visit_id: str = "", lesion_id: str = "") -> None:
        """Show a course, with a time point and a lesion selected; the range fits all of it where it is another."""
        before, self._course = self._course, course
        same = _is_same(before, course) and self._selected[1] == lesion_id
        self._selected = (visit_id, lesion_id)
        for lane in (self.responses, self.treatments, self.times):
            lane.set_course(course)
        self.responses.selected = visit_id
        if same:
            self._mark_selected()
        else:
            self._draw()
        spans = (before.span if before else None, course.span if course else None)
        if course is not None and (spans[0] != spans[1] or before is None):
            self.fit()
        self._lanes_moved()

    def set_study_time(self, on: bool) -> None:
        """Weeks from day 0 in place of dates."""
        self.responses.study_time = self.times.study_time = on
        self._lanes_moved()

    def show_only(self, shown: frozenset[Shown]) -> None:
        """Leave lanes out; one plot at least stays."""
        self._shown = shown
        self._lay_out()
        self.treatments.setVisible(Shown.TREATMENT in shown)
        self.treatments.set_course(self._course if Shown.TREATMENT in shown else None)
        self._lanes_moved()

    def _lay_out(self) -> None:
        """Plots that are wanted and have something to show share the room; the first of them leads the others in time.

        One out of sight cannot: the plots that follow take their range from where it lies on the screen.
        """
        for plot, part in self._plots():
            seen = part in self._shown - self._empty
            plot.setVisible(part in self._shown)
            plot.setOpacity(1.0 if seen else 0.0)  # pyqtgraph does not survive the end of one that was never visible
            self._names[id(plot)].setVisible(seen)
            row = {Shown.SUMS: 1, Shown.LESIONS: 2, Shown.MARKERS: 4}[part]
            grid = self.canvas.ci.layout
            grid.setRowStretchFactor(row, (4 if part is Shown.MARKERS else 5) if seen else 0)
            grid.setRowMaximumHeight(row, 16_777_215 if seen else 0)
        first = next((plot for plot, part in self._plots() if part in self._shown - self._empty), self.sums)
        if first is not self._leading:
            before, self._leading = self._leading, first
            for plot, _ in self._plots():
                plot.setXLink(None)
            first.setXRange(*before.viewRange()[0], padding=0)
            for plot, _ in self._plots():
                if plot is not first:
                    plot.setXLink(first)

    def fit(self) -> None:
        """All of the course in sight."""
        span = self._course.span if self._course else None
        if span is None:
            return
        first, last = (float(on.toordinal()) for on in span)
        room = max(7.0, (last - first) * 0.05)
        for plot, _ in self._plots():  # first of all: those of the course before would cut the range short
            plot.getViewBox().setLimits(xMin=first - 6 * room, xMax=last + 6 * room, minXRange=14.0)
        self._leading.setXRange(first - room, last + room, padding=0)

    def render_into(self, painter: QPainter, box: QRectF) -> None:
        """Paint the picture, as vectors where the painter keeps them."""
        self.canvas.scene().render(painter, box, QRectF(self.canvas.viewport().rect()))

    def sizeHint(self) -> QSize:
        return QSize(self._theme.px(900), self._theme.px(560))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        view, (first, last) = self._leading.getViewBox(), self._leading.viewRange()[0]
        match event.key():
            case Qt.Key.Key_Plus | Qt.Key.Key_Equal:
                view.scaleBy(x=1 / 1.25)
            case Qt.Key.Key_Minus:
                view.scaleBy(x=1.25)
            case Qt.Key.Key_0:
                self.fit()
            case Qt.Key.Key_PageUp:
                view.translateBy(x=(first - last) / 4)
            case Qt.Key.Key_PageDown:
                view.translateBy(x=(last - first) / 4)
            case _:
                super().keyPressEvent(event)

    # --- the mouse --------------------------------------------------------------------------------------------

    def spot_at(self, scene: QPointF) -> tuple[str, str, str] | None:
        """The nearest point to a place of the scene: time point, lesion (may be empty), and what it says."""
        near = []
        for spot in self._spots:
            if not spot.plot.isVisible():
                continue
            at = spot.plot.getViewBox().mapViewToScene(QPointF(spot.x, spot.y))
            distance = math.hypot(at.x() - scene.x(), at.y() - scene.y())
            if distance <= self._theme.px(_REACH_PX):
                near.append((distance, spot))
        if not near:
            return None
        found = min(near, key=lambda pair: pair[0])[1]
        return found.visit_id, found.lesion_id, found.said

    def scene_place(self, visit_id: str, lesion_id: str = "") -> QPointF | None:
        """Where the point of a lesion (or, without one, of the first sum) at a time point lies in the scene."""
        for spot in self._spots:
            if spot.visit_id == visit_id and spot.lesion_id == lesion_id and spot.plot.isVisible():
                place: QPointF = spot.plot.getViewBox().mapViewToScene(QPointF(spot.x, spot.y))
                return place
        return None

    def _on_moved(self, scene: QPointF) -> None:
        found = self.spot_at(scene)
        self.canvas.setCursor(Qt.CursorShape.PointingHandCursor if found and found[0] else Qt.CursorShape.ArrowCursor)
        self.hovered.emit(found[2] if found else "")

    def _on_clicked(self, event: Any) -> None:
        if event.button() != Qt.MouseButton.LeftButton or self._course is None:
            return
        if event.double():
            self.fit()
            return
        found = self.spot_at(event.scenePos())
        if found is not None and found[0]:
            self.point_opened.emit(found[0], found[1])
            return
        view = self._time_view()
        near = [
            (abs(view.mapViewToScene(QPointF(float(point.on.toordinal()), 0.0)).x() - event.scenePos().x()), point.id)
            for point in self._course.points
        ]
        if near and min(near)[0] <= self._theme.px(24):
            self.visit_chosen.emit(min(near)[1])

    # --- drawing ----------------------------------------------------------------------------------------------

    def _plots(self) -> tuple[tuple[Any, Shown], ...]:
        return (self.sums, Shown.SUMS), (self.lesions, Shown.LESIONS), (self.markers, Shown.MARKERS)

    def _time_view(self) -> Any:
        return self._leading.getViewBox()

    def _lanes_moved(self) -> None:
        for lane in (self.responses, self.treatments, self.times):
            lane.update()

    def _plot(self, title: str) -> Any:
        theme = self._theme
        plot = pg.PlotItem(enableMenu=False)
        plot.hideButtons()
        plot.hideAxis("bottom")
        plot.setMouseEnabled(x=True, y=False)
        plot.disableAutoRange()  # every range is set by what is drawn; else each item that is added sets it anew
        plot.setContentsMargins(0, theme.px(2), 0, theme.px(2))
        axis = plot.getAxis("left")
        axis.setWidth(theme.px(AXIS_WIDTH))
        axis.setPen(theme.colour("line.strong"))
        axis.setTextPen(theme.colour("text.3"))
        axis.setStyle(tickFont=theme.font(Face.SMALL), tickLength=0, tickTextOffset=theme.px(6))
        axis.setLabel(title)
        axis.label.setFont(theme.font(Face.SMALL))
        axis.setGrid(38)
        return plot

    def _draw(self) -> None:
        self._spots = []
        for plot, _ in self._plots():
            plot.clear()
            self._names[id(plot)].set_labels(())
            self._under[id(plot)].levels = self._over[id(plot)].words = self._over[id(plot)].curves = ()
        if self._course is None:
            self._mark_selected()
            return
        drawing = CourseDrawing(self._theme)
        drawing.sums(self.sums, self._course)
        drawing.lesions(self.lesions, self._course, self._selected[1])
        drawing.markers(self.markers, self._course)
        self._spots = drawing.spots
        for plot, _ in self._plots():
            self._names[id(plot)].set_labels(drawing.names.get(id(plot), ()))
            self._over[id(plot)].words = drawing.values.get(id(plot), ())
            self._over[id(plot)].update()
        empty = {part for plot, part in self._plots() if not drawing.names.get(id(plot))}
        self._empty = frozenset(empty if len(empty) < len(self._plots()) else ())
        self._lay_out()
        self._under[id(self.sums)].levels = [level for level, _ in drawing.limits]
        over = self._over[id(self.sums)]
        over.words = (*over.words, *(word for _, word in drawing.limits))
        levels = [[(level.first, level.y), (level.last, level.y)] for level, _ in drawing.limits]
        over.curves = [*drawing.sum_curves, *levels]
        self._mark_selected()

    def _mark_selected(self) -> None:
        """An upright through all plots at each time point; a band at the selected one."""
        chosen = pg.mkPen(self._theme.colour("signal.accent", 0.22), width=self._theme.px(18))
        other = pg.mkPen(self._theme.colour("line.divider"), width=1)
        points = self._course.points if self._course else ()
        uprights = [Upright(float(x.on.toordinal()), chosen if x.id == self._selected[0] else other) for x in points]
        for layer in self._under.values():
            layer.uprights = uprights
            layer.update()


def _is_same(before: Course | None, now: Course | None) -> bool:
    """Whether the same is drawn, whatever is selected in it."""
    if before is None or now is None:
        return before is now
    return before.record is now.record and before.assessment is now.assessment and before.read == now.read
