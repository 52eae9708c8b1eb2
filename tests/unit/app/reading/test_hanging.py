from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from app.reading.hanging import Stage, hang, is_chest, phase_label, prior_visit, stages
from tests.support.records import BASELINE, series_ref, two_visits


def test_that_a_baseline_offers_phases_and_chest_but_no_prior() -> None:
    record = two_visits()
    assert stages(record, record.visits[0]) == (Stage.PHASES, Stage.CHEST, Stage.SINGLE)


def test_that_a_follow_up_also_offers_the_prior_beside_the_current() -> None:
    record = two_visits()
    assert Stage.PRIOR_CURRENT in stages(record, record.visits[1])


def test_that_phases_hang_in_the_order_of_contrast() -> None:
    record = two_visits()
    hanging = hang(record, Stage.PHASES, record.visits[0], None)
    assert [tile.series_uid for tile in hanging.tiles] == ["BL-PRE", "BL-AP", "BL-PVP", "BL-DP"]


def test_that_prior_hangs_left_of_current_row_by_row() -> None:
    record = two_visits()
    hanging = hang(record, Stage.PRIOR_CURRENT, record.visits[1], record.visits[0])
    assert [tile.series_uid for tile in hanging.tiles] == ["BL-AP", "FU1-AP", "BL-PVP", "FU1-PVP"]


def test_that_a_missing_phase_is_named_and_never_filled_with_another_series() -> None:
    record = two_visits()
    without = tuple(x for x in record.series if x.uid != "FU1-AP")
    record = replace(record, series=without)
    tiles = hang(record, Stage.PRIOR_CURRENT, record.visits[1], record.visits[0]).tiles
    assert tiles[1].series_uid is None
    assert tiles[1].missing == "Arterial phase missing at FU1"


def test_that_a_measurable_series_is_preferred_within_a_phase() -> None:
    record = two_visits()
    poor = series_ref("FU1-AP2", record.visits[1].on, "arterial", "thick", measurable=False, images=300)
    visits = (record.visits[0], replace(record.visits[1], series=(*record.visits[1].series, poor.uid)))
    record = replace(record, series=(*record.series, poor), visits=visits)
    assert hang(record, Stage.PHASES, record.visits[1], None).tiles[1].series_uid == "FU1-AP"


@pytest.mark.parametrize(
    ("first", "then"),
    [
        ({}, {"phase_confidence": 0.79}),
        ({"phase_corrected_by": "Dr J. Lee", "phase_confidence": 0.3}, {"phase_confidence": 0.5}),
        ({}, {"description": "Liver AP Cor 3.0"}),
        ({}, {"description": "동맥기 관상면"}),
    ],
    ids=["sure", "corrected", "axial", "axial, Korean"],
)
def test_that_a_phase_that_is_only_guessed_and_a_reformat_hang_after_the_others(
    first: dict[str, Any], then: dict[str, Any]
) -> None:
    record = two_visits()
    on = record.visits[1].on
    good = series_ref("FU1-AP", on, "arterial", "Liver AP", **first)
    attributes: dict[str, Any] = {"description": "Liver", "images": 300, **then}
    larger = series_ref("FU1-AP2", on, "arterial", **attributes)
    visits = (record.visits[0], replace(record.visits[1], series=(larger.uid, *record.visits[1].series)))
    others = tuple(ref for ref in record.series if ref.uid != good.uid)
    record = replace(record, series=(larger, *others, good), visits=visits)
    assert hang(record, Stage.PHASES, record.visits[1], None).tiles[1].series_uid == "FU1-AP"


@pytest.mark.parametrize(
    ("description", "phase", "chest", "label"),
    [
        ("Chest CT", None, True, "CHEST"),
        ("흉부 CT", None, True, "CHEST"),
        ("Thorax 5 mm", None, True, "CHEST"),
        ("Liver dynamic lung bases", "arterial", False, "AP"),
        ("Brain", None, False, "CT"),
    ],
)
def test_that_chest_is_told_by_description_and_never_overrules_a_phase(
    description: str, phase: str | None, chest: bool, label: str
) -> None:
    ref = series_ref("x", BASELINE, phase, description)
    assert is_chest(ref) is chest
    assert phase_label(ref) == label


def test_that_the_prior_is_the_latest_time_point_before() -> None:
    record = two_visits()
    assert prior_visit(record, record.visits[0]) is None
    assert prior_visit(record, record.visits[1]) is record.visits[0]
