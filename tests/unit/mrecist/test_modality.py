import pytest

from app.resources import load_ruleset
from mrecist.assess import assess
from mrecist.case import Case, Modality, Read, Scan, TimePoint, TimePointRead
from mrecist.casefile import CaseFileError, read_document
from mrecist.lesions import Absent, Finding, Lesion, Measured, NotEvaluable, Observation
from mrecist.modality import modality_of
from mrecist.results import Severity
from mrecist.values import Diameter, LesionRole, Line, Organ, Region

RULES = load_ruleset()
CT, MR = Scan(Modality.CT, series=("ct",)), Scan(Modality.MR, series=("mr",))
LIVER = Lesion("IT1", Region.INTRAHEPATIC, LesionRole.TARGET, Organ.LIVER)
LUNG = Lesion("ET1", Region.EXTRAHEPATIC, LesionRole.TARGET, Organ.LUNG)


def drawn(mm: int, series: str = "") -> Finding:
    line = Line(series, "1.2", 1, None, (0.0, 0.0, 0.0), (float(mm), 0.0, 0.0))
    return Measured(Diameter.from_mm(mm), evidence=(line,) if series else ())


def told(*points: tuple[tuple[Scan, ...], Finding, Finding]) -> list[list[tuple[str, object, object, object]]]:
    """What is told at each time point, of a liver and a lung target with these findings on these scans."""
    names = ("BL", "FU1", "FU2", "FU3")[: len(points)]
    times = tuple(TimePoint(n, 40 * i, None, s) for i, (n, (s, _, _)) in enumerate(zip(names, points, strict=True)))
    seen = tuple(
        TimePointRead(n, (Observation("IT1", a), Observation("ET1", b)))
        for n, (_, a, b) in zip(names, points, strict=True)
    )
    assessment = assess(Case("x", times, reads=(Read("r", lesions=(LIVER, LUNG), timepoints=seen),)), RULES)
    found = []
    for at in assessment.timepoints:
        issues = [i for i in at.issues if i.rule == "E-MODALITY"]
        assert all(i.severity is Severity.NOTE and i.text.startswith(f"{i.lesion}: read on") for i in issues)
        found.append([(i.lesion, i.numbers["modality"], i.numbers["before"], i.numbers["at"]) for i in issues])
    return found


def test_that_a_lesion_read_on_mri_after_ct_is_told_and_again_when_it_comes_back_to_ct() -> None:
    both = (CT, MR)
    found = told(
        ((CT,), drawn(30, "ct"), drawn(20, "ct")),
        ((CT,), drawn(28, "ct"), drawn(20, "ct")),
        (both, drawn(26, "mr"), drawn(20, "ct")),
        ((CT,), drawn(27, "ct"), drawn(20, "ct")),
    )
    assert found == [[], [("IT1", "MRI", "CT", "BL")], [("IT1", "CT", "MRI", "FU2")]]


def test_that_what_was_not_read_or_may_be_either_is_passed_over() -> None:
    found = told(
        ((CT,), drawn(30), drawn(20)),
        ((CT, MR), NotEvaluable(), drawn(20)),
        ((MR,), drawn(26), drawn(20)),
    )
    assert found == [[], [("IT1", "MRI", "CT", "BL"), ("ET1", "MRI", "CT", "BL")]]


@pytest.mark.parametrize(
    ("scans", "finding", "expected"),
    [
        pytest.param((CT, MR), drawn(9, "mr"), Modality.MR, id="by its line"),
        pytest.param((CT, Scan(Modality.MR, lesions=("IT1",))), drawn(9), Modality.MR, id="by the scan that names it"),
        pytest.param((Scan(Modality.CT, lesions=("IT1",)), MR), drawn(9, "mr"), Modality.CT, id="named goes first"),
        pytest.param((MR, Scan(Modality.PT)), Absent(), Modality.MR, id="nothing else was scanned"),
        pytest.param((CT, MR), drawn(9), None, id="either"),
        pytest.param((), drawn(9), None, id="no scan is told"),
        pytest.param((MR,), NotEvaluable(), None, id="not evaluable"),
    ],
)
def test_that_what_a_finding_was_read_on_is_known_or_left_open(
    scans: tuple[Scan, ...], finding: Finding, expected: Modality | None
) -> None:
    assert modality_of(Observation("IT1", finding), TimePoint("FU1", 40, None, scans)) is expected


def test_that_a_case_file_says_which_lesions_a_scan_was_read_for() -> None:
    lesion = {"id": "IT1", "region": "intra", "role": "target", "organ": "liver", "kind": "other", "diameter_mm": 30}
    baseline = {"timepoint": "BL", "day": 0, "lesions": [lesion], "scans": [{"modality": "CT"}]}
    scans = [{"modality": "CT"}, {"modality": "MR", "lesions": ["IT1"]}]
    follow_up = {"timepoint": "FU1", "day": 40, "lesions": [lesion], "scans": scans}

    def read(*timepoints: dict[str, object]) -> Case:
        document = {"schema": "tumour-response-cases/1", "cases": [{"id": "x", "timepoints": list(timepoints)}]}
        case = read_document(document)[0]
        assert isinstance(case, Case)
        return case

    at = assess(read(baseline, follow_up), RULES).timepoints[0]
    assert [i.text for i in at.issues] == [
        "IT1: read on MRI, at BL on CT; a small change may be that of the technique."
    ]
    scans[1] = {"modality": "MR", "lesions": ["IT9"]}
    with pytest.raises(CaseFileError, match=r"scans\[1\]\.lesions\[0\].*IT9.*not listed at this time point"):
        read(baseline, follow_up)
