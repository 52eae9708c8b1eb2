"""Aligns the phases of a subtraction with each other, in the background, once both have been read."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from PySide6.QtCore import QObject, Signal

from app.desks.image_library import ImageLibrary
from app.tasks import Cancelled, Token
from viewers.imaging.errors import Cancelled as Stopped
from viewers.imaging.phase_alignment import PhaseAlignment, align_phases
from viewers.widgets.subtraction_source import SubtractionSource

_AS_THEY_LIE = "the two phases are not aligned but subtracted as they lie: edges may seem to enhance."
_STOPPED = "The alignment stopped: the program has a fault."


class AligningDesk(QObject):
    """One pair of phases after the other; what was found is kept while the case is open.

    Until then, and where the two cannot be aligned, they are subtracted as they lie; the view says so.

    Signals
    -------
    aligned(SubtractionSource)
        It is known how its phases lie to each other: what it shows may have changed.
    told(str)
        One sentence for the reader.
    """

    aligned = Signal(object)
    told = Signal(str)

    def __init__(self, library: ImageLibrary, parent: QObject) -> None:
        super().__init__(parent)
        self._library = library
        self._wanted: tuple[SubtractionSource, ...] = ()
        self._found: dict[tuple[str, str], PhaseAlignment] = {}
        self._running: tuple[str, str] | None = None
        library.loaded.connect(lambda _uid: self._go_on())

    def want(self, sources: Iterable[SubtractionSource]) -> None:
        """These subtractions hang now."""
        self._wanted = tuple(sources)
        if self._running is not None and self._running not in map(_key, self._wanted):
            self._library.stop_aligning()
            self._running = None
        self._go_on()

    def forget(self) -> None:
        """Another case: nothing of this one is needed any more."""
        self.want(())
        self._found.clear()

    def _go_on(self) -> None:
        for source in self._wanted:
            if source.alignment is None and (known := self._found.get(_key(source))) is not None:
                self._align(source, known)
            if source.alignment is None and self._running is None and _is_read(source):
                self._start(source)

    def _start(self, source: SubtractionSource) -> None:
        self._running = _key(source)
        volume, other = source.base.volume, source.minus.volume

        def job(token: Token) -> PhaseAlignment:
            try:
                return align_phases(volume, other, cancelled=token.cancelled)
            except Stopped:
                raise Cancelled from None

        done = self._when_done(source)
        self._library.align(job, done, lambda: done(PhaseAlignment(None, None, _STOPPED)))

    def _when_done(self, source: SubtractionSource) -> Callable[[PhaseAlignment], None]:
        def done(found: PhaseAlignment) -> None:
            self._running = None
            self._found[_key(source)] = found
            if found.why_not:
                self.told.emit(f"{source.label}: {_AS_THEY_LIE} {found.why_not}")
            self._go_on()

        return done

    def _align(self, source: SubtractionSource, found: PhaseAlignment) -> None:
        source.align(found)
        self.aligned.emit(source)


def _key(source: SubtractionSource) -> tuple[str, str]:
    return source.base.series_uid, source.minus.series_uid


def _is_read(source: SubtractionSource) -> bool:
    return all(bool(one.volume.loaded.all()) for one in source.inputs)
