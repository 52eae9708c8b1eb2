"""Background work: one runner, named slots, newest wins, cancel and progress."""

from __future__ import annotations

import contextlib
import os
import sys
import threading
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from threading import Event
from typing import Any, assert_never

from PySide6.QtCore import QObject, Qt, QThread, QThreadPool, Signal, Slot

_NICE = 10
"""A thread this nice gets a tenth of what the screen's gets, where both want a processor."""


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


@dataclass(frozen=True)
class _Progress:
    done: int
    total: int


@dataclass(frozen=True)
class _Done:
    result: Any


@dataclass(frozen=True)
class _Stopped:
    pass


_Report = _Progress | _Done | _Stopped | Failure
Job = Callable[[Token], Any]
"""Takes plain data through its closure, returns plain data; never touches a widget."""


@dataclass(frozen=True)
class _Callbacks:
    done: Callable[[Any], None]
    failed: Callable[[Failure], None]
    progressed: Callable[[int, int], None] | None
    cancelled: Callable[[], None] | None


class _Run:
    """One job in its slot. No object of Qt, so that it does no harm when a worker is the last to let go of it."""

    def __init__(self, slot: str, job: Job, post: Callable[[_Run, _Report], None], behind: bool) -> None:
        self.slot = slot
        self.behind = behind
        self.token = Token(lambda done, total: post(self, _Progress(done, total)))
        self.job: Job | None = job
        self._post = post

    def work(self) -> None:
        """Run the job and post, last of all, how it ended."""
        if self.behind:
            _step_back()
        self._post(self, self._ended())

    def _ended(self) -> _Report:
        try:
            if self.job is None or self.token.cancelled():
                return _Stopped()
            result = self.job(self.token)
        except Cancelled:
            return _Stopped()
        except BaseException as error:  # noqa: BLE001 - a worker reports every failure to its owner
            return Failure(str(error) or type(error).__name__, traceback.format_exc(), error)
        return _Stopped() if self.token.cancelled() else _Done(result)


class TaskRunner(QObject):
    """Runs jobs on a thread pool. A newer job in the same slot makes the older one stale: it is cancelled, and
    whatever it still reports is dropped. Long jobs that no one waits for go `behind`: on threads of their own, to which
    the system gives a processor when the screen and the other jobs leave it one.

    Workers post through one signal of the runner, which outlives them. A job and its callbacks are held until its end
    was posted, and let go of on the runner's thread: what they hold may be of Qt.
    """

    busy_changed = Signal(bool)
    _posted = Signal(object, object)

    def __init__(self, parent: QObject | None = None, threads: int = 2) -> None:
        super().__init__(parent)
        self._pool, self._behind = QThreadPool(self), QThreadPool(self)
        for pool in (self._pool, self._behind):
            pool.setMaxThreadCount(threads)
        self._running: dict[str, _Run] = {}
        self._held: dict[_Run, _Callbacks] = {}
        self._posted.connect(self._receive, Qt.ConnectionType.QueuedConnection)

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
        behind: bool = False,
    ) -> Token:
        """Run `job` in the background; the callbacks come on the thread that owns this runner."""
        self.cancel(slot)
        run = _Run(slot, job, self._posted.emit, behind)
        self._running[slot] = run
        self._held[run] = _Callbacks(done, failed, progressed, cancelled)
        self.busy_changed.emit(True)
        (self._behind if behind else self._pool).start(run.work, priority)
        return run.token

    def cancel(self, slot: str) -> None:
        """Ask the job in this slot to stop; its result, if it still comes, is dropped."""
        run = self._running.pop(slot, None)
        if run is not None:
            run.token.cancel()

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
        self._behind.waitForDone()
        self._held.clear()

    @Slot(object, object)
    def _receive(self, run: _Run, report: _Report) -> None:
        newest = self._running.get(run.slot) is run
        if isinstance(report, _Progress):
            progressed = self._held[run].progressed if newest else None
            if progressed is not None:
                progressed(report.done, report.total)
            return
        run.job = None  # its worker is past it, yet may still hold the run
        callbacks = self._held.pop(run, None)
        if not newest or callbacks is None:
            return
        del self._running[run.slot]
        match report:
            case _Done(result):
                callbacks.done(result)
            case Failure():
                callbacks.failed(report)
            case _Stopped():
                if callbacks.cancelled is not None:
                    callbacks.cancelled()
            case _:
                assert_never(report)
        self.busy_changed.emit(bool(self._running))


def _step_back() -> None:
    """The calling thread goes behind others from now on, and on Linux the threads it starts."""
    if sys.platform == "linux":  # QThread sets no priority there, and no other system has one for each thread in `os`
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICE)
    else:
        QThread.currentThread().setPriority(QThread.Priority.LowPriority)
