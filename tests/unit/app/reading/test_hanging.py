from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from app.reading.hanging import (
    Tile,
    Times,
    hang,
    phase_label,
    preset_of,
    prior_visit,
    stages,
    usual_stage,
)
from app.reading.linework import liver_read_on
from app.reading.series_kinds import is_chest
from app.reading.stages import LAYOUTS, Derivation, Stage
from app.state.record import Record, SeriesRef, Visit
from mrecist.case import Read, TimePointRead
from mrecist.lesions import Lesion, Measured, Observation
from mrecist.values import Diameter, LesionRole, Line, Organ, Region
from tests.support.records import BASELINE, exam, series_ref, two_visits
from viewers.tools.layout import FOUR, TWO, Layout

DATES = (BASELINE, date(2025, 4, 29), date(2025, 6, 10), date(2025, 7, 24))


def course(visits: int) -> Record:
    """A record with BL, FU1, FU2 ...; each has four liver phases and a chest in one frame of reference."""
    names = ("BL", "FU1", "FU2", "FU3")[:visits]
    exams = [exam(on, name) for name, on in zip(names, DATES, strict=False)]
    made = tuple(
        Visit(name, on, (on,), tuple(ref.uid for ref in refs))
        for name, on, refs in zip(names, DATES, exams, strict=False)
    )
    return replace(two_visits(), series=tuple(ref for refs in exams for ref in refs), visits=made)


def without(record: Record, *uids: str) -> Record:
    return replace(record, series=tuple(ref for ref in record.series if ref.uid not in uids))


def with_series(record: Record, visit_id: str, *refs: SeriesRef) -> Record:
    visits = tuple(
        replace(visit, series=(*visit.series, *(ref.uid for ref in refs))) if visit.id == visit_id else visit
        for visit in record.visits
    )
    return replace(record, series=(*record.series, *refs), visits=visits)


def hung(record: Record, stage: Stage, nadir: str | None = None) -> tuple[Tile, ...]:
    """The tiles of a stage at the last time point."""
    current = record.visits[-1]
    times = Times(current, prior_visit(record, current), record.baseline, record.visit(nadir) if nadir else None)
    return hang(record, stage, times).tiles


def shown(tiles: tuple[Tile, ...]) -> list[str]:
    """What hangs in each tile: the series, or why there is none."""
    return [tile.series_uid or tile.missing for tile in tiles]


MR = {"modality": "MR"}


def mr_exam(on: date = DATES[0]) -> tuple[SeriesRef, ...]:
    phases = {"PRE": "pre", "AP": "arterial", "PVP": "portal_venous", "TP": "transitional", "HBP": "hepatobiliary"}
    dynamic = tuple(series_ref(f"MR-{short}", on, phase, f"eTHRIVE {short}", **MR) for short, phase in phases.items())
    others = ("DWI b50", "DWI b800", "ADC", "T2 HASTE cor", "T2 BLADE fs tra", "MRCP thick slab T2")
    return (*dynamic, *(series_ref(f"MR-{name}", on, None, name, **MR) for name in others))


def mr_record(*left_out: str) -> Record:
    refs = tuple(ref for ref in mr_exam() if ref.uid not in left_out)
    visit = Visit("BL", DATES[0], (DATES[0],), tuple(ref.uid for ref in refs))
    return replace(two_visits(), series=refs, visits=(visit,))


# --- which stages ---------------------------------------------------------------------------------------------


def test_that_a_baseline_offers_what_needs_no_prior() -> None:
    record = course(1)
    assert stages(record, record.visits[0]) == (Stage.PHASES, Stage.ENHANCEMENT, Stage.CHEST, Stage.SINGLE)


def test_that_a_follow_up_offers_the_prior_the_course_and_the_evidence() -> None:
    record = course(2)
    assert stages(record, record.visits[1]) == (
        Stage.PHASES,
        Stage.PRIOR_CURRENT,
        Stage.ENHANCEMENT,
        Stage.STRIP,
        Stage.CHEST,
        Stage.EVIDENCE,
        Stage.SINGLE,
    )


def test_that_a_stage_with_nothing_to_show_is_not_offered() -> None:
    record = without(course(2), "FU1-PRE", "FU1-AP", "FU1-PVP", "FU1-DP")
    assert stages(record, record.visits[1]) == (Stage.CHEST, Stage.SINGLE)
    assert Stage.CHEST not in stages(without(course(2), "FU1-CH"), record.visits[1])
    assert Stage.ENHANCEMENT not in stages(without(course(1), "BL-AP"), record.visits[0])


def test_that_the_sequences_hang_first_where_all_there_is_is_mr() -> None:
    record = mr_record()
    offered = stages(record, record.visits[0])
    assert Stage.MR in offered
    assert Stage.MR not in stages(course(1), course(1).visits[0])
    assert usual_stage(record, record.visits[0], offered) is Stage.MR
    assert usual_stage(course(1), course(1).visits[0], stages(course(1), course(1).visits[0])) is Stage.PHASES


