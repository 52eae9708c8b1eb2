"""Fills the enhancement strip: reads the phases of the open time point, and measures them in a worker."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from PySide6.QtCore import QObject, QTimer

from app.desks.image_library import ImageLibrary
from app.panels.enhancement_strip import EnhancementStrip
from app.reading.enhancement import StripOf, shown_strip, strip_of
from app.session import ReadingSession
from app.state.events import FindingRecorded
from app.tasks import Failure, TaskRunner, Token
from viewers.imaging.catalogue import PhaseName
from viewers.imaging.errors import ImagingError
from viewers.imaging.reference import ReferenceRegion
from viewers.imaging.uptake import Uptake, find_liver, uptake_in
from viewers.imaging.volume import Volume

_SLOT = "enhancement strip"
_SOON_MS = 600
"""The images that the reader looks at are read first."""


class EnhancementDesk(QObject):
    """Between the selected lesion and its strip; nothing of it is recorded but the flag of the oil."""

    def __init__(
        self,
        session: ReadingSession,
        library: ImageLibrary,
        runner: TaskRunner,
        strip: EnhancementStrip,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._session, self._library, self._runner, self._strip = session, library, runner, strip
        self._of: StripOf | None = None
        self._known: dict[str, Uptake] = {}
        self._liver: ReferenceRegion | None = None
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(_SOON_MS)
        self._soon.timeout.connect(self._measure)
        for signal in (session.case_opened, session.record_changed, session.selection_changed):
            signal.connect(self._refresh)
        library.loaded.connect(self._on_loaded)
        strip.oil_chosen.connect(self._on_oil)

    def stop(self) -> None:
        """The window is going."""
        self._soon.stop()
        self._runner.cancel(_SLOT)

    def _refresh(self) -> None:
        reading, lesion = self._session.reading, self._session.lesion
        of = None if reading is None else strip_of(reading, lesion)
        if of != self._of:
            self._of, self._known, self._liver = of, {}, None if of is None else of.liver
            self._runner.cancel(_SLOT)
            if of is not None:
                self._soon.start()
        self._show()

    def _on_loaded(self, uid: str) -> None:
        if self._of is not None and any(uid == column for _, column in self._of.columns) and uid not in self._known:
            self._soon.start()

    def _measure(self) -> None:
        """Measure what is read; what is not is read first, and comes later."""
        of = self._of
        if of is None or self._runner.is_running(_SLOT):
            return
        volumes: dict[str, Volume] = {}
        for _, uid in of.columns:
            source = self._library.source(uid)
            if source is not None and source.complete:
                volumes[uid] = source.volume
        arterial = next((uid for phase, uid in of.columns if phase is PhaseName.ARTERIAL), of.line.series_uid)
        if arterial not in volumes:
            return
        wanted = {uid: volume for uid, volume in volumes.items() if uid not in self._known}
        known_liver, guide = self._liver, volumes[arterial]

        def job(token: Token) -> object:
            liver = known_liver or find_liver(guide, of.line.start, of.line.end)
            found = {}
            for uid, volume in wanted.items():
                if token.cancelled():
                    break
                found[uid] = uptake_in(volume, of.line.start, of.line.end, liver)
            return liver, found, guide.unit

        self._runner.start(_SLOT, job, done=lambda made: self._done(of, made), failed=self._failed)

    def _done(self, of: StripOf, made: Any) -> None:
        if of is not self._of:
            return
        self._liver, found, unit = made
        self._known |= found
        self._show(unit)
        if len(self._known) < len(of.columns):
            self._soon.start()

    def _failed(self, failure: Failure) -> None:
        """There is no strip; it is no more than a help, yet what stopped is told."""
        self._strip.show_strip(None)
        if self._of is not None and not isinstance(failure.error, ImagingError):
            self._session.told.emit(
                f"The enhancement of {self._of.lesion_id} could not be measured. Nothing was changed."
            )

    def _show(self, unit: str = "HU") -> None:
        of, reading, record = self._of, self._session.reading, self._session.record
        if of is None or reading is None or record is None:
            self._strip.show_strip(None)
            return
        kept = record.assistance(reading.read_id, of.visit_id, of.lesion_id)
        seen = reading.read.observation(of.visit_id, of.lesion_id)
        self._strip.show_strip(
            shown_strip(of, self._known, unit, None if kept is None else kept.lipiodol_share),
            oil=bool(seen and seen.features.lipiodol_compact),
            locked=self._session.locked,
        )

    def _on_oil(self, filled: bool) -> None:
        """The reader says that oil fills the lesion, or takes it back."""
        reading, of = self._session.reading, self._of
        seen = reading.read.observation(of.visit_id, of.lesion_id) if reading and of else None
        if seen is not None and of is not None:
            noted = replace(seen.features, lipiodol_compact=True if filled else None)
            self._session.do(FindingRecorded(of.visit_id, replace(seen, features=noted)))
        self._show()
