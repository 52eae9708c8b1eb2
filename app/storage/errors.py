"""What can go wrong with the database, in words that say what is safe and what to do."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy.exc import DBAPIError


class StorageError(Exception):
    """The database did not take or give something.

    `what` happened, and the `remedy`; both are plain words for the person at the screen. Nothing of an edit is lost
    by any of these: it is committed whole or not at all, and `CaseStore` keeps what is not.
    """

    what = "The database failed"
    remedy = "Retry."

    def __init__(self, place: str = "", what: str = "", remedy: str = "") -> None:
        self.place = place
        self.what = what or self.what
        self.remedy = remedy or self.remedy
        super().__init__(f"{self.what}{f' ({place})' if place else ''}. {self.remedy}")

    def about_edits_since(self, since: datetime) -> str:
        """The sentence for edits that wait to be saved: what is not saved, and what to do."""
        return f"{self.what}: edits since {since.astimezone():%H:%M:%S} are not saved. {self.remedy}"


class DiskFull(StorageError):
    what = "Disk full"
    remedy = "Free space, then Retry."


class DatabaseBusy(StorageError):
    what = "Another program is using the database"
    remedy = "Close it or wait, then Retry."


class ReadOnlyDatabase(StorageError):
    what = "The database cannot be written to"
    remedy = "Allow writing to the file and its folder, then Retry."


class CannotOpen(StorageError):
    what = "The database cannot be opened"
    remedy = "Check that its folder exists and may be written to, or name another one with --database."


class NotADatabase(StorageError):
    what = "The file is not a Hepatrace database, or it is damaged"
    remedy = "It was left as it is. Restore it from a backup, or name another one with --database."


class DriveFailed(StorageError):
    what = "The drive reported an error"
    remedy = "What was saved before is kept. Check the drive, then Retry."


class Unreachable(StorageError):
    """The server does not answer, or does not let this user in."""

    remedy = "Check that it is running and lets you in, and that its address is right; then Retry."

    def __init__(self, place: str = "") -> None:
        super().__init__(what=f"The database at {place} cannot be reached")


class ServerDamaged(StorageError):
    what = "The server reports that its database is damaged"
    remedy = "Nothing was changed. Ask who runs the server to restore it from a backup."


class NewerDatabase(StorageError):
    what = "The database was written by a newer Hepatrace"
    remedy = "Update Hepatrace; nothing was changed."


class OnNetworkDrive(StorageError):
    what = "The database is on a network drive, where a crash can damage it"
    remedy = "Move it to a drive of this computer, or use a PostgreSQL server (--database postgresql://...)."


class BadUrl(StorageError):
    what = "This is not the address of a database"
    remedy = "Use sqlite:////path/to/file.db or postgresql+psycopg://user@server/name."


class NoSuchCase(StorageError):
    what = "There is no such case"
    remedy = "`cases` lists those that there are."


class ConcurrentEdit(StorageError):
    """Somebody else wrote to the case since it was read."""

    what = "Somebody else has edited this case"
    remedy = "Reload it."


class EditsNotKept(StorageError):
    """Edits that somebody else's edits left no room for; `CaseStore.kept_back` holds them."""

    what = "Somebody else has edited this case first"
    remedy = "Your edit is kept as a draft: compare, then make it anew or drop it."


class Damaged(StorageError):
    """A stored row does not hold; `verify` names it."""

    what = "The log of this case is damaged"
    remedy = "Run `verify` to see where; restore the database from a backup."


class CasePurged(StorageError):
    what = "The data of this case were removed"
    remedy = "Only the tombstone is kept."


_BY_CODE: tuple[tuple[str, type[StorageError]], ...] = (
    ("SQLITE_FULL", DiskFull),
    ("SQLITE_IOERR_SHMSIZE", DiskFull),  # no room for the index of the log in progress
    ("SQLITE_BUSY", DatabaseBusy),
    ("SQLITE_LOCKED", DatabaseBusy),
    ("SQLITE_READONLY", ReadOnlyDatabase),
    ("SQLITE_PERM", ReadOnlyDatabase),
    ("SQLITE_CANTOPEN", CannotOpen),
    ("SQLITE_NOTADB", NotADatabase),
    ("SQLITE_CORRUPT", NotADatabase),
    ("SQLITE_IOERR", DriveFailed),
)


_BY_SQLSTATE: tuple[tuple[str, type[StorageError]], ...] = (
    ("08", Unreachable),  # connection exception
    ("28", Unreachable),  # invalid authorization
    ("3D", Unreachable),  # no database of that name
    ("57P", Unreachable),  # the server shuts down, has crashed, or is starting
    ("53100", DiskFull),
    ("53", DatabaseBusy),  # too many connections, no memory left
    ("40", DatabaseBusy),  # transactions that could not be ordered one after the other; deadlock
    ("55P03", DatabaseBusy),  # a lock was not given
    ("57014", DatabaseBusy),  # waited longer than the server allows
    ("25006", ReadOnlyDatabase),
    ("42501", ReadOnlyDatabase),  # no right to do that
    ("58", DriveFailed),
    ("XX001", ServerDamaged),
    ("XX002", ServerDamaged),
)
"""By the start of the code that PostgreSQL gives (its manual, appendix A); the first that fits counts."""


@contextmanager
def translated(place: str) -> Iterator[None]:
    """Driver errors inside the block come out as `StorageError`; `place` is the database they speak of."""
    try:
        yield
    except DBAPIError as error:
        raise _typed(error.orig, place) from error
    except sqlite3.Error as error:  # while a connection is being prepared
        raise _typed(error, place) from error


def _typed(error: BaseException | None, place: str) -> StorageError:
    if not isinstance(error, sqlite3.Error):
        return _of_server(error, place)
    code = str(getattr(error, "sqlite_errorname", ""))
    for start, kind in _BY_CODE:
        if code.startswith(start):
            return kind(place)
    # the driver's words, without the statement and its parameters, which would carry patient data
    told = " ".join(str(error).split()).rstrip(".")
    return StorageError(place, what=f"The database failed: {told}")


def _of_server(error: BaseException | None, place: str) -> StorageError:
    """A server's error by its code alone: its words may name the user, and quote values of a row."""
    code = getattr(error, "sqlstate", None)
    if not code and type(error).__name__ in ("OperationalError", "ConnectionTimeout"):
        return Unreachable(place)  # no server has answered, so there is no code
    for start, kind in _BY_SQLSTATE:
        if str(code or "").startswith(start):
            return kind(place)
    return StorageError(place, what=f"The database failed with {f'SQLSTATE {code}' if code else type(error).__name__}")
