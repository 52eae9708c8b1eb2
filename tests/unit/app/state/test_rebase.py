from __future__ import annotations

from dataclasses import replace

from app.state.apply import replay
from app.state.events import Entry, Event, Reverted, VisitSigned
from app.state.rebase import Rebased, rebase
from tests.support.cases import OPENING, READER, added, found, log_of, measured

IT1, IT2 = added("IT1", "BL", measured("30")), added("IT2", "BL", measured("20"))
BEFORE: tuple[Event, ...] = (*OPENING, IT1)
"""What both knew: six entries."""


def rebased(theirs: tuple[Event, ...], ours: tuple[Event, ...]) -> Rebased:
    saved = [replace(e, author="Reader B" if e.sequence > 6 else READER) for e in log_of(*BEFORE, *theirs)]
    return rebase(saved, 6, log_of(*BEFORE, *ours)[6:])


def test_that_an_edit_of_something_else_stands_behind_theirs_under_a_new_number() -> None:
    result = rebased((IT2,), (found("IT1", "FU1", measured("25")),))
    assert [e.sequence for e in result.waiting] == [8]
    assert [e.sequence for e in result.entries] == list(range(1, 9))
    assert result.record == replay(result.entries)
    assert not result.kept_back


def test_that_an_edit_that_would_overwrite_theirs_unseen_is_kept_back() -> None:
    result = rebased((found("IT1", "FU1", measured("12")),), (found("IT1", "FU1", measured("25")),))
    assert not result.waiting
    (kept,) = result.kept_back
    assert kept.entry.event == found("IT1", "FU1", measured("25"))
    assert "finding of IT1 at FU1, by Reader B at 09:07 UTC" in kept.why


def test_that_an_edit_that_no_longer_fits_is_kept_back_and_the_rest_is_not() -> None:
    result = rebased((IT2,), (added("IT2", "FU1", measured("9")), found("IT1", "FU1", measured("25"))))
    assert [e.event for e in result.waiting] == [found("IT1", "FU1", measured("25"))]
    assert [k.entry.event for k in result.kept_back] == [added("IT2", "FU1", measured("9"))]


def test_that_an_edit_of_what_they_took_back_is_kept_back() -> None:
    result = rebased((Reverted(6),), (found("IT1", "BL", measured("25")),))
    assert not result.waiting


def test_that_a_reversal_follows_the_edit_it_takes_back() -> None:
    ours = (found("IT1", "FU1", measured("25")), Reverted(7), Reverted(8))
    result = rebased((IT2,), ours)
    assert [e.event for e in result.waiting] == [found("IT1", "FU1", measured("25")), Reverted(8), Reverted(9)]
    assert result.record == replay(result.entries)


def test_that_a_reversal_of_an_edit_that_was_kept_back_is_kept_back_too() -> None:
    result = rebased((IT2,), (added("IT2", "FU1", measured("9")), Reverted(7)))
    assert not result.waiting
    assert len(result.kept_back) == 2


def test_that_a_reversal_of_an_edit_they_built_on_is_kept_back() -> None:
    result = rebased((found("IT1", "FU1", measured("12")),), (Reverted(6),))
    assert not result.waiting
    assert "builds on this one" in result.kept_back[0].why


def test_that_a_signature_is_never_carried_over_to_another_log() -> None:
    signed = VisitSigned("BL", READER, "0" * 64, "mrecist-literal", ())
    result = rebased((IT2,), (signed,))
    assert [k.entry.event for k in result.kept_back] == [signed]


def test_that_nothing_of_theirs_changes_nothing_of_ours() -> None:
    ours = log_of(*BEFORE, IT2)[6:]
    result = rebased((), (IT2,))
    assert result.waiting == ours
    assert isinstance(result.entries[0], Entry)
