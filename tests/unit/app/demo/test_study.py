import errno
import math
import os
from pathlib import Path

import numpy as np
import pydicom
import pytest

from app.demo import study
from app.demo.dicom import write_image
from app.demo.enhancement import Part
from app.demo.plane import Plane
from app.demo.scene import Anatomy, Scene, grow_anatomy
from app.demo.story import read_story
from app.demo.study import GRIDS, DemoCancelled, Variant, demo_folder, find_study, true_timepoint, write_study
from app.demo.truth import TrueFinding, TrueLine, TrueTimePoint, Truth, read_truth

STORY = read_story()
POINTS = {(v, p.id): true_timepoint(STORY, p, v) for v in (Variant.FULL, Variant.SMALL) for p in STORY.timepoints}
LINES = [
    pytest.param(variant, point, finding, kind, id=f"{variant}-{name}-{finding.lesion_id}-{kind}")
    for (variant, name), point in POINTS.items()
    for finding in point.findings
    for kind in ("counted", "whole")
    if getattr(finding, kind) is not None
]


@pytest.mark.parametrize(("variant", "point", "finding", "kind"), LINES)
def test_that_end_points_are_as_far_apart_as_the_diameter_says(
    variant: Variant, point: TrueTimePoint, finding: TrueFinding, kind: str
) -> None:
    line: TrueLine = getattr(finding, kind)
    assert math.dist(line.start, line.end) == pytest.approx(line.diameter_mm, abs=0.05)
    assert line.start[2] == line.end[2] == finding.z_mm


def test_that_both_variants_show_the_same_lines_at_the_same_places() -> None:
    for p in STORY.timepoints:
        for full, small in zip(POINTS[Variant.FULL, p.id].findings, POINTS[Variant.SMALL, p.id].findings, strict=True):
            assert (full.counted, full.whole, full.centres) == (small.counted, small.whole, small.centres)


def test_that_the_liver_of_the_third_time_point_is_read_on_mr_and_everything_else_on_ct() -> None:
    for p in STORY.timepoints:
        point = POINTS[Variant.SMALL, p.id]
        modality = {s.uid: s.modality for s in point.series}
        read_on = {f.lesion_id: modality[f.series_uid] for f in point.findings}
        on_mr = {"IT1", "IT2", "INT1"} if p.id == "FU2" else set()
        assert {name for name, m in read_on.items() if m == "MR"} == on_mr
        phases = [s.phase for s in point.series if s.modality == "MR"]
        assert phases == (["pre", "arterial", "portal_venous", "hepatobiliary"] if p.id == "FU2" else [])


def test_that_the_lesions_of_each_time_point_are_those_of_the_story() -> None:
    always = ["IT1", "IT2", "INT1", "ET1", "ET2", "ET3", "ENT1"]
    for p in STORY.timepoints:
        names = [f.lesion_id for f in POINTS[Variant.SMALL, p.id].findings]
        assert names == ([*always, "IN1"] if p.id == "FU3" else always)


# --- the images show what the truth says ----------------------------------------------------------------------------

STEPS_HU = {  # least change across the end of a line, in HU, as the tissues differ
    "IT1": 15.0,
    "IT2": 15.0,
    "IN1": 30.0,
    "ET1": 400.0,
    "ET2": 400.0,
    "ET3": 60.0,
}
MR_STEP = 35.0
"""On MR least change in its units; the liver in the arterial phase is about 230, treated tissue about 155."""


def part_of(timepoint: str, finding: TrueFinding) -> Part:
    """The liver of the third time point is read on MR, the chest on CT."""
    if finding.phase == "chest":
        return Part.CHEST
    return Part.LIVER_MR if timepoint == "FU2" else Part.LIVER


@pytest.fixture(scope="module")
def anatomy() -> Anatomy:
    return grow_anatomy()


