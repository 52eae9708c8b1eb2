from __future__ import annotations

import pytest

from viewers.tools.hit import Grip, Part, Segment, grip_at, nearest_on

A = Segment("a", (0.0, 0.0, 0.0), (30.0, 40.0, 0.0))
B = Segment("b", (60.0, 0.0, 0.0), (60.0, 40.0, 0.0), editable=False)


@pytest.mark.parametrize(
    ("point", "mm_per_px", "expected"),
    [
        pytest.param((3.0, -4.0, 0.0), 0.5, Grip(A, Part.START), id="handle-within-10-px"),
        pytest.param((3.1, -4.2, 0.0), 0.5, None, id="handle-just-beyond-10-px"),
        pytest.param((3.1, -4.2, 0.0), 1.0, Grip(A, Part.START), id="farther-in-mm-when-zoomed-out"),
        pytest.param((30.0, 42.0, 0.0), 0.5, Grip(A, Part.END), id="other-end"),
        pytest.param((13.0, 21.5, 0.0), 0.5, Grip(A, Part.BODY), id="body-within-5-px"),
        pytest.param((10.0, 25.0, 0.0), 0.5, None, id="beside-the-body"),
        pytest.param((60.0, 1.0, 0.0), 0.5, Grip(B, Part.BODY), id="locked-line-has-no-handles"),
    ],
)
def test_that_the_nearest_part_within_reach_is_found(
    point: tuple[float, float, float], mm_per_px: float, expected: Grip | None
) -> None:
    assert grip_at(point, (B, A), mm_per_px) == expected


def test_that_the_nearest_point_of_a_line_is_never_beyond_its_ends() -> None:
    assert nearest_on(A, (-5.0, -1.0, 0.0)) == A.start
    assert nearest_on(A, (50.0, 70.0, 9.0)) == pytest.approx(A.end)
    assert nearest_on(A, (15.0 + 4, 20.0 - 3, 2.0)) == pytest.approx((15.0, 20.0, 0.0))
    assert nearest_on(Segment("dot", (1.0, 2.0, 3.0), (1.0, 2.0, 3.0)), (9.0, 9.0, 9.0)) == (1.0, 2.0, 3.0)
