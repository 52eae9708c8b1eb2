"""What a view needs to know of a stack of images, and a stack made of arrays."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from viewers.imaging.geometry import SlicePlane

Pixels = NDArray[Any]
Flags = NDArray[np.bool_]


class ImageSource(Protocol):
    """A stack of images of one series, as a view shows it; indices count from 0 along the stack.

    `pixels` are values in `unit` (HU for CT), shape (rows, columns). `plane` is None where the geometry is unknown.
    `sop_uid` and `frame` (counted from 1) name the image that a line is drawn on. An image that is not `ready` is
    still being read. `measurable` is false, and `why_not` says why, where no length may be measured.
    """

    @property
    def series_uid(self) -> str: ...

    @property
    def frame_of_reference_uid(self) -> str | None: ...

    @property
    def count(self) -> int: ...

    @property
    def rows(self) -> int: ...

    @property
    def columns(self) -> int: ...

    @property
    def unit(self) -> str: ...

    @property
    def measurable(self) -> bool: ...

    @property
    def why_not(self) -> str: ...

    @property
    def bright_is_low(self) -> bool:
        """Whether low values are shown bright (MONOCHROME1)."""
        ...

    def pixels(self, k: int) -> Pixels: ...

    def value_at(self, k: int, row: int, column: int) -> float: ...

    def padding(self, k: int) -> Flags | None:
        """Which pixels of image `k` were never measured, shape (rows, columns); None where all were."""
        ...

    def plane(self, k: int) -> SlicePlane | None: ...

    def sop_uid(self, k: int) -> str: ...

    def frame(self, k: int) -> int: ...

    def ready(self, k: int) -> bool: ...


@runtime_checkable
class Derived(Protocol):
    """What a source says besides, whose images were never acquired but computed from others: what is shown."""

    @property
    def label(self) -> str: ...

    @property
    def off_axial(self) -> bool: ...


def derived_label(source: ImageSource) -> str:
    """What a derived source shows ("COR"); empty for images as acquired."""
    return source.label if isinstance(source, Derived) else ""


@dataclass(frozen=True, eq=False)
class ArraySource:
    """A stack held in memory: `array` is (images, rows, columns), `planes` one for each image or none at all."""

    array: Pixels
    planes: tuple[SlicePlane, ...] = ()
    series_uid: str = ""
    frame_of_reference_uid: str | None = None
    unit: str = "HU"
    measurable: bool = True
    why_not: str = ""
    bright_is_low: bool = False
    sop_uids: tuple[str, ...] = field(default=())
    padding_value: float | None = None

    def __post_init__(self) -> None:
        if self.array.ndim != 3:
            raise ValueError(f"a stack has the shape (images, rows, columns), not {np.shape(self.array)}")
        if self.planes and len(self.planes) != len(self.array):
            raise ValueError(f"{len(self.array)} images have {len(self.planes)} planes")
        if not self.planes and self.measurable:
            raise ValueError("a stack without planes is not measurable")

    @property
    def count(self) -> int:
        return int(self.array.shape[0])

    @property
    def rows(self) -> int:
        return int(self.array.shape[1])

    @property
    def columns(self) -> int:
        return int(self.array.shape[2])

    def pixels(self, k: int) -> Pixels:
        image: Pixels = self.array[k]
        return image

    def value_at(self, k: int, row: int, column: int) -> float:
        return float(self.array[k, row, column])

    def padding(self, k: int) -> Flags | None:
        return None if self.padding_value is None else np.asarray(self.array[k] == self.padding_value)

    def plane(self, k: int) -> SlicePlane | None:
        return self.planes[k] if self.planes else None

    def sop_uid(self, k: int) -> str:
        return self.sop_uids[k] if self.sop_uids else f"{self.series_uid}.{k + 1}"

    def frame(self, k: int) -> int:
        return 1

    def ready(self, k: int) -> bool:
        return True
