"""Segmentations out and in: the mask is the one that was measured, others find no error, organs are no lesions."""

from __future__ import annotations

import io
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pydicom
import pytest
from pydicom.dataset import Dataset

pytest.importorskip("highdicom", reason="the extra sr is not installed")

from app.cli import DONE, main
from app.exports.assisted_masks import AssistedMask, MaskMaker
from app.exports.exported import ExportedRead
from app.exports.seg_files import Segment, segmentation
from app.exports.seg_reading import read_segmentation
from app.exports.source_images import ImageMissing, SourceImages
from app.exports.sr_measures import tracking_uid
from app.exports.sr_proposals import proposals_of
from app.exports.sr_reading import ReportRefused, report_of
from app.importing import import_folder
from app.reading.assisting import assistance_of, line_of
from app.state.assistance import AssistedFinding
from app.state.events import LesionAdded, ReadStarted
from app.state.proposals import ProposedAxis
from app.storage.database import Database
from app.storage.open_case import OpenCase
from mrecist.lesions import Measured
from mrecist.values import Diameter
from tests.support.databases import url_in
from tests.support.lesion_phantoms import NECROSIS_HU, LesionPhantom, Part, ball
from tests.support.phantoms import Phantom, write_enhanced
from tests.support.reports import ORIGIN, PhantomCase, measured
from viewers.imaging.assist import measure_assisted
from viewers.imaging.assisted import AssistSettings, Click, ImageLine
from viewers.imaging.lesion_shape import METHOD
from viewers.imaging.scan import scan
from viewers.imaging.volume import load_volume

RADIUS_MM = 13.0
PHANTOM = LesionPhantom(
    [Part(ball(RADIUS_MM), 140.0)], spacing_mm=(2.5, 1.0, 1.0), size_mm=(100.0, 90.0, 45.0), noise_sd=8.0
)


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> PhantomCase:
    """A liver with a ball of viable tumour, 26 mm in diameter."""
    folder = tmp_path_factory.mktemp("liver")
    PHANTOM.write(folder)
    (series,) = scan(folder).series
    return PhantomCase(series, SourceImages({series.uid: series}.get))


@pytest.fixture(scope="module")
def one(case: PhantomCase) -> ExportedRead:
    """The lesion as the assistant measured it, accepted as it was proposed."""
    found = measure_assisted(load_volume(case.series), Click(PHANTOM.world(2.0, 1.0, 0.0)))
    assert found.viable is not None
    kept = assistance_of(found, found, "proposed")
    read = case.read(measured(str(kept.proposed), line_of(found.viable.long_axis)))
    return replace(read, record=replace(read.record, assisted=(AssistedFinding("read-1", "BL", "IT1", kept),)))


@pytest.fixture(scope="module")
def written(case: PhantomCase, one: ExportedRead) -> Dataset:
    (lesion,), (kept,) = one.read.lesions, one.record.assisted
    mask = MaskMaker().mask(kept.assistance, case.series)
    segment = Segment(lesion, tracking_uid(ORIGIN, "read-1", "IT1"), mask)
    buffer = io.BytesIO()
    segmentation(one, one.record.visits[0], case.series, [segment], case.images).save_as(buffer)
    buffer.seek(0)
    return pydicom.dcmread(buffer)


def test_that_the_mask_has_the_volume_and_the_place_that_were_recorded(
    case: PhantomCase, one: ExportedRead, written: Dataset
) -> None:
    """A ball of 26 mm holds 9.2 ml; every frame lies on the image that it names."""
    count = int(np.count_nonzero(written.pixel_array))
    ml = count * np.prod(PHANTOM.spacing_mm) / 1000
    assert one.record.assisted[0].assistance.volume_ml == pytest.approx(ml)
    assert ml == pytest.approx(4 / 3 * np.pi * RADIUS_MM**3 / 1000, rel=0.12)
    places = {record.sop_uid: record.position for record in case.series.slices}
    for frame in written.PerFrameFunctionalGroupsSequence:
        source = frame.DerivationImageSequence[0].SourceImageSequence[0].ReferencedSOPInstanceUID
        place = [float(part) for part in frame.PlanePositionSequence[0].ImagePositionPatient]
        assert place == pytest.approx(places[source], abs=1e-4)
    (segment,) = written.SegmentSequence
    assert (segment.SegmentLabel, segment.TrackingID) == ("IT1 viable", "IT1")
    assert segment.TrackingUID == tracking_uid(ORIGIN, "read-1", "IT1")
    assert (segment.SegmentAlgorithmType, segment.AnatomicRegionSequence[0].CodeValue) == ("SEMIAUTOMATIC", "277962002")


