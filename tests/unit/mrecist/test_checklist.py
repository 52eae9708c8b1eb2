"""Entry criteria where something is not recorded: neither met nor not met."""

from __future__ import annotations

from fractions import Fraction

import pytest

from mrecist.case import Ascites, Case, ClinicalStatus, Read, TimePoint, TimePointRead, Treatment, TreatmentKind
from mrecist.checklist import Criterion, State, check_list, label
from mrecist.lesions import Lesion, Measured, NotEvaluable, Observation, WhyNotEvaluable
from mrecist.values import Diameter, LesionRole, Organ, Region

CHILD_PUGH = Criterion("include", "A", "child_pugh_at_least", above=Fraction(6))
LUNG = Criterion("include", "lung", "lung_targets", below=Fraction(1))
EARLIER = Criterion("exclude", "sorafenib", "earlier_sorafenib", above=Fraction(0))
LOCAL = Criterion("exclude", "local", "days_since_local_treatment", below=Fraction(28))


def state(criterion: Criterion, case: Case, read: Read | None = None) -> tuple[State, str]:
    (found,) = check_list([criterion], case, read)
    return found.state, found.found


def at_baseline(**clinical: object) -> Case:
    return Case("C", (TimePoint("BL", 0, ClinicalStatus(**clinical)),))  # type: ignore[arg-type]


def test_that_what_only_a_clinician_can_say_is_to_be_confirmed() -> None:
    assert state(Criterion("include", "complies"), Case("C")) == (State.TO_CONFIRM, "")


def test_that_nothing_is_met_by_what_is_not_recorded() -> None:
    for criterion in (CHILD_PUGH, LUNG, EARLIER, LOCAL, Criterion("include", "x", "age_years", below=Fraction(20))):
        for case in (Case("C"), at_baseline()):
            assert state(criterion, case)[0] is State.NOT_RECORDED
            assert state(criterion, case, Read())[0] is State.NOT_RECORDED


def test_that_child_pugh_is_met_only_when_whole_and_violated_as_soon_as_it_is_sure() -> None:
    known = {"bilirubin_mg_dl": Fraction(1), "albumin_g_dl": Fraction(4), "inr": Fraction(1), "ascites": Ascites.NONE}
    assert state(CHILD_PUGH, at_baseline(**known)) == (State.NOT_RECORDED, "")
    assert state(CHILD_PUGH, at_baseline(**known, encephalopathy=0)) == (State.MET, "5")
    sure = {"bilirubin_mg_dl": Fraction(4), "ascites": Ascites.SLIGHT}
    assert state(CHILD_PUGH, at_baseline(**sure)) == (State.NOT_MET, "8")


def test_that_lesions_count_where_they_are_there_at_baseline() -> None:
    lesions = (
        Lesion("ET1", Region.EXTRAHEPATIC, LesionRole.TARGET, Organ.LUNG),
        Lesion("ET2", Region.EXTRAHEPATIC, LesionRole.TARGET, Organ.ADRENAL),
        Lesion("ENT1", Region.EXTRAHEPATIC, LesionRole.NONTARGET, Organ.LUNG),
    )
    seen = (
        Observation("ET1", Measured(Diameter.from_mm(12))),
        Observation("ET2", NotEvaluable(WhyNotEvaluable.ARTEFACT)),
        Observation("ENT1", Measured(Diameter.from_mm(5))),
    )
    read = Read(lesions=lesions, timepoints=(TimePointRead("BL", seen),))
    assert state(LUNG, at_baseline(), read) == (State.MET, "1")
    outside = Criterion("include", "EHM", "extrahepatic_lesions", below=Fraction(1))
    assert state(outside, at_baseline(), read) == (State.MET, "3")


@pytest.mark.parametrize(
    ("day", "slack", "expected"),
    [(-100, 0, State.NOT_MET), (0, 0, State.NOT_RECORDED), (-10, 20, State.NOT_RECORDED), (-40, 30, State.NOT_MET)],
)
def test_that_only_what_is_surely_before_day_0_is_earlier(day: int, slack: int, expected: State) -> None:
    case = Case("C", (TimePoint("BL", 0),), treatments=(Treatment(TreatmentKind.SORAFENIB, day, slack_days=slack),))
    assert state(EARLIER, case)[0] is expected


def test_that_days_since_a_local_treatment_are_the_fewest_that_can_be() -> None:
    given = (Treatment(TreatmentKind.ABLATION, -50, slack_days=30), Treatment(TreatmentKind.TACE, -2))
    assert state(LOCAL, Case("C", (TimePoint("BL", 0),), treatments=given)) == (State.NOT_MET, "20")


def test_that_a_value_has_its_name() -> None:
    assert (label(CHILD_PUGH), label(LUNG)) == ("Child-Pugh", "lung targets")


def test_that_an_answer_counts_where_a_person_must_answer_and_never_against_a_value() -> None:
    hiv, bilirubin = Criterion("exclude", "HIV"), Criterion("exclude", "b", "bilirubin_mg_dl", above=Fraction(2))
    limit = at_baseline(bilirubin_mg_dl=Fraction(2))
    given = Case("C", limit.timepoints, treatments=(Treatment(TreatmentKind.SORAFENIB, -40),))

    def found(criterion: Criterion, case: Case, **answers: bool) -> tuple[State, bool, bool]:
        (one,) = check_list([criterion], case, answers=answers)
        return one.state, one.signed, one.answerable

    assert found(hiv, limit) == (State.TO_CONFIRM, False, True)
    assert found(hiv, limit, other=True) == (State.TO_CONFIRM, False, True)
    assert found(hiv, limit, HIV=True) == (State.MET, True, True)
    assert found(hiv, limit, HIV=False) == (State.NOT_MET, True, True)
    assert found(EARLIER, limit, sorafenib=True) == (State.MET, True, True), "nothing recorded may be ruled out"
    assert found(EARLIER, given, sorafenib=True) == (State.NOT_MET, False, False), "what is recorded is not"
    assert found(bilirubin, limit, b=False) == (State.MET, False, False)
    assert found(bilirubin, at_baseline(), b=True) == (State.NOT_RECORDED, False, False), "a value is recorded instead"
