"""`readers`: who signs with a password, what was done to these, and a lost one taken away."""

from __future__ import annotations

import argparse
import json

from app.cli import DONE, Refusal
from app.commands.database_option import add_database_option, opened_database
from app.storage.errors import StorageError
from app.storage.readers import ReaderAccounts
from app.user import user_name


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--reset", metavar="NAME", help="take this reader's password away; the next signature sets one")
    parser.add_argument("--reason", metavar="TEXT", default="", help="why; it is kept with your user name")
    parser.add_argument("--history", action="store_true", help="what was done to passwords, and by whom")
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    add_database_option(parser)


def run(options: argparse.Namespace) -> int:
    if options.reset is not None and not options.reason.strip():
        raise Refusal("--reset needs --reason. Say why the password is taken away.")
    if options.reset is None and options.reason:
        raise Refusal("--reason belongs to --reset. Name the reader there.")
    with opened_database(options) as database:
        accounts = ReaderAccounts(database, user_name())
        if options.reset is not None:
            try:
                accounts.reset(options.reset, options.reason)
            except StorageError as error:
                raise Refusal(str(error)) from error
        known, history = accounts.all(), accounts.history()
    if options.json:
        told = {
            "readers": [{"name": x.name, "since": x.since, "wrong_in_a_row": x.wrong} for x in known],
            "history": [
                {"at": x.at, "reader": x.reader, "what": x.what.value, "by": x.author, "reason": x.reason or None}
                for x in history
            ],
        }
        print(json.dumps(told, indent=1, ensure_ascii=False))
        return DONE
    if options.reset is not None:
        print(f"{options.reset} has no password any more; the next signature sets one. This was written down.")
    for one in known:
        wrong = f", {one.wrong} wrong in a row" if one.wrong else ""
        print(f"{one.name}: password since {one.since[:16].replace('T', ' ')} UTC{wrong}")
    if not known and options.reset is None:
        print("No reader has a password yet. The first signature sets one.")
    if options.history:
        for entry in history:
            why = f": {entry.reason}" if entry.reason else ""
            print(f"{entry.at[:19].replace('T', ' ')} UTC  {entry.reader}: {entry.what.value}, by {entry.author}{why}")
    return DONE
