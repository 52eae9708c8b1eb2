from __future__ import annotations

import time
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, text

from app.state.apply import EditRefused, replay
from app.state.events import CaseClosed, CaseOpened, Draft, Entry, Event, Reverted
from app.state.record import Record
from app.storage import snapshots
from app.storage.chain import Head
from app.storage.database import Database
from app.storage.errors import CasePurged, Damaged
from app.storage.log import Log, append, read_present, read_record, verify
from app.storage.open_case import OpenCase
from app.storage.purge import purge
from app.storage.snapshots import EVERY, Snapshot, continued, decode_record, encode_record, keep
from mrecist.lesions import Measured
from mrecist.values import Diameter
from tests.support.cases import OPENING, READ, READER, added, found, log_of, measured
from tests.support.databases import opened, url_in
from tests.support.event_strategies import any_of

START = len(OPENING)
PATIENT = '"Doe^Jane"'


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with Database.open(url_in(tmp_path), wait_s=0.05) as database:
        yield database


def sized(tenths: int, lesion: str = "IT1", visit: str = "BL") -> Event:
    return found(lesion, visit, Measured(Diameter(tenths)))


def filled(database: Database, events: list[Event]) -> Log:
    """The small case with these edits behind it, written in one transaction; no snapshot is taken."""
    everything = [*OPENING, added("IT1", "BL", measured("30")), *events]
    entries = log_of(*everything)
    drafts = [Draft(e.event, e.author, e.read_id, f"2025-03-01T09:{e.sequence:06}") for e in entries]
    first = everything[0]
    assert isinstance(first, CaseOpened)
    with database.writing() as connection:
        return append(connection, first.case_id, Head(), drafts, replay(entries))


def kept_at(database: Database) -> int | None:
    with database.reading() as connection:
        found_at = connection.scalar(text("SELECT sequence FROM snapshots"))
    return None if found_at is None else int(found_at)


def change(database: Database, statement: str, **values: object) -> None:
    with database.writing() as connection:
        connection.execute(text(statement), values)


def by_replay(connection: Connection) -> Record:
    return replay(read_record(connection, "C-1")[1].entries)


LONG: list[Event] = [sized(n) for n in range(1, EVERY + 1)]


# --- the text of a record ------------------------------------------------------------------------------------------


@settings(max_examples=40, deadline=None)
@given(record=any_of(Record))
def test_that_every_record_comes_back_from_its_text_as_it_was(record: Record) -> None:
    written = encode_record(record)
    assert decode_record(written) == record
    assert encode_record(decode_record(written)) == written


# --- the record from a snapshot and from the log -------------------------------------------------------------------

STEPS = st.one_of(
    st.tuples(st.just("size"), st.integers(0, 4999)),
    st.tuples(st.just("add"), st.integers(2, 4)),
    st.tuples(st.just("close"), st.just(0)),
    st.tuples(st.just("revert"), st.integers(1, 30)),
)


def valid_log(steps: list[tuple[str, int]]) -> tuple[Entry, ...]:
    """A log that can be replayed: steps that do not fit are left out. A revert takes back the n-th edit from the end,
    which may itself be a revert, so that there are undo, redo and chains of them."""
    events: list[Event] = [*OPENING, added("IT1", "BL", measured("30"))]
    for word, number in steps:
        step: Event
        match word:
            case "size":
                step = sized(number, f"IT{1 + number % 4}", "FU1" if number % 2 else "BL")
            case "add":
                step = added(f"IT{number}", "BL", measured("20"))
            case "close":
                step = CaseClosed("wrong patient")
            case _:
                step = Reverted(max(START, len(events) + 1 - number))
        try:
            replay(log_of(*events, step))
        except EditRefused:
            continue
        events.append(step)
    return log_of(*events)


@settings(deadline=None)
@given(steps=st.lists(STEPS, max_size=25), data=st.data())
def test_that_a_snapshot_taken_anywhere_gives_the_record_of_the_log_or_gives_way(
    steps: list[tuple[str, int]], data: st.DataObject
) -> None:
    log = valid_log(steps)
    taken_at = data.draw(st.integers(1, len(log)))
    snapshot = Snapshot(taken_at, decode_record(encode_record(replay(log[:taken_at]))))
    record = continued(snapshot, log[taken_at:])
    reaches_back = [e for e in log[taken_at:] if isinstance(e.event, Reverted) and e.event.sequence <= taken_at]
    assert (record is None) == bool(reaches_back)
    assert record is None or record == replay(log)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(STEPS, max_size=25), data=st.data())
