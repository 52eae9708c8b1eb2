"""The next image is there before it is asked for, and looks as if it had been painted then."""

from __future__ import annotations

import sys

import numpy as np
import pytest
from numpy.typing import NDArray
from pytestqt.qtbot import QtBot

from tests.support.pictures import rgb_of
from viewers.imaging.geometry import SlicePlane
from viewers.widgets.slice_view import SliceView
from viewers.widgets.source import ArraySource, Pixels

COUNT = 6


class Watched(ArraySource):
    """Notes whose pixels were asked for."""

    def __init__(self, pixels: NDArray[np.int16], planes: tuple[SlicePlane, ...]) -> None:
        super().__init__(pixels, planes, "s")
        self.asked: list[int] = []

    def pixels(self, k: int) -> Pixels:
        self.asked.append(k)
        return super().pixels(k)


def watched(seed: int = 3) -> Watched:
    noise = np.random.default_rng(seed).normal(60, 80, (COUNT, 64, 80)).astype(np.int16)
    at = [SlicePlane((0.0, 0.0, 3.0 * k), (1.0, 0.0, 0.0), (0.0, 1.0, 0.0), 0.7, 0.7) for k in range(COUNT)]
    return Watched(noise, tuple(at))


@pytest.fixture
def view(qtbot: QtBot) -> SliceView:
    made = SliceView()
    qtbot.addWidget(made)
    made.resize(233, 171)
    made.set_source(watched(), 1)
    made.set_window(60, 400)
    made.zoom(1.13)
    made.show()
    qtbot.waitExposed(made)
    return made


def asked_of(view: SliceView) -> list[int]:
    assert isinstance(view.source, Watched)
    return view.source.asked


def step(qtbot: QtBot, view: SliceView, index: int) -> None:
    """Show an image, and wait until the one after it has been painted too."""
    view.set_index(index)
    after = min(index + 1, COUNT - 1)
    qtbot.waitUntil(lambda: after in asked_of(view))


def test_that_who_goes_on_finds_the_next_image_painted(qtbot: QtBot, view: SliceView) -> None:
    step(qtbot, view, 2)
    asked_of(view).clear()
    view.set_index(3)
    shown = rgb_of(view.grab().toImage())
    assert asked_of(view).count(3) == 0, "image 3 was painted when image 2 was shown"
    view.refresh()
    assert np.array_equal(shown, rgb_of(view.grab().toImage()))
    assert 3 in asked_of(view)


def test_that_who_turns_back_finds_the_image_before(qtbot: QtBot, view: SliceView) -> None:
    for index in (2, 3, 4):
        step(qtbot, view, index)
    asked_of(view).clear()
    view.set_index(3)
    view.grab()
    assert 3 not in asked_of(view)


def test_that_who_jumps_has_nothing_painted_ahead(qtbot: QtBot, view: SliceView) -> None:
    view.set_index(4)
    view.grab()
    qtbot.wait(20)
    assert set(asked_of(view)) <= {1, 4}


@pytest.mark.parametrize("change", ["window", "inverted", "zoom", "smooth", "pixels", "source", "size", "loop"])
def test_that_a_picture_made_before_a_change_is_not_shown_after_it(
    qtbot: QtBot, view: SliceView, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    step(qtbot, view, 2)
    match change:
        case "window":
            view.set_window(0, 200)
        case "inverted":
            view.set_inverted(True)
        case "zoom":
            view.zoom(1.5)
        case "smooth":
            view.set_smooth(False)
        case "pixels":
            asked = view.source
            assert isinstance(asked, Watched)
            asked.array[3] = 500
            view.refresh()
        case "source":
            view.set_source(watched(seed=4), 2)
        case "size":
            view.resize(200, 150)
        case "loop":
            monkeypatch.delitem(sys.modules, "viewers.imaging.compiled_greys")
    view.set_index(3)
    shown = rgb_of(view.grab().toImage())
    view.refresh()
    assert np.array_equal(shown, rgb_of(view.grab().toImage()))
