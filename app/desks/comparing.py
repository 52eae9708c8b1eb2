"""Fills the screen that sets two reads of the open case side by side, and writes its tables."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QSettings, Signal
from PySide6.QtWidgets import QFileDialog

from app.main_window import READS, MainWindow
from app.session import ReadingSession
from app.state.record import Record
from app.tasks import TaskRunner, Token
from app.words import translated
from mrecist.case import Read

if TYPE_CHECKING:
    from app.cohort.read_comparison import ReadComparison
    from app.reads_page import ReadsPage


_SLOT = "compare reads"
_HIDDEN = (
    "Your read hides the others until you have signed every time point of it; then the reads are set side by side here."
)


class ComparingDesk(QObject):
    """Between the session and the page, which is made when it is first asked for.

    Signals
    -------
    told(str, bool)
        One sentence for the reader, and whether it can be undone.
    """

    told = Signal(str, bool)

    def __init__(self, session: ReadingSession, window: MainWindow, runner: TaskRunner, parent: QObject) -> None:
        super().__init__(parent)
        self._session, self._window, self._runner = session, window, runner
        self._compared: ReadComparison | None = None
        self.page: ReadsPage | None = None
        session.case_opened.connect(self._refresh_if_seen)
        session.record_changed.connect(self._refresh_if_seen)
        window.page_shown.connect(lambda _name: self._refresh_if_seen())

    @property
    def compared(self) -> ReadComparison | None:
        """The comparison on screen."""
        return self._compared

    def show(self) -> None:
        """Show the reads of the open case."""
        if self._session.record is None:
            return
        if self.page is None:
            self._make_page()
        self._window.show_page(READS)

    def read_again(self) -> None:
        """Begin a second read of the case, which hides those there are; taken back by undo."""
        session, record = self._session, self._session.record
        own = session.own_read_id
        if record is None or own is None or not any(t.observations for t in _read(record, own).timepoints):
            self.told.emit(translated("You have not read this case yet: begin with a first read."), False)
            return
        if len(session.reads_in_sight) < len(record.reads):
            self.told.emit(translated("You are reading this case again already."), False)
            return
        if session.begin_again():
            self._window.show_reading()
            begun = translated("Second read begun: the reads before it are hidden until you have signed it.")
            self.told.emit(begun, True)

    def export(self) -> None:
        """Ask for a folder, and write the tables there."""
        folder = str(QSettings().value("export/folder", ""))
        chosen = QFileDialog.getExistingDirectory(self._window, translated("Export the comparison"), folder)
        if chosen:
            QSettings().setValue("export/folder", chosen)
            self.write(Path(chosen))

    def write(self, folder: Path) -> None:
        """Write the tables on screen; says where they are, or why they could not be written."""
        from app.cohort.read_comparison import comparison_csv
        from app.exports.exported import write_files

        if self._compared is None:
            return
        try:
            written = write_files(folder, comparison_csv(self._compared))
        except OSError as error:
            self._window.work.show_result(f"Not exported: {error.strerror or error}", error=True)
            return
        self._window.work.show_result(f"Exported {', '.join(path.name for path in written)} to {folder}")

    # --- inside -----------------------------------------------------------------------------------------------

    def _make_page(self) -> None:
        from app.reads_page import ReadsPage

        page = self.page = ReadsPage(self._window.theme)
        page.asked.connect(self._refresh_if_seen)
        page.opened.connect(self._open_images)
        page.export_requested.connect(self.export)
        page.second_read_requested.connect(self.read_again)
        self._window.set_page(READS, page)

    def _refresh_if_seen(self) -> None:
        if self.page is not None and self._window.shown_page == READS:
            self._refresh(self.page)

    def _refresh(self, page: ReadsPage) -> None:
        from app.cohort.read_comparison import ReadComparison, compare_reads

        self._runner.cancel(_SLOT)
        record = self._session.record
        names = record.read_names if record else {}
        in_sight = self._session.reads_in_sight
        begun = [read.id for read in in_sight if any(t.observations for t in read.timepoints)]
        self._compared = None
        if record is None or len(begun) < 2:
            page.offer([(read_id, names[read_id]) for read_id in begun], "", "")
            hidden = record is not None and len(in_sight) < len(record.reads)
            page.show_empty(translated(_HIDDEN) if hidden else _why_none(len(begun)))
            return
        first, second = self._pair(page.chosen, begun)
        page.offer([(read_id, names[read_id]) for read_id in begun], first, second)
        if first == second:
            page.show_empty(translated("Choose two different reads."))
            return
        ruleset, first_visit = self._session.ruleset, record.case.timepoints[0].id

        def job(_token: Token) -> ReadComparison:
            # every finding is exchanged and the case judged anew: not for the thread of the window
            return compare_reads(record, first, second, ruleset)

        def done(compared: object) -> None:
            assert isinstance(compared, ReadComparison)
            if self._session.record is record:
                self._compared = compared
                page.show_comparison(compared, first_visit)

        stopped = translated("The comparison stopped. Nothing was changed: the reads are as they were.")
        self._runner.start(_SLOT, job, done=done, failed=lambda _failure: page.show_empty(stopped))

    def _pair(self, chosen: tuple[str, str], begun: Sequence[str]) -> tuple[str, str]:
        """What was chosen, as far as it is there; else one's own read, or the first, beside the next."""
        if all(read_id in begun for read_id in chosen):
            return chosen
        own = self._session.read_id
        first = own if own in begun else begun[0]
        return first, next(read_id for read_id in begun if read_id != first)

    def _open_images(self, visit_id: str, lesion_id: str) -> None:
        self._session.select_visit(visit_id)
        if own := self._name_in_sight(visit_id, lesion_id):
            self._session.select_lesion(own)
        self._window.show_reading()

    def _name_in_sight(self, visit_id: str, lesion_id: str) -> str:
        """What the read on screen calls a lesion of the first read; empty where it lists none that is the same."""
        if self.page is None or self._compared is None or self._session.read_id == self.page.chosen[0]:
            return lesion_id
        if self._session.read_id != self.page.chosen[1]:
            return ""
        pairs = ((x.timepoint, x.first_lesion, x.second_lesion) for x in self._compared.lesions)
        return next((other or "" for at, one, other in pairs if (at, one) == (visit_id, lesion_id)), "")


def _read(record: Record, read_id: str) -> Read:
    read = record.read(read_id)
    assert read is not None
    return read


def _why_none(begun: int) -> str:
    if begun == 0:
        return translated("Nobody has read this case yet. A comparison needs two reads of it.")
    return translated(
        "This case has one read. A comparison needs two: another reader opens the case under a name of their own "
        "(menu at the upper right), or you read it again, blinded."
    )
