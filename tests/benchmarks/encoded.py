"""A series as a scanner's archive keeps it: compressed without loss, with the noise that makes it large."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pydicom
from pydicom.uid import UID, JPEG2000Lossless, JPEGLosslessSV1, JPEGLSLossless, RLELossless

from tests.benchmarks.images import CT
from tests.support.phantoms import slice_dataset

SLICES = 60


@dataclass(frozen=True)
class Syntax:
    """A transfer syntax, the plug-in of pydicom that decodes it here, and gdcmconv's word for it."""

    name: str
    uid: UID
    plugin: str
    option: str = ""


SYNTAXES = (
    Syntax("JPEG-LS", JPEGLSLossless, "gdcm", "--jpegls"),
    Syntax("JPEG 2000", JPEG2000Lossless, "pylibjpeg"),
    Syntax("JPEG lossless", JPEGLosslessSV1, "gdcm", "--jpeg"),
    Syntax("RLE", RLELossless, "pylibjpeg"),
)


def write_encoded(folder: Path, syntax: Syntax) -> list[Path] | None:
    """Write the series; its files in order, None where nothing here encodes the syntax."""
    tool = Path(sys.executable).with_name("gdcmconv")
    if syntax.option and not tool.exists():
        return None
    noise = np.random.default_rng(20260105)
    body = 1060 + 60 * np.hypot(*np.mgrid[-1 : 1 : CT.rows * 1j, -1 : 1 : CT.columns * 1j])
    body[np.hypot(*np.mgrid[-1 : 1 : CT.rows * 1j, -1 : 1 : CT.columns * 1j]) > 0.8] = 24
    files = []
    for k in range(SLICES):
        pixels = np.clip(body + noise.normal(0, 12, body.shape), 0, 4095).astype(np.uint16)
        dataset, path = slice_dataset(CT, k, pixels), folder / f"slice{k:03}"
        dataset.BitsStored, dataset.HighBit = 12, 11
        if not syntax.option:
            dataset.compress(syntax.uid, encoding_plugin="pylibjpeg")
        pydicom.dcmwrite(path, dataset)
        if syntax.option:
            words = [str(tool), syntax.option, str(path), str(path)]
            subprocess.run(words, check=True, capture_output=True)
        files.append(path)
    return files