# --- S1, S2, S3, S4 -------------------------------------------------------------------------------------------


def test_that_phases_hang_in_the_order_of_contrast() -> None:
    tiles = hung(course(1), Stage.PHASES)
    assert shown(tiles) == ["BL-PRE", "BL-AP", "BL-PVP", "BL-DP"]
    assert [tile.preset for tile in tiles] == [2, 3, 4, 4]
    assert {tile.role for tile in tiles} == {""}


def test_that_the_phases_of_a_ct_are_never_filled_from_an_mr() -> None:
    late = series_ref("MR-DP", DATES[0], "delayed", "MR delayed", **MR)
    record = with_series(without(course(1), "BL-DP"), "BL", late)
    assert shown(hung(record, Stage.PHASES))[3] == "Delayed phase missing at BL"


def test_that_prior_hangs_left_of_current_row_by_row() -> None:
    tiles = hung(course(2), Stage.PRIOR_CURRENT)
    assert shown(tiles) == ["BL-AP", "FU1-AP", "BL-PVP", "FU1-PVP"]
    assert [tile.role for tile in tiles[:2]] == ["baseline · prior", "current"]


def test_that_a_missing_phase_is_named_and_never_filled_with_another_series() -> None:
    tiles = hung(without(course(2), "FU1-AP"), Stage.PRIOR_CURRENT)
    assert tiles[1].series_uid is None
    assert tiles[1].missing == "Arterial phase missing at FU1"


def test_that_the_arterial_phase_hangs_large_with_subtraction_and_prior() -> None:
    record = course(2)
    hanging = hang(record, Stage.ENHANCEMENT, Times(record.visits[1], record.visits[0], record.visits[0]))
    assert hanging.layout == Layout(2, 3, large=True)
    assert shown(hanging.tiles) == ["FU1-AP", "FU1-AP", "BL-AP"]
    assert [tile.derivation for tile in hanging.tiles] == [None, Derivation.SUBTRACTION, None]
    assert hanging.tiles[1].minus_uid == "FU1-PRE"


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"uid": "gone"}, "No subtraction at FU1: pre-contrast phase missing"),
        (
            {"frame_of_reference_uid": "2.25.9"},
            "No subtraction at FU1: arterial and pre-contrast phase do not share a frame of reference",
        ),
        (
            {"frame_of_reference_uid": None},
            "No subtraction at FU1: arterial and pre-contrast phase do not share a frame of reference",
        ),
        ({"modality": "MR"}, "No subtraction at FU1: arterial phase is CT, pre-contrast phase MR"),
    ],
    ids=["missing", "another space", "no space", "another modality"],
)
def test_that_a_subtraction_that_cannot_be_says_why(change: dict[str, Any], why: str) -> None:
    record = course(2)
    series = tuple(replace(ref, **change) if ref.uid == "FU1-PRE" else ref for ref in record.series)
    tiles = hung(replace(record, series=series), Stage.ENHANCEMENT)
    assert (tiles[1].series_uid, tiles[1].missing) == (None, why)


def test_that_two_phases_without_a_frame_of_reference_share_none() -> None:
    record = course(2)
    series = tuple(replace(ref, frame_of_reference_uid=None) for ref in record.series)
    tile = hung(replace(record, series=series), Stage.ENHANCEMENT)[1]
    assert (tile.series_uid, "do not share a frame of reference" in tile.missing) == (None, True)


def test_that_the_course_shows_baseline_nadir_prior_and_current() -> None:
    tiles = hung(course(4), Stage.STRIP, nadir="FU1")
    assert shown(tiles) == ["BL-AP", "FU1-AP", "FU2-AP", "FU3-AP"]
    assert [tile.role for tile in tiles] == ["baseline", "nadir", "prior", "current"]


def test_that_a_time_point_with_two_parts_hangs_once_and_is_named_by_both() -> None:
    record = course(3)
    times = Times(record.visits[2], record.visits[1], record.visits[0], record.visits[1])
    hanging = hang(record, Stage.STRIP, times)
    assert [tile.role for tile in hanging.tiles] == ["baseline", "nadir · prior", "current"]
    assert hanging.layout == Layout(1, 3, loose=True)


def test_that_a_nadir_that_no_sum_tells_is_a_grey_tile() -> None:
    tiles = hung(course(3), Stage.STRIP)
    assert tiles[1].missing == "Nadir not known: the liver has no sum at an earlier time point"


# --- S5, S6, evidence -----------------------------------------------------------------------------------------


