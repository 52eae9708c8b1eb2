"""Which window a series is shown through: its preset, or what the reader last dragged it to. Pure; no Qt."""

from __future__ import annotations

from collections.abc import Hashable

import numpy as np

from viewers.imaging.catalogue import PhaseName, Series
from viewers.imaging.windowing import MR_PRESETS, PRESETS, Window, auto_window
from viewers.widgets.source import Pixels

AUTOMATIC_KEY = 9
SUBTRACTION_HU = Window(200, 50)
"""What took up contrast is bright, what lost density dark."""

_ABDOMEN = 1
_TISSUE_HU = (20, 200)


def window_key(series: Series, phase: PhaseName | None, preset: int | None, subtraction: bool) -> Hashable:
    """What shares a window with a series.

    Lung and mediastinum of one CT series are apart. The dynamic phases of one MR sequence, made alike in one study,
    share a window so that enhancement shows; the hepatobiliary phase has its own.
    """
    if subtraction:
        return series.uid, "subtraction"
    if series.hounsfield or phase is None:
        return series.uid, preset
    group = phase if phase is PhaseName.HEPATOBILIARY else "dynamic"
    made = series.sequence
    alike = (series.modality, made.pulse, made.echo_ms, series.bits_stored, series.kernel)
    return series.study_uid, series.frame_of_reference_uid, group, alike


def preset_window(key: int) -> Window:
    """The CT window of a number key, in HU."""
    return next(preset.window for preset in PRESETS if preset.key == key)


def window_of_ct(preset: int | None) -> Window:
    """The window a CT series opens with."""
    return preset_window(preset or _ABDOMEN)


def window_for_tissue(pixels: Pixels) -> Window:
    """A narrow window around the soft tissue of one CT image (rows x columns, HU)."""
    tissue = pixels[(pixels > _TISSUE_HU[0]) & (pixels < _TISSUE_HU[1])]
    return auto_window(float(np.median(tissue))) if tissue.size else preset_window(_ABDOMEN)


def preset_title(key: int, own_ct: bool = False, own_mr: bool = False) -> str:
    """What a number key does, on CT and on MR; ``own`` where the reader keeps a window under it."""
    ct = "own" if own_ct else preset_names("HU").get(key, "")
    mr = "own" if own_mr else preset_names("").get(key, "")
    return f"Window: {ct}" + (f"; MR: {mr}" if mr else "")


def preset_names(unit: str) -> dict[int, str]:
    """The built-in presets by their number keys, for series of a unit (``HU``, or none for MR)."""
    if unit == "HU":
        return {preset.key: preset.name for preset in PRESETS} | {AUTOMATIC_KEY: "liver of this image"}
    return {preset.key: preset.name for preset in MR_PRESETS}
