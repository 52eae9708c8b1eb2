"""What a slice view shows and tells, driven by real Qt events."""

from __future__ import annotations

import math

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot

from viewers.imaging.geometry import SlicePlane, length_mm
from viewers.tools.figures import FigureKind
from viewers.widgets.drawing import Tool
from viewers.widgets.marks import (
    CornerTexts,
    DrawnFigure,
    DrawnLine,
    LineStyle,
    Placeholder,
    Probe,
    ViewLine,
)
from viewers.widgets.slice_view import SliceView
from viewers.widgets.source import ArraySource

ROW = (0.8, 0.6, 0.0)
COLUMN = (0.0, 0.0, -1.0)
"""An oblique coronal plane; normal (-0.6, 0.8, 0)."""


def oblique_source(count: int = 7, **fields: object) -> ArraySource:
    """Rows 0.7 mm apart, columns 1.1 mm, slices 3 mm; every pixel of slice k is 10 * k HU."""
    array = np.repeat(np.arange(count, dtype=np.int16) * 10, 60 * 80).reshape(count, 60, 80)
    planes = tuple(
        SlicePlane((5.0 - 0.6 * 3 * k, -20.0 + 0.8 * 3 * k, 40.0), ROW, COLUMN, 0.7, 1.1) for k in range(count)
    )
    return ArraySource(array, planes, series_uid="1.2", frame_of_reference_uid="1.2.9", **fields)  # type: ignore[arg-type]


@pytest.fixture
def view(qtbot: QtBot) -> SliceView:
    shown = SliceView()
    qtbot.addWidget(shown)
    shown.resize(475, 429)
    shown.set_source(oblique_source(), 3)
    shown.show()
    return shown


def mouse(
    view: SliceView,
    kind: QEvent.Type,
    at: QPointF,
    button: Qt.MouseButton = Qt.MouseButton.LeftButton,
    modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier,
) -> None:
    held = Qt.MouseButton.NoButton if kind is QEvent.Type.MouseButtonRelease else button
    pressed = Qt.MouseButton.NoButton if kind is QEvent.Type.MouseMove else button
    QApplication.sendEvent(view, QMouseEvent(kind, at, view.mapToGlobal(at), pressed, held, modifiers))


def drag(view: SliceView, start: QPointF, end: QPointF, button: Qt.MouseButton = Qt.MouseButton.LeftButton) -> None:
    mouse(view, QEvent.Type.MouseButtonPress, start, button)
    mouse(view, QEvent.Type.MouseMove, (start + end) / 2, button)
    mouse(view, QEvent.Type.MouseMove, end, button)
    mouse(view, QEvent.Type.MouseButtonRelease, end, button)