def test_that_the_sequences_of_an_mr_hang_in_two_rows() -> None:
    tiles = hung(mr_record(), Stage.MR)
    assert shown(tiles) == [
        "MR-PRE",
        "MR-AP",
        "MR-PVP",
        "MR-HBP",
        "MR-DWI b800",
        "MR-ADC",
        "MR-T2 BLADE fs tra",
        "MR-AP",
    ]
    assert tiles[7].derivation is Derivation.SUBTRACTION
    assert LAYOUTS[Stage.MR] == Layout(2, 4, loose=True)


@pytest.mark.parametrize(
    ("left_out", "tile", "instead"),
    [
        (("MR-HBP",), 3, "MR-TP"),
        (("MR-HBP", "MR-TP"), 3, "Transitional, hepatobiliary or delayed phase missing at BL"),
        (("MR-DWI b50", "MR-DWI b800"), 4, "Diffusion with a high b value missing at BL"),
        (("MR-ADC",), 5, "ADC map missing at BL"),
        (("MR-T2 HASTE cor", "MR-T2 BLADE fs tra"), 6, "T2-weighted series missing at BL"),
        (("MR-PRE",), 7, "No subtraction at BL: pre-contrast phase missing"),
    ],
)
def test_that_a_missing_sequence_is_named(left_out: tuple[str, ...], tile: int, instead: str) -> None:
    assert shown(hung(mr_record(*left_out), Stage.MR))[tile] == instead


def test_that_a_b_value_in_the_files_goes_before_the_description() -> None:
    record = mr_record()
    values = {"MR-DWI b50": 1000}
    tiles = hang(record, Stage.MR, Times(record.visits[0]), values.get).tiles
    assert tiles[4].series_uid == "MR-DWI b50"


def test_that_the_chest_hangs_for_lung_mediastinum_and_bone_prior_beside_current() -> None:
    record = course(2)
    hanging = hang(record, Stage.CHEST, Times(record.visits[1], record.visits[0], record.visits[0]))
    assert [(tile.series_uid, tile.preset) for tile in hanging.tiles] == [
        ("BL-CH", 5), ("FU1-CH", 5), ("BL-CH", 6), ("FU1-CH", 6), ("BL-CH", 7), ("FU1-CH", 7),
    ]  # fmt: skip
    assert hanging.layout == Layout(3, 2, loose=True)


def test_that_a_series_made_for_lung_or_bone_hangs_where_its_window_asks_for_it() -> None:
    lung = series_ref("BL-LUNG", DATES[0], None, "Chest lung 1 mm")
    bone = series_ref("BL-BONE", DATES[0], None, "Spine bone")
    tiles = hung(with_series(course(1), "BL", lung, bone), Stage.CHEST)
    assert shown(tiles) == ["BL-LUNG", "BL-CH", "BL-BONE"]


def test_that_a_chest_that_was_not_taken_at_the_prior_is_named() -> None:
    tiles = hung(without(course(2), "BL-CH"), Stage.CHEST)
    assert shown(tiles)[:2] == ["Chest missing at BL", "FU1-CH"]


def test_that_the_evidence_is_liver_over_chest() -> None:
    assert shown(hung(course(2), Stage.EVIDENCE)) == ["BL-AP", "FU1-AP", "BL-CH", "FU1-CH"]


def test_that_a_stage_with_fewer_tiles_takes_a_smaller_layout() -> None:
    record = course(1)
    times = Times(record.visits[0], None, record.visits[0])
    assert hang(record, Stage.PHASES, times).layout == FOUR
    assert hang(record, Stage.ENHANCEMENT, times).layout == TWO
    assert hang(record, Stage.CHEST, times).layout == Layout(1, 3, loose=True)


# --- which series ---------------------------------------------------------------------------------------------


def test_that_a_measurable_series_is_preferred_within_a_phase() -> None:
    poor = series_ref("FU1-AP2", DATES[1], "arterial", "thick", measurable=False, images=300)
    assert shown(hung(with_series(course(2), "FU1", poor), Stage.PHASES))[1] == "FU1-AP"


def test_that_a_prior_of_the_same_modality_goes_before_another_and_another_before_none() -> None:
    other = series_ref("BL-MR-AP", DATES[0], "arterial", "MR arterial", images=400, **MR)
    record = with_series(course(2), "BL", other)
    assert shown(hung(record, Stage.PRIOR_CURRENT))[0] == "BL-AP"
    assert shown(hung(without(record, "BL-AP"), Stage.PRIOR_CURRENT))[0] == "BL-MR-AP"


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
    good = series_ref("FU1-AP", DATES[1], "arterial", "Liver AP", **first)
    attributes: dict[str, Any] = {"description": "Liver", "images": 300, **then}
    larger = series_ref("FU1-AP2", DATES[1], "arterial", **attributes)
    record = with_series(without(course(2), "FU1-AP"), "FU1", larger)
    record = replace(record, series=(*record.series, good))
    assert shown(hung(record, Stage.PHASES))[1] == "FU1-AP"


