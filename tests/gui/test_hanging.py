"""Hanging, linking, phases, cine, planes and the second window, by keys and mouse, on the demonstration study."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QPointF, QSettings, Qt, QTimer
from PySide6.QtGui import QDropEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.actions import action
from app.demo.truth import Truth
from app.desks.tile_sources import base_of
from app.reading.stages import Stage
from mrecist.values import Point
from tests.support.driver import Driver
from viewers.tools.layout import FOUR, Layout
from viewers.widgets.marks import Chip, OverlayLevel
from viewers.widgets.plane_set import PlaneName
from viewers.widgets.reformat_source import ReformatSource
from viewers.widgets.slice_view import SliceView
from viewers.widgets.view_grid import series_mime

CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
LEFT, NO_KEYS = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'cases.db'}"


@pytest.fixture
def driver(qtbot: QtBot, url: str, small_study: tuple[Path, Truth]) -> Iterator[Driver]:
    """The first follow-up beside the baseline; every image that hangs has been read."""
    driver = Driver(qtbot, url)
    for visit in ("BL", "FU1"):
        driver.drop_folder(small_study[0] / visit)
    open_follow_up(driver)
    yield driver
    driver.close()


def open_follow_up(driver: Driver) -> None:
    driver.station.desk.show_reading()
    driver.session.select_visit("FU1")
    wait_for_images(driver)


def wait_for_images(driver: Driver) -> None:
    def read() -> bool:
        bases = [base_of(view.source) for view in driver.page.grid.views]
        return all(base is None or base.complete for base in bases)

    driver.qtbot.waitUntil(read, timeout=30_000)
    driver.settle()


def shown(driver: Driver) -> list[str]:
    """The phase letters of each view in sight, as its chip tells them."""
    entries = [driver.page.grid.views[n].texts.top_right for n in driver.page.grid.shown]
    return [next(e[0].text for e in entry if isinstance(e, tuple)) for entry in entries]


def hung_series(driver: Driver) -> list[str]:
    """The series of each view; empty without one."""
    bases = [base_of(view.source) for view in driver.page.grid.views]
    return [base.series_uid if base else "" for base in bases]


def link_words(view: SliceView) -> str:
    """What the chip says of the view's link; empty without one."""
    chips = [entry for entry in view.texts.top_right if isinstance(entry, Chip)]
    return chips[-1].text if chips else ""


def chips(view: SliceView) -> list[str]:
    """The chips that stand beside each other: the phase, and what is computed from it."""
    return [chip.text for entry in view.texts.top_right if isinstance(entry, tuple) for chip in entry]


def click(view: SliceView, place: Point) -> None:
    QTest.mouseClick(view, LEFT, NO_KEYS, view.widget_point_of(place).toPoint())


# --- hanging --------------------------------------------------------------------------------------------------


def test_that_space_and_the_stops_step_through_the_stages_that_are_offered(driver: Driver) -> None:
    images, view = driver.station.images, driver.page.grid.active
    assert (images.stage, shown(driver)) == (Stage.PRIOR_CURRENT, ["AP", "AP", "PVP", "PVP"])
    seen = []
    for key in (Qt.Key.Key_Space, Qt.Key.Key_Period, Qt.Key.Key_Space):
        driver.key(key, widget=driver.page.grid.active)
        seen.append(images.stage)
    assert seen == [Stage.ENHANCEMENT, Stage.STRIP, Stage.CHEST]
    driver.key(Qt.Key.Key_Comma, widget=driver.page.grid.active)
    assert images.stage is Stage.STRIP
    assert view.isVisible()


@pytest.mark.parametrize(
    ("key", "layout"),
    [
        ("1", Layout(1, 1)),
        ("2", Layout(1, 2)),
        ("3", Layout(1, 3)),
        ("4", FOUR),
        ("6", Layout(2, 3)),
        ("9", Layout(3, 3)),
    ],
)
def test_that_a_key_chooses_each_layout(driver: Driver, key: str, layout: Layout) -> None:
    driver.key(key, CONTROL, widget=driver.page.grid.active)
    grid = driver.page.grid
    assert (grid.layout_wanted, grid.layout_shown, len(grid.shown)) == (layout, layout, layout.count)
    assert driver.page.tools.layouts.entries[layout].isChecked()
    if layout.count > 4:
        placeholder = grid.views[4].placeholder
        assert placeholder is not None
        assert placeholder.text.startswith("Empty. Drag a series here")


