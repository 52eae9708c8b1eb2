"""Structured reports out and back in: lines return to where they were, other tools find no fault."""

from __future__ import annotations

import copy
import math
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pydicom
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydicom.dataset import Dataset

pytest.importorskip("highdicom", reason="the extra sr is not installed")

from app.exports.exported import ExportedRead
from app.exports.source_images import SourceImages
from app.exports.sr_codes import SEGMENTS, Term
from app.exports.sr_content import Profile, person_name
from app.exports.sr_measures import tracking_uid
from app.exports.sr_proposals import proposals_of
from app.exports.sr_reading import ReportRefused, read_report, report_of, site_of_codes
from app.state.figures import Figure, FigureKind
from app.state.proposals import ProposedAxis
from mrecist.lesions import Absent, Lesion, NotEvaluable, Present
from mrecist.values import Axis, LesionRole, Organ, Region, Segment
from tests.support.phantoms import AXIAL, Phantom, write_enhanced
from tests.support.reports import PhantomCase, measured
from viewers.imaging.geometry import length_mm
from viewers.imaging.scan import scan


@pytest.fixture(scope="module")
def oblique(tmp_path_factory: pytest.TempPathFactory) -> PhantomCase:
    """An oblique stack of 1.1 x 0.7 mm pixels in 3 mm slices."""
    return PhantomCase.on_disk(tmp_path_factory.mktemp("oblique"), Phantom())


@pytest.fixture(scope="module")
def one(oblique: PhantomCase) -> ExportedRead:
    """A read of one lesion, whose line is 8.7 mm long: (8, 6) pixels of 0.7 x 1.1 mm."""
    return oblique.read(measured("8.7", oblique.line(2, (1, 2), (9, 8)), whole="9.9"), reader="김영수")


@pytest.fixture(scope="module")
def kept(oblique: PhantomCase, one: ExportedRead) -> Dataset:
    return oblique.report(one)


@pytest.fixture
def plain(kept: Dataset) -> Dataset:
    """Its report, to be changed at will."""
    return copy.deepcopy(kept)


@pytest.fixture(scope="module")
def both(oblique: PhantomCase) -> tuple[Dataset, Dataset]:
    """Both profiles of a diameter that is the long line of a figure."""
    long, short = oblique.line(2, (1, 2), (13, 9)), oblique.line(2, (6, 7), (9, 4))
    figure = Figure(
        "f1",
        FigureKind.BIDIRECTIONAL,
        (long.start, long.end, short.start, short.end),
        long.series_uid,
        long.sop_uid,
        long.frame,
        long.frame_of_reference_uid,
        (0.0, 0.0, 1.0),
    )
    found = oblique.read(measured(length_mm(long.start, long.end), long), figure)
    return oblique.report(found), oblique.report(found, Profile.OHIF)


def items(dataset: Dataset) -> Iterator[Dataset]:
    for item in dataset.get("ContentSequence") or []:
        yield item
        yield from items(item)


def named(dataset: Dataset, meaning: str) -> list[Dataset]:
    return [item for item in items(dataset) if item.ConceptNameCodeSequence[0].CodeMeaning == meaning]


pixels = st.tuples(st.floats(0, 15), st.floats(0, 11))


@given(st.lists(st.tuples(st.integers(0, 5), pixels, pixels), min_size=5, max_size=5))
@settings(max_examples=3)
def test_that_lines_come_back_where_they_were_within_a_hundredth_of_a_mm(
    oblique: PhantomCase, drawn: list[tuple[int, tuple[float, float], tuple[float, float]]]
) -> None:
    lines = [line for line in (oblique.line(*one) for one in drawn) if length_mm(line.start, line.end) > 1]
    if not lines:
        return
    findings = [measured(length_mm(line.start, line.end), line) for line in lines]
    one = oblique.read(findings[0], more=findings[1:])
    proposals = proposals_of(report_of(oblique.report(one)), one.record, oblique.images).proposals
    assert len(proposals) == len(lines)
    for number, (proposal, line) in enumerate(zip(proposals, lines, strict=True), start=1):
        assert max(math.dist(proposal.line.start, line.start), math.dist(proposal.line.end, line.end)) < 0.01
        assert (proposal.line.sop_uid, proposal.line.frame, proposal.visit_id) == (line.sop_uid, line.frame, "BL")
        assert (proposal.label, proposal.diameter) == (f"IT{number}", findings[number - 1].diameter)
        assert (proposal.organ, proposal.segment, proposal.axis) == (Organ.LIVER, Segment.VIII, ProposedAxis.LONG)


