from __future__ import annotations

from pathlib import Path

import pytest

from app.exports.exported import exported_reads, write_files
from app.resources import load_ruleset
from app.state.apply import apply
from app.state.events import Entry, ReadStarted
from tests.support.cases import added, measured, record_of


def test_that_the_reads_of_a_case_are_told_apart() -> None:
    record = record_of(added("IT1", "BL", measured("50.0")))
    (only,) = exported_reads(record, "h", load_ruleset())
    assert (only.id, only.assessment.case_id) == ("C-1", "C-1")
    two = exported_reads(apply(record, Entry(9, "", "B", "read-2", ReadStarted("B"))), "h", load_ruleset())
    assert [(x.id, x.assessment.read_id) for x in two] == [("C-1/read-1", "read-1"), ("C-1/read-2", "read-2")]


def test_that_files_are_written_whole_into_a_new_folder(tmp_path: Path) -> None:
    written = write_files(tmp_path / "new", {"a.csv": b"a", "b.csv": b"b"})
    assert [(p.name, p.read_bytes()) for p in written] == [("a.csv", b"a"), ("b.csv", b"b")]
    write_files(tmp_path / "new", {"a.csv": b"c"})
    assert sorted(p.name for p in (tmp_path / "new").iterdir()) == ["a.csv", "b.csv"]


def test_that_a_failure_leaves_nothing_half_written(tmp_path: Path) -> None:
    (tmp_path / "b.csv").mkdir()
    with pytest.raises(OSError):
        write_files(tmp_path, {"b.csv": b"b", "c.csv": b"c"})
    assert [p.name for p in tmp_path.iterdir()] == ["b.csv"]
