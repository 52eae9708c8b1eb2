"""Reformatted planes in a real view: what is told and painted where nothing was measured."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QColor, QMouseEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.support.phantoms import AXIAL
from tests.support.volumes import volume
from viewers.imaging.plane_stacks import Orientation
from viewers.imaging.volume import Volume
from viewers.widgets.marks import Probe
from viewers.widgets.reformat_source import ReformatSource
from viewers.widgets.slice_view import SliceView
from viewers.widgets.volume_source import VolumeSource


@pytest.fixture
def half_read() -> Volume:
    """Forty images, of which the twenty nearest the head have been read; all of them 300 HU."""
    made = volume((40, 60, 80), (2.0, 1.0, 1.0), AXIAL, pixels=np.full((40, 60, 80), 300, np.int16))
    made.loaded[:20] = False
    return made


@pytest.fixture
def view(qtbot: QtBot, half_read: Volume) -> SliceView:
    shown = SliceView()
    qtbot.addWidget(shown)
    shown.resize(400, 400)
    shown.show()
    shown.set_source(ReformatSource.of(VolumeSource(half_read), Orientation.CORONAL))
    shown.set_window(0, 100)  # 300 HU is white, -32768 would be black
    return shown


def probed_at(view: SliceView, row: int) -> Probe | None:
    found: list[Probe | None] = []
    view.probed.connect(found.append)
    place = QPointF(*view.projection().view_of_pixel(30, row))
    none, plain = Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier
    move = QMouseEvent(QEvent.Type.MouseMove, place, view.mapToGlobal(place), none, none, plain)
    QApplication.sendEvent(view, move)
    return found[-1]


def colour_at(view: SliceView, row: int) -> str:
    x, y = view.projection().view_of_pixel(30, row)
    return view.render_to_image(view.size()).pixelColor(round(x), round(y)).name()


def test_that_rows_still_to_be_read_are_neither_black_nor_grey(view: SliceView) -> None:
    raised = QColor(view.colours.raised)
    assert colour_at(view, 8) == "#ffffff"  # the head is up: the images that have been read
    assert colour_at(view, 35) == raised.name()
    assert len({raised.red(), raised.green(), raised.blue()}) == 3  # no grey level looks like it


def test_that_there_is_no_value_where_nothing_was_measured(view: SliceView) -> None:
    read = probed_at(view, 8)
    assert read is not None and read.value == 300
    assert probed_at(view, 35) is None


def test_that_the_view_says_how_much_has_been_read(view: SliceView, half_read: Volume) -> None:
    before = view.render_to_image(view.size())
    half_read.loaded[:] = True
    view.refresh()
    assert view.render_to_image(view.size()) != before
    assert colour_at(view, 35) == "#ffffff"
    half_read.loaded[0] = False
    assert view.source is not None and view.source.ready(view.state.index)
    assert isinstance(view.source, ReformatSource) and view.source.read_of(view.state.index) == (39, 40)
