"""How long it takes to know the series of a folder, beside pydicom and beside reading the heads of the files alone."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pydicom

from tests.benchmarks.images import write_ct
from tests.benchmarks.rows import Row, interleaved
from viewers.imaging.scan import scan

HEAD = 16384


def run() -> list[Row]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        files = write_ct(folder)

        def ours() -> None:
            (series,) = scan(folder).series
            assert series.instances == len(files)

        seconds = interleaved(
            {
                "ours": ours,
                "pydicom": lambda: [pydicom.dcmread(file, stop_before_pixels=True) for file in files],
                "floor": lambda: [_head(file) for file in files],
            }
        )
    a_file = {who: taken / len(files) * 1e6 for who, taken in seconds.items()}
    return [
        Row("scan: a file", a_file["ours"], "us"),
        Row("scan: a file, pydicom stop_before_pixels", a_file["pydicom"], "us"),
        Row("scan: a file, open and read 16 KiB", a_file["floor"], "us", note="the floor"),
        Row("scan: faster than pydicom", a_file["pydicom"] / a_file["ours"], "x", 8.0, at_least=True),
        Row("scan: times the floor", a_file["ours"] / a_file["floor"], "x", 12.0),
    ]


def _head(file: Path) -> bytes:
    with file.open("rb", buffering=0) as stream:
        return stream.read(HEAD)
