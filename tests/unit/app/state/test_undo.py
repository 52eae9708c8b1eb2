from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from app.state.apply import EditRefused, replay
from app.state.codec import decode
from app.state.events import (
    Entry,
    Event,
    LesionChanged,
    ReadStarted,
    Reverted,
    VisitAmended,
    VisitProposed,
    VisitSigned,
)
from app.state.subjects import subjects
from app.state.undo import Step, check_taken_back, redo_step, undo_step
from tests.support.cases import OPENING, READ, READER, added, found, lesion, log_of, measured

START = len(OPENING)
IT1, IT2 = added("IT1", "BL", measured("30")), added("IT2", "BL", measured("20"))
OTHER = "Reader B"


def log(*events: Event | tuple[str, Event]) -> tuple[Entry, ...]:
    """The opening and these events; a pair names another author. The first of them has the number 6."""
    entries = log_of(*OPENING, *(e[1] if isinstance(e, tuple) else e for e in events))
    authors = [READER] * START + [e[0] if isinstance(e, tuple) else READER for e in events]
    return tuple(replace(e, author=author) for e, author in zip(entries, authors, strict=True))


def sitting(entries: tuple[Entry, ...]) -> set[int]:
    return {e.sequence for e in entries if e.sequence > START}


def undone(entries: tuple[Entry, ...]) -> int | None:
    edits = undo_step(entries, READER, sitting(entries)).edits
    return edits[0].sequence if edits else None


def redone(entries: tuple[Entry, ...]) -> int | None:
    undone = redo_step(entries, READER, sitting(entries))
    return undone[0].sequence if undone else None


@pytest.mark.parametrize(
    ("events", "undo", "redo"),
    [
        ((), None, None),
        ((IT1,), 6, None),
        ((IT1, IT2), 7, None),
        ((IT1, IT2, Reverted(7)), 6, 8),
        ((IT1, IT2, Reverted(7), Reverted(6)), None, 9),
        ((IT1, IT2, Reverted(7), Reverted(6), Reverted(9)), 6, 8),
        ((IT1, IT2, Reverted(7), Reverted(6), Reverted(9), Reverted(8)), 7, None),
        ((IT1, Reverted(6), IT2), 8, None),
        ((IT1, Reverted(6), IT2, Reverted(8)), None, 9),
        ((IT1, Reverted(6), Reverted(7), Reverted(6)), None, 9),
        ((IT1, (OTHER, IT2)), 6, None),
        ((IT1, VisitProposed("FU2", (date(2025, 3, 31),), ())), 6, None),
        (((OTHER, IT2),), None, None),
    ],
    ids=lambda value: "-".join(getattr(e, "kind", "other") for e in value) if isinstance(value, tuple) else str(value),
)
def test_that_undo_and_redo_walk_the_authors_own_edits(
    events: tuple[Event, ...], undo: int | None, redo: int | None
) -> None:
    entries = log(*events)
    assert (undone(entries), redone(entries)) == (undo, redo)


def test_that_undo_does_not_reach_back_before_this_sitting() -> None:
    entries = log(IT1, IT2)
    assert undo_step(entries, READER, {7}).edits == (entries[6],)
    assert undo_step(entries, READER, set()) == Step()


def test_that_what_was_begun_is_not_taken_back() -> None:
    entries = log_of(*OPENING)
    assert undo_step(entries, READER, {1, 2, 3, 4, 5}) == Step()


def test_that_taking_an_edit_back_gives_the_record_without_it() -> None:
    entries = log(IT1, IT2)
    assert check_taken_back(entries, entries[-1]) == replay(entries[:-1])


SIGNED = VisitSigned("BL", READER, "0" * 64, "mrecist-literal", ())


@pytest.mark.parametrize(
    ("events", "number", "why"),
    [
        ((IT1, SIGNED), 6, "BL was signed after this edit"),
        ((IT1, SIGNED), 7, "A signature is not taken back"),
        (
            (IT1, (OTHER, found("IT1", "FU1", measured("12")))),
            6,
            "finding of IT1 at FU1, by Reader B at 09:07 UTC",
        ),
        (
            (IT1, found("IT1", "FU1", measured("10")), (OTHER, found("IT1", "FU1", measured("12")))),
            7,
            "finding of IT1 at FU1, by Reader B at 09:08 UTC",
        ),
        (
            (IT1, LesionChanged("IT1", lesion("IT5")), (OTHER, found("IT5", "FU1", measured("12")))),
            7,
            "finding of IT5 at FU1, by Reader B",
        ),
    ],
    ids=["before a signature", "a signature", "finding of the lesion", "same finding", "new name"],
)
def test_that_an_edit_on_which_others_stand_is_not_taken_back_and_says_which(
    events: tuple[Event, ...], number: int, why: str
) -> None:
    entries = log(*events)
    with pytest.raises(EditRefused) as refused:
        check_taken_back(entries, entries[number - 1])
    assert why in refused.value.reason


