"""A view in which lines and figures are drawn, dragged and nudged; what comes in by mouse and keys is handed to it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import assert_never

from PySide6.QtCore import QPointF, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QWidget

from viewers.imaging.geometry import SlicePlane, is_parallel, normal_of
from viewers.tools import caliper, figure_tool
from viewers.tools.events import Button, EventKind, Key, Modifier, Point, WorldEvent
from viewers.tools.figures import FigureKind, is_sound
from viewers.tools.hit import Part, grip_at
from viewers.tools.projection import Projection
from viewers.widgets.drawing import Armed, Drawing, Remark, drawn_on, figure_on, pickable, segments_of
from viewers.widgets.figure_labels import FigureLabels, short_label
from viewers.widgets.figure_painter import paint_figures
from viewers.widgets.image_view import ImageView
from viewers.widgets.line_painter import paint_loupe
from viewers.widgets.marks import DrawnLine, LabelledFigure, LineStyle, ViewFigure, ViewLine
from viewers.widgets.palette import ViewPalette
from viewers.widgets.proposal_painter import ViewProposal, name_ball, paint_proposal
from viewers.widgets.source import ImageSource

_NUDGE_REST_MS = 700
"""After so long without another, the nudges so far are one edit."""


class ToolView(ImageView):
    """Holds the tools and what they have drawn; paints both.

    Signals
    -------
    line_drawn(DrawnLine)
        A line was drawn with the caliper.
    line_edited(str, DrawnLine)
        The line of that id has new ends.
    line_selected(str), figure_selected(str)
        The line, the figure of that id was picked; empty when none is any more.
    figure_drawn(DrawnFigure)
        A figure was drawn.
    figure_edited(str, points)
        The figure of that id has new points, in patient mm (LPS).
    """

    line_drawn = Signal(object)
    line_edited = Signal(str, object)
    line_selected = Signal(str)
    figure_drawn = Signal(object)
    figure_edited = Signal(str, object)
    figure_selected = Signal(str)

    def __init__(self, palette: ViewPalette | None = None, parent: QWidget | None = None) -> None:
        super().__init__(palette, parent)
        self.loupe = False
        self.figures: tuple[ViewFigure, ...] = ()
        self.proposal: ViewProposal | None = None
        """The outlines and the reference of an assisted measurement; they are drawn on acquired images alone."""
        self.pointer = QPointF()
        self._drawing = Drawing()
        self._labels = FigureLabels()
        self._cursor: Qt.CursorShape | None = None
        self._nudged_on: Callable[[Point, Point], DrawnLine] | None = None
        self._nudge_rest = QTimer(self)
        self._nudge_rest.setSingleShot(True)
        self._nudge_rest.setInterval(_NUDGE_REST_MS)
        self._nudge_rest.timeout.connect(self.end_nudges)
        self.index_changed.connect(self._on_index)

    @property
    def tool(self) -> Armed | None:
        return self._drawing.tool

    @property
    def busy(self) -> bool:
        """Whether a line or a figure is being drawn or dragged."""
        return self._drawing.busy

    @property
    def selected_figure(self) -> str:
        """The id of the figure that the arrow keys move; empty when there is none."""
        return self._drawing.selected_figure

    def arm(self, tool: Armed | None, remark: Remark | None = None) -> None:
        """What the left button does from now on, and what is said of its lines; what is under way is given up."""
        self._drawing.arm(tool, remark)
        idle = self._cursor or Qt.CursorShape.ArrowCursor
        self.setCursor(idle if tool is None else Qt.CursorShape.CrossCursor)
        self.update()

    def set_loupe(self, shown: bool) -> None:
        """Whether the loupe follows the pointer always, not only while something is drawn or dragged."""
        self.loupe = shown
        self.update()

    def hold_cursor(self, shape: Qt.CursorShape | None) -> None:
        """The pointer while no tool is armed, whatever lies under it; None: it tells what can be caught."""
        self._cursor = shape
        if self.tool is None:
            self.setCursor(shape or Qt.CursorShape.ArrowCursor)

    # What is shown

    def set_source(self, source: ImageSource | None, index: int | None = None) -> None:
        self.end_nudges()
        self.figures = ()
        self._labels.forget()
        super().set_source(source, index)

    def refresh(self) -> None:
        self._labels.forget()
        super().refresh()

    def set_lines(self, lines: Iterable[ViewLine]) -> None:
        super().set_lines(lines)
        self._drawing.settle(self.lines)

    def set_figures(self, figures: Iterable[ViewFigure]) -> None:
        """The figures to show; each on its own image, or on every image whose plane holds it."""
        before = self.selected_figure
        self.figures = tuple(figures)
        self._drawing.settle_figures(self.figures)
        self._tell_selected(before)
        self.update()

    def select_figure(self, figure_id: str) -> None:
        """Pick a figure, so that the arrow keys move it; empty lets go of the one that is picked."""
        before = self.selected_figure
        found = next((figure for figure in pickable(self.figures) if figure.id == figure_id), None)
        self._drawing.select_figure(found)
        self._tell_selected(before)
        self.update()

    def visible_lines(self) -> tuple[ViewLine, ...]:
        """The lines of this image; one that is being drawn or dragged is shown where it is now, with its length."""
        return self._drawing.over(super().visible_lines())

    def visible_figures(self) -> tuple[LabelledFigure, ...]:
        """The figures of this image with what they measure on it; one under way is shown where it is now."""
        return tuple(self._labelled(one) for one in self._drawing.over_figures(self._figures_here()))

    def figure_at(self, place: QPointF) -> str:
        """The id of the figure under a place of the view; empty where there is none."""
        world = self.world_event(EventKind.MOVE, place, Qt.KeyboardModifier.NoModifier)
        if world is None:
            return ""
        found = figure_tool.figure_grip_at(world.point, pickable(self._figures_here()), world.mm_per_px)
        return "" if found is None else found[1].figure.id

    def _figures_here(self) -> tuple[ViewFigure, ...]:
        plane, source = self.plane, self.source
        if plane is None or source is None or not self.figures:
            return ()
        k = self.state.index
        image = (source.sop_uid(k), source.frame(k))
        reach = 0.0 if self.levels is None else self.levels.half_gap_mm(k)
        return tuple(figure for figure in self.figures if _belongs(figure, image, plane, reach))

    def _labelled(self, one: LabelledFigure) -> LabelledFigure:
        """The figure with its label: whole while it is selected, else only what tells most."""
        figure, source, k = one.figure, self.source, self.state.index
        partly = figure.kind is FigureKind.BIDIRECTIONAL and len(figure.points) >= 2
        if source is None or not source.ready(k) or not (partly or is_sound(figure.kind, figure.points)):
            return one
        under_way = self.busy and figure.id == self.selected_figure  # one that is being drawn has no id
        lines = self._labels.lines(figure, source, k, under_way)
        if figure.style is not LineStyle.SELECTED and figure.id != self.hovered:
            lines = short_label(figure.kind, lines, figure.flag)
        return LabelledFigure(figure, lines, one.closed)

    # What comes in

    def world_event(
        self, kind: EventKind, place: QPointF, modifiers: Qt.KeyboardModifier, key: Key | None = None
    ) -> WorldEvent | None:
        """The input as the tools take it, held within the image; None where nothing may be measured."""
        if self.source is None or self.placeholder is not None or not self.source.ready(self.state.index):
            return None
        projection = self.projection()
        if projection.plane is None or not self.source.measurable:
            return None
        column, row = projection.pixel_of_view(place.x(), place.y())
        column = min(max(column, -0.5), self.source.columns - 0.5)
        row = min(max(row, -0.5), self.source.rows - 0.5)
        return WorldEvent(
            kind,
            projection.world_of_pixel(column, row),
            (column, row),
            projection.plane,
            projection.mm_per_px,
            projection.right,
            projection.down,
            Button.LEFT,
            frozenset(ours for theirs, ours in _MODIFIERS if modifiers & theirs),
            key,
        )

    def step_tools(self, event: WorldEvent) -> bool:
        """Hand the event to the tools and tell what came of it; whether they have use for it."""
        assert self.source is not None
        self.end_nudges()
        before = self.selected_figure
        lines, figures = segments_of(super().visible_lines()), pickable(self._figures_here())
        used, effect = self._drawing.step(event, lines, figures)
        drawn = drawn_on(self.source, self.state.index)
        self.update()
        match effect:
            case caliper.LineDrawn():
                self.line_drawn.emit(drawn(effect.start, effect.end))
            case caliper.LineEdited():
                self.line_edited.emit(effect.id, drawn(effect.start, effect.end))
            case caliper.LineSelected():
                self.line_selected.emit(effect.id)
            case figure_tool.FigureDrawn():
                self.figure_drawn.emit(figure_on(self.source, self.state.index, effect.kind, effect.points))
            case figure_tool.FigureEdited():
                self.figure_edited.emit(effect.id, effect.points)
            case figure_tool.FigureSelected() | None:
                pass
            case _:
                assert_never(effect)
        self._tell_selected(before)
        return used

    def nudge(self, key: Key, modifiers: Qt.KeyboardModifier) -> bool:
        """Move what is selected here by an arrow key; whether there is anything that it moves.

        Nudges that follow each other are told as one edit, by `end_nudges`.
        """
        world = self.world_event(EventKind.KEY, self.pointer, modifiers, key)
        if world is None:
            return False
        lines, figures = segments_of(super().visible_lines()), pickable(self._figures_here())
        line, figure = self._drawing.selected, self.selected_figure
        movable = any(one.id == line and one.editable for one in lines)
        movable = movable or any(one.id == figure and one.editable for one in figures)
        if not movable or self.source is None:
            return False
        self._nudged_on = drawn_on(self.source, self.state.index)
        used = self._drawing.nudge(world, lines, figures)
        self._nudge_rest.start()
        self.update()
        return used

    def end_nudges(self) -> None:
        """Tell what the nudges so far have done, before anything else is done; they are at an end after a moment."""
        self._nudge_rest.stop()
        match self._drawing.end_run():
            case caliper.LineEdited(id=name, start=start, end=end) if self._nudged_on is not None:
                self.line_edited.emit(name, self._nudged_on(start, end))
            case figure_tool.FigureEdited(id=name, points=points):
                self.figure_edited.emit(name, points)

    def give_up(self) -> None:
        """Drop what is under way: Esc, another image, the view is hidden or has lost the focus. Nudges are kept."""
        self.end_nudges()
        self._drawing.give_up()
        self.update()

    def _on_index(self) -> None:
        """Another image is shown: what is under way is given up, and no key moves what is out of sight."""
        self.give_up()
        self.select_figure("")

    def let_go(self) -> bool:
        """Let go of what is selected; whether anything was."""
        self.end_nudges()
        line, figure = self._drawing.selected, self.selected_figure
        self._drawing.deselect()
        if line:
            self.line_selected.emit("")
        self._tell_selected(figure)
        self.update()
        return bool(line or figure)

    def hover(self, world: WorldEvent | None) -> None:
        """The pointer rests on a place: what can be caught there thickens."""
        line = None if world is None else grip_at(world.point, segments_of(super().visible_lines()), world.mm_per_px)
        figures = pickable(self._figures_here())
        found = None if world is None else figure_tool.figure_grip_at(world.point, figures, world.mm_per_px)
        hovered = line.line.id if line is not None else "" if found is None else found[1].figure.id
        if hovered != self.hovered:
            self.hovered = hovered
            self.update()
        if self.tool is None and self._cursor is None:
            movable = found is not None and found[1].figure.editable
            on_handle = movable or (line is not None and line.part is not Part.BODY)
            self.setCursor(Qt.CursorShape.SizeAllCursor if on_handle else Qt.CursorShape.ArrowCursor)

    def _tell_selected(self, before: str) -> None:
        if self.selected_figure != before:
            self.figure_selected.emit(self.selected_figure)

    # Painting

    def paint_lines(self, painter: QPainter, projection: Projection, taken: Sequence[QRectF] = ()) -> list[QRectF]:
        if self.proposal is not None and self.source is not None:
            paint_proposal(painter, self.proposal, self.source, self.state.index, projection, self.colours)
        occupied = super().paint_lines(painter, projection, taken)
        if self.proposal is not None and self.source is not None:
            occupied = name_ball(painter, self.proposal, self.source, projection, self.colours, occupied)
        paint_figures(painter, self.visible_figures(), projection, self.colours, self.words, self.hovered, occupied)
        return occupied

    def paint_above(self, painter: QPainter, projection: Projection) -> None:
        super().paint_above(painter, projection)
        if self.busy or (self.loupe and self.underMouse()):

            def paint_under(glass: QPainter) -> None:
                """Without labels: what they say is beside the glass already."""
                self.paint_image(glass, projection)
                lines = [replace(line, label="") for line in self.visible_lines()]
                self.drawn.paint(glass, lines, projection, self.hovered)
                figures = self._drawing.over_figures(self._figures_here())
                paint_figures(glass, figures, projection, self.colours, self.words, self.hovered)

            paint_loupe(painter, self.pointer, projection.size_px, paint_under, self.colours)


_MODIFIERS = (
    (Qt.KeyboardModifier.ShiftModifier, Modifier.SHIFT),
    (Qt.KeyboardModifier.ControlModifier, Modifier.CONTROL),
    (Qt.KeyboardModifier.AltModifier, Modifier.ALT),
)


def _belongs(figure: ViewFigure, image: tuple[str, int], plane: SlicePlane, reach_mm: float) -> bool:
    if figure.sop_uid:
        return (figure.sop_uid, figure.frame) == image
    if not all(abs(plane.distance_mm(point)) <= max(reach_mm, 0.01) for point in figure.points):
        return False
    own = normal_of(figure.points)  # a small figure is near to a plane that crosses its own, where it measures nothing
    return own is None or is_parallel(own, plane.normal)
