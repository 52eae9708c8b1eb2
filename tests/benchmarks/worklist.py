"""The worklist and the history beside 10,000 cases: from the database to the screen."""

from __future__ import annotations

import os
import tempfile
import time
from pathlib import Path
from typing import Any

from app.desks.case_list import case_lines
from app.resources import load_ruleset
from app.storage.database import Database
from tests.benchmarks.cohort import CASES, fill
from tests.benchmarks.rows import Row, interleaved

GOAL_S, HISTORY_GOAL_S = 1.0, 0.3
REPEATS = 5


def run() -> list[Row]:
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtCore import QCoreApplication
    from PySide6.QtWidgets import QWidget

    from app.bootstrap import make_application
    from app.panels.worklist import Worklist

    application, theme = make_application()
    ruleset = load_ruleset()
    with tempfile.TemporaryDirectory() as folder, Database.open(f"sqlite:///{Path(folder) / 'cases.db'}") as database:
        fill(database)
        begun = time.perf_counter()
        case_lines(database, ruleset, lambda: False)
        judged = time.perf_counter() - begun

        def shown(widget: QWidget) -> None:
            widget.grab()
            QCoreApplication.processEvents()

        def opened() -> None:
            worklist = Worklist(theme)
            worklist.resize(1280, 760)
            worklist.set_lines(case_lines(database, ruleset, lambda: False))
            shown(worklist)
            worklist.deleteLater()

        worklist = Worklist(theme)
        worklist.resize(1280, 760)
        worklist.set_lines(case_lines(database, ruleset, lambda: False))

        def searched() -> None:
            for text in ("C-0", "C-01", "C-012", "C-0123", ""):
                worklist.search.setText(text)
                shown(worklist)

        def sorted_() -> None:
            for column in (4, 11):
                worklist.table_model.sort(column)
                shown(worklist)

        jobs: dict[str, Any] = {"opened": opened, "searched": searched, "sorted": sorted_}
        jobs["history"] = _history(database, theme)
        jobs["history"]()  # the plotting library is loaded once
        seconds = interleaved(jobs, repeats=REPEATS)
    application.processEvents()
    return [
        Row(f"worklist: {CASES:,} cases, each judged", judged, "s", note="once, then kept"),
        Row("worklist: from the database to the screen", seconds["opened"], "s", GOAL_S),
        Row("worklist: a search typed in four keys and cleared", seconds["searched"], "s"),
        Row("worklist: sorted by two columns", seconds["sorted"], "s"),
        Row("history: a case from the database to its plots", seconds["history"], "s", HISTORY_GOAL_S),
    ]


def _history(database: Database, theme: Any) -> Any:
    from app.assessing import assess_read
    from app.history_page import HistoryPage
    from app.models.course import course_of
    from app.storage.open_case import OpenCase

    ruleset = load_ruleset()

    def opened() -> None:
        record = OpenCase.read(database, "C-00042").record
        read_id = record.reads[0].id
        course = course_of(record, read_id, ruleset, assess_read(record, read_id, ruleset))
        page = HistoryPage(theme)
        page.resize(1280, 760)
        page.set_course(course, "FU3", "IT1")
        page.grab()
        page.deleteLater()

    return opened
