"""What was given and found beside the responses, at the edges of what is known."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from app.resources import load_protocol
from mrecist.case import Case, ClinicalStatus, Marker, TimePoint, Treatment, TreatmentKind
from mrecist.decisions.facts import CONDITIONS, facts_at, marker_trend
from mrecist.decisions.predicates import PREDICATES
from mrecist.decisions.situation import Radiotherapy, Sessions, Trend
from mrecist.protocols import MarkerRule
from mrecist.values import Response

AFP = MarkerRule("afp_ng_ml", "AFP", Fraction(20), "s")


def marked(*values: str | None) -> Case:
    points = []
    for day, text in enumerate(values):
        found = None if text is None else Marker(Fraction(text.lstrip(">")), text.startswith(">"))
        points.append(TimePoint(f"TP{day}", day, None if text == "" else ClinicalStatus(afp_ng_ml=found)))
    return Case("C", tuple(points))


@pytest.mark.parametrize(
    ("values", "trend", "words"),
    [
        (("10", None), Trend.UNKNOWN, "AFP not recorded"),
        (("340",), Trend.UNKNOWN, "AFP 340, none before"),
        (("5", "20"), Trend.NOT_RISING, "AFP 20"),
        (("5", "20.1"), Trend.RISING, "AFP 5 → 20.1"),
        (("340", "340"), Trend.NOT_RISING, "AFP 340 → 340"),
        (("29.37", None, "340"), Trend.RISING, "AFP 29.37 → 340"),
        ((">35000", "6581"), Trend.NOT_RISING, "AFP >35000 → 6581"),
        ((">35000", "35000"), Trend.NOT_RISING, "AFP >35000 → 35000"),
        ((">35000", "43256"), Trend.UNKNOWN, "AFP >35000 → 43256"),
        ((">35000", ">50000"), Trend.UNKNOWN, "AFP >35000 → >50000"),
        (("35000", ">35000"), Trend.RISING, "AFP 35000 → >35000"),
        (("43256", ">35000"), Trend.UNKNOWN, "AFP 43256 → >35000"),
        (("5", ">10"), Trend.UNKNOWN, "AFP 5 → >10"),
    ],
)
def test_that_a_marker_rises_only_where_it_is_known_to(
    values: tuple[str | None, ...], trend: Trend, words: str
) -> None:
    assert marker_trend(marked(*values), len(values) - 1, AFP) == (trend, words)


def test_that_without_a_marker_nothing_is_said() -> None:
    assert marker_trend(marked("5"), 0, None) == (Trend.UNKNOWN, "")


@pytest.mark.parametrize(
    ("end", "stage"),
    [
        (None, Radiotherapy.NOT_RECORDED),
        (43, Radiotherapy.UNDER_WAY),
        (42, Radiotherapy.TOO_EARLY),
        (15, Radiotherapy.TOO_EARLY),
        (14, Radiotherapy.DUE),
    ],
)
def test_that_the_response_to_radiotherapy_is_due_28_days_after_its_end(end: int | None, stage: Radiotherapy) -> None:
    given = (Treatment(TreatmentKind.RADIOTHERAPY, 0, end), Treatment(TreatmentKind.RESECTION, 43))
    case = Case("C", (TimePoint("BL", -5), TimePoint("FU1", 42)), treatments=given)
    facts = facts_at(case, 1, Response.SD, load_protocol("ld-ccrt"))
    assert (facts.radiotherapy, facts.operated, facts.overall) == (stage, False, Response.SD)
    assert facts_at(case, 0, Response.SD, load_protocol("ld-ccrt")).radiotherapy is Radiotherapy.NOT_RECORDED


@pytest.mark.parametrize(("count", "stage"), [(1, "too_few"), (2, "enough"), (3, "enough"), (4, "complete")])
def test_that_sessions_are_counted_up_to_the_day(count: int, stage: str) -> None:
    protocol = load_protocol("tace-sorafenib-sequential")
    given = (*[Treatment(TreatmentKind.TACE, day) for day in range(43 - count, 43)], Treatment(TreatmentKind.TACE, 43))
    case = Case("C", (TimePoint("BL", 0), TimePoint("FU1", 42)), treatments=given, arm="tace-sorafenib")
    facts = facts_at(case, 1, Response.SD, protocol)
    assert (facts.sessions, facts.session_count, facts.arm_has_tace) == (Sessions(stage), count, True)
    for arm, known in (("sorafenib", False), (None, None), ("other", None)):
        assert facts_at(replace(case, arm=arm), 1, Response.SD, protocol).arm_has_tace is known


def test_that_the_facts_are_those_of_conditions_that_there_are() -> None:
    assert CONDITIONS - set(PREDICATES) == set()