def wheel(view: SliceView, delta: QPoint, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    at = QPointF(200, 200)
    event = QWheelEvent(
        at,
        view.mapToGlobal(at),
        QPoint(),
        delta,
        Qt.MouseButton.NoButton,
        modifiers,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(view, event)


def grey(view: SliceView, column: float, row: float) -> int:
    x, y = view.projection().view_of_pixel(column, row)
    return view.grab().toImage().pixelColor(int(x), int(y)).red()


@pytest.mark.parametrize(
    ("hu", "expected"),
    [
        pytest.param(-60, 0, id="below-the-window"),
        pytest.param(-40, 0, id="lower-end"),
        pytest.param(60, 128, id="centre"),
        pytest.param(159, 255, id="upper-end"),
        pytest.param(10, 64, id="a-quarter"),
        pytest.param(400, 255, id="above-the-window"),
    ],
)
def test_that_a_known_value_is_the_grey_of_the_linear_window(view: SliceView, hu: int, expected: int) -> None:
    source = oblique_source()
    source.array[:] = hu
    view.set_source(source, 3)
    view.set_window(60, 200)
    assert grey(view, 40, 20) == expected


@pytest.mark.parametrize(
    ("low_is_bright", "inverted", "expected"),
    [
        pytest.param(True, False, 255, id="monochrome1"),
        pytest.param(False, True, 255, id="inverted"),
        pytest.param(True, True, 0, id="monochrome1-inverted"),
    ],
)
def test_that_monochrome1_and_invert_turn_the_greys(
    view: SliceView, low_is_bright: bool, inverted: bool, expected: int
) -> None:
    source = oblique_source(bright_is_low=low_is_bright)
    source.array[:] = -500
    view.set_source(source, 3)
    view.set_inverted(inverted)
    assert grey(view, 40, 20) == expected


@pytest.mark.parametrize("flips", [(False, False), (True, False), (False, True), (True, True)], ids=str)
def test_that_a_pixel_is_painted_where_its_place_in_the_patient_is(view: SliceView, flips: tuple[bool, bool]) -> None:
    source = oblique_source()
    source.array[:] = -1000
    source.array[3, 12, 61] = 1000
    view.set_source(source, 3)
    view.set_flips(*flips)
    place = view.widget_point_of(source.planes[3].to_world(61, 12))
    image = view.grab().toImage()
    near = [(x, y) for x in range(475) for y in range(429) if abs(x - place.x()) < 9 and abs(y - place.y()) < 9]
    weights = [image.pixelColor(x, y).red() for x, y in near]
    assert max(weights) > 200
    assert np.average([x + 0.5 for x, _ in near], weights=weights) == pytest.approx(place.x(), abs=0.3)
    assert np.average([y + 0.5 for _, y in near], weights=weights) == pytest.approx(place.y(), abs=0.3)


def test_that_pixels_keep_their_physical_shape(view: SliceView) -> None:
    projection = view.projection()
    x0, y0 = projection.view_of_pixel(0, 0)
    x1, y1 = projection.view_of_pixel(1, 1)
    assert (x1 - x0) / (y1 - y0) == pytest.approx(1.1 / 0.7)


@pytest.mark.parametrize(
    ("delta", "modifiers", "expected"),
    [
        pytest.param(QPoint(0, -120), Qt.KeyboardModifier.NoModifier, 4, id="down-is-the-next"),
        pytest.param(QPoint(0, 120), Qt.KeyboardModifier.NoModifier, 2, id="up-is-the-previous"),
        pytest.param(QPoint(0, -60), Qt.KeyboardModifier.NoModifier, 3, id="half-a-notch-waits"),
        pytest.param(QPoint(0, 600), Qt.KeyboardModifier.ShiftModifier, 0, id="held-within-the-stack"),
        pytest.param(QPoint(-120, 0), Qt.KeyboardModifier.ShiftModifier, 6, id="shift-as-horizontal-wheel"),
    ],
)
def test_that_the_wheel_steps_through_the_stack(
    qtbot: QtBot, view: SliceView, delta: QPoint, modifiers: Qt.KeyboardModifier, expected: int
) -> None:
    wheel(view, delta, modifiers)
    qtbot.wait(5)
    assert view.state.index == expected


@pytest.mark.parametrize(
    ("key", "expected", "series"),
    [
        (Qt.Key.Key_Down, 4, []),
        (Qt.Key.Key_Up, 2, []),
        (Qt.Key.Key_Home, 0, []),
        (Qt.Key.Key_End, 6, []),
        (Qt.Key.Key_PageDown, 3, [1]),
        (Qt.Key.Key_PageUp, 3, [-1]),
    ],
    ids=lambda value: value.name if isinstance(value, Qt.Key) else "",
)
def test_that_keys_step_through_the_stack_and_ask_for_another_series(
    qtbot: QtBot, view: SliceView, key: Qt.Key, expected: int, series: list[int]
) -> None:
    asked: list[int] = []
    view.series_step_requested.connect(asked.append)
    qtbot.keyClick(view, key)
    assert (view.state.index, asked) == (expected, series)


def test_that_wheel_events_in_one_turn_are_one_change(qtbot: QtBot, view: SliceView) -> None:
    seen: list[int] = []
    view.index_changed.connect(seen.append)
    for _ in range(3):
        wheel(view, QPoint(0, -120))
    qtbot.wait(5)
    assert seen == [6]


def test_that_the_wheel_goes_down_towards_the_feet(qtbot: QtBot, view: SliceView) -> None:
    planes = tuple(SlicePlane((0.0, 0.0, 3.0 * k), (1.0, 0.0, 0.0), (0.0, 1.0, 0.0), 1.0, 1.0) for k in range(5))
    view.set_source(ArraySource(np.zeros((5, 8, 8), np.int16), planes), 2)
    wheel(view, QPoint(0, -120))
    qtbot.wait(5)
    assert view.state.index == 1


def test_that_control_and_the_wheel_zoom_about_the_pointer(view: SliceView) -> None:
    before = view.projection()
    wheel(view, QPoint(0, 240), Qt.KeyboardModifier.ControlModifier)
    after = view.projection()
    assert after.framing.px_per_mm == pytest.approx(before.framing.px_per_mm * 1.21)
    assert after.world_of_view(200, 200) == pytest.approx(before.world_of_view(200, 200))


def test_that_alt_and_the_wheel_ask_for_the_next_phase(qtbot: QtBot, view: SliceView) -> None:
    with qtbot.waitSignal(view.phase_step_requested) as asked:
        wheel(view, QPoint(-120, 0), Qt.KeyboardModifier.AltModifier)
    assert asked.args == [1]
    assert view.state.index == 3


def test_that_a_left_drag_windows(view: SliceView) -> None:
    view.set_window(60, 256)
    drag(view, QPointF(100, 100), QPointF(140, 80))
    assert (view.state.center, view.state.width) == pytest.approx((40, 296), abs=8)


@pytest.mark.parametrize(("turned_round", "centre"), [(False, 60 - 60), (True, 60 + 60)])
def test_that_the_way_of_the_level_can_be_turned_round(view: SliceView, turned_round: bool, centre: float) -> None:
    """60 px up: of a window of 256 that is 60 units down, or up."""
    view.set_window(60, 256)
    view.level_turned_round = turned_round
    drag(view, QPointF(100, 200), QPointF(100, 140))
    assert (view.state.center, view.state.width) == pytest.approx((centre, 256))


def test_that_a_middle_drag_carries_the_picture(view: SliceView) -> None:
    held = view.projection().world_of_view(200, 150)
    drag(view, QPointF(200, 150), QPointF(230, 190), Qt.MouseButton.MiddleButton)
    assert view.widget_point_of(held).toTuple() == pytest.approx((230, 190))


def test_that_a_right_drag_zooms_and_a_right_click_asks_for_the_menu(qtbot: QtBot, view: SliceView) -> None:
    scale = view.projection().framing.px_per_mm
    with qtbot.assertNotEmitted(view.context_menu_requested):
        drag(view, QPointF(200, 200), QPointF(200, 100), Qt.MouseButton.RightButton)
    assert view.projection().framing.px_per_mm == pytest.approx(2 * scale)
    with qtbot.waitSignal(view.context_menu_requested):
        drag(view, QPointF(200, 200), QPointF(200, 200), Qt.MouseButton.RightButton)


@pytest.mark.parametrize("zoom", [0.5, 1.0, 3.7, 11.0])
@pytest.mark.parametrize("clicks", [False, True], ids=["drag", "click-move-click"])
def test_that_a_drawn_line_is_as_long_as_the_way_in_the_patient(
    qtbot: QtBot, view: SliceView, zoom: float, clicks: bool
) -> None:
    plane = view.source.plane(3)  # type: ignore[union-attr]
    assert plane is not None
    start, end = plane.to_world(39.2, 28.7), plane.to_world(44.1, 33.3)
    by_hand = math.hypot((44.1 - 39.2) * 1.1, (33.3 - 28.7) * 0.7)
    for _ in range(round(math.log(zoom) / math.log(1.1)) if zoom > 1 else 0):
        wheel(view, QPoint(0, 120), Qt.KeyboardModifier.ControlModifier)
    view.set_framing(view.projection().framing)
    view.centre_on(plane.to_world(41, 31))
    view.arm(Tool.CALIPER)
    a, b = view.widget_point_of(start), view.widget_point_of(end)
    with qtbot.waitSignal(view.line_drawn) as drawn:
        if clicks:
            for place in (a, b):
                mouse(view, QEvent.Type.MouseMove, place)
                mouse(view, QEvent.Type.MouseButtonPress, place)
                mouse(view, QEvent.Type.MouseButtonRelease, place)
        else:
            drag(view, a, b)
    line = drawn.args[0]
    assert isinstance(line, DrawnLine)
    assert line.length_mm == pytest.approx(by_hand, abs=0.01)
    assert (line.start, line.end) == (pytest.approx(start, abs=0.005), pytest.approx(end, abs=0.005))
    assert (line.series_uid, line.sop_uid, line.frame, line.frame_of_reference_uid) == ("1.2", "1.2.4", 1, "1.2.9")


def test_that_a_handle_is_dragged_without_any_tool(qtbot: QtBot, view: SliceView) -> None:
    plane = view.source.plane(3)  # type: ignore[union-attr]
    assert plane is not None
    start, end, new = plane.to_world(20, 20), plane.to_world(50, 30), plane.to_world(60, 45)
    view.set_lines([ViewLine("IT1", start, end, "1.2.4", editable=True)])
    with qtbot.waitSignal(view.line_edited) as edited:
        drag(view, view.widget_point_of(end), view.widget_point_of(new))
    assert edited.args is not None
    assert edited.args[0] == "IT1"
    assert edited.args[1].start == pytest.approx(start)
    assert edited.args[1].end == pytest.approx(new)
    assert view.state.width == 400


def test_that_arrow_keys_nudge_the_end_that_was_held(qtbot: QtBot, view: SliceView) -> None:
    plane = view.source.plane(3)  # type: ignore[union-attr]
    assert plane is not None
    start, end = plane.to_world(20, 20), plane.to_world(50, 30)
    view.set_lines([ViewLine("IT1", start, end, "1.2.4", editable=True)])
    place = view.widget_point_of(end)
    drag(view, place, place)
    with qtbot.waitSignal(view.line_edited) as edited:
        qtbot.keyClick(view, Qt.Key.Key_Right)
        assert view.visible_lines()[0].end == pytest.approx([e + 0.1 * r for e, r in zip(end, ROW, strict=True)])
        view.end_nudges()
    assert edited.args is not None
    assert edited.args[1].end == pytest.approx([e + 0.1 * r for e, r in zip(end, ROW, strict=True)])
    assert view.state.index == 3


@pytest.mark.parametrize("end_by", ["rest", "scroll", "focus"])
def test_that_a_run_of_nudges_is_one_edit_on_the_image_it_was_made_on(
    qtbot: QtBot, view: SliceView, end_by: str
) -> None:
    plane = view.source.plane(3)  # type: ignore[union-attr]
    assert plane is not None
    start, end = plane.to_world(20, 20), plane.to_world(50, 30)
    view.set_lines([ViewLine("IT1", start, end, "1.2.4", editable=True)])
    drag(view, view.widget_point_of(end), view.widget_point_of(end))
    told: list[DrawnLine] = []
    view.line_edited.connect(lambda _id, line: told.append(line))
    for _ in range(3):
        qtbot.keyClick(view, Qt.Key.Key_Right)
    assert told == []
    if end_by == "rest":
        qtbot.waitUntil(lambda: bool(told))
    elif end_by == "scroll":
        view.set_index(4)
    else:
        view.clearFocus()
        view.give_up()
    assert len(told) == 1
    assert told[0].sop_uid == "1.2.4"
    assert told[0].end == pytest.approx([e + 0.3 * r for e, r in zip(end, ROW, strict=True)])


def test_that_nudges_of_a_line_that_is_taken_back_go_with_it(qtbot: QtBot, view: SliceView) -> None:
    plane = view.source.plane(3)
    assert plane is not None
    end = plane.to_world(50, 30)
    view.set_lines([ViewLine("IT1", plane.to_world(20, 20), end, "1.2.4", editable=True)])
    drag(view, view.widget_point_of(end), view.widget_point_of(end))
    with qtbot.assertNotEmitted(view.line_edited):
        qtbot.keyClick(view, Qt.Key.Key_Right)
        view.set_lines([])
        view.end_nudges()


def test_that_escape_gives_up_a_line(qtbot: QtBot, view: SliceView) -> None:
    view.arm(Tool.CALIPER)
    with qtbot.assertNotEmitted(view.line_drawn):
        mouse(view, QEvent.Type.MouseButtonPress, QPointF(100, 100))
        mouse(view, QEvent.Type.MouseMove, QPointF(200, 150))
        assert view.busy
        qtbot.keyClick(view, Qt.Key.Key_Escape)
        mouse(view, QEvent.Type.MouseButtonRelease, QPointF(200, 150))
    assert not view.busy


def test_that_no_line_runs_from_one_image_into_another(qtbot: QtBot, view: SliceView) -> None:
    view.arm(Tool.CALIPER)
    with qtbot.assertNotEmitted(view.line_drawn):
        drag(view, QPointF(100, 100), QPointF(100, 100))
        assert view.busy
        view.set_index(4)
        assert not view.busy
        mouse(view, QEvent.Type.MouseMove, QPointF(200, 150))


def test_that_nothing_is_measured_where_geometry_is_missing(qtbot: QtBot, view: SliceView) -> None:
    view.set_source(ArraySource(np.zeros((3, 60, 80), np.int16), measurable=False, why_not="No ImagePositionPatient."))
    view.arm(Tool.CALIPER)
    with qtbot.assertNotEmitted(view.line_drawn), qtbot.waitSignal(view.measuring_refused) as refused:
        drag(view, QPointF(150, 150), QPointF(250, 250))
    assert refused.args == ["No ImagePositionPatient."]


def test_that_a_line_is_shown_on_its_own_image_only(view: SliceView) -> None:
    plane = view.source.plane(3)  # type: ignore[union-attr]
    assert plane is not None
    ends = plane.to_world(20, 20), plane.to_world(50, 30)
    own = ViewLine("IT1", *ends, "1.2.4")
    ghost = ViewLine("prior", *ends, "", style=LineStyle.GHOST)
    view.set_lines([own, ghost, ViewLine("other", *ends, "9.9.4")])
    shown = []
    for k in range(7):
        view.set_index(k)
        shown.append([line.id for line in view.visible_lines()])
    assert shown == [[], [], [], ["IT1", "prior"], [], [], []]


def test_that_the_pointer_reads_the_value_under_it(qtbot: QtBot, view: SliceView) -> None:
    at = QPointF(*view.projection().view_of_pixel(12.3, 33.8))
    with qtbot.waitSignal(view.probed) as probed:
        mouse(view, QEvent.Type.MouseMove, at, Qt.MouseButton.NoButton)
    assert probed.args is not None
    probe = probed.args[0]
    assert isinstance(probe, Probe)
    assert (probe.column, probe.row, probe.value, probe.unit) == (12, 34, 30.0, "HU")


def test_that_a_resting_pointer_reads_the_image_that_is_shown(view: SliceView) -> None:
    read: list[float | None] = []
    view.probed.connect(lambda probe: read.append(None if probe is None else probe.value))
    at = QPointF(*view.projection().view_of_pixel(12.3, 33.8))
    mouse(view, QEvent.Type.MouseMove, at, Qt.MouseButton.NoButton)
    view.set_index(5)
    view.set_source(oblique_source(3), 1)
    assert read[0] == 30.0
    assert 50.0 in read
    assert read[-1] == 10.0
    QApplication.sendEvent(view, QEvent(QEvent.Type.Leave))
    view.set_index(2)
    assert read[-1] is None  # the pointer is elsewhere


def test_that_a_double_click_asks_to_be_maximised_unless_a_tool_is_armed(qtbot: QtBot, view: SliceView) -> None:
    with qtbot.waitSignal(view.maximise_requested):
        qtbot.mouseDClick(view, Qt.MouseButton.LeftButton)
    view.arm(Tool.CALIPER)
    with qtbot.assertNotEmitted(view.maximise_requested):
        qtbot.mouseDClick(view, Qt.MouseButton.LeftButton)


def test_that_centre_on_shows_the_image_that_holds_the_place(view: SliceView) -> None:
    source = view.source
    assert isinstance(source, ArraySource)
    view.set_framing(view.projection().framing)
    view.centre_on(source.planes[5].to_world(30, 12))
    assert view.state.index == 5
    assert view.widget_point_of(source.planes[5].to_world(30, 12)).toTuple() == pytest.approx((237.5, 214.5))


def test_that_the_button_of_an_empty_view_asks_for_its_action(qtbot: QtBot, view: SliceView) -> None:
    view.set_placeholder(Placeholder("No series yet.", "Import a folder"))
    button = view.findChild(QPushButton)
    view.grab()
    with qtbot.waitSignal(view.action_requested):
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def test_that_a_line_just_drawn_is_nudged_once_it_is_handed_in(qtbot: QtBot, view: SliceView) -> None:
    view.arm(Tool.CALIPER)
    with qtbot.waitSignal(view.line_drawn) as drawn:
        drag(view, QPointF(150, 150), QPointF(250, 220))
    line = drawn.args[0]
    assert [shown.id for shown in view.visible_lines()] == [""]
    view.set_lines([ViewLine("IT1", line.start, line.end, line.sop_uid, editable=True)])
    assert [(shown.id, shown.style) for shown in view.visible_lines()] == [("IT1", LineStyle.SELECTED)]
    with qtbot.waitSignal(view.line_edited) as edited:
        qtbot.keyClick(view, Qt.Key.Key_Left, Qt.KeyboardModifier.ShiftModifier)
        view.end_nudges()
    assert edited.args is not None
    assert edited.args[1].end == pytest.approx([e - r for e, r in zip(line.end, ROW, strict=True)])


def test_that_a_line_that_is_not_taken_disappears(view: SliceView) -> None:
    view.arm(Tool.CALIPER)
    drag(view, QPointF(150, 150), QPointF(250, 220))
    view.set_lines([])
    assert view.visible_lines() == ()


def test_that_escape_lets_go_of_the_selected_line(qtbot: QtBot, view: SliceView) -> None:
    plane = view.source.plane(3)  # type: ignore[union-attr]
    assert plane is not None
    view.set_lines([ViewLine("IT1", plane.to_world(20, 20), plane.to_world(50, 30), "1.2.4", editable=True)])
    place = view.widget_point_of(plane.to_world(50, 30))
    drag(view, place, place)
    with qtbot.waitSignal(view.line_selected) as selected:
        qtbot.keyClick(view, Qt.Key.Key_Escape)
    assert selected.args == [""]
    qtbot.keyClick(view, Qt.Key.Key_Down)
    assert view.state.index == 4


def test_that_two_lines_across_each_other_are_drawn(qtbot: QtBot, view: SliceView) -> None:
    view.arm(FigureKind.BIDIRECTIONAL)
    drag(view, QPointF(100, 200), QPointF(300, 200))
    with qtbot.waitSignal(view.figure_drawn) as drawn:
        drag(view, QPointF(200, 150), QPointF(220, 250))
    assert drawn.args is not None
    figure = drawn.args[0]
    assert isinstance(figure, DrawnFigure)
    assert (figure.series_uid, figure.sop_uid, figure.frame, figure.frame_of_reference_uid) == (
        "1.2", "1.2.4", 1, "1.2.9"
    )  # fmt: skip
    assert length_mm(*figure.points[2:]) / length_mm(*figure.points[:2]) == pytest.approx(100 / 200)


@pytest.mark.parametrize("flip", [False, True])
def test_that_arrow_keys_go_the_way_they_point_on_the_screen(qtbot: QtBot, view: SliceView, flip: bool) -> None:
    plane = view.source.plane(3)  # type: ignore[union-attr]
    assert plane is not None
    view.set_flips(flip, False)
    end = plane.to_world(50, 30)
    view.set_lines([ViewLine("IT1", plane.to_world(20, 20), end, "1.2.4", editable=True)])
    before = view.widget_point_of(end)
    drag(view, before, before)
    with qtbot.waitSignal(view.line_edited) as edited:
        qtbot.keyClick(view, Qt.Key.Key_Right)
        view.end_nudges()
    assert edited.args is not None
    assert view.widget_point_of(edited.args[1].end).x() > before.x()


def test_that_a_resized_view_shows_the_same_place_in_its_middle(view: SliceView) -> None:
    view.set_framing(type(view.projection().framing)((20.0, 15.0), 20.0))
    before = view.projection()
    view.resize(950, 858)
    after = view.projection()
    assert after.framing.px_per_mm == pytest.approx(40.0)
    assert after.world_of_view(475, 429) == pytest.approx(before.world_of_view(237.5, 214.5))


def test_that_a_line_ends_within_the_image(qtbot: QtBot, view: SliceView) -> None:
    view.arm(Tool.CALIPER)
    with qtbot.waitSignal(view.line_drawn) as drawn:
        drag(view, QPointF(200, 200), QPointF(200, 2))
    plane = view.source.plane(3)  # type: ignore[union-attr]
    assert plane is not None
    assert plane.to_pixel(drawn.args[0].end)[1] == pytest.approx(-0.5)


def test_that_a_view_tells_in_words_which_image_it_shows(view: SliceView) -> None:
    view.set_corner_texts(CornerTexts(("Phantom HEP-0142",)))
    said = [view.accessibleDescription()]
    view.set_index(5)
    said.append(view.accessibleDescription())
    view.set_banner("NOT MEASURABLE: no geometry.")
    said.append(view.accessibleDescription())
    view.set_placeholder(Placeholder("Arterial phase missing.", missing=True))
    view.set_banner("")
    said.append(view.accessibleDescription())
    assert said == [
        "Image 4 of 7",
        "Image 6 of 7",
        "Image 6 of 7. NOT MEASURABLE: no geometry.",
        "Arterial phase missing.",
    ]
