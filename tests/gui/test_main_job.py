"""The main job, by mouse and keys, on the demonstration study: import, measure, judge, decide, close, open again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QDate, Qt
from PySide6.QtWidgets import QComboBox
from pytestqt.qtbot import QtBot

from app.demo.reading import whole_liver_sum_mm
from app.demo.truth import TrueFinding, TrueTimePoint, Truth
from app.models.reading import Reading
from app.panels.clinical_form import ClinicalForm
from app.panels.lesion_form import CheckRow
from app.reading_page import RightPage
from mrecist.case import Ascites
from mrecist.lesions import Measured
from mrecist.values import Axis, LesionRole, Organ, Segment
from tests.support.driver import Driver

CONTROL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'cases.db'}"


@pytest.fixture
def driver(qtbot: QtBot, url: str) -> Iterator[Driver]:
    driver = Driver(qtbot, url)
    yield driver
    driver.close()


def test_that_a_reader_gets_from_a_folder_to_decisions_and_finds_all_of_it_again(
    qtbot: QtBot, driver: Driver, small_study: tuple[Path, Truth], url: str
) -> None:
    folder, truth = small_study
    import_by_drop(driver, folder)
    confirm_baseline(driver, truth)
    for point in truth.timepoints:
        if point.id != "BL":
            driver.key(Qt.Key.Key_Right, CONTROL)
            assert driver.session.selection.visit_id == point.id
        for finding in point.findings:
            mark_lesion(driver, truth, point, finding)
        if point.id == "FU2":  # read on MR, where oil hides the CT
            changes = reading_of(driver).modality_changes("FU2")
            assert {name: change.numbers["modality"] for name, change in changes.items()} == {
                "IT1": "MRI",
                "IT2": "MRI",
            }
        if point.responses is not None:
            record_clinical(driver, point)
            compare(driver, point, judged=False)
            sign_judgements(driver, truth, point)
            compare(driver, point, judged=True)
    first = driver.session.record
    assert first is not None
    driver.close()

    again = Driver(qtbot, url)
    try:
        again.open_from_worklist(truth.case_id)
        assert again.session.record == first
        for point in truth.timepoints[1:]:
            again.session.select_visit(point.id)
            compare(again, point, judged=True)
    finally:
        again.close()


def import_by_drop(driver: Driver, folder: Path) -> None:
    driver.drop_folder(folder)
    record = driver.session.record
    assert record is not None, driver.window.work.message.text() + driver.window.work.list.toPlainText()
    assert [visit.id for visit in record.visits] == ["BL", "FU1", "FU2", "FU3"]


def confirm_baseline(driver: Driver, truth: Truth) -> None:
    times = driver.page.times
    assert driver.page.right_page is RightPage.TIME_POINTS
    times.day0.setDate(QDate(truth.day0.year, truth.day0.month, truth.day0.day))
    driver.click(times.confirm)
    record = driver.session.record
    assert record is not None
    assert record.baseline_confirmed
    assert record.day0 == truth.day0
    assert driver.page.right_page is RightPage.READING
    assert driver.window.focusWidget() is driver.page.grid.active, "the next key, T, is for the images"


def mark_lesion(driver: Driver, truth: Truth, point: TrueTimePoint, finding: TrueFinding) -> None:
    lesion = next(x for x in truth.lesions if x.id == finding.lesion_id)
    reading = driver.session.reading
    assert reading is not None
    known = reading.read.lesion(lesion.id) is not None
    if known:
        driver.click_lesion(lesion.id)
    if known and finding.counted is None:
        driver.key(Qt.Key.Key_N)
        assert reading_of(driver).finding(lesion.id, point.id) is not None
        return
    view = driver.view_of(finding.series_uid)
    driver.go_to_image(view, finding.sop_uid)
    driver.key({True: Qt.Key.Key_Y, False: KEYS[lesion.role]}[known], widget=view)
    line = finding.counted
    start, end = (line.start, line.end) if line else around(finding.centres[0])
    driver.drag(view, start, end)
    found = reading_of(driver).finding(lesion.id, point.id)
    assert found is not None, f"{lesion.id} at {point.id} was not recorded: {driver.page.notice.message.text()}"
    if isinstance(found, Measured) and line is not None:
        assert abs(float(found.diameter.mm) - line.diameter_mm) <= 0.1
    if not known:
        assign(driver, truth, finding.lesion_id)
        if wanted_axis(truth, lesion.id) is Axis.SHORT and line is not None:
            assert reading_of(driver).finding(lesion.id, point.id) is None, "a node's short axis is measured anew"
            driver.key(Qt.Key.Key_Y, widget=view)
            driver.drag(view, start, end)
            assert reading_of(driver).finding(lesion.id, point.id) == found
    if finding.typical_vascular_pattern is not None and lesion.role is LesionRole.NEW:
        answer(driver, "typical_vascular_pattern", "Yes" if finding.typical_vascular_pattern else "No")
    if finding.whole is not None and lesion.organ is Organ.LIVER and lesion.role is LesionRole.TARGET:
        driver.key(Qt.Key.Key_Y, SHIFT, widget=view)
        driver.drag(view, finding.whole.start, finding.whole.end)
        measured = reading_of(driver).finding(lesion.id, point.id)
        assert isinstance(measured, Measured)
        assert measured.whole is not None
        assert abs(float(measured.whole.mm) - finding.whole.diameter_mm) <= 0.1


def wanted_axis(truth: Truth, lesion_id: str) -> Axis | None:
    return next(x.axis for x in truth.lesions if x.id == lesion_id)


def around(place: tuple[float, float, float]) -> tuple[tuple[float, float, float], tuple[float, float, float]]:
    return (place[0] - 4, place[1], place[2]), (place[0] + 4, place[1], place[2])


def assign(driver: Driver, truth: Truth, lesion_id: str) -> None:
    """Give a lesion its organ, kind and segment in the form."""
    wanted = next(x for x in truth.lesions if x.id == lesion_id)
    form = driver.page.form
    driver.qtbot.waitUntil(form.isVisible)
    if form.organ.currentData() != wanted.organ.value:
        choose(driver, form.organ, wanted.organ.value)
    if form.kind.currentData() != wanted.kind.value:
        choose(driver, form.kind, wanted.kind.value)
    for segment in wanted.segments:
        assert isinstance(segment, Segment)
        driver.click(form.segments.chip_of(segment))
    lesion = reading_of(driver).read.lesion(lesion_id)
    assert lesion is not None
    assert (lesion.region, lesion.role, lesion.organ, lesion.kind) == (
        wanted.region,
        wanted.role,
        wanted.organ,
        wanted.kind,
    )
    if wanted.role is LesionRole.TARGET:
        assert lesion.axis == wanted.axis


def answer(driver: Driver, field: str, word: str) -> None:
    """Answer a question of the lesion form, or of the card above it."""
    driver.settle()
    rows = [row for part in (driver.page.form, driver.page.happened) for row in part.findChildren(CheckRow)]
    row = next(row for row in rows if row.check.rule == field and row.isVisible())
    driver.click(row.buttons[word])


def choose(driver: Driver, box: QComboBox, data: str) -> None:
    """Pick an entry with the arrow keys."""
    box.setFocus()
    wanted = box.findData(data)
    for _ in range(box.count()):
        if box.currentIndex() == wanted:
            break
        driver.key(Qt.Key.Key_Down if box.currentIndex() < wanted else Qt.Key.Key_Up, widget=box)
    assert box.currentData() == data


def record_clinical(driver: Driver, point: TrueTimePoint) -> None:
    """Type what the decision tables need into the clinical form."""
    driver.key(Qt.Key.Key_D, CONTROL)
    assert driver.page.right_page is RightPage.CLINICAL
    form: ClinicalForm = driver.page.clinical
    status = point.clinical
    driver.click(form.ecog.chip_of(status.ecog))
    driver.click(form.ascites.chip_of(status.ascites or Ascites.NONE))
    driver.click(form.encephalopathy.chip_of(status.encephalopathy))
    for name in ("bilirubin_mg_dl", "albumin_g_dl", "inr"):
        driver.type(form.fields[name], f"{float(getattr(status, name)):g}")
    driver.click(form.save)
    record = driver.session.record
    assert record is not None
    visit = record.visit(point.id)
    assert visit is not None and visit.clinical is not None
    assert visit.clinical.bilirubin_mg_dl == status.bilirubin_mg_dl
    driver.click(driver.page.clinical_back)


def sign_judgements(driver: Driver, truth: Truth, point: TrueTimePoint) -> None:
    """Answer every question of the decision panel as the investigator did, with a reason."""
    driver.key(Qt.Key.Key_Backslash)
    assert driver.page.right_page is RightPage.DECISION
    panel = driver.page.decision
    answers = {j.field: j.value for j in truth.judgements if j.visit_id == point.id}
    for _ in range(len(answers)):
        question = panel.question.question
        if question is None or panel.question.isHidden():
            break
        number = [answer.value for answer in question.answers].index(answers[question.field])
        driver.key(str(number + 1), widget=panel.question.answers[0])
        driver.type(panel.question.reason, "As discussed in the conference.")
        driver.click(panel.question.sign)
        driver.qtbot.waitUntil(lambda asked=question: panel.question.isHidden() or panel.question.question != asked)
    assert panel.question.isHidden()
    driver.key(Qt.Key.Key_Backslash)


def compare(driver: Driver, point: TrueTimePoint, judged: bool) -> None:
    """Responses and decisions as they stand, against the truth that was worked by hand."""
    truth, reading = point.responses, reading_of(driver)
    found = reading.response
    assert truth is not None and found is not None
    for true, got in (
        (truth.intrahepatic, found.intrahepatic),
        (truth.extrahepatic, found.extrahepatic),
        (truth.overall, found.overall),
    ):
        assert (got.target, got.non_target, got.response) == (true.target, true.non_target, true.response)
        assert got.sum_mm is not None
        assert abs(float(got.sum_mm) - true.sum_mm) <= 0.3
    assert found.composite == truth.composite
    assert found.recist11 is not None
    assert abs(whole_liver_sum_mm(reading.read, point.id) - truth.whole_intrahepatic_sum_mm) <= 0.3
    assert found.tace is not None and found.sorafenib is not None
    decisions = truth.after if judged else truth.before
    assert (str(found.tace.decision), found.tace.row) == (decisions.tace.output, decisions.tace.row)
    assert (str(found.sorafenib.decision), found.sorafenib.row) == (
        decisions.sorafenib.output,
        decisions.sorafenib.row,
    )


def reading_of(driver: Driver) -> Reading:
    driver.settle()
    reading = driver.session.reading
    assert reading is not None
    return reading


KEYS = {
    LesionRole.TARGET: Qt.Key.Key_T,
    LesionRole.NONTARGET: Qt.Key.Key_N,
    LesionRole.NEW: Qt.Key.Key_W,
}
