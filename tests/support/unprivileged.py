"""The command line as a user who may not read or write everything: nothing is closed to root."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.phantoms import Phantom, write_phantom

NOBODY = 65534
_ROOT = Path(__file__).parents[2]
_CHILD = """
import json, os, sys, tempfile
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from app.cli import main
def run(words):
    with redirect_stdout(StringIO()) as out, redirect_stderr(StringIO()) as err:
        return main(words), out.getvalue(), err.getvalue()
# imports everything that the command needs: another user may not read the libraries
with tempfile.TemporaryDirectory() as folder:
    url = f"sqlite:///{folder}/cases.db"
    assert run(["import", sys.argv[1], "--database", url, "--json"])[0] == 0
    assert run(["scan", sys.argv[1] + "/nowhere"])[0] == 1
    assert run(["cases", "--database", url + ".none"])[0] == 1
os.setgroups([])
os.setgid(int(sys.argv[2]))
os.setuid(int(sys.argv[2]))
print(json.dumps([run(words) for words in json.loads(sys.argv[3])]))
"""


@dataclass(frozen=True)
class Ended:
    """How a command ended, and what it wrote."""

    status: int
    out: str
    err: str


def as_nobody(*commands: Sequence[str]) -> list[Ended]:
    """What these commands say to a user without rights; the test is skipped where root cannot become one."""
    if sys.platform == "win32" or os.getuid() != 0:
        pytest.skip("needs root, to become a user who may not read everything")
    with tempfile.TemporaryDirectory() as name:
        write_phantom(Path(name), Phantom())
        child = [sys.executable, "-c", _CHILD, name, str(NOBODY), json.dumps(commands)]
        ended = subprocess.run(child, capture_output=True, text=True, check=False, cwd=_ROOT)
    assert ended.returncode == 0, ended.stderr
    return [Ended(*one) for one in json.loads(ended.stdout)]


@contextmanager
def open_to_all() -> Iterator[Path]:
    """A folder that every user may read and write; those above `tmp_path` are closed to others."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o777)
        yield Path(name)
