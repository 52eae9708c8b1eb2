"""Small DICOM series with known geometry and known values, one file for each slice.

The values are a formula of the voxel, `stored_value`, so that a reader that swaps rows, columns or slices, or reads
the wrong bytes, is found out.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
from numpy.typing import NDArray
from pydicom.dataset import FileDataset, FileMetaDataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian, MRImageStorage, generate_uid

Vector = tuple[float, float, float]

AXIAL: tuple[Vector, Vector] = ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0))
CORONAL: tuple[Vector, Vector] = ((1.0, 0.0, 0.0), (0.0, 0.0, -1.0))
SAGITTAL: tuple[Vector, Vector] = ((0.0, 1.0, 0.0), (0.0, 0.0, -1.0))


def turned(degrees_z: float, degrees_x: float) -> tuple[Vector, Vector]:
    """Axial directions turned about z, then about x: an oblique plane."""
    a, b = math.radians(degrees_z), math.radians(degrees_x)
    row = (math.cos(a), math.sin(a) * math.cos(b), math.sin(a) * math.sin(b))
    column = (-math.sin(a), math.cos(a) * math.cos(b), math.cos(a) * math.sin(b))
    return row, column


OBLIQUE = turned(20.0, 30.0)


def stored_value(k: int, row: int, column: int) -> int:
    return 1000 + 100 * k + 3 * row - 2 * column


@dataclass(frozen=True)
class Phantom:
    """A series to write. `heights_mm` are distances along the normal; `shear` moves each slice sideways, mm per mm."""

    rows: int = 12
    columns: int = 16
    pixel_spacing_mm: tuple[float, float] | None = (1.1, 0.7)
    heights_mm: Sequence[float] = tuple(3.0 * k for k in range(6))
    thickness_mm: float | None = 3.0
    directions: tuple[Vector, Vector] | None = OBLIQUE
    origin: Vector = (-120.5, 33.25, -410.0)
    shear: Vector = (0.0, 0.0, 0.0)
    modality: str = "CT"
    rescale: tuple[float, float] | None = (1.0, -1024.0)
    signed: bool = False
    series_uid: str = field(default_factory=generate_uid)
    study_uid: str = "1.2.3.4.5"
    frame_uid: str = "1.2.3.4.6"
    description: str = "ABDOMEN"
    tags: dict[str, Any] = field(default_factory=dict)
    """Further DICOM attributes of every slice; None removes one."""

    @property
    def normal(self) -> NDArray[np.float64]:
        assert self.directions is not None
        return np.cross(*self.directions)

    def position(self, k: int) -> Vector:
        """Centre of the first pixel of slice k, LPS mm."""
        h = self.heights_mm[k]
        x, y, z = np.asarray(self.origin) + h * self.normal + h * np.asarray(self.shear)
        return float(x), float(y), float(z)

    def stored(self, k: int) -> NDArray[np.int64]:
        rows, columns = np.mgrid[: self.rows, : self.columns]
        return np.asarray(stored_value(k, rows, columns), np.int64)

    def but(self, **changes: Any) -> Phantom:
        return replace(self, **changes)


def slice_dataset(phantom: Phantom, k: int, stored: NDArray[Any] | None = None) -> FileDataset:
    """Slice k as a DICOM data set in memory, to change before it is written."""
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = CTImageStorage if phantom.modality == "CT" else MRImageStorage
    meta.MediaStorageSOPInstanceUID = generate_uid()
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset = FileDataset("", {}, file_meta=meta, preamble=b"\0" * 128)
    dataset.SOPClassUID, dataset.SOPInstanceUID = meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID
    dataset.ImageType = ["ORIGINAL", "PRIMARY", "AXIAL"]
    dataset.StudyDate, dataset.StudyTime, dataset.AcquisitionDate = "20260105", "081500", "20260105"
    dataset.Modality, dataset.SeriesDescription = phantom.modality, phantom.description
    dataset.PatientID, dataset.PatientName, dataset.PatientSex = "PHANTOM", "Phantom", "O"
    dataset.StudyInstanceUID, dataset.SeriesInstanceUID = phantom.study_uid, phantom.series_uid
    dataset.FrameOfReferenceUID = phantom.frame_uid
    dataset.SeriesNumber, dataset.InstanceNumber = 3, k + 1
    if phantom.directions is not None:
        dataset.ImageOrientationPatient = [_text(v) for direction in phantom.directions for v in direction]
        dataset.ImagePositionPatient = [_text(v) for v in phantom.position(k)]
    if phantom.pixel_spacing_mm is not None:
        dataset.PixelSpacing = list(phantom.pixel_spacing_mm)
    if phantom.thickness_mm is not None:
        dataset.SliceThickness = phantom.thickness_mm
    if phantom.rescale is not None:
        dataset.RescaleSlope, dataset.RescaleIntercept = phantom.rescale
    dataset.SamplesPerPixel, dataset.PhotometricInterpretation = 1, "MONOCHROME2"
    dataset.Rows, dataset.Columns = phantom.rows, phantom.columns
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit = 16, 16, 15
    dataset.PixelRepresentation = int(phantom.signed)
    pixels = phantom.stored(k) if stored is None else stored
    dataset.PixelData = np.asarray(pixels).astype("<i2" if phantom.signed else "<u2").tobytes()
    for keyword, value in phantom.tags.items():
        if value is None:
            del dataset[keyword]
        else:
            setattr(dataset, keyword, value)
    return dataset


def write_phantom(
    folder: Path, phantom: Phantom, change: Callable[[int, FileDataset], None] | None = None, name: str = "slice"
) -> list[Path]:
    """Write the series into the folder; `change` may alter each slice's data set first. Returns the files in order."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for k in range(len(phantom.heights_mm)):
        dataset = slice_dataset(phantom, k)
        if change is not None:
            change(k, dataset)
        path = folder / f"{name}{k:03}"
        pydicom.dcmwrite(path, dataset)
        paths.append(path)
    return paths


