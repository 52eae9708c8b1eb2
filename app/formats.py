"""All formats in which cases leave: those of `app.exports`, and those that are painted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING

from app.exports import formats
from app.exports.formats import CaseWriter, ExportFormat, ExportSettings

if TYPE_CHECKING:
    from app.exports.staging import Staging
    from app.storage.database import Database
    from mrecist.rulesets import RuleSet


def _pdf(staging: Staging, prefix: str, settings: ExportSettings, *, paper: str) -> CaseWriter:
    from app.report.pdf_files import PdfReports

    return PdfReports(staging, prefix, settings.ruleset, settings.database, paper)


_PAINTED = (
    ExportFormat(
        "pdf",
        "Report (PDF)",
        "for the tumour board: course, decisions, key images; A4",
        partial(_pdf, paper="a4"),
        identifies=True,
    ),
    ExportFormat(
        "pdf-letter", "Report (PDF, letter)", "the same on letter paper", partial(_pdf, paper="letter"), identifies=True
    ),
)
FORMATS: Mapping[str, ExportFormat] = MappingProxyType(
    {one.name: one for one in (*_PAINTED, *formats.FORMATS.values())}
)


def chosen_formats(names: Sequence[str]) -> tuple[ExportFormat, ...]:
    """The formats of these names, each once, in the order of the table.

    Raises
    ------
    KeyError
        If there is no such format.
    """
    for name in names:
        FORMATS[name]
    return tuple(row for row in FORMATS.values() if row.name in names)


def export_settings(
    ruleset: RuleSet,
    database: Database,
    study: str = "HEPATRACE",
    *,
    key_images: bool = False,
    deidentified: bool = False,
) -> ExportSettings:
    """The settings of an export; with `key_images` pictures of the lesions go into case files."""
    maker = None
    if key_images:
        from app.report.key_images import KeyImageFiles

        maker = KeyImageFiles(database, ruleset)
    return ExportSettings(ruleset, study, database, deidentified, maker)
