"""`cohort`: rates, endpoints and agreement of many cases; `cohort import` takes in a table of another program."""

from __future__ import annotations

import argparse
import json
import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from app.cli import BAD_USAGE, DONE, Refusal
from app.commands.database_option import add_database_option, add_unblinded_option, opened_database
from app.resources import DEFAULT_RULESET, RULESETS
from mrecist.censoring import POLICIES

if TYPE_CHECKING:
    from app.cohort.cohort import Cohort
    from app.cohort.lesion_differences import LesionDifference
    from app.cohort.sources import Judging
    from app.storage.cohort_cache import KeptTable

VERBS = ("import", "tables", "forget")
_UNITS = ("days", "weeks", "months", "years")
_SCOPES = ("intrahepatic", "extrahepatic", "overall")


def configure(parser: argparse.ArgumentParser) -> None:
    parser.usage = (
        "%(prog)s [FILE.json ... | FILE.csv --mapping M | --table NAME] [options]\n"
        "       %(prog)s import FILE --mapping M [--name NAME] | tables | forget NAME"
    )
    parser.add_argument(
        "words",
        nargs="*",
        metavar="FILE",
        help="response-case files, or a table with --mapping; none: the cases of the database. "
        "`import FILE` keeps a table in the database, `tables` lists those kept, `forget NAME` removes one",
    )
    parser.add_argument("--mapping", type=Path, metavar="M", help="what the columns of the table mean (.toml)")
    parser.add_argument("--name", metavar="NAME", help="what an imported table is called; default: its mapping's title")
    parser.add_argument("--table", metavar="NAME", help="an imported table in place of the database's cases")
    parser.add_argument("--ruleset", choices=RULESETS, default=DEFAULT_RULESET, help="default: %(default)s")
    parser.add_argument("--compare", choices=RULESETS, metavar="RULESET", help="a second rule set beside the first")
    parser.add_argument("--policy", choices=POLICIES, help="censoring; default: as the protocol of each case says")
    parser.add_argument(
        "--cutoff",
        type=_cutoff,
        metavar="DATE|DAY",
        help="nothing counts after that day of each case, or, for cases of the database, after that date (YYYY-MM-DD)",
    )
    parser.add_argument("--by", metavar="FIELD", help="groups: reader, arm, protocol, or a field of the table")
    parser.add_argument("--reader", metavar="NAME", help="the reads of this reader alone")
    parser.add_argument("--scope", choices=_SCOPES, default="overall", help="of the agreement; default: %(default)s")
    parser.add_argument(
        "--agree-on",
        choices=("timepoint", "best"),
        default="timepoint",
        help="what readers agree on; default: %(default)s",
    )
    parser.add_argument("--unit", choices=_UNITS, default="days", help="of times; default: %(default)s")
    parser.add_argument("--landmark", type=float, nargs="+", default=[], metavar="T", help="also the rates at T")
    parser.add_argument("--curves", action="store_true", help="add every curve to the JSON document")
    parser.add_argument(
        "--lesions",
        action="store_true",
        help="add the lesions of every two reads of a case of the database, side by side",
    )
    add_unblinded_option(parser)
    parser.add_argument("--csv", type=Path, metavar="DIR", help="write the data as CSV into this folder")
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    add_database_option(parser)


def _cutoff(text: str) -> int | date:
    try:
        return int(text) if text.isdecimal() else date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is neither a day, 0 or more, nor a date (YYYY-MM-DD)") from None


def run(options: argparse.Namespace) -> int:
    from app.cohort.mapping import MappingError
    from app.cohort.sheets import SheetError
    from mrecist.casefile import CaseFileError

    verb = options.words[0] if options.words and options.words[0] in VERBS else ""
    wrong = _misused(options, verb)
    if wrong:
        print(f"hepatrace cohort: {wrong}", file=sys.stderr)
        return BAD_USAGE
    try:
        match verb:
            case "import":
                return _import(options)
            case "tables":
                return _tables(options)
            case "forget":
                return _forget(options)
            case _:
                return _show(options)
    except (SheetError, MappingError) as error:
        file = f"{options.mapping}: " if isinstance(error, MappingError) else ""
        raise Refusal(f"{file}{error}") from error
    except CaseFileError as error:
        raise Refusal("\n".join(["the input was refused", *error.faults[:20]])) from error


