from __future__ import annotations

import math
from dataclasses import replace

import pytest

from app.reading.figure_measures import angle_degrees, area_mm2, lengths_of, middle_of, plane_flag, plane_word
from app.reading.figurework import asked_of, figure_words, figures_for
from app.state.events import FigureAdded, VisitSigned
from app.state.figures import Figure, FigureKind
from app.state.record import Record
from mrecist.lesions import Measured
from mrecist.values import Diameter, Line
from tests.support.cases import READ, added, record_of, series_ref
from viewers.widgets.marks import LineStyle

LENGTH = Figure(
    "f1", FigureKind.LENGTH, ((0.0, 0.0, 5.0), (30.0, 0.0, 5.0)), "1.1", "1.1.7", 1, "frame", (0.0, 0.0, 1.0)
)
CORONAL = replace(LENGTH, id="f2", sop_uid="", derived="COR", normal=(0.0, 1.0, 0.0))


def record(*figures: Figure) -> Record:
    """The series 1.1 and 1.3 of the baseline share a frame of reference."""
    made = record_of(*map(FigureAdded, figures))
    series = (series_ref("1.1"), series_ref("1.3"), *made.series[1:])
    series = tuple(replace(x, frame_of_reference_uid="frame") if x.uid in ("1.1", "1.3") else x for x in series)
    visits = tuple(replace(v, series=("1.1", "1.3")) if v.id == "BL" else v for v in made.visits)
    return replace(made, series=series, visits=visits)


def shown(made: Record, uid: str, **how: object) -> list[tuple[str, LineStyle, str, bool]]:
    figures = figures_for(made, READ, "BL", uid, **how)  # type: ignore[arg-type]
    return [(x.id, x.style, x.sop_uid, x.editable) for x in figures]


def test_that_a_figure_is_own_on_its_series_and_a_ghost_on_others_of_its_space() -> None:
    made = record(LENGTH)
    assert shown(made, "1.1") == [("f1", LineStyle.OWN, "1.1.7", True)]
    assert shown(made, "1.3") == [("f1", LineStyle.GHOST, "", False)]
    assert shown(made, "1.3", ghosts=False) == []
    apart = replace(made, series=tuple(replace(x, frame_of_reference_uid="other") for x in made.series))
    assert shown(apart, "1.3") == []
    unknown = replace(made, series=tuple(replace(x, frame_of_reference_uid=None) for x in made.series))
    assert shown(replace(unknown, figures=record(replace(LENGTH, frame_of_reference_uid=None)).figures), "1.3") == []


def test_that_a_figure_of_a_computed_plane_is_own_there_and_a_ghost_on_the_images() -> None:
    made = record(CORONAL)
    assert shown(made, "1.1", derived="COR") == [("f2", LineStyle.OWN, "", True)]
    assert shown(made, "1.1") == [("f2", LineStyle.GHOST, "", False)]
    assert shown(made, "1.1", derived="SAG") == [("f2", LineStyle.GHOST, "", False)]


def test_that_signed_or_anothers_figures_cannot_be_moved() -> None:
    signed = record_of(FigureAdded(LENGTH), VisitSigned("BL", "Reader A", "0" * 64, "mrecist-literal", ()))
    assert [x.editable for x in figures_for(signed, READ, "BL", "1.1")] == [False]
    assert [x.editable for x in figures_for(record(LENGTH), READ, "BL", "1.1", editable=False)] == [False]
    assert figures_for(record(LENGTH), "read-2", "BL", "1.1") == ()


def test_that_a_length_that_became_a_diameter_is_shown_once() -> None:
    line = Line("1.1", "1.1.7", 1, "frame", LENGTH.points[1], LENGTH.points[0])
    found = added("IT1", "BL", Measured(Diameter(300), evidence=(line,)))
    made = record_of(found, FigureAdded(LENGTH), FigureAdded(replace(LENGTH, id="f9", sop_uid="1.1.8")))
    assert [x.id for x in figures_for(made, READ, "BL", "1.1")] == ["f9"]


@pytest.mark.parametrize(
    ("normal", "word"),
    [
        ((0.0, 0.0, 1.0), "AX"),
        ((0.0, 0.0, -1.0), "AX"),
        ((0.0, 1.0, 0.0), "COR"),
        ((-1.0, 0.0, 0.0), "SAG"),
        ((0.0, math.sin(math.radians(9.9)), math.cos(math.radians(9.9))), "AX"),
        ((0.0, math.sin(math.radians(10.1)), math.cos(math.radians(10.1))), "OBL"),
        ((0.0, math.cos(math.radians(9.9)), math.sin(math.radians(9.9))), "COR"),
        ((math.cos(math.radians(12)), 0.0, math.sin(math.radians(12))), "OBL"),
        ((0.0, math.sin(math.radians(20)), math.cos(math.radians(20))), "OBL"),
    ],
)
def test_that_a_plane_is_named_by_what_it_is_at_right_angles_to(normal: tuple[float, float, float], word: str) -> None:
    assert plane_word(normal) == word


@pytest.mark.parametrize(
    ("figure", "flag"),
    [
        (LENGTH, ""),
        (CORONAL, "COR, not axial"),
        (replace(CORONAL, derived="COR MIP 10 mm"), "COR MIP 10 mm, not axial"),
        (replace(LENGTH, normal=(1.0, 0.0, 0.0)), "SAG, not axial"),
        (replace(LENGTH, sop_uid="", derived="AP − PRE"), "AP − PRE"),
    ],
    ids=["axial", "coronal", "slab", "acquired sagittal", "subtraction"],
)
def test_that_what_the_numbers_do_not_say_is_said(figure: Figure, flag: str) -> None:
    assert plane_flag(figure) == flag


def test_that_figures_measure_by_their_points_alone() -> None:
    cross = replace(
        LENGTH,
        kind=FigureKind.BIDIRECTIONAL,
        points=((0.0, 0.0, 0.0), (6.0, 0.0, 0.0), (3.0, -4.0, 0.0), (3.0, 4.0, 0.0)),
    )
    assert [words for words, *_ in lengths_of(cross)] == ["the long line", "the short line"]
    assert lengths_of(cross)[0][1:] == ((3.0, -4.0, 0.0), (3.0, 4.0, 0.0)), "the longer one, though drawn second"
    assert lengths_of(replace(LENGTH, kind=FigureKind.ARROW)) == ()
    assert middle_of(LENGTH) == pytest.approx((15.0, 0.0, 5.0))
    assert angle_degrees(LENGTH) is None
    assert area_mm2(LENGTH) is None


def test_that_a_list_tells_figures_apart() -> None:
    made = record(LENGTH)
    assert figure_words(made, LENGTH).replace("\u00a0", " ") == "Length 30.0 mm · AP"
    assert figure_words(made, replace(CORONAL, kind=FigureKind.ARROW, note="vein?")) == "Arrow: vein? · COR"


@pytest.mark.parametrize("kind", list(FigureKind))
def test_that_every_tool_says_what_to_do_and_how_to_leave_it(kind: FigureKind) -> None:
    assert "Esc cancels" in asked_of(kind, sticky=False)
    assert "Esc ends" in asked_of(kind, sticky=True)
