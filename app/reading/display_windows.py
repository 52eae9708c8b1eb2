"""Which window a series is shown through: its preset, or what the reader last dragged it to."""

from __future__ import annotations

import numpy as np

from viewers.imaging.windowing import PRESETS, Window, auto_window, mr_window
from viewers.widgets.source import ImageSource, Pixels

AUTOMATIC_KEY = 9
_ABDOMEN = 1
_TISSUE_HU = (20, 200)


class DisplayWindows:
    """Windows by series and tile preset, so that lung and mediastinum of one chest series stay apart."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, int | None], Window] = {}

    def of(self, source: ImageSource, preset: int | None) -> Window | None:
        """The window to open a series with; None while none of its images is there to tell."""
        kept = self._kept.get((source.series_uid, preset))
        if kept is not None:
            return kept
        if source.unit == "HU":
            return preset_window(preset or _ABDOMEN)
        middle = source.count // 2
        return mr_window([source.pixels(middle)]) if source.ready(middle) else None

    def keep(self, source: ImageSource, preset: int | None, window: Window) -> None:
        self._kept[source.series_uid, preset] = window

    def forget(self) -> None:
        self._kept.clear()


def preset_window(key: int) -> Window:
    """The window of a number key."""
    return next(preset.window for preset in PRESETS if preset.key == key)


def window_for_tissue(pixels: Pixels) -> Window:
    """A narrow window around the soft tissue of one CT image (rows x columns, HU)."""
    tissue = pixels[(pixels > _TISSUE_HU[0]) & (pixels < _TISSUE_HU[1])]
    return auto_window(float(np.median(tissue))) if tissue.size else preset_window(_ABDOMEN)