def _misused(options: argparse.Namespace, verb: str) -> str:
    files = options.words[1:] if verb else options.words
    if verb == "import" and (len(files) != 1 or options.mapping is None):
        return "import takes one FILE and --mapping M"
    if verb == "forget" and len(files) != 1:
        return "forget takes the NAME of one table; `cohort tables` lists them"
    if verb == "tables" and files:
        return "tables takes no FILE"
    if not verb and options.mapping is not None and len(files) != 1:
        return "--mapping goes with one FILE"
    if not verb and options.table is not None and files:
        return "--table takes no FILE"
    if options.lesions and (options.words or options.table is not None):
        return "--lesions is of the cases of the database: tables and case files hold no lesions of several reads"
    if options.cutoff is not None and (verb or options.mapping is not None or options.table is not None):
        return (
            "--cutoff is of case files and of the cases of the database: the times that a table states are not cut off"
        )
    if isinstance(options.cutoff, date) and options.words:
        return "--cutoff takes a day for case files: they hold no dates"
    if any(t < 0 for t in options.landmark):
        return "--landmark takes times of 0 or more"
    return ""


# --- tables of other programs ----------------------------------------------------------------------------------------


def _import(options: argparse.Namespace) -> int:
    """Keep a table in the database, once every cell of it could be read."""
    from app.cohort.sources import parsed_table
    from app.storage.cohort_cache import keep_table
    from app.user import user_name

    table = _table_of(options)
    found = parsed_table(table.file, table.content, table.mapping, table.digest)
    with opened_database(options, create=True) as database, database.writing() as connection:
        keep_table(connection, table.name, table.file, table.content, table.mapping, table.digest, user_name())
    cases = len({read.case.id for read in found.reads})
    readers = sorted({read.reader for read in found.reads if read.stated or read.measured})
    told = {
        "table": table.name,
        "digest": table.digest,
        "cases": cases,
        "reads": sum(read.measured or bool(read.stated) for read in found.reads),
        "readers": readers,
        "left_out": list(found.left_out),
    }
    if options.json:
        print(json.dumps(told, ensure_ascii=False))
        return DONE
    print(f"{table.name}: {told['reads']} reads of {cases} cases, {len(readers)} readers ({table.digest[:12]})")
    _tell_left_out(found.left_out)
    return DONE


def _tables(options: argparse.Namespace) -> int:
    from app.storage.cohort_cache import tables

    with opened_database(options) as database, database.reading() as connection:
        kept = tables(connection)
    if options.json:
        listed = [{"table": t.name, "file": t.file, "digest": t.digest, "at": t.at, "by": t.author} for t in kept]
        print(json.dumps({"tables": listed}, ensure_ascii=False))
        return DONE
    for table in kept:
        print(f"{table.name}: {table.file}, imported {table.at[:10]} by {table.author} ({table.digest[:12]})")
    if not kept:
        print("No tables yet. Import one: hepatrace cohort import FILE --mapping M")
    return DONE


def _forget(options: argparse.Namespace) -> int:
    from app.storage.cohort_cache import forget_table

    with opened_database(options) as database, database.writing() as connection:
        if not forget_table(connection, options.words[1]):
            raise Refusal(f"there is no table called {options.words[1]!r}; `cohort tables` lists them")
    return DONE


