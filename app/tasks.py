"""Background work: one runner, named slots, newest wins, cancel and progress."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from dataclasses import dataclass
from threading import Event
from typing import Any

from PySide6.QtCore import QObject, QRunnable, QThreadPool, Signal


class Cancelled(Exception):
    """Raised inside a job that noticed its token; never shown to the user."""


class Token:
    """What a job holds: it polls `cancelled` and reports `progress(done, total)`."""

    def __init__(self, report: Callable[[int, int], None]) -> None:
        self._cancelled = Event()
        self._report = report

    def cancel(self) -> None:
        self._cancelled.set()

    def cancelled(self) -> bool:
        return self._cancelled.is_set()

    def progress(self, done: int, total: int) -> None:
        if self.cancelled():
            raise Cancelled
        self._report(done, total)


@dataclass(frozen=True)
class Failure:
    """Why a job failed: a sentence for the user, and details that can be copied."""

    message: str
    details: str
    error: BaseException


class _Signals(QObject):
    done = Signal(object)
    failed = Signal(object)
    cancelled = Signal()
    progressed = Signal(int, int)


Job = Callable[[Token], Any]
"""Takes plain data through its closure, returns plain data; never touches a widget."""


class _Run(QRunnable):
    def __init__(self, job: Job) -> None:
        super().__init__()
        self.setAutoDelete(False)  # Python holds it until its last signal was delivered
        self.signals = _Signals()
        self.token = Token(self.signals.progressed.emit)
        self._job = job

    def run(self) -> None:
        try:
            result = self._job(self.token)
        except Cancelled:
            self.signals.cancelled.emit()
        except BaseException as error:  # noqa: BLE001 - a worker reports every failure to its owner
            self.signals.failed.emit(Failure(str(error) or type(error).__name__, traceback.format_exc(), error))
        else:
            if self.token.cancelled():
                self.signals.cancelled.emit()
            else:
                self.signals.done.emit(result)


class TaskRunner(QObject):
    """Runs jobs on a thread pool. A newer job in the same slot makes the older one stale: it is cancelled, and
    whatever it still reports is dropped.
    """

    busy_changed = Signal(bool)

    def __init__(self, parent: QObject | None = None, threads: int = 2) -> None:
        super().__init__(parent)
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(threads)
        self._running: dict[str, _Run] = {}
        self._stale: set[_Run] = set()

    def start(
        self,
        slot: str,
        job: Job,
        *,
        done: Callable[[Any], None],
        failed: Callable[[Failure], None],
        progressed: Callable[[int, int], None] | None = None,
        cancelled: Callable[[], None] | None = None,
        priority: int = 0,
    ) -> Token:
        """Run `job` in the background; the callbacks come on the thread that owns this runner."""
        self.cancel(slot)
        run = _Run(job)
        self._running[slot] = run

        def finish(then: Callable[[], None]) -> None:
            self._stale.discard(run)
            if self._running.get(slot) is run:
                del self._running[slot]
                then()
                self.busy_changed.emit(bool(self._running))

        def report(count: int, total: int) -> None:
            if progressed is not None and self._running.get(slot) is run:
                progressed(count, total)

        receiver = _Receiver(self, finish, report, done, failed, cancelled)
        run.signals.done.connect(receiver.on_done)
        run.signals.failed.connect(receiver.on_failed)
        run.signals.cancelled.connect(receiver.on_cancelled)
        run.signals.progressed.connect(receiver.on_progressed)
        self.busy_changed.emit(True)
        self._pool.start(run, priority)
        return run.token

    def cancel(self, slot: str) -> None:
        """Ask the job in this slot to stop; its result, if it still comes, is dropped."""
        run = self._running.pop(slot, None)
        if run is not None:
            run.token.cancel()
            self._stale.add(run)

    def request_cancel(self, slot: str) -> None:
        """Ask the job in this slot to stop and let it report that it did."""
        run = self._running.get(slot)
        if run is not None:
            run.token.cancel()

    def is_running(self, slot: str) -> bool:
        return slot in self._running

    def close(self) -> None:
        """Cancel everything and wait until the threads are idle."""
        for slot in list(self._running):
            self.cancel(slot)
        self._pool.waitForDone()
        self._stale.clear()


class _Receiver(QObject):
    """Lives on the runner's thread, so that the callbacks are delivered there."""

    def __init__(
        self,
        parent: QObject,
        finish: Callable[[Callable[[], None]], None],
        report: Callable[[int, int], None],
        done: Callable[[Any], None],
        failed: Callable[[Failure], None],
        cancelled: Callable[[], None] | None,
    ) -> None:
        super().__init__(parent)
        self._finish, self._report = finish, report
        self._done, self._failed, self._cancelled = done, failed, cancelled

    def on_done(self, result: object) -> None:
        self._finish(lambda: self._done(result))
        self.deleteLater()

    def on_failed(self, failure: Failure) -> None:
        self._finish(lambda: self._failed(failure))
        self.deleteLater()

    def on_cancelled(self) -> None:
        self._finish(self._cancelled or (lambda: None))
        self.deleteLater()

    def on_progressed(self, count: int, total: int) -> None:
        self._report(count, total)
