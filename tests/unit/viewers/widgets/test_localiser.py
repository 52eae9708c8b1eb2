"""The crosshair in real views, driven by real events: three planes of one volume side by side."""

from __future__ import annotations

import math

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QFocusEvent, QImage, QKeyEvent, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.support.phantoms import AXIAL
from tests.support.volumes import volume
from viewers.imaging.geometry import along, length_mm
from viewers.tools.crosshair import PlaneTurned
from viewers.tools.navigate import panned
from viewers.widgets.crosshair import lines_in_sight
from viewers.widgets.localiser import Localiser
from viewers.widgets.plane_set import PlaneName, PlaneSet
from viewers.widgets.reference_lines import reference_lines
from viewers.widgets.slice_view import SliceView
from viewers.widgets.volume_source import VolumeSource

SHAPE = (40, 60, 80)
_LEFT, _NONE = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton
_PLAIN = Qt.KeyboardModifier.NoModifier


class Desk(QObject):
    """What the application does with the signals: the least that shows a set of planes."""

    def __init__(self, qtbot: QtBot) -> None:
        super().__init__()
        pixels = np.random.default_rng(1).integers(-200, 300, SHAPE, np.int16)
        self.planes = PlaneSet.of(VolumeSource(volume(SHAPE, (2.0, 1.1, 0.7), AXIAL, pixels=pixels)))
        self.views = {name: SliceView() for name in PlaneName}
        for view in self.views.values():
            qtbot.addWidget(view)
            view.resize(400, 400)
            view.show()
        self.hand = Localiser(list(self.views.values()), self)
        self.hand.localised.connect(lambda _n, point: self.show_planes(self.planes.moved(point)))
        self.hand.plane_turned.connect(lambda _n, turn: self.turn(turn))
        self.hand.reset_requested.connect(lambda _n: self.show_planes(self.planes.straightened()))
        for name, view in self.views.items():
            view.set_source(self.planes.source(name), self.planes.index(name))
        self.show_planes(self.planes)
        self.hand.switch(True)

    def turn(self, turn: PlaneTurned) -> None:
        assert turn.plane == "OBL"
        self.show_planes(self.planes.turned(turn.normal, turn.direction))

    def show_planes(self, planes: PlaneSet) -> None:
        self.planes = planes
        for name, view in self.views.items():
            if view.source is not planes.source(name):
                view.swap_source(planes.source(name), planes.index(name), planes.place)
            view.set_index(planes.index(name))
            view.set_crosshair(planes.crosshair(name))

    def line(self, name: PlaneName, word: str) -> tuple[QPointF, QPointF]:
        """Ends of the line of a plane, as it is seen in a view."""
        view = self.views[name]
        assert view.crosshair is not None and view.source is not None
        lines = lines_in_sight(view.crosshair, view.projection(), (view.source.rows, view.source.columns))
        (line,) = [one for one in lines if one.plane == word]
        return view.widget_point_of(line.start), view.widget_point_of(line.end)


@pytest.fixture
def desk(qtbot: QtBot) -> Desk:
    return Desk(qtbot)


def mouse(view: SliceView, kind: QEvent.Type, at: QPointF, button: Qt.MouseButton = _LEFT) -> None:
    held = _NONE if kind is QEvent.Type.MouseButtonRelease else button
    pressed = _NONE if kind is QEvent.Type.MouseMove else button
    QApplication.sendEvent(view, QMouseEvent(kind, at, view.mapToGlobal(at), pressed, held, _PLAIN))


def drag(view: SliceView, start: QPointF, *ways: QPointF) -> None:
    mouse(view, QEvent.Type.MouseButtonPress, start)
    for way in ways:
        mouse(view, QEvent.Type.MouseMove, way)
    mouse(view, QEvent.Type.MouseButtonRelease, ways[-1] if ways else start)


def test_that_a_click_takes_every_view_to_the_place(desk: Desk) -> None:
    view = desk.views[PlaneName.AXIAL]
    at = QPointF(120, 150)
    place = view.projection().world_of_view(at.x(), at.y())
    drag(view, at)
    assert desk.planes.place == pytest.approx(place)
    for name, other in desk.views.items():
        assert other.state.index == desk.planes.index(name)
        assert other.plane is not None
        assert abs(other.plane.distance_mm(place)) <= 1.0
    assert not desk.hand.busy


