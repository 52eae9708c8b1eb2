"""Many cases at once: what is left out is named, what is cancelled or fails changes nothing."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import update

from app.exports.batch import ExportCancelled, Exported, export_cases
from app.exports.exported import ExportedCase, ExportRefused
from app.exports.formats import FORMATS, ExportFormat, ExportSettings, chosen_formats
from app.exports.staging import Staging
from app.resources import load_ruleset
from app.state.record import Patient
from app.storage.database import Database
from app.storage.errors import StorageError
from app.storage.open_case import OpenCase
from app.storage.tables import cases, entries
from tests.support.cases import READER, added, found, measured
from tests.support.databases import opened, url_in

SETTINGS = ExportSettings(load_ruleset())


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """C-1 was read, C-2 was not, the log of C-3 is damaged."""
    with Database.open(url_in(tmp_path)) as made:
        opened(made, added("IT1", "BL", measured("50.0", "1.1")), found("IT1", "FU1", measured("30.0", "1.2")))
        OpenCase.create(made, "C-2", Patient("P-2"), READER)
        OpenCase.create(made, "C-3", Patient("P-3"), READER)
        with made.writing() as connection:
            connection.execute(update(entries).where(entries.c.case_id == "C-3").values(payload="{}"))
        yield made


def export(database: Database, folder: Path, *names: str, **how: object) -> Exported:
    settings = replace(SETTINGS, database=database)
    return export_cases(database, None, chosen_formats(names), folder, settings, **how)  # type: ignore[arg-type]


def test_that_a_case_that_fails_is_named_and_the_rest_is_written(database: Database, tmp_path: Path) -> None:
    told = export(database, tmp_path / "out", "csv")
    with (tmp_path / "out" / "regions.csv").open(encoding="utf-8", newline="") as file:
        assert {row["case"] for row in csv.DictReader(file)} == {"C-1"}
    assert [(x.case_id, x.failed) for x in told.left_out] == [("C-2", False), ("C-3", True)]
    assert "damaged" in told.left_out[1].why
    assert [name for name, _ in told.heads] == ["C-1"]


def test_that_a_damaged_line_of_the_list_is_named_too(database: Database, tmp_path: Path) -> None:
    with database.writing() as connection:
        connection.execute(cases.delete())
    told = export(database, tmp_path / "out", "csv")
    assert {x.case_id: x.failed for x in told.left_out} == {"C-2": False, "C-3": True}


def test_that_each_of_several_formats_has_a_folder(database: Database, tmp_path: Path) -> None:
    told = export(database, tmp_path / "out", "csv", "sdtm", "case")
    assert {path.parent.name for path in told.files} == {"csv", "sdtm", "case"}
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"csv", "sdtm", "case"}
    assert len(list((tmp_path / "out" / "case").iterdir())) == 2, "a case that nobody has read has a log all the same"


@pytest.mark.parametrize("name", [name for name, one in FORMATS.items() if not one.missing])
def test_that_cancelling_changes_nothing(database: Database, tmp_path: Path, name: str) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "lesions.csv").write_text("from before")
    asked: list[int] = []
    with pytest.raises(ExportCancelled):
        export(database, out, name, cancelled=lambda: asked.append(1) or len(asked) > 1)
    assert [(p.name, p.read_text()) for p in out.iterdir()] == [("lesions.csv", "from before")]


def test_that_ctrl_c_leaves_nothing_behind(database: Database, tmp_path: Path) -> None:
    def interrupt(done: int, _total: int) -> None:
        if done:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        export(database, tmp_path / "new" / "out", "csv", "xlsx", "sdtm", progress=interrupt)
    assert not (tmp_path / "new").exists()


def test_that_progress_counts_the_cases(database: Database, tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    export(database, tmp_path / "out", "csv", progress=lambda done, total: told.append((done, total)))
    assert told == [(0, 3), (1, 3), (2, 3), (3, 3)]


class _Picky:
    """Refuses one case after it has begun to write another."""

    def add(self, case: ExportedCase) -> Mapping[str, str]:
        if case.id == "C-1":
            raise ExportRefused("C-1: too long")
        return {}

    def finish(self) -> None:
        pass

    def close(self) -> None:
        pass


def test_that_a_format_that_refuses_a_case_is_named_beside_one_that_takes_it(
    database: Database, tmp_path: Path
) -> None:
    picky = ExportFormat("picky", "", "", lambda *_: _Picky())
    formats = (FORMATS["csv"], picky)
    told = export_cases(database, ["C-1"], formats, tmp_path / "out", SETTINGS)
    assert [str(x) for x in told.left_out] == ["C-1: too long (picky)"]
    assert [x.failed for x in told.left_out] == [True]
    with pytest.raises(ExportRefused, match="too long"):
        export_cases(database, ["C-1"], formats, tmp_path / "whole", SETTINGS, whole=True)
    assert not (tmp_path / "whole").exists()


class _Unsure:
    """A file a case: of C-1 none is written, or half of one, with or without a word."""

    def __init__(self, staging: Staging, half: bool, told: bool) -> None:
        self._staging, self._half, self._told = staging, half, told

    def add(self, case: ExportedCase) -> Mapping[str, str]:
        path = self._staging.path(f"{case.head[:8]}.pdf")
        if case.id != "C-1" or self._half:
            path.write_text("...")
        if case.id == "C-1" and self._told:
            raise ExportRefused("C-1: the disk is full")
        return {}

    def finish(self) -> None:
        pass

    def close(self) -> None:
        pass


@pytest.mark.parametrize(("half", "told"), [(False, True), (True, True), (False, False)])
def test_that_a_file_that_was_asked_for_and_not_written_whole_is_given_up(
    database: Database, tmp_path: Path, half: bool, told: bool
) -> None:
    """The rest of the export appears, and the case whose file is missing is named."""
    unsure = ExportFormat("unsure", "", "", lambda staging, *_: _Unsure(staging, half, told), of_reads=False)
    done = export_cases(database, ["C-1", "C-2"], (unsure, FORMATS["csv"]), tmp_path / "out", SETTINGS)
    failed = [str(x) for x in done.left_out if x.failed]
    assert len(failed) == 1 and failed[0].startswith("C-1: ") and failed[0].endswith("(unsure)")
    assert len([path for path in done.files if path.suffix == ".pdf"]) == 1
    assert {path for path in (tmp_path / "out").rglob("*") if path.is_file()} == set(done.files)


def test_that_nothing_is_moved_where_a_file_was_never_written(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("from before")
    with Staging(tmp_path) as staging:
        staging.path("a.csv").write_text("new")
        staging.path("sdtm/b.csv")
        with pytest.raises(FileNotFoundError, match=r"sdtm/b\.csv"):
            staging.commit()
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("a.csv", "from before")]


def test_that_a_case_that_is_asked_for_alone_fails_aloud(database: Database, tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="damaged"):
        export_cases(database, ["C-3"], (FORMATS["csv"],), tmp_path / "out", SETTINGS, whole=True)
    assert not (tmp_path / "out").exists()


def test_that_something_in_the_way_is_told_and_stays(database: Database, tmp_path: Path) -> None:
    (tmp_path / "out" / "responses.csv").mkdir(parents=True)
    with pytest.raises(IsADirectoryError):
        export(database, tmp_path / "out", "csv")
    assert [p.name for p in (tmp_path / "out").iterdir()] == ["responses.csv"]


def test_that_a_format_says_what_it_needs() -> None:
    missing = replace(FORMATS["xpt"], needs="no_such_module")
    assert "install the extra `sdtm`" in missing.missing
    assert FORMATS["csv"].missing == ""
    with pytest.raises(KeyError):
        chosen_formats(["csv", "docx"])