@pytest.fixture(scope="module")
def clean_images(anatomy: Anatomy) -> dict[tuple[str, str], tuple[Plane, np.ndarray]]:
    """The image of each measured lesion at full resolution, without noise."""
    made = {}
    for p in STORY.timepoints:
        scene = Scene(p)
        for finding in POINTS[Variant.FULL, p.id].findings:
            if finding.counted is not None:
                part = part_of(p.id, finding)
                grid = GRIDS[Variant.FULL][part]
                plane = Plane(scene.poses[part], finding.z_mm, grid.size, grid.spacing_mm, grid.step_mm)
                image = scene.render(anatomy, plane, part)[0 if part is Part.CHEST else 1]
                made[p.id, finding.lesion_id] = (plane, image)
    return made


def hu_at(plane: Plane, hu: np.ndarray, x: float, y: float) -> float:
    column, row = (round((v - plane.origin_mm) / plane.spacing_mm) for v in (x, y))
    return float(np.median(hu[row - 1 : row + 2, column - 1 : column + 2]))


@pytest.mark.parametrize(
    ("timepoint", "lesion", "kind"),
    [
        pytest.param(p.id, f.lesion_id, kind, id=f"{p.id}-{f.lesion_id}-{kind}")
        for p in STORY.timepoints
        for f in POINTS[Variant.FULL, p.id].findings
        if f.counted is not None
        for kind in ("counted", "whole")
    ],
)
def test_that_the_image_changes_at_both_ends_of_every_line(
    clean_images: dict, timepoint: str, lesion: str, kind: str
) -> None:
    plane, hu = clean_images[timepoint, lesion]
    finding = POINTS[Variant.FULL, timepoint].finding(lesion)
    assert finding is not None
    line: TrueLine = getattr(finding, kind)
    along = (np.array(line.end) - np.array(line.start)) / line.diameter_mm
    for end, outward in ((np.array(line.start), -along), (np.array(line.end), along)):
        inside, outside = end - 2.2 * outward, end + 2.2 * outward
        step = hu_at(plane, hu, *inside[:2]) - hu_at(plane, hu, *outside[:2])
        assert abs(step) > (MR_STEP if part_of(timepoint, finding) is Part.LIVER_MR else STEPS_HU[lesion])
        if kind == "counted":
            assert step > 0  # the counted line runs in what enhances, in the liver, or in what is solid, elsewhere


@pytest.mark.parametrize("timepoint", ["BL", "FU1", "FU2", "FU3"])
@pytest.mark.parametrize("lesion", ["IT1", "IT2"])
def test_that_the_viable_line_stays_in_enhancing_tissue(clean_images: dict, timepoint: str, lesion: str) -> None:
    plane, hu = clean_images[timepoint, lesion]
    finding = POINTS[Variant.FULL, timepoint].finding(lesion)
    assert finding is not None and finding.counted is not None
    start, end = np.array(finding.counted.start), np.array(finding.counted.end)
    if (timepoint, lesion) == ("BL", "IT1"):  # it touches the necrosis, so look a little to its free side
        along = (end - start) / np.linalg.norm(end - start)
        free = np.array([-along[1], along[0], 0.0])
        aside = 1.5 if free @ (start - np.array(finding.centres[0])) > 0 else -1.5
        start, end = start + aside * free, end + aside * free
    inner = [hu_at(plane, hu, *(start + t * (end - start))[:2]) for t in np.linspace(0.12, 0.88, 30)]
    if timepoint == "FU2":
        assert min(inner) > 330  # MR: liver about 230, treated tissue 155, oil less
        return
    assert min(inner) > 95  # liver 74, treated tissue 47, necrosis 28
    assert max(inner) < 200  # oil is 300 and more


def test_that_oil_hides_on_the_ct_of_the_third_time_point_what_the_mr_shows(anatomy: Anatomy) -> None:
    point = STORY.timepoints[2]
    scene, grid = Scene(point), GRIDS[Variant.FULL][Part.LIVER]
    for name in ("IT1", "IT2"):
        chord = scene.lesions[name].counted()
        pose = scene.poses[Part.LIVER]
        start, end = (np.array(pose.to_patient(place)) for place in (chord.start, chord.end))
        plane = Plane(pose, start[2], grid.size, grid.spacing_mm)
        arterial = scene.render(anatomy, plane, Part.LIVER)[1]
        along = [hu_at(plane, arterial, *(start + t * (end - start))[:2]) for t in np.linspace(0.1, 0.9, 30)]
        assert np.median(along) > 300  # lipiodol; viable tumour would be about 134