def test_that_a_scoord_counts_from_the_corner_of_the_first_pixel(tmp_path: Path) -> None:
    """Worked by hand: from pixel (2, 3) to (6, 6) of 1 mm pixels is 5 mm, in SCOORD (2.5, 3.5) to (6.5, 6.5)."""
    axial = Phantom(directions=AXIAL, pixel_spacing_mm=(1.0, 1.0), origin=(10.0, 20.0, 30.0))
    case = PhantomCase.on_disk(tmp_path, axial)
    line = case.line(0, (2, 3), (6, 6))
    assert (line.start, line.end) == ((12.0, 23.0, 30.0), (16.0, 26.0, 30.0))
    report = case.report(case.read(measured("5.0", line)))
    (number,) = named(report, "Long Axis")
    scoord = next(item for item in number.ContentSequence if item.ValueType == "SCOORD")
    assert (scoord.GraphicType, list(scoord.GraphicData)) == ("POLYLINE", [2.5, 3.5, 6.5, 6.5])
    assert scoord.RelationshipType == "INFERRED FROM"
    image = scoord.ContentSequence[0]
    assert (image.RelationshipType, image.ReferencedSOPSequence[0].ReferencedSOPInstanceUID) == (
        "SELECTED FROM",
        line.sop_uid,
    )
    assert number.MeasuredValueSequence[0].NumericValue == 5


def test_that_each_liver_segment_comes_back_from_its_code_and_the_parts_of_iv_have_their_own() -> None:
    """SNOMED CT: 277958008 is segment IV, 871688003 IVa, 871689006 IVb."""
    fourth = {segment: SEGMENTS[segment].value for segment in (Segment.IV, Segment.IVA, Segment.IVB)}
    assert fourth == {Segment.IV: "277958008", Segment.IVA: "871688003", Segment.IVB: "871689006"}
    for segment in Segment:
        term = SEGMENTS[segment]
        assert site_of_codes([(term.value, term.scheme)]) == (Organ.LIVER, segment)


def test_that_a_report_says_who_measured_what_and_where(plain: Dataset) -> None:
    report = plain
    assert named(report, "Person Observer Name")[0].PersonName == "김영수"
    assert named(report, "Tracking Identifier")[0].TextValue == "IT1"
    assert named(report, "Time Point")[0].TextValue == "BL"
    assert named(report, "Longitudinal Temporal Offset from Event")[0].MeasuredValueSequence[0].NumericValue == 0
    assert named(report, "Finding Site")[0].ConceptCodeSequence[0].CodeValue == "277962002"
    methods = [item.ConceptCodeSequence[0].CodeValue for item in named(report, "Measurement Method")]
    assert methods == ["MRECIST", "VIABLE_LONGEST", "WHOLE_LONGEST"]
    assert report.StudyInstanceUID == "1.2.3.4.5"


def test_that_responses_are_inferred_from_their_sums(oblique: PhantomCase, plain: Dataset) -> None:
    """The baseline has no response; a follow-up has one for each region, with its method."""
    assert not named(plain, "Qualitative Evaluations")
    report = oblique.report(oblique.read(measured("50"), later=measured("30")))
    (response,) = named(report, "Intrahepatic response")
    assert response.ConceptCodeSequence[0].CodeValue == "C18058"  # NCI: partial response, 50 to 30 mm
    method, total = response.ContentSequence
    assert method.ConceptCodeSequence[0].CodingSchemeDesignator == "99HEPATRACE"
    assert (total.RelationshipType, total.MeasuredValueSequence[0].NumericValue) == ("INFERRED FROM", 30)
    assert named(report, "Extrahepatic response")[0].ContentSequence[0].ConceptCodeSequence[0].CodeValue == "126081"


