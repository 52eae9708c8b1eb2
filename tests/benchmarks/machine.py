"""How busy the machine was with other work while something was measured: what a table of times is worth."""

from __future__ import annotations

import os
import time
from pathlib import Path

_STAT = Path("/proc/stat")


class OtherWork:
    """Counts from when it is made. Only Linux tells; elsewhere the share is None."""

    def __init__(self) -> None:
        self._since, self._all, self._own = time.perf_counter(), _all_s(), _own_s()

    def share(self) -> float | None:
        """The part of all processors' time that others took, 0 to 1; what a host kept back counts as theirs."""
        if self._all is None or (now := _all_s()) is None:
            return None
        there_was = (time.perf_counter() - self._since) * (os.cpu_count() or 1)
        return min(1.0, max(0.0, (now - self._all - (_own_s() - self._own)) / there_was))


def _all_s() -> float | None:
    """Seconds of work of all processes since the machine started."""
    if not _STAT.exists():
        return None
    user, nice, system, _idle, _wait, interrupts, soft, stolen = map(int, _STAT.read_text().split("\n")[0].split()[1:9])
    return (user + nice + system + interrupts + soft + stolen) / os.sysconf("SC_CLK_TCK")


def _own_s() -> float:
    """Seconds of work of this process and of those that it started and that have ended."""
    return sum(os.times()[:4])
