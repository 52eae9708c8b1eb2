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
from viewers.imaging.plane_stacks import Orientation, oblique_stack, stood
from viewers.imaging.reslice import Projection, Slab
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


@pytest.fixture
def oblique(qtbot: QtBot) -> SliceView:
    """A slab on the slant of more values than are made at once: stripes 2 mm wide, which a coarse picture loses."""
    pixels = np.zeros((24, 320, 320), np.int16)
    pixels[:, :, 1::4] = pixels[:, :, 2::4] = 100
    base = VolumeSource(volume(pixels.shape, (1.0, 0.5, 0.5), AXIAL, pixels=pixels))
    assert base.volume.affine is not None
    place = tuple(map(float, (base.volume.affine @ (12, 160, 160, 1))[:3]))
    stack = oblique_stack(base.volume, *stood((0.1, 0.15, 0.98)), (place[0], place[1], place[2]))
    view = SliceView()
    qtbot.addWidget(view)
    view.resize(330, 330)
    view.set_source(ReformatSource(base, stack, None, Slab(Projection.MEAN, 5.0)), stack.nearest(place[:3]))
    view.set_window(50, 100)
    return view


def test_that_a_picture_that_takes_long_is_coarse_and_says_so_until_the_fine_one_is_made(
    qtbot: QtBot, oblique: SliceView
) -> None:
    source, k = oblique.source, oblique.state.index
    assert isinstance(source, ReformatSource)
    with qtbot.waitSignal(oblique.fine_wanted, timeout=5_000):
        oblique.show()
    assert source.is_coarse(k)
    coarse, value = oblique.grab().toImage(), source.value_at(k, 150, 161)
    source.make(k)
    oblique.refresh()
    fine, inner = oblique.grab().toImage(), oblique.rect().adjusted(5, 5, -5, -5)
    assert fine != coarse
    assert not source.is_coarse(k)
    # no word over it any more
    assert fine.copy(inner) == oblique.render_to_image(oblique.size()).copy(inner)
    assert value == source.pixels(k)[150, 161]  # what is told of a pixel is never coarse


def test_that_what_goes_into_a_report_is_never_coarse(oblique: SliceView) -> None:
    source, k = oblique.source, oblique.state.index
    assert isinstance(source, ReformatSource)
    assert source.is_coarse(k)
    before = oblique.render_to_image(oblique.size())
    assert not source.is_coarse(k)
    assert before == oblique.render_to_image(oblique.size())
