"""How far the body moved between two phases of one exam, so that the one can be subtracted from the other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from viewers.imaging.errors import Cancelled, ImagingError
from viewers.imaging.volume import Volume

if TYPE_CHECKING:
    from viewers.imaging.rigid import RigidMotion

_STILL_MM = 1.0
"""What moved less than a registration can tell is taken voxel by voxel: sampling between voxels would blur it."""
_INNER = 0.25
"""The motion is told, and judged, within the middle half of the images along each axis: there is the liver."""


@dataclass(frozen=True, slots=True, eq=False)
class PhaseAlignment:
    """Where what one phase shows is found in the other.

    Parameters
    ----------
    motion
        What is at p in the first phase is at `motion` p in the second, patient LPS mm; None: taken as they lie.
    moved_mm
        How far the two lie apart, in the middle of the images; None where that is not known.
    why_not
        Why the two could not be aligned, one sentence for the reader; empty where they are.
    """

    motion: RigidMotion | None
    moved_mm: float | None
    why_not: str = ""


def align_phases(volume: Volume, other: Volume, *, cancelled: Callable[[], bool] = lambda: False) -> PhaseAlignment:
    """The rigid motion of the liver between two phases; only one that is known to be good is used.

    Parameters
    ----------
    volume, other
        Two phases of one exam, read whole: what is subtracted from, and what is subtracted.
    cancelled
        Asked between and within steps; true stops with `Cancelled`.

    Raises
    ------
    Cancelled
        `cancelled` said so.
    """
    from viewers.imaging.register import register_rigidly_about
    from viewers.imaging.registration import About, Status

    try:
        found, _ = register_rigidly_about(volume, other, About.LIVER, cancelled=cancelled)
    except Cancelled:
        raise
    except ImagingError as error:
        return PhaseAlignment(None, None, f"{str(error).removesuffix('.')}.")
    if found.quality.status is not Status.GOOD:
        return PhaseAlignment(None, None, found.quality.reasons[0])
    places = _inner_places(volume)
    apart_mm = np.linalg.norm(found.motion.carry(places) - places, axis=1)
    middle_mm = float(apart_mm[-1])
    return PhaseAlignment(None if apart_mm.max() < _STILL_MM else found.motion, middle_mm)


def _inner_places(volume: Volume) -> np.ndarray:
    """The corners of the middle half of the images and, last, their middle: (9, 3), LPS mm."""
    slices, rows, columns = (length - 1 for length in volume.shape)
    places = []
    for part in (_INNER, 1 - _INNER):
        plane = volume.planes[round(part * slices)]
        assert plane is not None  # registered as an even volume
        places += [plane.to_world(x * columns, y * rows) for x in (_INNER, 1 - _INNER) for y in (_INNER, 1 - _INNER)]
    return np.asarray([*places, np.mean(places, 0)])