def test_that_views_without_room_are_a_key_away(driver: Driver) -> None:
    driver.window.resize(1280, 800)
    driver.settle()
    driver.key("9", CONTROL, widget=driver.page.grid.active)
    grid, pages = driver.page.grid, driver.page.tools.pages
    assert grid.shown == (0, 1, 2, 3)
    assert pages.isVisible()
    driver.key(Qt.Key.Key_PageDown, CONTROL, widget=grid.active)
    assert grid.shown == (4, 5, 6, 7)
    driver.click(pages.on)
    assert grid.shown == (8,)
    driver.click(pages.on)
    assert grid.shown == (0, 1, 2, 3)


def test_that_one_view_shows_the_active_one_and_the_others_are_a_key_away(driver: Driver) -> None:
    grid = driver.page.grid
    assert (grid.shown, grid.active_index, shown(driver)[1]) == ((0, 1, 2, 3), 1, "AP")
    driver.key("1", CONTROL, widget=grid.active)
    assert (grid.shown, shown(driver)) == ((1,), ["AP"])
    assert driver.page.tools.pages.isVisible()
    for there in ((2,), (3,), (0,), (1,)):
        driver.key(Qt.Key.Key_PageDown, CONTROL, widget=grid.active)
        assert grid.shown == there
    driver.key("4", CONTROL, widget=grid.active)
    assert (grid.shown, grid.active_index) == ((0, 1, 2, 3), 1)


def test_that_a_series_dropped_on_a_tile_hangs_there_as_it_is(driver: Driver) -> None:
    record, grid = driver.session.record, driver.page.grid
    assert record is not None
    uid = next(ref.uid for ref in record.series if ref.phase == "delayed" and ref.uid in record.visits[0].series)
    place = QPointF(grid.views[3].geometry().center())
    data = series_mime(uid)  # the event does not keep it
    drop = QDropEvent(place, Qt.DropAction.CopyAction, data, LEFT, NO_KEYS)
    grid.dropEvent(drop)  # Qt itself sends a drop only while a drag is under way
    wait_for_images(driver)
    source = grid.views[3].source
    assert source is not None
    assert source.series_uid == uid
    assert shown(driver)[3] == "DP"


# --- phases ---------------------------------------------------------------------------------------------------


def test_that_a_phase_key_keeps_place_zoom_and_mirroring_and_takes_its_own_window(driver: Driver) -> None:
    view = driver.page.grid.active
    driver.wheel(view, 3)
    driver.key(Qt.Key.Key_H, widget=view)
    view.set_framing(type(view.projection().framing)((120.0, 90.0), 4.0, flip_h=True))
    before, place = view.state, view.projection().world_of_view(40.0, 60.0)
    driver.key(Qt.Key.Key_S, widget=view)
    wait_for_images(driver)
    assert shown(driver)[1] == "PVP"
    now = view.state.framing
    assert now is not None
    assert (view.state.index, now.px_per_mm, now.flip_h) == (before.index, 4.0, True)
    assert now.centre_mm == pytest.approx((120.0, 90.0))
    assert view.projection().world_of_view(40.0, 60.0) == pytest.approx(place)
    assert (view.state.width, view.state.center) == (150, 90)
    driver.key(Qt.Key.Key_A, widget=view)
    assert (view.state.width, view.state.center, view.state.index) == (200, 60, before.index)


def test_that_the_old_phase_stays_in_sight_until_the_new_one_is_read(driver: Driver) -> None:
    view = driver.page.grid.active
    old = view.source
    driver.key(Qt.Key.Key_F, widget=view)  # the delayed phase does not hang yet: it has to be read
    if view.source is old:
        assert view.note == "Reading DP …"
        assert not view.grab().isNull()
        driver.qtbot.waitUntil(lambda: view.source is not old, timeout=10_000)
    assert view.source is not None
    assert view.source.ready(view.state.index)
    assert view.note == ""
    assert shown(driver)[1] == "DP"


