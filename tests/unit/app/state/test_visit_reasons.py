"""A reason about a time point speaks of what was recorded when it was given, and of nothing else."""

from __future__ import annotations

import json
from datetime import date
from fractions import Fraction

import pytest

from app.state.codec import decode, encode
from app.state.events import (
    BaselineConfirmed,
    ClinicalRecorded,
    Event,
    JudgementSigned,
    ProtocolChosen,
    SeriesImported,
    VisitJustified,
    VisitProposed,
)
from app.state.record import Judgement
from app.state.visit_reasons import fallen, looked_at
from mrecist.case import RULES_OF_TIMEPOINT, ClinicalStatus, Ineligibility, Signature
from tests.support.cases import record_of, series_ref

DAY0 = BaselineConfirmed("BL", date(2025, 2, 10))
"""35 days after the scan of the baseline."""
ILL = ClinicalStatus(ecog=2, bilirubin_mg_dl=Fraction("2.5"), labs_day=-60)
GIVEN = (DAY0, ClinicalRecorded("BL", ILL))


def clinical(**values: object) -> ClinicalRecorded:
    return ClinicalRecorded("BL", ClinicalStatus(**{**{"ecog": 2, "bilirubin_mg_dl": ILL.bilirubin_mg_dl}, **values}))


def confirmed(of: Ineligibility) -> JudgementSigned:
    signature = Signature("R", date(2025, 2, 11), "portal vein thrombus")
    return JudgementSigned(Judgement("BL", "ineligibility_confirmed", of.value, signature))


AGE, ENTRY, MISSING, UNFIT = "E-LABS", "E-ENTRY", "E-UNRECORDED", "E-INELIGIBLE"
EARLIER, LATER = date(2025, 1, 2), date(2025, 1, 20)
EDITS: dict[str, tuple[tuple[Event, ...], set[str]]] = {
    "another day 0": ((BaselineConfirmed("BL", date(2025, 2, 9)),), {"E-WINDOW", "E-AFTER-START", AGE}),
    "the same day 0": ((DAY0,), set()),
    "another AFP alone": ((clinical(labs_day=-60, afp_ng_ml=Fraction(400)),), set()),
    "newer blood": ((clinical(labs_day=-37),), {AGE}),
    "another bilirubin": ((clinical(labs_day=-60, bilirubin_mg_dl=Fraction(3)),), {ENTRY, UNFIT}),
    "one value more": ((clinical(labs_day=-60, inr=Fraction(1)),), {ENTRY, MISSING, UNFIT}),
    "another protocol": ((ProtocolChosen("ld-ccrt"),), {ENTRY}),
    "an answer": ((confirmed(Ineligibility.ECOG),), {UNFIT}),
    "an earlier exam": (
        (SeriesImported((series_ref("1.3", EARLIER),)), VisitProposed("BL", (EARLIER,), ("1.3",))),
        {"E-WINDOW", AGE},
    ),
    "a later exam": (
        (SeriesImported((series_ref("1.3", LATER),)), VisitProposed("BL", (LATER,), ("1.3",))),
        {"E-AFTER-START"},
    ),
}


@pytest.mark.parametrize(("edits", "falls"), EDITS.values(), ids=EDITS)
def test_that_a_reason_falls_with_what_it_speaks_of_and_with_nothing_else(
    edits: tuple[Event, ...], falls: set[str]
) -> None:
    seen = record_of(*GIVEN)
    reasons = [VisitJustified("BL", rule, f"why {rule}", looked_at(seen, "BL", rule)) for rule in RULES_OF_TIMEPOINT]
    before, now = record_of(*GIVEN, *reasons), record_of(*GIVEN, *reasons, *edits)
    visit = now.visit("BL")
    assert visit is not None
    stand = [(rule, f"why {rule}") for rule in RULES_OF_TIMEPOINT if rule not in falls]
    assert list(visit.justified) == list(now.case.timepoints[0].overrides) == stand
    assert set(fallen(before, now)) == {("BL", rule) for rule in falls}
    assert dict(visit.asked_again) == {rule: f"why {rule}" for rule in falls}


def test_that_a_reason_recorded_before_it_said_what_it_was_given_for_stands() -> None:
    plain = json.loads(encode(VisitJustified("BL", ENTRY, "waiver", "of these values")))
    assert plain.pop("seen") == "of these values"
    old = decode("visit_justified", 1, json.dumps(plain))
    assert old == VisitJustified("BL", ENTRY, "waiver")
    visit = record_of(*GIVEN, old, clinical(bilirubin_mg_dl=Fraction(3))).visit("BL")
    assert visit is not None and visit.justified == ((ENTRY, "waiver"),)


def test_that_a_reason_given_for_values_that_somebody_changed_meanwhile_is_asked_again() -> None:
    seen = looked_at(record_of(*GIVEN), "BL", AGE)
    visit = record_of(*GIVEN, clinical(labs_day=-50), VisitJustified("BL", AGE, "ward closed", seen)).visit("BL")
    assert visit is not None and (visit.justified, visit.asked_again) == ((), ((AGE, "ward closed"),))
