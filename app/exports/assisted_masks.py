"""The viable mask behind an assisted finding. The record keeps no voxels: they are found again from what it does keep.

Start, reference, threshold and what the line may cross give the same proposal on the same images. It is held against
the diameter that was recorded: where it differs, or another version made it, the mask is not exported.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from app.exports.source_images import ImageMissing, SourceImages
from app.state.assistance import Assistance
from mrecist.values import Diameter, Line
from viewers.imaging.assist import prepare, propose_part
from viewers.imaging.assisted import AssistSettings, Click, DrawnAxis, ImageLine
from viewers.imaging.catalogue import Series
from viewers.imaging.errors import ImagingError
from viewers.imaging.geometry import length_mm
from viewers.imaging.lesion_shape import METHOD
from viewers.imaging.reference import ReferenceRegion
from viewers.imaging.volume import Volume, load_volume

if TYPE_CHECKING:
    from viewers.imaging.crop import Mask


_SAME_MM = 0.01
"""Computed anew, the ends of the same line differ in their last digits."""
_REMEDY = "To have a mask, measure it again with the assistant and accept; a signed time point has to be amended first"


@dataclass(frozen=True, slots=True, eq=False)
class AssistedMask:
    """Viable voxels in a box of a series: `start` is the voxel (slice, row, column) of the box's first."""

    start: tuple[int, int, int]
    mask: Mask
    long_axis: ImageLine
    short_axis: ImageLine | None


class MaskMaker:
    """Finds masks again; the series read last is kept, since lesions lie on the same one."""

    def __init__(self) -> None:
        self._volume: Volume | None = None

    def mask(self, assistance: Assistance, series: Series) -> AssistedMask:
        """The viable part of a finding.

        Raises
        ------
        ImageMissing
            If it cannot be found again, or is not what was recorded; the message says why.
        """
        if assistance.method != METHOD:
            raise ImageMissing(
                f"its mask was made by another version of the assistant ({assistance.method}; this one is {METHOD}): "
                f"it cannot be made again, and that of this one would not be what was recorded. {_REMEDY}"
            )
        start = Click(assistance.start[0]) if len(assistance.start) == 1 else DrawnAxis(*assistance.start[:2])
        region = ReferenceRegion(assistance.reference_centre, assistance.reference_radius_mm)
        settings = AssistSettings(assistance.threshold_sd, gap_mm=assistance.gap_mm)
        try:
            prepared = prepare(self._loaded(series), start, reference=region)
            measured, part = propose_part(prepared, settings)
        except ImagingError as error:
            raise ImageMissing(f"its mask cannot be made again: {error.what}") from error
        found = None if measured.viable is None else Diameter.from_mm(measured.viable.long_axis.length_mm)
        if prepared.sections is None or measured.viable is None or part is None or found != assistance.proposed:
            now = "nothing" if found is None else f"{found} mm"
            raise ImageMissing(f"its mask came out otherwise ({now}, recorded {assistance.proposed} mm). {_REMEDY}")
        long, short = measured.viable.long_axis, measured.viable.short_axis
        return AssistedMask(prepared.sections.crop.start, part.mask, long, short)

    def across(self, line: Line, assistance: Assistance, images: SourceImages) -> Line | None:
        """The short axis that was proposed with a line; None where the line is not the proposal's, or it had none.

        Raises
        ------
        ImageMissing
            If it cannot be found again.
        """
        if assistance.short_axis is None or Diameter.from_mm(length_mm(line.start, line.end)) != assistance.proposed:
            return None
        mask = self.mask(assistance, images.series(line.series_uid))
        long, short = mask.long_axis, mask.short_axis
        apart_mm = max(length_mm(long.start, line.start), length_mm(long.end, line.end))
        same = long.sop_uid == line.sop_uid and apart_mm < _SAME_MM
        return replace(line, start=short.start, end=short.end) if same and short is not None else None

    def forget(self) -> None:
        """Let go of the images."""
        self._volume = None

    def _loaded(self, series: Series) -> Volume:
        if self._volume is None or self._volume.series.uid != series.uid:
            self._volume = None
            self._volume = load_volume(series)
        return self._volume
