"""Which views are linked, however they are turned, and which are not."""

from __future__ import annotations

import math

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from viewers.imaging.geometry import SlicePlane
from viewers.tools.frame_link import FrameLink, LinkKind
from viewers.widgets.source import ArraySource
from viewers.widgets.view_grid import ViewGrid
from viewers.widgets.view_links import Links

ROW, COLUMN = 0.7, 1.1


def tilted(degrees: float, frame: str = "F1", unit: str = "HU") -> ArraySource:
    """Twenty images every 3 mm, with pixels of 0.7 x 1.1 mm, tilted about the left-right axis."""
    turn = math.radians(degrees)
    down = (0.0, math.cos(turn), math.sin(turn))
    normal = (0.0, -math.sin(turn), math.cos(turn))
    planes = tuple(
        SlicePlane((0.0, 3.0 * k * normal[1], 3.0 * k * normal[2]), (1.0, 0.0, 0.0), down, ROW, COLUMN)
        for k in range(20)
    )
    return ArraySource(np.zeros((20, 60, 80), np.int16), planes, frame_of_reference_uid=frame, unit=unit)


@pytest.fixture
def grid(qtbot: QtBot) -> ViewGrid:
    shown = ViewGrid()
    qtbot.addWidget(shown)
    shown.resize(952, 860)
    shown.show()
    shown.set_source(0, tilted(0), 10)
    return shown


@pytest.mark.parametrize(("degrees", "linked"), [(0.0, True), (9.5, True), (10.5, False), (90.0, False)])
def test_that_planes_more_than_10_degrees_apart_are_not_linked(grid: ViewGrid, degrees: float, linked: bool) -> None:
    grid.set_source(1, tilted(degrees), 3)
    assert (grid.links.of(grid.views[0], grid.views[1]) is not None) is linked


def test_that_a_stack_that_runs_the_other_way_is_linked(grid: ViewGrid) -> None:
    grid.set_source(1, tilted(180), 0)
    assert grid.links.of(grid.views[0], grid.views[1]) is not None


def test_that_a_link_leads_back_the_way_it_came() -> None:
    link = FrameLink(LinkKind.PIN, (1.0, -2.0, 30.0), 2.5, 2)
    assert link.carry((5.0, 5.0, 5.0)) == (6.0, 3.0, 35.0)
    assert link.reversed().carry((6.0, 3.0, 35.0)) == (5.0, 5.0, 5.0)
    assert (link.reversed().kind, link.reversed().residual_mm, link.reversed().lesions) == (LinkKind.PIN, 2.5, 2)


@pytest.mark.parametrize("quarter_turns", [0, 1, 3])
@pytest.mark.parametrize("flip_h", [False, True])
def test_that_a_turned_or_mirrored_view_shows_the_same_place_in_its_middle(
    grid: ViewGrid, quarter_turns: int, flip_h: bool
) -> None:
    grid.set_source(1, tilted(0, "F2"))
    grid.links.connect("F1", "F2", FrameLink(LinkKind.SHIFT, (2.0, 4.0, 0.0)))
    leader, follower = grid.views[0], grid.views[1]
    follower.set_flips(flip_h, False)
    for _ in range(quarter_turns):
        follower.turn()
    framing = leader.projection().framing
    leader.set_framing(type(framing)((20.0, 12.0), framing.px_per_mm * 2))
    x, y, z = leader.projection().world_of_view(leader.width() / 2, leader.height() / 2)
    seen = follower.widget_point_of((x + 2.0, y + 4.0, z))
    assert (seen.x(), seen.y()) == pytest.approx((follower.width() / 2, follower.height() / 2))
    assert follower.state.flip_h is flip_h


def test_that_a_window_is_shared_between_views_of_one_unit_only(grid: ViewGrid) -> None:
    grid.set_source(1, tilted(0))
    grid.set_source(2, tilted(0, unit=""))
    grid.share(Links(window=True))
    before = grid.views[2].state.width
    grid.views[0].set_window(60.0, 220.0)
    assert (grid.views[1].state.width, grid.views[2].state.width) == (220.0, before)
