"""The pictures of a cohort to file, on white; the data behind them are those of the command line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QPainter

from app.report.blocks import Drawing
from app.report.picture_files import Paint, image_of, png_of, svg_of, write_whole
from app.report.sheets import write_pdf
from app.theme import Face, Ground, load_theme

if TYPE_CHECKING:
    from app.cohort_page import CohortPage

SIZE, RATIO = QSize(720, 440), 2
_TALL, _PRINTED = 450.0, 4
"""A picture on paper: its height, and how many dots it has for each of the screen's."""


def write_pictures(folder: Path, kind: str, page: CohortPage) -> tuple[Path, ...]:
    """Each picture of a page as PNG or SVG; the page is let go of afterwards.

    Raises
    ------
    OSError
        If one cannot be written.
    """
    written = []
    folder.mkdir(parents=True, exist_ok=True)
    try:
        for name, paint in page.pictures.items():
            path = folder / f"{name}.{kind.lower()}"
            boxed = _boxed(paint)
            write_whole(path, png_of(SIZE, RATIO, boxed) if kind == "PNG" else svg_of(SIZE, boxed))
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
        image = image_of(SIZE, _PRINTED, _boxed(paint))
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


def _boxed(paint: Callable[..., None]) -> Paint:
    """What paints into a box, with the box of a picture."""
    return lambda painter: paint(painter, QRectF(0, 0, SIZE.width(), SIZE.height()))


def _fitted(box: QRectF) -> QRectF:
    """The shape of a picture within a box."""
    scale = min(box.width() / SIZE.width(), box.height() / SIZE.height())
    return QRectF(box.left(), box.top(), SIZE.width() * scale, SIZE.height() * scale)
