"""20,000 damaged files, scanned and loaded in child processes: how many crash, hang, blow up or raise (none may)."""

from __future__ import annotations

import os
import sys
import tempfile
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.benchmarks.rows import Row
from tests.support.fuzzing import outcomes, write_bases

CASES = 20_000
_BATCH = 500


def run() -> list[Row]:
    data = Path(os.environ.get("HEPATRACE_TEST_DATA", "../shared/data"))
    first, count = (int(os.environ.get(name, value)) for name, value in (("FUZZ_FIRST", 10_000), ("FUZZ_CASES", CASES)))
    found: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as name:
        bases = Path(name) / "bases"
        write_bases(bases, data if data.is_dir() else None)
        batches = [range(n, min(n + _BATCH, first + count)) for n in range(first, first + count, _BATCH)]
        with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
            for cases in pool.map(lambda seeds: outcomes(bases, seeds), batches):
                for case in cases:
                    found[case.what] += 1
                    if case.what not in ("fine", "refused"):
                        print(f"  seed {case.seed}: {case.what} {case.details}", file=sys.stderr)
    rows = [Row(f"fuzz: {what}", found.pop(what, 0), "files") for what in ("fine", "refused")]
    bad = ("crash", "hang", "slow", "memory", "error")
    return rows + [Row(f"fuzz: {what}", found.pop(what, 0), "files", 0) for what in bad]
