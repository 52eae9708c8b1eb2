"""Figures on the demonstration study, by mouse and keys: drawn, kept, reopened, edited, listed, undone and locked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from PySide6.QtCore import QDate, QEvent, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot

from app.demo.truth import Truth
from app.state.events import VisitSigned
from app.state.figures import Figure, FigureKind
from mrecist.lesions import Measured
from mrecist.values import Diameter
from tests.support.driver import LEFT, Driver
from viewers.imaging.geometry import dot, length_mm, minus
from viewers.tools.events import Point
from viewers.tools.figures import FigureKind as ToolKind
from viewers.widgets.marks import LineStyle
from viewers.widgets.slice_view import SliceView
from viewers.widgets.source import derived_label

SHIFT, CONTROL, NO_KEYS = (
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.NoModifier,
)
KEYS = {
    FigureKind.LENGTH: (Qt.Key.Key_Q, NO_KEYS),
    FigureKind.BIDIRECTIONAL: (Qt.Key.Key_B, NO_KEYS),
    FigureKind.ELLIPSE: (Qt.Key.Key_E, SHIFT),
    FigureKind.FREEHAND: (Qt.Key.Key_F, SHIFT),
    FigureKind.ANGLE: (Qt.Key.Key_A, SHIFT),
    FigureKind.ARROW: (Qt.Key.Key_N, SHIFT),
    FigureKind.POINT: (Qt.Key.Key_P, SHIFT),
}


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'cases.db'}"


@pytest.fixture
def driver(qtbot: QtBot, url: str, small_study: tuple[Path, Truth]) -> Iterator[Driver]:
    """A baseline without findings; its day 0 is confirmed."""
    folder, truth = small_study
    driver = Driver(qtbot, url)
    driver.drop_folder(folder / "BL")
    driver.page.times.day0.setDate(QDate(truth.day0.year, truth.day0.month, truth.day0.day))
    driver.click(driver.page.times.confirm)
    yield driver
    driver.close()


@pytest.fixture
def view(driver: Driver, small_study: tuple[Path, Truth]) -> SliceView:
    """The arterial phase at the image on which IT1 is measured."""
    finding = small_study[1].timepoints[0].finding("IT1")
    assert finding is not None and finding.counted is not None
    shown = driver.view_of(finding.series_uid)
    driver.go_to_image(shown, finding.sop_uid)
    shown.setFocus()
    return shown


def at(view: SliceView, x: float, y: float) -> Point:
    """The place in the patient at a share of the view's width and height."""
    return view.projection().world_of_view(view.width() * x, view.height() * y)


def stroke(driver: Driver, view: SliceView, *places: tuple[float, float]) -> None:
    """Press at the first place, move through the others, release at the last (shares of the view)."""
    points = [QPointF(view.width() * x, view.height() * y) for x, y in places]
    none = Qt.MouseButton.NoButton
    steps = [(QEvent.Type.MouseButtonPress, points[0], LEFT, LEFT)]
    steps += [(QEvent.Type.MouseMove, point, none, LEFT) for point in points[1:]]
    steps += [(QEvent.Type.MouseButtonRelease, points[-1], LEFT, none)]
    for kind, point, button, held in steps:
        QApplication.sendEvent(view, QMouseEvent(kind, point, QPointF(view.mapToGlobal(point)), button, held, NO_KEYS))
    driver.settle()


STROKES: dict[FigureKind, Sequence[Sequence[tuple[float, float]]]] = {
    FigureKind.LENGTH: [[(0.4, 0.4), (0.5, 0.45), (0.6, 0.5)]],
    FigureKind.BIDIRECTIONAL: [[(0.4, 0.5), (0.5, 0.5), (0.65, 0.5)], [(0.5, 0.42), (0.5, 0.5), (0.52, 0.58)]],
    FigureKind.ELLIPSE: [[(0.45, 0.45), (0.5, 0.5), (0.55, 0.58)]],
    FigureKind.FREEHAND: [
        [(0.45, 0.45), (0.55, 0.44), (0.6, 0.5), (0.58, 0.57), (0.5, 0.6), (0.43, 0.55), (0.44, 0.48)]
    ],
    FigureKind.ANGLE: [[(0.6, 0.4), (0.45, 0.5)], [(0.6, 0.6)]],
    FigureKind.ARROW: [[(0.5, 0.5), (0.6, 0.4), (0.65, 0.35)]],
    FigureKind.POINT: [[(0.5, 0.5)]],
}


