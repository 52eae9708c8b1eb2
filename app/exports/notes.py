"""``notes.csv`` beside an export: what is not in its files, or needs a look, read by read."""

from __future__ import annotations

from app.exports.csv_tables import CsvFile
from app.exports.staging import Staging

NOTES = ("case", "read", "timepoint", "note")


class Notes:
    """``notes.csv``, which is there only when something is to be said."""

    def __init__(self, staging: Staging, prefix: str) -> None:
        self._staging, self._name = staging, f"{prefix}notes.csv"
        self._rows: dict[tuple[str, str, str, str], None] = {}

    def add(self, case_id: str, read_id: str, visit_id: str, text: str) -> None:
        """Say something once."""
        self._rows[case_id, read_id, visit_id, text] = None

    def finish(self) -> None:
        """Write them, if there are any."""
        if not self._rows:
            return
        file = CsvFile(self._staging.path(self._name), NOTES)
        try:
            file.add(dict(zip(NOTES, row, strict=True)) for row in self._rows)
        finally:
            file.close()