@pytest.mark.parametrize(
    ("rules", "liver"), [("mrecist-literal", "MRECIST"), ("harmonised-5", "MRECIST"), ("recist-1.1", "126081")]
)
def test_that_the_method_is_that_of_the_rule_set(oblique: PhantomCase, rules: str, liver: str) -> None:
    """126081 is RECIST 1.1 (PS3.16): always outside the liver, in it where whole lesions make the sum."""
    one = oblique.read(measured("50", whole="60"), later=measured("30", whole="58"), rules=rules)
    report = oblique.report(one)
    methods = [item.ConceptCodeSequence[0].CodeValue for item in named(report, "Response Evaluation Method")]
    assert methods == [liver, "126081", liver, liver]
    assert named(report, "Measurement Method")[0].ConceptCodeSequence[0].CodeValue == liver
    total = named(report, "Intrahepatic response")[0].ContentSequence[1]
    assert total.MeasuredValueSequence[0].NumericValue == (58 if rules == "recist-1.1" else 30)


def test_that_what_lies_on_no_image_is_a_number_alone_and_noted(oblique: PhantomCase) -> None:
    notes: list[str] = []
    line = oblique.line(2, (1, 2), (9, 8))
    gone = line.__class__(line.series_uid, "1.2.3", 1, None, line.start, line.end)
    report = oblique.report(oblique.read(measured("8.7", gone)), notes=notes)
    (number,) = named(report, "Long Axis")
    assert number.MeasuredValueSequence[0].NumericValue == 8.7 and not named(report, "Source")
    assert any("has no image 1.2.3" in note for note in notes) and any("without a line" in note for note in notes)


@pytest.mark.parametrize(
    ("finding", "code"), [(Absent(), "ABSENT"), (NotEvaluable(), "NOT_EVALUABLE"), (Present(), "PRESENT")]
)
def test_that_a_finding_without_a_diameter_is_in_the_report(oblique: PhantomCase, finding: Absent, code: str) -> None:
    report = oblique.report(oblique.read(finding))
    assert code in {item.ConceptCodeSequence[0].CodeValue for item in items(report) if item.ValueType == "CODE"}
    assert not named(report, "Long Axis")


def test_that_a_node_is_measured_by_its_short_axis(oblique: PhantomCase) -> None:
    node = Lesion("IT1", Region.EXTRAHEPATIC, LesionRole.TARGET, Organ.LYMPH_NODE, axis=Axis.SHORT)
    line = oblique.line(1, (1, 2), (9, 8))
    report = oblique.report(oblique.read(measured("8.7", line), lesion=node))
    assert named(report, "Short Axis") and not named(report, "Long Axis")
    assert named(report, "Finding Site")[0].ConceptCodeSequence[0].CodeValue == "59441001"


def test_that_the_other_axis_of_a_figure_goes_with_the_diameter(both: tuple[Dataset, Dataset]) -> None:
    for report in both:
        (long,), (short,) = named(report, "Long Axis"), named(report, "Short Axis")
        assert long.ContentSequence[-1].ValueType == short.ContentSequence[-1].ValueType == "SCOORD"
        # (12, 7) pixels of 0.7 x 1.1 mm, and (3, 3)
        assert abs(float(long.MeasuredValueSequence[0].NumericValue) - math.hypot(12 * 0.7, 7 * 1.1)) <= 0.05
        assert abs(float(short.MeasuredValueSequence[0].NumericValue) - math.hypot(3 * 0.7, 3 * 1.1)) <= 0.05


def test_that_ohif_gets_its_own_tools_and_the_lesion_as_a_comment(
    oblique: PhantomCase, both: tuple[Dataset, Dataset]
) -> None:
    _, report = both
    assert named(report, "Tracking Identifier")[0].TextValue == "Cornerstone3DTools@^0.1.0:Bidirectional"
    assert named(report, "Comment")[0].TextValue == "IT1"
    line = oblique.line(2, (1, 2), (9, 8))
    split = oblique.report(oblique.read(measured("17.4", line, line, whole="9.9")), Profile.OHIF)
    assert [one.TextValue for one in named(split, "Tracking Identifier")] == ["Cornerstone3DTools@^0.1.0:Length"] * 2
    assert [one.TextValue for one in named(split, "Comment")] == ["IT1", "IT1 2"]
    assert len({one.UID for one in named(split, "Tracking Unique Identifier")}) == 2
    assert [group.label for group in report_of(split).groups] == ["IT1", "IT1 2"]


