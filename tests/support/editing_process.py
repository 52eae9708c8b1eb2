"""A process that edits a case until it is killed; run as a script: ``editing_process.py URL``.

For each line on standard input it starts a child that edits in a loop. The child tells its process id, then the number
of each edit once the database has taken it. When the child is dead, the script tells ``dead``.
"""

from __future__ import annotations

import os
import sys

from app.storage.database import Database
from app.storage.open_case import OpenCase
from mrecist.lesions import Measured, Observation
from mrecist.values import Diameter


def edit_until_killed(url: str) -> None:
    from app.state.events import FindingRecorded

    database = Database.open(url)
    case = OpenCase.read(database, "C-1")
    number = counted(case)
    while True:
        number += 1
        finding = Measured(Diameter(number % 1000), Diameter(number // 1000))
        case.do(FindingRecorded("BL", Observation("IT1", finding)), "Reader A", "read-1")
        tell(str(number))


def counted(case: OpenCase) -> int:
    """The number of the last edit that the record holds."""
    seen = case.record.reads[0].observation("BL", "IT1")
    assert seen is not None and isinstance(seen.finding, Measured) and seen.finding.whole is not None
    return seen.finding.whole.tenths * 1000 + seen.finding.diameter.tenths


def tell(word: str) -> None:
    os.write(1, word.encode() + b"\n")  # at once and unbuffered: a killed process loses what it buffers


def main(url: str) -> None:
    while sys.stdin.readline():
        child = os.fork()
        if child == 0:
            tell(f"pid {os.getpid()}")
            try:
                edit_until_killed(url)
            finally:
                tell("failed")  # no number: the reader stops at it
                os._exit(1)
        os.waitpid(child, 0)
        tell("dead")


if __name__ == "__main__":
    main(sys.argv[1])
