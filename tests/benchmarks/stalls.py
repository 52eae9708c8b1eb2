"""How late the screen is while a series loads in the background: when a timer of the event loop really fires."""

from __future__ import annotations

import time
from collections.abc import Iterable
from statistics import median, quantiles

from PySide6.QtCore import QEventLoop, Qt, QTimer
from PySide6.QtWidgets import QApplication

from app.desks.image_library import ImageLibrary
from app.tasks import TaskRunner
from tests.benchmarks.rows import REPEATS
from viewers.imaging.catalogue import Series

_EVERY_MS = 2


class _One:
    """A catalogue of one series."""

    def __init__(self, series: Series) -> None:
        self._series = series

    def get(self, uid: str) -> Series | None:
        return self._series if uid == self._series.uid else None

    def put(self, series: Iterable[Series]) -> None:
        raise NotImplementedError


def late_ms(series: Series | None, at_least_s: float = 0.5) -> float:
    """How late the event loop is, ms: 95 of 100 turns are earlier; median of several runs.

    Parameters
    ----------
    series
        Loaded again and again meanwhile, as the workstation does it; None: nothing is done.
    at_least_s
        How long each run lasts, in seconds.
    """
    application = QApplication.instance() or QApplication([])
    assert application is not None
    return median(_one_run(series, at_least_s) for _ in range(REPEATS))


def _one_run(series: Series | None, at_least_s: float) -> float:
    loop, timer, runner = QEventLoop(), QTimer(), TaskRunner()
    late: list[float] = []
    due = [0.0]
    ends = time.perf_counter() + at_least_s

    def fired() -> None:
        late.append(max(0.0, time.perf_counter() - due[0]) * 1e3)
        if series is None and time.perf_counter() > ends:
            loop.quit()
        wait()

    def wait() -> None:
        due[0] = time.perf_counter() + _EVERY_MS / 1e3
        timer.start(_EVERY_MS)

    def load() -> None:
        if time.perf_counter() > ends:
            loop.quit()
            return
        assert series is not None
        library = ImageLibrary(_One(series), runner)
        library.loaded.connect(load)
        libraries.append(library)
        assert library.source(series.uid) is not None
        del libraries[:-2]

    libraries: list[ImageLibrary] = []
    timer.setSingleShot(True)
    timer.setTimerType(Qt.TimerType.PreciseTimer)
    timer.timeout.connect(fired)
    wait()
    if series is not None:
        load()
    loop.exec()
    timer.stop()
    runner.close()
    return quantiles(late, n=20)[-1]
