"""Which new lesions count, and to when progression is dated back."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from app.resources import load_ruleset
from mrecist.lesions import (
    NOTHING_NOTED,
    Absent,
    Features,
    Finding,
    Lesion,
    Measured,
    Nonviable,
    NotEvaluable,
    Observation,
    Present,
    TooSmall,
    UnequivocalProgression,
)
from mrecist.newlesion import Verdict, new_lesion
from mrecist.tracks import Tests as FunctionalTests
from mrecist.tracks import Track
from mrecist.values import Certainty, Diameter, LesionKind, LesionRole, Organ, Proof, Region, Scope, SeenOn
from tests.support.patients import assessed, last, rules, visit

NODULE = Lesion("IN1", Region.INTRAHEPATIC, LesionRole.NEW, Organ.LIVER)
NODE = Lesion("EN1", Region.EXTRAHEPATIC, LesionRole.NEW, Organ.LYMPH_NODE, LesionKind.LYMPH_NODE)
HILAR = Lesion("EN2", Region.EXTRAHEPATIC, LesionRole.NEW, Organ.LYMPH_NODE_PERIPORTAL, LesionKind.LYMPH_NODE)
EFFUSION = Lesion("EN3", Region.EXTRAHEPATIC, LesionRole.NEW, Organ.PLEURA, LesionKind.EFFUSION)
LUNG = Lesion("EN4", Region.EXTRAHEPATIC, LesionRole.NEW, Organ.LUNG)
TYPICAL = Features(typical_vascular_pattern=True)
MALIGNANT, BENIGN = Features(proof=Proof.POSITIVE), Features(proof=Proof.NEGATIVE)


@pytest.mark.parametrize(
    ("new", "counts"),
    [
        ("xIN=10t", True),
        ("xIN=9.9t", False),
        ("xIN=30", False),
        ("xIN=30!", False),
        ("xIN=t", False),
        ("xNp=20", True),
        ("xNp=19.9!", False),
        ("xNm=15", True),
        ("xNm=14.9!", False),
        ("xNm=", False),
        ("xPV=1!", True),
        ("xPV=1?", False),
        ("xPV=1", False),
        ("xLu=3!", True),
        ("xLu=30?", False),
        ("xAsc=1!", False),
        ("xPle=1!", False),
        ("xLu=U", True),
        ("xIN=U", False),
    ],
)
def test_that_size_pattern_or_certainty_decide(new: str, counts: bool) -> None:
    at = last("L1=30 Lu1=20", f"L1=30 Lu1=20 {new}")
    assert bool(at.new_lesions_counted) is counts
    assert ("EQUIVOCAL_NEW" in at.flags) is not counts
    assert at.overall.response == ("PD" if counts else "SD")


@pytest.mark.parametrize(
    ("new", "noted", "counts"),
    [
        ("xIN=4", {"proof": "positive"}, True),
        ("xIN=20t", {"proof": "negative"}, False),
        ("xNm=11", {"proof": "positive"}, True),
        ("xLu=9!", {"proof": "negative"}, False),
        ("xAsc=1", {"cytology": "positive"}, True),
        ("xPle=1?", {"proof": "positive"}, True),
        ("xAsc=1!", {"cytology": "negative"}, False),
    ],
)
def test_that_proof_decides_over_size(new: str, noted: dict[str, Any], counts: bool) -> None:
    name = new.partition("=")[0]
    at = last("L1=30 Lu1=20", visit(f"L1=30 Lu1=20 {new}", **{name: noted}))
    assert bool(at.new_lesions_counted) is counts
    if noted.get("proof") == "negative":
        assert "EQUIVOCAL_NEW" not in at.flags


@pytest.mark.parametrize(("first", "later", "counts"), [("12", "22", True), ("12", "21.9", False), ("6", "16", True)])
def test_that_an_atypical_nodule_counts_once_it_grew_by_10_mm(first: str, later: str, counts: bool) -> None:
    found = assessed("L1=30", f"L1=30 xIN={first}", f"L1=30 xIN={later}")
    assert [bool(t.new_lesions_counted) for t in found.timepoints] == [False, counts]
    assert found.adjudicated[Scope.INTRAHEPATIC] == ("TP1" if counts else None)
    assert found.adjudicated[Scope.EXTRAHEPATIC] is None


@pytest.mark.parametrize(("later", "counts"), [("15", True), ("14.9", False)])
def test_that_growth_of_a_nodule_first_too_small_to_measure_is_counted_from_5_mm(later: str, counts: bool) -> None:
    """Seen but too small to measure is 5 mm: 15 mm is growth of 10 mm, and 5.1 mm were missing at 9.9 mm."""
    found = assessed("L1=50", "L1=40 xIN=ts", "L1=40 xIN=9.9", f"L1=40 xIN={later}")
    assert [bool(t.new_lesions_counted) for t in found.timepoints] == [False, False, counts]
    assert found.adjudicated[Scope.INTRAHEPATIC] == ("TP1" if counts else None)
    nearest = found.timepoints[1].intrahepatic.to_next_category
    assert [n.by_mm for n in nearest if n.lesion == "xIN"] == [Fraction("5.1")]
    grown = [r.numbers for r in found.timepoints[2].intrahepatic.reasons if r.rule == "IH-NEW-GROWTH"]
    assert [(n["first_mm"], n["growth_mm"]) for n in grown] == ([(5, 10)] if counts else [])


@pytest.mark.parametrize(
    ("new", "counts"), [("xIN=12t", True), ("xIN=6!", True), ("xIN=12t?", False), ("xIN=12t!", True), ("xIN=12", False)]
)
def test_that_certainty_decides_in_the_liver_by_recist(new: str, counts: bool) -> None:
    text = new.replace("t?", "?").replace("t!", "!")
    later = visit(f"L1=30 {text}", xIN={"typical_vascular_pattern": "t" in new})
    assert bool(last("L1=30", later, ruleset="recist-1.1").new_lesions_counted) is counts


def test_that_a_counted_lesion_counts_on_while_it_is_there() -> None:
    found = assessed("L1=30", "L1=30 xIN=12t", "L1=30 xIN=8", "L1=30 xIN=NV", "L1=30 xIN=NE", "L1=30 xIN=5", "L1=30")
    assert [bool(t.new_lesions_counted) for t in found.timepoints] == [True, True, False, False, True, False]
    assert "not_recorded" in found.timepoints[-1].flags
    assert "IH-NEW-PERSISTS" in rules(found.timepoints[1].intrahepatic)


def test_that_progression_is_dated_back_to_the_first_listing_and_no_earlier_response_changes() -> None:
    found = assessed("L1=30 Lu1=20", "L1=30 Lu1=20 xIN=6", "L1=30 Lu1=20 xIN=NE", "L1=30 Lu1=20 xIN=16")
    assert [t.overall.response for t in found.timepoints] == ["SD", "SD", "PD"]
    assert [t.overall.adjudicated_response for t in found.timepoints] == ["PD", "SD", "PD"]
    assert found.adjudicated[Scope.OVERALL] == "TP1"


def test_that_an_earlier_progression_is_not_dated_back_by_a_later_lesion() -> None:
    found = assessed("L1=30", "L1=40", "L1=40 xIN=6", "L1=40 xIN=16")
    assert found.adjudicated[Scope.INTRAHEPATIC] == "TP1"


@pytest.mark.parametrize(
    ("scans", "noted", "counts"),
    [
        (["CT", "PT"], {"seen_on": "PET"}, True),
        (["CT", "PT"], {"seen_on": "PET", "certainty": "equivocal"}, False),
        (["CT"], {"seen_on": "PET", "certainty": "unequivocal"}, False),
        ([], {"seen_on": "PET", "certainty": "unequivocal"}, False),
        (["CT", "BS"], {"seen_on": "bone_scan", "certainty": "unequivocal"}, True),
        (["CT", "BS"], {"seen_on": "bone_scan"}, False),
        (["CT"], {"certainty": "unequivocal"}, True),
    ],
)
def test_that_a_lesion_new_on_a_functional_test_needs_that_test_at_baseline(
    scans: list[str], noted: dict[str, Any], counts: bool
) -> None:
    baseline = visit("Lu1=20", scans=[{"modality": m} for m in scans])
    assert bool(last(baseline, visit("Lu1=20 xLu=", xLu=noted)).new_lesions_counted) is counts


def test_that_a_pet_lesion_that_ct_confirms_is_dated_to_the_pet() -> None:
    pet = visit("Lu1=20 xLu=", xLu={"seen_on": "PET"})
    found = assessed("Lu1=20", pet, "Lu1=20 xLu=8!")
    assert found.adjudicated[Scope.EXTRAHEPATIC] == "TP1"


@pytest.mark.parametrize(
    ("later", "scans", "expected"),
    [
        ("B1=A", ["CT"], "NE"),
        ("B1=P", ["CT"], "NE"),
        ("B1=A", [], "NE"),
        ("B1=P", [], "NN"),
        ("B1=A", ["CT", "BS"], "CR"),
        ("B1=P", ["BS"], "NN"),
        ("B1=U", ["CT"], "PD"),
    ],
)
def test_that_a_lesion_seen_only_on_bone_scan_is_followed_by_bone_scan(
    later: str, scans: list[str], expected: str
) -> None:
    baseline = visit("B1=P", B1={"seen_on": "bone_scan"}, scans=[{"modality": "BS"}])
    found = last(baseline, visit(later, scans=[{"modality": m} for m in scans]))
    assert found.extrahepatic.response == expected


@pytest.mark.parametrize(("cytology", "expected"), [(None, "NN"), ("negative", "NN"), ("positive", "PD")])
def test_that_a_growing_effusion_is_progression_only_with_cytology(cytology: str | None, expected: str) -> None:
    noted = {} if cytology is None else {"cytology": cytology}
    assert last("ASC=P", visit("ASC=U", ASC=noted)).extrahepatic.response == expected


@pytest.mark.parametrize(
    ("later", "expected"),
    [("NN1=9.9", "CR"), ("NN1=10", "NN"), ("B1=0", "CR"), ("B1=merged", "NN"), ("B1=ts", "NN"), ("B1=NV", "CR")],
)
def test_that_a_nontarget_is_gone_or_there(later: str, expected: str) -> None:
    baseline = "NN1=12" if later.startswith("NN1") else "B1=P"
    assert last(baseline, later).extrahepatic.response == expected


def test_that_a_new_node_of_normal_size_says_nothing_until_it_grows() -> None:
    found = assessed("Lu1=20", "Lu1=20 xNm=9.9", "Lu1=20 xNm=10", "Lu1=20 xNm=15").timepoints
    assert ["EQUIVOCAL_NEW" in t.flags for t in found] == [False, True, False]
    assert [t.extrahepatic.response for t in found] == ["SD", "SD", "PD"]


def _judged(
    lesion: Lesion, *seen: tuple[Finding, Features] | None, ruleset: str = "mrecist-literal"
) -> tuple[Verdict, ...]:
    """The verdicts on a lesion first listed at the second time point; PET was done at baseline, bone scan was not."""
    observations = tuple(None if x is None else Observation(lesion.id, *x) for x in seen)
    track = Track(lesion, (None, *observations), 1)
    tests = [FunctionalTests(pet=True, bone_scan=False)] * (len(seen) + 1)
    first, *later = new_lesion(track, load_ruleset(ruleset), tests).verdicts
    assert first is Verdict.NOT_YET
    return tuple(later)


def _size(mm: int) -> Present:
    return Present(Diameter(mm * 10))


@pytest.mark.parametrize(
    ("lesion", "finding", "noted", "verdict"),
    [
        (LUNG, NotEvaluable(), MALIGNANT, "NOT-EVALUABLE"),
        (LUNG, Absent(), MALIGNANT, "NOT-SEEN"),
        (NODULE, Nonviable(), TYPICAL, "NOT-SEEN"),
        (LUNG, _size(0), Features(certainty=Certainty.UNEQUIVOCAL), "NOT-SEEN"),
        (NODULE, Measured(Diameter(1)), MALIGNANT, "PROOF"),
        (NODULE, _size(20), BENIGN, "BENIGN"),
        (EFFUSION, Present(), BENIGN, "BENIGN"),
        (EFFUSION, Present(), Features(cytology=Proof.POSITIVE), "CYTOLOGY"),
        (EFFUSION, Present(), Features(certainty=Certainty.UNEQUIVOCAL), "EQ-CYTOLOGY"),
        (LUNG, Present(), MALIGNANT, "PROOF"),
        (NODE, _size(9), NOTHING_NOTED, "NORMAL"),
        (NODE, _size(10), NOTHING_NOTED, "EQ-NODE"),
        (NODE, Present(), NOTHING_NOTED, "EQ-NODE"),
        (NODE, TooSmall(), NOTHING_NOTED, "NORMAL"),
        (NODULE, TooSmall(), TYPICAL, "EQ-SMALL"),
        (NODE, _size(15), NOTHING_NOTED, "NODE"),
        (HILAR, _size(19), NOTHING_NOTED, "EQ-NODE"),
        (HILAR, _size(20), NOTHING_NOTED, "NODE"),
        (NODULE, _size(10), TYPICAL, "TYPICAL"),
        (NODULE, _size(9), TYPICAL, "EQ-SMALL"),
        (NODULE, Present(), TYPICAL, "EQ-SMALL"),
        (NODULE, _size(10), NOTHING_NOTED, "EQ-ATYPICAL"),
        (LUNG, _size(5), Features(seen_on=SeenOn.PET), "PET"),
        (LUNG, _size(5), Features(seen_on=SeenOn.PET, certainty=Certainty.EQUIVOCAL), "EQ-UNCERTAIN"),
        (LUNG, _size(5), Features(seen_on=SeenOn.BONE_SCAN, certainty=Certainty.UNEQUIVOCAL), "EQ-PET"),
        (LUNG, _size(5), Features(certainty=Certainty.UNEQUIVOCAL), "CERTAIN"),
        (LUNG, UnequivocalProgression(), NOTHING_NOTED, "CERTAIN"),
        (LUNG, _size(5), NOTHING_NOTED, "EQ-UNCERTAIN"),
    ],
)
def test_that_each_row_of_the_table_gives_its_verdict(
    lesion: Lesion, finding: Finding, noted: Features, verdict: str
) -> None:
    assert _judged(lesion, (finding, noted)) == (verdict,)


def test_that_a_verdict_goes_by_what_was_seen_before() -> None:
    plain = (_size(12), NOTHING_NOTED)
    assert _judged(NODULE, plain, (_size(22), NOTHING_NOTED), plain) == ("EQ-ATYPICAL", "GROWTH", "PERSISTS")
    assert _judged(NODULE, plain, (Present(), NOTHING_NOTED)) == ("EQ-ATYPICAL", "EQ-SMALL")
    assert _judged(NODULE, (_size(12), TYPICAL), None, (_size(12), BENIGN)) == ("TYPICAL", "NOT-EVALUABLE", "BENIGN")


@pytest.mark.parametrize(
    ("noted", "verdict"),
    [
        (TYPICAL, "TYPICAL"),
        (NOTHING_NOTED, "EQ-UNCERTAIN"),
        (Features(seen_on=SeenOn.PET), "PET"),
        (Features(typical_vascular_pattern=True, certainty=Certainty.EQUIVOCAL), "EQ-UNCERTAIN"),
    ],
)
def test_that_by_recist_size_and_pattern_only_count_a_nodule_and_never_hold_it_back(
    noted: Features, verdict: str
) -> None:
    assert _judged(NODULE, (_size(12), noted), ruleset="recist-1.1") == (verdict,)


def test_that_a_lesion_not_yet_listed_leaves_nothing_unknown() -> None:
    """At TP1 the liver holds nothing to treat; the nodule listed at TP2 does not change that."""
    clinical = {
        "tace_benefit": "yes",
        "ecog": 0,
        "bilirubin_mg_dl": 1,
        "albumin_g_dl": 4,
        "inr": 1,
        "encephalopathy": 0,
    }
    middle = visit("Lu1=20", clinical=clinical | {"ascites": "none"})
    for later in ("Lu1=20", "Lu1=20 xIN=12t"):
        tace = assessed("Lu1=20", middle, later, protocol="cotsom").timepoints[0].tace
        assert tace is not None and tace.row == "T8"


def test_that_growth_is_told_from_the_first_measurement_although_it_was_listed_before_without_a_size() -> None:
    at = last("L1=30", "L1=30 xIN=", "L1=30 xIN=12", "L1=30 xIN=23")
    numbers = next(r.numbers for r in at.intrahepatic.reasons if r.rule == "IH-NEW-GROWTH")
    assert (numbers["first_mm"], numbers["growth_mm"], numbers["diameter_mm"]) == (12, 11, 23)


@pytest.mark.parametrize(
    ("first", "now", "by"),
    [
        pytest.param("xIN=6t", "xIN=9t", 1, id="typical: 10 mm comes before 6 + 10 mm"),
        pytest.param("xIN=6", "xIN=9", 7, id="not typical: 6 + 10 mm"),
    ],
)
def test_that_the_nearer_of_two_sizes_from_which_a_nodule_counts_is_told(first: str, now: str, by: int) -> None:
    found = last("L1=50", f"L1=40 {first}", f"L1=40 {now}").intrahepatic.to_next_category
    assert [(n.response, n.by_mm) for n in found if n.lesion == "xIN"] == [("PD", by)]


@pytest.mark.parametrize(
    ("lesion", "finding", "expected"),
    [
        (NODULE, _size(9), 100),
        (NODULE, _size(10), 100),
        (NODULE, Present(), None),
        (NODE, _size(9), 150),
        (NODE, _size(15), 150),
        (HILAR, _size(9), 200),
        (HILAR, _size(19), 200),
        (HILAR, _size(20), 200),
        (NODE, Present(), None),
        (LUNG, _size(9), None),
    ],
)
def test_that_only_a_measured_nodule_or_node_has_a_size_from_which_it_counts(
    lesion: Lesion, finding: Finding, expected: int | None
) -> None:
    track = Track(lesion, (None, Observation(lesion.id, finding, TYPICAL)), 1)
    assert new_lesion(track, load_ruleset(), [FunctionalTests(None, None)] * 2).counts_from == (None, expected)


@pytest.mark.parametrize(
    ("first", "now", "expected"),
    [
        pytest.param("xLu=6?", "xLu=6", "SD", id="lung nodule in doubt: refuted"),
        pytest.param("xLu=6!", "xLu=6", "SD", id="called beyond doubt, refuted since: not at this time point"),
        pytest.param("xPV=1?", "xPV=1", "SD", id="bland thrombus"),
        pytest.param("xIN=12", "xIN=12", "SD", id="atypical liver nodule"),
        pytest.param("xIN=12", "xIN=22", "PD", id="liver nodule that grew by 10 mm: size decides"),
        pytest.param("xNm=12", "xNm=15", "PD", id="node from 15 mm: size decides"),
    ],
)
def test_that_a_refuted_lesion_no_longer_counts_nor_is_equivocal(first: str, now: str, expected: str) -> None:
    name = now.partition("=")[0]
    found = assessed(
        "L1=30 Lu1=20",
        f"L1=30 Lu1=20 {first}",
        visit(f"L1=30 Lu1=20 {now}", **{name: {"certainty": "refuted"}}),
        f"L1=30 Lu1=20 {now}",
    )
    assert [t.overall.response for t in found.timepoints[1:]] == [expected, expected]
    assert "EQUIVOCAL_NEW" not in found.timepoints[2].flags


def test_that_proof_outweighs_that_a_lesion_was_refuted_and_dates_progression_back() -> None:
    found = assessed(
        "L1=30",
        "L1=30 xLu=4?",
        visit("L1=30 xLu=4", xLu={"certainty": "refuted"}),
        visit("L1=30 xLu=5", xLu={"proof": "positive"}),
    )
    assert [t.extrahepatic.response for t in found.timepoints] == ["ND", "ND", "PD"]
    assert found.adjudicated[Scope.EXTRAHEPATIC] == "TP1"
