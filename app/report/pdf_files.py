"""A PDF for each read of each case: the report for the tumour board."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path

from app.exports.exported import ExportedCase, ExportRefused
from app.exports.staging import Staging
from app.report.key_images import KeyImages, painting
from app.report.sheets import write_pdf
from app.report.tumour_report import TumourReport
from app.storage.database import Database
from app.theme import Ground, Theme, load_theme
from mrecist.rulesets import RuleSet


class PdfReports:
    """Writes ``report-1.pdf``, ``report-2.pdf`` ...: no file name tells of a patient.

    Parameters
    ----------
    paper
        ``a4`` or ``letter``.
    """

    def __init__(
        self, staging: Staging, prefix: str, ruleset: RuleSet, database: Database | None, paper: str = "a4"
    ) -> None:
        self._staging, self._prefix, self._ruleset, self._paper = staging, prefix, ruleset, paper
        self._database = database
        self._written = 0
        self._application = painting()
        self._theme: Theme = load_theme(Ground.PRINT)

    def add(self, case: ExportedCase) -> Mapping[str, str]:
        """Write the reports of a case: all of its reads, or none of them."""
        made: list[Path] = []
        pictures = KeyImages(self._database, case.id)
        for one in case.reads:
            report = TumourReport(self._theme, one, self._ruleset, partial(pictures.picture_of, one.read.id))
            piece = self._staging.scratch / f"report-{len(made)}.pdf"
            try:
                write_pdf(piece, report.title, report.blocks(), report.paint_head, report.paint_foot, self._paper)
            except OSError as error:
                raise ExportRefused(f"{case.id}: its report cannot be written ({error.strerror or error})") from error
            made.append(piece)
        for piece in made:
            self._written += 1
            piece.replace(self._staging.path(f"{self._prefix}report-{self._written}.pdf"))
        return {}

    def finish(self) -> None:
        """Every report is written when it is added."""

    def close(self) -> None:
        """Nothing is held open."""
