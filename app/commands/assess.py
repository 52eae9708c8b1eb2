"""`assess FILE...`: responses, best responses and decisions for response-case files."""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Generator, Sequence
from contextlib import closing
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from io import TextIOWrapper
from pathlib import Path
from typing import IO, BinaryIO

from app.cli import DONE, Refusal
from app.commands.assessed_text import AssessedText
from app.commands.judging import JudgedLine, Judging, judge_lines
from app.profiles import Profiles, ProtocolRefused, known_profiles, read_protocol
from app.resources import (
    DEFAULT_RULESET,
    LANGUAGES,
    PROTOCOLS,
    RULESETS,
    SOURCE_LANGUAGE,
    load_catalogue,
    load_ruleset,
)
from mrecist.case import Case
from mrecist.casefile import CaseFileError, Sequenced, decode, read_document
from mrecist.resultfile import results_document
from mrecist.robustness import DRAWS, SEED
from mrecist.rulesets import MeasurementError, RuleSet, RuleSetError, parse_ruleset

_MOST_FAULTS_SHOWN = 100
_PARALLEL_FROM_BYTES = 4_000_000
_LARGEST_DEVIATION = 100
_MOST_DRAWS = 1_000_000


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help="response-case files")
    parser.add_argument(
        "--ruleset",
        default=DEFAULT_RULESET,
        type=_named_ruleset,
        metavar="NAME|FILE",
        help=f"{', '.join(RULESETS)}, or a file of your own (.toml); default: %(default)s",
    )
    parser.add_argument(
        "--protocol",
        type=_named_protocol,
        metavar="NAME|FILE",
        help=f"protocol of cases that name none: {', '.join(PROTOCOLS)}, or a file of your own (.toml)",
    )
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="print one JSON document")
    form.add_argument("--jsonl", action="store_true", help="read and write one case a line, whatever their number")
    parser.add_argument(
        "--scores",
        action="store_true",
        help="add the published schemes on a further TACE (ART, ABCR ...); never decides",
    )
    parser.add_argument(
        "--language",
        choices=LANGUAGES,
        default=SOURCE_LANGUAGE,
        help="of sentences and headings; what is not translated stays English; default: %(default)s",
    )
    firm = parser.add_argument_group(
        "robustness",
        "How firm each category is: its probability, were every diameter measured again. Never decides.",
    )
    firm.add_argument("--robustness", action="store_true", help="add the probabilities")
    firm.add_argument("--error-mm", type=_deviation, metavar="SD", help="standard deviation of one diameter, in mm")
    firm.add_argument("--error-pct", type=_deviation, metavar="SD", help="the same, in per cent of its length")
    firm.add_argument("--draws", type=_count, default=DRAWS, metavar="N", help="default: %(default)s")
    firm.add_argument("--seed", type=int, default=SEED, metavar="N", help="of the random numbers; default: %(default)s")


def run(options: argparse.Namespace) -> int:
    """Assess every case of the files; nothing is printed if any of them is refused."""
    judging = _judging(options)
    rules = judging.ruleset
    if options.jsonl:
        _assess_lines(options.files, judging)
        return DONE
    cases: list[Case] = []
    sequences: list[Sequenced] = []
    faults: list[str] = []
    files: dict[str, Path] = {}
    for file in options.files:
        try:
            found = read_document(decode(file.read_bytes()), judging.profiles.names)
        except CaseFileError as error:
            faults += [f"{file}: {fault}" for fault in error.faults]
            continue
        except OSError as error:
            faults.append(_unreadable(file, error))
            continue
        faults += [
            f"{file}: id: {json.dumps(c.id)} is the id of a case of {files[c.id]}; assess the files in two calls"
            for c in found
            if c.id in files
        ]
        files |= {c.id: file for c in found}
        cases += [c for c in found if isinstance(c, Case)]
        sequences += [c for c in found if isinstance(c, Sequenced)]
    _refuse(faults)
    if cases and sequences:
        raise Refusal("give files of response cases and of bare response sequences apart, in two calls")
    if sequences:
        _print_sequences(sequences, judging, options.json)
        return DONE
    if options.json:
        print(json.dumps(results_document([judging.result(case) for case in cases], rules.name, rules.version)))
    else:
        for case in cases:
            _print_case(case, judging)
    return DONE


def _judging(options: argparse.Namespace) -> Judging:
    rules = _ruleset(options.ruleset)
    error = None
    if options.robustness or options.error_mm is not None or options.error_pct is not None:
        error = rules.measurement_error
        if options.error_mm is not None or options.error_pct is not None:
            error = MeasurementError(options.error_mm or Fraction(0), options.error_pct or Fraction(0), "given")
    profiles, named = _profiles(options.protocol)
    catalogue = load_catalogue(options.language)
    return Judging(rules, profiles, named, error, options.scores, options.draws, options.seed, catalogue)


def _profiles(named: str | None) -> tuple[Profiles, str | None]:
    """The protocols that cases may name, and that of cases that name none; one's own by the path of its file."""
    known = known_profiles()
    if named is None or not named.endswith(".toml"):
        return known, named
    try:
        own = read_protocol(Path(named))
    except ProtocolRefused as error:
        raise Refusal(str(error)) from error
    others = {p.name: p for p in known.protocols}
    return Profiles(tuple((others | {own.name: own}).values())), own.name


