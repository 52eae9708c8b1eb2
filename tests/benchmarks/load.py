"""How long it takes to load a series, raw or compressed, and how much memory it takes, beside other readers."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from functools import partial
from pathlib import Path

import numpy as np
import pydicom
from numpy.typing import NDArray

from tests.benchmarks.encoded import SLICES, SYNTAXES, write_encoded
from tests.benchmarks.images import CT, write_ct
from tests.benchmarks.peers import Peers
from tests.benchmarks.rows import Row, interleaved
from tests.benchmarks.stalls import late_ms
from viewers.imaging.scan import scan
from viewers.imaging.volume import load_volume

_PEERS = {
    "SimpleITK series reader": (
        "SimpleITK",
        "reader = sitk.ImageSeriesReader()\nreader.SetFileNames(files)\nsitk.GetArrayFromImage(reader.Execute())",
    ),
    "gdcm to rescaled bytes": (
        "gdcm",
        """
for file in files:
    reader = gdcm.ImageReader()
    reader.SetFileName(file)
    assert reader.Read()
    reader.GetImage().GetBuffer()
""",
    ),
    "VTK, whole folder": (
        "vtkmodules",
        """
reader = vtkDICOMImageReader()
reader.SetDirectoryName(folder)
reader.Update()
assert reader.GetOutput().GetDimensions() == (512, 512, len(files))
""",
    ),
    "dicomsdl loop": (
        "dicomsdl",
        """
volume = np.empty((len(files), 512, 512), np.int16)
for k, file in enumerate(files):
    image = dicomsdl.open_file(file)
    np.multiply(image.pixelData(storedvalue=True), np.int16(image.RescaleSlope), out=volume[k], casting="unsafe")
    volume[k] += np.int16(image.RescaleIntercept)
""",
    ),
    "dcm2niix to NIfTI": ("dcm2niix", "-b n -z n"),
}
_MEMORY = """
import re, sys
from pathlib import Path
from viewers.imaging.scan import scan
from viewers.imaging.volume import load_volume
def peak():
    return int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) * 1024
one, *others = [scan(Path(folder)).series[0] for folder in sys.argv[1:]]
held = [load_volume(one)]
if others:
    base = peak() - held[0].pixels.nbytes
    held += [load_volume(series) for series in others]
    print((peak() - base) / sum(volume.pixels.nbytes for volume in held), base)
"""


def run() -> list[Row]:
    return [*_raw(), *_compressed(), *_memory()]


def _raw() -> list[Row]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        files = write_ct(folder)
        (series,) = scan(folder).series
        offset = series.slices[0].pixel_offset
        assert offset is not None
        volume = load_volume(series)
        assert volume.rescaled and np.array_equal(volume.pixels, _by_pydicom(files))
        peers = Peers(folder, _PEERS)
        peers.measure()
        seconds = interleaved(
            {
                "ours": lambda: load_volume(series),
                "fresh": lambda: load_volume(scan(folder).series[0]),
                "pydicom loop": lambda: _by_pydicom(files),
                "floor": lambda: _bytes_alone(files, offset),
            }
        )
        peers.measure()
    seconds |= peers.seconds()
    ours, fresh, floor = (seconds.pop(who) for who in ("ours", "fresh", "floor"))
    rows = [
        Row(f"load: {len(files)} raw slices, known to the catalogue", ours * 1e3, "ms"),
        Row(f"load: {len(files)} raw slices, never seen", fresh * 1e3, "ms"),
        *(Row(f"load: {len(files)} raw slices, {who}", taken * 1e3, "ms") for who, taken in seconds.items()),
        Row(f"load: {len(files)} raw slices, bytes alone", floor * 1e3, "ms", note="the floor"),
    ]
    goals = {"SimpleITK series reader": 10.0, "VTK, whole folder": 3.0, "dcm2niix to NIfTI": 3.0}
    rows.append(Row("load: faster than pydicom loop", seconds["pydicom loop"] / ours, "x", 6.0, at_least=True))
    rows += peers.faster("load", ours, goals)
    rows.append(Row("load: known, times the floor", ours / floor, "x", 1.3))
    rows.append(Row("load: never seen, times the floor", fresh / floor, "x", 2.0))
    return rows


def _compressed() -> list[Row]:
    rows = []
    for syntax in SYNTAXES:
        with tempfile.TemporaryDirectory() as name:
            files = write_encoded(Path(name), syntax)
            if files is None:
                rows.append(Row(f"load: {SLICES} slices, {syntax.name}", None, "ms", note="no encoder for it here"))
                continue
            (series,) = scan(Path(name)).series
            assert np.array_equal(load_volume(series).pixels, _by_pydicom(files))
            seconds = interleaved({"ours": partial(load_volume, series), "pydicom": partial(_by_pydicom, files)})
            late = late_ms(series)
        what = f"load: {len(files)} slices, {syntax.name}"
        rows.append(Row(what, seconds["ours"] * 1e3, "ms"))
        rows.append(Row(f"{what}, pydicom with {syntax.plugin}", seconds["pydicom"] * 1e3, "ms"))
        rows.append(Row(f"{what}, of its time", seconds["ours"] / seconds["pydicom"], "x", 0.7))
        rows.append(Row(f"{what}, how late the screen is meanwhile, p95", late, "ms", 2.0))
    rows.append(Row("load: nothing, how late the screen is, p95", late_ms(None), "ms", note="the floor"))
    return rows


def _memory() -> list[Row]:
    if not Path("/proc/self/status").exists():
        return []  # only Linux tells the peak of this process alone
    with tempfile.TemporaryDirectory() as name:
        folders = [Path(name) / str(phase) for phase in range(4)]
        for folder in folders:
            write_ct(folder)
        words = [sys.executable, "-c", _MEMORY, *map(str, folders)]
        done = subprocess.run(words, check=True, capture_output=True, text=True)
    times, base = map(float, done.stdout.split())
    return [Row("load: memory of 4 phases, times their bytes", times, "x", 1.1, note=f"base {base / 1e6:.0f} MB")]


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
