"""What is written beside figures, on an oblique stack: pixel (r, c) of image k is 1000 k + 10 r + c."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import ClassVar

import numpy as np
import pytest
from numpy.typing import NDArray

from viewers.imaging.geometry import SlicePlane, along
from viewers.imaging.regions import RegionStatistics
from viewers.tools.figures import FigureKind, Points
from viewers.widgets.figure_labels import FigureLabels, label_lines, region_lines, short_label
from viewers.widgets.marks import ViewFigure
from viewers.widgets.source import ArraySource

PLANE = SlicePlane((5.0, -20.0, 40.0), (0.8, 0.6, 0.0), (0.0, 0.0, -1.0), 0.7, 1.1)
VALUES = (np.arange(3)[:, None, None] * 1000 + np.arange(30)[None, :, None] * 10 + np.arange(40)).astype(np.int16)
T, PM, X, M, SQ = "\N{THIN SPACE}", "\N{PLUS-MINUS SIGN}", "\N{MULTIPLICATION SIGN}", "\N{MINUS SIGN}", "²"


def source(**changes: object) -> ArraySource:
    planes = tuple(replace(PLANE, origin=along(PLANE.origin, PLANE.normal, 3.0 * k)) for k in range(3))
    made = ArraySource(VALUES.copy(), planes, series_uid="1.2", frame_of_reference_uid="1.2.9")
    return replace(made, **changes)  # type: ignore[arg-type]


def px(*places: tuple[float, float]) -> Points:
    """Places given as (column, row)."""
    return tuple(PLANE.to_world(*place) for place in places)


def figure(kind: FigureKind, points: Points, **more: str) -> ViewFigure:
    return ViewFigure("f", kind, points, "1.2.1", **more)


BOX = px((9.5, 19.5), (12.5, 19.5), (12.5, 21.5), (9.5, 21.5))


@pytest.mark.parametrize(
    ("kind", "points", "lines"),
    [
        # 10 columns of 1.1 mm, 10 rows of 0.7 mm
        pytest.param(FigureKind.LENGTH, px((2, 2), (12, 2)), (f"11.0{T}mm",), id="length"),
        pytest.param(
            FigureKind.BIDIRECTIONAL, px((2, 2), (12, 2), (7, 2), (7, 22)), (f"14.0 {X} 11.0{T}mm",), id="longer-first"
        ),
        pytest.param(FigureKind.BIDIRECTIONAL, px((2, 2), (12, 2)), (f"11.0{T}mm",), id="only-one-line-yet"),
        pytest.param(FigureKind.ANGLE, px((9, 2), (2, 2), (2, 9)), ("90.0°",), id="angle"),
        pytest.param(FigureKind.POINT, px((7.3, 11.6)), (f"127{T}HU",), id="point"),
        pytest.param(FigureKind.POINT, px((-3, 5)), (), id="point beside the image"),
        pytest.param(FigureKind.ARROW, px((2, 2), (9, 9)), (), id="arrow without a note"),
        # rows 20, 21, columns 10-12: 210 211 212 220 221 222, mean 216; deviations 6 5 4 -4 -5 -6, sum of squares 154
        pytest.param(
            FigureKind.FREEHAND,
            BOX,
            (f"216.0 {PM} {math.sqrt(154 / 5):.1f}{T}HU", "min 210  max 222", f"4.6{T}mm{SQ}  6 px"),
            id="region",
        ),
        pytest.param(
            FigureKind.FREEHAND,
            px((5.2, 5.2), (5.8, 5.2), (5.8, 5.8)),
            (f"0.1{T}mm{SQ}", "smaller than one pixel: no value"),
            id="smaller-than-a-pixel",
        ),
        pytest.param(
            FigureKind.FREEHAND,
            px((5, 5), (9, 9), (9, 5), (5, 9)),
            ("outline crosses itself: nothing measured",),
            id="crossed",
        ),
    ],
)
def test_what_is_written(kind: FigureKind, points: Points, lines: tuple[str, ...]) -> None:
    assert label_lines(figure(kind, points), source(), 0) == lines


def test_that_each_image_is_measured_for_itself() -> None:
    labels = FigureLabels()
    shown, stack = figure(FigureKind.POINT, px((7, 11))), source()
    assert [labels.lines(shown, stack, k) for k in range(3)] == [
        (f"117{T}HU",),
        (f"1117{T}HU",),
        (f"2117{T}HU",),
    ]


def test_that_values_without_a_unit_are_called_a_signal_and_negative_ones_have_a_true_minus() -> None:
    stack = source(unit="")
    stack.array[:] = -7
    assert label_lines(figure(FigureKind.POINT, px((7, 11))), stack, 0) == (f"signal {M}7",)
    assert label_lines(figure(FigureKind.FREEHAND, BOX), stack, 0)[:2] == (
        f"signal {M}7.0 {PM} 0.0",
        f"min {M}7  max {M}7",
    )


def test_that_what_was_never_measured_is_left_out_and_said() -> None:
    stack = source(padding_value=211)
    lines = label_lines(figure(FigureKind.FREEHAND, BOX), stack, 0)
    assert lines[0].startswith("217.0")  # (210 + 212 + 220 + 221 + 222) / 5
    assert lines[2:] == (f"4.6{T}mm{SQ}  5 px", "1 px never measured")
    assert label_lines(figure(FigureKind.POINT, px((11, 20))), stack, 0) == ("never measured",)


def test_that_an_arrow_says_its_note_and_an_off_axial_plane_is_said_of_every_number() -> None:
    assert label_lines(figure(FigureKind.ARROW, px((2, 2), (9, 9)), note="vein?"), source(), 0) == ("vein?",)
    flagged = figure(FigureKind.LENGTH, px((2, 2), (12, 2)), flag="COR, not axial")
    assert label_lines(flagged, source(), 0) == (f"11.0{T}mm", "COR, not axial")


@pytest.mark.parametrize(
    ("kind", "lines", "flag", "short"),
    [
        (FigureKind.FREEHAND, ("a", "b", "c"), "", ("a",)),
        (FigureKind.FREEHAND, ("a", "b", "c", "COR"), "COR", ("a", "COR")),
        (
            FigureKind.FREEHAND,
            ("0.1 mm²", "smaller than one pixel: no value"),
            "",
            ("0.1 mm²", "smaller than one pixel: no value"),
        ),
        (FigureKind.LENGTH, ("a", "COR"), "COR", ("a", "COR")),
        (FigureKind.ARROW, ("a", "b"), "", ("a", "b")),
        (FigureKind.POINT, (), "", ()),
    ],
)
def test_what_stays_of_a_label_at_rest(
    kind: FigureKind, lines: tuple[str, ...], flag: str, short: tuple[str, ...]
) -> None:
    assert short_label(kind, lines, flag) == short


def test_that_a_region_of_padding_alone_has_no_value() -> None:
    assert region_lines(RegionStatistics(0, 9, 12.34), "HU") == (f"12.3{T}mm{SQ}", "9 px never measured")


def test_that_a_single_pixel_has_a_value_without_a_spread() -> None:
    assert region_lines(RegionStatistics(1, 0, 0.8, 55.0, None, 55.0, 55.0), "HU")[0] == f"55.0{T}HU"


@pytest.mark.parametrize(
    ("place", "value"),
    [
        ((39.5, 3.0), 69),  # columns 0-39, rows 0-29; pixel (r, c) is 10 r + c
        ((2.0, 29.5), 292),
        ((39.5, 29.5), 329),
        ((-0.5, -0.5), 0),
    ],
)
def test_that_a_point_on_the_edge_has_the_value_of_the_last_pixel(place: tuple[float, float], value: int) -> None:
    assert label_lines(figure(FigureKind.POINT, px(place)), source(), 0) == (f"{value}{T}HU",)


@pytest.mark.parametrize("place", [(39.6, 3.0), (2.0, 29.6), (-0.6, 3.0), (2.0, -0.6)])
def test_that_a_point_beside_the_image_has_no_value(place: tuple[float, float]) -> None:
    assert label_lines(figure(FigureKind.POINT, px(place)), source(), 0) == ()


class Counted(ArraySource):
    """A stack that tells how often its pixels were asked for."""

    asked: ClassVar[list[int]] = []

    def pixels(self, k: int) -> NDArray[np.generic]:
        self.asked.append(k)
        return super().pixels(k)


def test_that_a_region_is_measured_once_and_under_way_not_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Counted, "asked", [])
    stack, labels = Counted(VALUES, source().planes, "1.2", "1.2.9"), FigureLabels()
    box = figure(FigureKind.FREEHAND, BOX)
    oval = figure(FigureKind.ELLIPSE, px((10, 20), (20, 20), (15, 10), (15, 30)), flag="COR")
    assert labels.lines(box, stack, 0, under_way=True) == ()
    # semi-axes 5.5 mm and 7 mm: pi 5.5 7 = 120.95
    assert labels.lines(oval, stack, 0, under_way=True) == (f"121{T}mm{SQ}", "COR")
    assert Counted.asked == []
    whole = labels.lines(box, stack, 0)
    assert whole[0].startswith("216.0")
    assert [labels.lines(box, stack, 0, under_way) for under_way in (False, True)] == [whole, whole]
    assert Counted.asked == [0]
    line = figure(FigureKind.LENGTH, px((2, 2), (12, 2)))
    assert labels.lines(line, stack, 0, under_way=True) == (f"11.0{T}mm",)
