"""Readers who sign: the password of each, how often a wrong one was given, and what was done to accounts.

They are kept beside the log, never in it: a case that leaves the database takes no password along. What is done to an
account is written down in the same transaction.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import Connection, delete, insert, inspect, select, update

from app.storage.database import Database
from app.storage.errors import StorageError
from app.storage.log import utc_now
from app.storage.passwords import Cost, Secret, matches, secret_of, wait_s
from app.storage.tables import reader_events, readers


class AccountEvent(StrEnum):
    """What was done to an account."""

    SET = "password set"
    CHANGED = "password changed"
    WRONG = "wrong password"
    RESET = "password taken away"


@dataclass(frozen=True, slots=True)
class ReaderAccount:
    """A reader who has a password. `wrong` were given in a row, the last at `wrong_at` (UTC)."""

    name: str
    since: str
    wrong: int = 0
    wrong_at: str = ""


@dataclass(frozen=True, slots=True)
class AccountEntry:
    """One line of what was done: `author` is the user of the computer, `reason` is given for a reset."""

    at: str
    reader: str
    what: AccountEvent
    author: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a password was right; else how many were wrong in a row, and how long the next has to wait, in s.

    `looked_at` False: it came before the wait was over, and was neither checked nor counted.
    """

    right: bool
    wrong: int = 0
    wait_s: float = 0.0
    looked_at: bool = True


class NoSuchAccount(StorageError):
    what, remedy = "This reader has no password", "The first signature sets one."


class ReaderAccounts:
    """The accounts of one database. Every method may take a quarter of a second: call them in the background."""

    def __init__(self, database: Database, author: str, cost: Cost | None = None) -> None:
        self._database, self._author = database, author
        self._cost = cost or Cost()

    def all(self) -> tuple[ReaderAccount, ...]:
        """Every account, in order of name."""
        with self._database.reading() as connection:
            if not inspect(connection).has_table(readers.name):
                return ()
            rows = connection.execute(select(readers).order_by(readers.c.name))
            return tuple(ReaderAccount(r.name, r.since, r.wrong, r.wrong_at or "") for r in rows)

    def history(self) -> tuple[AccountEntry, ...]:
        """What was done to accounts, the oldest first."""
        with self._database.reading() as connection:
            if not inspect(connection).has_table(reader_events.name):
                return ()
            rows = connection.execute(select(reader_events).order_by(reader_events.c.id))
            return tuple(AccountEntry(r.at, r.reader, AccountEvent(r.what), r.author, r.reason) for r in rows)

    def has_password(self, name: str) -> bool:
        with self._database.reading() as connection:
            return _secret(connection, name) is not None

    def set_first(self, name: str, password: str) -> bool:
        """Set the password of a reader who has none; False where somebody has set one meanwhile."""
        secret = secret_of(password, self._cost)
        with self._database.writing() as connection:
            _make_tables(connection)
            if _secret(connection, name) is not None:
                return False
            _put(connection, name, secret)
            self._note(connection, name, AccountEvent.SET)
        return True

    def check(self, name: str, password: str) -> Verdict:
        """Is this the reader's password? A wrong one is counted, also across restarts.

        Raises
        ------
        StorageError
            If the reader has none, or the database cannot be read or written to.
        """
        with self._database.reading() as connection:
            secret = _secret(connection, name)
            if secret is None:
                raise NoSuchAccount(name)
            wrong, left_s = _waiting(connection, name)
        if left_s > 0:
            return Verdict(False, wrong, left_s, looked_at=False)
        right = matches(password, secret)
        with self._database.writing() as connection:
            if right:
                if wrong:
                    connection.execute(update(readers).where(readers.c.name == name).values(wrong=0, wrong_at=""))
                return Verdict(True)
            row = connection.execute(
                update(readers)
                .where(readers.c.name == name)
                .values(wrong=readers.c.wrong + 1, wrong_at=utc_now())
                .returning(readers.c.wrong)
            )
            wrong = int(row.scalar_one())
            self._note(connection, name, AccountEvent.WRONG)
        return Verdict(False, wrong, wait_s(wrong))

    def change(self, name: str, password: str, new: str) -> Verdict:
        """Another password, for who knows the old one; raises as `check`."""
        verdict = self.check(name, password)
        if verdict.right:
            secret = secret_of(new, self._cost)
            with self._database.writing() as connection:
                _put(connection, name, secret)
                self._note(connection, name, AccountEvent.CHANGED)
        return verdict

    def reset(self, name: str, reason: str) -> None:
        """Take a lost password away, so that the next signature sets a new one. Who did it and why stays.

        Raises
        ------
        StorageError
            If the reader has none, or no reason is given.
        """
        if not reason.strip():
            raise StorageError(name, what="Taking a password away needs a reason", remedy="Give one.")
        with self._database.writing() as connection:
            if _secret(connection, name) is None:
                raise NoSuchAccount(name)
            connection.execute(delete(readers).where(readers.c.name == name))
            self._note(connection, name, AccountEvent.RESET, reason.strip())

    def _note(self, connection: Connection, name: str, what: AccountEvent, reason: str = "") -> None:
        values = {"at": utc_now(), "reader": name, "what": what.value, "author": self._author, "reason": reason}
        connection.execute(insert(reader_events).values(**values))


def _make_tables(connection: Connection) -> None:
    """A database that was made before there were accounts gets their tables when the first is set."""
    readers.create(connection, checkfirst=True)
    reader_events.create(connection, checkfirst=True)


def _secret(connection: Connection, name: str) -> Secret | None:
    if not inspect(connection).has_table(readers.name):
        return None
    row = connection.execute(select(readers).where(readers.c.name == name)).first()
    return None if row is None else Secret(row.salt, row.digest, Cost(row.n, row.r, row.p))


def _waiting(connection: Connection, name: str) -> tuple[int, float]:
    """How many were wrong in a row, and how many seconds are left before the next is looked at."""
    row = connection.execute(select(readers.c.wrong, readers.c.wrong_at).where(readers.c.name == name)).one()
    if not row.wrong_at:
        return row.wrong, 0.0
    until = datetime.fromisoformat(row.wrong_at) + timedelta(seconds=wait_s(row.wrong))
    left_s = (until - datetime.fromisoformat(utc_now())).total_seconds()
    return row.wrong, max(0.0, min(left_s, wait_s(row.wrong)))  # a clock that was set back locks nobody out


def _put(connection: Connection, name: str, secret: Secret) -> None:
    connection.execute(delete(readers).where(readers.c.name == name))
    cost = {"n": secret.cost.n, "r": secret.cost.r, "p": secret.cost.p}
    values = {
        "name": name,
        "salt": secret.salt,
        "digest": secret.digest,
        "since": utc_now(),
        "wrong": 0,
        "wrong_at": "",
    }
    connection.execute(insert(readers).values(**values, **cost))