def test_that_dciodvfy_finds_no_error_in_a_segmentation(written: Dataset, tmp_path: Path) -> None:
    if shutil.which("dciodvfy") is None:
        pytest.skip("dciodvfy is not installed")
    written.save_as(tmp_path / "seg.dcm")
    done = subprocess.run(["dciodvfy", str(tmp_path / "seg.dcm")], capture_output=True, text=True, check=False)
    said = (done.stdout + done.stderr).splitlines()
    assert not [row for row in said if row.startswith("Error")]
    assert any("Segmentation" in row for row in said)


def test_that_a_mask_that_comes_out_otherwise_is_not_exported(case: PhantomCase, one: ExportedRead) -> None:
    kept = one.record.assisted[0].assistance
    with pytest.raises(ImageMissing, match="came out otherwise"):
        MaskMaker().mask(replace(kept, proposed=Diameter(kept.proposed.tenths + 1)), case.series)
    with pytest.raises(ImageMissing, match="another version"):
        MaskMaker().mask(replace(kept, method="older"), case.series)


def test_that_a_mask_is_found_again_where_the_line_was_allowed_to_cross_dead_tissue(tmp_path: Path) -> None:
    """A ball of 26 mm with a dead core of 8 mm: allowed 10 mm, the line goes through the middle."""
    parts = [Part(ball(RADIUS_MM), 140.0), Part(ball(4.0), NECROSIS_HU)]
    phantom = PHANTOM.but(parts=parts, noise_sd=2.0)
    phantom.write(tmp_path)
    (series,) = scan(tmp_path).series
    seed = Click(phantom.world(8.0, 1.0, 0.0))
    first, found = (
        measure_assisted(load_volume(series), seed, settings=AssistSettings(gap_mm=gap)) for gap in (0.0, 10.0)
    )
    kept = assistance_of(first, found, "proposed")
    assert kept.proposed > kept.automatic
    mask = MaskMaker().mask(kept, series)
    assert mask.long_axis.length_mm == pytest.approx(2 * RADIUS_MM, abs=1.0)
    count = int(np.count_nonzero(mask.mask))
    assert count * np.prod(phantom.spacing_mm) / 1000 == pytest.approx(kept.volume_ml), "the core is no part of it"


def test_that_a_mask_of_another_version_says_which_and_what_to_do(case: PhantomCase, one: ExportedRead) -> None:
    kept = replace(one.record.assisted[0].assistance, method="assisted viable diameter 1")
    with pytest.raises(ImageMissing) as said:
        MaskMaker().mask(kept, case.series)
    for word in ("assisted viable diameter 1", METHOD, "measure it again with the assistant", "amended first"):
        assert word in str(said.value)


@pytest.mark.parametrize(("recorded", "noted"), [("26.4", ""), ("28.0", "+1.6 mm")])
def test_that_a_mask_is_told_apart_from_a_diameter_only_where_the_reader_moved_the_line(
    one: ExportedRead, recorded: str, noted: str
) -> None:
    """Proposed first 25.0 mm, 26.4 mm at the threshold that was accepted, of which the mask is."""
    first, last = Diameter.from_mm("25.0"), Diameter.from_mm("26.4")
    kept = replace(one.record.assisted[0].assistance, automatic=first, proposed=last)
    edited = kept.edited_mm(Measured(Diameter.from_mm(recorded)))
    assert (f"{edited:+.1f} mm" if edited else "") == noted


def test_that_a_report_says_why_it_lacks_a_short_axis_that_was_proposed(case: PhantomCase, one: ExportedRead) -> None:
    kept = replace(one.record.assisted[0].assistance, method="older")
    record = replace(one.record, assisted=(AssistedFinding("read-1", "BL", "IT1", kept),))
    notes: list[str] = []
    report = report_of(case.report(replace(one, record=record), notes=notes, masks=MaskMaker()))
    assert [length.axis for length in report.groups[0].lengths] == ["long"]
    assert len(notes) == 1 and notes[0].startswith("IT1: no short axis, which was proposed too: ")
    assert "older" in notes[0]


def test_that_a_report_holds_the_short_axis_that_was_proposed(case: PhantomCase, one: ExportedRead) -> None:
    kept = one.record.assisted[0].assistance
    report = report_of(case.report(one, masks=MaskMaker()))
    assert [(length.axis, round(length.mm, 1)) for length in report.groups[0].lengths] == [
        ("long", kept.proposed.tenths / 10),
        ("short", float(str(kept.short_axis))),
    ]


