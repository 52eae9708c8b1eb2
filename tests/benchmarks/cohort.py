"""A cohort of 10,000 cases: judged once, opened again, one case changed, the data of each picture, and the window."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from pathlib import Path

from app.cohort.agreement import agreement
from app.cohort.cohort import Cohort, rates, time_to_event
from app.cohort.pictures import incidence_curves, spider, survival_curves, swimmer, waterfall
from app.cohort.sources import Judging, database_cohort, stale_cases
from app.resources import load_ruleset
from app.state.apply import replay
from app.state.events import (
    BaselineConfirmed,
    CaseOpened,
    ClinicalEventRecorded,
    Draft,
    Entry,
    Event,
    FindingRecorded,
    LesionAdded,
    ReadStarted,
    VisitProposed,
)
from app.state.record import DatedEvent, Patient, Record
from app.storage.chain import Head
from app.storage.database import Database
from app.storage.log import append
from app.storage.open_case import OpenCase
from mrecist.case import EventKind
from mrecist.lesions import Lesion, Measured, Observation
from mrecist.values import Axis, Diameter, LesionRole, Organ, Region, Scope
from tests.benchmarks.rows import Row, interleaved

CASES = 10_000
VISITS = 6
READS = ("read-1", "read-2")
LESIONS = (
    Lesion("IT1", Region.INTRAHEPATIC, LesionRole.TARGET, Organ.LIVER, axis=Axis.VIABLE_LONGEST),
    Lesion("ET1", Region.EXTRAHEPATIC, LesionRole.TARGET, Organ.LUNG, axis=Axis.LONGEST),
)
_START = date(2020, 1, 6)


def case_drafts(number: int) -> list[Draft]:
    """A case of six time points, two readers, two targets, and the death of every third patient."""
    days = [_START + timedelta(days=number % 400 + 42 * n) for n in range(VISITS)]
    names = ["BL", *(f"FU{n}" for n in range(1, VISITS))]
    drafts = [Draft(CaseOpened(f"C-{number:05}", Patient(f"P-{number:05}"), "cotsom"), "reader A")]
    drafts += [Draft(VisitProposed(name, (on,), ()), "reader A") for name, on in zip(names, days, strict=True)]
    drafts.append(Draft(BaselineConfirmed("BL", days[0]), "reader A"))
    for index, read in enumerate(READS):
        reader = f"reader {'AB'[index]}"
        drafts.append(Draft(ReadStarted(reader), reader, read))
        for lesion in LESIONS:
            for n, name in enumerate(names):
                tenths = max(0, 400 - (number * 7 + index * 13) % 90 * n + (number % 5) * n * n * 3)
                seen = Observation(lesion.id, Measured(Diameter(min(tenths, 5000))))
                event: Event = FindingRecorded(name, seen) if n else LesionAdded(lesion, name, seen)
                drafts.append(Draft(event, reader, read))
    if number % 3 == 0:
        died = DatedEvent("E1", EventKind.DEATH, days[-1] + timedelta(days=30 + number % 300))
        drafts.append(Draft(ClinicalEventRecorded(died), "reader A"))
    return drafts


def fill(database: Database) -> None:
    """Put the cases into an empty database."""
    for start in range(0, CASES, 500):
        with database.writing() as connection:
            for number in range(start, start + 500):
                drafts = case_drafts(number)
                append(connection, f"C-{number:05}", Head(), drafts, record_of(drafts))


def record_of(drafts: list[Draft]) -> Record:
    return replay([Entry(n, "", d.author, d.read_id, d.event) for n, d in enumerate(drafts, 1)])


def run() -> list[Row]:
    judging = Judging(load_ruleset())
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'cohort.db'}"
        with Database.open(url) as database:
            fill(database)
            begun = time.perf_counter()
            cohort = database_cohort(database, judging)
            judged = time.perf_counter() - begun
            assert len(cohort.rows) == CASES * len(READS)
            change = _one_changed(database, judging)
            jobs = {"open": lambda: database_cohort(database, judging), **_views(cohort), **_window(cohort)}
            seconds = interleaved(jobs, repeats=3)
    of = f"{CASES:,} cases, {CASES * len(READS):,} reads"
    return [
        Row(f"cohort: {of}, every one judged", judged, "s", note="once, then kept"),
        Row("cohort: one case changed, opened again", change, "s", 1.0),
        *(Row(f"cohort: {name}", seconds[name], "s", None if name.endswith("all reads") else 1.0) for name in jobs),
    ]


def _views(cohort: Cohort) -> dict[str, Callable[[], object]]:
    readers = cohort.split("reader")
    return {
        "rates by reader": lambda: [rates(part) for part in readers.values()],
        "waterfall": lambda: waterfall(cohort, Scope.INTRAHEPATIC),
        "spider": lambda: spider(cohort, Scope.INTRAHEPATIC),
        "swimmer": lambda: swimmer(cohort),
        "Kaplan-Meier of PFS by reader": lambda: survival_curves(readers, "PFS"),
        "cumulative incidence of progression": lambda: incidence_curves(readers, "TTP"),
        "median overall survival": lambda: time_to_event(cohort.one_read_a_case(), "OS").curve.median,
        "agreement of two readers": partial(agreement, cohort, Scope.OVERALL),
    }


_ALL = "all readers"


def _window(cohort: Cohort) -> dict[str, Callable[[], object]]:
    """Each picture above with the times and the agreement below it, drawn and painted at 1280 x 800.

    Of one reader, that is of one read a case, as the window opens; and of all readers.
    """
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtWidgets import QApplication

    from app.cohort_page import SPIDER, SWIMMER, WATERFALL, CohortPage
    from app.desks.cohort_drawing import UNITS, ReadyCohort, draw
    from app.resources import RULESETS
    from app.theme import load_theme

    application = QApplication.instance() or QApplication([])
    page = CohortPage(load_theme(), RULESETS, UNITS)
    page.resize(1280, 800)
    page.show()
    both = (agreement(cohort, Scope.INTRAHEPATIC, "best"), agreement(cohort, Scope.EXTRAHEPATIC, "best"))
    ready = ReadyCohort(cohort, None, both, {}, ())
    draw(page, ready)  # the choices are there from now on

    def show(reader: str, picture: str) -> None:
        page.reader.setCurrentIndex(page.reader.findData(reader))
        page.picture.choose(picture)
        draw(page, ready)
        page.grab()
        application.processEvents()

    return {
        f"window, {name.lower()}, {said}": partial(show, reader, name)
        for name in (WATERFALL, SPIDER, SWIMMER)
        for reader, said in (("reader A", "one read a case"), (_ALL, "all reads"))
    }


def _one_changed(database: Database, judging: Judging) -> float:
    case = OpenCase.read(database, "C-00001")
    case.do(FindingRecorded("FU5", Observation("IT1", Measured(Diameter(123)))), "reader A", "read-1")
    assert stale_cases(database, judging) == ("C-00001",)
    begun = time.perf_counter()
    database_cohort(database, judging)
    return time.perf_counter() - begun