@pytest.mark.parametrize(
    ("events", "undo", "signed"),
    [
        ((IT1, SIGNED), None, "BL"),
        ((IT1, found("IT1", "FU1", measured("12")), SIGNED), None, "BL"),
        ((IT1, SIGNED, found("IT1", "FU1", measured("12"))), 8, ""),
        ((IT1, SIGNED, found("IT1", "FU1", measured("12")), Reverted(8)), None, "BL"),
        ((SIGNED, replace(SIGNED, visit_id="FU1"), VisitAmended("FU1", READER, "a new line")), 8, ""),
    ],
    ids=["signed", "a later time point before it", "after it", "after it, taken back", "amended"],
)
def test_that_undo_goes_never_past_a_signature(events: tuple[Event, ...], undo: int | None, signed: str) -> None:
    entries = log(*events)
    step = undo_step(entries, READER, sitting(entries))
    assert ([e.sequence for e in step.edits], step.signed) == ([undo] if undo else [], signed)
    if undo:
        assert check_taken_back(entries, entries[undo - 1]).is_signed(READ, "BL")


def test_that_a_signature_of_another_read_does_not_stand_in_the_way() -> None:
    entries = list(log(IT1, (OTHER, ReadStarted(OTHER)), (OTHER, SIGNED)))
    entries[6:] = [replace(e, read_id="read-2") for e in entries[6:]]
    record = check_taken_back(entries, entries[5])
    assert record.read(READ) is not None
    assert record.is_signed("read-2", "BL")


RECORDED = Path(__file__).parents[3] / "support" / "log_version_1.jsonl"


def test_that_each_edit_names_what_it_sets() -> None:
    found_of: dict[str, set[tuple[str, ...]]] = {}
    for line in RECORDED.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        event = decode(row["kind"], row["version"], row["payload"])
        entry = Entry(row["sequence"], row["at"], row["author"], row["read_id"], event)
        found_of.setdefault(row["kind"], set(subjects(entry)))
    assert found_of == {
        "case_opened": {("case",)},
        "series_imported": {("series", "1.1"), ("series", "1.2")},
        "visit_proposed": {("visit_proposed", "BL")},
        "read_started": {("read", "read-1")},
        "baseline_confirmed": {("baseline",)},
        "lesion_added": {("lesion", "read-1", "IT1"), ("finding", "read-1", "BL", "IT1")},
        "lesion_changed": {("lesion", "read-1", "ET9"), ("lesion", "read-1", "ET1")},
        "lesion_removed": {("lesion", "read-1", "IT3")},
        "finding_recorded": {("finding", "read-1", "FU1", "IT1")},
        "lesion_split": {
            ("finding", "read-2", "FU1", "IT1"),
            ("lesion", "read-2", "IT1.1"),
            ("lesion", "read-2", "IT1.2"),
        },
        "lesions_merged": {("finding", "read-2", "FU1", "IT1.2")},
        "finding_cleared": {("finding", "read-1", "FU1", "ET1")},
        "figure_added": {("figure", "read-1", "F-1")},
        "figure_changed": {("figure", "read-1", "F-2")},
        "figure_removed": {("figure", "read-1", "F-3")},
        "place_pinned": {("pin", "read-1", "1.1.frame", "1.3.frame")},
        "proposals_imported": {("proposal", "read-1", "2.25.9/1")},
        "proposal_declined": {("proposal", "read-1", "2.25.9/1")},
        "phase_corrected": {("phase", "1.2")},
        "protocol_chosen": {("protocol",)},
        "series_moved": {("place", "1.3")},
        "coverage_recorded": {("coverage_recorded", "FU1")},
        "visit_justified": {("justified", "BL", "E-WINDOW")},
        "clinical_recorded": {("clinical", "FU1")},
        "judgement_signed": {("judgement", "FU1", "tace_benefit")},
        "treatment_recorded": {("treatment", "T-1")},
        "treatment_removed": {("treatment", "T-2")},
        "clinical_event_recorded": {("event", "E-1")},
        "clinical_event_removed": {("event", "E-9")},
        "labs_recorded": {("labs", "L-1")},
        "labs_removed": {("labs", "L-2")},
        "enrolment_recorded": {("enrolment",)},
        "clinical_imported": {("labs", "L-3"), ("event", "E-3")},
        "criterion_signed": {("criterion", "cotsom", "HIV infection")},
        "reverted": {("entry", "32")},
        "visit_signed": {("signature", "read-1", "BL")},
        "visit_amended": {("signature", "read-1", "BL")},
        "hiding_lifted": {("hiding", "read-2")},
        "case_closed": {("case",)},
    }
