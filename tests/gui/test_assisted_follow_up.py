"""A follow-up of the demonstration study by keys and clicks, liver targets with the assistant, signed; all counted."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from app.demo.truth import TrueFinding, Truth
from app.state.events import BaselineConfirmed, LesionAdded
from mrecist.lesions import Finding, Measured, Observation, Present
from mrecist.values import Diameter, LesionRole, Line, Point, Region
from tests.support.driver import NO_KEYS, Driver
from viewers.widgets.slice_view import SliceView

MOST_INPUTS = 25
CONTROL = Qt.KeyboardModifier.ControlModifier


class Counting(Driver):
    """Counts every key, click and drag that it sends."""

    inputs = 0

    def key(self, key: Qt.Key | str, modifiers: Qt.KeyboardModifier = NO_KEYS, widget: QWidget | None = None) -> None:
        self.inputs += 1
        super().key(key, modifiers, widget)

    def click(self, widget: QWidget, place: QPoint | None = None) -> None:
        self.inputs += 1
        super().click(widget, place)

    def drag(self, view: SliceView, start: Point, end: Point) -> None:
        self.inputs += 1
        super().drag(view, start, end)

    def find(self, finding: TrueFinding) -> SliceView:
        """Scroll the view that shows the finding's series to its image, by the wheel alone."""
        shown = (self.page.grid.views[number] for number in self.page.grid.shown)
        view = next(v for v in shown if v.source is not None and v.source.series_uid == finding.series_uid)
        self.go_to_image(view, finding.sop_uid)
        return view


@pytest.fixture
def driver(qtbot: QtBot, tmp_path: Path, small_study: tuple[Path, Truth]) -> Iterator[Counting]:
    """A case with its baseline read, at the baseline."""
    folder, truth = small_study
    driver = Counting(qtbot, f"sqlite:///{tmp_path / 'cases.db'}")
    driver.drop_folder(folder)
    driver.session.do(BaselineConfirmed("BL", truth.day0))
    baseline = truth.timepoint("BL")
    assert baseline is not None
    for lesion in truth.lesions:
        found = baseline.finding(lesion.id)
        if found is not None:
            driver.session.do(LesionAdded(lesion, "BL", Observation(lesion.id, as_found(found, lesion.role))))
    driver.station.desk.show_reading()
    driver.page.grid.active.setFocus()
    driver.settle()
    driver.inputs = 0
    yield driver
    driver.close()


def as_found(true: TrueFinding, role: LesionRole) -> Finding:
    if true.counted is None or role is LesionRole.NONTARGET:
        return Present()
    image = (true.series_uid, true.sop_uid, 1, true.frame_of_reference_uid)
    return Measured(
        Diameter.from_mm(true.counted.diameter_mm), evidence=(Line(*image, true.counted.start, true.counted.end),)
    )


def test_that_a_whole_follow_up_takes_few_keys_and_clicks(
    driver: Counting, small_study: tuple[Path, Truth], qtbot: QtBot
) -> None:
    truth = small_study[1]
    point = truth.timepoint("FU1")
    assert point is not None
    driver.sign()
    driver.inputs = 0
    driver.key(Qt.Key.Key_Right, CONTROL)
    seen = []
    for _ in point.findings:
        driver.key(Qt.Key.Key_Tab)
        lesion = driver.session.lesion
        assert lesion is not None
        seen.append(lesion.id)
        finding = point.finding(lesion.id)
        assert finding is not None
        if lesion.role is LesionRole.NONTARGET:
            driver.key(Qt.Key.Key_N)
        elif lesion.region is Region.INTRAHEPATIC:
            measure_with_assistant(driver, finding, qtbot)
        else:
            view = driver.find(finding)
            driver.key(Qt.Key.Key_Y)
            assert finding.counted is not None
            driver.drag(view, finding.counted.start, finding.counted.end)
    reading = driver.session.reading
    assert reading is not None
    assert sorted(seen) == sorted(found.lesion_id for found in point.findings), "Tab comes to each lesion once"
    assert reading.to_do() == ()
    for found in point.findings:
        recorded = reading.finding(found.lesion_id, "FU1")
        if found.counted is not None:
            assert isinstance(recorded, Measured)
            assert float(recorded.diameter.mm) == pytest.approx(found.counted.diameter_mm, abs=2.0)
    assert {one.lesion_id for one in reading.record.assisted} == {"IT1", "IT2"}
    assert driver.inputs == 22
    driver.key("z", CONTROL)
    assert reading.finding("ENT1", "FU1") is not None and driver.session.reading.to_do() != ()  # type: ignore[union-attr]
    driver.session.redo()
    driver.inputs = 22
    driver.sign()  # but for the letters of the password
    assert driver.inputs == 24 <= MOST_INPUTS


