"""One series minus another as a stack for the views."""

from __future__ import annotations

from collections.abc import Callable

from viewers.imaging.geometry import SlicePlane, is_axial
from viewers.imaging.phase_alignment import PhaseAlignment
from viewers.imaging.reslice import PlaneImage
from viewers.imaging.subtract import Pairing, pair, subtracted
from viewers.widgets.derived_source import DerivedSource
from viewers.widgets.volume_source import VolumeSource


class SubtractionSource(DerivedSource):
    """The images of `base` minus what `minus` shows on their planes; both may still be loading.

    Parameters
    ----------
    base
        What is subtracted from, such as the arterial phase.
    minus
        What is subtracted, such as the phase before contrast.
    label
        What the chip says, such as ``AP − PRE``.

    Raises
    ------
    ImagingError
        The two do not belong together (`viewers.imaging.subtract.why_not_subtracted`).
    """

    def __init__(self, base: VolumeSource, minus: VolumeSource, label: str) -> None:
        super().__init__(base)
        self.minus = minus
        self._label = label
        self._pairing: Pairing = pair(base.volume, minus.volume)
        self.alignment: PhaseAlignment | None = None
        """How the two were aligned; None as long as they are subtracted as they lie."""

    def align(self, alignment: PhaseAlignment) -> None:
        """From now on `minus` is taken where the body lay when it was acquired."""
        self.alignment = alignment
        if alignment.motion is not None:
            self._pairing = self._pairing.moved(alignment.motion)

    @property
    def inputs(self) -> tuple[VolumeSource, ...]:
        return (self.base, self.minus)

    @property
    def label(self) -> str:
        return self._label

    @property
    def off_axial(self) -> bool:
        plane = next((plane for plane in self.base.volume.planes if plane is not None), None)
        return plane is None or not is_axial(plane.normal)

    @property
    def count(self) -> int:
        return self.base.count

    @property
    def rows(self) -> int:
        return self.base.rows

    @property
    def columns(self) -> int:
        return self.base.columns

    def plane(self, k: int) -> SlicePlane | None:
        return self.base.plane(k)

    def ready(self, k: int) -> bool:
        done, wanted = self.read_of(k)
        return done == wanted

    def read_of(self, k: int) -> tuple[int, int]:
        """Both images, or the image of `base` and all those that the other is sampled from."""
        image, loaded = self._pairing.images[k], self.minus.volume.loaded
        theirs = (int(loaded.sum()), len(loaded)) if image is None else (int(loaded[image]), 1)
        return int(self.base.volume.loaded[k]) + theirs[0], 1 + theirs[1]

    def _picture(self, k: int, cancelled: Callable[[], bool] | None = None) -> PlaneImage:
        return subtracted(self.base.volume, self.minus.volume, self._pairing, k)

    def _read(self) -> object:
        volumes = (self.base.volume, self.minus.volume)
        return self._pairing.motion, *((id(volume), int(volume.loaded.sum())) for volume in volumes)
