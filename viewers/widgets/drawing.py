"""The tools of one view at work: which is armed, how far it is, and what to show meanwhile. No Qt."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from enum import Enum, auto
from typing import assert_never

from viewers.imaging.geometry import length_mm
from viewers.tools import caliper, figure_tool
from viewers.tools.events import EventKind, Point, WorldEvent
from viewers.tools.figures import Figure, FigureKind, Points
from viewers.tools.hit import Grip, Part, Segment, grip_at, grip_distance_mm
from viewers.widgets.marks import DrawnFigure, DrawnLine, LabelledFigure, LineStyle, ViewFigure, ViewLine, length_text
from viewers.widgets.source import ImageSource, derived_label

OWN_STYLES = frozenset({LineStyle.OWN, LineStyle.SELECTED, LineStyle.WHOLE})


class Tool(Enum):
    """The tool that measures a lesion's diameter."""

    CALIPER = auto()


Armed = Tool | FigureKind
"""What the left button draws; with nothing armed it windows."""

Remark = Callable[[float], str]
"""What is said of a line under way beside its length, mm; empty where nothing is."""

Effect = caliper.CaliperEffect | figure_tool.FigureEffect


Edited = caliper.LineEdited | figure_tool.FigureEdited


class Drawing:
    """The state of the tools; `step` takes an event, changes it and gives what is to be told.

    Nudges by the arrow keys are gathered: `nudge` shows them, `end_run` gives the whole run as one edit.
    """

    def __init__(self) -> None:
        self.tool: Armed | None = None
        self._remark: Remark | None = None
        self._caliper: caliper.CaliperState = caliper.Idle()
        self._figure: figure_tool.FigureState = figure_tool.Idle()
        self._run: Edited | None = None

    @property
    def busy(self) -> bool:
        """Whether a line or a figure is being drawn or dragged."""
        return caliper.is_busy(self._caliper) or figure_tool.is_busy(self._figure)

    @property
    def selected(self) -> str:
        """The id of the line that the arrow keys move; empty when there is none."""
        state = self._caliper
        return state.selected.line.id if isinstance(state, caliper.Idle) and state.selected is not None else ""

    @property
    def selected_figure(self) -> str:
        """The id of the figure that the arrow keys move; empty when there is none."""
        match self._figure:
            case figure_tool.Idle(selected=grip) if grip is not None:
                return grip.figure.id
            case figure_tool.Editing(grip=grip):
                return grip.figure.id
            case _:
                return ""

    def arm(self, tool: Armed | None, remark: Remark | None = None) -> None:
        """Choose the tool, and what is said of its lines; what is under way is given up."""
        self.tool, self._remark = tool, remark
        self.give_up()

    def give_up(self) -> None:
        """Drop what is under way; what is selected stays selected."""
        self._caliper = self._caliper if isinstance(self._caliper, caliper.Idle) else caliper.Idle()
        match self._figure:
            case figure_tool.Editing(grip=grip):
                self._figure = figure_tool.Idle(grip)
            case figure_tool.Drawing() | figure_tool.Done():
                self._figure = figure_tool.Idle()

    def deselect(self) -> None:
        """Nothing is moved by the arrow keys any more."""
        if isinstance(self._caliper, caliper.Idle):
            self._caliper = caliper.Idle()
        if isinstance(self._figure, figure_tool.Idle):
            self._figure = figure_tool.Idle()

    def select_figure(self, figure: Figure | None) -> None:
        """The arrow keys move this figure as a whole from now on."""
        if not self.busy:
            self._caliper = caliper.Idle()
            self._figure = figure_tool.Idle(None if figure is None else figure_tool.FigureGrip(figure))

    def settle(self, lines: tuple[ViewLine, ...]) -> None:
        """The lines were handed in anew: one just drawn is now among them, and selected, or it was not taken.

        A line that is gone is let go, and so are its nudges; one that was dragged and has other ends now is no longer
        dragged.
        """
        if isinstance(self._run, caliper.LineEdited) and self._run.id not in {line.id for line in lines}:
            self._run = None
        match self._caliper:
            case caliper.Done(start=start, end=end):
                own = (line for line in lines if line.style in OWN_STYLES)
                taken = next((line for line in own if (line.start, line.end) == (start, end)), None)
                grip = None if taken is None else Grip(Segment(taken.id, start, end, taken.editable), Part.END)
                self._caliper = caliper.Idle(grip)
            case caliper.Editing(grip=grip):
                dragged = grip.line
                if not any((x.id, x.start, x.end) == (dragged.id, dragged.start, dragged.end) for x in lines):
                    self._caliper = caliper.Idle()
            case _:
                pass

    def settle_figures(self, figures: tuple[ViewFigure, ...]) -> None:
        """The figures were handed in anew: one just drawn is now among them, and selected; one that is gone is let go.

        A figure that was dragged and has other points now is no longer dragged.
        """
        known = {figure.id: figure for figure in figures}
        if isinstance(self._run, figure_tool.FigureEdited) and self._run.id not in known:
            self._run = None
        match self._figure:
            case figure_tool.Done(kind=kind, points=points):
                taken = next((f for f in figures if (f.kind, f.points) == (kind, points)), None)
                self._figure = figure_tool.Idle(None if taken is None else figure_tool.FigureGrip(_figure(taken)))
            case figure_tool.Idle(selected=grip) if grip is not None and grip.figure.id not in known:
                self._figure = figure_tool.Idle()
            case figure_tool.Editing(grip=grip):
                now = known.get(grip.figure.id)
                if now is None or now.points != grip.figure.points or not now.editable:
                    self._figure = figure_tool.Idle()
            case _:
                pass

    def step(
        self, event: WorldEvent, segments: tuple[Segment, ...], figures: tuple[Figure, ...]
    ) -> tuple[bool, Effect | None]:
        """Whether the tools have use for the event, and what came of it."""
        if self._is_for_figures(event, segments, figures):
            before = self._figure
            armed = self.tool if isinstance(self.tool, FigureKind) else None
            self._figure, effect = figure_tool.step(before, event, figures, armed)
            if event.kind is EventKind.PRESS and not caliper.is_busy(self._caliper):
                self._caliper = caliper.Idle()
            return effect is not None or figure_tool.is_busy(before) or figure_tool.is_busy(self._figure), effect
        held = self._caliper
        self._caliper, told = caliper.step(held, event, segments, self.tool is Tool.CALIPER)
        if event.kind is EventKind.PRESS:
            self._figure = figure_tool.Idle()
        return told is not None or caliper.is_busy(held) or caliper.is_busy(self._caliper), told

    def nudge(self, event: WorldEvent, segments: tuple[Segment, ...], figures: tuple[Figure, ...]) -> bool:
        """Move what is selected by an arrow key, from where the run has brought it; whether it has moved."""
        match self._run:
            case caliper.LineEdited(id=name, start=start, end=end):
                segments = tuple(replace(x, start=start, end=end) if x.id == name else x for x in segments)
            case figure_tool.FigureEdited(id=name, points=points):
                figures = tuple(replace(x, points=points) if x.id == name else x for x in figures)
        used, effect = self.step(event, segments, figures)
        if isinstance(effect, Edited):
            self._run = effect
        return used

    def end_run(self) -> Edited | None:
        """What the nudges since the last end of a run have done; None where there were none."""
        run, self._run = self._run, None
        return run

    def _is_for_figures(self, event: WorldEvent, segments: tuple[Segment, ...], figures: tuple[Figure, ...]) -> bool:
        """A tool that is at work goes on; else the armed one has the press, else what is nearer to the pointer."""
        if self.busy:
            return figure_tool.is_busy(self._figure)
        if event.kind is not EventKind.PRESS:
            return bool(self.selected_figure)
        if self.tool is not None:
            return isinstance(self.tool, FigureKind)
        line = grip_at(event.point, segments, event.mm_per_px)
        found = figure_tool.figure_grip_at(event.point, figures, event.mm_per_px)
        if line is None or found is None:
            return line is None
        if (line.part is Part.BODY) != (found[1].handle is None):
            return line.part is Part.BODY  # a handle has it before a body
        return found[0] < grip_distance_mm(event.point, line)

    def over(self, lines: tuple[ViewLine, ...]) -> tuple[ViewLine, ...]:
        """The lines of an image with the one under way: added, or where it is now, with its length."""
        if isinstance(self._run, caliper.LineEdited):
            run = self._run
            lines = tuple(_moved(line, run.start, run.end) if line.id == run.id else line for line in lines)
        match self._caliper:
            case caliper.Editing(grip=grip, start=start, end=end):
                return tuple(line if line.id != grip.line.id else _moved(line, start, end) for line in lines)
            case caliper.Drawing(start=start, end=end) | caliper.Done(start=start, end=end):
                known = any({line.start, line.end} == {start, end} for line in lines)
                return lines if known else (*lines, _preview(start, end, self._remark))
            case caliper.Idle():
                return _with_handles(lines, self.selected)
            case _:
                assert_never(self._caliper)

    def over_figures(self, figures: tuple[ViewFigure, ...]) -> tuple[LabelledFigure, ...]:
        """The figures of an image with the one under way: added, or where it is now; labels are still to be written."""
        state = self._figure
        under_way = figure_tool.under_way(state)
        shown = []
        for figure in figures:
            if isinstance(self._run, figure_tool.FigureEdited) and figure.id == self._run.id:
                figure = replace(figure, points=self._run.points)
            if isinstance(state, figure_tool.Editing) and figure.id == state.grip.figure.id:
                figure = replace(figure, points=state.points, style=LineStyle.SELECTED)
            elif figure.id == self.selected_figure and figure.style is LineStyle.OWN:
                figure = replace(figure, style=LineStyle.SELECTED)
            shown.append(LabelledFigure(figure))
        if under_way is not None and not any((f.kind, f.points) == under_way[:2] for f in figures):
            kind, points, closed = under_way
            shown.append(LabelledFigure(ViewFigure("", kind, points, "", style=LineStyle.SELECTED), closed=closed))
        return tuple(shown)