@pytest.mark.parametrize(("off_mm", "has_short"), [(1e-6, True), (0.2, False)])
def test_that_a_short_axis_goes_with_its_line_whatever_the_last_digits_say(
    case: PhantomCase, one: ExportedRead, off_mm: float, has_short: bool
) -> None:
    """The same line computed anew differs in its last digits; one that the reader moved lies elsewhere."""
    (kept,), seen = one.record.assisted, one.read.timepoints[0].observations[0].finding
    assert isinstance(seen, Measured)
    (line,) = seen.evidence
    moved = replace(
        line,
        start=(line.start[0], line.start[1] + off_mm, line.start[2]),
        end=(line.end[0], line.end[1] + off_mm, line.end[2]),
    )
    assert (MaskMaker().across(moved, kept.assistance, case.images) is not None) is has_short


@pytest.mark.parametrize("moved", [0, 12], ids=["as proposed", "moved by the reader"])
def test_that_a_report_holds_what_was_proposed_below_what_was_recorded(
    case: PhantomCase, one: ExportedRead, tmp_path: Path, moved: int
) -> None:
    """The NUM is the reader's; TID 4019 names the algorithm on it only where the value is the algorithm's."""
    (kept,), seen = one.record.assisted, one.read.timepoints[0].observations[0]
    proposed, first = kept.assistance.proposed, Diameter(kept.assistance.proposed.tenths + 5)
    recorded = Diameter(proposed.tenths + moved)
    assert isinstance(seen.finding, Measured)
    at = replace(
        one.read.timepoints[0], observations=(replace(seen, finding=replace(seen.finding, diameter=recorded)),)
    )
    assisted = replace(kept, assistance=replace(kept.assistance, automatic=first))
    found = replace(one, read=replace(one.read, timepoints=(at,)), record=replace(one.record, assisted=(assisted,)))
    report = case.report(found)
    (number,) = [item for item in items(report) if item.ValueType == "NUM" and meaning(item) == "Long Axis"]
    below = {meaning(item): item for item in number.ContentSequence if item.ValueType == "NUM"}
    assert value(number) == recorded.tenths / 10
    assert {name: (value(item), item.RelationshipType) for name, item in below.items()} == {
        "Diameter as the assistant proposed it first": (first.tenths / 10, "INFERRED FROM"),
        "Diameter as the assistant proposed it last": (proposed.tenths / 10, "INFERRED FROM"),
    }
    told = [
        [meaning(x) for x in item.get("ContentSequence", ()) if x.ValueType == "TEXT"]
        for item in (number, *below.values())
    ]
    algorithm = ["Algorithm Name", "Algorithm Version"]
    assert told == [[] if moved else algorithm, [], algorithm]
    names = [item.TextValue for item in items(report) if meaning(item) == "Algorithm Name"]
    assert set(names) == {METHOD}
    assert report_of(report).groups[0].lengths[0].mm == recorded.tenths / 10
    assert [length.axis for length in report_of(report).groups[0].lengths] == ["long"], "no measurement of its own"
    if shutil.which("dciodvfy") is not None:
        report.save_as(tmp_path / "sr.dcm")
        done = subprocess.run(["dciodvfy", str(tmp_path / "sr.dcm")], capture_output=True, text=True, check=False)
        assert not [row for row in (done.stdout + done.stderr).splitlines() if row.startswith("Error")]


def items(dataset: Dataset) -> Iterator[Dataset]:
    for item in dataset.get("ContentSequence") or []:
        yield item
        yield from items(item)


def meaning(item: Dataset) -> str:
    return str(item.ConceptNameCodeSequence[0].CodeMeaning)


def value(item: Dataset) -> float:
    return float(item.MeasuredValueSequence[0].NumericValue)


def test_that_a_mask_is_read_back_as_its_diameters(
    case: PhantomCase, one: ExportedRead, written: Dataset, tmp_path: Path
) -> None:
    written.save_as(tmp_path / "seg.dcm")
    found = proposals_of(read_segmentation(tmp_path / "seg.dcm"), one.record, case.images)
    assert not found.refused
    long, short = found.proposals
    assert (long.axis, short.axis, long.label) == (ProposedAxis.LONG, ProposedAxis.SHORT, "IT1")
    assert long.diameter.tenths / 10 == pytest.approx(2 * RADIUS_MM, abs=1.5)
    assert {long.line.sop_uid, short.line.sop_uid} <= {record.sop_uid for record in case.series.slices}


# --- segmentations of others ----------------------------------------------------------------------------------------

