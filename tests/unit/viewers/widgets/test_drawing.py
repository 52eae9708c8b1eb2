"""The line under way, as a view shows it."""

from __future__ import annotations

from tests.support.tool_events import OBLIQUE, tool_event
from viewers.imaging.geometry import length_mm
from viewers.tools.events import EventKind
from viewers.widgets.drawing import Drawing, Tool


def test_that_a_line_under_way_says_its_length_and_what_is_remarked_of_it() -> None:
    heard: list[float] = []

    def remark(mm: float) -> str:
        heard.append(mm)
        return "short" if mm < 15 else ""

    drawing = Drawing()
    drawing.arm(Tool.CALIPER, remark)
    drawing.step(tool_event(EventKind.PRESS, 10, 10), (), ())
    labels = []
    for column in (20, 40):
        drawing.step(tool_event(EventKind.MOVE, column, 10), (), ())
        (line,) = drawing.over(())
        labels.append(line.label)
    lengths = [length_mm(OBLIQUE.to_world(10, 10), OBLIQUE.to_world(column, 10)) for column in (20, 40)]
    assert heard == lengths
    assert [label.endswith(" · short") for label in labels] == [length < 15 for length in lengths] == [True, False]
    drawing.arm(Tool.CALIPER)
    drawing.step(tool_event(EventKind.PRESS, 10, 10), (), ())
    drawing.step(tool_event(EventKind.MOVE, 12, 10), (), ())
    assert "·" not in drawing.over(())[0].label