def test_that_a_tracking_uid_belongs_to_one_lesion_of_one_read_of_one_case() -> None:
    ours = ("ab" * 32, "read-1", "IT1")
    assert tracking_uid(*ours) == tracking_uid(*ours)
    others = [("cd" * 32, "read-1", "IT1"), ("ab" * 32, "read-2", "IT1"), ("ab" * 32, "read-1", "IT2")]
    assert len({tracking_uid(*one) for one in (ours, *others)}) == 4
    assert pydicom.uid.UID(tracking_uid(*ours)).is_valid


def test_that_a_readers_name_fits_a_persons_name() -> None:
    assert person_name("Kim^Young=su\\MD " + "x" * 80) == ("Kim Young su MD " + "x" * 80)[:64]


def test_that_all_terms_fit_their_attributes() -> None:
    from app.exports import sr_codes

    tables = [vars(sr_codes)] + [one for one in vars(sr_codes).values() if type(one).__name__ == "mappingproxy"]
    terms = [one for table in tables for one in table.values() if isinstance(one, Term)]
    assert len(terms) > 70
    assert not [one for one in terms if len(one.value) > 16 or len(one.scheme) > 16 or len(one.meaning) > 64]


# --- what other tools say -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("tool", ["dciodvfy", "dsrdump"])
def test_that_others_find_no_error(
    oblique: PhantomCase, plain: Dataset, both: tuple[Dataset, Dataset], tmp_path: Path, tool: str
) -> None:
    if shutil.which(tool) is None:
        pytest.skip(f"{tool} is not installed")
    for number, report in enumerate((plain, oblique.report(oblique.read(measured("9"), later=Absent())), *both)):
        report.save_as(tmp_path / f"{number}.dcm")
        done = subprocess.run([tool, str(tmp_path / f"{number}.dcm")], capture_output=True, text=True, check=False)
        said = (done.stdout + done.stderr).splitlines()
        assert not [row for row in said if row.startswith(("Error", "E:", "F:"))]
        assert any("Comprehensive" in row for row in said), said


def test_that_what_a_file_says_by_halves_is_not_copied(tmp_path: Path) -> None:
    """An empty DeidentificationMethod beside PatientIdentityRemoved, a trial without a time point, a code without its
    scheme: as in real files.
    """
    code = Dataset()
    code.CodeValue, code.CodeMeaning = "457530761", "CT Abdomen"
    half = {
        "PatientIdentityRemoved": "YES",
        "DeidentificationMethod": "",
        "ClinicalTrialSponsorName": "x",
        "ProcedureCodeSequence": [code],
    }
    case = PhantomCase.on_disk(tmp_path, Phantom(tags=half))
    report = case.report(case.read(measured("8.7", case.line(2, (1, 2), (9, 8)))))
    assert not [element for element in report if element.tag.group == 0x0012]
    assert "ProcedureCodeSequence" not in report
    assert report.PatientID == "PHANTOM"


def test_that_a_line_on_a_frame_names_the_frame_and_comes_back(tmp_path: Path) -> None:
    write_enhanced(tmp_path, Phantom())
    (series,) = scan(tmp_path).series
    case = PhantomCase(series, SourceImages({series.uid: series}.get))
    line = case.line(3, (1, 2), (9, 8))
    one = case.read(measured("8.7", line))
    report = case.report(one)
    image = next(item for item in named(report, "Source") if item.ValueType == "IMAGE")
    assert image.ReferencedSOPSequence[0].ReferencedFrameNumber == line.frame == 4
    (proposal,) = proposals_of(report_of(report), one.record, case.images).proposals
    assert math.dist(proposal.line.start, line.start) < 0.01 and proposal.line.frame == 4


