from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from itertools import islice
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.state.apply import EditRefused, replay
from app.state.events import (
    CaseClosed,
    ClinicalEventRecorded,
    ClinicalEventRemoved,
    ClinicalImported,
    Event,
    FindingRecorded,
    Reverted,
    VisitSigned,
)
from app.state.record import DatedEvent, Patient, Record
from app.storage.database import Database
from app.storage.errors import CasePurged, DatabaseBusy, DiskFull, EditsNotKept, NoSuchCase, StorageError
from app.storage.log import verify
from app.storage.open_case import OpenCase
from app.storage.purge import purge
from mrecist.case import EventKind
from mrecist.lesions import Finding, Measured
from mrecist.values import Diameter
from tests.support.cases import OPENING, READ, READER, added, found, measured
from tests.support.databases import fill_up, free_again, opened, url_in
from tests.support.editing_process import counted

OTHER = "Reader B"


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with Database.open(url_in(tmp_path), wait_s=0.05) as database:
        yield database


def finding(record: Record, lesion: str = "IT1", visit: str = "BL") -> Finding | None:
    seen = record.reads[0].observation(visit, lesion)
    return seen.finding if seen else None


def holds(database: Database) -> bool:
    with database.reading() as connection:
        return verify(connection) is None


def test_that_a_case_reads_back_as_it_was_edited(database: Database) -> None:
    case = opened(database, added("IT1", "BL", measured("30.0", "1.1")))
    again = OpenCase.read(database, "C-1")
    assert again.record == case.record
    assert again.entries == case.entries
    assert again.head == case.head


def test_that_a_new_case_is_in_the_database_at_once(database: Database) -> None:
    OpenCase.create(database, "C-9", Patient("P-9"), READER, "cotsom")
    assert OpenCase.read(database, "C-9").record.protocol == "cotsom"


def test_that_a_case_is_not_opened_twice_under_one_id(database: Database) -> None:
    opened(database)
    with pytest.raises(EditRefused, match="C-1 already"):
        OpenCase.create(database, "C-1", Patient("P-2"), READER)


def test_that_a_case_that_is_not_there_is_named(database: Database) -> None:
    with pytest.raises(NoSuchCase, match="C-7"):
        OpenCase.read(database, "C-7")


def test_that_a_refused_edit_leaves_no_trace(database: Database) -> None:
    case = opened(database)
    before, head = case.record, case.head
    with pytest.raises(EditRefused):
        case.do(found("IT9", "BL", measured("10")), READER, READ)
    with pytest.raises(EditRefused, match="by undo"):
        case.do(Reverted(3), READER, READ)
    assert case.record is before
    assert OpenCase.read(database, "C-1").head == head


# --- undo and redo -------------------------------------------------------------------------------------------------


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.one_of(st.integers(1, 4999), st.just("undo"), st.just("redo")), max_size=14))
def test_that_undo_and_redo_walk_through_the_records_as_they_were(tmp_path_factory, steps) -> None:  # type: ignore[no-untyped-def]
    with Database.open(url_in(tmp_path_factory.mktemp("undo"))) as database:
        opened(database, added("IT1", "BL", measured("30")))
        case = OpenCase.read(database, "C-1")
        past, future = [case.record], []
        for step in steps:
            if step == "undo" and len(past) > 1:
                case.undo(READER)
                future.append(past.pop())
            elif step == "redo" and future:
                case.redo(READER)
                past.append(future.pop())
            elif isinstance(step, int):
                case.do(found("IT1", "BL", Measured(Diameter(step))), READER, READ)
                past.append(case.record)
                future.clear()
            assert case.record == past[-1]
            assert bool(case.undo_step(READER).edits) == (len(past) > 1)
            assert bool(case.redo_edits(READER)) == bool(future)
        assert replay(case.entries) == past[-1]
        assert OpenCase.read(database, "C-1").record == past[-1]
        assert holds(database)


def test_that_undo_ends_where_the_sitting_began(database: Database) -> None:
    opened(database, added("IT1", "BL", measured("30")))
    case = OpenCase.read(database, "C-1")
    with pytest.raises(EditRefused, match="nothing to undo"):
        case.undo(READER)
    with pytest.raises(EditRefused, match="nothing to redo"):
        case.redo(READER)


