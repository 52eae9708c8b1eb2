"""The surroundings of a lesion, cut from its image."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from app.reading.lesion_crops import crop_of
from mrecist.values import Line
from tests.support.phantoms import Phantom, slice_dataset
from viewers.imaging.catalogue import Series
from viewers.imaging.scan import scan
from viewers.imaging.volume import plane_of


@pytest.fixture
def series(tmp_path: Path) -> Series:
    """60 x 80 pixels of 1.1 x 0.7 mm; rows 20-29 and columns 30-49 are bright (11 x 14 mm)."""
    phantom = Phantom(rows=60, columns=80, heights_mm=(0.0, 3.0))
    stored = np.full((60, 80), 1024)  # 0 HU
    stored[20:30, 30:50] = 1224
    for k in range(2):
        slice_dataset(phantom, k, stored).save_as(tmp_path / f"{k}.dcm", enforce_file_format=True)
    (found,) = scan(tmp_path).series
    return found


def line_in(series: Series, k: int, first: tuple[float, float], last: tuple[float, float]) -> Line:
    plane = plane_of(series, k)
    assert plane is not None
    record = series.slices[k]
    return Line(series.uid, record.sop_uid, record.frame + 1, None, plane.to_world(*first), plane.to_world(*last))


def test_that_the_middle_of_the_line_is_the_middle_of_the_picture(series: Series) -> None:
    # Through the middle of the bright field, along its columns 29.5 to 49.5: 14 mm of a picture of 28 mm.
    crop = crop_of(series, line_in(series, 1, (29.5, 24.5), (49.5, 24.5)), side_px=56, side_mm=28.0)
    assert crop is not None
    assert crop.mm_per_px == pytest.approx(0.5)
    assert crop.line[0] == pytest.approx((13.5, 27.5)) and crop.line[1] == pytest.approx((41.5, 27.5))
    bright = crop.grey > crop.grey.mean()
    across, down = np.flatnonzero(bright[28]), np.flatnonzero(bright[:, 28])
    assert len(across) * 0.5 == pytest.approx(14.0, abs=1.0)
    assert len(down) * 0.5 == pytest.approx(11.0, abs=1.0)
    assert across.mean() == pytest.approx(27.5, abs=1.0) and down.mean() == pytest.approx(27.5, abs=1.0)


def test_that_a_line_on_no_image_of_the_series_has_no_picture(series: Series) -> None:
    line = line_in(series, 0, (10, 10), (20, 10))
    elsewhere = Line(line.series_uid, "1.2.3", 1, None, line.start, line.end)
    assert crop_of(series, elsewhere, side_px=32) is None


def test_that_a_picture_at_the_edge_is_whole(series: Series) -> None:
    crop = crop_of(series, line_in(series, 0, (0, 0), (2, 2)), side_px=32)
    assert crop is not None and crop.grey.shape == (32, 32)