# --- the files ------------------------------------------------------------------------------------------------------


def test_that_every_image_of_the_truth_is_there_at_its_height(small_study: tuple[Path, Truth]) -> None:
    folder, truth = small_study
    assert sum(1 for _ in folder.rglob("*.dcm")) == truth.images
    for point in truth.timepoints:
        headers = {
            ds.SOPInstanceUID: ds
            for path in (folder / point.id).rglob("*.dcm")
            for ds in [pydicom.dcmread(path, stop_before_pixels=True)]
        }
        ct = {(h.StudyInstanceUID, h.FrameOfReferenceUID) for h in headers.values() if h.Modality == "CT"}
        assert ct == {(point.study_uid, point.frame_of_reference_uid)}
        mr = {(h.StudyInstanceUID, h.FrameOfReferenceUID) for h in headers.values() if h.Modality == "MR"}
        assert mr == {(s.study_uid, s.frame_of_reference_uid) for s in point.series if s.modality == "MR"}
        assert len(mr) == (1 if point.id == "FU2" else 0) and not mr & ct
        for finding in point.findings:
            header = headers[finding.sop_uid]
            assert header.SeriesInstanceUID == finding.series_uid
            assert float(header.ImagePositionPatient[2]) == finding.z_mm
        for series in point.series:
            heights = sorted(
                float(h.ImagePositionPatient[2]) for h in headers.values() if h.SeriesInstanceUID == series.uid
            )
            assert len(heights) == series.images
            assert np.diff(heights) == pytest.approx(5.0)


def test_that_every_time_point_has_its_own_frame_of_reference_table_and_breath() -> None:
    assert len({p.frame_of_reference_uid for (v, _), p in POINTS.items() if v is Variant.SMALL}) == 4
    poses = [pose for p in STORY.timepoints for part, pose in Scene(p).poses.items() if part is not Part.CHEST]
    assert (
        len({p.table_mm for p in poses}) == len({p.breath_mm for p in poses}) == len({p.shift_mm for p in poses}) == 5
    )


def test_that_the_small_study_stays_small(small_study: tuple[Path, Truth]) -> None:
    assert sum(f.stat().st_size for f in small_study[0].rglob("*") if f.is_file()) < 60_000_000


def test_that_the_whole_study_would_be_about_300_megabytes() -> None:
    images = dict.fromkeys(Part, 0)
    for point in STORY.timepoints:
        for part in Scene(point).parts:
            images[part] += len(part.acquisitions) * len(GRIDS[Variant.FULL][part].heights)
    pixels = sum(n * g.rows * g.columns for p, n in images.items() for g in [GRIDS[Variant.FULL][p].raster])
    assert 275e6 < 2 * pixels < 325e6


def test_that_the_small_scan_holds_every_lesion_whole() -> None:
    for point in STORY.timepoints:
        for finding in POINTS[Variant.SMALL, point.id].findings:
            if finding.whole is None:
                continue
            part = part_of(point.id, finding)
            grid, pose = GRIDS[Variant.SMALL][part], Scene(point).poses[part]
            height = finding.z_mm - pose.table_mm - pose.breath_mm
            assert grid.bottom_mm + finding.whole.diameter_mm / 2 < height < grid.top_mm - finding.whole.diameter_mm / 2


def test_that_file_names_tell_nothing_of_the_patient(small_study: tuple[Path, Truth]) -> None:
    folder, truth = small_study
    for path in folder.rglob("*"):
        assert truth.patient.id not in path.name
        assert "Kim" not in path.name


def test_that_the_truth_beside_the_images_is_the_one_returned(small_study: tuple[Path, Truth]) -> None:
    folder, truth = small_study
    assert read_truth(folder / "truth.json") == truth
    assert find_study(folder, Variant.SMALL) == truth