def measure_with_assistant(driver: Counting, finding: TrueFinding, qtbot: QtBot) -> None:
    """J, a click in the lesion, Enter; nothing is recorded before Enter."""
    view = driver.find(finding)
    driver.key(Qt.Key.Key_J)
    driver.click(view, view.widget_point_of(finding.centres[0]).toPoint())
    qtbot.waitUntil(lambda: driver.station.assisting.open is not None, timeout=30_000)
    assert driver.session.reading is not None
    assert driver.session.reading.finding(finding.lesion_id, "FU1") is None
    driver.key(Qt.Key.Key_Return)
    assert driver.session.reading.finding(finding.lesion_id, "FU1") is not None


def test_that_a_proposal_can_be_changed_before_it_counts_and_dropped_without_a_trace(
    driver: Counting, small_study: tuple[Path, Truth], qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    baseline = small_study[1].timepoint("BL")
    finding = baseline.finding("IT2") if baseline else None
    assert finding is not None and finding.counted is not None
    assisting, before = driver.station.assisting, driver.session.record
    driver.click_lesion("IT2")
    view = driver.find(finding)
    with monkeypatch.context() as patch:
        crash_once(driver, view, finding, patch, qtbot)
    assert driver.session.record == before and not assisting.busy, "a crash leaves the case as it was"
    with monkeypatch.context() as patch:
        place_by_hand(driver, view, finding, patch, qtbot)

    driver.key(Qt.Key.Key_J, widget=view)
    driver.click(view, view.widget_point_of(finding.centres[0]).toPoint())
    qtbot.waitUntil(lambda: assisting.open is not None, timeout=30_000)
    first = assisting.open
    assert first is not None and first.measured.viable is not None and first.measured.reference is not None
    driver.page.proposal.threshold.setValue(30)
    qtbot.waitUntil(lambda: assisting.open is not None and assisting.open.measured.settings.threshold_sd == 3.0)
    assert driver.page.proposal.gap.value() == 0, "nothing is crossed unless the reader allows it"
    driver.page.proposal.gap.setValue(4)
    qtbot.waitUntil(lambda: assisting.open is not None and assisting.open.measured.settings.gap_mm == 2.0)
    assert driver.page.proposal.gap_words.text() == "2.0\N{NO-BREAK SPACE}mm"

    centre = first.measured.reference.region.centre
    driver.drag(view, centre, (centre[0] + 4.0, centre[1], centre[2]))
    qtbot.waitUntil(lambda: assisting.open is not None and assisting.open.reference_from == "moved", timeout=30_000)
    moved = assisting.open
    assert moved is not None and moved.measured.reference is not None and moved.measured.viable is not None
    assert moved.measured.reference.region.centre[0] == pytest.approx(centre[0] + 4.0, abs=1.0)
    assert moved.measured.settings.threshold_sd == 3.0

    line = moved.measured.viable.long_axis
    assert view.source is not None and view.source.sop_uid(view.state.index) == line.sop_uid
    nearer = tuple(a + 0.25 * (b - a) for a, b in zip(line.end, line.start, strict=True))
    assert "short axis" in driver.page.proposal.details.text().replace("\N{NO-BREAK SPACE}", " ")
    driver.drag(view, line.end, (nearer[0], nearer[1], nearer[2]))
    assert assisting.open is not None and assisting.open.edited is not None
    assert "short" not in driver.page.proposal.details.text(), "that of the proposed line is none of this one"
    assert driver.session.record == before, "a proposal is not recorded"

    driver.key(Qt.Key.Key_Return, widget=view)
    record = driver.session.record
    kept = record.assistance("read-1", "BL", "IT2") if record else None
    reading = driver.session.reading
    found = reading.finding("IT2", "BL") if reading else None
    assert kept is not None and isinstance(found, Measured)
    assert float(found.diameter.mm) == pytest.approx(0.75 * line.length_mm, abs=0.5)
    assert float(kept.automatic.mm) == pytest.approx(first.measured.viable.long_axis.length_mm, abs=0.051)
    assert (kept.threshold_sd, kept.reference_from) == (3.0, "moved")
    assert kept.warnings[-1] == "up to 2 mm of the line may cross tissue that does not enhance"
    driver.station.history.show()
    assert driver.station.history.page is not None
    tile = driver.station.history.page.strip.views["BL"].tile
    told = f"proposed {kept.proposed}, at first {kept.automatic}"
    assert (tile.value.split()[0], tile.proposed) == (str(found.diameter), told), "the history tells all three"
    driver.window.show_reading()

    driver.key("z", CONTROL)
    assert driver.session.record == before, "accepting is taken back as one edit"
    driver.key(Qt.Key.Key_J, widget=view)
    driver.click(view, view.widget_point_of(finding.centres[0]).toPoint())
    qtbot.waitUntil(lambda: assisting.open is not None, timeout=30_000)
    driver.key(Qt.Key.Key_Escape, widget=view)
    assert not assisting.busy and driver.session.record == before and driver.page.proposal.isHidden()


def place_by_hand(
    driver: Counting, view: SliceView, finding: TrueFinding, patch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    """No reference liver is found: its circle waits at the click, and is dragged onto liver."""
    assisting, hints = driver.station.assisting, list[str]()
    assisting.hinted.connect(hints.append)
    patch.setattr("viewers.imaging.assist.propose_centre", lambda *_args: None)
    driver.key(Qt.Key.Key_J, widget=view)
    start = finding.centres[0]
    driver.click(view, view.widget_point_of(start).toPoint())
    qtbot.waitUntil(lambda: assisting.open is not None, timeout=30_000)
    assert assisting.open is not None and assisting.open.measured.reference is None
    assert "drag the reference circle onto liver" in hints[-1]
    driver.drag(view, start, (start[0] - 30.0, start[1] + 10.0, start[2]))
    qtbot.waitUntil(lambda: assisting.open is not None and assisting.open.reference_from == "moved", timeout=30_000)
    assert assisting.open.measured.reference is not None
    driver.key(Qt.Key.Key_Escape, widget=view)
    assert not assisting.busy


def crash_once(
    driver: Counting, view: SliceView, finding: TrueFinding, patch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    """The algorithm fails; the reader is told, and nothing is proposed."""

    def crash(*_args: object, **_named: object) -> None:
        raise RuntimeError("a fault in the algorithm")

    patch.setattr("app.desks.assist_jobs.prepare", crash)
    told: list[str] = []
    driver.station.assisting.told.connect(told.append)
    driver.key(Qt.Key.Key_J, widget=view)
    driver.click(view, view.widget_point_of(finding.centres[0]).toPoint())
    qtbot.waitUntil(lambda: bool(told), timeout=30_000)
    assert told == ["The proposal stopped. Nothing was changed; measure by hand."]
    assert driver.page.proposal.isHidden()

    patch.setattr("app.desks.enhancement.find_liver", crash)
    driver.session.told.connect(told.append)
    driver.click_lesion("IT1")
    said = "The enhancement of IT1 could not be measured. Nothing was changed."
    qtbot.waitUntil(lambda: told[1:] == [said], timeout=30_000)
    driver.click_lesion("IT2")
