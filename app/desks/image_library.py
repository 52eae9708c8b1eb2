"""Series in memory: loaded in the background, the middle image first, within a budget."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from itertools import islice

from PySide6.QtCore import QObject, QTimer, Signal

from app.tasks import Cancelled, Failure, TaskRunner, Token
from viewers.imaging.catalogue import Catalogue, Series
from viewers.imaging.errors import Cancelled as NoLongerWanted
from viewers.imaging.errors import ImagingError
from viewers.imaging.liver_level import LiverLevel, find_liver_level
from viewers.imaging.phase_alignment import PhaseAlignment
from viewers.imaging.volume import VolumeLoader
from viewers.widgets.derived_source import DerivedSource
from viewers.widgets.volume_source import VolumeSource

BUDGET_BYTES = 2_000_000_000
_FIRST_IMAGE, _AFTER_IMAGES = 1, -1
_TELL_EVERY_S = 0.03
"""Two frames of a screen: telling of each image of a fast decoder would keep the window from what the reader does."""


class LoadedSeries(VolumeSource):
    """A series as the views show it; images appear as they are read."""

    def __init__(self, series: Series) -> None:
        self._loader = VolumeLoader(series)
        self._steps = iter(self._loader)
        super().__init__(self._loader.volume)

    @property
    def series(self) -> Series:
        return self.volume.series

    @property
    def complete(self) -> bool:
        return bool(self.volume.loaded.all())

    def ready(self, k: int) -> bool:
        """Whether image `k` is there; one that is asked for and is not comes before all others."""
        there = super().ready(k)
        if not there:
            self._loader.bring_forward(k)
        return there

    def load_first(self, token: Token) -> None:
        """Read one image, the middle one; runs on a worker."""
        self._load(token, 1)

    def load_rest(self, token: Token) -> None:
        """Read the other images, outwards from the middle; runs on a worker, after `load_first`."""
        self._load(token, self.count)

    def _load(self, token: Token, most: int) -> None:
        told, at = 0, -_TELL_EVERY_S
        for _ in islice(self._steps, most):
            self.volume = self._loader.volume
            if token.cancelled():
                raise Cancelled
            if time.monotonic() - at >= _TELL_EVERY_S:
                told, at = int(self.volume.loaded.sum()), time.monotonic()
                token.progress(told, self.count)
        if (read := int(self.volume.loaded.sum())) != told:
            token.progress(read, self.count)


class ImageLibrary(QObject):
    """Hands out series by their uid and loads them. What no view holds is let go when the budget is full."""

    image_read = Signal(str, int, int)
    """(uid, images read, images in all), from time to time and at the end"""
    loaded = Signal(str)
    failed = Signal(str, str)
    """(uid, what happened and what to do)"""
    not_computed = Signal(str)
    """(uid of the series that a picture was to be computed from): `DerivedSource.fault` says why it is not there"""

    def __init__(
        self, catalogue: Catalogue, runner: TaskRunner, parent: QObject | None = None, budget_bytes: int = BUDGET_BYTES
    ) -> None:
        super().__init__(parent)
        self._catalogue = catalogue
        self._runner = runner
        self._budget = budget_bytes
        self._open: OrderedDict[str, LoadedSeries] = OrderedDict()
        self._held: frozenset[str] = frozenset()
        self._faults: dict[str, str] = {}
        self._livers: dict[str, LiverLevel | None] = {}

    def series(self, uid: str) -> Series | None:
        known = self._open.get(uid)
        return known.series if known else self._catalogue.get(uid)

    def source(self, uid: str) -> LoadedSeries | None:
        """The series, at once; its images follow. None when the catalogue does not know it."""
        known = self._open.get(uid)
        if known is not None:
            self._open.move_to_end(uid)
            return known
        series = self._catalogue.get(uid)
        if series is None or not series.slices:
            return None
        try:
            opened = LoadedSeries(series)
        except ImagingError as error:  # there is no memory for it
            self._faults[uid] = str(error)
            return None
        self._open[uid] = opened
        self._faults.pop(uid, None)
        self._make_room()
        self._load(uid, opened)
        return opened

    def opened(self) -> tuple[LoadedSeries, ...]:
        """The series in memory."""
        return tuple(self._open.values())

    def fault(self, uid: str) -> str:
        """Why a series could not be read; empty if it could, or was not tried."""
        return self._faults.get(uid, "")

    def hold(self, uids: frozenset[str]) -> None:
        """The series that views show now; they are not let go."""
        self._held = uids
        self._make_room()

    def make(self, slot: str, source: DerivedSource, k: int, done: Callable[[], None]) -> None:
        """Make a picture that is computed, in the background; a later one of the same slot takes its place."""

        def job(token: Token) -> bool:
            try:
                source.make(k, token.cancelled)
            except NoLongerWanted:
                return False
            return True

        self._runner.start(
            f"picture {slot}",
            job,
            done=lambda made: done() if made else None,
            failed=lambda failure: source.fail(failure.error),
        )

    def watch(self, source: DerivedSource) -> None:
        """A picture that cannot be computed is told, once the view that asked for it has been painted."""
        source.on_crash = lambda: QTimer.singleShot(0, self, lambda: self.not_computed.emit(source.series_uid))

    def find_liver(self, source: LoadedSeries, done: Callable[[LiverLevel | None], None]) -> None:
        """Find the liver of a series that was read whole, in the background; None where none is found."""
        uid = source.series_uid
        if uid in self._livers:
            done(self._livers[uid])
            return

        def found(liver: object) -> None:
            self._livers[uid] = liver if isinstance(liver, LiverLevel) else None
            done(self._livers[uid])

        self._runner.start(
            "liver", lambda _token: find_liver_level(source.volume), done=found, failed=lambda _failure: done(None)
        )

    def align(
        self, job: Callable[[Token], PhaseAlignment], done: Callable[[PhaseAlignment], None], failed: Callable[[], None]
    ) -> None:
        """Align two phases in the background, after the images that are still to be read; one pair at a time."""
        self._runner.start("align", job, done=done, failed=lambda _failure: failed(), priority=_AFTER_IMAGES)

    def stop_aligning(self) -> None:
        """The alignment that runs is no longer wanted."""
        self._runner.cancel("align")

    def stop_making(self, slot: str) -> None:
        """The picture of a slot is no longer wanted."""
        self._runner.cancel(f"picture {slot}")

    def close(self) -> None:
        for uid in self._open:
            self._runner.cancel(_slot(uid))
        self._open.clear()

    def _load(self, uid: str, opened: LoadedSeries) -> None:
        """Begin to load. The first image of every series comes before the other images of any."""
        self._start(uid, opened.load_first, lambda _: self._load_rest(uid, opened), _FIRST_IMAGE)

    def _load_rest(self, uid: str, opened: LoadedSeries) -> None:
        if opened.complete:
            self.loaded.emit(uid)
        elif self._open.get(uid) is opened:
            self._start(uid, opened.load_rest, lambda _: self.loaded.emit(uid), 0)

    def _start(self, uid: str, job: Callable[[Token], None], done: Callable[[object], None], priority: int) -> None:
        self._runner.start(
            _slot(uid),
            job,
            done=done,
            failed=lambda failure: self._failed(uid, failure),
            progressed=lambda read, count: self.image_read.emit(uid, read, count),
            priority=priority,
            behind=True,
        )

    def _failed(self, uid: str, failure: Failure) -> None:
        self._faults[uid] = failure.message
        self.failed.emit(uid, failure.message)

    def _make_room(self) -> None:
        used = sum(opened.volume.pixels.nbytes for opened in self._open.values())
        for uid in list(self._open)[:-1]:
            if used <= self._budget:
                return
            if uid not in self._held:
                self._runner.cancel(_slot(uid))
                used -= self._open.pop(uid).volume.pixels.nbytes
                self._livers.pop(uid, None)


def _slot(uid: str) -> str:
    return f"load {uid}"