def draw(driver: Driver, view: SliceView, kind: FigureKind) -> Figure:
    """Press its key and draw it; an arrow's note is left empty."""
    key, modifiers = KEYS[kind]
    driver.key(key, modifiers, widget=view)
    for one in STROKES[kind]:
        stroke(driver, view, *one)
    if kind is FigureKind.ARROW:
        driver.key(Qt.Key.Key_Escape)
    return figures(driver)[-1]


def figures(driver: Driver) -> tuple[Figure, ...]:
    record = driver.session.record
    assert record is not None
    return record.figures_of("read-1", driver.session.selection.visit_id)


def shown(view: SliceView) -> list[tuple[str, LineStyle]]:
    return [(one.figure.id, one.figure.style) for one in view.visible_figures()]


def label(view: SliceView, figure: Figure) -> str:
    return next("\n".join(one.label) for one in view.visible_figures() if one.figure.id == figure.id)


def test_that_a_length_is_drawn_kept_shown_again_and_taken_back(
    qtbot: QtBot, driver: Driver, view: SliceView, url: str
) -> None:
    ends = at(view, 0.4, 0.4), at(view, 0.6, 0.5)
    figure = draw(driver, view, FigureKind.LENGTH)
    assert view.source is not None
    assert (figure.series_uid, figure.sop_uid) == (view.source.series_uid, view.source.sop_uid(view.state.index))
    assert figure.points == (pytest.approx(ends[0]), pytest.approx(ends[1]))
    assert view.tool is None, "one key, one figure"
    assert label(view, figure) == f"{length_mm(*ends):.1f}\N{THIN SPACE}mm"
    before = driver.session.record
    driver.close()

    again = Driver(qtbot, url)
    try:
        again.open_from_worklist(before.case_id if before else "")
        assert again.session.record == before
        seen = again.view_of(figure.series_uid)
        again.go_to_image(seen, figure.sop_uid)
        assert shown(seen) == [(figure.id, LineStyle.OWN)]
    finally:
        again.close()


def test_that_each_figure_is_drawn_by_its_key_undone_and_redone_and_changes_no_response(
    driver: Driver, view: SliceView, small_study: tuple[Path, Truth]
) -> None:
    mark_target(driver, view, small_study[1])
    before = driver.session.assessment
    for kind in FigureKind:
        figure = draw(driver, view, kind)
        assert figure.kind is kind
        assert shown(view) == [(figure.id, LineStyle.SELECTED)]
        assert label(view, figure) or kind is FigureKind.ARROW
        driver.key(Qt.Key.Key_Z, CONTROL, widget=view)
        assert figures(driver) == ()
        assert shown(view) == []
        assert view.selected_figure == ""
        driver.key(Qt.Key.Key_Y, CONTROL, widget=view)
        assert figures(driver) == (figure,)
        assert shown(view) == [(figure.id, LineStyle.OWN)]
        assert driver.session.assessment == before
        driver.key(Qt.Key.Key_Z, CONTROL, widget=view)


def mark_target(driver: Driver, view: SliceView, truth: Truth) -> None:
    """IT1 at baseline, drawn as it is."""
    finding = truth.timepoints[0].finding("IT1")
    assert finding is not None and finding.counted is not None
    driver.key(Qt.Key.Key_T, widget=view)
    driver.drag(view, finding.counted.start, finding.counted.end)


