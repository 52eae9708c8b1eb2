"""What is kept of what was painted: it looks as if it were painted anew."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QApplication

from tests.support.fonts import add_bundled_fonts
from viewers.imaging.geometry import SlicePlane
from viewers.tools.navigate import Framing
from viewers.tools.projection import Projection
from viewers.widgets.corners import Corners
from viewers.widgets.line_painter import LinePainter
from viewers.widgets.marks import CornerTexts, LineStyle, OverlayLevel, TextLine, ViewLine
from viewers.widgets.painted_once import Latest, OutlinedTexts
from viewers.widgets.palette import ViewPalette

SIZE = (420, 300)
PLANE = SlicePlane((0.0, 0.0, 0.0), (1.0, 0.0, 0.0), (0.0, 1.0, 0.0), 1.0, 1.0)
SEEN = Projection(PLANE, Framing((100.0, 80.0), 1.3), (420.0, 300.0))
LINES = (
    ViewLine("1", (60.0, 60.0, 0.0), (110.0, 75.0, 0.0), "image", 1, "IT1 52.2 mm", LineStyle.OWN, True),
    ViewLine("2", (70.0, 90.0, 0.0), (130.0, 110.0, 0.0), "image", 1, "IT1 BL 63.2", LineStyle.GHOST),
)


@pytest.fixture(autouse=True, scope="module")
def bundled_font(qapp: QApplication) -> None:
    add_bundled_fonts()


def painted(paint: Callable[[QPainter], object]) -> NDArray[np.int64]:
    """The colours of a picture, over grey."""
    image = QImage(*SIZE, QImage.Format.Format_RGB32)
    image.fill(0xFF808080)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    paint(painter)
    painter.end()
    return np.array(image.constBits(), np.uint8).reshape(SIZE[1], SIZE[0], 4)[..., :3].astype(np.int64)


def test_that_what_was_not_asked_for_the_longest_goes_first() -> None:
    latest: Latest[str] = Latest(2)
    latest.put("a", "A")
    latest.put("b", "B")
    assert latest.get("a") == "A"
    latest.put("c", "C")
    assert [latest.get(key) for key in "abc"] == ["A", None, "C"]


def test_that_words_look_the_same_however_often_they_come_again() -> None:
    def texts(k: int) -> CornerTexts:
        return CornerTexts(("Name", TextLine("FU2", True)), ("2025-06-10",), (f"Im {k} / 60", f"z {k} mm"), ("W 400",))

    def shown(corners: Corners, k: int) -> NDArray[np.int64]:
        drawn = corners.pictures((420.0, 300.0), 0.0, texts(k), OverlayLevel.FULL, 1.0)
        return painted(lambda painter: [corner.draw(painter) for corner in drawn])

    corners = Corners(ViewPalette())
    first = {k: shown(Corners(ViewPalette()), k) for k in (1, 2)}
    assert np.abs(first[1] - first[2]).max() > 50
    for k in (1, 2, 1, 2, 2, 1, 1, 2, 1):
        assert np.abs(shown(corners, k) - first[k]).max() <= 1  # a picture is blended in two steps


@pytest.mark.parametrize(
    "lines, seen, hovered",
    [
        ((replace(LINES[0], end=(110.0, 95.0, 0.0)), LINES[1]), SEEN, ""),
        ((replace(LINES[0], label="IT1 9.9 mm"), LINES[1]), SEEN, ""),
        ((replace(LINES[0], style=LineStyle.SELECTED), LINES[1]), SEEN, ""),
        (LINES[1:], SEEN, ""),
        (LINES, replace(SEEN, framing=Framing((90.0, 80.0), 1.3)), ""),
        (LINES, SEEN, "1"),
        ((), SEEN, ""),
    ],
    ids=["moved", "another length", "selected", "one gone", "panned", "hovered", "none left"],
)
def test_that_lines_are_seen_as_they_are_now(lines: tuple[ViewLine, ...], seen: Projection, hovered: str) -> None:
    def shown(
        lines_of: LinePainter, lines: tuple[ViewLine, ...], seen: Projection, hovered: str = ""
    ) -> NDArray[np.int64]:
        return painted(lambda painter: lines_of.paint(painter, lines, seen, hovered))

    def new() -> LinePainter:
        palette = ViewPalette()
        return LinePainter(palette, OutlinedTexts(palette))

    kept = new()
    before, now = shown(new(), LINES, SEEN), shown(new(), lines, seen, hovered)
    assert (before != now).any()
    assert np.array_equal(shown(kept, LINES, SEEN), before)
    assert np.array_equal(shown(kept, lines, seen, hovered), now)
    assert np.array_equal(shown(kept, LINES, SEEN), before)
