from __future__ import annotations

import os
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from app.storage.catalogue import forget_series
from app.storage.database import Database
from app.storage.scans import StoredScans
from tests.support.databases import url_in
from tests.support.phantoms import Phantom, write_enhanced, write_phantom
from viewers.imaging import known
from viewers.imaging import scan as scanning
from viewers.imaging.catalogue import ScanResult
from viewers.imaging.scan import scan

EARLIER = 1_600_000_000


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with Database.open(url_in(tmp_path)) as database:
        yield database


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "images"
    write_phantom(folder / "ct", Phantom(description="간 동맥기", tags={"SpecificCharacterSet": "ISO_IR 192"}))
    write_phantom(folder / "scout", Phantom(heights_mm=(0.0,), directions=None))
    write_enhanced(folder / "mr", Phantom(rescale=None), ("M", "P"))
    (folder / "letter.txt").write_text("no image")
    (folder / os.fsdecode(b"\xb0\xa3.txt")).write_text("a name that is no Unicode")
    with zipfile.ZipFile(folder / "disc.zip", "w") as archive:
        for path in write_phantom(tmp_path / "other", Phantom()):
            archive.write(path, path.name)
    settled(folder)
    return folder


def settled(folder: Path) -> None:
    """Every file was written long ago."""
    for path in folder.rglob("*"):
        if path.stat().st_mtime != EARLIER:
            os.utime(path, (EARLIER, EARLIER))


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> Callable[[], list[str]]:
    """The files that were read since it was asked last."""
    names: list[str] = []
    real = os.open

    def noting(path: Any, *args: Any, **kwargs: Any) -> int:
        names.append(Path(path).name)
        return real(path, *args, **kwargs)

    def asked() -> list[str]:
        found, names[:] = sorted(names), []
        return found

    monkeypatch.setattr("viewers.imaging.sources.os.open", noting)
    return asked


def scanned(folder: Path, database: Database) -> ScanResult:
    return scan(folder, memory=StoredScans(database))


def test_that_an_unchanged_folder_is_known_without_reading_a_file(
    folder: Path, database: Database, opened: Callable[[], list[str]]
) -> None:
    first = scanned(folder, database)
    assert len(opened()) == 6 + 1 + 1 + 3
    assert scanned(folder, database) == first == scan(folder)
    opened()
    told: list[tuple[int, int]] = []
    scan(folder, memory=StoredScans(database), progress=lambda done, of: told.append((done, of)))
    assert (opened(), told) == ([], [(11, 11)])


def test_that_of_a_grown_folder_only_the_new_files_are_read(
    folder: Path, database: Database, opened: Callable[[], list[str]]
) -> None:
    scanned(folder, database)
    write_phantom(folder / "later", Phantom(heights_mm=(0.0, 3.0)), name="new")
    (folder / "letter.txt").unlink()
    settled(folder)
    opened()
    result = scanned(folder, database)
    assert opened() == ["new000", "new001"]
    assert result == scan(folder)


def test_that_a_changed_file_is_read_again(folder: Path, database: Database, opened: Callable[[], list[str]]) -> None:
    scanned(folder, database)
    changed = folder / "ct" / "slice003"
    changed.write_bytes(changed.read_bytes().replace(b"PHANTOM ", b"ANOTHER "))
    os.utime(changed, (EARLIER + 1, EARLIER + 1))
    opened()
    result = scanned(folder, database)
    assert opened() == ["slice003"]
    assert {s.patient.id for s in result.series} == {"PHANTOM", "ANOTHER"}


def test_that_a_file_that_was_written_a_moment_ago_is_not_taken_for_known(
    folder: Path, database: Database, opened: Callable[[], list[str]]
) -> None:
    (folder / "ct" / "slice003").touch()
    scanned(folder, database)
    opened()
    scanned(folder, database)
    assert opened() == ["slice003"]


def test_that_a_folder_scanned_by_other_rules_is_read_again(
    folder: Path, database: Database, opened: Callable[[], list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    scanned(folder, database)
    opened()
    monkeypatch.setattr("app.storage.scans.RULES", known.RULES + 1)
    scanned(folder, database)
    assert len(opened()) == 11


@pytest.mark.parametrize("part", ["states", "result", "outcomes", ""])
def test_that_a_spoiled_memory_costs_time_only(folder: Path, database: Database, part: str) -> None:
    first = scanned(folder, database)
    with database.writing() as connection:
        connection.execute(text(f"UPDATE catalogue SET series = x'00' WHERE uid LIKE 'scan of % {part}%'"))
    assert scanned(folder, database) == first
    assert scanned(folder, database) == first


def test_that_phases_are_judged_anew(folder: Path, database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    scanned(folder, database)
    asked: list[int] = []

    def judging(series: Any) -> list[Any]:
        asked.append(len(series))
        return list(series)

    monkeypatch.setattr(scanning, "with_phases", judging)
    scanned(folder, database)
    assert len(asked) == 1


def test_that_purging_series_forgets_what_their_files_said(folder: Path, database: Database) -> None:
    scanned(folder, database)
    with database.writing() as connection:
        forget_series(connection, ["1.2.3"])
    with database.reading() as connection:
        assert connection.scalar(text("SELECT count(*) FROM catalogue")) == 0