def test_that_only_relations_of_a_comprehensive_sr_occur(both: tuple[Dataset, Dataset]) -> None:
    """PS3.3 table A.35.3-2, as far as the value types here: an own check, where no other tool is."""
    allowed = {
        ("CONTAINER", "CONTAINS"): {"CONTAINER", "CODE", "NUM", "TEXT"},
        ("CONTAINER", "HAS OBS CONTEXT"): {"CODE", "TEXT", "UIDREF", "PNAME", "NUM"},
        ("CONTAINER", "HAS CONCEPT MOD"): {"CODE", "TEXT"},
        ("CODE", "HAS CONCEPT MOD"): {"CODE", "TEXT"},
        ("CODE", "INFERRED FROM"): {"NUM"},
        ("NUM", "HAS CONCEPT MOD"): {"CODE", "TEXT"},
        ("NUM", "INFERRED FROM"): {"SCOORD"},
        ("SCOORD", "SELECTED FROM"): {"IMAGE"},
    }

    def check(item: Dataset) -> None:
        for child in item.get("ContentSequence") or []:
            assert child.ValueType in allowed[item.ValueType, child.RelationshipType]
            check(child)

    for report in both:
        check(report)
        referenced = {
            item.ReferencedSOPSequence[0].ReferencedSOPInstanceUID
            for item in named(report, "Source")
            if item.ValueType == "IMAGE"
        }
        evidence = {
            one.ReferencedSOPInstanceUID
            for study in report.CurrentRequestedProcedureEvidenceSequence
            for series in study.ReferencedSeriesSequence
            for one in series.ReferencedSOPSequence
        }
        assert referenced == evidence


# --- reports of others ----------------------------------------------------------------------------------------------


def whole_at(report: Dataset) -> int:
    """Where the whole diameter stands in its group."""
    group = named(report, "Measurement Group")[0].ContentSequence
    return next(n for n, item in enumerate(group) if item is named(report, "Long Axis")[1])


def changed(report: Dataset, how: str) -> Dataset:
    """The report as other programs would write it, or with something wrong."""
    number = named(report, "Long Axis")[0]
    scoord = next(item for item in items(number) if item.ValueType == "SCOORD")
    match how:
        case "older codes":
            number.ConceptNameCodeSequence[0].CodeValue = "G-A185"
            number.ConceptNameCodeSequence[0].CodingSchemeDesignator = "SRT"
            site = named(report, "Finding Site")[0]
            site.ConceptNameCodeSequence[0].CodeValue = "G-C0E3"
            site.ConceptNameCodeSequence[0].CodingSchemeDesignator = "SRT"
            site.ConceptCodeSequence[0].CodeValue, site.ConceptCodeSequence[0].CodingSchemeDesignator = "T-62000", "SRT"
        case "centimetres":
            value = number.MeasuredValueSequence[0]
            value.MeasurementUnitsCodeSequence[0].CodeValue = "cm"
            value.NumericValue = float(value.NumericValue) / 10
        case "by reference":
            group = named(report, "Measurement Group")[0]
            group.ContentSequence.append(scoord)
            scoord.RelationshipType = "CONTAINS"
            pointer = Dataset()
            pointer.RelationshipType = "INFERRED FROM"
            at = [
                n for n, one in enumerate(report.ContentSequence, 1) if one is named(report, "Imaging Measurements")[0]
            ]
            pointer.ReferencedContentItemIdentifier = [1, at[0], 1, len(group.ContentSequence)]
            number.ContentSequence = [pointer]
        case "region of the group":
            group = named(report, "Measurement Group")[0]
            scoord.RelationshipType = "CONTAINS"
            group.ContentSequence.append(scoord)
            del number.ContentSequence
        case "another length":
            number.MeasuredValueSequence[0].NumericValue = 11.0
        case "pixels":
            number.MeasuredValueSequence[0].MeasurementUnitsCodeSequence[0].CodeValue = "{pixels}"
        case "a circle":
            scoord.GraphicType = "CIRCLE"
        case "another image":
            scoord.ContentSequence[0].ReferencedSOPSequence[0].ReferencedSOPInstanceUID = "1.2.3"
        case "no image":
            del scoord.ContentSequence
        case "outside":
            scoord.GraphicData = [float(part) + 100 for part in scoord.GraphicData]
        case _:
            raise ValueError(how)
    return report


