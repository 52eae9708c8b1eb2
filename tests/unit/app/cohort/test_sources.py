"""The cohort of a database: judged once, kept, and judged again only where something changed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.cohort.rows import EndpointRow
from app.cohort.sources import Judging, case_file_cohort, database_cohort, stale_cases, table_cohort
from app.resources import load_ruleset
from app.state.events import CaseClosed, FindingRecorded
from app.state.record import Patient
from app.storage import cohort_cache
from app.storage.cohort_cache import keep_table, tables
from app.storage.database import Database
from app.storage.errors import StorageError
from app.storage.log import read_present
from app.storage.open_case import OpenCase
from app.storage.purge import purge
from mrecist.casefile import CaseFileError
from mrecist.lesions import Observation
from tests.support.cases import READ, READER, added, measured
from tests.support.databases import opened, url_in

JUDGING = Judging(load_ruleset())


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with Database.open(url_in(tmp_path)) as found:
        yield found


def _read(database: Database) -> OpenCase:
    return opened(database, added("IT1", "BL", measured("50")), _found("30"))


def _found(mm: str) -> FindingRecorded:
    return FindingRecorded("FU1", Observation("IT1", measured(mm)))


def test_that_a_case_is_judged_again_only_after_it_changed(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    case = _read(database)
    assert stale_cases(database, JUDGING) == ("C-1",)
    first = database_cohort(database, JUDGING)
    assert [(r.case_id, r.reader, r.best[0], r.head) for r in first.rows] == [("C-1", READER, "PR", case.head.hash)]
    assert stale_cases(database, JUDGING) == ()
    with monkeypatch.context() as patched:
        patched.setattr("app.cohort.sources.read_present", _not_again)
        assert database_cohort(database, JUDGING).rows == first.rows
    case.do(_found("60"), READER, READ)
    assert stale_cases(database, JUDGING) == ("C-1",)
    assert _only(database_cohort(database, JUDGING).rows).best[0] == "PD"
    other = Judging(load_ruleset("recist-1.1"))
    assert stale_cases(database, other) == ("C-1",)
    assert database_cohort(database, other).ruleset == "recist-1.1 1.0.0"
    assert stale_cases(database, JUDGING) == ()


def test_that_rows_are_of_the_code_that_made_them(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    _read(database)
    database_cohort(database, JUDGING)
    with monkeypatch.context() as patched:
        patched.setattr("app.cohort.sources.code_digest", lambda: "other code")
        assert stale_cases(database, JUDGING) == ("C-1",)
    with monkeypatch.context() as patched:
        patched.setattr("app.cohort.sources.code_digest", lambda: None)  # shipped without sources: nothing is kept
        assert len(database_cohort(database, JUDGING).rows) == 1
        assert stale_cases(database, JUDGING) == ("C-1",)


def test_that_closed_unread_and_purged_cases_have_no_rows(database: Database) -> None:
    OpenCase.create(database, "C-2", Patient("P-2"), READER)
    case = _read(database)
    assert database_cohort(database, JUDGING).left_out == ("C-2: nobody has read it yet, or it is closed",)
    case.do(CaseClosed("opened in error"), READER)
    assert database_cohort(database, JUDGING).rows == ()
    with database.writing() as connection:
        purge(connection, "C-1", READER, "consent withdrawn")
    with database.reading() as connection:
        key = JUDGING.key(_profiles())
        assert key is not None
        assert "C-1" not in cohort_cache.kept_rows(connection, key)
        assert "C-1" not in cohort_cache.heads(connection)


def test_that_a_case_that_cannot_be_read_is_told_and_the_others_are_counted(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    _read(database)
    OpenCase.create(database, "C-2", Patient("P-2"), READER)

    def damaged(connection: object, case_id: str) -> object:
        if case_id == "C-2":
            raise StorageError("C-2", what="The log of this case is damaged")
        return read_present(connection, case_id)  # type: ignore[arg-type]

    monkeypatch.setattr("app.cohort.sources.read_present", damaged)
    found = database_cohort(database, JUDGING)
    assert len(found.rows) == 1
    assert found.left_out[0].startswith("C-2: The log of this case is damaged")


def test_that_it_stops_when_it_is_told_to_and_keeps_what_is_done(database: Database) -> None:
    OpenCase.create(database, "C-0", Patient("P-0"), READER)
    _read(database)
    told: list[tuple[int, int]] = []

    def once(done: int, total: int) -> bool:
        told.append((done, total))
        return False

    database_cohort(database, JUDGING, once)
    assert told == [(1, 2)]
    assert stale_cases(database, JUDGING) == ("C-1",)


MAPPING = 'case="id"\n[[timepoints]]\nname="BL"\nsum_mm="b"\n[[timepoints]]\nname="FU1"\nsum_mm="f"\n'


def test_that_a_table_is_kept_whole_and_its_rows_beside_it(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    content = b"id,b,f\nP1,50,30\nP2,50,\n"
    with database.writing() as connection:
        keep_table(connection, "old", "old.csv", content, MAPPING, "d1", "me")
        keep_table(connection, "old", "old.csv", content, MAPPING, "d1", "me")
    with pytest.raises(StorageError, match="another table called 'old'"), database.writing() as connection:
        keep_table(connection, "old", "old.csv", content, MAPPING, "d2", "me")
    with database.reading() as connection:
        (table,) = tables(connection)
    assert (table.content, table.mapping, table.author) == (content, MAPPING, "me")
    first = table_cohort(table, JUDGING, database)
    with monkeypatch.context() as patched:
        patched.setattr("app.cohort.sources.parsed_table", _not_again)
        assert table_cohort(table, JUDGING, database) == first
    assert first.left_out == ("P2: nothing was read after the baseline",)
    assert _only(first.rows).best[0] == "PR"
    with database.writing() as connection:
        assert cohort_cache.forget_table(connection, "old")
        assert not cohort_cache.forget_table(connection, "old")


def test_that_rows_of_other_rules_can_be_let_go(database: Database) -> None:
    _read(database)
    database_cohort(database, JUDGING)
    cohort_cache.forget_other_keys(database, ["none"])
    assert stale_cases(database, JUDGING) == ("C-1",)


def test_that_case_files_with_one_id_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "a.json"
    file.write_text('{"schema": "best-response-cases/1", "cases": [{"id": "P", "sequence": []}]}')
    with pytest.raises(CaseFileError, match="a cohort wants response cases"):
        case_file_cohort([file], JUDGING)
    file.write_text(
        '{"schema": "tumour-response-cases/1", "cases": [{"id": "P", "timepoints":'
        ' [{"timepoint": "BL", "day": 0, "lesions": []}]}]}'
    )
    with pytest.raises(CaseFileError, match="P is the id of a case of an earlier file"):
        case_file_cohort([file, file], JUDGING)


def _only(rows: tuple[EndpointRow, ...]) -> EndpointRow:
    (row,) = rows
    return row


def _not_again(*_: object) -> None:
    raise AssertionError("judged again")


def _profiles() -> object:
    from app.profiles import known_profiles

    return known_profiles()
