"""Where a cohort comes from: the cases of a database, an imported table, or case files."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from itertools import combinations
from pathlib import Path

from app.cohort.cohort import Cohort
from app.cohort.lesion_differences import LesionDifference, lesion_differences
from app.cohort.mapping import parse_mapping
from app.cohort.reads import CohortRead, baseline_fields, reads_of_case
from app.cohort.row_text import decode_rows, encode_rows
from app.cohort.rows import EndpointRow, endpoint_row
from app.cohort.sheets import parse_sheet
from app.cohort.table_reads import TableReads, table_reads
from app.profiles import Profiles, known_profiles
from app.state.record import Record
from app.storage.cohort_cache import KeptTable, heads, keep_rows, kept_rows
from app.storage.database import Database
from app.storage.errors import StorageError
from app.storage.log import read_present
from mrecist.case import Case
from mrecist.casefile import CaseFileError, decode, read_document
from mrecist.censoring import CensoringPolicy
from mrecist.rulesets import RuleSet

_CODE = ("app.state", "app.cohort", "mrecist")
_KEEP_EVERY = 500
_TABLE = "table:"
"""Before the digest of an imported table, in place of the id of a case. It has a key of its own."""

Progress = Callable[[int, int], bool]
"""Told how many of how many cases are done; false to stop."""


@dataclass(frozen=True, slots=True)
class Judging:
    """By what every read of a cohort is judged; `policy` None: as the protocol of each case says.

    `cutoff` is the last day of each case that counts, or its date, for cases of which the date of day 0 is known.
    """

    ruleset: RuleSet
    policy: CensoringPolicy | None = None
    cutoff: int | date | None = None

    @property
    def policy_name(self) -> str:
        name = "of each protocol" if self.policy is None else self.policy.name
        if self.cutoff is None:
            return name
        return f"{name}, cut-off {'day ' if isinstance(self.cutoff, int) else ''}{self.cutoff}"

    def cutoff_day(self, read: CohortRead) -> int | None:
        """The last day of a case that counts.

        Raises
        ------
        ValueError
            If the cut-off is a date, and that of day 0 is not known.
        """
        if not isinstance(self.cutoff, date):
            return self.cutoff
        if read.day0 is None:
            raise ValueError(f"{read.case.id}: the date of day 0 is not known; a cut-off of it is a day")
        return (self.cutoff - read.day0).days

    def cohort(self, rows: Iterable[EndpointRow], left_out: Sequence[str] = ()) -> Cohort:
        label = f"{self.ruleset.name} {self.ruleset.version}"
        return Cohort(tuple(rows), label, self.policy_name, tuple(left_out))

    def rows(self, reads: Iterable[CohortRead], known: Profiles) -> tuple[EndpointRow, ...]:
        found: list[EndpointRow] = []
        for read in reads:
            named = read.case.protocol
            protocol = known.find(named) if named is not None else known.protocols[0]
            last = self.cutoff_day(read)
            if last is None or last >= 0:  # else it begins after the cut-off
                found.append(endpoint_row(read, self.ruleset, protocol, self.policy, last))
        return tuple(found)

    def key(self, known: Profiles, table: str = "") -> str | None:
        """By what rows are made, as one digest; None where the program is shipped without sources: nothing is kept."""
        code = code_digest()
        if code is None:
            return None
        rules = self.ruleset
        told = [
            code,
            rules.name,
            rules.version,
            rules.digest,
            self.policy_name,
            *(p.label for p in known.protocols),
            table,
        ]
        return hashlib.sha256("\n".join(told).encode("utf-8")).hexdigest()


def reads_of_record(record: Record, head: str) -> tuple[CohortRead, ...]:
    """The reads of a case of the database in which anything was found; none of a case that was closed."""
    if record.closed_because:
        return ()
    day0 = record.day0 or (record.baseline.on if record.baseline else None)
    fields = {"sex": record.patient.sex, "synthetic": "yes" if record.synthetic else "no"}
    fields |= baseline_fields(record.case)
    return tuple(
        CohortRead(record.case, record.case_of(read.id), read.id, read.reader, fields, head=head, day0=day0)
        for read in record.reads
        if any(t.observations for t in read.timepoints)
    )


def stale_cases(database: Database, judging: Judging) -> tuple[str, ...]:
    """The cases whose rows have to be made anew before the cohort can be shown."""
    key = judging.key(known_profiles())
    with database.reading() as connection:
        ends = heads(connection)
        kept = kept_rows(connection, key) if key is not None else {}
    return tuple(case for case, head in ends.items() if kept.get(case, ("", ""))[0] != head)


def database_cohort(database: Database, judging: Judging, progress: Progress | None = None) -> Cohort:
    """Every read of every case of a database. Only cases that have changed since are judged again.

    Rows are kept as they are made, so that a stop loses little.
    """
    known = known_profiles()
    key = judging.key(known)
    with database.reading() as connection:
        ends = heads(connection)
        kept = kept_rows(connection, key) if key is not None else {}
    texts = {case: kept[case][1] for case, head in ends.items() if case in kept and kept[case][0] == head}
    stale = [case for case in ends if case not in texts]
    left_out: list[str] = []
    made: dict[str, tuple[str, str]] = {}
    for number, case_id in enumerate(stale, 1):
        try:
            with database.reading() as connection:
                record, head = read_present(connection, case_id)
        except StorageError as error:
            left_out.append(f"{case_id}: {error}")
            continue
        text = encode_rows(judging.rows(reads_of_record(record, head.hash), known))
        texts[case_id] = text
        made[case_id] = (head.hash, text)
        if len(made) >= _KEEP_EVERY or number == len(stale):
            _keep(database, key, made)
            made = {}
        if progress is not None and not progress(number, len(stale)):
            break
    _keep(database, key, made)
    rows = _decoded(texts)
    seen = {row.case_id for row in rows}
    later = "" if judging.cutoff is None else ", or it begins after the cut-off"
    left_out += [f"{case}: nobody has read it yet, or it is closed{later}" for case in texts if case not in seen]
    return judging.cohort(rows, left_out)


def database_lesion_differences(database: Database, cohort: Cohort) -> tuple[LesionDifference, ...]:
    """The lesions of every two reads of a case of a database's cohort, side by side."""
    reads: dict[str, list[str]] = {}
    for row in cohort.rows:
        reads.setdefault(row.case_id, []).append(row.read_id)
    found: list[LesionDifference] = []
    for case_id, ids in reads.items():
        if len(ids) > 1:
            with database.reading() as connection:
                record, _ = read_present(connection, case_id)
            for first, second in combinations(ids, 2):
                found += lesion_differences(record.case, first, second)
    return tuple(found)


