"""Pictures as arrays, and where something bright is in them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QImage


def red_of(image: QImage) -> NDArray[np.uint8]:
    """Rows x columns of the device: the red channel, which is the grey where there is no colour."""
    pixels = image.convertToFormat(QImage.Format.Format_RGB32)
    words = np.frombuffer(pixels.constBits(), np.uint32).reshape(pixels.height(), pixels.bytesPerLine() // 4)
    return np.asarray((words[:, : pixels.width()] >> 16) & 0xFF, np.uint8)


def rgb_of(image: QImage) -> NDArray[np.uint8]:
    """Rows x columns x 3 of the device."""
    pixels = image.convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(pixels.constBits(), np.uint8).reshape(pixels.height(), pixels.bytesPerLine())
    return rows[:, : pixels.width() * 3].reshape(pixels.height(), pixels.width(), 3).copy()


def spots(grey: NDArray[np.uint8], count: int, apart_px: float) -> list[tuple[float, float]]:
    """(x, y) of the `count` brightest spots, in pixels of the device, fractions counted, no two within `apart_px`."""
    left = grey.astype(float)
    rows, columns = np.indices(left.shape)
    found = []
    for _ in range(count):
        row, column = np.unravel_index(int(left.argmax()), left.shape)
        near = (rows - row) ** 2 + (columns - column) ** 2 < apart_px**2
        weight = left * near
        total = weight.sum()
        found.append((float((weight * (columns + 0.5)).sum() / total), float((weight * (rows + 0.5)).sum() / total)))
        left[near] = 0.0
    return found
