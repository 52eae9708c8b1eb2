"""Which part of an image plane a view shows, and how drags and wheels change it. Lengths on the plane are mm.

A place on the plane is (u, v): u mm along the rows (increasing column), v mm along the columns (increasing row), from
the centre of the first pixel. A place in the view is (x, y) in pixels of the screen, y downwards.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

Pair = tuple[float, float]

SMALLEST_PX_PER_MM = 0.05
LARGEST_PX_PER_MM = 200.0
NARROWEST_WIDTH = 1.0


@dataclass(frozen=True, slots=True)
class Framing:
    """The plane point at the centre of the view, the scale, and whether the picture is mirrored."""

    centre_mm: Pair
    px_per_mm: float
    flip_h: bool = False
    flip_v: bool = False

    def to_view(self, place_mm: Pair, size_px: Pair) -> Pair:
        """Pixels of a view of `size_px` (width, height) where a place on the plane is seen."""
        x = (place_mm[0] - self.centre_mm[0]) * self.px_per_mm
        y = (place_mm[1] - self.centre_mm[1]) * self.px_per_mm
        return (size_px[0] / 2 + (-x if self.flip_h else x), size_px[1] / 2 + (-y if self.flip_v else y))

    def to_plane(self, place_px: Pair, size_px: Pair) -> Pair:
        """The place on the plane, in mm, that is seen at a pixel of the view."""
        x = (place_px[0] - size_px[0] / 2) / self.px_per_mm
        y = (place_px[1] - size_px[1] / 2) / self.px_per_mm
        return (self.centre_mm[0] + (-x if self.flip_h else x), self.centre_mm[1] + (-y if self.flip_v else y))


def fitted(image_mm: Pair, first_pixel_mm: Pair, size_px: Pair) -> Framing:
    """The whole image in the middle of the view.

    Parameters
    ----------
    image_mm
        Width and height of the image, whole pixels counted.
    first_pixel_mm
        Width and height of one pixel.
    size_px
        Width and height of the view.
    """
    scale = min(max(size_px[0], 1.0) / image_mm[0], max(size_px[1], 1.0) / image_mm[1])
    centre = ((image_mm[0] - first_pixel_mm[0]) / 2, (image_mm[1] - first_pixel_mm[1]) / 2)
    return Framing(centre, _clamped(scale))


def zoomed(framing: Framing, factor: float, anchor_px: Pair, size_px: Pair) -> Framing:
    """Larger by `factor` with the place under `anchor_px` kept where it is."""
    anchor = framing.to_plane(anchor_px, size_px)
    scaled = replace(framing, px_per_mm=_clamped(framing.px_per_mm * factor))
    moved = scaled.to_plane(anchor_px, size_px)
    u, v = scaled.centre_mm
    return replace(scaled, centre_mm=(u + anchor[0] - moved[0], v + anchor[1] - moved[1]))


def panned(framing: Framing, dx_px: float, dy_px: float) -> Framing:
    """The picture follows the pointer by (dx, dy) pixels of the screen."""
    u = dx_px / framing.px_per_mm * (-1 if framing.flip_h else 1)
    v = dy_px / framing.px_per_mm * (-1 if framing.flip_v else 1)
    return replace(framing, centre_mm=(framing.centre_mm[0] - u, framing.centre_mm[1] - v))


def drag_zoom_factor(dy_px: float) -> float:
    """Dragging up enlarges; 100 px double the size."""
    return math.exp2(-dy_px / 100.0)


def dragged_window(center: float, width: float, dx_px: float, dy_px: float) -> tuple[float, float]:
    """(centre, width) after a drag: to the right widens, to the left narrows, up lowers the level, down raises it.

    One pixel is 1 unit for a window of 256, more for wider ones, so that lung and liver feel alike.
    """
    unit = max(width, 64.0) / 256.0
    return center + dy_px * unit, max(NARROWEST_WIDTH, width + dx_px * unit)


def _clamped(px_per_mm: float) -> float:
    return min(LARGEST_PX_PER_MM, max(SMALLEST_PX_PER_MM, px_per_mm))