def test_that_the_key_pressed_twice_draws_many_and_escape_ends(driver: Driver, view: SliceView) -> None:
    driver.key(Qt.Key.Key_Q, widget=view)
    driver.key(Qt.Key.Key_Q, widget=view)
    for shift in (0.0, 0.05, 0.1):
        stroke(driver, view, (0.4, 0.4 + shift), (0.6, 0.4 + shift))
    assert len(figures(driver)) == 3
    driver.key(Qt.Key.Key_Escape, widget=view)
    assert view.tool is None
    window = view.state.width
    stroke(driver, view, (0.3, 0.7), (0.4, 0.75), (0.5, 0.8))
    assert len(figures(driver)) == 3
    assert view.state.width != window
    driver.key(Qt.Key.Key_A, SHIFT, widget=view)
    stroke(driver, view, (0.6, 0.6), (0.5, 0.7))
    assert view.busy
    driver.key(Qt.Key.Key_Escape, widget=view)
    assert (view.busy, view.tool) == (False, ToolKind.ANGLE), "Esc gives up the figure first, then the tool"
    driver.key(Qt.Key.Key_Escape, widget=view)
    assert view.tool is None
    assert len(figures(driver)) == 3


def test_that_an_end_is_dragged_and_nudged_and_the_whole_by_its_body(driver: Driver, view: SliceView) -> None:
    figure = draw(driver, view, FigureKind.LENGTH)
    stroke(driver, view, (0.6, 0.5), (0.63, 0.52), (0.65, 0.55))
    (dragged,) = figures(driver)
    assert dragged.points == (pytest.approx(figure.points[0]), pytest.approx(at(view, 0.65, 0.55)))
    driver.key(Qt.Key.Key_Right, widget=view)
    driver.key(Qt.Key.Key_Right, SHIFT, widget=view)
    assert figures(driver) == (dragged,), "the run of nudges goes on"
    driver.key(Qt.Key.Key_Z, CONTROL, widget=view)
    assert figures(driver) == (dragged,), "both nudges were one edit, which is taken back"
    driver.key(Qt.Key.Key_Right, widget=view)
    driver.key(Qt.Key.Key_Right, SHIFT, widget=view)
    driver.qtbot.waitUntil(lambda: figures(driver) != (dragged,))
    (nudged,) = figures(driver)
    right = view.projection().right
    assert minus(nudged.points[1], dragged.points[1]) == pytest.approx([1.1 * r for r in right])
    assert nudged.points[0] == dragged.points[0]
    middle = view.widget_point_of(
        (
            (nudged.points[0][0] + nudged.points[1][0]) / 2,
            (nudged.points[0][1] + nudged.points[1][1]) / 2,
            nudged.points[0][2],
        )
    )
    share = (middle.x() / view.width(), middle.y() / view.height())
    stroke(driver, view, share, (share[0] + 0.05, share[1] - 0.1))
    (moved,) = figures(driver)
    by = [minus(b, a) for a, b in zip(nudged.points, moved.points, strict=True)]
    assert by[0] == pytest.approx(by[1])
    assert length_mm(*moved.points) == pytest.approx(length_mm(*nudged.points), abs=1e-9)
    for _ in range(3):
        driver.key(Qt.Key.Key_Z, CONTROL, widget=view)
    assert figures(driver) == (figure,)


def test_that_the_short_line_stays_perpendicular_while_the_long_one_is_dragged(driver: Driver, view: SliceView) -> None:
    draw(driver, view, FigureKind.BIDIRECTIONAL)
    stroke(driver, view, (0.65, 0.5), (0.62, 0.56), (0.6, 0.62))
    (figure,) = figures(driver)
    assert figure.points[1] == pytest.approx(at(view, 0.6, 0.62))
    assert dot(minus(figure.points[1], figure.points[0]), minus(figure.points[3], figure.points[2])) == pytest.approx(
        0.0, abs=1e-6
    )


def test_that_delete_takes_out_the_selected_figure_and_no_finding(
    driver: Driver, view: SliceView, small_study: tuple[Path, Truth]
) -> None:
    mark_target(driver, view, small_study[1])
    draw(driver, view, FigureKind.ELLIPSE)
    driver.key(Qt.Key.Key_Delete, widget=view)
    assert figures(driver) == ()
    draw(driver, view, FigureKind.POINT)
    driver.wheel(view, 1)
    driver.click_lesion("IT1")
    assert driver.station.annotating.selected == "", "no key takes out a figure that is out of sight"
    record = driver.session.record
    read = record.read("read-1") if record else None
    assert read is not None and read.observation("BL", "IT1") is not None
    driver.key(Qt.Key.Key_Delete, widget=view)
    record = driver.session.record
    read = record.read("read-1") if record else None
    assert read is not None and read.observation("BL", "IT1") is None


