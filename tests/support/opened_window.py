"""A process of its own that opens a window and tells when it is on screen, and which heavy modules are loaded then.

    python -m tests.support.opened_window            the workstation on an empty database, as its command opens it
    python -m tests.support.opened_window --bare     an empty QWidget, to compare with

It prints one JSON document: `exposed_ns` on the clock of `time.monotonic_ns`, and `heavy`, names of `HEAVY`.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication, QWidget

HEAVY = (
    "pydicom",
    "SimpleITK",
    "imagecodecs",
    "numba",
    "pyqtgraph",
    "scipy",
    "highdicom",
    "pandas",
    "xlsxwriter",
    "cattrs",
    "sqlalchemy",
)
"""What takes long to import."""

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Opening:
    """A window that was opened: how long after the start of its process, and what was loaded by then."""

    seconds: float
    heavy: tuple[str, ...]


def open_in_process(bare: bool = False, compiled: Path | None = None) -> Opening:
    """Open a window offscreen in a new process, with settings and data folder of its own.

    Parameters
    ----------
    compiled
        Where compiled modules are kept from one opening to the next; None leaves that to the surroundings.
    """
    with tempfile.TemporaryDirectory() as folder:
        surroundings = os.environ | {
            "QT_QPA_PLATFORM": "offscreen",
            "XDG_CONFIG_HOME": folder,
            "HEPATRACE_DATA": folder,
        }
        if compiled is not None:
            surroundings |= {"PYTHONPYCACHEPREFIX": str(compiled), "PYTHONDONTWRITEBYTECODE": ""}
        command = [sys.executable, "-m", "tests.support.opened_window", *(["--bare"] if bare else [])]
        start_ns = time.monotonic_ns()
        told = subprocess.run(command, cwd=ROOT, env=surroundings, capture_output=True, text=True, check=True)
    answer = json.loads(told.stdout)
    return Opening((answer["exposed_ns"] - start_ns) / 1e9, tuple(answer["heavy"]))


def _open_workstation() -> None:
    from app.bootstrap import Starter
    from app.cli import main

    def run(starter: Starter) -> None:
        starter.show()
        _tell_when_exposed(starter.application, starter.window)

    Starter.run = run  # opened by its own command, and closed once it has been seen
    main(["window"])


def _open_bare() -> None:
    from PySide6.QtWidgets import QApplication, QWidget

    application, window = QApplication([]), QWidget()
    window.show()
    _tell_when_exposed(application, window)


def _tell_when_exposed(application: QApplication, window: QWidget) -> None:
    handle = window.windowHandle()
    while not handle.isExposed():
        application.processEvents()
    exposed_ns = time.monotonic_ns()
    heavy = [name for name in HEAVY if name in sys.modules]
    sys.stdout.write(json.dumps({"exposed_ns": exposed_ns, "heavy": heavy}))


if __name__ == "__main__":
    if "--bare" in sys.argv[1:]:
        _open_bare()
    else:
        _open_workstation()
