"""Labels of lines, of expected places and of the reference tissue, where all belong to one spot."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QApplication

from viewers.imaging.geometry import SlicePlane
from viewers.tools.navigate import Framing
from viewers.tools.projection import Projection
from viewers.tools.proposal import Ball
from viewers.widgets.line_painter import LinePainter, name_places
from viewers.widgets.marks import LineStyle, ViewLine, ViewPlace
from viewers.widgets.painted_once import OutlinedTexts
from viewers.widgets.palette import ViewPalette
from viewers.widgets.proposal_painter import ViewProposal, name_ball
from viewers.widgets.source import ArraySource

PLANE = SlicePlane((0.0, 0.0, 0.0), (1.0, 0.0, 0.0), (0.0, 1.0, 0.0), 1.0, 1.0)
SPOT = (100.0, 100.0, 0.0)
SEEN = Projection(PLANE, Framing(SPOT[:2], 2.0), (480.0, 430.0))
SOURCE = ArraySource(np.zeros((1, 200, 200), np.int16), (PLANE,), series_uid="1.2", frame_of_reference_uid="1.2.9")


@pytest.mark.parametrize("away_mm", [0.0, 3.0, 9.0], ids=["one spot", "3 mm apart", "9 mm apart"])
def test_that_what_is_proposed_at_one_spot_is_named_apart_from_the_lesions_there(
    qapp: QApplication, away_mm: float
) -> None:
    """Two lesions, two expected places and the reference tissue: five labels, none over another."""
    palette = ViewPalette()
    texts = OutlinedTexts(palette)
    x, y, z = SPOT
    lines = [
        ViewLine("a", (x - 8, y, z), (x + 8, y, z), "1.2.1", 1, "IT1 16.0 mm", LineStyle.OWN),
        ViewLine("b", (x - 8, y + away_mm, z), (x + 8, y + away_mm, z), "1.2.1", 1, "IT2? 16.0 mm", LineStyle.PROPOSAL),
    ]
    places = [ViewPlace(SPOT, 10.0, "IT3?"), ViewPlace((x + away_mm, y, z), 10.0, "IT4?")]
    proposal = ViewProposal("1.2", "1.2.9", ball=Ball((x, y + away_mm, z), 10.0), label="liver 104 ± 12 HU")
    image = QImage(480, 430, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    try:
        named = LinePainter(palette, texts).paint(painter, lines, SEEN)
        labels = named[4:]  # the ends of the lines are taken first
        named = name_places(painter, places, SEEN, palette, texts, named)
        labels += named[len(labels) + 4 :]
        named = name_ball(painter, proposal, SOURCE, SEEN, palette, named)
    finally:
        painter.end()
    labels = [*labels, named[-1]]
    assert len(labels) == 5
    assert not [1 for one, other in combinations(labels, 2) if one.intersects(other)]
    assert all(QRectF(0, 0, 480, 430).contains(label) for label in labels)


def test_that_the_value_of_reference_tissue_is_not_written_on_another_phase(qapp: QApplication) -> None:
    other = ArraySource(np.zeros((1, 200, 200), np.int16), (PLANE,), series_uid="1.3", frame_of_reference_uid="1.2.9")
    proposal = ViewProposal("1.2", "1.2.9", ball=Ball(SPOT, 10.0), label="liver 74 ± 8 HU")
    image = QImage(480, 430, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    try:
        there = name_ball(painter, proposal, other, SEEN, ViewPalette(), [])
        here = name_ball(painter, proposal, SOURCE, SEEN, ViewPalette(), [])
    finally:
        painter.end()
    assert (len(there), len(here)) == (0, 1)


def test_that_a_place_out_of_sight_has_no_label(qapp: QApplication) -> None:
    palette = ViewPalette()
    image = QImage(480, 430, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    try:
        far, above = ViewPlace((400.0, 100.0, 0.0), 10.0, "IT3?"), ViewPlace((100.0, 100.0, 12.0), 10.0, "IT4?")
        assert name_places(painter, [far, above], SEEN, palette, OutlinedTexts(palette), []) == []
    finally:
        painter.end()
