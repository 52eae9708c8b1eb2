"""The series that the benchmarks read: one CT of 200 slices, 512 x 512, as a scanner writes it (527 KB a file)."""

from __future__ import annotations

from pathlib import Path

from tests.support.phantoms import Phantom, write_phantom

SLICES = 200
CT = Phantom(rows=512, columns=512, heights_mm=tuple(1.5 * k for k in range(SLICES)), thickness_mm=1.5)


def write_ct(folder: Path) -> list[Path]:
    """Write the series and return its files in order."""
    return write_phantom(folder, CT)
