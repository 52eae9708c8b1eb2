"""Whole views beside pictures of them that were looked at: each overlay level and size of tile, each notice, figure and
line over the image, and each layout.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QSize, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.support.fonts import add_bundled_fonts
from tests.support.snapshots import assert_like_the_snapshot
from viewers.imaging.geometry import SlicePlane
from viewers.imaging.lesion_shape import Segments, SliceShape
from viewers.tools.figures import FigureKind
from viewers.tools.layout import CHOICES, Layout
from viewers.tools.proposal import Ball
from viewers.widgets.crosshair import Crosshair, Cut, ReferenceLine
from viewers.widgets.figure_labels import FigureLabels
from viewers.widgets.marks import (
    Chip,
    CornerTexts,
    LineStyle,
    OverlayLevel,
    Placeholder,
    TextLine,
    Tone,
    ViewFigure,
    ViewLine,
    ViewPlace,
)
from viewers.widgets.proposal_painter import ViewProposal
from viewers.widgets.slice_view import SliceView
from viewers.widgets.source import ArraySource
from viewers.widgets.view_grid import ViewGrid

USUAL = QSize(475, 429)
TEXTS = CornerTexts(
    ("Phantom HEP-0142", "M 63 y", TextLine("FU2 · current", True)),
    ("2025-06-10 09:41", "Se 4 LIVER DYNAMIC 1.5 mm", (Chip("AP", "0.97"), Chip("LOSSY", tone=Tone.AMBER))),
    ("Im 2 · 2 / 3", "z −115.0 mm", "1.5 mm · 103 %"),
    ("W 400 L 40", "120 kVp", "Iohexol"),
)


@pytest.fixture(autouse=True, scope="module")
def bundled_font(qapp: QApplication) -> None:
    add_bundled_fonts()


def phantom() -> ArraySource:
    """A body with a bright mass at the upper left, on an axial plane turned by 37 degrees about the long axis."""
    rows, columns = np.indices((192, 256))
    image = np.full((192, 256), -900.0)
    image[np.hypot((rows - 96) / 80, (columns - 128) / 115) < 1] = 60
    image += 120 * np.exp(-((rows - 60) ** 2 + (columns - 80) ** 2) / 200)
    planes = tuple(SlicePlane((0.0, 0.0, 3.0 * k), (0.8, 0.6, 0.0), (-0.6, 0.8, 0.0), 1.2, 1.0) for k in range(3))
    return ArraySource(np.repeat(image.astype(np.int16)[None], 3, axis=0), planes, "s")


@pytest.fixture
def view(qtbot: QtBot) -> SliceView:
    shown = SliceView()
    qtbot.addWidget(shown)
    shown.resize(USUAL)
    source = phantom()
    planes = source.planes
    shown.set_source(source, 1)
    shown.set_window(40, 400)
    shown.set_corner_texts(TEXTS)
    a, b, c, d = (planes[1].to_world(*place) for place in ((66, 50), (96, 72), (150, 110), (190, 100)))
    shown.set_lines(
        [
            ViewLine("IT1", a, b, "s.2", label="IT1 40.0 mm", style=LineStyle.SELECTED, editable=True),
            ViewLine("IT2", c, d, "s.2", label="IT2 41.8 mm"),
            ViewLine("prior", c, b, "", label="IT1 BL", style=LineStyle.GHOST),
        ]
    )
    return shown


@pytest.mark.parametrize("level", list(OverlayLevel), ids=lambda level: level.name.lower())
def test_that_each_overlay_level_looks_as_it_did(view: SliceView, level: OverlayLevel, tmp_path: Path) -> None:
    view.set_overlay(level)
    assert_like_the_snapshot(view.render_to_image(USUAL), f"overlay_{level.name.lower()}", tmp_path)


@pytest.mark.parametrize(
    "size", [QSize(300, 260), QSize(400, 520), QSize(952, 860)], ids=["smallest", "half-a-window", "one-view"]
)
def test_that_each_size_of_tile_looks_as_it_did(view: SliceView, size: QSize, tmp_path: Path) -> None:
    view.resize(size)
    assert_like_the_snapshot(view.render_to_image(size), f"tile_{size.width()}x{size.height()}", tmp_path)


def test_that_a_fine_screen_looks_as_it_did(view: SliceView, tmp_path: Path) -> None:
    assert_like_the_snapshot(view.render_to_image(QSize(300, 260), 2.0), "tile_300x260_at_2", tmp_path)


def test_that_a_turned_mirrored_and_inverted_view_looks_as_it_did(view: SliceView, tmp_path: Path) -> None:
    view.mirror(horizontal=True)
    view.turn()
    view.set_inverted(True)
    assert_like_the_snapshot(view.render_to_image(USUAL), "turned", tmp_path)


def test_that_a_banner_looks_as_it_did(view: SliceView, tmp_path: Path) -> None:
    view.set_banner("NOT MEASURABLE: 3 slices missing between z −85.0 and −95.0 mm.")
    assert_like_the_snapshot(view.render_to_image(USUAL), "banner", tmp_path)


def test_that_a_missing_phase_looks_as_it_did(view: SliceView, tmp_path: Path) -> None:
    view.set_placeholder(Placeholder("Arterial phase missing at FU2.", missing=True))
    assert_like_the_snapshot(view.render_to_image(USUAL), "missing", tmp_path)


def test_that_each_figure_looks_as_it_did(view: SliceView, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With labels of plain letters: how wide the narrow space before a unit is depends on what else was shown."""
    monkeypatch.setattr(FigureLabels, "lines", lambda _labels, figure, *_: (str(figure.kind),))
    plane = view.plane
    assert plane is not None
    drawn = {
        FigureKind.LENGTH: ((40, 60), (90, 60)),
        FigureKind.BIDIRECTIONAL: ((120, 40), (170, 60), (150, 35), (140, 65)),
        FigureKind.ELLIPSE: ((60, 90), (110, 90), (85, 80), (85, 100)),
        FigureKind.FREEHAND: ((140, 90), (175, 84), (190, 110), (150, 115)),
        FigureKind.ANGLE: ((50, 160), (60, 120), (110, 140)),
        FigureKind.ARROW: ((150, 150), (185, 170)),
        FigureKind.POINT: ((215, 55),),
    }
    view.set_lines([])
    view.set_figures(
        ViewFigure(kind, kind, tuple(plane.to_world(*at) for at in places), "s.2", note="vessel")
        for kind, places in drawn.items()
    )
    assert_like_the_snapshot(view.render_to_image(QSize(952, 860)), "figures", tmp_path)