def _table_of(options: argparse.Namespace) -> KeptTable:
    """The table and the mapping of the options, read from their files."""
    from app.cohort.mapping import parse_mapping
    from app.cohort.table_reads import digest_of
    from app.storage.cohort_cache import KeptTable

    path = Path(options.words[-1])
    try:
        mapping = options.mapping.read_text(encoding="utf-8")
        content = path.read_bytes()
    except OSError as error:
        raise Refusal(f"{error.filename}: cannot be read ({error.strerror}). Name a file that is there.") from error
    except UnicodeDecodeError as error:
        raise Refusal(f"{options.mapping}: is no UTF-8 text; save the mapping as UTF-8") from error
    name = options.name or parse_mapping(mapping).title or path.stem
    return KeptTable(name, path.name, mapping, digest_of(content, mapping), "", "", content)


# --- a cohort --------------------------------------------------------------------------------------------------------


def _show(options: argparse.Namespace) -> int:
    from app.cohort.report import CohortReport, cohort_document
    from app.cohort.report_csv import write_csv
    from app.cohort.report_text import cohort_text
    from app.cohort.sources import Judging
    from app.resources import load_ruleset

    policy = POLICIES[options.policy] if options.policy else None
    names = [options.ruleset, *([options.compare] if options.compare else [])]
    cohorts = [
        _of_reader(_cohort(options, Judging(load_ruleset(name), policy, options.cutoff)), options) for name in names
    ]
    cohort = cohorts[0]
    if not cohort.rows:
        raise Refusal("; ".join(["there is no read to count", *cohort.left_out[:5]]))
    if options.by is not None and options.by not in cohort.fields:
        raise Refusal(f"--by: there is no field {options.by!r}; there are {', '.join(cohort.fields)}")
    report = CohortReport(
        cohort=cohort,
        ruleset=load_ruleset(options.ruleset),
        other=cohorts[1] if len(cohorts) > 1 else None,
        by=options.by,
        scope=options.scope,
        of=options.agree_on,
        unit=options.unit,
        landmarks=tuple(options.landmark),
        curves=options.curves,
        lesions=_lesions(options, cohort) if options.lesions else None,
    )
    if options.csv is not None:
        for path in write_csv(report, options.csv):
            print(path, file=sys.stderr)
    if options.json:
        print(json.dumps(cohort_document(report), ensure_ascii=False, allow_nan=False))
    else:
        print(cohort_text(report))
        _tell_left_out(cohort.left_out)
    return DONE


def _lesions(options: argparse.Namespace, cohort: Cohort) -> tuple[LesionDifference, ...]:
    from app.cohort.sources import database_lesion_differences

    with opened_database(options) as database:
        return database_lesion_differences(database, cohort)


def _of_reader(cohort: Cohort, options: argparse.Namespace) -> Cohort:
    if options.reader is None:
        return cohort
    rows = [row for row in cohort.rows if row.reader == options.reader]
    if not rows:
        raise Refusal(f"--reader: nobody is called {options.reader!r}; there are {', '.join(cohort.readers)}")
    return cohort.with_rows(rows)


def _cohort(options: argparse.Namespace, judging: Judging) -> Cohort:
    from app.cohort.sources import case_file_cohort, database_cohort, table_cohort
    from app.storage.cohort_cache import tables
    from app.unfinished_reads import unfinished_hidden

    if options.mapping is not None:
        return table_cohort(_table_of(options), judging)
    if options.words:
        try:
            return case_file_cohort([Path(word) for word in options.words], judging)
        except OSError as error:
            raise Refusal(f"{error.filename}: cannot be read ({error.strerror}). Name a file that is there.") from error
    with opened_database(options) as database:
        if options.table is None:
            found = database_cohort(database, judging)
            return found if options.unblinded else found.without_cases(unfinished_hidden(database))
        with database.reading() as connection:
            kept = {table.name: table for table in tables(connection)}
        if options.table not in kept:
            known = f"there are {', '.join(kept)}" if kept else "none was imported yet"
            raise Refusal(f"--table: there is no table called {options.table!r}; {known}")
        return table_cohort(kept[options.table], judging, database)


def _tell_left_out(left_out: tuple[str, ...]) -> None:
    for why in left_out[:20]:
        print(f"left out or read in part: {why}", file=sys.stderr)
    if len(left_out) > 20:
        print(f"and {len(left_out) - 20} more", file=sys.stderr)
