"""`python3 run.py bench [NAME...]`: all benchmarks or those named, in one table. Goals missed are told, not failed."""

from __future__ import annotations

import importlib
import sys

from tests.benchmarks.machine import OtherWork
from tests.benchmarks.rows import Row, table

NAMES = (
    "start",
    "engine",
    "commit",
    "index",
    "load",
    "first-image",
    "scroll",
    "mpr",
    "assist",
    "registration",
    "export",
    "cohort",
    "worklist",
)
BY_NAME_ONLY = ("fuzz",)
"""Long runs that measure no time: only when they are asked for."""


def main(words: list[str]) -> int:
    """Run benchmarks by name; exit status 0, or 2 where there is no such benchmark."""
    unknown = [word for word in words if word not in (*NAMES, *BY_NAME_ONLY)]
    if unknown:
        print(
            f"bench: there is no benchmark {', '.join(unknown)}; there are {', '.join((*NAMES, *BY_NAME_ONLY))}.",
            file=sys.stderr,
        )
        return 2
    rows: list[Row] = []
    others = OtherWork()
    for name in words or NAMES:
        print(f"{name} ...", file=sys.stderr, flush=True)
        rows += importlib.import_module(f"tests.benchmarks.{name.replace('-', '_')}").run()
    print(table(rows))
    if (share := others.share()) is not None:
        print(
            f"\nMeanwhile other work took {100 * share:.0f} % of the processors; from about 20 % on, times mean little."
        )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
