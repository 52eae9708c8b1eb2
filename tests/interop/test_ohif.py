"""The profile for OHIF, read by @cornerstonejs/adapters under node: the same reader as in the viewer."""

from __future__ import annotations

import json
import math
import os
import shutil
import subprocess
from pathlib import Path

import pytest

pytest.importorskip("highdicom", reason="the extra sr is not installed")

from app.exports.sr_content import Profile
from app.exports.sr_measures import tracking_uid
from app.state.figures import Figure, FigureKind
from tests.support.phantoms import Phantom
from tests.support.reports import ORIGIN, PhantomCase, measured
from viewers.imaging.geometry import length_mm

SCRIPT = Path(__file__).with_name("read_sr.mjs")


@pytest.fixture(scope="module")
def modules() -> str:
    found = os.environ.get("HEPATRACE_NODE_MODULES", "")
    if shutil.which("node") is None:
        pytest.skip("node is not installed")
    if not (Path(found) / "@cornerstonejs" / "adapters").is_dir() or not found:
        pytest.skip("HEPATRACE_NODE_MODULES names no folder with @cornerstonejs/adapters (see tests/interop/README.md)")
    return found


def test_that_ohif_sees_the_lines_where_they_were_drawn(modules: str, tmp_path: Path) -> None:
    # square pixels: cornerstone takes the spacing of rows for that of columns
    case = PhantomCase.on_disk(tmp_path / "images", Phantom(pixel_spacing_mm=(0.7, 0.7)))
    long, short = case.line(2, (1, 2), (13, 9)), case.line(2, (6, 7), (9, 4))
    whole = case.line(2, (0, 1), (14, 10))
    points = (long.start, long.end, short.start, short.end)
    figure = Figure(
        "f1",
        FigureKind.BIDIRECTIONAL,
        points,
        long.series_uid,
        long.sop_uid,
        long.frame,
        long.frame_of_reference_uid,
        (0.0, 0.0, 1.0),
    )
    mm = length_mm(long.start, long.end)
    finding = measured(mm, long, whole=f"{length_mm(whole.start, whole.end):.1f}", whole_lines=(whole,))
    case.report(case.read(finding, figure), Profile.OHIF).save_as(tmp_path / "report.dcm")
    (tmp_path / "planes.json").write_text(json.dumps(planes_of(case)))

    command = ["node", str(SCRIPT), modules, str(tmp_path / "report.dcm"), str(tmp_path / "planes.json")]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    (said,) = [row for row in done.stdout.splitlines() if row.startswith("RESULT ")] or [done.stdout + done.stderr]
    found = {one["tool"]: one for one in json.loads(said.removeprefix("RESULT "))}

    both, single = found["Bidirectional"], found["Length"]
    assert (both["label"], single["label"]) == ("IT1", "IT1 whole")
    assert both["sop"] == long.sop_uid
    assert both["uid"] == tracking_uid(ORIGIN, "read-1", "IT1")
    assert both["sites"] == ["Couinaud hepatic segment VIII"]
    for drawn, seen in zip((*points, whole.start, whole.end), (*both["points"], *single["points"]), strict=True):
        assert math.dist(drawn, seen) < 0.01
    assert abs(float(both["stats"]["length"]) - mm) <= 0.05
    assert abs(float(both["stats"]["width"]) - length_mm(short.start, short.end)) <= 0.05


def planes_of(case: PhantomCase) -> dict[str, object]:
    """The image planes as OHIF's metadata provider gives them."""
    series = case.series
    assert series.pixel_spacing_mm is not None
    rows, columns = series.pixel_spacing_mm
    return {
        one.sop_uid: {
            "frameOfReferenceUID": series.frame_of_reference_uid,
            "imagePositionPatient": one.position,
            "rowCosines": series.row_direction,
            "columnCosines": series.column_direction,
            "rowPixelSpacing": rows,
            "columnPixelSpacing": columns,
            "rows": series.rows,
            "columns": series.columns,
        }
        for one in series.slices
    }
