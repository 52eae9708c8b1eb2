"""The reading screen: what is always in sight."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QRect
from PySide6.QtWidgets import QApplication, QScrollArea, QWidget
from pytestqt.qtbot import QtBot

from app.reading_page import ReadingPage, RightPage
from app.theme import Theme, apply_theme, load_theme
from mrecist.values import LesionRole
from tests.support.example_reading import LESIONS, example_reading

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")

SMALL, USUAL = (1280, 748), (1600, 940)


@pytest.fixture(scope="session")
def theme(qapp: QApplication) -> Theme:
    made = load_theme()
    apply_theme(qapp, made)
    return made


def made_page(qtbot: QtBot, theme: Theme, size: tuple[int, int]) -> ReadingPage:
    page = ReadingPage(theme)
    qtbot.addWidget(page)
    page.set_narrow(size == SMALL)
    page.resize(*size)
    reading = example_reading()
    page.table.set_reading(reading)
    page.table.select("IT1")
    page.findings.set_lesion(LESIONS[0])
    page.cards.set_reading(reading)
    page.strip.set_reading(reading)
    page.footer.set_reading(reading)
    page.form.set_lesion(None)
    page.show()
    QApplication.processEvents()
    return page


def is_in_sight(part: QWidget) -> bool:
    """Whether all of a part lies inside its window and nothing cuts it."""
    visible = part.visibleRegion().boundingRect()
    return part.isVisible() and visible == QRect(0, 0, part.width(), part.height())


@pytest.mark.parametrize("size", [SMALL, USUAL], ids=["1280", "1600"])
def test_that_the_decisions_are_always_in_sight(qtbot: QtBot, theme: Theme, size: tuple[int, int]) -> None:
    page = made_page(qtbot, theme, size)
    assert is_in_sight(page.strip)
    assert is_in_sight(page.footer)
    page.form.set_lesion(replace(LESIONS[0], id="IN1", role=LesionRole.NEW))
    QApplication.processEvents()
    assert is_in_sight(page.strip)
    assert is_in_sight(page.footer)


def test_that_a_read_of_seven_lesions_fits_the_small_window(qtbot: QtBot, theme: Theme) -> None:
    page = made_page(qtbot, theme, SMALL)
    area = next(x for x in page.findChildren(QScrollArea) if x.isAncestorOf(page.cards))
    assert area.verticalScrollBar().maximum() == 0
    assert is_in_sight(page.cards.composite)


def test_that_four_views_have_room_beside_the_wide_decision(qtbot: QtBot, theme: Theme) -> None:
    page = made_page(qtbot, theme, SMALL)
    page.show_right(RightPage.DECISION)

    def has_its_size() -> bool:
        page.resize(*SMALL)  # a page without a window around it grew when its panel did
        return page.width() == SMALL[0] and page.grid.width() < 600

    qtbot.waitUntil(has_its_size, timeout=10_000)
    assert len(page.grid.shown) == 4
