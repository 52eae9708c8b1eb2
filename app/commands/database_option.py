"""The `--database` option, and a database opened by it; what goes wrong with it is a refusal.

Storage is imported only when a database is opened: the window has the option too, and is shown before that.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from app.cli import Refusal
from app.locations import default_database_url

if TYPE_CHECKING:
    from app.storage.database import Database


def add_unblinded_option(parser: argparse.ArgumentParser) -> None:
    """The command line does not know who looks: what a read under way hides is kept from it unless it is asked for."""
    parser.add_argument(
        "--unblinded",
        action="store_true",
        help="also cases of which a sequential or blinded read is not finished; else they are left out, and told",
    )


def add_database_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--database", metavar="URL", help="SQLAlchemy URL (default: the SQLite database in your data folder)"
    )


@contextmanager
def opened_database(options: argparse.Namespace, create: bool = False) -> Iterator[Database]:
    """The database of the options, closed again after the block.

    One that was named and is not there is made only when `create` says so: a slip of the pen would show no cases.

    Raises
    ------
    Refusal
        For any `StorageError`, in its words.
    """
    from app.storage.database import Database
    from app.storage.errors import StorageError

    try:
        url = options.database or default_database_url()
        with Database.open(url, create=create or options.database is None) as database:
            yield database
    except StorageError as error:
        raise Refusal(str(error)) from error
