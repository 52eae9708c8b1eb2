"""The history to file."""

from __future__ import annotations

import csv
from pathlib import Path
from xml.etree import ElementTree

import pytest
from PySide6.QtGui import QImage

from app.assessing import assess_read
from app.models.course import Course, course_of
from app.report.course_files import SIZE, write_course
from tests.support.example_reading import READ_ID, example_record, example_ruleset
from tests.support.proposals import with_proposals

pytestmark = [pytest.mark.qt_log_ignore("This plugin does not support"), pytest.mark.usefixtures("qapp")]


@pytest.fixture(scope="module")
def course() -> Course:
    record, ruleset = example_record(), example_ruleset()
    return course_of(record, READ_ID, ruleset, assess_read(record, READ_ID, ruleset))


def test_that_every_number_of_the_picture_is_in_the_table(course: Course, tmp_path: Path) -> None:
    write_course(course, tmp_path / "course.csv", "CSV")
    rows = list(csv.DictReader((tmp_path / "course.csv").read_text(encoding="utf-8").splitlines()))
    sums = [(row["timepoint"], row["region"], row["value"]) for row in rows if row["what"] == "sum"]
    assert sums == [
        ("BL", "intra", "72.8"), ("BL", "extra", "60"), ("FU1", "intra", "50.9"), ("FU1", "extra", "57.2"),
        ("FU2", "intra", "37.7"), ("FU2", "extra", "68.9"),
    ]  # fmt: skip
    lesion = [(row["day"], row["value"]) for row in rows if row["what"] == "lesion" and row["name"] == "ET1"]
    assert lesion == [("-7", "24.2"), ("42", "23"), ("84", "28.9")]
    responses = [(row["timepoint"], row["region"], row["text"]) for row in rows if row["what"] == "response"]
    assert ("FU2", "extra", "PD") in responses
    assert [row["text"] for row in rows if row["what"] == "treatment"] == ["", "400 mg bid", "", "400 mg qd"]


def test_that_the_table_tells_what_the_assistant_proposed(tmp_path: Path) -> None:
    record, ruleset = with_proposals(example_record()), example_ruleset()
    made = course_of(record, READ_ID, ruleset, assess_read(record, READ_ID, ruleset))
    write_course(made, tmp_path / "course.csv", "CSV")
    rows = list(csv.DictReader((tmp_path / "course.csv").read_text(encoding="utf-8").splitlines()))
    told = [(row["timepoint"], row["value"], row["text"]) for row in rows if row["name"] == "IT1"]
    proposed = ["", "proposed 37.1, at first 38.0", "as proposed, at first 27.4"]
    assert told == list(zip(("BL", "FU1", "FU2"), ("49.2", "36.4", "26.8"), proposed, strict=True))


def test_that_the_picture_is_on_white_and_not_empty(course: Course, tmp_path: Path) -> None:
    write_course(course, tmp_path / "course.png", "PNG")
    image = QImage(str(tmp_path / "course.png"))
    assert (image.width(), image.height()) == (2 * SIZE.width(), 2 * SIZE.height())
    assert image.pixelColor(4, image.height() - 4).name() == "#ffffff"
    small = image.scaled(140, 82)
    assert len({small.pixel(x, y) for x in range(140) for y in range(82)}) > 50


def test_that_the_drawing_is_svg_with_its_words_as_text(course: Course, tmp_path: Path) -> None:
    write_course(course, tmp_path / "course.svg", "SVG")
    root = ElementTree.parse(tmp_path / "course.svg").getroot()
    words = {text.strip() for node in root.iter("{http://www.w3.org/2000/svg}text") if (text := node.text)}
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert {"72.8", "PD"} <= words


@pytest.mark.parametrize("kind", ["PNG", "SVG", "CSV"])
def test_that_what_cannot_be_written_leaves_nothing(course: Course, tmp_path: Path, kind: str) -> None:
    taken = tmp_path / "taken"
    taken.mkdir()  # a folder of that name is in the way
    (taken / "inside").touch()
    with pytest.raises(OSError):
        write_course(course, taken, kind)
    assert [path.name for path in tmp_path.iterdir()] == ["taken"]
