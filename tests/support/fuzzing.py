"""Damaged DICOM files, the same for the same seed, and what comes of scanning and loading them in child processes.

A damaged file may be refused, or read with whatever it still says; it may not crash, hang, take all memory, or raise
anything but `ImagingError`.
"""

from __future__ import annotations

import random
import select
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pydicom
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
    RLELossless,
)

from tests.support.phantoms import Phantom, slice_dataset, write_enhanced

SLOW_S, HANGING_S = 2.0, 20.0
MEMORY_BYTES = 1_500_000_000
LARGEST_BASE = 300_000
_MARK = "@fuzz"

_NUMBERS = (
    (0x28, 0x02),
    (0x28, 0x08),
    (0x28, 0x10),
    (0x28, 0x11),
    (0x28, 0x100),
    (0x28, 0x101),
    (0x28, 0x102),
    (0x28, 0x103),
)
"""SamplesPerPixel, NumberOfFrames, Rows, Columns, bits allocated, stored and highest, sign."""
_TEXTS = ((0x28, 0x08), (0x28, 0x30), (0x20, 0x32), (0x20, 0x37), (0x28, 0x1053), (0x18, 0x50))
_MADE = (
    None, ImplicitVRLittleEndian, ExplicitVRBigEndian, DeflatedExplicitVRLittleEndian, RLELossless, JPEG2000Lossless,
)  # fmt: skip
_SYNTAXES = b".1 .2 .5 .4.50 .4.51 .4.57 .4.70 .4.80 .4.81 .4.90 .4.91 .4.201".split()
_EXTREMES = (0, 1, 2, 3, 7, 8, 12, 15, 16, 17, 31, 32, 33, 64, 255, 256, 32767, 32768, 65535)
_LENGTHS = (0, 1, 2, 3, 4, 7, 8, 255, 256, 65535, 0x7FFFFFFF, 0xFFFFFFFE, 0xFFFFFFFF)


@dataclass(frozen=True)
class Case:
    """What came of one seed: "fine", "refused", "crash", "hang", "slow", "memory" or "error", and the details."""

    seed: int
    what: str
    details: str = ""


def write_bases(folder: Path, data: Path | None) -> None:
    """The sound files that are damaged: made in many encodings, and real ones where there are any."""
    folder.mkdir(parents=True)
    phantom = Phantom(rows=64, columns=80, rescale=(1.0, -1024.0))
    for syntax in (
        None,
        ImplicitVRLittleEndian,
        ExplicitVRBigEndian,
        DeflatedExplicitVRLittleEndian,
        RLELossless,
        JPEG2000Lossless,
    ):
        dataset = slice_dataset(phantom, 2)
        dataset.SOPInstanceUID = dataset.file_meta.MediaStorageSOPInstanceUID = "1.2.3.1"
        dataset.SeriesInstanceUID = "1.2.3"
        path = folder / f"made-{syntax or 'plain'}"
        if syntax in (RLELossless, JPEG2000Lossless):
            dataset.compress(syntax, encoding_plugin="pylibjpeg", generate_instance_uid=False)
        elif syntax is not None:
            dataset.file_meta.TransferSyntaxUID = syntax
        if syntax == ExplicitVRBigEndian:
            dataset.PixelData = np.asarray(phantom.stored(2)).astype(">u2").tobytes()
        implicit, little = syntax == ImplicitVRLittleEndian, syntax != ExplicitVRBigEndian
        pydicom.dcmwrite(path, dataset, implicit_vr=implicit, little_endian=little, enforce_file_format=True)
    enhanced = write_enhanced(folder / "x", Phantom(rescale=None, series_uid="1.2.4"), ("M", "P"))
    enhanced.rename(folder / "made-enhanced")
    (folder / "x").rmdir()
    if data is not None:
        for path in sorted(p for p in (data / "odd").rglob("*") if p.is_file()):
            if path.stat().st_size <= LARGEST_BASE:
                (folder / f"real-{path.parent.name}-{path.name}").write_bytes(path.read_bytes())


