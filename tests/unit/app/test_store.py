from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.state.apply import EditRefused
from app.state.record import Patient, Record
from app.storage.database import Database
from app.storage.errors import DatabaseBusy, EditsNotKept, NoSuchCase, StorageError
from app.storage.open_case import OpenCase
from app.store import CaseStore
from tests.support.cases import READ, READER, added, found, measured
from tests.support.databases import opened, url_in

IT1 = added("IT1", "BL", measured("30"))


class Heard:
    """What a store has told, in order."""

    def __init__(self, store: CaseStore) -> None:
        self.told: list[tuple[Record | None, Record] | StorageError] = []
        store.changed.connect(lambda before, after: self.told.append((before, after)))
        store.failed.connect(self.told.append)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with Database.open(url_in(tmp_path), wait_s=0.05) as database:
        opened(database)
        yield database


@pytest.fixture
def store(database: Database) -> CaseStore:
    store = CaseStore(database)
    store.open("C-1")
    return store


def test_that_without_a_case_there_is_nothing_to_edit(database: Database) -> None:
    store = CaseStore(database)
    assert not store.is_open
    assert not store.can_undo(READER) and not store.can_redo(READER)
    assert store.undo_text(READER) == store.redo_text(READER) == store.unsaved_text == ""
    assert store.unsaved == store.kept_back == ()
    with pytest.raises(LookupError):
        store.do(IT1, READER, READ)
    with pytest.raises(LookupError):
        store.record  # noqa: B018


def test_that_each_edit_is_told_once_with_the_record_before_and_after(store: CaseStore) -> None:
    heard = Heard(store)
    before = store.record
    store.do(IT1, READER, READ)
    assert heard.told == [(before, store.record)]
    assert store.record.reads[0].lesion("IT1") is not None
    assert len(store.head) == 64


def test_that_a_refused_edit_is_raised_and_told_to_nobody(store: CaseStore) -> None:
    heard = Heard(store)
    with pytest.raises(EditRefused, match="no lesion IT9"):
        store.do(found("IT9", "BL", measured("10")), READER, READ)
    assert heard.told == []


def test_that_undo_and_redo_are_named_and_told(store: CaseStore) -> None:
    before = store.record
    store.do(IT1, READER, READ)
    after = store.record
    heard = Heard(store)
    assert (store.can_undo(READER), store.undo_text(READER)) == (True, "lesion IT1 at BL")
    assert not store.can_undo("Reader B")
    store.undo(READER)
    assert store.record == before
    assert (store.can_undo(READER), store.can_redo(READER)) == (False, True)
    assert store.redo_text(READER) == "lesion IT1 at BL"
    store.redo(READER)
    assert store.record == after
    assert heard.told == [(after, before), (before, after)]


def test_that_another_case_is_shown_in_place_of_the_one_before(store: CaseStore) -> None:
    heard, before = Heard(store), store.record
    store.do(IT1, READER, READ)
    created = store.create("C-2", Patient("P-2"), READER)
    assert store.record == created
    assert not store.can_undo(READER)
    store.open("C-1")
    assert not store.can_undo(READER)
    assert [pair[1].case_id for pair in heard.told if isinstance(pair, tuple)] == ["C-1", "C-2", "C-1"]
    assert before.case_id == "C-1"


def test_that_a_case_that_cannot_be_opened_leaves_the_one_that_is(store: CaseStore) -> None:
    with pytest.raises(NoSuchCase):
        store.open("C-9")
    assert store.record.case_id == "C-1"


def test_that_an_edit_that_cannot_be_saved_is_shown_told_and_kept_for_a_retry(store: CaseStore, tmp_path: Path) -> None:
    heard, before = Heard(store), store.record
    with Database.open(url_in(tmp_path)) as another, another.writing():
        store.do(IT1, READER, READ)
        assert not store.retry()
        with pytest.raises(DatabaseBusy):
            store.open("C-1")
        assert store.record.reads[0].lesion("IT1") is not None
        assert len(store.unsaved) == 1
        assert store.unsaved_text.startswith("Another program is using the database: edits since ")
    assert heard.told[0] == (before, store.record)
    assert [type(x) for x in heard.told[1:]] == [DatabaseBusy, DatabaseBusy]
    assert store.retry()
    assert store.unsaved_text == ""


def test_that_what_others_added_is_told_on_reload(store: CaseStore, database: Database) -> None:
    heard = Heard(store)
    store.reload()
    assert heard.told == []
    OpenCase.read(database, "C-1").do(IT1, "Reader B", READ)
    store.reload()
    assert len(heard.told) == 1
    assert store.record.reads[0].lesion("IT1") is not None


def test_that_an_edit_without_room_becomes_a_draft_that_is_told(store: CaseStore, database: Database) -> None:
    OpenCase.read(database, "C-1").do(IT1, "Reader B", READ)
    heard = Heard(store)
    store.do(added("IT1", "BL", measured("25")), READER, READ)
    assert isinstance(heard.told[-1], EditsNotKept)
    (draft,) = store.kept_back
    store.drop(draft)
    assert store.kept_back == ()