def table_cohort(table: KeptTable, judging: Judging, database: Database | None = None) -> Cohort:
    """An imported table; its rows are kept in the database, if one is given.

    Raises
    ------
    SheetError, MappingError
        As for its import.
    """
    known = known_profiles()
    key = judging.key(known, table.digest) if database is not None else None
    case_id = f"{_TABLE}{table.digest}"
    if database is not None and key is not None:
        with database.reading() as connection:
            kept = kept_rows(connection, key).get(case_id)
        if kept is not None and kept[0] == table.digest:
            *left_out, text = kept[1].split("\x1f")
            return judging.cohort(decode_rows([text]), left_out)
    reads = parsed_table(table.file, table.content, table.mapping, table.digest)
    rows = judging.rows(reads.reads, known)
    if database is not None and key is not None:
        told = "\x1f".join([*(x.replace("\x1f", " ") for x in reads.left_out), encode_rows(rows)])
        keep_rows(database, key, {case_id: (table.digest, told)})
    return judging.cohort(rows, reads.left_out)


def parsed_table(file: str, content: bytes, mapping: str, digest: str) -> TableReads:
    """The reads of a table and its mapping as texts; raises `SheetError` and `MappingError`."""
    return table_reads(parse_sheet(file, content), parse_mapping(mapping), digest)


def case_file_cohort(paths: Sequence[Path], judging: Judging) -> Cohort:
    """The cases of response-case files.

    Raises
    ------
    CaseFileError
        If a file is no case file, or two cases have one id; every fault is named with its file.
    OSError
        If a file cannot be read.
    """
    faults: list[str] = []
    found: dict[str, Case] = {}
    for path in paths:
        try:
            document = read_document(decode(path.read_bytes()))
        except CaseFileError as error:
            faults += [f"{path}: {fault}" for fault in error.faults]
            continue
        for case in document:
            if not isinstance(case, Case):
                faults.append(f"{path}: holds bare sequences of responses; a cohort wants response cases")
                break
            if case.id in found:
                faults.append(f"{path}: {case.id} is the id of a case of an earlier file")
            found[case.id] = case
    if faults:
        raise CaseFileError(faults)
    reads = [read for case in found.values() for read in reads_of_case(case)]
    return judging.cohort(judging.rows(reads, known_profiles()))


@cache
def code_digest() -> str | None:
    """SHA-256 over the sources that turn a case into its rows; None where there are none."""
    digest = hashlib.sha256()
    for package in _CODE:
        sources = sorted(_sources(files(package), package))
        if not sources:
            return None
        for name, text in sources:
            digest.update(f"{name} {len(text)}\n".encode())
            digest.update(text)
    return digest.hexdigest()


def _sources(folder: Traversable, path: str) -> Iterable[tuple[str, bytes]]:
    for entry in folder.iterdir():
        if entry.is_dir():
            yield from _sources(entry, f"{path}/{entry.name}")
        elif entry.name.endswith(".py"):
            yield f"{path}/{entry.name}", entry.read_bytes()


def _keep(database: Database, key: str | None, made: dict[str, tuple[str, str]]) -> None:
    if key is not None:
        keep_rows(database, key, made)


def _decoded(texts: dict[str, str]) -> tuple[EndpointRow, ...]:
    return decode_rows([texts[case] for case in sorted(texts)])
