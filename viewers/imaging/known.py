"""What an earlier scan saw, so that a folder that has not changed is not read again."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from viewers.imaging.catalogue import Refused, ScanResult
from viewers.imaging.imagefile import ImageFile

RULES = 8
"""To be raised when a header is read, or series are told apart or judged, otherwise than before."""

_STILL_CHANGING_NS = 2_000_000_000
State = tuple[int, int]
"""Size and time of change of a file, in bytes and nanoseconds."""
Outcome = ImageFile | Refused


@dataclass(frozen=True, slots=True)
class KnownTree:
    """A folder as it was scanned.

    Parameters
    ----------
    states
        Of each file, by its path.
    result
        Gives what the scan found; None where it is not known any more.
    outcomes
        Gives what came of each file, by its path: one outcome, or those of the members of an archive.
    """

    states: Mapping[str, State]
    result: Callable[[], ScanResult | None]
    outcomes: Callable[[], Mapping[str, tuple[Outcome, ...]]]


class ScanMemory(Protocol):
    """Where scans are kept between runs; `app.storage` implements it."""

    def recall(self, folder: str) -> KnownTree | None: ...

    def keep(self, folder: str, tree: KnownTree) -> None: ...


def state_of(status: os.stat_result | None, now_ns: int) -> State | None:
    """The state of a file, None where it does not tell whether the file changed.

    A file that was written a moment ago may be written again without another time of change.
    """
    if status is None or now_ns - status.st_mtime_ns < _STILL_CHANGING_NS:
        return None
    return status.st_size, status.st_mtime_ns