def test_that_a_closed_case_can_be_opened_again_by_undo_in_the_same_sitting(database: Database) -> None:
    case = opened(database)
    case.do(CaseClosed("wrong patient"), READER)
    case.undo(READER)
    case.do(added("IT1", "BL", measured("30")), READER, READ)
    assert not OpenCase.read(database, "C-1").record.closed_because


# --- several writers -----------------------------------------------------------------------------------------------


def test_that_two_readers_edits_of_different_things_are_both_kept(database: Database) -> None:
    mine = opened(database, added("IT1", "BL", measured("30")))
    theirs = OpenCase.read(database, "C-1")
    theirs.do(added("IT2", "BL", measured("20")), OTHER, READ)
    mine.do(found("IT1", "FU1", measured("25")), READER, READ)
    assert finding(mine.record, "IT2") == measured("20")
    assert finding(mine.record, "IT1", "FU1") == measured("25")
    assert OpenCase.read(database, "C-1").record == mine.record
    assert holds(database)


def test_that_an_edit_of_what_somebody_else_has_set_first_is_kept_as_a_draft(database: Database) -> None:
    mine = opened(database, added("IT1", "BL", measured("30")))
    OpenCase.read(database, "C-1").do(found("IT1", "BL", measured("28")), OTHER, READ)
    with pytest.raises(EditsNotKept, match="kept as a draft"):
        mine.do(found("IT1", "BL", measured("25")), READER, READ)
    assert finding(mine.record) == measured("28")
    (kept,) = mine.kept_back
    assert kept.entry.event == found("IT1", "BL", measured("25"))
    assert OTHER in kept.why
    mine.drop(kept)
    assert not mine.kept_back
    assert holds(database)


def test_that_a_patient_dies_once_whoever_records_it_and_however(database: Database) -> None:
    first, second = (DatedEvent(name, EventKind.DEATH, date(2025, 9, day)) for name, day in (("A", 2), ("B", 3)))
    mine, theirs = opened(database), OpenCase.read(database, "C-1")
    theirs.do(ClinicalEventRecorded(first), OTHER)
    with pytest.raises(EditsNotKept):
        mine.do(ClinicalEventRecorded(second), READER)
    with pytest.raises(EditRefused, match="Death is recorded on 2025-09-02"):
        mine.do(ClinicalImported(events=(second,)), READER)
    moved = replace(first, on=date(2025, 9, 4))
    mine.do(ClinicalEventRecorded(moved), READER)
    mine.do(ClinicalEventRemoved("A"), READER)
    theirs = OpenCase.read(database, "C-1")
    theirs.do(ClinicalEventRecorded(second), OTHER)
    mine.reload()
    with pytest.raises(EditRefused, match="Death is recorded on 2025-09-03"):
        mine.undo(READER)  # which would bring the first one back
    assert mine.record.events == (second,) and holds(database)


def test_that_undo_refuses_what_somebody_else_has_built_on_meanwhile(database: Database) -> None:
    opened(database)
    mine, theirs = OpenCase.read(database, "C-1"), OpenCase.read(database, "C-1")
    mine.do(added("IT1", "BL", measured("30")), READER, READ)
    theirs.reload()
    theirs.do(found("IT1", "FU1", measured("12")), OTHER, READ)
    mine.reload()
    with pytest.raises(EditRefused, match="finding of IT1 at FU1, by Reader B"):
        mine.undo(READER)


def test_that_a_signature_is_for_the_log_that_was_shown(database: Database) -> None:
    mine = opened(database, added("IT1", "BL", measured("30")))
    signature = VisitSigned("BL", READER, mine.head.hash, "mrecist-literal", ())
    with pytest.raises(EditRefused, match="has changed"):
        mine.do(VisitSigned("BL", READER, "0" * 64, "mrecist-literal", ()), READER, READ)
    OpenCase.read(database, "C-1").do(added("IT2", "BL", measured("20")), OTHER, READ)
    with pytest.raises(EditsNotKept):
        mine.do(signature, READER, READ)
    assert not mine.record.signed


def test_that_a_purged_case_is_not_opened(database: Database) -> None:
    case = opened(database)
    case.do(CaseClosed("wrong patient"), READER)
    with database.writing() as connection:
        purge(connection, "C-1", "Admin", "imported for the wrong patient")
    with pytest.raises(CasePurged, match="C-1"):
        OpenCase.read(database, "C-1")


