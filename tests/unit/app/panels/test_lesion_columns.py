"""Which time points of a long course stay in sight."""

from __future__ import annotations

import pytest

from app.models.lesion_cells import Column, ColumnKind
from app.panels.lesion_columns import Density, density_for, steps_back, visits_shown, width_of

VISITS = ["BL", "FU1", "FU2", "FU3", "FU4", "FU5", "FU6"]
PINNED = {"BL", "FU2", "FU5", "FU6"}


@pytest.mark.parametrize(
    ("room", "back", "shown"),
    [
        pytest.param(7, 0, VISITS, id="all fit"),
        pytest.param(5, 0, ["BL", "FU2", "FU4", "FU5", "FU6"], id="the newest of the others"),
        pytest.param(5, 1, ["BL", "FU2", "FU3", "FU5", "FU6"], id="one step back"),
        pytest.param(5, 2, ["BL", "FU1", "FU2", "FU5", "FU6"], id="two steps back"),
        pytest.param(5, 9, ["BL", "FU1", "FU2", "FU5", "FU6"], id="never past the oldest"),
        pytest.param(3, 0, ["BL", "FU2", "FU5", "FU6"], id="pinned ones always"),
    ],
)
def test_that_baseline_nadir_prior_and_current_stay(room: int, back: int, shown: list[str]) -> None:
    assert list(visits_shown(VISITS, PINNED, room, back)) == shown


def test_that_scrolling_ends_at_the_oldest() -> None:
    assert steps_back(VISITS, PINNED, 5) == 2
    assert steps_back(VISITS, PINNED, 7) == 0
    assert steps_back(VISITS, PINNED, 4) == 0


@pytest.mark.parametrize(
    ("count", "width", "density"),
    [
        pytest.param(3, 480, Density.WIDE, id="three in the wide panel"),
        pytest.param(4, 480, Density.NARROW, id="four stand closer"),
        pytest.param(3, 396, Density.NARROW, id="three in the narrow panel"),
        pytest.param(9, 480, Density.DENSE, id="a long course"),
    ],
)
def test_that_columns_stand_as_far_apart_as_they_can(count: int, width: int, density: Density) -> None:
    kinds = [ColumnKind.LESION, ColumnKind.SITE, *[ColumnKind.VISIT] * count]
    kinds += [ColumnKind.VS_BASELINE, ColumnKind.VS_NADIR]
    assert density_for([Column(kind) for kind in kinds], width) is density


def test_that_four_time_points_leave_the_site_its_room_in_the_narrow_panel() -> None:
    kinds = [ColumnKind.LESION, *[ColumnKind.VISIT] * 4, ColumnKind.VS_BASELINE, ColumnKind.VS_NADIR]
    beside_the_scroll_bar = 396 - 8
    columns = [Column(kind) for kind in (*kinds, ColumnKind.SITE)]
    density = density_for(columns, beside_the_scroll_bar)
    left = beside_the_scroll_bar - sum(width_of(kind, density) for kind in kinds)
    assert left >= 12 + 51, "its padding and `Lung RLL` at 12 px"
