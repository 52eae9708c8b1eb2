"""The images of one series as one array, with the geometry to tell where each voxel is."""

from __future__ import annotations

import math
import os
import threading
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from viewers.imaging.catalogue import Series
from viewers.imaging.decode import padding_of, read_stored, stored_type
from viewers.imaging.errors import Cancelled, ImagingError
from viewers.imaging.geometry import SlicePlane, affine_of
from viewers.imaging.rawheader import HeaderReader
from viewers.imaging.rescale import Rescale, is_whole
from viewers.imaging.streams import RLE

_THREADS = max(2, min(8, (os.cpu_count() or 2) - 1))
"""Readers at once; one processor is left to the screen where there are more than two."""
_RLE_AT_ONCE = 4
"""Slices in RLE that a thread reads in one go: each takes hardly longer than to hand it over."""
_LONG_TO_CLEAR, _FROM_SYSTEM = 4 << 20, 33 << 20
"""Bytes. What is asked for above the latter comes from the system, which clears each part when it is first written.
Less may be memory that was used before: then all of it is cleared at once, which takes milliseconds of the window's."""

Order = Literal["first_to_last", "middle_out"]


@dataclass(frozen=True, slots=True)
class Statistics:
    """Smallest, largest and mean value of all voxels, in the volume's unit."""

    min: float
    max: float
    mean: float


@dataclass(frozen=True, slots=True, eq=False)
class Volume:
    """The voxels of one series.

    Parameters
    ----------
    series
        What was loaded.
    pixels
        Array (slices, rows, columns), C-order. When `rescaled`, its int16 entries are the values; otherwise they are
        stored values in the type of the file, and `values` applies slope and intercept of each slice.
    rescaled
        Whether `pixels` holds the values themselves.
    unit
        "HU", or "stored" where values have no physical unit.
    planes
        Where each slice is, None for a slice without geometry.
    affine
        4 x 4, voxel (k, j, i, 1) = (slice, row, column, 1) to patient LPS mm; None unless the stack is a sound volume.
    spacing_mm
        (between slices, between rows, between columns), each None where it is unknown.
    loaded
        One flag for each slice: whether its pixels are there.
    """

    series: Series
    pixels: NDArray[Any]
    rescaled: bool
    unit: Literal["HU", "stored"]
    planes: tuple[SlicePlane | None, ...]
    affine: NDArray[np.float64] | None
    spacing_mm: tuple[float | None, float | None, float | None]
    loaded: NDArray[np.bool_]

    @property
    def shape(self) -> tuple[int, int, int]:
        """(slices, rows, columns)."""
        slices, rows, columns = self.pixels.shape
        return slices, rows, columns

    @property
    def inverted(self) -> bool:
        """True for MONOCHROME1: the display shows the lowest value brightest."""
        return self.series.photometric == "MONOCHROME1"

    def values(self, k: int) -> NDArray[Any]:
        """The values of slice `k` in the volume's unit, rows x columns: int16 as they are, else float32."""
        if self.rescaled:
            return np.asarray(self.pixels[k])
        record = self.series.slices[k]
        return np.asarray(self.pixels[k].astype(np.float32) * np.float32(record.slope) + np.float32(record.intercept))

    def value_at(self, k: int, row: int, column: int) -> float:
        """The value of one voxel in the volume's unit."""
        entry = float(self.pixels[k, row, column])
        record = self.series.slices[k]
        return entry if self.rescaled else entry * record.slope + record.intercept

    def padding_entry(self, k: int) -> int | None:
        """The entry of `pixels` that marks padding in slice `k`; None where the series has no padding."""
        if not self.rescaled:
            return padding_of(self.series)
        return Rescale(self.series, self.series.slices[k]).padding_entry()

    def padding(self, k: int) -> NDArray[np.bool_] | None:
        """Which pixels of slice `k` are padding, that is were never measured; None where the series has none."""
        entry = self.padding_entry(k)
        return None if entry is None else np.asarray(self.pixels[k] == entry)

    def statistics(self) -> Statistics:
        """Statistics over all voxels, padding included, exact up to the last addition."""
        lows, highs, total = [], [], 0.0
        for k, record in enumerate(self.series.slices):
            slope, intercept = (1.0, 0.0) if self.rescaled else (record.slope, record.intercept)
            entries = self.pixels[k]
            ends = sorted((int(entries.min()) * slope + intercept, int(entries.max()) * slope + intercept))
            lows.append(ends[0])
            highs.append(ends[1])
            total += int(entries.sum(dtype=np.int64)) * slope + intercept * entries.size
        return Statistics(min(lows), max(highs), total / self.pixels.size)


