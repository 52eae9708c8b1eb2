from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viewers.tools.navigate import (
    Framing,
    drag_zoom_factor,
    dragged_window,
    fitted,
    mirrored,
    panned,
    turned,
    zoomed,
)

SIZE = (475.0, 429.0)
framings = st.builds(
    Framing,
    st.tuples(st.floats(-300, 300), st.floats(-300, 300)),
    st.floats(0.2, 40),
    st.booleans(),
    st.booleans(),
    st.integers(0, 3),
)
place = st.tuples(st.floats(0, 475), st.floats(0, 429))


@pytest.mark.parametrize(
    ("dx", "dy", "expected"),
    [
        pytest.param(10, 0, (40, 266), id="right-widens"),
        pytest.param(-10, 0, (40, 246), id="left-narrows"),
        pytest.param(0, -10, (30, 256), id="up-lowers-the-level"),
        pytest.param(0, 10, (50, 256), id="down-raises-the-level"),
        pytest.param(-9999, 0, (40, 8), id="not-to-nothing-at-once"),
    ],
)
def test_that_a_drag_windows(dx: float, dy: float, expected: tuple[float, float]) -> None:
    assert dragged_window(40, 256, dx, dy) == expected


def test_that_a_narrow_window_is_dragged_by_shares_of_its_width_and_back() -> None:
    # a map of diffusion in mm²/s: 64 px to the right are e times as wide, 16 px down a quarter of the width higher
    assert dragged_window(0.0015, 0.002, 64, 0) == pytest.approx((0.0015, 0.002 * 2.718282))
    assert dragged_window(0.0015, 0.002, 0, 16) == pytest.approx((0.002, 0.002))
    narrowed = dragged_window(*dragged_window(0.0015, 0.002, -100, 0), 100, 0)
    assert narrowed == pytest.approx((0.0015, 0.002))


def test_that_a_fitted_image_touches_the_nearer_edges_and_is_in_the_middle() -> None:
    # 80 columns of 1.1 mm and 60 rows of 0.7 mm: 88 x 42 mm in 475 x 429 px
    framing = fitted((88.0, 42.0), (1.1, 0.7), SIZE)
    assert framing.px_per_mm == pytest.approx(475 / 88)
    assert framing.to_view((-0.55, -0.35), SIZE) == pytest.approx((0.0, (429 - 42 * 475 / 88) / 2))
    assert framing.to_view((88 - 0.55, 42 - 0.35), SIZE) == pytest.approx((475.0, (429 + 42 * 475 / 88) / 2))


@given(framings, place)
def test_that_view_and_plane_are_inverse(framing: Framing, at: tuple[float, float]) -> None:
    assert framing.to_view(framing.to_plane(at, SIZE), SIZE) == pytest.approx(at, abs=1e-6)


@given(framings, st.floats(0.3, 3), place)
def test_that_zooming_keeps_the_anchor(framing: Framing, factor: float, at: tuple[float, float]) -> None:
    after = zoomed(framing, factor, at, SIZE)
    assert after.to_plane(at, SIZE) == pytest.approx(framing.to_plane(at, SIZE), abs=1e-6)


@given(framings, place, st.floats(-200, 200), st.floats(-200, 200))
def test_that_what_is_panned_follows_the_pointer(
    framing: Framing, at: tuple[float, float], dx: float, dy: float
) -> None:
    held = framing.to_plane(at, SIZE)
    assert panned(framing, dx, dy).to_view(held, SIZE) == pytest.approx((at[0] + dx, at[1] + dy), abs=1e-6)


def test_that_dragging_up_100_px_doubles_the_size() -> None:
    assert drag_zoom_factor(-100) == pytest.approx(2)
    assert drag_zoom_factor(100) == pytest.approx(0.5)


# In a view of 475 x 429 px at 10 px/mm, the corner that is 10 mm left of the middle and 5 mm above it, by hand.
@pytest.mark.parametrize(
    ("quarters", "seen"),
    [
        pytest.param(0, (137.5, 164.5), id="as-it-is"),
        pytest.param(1, (287.5, 114.5), id="the-left-comes-up"),
        pytest.param(2, (337.5, 264.5), id="upside-down"),
        pytest.param(3, (187.5, 314.5), id="the-left-goes-down"),
    ],
)
def test_that_a_picture_is_turned_clockwise(quarters: int, seen: tuple[float, float]) -> None:
    framing = turned(Framing((30.0, 20.0), 10.0), quarters)
    assert framing.to_view((20.0, 15.0), SIZE) == pytest.approx(seen)


@given(framings, place)
def test_that_turning_and_mirroring_are_of_what_is_seen(framing: Framing, at: tuple[float, float]) -> None:
    held = framing.to_plane(at, SIZE)
    x, y = at[0] - 237.5, at[1] - 214.5
    for after, expected in (
        (turned(framing, 1), (-y, x)),
        (turned(framing, 3), (y, -x)),
        (mirrored(framing, horizontal=True), (-x, y)),
        (mirrored(framing, horizontal=False), (x, -y)),
    ):
        assert after.to_view(held, SIZE) == pytest.approx((237.5 + expected[0], 214.5 + expected[1]), abs=1e-6)


def test_that_a_turned_image_is_fitted_by_its_other_side() -> None:
    # 88 x 42 mm turned stand 42 mm wide and 88 mm high: 429 px hold 88 mm
    framing = fitted((88.0, 42.0), (1.1, 0.7), SIZE, turned(Framing((0.0, 0.0), 1.0), 1))
    assert framing.px_per_mm == pytest.approx(429 / 88)
    # what was the upper left corner is the upper right one
    assert framing.to_view((-0.55, -0.35), SIZE) == pytest.approx((237.5 + 21 * 429 / 88, 0.0))
