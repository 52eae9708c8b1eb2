"""A fault of the program itself, in the thread of the window: the reader is told, and it is printed as ever."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Callable, Sequence
from types import TracebackType

from app.translation import translated

Hook = Callable[[type[BaseException], BaseException, TracebackType | None], object]
"""What `sys.excepthook` is."""


def telling(show: Callable[[str, Sequence[str]], None]) -> Hook:
    """A hook that tells what stopped, with its details; a fault in the telling itself is only printed."""
    under_way: list[bool] = []

    def hook(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        sys.__excepthook__(kind, error, trace)
        if under_way or not issubclass(kind, Exception):
            return
        under_way.append(True)
        said = translated(
            "A part of the program stopped: what is shown may be incomplete. Recorded edits are kept; open the case "
            "again before you go on."
        )
        try:
            show(said, "".join(traceback.format_exception(kind, error, trace)).splitlines())
        finally:
            under_way.clear()

    return hook
