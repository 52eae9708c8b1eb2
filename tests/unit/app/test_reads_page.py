"""Two reads side by side on screen, and as files."""

from __future__ import annotations

import csv
import io
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.bootstrap import make_application
from app.cohort.read_comparison import ReadComparison, comparison_csv
from app.panels.compared_tables import ComparedTable
from app.reads_page import ReadsPage, decisive_lines
from mrecist.lesions import Measured, NotEvaluable, TooSmall, UnequivocalProgression
from mrecist.values import Diameter
from tests.support.second_read import compared_with


@pytest.fixture
def page(qtbot: QtBot) -> ReadsPage:
    _, theme = make_application(scale=1.0)
    made = ReadsPage(theme)
    qtbot.addWidget(made)
    return made


def _differing() -> ReadComparison:
    """At FU1 51.0 mm of 72.8 mm in place of 50.9 mm: SD in place of PR, for one lesion's 0.1 mm."""
    return compared_with(FU1={"IT2": Measured(Diameter.from_mm(14.6), Diameter.from_mm(20.1))})


def _row(table: ComparedTable, *first: str) -> list[str]:
    for row in range(table.rowCount()):
        cells = [table.item(row, column) for column in range(table.columnCount())]
        said = [cell.text() if cell is not None else "" for cell in cells]
        if tuple(said[: len(first)]) == first:
            return said
    raise AssertionError(f"no row {first}")


def test_that_what_differs_is_said_in_the_tables_and_in_a_sentence(page: ReadsPage) -> None:
    compared = _differing()
    page.show_comparison(compared, "BL")
    assert page.verdict.text() == "1 of 7 responses differ"
    assert _row(page.responses, "FU1", "IH")[3:] == ["50.9", "", "51.0", "\u22120.1", "differs"]
    assert _row(page.responses, "FU2", "IH")[3:] == ["37.7", "", "37.7", "0.0", "alike"]
    assert _row(page.lesions, "FU1", "IH", "IT2")[3:7] == ["14.5", "IT2", "14.6", "\u22120.1"]
    assert _row(page.lesions, "FU1", "IH", "IT2")[8] == "a response rests on it"
    assert decisive_lines(compared)[0] == (
        "FU1, IT2: with the finding of Dr K. Park, Dr J. Lee would have SD and not PR at FU1 (intrahepatic)."
    )


def test_that_findings_without_a_size_are_set_side_by_side_in_words(page: ReadsPage) -> None:
    compared = compared_with(FU1={"INT1": UnequivocalProgression(), "IT2": NotEvaluable()})
    page.show_comparison(compared, "BL")
    assert _row(page.lesions, "FU1", "IH", "INT1")[3:6] == ["viable", "INT1", "unequivocal PD"]
    assert _row(page.lesions, "FU1", "IH", "IT2")[3:7] == ["14.5", "IT2", "not evaluable", "\u2014"]
    assert _row(page.responses, "FU1", "Composite")[7] == "differs", "SD by the one, PD by the other"
    told = next(line for line in decisive_lines(compared) if line.startswith("FU1, INT1"))
    assert "PD and not PR at FU1 (intrahepatic); PD and not SD at FU1 (composite, overall)" in told


def test_that_a_size_does_not_hide_that_it_was_called_progression(page: ReadsPage) -> None:
    """Both noted 30 mm, as a case file may; by the one it is there, by the other it has progressed."""
    size = Diameter.from_mm(30)
    page.show_comparison(compared_with(FU1={"INT1": UnequivocalProgression(size), "IT2": TooSmall(size)}), "BL")
    assert _row(page.lesions, "FU1", "IH", "INT1")[5] == "unequivocal PD, 30.0"
    assert _row(page.lesions, "FU1", "IH", "IT2")[5] == "too small, 30.0"


def test_that_reads_alike_say_so_and_nothing_decides(page: ReadsPage) -> None:
    compared = compared_with()
    page.show_comparison(compared, "BL")
    assert page.verdict.text() == "All 7 responses agree"
    assert decisive_lines(compared) == ["The two reads found the same in every lesion that both list."]


def test_that_a_read_that_has_no_response_yet_is_not_told_to_agree(page: ReadsPage) -> None:
    compared = compared_with()
    begun = tuple(replace(x, second=None, second_sum_mm=None) for x in compared.responses)
    page.show_comparison(replace(compared, responses=begun), "BL")
    assert (page.verdict.text(), page.verdict.property("chip")) == ("No response of both yet", "plain")


def test_that_one_read_alone_is_not_chosen_on_both_sides(page: ReadsPage) -> None:
    page.offer([("R1", "Read 1")], "", "")
    assert page.chosen == ("", "")  # so that the second one, once it is signed, stands beside it at once
    page.offer([("R1", "Read 1"), ("R2", "Read 2")], "R1", "R2")
    assert page.chosen == ("R1", "R2")


def test_that_enter_on_a_lesion_opens_its_images(page: ReadsPage, qtbot: QtBot) -> None:
    page.show_comparison(_differing(), "BL")
    page.lesions.setCurrentCell(1, 0)
    with qtbot.waitSignal(page.opened) as opened:
        qtbot.keyClick(page.lesions, Qt.Key.Key_Return)
    assert opened.args == ["BL", "IT2"]


def test_that_the_files_hold_what_the_screen_shows() -> None:
    made = {name: list(csv.DictReader(io.StringIO(x.decode()))) for name, x in comparison_csv(_differing()).items()}
    (liver,) = [x for x in made["reads_responses.csv"] if (x["timepoint"], x["scope"]) == ("FU1", "intrahepatic")]
    assert (liver["first"], liver["second"], liver["first_sum_mm"], liver["second_sum_mm"]) == (
        "PR",
        "SD",
        "50.9",
        "51.0",
    )
    told = [(x["reader"], x["lesion"], x["response"], x["would_be"]) for x in made["reads_exchanges.csv"]]
    assert told == [("Dr J. Lee", "IT2", "PR", "SD"), ("Dr K. Park", "IT2", "SD", "PR")]
    assert len(made["reads_lesions.csv"]) == len(_differing().lesions)
