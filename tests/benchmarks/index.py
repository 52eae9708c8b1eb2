"""How long it takes to know the series of a folder, new or known, beside other readers and beside the disk alone."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pydicom

from app.storage.database import Database
from app.storage.scans import StoredScans
from tests.benchmarks.images import write_ct, write_many
from tests.benchmarks.peers import Peers
from tests.benchmarks.rows import Row, interleaved
from viewers.imaging.scan import scan

HEAD = 16384
KNOWN_FILES = 20_000
_PEERS = {
    "SimpleITK series names": (
        "SimpleITK",
        "(uid,) = sitk.ImageSeriesReader.GetGDCMSeriesIDs(folder)\n"
        "assert len(sitk.ImageSeriesReader.GetGDCMSeriesFileNames(folder, uid)) == len(files)",
    ),
    "gdcm.Scanner": (
        "gdcm",
        """
scanner, names = gdcm.Scanner(), gdcm.FilenamesType()
for group, element in (
    (0x8, 0x18), (0x8, 0x20), (0x8, 0x60), (0x8, 0x103E), (0x10, 0x20), (0x20, 0xD), (0x20, 0xE), (0x20, 0x13),
    (0x20, 0x32), (0x20, 0x37), (0x28, 0x10), (0x28, 0x11), (0x28, 0x30), (0x28, 0x1052), (0x28, 0x1053), (0x18, 0x50),
):
    scanner.AddTag(gdcm.Tag(group, element))
for file in files:
    names.append(file)
assert scanner.Scan(names)
""",
    ),
    "dicomsdl, header alone": (
        "dicomsdl",
        """
for file in files:
    header = dicomsdl.open_file(file, load_until=0x7FE00000)
    (header.SOPInstanceUID, header.StudyDate, header.Modality, header.SeriesDescription, header.PatientID,
     header.StudyInstanceUID, header.SeriesInstanceUID, header.InstanceNumber, header.ImagePositionPatient,
     header.ImageOrientationPatient, header.Rows, header.Columns, header.PixelSpacing, header.RescaleIntercept,
     header.RescaleSlope, header.SliceThickness)
""",
    ),
    "dcm2niix, looking only": ("dcm2niix", "-q l"),
}


def run() -> list[Row]:
    return [*_new(), *_known()]


def _new() -> list[Row]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        files = write_ct(folder)

        def ours() -> None:
            (series,) = scan(folder).series
            assert series.instances == len(files)

        peers = Peers(folder, _PEERS)
        peers.measure()
        seconds = interleaved(
            {
                "ours": ours,
                "pydicom stop_before_pixels": lambda: [pydicom.dcmread(f, stop_before_pixels=True) for f in files],
                "floor": lambda: [_head(file) for file in files],
            }
        )
        peers.measure()
    a_file = {who: taken / len(files) * 1e6 for who, taken in (seconds | peers.seconds()).items()}
    ours_us, floor_us = a_file.pop("ours"), a_file.pop("floor")
    goals = {"SimpleITK series names": 8.0, "gdcm.Scanner": 3.0, "dicomsdl, header alone": 2.0}
    return [
        Row("index: a file", ours_us, "us"),
        *(Row(f"index: a file, {who}", taken, "us") for who, taken in a_file.items()),
        Row("index: a file, open and read 16 KiB", floor_us, "us", note="the floor"),
        Row(
            "index: faster than pydicom stop_before_pixels",
            a_file["pydicom stop_before_pixels"] / ours_us,
            "x",
            8.0,
            at_least=True,
        ),
        *peers.faster("index", seconds["ours"], goals),
        Row("index: times the floor", ours_us / floor_us, "x", 12.0),
    ]


def _known() -> list[Row]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "images"
        write_many(folder, KNOWN_FILES)
        with Database.open(f"sqlite:///{Path(name) / 'cases.db'}") as database:
            memory = StoredScans(database)
            first = scan(folder, memory=memory)
            assert sum(series.instances for series in first.series) == KNOWN_FILES
            seconds = interleaved(
                {"ours": lambda: scan(folder, memory=memory), "floor": lambda: _stat_walk(folder)},
            )
    return [
        Row(f"index: {KNOWN_FILES} known files", seconds["ours"] * 1e3, "ms"),
        Row(f"index: {KNOWN_FILES} files, stat alone", seconds["floor"] * 1e3, "ms", note="the floor"),
        Row("index: known files, times the floor", seconds["ours"] / seconds["floor"], "x", 5.0),
    ]


def _head(file: Path) -> bytes:
    with file.open("rb", buffering=0) as stream:
        return stream.read(HEAD)


def _stat_walk(folder: Path) -> int:
    count, waiting = 0, [str(folder)]
    while waiting:
        with os.scandir(waiting.pop()) as entries:
            for entry in entries:
                status = entry.stat()
                if entry.is_dir():
                    waiting.append(entry.path)
                else:
                    count += status.st_size > 0
    return count
