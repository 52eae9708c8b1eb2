from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from app.keymap import Keymap
from app.panels.figure_menu import FigureMenu, figure_icon
from app.state.figures import FigureKind
from app.theme import load_theme


@pytest.fixture
def menu(qtbot: QtBot) -> FigureMenu:
    made = FigureMenu(load_theme())
    qtbot.addWidget(made)
    return made


def test_that_every_figure_has_an_entry_with_its_key_and_a_picture_of_its_own(menu: FigureMenu) -> None:
    assert [entry.text() for entry in menu.entries.values()] == [
        "Length\tQ",
        "Two lengths across\tB",
        "Ellipse\tShift+E",
        "Freehand region\tShift+F",
        "Angle\tShift+A",
        "Arrow with a note\tShift+N",
        "Point\tShift+P",
    ]
    kinds = [*FigureKind, None]
    pictures = [figure_icon(kind, load_theme()).pixmap(42, 42).toImage() for kind in kinds]
    assert all(a != b for n, a in enumerate(pictures) for b in pictures[:n])


def test_that_a_changed_key_is_shown(menu: FigureMenu) -> None:
    keymap = Keymap()
    menu.show_keys(keymap)
    assert menu.entries[FigureKind.POINT].text() == f"Point\t{keymap.cap('figure.point')}"


def test_that_an_entry_asks_for_its_figure_and_a_listed_one_is_gone_to(qtbot: QtBot, menu: FigureMenu) -> None:
    with qtbot.waitSignal(menu.chosen) as chosen:
        menu.entries[FigureKind.ANGLE].trigger()
    assert chosen.args == [FigureKind.ANGLE]
    for listed in ([("f1", "Length 30.0 mm"), ("f2", "Point")], [("f2", "Point")]):
        menu.listed = lambda found=listed: found
        menu.menu().aboutToShow.emit()
        assert [entry.text() for entry in menu.drawn] == [words for _, words in listed]
    with qtbot.waitSignal(menu.opened) as opened:
        menu.drawn[0].trigger()
    assert opened.args == ["f2"]


def test_that_the_tool_in_hand_is_named_and_what_is_lacking_is_said(menu: FigureMenu) -> None:
    menu.show_armed(FigureKind.ELLIPSE, sticky=False)
    assert menu.isChecked()
    assert menu.accessibleName() == "Drawing: Ellipse"
    menu.show_possible("This time point is signed.")
    assert not any(entry.isEnabled() for entry in menu.entries.values())
    assert menu.entries[FigureKind.LENGTH].toolTip() == "This time point is signed."
