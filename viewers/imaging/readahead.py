"""The heads of files read ahead by several threads, where a disk makes each of them wait (a network drive, a disc).

On a disk that answers at once threads only cost time, so that they start when the first files were slow.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType

from viewers.imaging.rawheader import FIRST_READ
from viewers.imaging.sources import FLAGS, PlainFile

_THREADS, _AHEAD = 8, 64
_SLOW_S, _TRIED = 0.002, 8


class ReadAhead:
    """The sources of files, asked for in order. A context manager: its threads end with it.

    Parameters
    ----------
    found
        (path, status) of each file, in the order they will be asked for; without status a file is never read ahead.
    """

    def __init__(self, found: Sequence[tuple[str, os.stat_result | None]]) -> None:
        self._found = found
        self._pool: ThreadPoolExecutor | None = None
        self._heads: dict[int, Future[bytes | None]] = {}
        self._next = 0
        self._lately: deque[PlainFile] = deque(maxlen=_TRIED)

    def __enter__(self) -> ReadAhead:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)

    @property
    def threaded(self) -> bool:
        """Whether the disk turned out slow."""
        return self._pool is not None

    def source(self, index: int) -> PlainFile:
        """The file at this place; its head may have been read already."""
        path, status = self._found[index]
        if self._pool is None and index % _TRIED == 0 and self._slow():
            self._pool = ThreadPoolExecutor(_THREADS, thread_name_prefix="read ahead")
        if self._pool is not None:
            self._submit(self._pool, index)
        future = self._heads.pop(index, None)
        source = PlainFile(path, status, future.result() if future is not None else None)
        self._lately.append(source)
        return source

    def _slow(self) -> bool:
        return len(self._lately) == _TRIED and sum(one.waited_s for one in self._lately) > _TRIED * _SLOW_S

    def _submit(self, pool: ThreadPoolExecutor, index: int) -> None:
        self._next = max(self._next, index)
        while self._next < min(index + _AHEAD, len(self._found)):
            path, status = self._found[self._next]
            if status is not None:
                self._heads[self._next] = pool.submit(_head, path)
            self._next += 1


def _head(path: str) -> bytes | None:
    """The first bytes of a file, None where it cannot be read: whoever wants it finds out why."""
    try:
        descriptor = os.open(path, FLAGS)
    except OSError:
        return None
    try:
        return os.read(descriptor, FIRST_READ)
    except OSError:
        return None
    finally:
        os.close(descriptor)