@pytest.mark.parametrize(
    ("description", "phase", "modality", "chest", "label"),
    [
        ("Chest CT", None, "CT", True, "CHEST"),
        ("흉부 CT", None, "CT", True, "CHEST"),
        ("Thorax 5 mm", None, "CT", True, "CHEST"),
        ("LUNG BASES 5MM", None, "CT", False, "CT"),
        ("Liver dynamic lung bases", "arterial", "CT", False, "AP"),
        ("Brain", None, "CT", False, "CT"),
        ("ep2d_diff_b50_400_800_tra", None, "MR", False, "DWI b800"),
        ("DWI", None, "MR", False, "DWI"),
        ("ep2d_diff_b800_ADC", None, "MR", False, "ADC"),
        ("T2_HASTE_tra", None, "MR", False, "T2"),
        ("T2* map", None, "MR", False, "MR"),
        ("T2W SPAIR", None, "MR", False, "T2"),
    ],
)
def test_that_what_a_series_shows_is_told_by_description_and_never_overrules_a_phase(
    description: str, phase: str | None, modality: str, chest: bool, label: str
) -> None:
    ref = series_ref("x", BASELINE, phase, description, modality=modality)
    assert is_chest(ref) is chest
    assert phase_label(ref) == label


def test_that_only_ct_opens_with_a_preset() -> None:
    assert preset_of(series_ref("x", BASELINE, "arterial", "AP")) == 3
    assert preset_of(series_ref("x", BASELINE, "arterial", "AP", **MR)) is None


def test_that_the_prior_is_the_latest_time_point_before() -> None:
    record = two_visits()
    assert prior_visit(record, record.visits[0]) is None
    assert prior_visit(record, record.visits[1]) is record.visits[0]


def drawn_on(*series: str) -> Read:
    """A read of FU2 with a liver target drawn on each of these series, and a lung target on the chest CT."""
    lesions, seen = [], []
    for number, uid in enumerate((*series, "FU2-Chest")):
        lung = uid == "FU2-Chest"
        region, organ = (Region.EXTRAHEPATIC, Organ.LUNG) if lung else (Region.INTRAHEPATIC, Organ.LIVER)
        lesions.append(Lesion(f"L{number}", region, LesionRole.TARGET, organ))
        line = Line(uid, "1.2", 1, None, (0.0, 0.0, 0.0), (9.0, 0.0, 0.0))
        seen.append(Observation(f"L{number}", Measured(Diameter.from_mm(9), evidence=(line,))))
    return Read("r", lesions=tuple(lesions), timepoints=(TimePointRead("FU2", tuple(seen)),))


def test_that_a_liver_that_was_read_on_mr_hangs_as_mr_beside_the_prior_ct() -> None:
    record = with_series(course(3), "FU2", *mr_exam(DATES[2]))
    assert liver_read_on(record, drawn_on("MR-AP", "MR-PVP"), "FU2") == "MR"
    assert liver_read_on(record, drawn_on("MR-AP", "FU2-AP"), "FU2") is None
    assert liver_read_on(record, drawn_on(), "FU2") is None
    times = Times(record.visits[2], record.visits[1], record.visits[0])
    on_mr = hang(record, Stage.PRIOR_CURRENT, times, liver_on={"FU2": "MR"})
    assert shown(on_mr.tiles) == ["FU1-AP", "MR-AP", "FU1-PVP", "MR-PVP"]
    assert shown(hang(record, Stage.PRIOR_CURRENT, times).tiles) == ["FU1-AP", "FU2-AP", "FU1-PVP", "FU2-PVP"]
    assert shown(hang(record, Stage.PHASES, times, liver_on={"FU2": "MR"}).tiles)[1] == "FU2-AP"


def test_that_a_prior_hangs_as_what_its_liver_was_read_on_where_its_lines_are() -> None:
    """Oil hides the lesions on CT at FU2, and they were read on MR: at FU3 the MR hangs beside the CT."""
    record = with_series(course(4), "FU2", *mr_exam(DATES[2]))
    times = Times(record.visits[3], record.visits[2], record.visits[0], record.visits[2])
    beside = hang(record, Stage.PRIOR_CURRENT, times, liver_on={"BL": "CT", "FU2": "MR"})
    assert shown(beside.tiles) == ["MR-AP", "FU3-AP", "MR-PVP", "FU3-PVP"]
    strip = hang(record, Stage.STRIP, times, liver_on={"BL": "CT", "FU2": "MR"})
    assert shown(strip.tiles) == ["BL-AP", "MR-AP", "FU3-AP"]
    not_read = hang(record, Stage.PRIOR_CURRENT, times, liver_on={"BL": "CT"})
    assert shown(not_read.tiles) == ["FU2-AP", "FU3-AP", "FU2-PVP", "FU3-PVP"]