def test_that_the_same_scene_gives_the_same_bytes(
    small_study: tuple[Path, Truth], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    few = {
        Part.LIVER: study.Grid(192, 1.8, 20, 15),
        Part.CHEST: study.Grid(192, 1.8, 120, 115),
        Part.LIVER_MR: study.Grid(192, 1.9, 20, 15, rows=152),
    }
    written = []
    monkeypatch.setattr(study, "GRIDS", {Variant.SMALL: few})
    monkeypatch.setattr(study, "true_timepoint", lambda _s, p, v: POINTS[v, p.id])
    for name in ("first", "second"):
        write_study(tmp_path / name, Variant.SMALL)
        written.append({p.relative_to(tmp_path / name): p.read_bytes() for p in (tmp_path / name).rglob("*.dcm")})
    assert len(written[0]) == 4 * (4 * 2 + 2) + 4 * 2
    assert written[0] == written[1]


# --- writing is all or nothing --------------------------------------------------------------------------------------


def test_that_a_whole_study_is_used_again(small_study: tuple[Path, Truth], monkeypatch: pytest.MonkeyPatch) -> None:
    folder, truth = small_study
    monkeypatch.setattr(study, "_write_all", lambda *_: pytest.fail("written again"))
    assert write_study(folder, Variant.SMALL) == truth


def test_that_progress_counts_up_and_cancelling_leaves_nothing(tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    with pytest.raises(DemoCancelled):
        write_study(tmp_path / "d", Variant.SMALL, lambda n, of: seen.append((n, of)), lambda: len(seen) >= 3)
    assert [n for n, _ in seen] == [4, 8, 12]
    assert {of for _, of in seen} == {576}
    assert list(tmp_path.iterdir()) == []


def test_that_a_full_disk_leaves_nothing_and_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written = 0

    def fills_up(*arguments: object) -> None:
        nonlocal written
        written += 1
        if written > 10:
            raise OSError(errno.ENOSPC, "No space left on device")
        write_image(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(study, "write_image", fills_up)
    with pytest.raises(OSError, match="No space left"):
        write_study(tmp_path / "d", Variant.SMALL)
    assert list(tmp_path.iterdir()) == []


def test_that_a_folder_with_other_files_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "d").mkdir()
    (tmp_path / "d" / "thesis.txt").write_text("years of work")
    (tmp_path / "d" / "complete").write_text("the chapters that are done")
    with pytest.raises(FileExistsError, match="holds other files"):
        write_study(tmp_path / "d", Variant.SMALL)
    assert (tmp_path / "d" / "thesis.txt").read_text() == "years of work"
    assert [p.name for p in tmp_path.iterdir()] == ["d"]


def test_that_a_study_of_another_version_or_with_a_missing_image_is_not_used(
    tmp_path: Path, small_study: tuple[Path, Truth], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, _ = small_study
    monkeypatch.setattr(study, "SCENE_VERSION", "another")
    assert find_study(folder, Variant.SMALL) is None
    monkeypatch.undo()
    lost = folder / "BL" / "pre" / "0001.dcm"
    held = lost.read_bytes()
    lost.unlink()
    assert find_study(folder, Variant.SMALL) is None
    lost.write_bytes(held)
    assert find_study(folder, Variant.SMALL) is not None


def test_that_a_study_with_an_unreadable_truth_is_not_used(tmp_path: Path, small_study: tuple[Path, Truth]) -> None:
    folder = tmp_path / "d"
    folder.mkdir()
    (folder / "complete").write_text((small_study[0] / "complete").read_text())
    for broken in ("", "{", '{"version": "1"}'):
        (folder / "truth.json").write_text(broken)
        assert find_study(folder, Variant.SMALL) is None


def test_that_what_a_killed_run_left_is_removed_by_a_later_one(tmp_path: Path) -> None:
    old, young = (tmp_path / f".d-unfinished-demonstration-{x}" for x in ("old", "young"))
    others = tmp_path / ".d-of-somebody-else"
    for left in (old, young, others):
        left.mkdir()
        (left / "0001.dcm").write_bytes(b"half")
    os.utime(old, (0, 0))
    os.utime(others, (0, 0))
    with pytest.raises(DemoCancelled):
        write_study(tmp_path / "d", Variant.SMALL, cancelled=lambda: True)
    assert {p for p in tmp_path.iterdir()} == {young, others}


def test_that_each_variant_has_its_own_folder(tmp_path: Path) -> None:
    assert demo_folder(tmp_path, Variant.FULL) != demo_folder(tmp_path, Variant.SMALL)
