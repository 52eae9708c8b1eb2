"""The table of actions as Qt actions: menus, shortcuts, and why one cannot run now."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu

from app.actions import ACTIONS, Action, Situation
from app.main_window import MainWindow
from app.words import translated

if TYPE_CHECKING:
    from app.workstation import Workstation


_ALSO = {"edit.redo": ("Ctrl+Shift+Z",)}
"""Keys that other programs have taught the hand."""


class ActionSet(QObject):
    """Every row of the table, on the window and in the menu."""

    def __init__(self, station: Workstation, window: MainWindow) -> None:
        super().__init__(station)
        self._station = station
        menu = window.bar.menu
        self._made: dict[str, QAction] = {}
        menus: dict[str, QMenu] = {}
        for action in ACTIONS:
            made = QAction(translated(action.title), window)
            made.setObjectName(action.id)
            if action.shortcut:
                made.setShortcuts([QKeySequence(key) for key in (action.shortcut, *_ALSO.get(action.id, ()))])
            made.triggered.connect(partial(self._run, action))
            window.addAction(made)
            self._made[action.id] = made
            if action.menu is not None:
                if action.menu not in menus:
                    menus[action.menu] = menu.addMenu(translated(action.menu))
                menus[action.menu].addAction(made)

    def show(self, now: Situation) -> None:
        """Enable what can be done now; the tool tip of the rest says what is missing."""
        for action in ACTIONS:
            why_not = action.enabled_when(now)
            made = self._made[action.id]
            made.setEnabled(not why_not)
            made.setToolTip(why_not or action.title)

    def _run(self, action: Action, _checked: bool = False) -> None:
        action.run(self._station)
