"""The window: its pages and menus, and what the actions call. Layout and wiring only."""

from __future__ import annotations

from datetime import datetime

from PySide6.QtCore import QByteArray, QSettings, Signal
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QResizeEvent
from PySide6.QtWidgets import QFileDialog, QMainWindow, QMessageBox, QStackedWidget, QVBoxLayout, QWidget

from app.action_set import ActionSet
from app.actions import Situation
from app.hanging import Stage
from app.image_desk import ImageDesk
from app.marking import Intent
from app.measuring_desk import MeasuringDesk
from app.panels.app_bar import AppBar, StatusBar
from app.panels.chips import rule_line
from app.panels.help import ABOUT, TextDialog, cheat_sheet
from app.panels.work_bar import WorkBar
from app.panels.worklist import Worklist
from app.reader_menu import ReaderMenu
from app.reading_desk import ReadingDesk
from app.reading_page import ReadingPage, RightPage
from app.session import ReadingSession
from app.state.wording import summary
from app.storage.errors import StorageError
from app.theme import Theme
from app.words import translated
from viewers.widgets.marks import Probe

WORKLIST, READING = "Worklist", "Reading"
WIDE_FROM, SMALLEST = 1440, (1180, 720)
_LESION_HINTS = (("[ ]", "lesion"), ("Y", "measure"), ("D", "gone"), ("M", "too small"), ("E", "not evaluable"))
_BASELINE_HINTS = (("T", "target"), ("N", "non-target"), ("Space", "next hanging"), ("F1", "keys"))


