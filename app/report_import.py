"""Structured reports and segmentations of other programs as proposals for a read: for command line and window alike.

All files are read first; what fits goes into the log in one edit, or nothing does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from app.exports.seg_reading import read_segmentation
from app.exports.source_images import SourceImages
from app.exports.sr_proposals import proposals_of
from app.exports.sr_reading import ReadReport, RefusedPart, ReportRefused, is_segmentation, read_report
from app.state.proposals import Proposal
from app.state.record import Record
from app.storage.catalogue import StoredCatalogue
from app.storage.database import Database


@dataclass(frozen=True, slots=True)
class FileOutcome:
    """What came of one file.

    Parameters
    ----------
    proposals
        Those that are new to the read.
    known
        How many the read has already.
    refused
        What of the file is no proposal; of the whole file where `where` is empty.
    """

    file: Path
    proposals: tuple[Proposal, ...]
    known: int
    refused: tuple[RefusedPart, ...]


def read_proposals(files: Sequence[Path], record: Record, read_id: str, database: Database) -> tuple[FileOutcome, ...]:
    """The proposals of these files for a read of a case; nothing is recorded.

    Files that cannot be read, or are of another patient, are refused with the reason; the others still count.
    """
    images = SourceImages(StoredCatalogue(database).get)
    seen = {one.proposal.id for one in record.proposals if one.read_id == read_id}
    outcomes = []
    for file in files:
        try:
            found = proposals_of(_read(file), record, images)
        except ReportRefused as refusal:
            outcomes.append(FileOutcome(file, (), 0, (RefusedPart("", str(refusal)),)))
            continue
        new = tuple(one for one in found.proposals if one.id not in seen)
        outcomes.append(FileOutcome(file, new, len(found.proposals) - len(new), found.refused))
        seen |= {one.id for one in new}
    return tuple(outcomes)


def _read(file: Path) -> ReadReport:
    try:
        return read_segmentation(file) if is_segmentation(file) else read_report(file)
    except OSError as error:
        raise ReportRefused(f"it cannot be read ({error.strerror or error})") from error
