"""The series that the benchmarks read: one CT of 200 slices, 512 x 512, as a scanner writes it (527 KB a file).

Its values are those of CT: rescaled, every one of them fits int16.
"""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
from pydicom.dataset import FileDataset
from pydicom.uid import generate_uid

from tests.support.phantoms import AXIAL, Phantom, write_phantom

SLICES = 200
_OF_A_SCANNER = {
    "SpecificCharacterSet": "ISO_IR 100", "InstanceCreationDate": "20260105", "InstanceCreationTime": "081512",
    "SeriesDate": "20260105", "ContentDate": "20260105", "SeriesTime": "081503.2", "AcquisitionTime": "081507.125",
    "ContentTime": "081507.125", "AccessionNumber": "A100", "Manufacturer": "MAKER", "InstitutionName": "HOSPITAL",
    "ReferringPhysicianName": "", "StationName": "CT1", "StudyDescription": "CT LIVER", "ManufacturerModelName": "CT",
    "PatientBirthDate": "19600504", "PatientAge": "065Y", "PatientSize": "1.7", "PatientWeight": "70",
    "ContrastBolusAgent": "AGENT", "BodyPartExamined": "ABDOMEN", "ScanOptions": "HELIX", "KVP": "120",
    "DataCollectionDiameter": "500", "SoftwareVersions": "1.0", "ProtocolName": "LIVER 3 PHASE",
    "ContrastBolusRoute": "IV", "ContrastBolusVolume": "100", "ContrastFlowRate": "4", "DeviceSerialNumber": "1",
    "ReconstructionDiameter": "358", "DistanceSourceToDetector": "1040", "DistanceSourceToPatient": "570",
    "GantryDetectorTilt": "0", "TableHeight": "150", "RotationDirection": "CW", "ExposureTime": "500",
    "XRayTubeCurrent": "300", "Exposure": "150", "FilterType": "BODY", "GeneratorPower": "36", "FocalSpots": "1.2",
    "ConvolutionKernel": "B30f", "PatientPosition": "FFS", "RevolutionTime": 0.5, "SingleCollimationWidth": 0.6,
    "TotalCollimationWidth": 38.4, "TableSpeed": 46.0, "TableFeedPerRotation": 23.0, "SpiralPitchFactor": 0.6,
    "CTDIvol": 9.5, "StudyID": "1", "AcquisitionNumber": 2, "PositionReferenceIndicator": "", "SliceLocation": "-12.5",
    "ImageComments": "", "WindowCenter": "50", "WindowWidth": "350", "RescaleType": "HU",
    "RequestedProcedureDescription": "CT LIVER", "PerformedProcedureStepStartDate": "20260105",
    "PerformedProcedureStepStartTime": "081500", "PerformedProcedureStepID": "1",
}  # fmt: skip
"""About as many elements as the header of a clinical CT image holds: what is slow about a header is their number."""

CT = Phantom(
    rows=512, columns=512, heights_mm=tuple(1.5 * k for k in range(SLICES)), thickness_mm=1.5, tags=_OF_A_SCANNER
)


def write_ct(folder: Path, name: str = "slice") -> list[Path]:
    """Write the series, under a UID of its own, and return its files in order."""

    def as_measured(k: int, dataset: FileDataset) -> None:
        dataset.PixelData = np.clip(CT.stored(k), 0, 4095).astype("<u2").tobytes()

    return write_phantom(folder, CT.but(series_uid=generate_uid()), as_measured, name)


def write_many(folder: Path, count: int, per_series: int = 400) -> None:
    """Small files of many series, made from one by putting in other numbers of the same length; written long ago."""
    phantom = Phantom(
        heights_mm=(0.0,),
        directions=AXIAL,
        origin=(-120.0, -120.0, -200000.0),
        series_uid="1.2.3.10000000",
        tags=_OF_A_SCANNER | {"SOPInstanceUID": "1.2.4.10000000", "InstanceNumber": "500000"},
    )
    (path,) = write_phantom(folder.parent / "source", phantom)
    content = path.read_bytes()
    for n in range(count):
        series, k = divmod(n, per_series)
        own = content
        for old, new in (
            ("1.2.4.10000000", f"1.2.4.{10000000 + n}"),
            ("1.2.3.10000000", f"1.2.3.{10000000 + series}"),
            ("-200000.00000000", f"{k - 200000}.00000000"),
            ("500000", f"{500000 + k}"),
        ):
            own = own.replace(old.encode(), new.encode())
        target = folder / f"{series:04}" / f"IM{k:05}"
        if k == 0:
            target.parent.mkdir(parents=True)
        target.write_bytes(own)
        os.utime(target, (1_600_000_000, 1_600_000_000))
