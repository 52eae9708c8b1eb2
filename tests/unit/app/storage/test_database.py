from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.dialects import postgresql
from sqlalchemy.exc import DBAPIError
from sqlalchemy.schema import CreateTable

from app.storage import database as module
from app.storage import tables
from app.storage.database import Database
from app.storage.errors import (
    BadUrl,
    CannotOpen,
    DatabaseBusy,
    DiskFull,
    DriveFailed,
    NewerDatabase,
    NotADatabase,
    OnNetworkDrive,
    ReadOnlyDatabase,
    ServerDamaged,
    StorageError,
    Unreachable,
    translated,
)
from app.storage.open_case import OpenCase
from mrecist.lesions import Measured
from mrecist.values import Diameter
from tests.support.cases import READ, READER, added, found, measured
from tests.support.databases import opened, url_in


def test_that_a_new_database_is_durable_by_default(tmp_path: Path) -> None:
    with Database.open(url_in(tmp_path / "new" / "folder")) as database, database.reading() as connection:
        settings = [
            connection.scalar(text(f"PRAGMA {name}")) for name in ("journal_mode", "synchronous", "foreign_keys")
        ]
    assert settings == ["wal", 2, 1]  # synchronous 2 is FULL


def test_that_a_file_of_another_kind_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "cases.db"
    path.write_bytes(b"this is a letter, not a database" * 100)
    before = path.read_bytes()
    with pytest.raises(NotADatabase, match="left as it is"):
        Database.open(url_in(tmp_path))
    assert path.read_bytes() == before


def test_that_a_database_of_another_program_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "cases.db") as other:
        other.execute("CREATE TABLE recipes (name TEXT)")
    other.close()
    before = (tmp_path / "cases.db").read_bytes()
    with pytest.raises(NotADatabase, match="another program"):
        Database.open(url_in(tmp_path))
    assert (tmp_path / "cases.db").read_bytes() == before


def test_that_a_newer_database_is_refused(tmp_path: Path) -> None:
    with Database.open(url_in(tmp_path)) as database, database.writing() as connection:
        connection.execute(text("UPDATE meta SET value = '2' WHERE name = 'schema'"))
    with pytest.raises(NewerDatabase, match="Update Hepatrace"):
        Database.open(url_in(tmp_path))


@pytest.mark.parametrize("name", ["entries", "meta"])
def test_that_a_damaged_file_is_reported_not_repaired(tmp_path: Path, name: str) -> None:
    with Database.open(url_in(tmp_path)) as database:
        case = opened(database, added("IT1", "BL", measured("30")))
        for size in range(200):
            case.do(found("IT1", "BL", Measured(Diameter(size))), READER, READ)
    path = tmp_path / "cases.db"
    content = bytearray(path.read_bytes())
    # the pages after the first hold the rows; without the first it is no database at all
    start = 4096 * 3 if name == "entries" else 0
    content[start : start + 8192] = b"\x5a" * 8192
    path.write_bytes(content)
    with pytest.raises(StorageError, match="damaged"), Database.open(url_in(tmp_path)) as database:
        OpenCase.read(database, "C-1")


@pytest.mark.parametrize("url", ["nonsense", "sqlite://", "sqlite:///:memory:", "oracle9://x/y", ""])
def test_that_an_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(BadUrl):
        Database.open(url)


def test_that_a_driver_that_is_missing_is_named_and_no_password_told() -> None:
    with pytest.raises(BadUrl, match=r"pg8000.*hepatrace\[postgres\]") as refused:
        Database.open("postgresql+pg8000://reader:secret@localhost/cases")
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("reader:secret@localhost:1/cases", "The database at localhost:1/cases cannot be reached. Check that it"),
        ("reader:secret@no-such-host.invalid/cases", "The database at no-such-host.invalid/cases cannot be reached."),
        ("reader:secret@/cases?host=/no/such/folder", "The database at /no/such/folder/cases cannot be reached."),
    ],
    ids=["no server", "no such host", "no such socket"],
)
def test_that_a_server_that_cannot_be_reached_is_told_without_user_and_password(address: str, told: str) -> None:
    pytest.importorskip("psycopg", reason="needs the PostgreSQL driver")
    with pytest.raises(Unreachable) as refused:
        Database.open(f"postgresql+psycopg://{address}")
    assert str(refused.value).startswith(told)
    assert "reader" not in str(refused.value)
    assert "secret" not in str(refused.value)


# codes and names from the PostgreSQL manual, appendix A
@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("DiskFull", DiskFull),
        ("TooManyConnections", DatabaseBusy),
        ("SerializationFailure", DatabaseBusy),
        ("DeadlockDetected", DatabaseBusy),
        ("LockNotAvailable", DatabaseBusy),
        ("QueryCanceled", DatabaseBusy),
        ("ReadOnlySqlTransaction", ReadOnlyDatabase),
        ("InsufficientPrivilege", ReadOnlyDatabase),
        ("ConnectionFailure", Unreachable),
        ("InvalidPassword", Unreachable),
        ("InvalidCatalogName", Unreachable),
        ("AdminShutdown", Unreachable),
        ("CannotConnectNow", Unreachable),
        ("IoError", DriveFailed),
        ("DataCorrupted", ServerDamaged),
    ],
)
def test_that_what_a_server_reports_is_told_in_our_words(name: str, kind: type[StorageError]) -> None:
    errors = pytest.importorskip("psycopg", reason="needs the PostgreSQL driver").errors
    with pytest.raises(StorageError) as refused, translated("server/cases"):
        raise DBAPIError("INSERT ...", {}, getattr(errors, name)('role "reader": row (Doe^Jane)'))
    assert type(refused.value) is kind
    assert "server/cases" in str(refused.value)
    assert "reader" not in str(refused.value)
    assert "Doe" not in str(refused.value)


