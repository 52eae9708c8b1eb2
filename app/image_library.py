"""Series in memory: loaded in the background, the middle image first, within a budget."""

from __future__ import annotations

from collections import OrderedDict
from typing import Any

from PySide6.QtCore import QObject, Signal

from app.tasks import Cancelled, Failure, TaskRunner, Token
from viewers.imaging.catalogue import Catalogue, Series
from viewers.imaging.geometry import SlicePlane
from viewers.imaging.volume import Volume, VolumeLoader

BUDGET_BYTES = 2_000_000_000


class LoadedSeries:
    """A series as the views show it (`viewers.widgets.source.ImageSource`); images appear as they are read."""

    def __init__(self, series: Series) -> None:
        self.series = series
        self._loader = VolumeLoader(series)

    @property
    def loader(self) -> VolumeLoader:
        return self._loader

    @property
    def volume(self) -> Volume:
        return self._loader.volume

    @property
    def series_uid(self) -> str:
        return self.series.uid

    @property
    def frame_of_reference_uid(self) -> str | None:
        return self.series.frame_of_reference_uid

    @property
    def count(self) -> int:
        return len(self.series.slices)

    @property
    def rows(self) -> int:
        return self.series.rows

    @property
    def columns(self) -> int:
        return self.series.columns

    @property
    def unit(self) -> str:
        return self.volume.unit

    @property
    def measurable(self) -> bool:
        return self.series.measurable

    @property
    def why_not(self) -> str:
        return "; ".join(self.series.why_not)

    @property
    def bright_is_low(self) -> bool:
        return self.volume.inverted

    @property
    def complete(self) -> bool:
        return bool(self.volume.loaded.all())

    def pixels(self, k: int) -> Any:
        return self.volume.values(k)

    def plane(self, k: int) -> SlicePlane | None:
        return self.volume.planes[k]

    def sop_uid(self, k: int) -> str:
        return self.series.slices[k].sop_uid

    def frame(self, k: int) -> int:
        return self.series.slices[k].frame + 1

    def ready(self, k: int) -> bool:
        return bool(self.volume.loaded[k])


class ImageLibrary(QObject):
    """Hands out series by their uid and loads them. What no view holds is let go when the budget is full."""

    image_read = Signal(str, int, int)
    """(uid, images read, images in all)"""
    loaded = Signal(str)
    failed = Signal(str, str)
    """(uid, what happened and what to do)"""

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
        opened = LoadedSeries(series)
        self._open[uid] = opened
        self._faults.pop(uid, None)
        self._make_room()
        self._load(uid, opened)
        return opened

    def fault(self, uid: str) -> str:
        """Why a series could not be read; empty if it could, or was not tried."""
        return self._faults.get(uid, "")

    def hold(self, uids: frozenset[str]) -> None:
        """The series that views show now; they are not let go."""
        self._held = uids
        self._make_room()

    def close(self) -> None:
        for uid in self._open:
            self._runner.cancel(_slot(uid))
        self._open.clear()

    def _load(self, uid: str, opened: LoadedSeries) -> None:
        total = opened.count

        def job(token: Token) -> None:
            for done, _ in enumerate(opened.loader, start=1):
                if token.cancelled():
                    raise Cancelled
                token.progress(done, total)

        self._runner.start(
            _slot(uid),
            job,
            done=lambda _: self.loaded.emit(uid),
            failed=lambda failure: self._failed(uid, failure),
            progressed=lambda done, count: self.image_read.emit(uid, done, count),
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


def _slot(uid: str) -> str:
    return f"load {uid}"
