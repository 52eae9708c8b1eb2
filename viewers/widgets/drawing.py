"""The tools of one view at work: which is armed, how far it is, and the lines to show meanwhile. No Qt."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from enum import Enum, auto
from typing import assert_never

from viewers.imaging.geometry import length_mm
from viewers.tools import bidirectional, caliper
from viewers.tools.events import EventKind, Point, WorldEvent
from viewers.tools.hit import Grip, Part, Segment
from viewers.widgets.marks import DrawnLine, LineStyle, ViewLine, length_text
from viewers.widgets.source import ImageSource

OWN_STYLES = frozenset({LineStyle.OWN, LineStyle.SELECTED, LineStyle.WHOLE})


class Tool(Enum):
    """What the left button does; with no tool armed it windows."""

    CALIPER = auto()
    BIDIRECTIONAL = auto()


Effect = caliper.CaliperEffect | bidirectional.BidirectionalDrawn


class Drawing:
    """The state of the tools; `step` takes an event, changes it and gives what is to be told."""

    def __init__(self) -> None:
        self.tool: Tool | None = None
        self._caliper: caliper.CaliperState = caliper.Idle()
        self._bidirectional: bidirectional.BidirectionalState = bidirectional.Long()

    @property
    def busy(self) -> bool:
        """Whether a line is being drawn or dragged."""
        return caliper.is_busy(self._caliper) or bidirectional.is_busy(self._bidirectional)

    @property
    def selected(self) -> str:
        """The id of the line that the arrow keys move; empty when there is none."""
        state = self._caliper
        return state.selected.line.id if isinstance(state, caliper.Idle) and state.selected is not None else ""

    def arm(self, tool: Tool | None) -> None:
        """Choose the tool; a line under way is given up."""
        self.tool = tool
        self.give_up()

    def give_up(self) -> None:
        """Drop the line under way; what is selected stays selected."""
        self._caliper = self._caliper if isinstance(self._caliper, caliper.Idle) else caliper.Idle()
        self._bidirectional = bidirectional.Long()

    def deselect(self) -> None:
        """No line is moved by the arrow keys any more."""
        if isinstance(self._caliper, caliper.Idle):
            self._caliper = caliper.Idle()

    def settle(self, lines: tuple[ViewLine, ...]) -> None:
        """The lines were handed in anew: one just drawn is now among them, and selected, or it was not taken."""
        if isinstance(self._caliper, caliper.Done):
            ends = (self._caliper.start, self._caliper.end)
            taken = next((line for line in lines if (line.start, line.end) == ends), None)
            grip = None if taken is None else Grip(Segment(taken.id, *ends, taken.editable), Part.END)
            self._caliper = caliper.Idle(grip)

    def step(self, event: WorldEvent, segments: tuple[Segment, ...]) -> tuple[bool, Effect | None]:
        """Whether the tools have use for the event, and what came of it."""
        if self.tool is Tool.BIDIRECTIONAL and event.kind is not EventKind.KEY:
            self._bidirectional, drawn = bidirectional.step(self._bidirectional, event)
            return True, drawn
        before = self._caliper
        self._caliper, effect = caliper.step(before, event, segments, self.tool is Tool.CALIPER)
        return effect is not None or caliper.is_busy(before) or caliper.is_busy(self._caliper), effect

    def over(self, lines: tuple[ViewLine, ...]) -> tuple[ViewLine, ...]:
        """The lines of an image with the one under way: added, or where it is now, with its length."""
        match self._caliper:
            case caliper.Editing(grip=grip, start=start, end=end):
                return tuple(line if line.id != grip.line.id else _moved(line, start, end) for line in lines)
            case caliper.Drawing(start=start, end=end) | caliper.Done(start=start, end=end):
                known = any({line.start, line.end} == {start, end} for line in lines)
                return lines if known else (*lines, _preview(start, end))
            case caliper.Idle():
                return _with_handles(lines, self.selected) + tuple(
                    _preview(*ends) for ends in bidirectional.preview(self._bidirectional)
                )
            case _:
                assert_never(self._caliper)


def segments_of(lines: tuple[ViewLine, ...]) -> tuple[Segment, ...]:
    """What can be picked of the lines that are shown: ghosts and proposals only where they are editable."""
    return tuple(
        Segment(line.id, line.start, line.end, line.editable)
        for line in lines
        if line.style in OWN_STYLES or line.editable
    )


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


def _with_handles(lines: tuple[ViewLine, ...], selected: str) -> tuple[ViewLine, ...]:
    own = (LineStyle.OWN, LineStyle.SELECTED)
    return tuple(
        replace(line, style=LineStyle.SELECTED) if selected and line.id == selected and line.style in own else line
        for line in lines
    )


def _preview(start: Point, end: Point) -> ViewLine:
    length = length_mm(start, end)
    return ViewLine("", start, end, "", 1, length_text(length) if length else "", LineStyle.SELECTED)


def _moved(line: ViewLine, start: Point, end: Point) -> ViewLine:
    label = length_text(length_mm(start, end))
    return replace(line, start=start, end=end, label=label, style=LineStyle.SELECTED)
