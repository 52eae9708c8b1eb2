"""Pictures computed from a series: no image of the record, though the patient and the series are those of one."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable

import numpy as np

from viewers.imaging.errors import ImagingError
from viewers.imaging.geometry import SlicePlane
from viewers.imaging.reslice import PlaneImage
from viewers.widgets.source import Flags, Pixels
from viewers.widgets.volume_source import VolumeSource

NOT_AN_IMAGE = ""
"""The SOP UID of what no scanner made."""


class DerivedSource(ABC):
    """A stack computed from `base`, as the views show it; an `ImageSource`.

    It has the series, frame of reference, unit and rules of measuring of `base`. No SOP instance is its image
    (`sop_uid` is empty), so that no lesion's diameter can be recorded on it.
    """

    def __init__(self, base: VolumeSource) -> None:
        self.base = base
        """The series whose patient, date and name the corners tell."""
        self._last: tuple[object, PlaneImage] | None = None
        self.fault = ""
        """Why a picture could not be computed, in words: it is shown as if nothing had been measured there."""
        self.on_crash: Callable[[], None] = lambda: None

    @property
    def crashed(self) -> bool:
        """Whether a picture could not be computed."""
        return bool(self.fault)

    @property
    def inputs(self) -> tuple[VolumeSource, ...]:
        """The series that its pictures are made from."""
        return (self.base,)

    def fail(self, error: BaseException) -> None:
        """A picture could not be computed; told once."""
        if not self.fault:
            self.fault = why_of(error)
            self.on_crash()

    @property
    @abstractmethod
    def label(self) -> str:
        """What a chip says of it: ``COR``, ``OBL MIP 10 mm``, ``AP − PRE``."""

    @property
    @abstractmethod
    def off_axial(self) -> bool:
        """Whether its planes are other than the axial ones."""

    @property
    @abstractmethod
    def count(self) -> int: ...

    @property
    @abstractmethod
    def rows(self) -> int: ...

    @property
    @abstractmethod
    def columns(self) -> int: ...

    @abstractmethod
    def plane(self, k: int) -> SlicePlane | None: ...

    @abstractmethod
    def ready(self, k: int) -> bool:
        """Whether anything of picture `k` has been read."""

    @abstractmethod
    def read_of(self, k: int) -> tuple[int, int]:
        """How many of the images that picture `k` is made of have been read, and how many there are."""

    @abstractmethod
    def _picture(self, k: int, cancelled: Callable[[], bool] | None = None) -> PlaneImage: ...

    @abstractmethod
    def _read(self) -> object:
        """Something that is another once more of the series has been read."""

    @property
    def series_uid(self) -> str:
        """The uid of `base`, as the catalogue names it."""
        return self.base.series_uid

    @property
    def frame_of_reference_uid(self) -> str | None:
        return self.base.frame_of_reference_uid

    @property
    def unit(self) -> str:
        return self.base.unit

    @property
    def measurable(self) -> bool:
        return self.base.measurable

    @property
    def why_not(self) -> str:
        return self.base.why_not

    @property
    def bright_is_low(self) -> bool:
        return self.base.bright_is_low

    def pixels(self, k: int) -> Pixels:
        return self._image(k).pixels

    def padding(self, k: int) -> Flags | None:
        """The pixels of picture `k` at which nothing was measured, or read yet; None where there is none."""
        return self._image(k).outside

    def at_once(self, k: int) -> PlaneImage:
        """Picture `k` as it can be shown without delay: itself, or a coarse one while `is_coarse` says so."""
        return self._image(k)

    def is_coarse(self, k: int) -> bool:
        """Whether `at_once` gives a coarse picture until `make` has made the fine one."""
        return False

    def make(self, k: int, cancelled: Callable[[], bool] | None = None) -> None:
        """Make picture `k`, in any thread, so that it can be shown without delay.

        Raises
        ------
        Cancelled
            `cancelled` said so.
        """
        if not self._made(k):
            key = (k, self._read())
            self._last = (key, self._picture(k, cancelled))

    def value_at(self, k: int, row: int, column: int) -> float:
        """NaN where nothing was measured."""
        image = self._image(k)
        if image.outside is not None and image.outside[row, column]:
            return float("nan")
        return float(image.pixels[row, column])

    def sop_uid(self, k: int) -> str:
        return NOT_AN_IMAGE

    def frame(self, k: int) -> int:
        return 1

    def _image(self, k: int) -> PlaneImage:
        """Picture `k`, computed once until another is asked for or more has been read."""
        last = self._last
        if last is None or not self._made(k):
            self._last = last = ((k, self._read()), self._made_or_empty(lambda: self._picture(k)))
        return last[1]

    def _made_or_empty(self, make: Callable[[], PlaneImage]) -> PlaneImage:
        """It is asked for while a view is painted: a fault must not leave on the screen what was there before."""
        try:
            return make()
        except Exception as error:  # noqa: BLE001 - told to the reader by `fail`, whatever it is
            self.fail(error)
            shape = self.rows, self.columns
            return PlaneImage(np.full(shape, -32768, np.int16), np.ones(shape, bool))

    def _made(self, k: int) -> bool:
        last = self._last
        return last is not None and last[0] == (k, self._read())


def why_of(error: BaseException) -> str:
    """Why a picture could not be computed, for the reader."""
    match error:
        case ImagingError():
            return str(error)
        case MemoryError():
            return "there is not enough memory for it"
        case ImportError():
            return f"a part of the program is missing on this computer ({error.name or error})"
        case _:
            return f"the program has a fault ({type(error).__name__}); the series itself can be read"
