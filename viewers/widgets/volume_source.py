"""A loaded series as a stack for the views."""

from __future__ import annotations

from viewers.imaging.catalogue import why_not_measured
from viewers.imaging.geometry import SlicePlane
from viewers.imaging.volume import Volume
from viewers.widgets.source import Flags, Pixels


class VolumeSource:
    """The images of one `Volume`; `volume` may be replaced while it is being loaded (see `VolumeLoader`)."""

    def __init__(self, volume: Volume) -> None:
        self.volume = volume

    @property
    def series_uid(self) -> str:
        """The uid of the stack, as the catalogue names it."""
        return self.volume.series.uid

    @property
    def frame_of_reference_uid(self) -> str | None:
        return self.volume.series.frame_of_reference_uid

    @property
    def count(self) -> int:
        return self.volume.shape[0]

    @property
    def rows(self) -> int:
        return self.volume.shape[1]

    @property
    def columns(self) -> int:
        return self.volume.shape[2]

    @property
    def unit(self) -> str:
        """HU, or nothing for values without a physical unit."""
        return "HU" if self.volume.unit == "HU" else ""

    @property
    def measurable(self) -> bool:
        return self.volume.series.measurable

    @property
    def why_not(self) -> str:
        return why_not_measured(self.volume.series.why_not)

    @property
    def bright_is_low(self) -> bool:
        return self.volume.inverted

    def pixels(self, k: int) -> Pixels:
        return self.volume.values(k)

    def value_at(self, k: int, row: int, column: int) -> float:
        return self.volume.value_at(k, row, column)

    def padding(self, k: int) -> Flags | None:
        return self.volume.padding(k)

    def plane(self, k: int) -> SlicePlane | None:
        return self.volume.planes[k]

    def sop_uid(self, k: int) -> str:
        return self.volume.series.slices[k].sop_uid

    def frame(self, k: int) -> int:
        """Counted from 1, as DICOM counts frames."""
        return self.volume.series.slices[k].frame + 1

    def ready(self, k: int) -> bool:
        return bool(self.volume.loaded[k])
