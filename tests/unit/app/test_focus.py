"""Asking where Tab stops changes nothing."""

from __future__ import annotations

import gc

import pytest
from PySide6.QtWidgets import QPushButton, QScrollArea, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot
from shiboken6 import isValid

from app.focus import tab_stops

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


def scrolled_button(column: QVBoxLayout) -> QPushButton:
    """A button in a scroll area that nobody but Qt holds."""
    body, area, button = QWidget(), QScrollArea(), QPushButton("Sign")
    QVBoxLayout(body).addWidget(button)
    area.setWidget(body)
    column.addWidget(area)
    return button


def test_that_what_is_scrolled_outlives_the_question_where_tab_stops(qtbot: QtBot) -> None:
    panel = QWidget()
    button = scrolled_button(QVBoxLayout(panel))
    qtbot.addWidget(panel)
    with qtbot.waitExposed(panel):
        panel.show()
    for _ in range(3):
        assert button in tab_stops(panel)
        gc.collect()
        assert isValid(button)
