"""A painted picture to file, as PNG or SVG: made whole in memory, so that a full disk is told and leaves no half."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QRectF, QSize
from PySide6.QtGui import QImage, QImageWriter, QPainter

from app.report.sheets import screen_dots_per_inch

Paint = Callable[[QPainter], None]


def write_whole(path: Path, content: bytes) -> None:
    """Write a file beside its place and move it there.

    Raises
    ------
    OSError
        If it cannot be written; what was there before is still there then.
    """
    part = path.with_name(f".{path.name}.part")
    try:
        part.write_bytes(content)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def image_of(size: QSize, ratio: int, paint: Paint) -> QImage:
    """A picture on white, with `ratio` dots for each of the screen's."""
    image = QImage(size * ratio, QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(ratio)
    image.fill("white")
    _painted(QPainter(image), paint)
    return image


def png_of(size: QSize, ratio: int, paint: Paint) -> bytes:
    """The picture as PNG."""
    content = _opened()
    QImageWriter(content, QByteArray(b"png")).write(image_of(size, ratio, paint))
    return bytes(content.data().data())


def svg_of(size: QSize, paint: Paint, title: str = "") -> bytes:
    """The picture as SVG, its words as text."""
    from PySide6.QtSvg import QSvgGenerator

    content = _opened()
    generator = QSvgGenerator()
    generator.setOutputDevice(content)
    generator.setResolution(screen_dots_per_inch())
    generator.setSize(size)
    generator.setViewBox(QRectF(0, 0, size.width(), size.height()))
    generator.setTitle(title)
    _painted(QPainter(generator), paint)
    return bytes(content.data().data())


def _opened() -> QBuffer:
    content = QBuffer()
    content.open(QIODevice.OpenModeFlag.WriteOnly)
    return content


def _painted(painter: QPainter, paint: Paint) -> None:
    try:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint(painter)
    finally:
        painter.end()
