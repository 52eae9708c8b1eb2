"""What a scan of a folder found: series, their slices, and what is wrong with them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Protocol

Vector = tuple[float, float, float]


class PhaseName(StrEnum):
    """Contrast phases of the liver; transitional and hepatobiliary are those of gadoxetate."""

    PRE = "pre"
    ARTERIAL = "arterial"
    PORTAL_VENOUS = "portal_venous"
    DELAYED = "delayed"
    TRANSITIONAL = "transitional"
    HEPATOBILIARY = "hepatobiliary"


SURE_PHASE = 0.80
"""From this confidence on a phase is hung and used without asking; below it is shown as unsure."""


@dataclass(frozen=True, slots=True)
class Phase:
    """Contrast phase of a series: the best guess, how sure (0 to 1; see `SURE_PHASE`), and the evidence in words."""

    name: PhaseName | None = None
    confidence: float = 0.0
    evidence: tuple[str, ...] = ()


class FindingCode(StrEnum):
    """What can be wrong with a series, by the names that `scan --json` prints."""

    MISSING_SLICES = "missing_slices"
    DUPLICATE_POSITIONS = "duplicate_positions"
    UNEVEN_SPACING = "uneven_spacing"
    GANTRY_TILT = "gantry_tilt"
    MIXED_ORIENTATION = "mixed_orientation"
    MIXED_MATRIX = "mixed_matrix"
    OVERLAPPING_SLICES = "overlapping_slices"
    THICK_SLICES = "thick_slices"
    LOCALIZER = "localizer"
    NO_GEOMETRY = "no_geometry"
    EMPTY_UID = "empty_uid"
    LOSSY = "lossy"
    MIXED_PATIENT = "mixed_patient"
    NOT_HU = "not_hu"


@dataclass(frozen=True, slots=True)
class QualityFinding:
    """One thing that is wrong with a series, for a person, and the files it is about."""

    code: FindingCode
    text: str
    files: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SliceRecord:
    """One image (one frame of one file). `frame` counts from 0; `position` is the centre of the first voxel, LPS mm.

    `pixel_offset` is the byte offset of this frame's uncompressed pixels in the file, None where they must be decoded.
    """

    path: str
    sop_uid: str
    frame: int
    position: Vector | None
    instance_number: int | None
    slope: float
    intercept: float
    transfer_syntax: str
    pixel_offset: int | None
    acquisition_time: str | None
    thickness_mm: float | None = None
    frames_in_file: int = 1


@dataclass(frozen=True, slots=True)
class PatientTags:
    """What the files say of the patient; empty text where they say nothing."""

    id: str
    name: str
    sex: str
    birth_date: date | None
    age: str


@dataclass(frozen=True, slots=True)
class SequenceTags:
    """How the images of a stack were made, as far as it tells their phase. Missing: None or empty text.

    `pulse` is ScanningSequence (``GR``, ``SE``, ``EP``) or EchoPulseSequence, `contrast` AcquisitionContrast, `repeat`
    the temporal position of the stack and `repeats` how many its series holds; `trigger_ms` is TriggerTime, which
    some makers count from the first repeat; `agent_given` is ContrastBolusAgentAdministered; `repetition_ms` is
    RepetitionTime.
    """

    pulse: str = ""
    contrast: str = ""
    echo_ms: float | None = None
    b_value: str = ""
    repeat: str = ""
    repeats: int | None = None
    trigger_ms: float | None = None
    agent_given: str = ""
    repetition_ms: float | None = None


@dataclass(frozen=True, slots=True)
class Series:
    """One stack of images of one orientation, matrix and phase.

    Times are ISO 8601 without a zone. `hounsfield` is true for CT whose rescaled values are Hounsfield units,
    `padding_value` a stored value that marks pixels outside the reconstruction, `window` the (width, centre) of the
    first image, `slice_spacing_mm` the mean distance between slices of a sound stack. `deidentified` is true where
    every file says that the identity of the patient was removed from it (PatientIdentityRemoved).

    `uid` names the stack: the SeriesInstanceUID, with ``#2``, ``#3`` ... behind it for further stacks of the same
    series. `study_date` is StudyDate itself; see `exam_date`. `slices` are ordered along the normal, in the
    direction row x column. `pixel_spacing_mm` is (between rows, between columns), as DICOM's PixelSpacing;
    `row_direction` is the direction of increasing column index, `column_direction` of increasing row index (first
    and last triple of ImageOrientationPatient).
    """

    uid: str
    series_uid: str
    study_uid: str
    frame_of_reference_uid: str | None
    patient: PatientTags
    study_date: date | None
    acquired_at: str | None
    modality: str
    description: str
    study_description: str
    series_number: int | None
    manufacturer: str
    contrast_agent: str
    kvp: float | None
    rows: int
    columns: int
    bits_stored: int
    bits_allocated: int
    signed: bool
    photometric: str
    pixel_spacing_mm: tuple[float, float] | None
    row_direction: Vector | None
    column_direction: Vector | None
    slice_thickness_mm: float | None
    slices: tuple[SliceRecord, ...]
    phase: Phase
    measurable: bool
    volume_ok: bool
    why_not: tuple[str, ...]
    findings: tuple[QualityFinding, ...]
    synthetic: bool = False
    samples_per_pixel: int = 1
    hounsfield: bool = False
    padding_value: int | None = None
    window: tuple[float, float] | None = None
    slice_spacing_mm: float | None = None
    image_type: tuple[str, ...] = ()
    protocol: str = ""
    kernel: str = ""
    bolus_started_at: str | None = None
    bolus_phase: str = ""
    comments: str = ""
    body_part: str = ""
    date_without_study: date | None = None
    sequence: SequenceTags = SequenceTags()
    institution: str = ""
    deidentified: bool = False

    @property
    def exam_date(self) -> date | None:
        """The day of the exam: StudyDate, or where that is missing the one that the header's other dates agree on.

        Those are SeriesDate, AcquisitionDate (or AcquisitionDateTime) and PerformedProcedureStepStartDate; where two
        of them differ the day is not known.
        """
        return self.study_date or self.date_without_study

    @property
    def colour(self) -> bool:
        """True when a pixel is a colour, not a value: such images are shown in grey and not measured."""
        return self.samples_per_pixel != 1 or self.photometric == "PALETTE COLOR"

    @property
    def instances(self) -> int:
        """How many files the stack came from."""
        return len({record.path for record in self.slices})

    @property
    def frames(self) -> int:
        """How many images it holds."""
        return len(self.slices)


NOT_MEASURABLE, NO_VOLUME = "not measurable: ", "no volume: "
"""What `Series.why_not` begins a reason with."""


def why_not_measured(why_not: Iterable[str]) -> str:
    """What forbids measuring, of all that is wrong with a series; without the words that say that it does."""
    return "; ".join(why.removeprefix(NOT_MEASURABLE) for why in why_not if not why.startswith(NO_VOLUME))


@dataclass(frozen=True, slots=True)
class Refused:
    """A file that is in no series, and why, for a person."""

    file: str
    reason: str


@dataclass(frozen=True, slots=True)
class ScanResult:
    """Every file of a scan, in a series or refused."""

    series: tuple[Series, ...]
    refused: tuple[Refused, ...]


class Catalogue(Protocol):
    """Where scanned series are kept between runs; `app.storage` implements it."""

    def put(self, series: Iterable[Series]) -> None: ...

    def get(self, uid: str) -> Series | None: ...
