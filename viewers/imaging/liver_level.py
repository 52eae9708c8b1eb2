"""How bright the liver of a CT series is about one of its images, to window by: a landmark, not a measurement."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from viewers.imaging.errors import ImagingError
from viewers.imaging.geometry import SlicePlane
from viewers.imaging.volume import Volume

_GRID_MM = 4.0
_LOCAL_MM = 15.0
_FEWEST = 60
"""Blocks of 4 mm: about 4 ml."""


@dataclass(frozen=True, slots=True, eq=False)
class LiverLevel:
    """Where the liver was found, and its values.

    Parameters
    ----------
    points
        n x 3, LPS mm.
    values
        n, in HU.
    """

    points: NDArray[np.float64]
    values: NDArray[np.float32]

    def near(self, plane: SlicePlane) -> float:
        """The median within 15 mm of a plane, in HU; of the whole liver where little of it lies there."""
        away = np.abs((self.points - np.asarray(plane.origin)) @ np.asarray(plane.normal))
        local = self.values[away <= _LOCAL_MM]
        return float(np.median(local if local.size >= _FEWEST else self.values))


def find_liver_level(volume: Volume) -> LiverLevel | None:
    """The liver of a loaded CT volume in HU; None where none is found, or the images are no even volume."""
    # these take long to import, and a reader who never asks for the liver need not wait for them
    from viewers.imaging.coarse_image import coarse_image
    from viewers.imaging.organs import body_of, find_liver

    try:
        coarse = coarse_image(volume, _GRID_MM)
    except ImagingError:
        return None
    liver = find_liver(coarse, body_of(coarse)) if coarse.hounsfield else None
    if liver is None:
        return None
    return LiverLevel(coarse.points(np.argwhere(liver.mask).astype(np.float64)), coarse.values[liver.mask])