def segments_of(lines: tuple[ViewLine, ...]) -> tuple[Segment, ...]:
    """What can be picked of the lines that are shown: ghosts and proposals only where they are editable."""
    return tuple(
        Segment(line.id, line.start, line.end, line.editable)
        for line in lines
        if line.style in OWN_STYLES or line.editable
    )


def pickable(figures: tuple[ViewFigure, ...]) -> tuple[Figure, ...]:
    """What can be picked of the figures that are shown: not the ghosts."""
    return tuple(_figure(figure) for figure in figures if figure.style in OWN_STYLES)


def drawn_on(source: ImageSource, k: int) -> Callable[[Point, Point], DrawnLine]:
    """Makes lines of ends, on image `k` of a stack."""

    def drawn(start: Point, end: Point) -> DrawnLine:
        return DrawnLine(
            source.series_uid,
            source.sop_uid(k),
            source.frame(k),
            source.frame_of_reference_uid,
            start,
            end,
            length_mm(start, end),
        )

    return drawn


def figure_on(source: ImageSource, k: int, kind: FigureKind, points: Points) -> DrawnFigure:
    """A figure as drawn on image `k` of a stack, whose plane is known."""
    plane = source.plane(k)
    assert plane is not None  # without a plane nothing is drawn
    return DrawnFigure(
        kind,
        points,
        source.series_uid,
        source.sop_uid(k),
        source.frame(k),
        source.frame_of_reference_uid,
        plane.normal,
        derived_label(source),
    )


def _figure(figure: ViewFigure) -> Figure:
    return Figure(figure.id, figure.kind, figure.points, figure.editable)


def _with_handles(lines: tuple[ViewLine, ...], selected: str) -> tuple[ViewLine, ...]:
    own = (LineStyle.OWN, LineStyle.SELECTED)
    return tuple(
        replace(line, style=LineStyle.SELECTED) if selected and line.id == selected and line.style in own else line
        for line in lines
    )


def _preview(start: Point, end: Point, remark: Remark | None) -> ViewLine:
    length = length_mm(start, end)
    said = remark(length) if remark is not None and length else ""
    label = " · ".join(part for part in (length_text(length) if length else "", said) if part)
    return ViewLine("", start, end, "", 1, label, LineStyle.SELECTED)


def _moved(line: ViewLine, start: Point, end: Point) -> ViewLine:
    label = length_text(length_mm(start, end))
    return replace(line, start=start, end=end, label=label, style=LineStyle.SELECTED)
