"""Views that follow each other by place in the patient."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, Qt
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDragMoveEvent, QDropEvent, QPaintEvent, QRegion
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from viewers.imaging.geometry import SlicePlane
from viewers.tools.frame_link import FrameLink, LinkKind
from viewers.tools.layout import FOUR, ONE, TWO, Layout
from viewers.widgets.source import ArraySource
from viewers.widgets.view_grid import ViewGrid, series_mime
from viewers.widgets.view_links import Links


def axial(
    first_z: float, spacing: float, count: int, frame: str | None = "F1", x0: float = 0.0, pixel: float = 1.0
) -> ArraySource:
    planes = tuple(
        SlicePlane((x0, 0.0, first_z + k * spacing), (1.0, 0.0, 0.0), (0.0, 1.0, 0.0), pixel, pixel)
        for k in range(count)
    )
    return ArraySource(np.zeros((count, 64, 64), np.int16), planes, frame_of_reference_uid=frame)


def coronal(count: int) -> ArraySource:
    planes = tuple(SlicePlane((0.0, float(k), 60.0), (1.0, 0.0, 0.0), (0.0, 0.0, -1.0), 1.0, 1.0) for k in range(count))
    return ArraySource(np.zeros((count, 64, 64), np.int16), planes, frame_of_reference_uid="F1")


@pytest.fixture
def grid(qtbot: QtBot) -> ViewGrid:
    shown = ViewGrid()
    qtbot.addWidget(shown)
    shown.resize(952, 860)
    shown.show()
    shown.set_source(0, axial(0, 2.5, 40), 10)
    return shown


def test_that_views_follow_by_position_not_by_number(grid: ViewGrid) -> None:
    grid.set_source(1, axial(-20, 5.0, 30), 0)
    assert grid.views[1].state.index == 9  # z 25 is image 9 of a stack that starts at -20 and steps by 5
    grid.views[0].set_index(30)  # z 75
    assert grid.views[1].state.index == 19


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(axial(0, 2.5, 40, "F2"), id="another-frame-of-reference"),
        pytest.param(axial(0, 2.5, 40, None), id="no-frame-of-reference"),
        pytest.param(coronal(40), id="another-orientation"),
    ],
)
def test_that_a_view_of_another_space_stays(grid: ViewGrid, other: ArraySource) -> None:
    grid.set_source(1, other, 20)
    grid.views[0].set_index(30)
    assert grid.views[1].state.index == 20


def test_that_two_missing_frames_of_reference_are_not_the_same_one(grid: ViewGrid) -> None:
    grid.set_source(0, axial(0, 2.5, 40, None), 10)
    grid.set_source(1, axial(0, 2.5, 40, None), 20)
    grid.views[0].set_index(30)
    assert grid.views[1].state.index == 20


def test_that_an_offset_links_two_frames_of_reference_both_ways(grid: ViewGrid) -> None:
    grid.set_source(1, axial(100, 2.5, 40, "F2"), 0)
    grid.links.connect("F1", "F2", FrameLink(LinkKind.SHIFT, (0.0, 0.0, 110.0)))
    grid.align()
    assert grid.views[1].state.index == 14  # z 25 + 110 = 135
    grid.activate(1)
    grid.views[1].set_index(20)  # z 150, which is 40 in F1
    assert grid.views[0].state.index == 16
    grid.links.connect("F1", "F2", None)
    grid.views[1].set_index(0)
    assert grid.views[0].state.index == 16


def test_that_a_view_beyond_its_stack_says_so(grid: ViewGrid) -> None:
    grid.set_source(1, axial(0, 2.5, 20))
    grid.views[0].set_index(35)  # z 87.5, the stack ends at 47.5
    assert (grid.views[1].state.index, grid.views[1].note) == (19, "No image at this level")
    grid.views[0].set_index(12)
    assert (grid.views[1].state.index, grid.views[1].note) == (12, "")


def test_that_zoom_and_place_follow(grid: ViewGrid) -> None:
    grid.set_source(1, axial(0, 2.5, 40, x0=-5.0, pixel=0.5))
    leader, follower = grid.views[0], grid.views[1]
    framing = leader.projection().framing
    leader.set_framing(type(framing)((20.0, 12.0), framing.px_per_mm * 3))
    assert follower.projection().framing.px_per_mm == pytest.approx(framing.px_per_mm * 3)
    place = leader.projection().world_of_view(200, 150)
    assert follower.widget_point_of(place).toTuple() == pytest.approx((200, 150))


def test_that_nothing_follows_when_links_are_off(grid: ViewGrid) -> None:
    grid.set_source(1, axial(0, 2.5, 40))
    grid.share(Links(scroll=False, zoom=False, pan=False))
    grid.views[0].set_index(30)
    assert grid.views[1].state.index == 10


@pytest.mark.parametrize("linked", [True, False])
def test_that_windows_follow_only_where_they_are_linked(grid: ViewGrid, linked: bool) -> None:
    grid.set_source(1, axial(0, 2.5, 40))
    grid.share(Links(window=linked))
    grid.views[0].set_window(60, 200)
    assert (grid.views[1].state.width == 200) is linked


def test_that_only_the_active_view_leads(grid: ViewGrid) -> None:
    grid.set_source(1, axial(0, 2.5, 40))
    grid.views[1].set_index(33)
    assert grid.views[0].state.index == 10


@pytest.mark.parametrize(
    ("size", "layout", "expected"),
    [
        pytest.param((952, 860), FOUR, 4, id="room-for-four"),
        pytest.param((602, 522), FOUR, 4, id="just-room-for-four"),
        pytest.param((602, 521), FOUR, 2, id="too-low-for-four"),
        pytest.param((601, 522), FOUR, 2, id="too-narrow-for-four"),
        pytest.param((601, 521), FOUR, 1, id="too-small-for-two"),
        pytest.param((952, 860), TWO, 2, id="two"),
        pytest.param((952, 860), ONE, 1, id="one"),
    ],
)
def test_that_no_tile_is_smaller_than_300_x_260(
    grid: ViewGrid, size: tuple[int, int], layout: Layout, expected: int
) -> None:
    grid.resize(*size)
    grid.set_layout(layout)
    shown = [view for view in grid.views if view.isVisible()]
    assert len(shown) == expected
    assert all(view.width() >= 300 and view.height() >= 260 for view in shown)


def test_that_tiles_fill_the_grid_with_gaps_of_2_px(grid: ViewGrid) -> None:
    boxes = [view.geometry() for view in grid.views]
    assert (boxes[1].left() - boxes[0].right() - 1, boxes[2].top() - boxes[0].bottom() - 1) == (2, 2)
    assert (boxes[3].right() + 1, boxes[3].bottom() + 1) == (952, 860)


def test_that_a_double_click_maximises_and_restores(qtbot: QtBot, grid: ViewGrid) -> None:
    grid.set_source(2, axial(0, 2.5, 40))
    qtbot.mouseClick(grid.views[2], Qt.MouseButton.LeftButton)
    qtbot.mouseDClick(grid.views[2], Qt.MouseButton.LeftButton)
    assert [tile for tile in range(9) if grid.views[tile].isVisible()] == [2]
    qtbot.mouseDClick(grid.views[2], Qt.MouseButton.LeftButton)
    assert [tile for tile in range(9) if grid.views[tile].isVisible()] == [0, 1, 2, 3]


def test_that_a_click_makes_a_tile_active(qtbot: QtBot, grid: ViewGrid) -> None:
    with qtbot.waitSignal(grid.active_changed) as changed:
        qtbot.mouseClick(grid.views[3], Qt.MouseButton.LeftButton)
    assert changed.args == [3]
    assert [tile for tile in range(9) if grid.views[tile].active] == [3]


def test_that_a_series_is_dropped_on_the_tile_under_the_pointer(qtbot: QtBot, grid: ViewGrid) -> None:
    data = series_mime("1.2.3#2")
    drop = QDropEvent(
        QPointF(700, 700), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    )
    with qtbot.waitSignal(grid.series_dropped) as dropped:
        grid.dropEvent(drop)  # Qt itself sends a drop only while a drag is under way
    assert dropped.args == [3, "1.2.3#2"]


def test_that_pages_bring_every_tile_into_reach(grid: ViewGrid) -> None:
    grid.resize(840, 676)
    grid.set_layout(Layout(2, 4))
    assert (grid.shown, grid.pages) == ((0, 1, 2, 3), (0, 2))
    assert grid.page_after(1) == grid.page_after(-1) == (4, 5, 6, 7)
    grid.views[0].setFocus()
    grid.activate(5)
    assert (grid.shown, grid.pages, grid.active_index) == ((4, 5, 6, 7), (1, 2), 5)
    assert grid.page_after(1) == (0, 1, 2, 3)


def test_that_the_tile_that_would_take_a_series_is_marked_during_the_drag(grid: ViewGrid) -> None:
    def at(kind: type, x: int, y: int) -> None:
        place = QPoint(x, y)
        data = series_mime("1.2.3")
        event = kind(place, Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
        QApplication.sendEvent(grid, event)

    assert grid.drop_tile is None
    at(QDragEnterEvent, 100, 100)
    assert grid.drop_tile == 0
    at(QDragMoveEvent, 700, 700)
    assert grid.drop_tile == 3
    QApplication.sendEvent(grid, QDragLeaveEvent())
    assert grid.drop_tile is None


def test_that_tiles_that_move_leave_no_trace_of_where_they_stood(grid: ViewGrid, qtbot: QtBot) -> None:
    """A large tile and two beside it, then two above one: what is then empty has to be painted anew."""
    grid.set_layout(Layout(2, 3, large=True))
    qtbot.waitExposed(grid)
    QApplication.processEvents()
    painted = QRegion()

    class Watch(QObject):
        def eventFilter(self, watched: QObject, event: QEvent) -> bool:
            nonlocal painted
            if isinstance(event, QPaintEvent):
                painted += event.region()
            return False

    watch = Watch()
    grid.installEventFilter(watch)
    grid.set_layout(Layout(1, 3, loose=True))
    QApplication.processEvents()
    assert [grid.views[n].geometry().x() for n in grid.shown] == [0, 477, 0], "the fourth place is empty"
    empty = QRegion(480, 440, 460, 410)
    assert empty.subtracted(painted).isEmpty(), "the line between two tiles of before runs through it"