def test_that_alt_and_the_wheel_step_through_the_phases_in_the_order_of_contrast(driver: Driver) -> None:
    view, index = driver.page.grid.active, driver.page.grid.active.state.index
    place, no_button = QPointF(view.rect().center()), Qt.MouseButton.NoButton
    seen = []
    for _ in range(3):
        turn = QPoint(-120, 0)  # with Alt, Qt reports the wheel sideways
        where = QPointF(view.mapToGlobal(place.toPoint()))
        alt = Qt.KeyboardModifier.AltModifier
        event = QWheelEvent(place, where, QPoint(), turn, no_button, alt, Qt.ScrollPhase.NoScrollPhase, False)
        QApplication.sendEvent(view, event)
        driver.qtbot.waitUntil(lambda: view.note == "", timeout=10_000)
        seen.append(shown(driver)[1])
    assert seen == ["PVP", "DP", "PRE"]
    assert view.state.index == index


def test_that_a_phase_that_is_not_there_is_told_and_nothing_changes(driver: Driver) -> None:
    view, uid = driver.page.grid.active, driver.station.images.tiles[1].series_uid
    driver.station.images.phases.show(list(type(driver.station.images.phases.phases()[0]))[-1])
    assert "Hepatobiliary phase missing at FU1" in driver.page.toast.message.text()
    assert driver.station.images.tiles[1].series_uid == uid
    assert view.note == ""


# --- windows --------------------------------------------------------------------------------------------------


def test_that_a_window_is_kept_under_a_number_and_given_back(driver: Driver) -> None:
    view = driver.page.grid.active
    view.set_window(77.0, 333.0)
    driver.station.images.windows.keep_preset(3)
    driver.key(Qt.Key.Key_1, widget=view)
    assert (view.state.width, view.state.center) == (400, 40)
    driver.key(Qt.Key.Key_3, widget=view)
    assert (view.state.width, view.state.center) == (333, 77)
    driver.station.images.windows.reset_presets()
    driver.key(Qt.Key.Key_3, widget=view)
    assert (view.state.width, view.state.center) == (200, 60)
    source = view.source
    assert source is not None
    driver.qtbot.waitUntil(lambda: all(source.ready(k) for k in range(source.count)), timeout=30_000)
    driver.key(Qt.Key.Key_9, widget=view)
    driver.qtbot.waitUntil(lambda: view.state.width == 150, timeout=30_000)
    assert view.state.center == pytest.approx(84, abs=8), "ten above the liver, which has 74 HU in this phase"


# --- linking --------------------------------------------------------------------------------------------------


def test_that_a_place_pinned_on_both_links_two_time_points_and_is_remembered(
    qtbot: QtBot, driver: Driver, url: str
) -> None:
    grid = driver.page.grid
    prior, current = grid.views[0], grid.views[1]
    assert link_words(prior) == "not linked: pin one place"
    driver.key(Qt.Key.Key_P, widget=current)
    a = prior.projection().world_of_view(prior.width() / 2, prior.height() / 2)
    driver.key(Qt.Key.Key_Return, widget=current)  # the middle of the view
    click(prior, (a[0] - 10.0, a[1] + 5.0, a[2]))
    assert not driver.station.images.linking.pinning
    driver.key(Qt.Key.Key_Z, CONTROL, widget=current)
    grid.activate(1)
    driver.settle()
    assert link_words(prior) == "not linked: pin one place", "the pin was taken back"
    driver.key(Qt.Key.Key_Y, CONTROL, widget=current)
    grid.activate(1)
    driver.settle()
    assert link_words(prior) == "linked · pin"
    steps = 4
    start_prior, start = prior.state.index, current.state.index
    driver.wheel(current, steps)
    assert prior.state.index - start_prior == current.state.index - start != 0
    driver.close()
    again = Driver(qtbot, url)
    try:
        again.open_from_worklist("HEP-0142")
        open_follow_up(again)
        assert link_words(again.page.grid.views[0]) == "linked · pin"
    finally:
        again.close()
    kept = QSettings()
    texts = " ".join(str(kept.value(key)) for key in kept.allKeys())
    assert current.source is None or (current.source.frame_of_reference_uid or "?") not in texts
    assert "HEP-0142" not in texts


