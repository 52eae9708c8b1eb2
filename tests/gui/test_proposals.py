"""A report of another program in the window: listed, dashed on the image, accepted or declined one by one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

pytest.importorskip("highdicom", reason="the extra sr is not installed")

from app.exports.source_images import SourceImages
from app.importing import import_folder
from app.reading.marking import Offer
from app.storage.catalogue import StoredCatalogue
from app.storage.database import Database
from tests.support.databases import url_in
from tests.support.driver import Driver
from tests.support.phantoms import Phantom, write_phantom
from tests.support.reports import PhantomCase, measured
from viewers.imaging.geometry import length_mm
from viewers.widgets.marks import LineStyle


@pytest.fixture
def driver(qtbot: QtBot, tmp_path: Path) -> Iterator[Driver]:
    """A case of one series, and a report of two lesions on it beside the database."""
    write_phantom(tmp_path / "images", Phantom(pixel_spacing_mm=(3.0, 3.0)))
    with Database.open(url_in(tmp_path), create=True) as database:
        (imported,) = import_folder(tmp_path / "images", database).cases
        catalogue = StoredCatalogue(database)
        series = catalogue.get(imported.series_added[0])
        assert series is not None
        case = PhantomCase(series, SourceImages(catalogue.get))
        lines = case.line(2, (1, 2), (13, 9)), case.line(4, (2, 2), (9, 9))
        found = [measured(length_mm(line.start, line.end), line) for line in lines]
        report = case.report(case.read(found[0], more=found[1:], reader="Reader B"))
    report.save_as(tmp_path / "report.dcm", enforce_file_format=True)
    driver = Driver(qtbot, url_in(tmp_path))
    driver.session.open_case("PHANTOM")
    yield driver
    driver.close()


def test_that_proposals_are_accepted_and_declined_one_by_one(driver: Driver, qtbot: QtBot, tmp_path: Path) -> None:
    """Two lines: 12 by 7 and 7 by 7 pixels of 3 mm, 41.7 and 29.7 mm long."""
    desk, session = driver.station.proposals, driver.session
    desk.show()
    panel = desk.panel
    assert panel is not None and panel.isVisible() and not panel.isModal() and panel.empty.isVisible()
    desk.read_files([tmp_path / "report.dcm"])
    qtbot.waitUntil(lambda: panel.table.rowCount() == 2, timeout=20_000)
    cells = [[panel.table.item(row, column).text() for column in (1, 2, 4)] for row in range(2)]
    assert [cell[:2] for cell in cells] == [["IT1", "41.7 mm, long axis"], ["IT2", "29.7 mm, long axis"]]
    assert cells[0][2] == "Hepatrace, Reader B"

    view = driver.station.images.grid.views[driver.station.images.grid.active_index]
    qtbot.waitUntil(lambda: any(line.style is LineStyle.PROPOSAL for line in view.lines), timeout=20_000)
    assert session.record is not None and session.record.read(session.read_id).lesions == ()

    panel.table.selectRow(0)
    assert [way.text() for way in panel.ways] == ["New target", "New non-target"]
    driver.click(panel.ways[0])
    (outside,) = [way for way in driver.page.notice.offers if way.text() == Offer.OUTSIDE_LIVER]
    driver.click(outside)  # the phase of the phantom is not known: it is asked for, or where the lesion lies
    (lesion,) = session.record.read(session.read_id).lesions
    seen = session.record.read(session.read_id).observation("BL", lesion.id)
    assert seen is not None and str(seen.finding.diameter) == "41.7"
    assert panel.table.rowCount() == 1

    assert "Accept for" not in panel.ways[0].text(), "the next proposal does not replace what was accepted"
    driver.click(panel.decline)
    assert panel.table.rowCount() == 0 and desk.waiting == ()
    session.undo()
    assert [one.label for one in desk.waiting] == ["IT2"]
    session.undo()
    assert [one.label for one in desk.waiting] == ["IT1", "IT2"]
    desk.read_files([tmp_path / "report.dcm"])
    qtbot.waitUntil(lambda: "2 known already" in panel.said.toPlainText(), timeout=20_000)
    assert len(desk.waiting) == 2
