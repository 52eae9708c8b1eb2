"""`demo`: the demonstration study, opened in the window, or read by the program and compared with its truth."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

from app.cli import DONE, REFUSED, Refusal
from app.demo.study import Variant, demo_folder, write_study
from app.demo.truth import Truth
from app.locations import data_folder

READER = "Demonstration reader"


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--headless", action="store_true", help="read the study without a window and check it")
    parser.add_argument("--course", action="store_true", help="a published course instead: months, markers, no images")
    parser.add_argument("--small", action="store_true", help="the small variant of the study, as the tests use it")
    parser.add_argument("--database", metavar="URL", help="the database the window opens (not with --headless)")


def run(options: argparse.Namespace) -> int:
    if options.course:
        if options.small:
            raise Refusal("--small is a variant of the demonstration study; --course has no images")
        return _course(options)
    variant = Variant.SMALL if options.small else Variant.FULL
    if options.small and not options.headless:
        raise Refusal("--small goes with --headless; the window opens the whole study")
    if not options.headless:
        from app.commands.window import open_window

        return open_window(options.database, demo=variant)
    folder = demo_folder(data_folder(), variant)
    began = time.monotonic()
    try:
        truth = write_study(folder, variant, progress=_Progress("Writing the demonstration study"))
    except OSError as error:
        raise Refusal(f"{error.filename or folder}: the demonstration study cannot be written: {error}") from error
    print(f"Demonstration study: {truth.images} images in {folder} ({time.monotonic() - began:.1f} s)")
    return _read(folder, truth)


def _course(options: argparse.Namespace) -> int:
    """The published course in the window, or its responses and decisions, compared with those worked by hand."""
    from app.demo.published import READ, differences, read_course, record_published
    from app.storage.database import Database
    from app.storage.errors import StorageError

    if not options.headless:
        from app.commands.window import open_window
        from app.locations import default_database_url

        url = options.database or default_database_url()
        try:
            with Database.open(url) as database:
                case_id = record_published(database)
        except StorageError as error:
            raise Refusal(str(error)) from error
        return open_window(url, case_id=case_id)
    from app.assessing import assess_read
    from app.resources import load_protocol, load_ruleset
    from app.storage.open_case import OpenCase

    course = read_course()
    with (
        tempfile.TemporaryDirectory(prefix="hepatrace-course-") as work,
        Database.open(f"sqlite:///{work}/course.db") as database,
    ):
        record = OpenCase.read(database, record_published(database)).record
    assessment = assess_read(record, READ, load_ruleset())
    print(f"{course.title} ({course.reader}); protocol {assessment.protocol}")
    protocol = load_protocol(course.protocol)
    titles = f"{protocol.tace_card.title:22}{protocol.sorafenib_card.title}"
    print(f"  {'time point':11}{'date':17}{'AFP ng/mL':>10}  {'liver':6}{'outside':9}{titles}")
    for visit in record.visits:
        at = assessment.timepoint(visit.id)
        afp = visit.clinical.afp_ng_ml if visit.clinical else None
        value = "" if afp is None else f"{'>' if afp.above else ''}{float(afp.value):,.10g}"
        cells = ["", "", "", ""]
        if at is not None and at.tace is not None and at.sorafenib is not None:
            decided = [f"{x.decision.value} {x.row}" for x in (at.tace, at.sorafenib)]
            cells = [at.intrahepatic.response.value, at.extrahepatic.response.value, *decided]
        print(f"  {visit.id:11}{visit.on.isoformat():17}{value:>10}  {cells[0]:6}{cells[1]:9}{cells[2]:22}{cells[3]}")
    for given in record.treatments:
        until = f" to {given.until.isoformat()}" if given.until else ""
        print(f"  {given.kind.value:15}{given.on.isoformat()}{until}  {given.dose or given.note}")
    for difference in differences(course, assessment):
        print(f"DIFFERS {difference}", file=sys.stderr)
    if differences(course, assessment):
        return REFUSED
    print("Every response is as worked by hand.")
    return DONE


def _read(folder: Path, truth: Truth) -> int:
    """Import, read and compare; the database of this reading is thrown away."""
    from app.demo.reading import ASSISTED_TOLERANCE_MM, DemoMismatch, DemoReader, table
    from app.importing import import_folder
    from app.resources import load_ruleset
    from app.state.events import Event, ReadStarted
    from app.state.record import Record
    from app.storage.catalogue import StoredCatalogue
    from app.storage.database import Database
    from app.storage.open_case import OpenCase

    began = time.monotonic()
    with (
        tempfile.TemporaryDirectory(prefix="hepatrace-demo-") as work,
        Database.open(f"sqlite:///{work}/demo.db") as database,
    ):
        import_folder(folder, database, progress=_Progress("Importing"))
        case = OpenCase.read(database, truth.case_id)
        read_id = "read-1"
        if case.record.read(read_id) is None:
            case.do(ReadStarted(READER), READER, read_id)

        def do(event: Event) -> Record:
            case.do(event, READER, read_id)
            return case.record

        try:
            reader = DemoReader(truth, case.record, do, StoredCatalogue(database), load_ruleset())
            reading = reader.read(_Progress("Reading"))
        except DemoMismatch as mismatch:
            raise Refusal(f"the demonstration study was not read as its truth says: {mismatch}") from mismatch
    print("\n".join(table(reading)))
    rules = f"{reading.assessment.ruleset} {reading.assessment.version}"
    print(f"Rule set {rules}; {len(case.entries)} edits; read in {time.monotonic() - began:.1f} s")
    worst = max((abs(one.found_mm - one.true_mm) for one in reading.assisted if one.found_mm is not None), default=0.0)
    close = sum(one.close for one in reading.assisted)
    print(
        f"The assistant, from one click in each liver lesion: {close} of {len(reading.assisted)} viable diameters "
        f"within {ASSISTED_TOLERANCE_MM:g} mm of the truth; the farthest is {worst:.1f} mm off."
    )
    for difference in reading.differences:
        print(f"DIFFERS {difference.where}: expected {difference.expected}, found {difference.found}")
    if reading.differences:
        print(f"{len(reading.differences)} values differ from the truth.", file=sys.stderr)
        return REFUSED
    print("Every diameter, response and decision is as the truth says.")
    return DONE


class _Progress:
    """Progress on standard error, one line that is written over; nothing where that is no terminal."""

    def __init__(self, what: str) -> None:
        self._what = what

    def __call__(self, done: int, total: int) -> None:
        if sys.stderr.isatty():
            end = "\n" if done >= total else ""
            print(f"\r{self._what}: {done} of {total}", end=end, file=sys.stderr, flush=True)
