"""Fills the cohort screen from the database: judges what has changed, draws, opens cases, writes files."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QSettings
from PySide6.QtWidgets import QFileDialog

from app.desks.cohort_drawing import TABLE, UNITS, ReadyCohort, draw
from app.main_window import COHORT, MainWindow
from app.resources import DEFAULT_RULESET, RULESETS, load_ruleset
from app.session import ReadingSession
from app.storage.database import Database
from app.tasks import Failure, TaskRunner, Token
from app.words import translated

if TYPE_CHECKING:
    from app.cohort.agreement import Agreement
    from app.cohort.cohort import Cohort
    from app.cohort.fragility import Swap
    from app.cohort_page import CohortPage

_SLOT = "cohort"
_DECIDES = {
    "baseline": "the baseline value decides",
    "follow-up": "the follow-up value decides",
    "either": "either value decides",
    "both": "both values decide together",
    "not the sums": "not the sums decide",
}
_DIFFERS = "no single value decides each way"


def deciding(swaps: Sequence[Swap]) -> dict[str, str]:
    """Whose value decides, in words, of each case; exchanged the other way, or between others, it may be another."""
    found: dict[str, set[str]] = {}
    for swap in swaps:
        found.setdefault(swap.case_id, set()).add(swap.decided_by)
    return {case: _DECIDES[next(iter(ways))] if len(ways) == 1 else _DIFFERS for case, ways in found.items()}


class CohortDesk(QObject):
    """Between the database and the cohort page, which is made when it is first asked for."""

    def __init__(
        self,
        database: Database,
        session: ReadingSession,
        window: MainWindow,
        runner: TaskRunner,
        open_case: Callable[[str], None],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._database, self._session, self._window, self._runner = database, session, window, runner
        self._open_case = open_case
        self._ready: ReadyCohort | None = None
        self._loaded_by: tuple[str, str, str] | None = None
        self.page: CohortPage | None = None
        window.page_shown.connect(lambda name: self._load() if name == COHORT else None)

    @property
    def cohort(self) -> Cohort | None:
        """The cohort on screen."""
        return self._ready.cohort if self._ready else None

    def show(self) -> None:
        """Show the cohort of this database."""
        if self.page is None:
            self._make_page()
        self._window.show_page(COHORT)

    # --- loading ----------------------------------------------------------------------------------------------

    def _make_page(self) -> None:
        from app.cohort_page import CohortPage

        page = self.page = CohortPage(self._window.theme, RULESETS, UNITS)
        page.offer(page.ruleset, [(name, name) for name in RULESETS], DEFAULT_RULESET)
        page.asked.connect(self._on_asked)
        page.case_chosen.connect(self._on_case)
        page.export_chosen.connect(self.export)
        page.import_requested.connect(self.import_table)
        self._window.set_page(COHORT, page)

    def _on_asked(self) -> None:
        if self.page is None:
            return
        asked = self.page.choices
        if (asked.source, asked.ruleset, asked.other) != self._loaded_by:
            self._load()
        elif self._ready is not None:
            draw(self.page, self._ready)

    def _load(self) -> None:
        page = self.page
        if page is None:
            return
        asked = page.choices
        self._loaded_by = asked.source, asked.ruleset, asked.other
        if self._ready is None:
            page.show_empty(translated("Judging the cases …"))
        database, source, reader = self._database, asked.source, self._session.reader
        ruleset_name, other_name = asked.ruleset or DEFAULT_RULESET, asked.other

        def job(token: Token) -> ReadyCohort:
            from app.cohort.agreement import agreement
            from app.cohort.fragility import swaps
            from app.cohort.sources import Judging, database_cohort, table_cohort
            from app.desks.case_list import hiding_cases
            from app.storage.cohort_cache import tables
            from mrecist.values import Scope

            with database.reading() as connection:
                kept = tables(connection)
            table = next((one for one in kept if source == f"{TABLE}{one.name}"), None)

            def progress(done: int, total: int) -> bool:
                token.progress(done, total)
                return not token.cancelled()

            def judged(name: str) -> Cohort:
                judging = Judging(load_ruleset(name))
                if table is None:
                    found = database_cohort(database, judging, progress)
                    return found.without_hidden(hiding_cases(database, None, reader))
                return table_cohort(table, judging, database)

            cohort = judged(ruleset_name)
            apart: list[Agreement | None] = []
            decides: dict[tuple[str, str], str] = {}
            for number, scope in enumerate((Scope.INTRAHEPATIC, Scope.EXTRAHEPATIC)):
                found = agreement(cohort, scope, "best") if any(row.diseased[number] for row in cohort.rows) else None
                apart.append(found)
                if found is not None:
                    told = swaps(found.adjudication, found.readers, load_ruleset(ruleset_name), scope)
                    decides |= {(("IH", "EH")[number], case): said for case, said in deciding(told).items()}
            beside = judged(other_name) if other_name and other_name != ruleset_name else None
            return ReadyCohort(cohort, beside, (apart[0], apart[1]), decides, tuple(one.name for one in kept))

        self._runner.start(_SLOT, job, done=self._loaded, failed=self._failed, progressed=self._progressed)

    def _loaded(self, ready: object) -> None:
        assert isinstance(ready, ReadyCohort)
        self._ready = ready
        self._window.status.say("")
        if self.page is not None:
            draw(self.page, ready)

    def _progressed(self, done: int, total: int) -> None:
        self._window.status.say(translated("Judging {done} of {total} cases", done=done, total=total))

    def _failed(self, failure: Failure) -> None:
        if self.page is not None:
            self.page.show_empty(failure.message)

    # --- what is asked ----------------------------------------------------------------------------------------

    def _on_case(self, case_id: str) -> None:
        if self.page is not None and self.page.choices.source:
            self._window.status.say(translated("{case} is a row of a table: it has no images here.", case=case_id))
            return
        self._open_case(case_id)

    def import_table(self) -> None:
        """Ask for a table and for the mapping that tells its columns, and keep both."""
        folder = str(QSettings().value("import/folder", ""))
        table, _ = QFileDialog.getOpenFileName(
            self._window, translated("A table of sums or responses"), folder, "CSV, XLSX (*.csv *.xlsx)"
        )
        if not table:
            return
        mapping, _ = QFileDialog.getOpenFileName(
            self._window, translated("The mapping of its columns"), str(Path(table).parent), "TOML (*.toml)"
        )
        if mapping:
            self.keep_table(Path(table), Path(mapping))

    def keep_table(self, table: Path, mapping: Path) -> None:
        """Read a table by its mapping and keep it beside the cases; says why where that cannot be."""
        from app.cohort.importing import keep_imported
        from app.cohort.mapping import MappingError
        from app.cohort.sheets import SheetError
        from app.storage.errors import StorageError

        try:
            name = keep_imported(self._database, table, mapping, self._session.reader)
        except (OSError, UnicodeDecodeError, MappingError, SheetError, StorageError) as error:
            self._window.work.show_result(f"Not imported: {error}", error=True)
            return
        self._window.work.show_result(translated("Imported {table}", table=name))
        if self.page is not None:
            self.page.offer(self.page.source, [(f"{TABLE}{name}", name)], f"{TABLE}{name}")
            self._load()

    def export(self, kind: str) -> None:
        """Ask for a folder, and write the pictures or their data there."""
        if self.cohort is None or self.page is None:
            return
        folder = str(QSettings().value("export/folder", ""))
        chosen = QFileDialog.getExistingDirectory(self._window, translated("Export the cohort into"), folder)
        if chosen:
            QSettings().setValue("export/folder", chosen)
            self.write(Path(chosen), kind)

    def write(self, folder: Path, kind: str) -> None:
        """Write every picture on screen, or the data behind all of them, into a folder."""
        from app.cohort.report import CohortReport
        from app.cohort.report_csv import write_csv
        from app.report.cohort_files import write_pdf_pages, write_pictures

        if self._ready is None or self.page is None:
            return
        try:
            if kind == "CSV":
                asked = self.page.choices
                rules = load_ruleset(asked.ruleset or DEFAULT_RULESET)
                unit = asked.unit or UNITS[0]
                report = CohortReport(self._ready.cohort, rules, by=asked.group or None, of="best", unit=unit)
                files = write_csv(report, folder)
            elif kind == "PDF":
                folder.mkdir(parents=True, exist_ok=True)
                title = f"{self.page.source.currentText()} · {self.page.counts.text()}"
                files = (write_pdf_pages(folder / "cohort.pdf", self._fresh_page(), title, self._ready.cohort.ruleset),)
            else:
                files = write_pictures(folder, kind, self._fresh_page())
        except OSError as error:
            self._window.work.show_result(f"Not exported: {error.strerror or error}", error=True)
            return
        self._window.work.show_result(f"Exported {', '.join(file.name for file in files)} to {folder}")

    def _fresh_page(self) -> CohortPage:
        """The same pictures on white, to be painted to file."""
        from app.cohort_page import CohortPage
        from app.theme import Ground, load_theme

        assert self.page is not None and self._ready is not None
        made = CohortPage(load_theme(Ground.PRINT), RULESETS, UNITS)
        asked = self.page.choices
        for box, value in (
            (made.source, asked.source),
            (made.ruleset, asked.ruleset),
            (made.other, asked.other),
            (made.reader, asked.reader),
            (made.group, asked.group),
            (made.time, asked.time),
            (made.unit, asked.unit),
        ):
            made.offer(box, [(value, value)], value)
        made.picture.choose(asked.picture)
        made.resize(1400, 900)
        draw(made, self._ready)
        made.grab()  # lays it out
        return made
