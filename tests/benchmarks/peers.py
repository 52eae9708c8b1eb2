"""Other readers, each in a process of its own: two copies of GDCM in one process (SimpleITK's and its own) crash it.

Each child warms up once, then measures itself, so that starting it does not count.
"""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from statistics import median

from tests.benchmarks.rows import REPEATS, Row

_CHILD = """
import sys, time
folder, repeats = sys.argv[1], int(sys.argv[2])
from pathlib import Path
files = sorted(str(path) for path in Path(folder).iterdir())
{setup}
def job():
{body}
job()
for _ in range(repeats):
    start = time.perf_counter()
    job()
    print(time.perf_counter() - start, flush=True)
"""

_SETUP = {
    "SimpleITK": "import SimpleITK as sitk",
    "gdcm": "import gdcm",
    "dicomsdl": "import dicomsdl\nimport numpy as np",
    "vtkmodules": "from vtkmodules.vtkIOImage import vtkDICOMImageReader",
}


class Peers:
    """Jobs of other readers over one folder, measured half before and half after what they are compared with."""

    def __init__(self, folder: Path, jobs: Mapping[str, tuple[str, str]]) -> None:
        self._folder = folder
        self.missing = tuple(who for who, (module, _) in jobs.items() if not _is_there(module))
        """Those that are not installed here."""
        self._jobs = {who: (module, body) for who, (module, body) in jobs.items() if _is_there(module)}
        self._taken: dict[str, list[float]] = {who: [] for who in self._jobs}

    def measure(self) -> None:
        """One half: each job in a new process."""
        for who, (module, body) in self._jobs.items():
            if module == "dcm2niix":
                self._taken[who] += _dcm2niix(body.split(), self._folder)
            else:
                self._taken[who] += _in_child(module, body, self._folder)

    def faster(self, what: str, ours: float, goals: Mapping[str, float]) -> list[Row]:
        """A row for each goal: how many times faster than that peer we are; without a value where it is missing."""
        seconds = self.seconds()
        return [
            Row(
                f"{what}: faster than {who}",
                seconds[who] / ours if who in seconds else None,
                "x",
                goal,
                at_least=True,
                note="" if who in seconds else "it is not installed here",
            )
            for who, goal in goals.items()
        ]

    def seconds(self) -> dict[str, float]:
        """Median seconds of each job."""
        return {who: median(times) for who, times in self._taken.items() if times}


def _is_there(module: str) -> bool:
    if module == "dcm2niix":
        return Path(sys.executable).with_name("dcm2niix").exists()
    return importlib.util.find_spec(module) is not None  # some have no wheels for every Python and system


def _in_child(module: str, body: str, folder: Path) -> list[float]:
    code = _CHILD.format(setup=_SETUP[module], body="\n".join("    " + line for line in body.strip().splitlines()))
    words = [sys.executable, "-c", code, str(folder), str((REPEATS + 1) // 2)]
    done = subprocess.run(words, check=True, capture_output=True, text=True)
    return [float(line) for line in done.stdout.split()]


def _dcm2niix(words: list[str], folder: Path) -> list[float]:
    import tempfile
    import time

    times = []
    for _ in range((REPEATS + 1) // 2):
        with tempfile.TemporaryDirectory() as out:
            start = time.perf_counter()
            tool = str(Path(sys.executable).with_name("dcm2niix"))
            subprocess.run([tool, *words, "-o", out, str(folder)], check=False, capture_output=True)
            times.append(time.perf_counter() - start)
    return times
