"""The words beside the history."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from app.assessing import assess_read
from app.models.course import course_of
from app.models.kept import Kept
from app.models.signoff import local_time
from app.panels.course_column import CourseColumn
from app.theme import load_theme
from tests.support.example_reading import READ_ID, example_record, example_ruleset
from tests.support.proposals import with_proposals

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


def test_that_the_time_point_tells_what_the_assistant_proposed(qtbot: QtBot) -> None:
    record, ruleset = with_proposals(example_record()), example_ruleset()
    column = CourseColumn(load_theme())
    qtbot.addWidget(column)
    column.set_course(course_of(record, READ_ID, ruleset, assess_read(record, READ_ID, ruleset)), "FU1")
    texts = [label.text() for label in column.point.findChildren(QLabel)]
    assert texts[texts.index("Assistant") + 1] == "IT1 36.4, proposed 37.1, at first 38.0"


def test_that_what_was_kept_is_listed_with_its_rule_who_said_why_and_when(qtbot: QtBot) -> None:
    record, ruleset, at = example_record(), example_ruleset(), "2025-03-01T09:04:00.000000+00:00"
    course = course_of(record, READ_ID, ruleset, assess_read(record, READ_ID, ruleset))
    column = CourseColumn(load_theme())
    qtbot.addWidget(column)
    kept = (
        Kept("BL", "", "E-WINDOW", "the scanner was down", "Reader A", at),
        Kept("BL", "IT1", "E-SMALL", "seen in all phases", "", at),
        Kept("FU1", "IT1", "", "agreed"),
    )

    def told() -> list[str]:
        return [x.text() for x in column.kept.findChildren(QLabel)]

    column.set_course(course, "FU1", kept)
    shown = [text for text in told() if text]
    assert shown == [
        *("BL", "E-WINDOW: the scanner was down", f"Reader A, {local_time(at)}"),
        *("IT1 E-SMALL: seen in all phases", local_time(at), "FU1", "IT1 all objections: agreed"),
    ]
    assert column.kept_head.note.text() == "3 reasons"
    other = CourseColumn(load_theme())
    qtbot.addWidget(other)
    other.set_course(course, "FU1")
    assert "Nothing was kept against a rule." in [x.text() for x in other.kept.findChildren(QLabel)]