def test_that_undo_and_delete_drop_what_is_half_drawn_before_they_touch_what_is_recorded(
    driver: Driver, view: SliceView, small_study: tuple[Path, Truth]
) -> None:
    mark_target(driver, view, small_study[1])
    driver.click_lesion("IT1")
    toast = driver.page.toast
    assert toast.isVisible() and toast.undo.isVisible()
    length = draw(driver, view, FigureKind.LENGTH)
    assert not toast.isVisible(), "its Undo would take back the length, of which it says nothing"

    def half_drawn() -> None:
        driver.key(*KEYS[FigureKind.BIDIRECTIONAL], widget=view)
        stroke(driver, view, (0.4, 0.5), (0.5, 0.5), (0.65, 0.5))
        assert view.busy, "the short line is still to come"

    recorded = driver.session.record
    for key, modifiers in ((Qt.Key.Key_Z, CONTROL), (Qt.Key.Key_Delete, NO_KEYS)):
        half_drawn()
        driver.key(key, modifiers, widget=view)
        assert not view.busy
        assert driver.session.record == recorded, "neither the length nor the finding of the selected lesion is touched"
        driver.key(Qt.Key.Key_Escape, widget=view)
    half_drawn()
    toast.undone.emit()
    assert not view.busy and length not in figures(driver), "a button that says what it takes back does so"


def test_that_an_arrow_says_what_is_typed_at_its_tail(driver: Driver, view: SliceView) -> None:
    driver.key(Qt.Key.Key_N, SHIFT, widget=view)
    stroke(driver, view, *STROKES[FigureKind.ARROW][0])
    editor = driver.window.focusWidget()
    for letter in "dew? 3":
        driver.key(letter, widget=editor)
    driver.key(Qt.Key.Key_Return, widget=editor)
    (figure,) = figures(driver)
    assert figure.note == "dew? 3"
    assert label(view, figure) == "dew? 3"
    assert driver.session.lesion is None


@pytest.mark.qt_log_ignore("This plugin does not support")
def test_that_a_key_opens_the_menu_of_the_selected_figure_wherever_it_is(driver: Driver, view: SliceView) -> None:
    driver.key(Qt.Key.Key_N, SHIFT, widget=view)
    stroke(driver, view, (0.2, 0.3), (0.25, 0.35), (0.3, 0.4))
    driver.key(Qt.Key.Key_Return, widget=driver.window.focusWidget())
    (figure,) = figures(driver)
    driver.key(Qt.Key.Key_BraceRight, widget=view)
    assert view.selected_figure == figure.id
    assert view.figure_at(QPointF(view.rect().center())) == "", "it lies elsewhere"
    driver.key(Qt.Key.Key_F10, SHIFT, widget=view)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    assert [entry.text() for entry in menu.actions()] == ["Edit the note", "Delete"]
    menu.close()


def test_that_ghosts_are_shown_in_the_other_phases_and_cannot_be_moved(driver: Driver, view: SliceView) -> None:
    figure = draw(driver, view, FigureKind.ELLIPSE)
    others = [driver.page.grid.views[n] for n in driver.page.grid.shown if driver.page.grid.views[n] is not view]
    ghosts = [other for other in others if shown(other) == [(figure.id, LineStyle.GHOST)]]
    assert ghosts
    assert label(ghosts[0], figure) != label(view, figure), "each measures its own image"
    stroke(driver, ghosts[0], (0.45, 0.515), (0.4, 0.6), (0.35, 0.7))
    assert figures(driver) == (figure,)
    driver.key(Qt.Key.Key_K, widget=view)
    assert [shown(other) for other in others] == [[] for _ in others]


def test_that_the_figures_of_a_time_point_are_gone_through(driver: Driver, view: SliceView) -> None:
    first = draw(driver, view, FigureKind.LENGTH)
    driver.wheel(view, 2)
    second = draw(driver, view, FigureKind.POINT)
    assert first.sop_uid != second.sop_uid
    driver.key(Qt.Key.Key_BraceRight, widget=view)
    assert (view.selected_figure, shown(view)) == (first.id, [(first.id, LineStyle.SELECTED)])
    driver.key(Qt.Key.Key_BraceLeft, widget=view)
    assert (view.selected_figure, shown(view)) == (second.id, [(second.id, LineStyle.SELECTED)])
    listed = driver.station.annotating.guide.listed()
    assert [figure_id for figure_id, _ in listed] == [first.id, second.id]
    assert listed[0][1].startswith("Length ")


