"""Which stage hangs, filled with which series: what the time point offers and what the reader chose last."""

from __future__ import annotations

from app.desks.image_library import ImageLibrary
from app.desks.view_memory import ViewMemory
from app.reading.hanging import Hanging, Times, hang, prior_visit, stages, usual_stage
from app.reading.linework import liver_read_on
from app.reading.stages import Stage
from app.session import ReadingSession
from app.state.record import Visit
from mrecist.values import Region
from viewers.tools.layout import Layout

_NOT_REMEMBERED = (Stage.EVIDENCE, Stage.PLANES)


class StageChoice:
    """Asks the session what is open; remembers what the reader chose, in the settings."""

    def __init__(self, session: ReadingSession, library: ImageLibrary, memory: ViewMemory) -> None:
        self._session, self._library, self._memory = session, library, memory
        self._restored = False

    @property
    def offered(self) -> tuple[Stage, ...]:
        """The stages of the open time point, in the order of their keys."""
        record, visit = self._session.record, self._session.visit
        return stages(record, visit) if record and visit else ()

    def hanging(self, stage: Stage | None) -> Hanging | None:
        """A stage filled; the usual one where it is none, or not offered. None where nothing is."""
        record, visit, offered = self._session.record, self._session.visit, self.offered
        if record is None or visit is None or not offered:
            return None
        chosen = stage if stage in offered and stage is not None else usual_stage(record, visit, offered)
        reading = self._session.reading
        read = None if reading is None else reading.read
        known = {one.id: read and liver_read_on(record, read, one.id) for one in record.visits}
        liver_on = {visit_id: modality for visit_id, modality in known.items() if modality}
        return hang(record, chosen, self._times(visit), self._b_value, liver_on)

    def layout(self, hanging: Hanging) -> Layout:
        """The stage's own layout; the first time after the start, the one that was left."""
        first, self._restored = not self._restored, True
        return (self._memory.layout(hanging.stage) if first else None) or hanging.layout

    def left(self) -> Stage | None:
        """The stage that was left at the end of the last sitting, before anything has hung in this one."""
        return None if self._restored else self._memory.stage(self._at_baseline)

    def keep(self, stage: Stage) -> None:
        """The reader chose a stage; it comes with its own layout."""
        if stage not in _NOT_REMEMBERED:
            self._memory.keep_stage(self._at_baseline, stage)
            self._memory.keep_layout(stage, None)

    def keep_layout(self, stage: Stage | None, layout: Layout) -> None:
        """The reader chose a layout for a stage."""
        if stage is not None and stage not in _NOT_REMEMBERED:
            self._memory.keep_layout(stage, layout)

    @property
    def _at_baseline(self) -> bool:
        reading = self._session.reading
        return reading is not None and reading.at_baseline

    def _times(self, visit: Visit) -> Times:
        record, reading, compared = self._session.record, self._session.reading, self._session.selection.compared_id
        if record is None or reading is None:
            return Times(visit)
        nadir = reading.nadir_id(Region.INTRAHEPATIC)
        prior = record.visit(compared) if compared else prior_visit(record, visit)
        return Times(visit, prior, record.baseline, record.visit(nadir) if nadir else None)

    def _b_value(self, uid: str) -> int | None:
        """The b value of a series in the catalogue."""
        series = self._library.series(uid)
        try:
            return round(float(series.sequence.b_value if series is not None else ""))
        except ValueError:
            return None
