"""The `--database` option, and a database opened by it; what goes wrong with it is a refusal."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import contextmanager

from app.cli import Refusal
from app.locations import default_database_url
from app.storage.database import Database
from app.storage.errors import StorageError


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
    try:
        url = options.database or default_database_url()
        with Database.open(url, create=create or options.database is None) as database:
            yield database
    except StorageError as error:
        raise Refusal(str(error)) from error
