"""Reads that are still being made in the application: what no case file may contain, but an open case may."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.resources import load_protocol, load_ruleset
from mrecist.assess import assess
from mrecist.case import Case, Read, TimePoint, TimePointRead
from mrecist.lesions import (
    Absent,
    Features,
    Finding,
    Lesion,
    Measured,
    Nonviable,
    Observation,
    Present,
    TooSmall,
    UnequivocalProgression,
)
from mrecist.resultfile import result
from mrecist.results import Assessment
from mrecist.values import Diameter, LesionKind, LesionRole, Organ, Region, Scope

LIVER = Lesion("IT1", Region.INTRAHEPATIC, LesionRole.TARGET, Organ.LIVER)
LUNG = Lesion("ET1", Region.EXTRAHEPATIC, LesionRole.TARGET, Organ.LUNG)
NEW = Lesion("IN1", Region.INTRAHEPATIC, LesionRole.NEW, Organ.LIVER)


def _mm(size: float) -> Diameter:
    return Diameter.from_mm(size)


def _case(*visits: tuple[Observation, ...], lesions: tuple[Lesion, ...] = (LIVER,)) -> Case:
    names = [f"FU{i}" if i else "BL" for i in range(len(visits))]
    return Case(
        "open",
        timepoints=tuple(TimePoint(n, 42 * i) for i, n in enumerate(names)),
        reads=(Read(lesions=lesions, timepoints=tuple(map(TimePointRead, names, visits))),),
    )


def _see(finding: Finding, lesion: Lesion = LIVER, features: Features | None = None) -> tuple[Observation, ...]:
    return (Observation(lesion.id, finding, features or Features()),)


def _assess(one: Case, ruleset: str = "mrecist-literal") -> Assessment:
    return assess(one, load_ruleset(ruleset), protocol=load_protocol())


def test_that_a_target_without_a_baseline_is_not_evaluable_and_said_so() -> None:
    found = _assess(_case((), _see(Measured(_mm(20)))))
    at = found.timepoints[0]
    assert at.intrahepatic.response == "NE"
    assert at.intrahepatic.reasons[0].text == "There is no complete baseline sum to compare with."
    (written,) = result(found)["timepoints"]
    shown = written["intrahepatic"]
    assert (shown["sum_mm"], shown["baseline_sum_mm"], shown["change_from_baseline_pct"]) == (20.0, None, None)
    assert shown["reasons"][0]["numbers"] | {"sum_mm": 20.0} == shown["reasons"][0]["numbers"]
    assert {"baseline_mm", "nadir_mm", "change_pct"}.isdisjoint(shown["reasons"][0]["numbers"])
    assert [(i.rule, i.text) for i in found.baseline.issues] == [
        ("E-BASELINE", "IT1 is a target without a measurement at baseline.")
    ]
    assert found.baseline.intrahepatic_mm is None


def test_that_a_follow_up_not_yet_read_is_not_evaluable() -> None:
    one = _case(_see(Measured(_mm(20))), ())
    unread = replace(one.reads[0], timepoints=one.reads[0].timepoints[:1])
    for case in (one, replace(one, reads=(unread,))):
        at = _assess(case).timepoints[0]
        assert at.intrahepatic.response == "NE"
        assert "not_recorded" in at.flags


def test_that_findings_of_unknown_lesions_and_time_points_are_left_out() -> None:
    one = _case(_see(Measured(_mm(20))), (*_see(Measured(_mm(10))), Observation("gone", Present())))
    stray = TimePointRead("elsewhere", _see(Measured(_mm(90))))
    read = replace(one.reads[0], timepoints=(*one.reads[0].timepoints, stray))
    assert _assess(replace(one, reads=(read,))).timepoints[0].intrahepatic.response == "PR"


def test_that_a_new_lesion_at_baseline_and_a_nontarget_not_yet_seen_are_handled() -> None:
    found = _assess(_case(_see(Present(), NEW), _see(Present(), NEW), lesions=(NEW,)))
    assert [i.rule for i in found.baseline.issues] == ["E-NEW-AT-BASELINE"]
    later = Lesion("INT1", Region.INTRAHEPATIC, LesionRole.NONTARGET, Organ.LIVER)
    found = _assess(_case((), _see(Present(), later), lesions=(later,)))
    assert found.timepoints[0].intrahepatic.response == "NN"
    assert found.baseline.issues == ()


def test_that_a_baseline_sum_of_zero_breaks_nothing() -> None:
    found = _assess(_case(_see(Measured(_mm(0)), LUNG), _see(Measured(_mm(3)), LUNG), lesions=(LUNG,)))
    at = found.timepoints[0].extrahepatic
    assert (at.response, at.change_from_baseline_pct) == ("SD", None)
    assert at.reasons[0].text == "3.0 mm is +3.0 mm vs nadir 0.0 mm (BL); PD at ≥ +5.0 mm."
    numbers = result(found)["timepoints"][0]["extrahepatic"]["reasons"][0]["numbers"]
    assert numbers["growth_mm"] == 3.0 and "growth_pct" not in numbers


def test_that_what_the_reader_noted_of_lipiodol_and_enhancement_is_flagged() -> None:
    noted = Features(lipiodol_compact=True, hypovascular=True)
    at = _assess(_case(_see(Measured(_mm(20))), _see(Absent(), features=noted))).timepoints[0]
    assert {"LIPIODOL_COMPACT", "HYPOVASCULAR"} <= set(at.flags)
    assert [i.rule for i in at.issues] == ["E-LIPIODOL"]


@pytest.mark.parametrize(
    ("finding", "as_nonviable", "as_viable"),
    [
        (Absent(_mm(48)), "CR 0", "SD 48"),  # 50 mm, then oil of 48 mm
        (Nonviable(_mm(30)), "CR 0", "PR 30"),
        (Measured(_mm(10), _mm(48)), "PR 10", "SD 48"),
        (Absent(), "CR 0", "NE None"),
    ],
)
def test_that_a_rule_set_says_what_compact_lipiodol_counts(finding: Finding, as_nonviable: str, as_viable: str) -> None:
    noted = Features(lipiodol_compact=True)
    case = _case(_see(Measured(_mm(50))), _see(finding, features=noted))
    rules = load_ruleset()
    viable = replace(rules, target=replace(rules.target, lipiodol="viable"))
    for ruleset, expected, rule in ((rules, as_nonviable, "E-LIPIODOL"), (viable, as_viable, "E-LIPIODOL-VIABLE")):
        at = assess(case, ruleset).timepoints[0]
        assert f"{at.intrahepatic.response} {at.intrahepatic.sum_mm}" == expected
        assert [i.rule for i in at.issues] == [rule]


def test_that_a_nontarget_of_compact_lipiodol_is_still_there_where_it_counts_as_viable() -> None:
    diffuse = replace(LIVER, id="INT1", role=LesionRole.NONTARGET, kind=LesionKind.INFILTRATIVE)
    oil = _see(Nonviable(), diffuse, Features(lipiodol_compact=True))
    case = _case(_see(Present(), diffuse), oil, lesions=(diffuse,))
    rules = load_ruleset()
    viable = replace(rules, target=replace(rules.target, lipiodol="viable"))
    assert [assess(case, r).timepoints[0].intrahepatic.response for r in (rules, viable)] == ["CR", "NN"]


@pytest.mark.parametrize(
    ("finding", "expected"),
    [
        (Measured(_mm(10), _mm(48)), 48),
        (Measured(_mm(10)), None),
        (Present(None, _mm(48)), 48),
        (TooSmall(None, _mm(7)), 7),
        (TooSmall(), 5),
        (Absent(), 0),
        (Absent(_mm(48)), 48),
        (Nonviable(_mm(48)), 48),
        (Nonviable(), None),
        (UnequivocalProgression(_mm(60)), None),
    ],
)
def test_that_recist_in_parallel_counts_only_whole_diameters(finding: Finding, expected: int | None) -> None:
    at = _assess(_case(_see(Measured(_mm(30), _mm(50))), _see(finding))).timepoints[0]
    assert at.recist11 is not None
    assert at.recist11.sum_mm == expected


def test_that_a_response_is_carried_forward_where_the_rules_say_so() -> None:
    """The published example: sums 100, 70, 70, 80, 80, 80 read as PR throughout."""
    rules = load_ruleset()
    carrying = replace(rules, target=replace(rules.target, carry_response_forward=True))
    one = _case(*(_see(Measured(_mm(x))) for x in (100, 70, 70, 80, 80, 80)))
    assert [t.overall.response for t in assess(one, carrying).timepoints] == ["PR"] * 5
    assert [t.overall.response for t in assess(one, rules).timepoints] == ["PR", "PR", "SD", "SD", "SD"]
    assert "PR is carried forward" in assess(one, carrying).timepoints[2].overall.reasons[0].text


def test_that_lookups_find_or_tell_there_is_nothing() -> None:
    one = _case(_see(Measured(_mm(20))), _see(Measured(_mm(10))))
    read = one.reads[0]
    assert one.timepoint("FU1") is one.timepoints[1] and one.timepoint("FU9") is None
    assert one.read("read-1") is read and one.read("other") is None
    assert read.lesion("IT1") is LIVER and read.lesion("IT9") is None
    assert read.observation("FU1", "IT1") == _see(Measured(_mm(10)))[0]
    assert read.observation("FU1", "IT9") is None and read.observation("FU9", "IT1") is None
    found = _assess(one)
    at = found.timepoint("FU1")
    assert at is not None and found.timepoint("FU9") is None
    assert [at.scope(s) for s in Scope] == [at.intrahepatic, at.extrahepatic, at.overall]


def test_that_a_diameter_lies_between_0_and_500_mm() -> None:
    assert str(Diameter.from_mm("37.65")) == "37.7"
    for wrong in (-1, 500.1, "nan", "wide"):
        with pytest.raises(ValueError, match=r"a diameter (is|lies)"):
            Diameter.from_mm(wrong)


def test_that_a_lesion_knows_what_it_is() -> None:
    bone = Lesion("ENT1", Region.EXTRAHEPATIC, LesionRole.NONTARGET, Organ.OTHER, LesionKind.BONE)
    node = Lesion("ET2", Region.EXTRAHEPATIC, LesionRole.TARGET, Organ.LYMPH_NODE_PERIPORTAL)
    assert bone.is_bone and not bone.is_node
    assert node.is_node and node.is_periportal_node
    assert NEW.is_liver_nodule and not LUNG.is_liver_nodule


def test_that_growth_over_a_later_nadir_is_progression_even_without_a_baseline_sum() -> None:
    found = _assess(_case((), _see(Measured(_mm(20))), _see(Measured(_mm(30)))))
    at = found.timepoints[1].intrahepatic
    assert (at.response, at.target, at.nadir_sum_mm, at.borderline) == ("PD", "PD", 20, False)
    assert at.change_from_nadir_pct == 50
    assert at.to_next_category == ()
