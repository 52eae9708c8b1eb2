"""One phase minus another, image by image: what took up contrast in between."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from viewers.imaging.errors import ImagingError
from viewers.imaging.geometry import SlicePlane, length_mm
from viewers.imaging.rescale import PADDED
from viewers.imaging.reslice import PlaneImage
from viewers.imaging.sampling import sample_plane
from viewers.imaging.volume import Volume

if TYPE_CHECKING:
    from viewers.imaging.rigid import RigidMotion

SAME_PLACE_MM = 0.01
"""Two images are of one plane when their corners are no farther apart."""

_INT16 = np.iinfo(np.int16)


@dataclass(frozen=True, slots=True)
class Pairing:
    """Which image of the subtracted volume lies on each image of the other; None where it is sampled there.

    `motion` carries places of the volume that is subtracted from to those of the other, LPS mm; None: to themselves.
    """

    images: tuple[int | None, ...]
    motion: RigidMotion | None = None

    def moved(self, motion: RigidMotion) -> Pairing:
        """The same with what moved in between made good: every image is sampled."""
        return replace(self, images=(None,) * len(self.images), motion=motion)


def why_not_subtracted(volume: Volume, other: Volume) -> str:
    """Why `other` cannot be taken from `volume`, for the reader; empty where it can."""
    a, b = volume.series, other.series
    if a.modality != b.modality or volume.unit != other.unit:
        return f"The two series measure different things ({a.modality} and {b.modality})."
    if a.colour or b.colour:
        return "Colours cannot be subtracted."
    if not a.frame_of_reference_uid or not b.frame_of_reference_uid:
        return "The headers do not say that the two series were taken in one position (no frame of reference)."
    if a.frame_of_reference_uid != b.frame_of_reference_uid:
        return "The two series were not taken in one position (another frame of reference)."
    if other.affine is None and None in _images_on(volume, other):
        return "The series to subtract is not one even volume, and its images lie elsewhere."
    if any(plane is None for plane in volume.planes):
        return "The images to subtract from have no place in the patient."
    return ""


def pair(volume: Volume, other: Volume) -> Pairing:
    """How the images of two volumes meet, worked out once for `subtracted`.

    Raises
    ------
    ImagingError
        They cannot be subtracted (`why_not_subtracted`).
    """
    if reason := why_not_subtracted(volume, other):
        raise ImagingError(reason)
    return Pairing(_images_on(volume, other))


def subtracted(volume: Volume, other: Volume, pairing: Pairing, k: int) -> PlaneImage:
    """Image `k` of a volume minus the same plane of another.

    Where an image of `other` lies on the plane its values are taken as they are, elsewhere they are linear between
    its voxels, at the places to which the `motion` of the pairing carries the plane.

    Returns
    -------
    PlaneImage
        int16, held within its range, or float32 where a volume holds stored values. Marked as outside: pixels where
        either measured nothing or has not been read.
    """
    plane = volume.planes[k]
    assert plane is not None
    mine, mine_outside = _image(volume, k)
    there = plane if pairing.motion is None else _carried(plane, pairing.motion)
    theirs, theirs_outside = _other(other, pairing.images[k], there, mine.shape)
    outside = _either(mine_outside, theirs_outside)
    whole = volume.rescaled and other.rescaled
    if whole and theirs.dtype == np.int16:
        difference = np.clip(np.subtract(mine, theirs, dtype=np.int32), _INT16.min + 1, _INT16.max)
    else:
        difference = mine.astype(np.float32) - theirs
        if whole:
            difference = np.clip(np.rint(difference), _INT16.min + 1, _INT16.max)
    if outside is not None:
        difference[outside] = PADDED if whole else np.nan
    return PlaneImage(difference.astype(np.int16 if whole else np.float32), outside)


def _image(volume: Volume, k: int) -> tuple[NDArray[Any], NDArray[np.bool_] | None]:
    """The values of one image, and where nothing was measured."""
    values = volume.values(k)
    if not volume.loaded[k]:
        return values, np.ones(values.shape, np.bool_)
    padding = volume.padding(k)
    return values, padding if padding is not None and padding.any() else None


def _other(
    other: Volume, image: int | None, plane: SlicePlane, shape: tuple[int, ...]
) -> tuple[NDArray[Any], NDArray[np.bool_] | None]:
    if image is not None:
        return _image(other, image)
    values = sample_plane(other, plane, shape[0], shape[1])
    outside = np.isnan(values)
    if not outside.any():
        return values, None
    values[outside] = 0.0
    return values, outside


def _carried(plane: SlicePlane, motion: RigidMotion) -> SlicePlane:
    """Where the pixels of a plane lie in the other volume."""
    turn = np.asarray(motion.turn)
    (origin,) = motion.carry(np.asarray([plane.origin], np.float64)).tolist()
    row, column = (
        (turn @ np.asarray(direction)).tolist() for direction in (plane.row_direction, plane.column_direction)
    )
    return replace(plane, origin=tuple(origin), row_direction=tuple(row), column_direction=tuple(column))


def _either(a: NDArray[np.bool_] | None, b: NDArray[np.bool_] | None) -> NDArray[np.bool_] | None:
    if a is None or b is None:
        return b if a is None else a
    return a | b


def _images_on(volume: Volume, other: Volume) -> tuple[int | None, ...]:
    if volume.shape[1:] != other.shape[1:]:
        return (None,) * volume.shape[0]
    return tuple(_image_on(plane, other) for plane in volume.planes)


def _image_on(plane: SlicePlane | None, other: Volume) -> int | None:
    """The image of `other` whose four corners are those of a plane of the same number of pixels."""
    if plane is None:
        return None
    _, rows, columns = other.shape
    corners = [(0, 0), (columns - 1, 0), (0, rows - 1), (columns - 1, rows - 1)]
    wanted = [plane.to_world(*corner) for corner in corners]
    for k, theirs in enumerate(other.planes):
        if theirs is not None and length_mm(theirs.origin, plane.origin) <= SAME_PLACE_MM:
            placed = (theirs.to_world(*corner) for corner in corners)
            if all(length_mm(*pair) <= SAME_PLACE_MM for pair in zip(wanted, placed, strict=True)):
                return k
    return None