def test_that_a_report_of_a_server_that_is_not_known_gives_its_code_alone() -> None:
    errors = pytest.importorskip("psycopg", reason="needs the PostgreSQL driver").errors
    with pytest.raises(StorageError, match="The database failed with SQLSTATE 42P01") as refused, translated("server"):
        raise DBAPIError("SELECT ...", {}, errors.UndefinedTable("LINE 1: Doe^Jane"))
    assert "Doe" not in str(refused.value)


def test_that_an_address_that_is_none_is_told_without_user_and_password() -> None:
    with pytest.raises(BadUrl) as refused:
        Database.open("postgres9://reader:se@cr/et@server/cases")
    assert "postgres9://server/cases" in str(refused.value)
    assert "reader" not in str(refused.value)


def test_that_the_tables_can_be_made_in_postgresql() -> None:
    made = [str(CreateTable(t).compile(dialect=postgresql.dialect())) for t in tables.metadata.sorted_tables]
    assert any("UNIQUE (case_id, sequence)" in statement for statement in made)


def test_that_a_database_that_should_be_there_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(CannotOpen, match="There is no database"):
        Database.open(url_in(tmp_path), create=False)
    assert not (tmp_path / "cases.db").exists()


def test_that_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(CannotOpen, match="file"):
        Database.open(url_in(tmp_path / "file"))


def test_that_a_folder_in_place_of_the_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "cases.db").mkdir()
    with pytest.raises(CannotOpen):
        Database.open(url_in(tmp_path))


def test_that_a_network_drive_is_refused_with_advice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "network_file_system", lambda path: "nfs4")
    with pytest.raises(OnNetworkDrive, match=r"nfs4.*PostgreSQL"):
        Database.open(url_in(tmp_path))
    assert not (tmp_path / "cases.db").exists()


def test_that_a_failed_block_writes_nothing(tmp_path: Path) -> None:
    with Database.open(url_in(tmp_path)) as database:
        with pytest.raises(RuntimeError), database.writing() as connection:
            connection.execute(text("INSERT INTO meta VALUES ('half', 'written')"))
            raise RuntimeError
        with database.reading() as connection:
            assert connection.scalar(text("SELECT count(*) FROM meta WHERE name = 'half'")) == 0


def test_that_an_error_tells_no_patient_data(tmp_path: Path) -> None:
    with Database.open(url_in(tmp_path)) as database, pytest.raises(StorageError) as error, database.writing() as it:
        it.execute(text("INSERT INTO nowhere VALUES (:name)"), {"name": "Doe^Jane"})
    assert "Doe" not in str(error.value)


READ_ONLY = """
import os, sys
import cattrs
from app.storage.database import Database
from app.storage.errors import StorageError
from app.storage.open_case import OpenCase
from tests.support.cases import READ, READER, found, measured
from tests.support.databases import opened
with Database.open(sys.argv[1]) as warm_up:  # imports everything: another user may not read the libraries
    opened(warm_up)
if os.getuid() == 0:
    os.setuid(65534)  # nothing is read-only to root
with Database.open(sys.argv[2]) as database:
    case = OpenCase.read(database, "C-1")
    try:
        case.do(found("IT1", "BL", measured("25")), READER, READ)
    except StorageError as error:
        print(type(error).__name__, len(case.unsaved))
"""


@pytest.mark.skipif(not hasattr(os, "setuid"), reason="needs a system with user ids")
def test_that_a_read_only_database_can_be_read_and_keeps_edits_in_memory(tmp_path: Path) -> None:
    with tempfile.TemporaryDirectory() as name:  # the folders above `tmp_path` are closed to other users
        folder = Path(name)
        with Database.open(url_in(folder)) as database, database.reading():
            opened(database, added("IT1", "BL", measured("30")))
            # while a connection is open the files of the log in progress are there, and can be read
            for path in folder.iterdir():
                path.chmod(0o444)
            folder.chmod(0o555)
            result = subprocess.run(
                [sys.executable, "-c", READ_ONLY, url_in(tmp_path), url_in(folder)],
                capture_output=True,
                text=True,
                check=False,
                cwd=Path(__file__).parents[4],
            )
            folder.chmod(0o755)
    assert result.stdout.split() == [ReadOnlyDatabase.__name__, "1"], result.stderr


@pytest.fixture
def tiny_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of half a megabyte."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=512k", "tmpfs", str(disk)]
    if not sys.platform.startswith("linux") or os.getuid() or subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("needs the right to mount a small disk")
    yield disk
    subprocess.run(["umount", str(disk)], check=True)


def test_that_a_disk_that_is_really_full_loses_nothing(tiny_disk: Path) -> None:
    ballast = tiny_disk / "ballast"
    with Database.open(url_in(tiny_disk)) as database:
        case = opened(database, added("IT1", "BL", measured("30")))
        ballast.write_bytes(b"\0" * (40 * 1024))
        with pytest.raises(DiskFull):
            for size in range(4999):
                case.do(found("IT1", "BL", Measured(Diameter(size))), READER, READ)
        assert len(case.unsaved) == 1
        ballast.unlink()
        case.save()
        assert OpenCase.read(database, "C-1").record == case.record