def test_that_a_drag_of_the_oblique_line_turns_the_oblique_plane_as_the_hand_goes(desk: Desk) -> None:
    view, oblique = desk.views[PlaneName.AXIAL], desk.views[PlaneName.OBLIQUE]
    place = desk.planes.place
    centre = view.widget_point_of(place)
    end = desk.line(PlaneName.AXIAL, "OBL")[1]
    caught = centre + (end - centre) * 0.9
    to = centre + QPointF(0.0, math.dist(caught.toTuple(), centre.toTuple()))
    scale = oblique.projection().framing.px_per_mm
    mouse(view, QEvent.Type.MouseButtonPress, caught)
    mouse(view, QEvent.Type.MouseMove, to)
    assert desk.hand.busy
    line = desk.line(PlaneName.AXIAL, "OBL")
    assert line[0].x() == pytest.approx(centre.x(), abs=0.01) and line[1].x() == pytest.approx(centre.x(), abs=0.01)
    mouse(view, QEvent.Type.MouseButtonRelease, to)
    assert desk.planes.place == place
    # the same size of the picture, and the place where it was
    assert oblique.projection().framing.px_per_mm == pytest.approx(scale)
    assert oblique.plane is not None and abs(oblique.plane.distance_mm(place)) < 1e-6


def test_that_swapping_planes_keeps_window_zoom_and_the_place_in_sight(desk: Desk) -> None:
    view, place = desk.views[PlaneName.OBLIQUE], desk.planes.place
    view.set_window(60, 333)
    view.zoom(2.5)
    view.mirror(horizontal=True)
    view.turn(1)
    view.set_framing(panned(view.projection().framing, 31, -47))
    before, seen = view.state, view.widget_point_of(place)
    desk.show_planes(desk.planes.turned((0.0, 0.0, 1.0), (0.96, 0.28, 0.0)))
    after = view.state
    assert (after.center, after.width, after.flip_h, after.quarter_turns) == (60, 333, before.flip_h, 1)
    assert after.framing is not None and before.framing is not None
    assert after.framing.px_per_mm == before.framing.px_per_mm
    now = view.widget_point_of(place)
    assert (now.x(), now.y()) == pytest.approx((seen.x(), seen.y()), abs=1e-6)


def test_that_inner_drags_of_a_line_move_its_plane_alone(desk: Desk) -> None:
    view = desk.views[PlaneName.AXIAL]
    before = {name: desk.planes.index(name) for name in PlaneName}
    centre = view.widget_point_of(desk.planes.place)
    start = centre + QPointF(40, 0)  # on the coronal line
    drag(view, start, start + QPointF(15, 33))
    moved = {name for name in PlaneName if desk.planes.index(name) != before[name]}
    assert moved <= {PlaneName.CORONAL, PlaneName.OBLIQUE} and PlaneName.CORONAL in moved
    mm = 33 * view.projection().mm_per_px
    assert desk.planes.place[1] == pytest.approx(33.25 + 59 * 1.1 / 2 + mm, abs=1e-6)


@pytest.mark.parametrize("by", ["key", "focus", "hiding", "switching off"])
def test_that_a_drag_that_is_given_up_is_taken_back(desk: Desk, by: str) -> None:
    view, place = desk.views[PlaneName.CORONAL], desk.planes.place
    mouse(view, QEvent.Type.MouseButtonPress, QPointF(150, 150))
    assert length_mm(desk.planes.place, place) > 5
    match by:
        case "key":
            event = QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_Escape, _PLAIN)
            QApplication.sendEvent(view, event)
        case "focus":
            QApplication.sendEvent(view, QFocusEvent(QEvent.Type.FocusOut))
        case "hiding":
            view.hide()
        case _:
            desk.hand.switch(False)
    assert desk.planes.place == pytest.approx(place)
    assert not desk.hand.busy


def test_that_a_double_click_on_the_oblique_line_sets_it_back(desk: Desk) -> None:
    first = desk.planes.tilt
    desk.show_planes(desk.planes.turned((0.0, 0.0, 1.0), (0.96, 0.28, 0.0)))
    view = desk.views[PlaneName.AXIAL]
    maximised: list[bool] = []
    view.maximise_requested.connect(lambda: maximised.append(True))
    start, end = desk.line(PlaneName.AXIAL, "OBL")
    mouse(view, QEvent.Type.MouseButtonDblClick, start + (end - start) * 0.8)
    assert desk.planes.tilt == pytest.approx(first)
    assert not maximised
    mouse(view, QEvent.Type.MouseButtonDblClick, QPointF(90, 120))
    assert maximised


