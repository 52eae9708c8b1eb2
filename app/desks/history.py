"""Fills the history screen from the session: the course, its pictures, going back in time, and its files."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QSettings, Signal
from PySide6.QtWidgets import QFileDialog

from app import words
from app.assessing import assess_read
from app.main_window import HISTORY, MainWindow
from app.models.as_of import as_of
from app.models.course import Course, LesionCourse, course_of
from app.models.hiding import without_decisions
from app.models.kept import kept_of
from app.session import ReadingSession
from app.state.reading_mode import Hidden
from app.tasks import Failure, TaskRunner, Token
from app.words import translated
from mrecist.values import LesionRole
from viewers.imaging.catalogue import Catalogue
from viewers.imaging.errors import ImagingError

if TYPE_CHECKING:
    from app.history_page import HistoryPage
    from app.panels.lesion_strip import StripTile
    from app.reading.lesion_crops import LesionCrop

CROP_PX = 208
_SLOT = "strip"
_Key = tuple[str, str, int, object, object]


class HistoryDesk(QObject):
    """Between the session and the history page. The page is made when it is first asked for: plots take a while.

    Signals
    -------
    told(str)
        One sentence for the reader.
    """

    told = Signal(str)

    def __init__(
        self, session: ReadingSession, window: MainWindow, catalogue: Catalogue, runner: TaskRunner, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._session, self._window, self._catalogue, self._runner = session, window, catalogue, runner
        self.page: HistoryPage | None = None
        self._until: date | None = None
        self._course: Course | None = None
        self._crops: dict[_Key, LesionCrop | str] = {}
        session.case_opened.connect(self._on_case_opened)
        session.record_changed.connect(self._refresh_if_seen)
        session.selection_changed.connect(self._refresh_if_seen)
        window.page_shown.connect(lambda _name: self._refresh_if_seen())
        window.narrowed.connect(self._on_narrowed)

    @property
    def course(self) -> Course | None:
        """The course on screen."""
        return self._course

    def show(self) -> None:
        """Show the history of the open case."""
        if self._session.record is None:
            return
        if Hidden.PRIOR in self._session.hides:
            self.told.emit(translated("Your read hides the measurements of other time points until all are signed."))
            return
        if self.page is None:
            self._make_page()
        self._window.show_page(HISTORY)
        if self.page is not None:
            self.page.plot.setFocus()

    def go_back_to(self, until: object) -> None:
        """The course as it stood on a date; None for all of it."""
        self._until = until if isinstance(until, date) else None
        self._refresh_if_seen()

    def export(self, kind: str) -> None:
        """Ask for a file, and write the picture or its numbers there."""
        if self._course is None:
            return
        folder = str(QSettings().value("export/folder", ""))
        # No name and no number of the patient in a file's name that the reader did not choose.
        suggested = str(Path(folder) / f"course.{kind.lower()}")
        asked = translated("Export the course")
        chosen, _ = QFileDialog.getSaveFileName(self._window, asked, suggested, f"{kind} (*.{kind.lower()})")
        if chosen:
            QSettings().setValue("export/folder", str(Path(chosen).parent))
            self.write(Path(chosen), kind)

    def write(self, path: Path, kind: str) -> None:
        """Write one file of the course on screen; says where it is, or why it could not be written."""
        from app.report.course_files import write_course

        if self._course is None or self.page is None:
            return
        try:
            write_course(self._course, path, kind, study_time=bool(self.page.axis.value))
        except OSError as error:
            self._window.work.show_result(f"Not exported: {error.strerror or error}", error=True)
            return
        self._window.work.show_result(f"Exported {path.name} to {path.parent}")

    # --- inside -----------------------------------------------------------------------------------------------

    def _make_page(self) -> None:
        from app.history_page import HistoryPage

        page = self.page = HistoryPage(self._window.theme)
        page.set_narrow(self._window.narrow)
        page.visit_chosen.connect(self._session.select_visit)
        page.visit_stepped.connect(self._step)
        page.opened.connect(self._open_images)
        page.until_chosen.connect(self.go_back_to)
        page.export_chosen.connect(self.export)
        self._window.set_page(HISTORY, page)

    def _on_case_opened(self) -> None:
        self._until = None
        self._crops.clear()

    def _on_narrowed(self, narrow: bool) -> None:
        if self.page is not None:
            self.page.set_narrow(narrow)

    def _refresh_if_seen(self) -> None:
        if self.page is not None and self._window.shown_page == HISTORY:
            self._refresh(self.page)

    def _refresh(self, page: HistoryPage) -> None:
        record, assessment = self._session.record, self._session.assessment
        if record is None or Hidden.PRIOR in self._session.hides:
            self._course = None
            page.set_course(None, "", "")
            return
        read_id, ruleset = self._session.read_id, self._session.ruleset
        dates = {point.on for point in record.assessed_visits} | {one.on for one in record.treatments}
        page.set_dates(sorted(dates, key=lambda on: -on.toordinal()), self._until)
        if self._until is not None:
            record = as_of(record, self._until)
            ready = record.visits and record.read(read_id) is not None
            assessment = assess_read(record, read_id, ruleset) if ready else None
            if assessment is not None and Hidden.CLINICAL in self._session.hides:
                assessment = without_decisions(assessment)
        course = self._course = course_of(record, read_id, ruleset, assessment, self._until)
        chosen = self._session.selection
        one = self._lesion(course, chosen.lesion_id)
        kept = kept_of(self._session.store.entries, record, read_id)
        if Hidden.OTHERS in self._session.hides:  # who else reads the case is not told
            kept = tuple(x if x.by == self._session.reader else replace(x, by="") for x in kept)
        page.set_course(course, chosen.visit_id, one.lesion.id if one else "", kept)
        self._show_strip(page, course, one)

    @staticmethod
    def _lesion(course: Course, lesion_id: str | None) -> LesionCourse | None:
        """The selected lesion; without one the largest target, else the largest of the others."""
        for one in course.lesions:
            if one.lesion.id == lesion_id:
                return one
        known = [one for one in course.lesions if one.last is not None]
        targets = [one for one in known if one.lesion.role is LesionRole.TARGET]
        first = next(iter(course.lesions), None)
        return max(targets or known, key=lambda one: one.points[0].mm or 0, default=first)

    def _step(self, step: int) -> None:
        points = self._course.points if self._course else ()
        ids = [point.id for point in points]
        at = ids.index(self._session.selection.visit_id) + step if self._session.selection.visit_id in ids else 0
        if 0 <= at < len(ids):
            self._session.select_visit(ids[at])

    def _open_images(self, visit_id: str, lesion_id: str) -> None:
        self._session.select_visit(visit_id)
        if lesion_id:
            self._session.select_lesion(lesion_id)
        self._window.show_reading()

    # --- the same lesion at every time point ------------------------------------------------------------------

    def _show_strip(self, page: HistoryPage, course: Course, one: LesionCourse | None) -> None:
        if one is None:
            page.strip.set_tiles("", "", "", ())
            return
        segments = f" S{'/'.join(one.lesion.segments)}" if one.lesion.segments else ""
        place = f"{words.organ_word(one.lesion.organ)}{segments}"
        page.strip.set_tiles(one.lesion.id, place, "", self._tiles(course, one))
        self._show_pictures(page, one)
        self._cut_missing(one)

    def _tiles(self, course: Course, one: LesionCourse) -> list[StripTile]:
        from app.panels.lesion_strip import StripTile, tile_change

        first = next((point for point in one.points if point.mm is not None), None)
        tiles = []
        for point in one.points:
            value = words.DASH if point.mm is None else words.with_mm(point.mm)
            change = translated("first") if point is first else ""
            if first is not None and point is not first:
                change = tile_change(point.mm, first.mm, first.visit_id)
            chosen = point.visit_id == self._session.selection.visit_id
            note = translated("loading …") if point.line else translated("no line on an image")
            on = words.month_day(point.on)
            tiles.append(StripTile(point.visit_id, on, value, change, chosen, note=note, proposed=point.proposed))
        return tiles

    def _cut_missing(self, one: LesionCourse) -> None:
        lines = [point.line for point in one.points if point.line is not None]
        wanted = [line for line in lines if _key(line) not in self._crops]
        if not wanted:
            return
        catalogue, organ = self._catalogue, one.lesion.organ

        def cut(token: Token) -> dict[_Key, LesionCrop | str]:
            from app.reading.lesion_crops import SIDE_MM, crop_of
            from viewers.imaging.geometry import length_mm

            longest = max(length_mm(line.start, line.end) for line in lines)
            made: dict[_Key, LesionCrop | str] = {}
            for number, line in enumerate(wanted):
                token.progress(number, len(wanted))
                series = catalogue.get(line.series_uid)
                try:
                    crop = (
                        None if series is None else crop_of(series, line, CROP_PX, max(SIDE_MM, longest * 1.3), organ)
                    )
                except (ImagingError, OSError):
                    crop = None
                made[_key(line)] = translated("image not found") if crop is None else crop
            return made

        self._runner.start(_SLOT, cut, done=self._cut, failed=self._not_cut)

    def _cut(self, made: object) -> None:
        assert isinstance(made, dict)
        self._crops |= made
        if self.page is not None and self._course is not None:
            one = self._lesion(self._course, self._session.selection.lesion_id)
            if one is not None:
                self._show_pictures(self.page, one)

    def _not_cut(self, failure: Failure) -> None:
        self.told.emit(failure.message)

    def _show_pictures(self, page: HistoryPage, one: LesionCourse) -> None:
        from PySide6.QtGui import QImage

        from app.panels.lesion_strip import StripPicture

        for point in one.points:
            view = page.strip.views.get(point.visit_id)
            crop = self._crops.get(_key(point.line)) if point.line is not None else None
            if view is None or crop is None:
                continue
            if isinstance(crop, str):
                view.set_picture(None, crop)
                continue
            rows, columns = crop.grey.shape
            image = QImage(crop.grey.tobytes(), columns, rows, columns, QImage.Format.Format_Grayscale8).copy()
            view.set_picture(StripPicture(image, crop.line, crop.mm_per_px))


def _key(line: object) -> _Key:
    from mrecist.values import Line

    assert isinstance(line, Line)
    return line.series_uid, line.sop_uid, line.frame, line.start, line.end
