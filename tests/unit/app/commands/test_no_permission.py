"""What a user meets who may not read every file, or may not write where the database is."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.cli import DONE, REFUSED
from tests.support.phantoms import Phantom, write_phantom
from tests.support.unprivileged import Ended, as_nobody, open_to_all

SLICES = 3


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """Images of three slices, beside them a file and a folder that nobody may read; places for databases."""
    with open_to_all() as folder:
        phantom = Phantom(heights_mm=(0, 3, 6))
        write_phantom(folder / "images", phantom)
        write_phantom(folder / "images" / "vault", phantom)
        closed = folder / "images" / "closed.dcm"
        closed.write_bytes((folder / "images" / "slice000").read_bytes())
        closed.chmod(0)
        (folder / "images" / "vault").chmod(0)
        (folder / "locked").mkdir(mode=0o755)  # only root may write there
        (folder / "secret").mkdir(mode=0o700)  # only root may look there
        yield folder


@pytest.fixture(scope="module")
def ended(folder: Path) -> dict[str, Ended]:
    """How each command ended."""
    images, vault = str(folder / "images"), str(folder / "images" / "vault")
    commands = {
        "scan": ["scan", images, "--json"],
        "import": ["import", images, "--database", url(folder / "a.db"), "--json"],
        "import a closed folder": ["import", vault, "--database", url(folder / "b.db")],
        "scan within a closed folder": ["scan", f"{vault}/inside", "--json"],
        "import within a closed folder": ["import", f"{vault}/inside", "--database", url(folder / "c.db")],
        "database in a locked folder": ["import", images, "--database", url(folder / "locked" / "cases.db")],
        "database in a new folder": ["import", images, "--database", url(folder / "locked" / "new" / "cases.db")],
        "database in a secret folder": ["import", images, "--database", url(folder / "secret" / "cases.db")],
        "cases of a secret folder": ["cases", "--database", url(folder / "secret" / "cases.db")],
    }
    return dict(zip(commands, as_nobody(*commands.values()), strict=True))


def url(path: Path) -> str:
    return f"sqlite:///{path}"


def refused_of(folder: Path) -> list[dict[str, str]]:
    return [
        {"file": str(folder / "images" / "closed.dcm"), "reason": "no permission to read the file"},
        {"file": str(folder / "images" / "vault"), "reason": "no permission to list the folder"},
    ]


def test_that_a_scan_names_what_may_not_be_read_and_loses_nothing_else(folder: Path, ended: dict[str, Ended]) -> None:
    scan = ended["scan"]
    assert (scan.status, scan.err) == (DONE, "")
    found = json.loads(scan.out)
    assert [series["instances"] for series in found["series"]] == [SLICES]
    assert found["refused"] == refused_of(folder)


def test_that_an_import_names_what_may_not_be_read_and_takes_the_rest(folder: Path, ended: dict[str, Ended]) -> None:
    imported = ended["import"]
    assert (imported.status, imported.err) == (DONE, "")
    report = json.loads(imported.out)
    assert [(case["case"], len(case["series_added"])) for case in report["cases"]] == [("PHANTOM", 1)]
    assert report["refused"] == refused_of(folder)


def test_that_a_folder_of_which_nothing_may_be_read_is_refused_by_name(folder: Path, ended: dict[str, Ended]) -> None:
    why = f"No images were found: {folder / 'images' / 'vault'}: no permission to list the folder."
    assert ended["import a closed folder"] == Ended(REFUSED, "", f"hepatrace import: {why}\n")


@pytest.mark.parametrize("command", ["scan", "import"])
def test_that_a_folder_within_a_closed_one_is_refused_by_name(
    folder: Path, ended: dict[str, Ended], command: str
) -> None:
    inside = folder / "images" / "vault" / "inside"
    why = f"{inside}: cannot be reached (Permission denied); ask for the right to read it"
    assert ended[f"{command} within a closed folder"] == Ended(REFUSED, "", f"hepatrace {command}: {why}\n")


@pytest.mark.parametrize(
    ("which", "name"),
    [
        ("database in a locked folder", "locked/cases.db"),
        ("database in a new folder", "locked/new/cases.db"),
        ("database in a secret folder", "secret/cases.db"),
        ("cases of a secret folder", "secret/cases.db"),
    ],
)
def test_that_a_database_where_nothing_may_be_written_is_refused_with_advice(
    folder: Path, ended: dict[str, Ended], which: str, name: str
) -> None:
    why = (
        f"The database cannot be opened ({folder / name}). Check that its folder exists and may be written to, or "
        "name another one with --database."
    )
    command = "cases" if which.startswith("cases") else "import"
    assert ended[which] == Ended(REFUSED, "", f"hepatrace {command}: {why}\n")
    assert [*(folder / "locked").iterdir(), *(folder / "secret").iterdir()] == []
