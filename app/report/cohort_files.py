"""A cohort to file: its pictures on white, and the data behind each of them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QEvent, QRectF, QSize
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
from mrecist.values import Scope

if TYPE_CHECKING:
    from app.cohort_page import CohortPage

SIZE, RATIO = QSize(720, 440), 2
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
    once = cohort.one_read_a_case()
    for name in time_names(cohort):
        files[f"survival-{name}.csv"] = picture_csv(survival_curves({"all": once}, name, unit), CurvePoint)
    for name in ("TTIHP", "TTEHP", "TTP"):
        if name in time_names(cohort):
            files[f"incidence-{name}.csv"] = picture_csv(incidence_curves({"all": once}, name, unit), IncidencePoint)
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


def _png(path: Path, paint: Callable[..., None]) -> None:
    image = QImage(SIZE * RATIO, QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(RATIO)
    image.fill("white")
    _painted(QPainter(image), paint)
    if not image.save(str(path), "PNG"):  # type: ignore[call-overload]
        raise OSError(f"{path.parent}: the picture could not be written; is there room, and may you write there?")


def _svg(path: Path, paint: Callable[..., None]) -> None:
    from PySide6.QtSvg import QSvgGenerator

    generator = QSvgGenerator()
    generator.setFileName(str(path))
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