SAMPLES = {
    "series/06_dcmqi_liver_ct_3slice_with_seg/liver.dcm": "it is Liver, not a lesion",
    "series/06_dcmqi_liver_ct_3slice_with_seg/partial_overlaps.dcm": "it is Edema, not a lesion",
    "sr_seg_interop/dcmqi_23x38x3/seg/label.seg": "it is Liver, not a lesion",
    "sr_seg_interop/dcmqi_24x38x3/seg/label.seg": "it is Liver, not a lesion",
    "sr_seg_interop/highdicom/seg_image_ct_binary.dcm": "it is Bone, not a lesion",
    "sr_seg_interop/highdicom/seg_image_ct_binary_overlap.dcm": "it is Spine, not a lesion",
    "sr_seg_interop/highdicom/seg_image_ct_binary_single_frame.dcm": "it is Bone, not a lesion",
}


@pytest.mark.parametrize("name", SAMPLES)
def test_that_samples_of_organs_are_refused_with_the_reason(test_data: Path, name: str) -> None:
    report = read_segmentation(test_data / name)
    assert report.groups == ()
    assert SAMPLES[name] in [part.why for part in report.refused]


@pytest.mark.parametrize("name", ["seg_image_ct_binary_fractional.dcm", "seg_image_ct_true_fractional.dcm"])
def test_that_a_fractional_sample_is_refused(test_data: Path, name: str) -> None:
    with pytest.raises(ReportRefused, match="fractional, not binary"):
        read_segmentation(test_data / "sr_seg_interop/highdicom" / name)


@pytest.mark.parametrize(
    ("name", "images"),
    [
        ("series/06_dcmqi_liver_ct_3slice_with_seg/liver.dcm", "series/06_dcmqi_liver_ct_3slice_with_seg"),
        ("sr_seg_interop/dcmqi_23x38x3/seg/label.seg", "sr_seg_interop/dcmqi_23x38x3/image"),
    ],
)
def test_that_the_same_samples_are_imported_once_they_say_lesion(
    test_data: Path, tmp_path: Path, name: str, images: str
) -> None:
    """The longest line is at least as long as an axis of the mask and no longer than its farthest voxels."""
    dataset = pydicom.dcmread(test_data / name)
    kind = dataset.SegmentSequence[0].SegmentedPropertyTypeCodeSequence[0]
    kind.CodeValue, kind.CodingSchemeDesignator = "M-01100", "SRT"
    dataset.save_as(tmp_path / "lesion.dcm")
    report = read_segmentation(tmp_path / "lesion.dcm")
    (group,) = report.groups
    spacing = dataset.SharedFunctionalGroupsSequence[0].PixelMeasuresSequence[0].PixelSpacing
    most, least = 0.0, 0.0
    for mask in dataset.pixel_array:
        rows, columns = np.nonzero(mask)
        if len(rows):
            most = max(most, float(np.hypot(np.ptp(rows) + 1, np.ptp(columns) + 1) * spacing[0]))
            runs = [len(run) for row in mask for run in "".join(map(str, row)).split("0") if run]
            least = max(least, (max(runs) - 1) * float(spacing[0]))
    assert least <= group.lengths[0].mm <= most
    (series,) = [one for one in scan(test_data / images).series if one.modality == "CT" and len(one.slices) == 3]
    case = PhantomCase(series, SourceImages({series.uid: series}.get))
    found = proposals_of(report, case.read(measured("9")).record, case.images)
    assert found.proposals and found.proposals[0].diameter.tenths == pytest.approx(group.lengths[0].mm * 10, abs=0.51)


