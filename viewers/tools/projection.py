"""Where a place in the patient is seen in a view, and which place is seen at a pixel of the screen."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from viewers.imaging.geometry import SlicePlane
from viewers.tools.events import Point
from viewers.tools.navigate import Framing, Pair


@dataclass(frozen=True, slots=True)
class Projection:
    """One image plane seen through a framing in a view of a known size.

    Parameters
    ----------
    plane
        The plane of the image; None where the geometry is unknown: then one pixel counts as 1 x 1 and nothing is
        measured.
    framing
        Which part of the plane is shown.
    size_px
        Width and height of the view.
    """

    plane: SlicePlane | None
    framing: Framing
    size_px: Pair

    @property
    def pixel_mm(self) -> Pair:
        """Width and height of one image pixel: distance between columns, distance between rows."""
        return (1.0, 1.0) if self.plane is None else (self.plane.column_spacing_mm, self.plane.row_spacing_mm)

    @property
    def mm_per_px(self) -> float:
        return 1.0 / self.framing.px_per_mm

    @property
    def right(self) -> Point:
        """Unit vector (LPS) of the view's direction to the right; zero where the plane is unknown."""
        return self._direction(1.0, 0.0)

    @property
    def down(self) -> Point:
        """Unit vector (LPS) of the view's downward direction; zero where the plane is unknown."""
        return self._direction(0.0, 1.0)

    def view_of_pixel(self, column: float, row: float) -> Pair:
        """The place in the view of a place in the image; (0, 0) is the centre of the first pixel."""
        width, height = self.pixel_mm
        return self.framing.to_view((column * width, row * height), self.size_px)

    def pixel_of_view(self, x: float, y: float) -> Pair:
        """(column, row) of the image, with fractions, that is seen at a place in the view."""
        width, height = self.pixel_mm
        u, v = self.framing.to_plane((x, y), self.size_px)
        return u / width, v / height

    def view_of_world(self, point: Point) -> Pair:
        """The place in the view of a place in the patient (LPS mm), dropped at right angles onto the plane.

        Raises
        ------
        ValueError
            If the plane of the image is unknown.
        """
        return self.view_of_pixel(*self._known_plane().to_pixel(point))

    def views_of_world(self, points: Iterable[Point]) -> list[Pair]:
        """`view_of_world` of many places, quicker than one by one.

        Raises
        ------
        ValueError
            If the plane of the image is unknown.
        """
        (ox, oy, oz), scale = self._known_plane().origin, self.framing.px_per_mm
        (rx, ry, rz), (dx, dy, dz) = self.right, self.down
        x0, y0 = self.framing.to_view((0.0, 0.0), self.size_px)
        return [
            (
                x0 + ((x - ox) * rx + (y - oy) * ry + (z - oz) * rz) * scale,
                y0 + ((x - ox) * dx + (y - oy) * dy + (z - oz) * dz) * scale,
            )
            for x, y, z in points
        ]

    def world_of_view(self, x: float, y: float) -> Point:
        """The place in the patient (LPS mm) that is seen at a place in the view.

        Raises
        ------
        ValueError
            If the plane of the image is unknown.
        """
        return self.world_of_pixel(*self.pixel_of_view(x, y))

    def world_of_pixel(self, column: float, row: float) -> Point:
        """The place in the patient (LPS mm) of a place in the image."""
        return self._known_plane().to_world(column, row)

    def _direction(self, x: float, y: float) -> Point:
        if self.plane is None:
            return (0.0, 0.0, 0.0)
        u, v = self.framing.along_plane(x, y)
        # one of the two is zero, since only quarter turns are made
        return _signed(self.plane.row_direction, u) if u else _signed(self.plane.column_direction, v)

    def _known_plane(self) -> SlicePlane:
        if self.plane is None:
            raise ValueError("this image has no known plane, so it shows no place in the patient")
        return self.plane


def _signed(direction: Point, sign: float) -> Point:
    return direction if sign > 0 else (-direction[0], -direction[1], -direction[2])
