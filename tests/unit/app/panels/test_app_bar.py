from __future__ import annotations

from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from app.panels.app_bar import StatusBar
from app.theme import Theme


def test_that_hints_are_made_anew_only_when_they_are_others_and_never_stand_over_each_other(
    qtbot: QtBot, theme: Theme
) -> None:
    bar = StatusBar(theme)
    qtbot.addWidget(bar)
    bar.show()

    def shown() -> list[QLabel]:
        return [x for x in bar.findChildren(QLabel) if x.isVisible() and x.text() in ("lesion", "gone", "sign")]

    bar.show_hints((("]", "lesion"), ("D", "gone")))
    qtbot.waitUntil(lambda: len(shown()) == 2)
    first = shown()
    bar.show_hints((("]", "lesion"), ("D", "gone")))
    assert shown() == first
    bar.show_hints((("Ctrl+Enter", "sign"),))
    assert shown() == [], "what went is not seen until it is deleted"
    qtbot.waitUntil(lambda: [x.text() for x in shown()] == ["sign"])