def test_that_esc_gives_a_pin_up_and_a_tool_takes_the_pointer_over(driver: Driver) -> None:
    view, linking = driver.page.grid.active, driver.station.images.linking
    driver.key(Qt.Key.Key_P, widget=view)
    assert linking.pinning
    driver.key(Qt.Key.Key_Escape, widget=view)
    assert not linking.pinning
    driver.key(Qt.Key.Key_P, widget=view)
    driver.key(Qt.Key.Key_W, widget=view)
    assert not linking.pinning
    assert driver.station.measuring.intent is not None


def test_that_two_clicks_in_one_examination_pin_nothing(driver: Driver) -> None:
    current, portal = driver.page.grid.views[1], driver.page.grid.views[3]
    driver.key(Qt.Key.Key_P, widget=current)
    for view in (current, portal):
        click(view, view.projection().world_of_view(view.width() / 2, view.height() / 2))
    assert driver.station.images.linking.pinning
    assert "same examination" in driver.page.toast.message.text()


# --- cine -----------------------------------------------------------------------------------------------------


def test_that_cine_plays_the_images_until_a_key_or_a_press(driver: Driver) -> None:
    view, cine = driver.page.grid.active, driver.station.images.cine
    cine.set_rate(30)
    driver.key(Qt.Key.Key_C, widget=view)
    before = view.state.index
    driver.qtbot.waitUntil(lambda: view.state.index != before)
    assert driver.page.tools.cine.isVisible()
    driver.key(Qt.Key.Key_O, widget=view)
    assert cine.playing is None
    driver.key(Qt.Key.Key_C, widget=view)
    assert cine.playing is not None
    driver.click(view)
    assert cine.playing is None
    driver.key(Qt.Key.Key_C, widget=view)
    driver.key(Qt.Key.Key_C, widget=view)
    assert cine.playing is None
    driver.key(Qt.Key.Key_C, widget=view)
    driver.key(Qt.Key.Key_Space, widget=view)
    assert cine.playing is None
    assert not driver.page.tools.cine.isVisible()


def test_that_the_rate_is_kept_and_changes_while_it_plays(driver: Driver) -> None:
    view, cine, control = driver.page.grid.active, driver.station.images.cine, driver.page.tools.cine
    driver.key(Qt.Key.Key_C, widget=view)
    before = cine.rate
    driver.click(control.faster)
    assert (cine.rate, cine.playing is not None) == (before + 1, True)
    driver.key("]", CONTROL, widget=view)
    assert (cine.rate, cine.playing is not None) == (before + 2, True)
    driver.click(control.stop)
    assert cine.playing is None
    assert driver.station.images.memory.cine_rate == before + 2


def test_that_the_phases_play_to_and_fro_at_one_place(driver: Driver) -> None:
    driver.key(Qt.Key.Key_Comma, widget=driver.page.grid.active)  # all four phases hang, and are read
    wait_for_images(driver)
    view, cine = driver.page.grid.active, driver.station.images.cine
    driver.wheel(view, 2)
    index, seen = view.state.index, [shown(driver)[1]]

    def notice() -> bool:
        if (now := shown(driver)[1]) != seen[-1]:
            seen.append(now)
        return len(seen) >= 6

    cine.set_rate(8)
    driver.key(Qt.Key.Key_C, SHIFT, widget=view)
    driver.qtbot.waitUntil(notice, timeout=20_000)
    driver.key(Qt.Key.Key_Escape, widget=view)
    order = ["PRE", "AP", "PVP", "DP"]
    steps = [abs(order.index(b) - order.index(a)) for a, b in pairwise(seen)]
    assert set(steps) <= {1, 2}  # a picture that is late is left out, never more than turned round
    assert view.state.index == index
    assert cine.playing is None


@pytest.mark.parametrize(("key", "phase"), [("phase.pre", "PRE"), ("phase.next", "PVP"), ("phase.previous", "PRE")])
def test_that_actions_step_through_the_phases_as_alt_and_the_wheel_do(driver: Driver, key: str, phase: str) -> None:
    assert shown(driver)[1] == "AP"
    action(key).run(driver.station)
    driver.qtbot.waitUntil(lambda: shown(driver)[1] == phase, timeout=10_000)


