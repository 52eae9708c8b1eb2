"""Many cases into files, one after another: progress, cancel, and what was left out by name.

What holds for every export: files appear whole, all together, at its end. A case that a format cannot hold is left out
of that format and named; the others are written. An export that is cancelled, or of which nothing is left, changes
nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from sqlalchemy import Connection

from app.exports.exported import ExportedCase, ExportRefused, exported_reads
from app.exports.formats import CaseWriter, ExportFormat, ExportSettings
from app.exports.staging import Staging
from app.storage.database import Database
from app.storage.errors import StorageError
from app.storage.log import read_present, rows_of
from app.storage.worklist import list_cases


class ExportCancelled(Exception):
    """The export was cancelled. Nothing was changed."""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A case that is not in the files, and why. `failed`: it should have been, and something is wrong with it."""

    case_id: str
    why: str
    failed: bool = False

    def __str__(self) -> str:
        return self.why if self.why.startswith(self.case_id) else f"{self.case_id}: {self.why}"


@dataclass(frozen=True, slots=True)
class Exported:
    """What came of an export.

    Parameters
    ----------
    files
        Where they are; none when nothing was left to write.
    heads
        The reads that are in the files (a case by its id where the format is not about reads), each with the hash its
        log ends with.
    """

    files: tuple[Path, ...]
    heads: tuple[tuple[str, str], ...]
    left_out: tuple[LeftOut, ...]


def _never() -> bool:
    return False


def _silent(_done: int, _total: int) -> None:
    pass


def export_cases(
    database: Database,
    case_ids: Sequence[str] | None,
    formats: Sequence[ExportFormat],
    folder: Path,
    settings: ExportSettings,
    *,
    whole: bool = False,
    without: Mapping[str, str] = MappingProxyType({}),
    progress: Callable[[int, int], None] = _silent,
    cancelled: Callable[[], bool] = _never,
) -> Exported:
    """Export cases into a folder, which is made if need be.

    Parameters
    ----------
    case_ids
        Which cases; None for all that were not closed, in order of id.
    formats
        With more than one, each has its files in a folder of its own name.
    whole
        Refuse, instead of leaving anything out.
    without
        Cases that are left out of all of them, and why.
    progress
        Told after each case how many are done, of how many.
    cancelled
        Asked before each case.

    Raises
    ------
    ExportCancelled
        If `cancelled` said so; nothing was changed.
    StorageError
        If the database cannot be read.
    ExportRefused
        If a format cannot be written at all, or with `whole` at the first thing to be left out; nothing was changed.
    OSError
        If a file cannot be written; nothing half-written is left.
    """
    left_out: list[LeftOut] = []
    heads: dict[str, str] = {}
    with database.reading() as connection, Staging(folder) as staging, ExitStack() as open_writers:
        if case_ids is None:
            lines = sorted(list_cases(connection), key=lambda line: line.case_id)
            left_out += [LeftOut(line.case_id, line.fault, failed=True) for line in lines if line.fault]
            case_ids = [line.case_id for line in lines if not line.fault and not line.closed_because]
            left_out += [LeftOut(case_id, without[case_id]) for case_id in case_ids if case_id in without]
            case_ids = [case_id for case_id in case_ids if case_id not in without]
        writers: list[tuple[ExportFormat, CaseWriter]] = []
        for one in formats:
            prefix = f"{one.name}/" if len(formats) > 1 else ""
            writer = one.make(staging, prefix, settings)
            open_writers.callback(writer.close)
            writers.append((one, writer))
        for done, case_id in enumerate(case_ids):
            if cancelled():
                raise ExportCancelled
            progress(done, len(case_ids))
            try:
                case = _case(connection, case_id, settings)
            except StorageError as error:
                if whole:
                    raise
                left_out.append(LeftOut(case_id, str(error), failed=True))
                continue
            left_out += _write(case, writers, heads, staging)
            if whole and left_out:
                raise ExportRefused(str(left_out[0]))
        progress(len(case_ids), len(case_ids))
        if not heads:
            return Exported((), (), tuple(left_out))
        for _, writer in writers:
            writer.finish()
        if cancelled():
            raise ExportCancelled
        return Exported(staging.commit(), tuple(heads.items()), tuple(left_out))


def _case(connection: Connection, case_id: str, settings: ExportSettings) -> ExportedCase:
    record, head = read_present(connection, case_id)
    reads = exported_reads(record, head.hash, settings.ruleset)
    return ExportedCase(record, head.hash, reads, lambda: tuple(rows_of(connection, case_id)))


def _write(
    case: ExportedCase, writers: Sequence[tuple[ExportFormat, CaseWriter]], heads: dict[str, str], staging: Staging
) -> Iterator[LeftOut]:
    """Give the case to every format; what is yielded is why one could not take it: then none of its files is kept."""
    unread = False
    for one, writer in writers:
        if one.of_reads and not case.reads:
            if not unread:
                yield LeftOut(case.id, "nobody has read it yet")
            unread = True
            continue
        about = f" ({one.name})" if len(writers) > 1 else ""
        before = staging.registered
        try:
            not_yet = writer.add(case)
            if unwritten := staging.unwritten(before):
                raise ExportRefused(f"{case.id}: {unwritten[0]} was not written")
        except ExportRefused as refusal:
            staging.forget(before)
            yield LeftOut(case.id, f"{refusal}{about}", failed=True)
            continue
        for read_id, why in not_yet.items():
            yield LeftOut(read_id, f"{why}{about}")
        names = [read.id for read in case.reads] if one.of_reads else [case.id]
        heads |= {name: case.head for name in names if name not in not_yet}
