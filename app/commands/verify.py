"""`verify`: does the event log hold, by itself and against an outside anchor?"""

from __future__ import annotations

import argparse

from app.cli import DONE, Refusal
from app.commands.database_option import add_database_option, opened_database
from app.storage.log import case_ids, head_of, verify


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--case", metavar="ID", help="check this case only")
    parser.add_argument("--head", metavar="HASH", help="a head hash printed on a report, a signature or an export")
    add_database_option(parser)


def run(options: argparse.Namespace) -> int:
    with opened_database(options) as database, database.reading() as connection:
        ids = case_ids(connection)
        if options.case is not None and options.case not in ids:
            raise Refusal(f"There is no case {options.case}. `cases` lists those that there are.")
        fault = verify(connection, options.case, options.head)
        checked = ids if options.case is None else (options.case,)
        heads = {case_id: head_of(connection, case_id) for case_id in checked}
    if fault is not None and fault.sequence:
        raise Refusal(f"The log of case {fault.case_id} does not hold at entry {fault.sequence}: {fault.why}.")
    if fault is not None:
        raise Refusal(f"The log does not reach the anchor: {fault.why}.")
    for case_id, head in heads.items():
        print(f"{case_id}: {head.sequence} entries hold, head {head.hash}")
    print(f"The log holds{' and reaches the anchor' if options.head else ''}; cases checked: {len(heads)}.")
    return DONE