def test_that_planes_that_meet_and_places_look_as_they_did(view: SliceView, tmp_path: Path) -> None:
    plane = view.plane
    assert plane is not None
    place, end = plane.to_world(150, 80), plane.to_world(20, 150)
    cuts = (Cut("COR", (0.8, 0.6, 0.0)), Cut("SAG", (-0.6, 0.8, 0.0)), Cut("OBL", (0.6, 0.8, 0.0), turnable=True))
    view.set_crosshair(Crosshair(place, cuts))
    view.set_reference_lines(
        (ReferenceLine(plane.to_world(10, 20), end), ReferenceLine(plane.to_world(40, 5), end, True))
    )
    view.set_places((ViewPlace(plane.to_world(90, 120), 12.0, "IT1?"), ViewPlace(plane.to_world(190, 120), 4.0, "pin")))
    assert_like_the_snapshot(view.render_to_image(USUAL), "planes", tmp_path)


def test_that_the_loupe_looks_as_it_did(view: SliceView, tmp_path: Path) -> None:
    """Over the corner of the bright mass, while a line is drawn from there."""
    view.arm(FigureKind.LENGTH)
    start, end = QPoint(120, 120), QPoint(180, 150)
    QTest.mousePress(view, Qt.MouseButton.LeftButton, pos=start)
    QTest.mouseMove(view, end)
    assert view.busy
    assert_like_the_snapshot(view.render_to_image(USUAL), "loupe", tmp_path)
    view.give_up()


def test_that_a_proposal_looks_as_it_did(view: SliceView, tmp_path: Path) -> None:
    plane = view.plane
    assert plane is not None

    def ring(radius: float) -> Segments:
        turns = np.linspace(0, 2 * np.pi, 33)
        corners = np.column_stack([80 + radius * np.cos(turns), 60 + radius * np.sin(turns)])
        return np.hstack([corners[:-1], corners[1:]]).astype(np.float32)

    bars = np.array([[74.0 + n, 66.0, 78.0 + n, 62.0] for n in range(0, 9, 3)], np.float32)
    ball = Ball(plane.to_world(150, 120), 12.0)
    axis = (plane.to_world(66, 60), plane.to_world(94, 60))
    shapes = {1: SliceShape(ring(14.0), ring(20.0), bars)}
    view.set_lines([])
    view.proposal = ViewProposal("s", None, shapes, ball, "liver 92 HU", axis)
    assert_like_the_snapshot(view.render_to_image(USUAL), "proposal", tmp_path)


def test_that_a_note_looks_as_it_did(view: SliceView, tmp_path: Path) -> None:
    view.set_note("No image at this level")
    assert_like_the_snapshot(view.render_to_image(USUAL), "note", tmp_path)


OF_STAGES = (Layout(2, 3, large=True), Layout(1, 4, loose=True), Layout(2, 4, loose=True), Layout(3, 2, loose=True))


@pytest.mark.parametrize("layout", [*CHOICES, *OF_STAGES], ids=lambda layout: f"{layout.rows}x{layout.columns}")
def test_that_each_layout_looks_as_it_did(qtbot: QtBot, layout: Layout, tmp_path: Path) -> None:
    grid = ViewGrid()
    qtbot.addWidget(grid)
    grid.resize(480, 420)
    grid.set_least(100, 100)
    grid.set_layout(layout)
    for tile in range(layout.count):
        grid.set_source(tile, phantom(), 1)
        grid.views[tile].set_window(40, 400)
        grid.views[tile].set_corner_texts(CornerTexts((f"Tile {tile + 1}",), ("2025-06-10",)))
    grid.activate(layout.count - 1)
    picture = grid.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    name = f"layout_{layout.rows}x{layout.columns}" + ("_large" if layout.large else "")
    assert_like_the_snapshot(picture, name, tmp_path)
