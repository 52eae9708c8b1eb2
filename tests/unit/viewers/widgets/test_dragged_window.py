"""While a window is dragged the lines and words over the image are kept as a picture: nothing else is seen."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from pytestqt.qtbot import QtBot

from tests.support.pictures import rgb_of
from viewers.imaging.geometry import SlicePlane
from viewers.tools.events import EventKind
from viewers.tools.figures import FigureKind
from viewers.widgets.crosshair import Crosshair
from viewers.widgets.marks import CornerTexts, LineStyle, OverlayLevel, ViewFigure, ViewLine
from viewers.widgets.slice_view import SliceView
from viewers.widgets.source import ArraySource

TEXTS = CornerTexts(("Name",), ("2025-06-10",), ("Im 1 / 2",), ("W 400 L 60", "120 kVp"))
LINE = ViewLine("1", (10.0, 12.0, 0.0), (30.0, 20.0, 0.0), "s.1", 1, "IT1 21.5 mm", LineStyle.OWN, True)
CIRCLE = ViewFigure("f", FigureKind.LENGTH, ((30.0, 25.0, 0.0), (40.0, 32.0, 0.0)), "s.1")


@pytest.fixture
def view(qtbot: QtBot) -> SliceView:
    made = SliceView()
    qtbot.addWidget(made)
    made.resize(300, 240)
    noise = np.random.default_rng(3).normal(60, 80, (2, 64, 80)).astype(np.int16)
    planes = [SlicePlane((0.0, 0.0, 3.0 * k), (1.0, 0.0, 0.0), (0.0, 1.0, 0.0), 0.7, 0.7) for k in range(2)]
    made.set_source(ArraySource(noise, tuple(planes), "s"), 0)
    made.set_corner_texts(TEXTS)
    made.set_lines([LINE])
    made.zoom(1.13)
    made.show()
    qtbot.waitExposed(made)
    return made


def drag(view: SliceView, monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Window the view in small steps; gives the widths at which its lines were painted one by one."""
    painted: list[float] = []
    paint = view.drawn.paint

    def watched(*what: Any, **more: Any) -> list[QRectF]:
        painted.append(view.state.width)
        return paint(*what, **more)

    view.update()
    with monkeypatch.context() as patch:
        patch.setattr(view.drawn, "paint", watched)
        for width in range(400, 408):
            view.set_window(60 + (width - 400) / 3, width)
            view.set_corner_texts(replace(TEXTS, bottom_right=(f"W {width} L 60", "120 kVp")))
            view.grab()
    return painted


def assert_as_painted_anew(view: SliceView) -> None:
    shown = rgb_of(view.grab().toImage()).astype(int)
    view.refresh()
    view.render_to_image(QSize(80, 60))  # another size: nothing that was kept serves it, nor is kept
    anew = rgb_of(view.grab().toImage()).astype(int)
    assert np.abs(shown - anew).max() <= 2  # a picture is blended in two steps


def test_that_lines_are_painted_once_while_the_window_is_dragged(
    view: SliceView, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert len(drag(view, monkeypatch)) in (1, 2)
    assert_as_painted_anew(view)


@pytest.mark.parametrize(
    "change",
    [
        "lines",
        "figures",
        "pointer",
        "crosshair",
        "zoom",
        "image",
        "overlay",
        "longer texts",
        "banner",
        "size",
        "none left",
    ],
)
def test_that_a_change_is_seen_at_once_after_a_drag(
    view: SliceView, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    drag(view, monkeypatch)
    before = rgb_of(view.grab().toImage())
    match change:
        case "lines":
            view.set_lines([replace(LINE, end=(35.0, 30.0, 0.0))])
        case "figures":
            view.set_figures([CIRCLE])
        case "pointer":
            event = view.widget_point_of(LINE.start) + QPointF(1.0, 1.0)
            view.hover(view.world_event(EventKind.MOVE, event, Qt.KeyboardModifier.NoModifier))
        case "crosshair":
            view.set_crosshair(Crosshair((30.0, 25.0, 0.0), ()))
        case "zoom":
            view.zoom(1.4)
        case "image":
            view.set_index(1)
        case "overlay":
            view.set_overlay(OverlayLevel.OFF)
        case "longer texts":
            view.set_corner_texts(replace(TEXTS, bottom_left=("Im 1 / 2", "a line more", "and another")))
        case "banner":
            view.set_banner("NOT MEASURABLE")
        case "size":
            view.resize(260, 200)
        case "none left":
            view.set_lines([])
    assert not np.array_equal(before, rgb_of(view.grab().toImage()))
    assert_as_painted_anew(view)


def test_that_only_values_with_fractions_are_seen_through_a_window_narrower_than_1(view: SliceView) -> None:
    view.set_window(60, 0.2)
    assert view.state.width == 1.0
    assert view.plane is not None
    view.set_source(ArraySource(np.linspace(0, 0.003, 64, dtype=np.float32).reshape(1, 8, 8), (view.plane,), "map"))
    view.set_window(0.0015, 0.003)
    assert view.state.width == 0.003


def test_that_a_window_widened_without_end_shows_grey_and_leads_back(view: SliceView) -> None:
    for _ in range(150):
        view.set_window(view.state.center, 1000 * view.state.width)
    view.set_overlay(OverlayLevel.OFF)
    view.set_lines([])
    assert rgb_of(view.grab().toImage())[120, 150].tolist() in ([127] * 3, [128] * 3)
    while view.state.width > 400:
        view.set_window(60, view.state.width / 1000)
    assert np.ptp(rgb_of(view.grab().toImage())[100:140, 130:170]) > 100