def test_that_a_case_reads_the_same_with_and_without_a_snapshot(
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
    steps: list[tuple[str, int]],
    data: st.DataObject,
) -> None:
    monkeypatch.setattr(snapshots, "EVERY", 0)
    log = valid_log(steps)
    taken_at = data.draw(st.integers(1, len(log)))
    drafts = [Draft(e.event, e.author, e.read_id, e.at) for e in log]
    with Database.open(url_in(tmp_path_factory.mktemp("same"))) as database:
        with database.writing() as connection:
            before = append(connection, "C-1", Head(), drafts[:taken_at], replay(log[:taken_at]))
        keep(database, replay(log[:taken_at]), before.head)
        if drafts[taken_at:]:
            with database.writing() as connection:
                append(connection, "C-1", before.head, drafts[taken_at:], replay(log))
        assert kept_at(database) == taken_at
        with database.reading() as connection:
            record, read = read_record(connection, "C-1")
            present, head = read_present(connection, "C-1")
            assert verify(connection) is None
    assert record == present == replay(log)
    assert read.entries == log
    assert head == read.head


def test_that_an_undo_across_the_snapshot_replays_the_whole_log(database: Database) -> None:
    case = filled(database, [*LONG, sized(4000)])
    sitting = OpenCase.read(database, "C-1")
    assert kept_at(database) == case.head.sequence
    sitting.do(sized(4500), READER, READ)
    with database.writing() as connection:  # another sitting, open since before, takes back what the snapshot holds
        draft = Draft(Reverted(case.head.sequence), READER, READ)
        append(connection, "C-1", sitting.head, [draft], sitting.record)
    with database.reading() as connection:
        record, log = read_record(connection, "C-1")
    assert log.snapshot_at == 0
    assert record == replay(log.entries)
    assert OpenCase.read(database, "C-1").record == record
    assert kept_at(database) == len(log.entries), "a snapshot that no longer serves is taken anew"


# --- when it is taken ----------------------------------------------------------------------------------------------


def test_that_a_snapshot_is_taken_on_reading_a_log_that_has_grown(database: Database) -> None:
    filled(database, LONG[: EVERY - START - 1])
    assert OpenCase.read(database, "C-1").head.sequence == EVERY
    assert kept_at(database) is None, "a short log is replayed"
    case = OpenCase.read(database, "C-1")
    case.do(sized(4000), READER, READ)
    assert kept_at(database) is None, "an edit takes none"
    assert OpenCase.read(database, "C-1").record == case.record
    assert kept_at(database) == EVERY + 1
    case.do(sized(4001), READER, READ)
    OpenCase.read(database, "C-1")
    assert kept_at(database) == EVERY + 1, "a few more edits are replayed behind it"
    with database.reading() as connection:
        assert read_record(connection, "C-1")[1].snapshot_at == EVERY + 1


def test_that_a_case_opens_at_once_while_another_program_writes(database: Database, tmp_path: Path) -> None:
    filled(database, LONG)
    with Database.open(url_in(tmp_path), wait_s=10) as patient, database.writing():
        start = time.monotonic()
        record = OpenCase.read(patient, "C-1").record
        assert time.monotonic() - start < 5
    assert kept_at(database) is None
    assert OpenCase.read(database, "C-1").record == record
    assert kept_at(database) is not None


def test_that_no_snapshot_is_taken_of_a_case_purged_meanwhile(database: Database) -> None:
    filled(database, [*LONG, CaseClosed("wrong patient")])
    with database.reading() as connection:
        record, log = read_record(connection, "C-1")
    with database.writing() as connection:
        purge(connection, "C-1", "Admin", "wrong patient")
    keep(database, record, log.head)
    assert kept_at(database) is None


def test_that_a_purge_removes_the_snapshot(database: Database) -> None:
    filled(database, [*LONG, CaseClosed("wrong patient")])
    OpenCase.read(database, "C-1")
    assert kept_at(database) is not None
    with database.writing() as connection:
        purge(connection, "C-1", "Admin", "wrong patient")
    assert kept_at(database) is None
    with database.reading() as connection:
        assert verify(connection) is None
        with pytest.raises(CasePurged):
            read_present(connection, "C-1")


