"""The lesion table under real keys and clicks."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QColor, QImage, QKeyEvent
from PySide6.QtWidgets import QApplication, QLineEdit
from pytestqt.qtbot import QtBot

from app.models.lesion_cells import ColumnKind, RowKind
from app.panels.lesion_table import LesionTable
from app.state.record import Visit
from app.state.signatures import SignedVisit
from app.theme import Theme
from mrecist.lesions import Measured, Nonviable, UnequivocalProgression
from mrecist.values import Diameter, Region
from tests.support.example_reading import READ_ID, example_reading


@pytest.fixture
def table(qtbot: QtBot, theme: Theme) -> LesionTable:
    made = LesionTable(theme)
    qtbot.addWidget(made)
    made.resize(480, 440)
    made.set_reading(example_reading())
    made.show()
    qtbot.waitExposed(made)
    return made


def centre(table: LesionTable, row: int, column: int) -> QPoint:
    grid = table.grid
    return grid.visualRect(grid.table.index(row, column)).center()


def column_of(table: LesionTable, kind: ColumnKind) -> int:
    return next(i for i, c in enumerate(table.grid.table.columns) if c.kind is kind)


def click_lesion(qtbot: QtBot, table: LesionTable, lesion_id: str) -> None:
    row = table.grid.table.row_of(lesion_id)
    assert row is not None
    qtbot.mouseClick(table.grid.viewport(), Qt.MouseButton.LeftButton, pos=centre(table, row, 0))


def test_that_a_click_selects_a_lesion_and_says_so(qtbot: QtBot, table: LesionTable) -> None:
    with qtbot.waitSignal(table.lesion_selected) as told:
        click_lesion(qtbot, table, "ET1")
    assert told.args == ["ET1"]
    assert table.grid.table.selected == "ET1"


def test_that_a_selection_made_elsewhere_is_shown_and_not_reported(qtbot: QtBot, table: LesionTable) -> None:
    with qtbot.assertNotEmitted(table.lesion_selected):
        table.select("IT2")
    assert table.grid.table.selected == "IT2"


def test_that_arrow_keys_go_from_lesion_to_lesion_past_sums_and_heads(qtbot: QtBot, table: LesionTable) -> None:
    click_lesion(qtbot, table, "INT1")
    with qtbot.waitSignal(table.lesion_selected) as told:
        qtbot.keyClick(table.grid, Qt.Key.Key_Down)
    assert told.args == ["ET1"]


def test_that_a_typed_diameter_is_reported_on_enter(qtbot: QtBot, table: LesionTable) -> None:
    click_lesion(qtbot, table, "IT1")
    qtbot.keyClicks(table.grid, "2")
    editor = table.grid.findChild(QLineEdit)
    assert editor is not None
    assert editor.text() == "2"
    qtbot.keyClicks(editor, "7.35")
    with qtbot.waitSignal(table.finding_entered) as told:
        qtbot.keyClick(editor, Qt.Key.Key_Return)
    lesion, visit, finding = told.args
    assert (lesion, visit) == ("IT1", "FU2")
    assert finding == Measured(Diameter.from_mm("27.4"), Diameter.from_mm("40.2"))


def test_that_escape_leaves_the_value_as_it_was(qtbot: QtBot, table: LesionTable) -> None:
    click_lesion(qtbot, table, "IT1")
    qtbot.keyClicks(table.grid, "9")
    editor = table.grid.findChild(QLineEdit)
    assert editor is not None
    with qtbot.assertNotEmitted(table.finding_entered):
        qtbot.keyClick(editor, Qt.Key.Key_Escape)


@pytest.mark.parametrize(
    ("lesion_id", "key", "finding"),
    [("IT2", Qt.Key.Key_D, Nonviable()), ("ENT1", Qt.Key.Key_U, UnequivocalProgression())],
)
def test_that_a_letter_records_a_finding_at_once(
    qtbot: QtBot, table: LesionTable, lesion_id: str, key: Qt.Key, finding: object
) -> None:
    click_lesion(qtbot, table, lesion_id)
    with qtbot.waitSignal(table.finding_entered) as told:
        qtbot.keyClick(table.grid, key)
    assert told.args == [lesion_id, "FU2", finding]


def test_that_typed_findings_win_over_shortcuts_of_the_window(qtbot: QtBot, table: LesionTable) -> None:
    click_lesion(qtbot, table, "IT1")
    for key, text, taken in ((Qt.Key.Key_1, "1", True), (Qt.Key.Key_D, "d", True), (Qt.Key.Key_A, "a", False)):
        event = QKeyEvent(QEvent.Type.ShortcutOverride, key, Qt.KeyboardModifier.NoModifier, text)
        event.ignore()
        QApplication.sendEvent(table.grid, event)
        assert event.isAccepted() is taken, text


def test_that_a_signed_time_point_takes_no_finding(qtbot: QtBot, table: LesionTable) -> None:
    reading = example_reading()
    signed = (SignedVisit(READ_ID, "FU2", "Dr J. Lee", "", ""),)
    table.set_reading(replace(reading, record=replace(reading.record, signed=signed)))
    click_lesion(qtbot, table, "IT1")
    with qtbot.assertNotEmitted(table.finding_entered):
        qtbot.keyClick(table.grid, Qt.Key.Key_D)
        qtbot.keyClick(table.grid, Qt.Key.Key_2)


def test_that_a_click_on_a_change_asks_for_its_derivation(qtbot: QtBot, table: LesionTable) -> None:
    model = table.grid.table
    row = next(i for i in range(model.rowCount()) if model.row(i) == model.row(i) and model.row(i).kind is RowKind.SUM)
    place = centre(table, row, column_of(table, ColumnKind.VS_NADIR))
    with qtbot.waitSignal(table.value_clicked) as told:
        qtbot.mouseClick(table.grid.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert told.args == [Region.INTRAHEPATIC, "FU2"]


def test_that_an_empty_read_says_how_to_begin(table: LesionTable) -> None:
    reading = example_reading()
    read = replace(reading.read, lesions=())
    table.set_reading(replace(reading, record=replace(reading.record, reads=(read,)), assessment=None))
    assert table.empty.isVisible()
    assert table.empty.text().startswith("No lesion yet. Press T")
    assert not table.grid.isVisible()


def test_that_the_ring_counts_what_is_read(table: LesionTable) -> None:
    assert not table.ring.complete
    assert table.ring.accessibleName() == "6 / 7"


def test_that_a_long_course_keeps_baseline_nadir_prior_and_current(qtbot: QtBot, table: LesionTable) -> None:
    reading = example_reading()
    bl, fu1, fu2 = reading.record.visits
    between = tuple(Visit(f"X{n}", fu1.on.replace(day=29 - n), (fu1.on,), ()) for n in range(4))
    record = replace(reading.record, visits=(bl, *between, fu1, fu2))
    table.set_reading(replace(reading, record=record))
    grid = table.grid

    def shown() -> list[str]:
        columns = enumerate(grid.table.columns)
        return [c.visit_id or "" for i, c in columns if c.kind is ColumnKind.VISIT and not grid.isColumnHidden(i)]

    assert {"BL", "FU1", "FU2"} <= set(shown())
    before = shown()
    grid.scroll_visits(1)
    assert {"BL", "FU1", "FU2"} <= set(shown())
    assert len(shown()) == len(before)
    assert shown() != before


@pytest.mark.parametrize("width", [480, 396])
def test_that_all_columns_fit_the_panel(table: LesionTable, qtbot: QtBot, width: int) -> None:
    table.resize(width, 440)
    grid = table.grid
    assert sum(grid.columnWidth(i) for i in range(grid.table.columnCount())) == grid.viewport().width()


@pytest.mark.parametrize("key", [Qt.Key.Key_D, Qt.Key.Key_M, Qt.Key.Key_E])
def test_that_a_target_at_baseline_is_typed_only_as_a_diameter(qtbot: QtBot, table: LesionTable, key: Qt.Key) -> None:
    table.set_reading(example_reading("BL"))
    click_lesion(qtbot, table, "IT1")
    with qtbot.assertNotEmitted(table.finding_entered):
        qtbot.keyClick(table.grid, key)
    click_lesion(qtbot, table, "ENT1")
    with qtbot.waitSignal(table.finding_entered):
        qtbot.keyClick(table.grid, Qt.Key.Key_D)


def test_that_no_box_is_drawn_where_there_is_no_picture(qtbot: QtBot, table: LesionTable) -> None:
    picture = QImage(64, 64, QImage.Format.Format_RGB32)
    picture.fill(Qt.GlobalColor.magenta)
    table.set_reading(example_reading(), crops={("IT1", "FU2"): picture})
    click_lesion(qtbot, table, "IT1")
    row = next(i for i in range(table.grid.table.rowCount()) if table.grid.table.row(i).kind is RowKind.CROPS)
    shown = table.grid.viewport().grab(table.grid.visualRect(table.grid.table.index(row, 0))).toImage()
    dark = table.grid._theme.colour("surface.view").rgb()
    colours = {shown.pixel(x, y) for x in range(shown.width()) for y in range(shown.height())}
    assert QColor(Qt.GlobalColor.magenta).rgb() in colours
    assert dark not in colours
