"""Views that follow the active one by place in the patient: in one frame of reference, or across a known shift."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

from viewers.imaging.geometry import dot
from viewers.tools.events import Point
from viewers.tools.frame_link import SAME_FRAME, FrameLink
from viewers.widgets.slice_view import SliceView

_PARALLEL = 0.985
"""Cosine of 10 degrees: views whose planes differ by more do not follow each other."""


@dataclass(frozen=True, slots=True)
class Links:
    """What linked views share. Windows are apart unless asked for: each phase has its own."""

    scroll: bool = True
    zoom: bool = True
    pan: bool = True
    window: bool = False


def are_parallel(a: SliceView, b: SliceView) -> bool:
    """Whether the planes of two views differ by no more than 10 degrees."""
    normals = [view.levels.normal if view.levels is not None else None for view in (a, b)]
    return normals[0] is not None and normals[1] is not None and abs(dot(normals[0], normals[1])) >= _PARALLEL


class ViewLinks:
    """Brings the other views to the place of a leading one, where they are linked with it and parallel to it."""

    def __init__(self, views: Sequence[SliceView]) -> None:
        self._views = views
        self.shared = Links()
        self._between: dict[tuple[str, str], FrameLink] = {}
        self._busy = False

    @property
    def busy(self) -> bool:
        """Whether views are being moved now, so that none of them leads."""
        return self._busy

    @contextmanager
    def apart(self) -> Iterator[None]:
        """Changes made within are not followed by the other views."""
        before, self._busy = self._busy, True
        try:
            yield
        finally:
            self._busy = before

    def connect(self, frame_a: str, frame_b: str, link: FrameLink | None) -> None:
        """Link two frames of reference, `link` leading from the first to the second; None parts them."""
        for pair, way in (((frame_a, frame_b), link), ((frame_b, frame_a), link and link.reversed())):
            if way is None:
                self._between.pop(pair, None)
            else:
                self._between[pair] = way

    def part_all(self) -> None:
        """Forget every link between frames of reference."""
        self._between.clear()

    def between(self, frame_a: str | None, frame_b: str | None) -> FrameLink | None:
        """How a place of one frame is found in another; None where it cannot be."""
        if not frame_a or not frame_b:
            return None
        return SAME_FRAME if frame_a == frame_b else self._between.get((frame_a, frame_b))

    def of(self, leader: SliceView, view: SliceView) -> FrameLink | None:
        """How a view is linked with a leading one; None for another orientation or an unknown place."""
        if leader.source is None or view.source is None or not are_parallel(leader, view):
            return None
        return self.between(leader.source.frame_of_reference_uid, view.source.frame_of_reference_uid)

    # What follows

    def follow_scroll(self, leader: SliceView) -> None:
        """Bring linked views to the level of the leader; one whose stack does not reach it says so."""
        leader.set_note("")
        if not self.shared.scroll:
            return
        with self.apart():
            for view, place in self._followers(leader):
                found = None if view.levels is None else view.levels.nearest(place)
                if found is not None and view.levels is not None:
                    view.set_index(found[0])
                    view.set_note("" if view.levels.reaches(*found) else "No image at this level")

    def follow_framing(self, leader: SliceView) -> None:
        """Give linked views the leader's zoom, and its middle as a place in the patient, however they are turned."""
        if not (self.shared.zoom or self.shared.pan):
            return
        theirs = leader.state.framing
        with self.apart():
            for view, place in self._followers(leader):
                plane, framing = view.plane, view.projection().framing
                if theirs is None:
                    view.set_framing(None)
                    continue
                if self.shared.zoom:
                    framing = replace(framing, px_per_mm=theirs.px_per_mm)
                if self.shared.pan and plane is not None:
                    column, row = plane.to_pixel(place)
                    framing = replace(framing, centre_mm=(column * plane.column_spacing_mm, row * plane.row_spacing_mm))
                view.set_framing(framing)

    def follow_window(self, leader: SliceView, center: float, width: float) -> None:
        """Give linked views of the same unit the leader's window, where windows are shared."""
        if not self.shared.window:
            return
        with self.apart():
            for view, _ in self._followers(leader):
                if view.source is not None and leader.source is not None and view.source.unit == leader.source.unit:
                    view.set_window(center, width)

    def _followers(self, leader: SliceView) -> Iterator[tuple[SliceView, Point]]:
        """The other views that are linked, with the leader's middle as a place in their own space."""
        projection = leader.projection()
        if projection.plane is None:
            return
        middle = projection.world_of_view(projection.size_px[0] / 2, projection.size_px[1] / 2)
        for view in self._views:
            link = None if view is leader else self.of(leader, view)
            if link is not None:
                yield view, link.carry(middle)