# --- when it is believed -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE snapshots SET hash = :zeros",
        "UPDATE snapshots SET made_by = :zeros",
        "UPDATE snapshots SET digest = :zeros",
        "UPDATE snapshots SET sequence = sequence - 1",
        "UPDATE snapshots SET sequence = 0",
        "UPDATE snapshots SET sequence = 99999",
        "UPDATE snapshots SET case_id = 'C-2'",
        "UPDATE snapshots SET payload = :other",
        "UPDATE snapshots SET payload = :nonsense",
        "DROP TABLE snapshots",
    ],
    ids=lambda statement: statement.removeprefix("UPDATE snapshots SET "),
)
def test_that_a_damaged_or_stale_snapshot_is_passed_over(database: Database, statement: str) -> None:
    filled(database, LONG)
    case = OpenCase.read(database, "C-1")
    payload = zlib.compress(encode_record(case.record).replace(PATIENT, '"Roe^Joan"').encode())
    values = {"zeros": "0" * 64, "other": payload, "nonsense": b"\0" * 40}
    change(database, statement, **{name: value for name, value in values.items() if f":{name}" in statement})
    with database.reading() as connection:
        record, log = read_record(connection, "C-1")
        assert (record, log.snapshot_at) == (case.record, 0)
        assert read_present(connection, "C-1") == (case.record, case.head)
        assert verify(connection) is None


def test_that_a_snapshot_of_another_log_is_passed_over(database: Database, tmp_path: Path) -> None:
    filled(database, LONG)
    OpenCase.read(database, "C-1")
    (tmp_path / "other").mkdir()
    with Database.open(url_in(tmp_path / "other")) as other:
        filled(other, [*LONG[:-1], sized(4999)])
        OpenCase.read(other, "C-1")
        with other.reading() as connection:
            row = connection.execute(text("SELECT * FROM snapshots")).one()._mapping
    change(database, "DELETE FROM snapshots")
    change(database, f"INSERT INTO snapshots VALUES ({', '.join(f':{name}' for name in row)})", **row)
    with database.reading() as connection:
        record, log = read_record(connection, "C-1")
        assert log.snapshot_at == 0
        assert record == by_replay(connection)


def test_that_a_forged_snapshot_is_found_by_verify(database: Database) -> None:
    filled(database, LONG)
    case = OpenCase.read(database, "C-1")
    forged = decode_record(encode_record(case.record).replace(PATIENT, '"Roe^Joan"'))
    assert forged != case.record
    keep(database, forged, case.head)  # with a digest that holds
    with database.reading() as connection:
        fault = verify(connection)
    assert fault is not None
    assert (fault.case_id, fault.sequence) == ("C-1", case.head.sequence)
    assert "snapshot" in fault.why


def test_that_a_snapshot_made_by_other_code_is_not_used(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    filled(database, LONG)
    with monkeypatch.context() as older:
        older.setattr(snapshots, "code_digest", lambda: "0" * 64)
        OpenCase.read(database, "C-1")
    at = kept_at(database)
    with database.reading() as connection:
        assert read_record(connection, "C-1")[1].snapshot_at == 0
    OpenCase.read(database, "C-1")
    with database.reading() as connection:
        assert read_record(connection, "C-1")[1].snapshot_at == at, "it is taken anew by this code"


def test_that_a_damaged_log_is_not_opened_from_its_snapshot(database: Database) -> None:
    filled(database, LONG)
    OpenCase.read(database, "C-1")
    change(database, "UPDATE entries SET author = 'somebody else' WHERE sequence = 7")
    with database.reading() as connection:
        for read in (read_record, read_present):
            with pytest.raises(Damaged, match="entry 7"):
                read(connection, "C-1")


# --- databases without the table -----------------------------------------------------------------------------------


def test_that_a_database_from_before_there_were_snapshots_gets_the_table(tmp_path: Path) -> None:
    with Database.open(url_in(tmp_path)) as database:
        case = opened(database)
        change(database, "DROP TABLE snapshots")
    with Database.open(url_in(tmp_path)) as database:
        assert kept_at(database) is None
        assert OpenCase.read(database, "C-1").record == case.record
    with Database.open(url_in(tmp_path)) as database:
        assert OpenCase.read(database, "C-1").record == case.record


def test_that_a_database_without_the_table_that_is_in_use_opens_all_the_same(tmp_path: Path) -> None:
    with Database.open(url_in(tmp_path)) as database:
        filled(database, LONG)
        change(database, "DROP TABLE snapshots")
        with database.writing(), Database.open(url_in(tmp_path)) as late, late.reading() as connection:
            record, log = read_record(connection, "C-1")
            assert read_present(connection, "C-1") == (record, log.head)
        assert OpenCase.read(database, "C-1").record == record
