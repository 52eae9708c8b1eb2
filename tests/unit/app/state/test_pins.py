from __future__ import annotations

import math
from dataclasses import replace

import pytest

from app.state.apply import EditRefused, replay
from app.state.events import Event, Reverted
from app.state.pins import Pin, PlacePinned, pin_between
from app.state.record import Record
from tests.support.cases import OPENING, READ, log_of

FIRST, SECOND = (1.0, 2.0, 3.0), (11.0, 2.0, -3.5)


def frames() -> tuple[str, str]:
    """Two frames of reference of the case."""
    found = [ref.frame_of_reference_uid or "" for ref in replay(log_of(*OPENING)).series]
    a, b, *_ = dict.fromkeys(found)
    return a, b


def then(*events: Event) -> Record:
    return replay(log_of(*OPENING, *events))


def test_that_a_pin_is_the_same_seen_from_either_side() -> None:
    a, b = frames()
    record = then(PlacePinned((b, a), (SECOND, FIRST)))
    there, back = pin_between(record.pins, READ, a, b), pin_between(record.pins, READ, b, a)
    assert there == Pin(READ, (a, b), (FIRST, SECOND)) and back == Pin(READ, (b, a), (SECOND, FIRST))
    assert there is not None and there.offset_mm == (10.0, 0.0, -6.5)
    assert pin_between(record.pins, READ, a, "1.2.3") is None
    assert pin_between(record.pins, "read-2", a, b) is None


def test_that_a_new_pin_takes_the_place_of_the_old_one_and_undo_brings_it_back() -> None:
    a, b = frames()
    old, new = PlacePinned((a, b), (FIRST, SECOND)), PlacePinned((b, a), (FIRST, FIRST))
    assert [pin.places for pin in then(old, new).pins] == [(FIRST, FIRST)]
    assert then(old, PlacePinned((b, a), None)).pins == ()
    second = len(OPENING) + 2
    assert [pin.places for pin in then(old, new, Reverted(second)).pins] == [(FIRST, SECOND)]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda pin: replace(pin, frames=(pin.frames[0], pin.frames[0])), "two examinations of the case"),
        (lambda pin: replace(pin, frames=(pin.frames[0], "9.9")), "two examinations of the case"),
        (lambda pin: replace(pin, places=None), "No place is pinned"),
        (lambda pin: replace(pin, places=(FIRST, (math.nan, 0.0, 0.0))), "places in the patient"),
    ],
)
def test_that_a_pin_that_ties_nothing_is_refused(change, told: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(EditRefused, match=told):
        then(change(PlacePinned(frames(), (FIRST, SECOND))))
