"""Links the views of several time points, by a place the reader pins on both or by the lesions both hold."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import combinations

from PySide6.QtCore import QObject, Signal

from app.desks.view_memory import Pin, ViewMemory
from app.reading.frame_links import link_between, link_chip
from app.reading.hanging import Tile
from app.session import ReadingSession
from mrecist.values import Point, Region
from viewers.tools import pin
from viewers.widgets.marks import Chip, Tone, ViewPlace
from viewers.widgets.place_picker import PlacePicker
from viewers.widgets.view_grid import ViewGrid
from viewers.widgets.view_links import are_parallel

_MARK_MM = 4.0
_FIRST = "Pin: click a place that is seen at both time points. Esc cancels."
_SECOND = "Pin: now click the same place in a view of the other time point. Esc cancels."
_AGAIN = "That is the same examination. Click the same place in a view of another time point."
_ALONE = "All views show one examination: they are linked already. Hang another time point beside it to pin a place."


class LinkDesk(QObject):
    """Between the read, the pins in the settings, and the links of a grid.

    Signals
    -------
    changed()
        Views are linked otherwise now.
    pinning_changed(bool)
        Clicks name a place from now on, or no longer.
    told(str)
        One sentence for the reader.
    """

    changed = Signal()
    pinning_changed = Signal(bool)
    told = Signal(str)

    def __init__(
        self,
        session: ReadingSession,
        grid: ViewGrid,
        tiles: Callable[[], Sequence[Tile]],
        memory: ViewMemory,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._session, self._grid, self._tiles, self._memory = session, grid, tiles, memory
        self._picker = PlacePicker(grid.views, self)
        self._marked: pin.Marked | None = None
        self._picker.picked.connect(self._on_picked)
        self._picker.missed.connect(lambda _number: self.told.emit("No place is known there. Click on an image."))
        session.record_changed.connect(self.refresh)
        grid.active_changed.connect(lambda _tile: self.refresh())

    @property
    def pinning(self) -> bool:
        """Whether a click in a view pins a place now."""
        return self._picker.listening

    def refresh(self) -> None:
        """Link the frames of reference that hang as pins and lesions say now."""
        self._grid.links.part_all()
        for (frame_a, visit_a), (frame_b, visit_b) in combinations(self._frames().items(), 2):
            pinned = self._memory.pin(frame_a, frame_b)
            offset = pinned.offset_mm if pinned else None
            link = link_between(self._session.reading, (visit_a, visit_b), (frame_a, frame_b), offset, self._region())
            self._grid.links.connect(frame_a, frame_b, link)
        self._show_pins()
        self.changed.emit()

    def chip(self, number: int) -> Chip | None:
        """What a view says of its link with the active one; nothing within one examination, or for other planes."""
        leader, view = self._grid.active, self._grid.views[number]
        if view is leader or view.source is None or leader.source is None:
            return None
        if view.source.frame_of_reference_uid == leader.source.frame_of_reference_uid:
            return None
        if not are_parallel(leader, view):
            return Chip("not linked: another plane", tone=Tone.AMBER)
        return link_chip(self._grid.links.of(leader, view))

    # --- pinning ----------------------------------------------------------------------------------------------

    def pin(self) -> None:
        """Ask for a place at two time points; asked again, give up."""
        if self.pinning:
            self.cancel()
        elif len(self._frames()) < 2:
            self.told.emit(_ALONE)
        else:
            self._picker.listen(True)
            self.pinning_changed.emit(True)
            self.told.emit(_FIRST)

    def cancel(self) -> None:
        """Take no more clicks; what was pinned before stays."""
        if self.pinning:
            self._marked = None
            self._picker.listen(False)
            self._show_pins()
            self.pinning_changed.emit(False)

    def unpin(self) -> None:
        """Forget the pins between the examinations that hang."""
        pairs = [pair for pair in combinations(self._frames(), 2) if self._memory.pin(*pair)]
        for frame_a, frame_b in pairs:
            self._memory.keep_pin(frame_a, frame_b, None)
        self.told.emit("The pin is taken out." if pairs else "No place is pinned between these examinations.")
        self.refresh()

    def _on_picked(self, number: int, point: Point) -> None:
        source = self._grid.views[number].source
        frame = source.frame_of_reference_uid if source is not None else None
        if not frame:
            self.told.emit("This series has no frame of reference: it cannot be linked with another.")
            return
        before = self._marked
        self._marked, pinned = pin.step(before, frame, point)
        if pinned is None:
            self.told.emit(_SECOND if before is None else _AGAIN)
            self._show_pins()
            return
        self._memory.keep_pin(pinned.frame_a, pinned.frame_b, Pin(pinned.point_a, pinned.point_b))
        self.cancel()
        self.refresh()
        self._grid.align()
        visits = self._frames()
        names = " and ".join(dict.fromkeys(visits.get(frame, "") for frame in (pinned.frame_a, pinned.frame_b)))
        self.told.emit(f"{names} are linked by this place. P pins another in its stead.")

    def _region(self) -> Region:
        """What the active view shows: the liver, or the chest."""
        record, tiles, number = self._session.record, self._tiles(), self._grid.active_index
        uid = tiles[number].series_uid if number < len(tiles) else None
        ref = record.series_ref(uid) if record and uid else None
        return Region.EXTRAHEPATIC if ref is not None and ref.phase is None else Region.INTRAHEPATIC

    def _frames(self) -> dict[str, str]:
        """The frames of reference that hang, in reading order, each with its time point."""
        record = self._session.record
        found: dict[str, str] = {}
        for tile in self._tiles():
            ref = record.series_ref(tile.series_uid) if record and tile.series_uid else None
            if ref is not None and ref.frame_of_reference_uid and tile.visit_id:
                found.setdefault(ref.frame_of_reference_uid, tile.visit_id)
        return found

    def _show_pins(self) -> None:
        """Circles where places are pinned, or being pinned."""
        places: dict[str, list[ViewPlace]] = {}
        for frame_a, frame_b in combinations(self._frames(), 2):
            pinned = self._memory.pin(frame_a, frame_b)
            if pinned is not None:
                places.setdefault(frame_a, []).append(ViewPlace(pinned.first, _MARK_MM, "pin"))
                places.setdefault(frame_b, []).append(ViewPlace(pinned.second, _MARK_MM, "pin"))
        if self._marked is not None:
            places.setdefault(self._marked.frame, []).append(ViewPlace(self._marked.point, _MARK_MM, "pin 1 of 2"))
        for view in self._grid.views:
            frame = view.source.frame_of_reference_uid if view.source is not None else None
            view.set_places(places.get(frame or "", ()))