def test_that_keys_step_through_the_phases_and_make_one_view_large(driver: Driver) -> None:
    grid, alt = driver.page.grid, Qt.KeyboardModifier.AltModifier
    driver.key(Qt.Key.Key_Right, alt, widget=grid.active)
    driver.qtbot.waitUntil(lambda: shown(driver)[1] == "PVP", timeout=10_000)
    driver.key(Qt.Key.Key_Left, alt, widget=grid.active)
    driver.qtbot.waitUntil(lambda: shown(driver)[1] == "AP", timeout=10_000)
    driver.key(Qt.Key.Key_F11, widget=grid.active)
    assert grid.shown == (1,)
    driver.key(Qt.Key.Key_F11, widget=grid.active)
    assert grid.shown == (0, 1, 2, 3)
    record = driver.session.record
    visit = record.visit("FU1") if record else None
    assert visit is not None
    listed = [uid for uid in driver.page.rail.items if uid in visit.series]  # in the order of the list at the left
    here = hung_series(driver)[1]
    assert shown(driver)[1] == "AP"
    driver.key(Qt.Key.Key_PageDown, widget=grid.active)
    after = listed[(listed.index(here) + 1) % len(listed)]
    driver.qtbot.waitUntil(lambda: hung_series(driver)[1] == after, timeout=10_000)
    driver.key(Qt.Key.Key_PageUp, widget=grid.active)
    driver.qtbot.waitUntil(lambda: hung_series(driver)[1] == here, timeout=10_000)


# --- a line under way -----------------------------------------------------------------------------------------

FINISH = "Finish the line first, or press Esc."
TOOLS = pytest.mark.parametrize("tool", ["measure.target", "figure.length"])


def begin_line(driver: Driver, tool: str) -> SliceView:
    """The first end of a line is set in the active view; the second is not."""
    view = driver.page.grid.active
    action(tool).run(driver.station)
    place = view.rect().center() - QPoint(40, 30)
    QTest.mouseClick(view, LEFT, NO_KEYS, place)
    QTest.mouseMove(view, place + QPoint(30, 20))
    driver.settle()
    assert view.busy
    return view


@TOOLS
@pytest.mark.parametrize(
    ("key", "held"),
    [("F", NO_KEYS), (Qt.Key.Key_PageDown, NO_KEYS), ("M", CONTROL), ("6", CONTROL), (Qt.Key.Key_Space, NO_KEYS)],
)
def test_that_nothing_else_hangs_while_a_line_is_under_way(
    driver: Driver, tool: str, key: Qt.Key | str, held: Qt.KeyboardModifier
) -> None:
    images, told = driver.station.images, []
    view = begin_line(driver, tool)
    images.told.connect(told.append)
    source, before = view.source, (images.stage, images.tiles, driver.page.grid.layout_wanted)
    driver.key(key, held, widget=view)
    assert view.busy
    assert view.source is source
    assert (images.stage, images.tiles, driver.page.grid.layout_wanted) == before
    assert told == [FINISH]


@TOOLS
def test_that_a_series_dropped_on_a_view_does_not_end_a_line(driver: Driver, tool: str) -> None:
    view, told = begin_line(driver, tool), []
    driver.station.images.told.connect(told.append)
    tiles, record = driver.station.images.tiles, driver.session.record
    assert record is not None
    for number in (1, 3):
        driver.page.grid.series_dropped.emit(number, record.visits[0].series[-1])
    driver.settle()
    assert view.busy
    assert driver.station.images.tiles == tiles
    assert told == [FINISH, FINISH]


@TOOLS
def test_that_a_series_hung_in_its_own_view_does_not_end_a_line(driver: Driver, tool: str) -> None:
    images = driver.station.images
    view, tiles = begin_line(driver, tool), driver.station.images.tiles
    record = driver.session.record
    assert record is not None
    images.hang_series(driver.page.grid.active_index, record.visits[1].series[0])
    assert (view.busy, images.tiles) == (True, tiles)


@TOOLS
def test_that_links_windows_and_one_large_view_leave_a_line_under_way(driver: Driver, tool: str) -> None:
    view, width = begin_line(driver, tool), driver.page.grid.active.state.width
    for key, held in (("L", CONTROL), ("L", CONTROL | SHIFT), ("5", NO_KEYS), (Qt.Key.Key_F11, NO_KEYS)):
        driver.key(key, held, widget=view)
        assert view.busy, key
    assert view.state.width != width
    assert not driver.station.images.display.linked
    driver.window.resize(1100, 800)
    driver.settle()
    assert view.busy
    driver.key(Qt.Key.Key_Escape, widget=view)
    assert not view.busy