def _ruleset(name: str) -> RuleSet:
    """A shipped rule set by name, or one's own by the path of its file."""
    if name in RULESETS:
        return load_ruleset(name)
    try:
        own = parse_ruleset(Path(name).read_text(encoding="utf-8"))
        # whatever the file calls itself, a changed threshold is another version in every result
        return replace(own, version=f"{own.version}+file.{own.digest}")
    except OSError as error:
        raise Refusal(_unreadable(Path(name), error)) from error
    except (RuleSetError, UnicodeDecodeError) as error:
        raise Refusal(f"{name}: {error}") from error


def _named_ruleset(text: str) -> str:
    if text not in RULESETS and not text.endswith(".toml"):
        raise argparse.ArgumentTypeError(f"{text!r} is neither {', '.join(RULESETS)} nor a .toml file")
    return text


def _named_protocol(text: str) -> str:
    names = known_profiles().names
    if text not in names and not text.endswith(".toml"):
        raise argparse.ArgumentTypeError(f"{text!r} is neither {', '.join(names)} nor a .toml file")
    return text


def _deviation(text: str) -> Fraction:
    try:
        value = Decimal(text)
    except ArithmeticError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number") from error
    if not value.is_finite() or not 0 <= value <= _LARGEST_DEVIATION:
        raise argparse.ArgumentTypeError(f"{text!r} is not between 0 and {_LARGEST_DEVIATION}")
    return Fraction(value)


def _count(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) <= _MOST_DRAWS:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number between 1 and {_MOST_DRAWS:,}")
    return int(text)


def _unreadable(file: Path, error: OSError) -> str:
    return f"{file}: cannot be read ({error.strerror})"


def _refuse(faults: Sequence[str], *, given_up: bool = False) -> None:
    """Refuse the input if there are faults; with `given_up` they are only those found before reading stopped."""
    if not faults:
        return
    shown = list(faults[:_MOST_FAULTS_SHOWN])
    if given_up:
        shown.append(f"reading stopped after {_MOST_FAULTS_SHOWN} faults; there may be more")
    elif len(faults) > len(shown):
        shown.append(f"and {len(faults) - len(shown)} more")
    raise Refusal("\n".join(["the input was refused", *shown]))


# --- one case a line -------------------------------------------------------------------------------------------------


def _assess_lines(files: Sequence[Path], judging: Judging) -> None:
    """Assess line by line into a temporary file, and print that once no line was refused: memory stays flat."""
    faults: list[str] = []
    seen: set[str] = set()
    with tempfile.TemporaryFile("w+b") as held_back:
        for file in files:
            try:
                _assess_file(file, judging, faults, seen, held_back)
            except OSError as error:
                faults.append(_unreadable(file, error))
        _refuse(faults, given_up=len(faults) >= _MOST_FAULTS_SHOWN)
        held_back.seek(0)
        with TextIOWrapper(held_back, encoding="ascii") as told:
            shutil.copyfileobj(told, sys.stdout)


def _assess_file(file: Path, judging: Judging, faults: list[str], seen: set[str], held_back: IO[bytes]) -> None:
    """Collect results, ids, and faults until there are as many as can be shown: reading stops there."""
    if len(faults) >= _MOST_FAULTS_SHOWN:
        return
    with file.open("rb") as stream, closing(_judged(stream, judging)) as judged:
        for line in judged:
            faults += [f"{file}: line {line.number}: {fault}" for fault in line.faults]
            if not line.faults and line.case_id in seen:
                named = json.dumps(line.case_id)
                faults.append(f"{file}: line {line.number}: id: {named} is the id of an earlier case")
            seen.add(line.case_id)
            if len(faults) >= _MOST_FAULTS_SHOWN:
                return
            if not faults:
                held_back.write(line.result + b"\n")


def _judged(stream: BinaryIO, judging: Judging) -> Generator[JudgedLine]:
    lines = ((number, line) for number, line in enumerate(stream, 1) if line.strip())
    worth_it = os.fstat(stream.fileno()).st_size >= _PARALLEL_FROM_BYTES
    yield from judge_lines(judging, lines, in_parallel=worth_it)


# --- for people ------------------------------------------------------------------------------------------------------


def _print_sequences(sequences: Sequence[Sequenced], judging: Judging, as_json: bool) -> None:
    results = [judging.best_of(one) for one in sequences]
    if as_json:
        print(json.dumps({"results": results}))
        return
    told = AssessedText(judging.catalogue)
    for row in results:
        print(told.best_of(row))


def _print_case(case: Case, judging: Judging) -> None:
    assessment, told = judging.assess(case), AssessedText(judging.catalogue)
    for line in told.case(assessment, judging.firmness(case)):
        print(line)
    if not judging.scores:
        return
    for at in assessment.timepoints:
        for panel in judging.panels(case, assessment, at.timepoint):
            for line in told.panel(at.timepoint, panel):
                print(line)
