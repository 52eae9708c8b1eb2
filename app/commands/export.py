"""`export`: cases of the database into files."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

from app.cli import DONE, Refusal
from app.commands.database_option import add_database_option, opened_database
from app.exports.case_file import json_files, unfit_for_a_file
from app.exports.exported import ExportedRead, ExportRefused, exported_reads, write_files
from app.exports.tables import csv_files
from app.resources import DEFAULT_RULESET, RULESETS, load_ruleset
from app.storage.log import read_record
from app.storage.worklist import list_cases
from mrecist.rulesets import RuleSet

Format = Callable[[Sequence[ExportedRead], RuleSet], Mapping[str, bytes]]

FORMATS: Mapping[str, Format] = MappingProxyType({"csv": csv_files, "json": json_files})
"""For each format the names and contents of its files. No file name tells of a patient."""


def configure(parser: argparse.ArgumentParser) -> None:
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("--case", metavar="ID", help="export this case")
    which.add_argument("--all", action="store_true", help="export every case that was not closed")
    parser.add_argument("--format", choices=FORMATS, required=True)
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder for the files")
    parser.add_argument("--ruleset", choices=RULESETS, default=DEFAULT_RULESET, help="default: %(default)s")
    add_database_option(parser)


def run(options: argparse.Namespace) -> int:
    ruleset = load_ruleset(options.ruleset)
    reads, left_out = _reads(options, ruleset)
    if options.format == "json" and options.all:
        unfit = {one.id: why for one in reads if (why := unfit_for_a_file(one))}
        reads = [one for one in reads if one.id not in unfit]
        left_out += list(unfit.values())
    if not reads:
        raise Refusal("; ".join(["There is nothing to export", *left_out]))
    try:
        written = write_files(options.out, FORMATS[options.format](reads, ruleset))
    except ExportRefused as error:
        raise Refusal(str(error)) from error
    except OSError as error:
        raise Refusal(f"{error.filename or options.out}: cannot be written ({error.strerror})") from error
    for path in written:
        print(path)
    for one in reads:
        print(f"{one.id}: head {one.head}")
    for why in left_out:
        print(f"left out: {why}", file=sys.stderr)
    return DONE


def _reads(options: argparse.Namespace, ruleset: RuleSet) -> tuple[list[ExportedRead], list[str]]:
    """The reads to export, and why others are left out."""
    reads: list[ExportedRead] = []
    left_out: list[str] = []
    with opened_database(options) as database, database.reading() as connection:
        if options.case is not None:
            ids = [options.case]
        else:
            lines = sorted(list_cases(connection), key=lambda line: line.case_id)
            left_out += [f"{line.case_id}: {line.fault}" for line in lines if line.fault]
            ids = [line.case_id for line in lines if not line.fault and not line.closed_because]
        for case_id in ids:
            record, log = read_record(connection, case_id)
            found = exported_reads(record, log.head.hash, ruleset)
            reads += found
            if not found:
                left_out.append(f"{case_id}: nobody has read it yet")
    return reads, left_out