@pytest.mark.parametrize("how", ["older codes", "centimetres", "by reference", "region of the group"])
def test_that_reports_of_other_styles_are_understood(
    oblique: PhantomCase, one: ExportedRead, plain: Dataset, how: str
) -> None:
    line = oblique.line(2, (1, 2), (9, 8))
    del named(plain, "Measurement Group")[0].ContentSequence[whole_at(plain)]
    found = proposals_of(report_of(changed(plain, how)), one.record, oblique.images)
    assert not found.refused
    (proposal,) = found.proposals
    assert math.dist(proposal.line.start, line.start) < 0.01 and math.dist(proposal.line.end, line.end) < 0.01
    assert proposal.organ is Organ.LIVER


@pytest.mark.parametrize(
    ("how", "why"),
    [
        ("another length", "says 11 mm, but its line is 8.7 mm long"),
        ("pixels", "{pixels} is no length"),
        ("a circle", "CIRCLE of 2 points"),
        ("another image", "not in the case"),
        ("no image", "selected from no image"),
        ("outside", "outside its image"),
    ],
)
def test_that_nothing_is_guessed(oblique: PhantomCase, one: ExportedRead, plain: Dataset, how: str, why: str) -> None:
    found = proposals_of(report_of(changed(plain, how)), one.record, oblique.images)
    assert not found.proposals
    assert [part.why for part in found.refused if why in part.why]


def test_that_a_line_in_the_patient_is_placed_on_the_one_image_it_lies_on(
    oblique: PhantomCase, one: ExportedRead, plain: Dataset
) -> None:
    line, report = oblique.line(2, (1, 2), (9, 8)), plain
    scoord = next(item for item in items(named(report, "Long Axis")[0]) if item.ValueType == "SCOORD")
    scoord.ValueType, scoord.GraphicData = "SCOORD3D", [*line.start, *line.end]
    scoord.ReferencedFrameOfReferenceUID = line.frame_of_reference_uid
    del scoord.ContentSequence
    (proposal,) = proposals_of(report_of(report), one.record, oblique.images).proposals
    assert proposal.line.sop_uid == line.sop_uid
    scoord.ReferencedFrameOfReferenceUID = "1.2.3"
    refused = proposals_of(report_of(report), one.record, oblique.images).refused
    assert [part.why for part in refused if "no image of the case" in part.why]


def test_that_a_report_of_another_patient_is_refused(oblique: PhantomCase, one: ExportedRead, plain: Dataset) -> None:
    plain.PatientID = "SOMEONE"
    with pytest.raises(ReportRefused, match="another patient"):
        proposals_of(report_of(plain), one.record, oblique.images)


SAMPLES = {
    "series/06_dcmqi_liver_ct_3slice_with_seg/sr/result.dcm": "only: Attenuation Coefficient, Volume",
    "sr_seg_interop/highdicom/sr_document.dcm": "only: Area of defined region",
    "sr_seg_interop/highdicom/sr_document_with_multiple_groups.dcm": "POLYLINE of 4 points, not from a line of two",
}


@pytest.mark.parametrize("name", SAMPLES)
def test_that_samples_without_diameters_are_refused_with_the_reason(test_data: Path, name: str) -> None:
    report = read_report(test_data / name)
    assert report.groups == ()
    assert any(SAMPLES[name] in part.why for part in report.refused)


def test_that_what_is_no_report_is_refused(test_data: Path, tmp_path: Path) -> None:
    (tmp_path / "text").write_text("hello")
    for path, why in (
        (tmp_path / "text", "no DICOM file"),
        (test_data / "odd/pydicom/test-SR.dcm", "but: Diagnosis"),
        (test_data / "series/06_dcmqi_liver_ct_3slice_with_seg/liver.dcm", "it is a segmentation"),
        (test_data / "series/06_dcmqi_liver_ct_3slice_with_seg/01.dcm", "no structured report"),
    ):
        with pytest.raises(ReportRefused, match=why):
            read_report(path)
