"""Small pictures of lesions."""

from __future__ import annotations

import math

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter

from viewers.tools.events import Point
from viewers.tools.navigate import Framing
from viewers.tools.projection import Projection
from viewers.widgets.greys import Greys
from viewers.widgets.levels import Levels
from viewers.widgets.palette import ViewPalette
from viewers.widgets.source import ImageSource


def crop_image(
    source: ImageSource,
    point: Point,
    side_mm: float,
    size: QSize,
    center: float,
    width: float,
    ratio: float = 1.0,
    palette: ViewPalette | None = None,
) -> QImage | None:
    """The surroundings of a place in the patient (LPS mm), `side_mm` across; None where no image shows the place."""
    levels = Levels(source)
    found = levels.nearest(point)
    plane = None if found is None else source.plane(found[0])
    if found is None or plane is None or not levels.holds(point):
        return None
    column, row = plane.to_pixel(point)
    scale = min(size.width(), size.height()) / side_mm
    framing = Framing((column * plane.column_spacing_mm, row * plane.row_spacing_mm), scale)
    return _painted(source, found[0], framing, size, center, width, ratio, palette or ViewPalette())


def _painted(
    source: ImageSource,
    k: int,
    framing: Framing,
    size: QSize,
    center: float,
    width: float,
    ratio: float,
    palette: ViewPalette,
) -> QImage:
    picture = QImage(size * ratio, QImage.Format.Format_RGB32)
    picture.setDevicePixelRatio(ratio)
    picture.fill(QColor(palette.background))
    if not source.ready(k):
        return picture
    projection = Projection(source.plane(k), framing, (float(size.width()), float(size.height())))
    left, top = projection.view_of_pixel(-0.5, -0.5)
    right, bottom = projection.view_of_pixel(source.columns - 0.5, source.rows - 0.5)
    greys = Greys()
    image = greys.image(source.pixels(k), center, width, source.bright_is_low)
    # smooth scaling looks at two neighbours only: halve first, so that a small picture has no moiré
    halvings = max(0, math.floor(math.log2(max(1.0, image.width() / max(1.0, (right - left) * ratio)))))
    small = image if halvings == 0 else _smaller(image, 2**halvings)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    painter.drawImage(QRectF(left, top, right - left, bottom - top), small)
    painter.end()
    return picture


def _smaller(image: QImage, factor: int) -> QImage:
    size = QSize(max(1, image.width() // factor), max(1, image.height() // factor))
    return image.scaled(size, Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.SmoothTransformation)
