"""What is exported: one read of one case, its assessment, and the anchor of its log."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import TYPE_CHECKING

from app.assessing import assess_read
from app.state.record import Record
from mrecist.case import Read
from mrecist.results import Assessment
from mrecist.rulesets import RuleSet
from mrecist.target import uses_whole
from mrecist.tracks import follow

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from app.storage.chain import Row


class ExportRefused(Exception):
    """The export cannot be made; the message names the case and says why. Nothing was written."""


@dataclass(frozen=True, slots=True)
class ExportedRead:
    """One read of one case.

    Parameters
    ----------
    id
        Tells the reads of a case apart.
    head
        The hash that the log of the case ends with.
    whole_in_liver
        Whether the rule set is RECIST 1.1 in the liver too: whole lesions count there, not their viable parts.
    by_whole
        The lesions whose whole diameter counts by that: those of the liver that have one at baseline.
    """

    id: str
    record: Record
    read: Read
    assessment: Assessment
    head: str
    whole_in_liver: bool = False
    by_whole: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class ExportedCase:
    """One case with all its reads; none where nobody has read it. `rows` reads its log as it is stored."""

    record: Record
    head: str
    reads: tuple[ExportedRead, ...]
    rows: Callable[[], tuple[Row, ...]]

    @property
    def id(self) -> str:
        return self.record.case_id


def exported_reads(record: Record, head: str, ruleset: RuleSet) -> tuple[ExportedRead, ...]:
    """All reads of a case, each assessed. The only read of a case is called by the case's id."""
    found: list[ExportedRead] = []
    whole = ruleset.target.liver_diameter == "whole"
    for read in record.reads:
        name = record.case_id if len(record.reads) == 1 else f"{record.case_id}/{read.id}"
        assessment = replace(assess_read(record, read.id, ruleset), case_id=name)
        tracks = follow(record.case_of(read.id), read) if whole else ()
        whole_ones = frozenset(track.lesion.id for track in tracks if uses_whole(track, ruleset.target))
        fragments = (track.lesion for track in tracks if track.lesion.parent in whole_ones)
        by_whole = whole_ones | {lesion.id for lesion in fragments}
        found.append(ExportedRead(name, record, read, assessment, head, whole, by_whole))
    return tuple(found)


def write_files(folder: Path, files: Mapping[str, bytes]) -> tuple[Path, ...]:
    """Write files into a folder, which is made if need be: none appears before all are written whole.

    Raises
    ------
    OSError
        If one cannot be written; nothing half-written is left.
    """
    folder.mkdir(parents=True, exist_ok=True)
    waiting: list[tuple[Path, Path]] = []
    try:
        for name, content in files.items():
            with NamedTemporaryFile(dir=folder, prefix=".", suffix=".part", delete=False) as file:
                waiting.append((Path(file.name), folder / name))
                file.write(content)
        for written, final in waiting:
            written.chmod(0o644)
            written.replace(final)
    finally:
        _remove(written for written, _ in waiting)
    return tuple(final for _, final in waiting)


def _remove(paths: Iterable[Path]) -> None:
    for path in paths:
        path.unlink(missing_ok=True)
