"""What was kept against the criteria, with who said why and when."""

from __future__ import annotations

from dataclasses import replace

from app.models.kept import Kept, kept_of
from app.state.apply import replay
from app.state.events import (
    Entry,
    FindingRecorded,
    LesionAdded,
    LesionChanged,
    LesionRemoved,
    ReadStarted,
    Reverted,
    VisitJustified,
)
from mrecist.case import ReadKind
from mrecist.lesions import Features, Observation
from mrecist.values import Region
from tests.support.cases import OPENING, READ, READER, added, lesion, log_of, measured


def finding(name: str, mm: str, *overrides: tuple[str, str], visit: str = "BL", for_all: str = "") -> FindingRecorded:
    return FindingRecorded(visit, Observation(name, measured(mm), Features(override=for_all, overrides=overrides)))


SMALL, PHASE = ("E-SMALL", "seen in all phases"), ("E-PHASE", "no arterial phase")


def told(log: tuple[Entry, ...]) -> list[Kept]:
    return list(kept_of(log, replay(log), READ))


def test_that_each_reason_that_stands_is_told_with_its_rule_its_author_and_when_it_was_first_given() -> None:
    log = log_of(
        *OPENING,
        added("IT1", "BL", measured("8")),
        finding("IT1", "8", SMALL),
        finding("IT1", "8.5", SMALL, PHASE),  # measured again: the first reason is carried on
        finding("IT1", "9", PHASE),
        finding("IT1", "9", PHASE, SMALL),  # taken out, and given again
        VisitJustified("BL", "E-WINDOW", "the scanner was down"),
        finding("IT1", "6", visit="FU1", for_all="agreed"),
    )
    first = len(OPENING) + 1
    at = {n: log[first + n].at for n in range(len(log) - first)}
    assert told(log) == [
        Kept("BL", "", "E-WINDOW", "the scanner was down", READER, at[4]),
        Kept("BL", "IT1", "E-PHASE", "no arterial phase", READER, at[1]),
        Kept("BL", "IT1", "E-SMALL", "seen in all phases", READER, at[3]),
        Kept("FU1", "IT1", "", "agreed", READER, at[5]),
    ]


def test_that_what_was_taken_back_or_replaced_or_is_of_another_read_is_not_told() -> None:
    log = log_of(*OPENING, added("IT1", "BL", measured("8")), finding("IT1", "8", SMALL), finding("IT1", "30"))
    assert told(log) == []
    log = log_of(*OPENING, added("IT1", "BL", measured("8")), finding("IT1", "8", SMALL))
    taken_back = Entry(len(log) + 1, log[-1].at, READER, READ, Reverted(len(log)))
    assert [x.rule for x in told(log)] == ["E-SMALL"] and told((*log, taken_back)) == []
    other = [
        Entry(len(log) + 1, log[-1].at, "Reader B", "read-2", ReadStarted("Reader B", ReadKind.LOCAL)),
        Entry(len(log) + 2, log[-1].at, "Reader B", "read-2", added("IT1", "BL", measured("8"))),
        Entry(len(log) + 3, log[-1].at, "Reader B", "read-2", finding("IT1", "8", SMALL)),
        Entry(len(log) + 4, log[-1].at, "Reader B", "read-2", VisitJustified("BL", "E-WINDOW", "holidays")),
    ]
    found = told((*log, *other))
    assert [(x.rule, x.by) for x in found] == [("E-WINDOW", "Reader B"), ("E-SMALL", READER)]


def test_that_a_lesion_named_or_placed_anew_keeps_who_gave_its_reason_and_when() -> None:
    log = log_of(*OPENING, added("IT1", "BL", measured("8")), finding("IT1", "8", SMALL))
    given = log[-1].at
    renamed = log_of(*(x.event for x in log), LesionChanged("IT1", replace(lesion("IT1"), id="IT7")))
    assert told(renamed) == [Kept("BL", "IT7", *SMALL, READER, given)]
    seen = Observation("ET1", measured("8"), Features(overrides=(SMALL,)))
    outside = replace(added("ET1", "BL", measured("8"), region=Region.EXTRAHEPATIC), observation=seen)
    assert isinstance(outside, LesionAdded)
    moved = log_of(*(x.event for x in log), LesionRemoved("IT1"), outside)
    assert told(moved) == [Kept("BL", "ET1", *SMALL, READER, given)]
