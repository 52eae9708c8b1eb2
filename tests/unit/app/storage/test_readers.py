from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, text

from app.storage import readers as module
from app.storage.database import Database
from app.storage.errors import StorageError
from app.storage.passwords import fault_of, wait_s
from app.storage.readers import AccountEvent, ReaderAccounts
from app.storage.tables import readers
from tests.support.accounts import QUICK
from tests.support.databases import url_in

NAME, PASSWORD = "이수진", "correct horse é"


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Seconds since the test began, as the accounts see them."""
    now = [0.0]
    start = datetime.fromisoformat("2025-03-01T09:00:00.000000+00:00")
    told = lambda: (start + timedelta(seconds=now[0])).isoformat(timespec="microseconds")  # noqa: E731
    monkeypatch.setattr(module, "utc_now", told)
    return now


def test_that_a_password_is_kept_as_scrypt_of_it_with_its_own_salt(tmp_path: Path) -> None:
    with Database.open(url_in(tmp_path)) as database:
        accounts = ReaderAccounts(database, "me", QUICK)
        assert not accounts.has_password(NAME)
        assert accounts.set_first(NAME, PASSWORD) and accounts.set_first("B", PASSWORD)
        assert not accounts.set_first(NAME, "another one"), "a password that is there is not set again"
        with database.reading() as connection:
            one, two = connection.execute(select(readers).order_by(readers.c.name.desc())).all()
        assert one.salt != two.salt and len(one.salt) == 16
        wanted = hashlib.scrypt(PASSWORD.encode(), salt=one.salt, n=one.n, r=one.r, p=one.p, dklen=32)
        assert one.digest == wanted
        # the same letters composed otherwise, as another keyboard gives them
        assert accounts.check(NAME, "correct horse e\u0301").right
        assert not accounts.check(NAME, PASSWORD + " ").right
    content = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert PASSWORD.encode() not in content


def test_that_wrong_passwords_are_counted_and_wait_longer_and_longer(tmp_path: Path, clock: list[float]) -> None:
    with Database.open(url_in(tmp_path)) as database:
        accounts = ReaderAccounts(database, "me", QUICK)
        accounts.set_first(NAME, PASSWORD)
        found = []
        for _ in range(4):
            verdict = accounts.check(NAME, "wrong")
            found.append((verdict.right, verdict.wrong, verdict.wait_s))
            clock[0] += verdict.wait_s
        assert found == [(False, 1, 0.0), (False, 2, 1.0), (False, 3, 2.0), (False, 4, 4.0)]
        clock[0] -= 1.0
        early = accounts.check(NAME, PASSWORD)
        assert (early.right, early.looked_at, early.wrong, early.wait_s) == (False, False, 4, 1.0)
    with Database.open(url_in(tmp_path)) as database:  # a restart forgets nothing
        accounts = ReaderAccounts(database, "me", QUICK)
        assert not accounts.check(NAME, PASSWORD).looked_at
        clock[0] += 1.0
        assert accounts.check(NAME, PASSWORD).right
        assert accounts.all()[0].wrong == 0
    assert [wait_s(n) for n in (0, 1, 2, 6, 7, 1000)] == [0, 0, 1, 16, 30, 30]


def test_that_a_password_is_changed_by_who_knows_it_and_taken_away_with_a_reason(tmp_path: Path) -> None:
    with Database.open(url_in(tmp_path)) as database:
        accounts = ReaderAccounts(database, "root", QUICK)
        accounts.set_first(NAME, PASSWORD)
        assert not accounts.change(NAME, "wrong", "another one").right
        assert accounts.change(NAME, PASSWORD, "another one").right
        assert accounts.check(NAME, "another one").right
        with pytest.raises(StorageError, match="needs a reason"):
            accounts.reset(NAME, " ")
        accounts.reset(NAME, "lost")
        assert not accounts.has_password(NAME)
        with pytest.raises(StorageError, match="has no password"):
            accounts.check(NAME, PASSWORD)
        told = [(x.what, x.author, x.reason) for x in accounts.history()]
    wanted = (AccountEvent.SET, AccountEvent.WRONG, AccountEvent.CHANGED)
    assert told == [*((what, "root", "") for what in wanted), (AccountEvent.RESET, "root", "lost")]


def test_that_a_database_without_accounts_gets_their_tables_with_the_first(tmp_path: Path) -> None:
    with Database.open(url_in(tmp_path)) as database:
        with database.writing() as connection:
            for table in ("readers", "reader_events"):
                connection.execute(text(f"DROP TABLE {table}"))
        accounts = ReaderAccounts(database, "me", QUICK)
        assert accounts.all() == () and accounts.history() == () and not accounts.has_password(NAME)
        assert accounts.set_first(NAME, PASSWORD)
        assert [x.name for x in accounts.all()] == [NAME]


@pytest.mark.parametrize(
    ("password", "why"), [("seven77", "at least 8"), ("aaaabbbb", "different characters"), ("aaaabbbc", "")]
)
def test_that_a_password_has_some_length_and_letters(password: str, why: str) -> None:
    assert why in fault_of(password) and bool(why) == bool(fault_of(password))
