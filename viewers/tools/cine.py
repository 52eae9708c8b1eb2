"""Which picture of a cine is due: reckoned from the time that has passed, so that what was missed is left out."""

from __future__ import annotations

SLOWEST, FASTEST = 1, 30
"""Pictures a second."""


def pictures_due(elapsed_ms: float, rate: int) -> int:
    """How many steps should have been taken `elapsed_ms` after the start, at `rate` pictures a second."""
    return int(elapsed_ms * rate / 1000)


def looped(start: int, steps: int, count: int) -> int:
    """The picture after some steps from `start` that begin anew behind the last of `count`; steps may be negative."""
    return (start + steps) % count


def ping_pong(start: int, steps: int, count: int) -> int:
    """The picture after some steps from `start` that turn round at both ends of `count`."""
    if count < 2:
        return 0
    around = 2 * (count - 1)
    place = (start + steps) % around
    return place if place < count else around - place


def rate_held(rate: int) -> int:
    """The nearest rate that is allowed."""
    return min(FASTEST, max(SLOWEST, rate))
