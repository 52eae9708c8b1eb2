"""An axis drawn by hand across each liver lesion of the demonstration study, among its vessels."""

from pathlib import Path

import numpy as np
import pytest

from app.demo.truth import Truth
from viewers.imaging.assist import measure_assisted
from viewers.imaging.assisted import DrawnAxis
from viewers.imaging.catalogue import Series
from viewers.imaging.scan import scan
from viewers.imaging.volume import load_volume


@pytest.fixture(scope="module")
def series_of(small_study: tuple[Path, Truth]) -> dict[str, Series]:
    return {series.uid: series for series in scan(small_study[0]).series}


@pytest.mark.parametrize("timepoint", ["BL", "FU1", "FU2", "FU3"])
@pytest.mark.parametrize(
    ("before_mm", "beyond_mm", "aslant_mm"), [(0.0, 0.0, 0.0), (2.0, 1.5, 2.0)], ids=["exact", "by hand"]
)
def test_that_a_drawn_axis_leads_to_the_true_viable_diameter(
    series_of: dict[str, Series],
    small_study: tuple[Path, Truth],
    timepoint: str,
    before_mm: float,
    beyond_mm: float,
    aslant_mm: float,
) -> None:
    point = small_study[1].timepoint(timepoint)
    for finding in point.findings:
        if finding.counted is None or not finding.lesion_id.startswith("I"):
            continue
        volume = load_volume(series_of[finding.series_uid])
        start, end = np.asarray(finding.counted.start), np.asarray(finding.counted.end)
        along = (end - start) / np.linalg.norm(end - start)
        across = np.array([-along[1], along[0], 0.0])
        first, last = start - before_mm * along, end + beyond_mm * along - aslant_mm * across
        drawn = DrawnAxis(tuple(map(float, first)), tuple(map(float, last)))
        viable = measure_assisted(volume, drawn).viable
        assert viable is not None, finding.lesion_id
        assert viable.long_axis.length_mm == pytest.approx(finding.counted.diameter_mm, abs=2.0), finding.lesion_id
