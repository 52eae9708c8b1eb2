"""What the lesion table says, cell by cell."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt

from app.assessing import assess_read
from app.models.finding_sizes import size_of
from app.models.lesion_cells import (
    Accepted,
    Cell,
    Column,
    ColumnKind,
    Mark,
    RowKind,
    Tone,
    cell_of,
    columns_of,
    finding_cell,
    head_of,
    rows_of,
)
from app.models.lesion_table import LesionTableModel
from app.models.reading import Reading, change_pct, counted_mm
from app.panels.response_text import modality_text
from app.resources import load_ruleset
from app.state.events import FindingRecorded, LesionSplit
from app.state.record import Record
from mrecist.case import TimePointRead
from mrecist.lesions import (
    Absent,
    Features,
    Finding,
    Lesion,
    Measured,
    Merged,
    Nonviable,
    NotEvaluable,
    Observation,
    Present,
    TooSmall,
    UnequivocalProgression,
    WhyNotEvaluable,
)
from mrecist.values import Diameter, LesionRole, Line, LocalTreatment, Organ, Region
from tests.support.cases import READ, added, found, lesion, measured, record_of
from tests.support.example_reading import LESIONS, READ_ID, example_assessment, example_reading, example_record
from tests.support.proposals import with_proposals

BY_ID = {lesion.id: lesion for lesion in LESIONS}


def said(reading: Reading, name: str, kind: ColumnKind, visit_id: str | None = None) -> Cell:
    """The cell of a lesion, or of the sum of a region (its value), in one column."""
    row = next(
        row
        for row in rows_of(reading)
        if (row.lesion is not None and row.lesion.id == name) or (row.kind is RowKind.SUM and row.region.value == name)
    )
    column = next(c for c in columns_of(reading) if c.kind is kind and (visit_id is None or c.visit_id == visit_id))
    return cell_of(row, column, reading, Accepted())


def test_that_rows_come_by_region_intrahepatic_first_each_with_its_sum() -> None:
    shown = [row.lesion.id if row.lesion else row.kind.name for row in rows_of(example_reading())]
    assert shown == [
        "GROUP", "IT1", "IT2", "INT1", "SUM",
        "GROUP", "ET1", "ET2", "ET3", "ENT1", "SUM",
    ]  # fmt: skip


def test_that_columns_are_the_time_points_then_the_changes() -> None:
    reading = example_reading()
    heads = [head_of(column, reading) for column in columns_of(reading)]
    assert heads == [
        ("Lesion",), ("Site",), ("BL", "03-11"), ("FU1", "04-29"), ("FU2", "06-10"),
        ("vs BL", "%"), ("vs nadir", "%"),
    ]  # fmt: skip


def test_that_what_lies_after_the_open_time_point_is_not_shown() -> None:
    reading = example_reading("FU1")
    assert [c.visit_id for c in columns_of(reading) if c.kind is ColumnKind.VISIT] == ["BL", "FU1"]


@pytest.mark.parametrize(
    ("name", "kind", "visit_id", "text"),
    [
        ("IT1", ColumnKind.VISIT, "BL", "49.2"),
        ("IT1", ColumnKind.VISIT, "FU2", "26.8"),
        ("IT1", ColumnKind.VS_BASELINE, None, "\u221245.5"),
        ("IT1", ColumnKind.VS_NADIR, None, "\u221226.4"),
        ("ET1", ColumnKind.VS_BASELINE, None, "+19.4"),
        ("ET2", ColumnKind.VS_NADIR, None, "+27.4"),
        ("intra", ColumnKind.VISIT, "BL", "72.8"),
        ("intra", ColumnKind.VISIT, "FU1", "50.9"),
        ("intra", ColumnKind.VISIT, "FU2", "37.7"),
        ("intra", ColumnKind.VS_BASELINE, None, "\u221248.2"),
        ("intra", ColumnKind.VS_NADIR, None, "\u221225.9"),
        ("extra", ColumnKind.VISIT, "FU2", "68.9"),
        ("extra", ColumnKind.VS_BASELINE, None, "+14.8"),
        ("extra", ColumnKind.VS_NADIR, None, "+20.5"),
        ("INT1", ColumnKind.VISIT, "FU2", "viable"),
        ("ENT1", ColumnKind.VISIT, "FU1", "present"),
        ("ENT1", ColumnKind.VISIT, "FU2", "to do"),
        ("INT1", ColumnKind.VS_BASELINE, None, "\u2014"),
    ],
)
def test_that_values_sums_and_changes_are_right(name: str, kind: ColumnKind, visit_id: str | None, text: str) -> None:
    assert said(example_reading(), name, kind, visit_id).text == text


def test_that_the_nadir_is_marked_in_the_sum_of_its_own_region() -> None:
    reading = example_reading()
    marks = {
        (region, visit): said(reading, region, ColumnKind.VISIT, visit).nadir
        for region in ("intra", "extra")
        for visit in ("BL", "FU1", "FU2")
    }
    assert [key for key, marked in marks.items() if marked] == [("intra", "FU1"), ("extra", "FU1")]


def test_that_the_nadir_is_known_before_anything_is_found_at_the_open_time_point() -> None:
    """Liver 72.8 at baseline, 50.9 at FU1 and nothing yet at FU2; elsewhere FU1 is without ET1, and no nadir."""
    record = example_record()
    read = record.reads[0]
    fu1 = read.timepoints[1]
    fu1 = replace(fu1, observations=tuple(x for x in fu1.observations if x.lesion_id != "ET1"))
    record = replace(record, reads=(replace(read, timepoints=(read.timepoints[0], fu1)),))
    reading = Reading(record, READ_ID, "FU2", assess_read(record, READ_ID, load_ruleset()))
    assert reading.response is None
    assert reading.nadir_id(Region.INTRAHEPATIC) == "FU1"
    assert reading.nadir_id(Region.EXTRAHEPATIC) == "BL"
    assert said(reading, "intra", ColumnKind.VISIT, "FU1").nadir
    assert replace(reading, visit_id="BL").nadir_id(Region.INTRAHEPATIC) is None
    assert replace(reading, blind=True).nadir_id(Region.INTRAHEPATIC) is None


def test_that_a_node_says_that_its_short_axis_counts() -> None:
    assert said(example_reading(), "ET3", ColumnKind.VISIT, "FU2").prefix == "short"


def test_that_what_is_to_do_is_asked_in_accent() -> None:
    assert said(example_reading(), "ENT1", ColumnKind.VISIT, "FU2").tone is Tone.QUESTION


@pytest.mark.parametrize(
    ("lesion_id", "finding", "text"),
    [
        pytest.param("INT1", Nonviable(), "no viable tumour", id="liver non-target without enhancement"),
        pytest.param("INT1", Absent(), "no viable tumour", id="liver non-target gone"),
        pytest.param("ENT1", Absent(), "absent", id="lung non-target gone"),
        pytest.param("ENT1", Present(), "present", id="lung non-target there"),
        pytest.param("ENT1", UnequivocalProgression(), "PD", id="unequivocal progression"),
        pytest.param("ENT1", NotEvaluable(WhyNotEvaluable.ARTEFACT), "NE", id="not evaluable"),
        pytest.param("IT1", Nonviable(), "0.0", id="a target without viable tumour counts 0"),
        pytest.param("ET1", TooSmall(), "5.0", id="too small counts 5 mm"),
        pytest.param("ET1", TooSmall(Diameter.from_mm(3)), "3.0", id="too small but measured keeps its value"),
        pytest.param("IT2", Merged("IT1"), "merged", id="fused with another"),
    ],
)
def test_that_a_finding_is_said_in_the_words_of_its_region(lesion_id: str, finding: Finding, text: str) -> None:
    assert finding_cell(BY_ID[lesion_id], finding, example_reading(), "FU2").text == text


def test_that_a_missing_earlier_finding_is_not_passed_over() -> None:
    cell = finding_cell(BY_ID["ENT1"], None, example_reading(), "FU1")
    assert cell.text == "\u2014"
    assert "not evaluable" in cell.explanation


def test_that_a_proposal_makes_value_and_sum_provisional() -> None:
    reading = example_reading()
    accepted = Accepted(proposed=frozenset({"IT1"}))
    column = next(c for c in columns_of(reading) if c.visit_id == "FU2")
    lesion, total = (
        next(row for row in rows_of(reading) if row.kind is kind) for kind in (RowKind.LESION, RowKind.SUM)
    )
    assert cell_of(lesion, column, reading, accepted).provisional
    assert cell_of(total, column, reading, accepted).provisional


def test_that_a_value_tells_what_the_assistant_proposed_of_it() -> None:
    record = with_proposals(example_record())
    reading = Reading(record, READ_ID, "FU2", example_assessment())
    told = {visit_id: said(reading, "IT1", ColumnKind.VISIT, visit_id).explanation for visit_id in ("BL", "FU1", "FU2")}
    first = "Assistant: proposed 37.1, at first 38.0."
    assert told == {"BL": "", "FU1": first, "FU2": "Assistant: as proposed, at first 27.4."}


def test_that_the_baseline_shows_counted_and_whole_diameters_and_state() -> None:
    reading = example_reading("BL")
    assert [c.kind for c in columns_of(reading)] == [
        ColumnKind.LESION, ColumnKind.SITE, ColumnKind.VISIT, ColumnKind.WHOLE, ColumnKind.SERIES, ColumnKind.STATE,
    ]  # fmt: skip
    assert said(reading, "IT1", ColumnKind.WHOLE).text == "53.6"
    assert said(reading, "IT1", ColumnKind.STATE).mark is Mark.COMPLETE
    assert said(reading, "extra", ColumnKind.VISIT).text == "60.0"


def test_that_dates_carry_their_year_where_years_differ() -> None:
    reading = example_reading()
    visits = reading.record.visits
    earlier = replace(visits[0], on=visits[0].on.replace(year=2024))
    reading = replace(reading, record=replace(reading.record, visits=(earlier, *visits[1:])))
    assert head_of(columns_of(reading)[2], reading) == ("BL", "2024-03-11")


def test_that_the_selected_lesion_opens_a_row_for_its_crops() -> None:
    model = LesionTableModel()
    model.set_reading(example_reading())
    rows = model.rowCount()
    model.select("IT2")
    place = model.row_of("IT2")
    assert place is not None
    assert model.rowCount() == rows + 1
    assert model.row(place + 1).kind is RowKind.CROPS
    model.select("ET1")
    assert model.rowCount() == rows + 1
    model.select(None)
    assert model.rowCount() == rows


def test_that_only_the_open_time_point_of_an_unsigned_read_is_edited() -> None:
    model = LesionTableModel()
    model.set_reading(example_reading())
    row = model.row_of("IT1")
    assert row is not None
    editable = [
        column
        for column in range(model.columnCount())
        if model.flags(model.index(row, column)) & Qt.ItemFlag.ItemIsEditable
    ]
    assert editable == [model.current_column]


def test_that_a_screen_reader_hears_lesion_time_point_and_value() -> None:
    model = LesionTableModel()
    model.set_reading(example_reading())
    row = model.row_of("ET3")
    assert row is not None
    heard = model.index(row, model.current_column or 0).data(Qt.ItemDataRole.AccessibleTextRole)
    assert heard == "ET3, FU2 06-10, short 18.6"


def test_that_a_change_from_nothing_has_no_percentage() -> None:
    assert change_pct(counted_mm(Nonviable()), Diameter.from_mm(4).mm) is None
    assert counted_mm(NotEvaluable()) is None
    assert counted_mm(Measured(Diameter.from_mm("26.8"))) == Diameter(268).mm


def test_that_regions_without_lesions_have_no_rows() -> None:
    reading = example_reading()
    read = replace(reading.read, lesions=tuple(x for x in LESIONS if x.region is Region.EXTRAHEPATIC))
    reading = replace(reading, record=replace(reading.record, reads=(read,)))
    assert {row.region for row in rows_of(reading)} == {Region.EXTRAHEPATIC}


def test_that_the_nadir_need_not_be_the_time_point_before() -> None:
    reading = example_reading()
    record, read = reading.record, reading.read
    fu2, found = record.visits[-1], read.timepoints[-1].observations
    later = replace(fu2, id="FU3", on=fu2.on.replace(month=7), series=())
    read = replace(read, timepoints=(*read.timepoints, TimePointRead("FU3", found)))
    record = replace(record, visits=(*record.visits, later), reads=(read,))
    reading = Reading(record, READ_ID, "FU3", example_assessment(record))
    marked = [
        (region, visit)
        for region in ("intra", "extra")
        for visit in ("BL", "FU1", "FU2", "FU3")
        if said(reading, region, ColumnKind.VISIT, visit).nadir
    ]
    assert marked == [("intra", "FU2"), ("extra", "FU1")]


def test_that_a_new_lesion_is_listed_from_where_it_was_first_seen() -> None:
    reading = example_reading()
    new = Lesion("EN1", Region.EXTRAHEPATIC, LesionRole.NEW, Organ.LUNG)
    read = reading.read
    last = replace(read.timepoints[-1], observations=(*read.timepoints[-1].observations, Observation("EN1", Present())))
    read = replace(read, lesions=(*read.lesions, new), timepoints=(*read.timepoints[:-1], last))
    record = replace(reading.record, reads=(read,))
    assert [x.id for x in Reading(record, READ_ID, "FU2").lesions_of(Region.EXTRAHEPATIC)][-1] == "EN1"
    assert "EN1" not in [x.id for x in Reading(record, READ_ID, "FU1").lesions]
    assert said(Reading(record, READ_ID, "FU2"), "EN1", ColumnKind.VISIT, "FU1").text == ""


def test_that_a_non_target_is_named_at_baseline_and_its_size_stands_apart() -> None:
    reading = example_reading("BL")
    lesion = next(x for x in reading.lesions if x.id == "ENT1")
    observations = (*reading.read.timepoints[0].observations, Observation("ENT1", Present(Diameter.from_mm("8.0"))))
    kept = tuple(x for x in observations if x.lesion_id != "ENT1" or x.finding != Present())
    read = replace(reading.read, timepoints=(replace(reading.read.timepoints[0], observations=kept),))
    noted = replace(reading, record=replace(reading.record, reads=(read,)))
    row = next(x for x in rows_of(noted) if x.lesion is not None and x.lesion.id == lesion.id)
    cells = {c.kind: cell_of(row, c, noted, Accepted()).text for c in columns_of(noted)}
    assert (cells[ColumnKind.VISIT], cells[ColumnKind.WHOLE]) == ("present", "8.0")
    later = cell_of(row, Column(ColumnKind.VISIT, "BL"), replace(noted, visit_id="FU1"), Accepted())
    assert (later.text, later.prefix) == ("present", "8.0"), "a number alone would look like a part of the sum"


def read_on_mri() -> Reading:
    """The example with an MR at FU2, on which IT1 is drawn; everything else has its line on CT."""
    record = example_record()
    mr = replace(record.series[-2], uid="2.25.FU2.MR", modality="MR", frame_of_reference_uid="2.25.FU2.2")
    visits = tuple(replace(v, series=(*v.series, mr.uid)) if v.id == "FU2" else v for v in record.visits)

    def drawn(visit_id: str, seen: Observation) -> Observation:
        if not isinstance(seen.finding, Measured):
            return seen
        uid = mr.uid if (seen.lesion_id, visit_id) == ("IT1", "FU2") else f"2.25.{visit_id}.AP"
        line = Line(uid, "1.2", 1, None, (0.0, 0.0, 0.0), (1.0, 0.0, 0.0))
        return replace(seen, finding=replace(seen.finding, evidence=(line,)))

    points = tuple(
        replace(p, observations=tuple(drawn(p.timepoint_id, o) for o in p.observations))
        for p in record.reads[0].timepoints
    )
    record = replace(
        record, series=(*record.series, mr), visits=visits, reads=(replace(record.reads[0], timepoints=points),)
    )
    return Reading(record, READ_ID, "FU2", example_assessment(record))


def test_that_a_diameter_read_on_another_modality_than_before_says_so_in_table_and_card() -> None:
    reading = read_on_mri()
    cell = said(reading, "IT1", ColumnKind.VISIT, "FU2")
    assert (cell.prefix, cell.text) == ("MRI", "26.8")
    assert "at BL on CT" in cell.explanation
    others = [said(reading, x, ColumnKind.VISIT, v) for x in ("IT1", "IT2", "ET1") for v in ("BL", "FU1", "FU2")]
    assert [c for c in others if c.prefix] == [cell]
    assert modality_text(reading, Region.INTRAHEPATIC) == "IT1: MRI, before CT"
    assert modality_text(reading, Region.EXTRAHEPATIC) == ""


def test_that_a_split_lesion_shows_its_sum_and_a_treated_one_its_treatment() -> None:
    part = replace(lesion("IT1"), id="IT1.1", parent="IT1")
    noted = Features(treated_since=LocalTreatment.TACE)
    record = record_of(
        added("IT1", "BL", measured("30")),
        LesionSplit("FU1", "IT1", (part, replace(part, id="IT1.2"))),
        FindingRecorded("FU1", Observation("IT1.1", measured("12"), noted)),
        found("IT1.2", "FU1", measured("9")),
    )
    reading = Reading(record, READ, "FU1")
    rows = [row for row in rows_of(reading) if row.kind is RowKind.LESION]
    columns = {(c.kind, c.visit_id): c for c in columns_of(reading)}
    now, change = columns[ColumnKind.VISIT, "FU1"], columns[ColumnKind.VS_BASELINE, None]
    cells = [cell_of(row, now, reading, Accepted()) for row in rows]
    assert [(c.prefix, c.text) for c in cells] == [("split", "21.0"), ("TACE", "12.0"), ("", "9.0")]
    assert [cell_of(row, change, reading, Accepted()).text for row in rows] == ["\u221230.0", "\u2014", "\u2014"]
    assert "TACE" in cells[1].explanation and "2" in cells[0].explanation


def test_that_a_lesion_that_is_split_adds_no_zero_before_its_fragments_are_measured() -> None:
    parts = tuple(replace(lesion("IT1"), id=f"IT1.{n}", parent="IT1") for n in (1, 2))
    split = (added("IT1", "BL", measured("30")), LesionSplit("FU1", "IT1", parts))
    for later, total in (((), "\u2014"), ((found("IT1.1", "FU1", measured("12")),), "12.0")):
        record = record_of(*split, *later)
        reading = Reading(record, READ, "FU1", assess_read(record, READ, load_ruleset()))
        assert said(reading, "intra", ColumnKind.VISIT, "FU1").text == total
        assert said(reading, "intra", ColumnKind.VISIT, "BL").text == "30.0"


def test_that_the_sum_of_which_a_target_is_missing_is_told_as_the_least_it_can_be() -> None:
    """IT1 of 30 mm cannot be evaluated: 18 mm are those of IT2 alone."""
    both = (added("IT1", "BL", measured("30")), added("IT2", "BL", measured("20")))
    for finding, total in ((NotEvaluable(), "\u2265\u00a018.0"), (measured("25"), "43.0")):
        record = record_of(*both, found("IT1", "FU1", finding), found("IT2", "FU1", measured("18")))
        reading = Reading(record, READ, "FU1", assess_read(record, READ, load_ruleset()))
        assert said(reading, "intra", ColumnKind.VISIT, "FU1").text == total
        assert said(reading, "intra", ColumnKind.VISIT, "BL").text == "50.0"


def test_that_a_lesion_that_does_not_conform_bears_no_check_until_a_reason_is_given() -> None:
    """Three targets in one organ, where two are the most: the third is to be resolved."""
    lung = {"region": Region.EXTRAHEPATIC, "organ": Organ.LUNG}
    lungs = [added(f"ET{n}", "BL", measured("20", "1.1"), **lung) for n in (1, 2, 3)]
    reading = at_baseline(record_of(*lungs))
    assert reading.to_resolve() == {"ET3"}
    accepted = Accepted(to_resolve=reading.to_resolve(), image_of=lambda line: 25 if line.sop_uid == "1.1.7" else None)
    columns = {column.kind: column for column in columns_of(reading)}
    rows = [row for row in rows_of(reading) if row.kind is RowKind.LESION]
    marks = [cell_of(row, columns[ColumnKind.STATE], reading, accepted).mark for row in rows]
    assert marks == [Mark.COMPLETE, Mark.COMPLETE, Mark.TO_RESOLVE]
    assert cell_of(rows[0], columns[ColumnKind.SERIES], reading, accepted).text == "AP · 25"

    kept = Observation("ET3", measured("20", "1.1"), Features(override="the largest by far"))
    assert at_baseline(record_of(*lungs, FindingRecorded("BL", kept))).to_resolve() == frozenset()


def test_that_an_open_objection_at_a_follow_up_is_marked_before_the_value_of_its_lesion_and_told_there() -> None:
    """The whole of IT1 is shorter than its viable part, of IT2 longer: one of the two is to be measured again."""
    one, other = (Measured(Diameter(300), Diameter(whole)) for whole in (250, 350))
    both = (added("IT1", "BL", measured("30")), added("IT2", "BL", measured("30")))
    record = record_of(*both, found("IT1", "FU1", one), found("IT2", "FU1", other))
    reading = Reading(record, READ, "FU1", assess_read(record, READ, load_ruleset()))
    accepted = Accepted(to_resolve=reading.to_resolve())
    rows = [row for row in rows_of(reading) if row.kind is RowKind.LESION]
    shown = [[cell_of(r, c, reading, accepted) for c in columns_of(reading)] for r in rows]
    warned = [[cell.warned for cell in row] for row in shown]
    current = [column.visit_id == "FU1" for column in columns_of(reading)]
    assert warned == [current, [False] * len(current)]
    assert shown[0][current.index(True)].explanation == (
        "IT1: 30.0 mm is longer than the whole lesion, 25.0 mm; measure one of them again."
    )


def at_baseline(record: Record) -> Reading:
    return Reading(record, READ, "BL", assess_read(record, READ, load_ruleset()))


def test_that_the_size_of_a_non_target_is_told_though_it_counts_for_no_sum() -> None:
    noted = (Present(Diameter(80)), Present(), measured("30"), Nonviable(), None)
    assert [size_of(finding) for finding in noted] == ["8.0", "\u2014", "30.0", "0.0", "\u2014"]
