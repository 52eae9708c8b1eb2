"""Window and level: values to grey, and the windows a liver reader asks for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from viewers.imaging.catalogue import PhaseName, Series
from viewers.imaging.rescale import PADDED

Grey = NDArray[np.uint8]

NARROWEST_WIDTH = 1e-6
"""Apparent diffusion coefficients in mm²/s run from 0 to 0.003."""

WIDEST_WIDTH = 1e12
"""No image has values so far apart; wider ones would end in infinity, from which no key leads back."""

_FINE_WIDTH = 64.0
_STEP = 1e-4


@dataclass(frozen=True, slots=True)
class Window:
    """Grey runs from black to white over `width` values around `centre`, as DICOM PS3.3 C.11.2.1.2 defines it."""

    width: float
    centre: float

    def __post_init__(self) -> None:
        if not self.width > 0:
            raise ValueError(f"a window is wider than nothing, not {self.width}")


def shown_span(width: float, fractions: bool) -> float:
    """How far apart the values are that a window so wide shows black and white.

    One less than its width, as DICOM PS3.3 C.11.2.1.2.1 (LINEAR) has it: the standard counts whole values, and a window
    1 wide tells two neighbours apart. Values with fractions through a window narrower than 64, as of maps of T1 in
    seconds, are shown by C.11.2.1.3.2 (LINEAR_EXACT), to which the width is the span; at 64 that is 2 % more.
    """
    return width if fractions and width < _FINE_WIDTH else max(width - 1.0, _STEP)


@dataclass(frozen=True, slots=True)
class Preset:
    """A named window, on the number key `key`."""

    key: int
    name: str
    window: Window


PRESETS = (
    Preset(1, "abdomen", Window(400, 40)),
    Preset(2, "liver, unenhanced", Window(150, 30)),
    Preset(3, "liver, arterial", Window(200, 60)),
    Preset(4, "liver, portal venous", Window(150, 90)),
    Preset(5, "lung", Window(1500, -600)),
    Preset(6, "mediastinum", Window(350, 50)),
    Preset(7, "bone", Window(2000, 400)),
    Preset(8, "lipiodol", Window(800, 200)),
)
"""CT windows in HU."""

_OF_PHASE = {PhaseName.PRE: 2, PhaseName.ARTERIAL: 3, PhaseName.PORTAL_VENOUS: 4, PhaseName.DELAYED: 4}


def preset_for(phase: PhaseName | None) -> Preset:
    """The CT preset a phase is read with; the abdomen's when the phase is not known."""
    key = _OF_PHASE.get(phase, 1) if phase else 1
    return next(preset for preset in PRESETS if preset.key == key)


def auto_window(liver_median_hu: float) -> Window:
    """A window 150 HU wide, centred 10 HU above the median of a region of liver."""
    return Window(150, liver_median_hu + 10)


@dataclass(frozen=True, slots=True)
class PercentilePreset:
    """A window from the `low` to the `high` percentile of values without a unit, on the number key `key`.

    Over all phases of one sequence together (`of` ``sequence``), one ``series``, or one ``image``.
    """

    key: int
    name: str
    low: float
    high: float
    of: str


MR_PRESETS = (
    PercentilePreset(1, "phases together", 1, 99, "sequence"),
    PercentilePreset(2, "this series", 1, 99, "series"),
    PercentilePreset(3, "narrow", 10, 95, "sequence"),
    PercentilePreset(4, "wide", 0, 100, "sequence"),
    PercentilePreset(5, "dark detail", 1, 75, "sequence"),
    PercentilePreset(9, "this image", 1, 99, "image"),
)
"""Windows of MR, whose values have no unit."""


def percentile_window(images: Iterable[NDArray[Any]], low: float, high: float) -> Window:
    """The window from one percentile of all images together to another.

    Zeros, the background that scanners mask out, what lies outside the measured volume and values that are not
    numbers do not count.
    """
    samples = [np.asarray(image)[::2, ::2].ravel() for image in images]
    values = np.concatenate(samples) if samples else np.zeros(0)
    values = values[(values != 0) & (values != PADDED) & np.isfinite(values)]
    if not values.size:
        return Window(1, 0)
    bottom, top = (float(p) for p in np.percentile(values, (low, high)))
    least = NARROWEST_WIDTH if values.dtype.kind == "f" and top > bottom else 1.0
    return Window(max(least, top - bottom), (bottom + top) / 2)


def mr_window(images: Iterable[NDArray[Any]]) -> Window:
    """The window from the 1st to the 99th percentile of all images together.

    Phases of one sequence share a window, so that enhancement shows: give the images of all of them.
    """
    return percentile_window(images, 1, 99)


def default_window(series: Series, image: NDArray[Any]) -> Window:
    """The window to show a series with at first: by phase for CT in HU, by the values of `image` otherwise.

    The window a file brings along is not trusted: an abdomen may carry a lung window.
    """
    return preset_for(series.phase.name).window if series.hounsfield else mr_window([image])


