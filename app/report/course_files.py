"""The history to file: its picture on white as PNG or SVG, and the numbers behind it as CSV."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QEvent, QRectF, QSize
from PySide6.QtGui import QPainter

from app import words
from app.exports.csv_tables import CsvFile
from app.models.course import MARKER_UNITS, REGIONS, Course
from app.panels.history_plot import HistoryPlot
from app.report.picture_files import png_of, svg_of, write_whole
from app.theme import Face, Ground, load_theme

SIZE = QSize(1400, 820)
RATIO = 2
_HEAD_PX = 34
COLUMNS = ("case", "read", "date", "day", "timepoint", "what", "region", "name", "value", "unit", "until", "text")


def write_course(course: Course, path: Path, kind: str, *, study_time: bool = False) -> None:
    """Write one file whole: `kind` is ``PNG``, ``SVG`` or ``CSV``.

    Raises
    ------
    OSError
        If the file cannot be written; nothing is left of it then.
    """
    if kind == "CSV":
        _csv(course, path)
        return
    with _plot_of(course, study_time) as plot:

        def paint(painter: QPainter) -> None:
            _paint(painter, course, plot)

        title = f"{course.record.case_id}, {course.read.id}"
        content = png_of(SIZE, RATIO, paint) if kind == "PNG" else svg_of(SIZE, paint, title)
    write_whole(path, content)


@contextmanager
def _plot_of(course: Course, study_time: bool) -> Iterator[HistoryPlot]:
    """The plots as on the screen, on white, laid out."""
    plot = HistoryPlot(load_theme(Ground.PRINT))
    try:
        plot.resize(SIZE.width(), SIZE.height() - _HEAD_PX)
        plot.canvas.resize(plot.size())
        plot.set_study_time(study_time)
        plot.set_course(course)
        plot.grab()  # lays it out
        plot.fit()
        plot.grab()
        yield plot
    finally:
        plot.deleteLater()
        QCoreApplication.sendPostedEvents(plot, QEvent.Type.DeferredDelete)


def _paint(painter: QPainter, course: Course, plot: HistoryPlot) -> None:
    """A heading that says whose course it is, and under which rules; the plots below it."""
    theme = load_theme(Ground.PRINT)
    painter.setPen(theme.colour("text.1"))
    painter.setFont(theme.font(Face.TITLE, bold=True))
    rules = f"{course.ruleset.name} {course.ruleset.version}"
    reader = f" · {course.read.reader}" if course.read.reader else ""
    upto = f" · as of {words.iso(course.until)}" if course.until else ""
    line = QRectF(14, 6, SIZE.width() - 28, _HEAD_PX)
    painter.drawText(line, f"{course.record.case_id}{reader} · {rules}{upto}")
    plot.render_into(painter, QRectF(0, _HEAD_PX, SIZE.width(), SIZE.height() - _HEAD_PX))


def _csv(course: Course, path: Path) -> None:
    part = path.with_name(f".{path.name}.part")
    try:
        file = CsvFile(part, COLUMNS)
        try:
            common = {"case": course.record.case_id, "read": course.read.id}
            file.add(common | row for row in _rows(course))
        finally:
            file.close()
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def _rows(course: Course) -> Iterator[dict[str, str | int | float | None]]:
    day = course.record.day
    for point in course.points:
        at: dict[str, str | int | float | None] = {
            "date": point.on.isoformat(),
            "day": point.day,
            "timepoint": point.id,
        }
        for region in REGIONS:
            total, response = point.sum_mm(region), point.of_region(region)
            if total is not None:
                text = "partial" if point.is_partial(region) else None
                yield at | {
                    "what": "sum", "region": region.value, "value": _number(total), "unit": "mm", "text": text,
                }  # fmt: skip
            if response is not None:
                yield at | {"what": "response", "region": region.value, "text": response.response.value}
    for one in course.lesions:
        for seen in one.points:
            if seen.mm is not None:
                yield {
                    "date": seen.on.isoformat(), "day": day(seen.on), "timepoint": seen.visit_id, "what": "lesion",
                    "region": one.lesion.region.value, "name": one.lesion.id, "value": _number(seen.mm), "unit": "mm",
                    "text": seen.proposed or None,
                }  # fmt: skip
    for limit in course.limits:
        yield {
            "date": limit.since.isoformat(), "day": day(limit.since), "what": "limit", "region": limit.region.value,
            "name": limit.response.value, "value": _number(limit.mm), "unit": "mm",
        }  # fmt: skip
    for bar in course.treatments:
        until = bar.until.isoformat() if bar.until else None
        yield {
            "date": bar.on.isoformat(), "day": day(bar.on), "what": "treatment", "name": bar.lane, "until": until,
            "text": bar.dose,
        }  # fmt: skip
    for marker in course.markers:
        sign = ">" if marker.above else ""
        yield {
            "date": marker.on.isoformat(), "day": day(marker.on), "what": "marker", "name": marker.name,
            "value": f"{sign}{_number(marker.value)}", "unit": MARKER_UNITS[marker.name],
        }  # fmt: skip
    for event in course.events:
        yield {"date": event.on.isoformat(), "day": day(event.on), "what": "event", "text": event.text}


def _number(value: Fraction) -> str:
    """The decimal text of an exact value; the nearest double where it has no end."""
    return str(int(value)) if value.denominator == 1 else repr(float(value))
