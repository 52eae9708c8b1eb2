"""Figures of a read: kept by read and time point, locked by its signature, and no concern of any response."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from app.assessing import assess_read
from app.resources import DEFAULT_RULESET, load_ruleset
from app.state.apply import EditRefused, apply
from app.state.codec import decode, encode
from app.state.events import (
    Entry,
    Event,
    FigureAdded,
    FigureChanged,
    FigureRemoved,
    ReadStarted,
    SeriesImported,
    SeriesMoved,
    VisitAmended,
    VisitProposed,
    VisitSigned,
)
from app.state.figures import FEWEST_POINTS, Figure, FigureKind
from app.state.record import Record
from tests.support.cases import BASELINE_DATE, READ, added, measured, record_of, series_ref
from viewers.tools import figures as drawn

LENGTH = Figure(
    "f1", FigureKind.LENGTH, ((0.0, 0.0, 5.0), (10.0, 0.0, 5.0)), "1.1", "1.1.7", 1, "1.1.frame", (0.0, 0.0, 1.0)
)
ANGLE = replace(LENGTH, id="f2", kind=FigureKind.ANGLE, points=((1.0, 0.0, 5.0), (0.0, 0.0, 5.0), (0.0, 3.0, 5.0)))
ON_FU1 = replace(LENGTH, id="f3", series_uid="1.2", sop_uid="", derived="COR", normal=(0.0, 1.0, 0.0))
SIGNED = VisitSigned("BL", "Reader A", "0" * 64, "mrecist-literal", ())


def then(record: Record, event: Event, read_id: str = READ) -> Record:
    return apply(record, Entry(99, "2025-03-01T10:00:00.000000+00:00", "Reader A", read_id, event))


def test_that_the_words_of_the_record_are_those_of_the_tools() -> None:
    assert [kind.value for kind in FigureKind] == [kind.value for kind in drawn.FigureKind]
    for kind, fewest in FEWEST_POINTS.items():
        assert drawn.POINT_COUNTS.get(drawn.FigureKind(kind.value), 3) == fewest


def test_that_a_figure_is_kept_by_read_and_by_the_time_point_of_its_series() -> None:
    record = record_of(FigureAdded(LENGTH), FigureAdded(ON_FU1), FigureAdded(ANGLE))
    assert record.figures_of(READ, "BL") == (LENGTH, ANGLE)
    assert record.figures_of(READ, "FU1") == (ON_FU1,)
    assert record.figures_of("read-2", "BL") == ()
    second = then(then(record, ReadStarted("Reader B"), "read-2"), FigureAdded(LENGTH), "read-2")
    assert second.figures_of("read-2", "BL") == (LENGTH,)
    assert second.figures_of(READ, "BL") == (LENGTH, ANGLE)


def test_that_a_figure_follows_its_series_to_another_time_point() -> None:
    more = SeriesImported((series_ref("1.3"),))
    joins = VisitProposed("BL", (BASELINE_DATE,), ("1.3",))
    figure = FigureAdded(replace(LENGTH, series_uid="1.3"))
    record = record_of(more, joins, figure, SeriesMoved("1.3", "FU1"))
    assert [figure.id for figure in record.figures_of(READ, "FU1")] == ["f1"]
    assert record.figures_of(READ, "BL") == ()


def test_that_points_and_note_of_a_figure_change() -> None:
    moved = replace(LENGTH, points=((0.0, 0.0, 5.0), (12.5, 0.0, 5.0)), note="here")
    record = record_of(FigureAdded(LENGTH), FigureAdded(ANGLE), FigureChanged(moved))
    assert record.figures_of(READ, "BL") == (moved, ANGLE)
    assert then(record, FigureRemoved("f1")).figures_of(READ, "BL") == (ANGLE,)


@pytest.mark.parametrize(
    ("events", "words"),
    [
        pytest.param((FigureAdded(replace(LENGTH, id=" ")),), "needs an id", id="no id"),
        pytest.param((FigureAdded(LENGTH), FigureAdded(LENGTH)), "already", id="twice"),
        pytest.param((FigureAdded(replace(LENGTH, series_uid="9.9")),), "not of this case", id="another case"),
        pytest.param((FigureAdded(replace(LENGTH, points=LENGTH.points[:1])),), "2 points, not 1", id="one end"),
        pytest.param(
            (FigureAdded(replace(ANGLE, points=(*ANGLE.points, (0.0, 0.0, 0.0)))),), "3 points, not 4", id="4"
        ),
        pytest.param(
            (FigureAdded(replace(LENGTH, points=((math.nan, 0.0, 0.0), (1.0, 0.0, 0.0)))),), "places", id="nowhere"
        ),
        pytest.param((FigureChanged(LENGTH),), "no such figure", id="change of nothing"),
        pytest.param((FigureRemoved("f1"),), "no such figure", id="removal of nothing"),
        pytest.param(
            (FigureAdded(LENGTH), FigureChanged(replace(LENGTH, sop_uid="1.1.8"))), "on its image", id="another image"
        ),
        pytest.param(
            (FigureAdded(LENGTH), FigureChanged(replace(LENGTH, kind=FigureKind.ARROW))),
            "what it is",
            id="another kind",
        ),
        pytest.param((SIGNED, FigureAdded(LENGTH)), "signed and locked", id="drawn after the signature"),
        pytest.param((FigureAdded(LENGTH), SIGNED, FigureChanged(LENGTH)), "signed and locked", id="changed after it"),
        pytest.param((FigureAdded(LENGTH), SIGNED, FigureRemoved("f1")), "signed and locked", id="removed after it"),
    ],
)
def test_that_an_edit_that_cannot_be_is_refused_in_words(events: tuple[Event, ...], words: str) -> None:
    record = record_of(*events[:-1])
    with pytest.raises(EditRefused, match=words):
        then(record, events[-1])


def test_that_an_amendment_opens_the_figures_again() -> None:
    record = record_of(FigureAdded(LENGTH), SIGNED, VisitAmended("BL", "Reader A", "wrong image"))
    assert then(record, FigureRemoved("f1")).figures == ()


def test_that_another_time_point_stays_open_when_one_is_signed() -> None:
    assert then(record_of(SIGNED), FigureAdded(ON_FU1)).figures_of(READ, "FU1") == (ON_FU1,)


def test_that_a_freehand_outline_has_as_many_corners_as_were_drawn() -> None:
    corners = tuple((float(n), float(n * n), 5.0) for n in range(200))
    outline = replace(LENGTH, kind=FigureKind.FREEHAND, points=corners)
    assert record_of(FigureAdded(outline)).figures_of(READ, "BL")[0].points == corners


def test_that_coordinates_come_back_to_the_last_bit() -> None:
    place = (0.1 + 0.2, -1 / 3, 1e-17)
    event = FigureAdded(replace(LENGTH, points=(place, (2.0**0.5, 0.0, -0.0))))
    again = decode("figure_added", 1, encode(event))
    assert again == event
    assert isinstance(again, FigureAdded)
    assert math.copysign(1.0, again.figure.points[1][2]) == -1.0


def test_that_no_response_reads_a_figure() -> None:
    ruleset = load_ruleset(DEFAULT_RULESET)
    found = (added("IT1", "BL", measured("30")),)
    with_figures = record_of(*found, FigureAdded(LENGTH), FigureAdded(ON_FU1))
    assert with_figures.case_of(READ) == record_of(*found).case_of(READ)
    assert assess_read(with_figures, READ, ruleset) == assess_read(record_of(*found), READ, ruleset)
