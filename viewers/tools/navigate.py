"""Which part of an image plane a view shows, and how drags and wheels change it. Lengths on the plane are mm.

A place on the plane is (u, v): u mm along the rows (increasing column), v mm along the columns (increasing row), from
the centre of the first pixel. A place in the view is (x, y) in pixels of the screen, y downwards.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from enum import StrEnum

Pair = tuple[float, float]

SMALLEST_PX_PER_MM = 0.05
LARGEST_PX_PER_MM = 200.0
_FINE_WIDTH = 16.0
"""Narrower windows are dragged by shares of their width, so that those of maps are not at an end at once."""

_AT_ONCE_PX = 256.0
"""No drag of a narrow window counts for more at once."""

_PX_PER_IMAGE = (2.0, 16.0)


class Gesture(StrEnum):
    """What a drag of the picture does, in the words that the user reads."""

    WINDOW = "window and level"
    SCROLL = "scroll images"
    PAN = "pan"
    ZOOM = "zoom"


@dataclass(frozen=True, slots=True)
class Framing:
    """The plane point at the centre of the view, the scale, and how the picture is mirrored, then turned clockwise.

    `flip_h` mirrors along the image's rows, `flip_v` along its columns; `quarter_turns` (0 to 3) turn what that gives.
    """

    centre_mm: Pair
    px_per_mm: float
    flip_h: bool = False
    flip_v: bool = False
    quarter_turns: int = 0

    def to_view(self, place_mm: Pair, size_px: Pair) -> Pair:
        """Pixels of a view of `size_px` (width, height) where a place on the plane is seen."""
        u, v = place_mm[0] - self.centre_mm[0], place_mm[1] - self.centre_mm[1]
        x, y = _turned(-u if self.flip_h else u, -v if self.flip_v else v, self.quarter_turns)
        return size_px[0] / 2 + x * self.px_per_mm, size_px[1] / 2 + y * self.px_per_mm

    def to_plane(self, place_px: Pair, size_px: Pair) -> Pair:
        """The place on the plane, in mm, that is seen at a pixel of the view."""
        u, v = self.way_on_plane(place_px[0] - size_px[0] / 2, place_px[1] - size_px[1] / 2)
        return self.centre_mm[0] + u, self.centre_mm[1] + v

    def way_on_plane(self, dx_px: float, dy_px: float) -> Pair:
        """The way in mm, along the rows and along the columns, of a way on the screen."""
        return self.along_plane(dx_px / self.px_per_mm, dy_px / self.px_per_mm)

    def along_plane(self, x: float, y: float) -> Pair:
        """Along the rows and along the columns of the image: a vector of the screen, as long as before."""
        u, v = _turned(x, y, -self.quarter_turns)
        return (-u if self.flip_h else u), (-v if self.flip_v else v)


def fitted(image_mm: Pair, first_pixel_mm: Pair, size_px: Pair, like: Framing | None = None) -> Framing:
    """The whole image in the middle of the view.

    Parameters
    ----------
    image_mm
        Width and height of the image, whole pixels counted.
    first_pixel_mm
        Width and height of one pixel.
    size_px
        Width and height of the view.
    like
        A framing whose flips and turns are kept.
    """
    kept = Framing((0.0, 0.0), 1.0) if like is None else like
    across, down = image_mm[::-1] if kept.quarter_turns % 2 else image_mm
    scale = min(max(size_px[0], 1.0) / across, max(size_px[1], 1.0) / down)
    centre = ((image_mm[0] - first_pixel_mm[0]) / 2, (image_mm[1] - first_pixel_mm[1]) / 2)
    return replace(kept, centre_mm=centre, px_per_mm=_clamped(scale))


def turned(framing: Framing, quarters: int) -> Framing:
    """The picture turned clockwise, as it is seen, by quarter turns about the middle of the view."""
    return replace(framing, quarter_turns=(framing.quarter_turns + quarters) % 4)


def mirrored(framing: Framing, horizontal: bool) -> Framing:
    """The picture mirrored as it is seen: left and right change places, or up and down."""
    if horizontal != bool(framing.quarter_turns % 2):
        return replace(framing, flip_h=not framing.flip_h)
    return replace(framing, flip_v=not framing.flip_v)


def zoomed(framing: Framing, factor: float, anchor_px: Pair, size_px: Pair) -> Framing:
    """Larger by `factor` with the place under `anchor_px` kept where it is."""
    anchor = framing.to_plane(anchor_px, size_px)
    scaled = replace(framing, px_per_mm=_clamped(framing.px_per_mm * factor))
    moved = scaled.to_plane(anchor_px, size_px)
    u, v = scaled.centre_mm
    return replace(scaled, centre_mm=(u + anchor[0] - moved[0], v + anchor[1] - moved[1]))


def panned(framing: Framing, dx_px: float, dy_px: float) -> Framing:
    """The picture follows the pointer by (dx, dy) pixels of the screen."""
    u, v = framing.way_on_plane(dx_px, dy_px)
    return replace(framing, centre_mm=(framing.centre_mm[0] - u, framing.centre_mm[1] - v))


def drag_zoom_factor(dy_px: float) -> float:
    """Dragging up enlarges; 100 px double the size."""
    return math.exp2(-dy_px / 100.0)


def dragged_window(center: float, width: float, dx_px: float, dy_px: float) -> tuple[float, float]:
    """(centre, width) after a drag: to the right widens, to the left narrows, up lowers the level, down raises it.

    One pixel is 1 unit for a window of 256, more for wider ones, so that lung and liver feel alike, and less for those
    narrower than 64. Windows under 16, of values with fractions, change by a share of their width.
    """
    if width < _FINE_WIDTH:
        return center + dy_px * width / 64.0, width * math.exp(max(-_AT_ONCE_PX, min(dx_px, _AT_ONCE_PX)) / 64.0)
    unit = max(width, 64.0) / 256.0
    return center + dy_px * unit, max(_FINE_WIDTH / 2, width + dx_px * unit)


def dragged_images(dy_px: float, height_px: float, count: int) -> tuple[int, float]:
    """(images to scroll down, pixels of the way that are left over) after a drag down by `dy_px`.

    The height of the view is the whole stack, but an image is no less than 2 px and no more than 16.
    """
    least, most = _PX_PER_IMAGE
    px_per_image = min(most, max(least, height_px / max(1, count)))
    images = int(dy_px / px_per_image)
    return images, dy_px - images * px_per_image


def _turned(x: float, y: float, quarters: int) -> Pair:
    """A way on the screen (y downwards) after clockwise quarter turns: what pointed right then points down."""
    return ((x, y), (-y, x), (-x, -y), (y, -x))[quarters % 4]


def _clamped(px_per_mm: float) -> float:
    return min(LARGEST_PX_PER_MM, max(SMALLEST_PX_PER_MM, px_per_mm))