@pytest.mark.parametrize("enhanced", [False, True], ids=["a file for each slice", "one file of all frames"])
def test_that_each_frame_of_a_mask_lies_on_its_oblique_slice(tmp_path: Path, enhanced: bool) -> None:
    """A box of 2 slices, 3 rows and 4 columns of unequal pixels, from slice 3, row 5, column 6 on."""
    phantom = Phantom()
    if enhanced:
        write_enhanced(tmp_path, phantom)
        (series,) = scan(tmp_path).series
        case = PhantomCase(series, SourceImages({series.uid: series}.get))
    else:
        case = PhantomCase.on_disk(tmp_path, phantom)
    line = ImageLine(case.series.uid, "", 0, 3, None, (0.0, 0.0, 0.0), (1.0, 0.0, 0.0), 1.0)
    mask = AssistedMask((3, 5, 6), np.ones((2, 3, 4), np.bool_), line, None)
    one = case.read(measured("9"))
    segment = Segment(one.read.lesions[0], tracking_uid(ORIGIN, "read-1", "IT1"), mask)
    segmentation(one, one.record.visits[0], case.series, [segment], case.images).save_as(tmp_path / "seg")
    written = pydicom.dcmread(tmp_path / "seg")
    placed = {}
    for frame, pixels in zip(written.PerFrameFunctionalGroupsSequence, written.pixel_array, strict=True):
        place = tuple(float(part) for part in frame.PlanePositionSequence[0].ImagePositionPatient)
        placed[place] = [(int(row), int(column)) for row, column in np.argwhere(pixels)]
        source = frame.DerivationImageSequence[0].SourceImageSequence[0]
        k = next(k for k, record in enumerate(case.series.slices) if np.allclose(record.position, place, atol=1e-4))
        assert source.ReferencedSOPInstanceUID == case.series.slices[k].sop_uid
        assert not enhanced or source.ReferencedFrameNumber == k + 1
    box = [(row, column) for row in (5, 6, 7) for column in (6, 7, 8, 9)]
    assert list(placed.values()) == [box, box]
    assert all(any(np.allclose(place, phantom.position(k), atol=1e-4) for place in placed) for k in (3, 4))
    if shutil.which("dciodvfy") is not None:
        done = subprocess.run(["dciodvfy", str(tmp_path / "seg")], capture_output=True, text=True, check=False)
        assert not [row for row in (done.stdout + done.stderr).splitlines() if row.startswith("Error")]


def test_that_masks_and_reports_of_a_case_are_exported_and_the_rest_is_noted(
    case: PhantomCase, one: ExportedRead, tmp_path: Path
) -> None:
    """One lesion that the assistant measured and the reader made 2 mm longer, one that an older assistant measured."""
    kept = one.record.assisted[0].assistance
    seen = one.read.timepoints[0].observations[0]
    longer = replace(kept.automatic_line, end=(0.0, 0.0, 0.0))
    with Database.open(url_in(tmp_path), create=True) as database:
        folder = Path(case.series.slices[0].path).parent
        import_folder(folder, database)
        opened = OpenCase.read(database, "PHANTOM")
        opened.do(ReadStarted("Reader A"), "Reader A", "read-1")
        edited = Measured(Diameter(kept.proposed.tenths + 20), evidence=(longer,))
        (lesion,) = one.read.lesions
        opened.do(LesionAdded(lesion, "BL", replace(seen, finding=edited), kept), "Reader A", "read-1")
        older = LesionAdded(
            replace(lesion, id="IT2"), "BL", replace(seen, lesion_id="IT2"), replace(kept, method="older")
        )
        opened.do(older, "Reader A", "read-1")
    out = tmp_path / "out"
    formats = ["--format", "seg", "--format", "sr"]
    assert main(["export", "--case", "PHANTOM", *formats, "--out", str(out), "--database", url_in(tmp_path)]) == DONE
    names = sorted(path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file())
    report, mask = "sr/0001_read-1_BL.dcm", "seg/0001_read-1_BL_1.dcm"
    assert names == [mask, "seg/notes.csv", report, "sr/notes.csv"]
    notes = (out / "seg/notes.csv").read_text(encoding="utf-8")
    assert "IT1: the reader changed the diameter by +2.0 mm" in notes and "IT2: its mask was made by another" in notes
    assert "IT1: a line does not lie on its image" in (out / "sr/notes.csv").read_text(encoding="utf-8")
    (segment,) = pydicom.dcmread(out / mask).SegmentSequence
    groups = {group.label: group for group in report_of(pydicom.dcmread(out / report)).groups}
    assert groups["IT2"].tracking_uid and groups["IT2"].tracking_uid != segment.TrackingUID
    assert "IT1" not in groups  # its number has no line any more


def test_that_a_case_whose_masks_cannot_be_made_again_is_left_out_for_that_reason(
    case: PhantomCase, one: ExportedRead, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kept = replace(one.record.assisted[0].assistance, method="older")
    with Database.open(url_in(tmp_path), create=True) as database:
        import_folder(Path(case.series.slices[0].path).parent, database)
        opened = OpenCase.read(database, "PHANTOM")
        opened.do(ReadStarted("Reader A"), "Reader A", "read-1")
        (lesion,) = one.read.lesions
        opened.do(LesionAdded(lesion, "BL", one.read.timepoints[0].observations[0], kept), "Reader A", "read-1")
    main(
        [
            "export",
            "--case",
            "PHANTOM",
            "--format",
            "seg",
            "--out",
            str(tmp_path / "out"),
            "--database",
            url_in(tmp_path),
        ]
    )
    said = "".join(capsys.readouterr())
    assert "IT1: its mask was made by another version of the assistant" in said
    assert "only what the assistant measured" not in said, "the assistant did measure it"
