"""Brings the views to the selected lesion, each at its own time point."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from app.models.reading import Reading
from app.reading.linework import place_of
from app.reading.stages import Stage
from app.session import ReadingSession
from mrecist.values import Point, Region
from viewers.widgets.view_grid import ViewGrid

if TYPE_CHECKING:
    from app.desks.images import ImageDesk


class LesionGuide(QObject):
    """Moves views; hangs nothing and writes nothing."""

    def __init__(self, session: ReadingSession, grid: ViewGrid, desk: ImageDesk) -> None:
        super().__init__(desk)
        self._session, self._grid, self._desk = session, grid, desk

    def go(self) -> None:
        """Each view goes to the selected lesion at its own time point: where it is marked, else where it should be.

        On the evidence stage each view goes to a lesion of its region.
        """
        reading = self._session.reading
        if reading is None:
            return
        if self._desk.planes.hanging:
            self._desk.planes.go_to(self.place(0))
            return
        with self._grid.links.apart():
            for number, view in enumerate(self._grid.views):
                tile, lesion_id = self._desk.tile(number), self._lesion_for(number, reading)
                if tile is None or tile.visit_id is None or view.source is None or lesion_id is None:
                    continue
                line = place_of(reading.read, tile.visit_id, lesion_id)
                if line is not None and line.sop_uid == view.source.sop_uid(view.state.index):
                    continue  # it is in sight: a view does not move under the hand that has just drawn
                place = self.place(number)
                if place is not None:
                    view.centre_on(place)

    def place(self, number: int) -> Point | None:
        """Where a view would go for the selected lesion, LPS mm; None where nothing is known of it there."""
        reading, tile, source = self._session.reading, self._desk.tile(number), self._grid.views[number].source
        lesion_id = None if reading is None else self._lesion_for(number, reading)
        if reading is None or tile is None or tile.visit_id is None or source is None or lesion_id is None:
            return None
        place = self._desk.linking.expected_place(tile.visit_id, lesion_id, source.frame_of_reference_uid)
        lesion = reading.read.lesion(lesion_id)
        if place is None and lesion is not None and lesion.parent is not None:  # a fragment lies where its lesion lay
            place = self._desk.linking.expected_place(tile.visit_id, lesion.parent, source.frame_of_reference_uid)
        same = place is not None and place.frame_of_reference_uid == source.frame_of_reference_uid
        return place.point if place is not None and same else None

    def _lesion_for(self, number: int, reading: Reading) -> str | None:
        chosen, ref = self._session.lesion, self._desk.ref(number)
        if ref is None or (self._desk.stage is not Stage.EVIDENCE and chosen is None):
            return None
        region = Region.INTRAHEPATIC if ref.phase is not None else Region.EXTRAHEPATIC
        if chosen is not None and (self._desk.stage is not Stage.EVIDENCE or chosen.region is region):
            return chosen.id
        counted = reading.response.new_lesions_counted if reading.response else ()
        here = [lesion.id for lesion in reading.lesions_of(region)]
        return next((name for name in (*counted, *here) if name in here), None)
