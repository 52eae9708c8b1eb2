"""What an import says, and leaves, when the disk of its database is really full."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.cli import DONE, REFUSED
from app.storage.database import Database
from app.storage.log import case_ids, verify
from tests.support.databases import url_in
from tests.support.phantoms import Phantom, write_phantom

ROOT = Path(__file__).parents[4]


@pytest.fixture
def tiny_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of a megabyte."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(disk)]
    if not sys.platform.startswith("linux") or os.getuid() or subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("needs the right to mount a small disk")
    yield disk
    subprocess.run(["umount", str(disk)], check=True)


def fill(disk: Path, free_bytes: int = 0) -> Path:
    """A file that takes all the room there is but `free_bytes`."""
    ballast = disk / "ballast"
    room = os.statvfs(disk)
    ballast.write_bytes(b"\0" * (room.f_bavail * room.f_frsize - free_bytes))
    return ballast


def imported(folder: Path, disk: Path) -> subprocess.CompletedProcess[str]:
    words = ["-m", "app", "import", str(folder), "--database", url_in(disk)]
    return subprocess.run([sys.executable, *words], capture_output=True, text=True, check=False, cwd=ROOT)


@pytest.mark.parametrize("free_kib", [0, 20, 60])
def test_that_an_import_into_a_full_database_is_refused_and_leaves_it_as_it_was(
    tiny_disk: Path, tmp_path: Path, free_kib: int
) -> None:
    write_phantom(tmp_path / "first", Phantom(tags={"PatientID": "P-1"}))
    for number in range(200):  # their names alone need more room than is left
        write_phantom(tmp_path / "second", Phantom(heights_mm=(0.0,), tags={"PatientID": "P-2"}), name=f"{number}-")
    assert imported(tmp_path / "first", tiny_disk).returncode == DONE
    ballast = fill(tiny_disk, free_kib * 1024)
    refused = imported(tmp_path / "second", tiny_disk)
    ballast.unlink()
    assert (refused.returncode, refused.stdout) == (REFUSED, "")
    assert refused.stderr == f"hepatrace import: Disk full ({tiny_disk / 'cases.db'}). Free space, then Retry.\n"
    with Database.open(url_in(tiny_disk)) as database, database.reading() as connection:
        assert case_ids(connection) == ("P-1",)
        assert verify(connection) is None
    assert imported(tmp_path / "second", tiny_disk).returncode == DONE


@pytest.mark.parametrize("free_kib", [0, 8, 40])
def test_that_a_database_that_a_full_disk_has_no_room_for_is_not_half_made(
    tiny_disk: Path, tmp_path: Path, free_kib: int
) -> None:
    write_phantom(tmp_path / "images", Phantom())
    ballast = fill(tiny_disk, free_kib * 1024)
    refused = imported(tmp_path / "images", tiny_disk)
    left = sorted(path.name for path in tiny_disk.iterdir())
    ballast.unlink()
    assert (refused.returncode, refused.stdout) == (REFUSED, "")
    assert refused.stderr == f"hepatrace import: Disk full ({tiny_disk / 'cases.db'}). Free space, then Retry.\n"
    assert imported(tmp_path / "images", tiny_disk).returncode == DONE, left
