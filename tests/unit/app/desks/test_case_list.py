"""The lines of the worklist are kept beside the log, and made anew where anything has changed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from app.desks import case_list
from app.desks.case_list import case_lines
from app.models.worklist import CaseLine, NextVisit
from app.reading.next_dates import Standing
from app.resources import load_ruleset
from app.state.events import FindingRecorded, ReadStarted, TreatmentRecorded, VisitSigned
from app.state.reading_mode import Hidden
from app.state.record import DatedTreatment
from app.storage.chain import Head
from app.storage.database import Database
from app.storage.log import append
from app.storage.open_case import OpenCase
from mrecist.case import TreatmentKind
from mrecist.lesions import Measured, Observation
from mrecist.values import Diameter, Response
from tests.benchmarks.cohort import case_drafts, record_of
from tests.support.cases import READ, READER, added, found, measured
from tests.support.databases import opened, url_in

CASES = 3


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with Database.open(f"sqlite:///{tmp_path / 'cases.db'}") as made:
        with made.writing() as connection:
            for number in range(CASES):
                drafts = case_drafts(number)
                append(connection, f"C-{number:05}", Head(), drafts, record_of(drafts))
        yield made


@pytest.fixture
def judged(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The cases that were judged, in order."""
    seen: list[str] = []
    judge = case_list.assess_read
    monkeypatch.setattr(case_list, "assess_read", lambda r, *rest: (seen.append(r.case_id), judge(r, *rest))[1])
    return seen


def lines(database: Database) -> dict[str, CaseLine]:
    return {line.case_id: line for line in case_lines(database, load_ruleset(), lambda: False)}


def said(line: CaseLine) -> tuple[object, ...]:
    """All that the list shows of a line; of a decision that is its output, its row and what it asks."""
    decisions = [(d.decision, d.row, d.needs) if d is not None else None for d in (line.tace, line.sorafenib)]
    return (replace(line, tace=None, sorafenib=None), *decisions)


def test_that_a_kept_line_says_what_the_judged_one_said(database: Database, judged: list[str]) -> None:
    first = lines(database)
    assert len(judged) == CASES
    again = lines(database)
    assert len(judged) == CASES
    assert {case: said(line) for case, line in again.items()} == {case: said(line) for case, line in first.items()}
    assert all(line.intrahepatic is not None and line.tace is not None for line in again.values())


def test_that_only_the_case_that_changed_is_judged_again(database: Database, judged: list[str]) -> None:
    lines(database)
    OpenCase.read(database, "C-00001").do(
        FindingRecorded("FU5", Observation("IT1", Measured(Diameter(4900)))), "reader A", "read-1"
    )
    judged.clear()
    assert lines(database)["C-00001"].intrahepatic is Response.PD
    assert judged == ["C-00001"]


def test_that_other_code_makes_every_line_anew(
    database: Database, judged: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    lines(database)
    monkeypatch.setattr(case_list, "digest_of_sources", lambda *_: "other code")
    judged.clear()
    lines(database)
    assert len(judged) == CASES


def test_that_a_case_with_something_still_to_come_is_judged_each_time(database: Database, judged: list[str]) -> None:
    ahead = DatedTreatment("t1", TreatmentKind.TACE, date.today() + timedelta(days=9))
    OpenCase.read(database, "C-00002").do(TreatmentRecorded(ahead), "reader A", "read-1")
    lines(database)
    judged.clear()
    lines(database)
    assert judged == ["C-00002"]


@pytest.mark.parametrize(
    ("today", "standing", "days"),
    [
        (date(2025, 6, 3), Standing.AHEAD, 1),
        (date(2025, 6, 4), Standing.OPEN, 28),
        (date(2025, 7, 2), Standing.OPEN, 0),
        (date(2025, 7, 3), Standing.OVERDUE, 1),
    ],
)
def test_that_a_window_stands_as_the_day_has_it(today: date, standing: Standing, days: int) -> None:
    first, last = date(2025, 6, 4), date(2025, 7, 2)
    assert NextVisit.seen_on(first, last, today) == NextVisit(first, last, standing, days)


def test_that_a_case_that_cannot_be_read_says_why(database: Database, judged: list[str]) -> None:
    from sqlalchemy import text

    with database.writing() as connection:
        connection.execute(text("UPDATE entries SET payload = '{}' WHERE case_id = 'C-00001' AND sequence = 2"))
    found = lines(database)
    assert found["C-00001"].fault and not found["C-00000"].fault


def test_that_what_was_judged_before_a_stop_is_kept(database: Database, judged: list[str]) -> None:
    asked = iter([False, True])
    case_lines(database, load_ruleset(), lambda: next(asked))
    assert len(judged) == 1
    judged.clear()
    lines(database)
    assert len(judged) == CASES - 1


def test_that_a_blinded_read_is_not_told_that_another_has_signed(tmp_path: Path) -> None:
    other, own = "Reader B", "read-2"
    with Database.open(url_in(tmp_path)) as made:
        opened(made, added("IT1", "BL", measured("30")), found("IT1", "FU1", measured("10")))
        case = OpenCase.read(made, "C-1")
        case.do(ReadStarted(other, blinded=True, hides=(Hidden.OTHERS,)), other, own)
        case.do(VisitSigned("FU1", READER, case.head.hash, "mrecist-literal", ()), READER, READ)

        def is_signed(reader: str) -> bool:
            (line,) = case_lines(made, load_ruleset(), lambda: False, reader=reader)
            return line.signed

        assert is_signed(READER) and not is_signed(other)
        case.do(VisitSigned("FU1", other, case.head.hash, "mrecist-literal", ()), other, own)
        assert is_signed(other)
