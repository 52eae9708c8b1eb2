"""How long the command line takes to export many cases, and whether its memory grows with them."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path

from app.state.apply import replay
from app.state.codec import encode
from app.state.events import (
    BaselineConfirmed,
    CaseOpened,
    Entry,
    Event,
    FindingRecorded,
    LesionAdded,
    ReadStarted,
    SeriesImported,
    VisitProposed,
)
from app.state.record import Patient
from app.storage.case_import import take_in
from app.storage.chain import Head, linked
from app.storage.database import Database
from mrecist.lesions import Observation, Present
from mrecist.values import LesionRole, Organ, Region
from tests.benchmarks.rows import Row
from tests.conftest import ROOT
from tests.support.cases import READ, READER, lesion, measured, series_ref
from tests.support.databases import url_in

CASES, FEW = 1000, 100
GOAL_S, GOAL_RATIO = 60.0, 1.3
FOLLOW_UPS = 5


def run() -> list[Row]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for count in (FEW, CASES):
            (folder / str(count)).mkdir()
            _fill(folder / str(count), count)
        edits = len(_events("C"))
        seconds, busy, peak = _export(folder, CASES, "csv", "sdtm")
        _, _, few_peak = _export(folder, FEW, "csv", "sdtm")
        rows = [
            Row(
                f"export: {CASES} cases of {edits} edits to CSV and SDTM",
                seconds,
                "s",
                GOAL_S,
                note=f"{FOLLOW_UPS + 1} time points, 5 lesions each; {busy:.0f} s of processor",
            ),
            Row(
                f"export: memory with {CASES} cases over that with {FEW}",
                peak / few_peak,
                "x",
                GOAL_RATIO,
                note=f"peak {peak:.0f} and {few_peak:.0f} MB",
            ),
        ]
        for form in ("xlsx", "case", "xpt"):
            taken, _, most = _export(folder, CASES, form)
            rows.append(Row(f"export: {CASES} cases to {form}", taken, "s", note=f"peak {most:.0f} MB"))
    return rows


def _export(folder: Path, count: int, *formats: str) -> tuple[float, float, float]:
    """Seconds, seconds of processor, and peak memory (MB) of the command, in a process of its own."""
    chosen = [word for form in formats for word in ("--format", form)]
    out = folder / "out" / f"{count}-{'-'.join(formats)}"
    database = ("--database", url_in(folder / str(count)))
    command = [sys.executable, "-m", "app", "export", "--all", *chosen, "--out", str(out), *database]
    start = time.perf_counter()
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    taken = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{' '.join(command)} ended with {process.returncode}")
    return taken, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def _fill(folder: Path, count: int) -> None:
    with Database.open(url_in(folder)) as database, database.writing() as connection:
        for number in range(count):
            case_id = f"C-{number:04}"
            head, rows, log = Head(), [], []
            for n, event in enumerate(_events(case_id), 1):
                at = f"2025-03-01T09:{n // 60:02}:{n % 60:02}.000000+00:00"
                row = linked(head, case_id, at, READER, READ, event.kind, event.version, encode(event))
                rows.append(row)
                log.append(Entry(n, at, READER, READ, event))
                head = Head(row.sequence, row.hash)
            take_in(connection, rows, replay(log))


def _events(case_id: str) -> list[Event]:
    days = [date(2025, 1, 6) + timedelta(days=42 * n) for n in range(FOLLOW_UPS + 1)]
    names = ["BL", *(f"FU{n}" for n in range(1, FOLLOW_UPS + 1))]
    events: list[Event] = [
        CaseOpened(case_id, Patient(case_id, "Doe^Jane", "F", date(1960, 5, 4)), "cotsom"),
        SeriesImported(tuple(series_ref(f"{case_id}.{n}", on) for n, on in enumerate(days))),
        *(VisitProposed(v, (on,), (f"{case_id}.{n}",)) for n, (v, on) in enumerate(zip(names, days, strict=True))),
        BaselineConfirmed("BL", days[0]),
        ReadStarted(READER),
    ]
    lesions = {
        "IT1": lesion("IT1"),
        "IT2": lesion("IT2"),
        "ET1": lesion("ET1", Region.EXTRAHEPATIC, organ=Organ.LUNG),
        "INT1": lesion("INT1", role=LesionRole.NONTARGET),
        "ENT1": lesion("ENT1", Region.EXTRAHEPATIC, LesionRole.NONTARGET, Organ.ADRENAL),
    }
    for at, visit in enumerate(names):
        for k, (name, one) in enumerate(lesions.items()):
            target = one.role is LesionRole.TARGET
            finding = measured(f"{40 + 7 * k - 3 * at}.{at}", f"{case_id}.{at}") if target else Present()
            seen = Observation(name, finding)
            events.append(LesionAdded(one, visit, seen) if at == 0 else FindingRecorded(visit, seen))
    return events


if __name__ == "__main__":
    for row in run():
        sys.stdout.write(f"{row}\n")
