"""What the window says of input that it cannot take; nothing is lost, nothing is half done."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from app.demo.truth import Truth
from app.state.events import ProtocolChosen
from tests.support.databases import fill_up, free_again
from tests.support.driver import Driver


@pytest.fixture
def driver(qtbot: QtBot, tmp_path: Path) -> Iterator[Driver]:
    driver = Driver(qtbot, f"sqlite:///{tmp_path / 'cases.db'}")
    yield driver
    driver.close()


def told(driver: Driver) -> str:
    assert driver.window.work.isVisible()
    return f"{driver.window.work.message.text()}\n{driver.window.work.list.toPlainText()}"


def test_that_an_empty_folder_is_named_and_nothing_is_imported(driver: Driver, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    driver.drop_folder(tmp_path / "empty")
    assert "The folder holds no files" in told(driver)
    assert driver.session.record is None


@pytest.mark.parametrize("kind", ["text", "truncated", "zeros"])
def test_that_a_file_that_is_no_image_is_refused_by_name(
    driver: Driver, tmp_path: Path, small_study: tuple[Path, Truth], kind: str
) -> None:
    folder = tmp_path / "bad"
    folder.mkdir()
    real = next(small_study[0].rglob("*.dcm")).read_bytes()
    content = {"text": b"not an image\n", "truncated": real[:3000], "zeros": bytes(5000)}[kind]
    (folder / "scan.dcm").write_bytes(content)
    driver.drop_folder(folder)
    assert "scan.dcm" in told(driver)
    assert "Traceback" not in told(driver)
    assert driver.session.record is None


def test_that_a_good_series_is_imported_beside_a_bad_file_which_is_listed(
    driver: Driver, tmp_path: Path, small_study: tuple[Path, Truth]
) -> None:
    folder = tmp_path / "mixed"
    shutil.copytree(small_study[0] / "BL" / "chest", folder / "chest")
    (folder / "notes.dcm").write_text("hello")
    driver.drop_folder(folder)
    assert "notes.dcm" in told(driver)
    record = driver.session.record
    assert record is not None
    assert len(record.series) == 1


def test_that_edits_on_a_full_disk_are_shown_as_unsaved_and_saved_by_retry(
    driver: Driver, tmp_path: Path, small_study: tuple[Path, Truth]
) -> None:
    shutil.copytree(small_study[0] / "BL" / "chest", tmp_path / "chest")
    driver.drop_folder(tmp_path / "chest")
    database = driver.station._database
    fill_up(database)
    for _ in range(400):
        driver.session.do(ProtocolChosen("cotsom"))
        driver.session.do(ProtocolChosen(None))
        if driver.session.store.unsaved:
            break
    assert driver.session.store.unsaved
    assert driver.window.bar.saved_text.startswith("Disk full: edits since ")
    assert driver.window.bar.retry_button.isVisible()
    kept = driver.session.record
    free_again(database)
    driver.click(driver.window.bar.retry_button)
    assert not driver.session.store.unsaved
    assert driver.session.record == kept
    assert driver.window.bar.saved_text.startswith("Read open · saved ")


def test_that_a_dropped_archive_is_imported_like_its_folder(
    driver: Driver, tmp_path: Path, small_study: tuple[Path, Truth]
) -> None:
    archive = shutil.make_archive(str(tmp_path / "study"), "zip", small_study[0] / "BL" / "chest")
    driver.drop_folder(Path(archive))
    record = driver.session.record
    assert record is not None and len(record.series) == 1


def test_that_an_archive_is_chosen_from_the_menu_and_a_damaged_one_is_named(
    driver: Driver, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    damaged = tmp_path / "damaged.zip"
    damaged.write_bytes(b"PK\x03\x04 this is no archive")
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(damaged), ""))
    driver.window.import_archive()
    driver.qtbot.waitUntil(lambda: not driver.station.runner.is_running("work"), timeout=60_000)
    assert "damaged.zip" in told(driver)
    assert driver.session.record is None
