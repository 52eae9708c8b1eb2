"""What a benchmark tells, and how it measures: medians of interleaved runs, so that peers meet the same machine."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from statistics import median

REPEATS = 5


@dataclass(frozen=True)
class Row:
    """One line of the table. `goal` is the most that is wanted, or the least where `at_least`; None: a peer.

    `value` is None where it could not be measured; `note` says why.
    """

    what: str
    value: float | None
    unit: str
    goal: float | None = None
    at_least: bool = False
    note: str = ""

    @property
    def verdict(self) -> str:
        if self.goal is None:
            return ""
        if self.value is None:
            return "not measured"
        return "met" if (self.value >= self.goal if self.at_least else self.value <= self.goal) else "missed"


def interleaved(jobs: Mapping[str, Callable[[], object]], repeats: int = REPEATS) -> dict[str, float]:
    """Median seconds of each job, after one run to warm up; every other round runs in the opposite order."""
    taken: dict[str, list[float]] = {name: [] for name in jobs}
    for job in jobs.values():
        job()
    for turn in range(repeats):
        names = list(jobs) if turn % 2 == 0 else list(jobs)[::-1]
        for name in names:
            start = time.perf_counter()
            jobs[name]()
            taken[name].append(time.perf_counter() - start)
    return {name: median(times) for name, times in taken.items()}


def table(rows: list[Row]) -> str:
    """The rows as text in columns."""
    cells = [("what", "median", "goal", "", "")]
    for row in rows:
        sign = "≥" if row.at_least else "≤"
        goal = "" if row.goal is None else f"{sign} {_number(row.goal)} {row.unit}"
        cells.append(
            (row.what, "–" if row.value is None else f"{_number(row.value)} {row.unit}", goal, row.verdict, row.note)
        )
    widths = [max(len(line[column]) for line in cells) for column in range(5)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in cells
    )


def _number(value: float) -> str:
    return f"{value:.0f}" if value >= 100 else f"{value:.3g}"
