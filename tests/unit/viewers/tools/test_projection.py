from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.tool_events import OBLIQUE
from viewers.imaging.geometry import along, length_mm
from viewers.tools.navigate import Framing
from viewers.tools.projection import Projection

SIZE = (475.0, 429.0)
framings = st.builds(
    Framing,
    st.tuples(st.floats(-90, 90), st.floats(-90, 90)),
    st.floats(0.2, 40),
    st.booleans(),
    st.booleans(),
    st.integers(0, 3),
)
place = st.tuples(st.floats(0, 475), st.floats(0, 429))


@given(framings, place, place)
def test_that_a_way_on_the_screen_is_as_long_in_the_patient(
    framing: Framing, a: tuple[float, float], b: tuple[float, float]
) -> None:
    seen = Projection(OBLIQUE, framing, SIZE)
    on_screen = ((a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2) ** 0.5
    assert length_mm(seen.world_of_view(*a), seen.world_of_view(*b)) == pytest.approx(
        on_screen * seen.mm_per_px, abs=1e-9
    )


@given(framings, place)
def test_that_a_place_is_seen_where_it_was_found(framing: Framing, at: tuple[float, float]) -> None:
    seen = Projection(OBLIQUE, framing, SIZE)
    assert seen.view_of_world(seen.world_of_view(*at)) == pytest.approx(at, abs=1e-6)
    assert seen.view_of_pixel(*seen.pixel_of_view(*at)) == pytest.approx(at, abs=1e-6)


@given(framings, st.lists(place, max_size=4), st.floats(-30, 30))
def test_that_many_places_are_seen_where_each_is(framing: Framing, at: list[tuple[float, float]], off: float) -> None:
    seen = Projection(OBLIQUE, framing, SIZE)
    points = [along(seen.world_of_view(*one), OBLIQUE.normal, off) for one in at]
    assert seen.views_of_world(points) == [pytest.approx(one, abs=1e-6) for one in at]


@given(framings)
def test_that_right_and_down_are_the_screens_own(framing: Framing) -> None:
    seen = Projection(OBLIQUE, framing, SIZE)
    x, y = seen.view_of_world(along(seen.world_of_view(100, 100), seen.right, 7))
    assert (x, y) == pytest.approx((100 + 7 * framing.px_per_mm, 100), abs=1e-6)
    x, y = seen.view_of_world(along(seen.world_of_view(100, 100), seen.down, 7))
    assert (x, y) == pytest.approx((100, 100 + 7 * framing.px_per_mm), abs=1e-6)


def test_that_an_image_without_a_plane_shows_no_place_in_the_patient() -> None:
    seen = Projection(None, Framing((0.0, 0.0), 2.0), SIZE)
    assert seen.view_of_pixel(3, 4) == pytest.approx((237.5 + 6, 214.5 + 8))
    with pytest.raises(ValueError, match="no known plane"):
        seen.world_of_view(1, 1)
