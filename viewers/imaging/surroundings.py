"""What lies beside a mark on an image: air, or tissue, and of which value."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from viewers.imaging.catalogue import Vector
from viewers.imaging.geometry import SlicePlane, along, cross, dot, length_mm, minus

FROM_MM, TO_MM = 3.0, 12.0
"""So far beyond the mark its surroundings begin and end: past its blurred edge, and well within an organ."""


def values_beside(
    pixels: NDArray[Any], plane: SlicePlane, start: Vector, end: Vector, padding: NDArray[np.bool_] | None = None
) -> tuple[float, ...]:
    """The median value on each of four sides of a line: beyond both ends, and as far from its middle across it.

    Parameters
    ----------
    pixels
        One image, (rows, columns).
    start, end
        The ends of the line on it, LPS mm.
    padding
        Which pixels were never measured, (rows, columns).

    Returns
    -------
    tuple of float
        In the unit of the image; a side that lies outside it, or on padding, is left out.
    """
    length = length_mm(start, end)
    if length == 0:
        return ()
    x, y, z = (part / length for part in minus(end, start))
    middle, way = along(start, (x, y, z), length / 2), (x, y, z)
    across = cross(plane.normal, way)
    if dot(across, across) == 0:
        return ()
    found = []
    for side, sign in ((way, 1.0), (way, -1.0), (across, 1.0), (across, -1.0)):
        values = []
        for beyond in np.arange(FROM_MM, TO_MM + 1):
            column, row = (round(x) for x in plane.to_pixel(along(middle, side, sign * (length / 2 + float(beyond)))))
            inside = 0 <= row < pixels.shape[0] and 0 <= column < pixels.shape[1]
            if inside and not (padding is not None and padding[row, column]):
                values.append(float(pixels[row, column]))
        if values:
            found.append(float(np.median(values)))
    return tuple(found)
