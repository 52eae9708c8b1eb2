"""The note on what was decided at one time point, as a PDF that can be printed and filed."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from app.exports.exported import ExportedRead
from app.models.course import LesionCourse
from app.report.blocks import KeyPicture
from app.report.sheets import write_pdf
from app.report.tumour_report import TumourReport
from app.theme import Ground, load_theme
from app.words import translated
from mrecist.rulesets import RuleSet


def write_decision_note(
    path: Path, one: ExportedRead, ruleset: RuleSet, visit_id: str, today: date | None = None, paper: str = "a4"
) -> int:
    """Write the note and answer how many pages it has: decisions, their inputs, judgements and reasons, signatures.

    Raises
    ------
    OSError
        If the file cannot be written; nothing is left of it then.
    """
    report = TumourReport(load_theme(Ground.PRINT), one, ruleset, _no_picture, today, visit_id)
    part = path.with_name(f".{path.name}.part")
    title = translated("Decision note {case}, {visit}", case=one.id, visit=visit_id)
    try:
        pages = write_pdf(part, title, report.note_blocks(), report.paint_head, report.paint_foot, paper)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    return pages


def _no_picture(_one: LesionCourse, _visit_id: str) -> KeyPicture:
    raise LookupError("a decision note has no pictures")
