"""`python -m tests.support.fine_screen`: a view in a window on a screen of the ratio that QT_SCALE_FACTOR asks for.

Prints JSON: `ratio`; `differing`, the largest difference of any colour between what the window shows and
`render_to_image`, for a view on whole pixels of the device; `misplaced_px`, how far a bright spot of the image lies
from where the view says, in pixels of the device, for a view that may lie between them; `ahead`, the largest difference
between an image that may have been painted before it was asked for and the same image painted anew.
"""

from __future__ import annotations

import json
import math
import sys

import numpy as np
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication, QWidget

from tests.support.fonts import add_bundled_fonts
from tests.support.pictures import red_of, rgb_of, spots
from viewers.imaging.geometry import SlicePlane
from viewers.widgets.marks import Chip, CornerTexts, OverlayLevel, ViewLine
from viewers.widgets.slice_view import SliceView
from viewers.widgets.source import ArraySource

WIDTH, HEIGHT, SCREEN = 340, 280, 720
COLUMN, ROW = 140.6, 100.3


def shown(window: QWidget, left: int, top: int, overlay: OverlayLevel) -> tuple[SliceView, QImage]:
    """A view at a place of the window, and what the window then shows, in pixels of the device."""
    window.resize(SCREEN, SCREEN)  # offscreen, Qt gives no more than this many pixels of the device
    window.setFocusPolicy(window.focusPolicy().StrongFocus)
    view = SliceView(parent=window)
    view.setGeometry(left, top, WIDTH, HEIGHT)
    rows, columns = np.indices((256, 256))
    spot = 500 * np.exp(-((rows - ROW) ** 2 + (columns - COLUMN) ** 2) / 18)
    plane = SlicePlane((0.0, 0.0, 0.0), (1.0, 0.0, 0.0), (0.0, 1.0, 0.0), 0.7, 0.7)
    view.set_source(ArraySource(spot.astype(np.int16)[None], (plane,), "s"))
    view.set_window(250, 500)
    view.set_overlay(overlay)
    if overlay is OverlayLevel.FULL:
        chips = (Chip("AP", "0.97"), Chip("LOSSY"))
        view.set_corner_texts(CornerTexts(("Phantom", "63 y"), ("2025-06-10", chips), ("Im 1",), ("W 500",)))
        view.set_lines([ViewLine("a", (30.0, 30.0, 0.0), (90.0, 60.0, 0.0), "s.1", label="67.1 mm")])
    window.show()
    window.setFocus()
    for _ in range(20):
        QApplication.processEvents()
    ratio = window.devicePixelRatioF()
    size = round(SCREEN * ratio), round(SCREEN * ratio)
    return view, window.screen().grabWindow(window.winId(), 0, 0, *size).toImage()


def ahead(left: int, top: int) -> int:
    """How an image that the wheel comes to differs from itself when it is painted anew, in a view at a place."""
    window = QWidget()
    window.resize(SCREEN, SCREEN)
    view = SliceView(parent=window)
    view.setGeometry(left, top, WIDTH, HEIGHT)
    noise = np.random.default_rng(5).normal(100, 200, (4, 128, 150)).astype(np.int16)
    planes = tuple(SlicePlane((0.0, 0.0, k), (1.0, 0.0, 0.0), (0.0, 1.0, 0.0), 0.7, 0.7) for k in range(4))
    view.set_source(ArraySource(noise, planes, "s"), 0)
    view.set_window(100, 800)
    view.zoom(1.13)
    window.show()
    for index in (1, 2):
        view.set_index(index)
        for _ in range(20):
            QApplication.processEvents()
    size = round(SCREEN * window.devicePixelRatioF())
    pictures = []
    for _ in range(2):
        shown = window.screen().grabWindow(window.winId(), 0, 0, size, size).toImage()
        pictures.append(rgb_of(shown).astype(int))
        view.refresh()
        for _ in range(20):
            QApplication.processEvents()
    window.hide()
    return int(np.abs(pictures[0] - pictures[1]).max())


def main() -> None:
    application = QApplication([])
    add_bundled_fonts()
    windows = QWidget(), QWidget()
    view, screen = shown(windows[0], 8, 4, OverlayLevel.FULL)
    ratio = view.devicePixelRatioF()
    rendered = rgb_of(view.render_to_image(view.size(), ratio)).astype(int)
    left, top = round(8 * ratio), round(4 * ratio)
    seen = rgb_of(screen).astype(int)[top : top + rendered.shape[0], left : left + rendered.shape[1]]
    differing = int(np.abs(seen - rendered).max())
    view, screen = shown(windows[1], 7, 5, OverlayLevel.OFF)
    ((x, y),) = spots(red_of(screen), 1, 20 * ratio)
    wanted = view.widget_point_of((COLUMN * 0.7, ROW * 0.7, 0.0))
    misplaced = math.dist((x, y), ((7 + wanted.x()) * ratio, (5 + wanted.y()) * ratio))
    told = {"ratio": ratio, "differing": differing, "misplaced_px": misplaced, "ahead": max(ahead(8, 4), ahead(7, 5))}
    sys.stdout.write(json.dumps(told))
    del application


if __name__ == "__main__":
    main()
