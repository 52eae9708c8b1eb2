"""`export`: cases of the database into files."""

from __future__ import annotations

import argparse
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from app.cli import DONE, REFUSED, Refusal
from app.commands.database_option import add_database_option, add_unblinded_option, opened_database
from app.exports.batch import Exported, export_cases
from app.exports.exported import ExportRefused
from app.formats import FORMATS, chosen_formats, export_settings
from app.resources import DEFAULT_RULESET, RULESETS, load_ruleset
from app.unfinished_reads import unfinished_hidden

_TOLD_EVERY_S = 0.5
"""How often progress is told, at most."""


def configure(parser: argparse.ArgumentParser) -> None:
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("--case", metavar="ID", help="export this case")
    which.add_argument("--all", action="store_true", help="export every case that was not closed")
    parser.add_argument(
        "--format",
        choices=FORMATS,
        required=True,
        action="append",
        help="; ".join(f"{one.name}: {one.summary}" for one in FORMATS.values())
        + ". Given more than once, each format has a folder of its own",
    )
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder for the files")
    parser.add_argument("--ruleset", choices=RULESETS, default=DEFAULT_RULESET, help="default: %(default)s")
    parser.add_argument("--study", default="HEPATRACE", metavar="ID", help="STUDYID of SDTM (default: %(default)s)")
    parser.add_argument(
        "--key-images",
        action="store_true",
        help="in case files: a picture of each lesion at baseline, nadir and now, without the patient",
    )
    parser.add_argument(
        "--deidentified",
        action="store_true",
        help="sr, sr-ohif and seg without the patient, with the UIDs that their images have in the format images",
    )
    add_unblinded_option(parser)
    add_database_option(parser)


def run(options: argparse.Namespace) -> int:
    formats = chosen_formats(options.format)
    missing = "; ".join(f"{one.name} {one.missing}" for one in formats if one.missing)
    if missing:
        raise Refusal(missing)
    if options.key_images and "case" not in options.format:
        raise Refusal("--key-images goes with --format case")
    staying = [one.name for one in formats if not one.can_leave]
    if options.deidentified and staying:
        raise Refusal(f"--deidentified: {', '.join(staying)} cannot be written without the patient's data")
    progress = _Progress()
    with _ended_as_by_ctrl_c(), opened_database(options) as database:
        settings = export_settings(
            load_ruleset(options.ruleset),
            database,
            options.study,
            key_images=options.key_images,
            deidentified=options.deidentified,
        )
        case_ids = None if options.case is None else [options.case]
        hidden = {} if options.unblinded else unfinished_hidden(database, case_ids)
        if case_ids is not None and hidden:
            raise Refusal("; ".join(f"{case}: {why}" for case, why in hidden.items()))
        try:
            found = export_cases(
                database,
                case_ids,
                formats,
                options.out,
                settings,
                whole=options.case is not None,
                without=hidden,
                progress=progress,
            )
        except ExportRefused as error:
            raise Refusal(str(error)) from error
        except OSError as error:
            raise Refusal(f"{error.filename or options.out}: cannot be written ({error.strerror})") from error
        finally:
            progress.end()
    return _told(found)


@contextmanager
def _ended_as_by_ctrl_c() -> Iterator[None]:
    """Who ends the process or closes its terminal ends the export as Ctrl-C does: what is half-written is removed.

    A signal that is ignored, as under nohup, stays ignored.
    """
    ours = threading.current_thread() is threading.main_thread()  # no other may say what follows on a signal
    numbers = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if ours and hasattr(signal, name)]
    before = {one: signal.getsignal(one) for one in numbers if signal.getsignal(one) == signal.SIG_DFL}
    for one in before:
        signal.signal(one, signal.default_int_handler)
    try:
        yield
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)


def _told(found: Exported) -> int:
    if not found.files:
        raise Refusal("; ".join(["There is nothing to export", *map(str, found.left_out)]))
    for path in found.files:
        print(path)
    for name, head in found.heads:
        print(f"{name}: head {head}")
    for one in found.left_out:
        print(f"{'failed' if one.failed else 'left out'}: {one}", file=sys.stderr)
    failed = sum(one.failed for one in found.left_out)
    if failed:
        print(f"hepatrace export: {failed} failed and are not in the files; the rest is.", file=sys.stderr)
    return REFUSED if failed else DONE


class _Progress:
    """How many cases are done, on standard error: on one line that is written over where that is a terminal."""

    def __init__(self) -> None:
        self._last = time.monotonic()
        self._shown = False

    def __call__(self, done: int, total: int) -> None:
        now = time.monotonic()
        if now - self._last < _TOLD_EVERY_S or total < 2:
            return
        self._last, self._shown = now, True
        over = sys.stderr.isatty()
        print(f"{done} of {total} cases", end="\r" if over else "\n", file=sys.stderr, flush=True)

    def end(self) -> None:
        if self._shown and sys.stderr.isatty():
            print(file=sys.stderr)
