"""Measurements of other programs: read from files, listed, and accepted or declined one by one."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QFileDialog

from app.desks.images import ImageDesk
from app.desks.measuring import MeasuringDesk
from app.reading.marking import Drawing, Intent
from app.reading.proposal_lines import waiting_lines, ways_to_accept
from app.session import ReadingSession
from app.state.events import ProposalDeclined, ProposalsImported
from app.state.proposal_edits import pending
from app.state.proposals import Proposal, ProposedAxis
from app.storage.database import Database
from app.tasks import Failure, TaskRunner, Token
from app.theme import Theme
from app.words import translated
from mrecist.case import Read
from viewers.imaging.geometry import along, minus
from viewers.widgets.marks import ViewLine

if TYPE_CHECKING:
    from app.panels.proposal_list import ProposalList, ProposalRow
    from app.report_import import FileOutcome

_SLOT = "proposals"
_AXES = {ProposedAxis.LONG: "long axis", ProposedAxis.SHORT: "short axis", ProposedAxis.WHOLE: "whole lesion"}


class ProposalDesk(QObject):
    """The list is made when it is first asked for; accepting is a drawing like any other, and asked about like one."""

    def __init__(
        self,
        database: Database,
        session: ReadingSession,
        images: ImageDesk,
        measuring: MeasuringDesk,
        runner: TaskRunner,
        theme: Theme,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._database, self._session, self._runner, self._theme = database, session, runner, theme
        self._images, self._measuring = images, measuring
        self.panel: ProposalList | None = None
        images.writer.waiting = self._lines
        session.record_changed.connect(self._show)
        session.selection_changed.connect(self._show_ways)
        session.case_opened.connect(self._on_case_opened)

    @property
    def waiting(self) -> tuple[Proposal, ...]:
        """The proposals of the open read that wait, at all its time points."""
        record = self._session.record
        return () if record is None or self._session.others_read else pending(record, self._session.read_id)

    def show(self) -> None:
        """The list in front."""
        if self.panel is None:
            from app.panels.proposal_list import ProposalList

            self.panel = ProposalList(self._theme, self._images.grid.window())
            self.panel.chosen.connect(lambda _id: self._go())
            self.panel.way_taken.connect(self._accept)
            self.panel.declined.connect(self._decline)
            self.panel.files_requested.connect(self._ask_for_files)
        self._show()
        self.panel.show()
        self.panel.activateWindow()

    def read_files(self, files: Sequence[Path]) -> None:
        """Read SR and SEG files in the background; what fits joins the proposals of the open read."""
        record, read_id, database = self._session.record, self._session.read_id, self._database
        if record is None or not files:
            return

        def job(_token: Token) -> object:
            from app.report_import import read_proposals

            return read_proposals(files, record, read_id, database)

        self._runner.start(_SLOT, job, done=self._on_read, failed=self._on_failed)

    # --- inside ------------------------------------------------------------------------------------------------

    def _ask_for_files(self) -> None:
        title = translated("Import structured reports and segmentations")
        chosen, _ = QFileDialog.getOpenFileNames(self.panel, title)
        self.read_files([Path(name) for name in chosen])

    def _on_read(self, outcomes: object) -> None:
        assert isinstance(outcomes, tuple)
        found = tuple(one for outcome in outcomes for one in outcome.proposals)
        if found:
            self._session.do(ProposalsImported(found))
        if self.panel is not None:
            self.panel.show_said(_said(outcomes))
        self._show()

    def _on_failed(self, failure: Failure) -> None:
        if self.panel is not None:
            self.panel.show_said([failure.message])

    def _on_case_opened(self) -> None:
        if self.panel is not None:
            self.panel.show_said([])
        self._show()
        count = len(self.waiting)
        if count:
            text = "{count} measurements of other programs wait: File > Measurements of other programs."
            self._measuring.told.emit(translated(text, count=count))

    def _lines(self, visit_id: str, series_uid: str) -> tuple[ViewLine, ...]:
        record = self._session.record
        if record is None or self._session.others_read:
            return ()
        return waiting_lines(record, self._session.read_id, visit_id, series_uid)

    def _show(self) -> None:
        if self.panel is not None:
            self.panel.show_rows([_row(one) for one in self.waiting])
            self._show_ways()

    def _show_ways(self) -> None:
        one = self._selected()
        if self.panel is None:
            return
        record = self._session.record
        if one is None or record is None:
            self.panel.show_ways(())
            return
        lesion, first, read = self._session.lesion, record.baseline, record.read(self._session.read_id)
        at_baseline = first is not None and first.id == one.visit_id
        ways = ways_to_accept(one, read or Read(self._session.read_id), lesion, at_baseline)
        name = lesion.id if lesion is not None else ""
        self.panel.show_ways([(way.value, _words(way, name)) for way in ways])

    def _selected(self) -> Proposal | None:
        chosen = self.panel.selected if self.panel is not None else ""
        return next((one for one in self.waiting if one.id == chosen), None)

    def _go(self) -> None:
        """To the image of the selected proposal; a lesion of the same name is selected with it."""
        one, record = self._selected(), self._session.record
        if one is None or record is None:
            return
        if self._session.selection.visit_id != one.visit_id:
            self._session.select_visit(one.visit_id)
        read = record.read(self._session.read_id)
        if read is not None and read.lesion(one.label) is not None:
            self._session.select_lesion(one.label)
        views = self._images.grid.views
        at = next(
            (
                n
                for n in range(len(views))
                if (ref := self._images.ref(n)) is not None and ref.uid == one.line.series_uid
            ),
            None,
        )
        if at is None:
            self._images.show_series(one.line.series_uid)
            at = self._images.grid.active_index
        views[at].centre_on(along(one.line.start, minus(one.line.end, one.line.start), 0.5))
        self._show_ways()

    def _accept(self, proposal_id: str, way: str) -> None:
        one, record = self._selected(), self._session.record
        if one is None or record is None or one.id != proposal_id:
            return
        series = record.series_ref(one.line.series_uid)
        if series is None:
            return
        if self._session.selection.visit_id != one.visit_id:
            self._session.select_visit(one.visit_id)
        chosen = self._session.selection.lesion_id
        self._measuring.take(Drawing(Intent(way), one.line, one.diameter, series, one.visit_id, chosen))

    def _decline(self, proposal_id: str) -> None:
        self._session.do(ProposalDeclined(proposal_id))


def _words(way: Intent, lesion: str) -> str:
    match way:
        case Intent.COUNTED:
            return translated("Accept for {lesion}", lesion=lesion)
        case Intent.WHOLE:
            return translated("Accept as whole of {lesion}", lesion=lesion)
        case Intent.TARGET:
            return translated("New target")
        case Intent.NONTARGET:
            return translated("New non-target")
        case Intent.NEW:
            return translated("New lesion")


def _row(one: Proposal) -> ProposalRow:
    from app.panels.proposal_list import ProposalRow

    site = " ".join(
        (one.organ.value.replace("_", " ") if one.organ else "", one.segment.value if one.segment else "")
    ).strip()
    length = f"{one.diameter} mm, {translated(_AXES[one.axis])}"
    return ProposalRow(one.id, (one.visit_id, one.label, length, site, one.source))


def _said(outcomes: Sequence[FileOutcome]) -> list[str]:
    """What came of each file, and what of it was not taken."""
    lines = []
    for outcome in outcomes:
        known = translated(", {count} known already", count=outcome.known) if outcome.known else ""
        lines.append(f"{outcome.file.name}: {translated('{count} proposed', count=len(outcome.proposals))}{known}")
        lines += [f"   {f'{part.where}: ' if part.where else ''}{part.why}" for part in outcome.refused]
    return lines
