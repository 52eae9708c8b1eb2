"""The demonstration patient's images as DICOM files: CT Image Storage, explicit little endian, marked synthetic."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

import numpy as np
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import UID, CTImageStorage, ExplicitVRLittleEndian

from app.demo.enhancement import Acquisition
from app.demo.plane import SLICE_MM, Image, Plane
from app.state.record import Patient

MARK = "SYNTHETIC: computer-made demonstration image, not a patient"
AGENT = "Iohexol 350"
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
class Examination:
    """The examination of one time point: whose, when, and with which UIDs."""

    variant: str
    timepoint_id: str
    patient: Patient
    injected_at: datetime

    @property
    def study_uid(self) -> UID:
        return uid(self.variant, self.timepoint_id, "study")

    @property
    def frame_of_reference_uid(self) -> UID:
        return uid(self.variant, self.timepoint_id, "frame of reference")

    def series_uid(self, acquisition: Acquisition) -> UID:
        return uid(self.variant, self.timepoint_id, acquisition, "series")

    def sop_uid(self, acquisition: Acquisition, index: int) -> UID:
        return uid(self.variant, self.timepoint_id, acquisition, "image", index)


def _age(born: date, on: date) -> str:
    years = on.year - born.year - ((on.month, on.day) < (born.month, born.day))
    return f"{years:03d}Y"


def series_header(exam: Examination, acquisition: Acquisition, size: int, spacing_mm: float) -> Dataset:
    """Everything that is the same in all images of a series."""
    how = _PROTOCOLS[acquisition]
    patient, on = exam.patient, exam.injected_at.date()
    started = exam.injected_at + timedelta(seconds=how.after_s)
    study_time = exam.injected_at - timedelta(minutes=5)
    ds = Dataset()
    ds.SpecificCharacterSet = "ISO_IR 192"
    ds.ImageType = ["ORIGINAL", "PRIMARY", "AXIAL"]
    ds.SOPClassUID = CTImageStorage
    ds.StudyDate = ds.SeriesDate = ds.AcquisitionDate = ds.ContentDate = f"{on:%Y%m%d}"
    ds.StudyTime = f"{study_time:%H%M%S}"
    ds.SeriesTime = f"{started:%H%M%S}"
    ds.AccessionNumber = ""
    ds.Modality = "CT"
    ds.Manufacturer = "Hepatrace"
    ds.ManufacturerModelName = "Demonstration scene"
    ds.SoftwareVersions = "1"
    ds.InstitutionName = "SYNTHETIC"
    ds.ReferringPhysicianName = ""
    ds.StudyDescription = "Liver dynamic and chest CT"
    ds.SeriesDescription = how.description
    ds.ProtocolName = "Liver dynamic + chest"
    ds.PatientName = patient.name
    ds.PatientID = patient.id
    ds.PatientBirthDate = f"{patient.birth_date:%Y%m%d}" if patient.birth_date else ""
    ds.PatientSex = patient.sex
    if patient.birth_date:
        ds.PatientAge = _age(patient.birth_date, on)
    ds.PatientComments = MARK
    ds.PatientPosition = "FFS"
    ds.BodyPartExamined = "CHEST" if acquisition is Acquisition.CHEST else "LIVER"
    ds.KVP = "120"
    ds.XRayTubeCurrent = how.mas * 2
    ds.ExposureTime = 500
    ds.Exposure = how.mas
    ds.ConvolutionKernel = how.kernel
    ds.SliceThickness = f"{SLICE_MM:g}"
    ds.SpacingBetweenSlices = f"{SLICE_MM:g}"
    ds.DataCollectionDiameter = "500"
    ds.ReconstructionDiameter = f"{size * spacing_mm:.1f}"
    ds.GantryDetectorTilt = "0"
    ds.RotationDirection = "CW"
    if acquisition is not Acquisition.PRE:
        ds.ContrastBolusAgent = AGENT
        ds.ContrastBolusRoute = "IV"
        ds.ContrastBolusVolume = "120"
        ds.ContrastBolusStartTime = f"{exam.injected_at:%H%M%S}"
        ds.ContrastFlowRate = "3.5"
    ds.StudyInstanceUID = exam.study_uid
    ds.SeriesInstanceUID = exam.series_uid(acquisition)
    ds.StudyID = exam.timepoint_id
    ds.SeriesNumber = how.number
    ds.AcquisitionNumber = how.number
    ds.FrameOfReferenceUID = exam.frame_of_reference_uid
    ds.PositionReferenceIndicator = ""
    ds.ImageOrientationPatient = ["1", "0", "0", "0", "1", "0"]
    ds.ImageComments = MARK
    ds.SamplesPerPixel = 1
    ds.PhotometricInterpretation = "MONOCHROME2"
    ds.Rows = ds.Columns = size
    ds.PixelSpacing = [f"{spacing_mm:g}"] * 2
    ds.BitsAllocated, ds.BitsStored, ds.HighBit = 16, 12, 11
    ds.PixelRepresentation = 0
    ds.WindowCenter = list(how.centre)
    ds.WindowWidth = list(how.width)
    ds.RescaleIntercept = "-1024"
    ds.RescaleSlope = "1"
    ds.RescaleType = "HU"
    ds.LossyImageCompression = "00"
    return ds


def write_image(
    path: Path, header: Dataset, exam: Examination, acquisition: Acquisition, index: int, plane: Plane, hu: Image
) -> None:
    """One image as a file; `index` counts from 0 at the top of the series.

    Raises
    ------
    OSError
        If the disk is full or the folder cannot be written.
    """
    how = _PROTOCOLS[acquisition]
    taken = exam.injected_at + timedelta(seconds=how.after_s + 0.12 * index)
    ds = Dataset()
    ds.update(header)
    ds.SOPInstanceUID = exam.sop_uid(acquisition, index)
    ds.AcquisitionTime = ds.ContentTime = f"{taken:%H%M%S.%f}"
    ds.InstanceNumber = index + 1
    ds.ImagePositionPatient = [f"{plane.origin_mm:.4f}", f"{plane.origin_mm:.4f}", f"{plane.z_patient_mm:.2f}"]
    ds.SliceLocation = f"{plane.z_patient_mm:.2f}"
    ds.TableHeight = "150"
    stored = np.clip(np.rint(hu + 1024), 0, 4095).astype("<u2")
    ds.PixelData = stored.tobytes()
    ds["PixelData"].VR = "OW"
    ds.file_meta = FileMetaDataset()
    ds.file_meta.MediaStorageSOPClassUID = CTImageStorage
    ds.file_meta.MediaStorageSOPInstanceUID = ds.SOPInstanceUID
    ds.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    ds.file_meta.ImplementationClassUID = _IMPLEMENTATION
    ds.file_meta.ImplementationVersionName = "HEPATRACE_DEMO"
    ds.save_as(path, enforce_file_format=True)
