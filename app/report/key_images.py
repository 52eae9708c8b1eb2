"""The pictures of lesions: cut from their images, or those that came with a case file; for the report and for files."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QGuiApplication, QImage, QPainter

from app import words
from app.exports.case_pictures import lines_of
from app.exports.exported import ExportedCase, ExportedRead
from app.exports.pixel_doubts import text_in_pixels
from app.exports.png_soundness import why_unsound
from app.exports.source_images import ImageMissing, SourceImages
from app.models.course import LesionCourse, LesionPoint, course_of
from app.reading.lesion_crops import SIDE_MM, LesionCrop, crop_of
from app.report.blocks import KeyPicture, paint_key_picture
from app.report.key_points import key_points
from app.report.picture_files import png_of
from app.storage.catalogue import StoredCatalogue
from app.storage.database import Database
from app.storage.key_images import KeyImage, Place, kept_key_images, line_digest
from app.theme import Ground, Theme, install_fonts, load_theme
from app.words import translated
from mrecist.rulesets import RuleSet
from mrecist.values import Line
from viewers.imaging.errors import ImagingError
from viewers.imaging.geometry import length_mm

PICTURE_PX = 420


@dataclass(frozen=True, slots=True)
class Cut:
    """A picture from the image itself, and which image of its series that is; 0 where it is not known."""

    crop: LesionCrop
    phase: str
    number: int
    of: int
    description: str


class KeyImages:
    """The pictures of one case: cut where its images are, else kept; what is neither is told in its place.

    Parameters
    ----------
    database
        Knows where the images are and keeps pictures; without one there are none.
    """

    def __init__(self, database: Database | None, case_id: str) -> None:
        self._catalogue = None if database is None else StoredCatalogue(database)
        self._kept: Mapping[Place, KeyImage | None] = {}
        if database is not None:
            with database.reading() as connection:
                self._kept = kept_key_images(connection, case_id)

    def picture_of(self, read_id: str, one: LesionCourse, visit_id: str) -> KeyPicture:
        """The picture of a lesion at a time point for the report, with the line from which it was measured."""
        point = next(each for each in one.points if each.visit_id == visit_id)
        size = words.DASH if point.mm is None else words.with_mm(point.mm)
        title = f"{visit_id} · {words.iso(point.on)} · {size}"
        if point.line is None:
            return KeyPicture(title, "", note=translated("Nothing was measured here: {found}.", found=size))
        cut = self._cut(one, point.line)
        if isinstance(cut, Cut):
            caption = _listed(_phase(cut.phase), _where(cut.number, cut.of), cut.description)
            return KeyPicture(title, caption, _grey(cut.crop), cut.crop.line, cut.crop.mm_per_px)
        kept = self._kept.get((read_id, one.lesion.id, visit_id, line_digest(point.line)))
        if kept is None or why_unsound(kept.content):
            return KeyPicture(title, "", note=cut)
        told = translated("kept picture")
        caption = _listed(_phase(kept.phase), _where(kept.number, kept.of), told)
        return KeyPicture(title, caption, QImage.fromData(kept.content))

    def cut_of(self, one: LesionCourse, line: Line) -> Cut | str:
        """The picture of a line without the patient, or why there is none: where its pixels may tell, it stays."""
        cut = self._cut(one, line)
        if isinstance(cut, str) or self._catalogue is None:
            return cut
        try:
            header = SourceImages(self._catalogue.get).image(line.series_uid, line.sop_uid).header
        except ImageMissing:
            return translated("The image could not be read.")
        doubts = text_in_pixels(header)
        return f"{doubts[0]}: its picture stays here" if doubts else cut

    @property
    def kept(self) -> Mapping[Place, KeyImage | None]:
        """The pictures that came with a case file; None stands for a damaged one."""
        return self._kept

    def _cut(self, one: LesionCourse, line: Line) -> Cut | str:
        series = None if self._catalogue is None else self._catalogue.get(line.series_uid)
        if series is None:
            return translated("The images are not in this database.")
        longest = max(length_mm(each.line.start, each.line.end) for each in one.points if each.line is not None)
        try:
            crop = crop_of(series, line, PICTURE_PX, max(SIDE_MM, longest * 1.4), one.lesion.organ)
        except (ImagingError, OSError):
            crop = None
        if crop is None:
            return translated("The image could not be read.")
        number = next((n for n, each in enumerate(series.slices, 1) if each.sop_uid == line.sop_uid), 0)
        return Cut(crop, series.phase.name or "", number, len(series.slices), series.description)


class KeyImageFiles:
    """The `app.exports.formats.KeyImageMaker`: pictures of each lesion at baseline, nadir and now, as PNG."""

    def __init__(self, database: Database, ruleset: RuleSet) -> None:
        self._database, self._ruleset = database, ruleset
        self._application = painting()
        self._theme = load_theme(Ground.PRINT)

    def __call__(self, case: ExportedCase, note: Callable[[str, str, str], None]) -> tuple[KeyImage, ...]:
        """The pictures of a case: cut anew where its images are, else as they came; in order of what they show."""
        pictures = KeyImages(self._database, case.id)
        found: dict[Place, KeyImage] = {}
        for one in case.reads:
            course = course_of(case.record, one.read.id, self._ruleset, one.assessment)
            for lesion in course.lesions:
                for point in _shown(lesion, key_points(course, lesion)):
                    self._add(found, pictures, one, lesion, point, note)
        shown = lines_of(case.record)
        for place, kept in pictures.kept.items():
            if kept is not None and place in shown:
                found.setdefault(place, kept)
        return tuple(found[place] for place in sorted(found))

    def _add(
        self,
        found: dict[Place, KeyImage],
        pictures: KeyImages,
        one: ExportedRead,
        lesion: LesionCourse,
        point: LesionPoint,
        note: Callable[[str, str, str], None],
    ) -> None:
        assert point.line is not None
        cut = pictures.cut_of(lesion, point.line)
        place = one.read.id, lesion.lesion.id, point.visit_id, line_digest(point.line)
        if isinstance(cut, Cut):
            content = _png(cut.crop, self._theme)
            found[place] = KeyImage(*place, cut.phase, cut.number, cut.of, content)
        elif pictures.kept.get(place) is None:
            spoilt = " The picture that came with the case is damaged." if place in pictures.kept else ""
            note(one.read.id, point.visit_id, f"{lesion.lesion.id}: no key image: {cut}{spoilt}")


def painting() -> QGuiApplication | None:
    """Fonts and pictures need an application of Qt; one without a screen where there is none."""
    if QGuiApplication.instance() is None:
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
        made = QGuiApplication(["hepatrace"])
        install_fonts()
        return made
    return None


def _shown(lesion: LesionCourse, points: tuple[str, ...]) -> Iterator[LesionPoint]:
    return (point for point in lesion.points if point.visit_id in points and point.line is not None)


def _png(crop: LesionCrop, theme: Theme) -> bytes:
    """The picture with its line and scale drawn, and nothing else in the file."""
    size = QSize(*crop.grey.shape[::-1])

    def paint(painter: QPainter, picture: KeyPicture) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint_key_picture(painter, QRectF(0, 0, size.width(), size.height()), picture, theme)

    return png_of(size, 1, partial(paint, picture=KeyPicture("", "", _grey(crop), crop.line, crop.mm_per_px)))


def _grey(crop: LesionCrop) -> QImage:
    rows, columns = crop.grey.shape
    return QImage(crop.grey.tobytes(), columns, rows, columns, QImage.Format.Format_Grayscale8).copy()


def _phase(name: str) -> str:
    return name.replace("_", " ")


def _where(number: int, of: int) -> str:
    return translated("image {number} of {all}", number=number, all=of) if number else ""


def _listed(*parts: str) -> str:
    return " · ".join(part for part in parts if part)
