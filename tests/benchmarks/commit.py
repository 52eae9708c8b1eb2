"""How long one edit takes until it is on the disk, and a long case takes to open."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from statistics import median, quantiles

from app.storage.database import Database
from app.storage.log import read_log, read_present, read_record
from app.storage.open_case import OpenCase
from mrecist.lesions import Measured
from mrecist.values import Diameter
from tests.benchmarks.rows import REPEATS, Row, interleaved
from tests.support.cases import READ, READER, added, found, measured
from tests.support.databases import opened, url_in

EDITS = 200
GOAL_MS = 5.0


def run() -> list[Row]:
    middle, late = [], []
    with tempfile.TemporaryDirectory() as folder, Database.open(url_in(Path(folder))) as database:
        case = opened(database, added("IT1", "BL", measured("30")))
        for _ in range(REPEATS):
            taken_ms = [_edit_ms(case, number + 1) for number in range(EDITS)]
            middle.append(median(taken_ms))
            late.append(quantiles(taken_ms, n=20)[-1])
        entries = len(case.entries)
        with database.reading() as connection:
            by_replay = interleaved({"log": lambda: read_log(connection, "C-1")})["log"]
        OpenCase.read(database, "C-1")  # takes the snapshot
        with database.reading() as connection:
            reading = interleaved(
                {"case": lambda: read_record(connection, "C-1"), "record": lambda: read_present(connection, "C-1")}
            )
    return [
        Row(
            "commit: one edit, judged and durable, p95",
            median(late),
            "ms",
            GOAL_MS,
            note=f"median {median(middle):.2g} ms",
        ),
        Row(f"commit: a case of {entries} edits, log read", by_replay * 1e3, "ms"),
        Row(
            f"commit: a case of {entries} edits, log and record", reading["case"] * 1e3, "ms", note="with its snapshot"
        ),
        Row(
            f"commit: a case of {entries} edits, record alone", reading["record"] * 1e3, "ms", note="with its snapshot"
        ),
    ]


def _edit_ms(case: OpenCase, tenths: int) -> float:
    start = time.perf_counter()
    case.do(found("IT1", "BL", Measured(Diameter(tenths))), READER, READ)
    return (time.perf_counter() - start) * 1e3
