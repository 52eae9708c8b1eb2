"""A cohort to file: its pictures on white, and the data behind each of them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QImage, QPainter

from app.cohort.adtte import adtte_csv
from app.cohort.cohort import Cohort, time_names
from app.cohort.pictures import (
    CurvePoint,
    IncidencePoint,
    SpiderPoint,
    SwimmerMark,
    WaterfallBar,
    incidence_curves,
    picture_csv,
    spider,
    survival_curves,
    swimmer,
    waterfall,
)
from app.exports.exported import write_files
from app.report.blocks import Drawing
from app.report.sheets import screen_dots_per_inch, write_pdf
from app.theme import Face, Ground, load_theme
from mrecist.values import Scope

if TYPE_CHECKING:
    from app.cohort_page import CohortPage

SIZE, RATIO = QSize(720, 440), 2
_TALL, _PRINTED = 450.0, 4
"""A picture on paper: its height, and how many dots it has for each of the screen's."""
_SCOPES = {"intra": Scope.INTRAHEPATIC, "extra": Scope.EXTRAHEPATIC}


def write_data(folder: Path, cohort: Cohort, unit: str) -> tuple[Path, ...]:
    """One CSV for each picture, and ``adtte.csv`` with every time of every read.

    Raises
    ------
    OSError
        If one cannot be written; nothing half-written is left.
    """
    files = {"adtte.csv": adtte_csv(cohort), "swimmer.csv": picture_csv(swimmer(cohort), SwimmerMark)}
    for name, scope in _SCOPES.items():
        files[f"waterfall-{name}.csv"] = picture_csv(waterfall(cohort, scope), WaterfallBar)
        files[f"spider-{name}.csv"] = picture_csv(spider(cohort, scope), SpiderPoint)
    for name in time_names(cohort):
        files[f"survival-{name}.csv"] = picture_csv(
            survival_curves({"all": cohort}, name, unit, each_reader=True), CurvePoint
        )
    for name in ("TTIHP", "TTEHP", "TTP"):
        if name in time_names(cohort):
            told = incidence_curves({"all": cohort}, name, unit, each_reader=True)
            files[f"incidence-{name}.csv"] = picture_csv(told, IncidencePoint)
    return write_files(folder, files)


def write_pictures(folder: Path, kind: str, page: CohortPage) -> tuple[Path, ...]:
    """Each picture of a page as PNG or SVG; the page is let go of afterwards.

    Raises
    ------
    OSError
        If one cannot be written.
    """
    write = {"PNG": _png, "SVG": _svg}[kind]
    written = []
    folder.mkdir(parents=True, exist_ok=True)
    try:
        for name, paint in page.pictures.items():
            path = folder / f"{name}.{kind.lower()}"
            part = folder / f".{path.name}.part"
            try:
                write(part, paint)
                part.replace(path)
            finally:
                part.unlink(missing_ok=True)
            written.append(path)
    finally:
        page.deleteLater()
        QCoreApplication.sendPostedEvents(page, QEvent.Type.DeferredDelete)
    return tuple(written)


def write_pdf_pages(path: Path, page: CohortPage, title: str, rules: str) -> Path:
    """The pictures of a page on A4 paper, two a page, each with its numbers; the page is let go of afterwards.

    Raises
    ------
    OSError
        If the file cannot be written; nothing is left of it then.
    """
    theme = load_theme(Ground.PRINT)
    part = path.with_name(f".{path.name}.part")

    def edge(painter: QPainter, box: QRectF, said: str) -> None:
        painter.setFont(theme.font(Face.SMALL))
        painter.setPen(theme.colour("text.2"))
        painter.drawText(box.adjusted(0, 10, 0, -10), int(Qt.AlignmentFlag.AlignVCenter), said)

    def picture_of(paint: Callable[..., None]) -> Drawing:
        image = _image(paint, _PRINTED)
        return Drawing(_TALL, lambda painter, box: painter.drawImage(_fitted(box), image))

    blocks = [picture_of(paint) for paint in page.pictures.values()]
    try:
        write_pdf(
            part,
            title,
            blocks,
            lambda painter, box, _page, _pages: edge(painter, box, title),
            lambda painter, box, number, pages: edge(painter, box, f"{rules} · page {number} of {pages}"),
        )
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
        page.deleteLater()
        QCoreApplication.sendPostedEvents(page, QEvent.Type.DeferredDelete)
    return path


def _image(paint: Callable[..., None], ratio: int) -> QImage:
    image = QImage(SIZE * ratio, QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(ratio)
    image.fill("white")
    _painted(QPainter(image), paint)
    return image


def _fitted(box: QRectF) -> QRectF:
    """The shape of a picture within a box."""
    scale = min(box.width() / SIZE.width(), box.height() / SIZE.height())
    return QRectF(box.left(), box.top(), SIZE.width() * scale, SIZE.height() * scale)


def _png(path: Path, paint: Callable[..., None]) -> None:
    image = _image(paint, RATIO)
    if not image.save(str(path), "PNG"):  # type: ignore[call-overload]
        raise OSError(f"{path.parent}: the picture could not be written; is there room, and may you write there?")


def _svg(path: Path, paint: Callable[..., None]) -> None:
    from PySide6.QtSvg import QSvgGenerator

    generator = QSvgGenerator()
    generator.setFileName(str(path))
    generator.setResolution(screen_dots_per_inch())
    generator.setSize(SIZE)
    generator.setViewBox(QRectF(0, 0, SIZE.width(), SIZE.height()))
    _painted(QPainter(generator), paint)
    if not path.is_file() or path.stat().st_size == 0:
        raise OSError(f"{path.parent}: the drawing could not be written; is there room, and may you write there?")


def _painted(painter: QPainter, paint: Callable[..., None]) -> None:
    try:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint(painter, QRectF(0, 0, SIZE.width(), SIZE.height()))
    finally:
        painter.end()
