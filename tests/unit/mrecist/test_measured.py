"""What stands against a measurement itself, at baseline and later."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from app.resources import load_ruleset
from mrecist.assess import assess
from mrecist.case import Modality, Scan
from mrecist.lesions import Features, Lesion, Measured, Observation
from mrecist.measured import measured_issues
from mrecist.values import Diameter, LesionKind, LesionRole, Line, Organ, Region
from tests.support.patients import assessed, case, visit

RULES = load_ruleset()


def _told(*visits: Any) -> list[tuple[str, str | None, str]]:
    found = assessed(*visits)
    issues = (*found.baseline.issues, *(issue for at in found.timepoints for issue in at.issues))
    return [(x.rule, x.lesion, x.overridden) for x in issues if x.rule in ("E-WHOLE", "E-PHASE")]


@pytest.mark.parametrize(("whole", "raised"), [(29.9, True), (30, False)], ids=["shorter", "as long"])
def test_that_a_whole_lesion_shorter_than_its_viable_part_is_told_wherever_it_is_recorded(
    whole: float, raised: bool
) -> None:
    noted = {"L1": {"whole_mm": whole}}
    assert _told(visit("L1=30", **noted), "L1=30") == [("E-WHOLE", "L1", "")] * raised
    assert _told("L1=30", visit("L1=30", **noted)) == [("E-WHOLE", "L1", "")] * raised
    assert (
        _told("L1=30", "L1=30 xIN=30t", visit("L1=30 xIN=30t", xIN={"whole_mm": whole}))
        == [("E-WHOLE", "xIN", "")] * raised
    )


def test_that_a_whole_lesion_beside_no_viable_tumour_is_not_compared() -> None:
    gone = visit("L1=0", L1={"status": "nonviable", "diameter_mm": None, "whole_mm": 20})
    assert _told(visit("L1=30", L1={"whole_mm": 40}), gone) == []


def test_that_the_whole_lesion_is_accepted_for_its_own_reason_or_for_the_one_of_older_files() -> None:
    for override, kept in (
        ({"E-WHOLE": "drawn on another phase"}, "drawn on another phase"),
        ("agreed", "agreed"),
        ({"E-PHASE": "no arterial phase"}, ""),
    ):
        late = visit("L1=30", L1={"whole_mm": 20, "override": override})
        assert ("E-WHOLE", "L1", kept) in _told("L1=30", late)


def test_that_both_numbers_are_told() -> None:
    found = assessed(visit("L1=30", L1={"whole_mm": 29.9}), "L1=30").baseline.issues[0]
    assert found.text == "L1: 30.0 mm is longer than the whole lesion, 29.9 mm; measure one of them again."


def test_that_a_case_file_tells_of_another_phase_where_a_reason_was_recorded() -> None:
    reason = {"override": {"E-PHASE": "no arterial phase was possible"}}
    told = [("E-PHASE", "L1", "no arterial phase was possible")]
    assert _told("L1=30", visit("L1=20", L1=reason)) == told
    assert _told(visit("L1=30", L1=reason), "L1=20") == told
    assert _told("Lu1=30", visit("Lu1=20", Lu1=reason)) == [], "outside the liver no phase is asked for"


@pytest.mark.parametrize("at", [0, 1], ids=["baseline", "later"])
@pytest.mark.parametrize(
    ("of", "series", "why", "raised"),
    [
        ("L1", "late", "", True),
        ("L1", "arterial", "", False),
        ("L1", "arterial", "kept", False),
        ("L1", "late", "kept", True),
        ("INF", "late", "", False),
        ("Lu1", "late", "", False),
    ],
)
def test_that_a_liver_target_is_read_on_the_arterial_phase_where_the_record_knows_the_phases(
    at: int, of: str, series: str, why: str, raised: bool
) -> None:
    plain = case(visit("L1=30 INF=P Lu1=20"), visit("L1=30 INF=P Lu1=20"))
    scans = (Scan(Modality.CT, series=("arterial", "late"), not_arterial=("late",)),)
    seen = plain.reads[0].timepoints[at]
    line = Line(series, "1.2.3", 1, "1.2", (0.0, 0.0, 0.0), (30.0, 0.0, 0.0))
    noted = Features(overrides=(("E-PHASE", why),) if why else ())
    found = tuple(
        replace(o, finding=Measured(Diameter(300), evidence=(line,)), features=noted) if o.lesion_id == of else o
        for o in seen.observations
    )
    reads = list(plain.reads[0].timepoints)
    reads[at] = replace(seen, observations=found)
    points = tuple(replace(point, scans=scans) for point in plain.timepoints)
    changed = replace(plain, timepoints=points, reads=(replace(plain.reads[0], timepoints=tuple(reads)),))
    told = assess(changed, RULES)
    issues = told.baseline.issues if at == 0 else told.timepoints[0].issues
    assert [(x.rule, x.lesion, x.overridden) for x in issues] == [("E-PHASE", of, why)] * raised


@pytest.mark.parametrize(
    ("kind", "region", "series", "raised"),
    [
        (LesionKind.OTHER, Region.INTRAHEPATIC, "late", True),
        (LesionKind.OTHER, Region.INTRAHEPATIC, "arterial", False),
        (LesionKind.TUMOUR_THROMBUS, Region.INTRAHEPATIC, "late", False),
        (LesionKind.OTHER, Region.EXTRAHEPATIC, "late", False),
    ],
)
def test_that_a_new_liver_nodule_is_read_on_the_arterial_phase_too(
    kind: LesionKind, region: Region, series: str, raised: bool
) -> None:
    organ = Organ.LIVER if region is Region.INTRAHEPATIC else Organ.LUNG
    lesion = Lesion("N1", region, LesionRole.NEW, organ, kind=kind)
    line = Line(series, "1.2.3", 1, "1.2", (0.0, 0.0, 0.0), (14.0, 0.0, 0.0))
    issues = measured_issues(lesion, Observation("N1", Measured(Diameter(140), evidence=(line,))), {"late"})
    assert [(x.rule, x.overridden) for x in issues] == [("E-PHASE", "")] * raised
