#!/usr/bin/env python3
"""Run Hepatrace from a checkout: makes its environment on first use, then does the task.

    python3 run.py                     open the workstation
    python3 run.py demo [--headless]   make and open the demonstration study
    python3 run.py test [PYTEST ...]   all tests
    python3 run.py check               lint, types, layers
    python3 run.py bench [NAME ...]    benchmarks against peers
    python3 run.py COMMAND ...         any other command: see `python3 run.py --help`

Needs Python 3.11 or later with pip; nothing else. Standard library only.
"""

from __future__ import annotations

import ctypes
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent
ENVIRONMENT = ROOT / ".venv"
OLDEST_PYTHON = (3, 11)
SYSTEM_LIBRARIES_MISSING = 3

# Each set of locks holds everything of the set before it, in the same versions.
RUNTIME = ("requirements.lock",)
DEVELOPMENT = ("requirements-dev.lock",)
BENCHMARK = ("requirements-dev.lock", "requirements-bench.lock")
LOCK_SETS = (RUNTIME, DEVELOPMENT, BENCHMARK)

# What Qt loads from the system on Linux, and the Debian/Ubuntu package that holds it.
QT_LIBRARIES = {
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libX11-xcb.so.1": "libx11-xcb1",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
    "libfreetype.so.6": "libfreetype6",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-sync.so.1": "libxcb-sync1",
    "libxcb-util.so.1": "libxcb-util1",
    "libxcb-xfixes.so.0": "libxcb-xfixes0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libxkbcommon.so.0": "libxkbcommon0",
}


def main(words: list[str]) -> int:
    if sys.version_info < OLDEST_PYTHON:
        wanted = ".".join(map(str, OLDEST_PYTHON))
        return _stop(f"Hepatrace needs Python {wanted} or later; this is {sys.version.split()[0]}.", 2)
    task, rest = (words[0], words[1:]) if words else ("", [])
    if task == "test":
        _prepare(DEVELOPMENT)
        return _python("-m", "pytest", *_shared_out(rest), offscreen=True)
    if task == "check":
        _prepare(DEVELOPMENT)
        return _check()
    if task == "bench":
        _prepare(BENCHMARK)
        return _python("-m", "tests.benchmarks", *rest, offscreen=True)
    _prepare(RUNTIME)
    return _app(*words)


def _shared_out(words: list[str]) -> list[str]:
    """All tests go to one process for each core; named ones, and those with a choice of their own, as they are."""
    chosen = any(word.startswith("-n") or not word.startswith("-") for word in words)
    return words if chosen else ["-n", "auto", *words]


def _check() -> int:
    """Lint, formatting, types and layers; all of them run, the first failure is the status."""
    checks = (
        ("-m", "ruff", "check", "."),
        ("-m", "ruff", "format", "--check", "."),
        ("-m", "mypy"),
        ("-c", "from importlinter.cli import lint_imports_command; lint_imports_command()"),
    )
    results = [_python(*check) for check in checks]
    return next((result for result in results if result), 0)


# --- the environment ------------------------------------------------------------------------------------------------


def _prepare(locks: tuple[str, ...]) -> None:
    _require_qt_libraries()
    if not _interpreter().exists():
        shutil.rmtree(ENVIRONMENT, ignore_errors=True)
        _say(f"Making the environment in {ENVIRONMENT.name} (once) ...")
        _run(sys.executable, "-m", "venv", "--without-pip", str(ENVIRONMENT))
    if any(_is_installed(larger) for larger in LOCK_SETS[LOCK_SETS.index(locks) :]):
        return
    _stamp().unlink(missing_ok=True)
    for lock in locks:
        _say(f"Installing {lock} ...")
        # a lock is complete: nothing is left to resolve, so no newer release can come between
        exactly = ("--no-deps", "--require-hashes", "--only-binary", ":all:")
        _run(*_pip(), "install", "--quiet", *exactly, "-r", str(ROOT / lock))
    _stamp().write_text(_fingerprint(locks), encoding="ascii")


def _is_installed(locks: tuple[str, ...]) -> bool:
    return _stamp().exists() and _stamp().read_text(encoding="ascii") == _fingerprint(locks)


def _stamp() -> Path:
    return ENVIRONMENT / "installed-locks.sha256"


def _fingerprint(locks: tuple[str, ...]) -> str:
    return hashlib.sha256(b"".join(lock.encode() + (ROOT / lock).read_bytes() for lock in locks)).hexdigest()


def _pip() -> tuple[str, ...]:
    """This Python's own pip, told to install into the environment: so that ensurepip is not needed."""
    found = subprocess.run([sys.executable, "-m", "pip", "--version"], capture_output=True, check=False)
    if found.returncode:
        raise SystemExit(
            _stop("pip is missing. Install it (Debian/Ubuntu: apt-get install -y python3-pip), then try again.", 2)
        )
    return (sys.executable, "-m", "pip", "--disable-pip-version-check", "--python", str(_interpreter()))


def _interpreter() -> Path:
    return ENVIRONMENT / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def _python(*arguments: str, offscreen: bool = False) -> int:
    """Run the environment's Python in the project's root."""
    surroundings = dict(os.environ)
    if offscreen:
        surroundings.setdefault("QT_QPA_PLATFORM", "offscreen")
    return _wait([str(_interpreter()), *arguments], ROOT, surroundings)


def _app(*words: str) -> int:
    """Run the application where the user is, so that paths mean what the user typed."""
    surroundings = dict(os.environ)
    surroundings["PYTHONPATH"] = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
    return _wait([str(_interpreter()), "-P", "-m", "app", *words], None, surroundings)


def _wait(command: list[str], folder: Path | None, surroundings: dict[str, str]) -> int:
    try:
        return subprocess.run(command, cwd=folder, env=surroundings, check=False).returncode
    except KeyboardInterrupt:
        return 130


# --- system libraries -----------------------------------------------------------------------------------------------


def _require_qt_libraries() -> None:
    """Install the libraries Qt needs where that is possible, else name the exact command and stop."""
    if not sys.platform.startswith("linux"):
        return
    missing = _missing_qt_libraries()
    if not missing:
        return
    packages = sorted({QT_LIBRARIES[library] for library in missing})
    line = f"apt-get update && apt-get install -y --no-install-recommends {' '.join(packages)}"
    if shutil.which("apt-get") is None:
        _say(f"Qt needs these system libraries: {', '.join(missing)}. Install them, then try again.")
        raise SystemExit(SYSTEM_LIBRARIES_MISSING)
    if os.geteuid() == 0:
        _say(f"Installing the system libraries that Qt needs: {' '.join(packages)} ...")
        subprocess.run(["sh", "-c", line], stdout=subprocess.DEVNULL, check=False)
        missing = _missing_qt_libraries()
    if missing:
        _say(
            f"Qt needs system libraries that are missing here. Install them, then try again:\n\n  sudo sh -c '{line}'\n"
        )
        raise SystemExit(SYSTEM_LIBRARIES_MISSING)


def _missing_qt_libraries() -> list[str]:
    return [library for library in QT_LIBRARIES if not _loads(library)]


def _loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


# --- words ----------------------------------------------------------------------------------------------------------


def _run(*command: str) -> None:
    if status := subprocess.run(command, cwd=ROOT, check=False).returncode:
        raise SystemExit(_stop(f"This did not work: {' '.join(command)}", status))


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _stop(text: str, status: int) -> int:
    _say(text)
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