@dataclass(frozen=True, slots=True, eq=False)
class _Read:
    """Slice `k` as it was read: its values where `rescaled`, else its stored values."""

    k: int
    pixels: NDArray[Any]
    rescaled: bool


class _OwnReader(threading.local):
    """A reader of headers for each thread."""

    def __init__(self) -> None:
        self.reader = HeaderReader()


class VolumeLoader:
    """Loads a series slice by slice, so that the first image shows before the last is read.

    Iterating yields the index of each slice once its pixels are in `volume.pixels`. In the rare series whose values
    turn out not to fit int16, `volume` is replaced by one of stored values over the same memory: take it anew after
    each step.

    Parameters
    ----------
    series
        The series to load.
    order
        "middle_out" begins with the middle slice and goes outwards, "first_to_last" follows the stack.
    cancelled
        Asked before each slice; true stops with `Cancelled`.
    """

    def __init__(
        self, series: Series, *, order: Order = "middle_out", cancelled: Callable[[], bool] | None = None
    ) -> None:
        self._series, self._order, self._cancelled = series, order, cancelled
        self._stored = stored_type(series)
        self._wanted: int | None = None
        self._own = _OwnReader()
        self._rescales: dict[tuple[float, float], Rescale] = {}
        self.volume = _empty(series, self._stored)
        pixels = self.volume.pixels
        self._targets = pixels.view(self._stored) if pixels.dtype.itemsize == self._stored.itemsize else None

    def bring_forward(self, k: int) -> None:
        """Read slice `k` next, then its neighbours; from any thread, and for nothing once the slice is there."""
        self._wanted = k

    def __iter__(self) -> Iterator[int]:
        waiting = self._queue()
        raw = all(record.pixel_offset is not None for record in self._series.slices)
        # Threads gain nothing where there is nothing to decode; and the first image is not kept waiting for a thread.
        for k in waiting if raw else islice(waiting, 1):
            self._check()
            self._keep(self._read(k))
            yield k
        yield from self._in_threads(waiting, _RLE_AT_ONCE if self._series.slices[0].transfer_syntax == RLE else 1)

    def _queue(self) -> Iterator[int]:
        """The slices in the order of the loader until one is brought forward; from then on, those nearest to it."""
        count = len(self._series.slices)
        left = dict.fromkeys(range(count) if self._order == "first_to_last" else middle_out(count))
        while left:
            wanted = self._wanted
            k = next(iter(left)) if wanted is None else min(left, key=lambda k: abs(k - wanted))
            del left[k]
            yield k

    def _in_threads(self, waiting: Iterator[int], at_once: int) -> Iterator[int]:
        """The slices in their order, read a few ahead: neither disk nor decoder holds the interpreter."""
        running: deque[Future[list[_Read]]] = deque()
        with ThreadPoolExecutor(_THREADS, thread_name_prefix="images") as pool:
            try:
                while True:
                    while len(running) < 2 * _THREADS and (some := list(islice(waiting, at_once))):
                        running.append(pool.submit(lambda some: [self._read(k) for k in some], some))
                    if not running:
                        return
                    for read in running.popleft().result():
                        self._check()
                        self._keep(read)
                        yield read.k
            finally:
                for future in running:
                    future.cancel()

    def _check(self) -> None:
        if self._cancelled is not None and self._cancelled():
            raise Cancelled

    def _read(self, k: int) -> _Read:
        """Slice `k`, read to its place in the volume where it can be; in any thread."""
        volume, record = self.volume, self._series.slices[k]
        place = volume.pixels[k]
        target = None if self._targets is None else self._targets[k]
        stored = read_stored(self._series, record, target, self._own.reader)
        rescaled = volume.rescaled and self._rescale(k).into(stored, place)
        return _Read(k, place if rescaled else stored, rescaled)

    def _rescale(self, k: int) -> Rescale:
        record = self._series.slices[k]
        by = (record.slope, record.intercept)
        if by not in self._rescales:
            self._rescales[by] = Rescale(self._series, record)
        return self._rescales[by]

    def _keep(self, read: _Read) -> None:
        """Put what was read in its place; one of the first that does not fit int16 turns all others back."""
        if self.volume.rescaled and not read.rescaled:
            self._back_to_stored()
        volume = self.volume
        if not volume.rescaled:
            place = volume.pixels[read.k]
            if read.rescaled:
                place[...] = self._rescale(read.k).back(read.pixels)
            elif not np.shares_memory(read.pixels, place):
                place[...] = read.pixels
        volume.loaded[read.k] = True

    def _back_to_stored(self) -> None:
        """Undo the rescaling of the slices loaded so far."""
        old = self.volume
        same = self._stored.itemsize == old.pixels.dtype.itemsize
        pixels = old.pixels.view(self._stored) if same else np.zeros(old.pixels.shape, self._stored)
        for k in map(int, np.flatnonzero(old.loaded)):
            pixels[k] = self._rescale(k).back(old.pixels[k])
        self.volume = replace(old, pixels=pixels, rescaled=False)