# --- planes ---------------------------------------------------------------------------------------------------


def test_that_the_planes_of_a_series_hang_about_one_place_and_go_again(driver: Driver) -> None:
    grid, images = driver.page.grid, driver.station.images
    stage = images.stage
    driver.key(Qt.Key.Key_M, CONTROL, widget=grid.active)
    assert images.stage is Stage.PLANES
    assert [chips(view) for view in grid.views[:4]] == [
        ["AP"],
        ["AP", "COR", "not axial"],
        ["AP", "SAG", "not axial"],
        ["AP", "OBL", "not axial"],
    ]
    before = grid.views[1].state.index
    axial = grid.views[0]
    place = axial.projection().world_of_view(axial.width() / 2 - 90, axial.height() / 2 + 50)  # on no line
    click(axial, place)
    driver.settle()
    plane = grid.views[1].plane
    assert grid.views[1].state.index != before
    assert plane is not None
    assert abs(plane.distance_mm(place)) <= 1.8  # half of it is the distance to the nearest plane
    driver.key(Qt.Key.Key_M, SHIFT, widget=grid.active)
    assert any(
        "MIP 10 mm" in chip.text
        for entry in grid.views[1].texts.top_right
        if isinstance(entry, tuple)
        for chip in entry
    )
    driver.key(Qt.Key.Key_M, CONTROL, widget=grid.active)
    assert images.stage is stage
    assert not images.planes.localiser.on


def test_that_going_back_from_the_planes_hangs_what_the_reader_had_hung(driver: Driver) -> None:
    grid, images = driver.page.grid, driver.station.images
    driver.key("6", CONTROL, widget=grid.active)
    record = driver.session.record
    assert record is not None
    delayed = [ref.uid for ref in record.series if ref.phase == "delayed"]
    for number, uid in ((0, delayed[0]), (5, delayed[1])):
        images.hang_series(number, uid)
    grid.activate(5)
    wait_for_images(driver)
    before = (images.stage, images.tiles, grid.layout_wanted, grid.active_index)
    sources = hung_series(driver)
    assert sources[5] == delayed[1]
    driver.key(Qt.Key.Key_M, CONTROL, widget=grid.active)
    assert images.stage is Stage.PLANES
    driver.key(Qt.Key.Key_M, CONTROL, widget=grid.active)
    wait_for_images(driver)
    assert (images.stage, images.tiles, grid.layout_wanted, grid.active_index) == before
    assert hung_series(driver) == sources
    grid.toggle_maximised()
    for _ in range(2):
        driver.key(Qt.Key.Key_M, CONTROL, widget=grid.active)
    assert grid.shown == (5,)


def test_that_a_phase_key_shows_the_planes_of_that_phase(driver: Driver) -> None:
    grid, images = driver.page.grid, driver.station.images
    driver.key(Qt.Key.Key_M, CONTROL, widget=grid.active)
    driver.key(Qt.Key.Key_S, widget=grid.active)
    driver.qtbot.waitUntil(lambda: shown(driver) == ["PVP"] * 4, timeout=10_000)
    assert images.stage is Stage.PLANES


