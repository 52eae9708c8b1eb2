"""Everything can be reached, seen and named without the mouse, on every page of the real window."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QDate, QPoint, QRect, Qt, QTimer
from PySide6.QtGui import QAccessible, QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QMenu, QWidget
from pytestqt.qtbot import QtBot
from shiboken6 import isValid

from app.demo.truth import Truth
from app.focus import into_sight, tab_stops
from app.reading_page import RightPage
from tests.support.driver import Driver

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")
NONE, SHIFT = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier
PAGES = (
    "empty worklist",
    "worklist",
    "time points",
    "baseline",
    "lesion",
    "decision",
    "clinical",
    "signature",
    "versions",
    "mode",
)


@pytest.fixture
def driver(qtbot: QtBot, tmp_path: Path) -> Iterator[Driver]:
    driver = Driver(qtbot, f"sqlite:///{tmp_path / 'cases.db'}")
    driver.window.activateWindow()
    yield driver
    driver.close()


def pages(driver: Driver, study: tuple[Path, Truth]) -> Iterator[str]:
    """Walk through the pages of the window; each name is told when its page is in sight."""
    folder, truth = study
    driver.qtbot.waitUntil(driver.window.worklist.empty.isVisible)
    yield "empty worklist"
    driver.drop_folder(folder / "BL")
    yield "time points"
    driver.page.times.day0.setDate(QDate(truth.day0.year, truth.day0.month, truth.day0.day))
    driver.click(driver.page.times.confirm)
    yield "baseline"
    finding = truth.timepoints[0].finding("IT1")
    assert finding is not None and finding.counted is not None
    view = driver.view_of(finding.series_uid)
    driver.go_to_image(view, finding.sop_uid)
    driver.key(Qt.Key.Key_T, widget=view)
    driver.drag(view, finding.counted.start, finding.counted.end)
    driver.click_lesion("IT1")
    yield "lesion"
    driver.key(Qt.Key.Key_Backslash, widget=driver.page.grid.active)
    yield "decision"
    driver.key(Qt.Key.Key_Backslash, widget=driver.page.grid.active)
    driver.key(Qt.Key.Key_D, Qt.KeyboardModifier.ControlModifier, widget=driver.page.grid.active)
    assert driver.page.right_page is RightPage.CLINICAL
    yield "clinical"
    driver.key(Qt.Key.Key_Escape, widget=driver.page.grid.active)
    driver.key(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier, widget=driver.page.grid.active)
    assert driver.page.sheet.isVisible()
    yield "signature"
    driver.key(Qt.Key.Key_Escape, widget=driver.page.grid.active)
    driver.station.wiring.actions.of("visit.versions").trigger()
    assert driver.page.right_page is RightPage.VERSIONS
    yield "versions"
    driver.key(Qt.Key.Key_Escape, widget=driver.page.grid.active)
    driver.station.wiring.actions.of("read.mode").trigger()
    assert driver.page.right_page is RightPage.MODE
    yield "mode"
    driver.key(Qt.Key.Key_Escape, widget=driver.page.grid.active)
    driver.key(Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier, widget=driver.page.grid.active)
    driver.qtbot.waitUntil(lambda: bool(driver.window.worklist.table_model.lines))
    yield "worklist"


def spoken(widget: QWidget) -> str:
    """What a screen reader calls the widget."""
    told = QAccessible.queryAccessibleInterface(widget)
    return str(told.text(QAccessible.Text.Name)) if told is not None else ""


def described(widget: QWidget) -> str:
    return f"{type(widget).__name__} {spoken(widget)!r} in {type(widget.parentWidget()).__name__}"


def windows() -> list[QWidget]:
    return [window for window in QApplication.topLevelWidgets() if window.isVisible()]


def test_that_every_stop_of_tab_has_a_name_on_every_page(driver: Driver, small_study: tuple[Path, Truth]) -> None:
    nameless, seen = [], []
    for page in pages(driver, small_study):
        seen.append(page)
        nameless += [(page, described(stop)) for window in windows() for stop in tab_stops(window) if not spoken(stop)]
    driver.station.keys.show_sheet()
    driver.station.keys.show_editor()
    driver.station.show_about()
    nameless += [("windows", described(s)) for window in windows() for s in tab_stops(window) if not spoken(s)]
    assert nameless == []
    assert sorted(seen) == sorted(PAGES)


def test_that_tab_goes_round_all_stops_of_every_page_and_back(driver: Driver, small_study: tuple[Path, Truth]) -> None:
    for page in pages(driver, small_study):
        stops = tab_stops(driver.window)
        for key, held, order in ((Qt.Key.Key_Tab, NONE, stops), (Qt.Key.Key_Backtab, SHIFT, stops[::-1])):
            order[-1].setFocus()
            gone: list[QWidget] = []
            for _ in range(2 * len(order) + 6):
                press_tab(key, held)
                focused = driver.window.focusWidget()
                assert focused is not None
                if not gone or focused is not gone[-1]:  # a date is left after its year, month and day
                    gone.append(focused)
                if len(gone) == len(order):
                    break
            assert [described(stop) for stop in gone] == [described(stop) for stop in order], page


def press_tab(key: Qt.Key, held: Qt.KeyboardModifier = NONE) -> None:
    focused = QApplication.focusWidget()
    assert focused is not None
    QTest.keyClick(focused, key, held)


def test_that_tab_reads_time_points_series_tools_images_then_the_reading(
    driver: Driver, small_study: tuple[Path, Truth]
) -> None:
    for page in pages(driver, small_study):
        if page == "lesion":
            break
    parts = [driver.page.timepoints, driver.page.rail, driver.page.tools, driver.page.grid, driver.page.right]
    stops = tab_stops(driver.page)
    number_of = [next(n for n, part in enumerate(parts) if part.isAncestorOf(s) or part is s) for s in stops]
    assert number_of == sorted(number_of)
    assert set(number_of) == {0, 1, 2, 3, 4}


def test_that_the_focus_can_be_seen_on_every_stop_of_every_page(
    driver: Driver, small_study: tuple[Path, Truth]
) -> None:
    unseen = []
    for page in pages(driver, small_study):
        for stop in tab_stops(driver.window):
            if not isValid(stop):
                continue  # a row that was made anew meanwhile
            driver.window.setFocus()
            into_sight(stop)
            QApplication.processEvents()
            before = driver.window.grab(in_window(stop)).toImage()
            stop.setFocus(Qt.FocusReason.TabFocusReason)
            QApplication.processEvents()
            if driver.window.grab(in_window(stop)).toImage() == before:
                unseen.append((page, described(stop)))
    assert unseen == []


def in_window(widget: QWidget) -> QRect:
    return widget.rect().translated(widget.mapTo(widget.window(), QPoint(0, 0)))


@pytest.mark.parametrize(("key", "held"), [(Qt.Key.Key_F10, SHIFT)], ids=["Shift+F10"])
def test_that_the_menu_of_a_view_and_of_a_series_opens_without_the_mouse(
    driver: Driver, small_study: tuple[Path, Truth], key: Qt.Key, held: Qt.KeyboardModifier
) -> None:
    for page in pages(driver, small_study):
        if page == "baseline":
            break
    asked: list[object] = []
    view = driver.page.grid.active
    view.context_menu_requested.connect(asked.append)
    driver.key(key, held, widget=view)
    assert asked == [view.mapToGlobal(view.rect().center())]
    close_menus()
    item = next(iter(driver.page.rail.items.values()))
    item.phase_asked.connect(lambda uid, _place: asked.append(uid))
    driver.key(key, held, widget=item)
    assert len(asked) == 2
    close_menus()


def close_menus() -> None:
    while (menu := QApplication.activePopupWidget()) is not None:
        menu.close()


def test_that_every_action_is_an_entry_of_the_menu_that_a_key_opens(driver: Driver) -> None:
    menu = driver.window.bar.menu
    told = {entry.objectName() for entry in entries(menu)}
    assert told >= {action.id for action in driver.station.wiring.actions.keymap.actions}
    QTimer.singleShot(0, menu.close)  # opening waits until it is closed
    opened: list[bool] = []
    menu.aboutToShow.connect(lambda: opened.append(True))
    driver.key(Qt.Key.Key_F10, widget=driver.window.worklist.search)
    assert opened == [True]


def entries(menu: QMenu) -> Iterator[QAction]:
    for entry in menu.actions():
        inner = entry.menu()
        if isinstance(inner, QMenu):
            yield from entries(inner)
        else:
            yield entry


def test_that_a_letter_in_a_list_of_choices_looks_for_an_entry_and_runs_nothing(
    driver: Driver, small_study: tuple[Path, Truth]
) -> None:
    for page in pages(driver, small_study):
        if page == "lesion":
            break
    combo = next(c for c in driver.page.form.findChildren(QComboBox) if c.isVisible() and c.count() > 3)
    combo.setFocus()
    reading = driver.session.reading
    assert reading is not None
    before = reading.finding("IT1", "BL")
    for letter in "dmeutnw":
        driver.key(letter, widget=combo)
    assert driver.station.measuring.intent is None
    after = driver.session.reading
    assert after is not None and after.finding("IT1", "BL") == before
