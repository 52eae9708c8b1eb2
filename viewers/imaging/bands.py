"""The rows of a picture shared out, band by band, among threads that wait for such work.

To start a thread takes as long as half a plane, and longer where the processors are busy: the one that asks would wait
for the other to begin. These wait all the time, and whatever they do not come to is done by the one that asks.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import Future
from functools import cache
from itertools import pairwise
from queue import SimpleQueue
from threading import Thread

_OTHERS = min(4, os.cpu_count() or 1) - 1
"""Threads beside the one that asks."""

_Asked = SimpleQueue[tuple[Future[None], Callable[[], None]]]


def fill_in_bands(fill: Callable[[int, int], None], rows: int, bands: int) -> None:
    """Call `fill(top, bottom)` for all of so many rows, in bands of about the same height, each taken by a free thread.

    Parameters
    ----------
    fill
        Fills the rows from `top` to before `bottom`, and does not hold the interpreter meanwhile; may be called from
        several threads at the same time. What it raises is raised here.
    rows, bands
        How many; one band is filled by the calling thread.
    """
    bands = max(1, min(bands, rows))
    edges = [rows * n // bands for n in range(bands + 1)]
    left = iter(list(pairwise(edges)))

    def work() -> None:
        for top, bottom in left:  # each pair is handed out once, to whichever thread asks first
            fill(top, bottom)

    asked: list[Future[None]] = [Future() for _ in range(min(_OTHERS, bands - 1))]
    for future in asked:
        _waiting().put((future, work))
    try:
        work()
    finally:
        begun = [future for future in asked if not future.cancel()]
        failures = [future.exception() for future in begun]
    for failure in failures:
        if failure is not None:
            raise failure


@cache
def _waiting() -> _Asked:
    """Where the threads wait; they are started with the first work, and end with the program."""
    asked: _Asked = SimpleQueue()
    for _ in range(_OTHERS):
        Thread(target=_serve, args=(asked,), name="bands", daemon=True).start()
    return asked


def _serve(asked: _Asked) -> None:
    while True:
        future, work = asked.get()
        if future.set_running_or_notify_cancel():
            try:
                work()
            except BaseException as failure:  # noqa: BLE001 - raised by the one that asked
                future.set_exception(failure)
            else:
                future.set_result(None)
        del future, work  # what they hold may be large
