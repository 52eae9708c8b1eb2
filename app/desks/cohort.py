"""Fills the cohort screen from the database: judges what has changed, draws, opens cases, writes files."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QSettings
from PySide6.QtWidgets import QFileDialog

from app.main_window import COHORT, MainWindow
from app.resources import DEFAULT_RULESET, RULESETS, load_ruleset
from app.session import ReadingSession
from app.storage.database import Database
from app.tasks import Failure, TaskRunner, Token
from app.words import counted, translated

if TYPE_CHECKING:
    from app.cohort.agreement import Agreement
    from app.cohort.cohort import Cohort
    from app.cohort_page import Asked, CohortPage

_SLOT = "cohort"
_UNITS = ("months", "weeks", "days", "years")
_SHORT_UNITS = {"months": "mo", "weeks": "wk", "days": "d", "years": "y"}
_FIRST_TIME = "OS"
_TABLE = "table "


@dataclass(frozen=True)
class _Ready:
    """A cohort with what takes long to work out of it."""

    cohort: Cohort
    agreement: tuple[Agreement | None, Agreement | None]
    tables: tuple[str, ...]


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
        self._ready: _Ready | None = None
        self._loaded_by: tuple[str, str] | None = None
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

        page = self.page = CohortPage(self._window.theme, RULESETS, _UNITS)
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
        if (asked.source, asked.ruleset) != self._loaded_by:
            self._load()
        elif self._ready is not None:
            self._draw(self.page, self._ready)

    def _load(self) -> None:
        page = self.page
        if page is None:
            return
        asked = page.choices
        self._loaded_by = asked.source, asked.ruleset
        if self._ready is None:
            page.show_empty(translated("Judging the cases …"))
        database, ruleset_name, source = self._database, asked.ruleset or DEFAULT_RULESET, asked.source

        def job(token: Token) -> _Ready:
            from app.cohort.agreement import agreement
            from app.cohort.sources import Judging, database_cohort, table_cohort
            from app.storage.cohort_cache import tables
            from mrecist.values import Scope

            judging = Judging(load_ruleset(ruleset_name))
            with database.reading() as connection:
                kept = tables(connection)

            def progress(done: int, total: int) -> bool:
                token.progress(done, total)
                return not token.cancelled()

            table = next((one for one in kept if source == f"{_TABLE}{one.name}"), None)
            cohort = (
                database_cohort(database, judging, progress)
                if table is None
                else table_cohort(table, judging, database)
            )
            apart = tuple(
                agreement(cohort, scope, "best") if any(row.diseased[number] for row in cohort.rows) else None
                for number, scope in enumerate((Scope.INTRAHEPATIC, Scope.EXTRAHEPATIC))
            )
            return _Ready(cohort, (apart[0], apart[1]), tuple(one.name for one in kept))

        self._runner.start(_SLOT, job, done=self._loaded, failed=self._failed, progressed=self._progressed)

    def _loaded(self, ready: object) -> None:
        assert isinstance(ready, _Ready)
        self._ready = ready
        self._window.status.say("")
        if self.page is not None:
            self._draw(self.page, ready)

    def _progressed(self, done: int, total: int) -> None:
        self._window.status.say(translated("Judging {done} of {total} cases", done=done, total=total))

    def _failed(self, failure: Failure) -> None:
        if self.page is not None:
            self.page.show_empty(failure.message)

    # --- drawing ----------------------------------------------------------------------------------------------

    def _draw(self, page: CohortPage, ready: _Ready) -> None:
        from app.cohort.cohort import DAYS_IN, time_names

        cohort, asked = ready.cohort, page.choices
        sources = [("", translated("This database")), *((f"{_TABLE}{name}", name) for name in ready.tables)]
        page.offer(page.source, sources, asked.source)
        fields = [("", translated("not grouped")), *((name, name) for name in cohort.fields)]
        page.offer(page.group, fields, asked.group)
        names = time_names(cohort)
        page.offer(page.time, [(name, name) for name in names], asked.time or _FIRST_TIME)
        asked = page.choices
        page.title.setText(dict(sources).get(asked.source, ""))
        reads = counted(len(cohort.rows), "read", "reads")
        page.counts.setText(f"{counted(len(cohort.cases), 'case', 'cases')} · {reads}")
        page.synthetic.setVisible(any(row.fields.get("synthetic") == "yes" for row in cohort.rows))
        if not cohort.rows:
            page.show_empty(translated("No read yet. Read a case, or import a table of sums or responses."))
            return
        days = DAYS_IN[asked.unit or _UNITS[0]]
        self._draw_responses(page, cohort, asked, days)
        self._draw_times(page, cohort, asked)
        page.agreement.set_agreement(ready.agreement)
        page.show_pictures()

    def _draw_responses(self, page: CohortPage, cohort: Cohort, asked: Asked, days: float) -> None:
        from app.cohort.cohort import best_counts, rates
        from app.cohort.pictures import spider, swimmer, waterfall
        from mrecist.values import Scope

        found = rates(cohort)
        unit = _SHORT_UNITS.get(asked.unit, asked.unit)
        for number, scope in enumerate((Scope.INTRAHEPATIC, Scope.EXTRAHEPATIC)):
            orr = next((rate.proportion for rate in found if rate.name == "ORR" and rate.scope == scope.value), None)
            counts = " · ".join(f"{name} {count}" for name, count in best_counts(cohort, scope).items())
            told = translated("no disease here") if orr is None or orr.value is None else (
                f"ORR {orr.count} of {orr.total} = {100 * orr.value:.1f}\u00a0%, "
                f"95\u00a0% CI {100 * (orr.lower or 0):.1f}–{100 * (orr.upper or 0):.1f}\u00a0% (exact) · {counts}"
            )  # fmt: skip
            if asked.picture == "Waterfall":
                page.waterfalls[number].set_bars(waterfall(cohort, scope))
                page.waterfalls[number].set_numbers(told)
            elif asked.picture == "Spider":
                page.spiders[number].set_points(spider(cohort, scope), days, unit)
                page.spiders[number].set_numbers(told)
        if asked.picture == "Swimmer":
            page.swimmer.set_marks(swimmer(cohort), days, unit)

    def _draw_times(self, page: CohortPage, cohort: Cohort, asked: Asked) -> None:
        from app.cohort.cohort import compare_groups, time_to_event
        from app.cohort.pictures import incidence_curves
        from mrecist.caseendpoints import TITLES

        unit = asked.unit or _UNITS[0]
        short = _SHORT_UNITS.get(unit, unit)
        one = cohort.one_read_a_case()
        counted_once = cohort if asked.group == "reader" else one
        groups = counted_once.split(asked.group) if asked.group in cohort.fields else {"": counted_once}
        name = asked.time or _FIRST_TIME
        page.survival.head.title.setText(TITLES.get(name, name).capitalize())
        blank = translated("not stated") if len(groups) > 1 else ""
        page.survival.set_curves({value or blank: time_to_event(p, name, unit) for value, p in groups.items()}, short)
        tested = compare_groups(groups, name) if len(groups) > 1 else None
        if tested is not None:
            page.survival.set_numbers(
                f"{page.survival.numbers.text()} · log-rank χ² {tested.chi2:.2f}, p {_p_text(tested.p)}"
            )
        regions = {
            translated("intrahepatic"): incidence_curves({"": one}, "TTIHP", unit),
            translated("extrahepatic"): incidence_curves({"": one}, "TTEHP", unit),
        }
        last = [
            f"{word} {100 * points[-1].incidence:.1f}\u00a0%"
            for word, told in regions.items()
            if (points := [p for p in told if p.cause == "event"])
        ]
        page.incidence.set_curves(
            regions, short, translated("at the end: {told}", told=" · ".join(last)) if last else ""
        )

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
            self.page.offer(self.page.source, [(f"{_TABLE}{name}", name)], f"{_TABLE}{name}")
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
        from app.report.cohort_files import write_data, write_pdf_pages, write_pictures

        if self._ready is None or self.page is None:
            return
        try:
            if kind == "CSV":
                files = write_data(folder, self._ready.cohort, self.page.choices.unit or _UNITS[0])
            elif kind == "PDF":
                folder.mkdir(parents=True, exist_ok=True)
                title = f"{self.page.title.text()} · {self.page.counts.text()}"
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
        made = CohortPage(load_theme(Ground.PRINT), RULESETS, _UNITS)
        asked = self.page.choices
        for box, value in (
            (made.source, asked.source),
            (made.ruleset, asked.ruleset),
            (made.group, asked.group),
            (made.time, asked.time),
            (made.unit, asked.unit),
        ):
            made.offer(box, [(value, value)], value)
        made.picture.choose(asked.picture)
        made.resize(1400, 900)
        self._draw(made, self._ready)
        made.grab()  # lays it out
        return made


def _p_text(p: float) -> str:
    return "< 0.001" if p < 0.001 else f"{p:.3f}"
