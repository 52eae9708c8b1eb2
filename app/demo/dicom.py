"""The demonstration patient's images as DICOM files: CT and MR, explicit little endian, marked synthetic."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

import numpy as np
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import UID, CTImageStorage, ExplicitVRLittleEndian, MRImageStorage

from app.demo.enhancement import Acquisition
from app.demo.plane import Image, Plane
from app.demo.relaxation import FIELD_T, FLIP_DEG, TE_MS, TR_MS
from app.state.record import Patient

MARK = "SYNTHETIC: computer-made demonstration image, not a patient"
AGENT, MR_AGENT = "Iohexol 350", "Gadoxetate (Primovist)"
_ROOT = uuid.uuid5(uuid.NAMESPACE_URL, "https://hepatrace.invalid/demonstration")
_IMPLEMENTATION = UID(f"2.25.{uuid.uuid5(_ROOT, 'implementation').int}")


def uid(*words: object) -> UID:
    """A UID under 2.25 that is always the same for the same words."""
    return UID(f"2.25.{uuid.uuid5(_ROOT, '/'.join(str(w) for w in words)).int}")


@dataclass(frozen=True, slots=True)
class _Protocol:
    """How a series is named, when it is taken (seconds from the start of the injection), and how it is shown."""

    number: int
    description: str
    after_s: int
    centre: tuple[int, ...]
    width: tuple[int, ...]
    kernel: str
    mas: int


_PROTOCOLS = {
    Acquisition.PRE: _Protocol(2, "Liver dynamic CT pre", -75, (30,), (150,), "B30f", 180),
    Acquisition.ARTERIAL: _Protocol(4, "Liver dynamic CT A-phase", 35, (60,), (200,), "B30f", 200),
    Acquisition.PORTAL_VENOUS: _Protocol(5, "Liver dynamic CT P-phase", 70, (90,), (150,), "B30f", 200),
    Acquisition.DELAYED: _Protocol(6, "Liver dynamic CT D-phase", 180, (80,), (150,), "B30f", 200),
    Acquisition.CHEST: _Protocol(8, "Chest CT 5 mm", 205, (-600, 40), (1500, 400), "B50f", 120),
}


@dataclass(frozen=True, slots=True)
class _MrProtocol:
    """How an MR series is named, when its breath-hold begins (seconds from the injection), and how it is shown."""

    number: int
    description: str
    after_s: int
    centre: int
    width: int


_MR_PROTOCOLS = {
    Acquisition.MR_PRE: _MrProtocol(4, "Liver T1 3D FS pre", -140, 260, 520),
    Acquisition.MR_ARTERIAL: _MrProtocol(6, "Liver T1 3D FS A-phase", 25, 260, 520),
    Acquisition.MR_PORTAL_VENOUS: _MrProtocol(7, "Liver T1 3D FS P-phase", 65, 260, 520),
    Acquisition.MR_HEPATOBILIARY: _MrProtocol(12, "Liver T1 3D FS HBP 20 min", 1200, 300, 600),
}


@dataclass(frozen=True, slots=True)
class Raster:
    """The pixels of an image that are written: `rows` of those that were made, from `first_row` on, and all columns."""

    rows: int
    columns: int
    spacing_mm: float
    thickness_mm: float
    first_row: int = 0


@dataclass(frozen=True, slots=True)
class Examination:
    """The examination of one time point: whose, when, and with which UIDs."""

    variant: str
    timepoint_id: str
    patient: Patient
    injected_at: datetime
    modality: str = "CT"

    @property
    def study_uid(self) -> UID:
        return uid(*self._words, "study")

    @property
    def frame_of_reference_uid(self) -> UID:
        return uid(*self._words, "frame of reference")

    @property
    def _words(self) -> tuple[str, ...]:
        return (self.variant, self.timepoint_id, *(() if self.modality == "CT" else (self.modality,)))

    def series_uid(self, acquisition: Acquisition) -> UID:
        return uid(self.variant, self.timepoint_id, acquisition, "series")

    def sop_uid(self, acquisition: Acquisition, index: int) -> UID:
        return uid(self.variant, self.timepoint_id, acquisition, "image", index)


def _age(born: date, on: date) -> str:
    years = on.year - born.year - ((on.month, on.day) < (born.month, born.day))
    return f"{years:03d}Y"


def series_header(exam: Examination, acquisition: Acquisition, raster: Raster) -> Dataset:
    """Everything that is the same in all images of a series."""
    ds = _common_header(exam, acquisition, raster)
    if exam.modality == "MR":
        _describe_mr(ds, exam, acquisition, raster)
    else:
        _describe_ct(ds, exam, acquisition, raster)
    return ds


def _common_header(exam: Examination, acquisition: Acquisition, raster: Raster) -> Dataset:
    patient, on = exam.patient, exam.injected_at.date()
    study_time = exam.injected_at - timedelta(minutes=5)
    ds = Dataset()
    ds.SpecificCharacterSet = "ISO_IR 192"
    ds.StudyDate = ds.SeriesDate = ds.AcquisitionDate = ds.ContentDate = f"{on:%Y%m%d}"
    ds.StudyTime = f"{study_time:%H%M%S}"
    ds.SeriesTime = f"{_starts(exam, acquisition):%H%M%S}"
    ds.AccessionNumber = ""
    ds.Modality = exam.modality
    ds.Manufacturer = "Hepatrace"
    ds.ManufacturerModelName = "Demonstration scene"
    ds.SoftwareVersions = "1"
    ds.InstitutionName = "SYNTHETIC"
    ds.ReferringPhysicianName = ""
    ds.PatientName = patient.name
    ds.PatientID = patient.id
    ds.PatientBirthDate = f"{patient.birth_date:%Y%m%d}" if patient.birth_date else ""
    ds.PatientSex = patient.sex
    if patient.birth_date:
        ds.PatientAge = _age(patient.birth_date, on)
    ds.PatientComments = MARK
    ds.SliceThickness = f"{raster.thickness_mm:g}"
    ds.SpacingBetweenSlices = f"{raster.thickness_mm:g}"
    ds.StudyInstanceUID = exam.study_uid
    ds.SeriesInstanceUID = exam.series_uid(acquisition)
    ds.StudyID = exam.timepoint_id
    ds.FrameOfReferenceUID = exam.frame_of_reference_uid
    ds.PositionReferenceIndicator = ""
    ds.ImageOrientationPatient = ["1", "0", "0", "0", "1", "0"]
    ds.ImageComments = MARK
    ds.SamplesPerPixel = 1
    ds.PhotometricInterpretation = "MONOCHROME2"
    ds.Rows, ds.Columns = raster.rows, raster.columns
    ds.PixelSpacing = [f"{raster.spacing_mm:g}"] * 2
    ds.BitsAllocated, ds.BitsStored, ds.HighBit = 16, 12, 11
    ds.PixelRepresentation = 0
    ds.LossyImageCompression = "00"
    return ds


def _starts(exam: Examination, acquisition: Acquisition) -> datetime:
    how = _MR_PROTOCOLS[acquisition] if acquisition in _MR_PROTOCOLS else _PROTOCOLS[acquisition]
    return exam.injected_at + timedelta(seconds=how.after_s)


def _describe_ct(ds: Dataset, exam: Examination, acquisition: Acquisition, raster: Raster) -> None:
    how = _PROTOCOLS[acquisition]
    ds.ImageType = ["ORIGINAL", "PRIMARY", "AXIAL"]
    ds.SOPClassUID = CTImageStorage
    ds.StudyDescription = "Liver dynamic and chest CT"
    ds.SeriesDescription = how.description
    ds.ProtocolName = "Liver dynamic + chest"
    ds.PatientPosition = "FFS"
    ds.BodyPartExamined = "CHEST" if acquisition is Acquisition.CHEST else "LIVER"
    ds.KVP = "120"
    ds.XRayTubeCurrent = how.mas * 2
    ds.ExposureTime = 500
    ds.Exposure = how.mas
    ds.ConvolutionKernel = how.kernel
    ds.DataCollectionDiameter = "500"
    ds.ReconstructionDiameter = f"{raster.columns * raster.spacing_mm:.1f}"
    ds.GantryDetectorTilt = "0"
    ds.RotationDirection = "CW"
    ds.TableHeight = "150"
    if acquisition is not Acquisition.PRE:
        ds.ContrastBolusAgent = AGENT
        ds.ContrastBolusRoute = "IV"
        ds.ContrastBolusVolume = "120"
        ds.ContrastBolusStartTime = f"{exam.injected_at:%H%M%S}"
        ds.ContrastFlowRate = "3.5"
    ds.SeriesNumber = how.number
    ds.AcquisitionNumber = how.number
    ds.WindowCenter = list(how.centre)
    ds.WindowWidth = list(how.width)
    ds.RescaleIntercept = "-1024"
    ds.RescaleSlope = "1"
    ds.RescaleType = "HU"


def _describe_mr(ds: Dataset, exam: Examination, acquisition: Acquisition, raster: Raster) -> None:
    how = _MR_PROTOCOLS[acquisition]
    ds.ImageType = ["ORIGINAL", "PRIMARY", "OTHER"]
    ds.SOPClassUID = MRImageStorage
    ds.StudyDescription = "Liver MR with gadoxetate"
    ds.SeriesDescription = how.description
    ds.ProtocolName = "Liver dynamic gadoxetate"
    ds.PatientPosition = "HFS"
    ds.BodyPartExamined = "LIVER"
    ds.ScanningSequence = "GR"
    ds.SequenceVariant = ["SK", "SP"]
    ds.ScanOptions = "FS"
    ds.MRAcquisitionType = "3D"
    ds.SequenceName = "T1 3D FS SPGR"
    ds.RepetitionTime = f"{TR_MS:g}"
    ds.EchoTime = f"{TE_MS:g}"
    ds.FlipAngle = f"{FLIP_DEG:g}"
    ds.EchoTrainLength = 1
    ds.EchoNumbers = 1
    ds.NumberOfAverages = "1"
    ds.MagneticFieldStrength = f"{FIELD_T:g}"
    ds.ImagingFrequency = f"{42.577478 * FIELD_T:.4f}"
    ds.ImagedNucleus = "1H"
    ds.PixelBandwidth = "490"
    ds.ReceiveCoilName = "BODY 18"
    ds.InPlanePhaseEncodingDirection = "COL"
    ds.AcquisitionMatrix = [0, raster.columns * 4 // 5, raster.rows * 4 // 5, 0]
    ds.NumberOfPhaseEncodingSteps = raster.rows * 4 // 5
    ds.PercentSampling = "80"
    ds.PercentPhaseFieldOfView = f"{100 * raster.rows / raster.columns:g}"
    ds.VariableFlipAngleFlag = "N"
    if acquisition is not Acquisition.MR_PRE:
        ds.ContrastBolusAgent = MR_AGENT
        ds.ContrastBolusRoute = "IV"
        ds.ContrastBolusVolume = "7"
        ds.ContrastBolusStartTime = f"{exam.injected_at:%H%M%S}"
        ds.ContrastFlowRate = "1"
    ds.SeriesNumber = how.number
    ds.AcquisitionNumber = how.number
    ds.WindowCenter = str(how.centre)
    ds.WindowWidth = str(how.width)


def write_image(
    path: Path,
    header: Dataset,
    exam: Examination,
    acquisition: Acquisition,
    index: int,
    plane: Plane,
    raster: Raster,
    values: Image,
) -> None:
    """One image as a file; `index` counts from 0 at the top of the series, `values` are HU or the signal of MR.

    Raises
    ------
    OSError
        If the disk is full or the folder cannot be written.
    """
    on_mr = exam.modality == "MR"
    # a spiral passes image after image; a 3D slab is acquired as a whole, in one breath-hold
    taken = _starts(exam, acquisition) + timedelta(seconds=0.0 if on_mr else 0.12 * index)
    top = plane.origin_mm + raster.first_row * raster.spacing_mm
    ds = Dataset()
    ds.update(header)
    ds.SOPInstanceUID = exam.sop_uid(acquisition, index)
    ds.AcquisitionTime = ds.ContentTime = f"{taken:%H%M%S.%f}"
    ds.InstanceNumber = index + 1
    ds.ImagePositionPatient = [f"{plane.origin_mm:.4f}", f"{top:.4f}", f"{plane.z_patient_mm:.2f}"]
    ds.SliceLocation = f"{plane.z_patient_mm:.2f}"
    kept = values[raster.first_row : raster.first_row + raster.rows]
    stored = np.clip(np.rint(kept if on_mr else kept + 1024), 0, 4095).astype("<u2")
    ds.PixelData = stored.tobytes()
    ds["PixelData"].VR = "OW"
    ds.file_meta = FileMetaDataset()
    ds.file_meta.MediaStorageSOPClassUID = ds.SOPClassUID
    ds.file_meta.MediaStorageSOPInstanceUID = ds.SOPInstanceUID
    ds.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    ds.file_meta.ImplementationClassUID = _IMPLEMENTATION
    ds.file_meta.ImplementationVersionName = "HEPATRACE_DEMO"
    ds.save_as(path, enforce_file_format=True)