def damaged(bases: Sequence[bytes], seed: int) -> bytes:
    """One of the files, damaged in one to six ways."""
    chance = random.Random(seed)
    content = bytearray(chance.choice(bases))
    for _ in range(chance.choice((1, 1, 2, 3, 6))):
        chance.choice(_WAYS)(content, chance)
    return bytes(content)


def _pixels_at(content: bytearray) -> int:
    at = max(content.rfind(b"\xe0\x7f\x10\x00"), content.rfind(b"\x7f\xe0\x00\x10"))
    return at if at > 0 else len(content)


def _flip_in_header(content: bytearray, chance: random.Random) -> None:
    end = min(_pixels_at(content), len(content))
    for _ in range(chance.choice((1, 4, 16))):
        if end > 132:
            content[chance.randrange(132, end)] = chance.randrange(256)


def _flip_in_pixels(content: bytearray, chance: random.Random) -> None:
    start = _pixels_at(content)
    near = chance.random() < 0.6  # the head of a stream is where its sizes are
    end = min(len(content), start + 200) if near else len(content)
    for _ in range(chance.choice((1, 4, 16))):
        if end > start:
            content[chance.randrange(start, end)] = chance.choice((0, 0xFF, chance.randrange(256)))


def _cut(content: bytearray, chance: random.Random) -> None:
    del content[chance.randrange(len(content) + 1) :]


def _put_in(content: bytearray, chance: random.Random) -> None:
    at = chance.randrange(len(content) + 1)
    content[at:at] = chance.randbytes(chance.choice((1, 2, 8, 64)))


def _take_out(content: bytearray, chance: random.Random) -> None:
    at = chance.randrange(len(content) + 1)
    del content[at : at + chance.choice((1, 2, 8, 64))]


def _repeat(content: bytearray, chance: random.Random) -> None:
    at = chance.randrange(len(content) + 1)
    content[at:at] = content[at : at + chance.choice((8, 64, 512))] * chance.choice((1, 3, 20))


def _number(content: bytearray, chance: random.Random) -> None:
    group, element = chance.choice(_NUMBERS)
    at = content.find(struct.pack("<HH", group, element))
    if 0 < at < len(content) - 10:
        struct.pack_into("<H", content, at + 8, chance.choice(_EXTREMES))


def _text(content: bytearray, chance: random.Random) -> None:
    group, element = chance.choice(
        ((0x28, 0x08), (0x28, 0x30), (0x20, 0x32), (0x20, 0x37), (0x28, 0x1053), (0x18, 0x50))
    )
    at = content.find(struct.pack("<HH", group, element))
    if 0 < at < len(content) - 12:
        word = chance.choice((b"NaN\\", b"1e999", b"-1", b"0", b"9" * 12, b"1\\2\\", b"\xff\xfe", b"inf"))
        content[at + 8 : at + 8 + len(word)] = word


def _length(content: bytearray, chance: random.Random) -> None:
    at = content.find(struct.pack("<H", chance.choice((0x08, 0x10, 0x18, 0x20, 0x28, 0x5200, 0x7FE0))), 132)
    if 0 < at < len(content) - 12:
        struct.pack_into("<I", content, at + chance.choice((4, 8)), chance.choice(_LENGTHS))


def _fragment(content: bytearray, chance: random.Random) -> None:
    at = content.find(b"\xfe\xff\x00\xe0", _pixels_at(content) + chance.choice((0, 16)))
    if 0 < at < len(content) - 8:
        struct.pack_into("<I", content, at + 4, chance.choice(_LENGTHS))


def _other_syntax(content: bytearray, chance: random.Random) -> None:
    at = content.find(b"1.2.840.10008.1.2", 132)
    tail = chance.choice(_SYNTAXES)
    if at > 0:
        content[at + 17 : at + 17 + len(tail)] = tail


