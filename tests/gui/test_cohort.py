"""The cohort of a database: opened by its key, a bar leads to its case, pictures and data go to files."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.main_window import COHORT, READING
from app.storage.chain import Head
from app.storage.database import Database
from app.storage.log import append
from tests.benchmarks.cohort import case_drafts, record_of
from tests.support.driver import Driver

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


def test_that_the_cohort_is_drawn_and_leads_to_its_cases(qtbot: QtBot, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'cases.db'}"
    with Database.open(url) as database, database.writing() as connection:
        for number in range(4):
            drafts = case_drafts(number)
            append(connection, f"C-{number:05}", Head(), drafts, record_of(drafts))
    driver = Driver(qtbot, url)
    try:
        driver.window.activateWindow()
        qtbot.waitUntil(driver.window.isActiveWindow)
        driver.key(Qt.Key.Key_G, Qt.KeyboardModifier.ControlModifier, widget=driver.window)
        desk = driver.station.cohort
        qtbot.waitUntil(lambda: desk.cohort is not None, timeout=20_000)
        page = desk.page
        assert page is not None and driver.window.shown_page == COHORT
        assert page.counts.text() == "4 cases · 8 reads"
        assert page.waterfalls[0].numbers.text().startswith("ORR ")
        assert "reader A (rows) × reader B" in page.agreement.head.note.text()
        for kind in ("PNG", "SVG", "PDF", "CSV"):
            desk.write(tmp_path / kind, kind)
        assert {path.name for path in (tmp_path / "PNG").iterdir()} == {
            "waterfall-intra.png", "waterfall-extra.png", "survival.png", "incidence.png", "agreement.png",
        }  # fmt: skip
        assert (tmp_path / "PDF" / "cohort.pdf").read_bytes().startswith(b"%PDF-")
        assert (tmp_path / "CSV" / "waterfall_intrahepatic.csv").read_text(encoding="utf-8").count("C-0000") == 8
        plot = page.waterfalls[0]
        at = plot.canvas.mapFromScene(plot.scene_of(0, 1))
        QTest.mouseClick(plot.canvas.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(at.x(), at.y()))
        qtbot.waitUntil(lambda: driver.window.shown_page == READING, timeout=10_000)
        assert driver.session.record is not None and driver.session.record.case_id.startswith("C-0000")
    finally:
        driver.close()