def load_volume(
    series: Series,
    *,
    progress: Callable[[int, int], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Volume:
    """The whole series in memory.

    Parameters
    ----------
    series
        The series to load.
    progress
        Called with (slices done, slices in all) after each slice.
    cancelled
        Asked before each slice; true stops the loading.

    Raises
    ------
    DecodeError
        The pixels of a slice cannot be read.
    Cancelled
        `cancelled` said so.
    """
    loader = VolumeLoader(series, order="first_to_last", cancelled=cancelled)
    for done, _ in enumerate(loader, start=1):
        if progress is not None:
            progress(done, len(series.slices))
    return loader.volume


def load_slice(series: Series, k: int) -> NDArray[Any]:
    """The values of one slice in the series' unit, rows x columns: int16 where they are whole and fit, else float32."""
    record = series.slices[k]
    stored = read_stored(series, record)
    values = np.empty(stored.shape, np.int16)
    if is_whole(record) and Rescale(series, record).into(stored, values):
        return values
    return stored.astype(np.float32) * np.float32(record.slope) + np.float32(record.intercept)


def middle_out(count: int) -> list[int]:
    """The indices 0 to count - 1, from the middle one outwards."""
    middle = count // 2
    return sorted(range(count), key=lambda k: (abs(k - middle), k))


def plane_of(series: Series, k: int) -> SlicePlane | None:
    """Where slice `k` is; None without position, orientation or pixel spacing."""
    position = series.slices[k].position
    row, column, spacing = series.row_direction, series.column_direction, series.pixel_spacing_mm
    if position is None or row is None or column is None or spacing is None:
        return None
    return SlicePlane(position, row, column, spacing[0], spacing[1])


def _empty(series: Series, stored: np.dtype[Any]) -> Volume:
    count = len(series.slices)
    if count == 0:
        raise ImagingError("the series holds no images", remedy="scan the folder again")
    rescaled = stored.itemsize <= 2 and all(map(is_whole, series.slices))
    planes = tuple(plane_of(series, k) for k in range(count))
    affine = None
    positions = [r.position for r in series.slices if r.position is not None]
    row, column, spacing = series.row_direction, series.column_direction, series.pixel_spacing_mm
    between = None
    if series.volume_ok and row is not None and column is not None and spacing is not None:
        affine = affine_of(positions, row, column, spacing)
        between = math.hypot(*affine[:3, 0])
    return Volume(
        series=series,
        pixels=_zeros((count, series.rows, series.columns), np.dtype(np.int16) if rescaled else stored),
        rescaled=rescaled,
        unit="HU" if series.hounsfield else "stored",
        planes=planes,
        affine=affine,
        spacing_mm=(between, *(spacing or (None, None))),
        loaded=np.zeros(count, np.bool_),
    )


def _zeros(shape: tuple[int, int, int], dtype: np.dtype[Any]) -> NDArray[Any]:
    count = math.prod(shape)
    asked = max(count, _FROM_SYSTEM // dtype.itemsize) if count * dtype.itemsize >= _LONG_TO_CLEAR else count
    try:
        return np.zeros(asked, dtype)[:count].reshape(shape)
    except (MemoryError, ValueError):
        gigabytes = count * dtype.itemsize / 1e9
        raise ImagingError(
            f"the series needs {gigabytes:.1f} GB of memory", remedy="close other series, or load fewer slices"
        ) from None
