"""Figures in a view, driven by real Qt events: what is drawn, picked, shown and given up, in any order of events."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from viewers.imaging import regions
from viewers.imaging.geometry import SlicePlane, along, length_mm, minus
from viewers.tools.events import Point
from viewers.tools.figures import FigureKind, is_sound
from viewers.widgets.drawing import Armed, Tool
from viewers.widgets.marks import DrawnFigure, DrawnLine, LineStyle, ViewFigure, ViewLine
from viewers.widgets.slice_view import SliceView
from viewers.widgets.source import ArraySource

ROW, COLUMN, NORMAL = (0.8, 0.6, 0.0), (0.0, 0.0, -1.0), (-0.6, 0.8, 0.0)
SIZE = (475, 429)


def oblique_source(count: int = 5) -> ArraySource:
    """Rows 0.7 mm apart, columns 1.1 mm, slices 3 mm; every pixel of slice k is 10 * k HU."""
    array = np.repeat(np.arange(count, dtype=np.int16) * 10, 60 * 80).reshape(count, 60, 80)
    planes = tuple(SlicePlane(along((5.0, -20.0, 40.0), NORMAL, 3.0 * k), ROW, COLUMN, 0.7, 1.1) for k in range(count))
    return ArraySource(array, planes, series_uid="1.2", frame_of_reference_uid="1.2.9")


class Coronal(ArraySource):
    """A stack that was never acquired."""

    label, off_axial = "COR", True

    def sop_uid(self, k: int) -> str:
        return ""


@pytest.fixture
def view(qtbot: QtBot) -> SliceView:
    shown = SliceView()
    qtbot.addWidget(shown)
    shown.resize(*SIZE)
    shown.set_source(oblique_source(), 2)
    shown.show()
    return shown


def mouse(view: SliceView, kind: QEvent.Type, at: QPointF) -> None:
    left, none = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton
    held = none if kind is QEvent.Type.MouseButtonRelease else left
    pressed = none if kind is QEvent.Type.MouseMove else left
    where = view.mapToGlobal(at)
    QApplication.sendEvent(view, QMouseEvent(kind, at, where, pressed, held, Qt.KeyboardModifier.NoModifier))


def drag(view: SliceView, *places: QPointF) -> None:
    mouse(view, QEvent.Type.MouseButtonPress, places[0])
    for place in places[1:]:
        mouse(view, QEvent.Type.MouseMove, place)
    mouse(view, QEvent.Type.MouseButtonRelease, places[-1])


def at(view: SliceView, column: float, row: float) -> QPointF:
    return QPointF(*view.projection().view_of_pixel(column, row))


def length(view: SliceView, name: str = "f", sop_uid: str = "1.2.3", **more: object) -> ViewFigure:
    plane = view.plane
    assert plane is not None
    ends = plane.to_world(20, 20), plane.to_world(50, 30)
    return ViewFigure(name, FigureKind.LENGTH, ends, sop_uid, editable=True, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize("zoom", [0.7, 1.0, 6.0])
@pytest.mark.parametrize("turns", [0, 1, 2, 3])
@pytest.mark.parametrize("flip", [False, True])
def test_that_a_drawn_length_is_the_way_in_the_patient_however_the_image_is_shown(
    qtbot: QtBot, view: SliceView, zoom: float, turns: int, flip: bool
) -> None:
    view.set_flips(flip, False)
    framing = view.projection().framing
    view.set_framing(replace(framing, px_per_mm=framing.px_per_mm * zoom, quarter_turns=turns))
    plane = view.plane
    assert plane is not None
    view.centre_on(plane.to_world(41, 31))
    start, end = plane.to_world(37.2, 28.7), plane.to_world(44.1, 33.3)
    view.arm(FigureKind.LENGTH)
    with qtbot.waitSignal(view.figure_drawn) as drawn:
        drag(view, view.widget_point_of(start), view.widget_point_of(end))
    figure = drawn.args[0]
    assert isinstance(figure, DrawnFigure)
    by_hand = ((6.9 * 1.1) ** 2 + (4.6 * 0.7) ** 2) ** 0.5
    assert length_mm(*figure.points) == pytest.approx(by_hand, abs=0.01)
    assert figure.points == (pytest.approx(start, abs=0.005), pytest.approx(end, abs=0.005))
    assert figure.normal == pytest.approx(NORMAL)


@pytest.mark.parametrize("turns", [0, 1, 2, 3])
def test_that_an_ellipse_lies_along_the_sides_of_the_screen(qtbot: QtBot, view: SliceView, turns: int) -> None:
    view.set_framing(replace(view.projection().framing, quarter_turns=turns))
    view.arm(FigureKind.ELLIPSE)
    with qtbot.waitSignal(view.figure_drawn) as drawn:
        drag(view, QPointF(150, 150), QPointF(230, 200))
    places = [view.widget_point_of(point) for point in drawn.args[0].points]
    assert [place.toTuple() for place in places] == [
        pytest.approx(place, abs=0.01) for place in ((150, 175), (230, 175), (190, 150), (190, 200))
    ]


def test_that_a_figure_is_shown_on_its_own_image_and_a_ghost_where_its_plane_is(view: SliceView) -> None:
    own, ghost = length(view), length(view, "ghost", "", style=LineStyle.GHOST)
    view.set_figures([own, ghost, length(view, "elsewhere", "9.9")])
    shown = []
    for k in range(5):
        view.set_index(k)
        shown.append([one.figure.id for one in view.visible_figures()])
    assert shown == [[], [], ["f", "ghost"], [], []]


def test_that_a_figure_on_a_computed_plane_says_what_was_shown(qtbot: QtBot, view: SliceView) -> None:
    plain = oblique_source()
    view.set_source(Coronal(plain.array, plain.planes, "1.2", "1.2.9"), 2)
    view.arm(FigureKind.LENGTH)
    with qtbot.waitSignal(view.figure_drawn) as drawn:
        drag(view, QPointF(150, 150), QPointF(230, 200))
    figure = drawn.args[0]
    assert (figure.series_uid, figure.sop_uid, figure.derived) == ("1.2", "", "COR")
    view.set_figures([ViewFigure("f", figure.kind, figure.points, "", editable=True)])
    assert view.selected_figure == "f"
    view.set_index(3)
    assert view.visible_figures() == ()


def test_that_a_figure_just_drawn_is_selected_once_it_is_handed_in_and_gone_when_it_is_not_taken(
    qtbot: QtBot, view: SliceView
) -> None:
    view.arm(FigureKind.LENGTH)
    with qtbot.waitSignal(view.figure_drawn) as drawn:
        drag(view, QPointF(150, 150), QPointF(230, 200))
    assert [one.figure.id for one in view.visible_figures()] == [""]
    taken = ViewFigure("f", FigureKind.LENGTH, drawn.args[0].points, "1.2.3", editable=True)
    with qtbot.waitSignal(view.figure_selected) as selected:
        view.set_figures([taken])
    assert selected.args == ["f"]
    assert [(one.figure.id, one.figure.style) for one in view.visible_figures()] == [("f", LineStyle.SELECTED)]
    drag(view, QPointF(250, 150), QPointF(330, 200))
    view.set_figures([taken])
    assert [one.figure.id for one in view.visible_figures()] == ["f"]


def test_that_a_handle_goes_before_a_body_and_the_nearer_before_the_farther(qtbot: QtBot, view: SliceView) -> None:
    plane = view.plane
    assert plane is not None
    line = ViewLine("IT1|counted|0", plane.to_world(20, 20), plane.to_world(50, 30), "1.2.3", editable=True)
    across = ViewFigure(
        "f", FigureKind.LENGTH, (plane.to_world(50, 30), plane.to_world(60, 50)), "1.2.3", editable=True
    )
    view.set_lines([line])
    view.set_figures([across])
    with qtbot.waitSignal(view.figure_edited):
        drag(view, at(view, 60, 50), at(view, 64, 52))
    with qtbot.waitSignal(view.line_edited):
        drag(view, at(view, 20, 20), at(view, 16, 22))
    with qtbot.waitSignal(view.line_edited), qtbot.assertNotEmitted(view.figure_edited):
        drag(view, at(view, 50, 30), at(view, 55, 25))  # both ends are here: the lesion's has it


def test_that_picking_a_line_lets_go_of_the_figure_and_a_click_beside_lets_go_of_both(
    qtbot: QtBot, view: SliceView
) -> None:
    plane = view.plane
    assert plane is not None
    view.set_lines([ViewLine("IT1|counted|0", plane.to_world(10, 50), plane.to_world(30, 50), "1.2.3", editable=True)])
    view.set_figures([length(view)])
    view.select_figure("f")
    drag(view, at(view, 20, 50), at(view, 20, 50))
    assert view.selected_figure == ""
    view.select_figure("f")
    with qtbot.waitSignal(view.figure_selected) as told:
        drag(view, at(view, 70, 5), at(view, 70, 5))
    assert told.args == [""]


def test_that_a_figure_out_of_sight_is_selected_no_more(view: SliceView) -> None:
    view.set_figures([length(view)])
    view.select_figure("f")
    view.set_index(3)
    assert view.selected_figure == ""


def test_that_the_figure_under_a_place_is_told(view: SliceView) -> None:
    view.set_figures([length(view)])
    assert view.figure_at(at(view, 35, 25)) == "f"
    assert view.figure_at(at(view, 35, 45)) == ""


def test_that_labels_cover_neither_each_other_nor_a_region(view: SliceView) -> None:
    plane = view.plane
    assert plane is not None
    box = [plane.to_world(*place) for place in ((30, 30), (40, 30), (40, 40), (30, 40))]
    view.set_figures([ViewFigure(str(n), FigureKind.FREEHAND, tuple(box), "1.2.3") for n in range(5)])
    bare = view.render_to_image(view.size())
    pixels = {(x, y) for x in range(475) for y in range(429) if bare.pixelColor(x, y).name() == "#ffe066"}
    inside = [view.widget_point_of(point) for point in box]
    left, right = min(p.x() for p in inside) + 3, max(p.x() for p in inside) - 3
    top, bottom = min(p.y() for p in inside) + 3, max(p.y() for p in inside) - 3
    assert len(pixels) > 200
    assert not [place for place in pixels if left < place[0] < right and top < place[1] < bottom]


def region(plane: SlicePlane, degrees: float, kind: FigureKind) -> ViewFigure:
    """A small region about pixel (40, 30), on a plane turned about the rows by so many degrees."""
    centre, turn = plane.to_world(40, 30), math.radians(degrees)
    down = along(along((0.0, 0.0, 0.0), COLUMN, math.cos(turn)), NORMAL, math.sin(turn))
    ends = tuple(along(centre, axis, way) for axis in (ROW, down) for way in (-1.4, 1.4))
    points = ends if kind is FigureKind.ELLIPSE else (ends[0], ends[2], ends[1], ends[3])
    return ViewFigure("ghost", kind, points, "", style=LineStyle.GHOST)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("kind", [FigureKind.ELLIPSE, FigureKind.FREEHAND, FigureKind.BIDIRECTIONAL])
@pytest.mark.parametrize(("degrees", "shown"), [(0, True), (9, True), (11, False), (45, False), (90, False)])
def test_that_a_ghost_is_shown_on_planes_parallel_to_its_own_alone(
    view: SliceView, kind: FigureKind, degrees: float, shown: bool
) -> None:
    plane = view.plane
    assert plane is not None
    view.set_figures([region(plane, degrees, kind)])
    assert [one.figure.id for one in view.visible_figures()] == (["ghost"] if shown else [])


def test_that_a_freehand_region_is_measured_when_it_is_done_and_not_while_it_is_drawn_or_dragged(
    view: SliceView, monkeypatch: pytest.MonkeyPatch
) -> None:
    measured: list[int] = []
    check = regions.crosses_itself

    def counted(outline: regions.Places) -> bool:
        measured.append(len(outline))
        return check(outline)

    monkeypatch.setattr(regions, "crosses_itself", counted)

    def repainted() -> tuple[str, ...]:
        view.grab()
        view.grab()
        (one,) = view.visible_figures()
        return one.label

    view.arm(FigureKind.FREEHAND)
    drawn: list[DrawnFigure] = []
    view.figure_drawn.connect(drawn.append)
    corners = [at(view, *place) for place in ((30, 20), (50, 20), (50, 40), (30, 40))]
    mouse(view, QEvent.Type.MouseButtonPress, corners[0])
    for corner in corners[1:]:
        mouse(view, QEvent.Type.MouseMove, corner)
    assert (view.busy, repainted(), measured) == (True, (), [])
    mouse(view, QEvent.Type.MouseButtonRelease, corners[-1])
    (made,) = drawn
    assert repainted()[0].startswith("20.0"), "every pixel of this image is 20 HU"
    view.set_figures([ViewFigure("f", made.kind, made.points, made.sop_uid, editable=True)])
    assert repainted()[0].startswith("20.0")
    assert len(measured) == 1, "the same figure, measured once"
    view.arm(None)
    mouse(view, QEvent.Type.MouseButtonPress, view.widget_point_of(made.points[0]))
    assert view.busy
    assert repainted()[0].startswith("20.0"), "held, but not moved yet"
    mouse(view, QEvent.Type.MouseMove, at(view, 27, 18))
    assert (view.busy, repainted(), len(measured)) == (True, (), 1)


ARMED: list[Armed | None] = [None, Tool.CALIPER, *FigureKind]
places = st.tuples(st.floats(0, SIZE[0] - 1), st.floats(0, SIZE[1] - 1))


class Reader(RuleBasedStateMachine):
    """A reader at one view does anything, and a desk hands in again what was told; now and then it refuses."""

    def __init__(self) -> None:
        super().__init__()
        self.view = SliceView()
        self.view.resize(*SIZE)
        self.view.set_source(oblique_source(), 2)
        self.view.show()
        self.figures: dict[str, ViewFigure] = {}
        self.lines: dict[str, ViewLine] = {}
        self.told = 0
        self.refuses = False
        self.pressed = False
        self.wrong: list[str] = []
        self.view.figure_drawn.connect(self.on_figure)
        self.view.figure_edited.connect(self.on_figure_edited)
        self.view.line_drawn.connect(self.on_line)
        self.view.line_edited.connect(self.on_line_edited)

    def teardown(self) -> None:
        self.view.close()
        self.view.deleteLater()

    def check(self, holds: bool, wrong: str) -> None:
        """In a slot nothing is raised through Qt: what is wrong is kept for the invariant."""
        if not holds:
            self.wrong.append(wrong)

    # what the desk does

    def on_figure(self, made: DrawnFigure) -> None:
        self.check(made.sop_uid == self.sop_uid, "a figure of another image")
        self.check(self.armed is made.kind, "a figure of another kind than the armed one")
        if not self.refuses:
            self.told += 1
            name = f"f{self.told}"
            self.figures[name] = ViewFigure(name, made.kind, made.points, made.sop_uid, editable=True)
        self.hand_in()

    def on_figure_edited(self, name: str, points: tuple[Point, ...]) -> None:
        if name not in self.figures:
            self.wrong.append("an edit of a figure that is gone")
            return
        self.check(self.figures[name].sop_uid == self.sop_uid, "an edit of a figure of another image")
        if not self.refuses:
            self.figures[name] = replace(self.figures[name], points=points)
        self.hand_in()

    def on_line(self, made: DrawnLine) -> None:
        self.check(made.sop_uid == self.sop_uid, "a line of another image")
        self.check(self.armed is Tool.CALIPER, "a line without the caliper")
        if not self.refuses:
            self.told += 1
            name = f"IT{self.told}|counted|0"
            self.lines[name] = ViewLine(name, made.start, made.end, made.sop_uid, editable=True)
        self.hand_in()

    def on_line_edited(self, name: str, made: DrawnLine) -> None:
        if name not in self.lines:
            self.wrong.append("an edit of a line that is gone")
            return
        # the image may have been left already: nudges are told when they are at an end
        self.check(self.lines[name].sop_uid == made.sop_uid, "an edit of a line of another image")
        if not self.refuses:
            self.lines[name] = replace(self.lines[name], start=made.start, end=made.end)
        self.hand_in()

    def hand_in(self) -> None:
        self.view.set_lines(self.lines.values())
        self.view.set_figures(self.figures.values())

    @property
    def sop_uid(self) -> str:
        return f"1.2.{self.view.state.index + 1}"

    @property
    def armed(self) -> Armed | None:
        return self.view.tool

    # what the reader does

    @rule(place=places)
    def press(self, place: tuple[float, float]) -> None:
        mouse(self.view, QEvent.Type.MouseButtonPress, QPointF(*place))
        self.pressed = True

    @rule(place=places)
    def move(self, place: tuple[float, float]) -> None:
        mouse(self.view, QEvent.Type.MouseMove, QPointF(*place))

    @rule(place=places)
    def release(self, place: tuple[float, float]) -> None:
        mouse(self.view, QEvent.Type.MouseButtonRelease, QPointF(*place))
        self.pressed = False

    @rule(start=places, end=places)
    def stroke(self, start: tuple[float, float], end: tuple[float, float]) -> None:
        drag(self.view, QPointF(*start), QPointF(*end))
        self.pressed = False

    @precondition(lambda self: self.figures or self.lines)
    @rule(data=st.data(), to=places)
    def drag_a_handle(self, data: st.DataObject, to: tuple[float, float]) -> None:
        ends = [p for f in self.figures.values() if f.sop_uid == self.sop_uid for p in f.points]
        ends += [p for x in self.lines.values() if x.sop_uid == self.sop_uid for p in (x.start, x.end)]
        if ends:
            drag(self.view, self.view.widget_point_of(data.draw(st.sampled_from(ends))), QPointF(*to))
            self.pressed = False

    @rule(tool=st.sampled_from(ARMED))
    def arm(self, tool: Armed | None) -> None:
        self.view.arm(tool)
        assert not self.view.busy

    @rule(key=st.sampled_from([Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Escape, Qt.Key.Key_Down]))
    def key(self, key: Qt.Key) -> None:
        held = Qt.KeyboardModifier.NoModifier
        QApplication.sendEvent(self.view, QKeyEvent(QEvent.Type.KeyPress, key, held))
        if key == Qt.Key.Key_Escape:
            assert not self.view.busy

    @rule(k=st.integers(0, 4))
    def scroll(self, k: int) -> None:
        moved = k != self.view.state.index
        self.view.set_index(k)
        assert not (moved and self.view.busy)

    @rule()
    def lose_focus(self) -> None:
        QApplication.sendEvent(self.view, QFocusEvent(QEvent.Type.FocusOut, Qt.FocusReason.TabFocusReason))
        assert not self.view.busy

    @rule()
    def hide(self) -> None:
        self.view.hide()
        assert not self.view.busy
        self.view.show()

    @precondition(lambda self: self.figures or self.lines)
    @rule(data=st.data())
    def undo(self, data: st.DataObject) -> None:
        """A figure or a line goes, whatever is under way: as by undo."""
        name = data.draw(st.sampled_from(sorted((*self.figures, *self.lines))))
        self.figures.pop(name, None)
        self.lines.pop(name, None)
        self.hand_in()
        assert self.view.selected_figure != name

    @rule(refuses=st.booleans())
    def sign(self, refuses: bool) -> None:
        self.refuses = refuses

    @rule()
    def paint(self) -> None:
        self.view.grab()

    # what must hold

    @invariant()
    def what_was_told_is_true(self) -> None:
        assert self.wrong == []

    @invariant()
    def every_figure_is_whole_and_on_its_image(self) -> None:
        source = self.view.source
        assert source is not None
        for figure in self.figures.values():
            assert is_sound(figure.kind, figure.points)
            plane = source.plane(int(figure.sop_uid.rpartition(".")[2]) - 1)
            assert plane is not None
            assert all(abs(plane.distance_mm(point)) < 1e-6 for point in figure.points)
        for line in self.lines.values():
            assert length_mm(line.start, line.end) > 0
            assert abs(sum(a * b for a, b in zip(minus(line.end, line.start), NORMAL, strict=True))) < 1e-6

    @invariant()
    def nothing_is_shown_but_what_was_handed_in_and_what_is_under_way(self) -> None:
        shown = [one.figure.id for one in self.view.visible_figures()]
        lines = [line.id for line in self.view.visible_lines()]
        under_way = self.view.busy
        here = [name for name, figure in self.figures.items() if figure.sop_uid == self.sop_uid]
        assert sorted(name for name in shown if name) == sorted(here)
        assert (shown + lines).count("") <= (1 if under_way else 0)
        chosen = self.view.selected_figure
        assert not chosen or chosen in here


Reader.TestCase.settings = settings(
    max_examples=30, stateful_step_count=40, deadline=None, suppress_health_check=list(HealthCheck)
)


@pytest.mark.usefixtures("qapp")
class TestReader(Reader.TestCase):  # type: ignore[misc, name-defined]
    """Run by pytest."""