def write_enhanced(folder: Path, phantom: Phantom, frame_types: Sequence[str] = ("M",)) -> Path:
    """The series as one enhanced MR file: every slice once for each frame type, slopes 1, 2, 3 ... by frame type."""
    from pydicom.dataset import Dataset
    from pydicom.uid import EnhancedMRImageStorage

    folder.mkdir(parents=True, exist_ok=True)
    dataset = slice_dataset(phantom.but(modality="MR"), 0)
    dataset.SOPClassUID = dataset.file_meta.MediaStorageSOPClassUID = EnhancedMRImageStorage
    for keyword in ("ImagePositionPatient", "ImageOrientationPatient", "PixelSpacing", "SliceThickness"):
        del dataset[keyword]
    dataset.NumberOfFrames = len(phantom.heights_mm) * len(frame_types)
    shared = Dataset()
    measures, orientation = Dataset(), Dataset()
    measures.PixelSpacing, measures.SliceThickness = list(phantom.pixel_spacing_mm or ()), phantom.thickness_mm
    orientation.ImageOrientationPatient = [_text(v) for d in phantom.directions or () for v in d]
    shared.PixelMeasuresSequence, shared.PlaneOrientationSequence = [measures], [orientation]
    dataset.SharedFunctionalGroupsSequence = [shared]
    frames, pixels = [], []
    for k in range(len(phantom.heights_mm)):
        for number, kind in enumerate(frame_types, start=1):
            item, place, frame_type, transform = Dataset(), Dataset(), Dataset(), Dataset()
            place.ImagePositionPatient = [_text(v) for v in phantom.position(k)]
            frame_type.FrameType = ["ORIGINAL", "PRIMARY", "T1", kind]
            transform.RescaleSlope, transform.RescaleIntercept, transform.RescaleType = number, 0, "US"
            item.PlanePositionSequence, item.MRImageFrameTypeSequence = [place], [frame_type]
            item.PixelValueTransformationSequence = [transform]
            frames.append(item)
            pixels.append(phantom.stored(k).astype("<u2").tobytes())
    dataset.PerFrameFunctionalGroupsSequence = frames
    dataset.PixelData = b"".join(pixels)
    path = folder / "enhanced.dcm"
    pydicom.dcmwrite(path, dataset)
    return path


def _text(value: float) -> str:
    return f"{value:.10f}"[:16]