def test_that_wheel_and_other_buttons_go_on_as_ever(desk: Desk) -> None:
    view = desk.views[PlaneName.CORONAL]
    before = view.state.index
    wheel = QWheelEvent(
        QPointF(100, 100), view.mapToGlobal(QPointF(100, 100)), QPoint(), QPoint(0, -120), _NONE, _PLAIN,
        Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(view, wheel)
    QApplication.processEvents()
    assert view.state.index != before
    place, scale = desk.planes.place, view.projection().framing.px_per_mm
    for kind, y in ((QEvent.Type.MouseButtonPress, 100.0), (QEvent.Type.MouseMove, 60.0)):
        mouse(view, kind, QPointF(100, y), Qt.MouseButton.RightButton)
    mouse(view, QEvent.Type.MouseButtonRelease, QPointF(100, 60), Qt.MouseButton.RightButton)
    assert view.projection().framing.px_per_mm > scale
    assert desk.planes.place == place


def test_that_the_hand_off_leaves_the_left_button_to_the_view(desk: Desk) -> None:
    desk.hand.switch(False)
    view, place = desk.views[PlaneName.CORONAL], desk.planes.place
    width = view.state.width
    drag(view, QPointF(100, 100), QPointF(150, 100), QPointF(170, 100))
    assert desk.planes.place == place and view.state.width != width
    assert view.cursor().shape() is Qt.CursorShape.ArrowCursor


def test_that_the_pointer_tells_what_it_would_take(desk: Desk) -> None:
    view = desk.views[PlaneName.AXIAL]
    centre = view.widget_point_of(desk.planes.place)
    end = desk.line(PlaneName.AXIAL, "OBL")[1]
    expected = (
        (centre + (end - centre) * 0.9, Qt.CursorShape.PointingHandCursor),
        (centre + (end - centre) * 0.4, Qt.CursorShape.SizeAllCursor),
        (QPointF(80, 200) + QPointF(0, 60), Qt.CursorShape.CrossCursor),
    )
    for at, shape in expected:
        mouse(view, QEvent.Type.MouseMove, at, _NONE)
        assert view.cursor().shape() is shape


def colours_of(view: SliceView) -> set[str]:
    image: QImage = view.render_to_image(view.size())
    return {image.pixelColor(x, y).name() for x in range(0, 400) for y in range(0, 400)}


def test_that_the_crosshair_is_painted_only_on_images_that_hold_the_place(desk: Desk) -> None:
    view = desk.views[PlaneName.AXIAL]
    view.set_window(3000, 10)  # all black
    met, amber = (QColor(text).name() for text in (view.colours.met, view.colours.amber))
    assert {met, amber} <= colours_of(view)
    place = view.widget_point_of(desk.planes.place)
    image = view.render_to_image(view.size())
    around = {
        image.pixelColor(round(place.x()) + x, round(place.y()) + y).name() for x in (-4, 0, 4) for y in (-4, 0, 4)
    }
    assert around == {"#000000"}  # the eye wants the pixels there
    view.set_index(view.state.index + 5)
    assert not {met, amber} & colours_of(view)
    view.set_crosshair(None)
    view.set_index(view.state.index - 5)
    assert not {met, amber} & colours_of(view)


def test_that_reference_lines_show_where_the_other_images_are(desk: Desk) -> None:
    axial, coronal = desk.views[PlaneName.AXIAL], desk.views[PlaneName.CORONAL]
    (line,) = reference_lines(coronal, [axial, coronal])
    assert axial.plane is not None
    for end in (line.start, line.end):
        assert end[2] == pytest.approx(axial.plane.origin[2])
    assert length_mm(line.start, line.end) == pytest.approx(80 * 0.7)
    ends = reference_lines(coronal, [axial], ends=True)
    assert [one.faint for one in ends] == [True, True, False]
    assert sorted(one.start[2] for one in ends) == pytest.approx([-41.0, axial.plane.origin[2], -41.0 + 39 * 2.0])
    assert reference_lines(axial, [axial]) == ()
    coronal.set_crosshair(None)
    coronal.set_window(3000, 10)
    before = colours_of(coronal)
    coronal.set_reference_lines(reference_lines(coronal, [axial]))
    assert colours_of(coronal) != before


def test_that_a_place_beside_the_image_has_no_lines(desk: Desk) -> None:
    view = desk.views[PlaneName.AXIAL]
    desk.show_planes(desk.planes.moved(along(desk.planes.place, (1.0, 0.0, 0.0), 500.0)))
    assert view.crosshair is not None
    words = {line.plane for line in lines_in_sight(view.crosshair, view.projection(), (60, 80))}
    assert "SAG" not in words
