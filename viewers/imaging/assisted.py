"""What the assistant proposes for a lesion: plain values in patient millimetres, and what they rest on."""

from __future__ import annotations

from dataclasses import dataclass

from viewers.imaging.catalogue import Vector
from viewers.imaging.reference import ReferenceLiver


@dataclass(frozen=True, slots=True)
class Click:
    """A place in a lesion, patient LPS mm."""

    point: Vector


@dataclass(frozen=True, slots=True)
class DrawnAxis:
    """A line drawn across a lesion by hand, patient LPS mm; it need not be exact."""

    start: Vector
    end: Vector


@dataclass(frozen=True, slots=True)
class AssistSettings:
    """How viable tissue is told from the rest.

    Parameters
    ----------
    threshold_sd
        Viable is what exceeds the reference mean by this many of its standard deviations.
    lipiodol_hu
        On CT, what exceeds this is lipiodol, bone or an artery, and never viable tumour.
    gap_mm
        How much of the viable diameter, in all, may cross non-enhancing tissue (septa, vessels). 0: nothing.
    """

    threshold_sd: float = 2.0
    lipiodol_hu: float = 300.0
    gap_mm: float = 0.0


@dataclass(frozen=True, slots=True)
class ImageLine:
    """A line on one image, with what names that image. `frame` counts from 0; ends are patient LPS mm."""

    series_uid: str
    sop_uid: str
    frame: int
    slice_index: int
    frame_of_reference_uid: str | None
    start: Vector
    end: Vector
    length_mm: float


@dataclass(frozen=True, slots=True)
class Extents:
    """Diameters and volume of the viable part, or of the whole lesion. `volume_ml` is None where the stack is uneven.

    `short_axis` crosses `long_axis` at a right angle in the same image; None where there is no room for one.
    """

    long_axis: ImageLine
    short_axis: ImageLine | None
    volume_ml: float | None


@dataclass(frozen=True, slots=True)
class Enhancement:
    """Values inside the lesion, in the volume's unit.

    `excess_sd` is how many standard deviations of the reference the viable mean lies above its mean. Shares are parts
    of the whole lesion's volume, 0 to 1; `lipiodol_share` is None where values are not HU.
    """

    viable_mean: float | None
    viable_sd: float | None
    excess_sd: float | None
    whole_mean: float
    whole_sd: float
    viable_share: float
    lipiodol_share: float | None


@dataclass(frozen=True, slots=True)
class AssistedMeasurement:
    """The proposal for one lesion; the reader accepts or changes it, and the automatic value is kept beside that.

    `viable` is None where no viable tumour can be separated, `whole` where no lesion can: `warnings` say why, in
    words. `threshold` is the least value of viable tissue, `reference` what it was computed from (None: no liver was
    found).
    """

    series_uid: str
    start: Click | DrawnAxis
    settings: AssistSettings
    unit: str
    reference: ReferenceLiver | None
    threshold: float | None
    viable: Extents | None
    whole: Extents | None
    enhancement: Enhancement | None
    warnings: tuple[str, ...]