# --- a database that does not take an edit -------------------------------------------------------------------------


def test_that_edits_on_a_full_disk_stay_in_memory_and_are_saved_once_there_is_space(database: Database) -> None:
    case = opened(database, added("IT1", "BL", measured("30")))
    fill_up(database)
    saved_to = case.head
    sizes = iter(range(100, 4999))
    with pytest.raises(DiskFull, match="Free space, then Retry"):
        while True:
            case.do(found("IT1", "BL", Measured(Diameter(next(sizes)))), READER, READ)
            saved_to = case.head
    first_lost = case.record
    with pytest.raises(DiskFull):
        case.do(found("IT1", "FU1", measured("22")), READER, READ)
    assert len(case.unsaved) == 2
    assert case.unsaved_text.startswith("Disk full: edits since ")
    assert case.unsaved_text.endswith(" are not saved. Free space, then Retry.")
    assert finding(case.record) == finding(first_lost)
    assert finding(case.record, visit="FU1") == measured("22")
    assert OpenCase.read(database, "C-1").head == saved_to

    free_again(database)
    case.save()
    assert not case.unsaved and not case.unsaved_text
    assert OpenCase.read(database, "C-1").record == case.record
    assert holds(database)


def test_that_an_edit_waits_while_another_program_holds_the_database(database: Database, tmp_path: Path) -> None:
    case = opened(database, added("IT1", "BL", measured("30")))
    with Database.open(url_in(tmp_path)) as another, another.writing():
        with pytest.raises(DatabaseBusy):
            case.do(found("IT1", "BL", measured("25")), READER, READ)
        with pytest.raises(EditRefused, match="not saved yet"):
            case.do(VisitSigned("BL", READER, case.head.hash, "mrecist-literal", ()), READER, READ)
    case.save()
    assert finding(OpenCase.read(database, "C-1").record) == measured("25")


def test_that_the_time_of_an_edit_is_when_it_was_made_not_when_it_was_saved(database: Database, tmp_path: Path) -> None:
    case = opened(database, added("IT1", "BL", measured("30")))
    with Database.open(url_in(tmp_path)) as another, another.writing(), pytest.raises(StorageError):
        case.do(found("IT1", "BL", measured("25")), READER, READ)
    made_at = case.unsaved[0].at
    case.save()
    assert OpenCase.read(database, "C-1").entries[-1].at == made_at


# --- a crash -------------------------------------------------------------------------------------------------------


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs a system where a process can be forked and killed")
def test_that_a_killed_process_loses_nothing_that_was_committed(tmp_path: Path) -> None:
    url, chance = url_in(tmp_path), random.Random(20250306)
    with Database.open(url) as database:
        opened(database, added("IT1", "BL", Measured(Diameter(0), Diameter(0))))
    script = Path(__file__).parents[3] / "support" / "editing_process.py"
    root = script.parents[2]
    editor = subprocess.Popen(
        [sys.executable, str(script), url],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(root)},
        text=True,
    )
    assert editor.stdin is not None and editor.stdout is not None
    edits = 0
    with editor:
        for _ in range(30):
            editor.stdin.write("go\n")
            editor.stdin.flush()
            pid = int(editor.stdout.readline().split()[1])
            lines = iter(editor.stdout.readline, "dead\n")
            told = list(islice(lines, chance.randrange(6)))
            time.sleep(chance.uniform(0.0, 0.012))  # an edit takes some milliseconds: any point of it may be met
            os.kill(pid, signal.SIGKILL)
            told += lines
            edits = int(told[-1]) if told else edits
            with Database.open(url) as database:
                found_there = counted(OpenCase.read(database, "C-1"))
                # the last edit may have been committed just before it could be told
                assert found_there in (edits, edits + 1)
                assert holds(database)
            edits = found_there
        editor.stdin.close()
    assert edits > 30, "the process was killed before it could edit"


def test_that_an_edit_is_written_once(database: Database) -> None:
    case = opened(database, added("IT1", "BL", measured("30")))
    event: Event = FindingRecorded("BL", found("IT1", "BL", measured("31")).observation)
    case.do(event, READER, READ)
    case.save()
    case.save()
    assert len(OpenCase.read(database, "C-1").entries) == len(OPENING) + 2
