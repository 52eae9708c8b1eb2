"""Targets that come apart, and targets that fuse: what the record then holds, what is refused, and undo."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import pytest

from app.state.apply import EditRefused, replay
from app.state.codec import decode, encode
from app.state.events import (
    Event,
    FindingCleared,
    FindingRecorded,
    LesionChanged,
    LesionRemoved,
    LesionsMerged,
    LesionSplit,
    VisitSigned,
)
from app.state.undo import check_taken_back
from mrecist.lesions import Absent, Features, Lesion, Merged, Observation, Split
from mrecist.values import LesionRole, LocalTreatment, Organ
from tests.support.cases import OPENING, added, found, lesion, log_of, measured, record_of

IT1, IT2 = added("IT1", "BL", measured("30")), added("IT2", "BL", measured("20"))


def part(number: int, of: str = "IT1", **changes: object) -> Lesion:
    return replace(lesion(of), id=f"{of}.{number}", parent=of, **changes)  # type: ignore[arg-type]


SPLIT = LesionSplit("FU1", "IT1", (part(1), part(2)))
SIGNED = VisitSigned("FU1", "Reader A", "0" * 64, "mrecist-literal", ())


def _found(record_events: Sequence[Event], visit: str = "FU1") -> dict[str, object]:
    (read,) = record_of(*record_events).reads
    return {o.lesion_id: o.finding for t in read.timepoints if t.timepoint_id == visit for o in t.observations}


def test_that_a_target_that_split_stays_listed_with_its_fragments_below_it() -> None:
    noted = Features(treated_since=LocalTreatment.TACE, settled_on=date(2025, 2, 17))
    before = FindingRecorded("FU1", Observation("IT1", measured("21"), noted))
    record = record_of(IT1, IT2, before, SPLIT, found("IT1.1", "FU1", measured("12")))
    (read,) = record.reads
    assert [(x.id, x.parent, x.role) for x in read.lesions[2:]] == [
        ("IT1.1", "IT1", LesionRole.TARGET),
        ("IT1.2", "IT1", LesionRole.TARGET),
    ]
    seen = read.observation("FU1", "IT1")
    assert seen == Observation("IT1", Split(), noted), "what was noted beside the finding stays"
    assert read.observation("FU1", "IT1.2") is None


def test_that_a_third_fragment_joins_and_a_lesion_measured_as_one_has_none_there() -> None:
    edits = (IT1, SPLIT, found("IT1.1", "FU1", measured("12")), LesionSplit("FU1", "IT1", (part(3),)))
    assert set(_found(edits)) == {"IT1", "IT1.1"}
    assert _found((*edits, found("IT1", "FU1", measured("25")))) == {"IT1": measured("25")}
    assert _found((*edits, FindingCleared("FU1", "IT1"))) == {}


def test_that_targets_that_fused_are_measured_with_the_one() -> None:
    edits = (IT1, IT2, added("IT3", "BL", measured("11")), found("IT1", "FU1", measured("42")))
    merged = LesionsMerged("FU1", "IT1", ("IT2", "IT3"))
    assert _found((*edits, merged)) == {"IT1": measured("42"), "IT2": Merged("IT1"), "IT3": Merged("IT1")}
    apart_again = found("IT2", "FU1", measured("9"))
    assert _found((*edits, merged, apart_again))["IT2"] == measured("9")


REFUSED: dict[str, tuple[tuple[Event, ...], Event, str]] = {
    "one fragment": ((IT1,), LesionSplit("FU1", "IT1", (part(1),)), "two fragments or more"),
    "two of a name": ((IT1,), LesionSplit("FU1", "IT1", (part(1), part(1))), "each with its own name"),
    "a name that is taken": ((IT1, SPLIT), SPLIT, "a lesion IT1.1 already"),
    "another name": ((IT1,), LesionSplit("FU1", "IT1", (part(1), replace(part(2), id="IT2"))), "is named IT1.1"),
    "another organ": ((IT1,), LesionSplit("FU1", "IT1", (part(1), part(2, organ=Organ.BILE_DUCT))), "of its kind"),
    "at baseline": ((IT1,), replace(SPLIT, visit_id="BL"), "two lesions there are two targets"),
    "of a non-target": (
        (added("INT1", "BL", measured("30"), role=LesionRole.NONTARGET),),
        LesionSplit("FU1", "INT1", tuple(part(n, "INT1", role=LesionRole.NONTARGET) for n in (1, 2))),
        "only a target does",
    ),
    "after signing": ((IT1, SIGNED), SPLIT, "signed and locked"),
    "merging after signing": ((IT1, IT2, SIGNED), LesionsMerged("FU1", "IT1", ("IT2",)), "signed and locked"),
    "merging nothing": ((IT1,), LesionsMerged("FU1", "IT1", ()), "is not said"),
    "merging with itself": ((IT1,), LesionsMerged("FU1", "IT1", ("IT1",)), "into itself"),
    "merging into one that split": ((IT1, IT2, SPLIT), LesionsMerged("FU1", "IT1", ("IT2",)), "Merge its fragments"),
    "splitting what others merged into": (
        (IT1, IT2, LesionsMerged("FU1", "IT1", ("IT2",))),
        SPLIT,
        "IT2 is recorded as merged into IT1",
    ),
    "merging a non-target": (
        (IT1, added("INT1", "BL", measured("30"), role=LesionRole.NONTARGET)),
        LesionsMerged("FU1", "IT1", ("INT1",)),
        "not both targets",
    ),
    "a fragment of a lesion that is one": (
        (IT1, SPLIT, found("IT1", "FU1", measured("25"))),
        found("IT1.1", "FU1", measured("9")),
        "not split at FU1",
    ),
    "another role of a fragment": (
        (IT1, SPLIT),
        LesionChanged("IT1.1", part(1, role=LesionRole.NONTARGET)),
        "a fragment of IT1",
    ),
    "another role of a lesion with fragments": (
        (IT1, SPLIT),
        LesionChanged("IT1", lesion("INT1", role=LesionRole.NONTARGET)),
        "split into 2 fragments",
    ),
    "the last fragment": ((IT1, SPLIT, LesionRemoved("IT1.1")), LesionRemoved("IT1.2"), "the last fragment"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_that_what_cannot_be_is_refused_in_words(name: str) -> None:
    before, event, why = REFUSED[name]
    with pytest.raises(EditRefused, match=why):
        record_of(*before, event)


def test_that_fragments_go_with_their_lesion() -> None:
    edits = (IT1, SPLIT, found("IT1.2", "FU1", measured("9")))
    (read,) = record_of(*edits, LesionChanged("IT1", lesion("IT7"))).reads
    assert [(x.id, x.parent) for x in read.lesions] == [("IT7", None), ("IT7.1", "IT7"), ("IT7.2", "IT7")]
    assert read.observation("FU1", "IT7.2") == Observation("IT7.2", measured("9"))
    (read,) = record_of(*edits, LesionRemoved("IT1")).reads
    assert not read.lesions and not any(t.observations for t in read.timepoints)


@pytest.mark.parametrize("event", [SPLIT, LesionsMerged("FU1", "IT1", ("IT2",))], ids=["split", "merger"])
def test_that_it_is_taken_back_as_one_step_unless_a_later_edit_builds_on_it(event: Event) -> None:
    before = (IT1, IT2, found("IT1", "FU1", measured("21")), found("IT2", "FU1", Absent()))
    entries = log_of(*OPENING, *before, event)
    assert check_taken_back(entries, entries[-1]) == replay(entries[:-1])
    later = found("IT1.1", "FU1", measured("12")) if event is SPLIT else found("IT2", "FU1", measured("9"))
    entries = log_of(*OPENING, *before, event, later)
    with pytest.raises(EditRefused, match="builds on this one"):
        check_taken_back(entries, entries[-2])


def test_that_an_edit_of_the_version_before_knows_nothing_of_it() -> None:
    now = encode(FindingRecorded("FU1", Observation("IT1", measured("21"))))
    later = ('"earlier_absence":null,', '"settled_on":null,', '"treated_since":null,', '"treatment_id":"",')
    then = now
    for one in later:
        assert one in then
        then = then.replace(one, "")
    assert encode(decode("finding_recorded", 2, then)) == now
