"""Registers the exams that hang beside each other, in the background, and keeps what was found."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from app.desks.image_library import ImageLibrary
from app.reading.body_parts import CARRIED_BY, CONFIRMED_BY, Part
from app.reading.registration_pairs import PairKey, Registered, WantedPair
from app.storage.registration_cache import RegistrationCache
from app.tasks import Cancelled, Failure, Job, TaskRunner, Token
from viewers.imaging.errors import ImagingError

if TYPE_CHECKING:
    from viewers.imaging.register import Pair
    from viewers.imaging.registration import Registration
    from viewers.imaging.volume import Volume

_SLOT = "register"
_AFTER_IMAGES = -1
_WORDS = {Part.LIVER: "liver", Part.LUNGS: "lungs"}
_ABOUT = {Part.LIVER: "liver", Part.LUNGS: "lungs", Part.TRUNK: "trunk", Part.SPINE: "trunk"}


class RegisteringDesk(QObject):
    """One pair at a time: rigid first, told at once; then closer, told again and kept on disk.

    Signals
    -------
    changed(bool)
        Something is known now; true when a pair has just been registered for the first time.
    told(str)
        One sentence for the reader.
    """

    changed = Signal(bool)
    told = Signal(str)

    def __init__(self, library: ImageLibrary, runner: TaskRunner, cache: RegistrationCache, parent: QObject) -> None:
        super().__init__(parent)
        self._library, self._runner, self._cache = library, runner, cache
        self._wanted: tuple[WantedPair, ...] = ()
        self._running: PairKey | None = None
        self._found: dict[PairKey, Registration] = {}
        self._finished: set[PairKey] = set()
        self._faults: dict[PairKey, str] = {}
        self.on = True
        """Whether exams are registered at all."""
        library.loaded.connect(lambda _uid: self._go_on())

    def want(self, pairs: Sequence[WantedPair]) -> None:
        """What hangs now calls for these; work on others stops."""
        self._wanted = tuple(pairs) if self.on else ()
        if self._running is not None and self._running not in {pair.key for pair in self._wanted}:
            self._runner.cancel(_SLOT)
            self._running = None
        self._go_on()

    def forget(self) -> None:
        """Another case: nothing of this one is needed any more."""
        self._runner.cancel(_SLOT)
        self._wanted, self._running = (), None
        self._found.clear()
        self._finished.clear()
        self._faults.clear()

    def between(self, frame_a: str, frame_b: str, part: Part) -> Registered | None:
        """The registration from one frame of reference to another; None before it is there, and where there is none.

        One that has failed is handed out too: it tells why, and links nothing.
        """
        there, back = self._found.get(PairKey(frame_a, frame_b, part)), None
        if there is None:
            back = self._found.get(PairKey(frame_b, frame_a, part))
        found = there or back
        return None if found is None else Registered(found, forward=there is not None, part=part)

    def best_for(self, frame_a: str, frame_b: str, part: Part) -> Registered | None:
        """What carries a part from one frame of reference to another: its own registration, else that of the organ.

        Nothing is carried before liver or lungs of the same exams confirm that they belong together.
        """
        organ, carrier = (self.between(frame_a, frame_b, of[part]) for of in (CONFIRMED_BY, CARRIED_BY))
        if organ is None or organ.failed:
            return organ
        if carrier is None and self.is_running(frame_a, frame_b, CARRIED_BY[part]):
            return None
        if carrier is None or carrier.failed:
            return replace(organ, elsewhere=True)
        return replace(carrier, elsewhere=CARRIED_BY[part] is not part)

    def is_running(self, frame_a: str, frame_b: str, part: Part) -> bool:
        """Whether these two are being registered for a part, or will be, and nothing is known of them yet."""
        parts = {CONFIRMED_BY[part], CARRIED_BY[part]}
        keys = {PairKey(*frames, one) for frames in ((frame_a, frame_b), (frame_b, frame_a)) for one in parts}
        return any(p.key in keys and p.key not in self._found and p.key not in self._faults for p in self._wanted)

    # --- one pair after the other --------------------------------------------------------------------------------

    def _go_on(self) -> None:
        if self._running is not None:
            return
        for pair in self._wanted:
            if pair.key in self._finished or pair.key in self._faults:
                continue
            sources = [self._library.source(uid) for uid in (pair.first_uid, pair.second_uid)]
            if all(source is not None and source.complete for source in sources):
                first, second = (source.volume for source in sources if source is not None)
                self._register(pair, first, second)
                return

    def _register(self, pair: WantedPair, first: Volume, second: Volume) -> None:
        self._running = pair.key
        part, cache = pair.key.part, self._cache

        def job(token: Token) -> tuple[Registration, Pair | None, str]:
            from viewers.imaging import registration as kept
            from viewers.imaging.errors import Cancelled as Stopped
            from viewers.imaging.register import register_rigidly_about

            about = kept.About(_ABOUT[part])
            key = kept.cache_key(first.series, second.series, about)
            known = kept.from_bytes(stored) if (stored := cache.read(key)) is not None else None
            if known is not None:
                return known, None, key
            try:
                found, rest = register_rigidly_about(first, second, about, cancelled=token.cancelled)
            except Stopped:
                raise Cancelled from None
            return found, rest, key

        self._start(pair, job, lambda result: self._on_rigid(pair, *result))

    def _on_rigid(self, pair: WantedPair, found: Registration, rest: Pair | None, key: str) -> None:
        self._found[pair.key] = found
        self._tell(pair, found)
        if rest is None:
            self._finish(pair)
        else:
            self._refine(pair, found, rest, key)
        self.changed.emit(True)

    def _refine(self, pair: WantedPair, rigid: Registration, rest: Pair, key: str) -> None:
        cache = self._cache

        def job(token: Token) -> Registration:
            from viewers.imaging.errors import Cancelled as Stopped
            from viewers.imaging.register import register_closely
            from viewers.imaging.registration import to_bytes

            try:
                found = register_closely(rest, rigid, cancelled=token.cancelled)
            except Stopped:
                raise Cancelled from None
            cache.write(key, to_bytes(found))
            return found

        def done(found: Registration) -> None:
            self._found[pair.key] = found
            self._finish(pair)
            self.changed.emit(False)

        self._start(pair, job, done)

    def _start(self, pair: WantedPair, job: Job, done: Callable[[Any], None]) -> None:
        self._runner.start(
            _SLOT,
            job,
            done=done,
            failed=lambda failure: self._on_failed(pair, failure),
            priority=_AFTER_IMAGES,
        )

    def _finish(self, pair: WantedPair) -> None:
        self._finished.add(pair.key)
        self._running = None
        self._go_on()

    def _on_failed(self, pair: WantedPair, failure: Failure) -> None:
        """A pair that cannot be registered, or not closer: the case is as it was, and the reader is told once."""
        self._faults[pair.key] = failure.message
        self._running = None
        if pair.key not in self._found and pair.sure:
            if isinstance(failure.error, ImagingError):
                why = f"{pair.exams} cannot be registered: {failure.message}."
            else:  # a fault of ours, whose words help no reader
                why = f"The registration of {pair.exams} stopped."
            self.told.emit(f"{why} Nothing was changed. P pins one place on both.")
        self.changed.emit(False)
        self._go_on()

    def _tell(self, pair: WantedPair, found: Registration) -> None:
        if not pair.sure:
            return  # the chip says how it stands; the region may not be on the images at all
        quality, names, part = found.quality, pair.exams, _WORDS[pair.key.part]
        if quality.status == "failed":
            self.told.emit(f"{names} ({part}) could not be registered. {quality.reasons[0]} P pins one place on both.")
        elif quality.status == "doubtful":
            self.told.emit(f"{names} ({part}) are registered, with doubt. {quality.reasons[0]}")
