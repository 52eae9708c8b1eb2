"""Export as a reader sees it: the panel, what is remembered; the read on the clipboard; a case file dropped."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QSettings, Qt
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.exports.exported import exported_reads
from app.panels.export_panel import ExportPanel, Scope
from app.reading.read_text import read_text
from app.state.events import VisitSigned
from app.state.record import Patient
from app.storage.database import Database
from app.storage.open_case import OpenCase
from tests.support.cases import READ, READER, added, found, measured
from tests.support.databases import opened, url_in
from tests.support.driver import Driver

CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def driver(qtbot: QtBot, tmp_path: Path) -> Iterator[Driver]:
    """A worklist of a case that was read (50.0 to 30.0 mm) and one that was not."""
    with Database.open(url_in(tmp_path)) as database:
        case = opened(
            database, added("IT1", "BL", measured("50.0", "1.1")), found("IT1", "FU1", measured("30.0", "1.2"))
        )
        case.do(VisitSigned("BL", READER, case.head.hash, "mrecist-literal", ()), READER, READ)
        OpenCase.create(database, "C-2", Patient("P-2"), READER)
    driver = Driver(qtbot, url_in(tmp_path), reader=READER)
    qtbot.waitUntil(lambda: not driver.window.worklist.table_model.is_empty, timeout=10_000)
    yield driver
    driver.close()


def panel_of(driver: Driver) -> ExportPanel:
    panel = driver.station.exporting.panel
    assert panel is not None and panel.isVisible() and not panel.isModal()
    return panel


def export(driver: Driver, panel: ExportPanel) -> None:
    driver.click(panel.exporting)
    driver.qtbot.waitUntil(lambda: not driver.station.runner.is_running("export"), timeout=20_000)


def test_that_cases_of_the_worklist_are_exported_and_the_choice_is_remembered(
    driver: Driver, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    driver.click(driver.window.worklist.exporting)
    panel = panel_of(driver)
    assert not panel.exporting.isEnabled() and panel.exporting.toolTip() == "Choose a folder."
    panel.folder.setText(str(tmp_path / "out"))
    panel.formats["sdtm"].setChecked(True)
    panel.study.setText("COTSOM")
    export(driver, panel)
    assert panel.message.text() == f"14 files are in {tmp_path / 'out'} · 1 case left out"
    assert panel.list.toPlainText() == "C-2: nobody has read it yet"
    with (tmp_path / "out" / "csv" / "regions.csv").open(encoding="utf-8", newline="") as file:
        assert {row["case"] for row in csv.DictReader(file)} == {"C-1"}
    assert "COTSOM-C-1" in (tmp_path / "out" / "sdtm" / "dm.csv").read_text(encoding="utf-8")
    opened_urls: list[str] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: opened_urls.append(url.toLocalFile()))
    driver.click(panel.opening)
    assert opened_urls == [str(tmp_path / "out")]
    kept = QSettings()
    assert (kept.value("export/formats"), kept.value("export/study")) == ("csv sdtm", "COTSOM")
    panel.show_scopes([Scope("This case: C-2", ("C-2",))])
    assert panel.list.isHidden(), "another choice: what came of the one before is no longer said"
    panel.folder.setText(str(tmp_path / "other"))
    export(driver, panel)
    assert panel.message.text() == "C-2: nobody has read it yet" and panel.message.property("tone") == "error"
    assert not (tmp_path / "other").exists()
    panel.folder.setText(str(tmp_path / "out" / "csv" / "regions.csv"))
    export(driver, panel)
    assert panel.message.text().startswith("Nothing was written. ")
    again = driver.station.exporting._made()
    assert (again.folder.text(), again.formats["sdtm"].isChecked()) == (panel.folder.text(), True)


def test_that_the_read_is_on_the_clipboard_by_its_key_and_the_open_case_comes_first(driver: Driver) -> None:
    driver.open_from_worklist("C-1")
    driver.session.select_visit("FU1")
    driver.key("c", CTRL | SHIFT)
    record, head = driver.session.record, driver.session.store.head
    assert record is not None
    (one,) = exported_reads(record, head, driver.session.ruleset)
    assert QApplication.clipboard().text() == read_text(one, "FU1") != ""
    driver.key("e", CTRL)
    assert panel_of(driver).scope_group.checkedButton().text() == "This case: C-1"


def test_that_a_case_file_is_taken_in_as_a_folder_is(driver: Driver, tmp_path: Path, qtbot: QtBot) -> None:
    driver.station.exporting.show()
    panel = panel_of(driver)
    panel.formats["csv"].setChecked(False)
    assert not panel.key_images.isEnabled() and not panel.deidentified.isEnabled()
    panel.formats["case"].setChecked(True)
    panel.key_images.setChecked(True)
    panel.deidentified.setChecked(True)  # no format that it is about is chosen
    panel.folder.setText(str(tmp_path / "out"))
    panel.scope_group.button(0).setChecked(True)
    assert panel.choice is not None and panel.choice.key_images and not panel.choice.deidentified
    export(driver, panel)
    files = sorted((tmp_path / "out").glob("*.json"), key=lambda p: p.stat().st_size)
    assert "IT1: no key image: The images are not in this database." in (tmp_path / "out/notes.csv").read_text()
    again = driver.station.exporting._made()
    assert (again.key_images.isChecked(), again.deidentified.isChecked()) == (True, False)
    (tmp_path / "other").mkdir()
    other = Driver(qtbot, url_in(tmp_path / "other"))
    other.drop_folder(files[-1])
    assert other.window.work.message.text() == "C-1: opened."
    record = other.session.record
    assert record is not None and record.reads[0].reader == READER
    (tmp_path / "bad.json").write_text("{}")
    other.drop_folder(tmp_path / "bad.json")
    assert other.window.work.message.text().startswith("bad.json: schema: ")
    other.close()