class GreyMapper:
    """Maps images to grey, reusing its buffers from one image to the next. One for each view and thread."""

    def __init__(self) -> None:
        self._clipped = np.empty((0, 0), np.int16)
        self._scaled = np.empty((0, 0), np.uint16)
        self._table: tuple[object, Grey] | None = None

    def map(
        self,
        pixels: NDArray[Any],
        window: Window,
        *,
        slope: float = 1.0,
        intercept: float = 0.0,
        inverted: bool = False,
        out: Grey | None = None,
    ) -> Grey:
        """Grey of an image, 0 to 255, within one level of the exact mapping.

        Parameters
        ----------
        pixels
            Rows x columns, of any integer or floating type.
        window
            In the units of slope x pixels + intercept.
        slope, intercept
            What turns pixels into values, where they are stored values.
        inverted
            Show low values bright (MONOCHROME1).
        out
            uint8 array to fill; a new one otherwise.
        """
        grey = np.empty(pixels.shape, np.uint8) if out is None else out
        low = window.centre - window.width / 2
        if pixels.dtype == np.int16 and slope == 1 and intercept == 0 and _fits_16_bits(window, low):
            self._by_arithmetic(pixels, int(low), int(window.width), grey)
            if inverted:
                np.subtract(255, grey, out=grey)
        elif pixels.dtype.kind in "iu" and pixels.dtype.itemsize <= 2:
            table = self._table_of(pixels.dtype, window, slope, intercept, inverted)
            np.take(table, pixels.view(f"u{pixels.dtype.itemsize}"), out=grey, mode="clip")
        else:
            values = pixels.astype(np.float32) * np.float32(slope) + np.float32(intercept)
            grey[...] = _exact(values, window, inverted, pixels.dtype.kind == "f" or not float(slope).is_integer())
        return grey

    def _by_arithmetic(self, pixels: NDArray[Any], low: int, width: int, grey: Grey) -> None:
        """Clip, subtract, multiply and shift in 16 bits, which the processor does many pixels at a time."""
        if self._clipped.shape != pixels.shape:
            self._clipped = np.empty(pixels.shape, np.int16)
            self._scaled = np.empty(pixels.shape, np.uint16)
        np.clip(pixels, np.int16(low), np.int16(low + width - 1), out=self._clipped)
        np.subtract(self._clipped, np.int16(low), out=self._clipped)
        np.multiply(self._clipped.view(np.uint16), np.uint16(65535 // (width - 1)), out=self._scaled)
        np.right_shift(self._scaled, 8, out=self._scaled)
        grey[...] = self._scaled

    def _table_of(self, dtype: np.dtype[Any], window: Window, slope: float, intercept: float, inverted: bool) -> Grey:
        key = (dtype, window, slope, intercept, inverted)
        if self._table is None or self._table[0] != key:
            bits = np.arange(1 << 8 * dtype.itemsize, dtype=f"u{dtype.itemsize}")
            values = bits.view(dtype).astype(np.float32) * np.float32(slope) + np.float32(intercept)
            self._table = (key, _exact(values, window, inverted, not float(slope).is_integer()))
        return self._table[1]


def _fits_16_bits(window: Window, low: float) -> bool:
    """True when whole numbers of 16 bits map the window within one grey level, white included."""
    if window.width < 2 or window.width != int(window.width) or low != int(low):
        return False
    steps = int(window.width) - 1
    limits = np.iinfo(np.int16)
    return steps <= 511 and 65535 % steps < 256 and limits.min <= low <= limits.max - steps


def _exact(values: NDArray[Any], window: Window, inverted: bool, fractions: bool) -> Grey:
    """From black at c - w / 2 to white so far above as `shown_span` says, cut off at both ends.

    In DICOM's words ((x - (c - 0.5)) / (w - 1) + 0.5) x 255, or ((x - c) / w + 0.5) x 255.
    """
    grey = (values - (window.centre - window.width / 2)) / shown_span(window.width, fractions) * 255
    grey = np.clip(255 - grey if inverted else grey, 0, 255)
    return np.asarray(np.rint(grey), np.uint8)


def shrink(image: NDArray[Any], size: int, pixel_spacing_mm: tuple[float, float] | None) -> NDArray[Any]:
    """The image in at most `size` x `size` pixels that are square in mm, each the nearest of the original."""
    row_mm, column_mm = pixel_spacing_mm or (1.0, 1.0)
    height_mm, width_mm = image.shape[0] * row_mm, image.shape[1] * column_mm
    step_mm = max(height_mm, width_mm) / size
    rows = np.clip(((np.arange(max(1, round(height_mm / step_mm))) + 0.5) * step_mm / row_mm), 0, image.shape[0] - 1)
    columns = np.clip(
        ((np.arange(max(1, round(width_mm / step_mm))) + 0.5) * step_mm / column_mm), 0, image.shape[1] - 1
    )
    return np.asarray(image[np.ix_(rows.astype(int), columns.astype(int))])


def thumbnail(series: Series, *, size: int = 96) -> Grey:
    """A small grey image of the middle slice of a series, its longer side `size` pixels.

    Raises
    ------
    DecodeError
        The slice cannot be read.
    """
    from viewers.imaging.volume import load_slice

    image = load_slice(series, len(series.slices) // 2)
    small = np.ascontiguousarray(shrink(image, size, series.pixel_spacing_mm))
    inverted = series.photometric == "MONOCHROME1"
    return GreyMapper().map(small, default_window(series, image), inverted=inverted)
