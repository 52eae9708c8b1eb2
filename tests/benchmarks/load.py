"""How long it takes to load an uncompressed series, beside a pydicom loop and beside reading the bytes alone."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
import pydicom
from numpy.typing import NDArray

from tests.benchmarks.images import CT, write_ct
from tests.benchmarks.rows import Row, interleaved
from viewers.imaging.scan import scan
from viewers.imaging.volume import load_volume


def run() -> list[Row]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        files = write_ct(folder)
        (series,) = scan(folder).series
        offset = series.slices[0].pixel_offset
        assert offset is not None
        assert np.array_equal(load_volume(series).values(7), _by_pydicom(files)[7])
        seconds = interleaved(
            {
                "ours": lambda: load_volume(series),
                "pydicom": lambda: _by_pydicom(files),
                "floor": lambda: _bytes_alone(files, offset),
            }
        )
    return [
        Row(f"load: {len(files)} raw slices, known to the catalogue", seconds["ours"] * 1e3, "ms"),
        Row(f"load: {len(files)} raw slices, pydicom loop to int16", seconds["pydicom"] * 1e3, "ms"),
        Row(f"load: {len(files)} raw slices, bytes alone", seconds["floor"] * 1e3, "ms", note="the floor"),
        Row("load: faster than a pydicom loop", seconds["pydicom"] / seconds["ours"], "x", 6.0, at_least=True),
        Row("load: times the floor", seconds["ours"] / seconds["floor"], "x", 1.3),
    ]


def _by_pydicom(files: list[Path]) -> NDArray[np.int16]:
    volume = np.empty((len(files), CT.rows, CT.columns), np.int16)
    for k, file in enumerate(files):
        dataset = pydicom.dcmread(file)
        volume[k] = dataset.pixel_array.astype(np.int16) * int(dataset.RescaleSlope) + int(dataset.RescaleIntercept)
    return volume


def _bytes_alone(files: list[Path], offset: int) -> NDArray[np.int16]:
    volume = np.empty((len(files), CT.rows, CT.columns), np.int16)
    for k, file in enumerate(files):
        with file.open("rb", buffering=0) as stream:
            stream.seek(offset)
            stream.readinto(volume[k].data)
    return volume