_WAYS = (
    _flip_in_header, _flip_in_pixels, _flip_in_pixels, _cut, _put_in, _take_out, _repeat, _number, _number, _text,
    _length, _fragment, _other_syntax,
)  # fmt: skip


# --- in a child process --------------------------------------------------------------------------------------------


def attempt(bases: Path, seeds: Iterable[int], own: Path) -> None:
    """Scan and load the damaged file of each seed, telling what came of it; runs in a child process."""
    import os
    import warnings

    from viewers.imaging.errors import ImagingError
    from viewers.imaging.scan import scan
    from viewers.imaging.volume import load_slice, load_volume

    _limit_memory()
    warnings.simplefilter("ignore")
    contents = [path.read_bytes() for path in sorted(bases.iterdir())]
    tell = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    os.dup2(1, 2)  # decoders print what they think of such files
    for seed in seeds:
        path = own / "image"
        path.write_bytes(damaged(contents, seed))
        tell.write(f"{_MARK} {seed} began\n")
        start, what = time.perf_counter(), "fine"
        try:
            found = scan(path)
            what = "fine" if found.series else "refused"
            for series in found.series:
                if len(series.slices) * series.rows * series.columns < 50_000_000:
                    load_volume(series).statistics()
                else:
                    load_slice(series, 0)
        except ImagingError:
            what = "refused"
        except MemoryError:
            what = "memory"
        except BaseException as error:  # noqa: BLE001 (that is what is looked for)
            what = f"error {type(error).__name__}: {str(error)[:200]!r}"
        if what in ("fine", "refused") and time.perf_counter() - start > SLOW_S:
            what = f"slow {time.perf_counter() - start:.1f} s"
        tell.write(f"{_MARK} {seed} {what}\n")


def dies_at_odd_seeds(bases: Path, seeds: Iterable[int], own: Path) -> None:
    """A job that crashes, to see that it is noticed."""
    import os

    _limit_memory()
    for seed in seeds:
        print(f"{_MARK} {seed} began", flush=True)  # noqa: T201 (the parent reads it)
        if seed % 2:
            os.abort()
        print(f"{_MARK} {seed} fine", flush=True)  # noqa: T201 (the parent reads it)


def _limit_memory() -> None:
    try:
        import resource
    except ImportError:  # Windows
        return
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


# --- the parent ----------------------------------------------------------------------------------------------------


def outcomes(bases: Path, seeds: Sequence[int], job: str = "attempt") -> list[Case]:
    """What came of each seed; a child that dies or hangs is replaced for the seeds that are left."""
    cases: list[Case] = []
    left = list(seeds)
    while left:
        done = _one_child(bases, left, job)
        cases += done
        left = left[len(done) :]
    return cases


def _one_child(bases: Path, seeds: Sequence[int], job: str) -> list[Case]:
    root = Path(__file__).resolve().parents[2]
    code = (
        f"from pathlib import Path; from tests.support.fuzzing import {job}; import sys\n"
        f"{job}(Path(sys.argv[1]), range({seeds[0]}, {seeds[-1] + 1}), Path(sys.argv[2]))"
    )
    cases: list[Case] = []
    with tempfile.TemporaryDirectory() as own:
        words = [sys.executable, "-c", code, str(bases), own]
        with subprocess.Popen(words, cwd=root, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as child:
            assert child.stdout is not None
            running: int | None = None
            while True:
                ready, _, _ = select.select([child.stdout], [], [], HANGING_S)
                line = child.stdout.readline() if ready else ""
                if not ready and running is None:
                    continue  # it is still starting
                if not line:
                    break
                _, seed, what, *details = line.strip().split(" ", 3)
                running = int(seed)
                if what != "began":
                    cases.append(Case(running, what, " ".join(details)))
                    running = None
            hanging = not ready
            if hanging:
                child.kill()
            status = child.wait()
    if running is not None:
        cases.append(Case(running, "hang" if hanging else "crash", "" if hanging else f"status {status}"))
    elif not cases:
        raise RuntimeError(f"the child does not start (status {status})")
    return cases
