"""Words in a plot: a word that can stand elsewhere along its level is not struck through."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
import pytest
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QStyleOptionGraphicsItem
from pytestqt.qtbot import QtBot

from app.panels.plot_layer import PlotLayer, Word
from app.theme import Theme

WIDTH, HEIGHT = 400, 200


@pytest.mark.parametrize(
    ("curves", "near"),
    [
        pytest.param([], (0.0, 0.3), id="at its place where that is free"),
        pytest.param([[(0.0, 0.55), (0.4, 0.55)], [(0.0, 0.45), (0.4, 0.45)]], (0.4, 1.0), id="else along its level"),
        pytest.param([[(0.0, 0.5), (1.0, 0.5)]], (0.0, 0.3), id="its own level strikes nothing through"),
        pytest.param(
            [[(0.0, 0.9), (0.1, 0.61), (0.2, 0.9)], [(0.0, 0.1), (0.1, 0.39), (0.2, 0.1)]],
            (0.1, 0.5),
            id="clear of the mark at a point that a curve only touches it with",
        ),
        pytest.param([[(0.0, y), (1.0, y)] for y in (0.45, 0.55)], (0.0, 0.3), id="at its place where none is free"),
    ],
)
def test_that_a_word_stands_clear_of_the_curves_where_it_can(
    qtbot: QtBot, theme: Theme, curves: list[list[tuple[float, float]]], near: tuple[float, float]
) -> None:
    window, view = pg.GraphicsView(), pg.ViewBox()
    qtbot.addWidget(window)
    window.resize(WIDTH, HEIGHT)
    window.setCentralItem(view)
    view.setRange(xRange=(0, 1), yRange=(0, 1), padding=0)
    layer = PlotLayer(view, 2.0, under=False)
    layer.words = [Word(0.02, 0.5, "PR ≤ 50.9", QColor("red"), theme.font(), (0.0, 1.0), None, (0.0, 1.0))]
    layer.curves = curves
    image = QImage(WIDTH, HEIGHT, QImage.Format.Format_RGB32)
    image.fill(0)
    painter = QPainter(image)
    layer.paint(painter, QStyleOptionGraphicsItem())
    painter.end()
    seen = np.frombuffer(image.constBits(), np.uint8).reshape(HEIGHT, WIDTH, 4)[..., 2] > 128
    columns = np.flatnonzero(seen.any(axis=0)) / WIDTH
    assert len(columns) and near[0] <= columns.min() and columns.max() <= near[1]
