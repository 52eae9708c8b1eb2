"""Drives the window as a reader does: keys, clicks, drags and drops, as events sent to the widgets."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QDate, QEvent, QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QMouseEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from app.bootstrap import make_application
from app.demo.truth import Truth
from app.main_window import MainWindow
from app.storage.database import Database
from app.workstation import Workstation
from mrecist.values import Point
from tests.support.accounts import PASSWORD, QUICK
from viewers.widgets.slice_view import SliceView

LEFT = Qt.MouseButton.LeftButton
NO_KEYS = Qt.KeyboardModifier.NoModifier


class Driver:
    """One reader at one window, on a database of its own. Exams are not registered unless a test is about that."""

    def __init__(self, qtbot: QtBot, url: str, reader: str = "Reader 1", size: tuple[int, int] = (1600, 1000)) -> None:
        _, theme = make_application(scale=1.0)
        self.qtbot = qtbot
        self.window = MainWindow(theme, reader)
        self.station = Workstation(self.window, Database.open(url), reader, QUICK)
        self.station.registering.on = False
        self.page = self.station.page
        self.session = self.station.session
        qtbot.addWidget(self.window)
        self.window.resize(*size)
        self.window.show()
        self.window.show_worklist()
        qtbot.waitExposed(self.window)

    def close(self) -> None:
        self.window.close()
        self.station.close()

    # --- events -----------------------------------------------------------------------------------------------

    def drop_folder(self, folder: Path) -> None:
        """A folder is dragged from the desktop and let go over the window."""
        data = QMimeData()
        data.setUrls([QUrl.fromLocalFile(str(folder))])
        place = QPointF(self.window.rect().center())
        copy = Qt.DropAction.CopyAction
        QApplication.sendEvent(self.window, QDragEnterEvent(place.toPoint(), copy, data, LEFT, NO_KEYS))
        QApplication.sendEvent(self.window, QDropEvent(place, copy, data, LEFT, NO_KEYS))
        self.qtbot.waitUntil(lambda: not self.station.runner.is_running("work"), timeout=60_000)

    def measure_baseline(self, study: tuple[Path, Truth]) -> None:
        """Import the baseline, confirm its day 0, and draw IT1 on the image on which it is true."""
        folder, truth = study
        self.drop_folder(folder / "BL")
        self.page.times.day0.setDate(QDate(truth.day0.year, truth.day0.month, truth.day0.day))
        self.click(self.page.times.confirm)
        finding = truth.timepoints[0].finding("IT1")
        assert finding is not None and finding.counted is not None
        view = self.view_of(finding.series_uid)
        self.go_to_image(view, finding.sop_uid)
        self.key(Qt.Key.Key_T, widget=view)
        self.drag(view, finding.counted.start, finding.counted.end)

    def sign(self) -> None:
        """Sign the open time point from the keyboard: Ctrl+Enter, the password (the first time twice), Enter."""
        self.key(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier, widget=self.page.grid.active)
        visit_id, sheet = self.session.selection.visit_id, self.page.sheet
        assert sheet.isVisible()
        for field in sheet.passwords.shown:
            self.type(field, PASSWORD)
        self.key(Qt.Key.Key_Return, widget=sheet.passwords.shown[-1])
        self.qtbot.waitUntil(sheet.isHidden)
        record = self.session.record
        assert record is not None and record.is_signed(self.session.read_id, visit_id)

    def key(self, key: Qt.Key | str, modifiers: Qt.KeyboardModifier = NO_KEYS, widget: QWidget | None = None) -> None:
        """A key, to the widget that has the focus unless another is named."""
        target = widget or QApplication.focusWidget() or self.window
        QTest.keyClick(target, key, modifiers)  # type: ignore[call-overload]
        self.settle()

    def click(self, widget: QWidget, place: QPoint | None = None) -> None:
        QTest.mouseClick(widget, LEFT, NO_KEYS, place or widget.rect().center())

    def type(self, widget: QWidget, text: str) -> None:
        widget.setFocus()
        QTest.keyClicks(widget, text)

    # --- tables -----------------------------------------------------------------------------------------------

    def click_lesion(self, lesion_id: str) -> None:
        """Click a lesion's name in the table."""
        self.settle()
        grid = self.page.table.grid
        row = grid.table.row_of(lesion_id)
        assert row is not None, f"{lesion_id} is not in the table"
        self.click(grid.viewport(), grid.visualRect(grid.table.index(row, 0)).center())
        assert self.session.selection.lesion_id == lesion_id

    def open_from_worklist(self, case_id: str) -> None:
        """Select the case in the worklist by its row, and press Enter."""
        worklist = self.window.worklist
        self.qtbot.waitUntil(lambda: any(line.case_id == case_id for line in worklist.table_model.lines))
        row = next(n for n, line in enumerate(worklist.table_model.lines) if line.case_id == case_id)
        self.click(worklist.table.viewport(), worklist.table.visualRect(worklist.table_model.index(row, 0)).center())
        self.key(Qt.Key.Key_Return, widget=worklist.table)

    def settle(self) -> None:
        """Let what was put off to the next turn of the event loop happen."""
        self.qtbot.wait(1)

    # --- images -----------------------------------------------------------------------------------------------

    def view_of(self, series_uid: str) -> SliceView:
        """The view that shows a series; it is opened from the rail when none does."""
        for number in self.page.grid.shown:
            source = self.page.grid.views[number].source
            if source is not None and source.series_uid == series_uid:
                return self.page.grid.views[number]
        item = self.page.rail.items[series_uid]
        QTest.mouseDClick(item, LEFT, NO_KEYS, item.rect().center())
        shown = self.page.grid.active
        assert shown.source is not None and shown.source.series_uid == series_uid
        return shown

    def go_to_image(self, view: SliceView, sop_uid: str) -> None:
        """Scroll a view to an image by the wheel."""
        source = view.source
        assert source is not None
        wanted = next(k for k in range(source.count) if source.sop_uid(k) == sop_uid)
        self.qtbot.waitUntil(lambda: source.ready(wanted))
        for _ in range(source.count):
            if view.state.index == wanted:
                return
            assert view.levels is not None
            down = (view.state.index < wanted) == (view.levels.down_step > 0)
            self.wheel(view, -1 if down else 1)
        raise AssertionError("the image was not reached")

    def wheel(self, view: SliceView, notches: int) -> None:
        """Turn the wheel over the middle of a view; up is positive."""
        place = QPointF(view.rect().center())
        turn = QPoint(0, 120 * notches)
        no_button, phase = Qt.MouseButton.NoButton, Qt.ScrollPhase.NoScrollPhase
        where = QPointF(view.mapToGlobal(place.toPoint()))
        QApplication.sendEvent(view, QWheelEvent(place, where, QPoint(), turn, no_button, NO_KEYS, phase, False))
        self.settle()

    def drag(self, view: SliceView, start: Point, end: Point) -> None:
        """Press, move and release the left button from one place in the patient to another."""
        a, b = view.widget_point_of(start), view.widget_point_of(end)
        middle = (a + b) / 2
        for kind, place, button, held in (
            (QEvent.Type.MouseButtonPress, a, LEFT, LEFT),
            (QEvent.Type.MouseMove, middle, Qt.MouseButton.NoButton, LEFT),
            (QEvent.Type.MouseMove, b, Qt.MouseButton.NoButton, LEFT),
            (QEvent.Type.MouseButtonRelease, b, LEFT, Qt.MouseButton.NoButton),
        ):
            event = QMouseEvent(kind, place, QPointF(view.mapToGlobal(place.toPoint())), button, held, NO_KEYS)
            QApplication.sendEvent(view, event)
        self.settle()
