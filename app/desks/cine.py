"""Plays the images of the active view, or the phases of its time point, until the reader does anything else."""

from __future__ import annotations

from enum import Enum, auto
from typing import TYPE_CHECKING

from PySide6.QtCore import QElapsedTimer, QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QWidget

from app.desks.view_memory import ViewMemory
from app.reading.hanging import Tile, preset_of
from viewers.tools.cine import looped, pictures_due, ping_pong, rate_held

if TYPE_CHECKING:
    from app.desks.images import ImageDesk

_HELD = (Qt.Key.Key_Shift, Qt.Key.Key_Control, Qt.Key.Key_Alt, Qt.Key.Key_Meta, Qt.Key.Key_AltGr)
_STOPPING = (QEvent.Type.MouseButtonPress, QEvent.Type.MouseButtonDblClick, QEvent.Type.Wheel)


class Playing(Enum):
    """What is played."""

    IMAGES = auto()
    PHASES = auto()


class CineDesk(QObject):
    """Reckons from a clock which picture is due, so that a slow machine leaves pictures out and never lags behind.

    A press, the wheel, a key or another hanging stops it; `keep_on` names widgets whose presses do not.

    Signals
    -------
    changed()
        It began, stopped, or plays at another rate.
    told(str)
        One sentence for the reader.
    """

    changed = Signal()
    told = Signal(str)

    def __init__(self, desk: ImageDesk, memory: ViewMemory) -> None:
        super().__init__(desk)
        self._desk, self._memory = desk, memory
        self.playing: Playing | None = None
        self.rate = memory.cine_rate
        self.keep_on: QWidget | None = None
        self._clock = QElapsedTimer()
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._show_due)
        self._number = 0
        self._start = 0
        self._tiles: tuple[Tile, ...] = ()
        self._hanging = False
        desk.hung.connect(self._on_hung)
        desk.rearranged.connect(self._on_hung)
        desk.grid.active_changed.connect(lambda _tile: self.stop())

    def play_images(self) -> None:
        """Play the images of the active view round and round; played already, stop."""
        view = self._desk.grid.active
        if self._toggled_off(Playing.IMAGES) or not self._desk.is_free():
            return
        if view.source is None or view.source.count < 2:
            self.told.emit("There is only one image here to play.")
            return
        self._begin(Playing.IMAGES, view.state.index)

    def play_phases(self) -> None:
        """Play the phases of the active view's time point to and fro, at one place; played already, stop."""
        if self._toggled_off(Playing.PHASES) or not self._desk.is_free():
            return
        number = self._desk.grid.active_index
        shown = self._desk.tile(number)
        self._tiles = self._phase_tiles(number)
        uids = [tile.series_uid for tile in self._tiles]
        if shown is None or len(uids) < 2 or shown.series_uid not in uids or shown.derivation is not None:
            self.told.emit("There is only one phase here to play." if len(uids) < 2 else "This view shows no phase.")
            return
        self._begin(Playing.PHASES, uids.index(shown.series_uid))

    def faster(self, by: int) -> None:
        """More or fewer pictures a second."""
        self.set_rate(self.rate + by)

    def set_rate(self, rate: int) -> None:
        """Pictures a second, from 1 to 30; kept for the next time."""
        self.rate = rate_held(rate)
        self._memory.keep_cine_rate(self.rate)
        if self.playing is not None:
            self._begin(self.playing, self._place())
        else:
            self.told.emit(f"Cine: {self.rate} pictures a second.")
            self.changed.emit()

    def stop(self) -> None:
        """Stay at the picture that is shown."""
        if self.playing is None or self._hanging:
            return
        was, self.playing = self.playing, None
        self._timer.stop()
        application = QApplication.instance()
        if application is not None:
            application.removeEventFilter(self)
        if was is Playing.PHASES:
            self._desk.hung.emit()  # what hangs now was not told while it changed
        self.changed.emit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(watched, QWidget) and not (self.keep_on is not None and self._within(watched)):
            typed = isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress and event.key() not in _HELD
            if typed or event.type() in _STOPPING:
                self.stop()
        return super().eventFilter(watched, event)

    # --- inside -----------------------------------------------------------------------------------------------

    def _within(self, widget: QWidget) -> bool:
        return widget is self.keep_on or (self.keep_on is not None and self.keep_on.isAncestorOf(widget))

    def _toggled_off(self, what: Playing) -> bool:
        was = self.playing
        self.stop()
        return was is what

    def _begin(self, what: Playing, start: int) -> None:
        if self.playing is None:
            application = QApplication.instance()
            if application is not None:
                application.installEventFilter(self)
        self.playing, self._start, self._number = what, start, self._desk.grid.active_index
        self._clock.start()
        self._timer.start(max(1, round(1000 / self.rate)))
        self.changed.emit()

    def _place(self) -> int:
        """The picture that is shown now: an image, or a phase."""
        if self.playing is Playing.IMAGES:
            return self._desk.grid.views[self._number].state.index
        shown = self._desk.tile(self._number)
        return next((n for n, tile in enumerate(self._tiles) if shown and tile.series_uid == shown.series_uid), 0)

    def _show_due(self) -> None:
        view = self._desk.grid.views[self._number]
        due = pictures_due(self._clock.elapsed(), self.rate)
        if self.playing is Playing.IMAGES and view.source is not None and view.levels is not None:
            place = looped(self._start, due * view.levels.down_step, view.source.count)
            if view.source.ready(place):
                view.set_index(place)
        elif self.playing is Playing.PHASES:
            self._show_phase(ping_pong(self._start, due, len(self._tiles)))

    def _show_phase(self, place: int) -> None:
        """Hang a phase if its image is there; one that is still being read is left out."""
        tile, shown = self._tiles[place], self._desk.tile(self._number)
        uid = tile.series_uid or ""
        if (shown is not None and shown.series_uid == uid) or not self._desk.phases.ready_at_place(self._number, uid):
            return
        self._hanging = True
        try:
            self._desk.hang_tile(self._number, tile, silent=True)
        finally:
            self._hanging = False

    def _phase_tiles(self, number: int) -> tuple[Tile, ...]:
        """One tile for each phase of a view's time point, in the order of contrast."""
        shown, tile = self._desk.ref(number), self._desk.tile(number)
        if shown is None or tile is None:
            return ()
        refs = [self._desk.phases.best(phase) for phase in self._desk.phases.phases()]
        refs = [shown if ref is not None and ref.phase == shown.phase else ref for ref in refs]
        return tuple(Tile(tile.visit_id, ref.uid, preset=preset_of(ref), role=tile.role) for ref in refs if ref)

    def _on_hung(self) -> None:
        if not self._hanging:
            self.stop()
