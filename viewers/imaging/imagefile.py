"""What the scan knows of a file: what is its own, and what it says alike with the others of its series."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from viewers.imaging.catalogue import PatientTags, SequenceTags, Vector

NOT_DICOM = "not a DICOM file"


class NotAnImage(Exception):
    """The file holds no image that can be read; the message says why, for a person."""


@dataclass(frozen=True, slots=True)
class FrameKind:
    """What images of one stack usually say alike; one object for all that do. Missing: None or empty text."""

    directions: tuple[Vector, Vector] | None
    pixel_spacing_mm: tuple[float, float] | None
    thickness_mm: float | None
    rescale_type: str
    frame_type: tuple[str, ...]
    echo: str
    stack: str
    temporal_position: str
    acquisition: str
    b_value: str
    trigger: str
    bolus_phase: str
    sequence: SequenceTags


@dataclass(frozen=True, slots=True)
class FrameHeader:
    """What is particular to one image of a file. None means that the file does not say."""

    index: int
    position: Vector | None
    acquired_at: str | None
    slope: float | None
    intercept: float | None
    pixel_offset: int | None
    kind: FrameKind


@dataclass(frozen=True, slots=True)
class FileKind:
    """What the files of a series usually say alike; one object for all that do. Missing: None or empty text."""

    enhanced: bool
    series_uid: str
    study_uid: str
    frame_of_reference_uid: str | None
    patient: PatientTags
    study_date: date | None
    series_at: str | None
    modality: str
    description: str
    study_description: str
    protocol: str
    comments: str
    body_part: str
    series_number: int | None
    manufacturer: str
    kernel: str
    contrast_agent: str
    bolus_started_at: str | None
    kvp: float | None
    image_type: tuple[str, ...]
    rows: int
    columns: int
    samples_per_pixel: int
    bits_stored: int
    bits_allocated: int
    signed: bool
    photometric: str
    padding_value: int | None
    lossy: bool
    synthetic: bool
    transfer_syntax: str
    frames: int
    institution: str = ""
    deidentified: bool = False


@dataclass(frozen=True, slots=True)
class ImageFile:
    """One file and its frames."""

    path: str
    sop_uid: str
    instance_number: int | None
    date_without_study: date | None
    window: tuple[float, float] | None
    kind: FileKind
    frames: tuple[FrameHeader, ...]
