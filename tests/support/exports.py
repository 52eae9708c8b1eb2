"""What a format writes, in memory."""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path

from app.exports.exported import ExportedCase, ExportedRead
from app.exports.formats import FORMATS, ExportSettings
from app.exports.staging import Staging
from app.resources import DEFAULT_RULESET, load_ruleset
from app.storage.chain import Row


def files_of(
    name: str,
    reads: Sequence[ExportedRead],
    rows: Sequence[Row] = (),
    study: str = "S1",
    rules: str = DEFAULT_RULESET,
) -> dict[str, bytes]:
    """The files of a format for these reads, by name; reads of one record are one case."""
    cases: dict[str, list[ExportedRead]] = {}
    for read in reads:
        cases.setdefault(read.record.case_id, []).append(read)
    with tempfile.TemporaryDirectory() as folder, Staging(Path(folder) / "out") as staging:
        with closing(FORMATS[name].make(staging, "", ExportSettings(load_ruleset(rules), study))) as writer:
            for of_case in cases.values():
                writer.add(ExportedCase(of_case[0].record, of_case[0].head, tuple(of_case), lambda: tuple(rows)))
            writer.finish()
        return {path.name: path.read_bytes() for path in staging.commit()}


def csv_rows(files: Mapping[str, bytes], name: str) -> list[dict[str, str]]:
    """The rows of a CSV file."""
    return list(csv.DictReader(io.StringIO(files[name].decode("utf-8"), newline="")))
