"""The tables of what an entry criterion looks at and of what is measured again: an example worked for each row.

The key is the row as it stands in the docstring, so that other words, a row more or fewer or another order fail.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from random import Random
from typing import Any

import pytest

from mrecist.case import ClinicalStatus
from mrecist.checklist import CRITERION_VALUES, Entry
from mrecist.decisions.gates import VALUES
from mrecist.lesions import (
    Absent,
    Features,
    Finding,
    Measured,
    Merged,
    Nonviable,
    NotEvaluable,
    Observation,
    Present,
    Split,
    TooSmall,
    UnequivocalProgression,
)
from mrecist.robustness import _observed_again
from mrecist.rulesets import MeasurementError
from mrecist.values import Certainty, Diameter
from tests.support.doc_tables import doc_tables, docstrings
from tests.support.patients import case, visit

Worked = Mapping[tuple[str, ...], Callable[[], bool]]


# --- what an entry criterion looks at --------------------------------------------------------------------------------


def _value(name: str, *visits: Any, age: int | None = None, treated: str = "") -> Any:
    """Of a baseline on day 0; treatments as ``TACE-30``: the kind, and the day on which it began."""
    given = [word.replace("-", " -").replace("+", " ").split() for word in treated.split()]
    treatments = [{"kind": kind, "day": int(day)} for kind, day in given]
    found = case(*(visits or ("L1=50",)), treatments=treatments)
    return CRITERION_VALUES[name](Entry(found, ClinicalStatus(), found.reads[0], age))


NOT_IN_THE_LUNG = {"role": "nontarget", "status": "present"}
CRITERIA: Worked = {
    ("age_years", "age at baseline in whole years"): lambda: (
        [_value("age_years", age=x) for x in (63, None)] == [63, None]
    ),
    # INFb has no viable tumour, xIN comes later, and Lu1 lies elsewhere
    ("liver_lesions", "lesions of the liver with viable tumour at baseline"): lambda: (
        _value("liver_lesions", "L1=50 L2=30 INF=P INFb=NV Lu1=20", "L1=50 L2=30 INF=P INFb=NV Lu1=20 xIN=12t") == 3
    ),
    ("extrahepatic_lesions", "lesions outside the liver at baseline"): lambda: (
        _value("extrahepatic_lesions", "L1=50 Lu1=20 N1=16 B1=P ASC=A", "L1=50 Lu1=20 N1=16 B1=P ASC=P xLu=9!") == 3
    ),
    ("lung_targets", "targets in the lung at baseline"): lambda: (
        _value("lung_targets", visit("L1=50 Lu1=20 Lu2=15 Lu3=12 Ad1=20", Lu3=NOT_IN_THE_LUNG)) == 2
    ),
    ("earlier_tace", "TACE sessions recorded before day 0; none recorded is not known"): lambda: (
        [_value("earlier_tace", treated=x) for x in ("TACE-30 TACE-1 TACE+0 TACE+5 sorafenib-9", "TACE+0", "")]
        == [2, None, None]
    ),
    ("earlier_sorafenib", "the same of sorafenib"): lambda: (
        [_value("earlier_sorafenib", treated=x) for x in ("sorafenib-9 sorafenib+3 TACE-30", "sorafenib+0", "")]
        == [1, None, None]
    ),
    ("earlier_systemic", "the same of sorafenib and of 5-FU with mitomycin"): lambda: (
        [
            _value("earlier_systemic", treated=x)
            for x in ("sorafenib-9 fluorouracil_mitomycin-99 HAIC-30 fluorouracil_mitomycin+3", "HAIC-30", "")
        ]
        == [2, None, None]
    ),
    (
        "days_since_local_treatment",
        "days from the last resection or ablation to day 0; none recorded is not known",
    ): lambda: (
        [
            _value("days_since_local_treatment", treated=x)
            for x in ("resection-100 ablation-20 TACE-5 ablation+3", "ablation-40 resection-27", "TACE-5 resection+3")
        ]
        == [20, 27, None]
    ),
}


# --- what is measured again ------------------------------------------------------------------------------------------

MM = Diameter(300)
NOTED = Features(certainty=Certainty.EQUIVOCAL, typical_vascular_pattern=True, override="agreed")
WIDE = MeasurementError(Fraction(100), Fraction(0), "of this test")
"""So wide that a lesion of 30 mm is often drawn below nothing."""


def _drawn(finding: Finding) -> list[Observation]:
    seen = Observation("L1", finding, NOTED)
    return [x for n in range(60) if (x := _observed_again(seen, WIDE, Random(n))) is not None]


def _stays(*findings: Finding) -> bool:
    return all(x.finding == finding for finding in findings for x in _drawn(finding))


def _is_measured_again(finding: Finding, name: str) -> bool:
    """Another length in most draws, 0.1 mm in those that would have been less."""
    lengths = [getattr(x.finding, name).tenths for x in _drawn(finding)]
    return (
        len(set(lengths)) > 30 and min(lengths) == 1 and {type(x.finding) for x in _drawn(finding)} == {type(finding)}
    )


DRAWS: Worked = {
    ("measured, or present with a diameter", "measured again, 0.1 mm at least"): lambda: (
        _is_measured_again(Measured(MM, MM), "diameter")
        and _is_measured_again(Measured(MM, MM), "whole")
        and _is_measured_again(Present(MM), "diameter")
        and _stays(Present())
    ),
    ("0 mm", "0 mm"): lambda: _stays(Measured(Diameter(0)), Present(Diameter(0))),
    ("absent, nonviable, too small, merged, not evaluable", "the same"): lambda: _stays(
        Absent(MM), Nonviable(MM), TooSmall(MM), TooSmall(), Merged(), Split(), NotEvaluable()
    ),
    ("unequivocal progression", "the same"): lambda: _stays(UnequivocalProgression(MM), UnequivocalProgression()),
    ("what was noted beside it", "the same"): lambda: (
        {x.features for finding in (Measured(MM), Present(MM), Absent()) for x in _drawn(finding)} == {NOTED}
    ),
}

TABLES: Mapping[str, Worked] = {
    "mrecist.checklist.CRITERION_VALUES": CRITERIA,
    "mrecist.robustness.robustness": DRAWS,
}


@pytest.mark.parametrize("name", TABLES)
def test_that_each_row_is_what_is_done(name: str) -> None:
    (table,) = doc_tables(docstrings()[name])
    assert list(table.rows) == list(TABLES[name])
    assert [row for row, holds in TABLES[name].items() if not holds()] == []


def test_that_a_criterion_looks_at_the_values_of_gates_and_at_these() -> None:
    assert set(CRITERION_VALUES) == {*VALUES, *[row[0] for row in CRITERIA]}


def test_that_what_was_not_recorded_is_not_measured_again() -> None:
    assert _observed_again(None, WIDE, Random(1)) is None