def test_that_a_plane_that_takes_long_is_fine_soon_after_it_rests(
    driver: Driver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("viewers.widgets.reformat_source.AT_ONCE", 5_000)
    grid = driver.page.grid
    driver.key(Qt.Key.Key_M, CONTROL, widget=grid.active)
    oblique = grid.views[list(PlaneName).index(PlaneName.OBLIQUE)]
    source, k = oblique.source, oblique.state.index
    assert isinstance(source, ReformatSource)
    coarse = source.at_once(k).pixels
    driver.qtbot.waitUntil(lambda: not source.is_coarse(k), timeout=10_000)
    assert (source.at_once(k).pixels != coarse).any()


def test_that_the_crosshair_brings_every_view_of_the_space_to_one_place(driver: Driver) -> None:
    grid = driver.page.grid
    driver.key("9", CONTROL, widget=grid.active)
    driver.key(Qt.Key.Key_X, widget=grid.active)
    assert grid.views[1].crosshair is not None
    assert grid.views[3].crosshair is not None
    assert grid.views[0].crosshair is None  # another examination, and nothing links it
    driver.key(Qt.Key.Key_X, widget=grid.active)
    assert grid.views[1].crosshair is None


# --- second window, restart -----------------------------------------------------------------------------------


def test_that_the_images_have_their_own_window_in_which_the_keys_work(driver: Driver) -> None:
    second, grid = driver.station.second_window, driver.page.grid
    driver.key(Qt.Key.Key_W, CONTROL | SHIFT, widget=grid.active)
    assert second.detached
    assert grid.window() is second.window
    driver.qtbot.waitExposed(second.window)
    second.window.activateWindow()
    stage = driver.station.images.stage
    driver.key(Qt.Key.Key_Space, widget=grid.active)
    assert driver.station.images.stage is not stage
    second.window.close()
    assert not second.detached
    assert grid.window() is driver.window
    assert grid.isVisible()
    driver.key(Qt.Key.Key_W, CONTROL | SHIFT, widget=grid.active)
    driver.key(Qt.Key.Key_W, CONTROL | SHIFT, widget=grid.active)
    assert grid.window() is driver.window


@pytest.mark.parametrize("leave", ["main window", "quit"])
def test_that_leaving_the_program_keeps_the_second_window_for_the_next_start(driver: Driver, leave: str) -> None:
    """The end of an event loop closes the second window too, which is no wish of the reader's."""
    application, second = QApplication.instance(), driver.station.second_window
    assert isinstance(application, QApplication)
    second.detach()
    driver.qtbot.waitExposed(second.window)
    QTimer.singleShot(50, driver.window.close if leave == "main window" else application.quit)
    stuck = QTimer(singleShot=True, interval=20_000)
    stuck.timeout.connect(lambda: application.exit(1))
    stuck.start()
    assert application.exec() == 0
    stuck.stop()
    assert not second.window.isVisible()
    driver.settle()
    assert driver.station.images.memory.is_on("second_window", False)


def test_that_the_second_window_closed_by_its_button_stays_closed(driver: Driver) -> None:
    second, memory = driver.station.second_window, driver.station.images.memory
    second.detach()
    assert memory.is_on("second_window", False)
    second.window.close()
    driver.settle()
    assert not second.detached
    assert not memory.is_on("second_window", True)


def test_that_layout_stage_links_overlay_and_second_window_are_there_after_a_restart(
    qtbot: QtBot, driver: Driver, url: str
) -> None:
    view = driver.page.grid.active
    for key, held in (("6", CONTROL), (Qt.Key.Key_L, CONTROL), (Qt.Key.Key_L, CONTROL | SHIFT), (Qt.Key.Key_X, SHIFT)):
        driver.key(key, held, widget=view)
    driver.key(Qt.Key.Key_O, widget=view)
    driver.station.images.choose_stage(Stage.CHEST)
    driver.key("6", CONTROL, widget=driver.page.grid.active)
    driver.key(Qt.Key.Key_W, CONTROL | SHIFT, widget=driver.page.grid.active)
    driver.close()
    again = Driver(qtbot, url)
    try:
        again.open_from_worklist("HEP-0142")
        again.session.select_visit("BL")
        again.settle()
        again.session.select_visit("FU1")
        images, grid = again.station.images, again.page.grid
        assert again.station.second_window.detached
        assert (images.display.linked, images.display.windows_linked, images.planes.lines_on) == (False, True, False)
        assert grid.active.state.overlay is OverlayLevel.MINIMAL
    finally:
        again.close()


def test_that_the_last_stage_and_its_layout_hang_first_after_a_restart(qtbot: QtBot, driver: Driver, url: str) -> None:
    driver.session.select_visit("BL")
    wait_for_images(driver)
    driver.station.images.choose_stage(Stage.CHEST)
    driver.key("1", CONTROL, widget=driver.page.grid.active)
    driver.close()
    again = Driver(qtbot, url)
    try:
        again.open_from_worklist("HEP-0142")  # it opens at the baseline: nothing is read yet
        images, grid = again.station.images, again.page.grid
        assert again.session.selection.visit_id == "BL"
        assert (images.stage, grid.layout_wanted) == (Stage.CHEST, Layout(1, 1))
    finally:
        again.close()