class MainWindow(QMainWindow):
    """Signals ask the composition root for what is not the window's business: files, the demonstration, export."""

    folder_chosen = Signal(str)
    demo_requested = Signal()
    export_requested = Signal(str)
    work_cancelled = Signal()
    case_chosen = Signal(str)
    worklist_shown = Signal()

    def __init__(self, theme: Theme, session: ReadingSession, page: ReadingPage) -> None:
        super().__init__()
        self.setWindowTitle("Hepatrace")
        self.setMinimumSize(*(theme.px(side) for side in SMALLEST))
        self.setAcceptDrops(True)
        self._theme = theme
        self.session: ReadingSession = session
        self.page: ReadingPage = page
        self.images: ImageDesk
        self.measuring: MeasuringDesk
        self.desk: ReadingDesk
        self.bar = AppBar(theme, (WORKLIST, READING), session.reader)
        self.worklist = Worklist(theme)
        self.work = WorkBar(theme)
        self.status = StatusBar(theme)
        self._pages = QStackedWidget()
        self._actions: ActionSet
        self._build()

    def attach(self, images: ImageDesk, measuring: MeasuringDesk, desk: ReadingDesk) -> None:
        """The desks that the actions call; then the actions are made."""
        self.images, self.measuring, self.desk = images, measuring, desk
        self._actions = ActionSet(self, self.bar.menu)
        self._reader = ReaderMenu(self.session, self.bar, self)
        self._connect()
        self.show_situation()

    # --- pages ------------------------------------------------------------------------------------------------

    def show_worklist(self) -> None:
        self._pages.setCurrentWidget(self.worklist)
        self.bar.show_page(WORKLIST)
        self.worklist_shown.emit()

    def show_reading(self) -> None:
        if self.session.record is not None:
            self._pages.setCurrentWidget(self.page)
            self.bar.show_page(READING)

    # --- what actions call ------------------------------------------------------------------------------------

    def import_folder(self) -> None:
        chosen = QFileDialog.getExistingDirectory(self, translated("Import a folder"), _last_folder())
        if chosen:
            QSettings().setValue("import/folder", chosen)
            self.folder_chosen.emit(chosen)

    def open_demo(self) -> None:
        self.demo_requested.emit()

    def export_case(self) -> None:
        chosen = QFileDialog.getExistingDirectory(self, translated("Export into a folder"), _last_folder())
        if chosen:
            self.export_requested.emit(chosen)

    def cancel(self) -> None:
        """Esc: the line under way, then the tool, then the panel that is open."""
        self.page.notice.clear()
        if self.measuring.intent is not None:
            self.measuring.cancel()
        elif self.page.right_page is not RightPage.READING:
            self.desk.show_reading()

    def show_keys(self) -> None:
        TextDialog(self._theme, translated("Keys"), cheat_sheet(), (560, 720), self).open()

    def show_about(self) -> None:
        TextDialog(self._theme, translated("About Hepatrace"), ABOUT, (460, 300), self).open()

    # --- state ------------------------------------------------------------------------------------------------

    def show_situation(self) -> None:
        """Enable what can be done, and say why the rest cannot."""
        session = self.session
        now = Situation(
            case=session.record is not None,
            visit=session.visit is not None,
            images=any(view.source is not None for view in self.page.grid.views),
            lesion=session.selection.lesion_id,
            undo=session.undo_text,
            redo=session.redo_text,
            locked=session.locked,
        )
        self._actions.show(now)
        self.bar.show_undo(now.undo)
        self.bar.enable_page(READING, now.case, "Open a case first.")
        reading = session.reading
        self.status.show_hints(_LESION_HINTS if reading and not reading.at_baseline else _BASELINE_HINTS)

    def _on_record_changed(self) -> None:
        record, store = self.session.record, self.session.store
        self.bar.show_record(record)
        if store.unsaved:
            self.bar.show_saved(store.unsaved_text, error=True)
        elif store.entries:
            at = datetime.fromisoformat(store.entries[-1].at).astimezone()
            self.bar.show_saved(f"Read open · saved {at:%H:%M:%S}")
        self.show_situation()

    def _on_failed(self, error: StorageError) -> None:
        store = self.session.store
        if store.unsaved:
            self.bar.show_saved(store.unsaved_text or str(error), error=True)
        if store.kept_back:
            drafts = [f"{summary(kept.entry.event)}: {kept.why}" for kept in store.kept_back]
            self.work.show_result("Not recorded: another reader changed the case first. Make it again.", drafts, True)
        self.status.say(str(error))

    def _retry(self) -> None:
        self.session.store.retry()
        self._on_record_changed()

    def _on_case_opened(self) -> None:
        self._on_record_changed()
        self.show_reading()
        record = self.session.record
        if record is not None and record.visits and not record.baseline_confirmed:
            self.desk.confirm_time_points()

    def _say(self, text: str, undo: bool) -> None:
        if self._pages.currentWidget() is self.page:
            self.page.toast.tell(text, undo)
        self.status.say(text)

    # --- building ---------------------------------------------------------------------------------------------

    def _build(self) -> None:
        body = QWidget()
        body.setProperty("ground", "app")
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self._pages.addWidget(self.worklist)
        self._pages.addWidget(self.page)
        column.addWidget(self.bar)
        column.addWidget(rule_line())
        column.addWidget(self._pages, 1)
        column.addWidget(self.work)
        column.addWidget(rule_line())
        column.addWidget(self.status)
        self.setCentralWidget(body)

    def _connect(self) -> None:
        session, page = self.session, self.page
        session.case_opened.connect(self._on_case_opened)
        session.record_changed.connect(self._on_record_changed)
        session.selection_changed.connect(self.show_situation)
        session.store.failed.connect(self._on_failed)
        self.desk.told.connect(self._say)
        self.images.hung.connect(self._show_tools)
        self.measuring.intent_changed.connect(self._show_intent)
        page.tools.tool_chosen.connect(lambda n: self.measuring.arm(None if n == "window" else Intent(n)))
        page.tools.linked_toggled.connect(self.images.display.toggle_linked)
        page.tools.layout_chosen.connect(self.images.set_layout)
        page.tools.stage_chosen.connect(lambda name: self.images.set_stage(Stage(name)))
        page.toast.undone.connect(session.undo)
        self.bar.undo_requested.connect(session.undo)
        self.bar.retry_requested.connect(self._retry)
        self.bar.keys_requested.connect(self.show_keys)
        self.bar.page_chosen.connect(lambda name: self.show_worklist() if name == WORKLIST else self.show_reading())
        self.worklist.case_opened.connect(self.case_chosen)
        self.worklist.import_requested.connect(self.import_folder)
        self.worklist.demo_requested.connect(self.demo_requested)
        self.work.cancel_requested.connect(self.work_cancelled)
        for view in page.grid.views:
            view.probed.connect(self._show_probe)

    def _show_tools(self) -> None:
        stage = self.images.stage
        self.page.tools.show_stages([s.value for s in self.images.offered], stage.value if stage else "")
        self.page.tools.show_layout(*self.page.grid.layout_wanted.value)
        self.page.tools.show_linked(self.images.display.linked)
        self.show_situation()

    def _show_intent(self, intent: Intent | None) -> None:
        self.page.tools.show_tool("window" if intent is None else intent.value)
        self.status.say(_ASKED[intent] if intent else "")

    def _show_probe(self, probe: object) -> None:
        if isinstance(probe, Probe):
            unit = f" {probe.unit}" if probe.unit else ""
            self.status.show_probe(f"{probe.value:.0f}{unit}")
        else:
            self.status.show_probe("")

    # --- the window itself ------------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        narrow = event.size().width() < self._theme.px(WIDE_FROM)
        self.page.set_narrow(narrow)
        self.bar.set_narrow(narrow)
        self.status.set_narrow(narrow)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        folders = [url.toLocalFile() for url in event.mimeData().urls() if url.isLocalFile()]
        if folders:
            event.acceptProposedAction()
            self.folder_chosen.emit(folders[0])

    def restore_place(self) -> None:
        """The window where it was when it was closed last."""
        place = QSettings().value("window/place")
        if not (isinstance(place, QByteArray) and self.restoreGeometry(place)):
            self.resize(self._theme.px(1600), self._theme.px(1000))

    def closeEvent(self, event: QCloseEvent) -> None:
        store = self.session.store
        if store.unsaved and not store.retry() and not _lose(self, store.unsaved_text):
            event.ignore()
            return
        QSettings().setValue("window/place", self.saveGeometry())
        super().closeEvent(event)


_ASKED = {
    Intent.TARGET: "Target: draw its longest viable diameter on the arterial phase. Esc cancels.",
    Intent.COUNTED: "Measure the selected lesion: press and drag. Esc cancels.",
    Intent.WHOLE: "Whole diameter of the selected lesion: press and drag. Esc cancels.",
    Intent.NONTARGET: "Non-target: draw a line across it. Esc cancels.",
    Intent.NEW: "New lesion: draw its longest diameter. Esc cancels.",
}


def _last_folder() -> str:
    return str(QSettings().value("import/folder", ""))


def _lose(window: QWidget, what: str) -> bool:
    """Edits would be lost on closing: the one question that is worth a dialog."""
    box = QMessageBox.StandardButton
    question = f"{what}\n\nClose and lose them?"
    return QMessageBox.warning(window, "Hepatrace", question, box.Close | box.Cancel, box.Cancel) == box.Close
