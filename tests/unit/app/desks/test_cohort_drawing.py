"""What the cohort page shows of whom."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from app.cohort.cohort import Cohort
from app.cohort.reads import reads_of_case
from app.cohort.sources import Judging
from app.cohort_page import CohortPage
from app.desks.cohort_drawing import UNITS, ReadyCohort, draw
from app.profiles import known_profiles
from app.resources import RULESETS, load_ruleset
from app.theme import load_theme
from mrecist.casefile import read_case
from tests.support.patients import patient

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


def _read_by(reader: str, case: str, death: int) -> Cohort:
    text = patient("L1=50", "L1=30", events=[{"kind": "death", "day": death}]) | {"id": case}
    judging = Judging(load_ruleset())
    found = judging.cohort(judging.rows(reads_of_case(read_case(text)), known_profiles()))
    return found.with_rows([row._replace(reader=reader) for row in found.rows])


def test_that_overall_survival_is_of_every_case_and_responses_are_of_the_reader(qtbot: QtBot) -> None:
    """A read the first two cases, B the last two: death on days 100, 200 and 300, median 200; without the third 150."""
    parts = [_read_by(*one) for one in (("A", "P1", 100), ("A", "P2", 200), ("B", "P2", 200), ("B", "P3", 300))]
    cohort = parts[0].with_rows([row for part in parts for row in part.rows])
    page = CohortPage(load_theme(), RULESETS, UNITS)
    qtbot.addWidget(page)
    page.offer(page.unit, [("days", "days")], "days")
    draw(page, ReadyCohort(cohort, None, (None, None), {}, ()))
    assert page.choices.reader == "A" and page.choices.time == "OS"
    named = page.source.fontMetrics().horizontalAdvance("This database")
    assert page.source.minimumWidth() > named, "what is chosen is not cut where the window is small"
    assert page.waterfalls[0].numbers.text().startswith("ORR 2 of 2")
    assert page.survival.numbers.text().startswith("Median 200.0 d") and "3 events of 3" in page.survival.numbers.text()
    page.offer(page.time, [("PFS", "PFS")], "PFS")
    draw(page, ReadyCohort(cohort, None, (None, None), {}, ()))
    assert "2 events of 2" in page.survival.numbers.text()
