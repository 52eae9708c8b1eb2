"""Links the views of several time points: by a place the reader pins on both, by registration, or by lesions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import combinations
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from app.reading.body_parts import CARRIED_BY, Part, usual_part
from app.reading.expected_places import expected_in, ghosts_on
from app.reading.frame_links import error_text, link_between, link_chip
from app.reading.hanging import Tile
from app.reading.lesion_parts import may_show, part_in
from app.reading.lesion_places import Place, expected_place
from app.reading.registration_pairs import Registered, pairs_wanted, regions_of
from app.session import ReadingSession
from app.state.pins import Pin, PlacePinned, pin_between
from mrecist.values import Point
from viewers.tools import pin
from viewers.tools.frame_link import FrameLink
from viewers.widgets.marks import Chip, Tone, ViewPlace
from viewers.widgets.place_picker import PlacePicker
from viewers.widgets.view_grid import ViewGrid
from viewers.widgets.view_links import are_parallel

if TYPE_CHECKING:
    from app.desks.registering import RegisteringDesk

_MARK_MM = 4.0
_FIRST = "Pin: click a place that is seen at both time points. Esc cancels."
_SECOND = "Pin: now click the same place in a view of the other time point. Esc cancels."
_AGAIN = "That is the same examination. Click the same place in a view of another time point."
_BY_REGISTRATION = "Exams of two time points are linked by registration, where there is one."
_NOT_BY_REGISTRATION = "Registration is off: exams are linked by a pin, or by the lesions that both hold."
_ALONE = "All views show one examination: they are linked already. Hang another time point beside it to pin a place."


class LinkDesk(QObject):
    """Between the read, with the places that are pinned in it, and the links of a grid.

    Signals
    -------
    changed()
        Views are linked otherwise now.
    aligned()
        Views that could not follow before have been brought to one place.
    pinning_changed(bool)
        Clicks name a place from now on, or no longer.
    told(str)
        One sentence for the reader.
    """

    changed = Signal()
    aligned = Signal()
    pinning_changed = Signal(bool)
    told = Signal(str)

    def __init__(
        self,
        session: ReadingSession,
        grid: ViewGrid,
        tiles: Callable[[], Sequence[Tile]],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._session, self._grid, self._tiles = session, grid, tiles
        self._picker = PlacePicker(grid.views, self)
        self._marked: pin.Marked | None = None
        self._registering: RegisteringDesk | None = None
        self.by_registration = True
        """Whether exams are linked by registration, where there is one; a sitting begins with it."""
        self._ghosts = True
        self._picker.picked.connect(self._on_picked)
        self._picker.missed.connect(lambda _number: self.told.emit("No place is known there. Click on an image."))
        session.record_changed.connect(self.refresh)
        grid.active_changed.connect(lambda _tile: self.refresh())

    @property
    def pinning(self) -> bool:
        """Whether a click in a view pins a place now."""
        return self._picker.listening

    def register_by(self, desk: RegisteringDesk) -> None:
        """From now on exams that hang beside each other are registered."""
        self._registering = desk
        desk.changed.connect(self._on_registered)
        desk.told.connect(self.told)

    def refresh(self) -> None:
        """Link the frames of reference that hang as pins, registrations and lesions say now."""
        self._grid.links.part_all()
        for frame_a, frame_b in combinations(self._frames(), 2):
            self._grid.links.connect(frame_a, frame_b, self._link(frame_a, frame_b, self.part()))
        self.show_places()
        self.changed.emit()
        if self._registering is not None and (record := self._session.record) is not None:
            self._registering.want(pairs_wanted(record, self._tiles(), self._carriers()))

    def expected_place(self, visit_id: str, lesion_id: str, frame: str | None) -> Place | None:
        """Where a lesion is at a time point: where it is marked, else where it is expected in this frame."""
        reading = self._session.reading
        if reading is None:
            return None
        known = expected_place(reading, visit_id, lesion_id)
        if frame is None or (known is not None and known.measured):
            return known
        return expected_in(reading, visit_id, lesion_id, frame, self.carry) or known

    def toggle_ghosts(self) -> None:
        """Show or hide where lesions of earlier time points are expected."""
        self._ghosts = not self._ghosts
        self.show_places()

    def toggle_registration(self) -> None:
        """Link exams by registration, or by pins and lesions alone. They are registered all the same."""
        self.by_registration = not self.by_registration
        self.refresh()
        self._grid.align()
        self.told.emit(_BY_REGISTRATION if self.by_registration else _NOT_BY_REGISTRATION)

    def _registered(self, frame_a: str, frame_b: str, part: Part) -> Registered | None:
        """The registration of two exams, while they are linked by it."""
        if self._registering is None or not self.by_registration:
            return None
        return self._registering.best_for(frame_a, frame_b, part)

    def _link(self, frame_a: str, frame_b: str, part: Part) -> FrameLink | None:
        visit_a, visit_b = self._visit_of(frame_a), self._visit_of(frame_b)
        if visit_a is None or visit_b is None:
            return None
        pinned = self._pin(frame_a, frame_b)
        offset = pinned.offset_mm if pinned else None
        visits = visit_a, visit_b
        found = self._registered(frame_a, frame_b, part)
        return link_between(self._session.reading, visits, (frame_a, frame_b), offset, part, found)

    def _pin(self, frame_a: str, frame_b: str) -> Pin | None:
        """The place that is pinned in two frames of reference, told from the first."""
        record = self._session.record
        return None if record is None else pin_between(record.pins, self._session.read_id, frame_a, frame_b)

    def carry(self, frame_a: str, frame_b: str, part: Part, point: Point) -> Point | None:
        """A place of one examination as a place of another; None where nothing ties them.

        What was registered in this sitting still ties them when one of the two no longer hangs.
        """
        if frame_a == frame_b:
            return None  # the same examination: it tells nothing of another time point
        link = self._link(frame_a, frame_b, part)
        return None if link is None else link.carry(point)

    def _doubt(self, frame_a: str, frame_b: str, part: Part) -> str:
        """How far a ghost may be off: told beside it where the chips of the views speak of another part."""
        link = None if part is self.part() else self._link(frame_a, frame_b, part)
        return "" if link is None else f"{error_text(link)}{', doubtful' if link.doubtful else ''}"

    def _on_registered(self, first_time: bool) -> None:
        self.refresh()
        if first_time and not any(view.busy for view in self._grid.views):
            self._grid.align()
            self.aligned.emit()

    def chip(self, number: int) -> Chip | None:
        """What a view says of its link with the active one; nothing within one examination, or for other planes."""
        leader, view = self._grid.active, self._grid.views[number]
        if view is leader or view.source is None or leader.source is None:
            return None
        if view.source.frame_of_reference_uid == leader.source.frame_of_reference_uid:
            return None
        if not are_parallel(leader, view):
            return Chip("not linked: another plane", tone=Tone.AMBER, short="not linked")
        link = self._grid.links.of(leader, view)
        frame_a, frame_b = leader.source.frame_of_reference_uid, view.source.frame_of_reference_uid
        if link is not None or self._registering is None or not frame_a or not frame_b:
            return link_chip(link)
        if not self.by_registration:
            return link_chip(None, off=True)
        part = self.part()
        tried = self._registering.best_for(frame_a, frame_b, part)
        running = self._registering.is_running(frame_a, frame_b, part)
        return link_chip(None, failed=tried is not None and tried.failed, running=running)

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
            self.show_places()
            self.pinning_changed.emit(False)

    def unpin(self) -> None:
        """Take the pins between the examinations that hang out of the read."""
        pairs = [pair for pair in combinations(self._frames(), 2) if self._pin(*pair)]
        if not pairs:
            self.told.emit("No place is pinned between these examinations.")
        elif self._session.do(*(PlacePinned(pair, None) for pair in pairs)):
            self.told.emit("The pin is taken out.")

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
            self.show_places()
            return
        self.cancel()
        event = PlacePinned((pinned.frame_a, pinned.frame_b), (pinned.point_a, pinned.point_b))
        if not self._session.do(event):
            return
        self._grid.align()
        visits = self._frames()
        names = " and ".join(dict.fromkeys(visits.get(frame, "") for frame in (pinned.frame_a, pinned.frame_b)))
        self.told.emit(f"{names} are linked by this place. Another pin takes its stead.")

    def part(self) -> Part:
        """What the active view is linked for: what the selected lesion moves with, where the view may show that.

        Else the liver, or the lungs; where it may show both, what is registered.
        """
        record, tiles, number = self._session.record, self._tiles(), self._grid.active_index
        uid = tiles[number].series_uid if number < len(tiles) else None
        ref = record.series_ref(uid) if record and uid else None
        if ref is None:
            return Part.LIVER
        lesion, reading = self._session.lesion, self._session.reading
        regions, frame = regions_of(ref), ref.frame_of_reference_uid or ""
        parts = [usual_part(region) for region in regions]
        own = None if lesion is None or reading is None else part_in(reading, lesion)
        if own is not None and may_show(ref, own):
            parts.insert(0, own)
        others = [other for other in self._frames() if other != frame] if len(regions) > 1 else []
        return next((part for part in parts if self._holds(frame, others, part)), parts[0])

    def _holds(self, frame: str, others: Sequence[str], part: Part) -> bool:
        """Whether a frame of reference is registered with another that hangs, for a part."""
        found = [self._registered(frame, other, part) for other in others]
        return any(one is not None and not one.failed for one in found)

    def _carriers(self) -> set[Part]:
        """What has to be registered for the lesions of the read."""
        reading = self._session.reading
        return set() if reading is None else {CARRIED_BY[part_in(reading, one)] for one in reading.read.lesions}

    def _frames(self) -> dict[str, str]:
        """The frames of reference that hang, in reading order, each with its time point."""
        record = self._session.record
        found: dict[str, str] = {}
        for tile in self._tiles():
            ref = record.series_ref(tile.series_uid) if record and tile.series_uid else None
            if ref is not None and ref.frame_of_reference_uid and tile.visit_id:
                found.setdefault(ref.frame_of_reference_uid, tile.visit_id)
        return found

    def _visit_of(self, frame: str) -> str | None:
        """The time point of a frame of reference."""
        record = self._session.record
        for visit in record.visits if record is not None else ():
            refs = (record.series_ref(uid) for uid in visit.series) if record is not None else ()
            if any(ref is not None and ref.frame_of_reference_uid == frame for ref in refs):
                return visit.id
        return None

    def show_places(self) -> None:
        """Circles where places are pinned, or being pinned, and ghosts where lesions are expected."""
        places: dict[str, list[ViewPlace]] = {}
        for frame_a, frame_b in combinations(self._frames(), 2):
            pinned = self._pin(frame_a, frame_b)
            if pinned is not None:
                for pinned_in, place in zip(pinned.frames, pinned.places, strict=True):
                    places.setdefault(pinned_in, []).append(ViewPlace(place, _MARK_MM, "pin"))
        if self._marked is not None:
            places.setdefault(self._marked.frame, []).append(ViewPlace(self._marked.point, _MARK_MM, "pin 1 of 2"))
        for number, view in enumerate(self._grid.views):
            frame = view.source.frame_of_reference_uid if view.source is not None else None
            view.set_places((*places.get(frame or "", ()), *self._ghosts_on(number, frame)))

    def _ghosts_on(self, number: int, frame: str | None) -> Sequence[ViewPlace]:
        """Where lesions of earlier time points are expected on a view of the open one."""
        record, reading, tiles = self._session.record, self._session.reading, self._tiles()
        tile = tiles[number] if number < len(tiles) else None
        if record is None or reading is None or tile is None or not frame or not self._ghosts:
            return ()
        ref = record.series_ref(tile.series_uid) if tile.series_uid else None
        if ref is None or tile.visit_id != reading.visit_id or reading.at_baseline:
            return ()
        return ghosts_on(reading, ref, self.carry, self._doubt)
