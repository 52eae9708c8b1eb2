"""Panels that are shown anew after each edit: what tells the same stays, with the focus and what is typed in it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from app.panels.enhancement_strip import EnhancementStrip
from app.panels.entry_criteria import CriterionRow, EntryCriteria
from app.panels.kept_rows import KeptRows
from app.panels.lesion_form import OVERRIDE, Check, CheckRow, CheckState, LesionForm, Way
from app.panels.marks import Icon
from app.reading.enhancement import Strip
from app.theme import Theme
from mrecist.lesions import Lesion
from mrecist.values import LesionRole, Organ, Region
from viewers.imaging.uptake import Uptake

LEFT = Qt.MouseButton.LeftButton
IT1 = Lesion("IT1", Region.INTRAHEPATIC, LesionRole.TARGET, Organ.LIVER)
IT2 = Lesion("IT2", Region.INTRAHEPATIC, LesionRole.TARGET, Organ.LIVER)
KEEP = (Way(OVERRIDE, "Keep, give reason"),)
SMALL = Check("E-SMALL", "9.4 mm is below 10.0 mm.", CheckState.TO_RESOLVE, ways=KEEP)
ASKED = Check("arterial_enhancement", "Enhances?", CheckState.QUESTION, ways=(Way("Yes", "Yes"), Way("No", "No")))
TREATED = Check("previously_treated", "Treated?", CheckState.QUESTION, ways=(Way("Yes", "Yes"), Way("No", "No")))
ANSWERED = Check("arterial_enhancement", "Enhances? Yes.", CheckState.MET, ways=(Way("No", "No"),))


def rows_of(form: LesionForm) -> list[CheckRow]:
    """Those that are in sight now, without another turn of the events: what comes later blinks."""
    return sorted((x for x in form.findChildren(CheckRow) if x.isVisible()), key=lambda row: row.y())


def test_that_a_reason_half_typed_stays_while_another_line_changes_and_goes_with_its_lesion(
    qtbot: QtBot, theme: Theme
) -> None:
    form = LesionForm(theme)
    qtbot.addWidget(form)
    form.set_lesion(IT1)
    form.set_checks((SMALL, ASKED, TREATED))
    form.show()
    small = rows_of(form)[0]
    QTest.mouseClick(small.buttons[OVERRIDE], LEFT)
    QTest.keyClicks(small.reason, "seen in")
    form.set_lesion(IT1)
    form.set_checks((SMALL, ANSWERED, TREATED))
    assert form.focusWidget() is small.reason and small.reason.text() == "seen in"
    assert {row.check for row in rows_of(form)} == {SMALL, ANSWERED, TREATED}
    form.set_lesion(IT2)
    form.set_checks((SMALL,))
    (other,) = rows_of(form)
    assert other is not small and other.reason.text() == ""
    form.set_lesion(None)
    form.set_lesion(IT2)
    form.set_checks((SMALL,))
    assert rows_of(form) != [other], "another case may have a lesion of this name"


def test_that_the_line_that_is_answered_keeps_the_focus_in_its_new_words(qtbot: QtBot, theme: Theme) -> None:
    form = LesionForm(theme)
    qtbot.addWidget(form)
    form.set_lesion(IT1)
    form.set_checks((ASKED, TREATED))
    form.show()
    rows_of(form)[0].buttons["Yes"].setFocus()
    form.set_checks((ANSWERED, TREATED))
    now = next(row for row in rows_of(form) if row.check == ANSWERED)
    assert form.focusWidget() is now.buttons["No"]


def test_that_rows_stand_in_the_order_in_which_they_are_told(qtbot: QtBot) -> None:
    panel = QWidget()
    qtbot.addWidget(panel)
    rows = KeptRows(panel)
    panel.show()
    made: list[str] = []

    def make(text: str) -> QLabel:
        made.append(text)
        return QLabel(text)

    for told in (["a", "b", "b"], ["b", "c", "a"], [], ["a"]):
        rows.show_rows(told, make)
        shown = [item.widget() for at in range(rows.count()) if (item := rows.itemAt(at))]
        assert [x.text() for x in shown if isinstance(x, QLabel)] == told
        assert all(x.isVisible() for x in shown)
    assert made == ["a", "b", "b", "c", "a"]


def test_that_an_answer_to_a_criterion_is_typed_on_while_the_list_is_shown_anew(qtbot: QtBot, theme: Theme) -> None:
    criteria = EntryCriteria(theme)
    qtbot.addWidget(criteria)
    rows = [
        CriterionRow(Icon.QUESTION, text, "open", key=text, action="Answer") for text in ("No HIV infection", "Consent")
    ]
    criteria.set_rows(rows, "2 open")
    criteria.show()
    criteria.head.click()
    criteria.row_asked.emit("No HIV infection")
    criteria.reason.setFocus()
    QTest.keyClicks(criteria.reason, "test of Mon")
    criteria.set_rows([rows[0], CriterionRow(Icon.MET, "Consent", "met")], "1 open")
    assert criteria.focusWidget() is criteria.reason and criteria.reason.text() == "test of Mon"
    assert criteria.form.isVisible()


def test_that_the_enhancement_of_a_lesion_is_written_into_the_cells_that_are_there(qtbot: QtBot, theme: Theme) -> None:
    strip = EnhancementStrip(theme)
    qtbot.addWidget(strip)
    strip.show_strip(Strip(("PRE", "AP", "PVP"), (None, None, None), "HU"))
    cells = strip.findChildren(QLabel)
    strip.show_strip(Strip(("PRE", "AP"), (Uptake(40.2, 55.0, None), Uptake(110.0, 70.0, 300.0)), "HU"))
    assert strip.findChildren(QLabel) == cells
    body = [x.text() for x in cells if x.isVisible() and x is not strip.head.title]
    assert [text for text in body if text.isdigit()] == ["40", "110", "55", "70", "300"]
    assert "PVP" not in body
    named = {x.text(): x.styleSheet() for x in cells}
    for name, token in (("Lesion", "signal.caliper"), ("Liver", "signal.met"), ("Aorta", "signal.accent")):
        assert theme.colour(token).name() in named[name], "a row is named in the colour of its line"
