"""A PDF for each read of each case: the report for the tumour board."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from PySide6.QtGui import QGuiApplication, QImage

from app import words
from app.exports.exported import ExportedCase, ExportRefused
from app.exports.staging import Staging
from app.models.course import LesionCourse
from app.reading.lesion_crops import SIDE_MM, crop_of
from app.report.blocks import KeyPicture
from app.report.sheets import write_pdf
from app.report.tumour_report import TumourReport
from app.storage.catalogue import StoredCatalogue
from app.storage.database import Database
from app.theme import Ground, Theme, install_fonts, load_theme
from app.words import translated
from mrecist.rulesets import RuleSet
from viewers.imaging.errors import ImagingError
from viewers.imaging.geometry import length_mm

PICTURE_PX = 420


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
        self._catalogue = None if database is None else StoredCatalogue(database)
        self._written = 0
        self._application = _painting()
        self._theme: Theme = load_theme(Ground.PRINT)

    def add(self, case: ExportedCase) -> Mapping[str, str]:
        """Write the reports of a case: all of its reads, or none of them."""
        made: list[Path] = []
        for one in case.reads:
            report = TumourReport(self._theme, one, self._ruleset, KeyImages(self._catalogue).picture_of)
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


class KeyImages:
    """Cuts the pictures of lesions from their images; what is not there is told in its place."""

    def __init__(self, catalogue: StoredCatalogue | None) -> None:
        self._catalogue = catalogue

    def picture_of(self, one: LesionCourse, visit_id: str) -> KeyPicture:
        """The picture of a lesion at a time point, with the line from which it was measured."""
        point = next(each for each in one.points if each.visit_id == visit_id)
        size = words.DASH if point.mm is None else words.with_mm(point.mm)
        title = f"{visit_id} · {words.iso(point.on)} · {size}"
        line = point.line
        series = None if line is None or self._catalogue is None else self._catalogue.get(line.series_uid)
        if line is None:
            return KeyPicture(title, "", note=translated("Nothing was measured here: {found}.", found=size))
        if series is None:
            return KeyPicture(title, "", note=translated("The images are not in this database."))
        longest = max(length_mm(each.line.start, each.line.end) for each in one.points if each.line is not None)
        try:
            crop = crop_of(series, line, PICTURE_PX, max(SIDE_MM, longest * 1.4), one.lesion.organ)
        except (ImagingError, OSError):
            crop = None
        if crop is None:
            return KeyPicture(title, "", note=translated("The image could not be read."))
        rows, columns = crop.grey.shape
        image = QImage(crop.grey.tobytes(), columns, rows, columns, QImage.Format.Format_Grayscale8).copy()
        number = next((n for n, each in enumerate(series.slices, 1) if each.sop_uid == line.sop_uid), None)
        phase = series.phase.name.value.replace("_", " ") if series.phase.name else ""
        where = "" if number is None else translated("image {number} of {all}", number=number, all=len(series.slices))
        caption = " · ".join(part for part in (phase, where, series.description) if part)
        return KeyPicture(title, caption, image, crop.line, crop.mm_per_px)


def _painting() -> QGuiApplication | None:
    """Fonts and pictures need an application of Qt; one without a screen where there is none."""
    if QGuiApplication.instance() is None:
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
        made = QGuiApplication(["hepatrace"])
        install_fonts()
        return made
    return None
