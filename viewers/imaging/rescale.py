"""Stored values as values in int16: slope x stored value + intercept in whole numbers, or not at all."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from viewers.imaging.catalogue import Series, SliceRecord
from viewers.imaging.decode import padding_above_stored_bits, padding_of, stored_type

PADDED = -32768
"""The value of padding pixels, which were never measured, where rescaling them would leave int16."""

_LEAST, _MOST = -32768, 32767
"""Of int16."""


class Rescale:
    """The rescale of the slices of a series that have one slope and one intercept.

    Parameters
    ----------
    series
        Its pixels' type, stored bits and padding tell which stored values there can be.
    record
        A slice; its slope and intercept are whole (`is_whole`).
    """

    def __init__(self, series: Series, record: SliceRecord) -> None:
        self.slope, self.intercept = int(record.slope), int(record.intercept)
        self._padding = padding_of(series)
        whole = series.colour or padding_above_stored_bits(series)
        bits = 8 * stored_type(series).itemsize if whole else series.bits_stored
        ends = (-(1 << bits - 1), (1 << bits - 1) - 1) if series.signed else (0, (1 << bits) - 1)
        # Only the end that may not fit is looked for: of CT of 16 bits that is one of the two, of 12 bits none.
        self._least_fits, self._most_fits = map(self._fits, ends)
        # int16 wraps around and the ends fit, so that steps in between need not.
        self._times, self._plus = (np.array(by).astype(np.int16) for by in (self.slope, self.intercept))

    def into(self, stored: NDArray[Any], out: NDArray[np.int16]) -> bool:
        """Write the values to `out`, maybe the same memory; false, and nothing written, if they do not fit."""
        least_fits = self._least_fits or self._fits(int(np.minimum.reduce(stored, axis=None)))
        if not (least_fits and (self._most_fits or self._fits(int(np.maximum.reduce(stored, axis=None))))):
            return self._into_but_padding(stored, out)
        values = stored.view(np.int16) if stored.dtype.itemsize == out.dtype.itemsize else stored.astype(np.int16)
        if self.slope != 1:
            values = np.multiply(values, self._times, out=out)
        if self.intercept:
            np.add(values, self._plus, out=out)
        elif not np.shares_memory(values, out):
            out[...] = values
        return True

    def back(self, values: NDArray[np.int16]) -> NDArray[np.int64]:
        """The stored values: exact, as they were rescaled in whole numbers that fitted."""
        stored = (values.astype(np.int64) - self.intercept) // self.slope
        if self._padding is not None:
            stored[values == PADDED] = self._padding
        return stored

    def padding_entry(self) -> int | None:
        """The value that marks padding; None where the series has none."""
        if self._padding is None:
            return None
        return self._value(self._padding) if self._fits(self._padding) else PADDED

    def _value(self, stored: int) -> int:
        return stored * self.slope + self.intercept

    def _fits(self, stored: int) -> bool:
        return _LEAST <= self._value(stored) <= _MOST

    def _into_but_padding(self, stored: NDArray[Any], out: NDArray[np.int16]) -> bool:
        """Padding that does not fit, beside values that all do, becomes `PADDED`."""
        padding = self._padding
        if padding is None or self._fits(padding):
            return False
        padded = stored == padding
        others = stored[~padded]
        ends = sorted(self._value(int(end)) for end in (others.min(), others.max())) if others.size else [0]
        if ends[0] <= _LEAST or ends[-1] > _MOST:
            return False
        out[...] = (stored.astype(np.int64) * self.slope + self.intercept).clip(_LEAST, _MOST)
        out[padded] = PADDED
        return True


def is_whole(record: SliceRecord) -> bool:
    """Whether slope and intercept are whole numbers, so that rescaling rounds nothing."""
    whole = record.slope == int(record.slope) and record.intercept == int(record.intercept)
    return whole and max(abs(record.slope), abs(record.intercept)) < 2**31