def test_that_figures_on_computed_planes_are_flagged_and_found_again_and_no_diameter_is_drawn_there(
    qtbot: QtBot, driver: Driver, view: SliceView
) -> None:
    acquired = draw(driver, view, FigureKind.ELLIPSE)
    driver.key(Qt.Key.Key_M, CONTROL, widget=view)
    grid = driver.page.grid
    coronal = next(
        grid.views[n] for n in grid.shown if (source := grid.views[n].source) and derived_label(source) == "COR"
    )
    coronal.setFocus()
    figure = draw(driver, coronal, FigureKind.LENGTH)
    assert (figure.series_uid, figure.sop_uid, figure.derived) == (acquired.series_uid, "", "COR")
    assert label(coronal, figure).endswith("COR, not axial")
    before = driver.session.record
    driver.key(Qt.Key.Key_T, widget=coronal)
    stroke(driver, coronal, (0.4, 0.4), (0.5, 0.5))
    assert driver.session.record == before
    assert "COR is computed, not acquired" in driver.page.toast.message.text()
    driver.key(Qt.Key.Key_Escape, widget=coronal)
    driver.key(Qt.Key.Key_M, CONTROL, widget=coronal)
    driver.key(Qt.Key.Key_BraceRight, widget=grid.active)
    assert driver.station.annotating.selected == acquired.id
    driver.key(Qt.Key.Key_BraceRight, widget=grid.active)
    assert driver.station.annotating.selected == figure.id
    source = grid.active.source
    assert source is not None and derived_label(source) == "COR"


def test_that_a_length_becomes_the_diameter_of_the_selected_lesion_where_one_may_be_drawn(
    driver: Driver, view: SliceView, small_study: tuple[Path, Truth]
) -> None:
    mark_target(driver, view, small_study[1])
    figure = draw(driver, view, FigureKind.LENGTH)
    menu = driver.station.annotating.menu_of(figure, driver.page.grid.views.index(view))
    use = next(entry for entry in menu.actions() if entry.text() == "Use this length for IT1")
    use.trigger()
    driver.settle()
    reading = driver.session.reading
    assert reading is not None
    found = reading.finding("IT1", "BL")
    assert isinstance(found, Measured)
    assert found.diameter == Diameter.from_mm(length_mm(*figure.points))
    assert found.evidence[0].start == figure.points[0]
    assert shown(view) == []
    driver.key(Qt.Key.Key_Z, CONTROL, widget=view)
    assert [figure_id for figure_id, _ in shown(view)] == [figure.id]
    portal = driver.view_of(next(s.uid for s in small_study[1].timepoints[0].series if s.phase == "portal_venous"))
    portal.setFocus()
    wrong = draw(driver, portal, FigureKind.LENGTH)
    before = driver.session.record
    driver.station.annotating.use_length(wrong.id, *wrong.points)
    assert "portal venous phase" in driver.page.notice.message.text(), "refused as a diameter drawn there is"
    assert driver.session.record == before


def test_that_the_figures_of_a_signed_time_point_are_locked(driver: Driver, view: SliceView) -> None:
    figure = draw(driver, view, FigureKind.LENGTH)
    head = driver.session.store.head
    assert driver.session.do(VisitSigned("BL", "Reader 1", head, "mrecist-literal", ()))
    stroke(driver, view, (0.6, 0.5), (0.63, 0.52), (0.65, 0.55))
    assert figures(driver) == (figure,)
    assert shown(view) == [(figure.id, LineStyle.SELECTED)]
    driver.key(Qt.Key.Key_Right, widget=view)
    driver.key(Qt.Key.Key_Delete, widget=view)
    assert figures(driver) == (figure,)
    driver.key(Qt.Key.Key_Q, widget=view)
    assert view.tool is None
    entries = driver.page.tools.figures.entries
    assert not entries[FigureKind.LENGTH].isEnabled()
    assert "signed" in entries[FigureKind.LENGTH].toolTip()
