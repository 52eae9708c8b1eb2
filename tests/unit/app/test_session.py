"""A case read a second time: what the reader works on, and what is in sight."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app.resources import load_ruleset
from app.session import ReadingSession
from app.state.events import LesionRemoved, VisitSigned
from app.state.reading_mode import Hidden
from app.storage.database import Database
from app.storage.open_case import OpenCase
from app.store import CaseStore
from tests.support.cases import READ, READER, added, found, measured
from tests.support.databases import opened, url_in


@pytest.fixture
def session(tmp_path: Path) -> Iterator[ReadingSession]:
    """The case of one reader, who found one lesion in it."""
    with Database.open(url_in(tmp_path)) as database:
        opened(database, added("IT1", "BL", measured("30")))
        session = ReadingSession(CaseStore(database), load_ruleset(), READER)
        session.open_case("C-1")
        yield session


def _ids(session: ReadingSession) -> list[str]:
    return [read.id for read in session.reads_in_sight]


def test_that_a_second_read_begins_with_nothing_and_hides_the_first(session: ReadingSession) -> None:
    said: list[str] = []
    session.told.connect(said.append)
    assert _ids(session) == [READ]
    assert session.begin_again()
    assert session.record is not None and session.reading is not None
    second = session.read_id
    assert second != READ
    assert session.own_read_id == second
    assert session.reading.lesions == ()
    assert _ids(session) == [second]
    assert session.record.read(second).blinded  # type: ignore[union-attr]
    session.look_at(READ)
    assert session.read_id == second
    assert "hides the others" in said[-1]
    assert session.do(added("IT1", "BL", measured("28")))
    assert [len(read.lesions) for read in session.record.reads] == [1, 1]


def test_that_the_first_read_is_in_sight_again_once_every_time_point_of_the_second_is_signed(
    session: ReadingSession,
) -> None:
    session.begin_again()
    second = session.read_id
    session.do(added("IT1", "BL", measured("28")))
    assert session.record is not None
    visits = [visit.id for visit in session.record.assessed_visits]
    for visit in visits:
        assert _ids(session) == [second]
        assert session.do(VisitSigned(visit, READER, session.store.head, "rules", ()))
    assert _ids(session) == [READ, second]
    session.look_at(READ)
    assert session.read_id == READ
    assert session.others_read == READER  # one's own first read is looked at, and not changed
    assert session.locked
    session.look_at(second)
    assert session.others_read == ""


def test_that_a_second_read_begun_by_mistake_is_taken_back_in_a_later_sitting_while_nothing_was_done_in_it(
    session: ReadingSession,
) -> None:
    """Else the first read, which is not finished, could never be gone on with."""
    session.begin_again()
    session.open_case("C-1")  # a later sitting
    assert session.read_id != READ and session.undo_text == "read started"
    session.undo()
    assert (session.read_id, _ids(session)) == (READ, [READ])
    assert session.do(found("IT1", "FU1", measured("20")))

    session.begin_again()
    session.do(added("IT1", "BL", measured("28")))
    session.open_case("C-1")
    assert session.undo_text == "", "what was done in an earlier sitting stays"


def test_that_a_second_read_is_taken_back_by_undo(session: ReadingSession) -> None:
    session.begin_again()
    session.undo()
    assert session.read_id == READ
    assert _ids(session) == [READ]
    assert session.reading is not None and [x.id for x in session.reading.lesions] == ["IT1"]


def test_that_undo_stops_at_a_signature_and_says_so(session: ReadingSession) -> None:
    said: list[str] = []
    session.told.connect(said.append)
    assert session.do(found("IT1", "BL", measured("31")))
    assert session.do(VisitSigned("BL", READER, session.store.head, "rules", ()))
    assert session.do(found("IT1", "FU1", measured("20")))
    assert session.undo_stops == ""
    session.undo()
    assert session.record is not None and session.reading is not None
    assert session.reading.finding("IT1", "FU1") is None
    stays = "BL is signed. A signature is not taken back; amend with a reason."
    assert (session.undo_text, session.undo_stops) == ("", stays)
    session.undo()
    assert said == ["Taken back: finding of IT1 at FU1", stays]
    assert session.reading.finding("IT1", "BL") == measured("31")
    assert session.record.is_signed(READ, "BL")
    session.redo()
    assert session.reading.finding("IT1", "FU1") == measured("20")


def test_that_edits_made_in_one_are_made_whole_or_not_at_all_and_one_undo_takes_them_back(
    session: ReadingSession,
) -> None:
    before = session.record
    assert not session.do(LesionRemoved("IT1"), added("IT2", "BL", measured("28")), found("IT9", "BL", measured("1")))
    assert session.record == before and session.undo_text == ""
    shown: list[object] = []
    session.record_changed.connect(lambda: shown.append(session.record))
    assert session.do(LesionRemoved("IT1"), added("IT2", "BL", measured("28")), found("IT2", "FU1", measured("20")))
    after = session.record
    session.undo()
    assert shown == [after, before]
    session.redo()
    assert session.record == after
    session.do(found("IT2", "FU1", measured("19")))
    session.undo()
    assert session.record == after


def test_that_another_reader_sees_both_reads_by_their_names(session: ReadingSession) -> None:
    session.begin_again()
    assert session.record is not None
    assert list(session.record.read_names.values()) == [READER, f"{READER} (2)"]
    session.rename_reader("Another")
    assert len(_ids(session)) == 2


def test_that_undo_and_redo_go_through_the_beginning_of_a_second_read(session: ReadingSession) -> None:
    session.begin_again()
    second = session.read_id
    session.do(added("IT1", "BL", measured("28")))
    session.undo()
    session.undo()
    assert session.read_id == READ
    session.redo()
    session.redo()
    assert session.read_id == second
    assert session.reading is not None and [x.id for x in session.reading.lesions] == ["IT1"]


def test_that_a_protocol_that_hides_other_reads_does_so_before_the_readers_first_edit(
    session: ReadingSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.models.hiding.default_of", lambda _protocol: (Hidden.OTHERS,))
    session.rename_reader("Another")
    session.open_case("C-1")
    assert _ids(session) == []
    session.look_at(READ)
    assert session.others_read == ""


def test_that_an_edit_for_which_another_window_left_no_room_is_not_told_as_made(tmp_path: Path) -> None:
    with Database.open(url_in(tmp_path)) as database:
        opened(database, added("IT1", "BL", measured("30")))
        session = ReadingSession(CaseStore(database), load_ruleset(), READER)
        session.open_case("C-1")
        OpenCase.read(database, "C-1").do(added("IT2", "BL", measured("20")), READER, READ)
        assert not session.do(added("IT2", "BL", measured("25")))
        assert session.reading is not None
        seen = session.reading.read.observation("BL", "IT2")
        assert seen is not None and seen.finding == measured("20")
        assert session.do(added("IT3", "BL", measured("12"))), "the next one is as any"


def test_that_no_response_stands_beside_an_edit_that_could_not_be_judged(
    session: ReadingSession, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    """A fault of the rules is told; the response from before the edit would be taken for that of now."""

    def crash(*_of: object) -> None:
        raise ZeroDivisionError

    assert session.assessment is not None
    monkeypatch.setattr("app.session.assess_read", crash)
    with qtbot.capture_exceptions() as faults, qtbot.waitSignal(session.record_changed):
        session.do(found("IT1", "FU1", measured("20")))
    assert [kind for kind, *_ in faults] == [ZeroDivisionError]
    assert session.assessment is None and session.reading is not None
    assert session.reading.finding("IT1", "FU1") == measured("20"), "what was recorded is kept"
    with qtbot.capture_exceptions() as faults, qtbot.waitSignal(session.case_opened):
        session.open_case("C-1")  # else the case before stays on screen, and takes the edits of this one
    assert faults and session.reading is not None
