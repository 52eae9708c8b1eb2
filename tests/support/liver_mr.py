"""A liver MR with gadoxetate as DICOM: five dynamic phases, diffusion, ADC and T2; one lesion of known brightness."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tests.support.phantoms import AXIAL, CORONAL, Phantom, write_phantom

LIVER, LESION, FAT = "liver", "lesion", "fat"
PIXEL_MM, SLICE_MM, SLICES = 3.6, 6.0, 14


@dataclass(frozen=True)
class Sequence:
    """One series: its description, the values of tissues, seconds after the injection (None: not dynamic), tags."""

    description: str
    liver: int
    lesion: int
    fat: int
    after_s: int | None = None
    b_value: float | None = None
    coronal: bool = False


SEQUENCES = (
    Sequence("t1_vibe_fs_tra pre", 300, 250, 90, -60),
    Sequence("t1_vibe_fs_tra arterial", 380, 700, 100, 25),
    Sequence("t1_vibe_fs_tra portal venous", 560, 470, 110, 70),
    Sequence("t1_vibe_fs_tra transitional", 600, 420, 110, 180),
    Sequence("t1_vibe_fs_tra HBP 20min", 900, 300, 120, 1200),
    Sequence("ep2d_diff_b50_tra", 220, 420, 60, b_value=50),
    Sequence("ep2d_diff_b800_tra", 80, 330, 20, b_value=800),
    Sequence("ep2d_diff_ADC", 1300, 850, 100),
    Sequence("t2_haste_cor", 260, 520, 480, coronal=True),
    Sequence("t2_blade_fs_tra", 240, 560, 120),
)


@dataclass(frozen=True)
class _Body(Phantom):
    """An ellipse of fat with a liver and a round lesion in it, the same for every sequence."""

    shown: Sequence = SEQUENCES[0]

    def stored(self, k: int) -> NDArray[np.int64]:
        assert self.directions is not None and self.pixel_spacing_mm is not None
        rows, columns = np.mgrid[: self.rows, : self.columns]
        row, column = (np.asarray(direction) for direction in self.directions)
        points = np.asarray(self.position(k)) + (
            columns[..., None] * self.pixel_spacing_mm[1] * row + rows[..., None] * self.pixel_spacing_mm[0] * column
        )
        x, y, z = points[..., 0], points[..., 1], points[..., 2]
        image = np.zeros(x.shape, np.int64)
        image[(x / 160) ** 2 + (y / 110) ** 2 <= 1] = self.shown.fat
        image[((x + 60) / 85) ** 2 + (y / 80) ** 2 + ((z + 40) / 70) ** 2 <= 1] = self.shown.liver
        image[(x + 70) ** 2 + (y + 20) ** 2 + (z + 40) ** 2 <= 18**2] = self.shown.lesion
        noise = np.random.default_rng(1000 * k + self.shown.liver).normal(0, 0.03 * self.shown.liver, image.shape)
        return np.asarray(np.where(image > 0, np.clip(image + noise, 1, None), 0), np.int64)


def write_liver_mr(folder: Path, without: tuple[str, ...] = ()) -> None:
    """Write the examination, but for sequences whose description holds one of the words of `without`."""
    for number, sequence in enumerate(SEQUENCES):
        if not any(word in sequence.description for word in without):
            write_phantom(folder / f"{number:02}", _phantom(number, sequence))


def _phantom(number: int, sequence: Sequence) -> Phantom:
    seconds = 10 * 3600 + (sequence.after_s if sequence.after_s is not None else 1500 + 60 * number)
    time = f"{seconds // 3600:02}{seconds // 60 % 60:02}{seconds % 60:02}"
    tags: dict[str, Any] = {
        "SeriesNumber": number + 1,
        "StudyDescription": "MR Liver",
        "BodyPartExamined": "LIVER",
        "AcquisitionTime": time,
        "SeriesTime": time,
        "ScanningSequence": "EP" if sequence.b_value is not None or "ADC" in sequence.description else "GR",
        "EchoTime": 1.9 if sequence.after_s is not None else 80.0,
    }
    if sequence.after_s is not None and sequence.after_s > 0:
        tags |= {"ContrastBolusAgent": "Primovist", "ContrastBolusStartTime": "100000"}
    if sequence.b_value is not None:
        tags["DiffusionBValue"] = sequence.b_value
    side, depth = (96, 96) if not sequence.coronal else (96, 26)
    return _Body(
        rows=depth if sequence.coronal else 72,
        columns=side,
        pixel_spacing_mm=(PIXEL_MM, PIXEL_MM),
        heights_mm=tuple(SLICE_MM * k for k in range(SLICES)),
        thickness_mm=SLICE_MM,
        directions=CORONAL if sequence.coronal else AXIAL,
        origin=(-172.0, -40.0, 0.0) if sequence.coronal else (-172.0, -130.0, -80.0),
        modality="MR",
        rescale=None,
        description=sequence.description,
        tags=tags,
        shown=sequence,
    )
