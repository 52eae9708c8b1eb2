"""The table of actions as Qt actions: menus, shortcuts, and why one cannot run now."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QWidget

from app.actions import ACTIONS, Action
from app.keymap import Keymap
from app.main_window import MainWindow
from app.panels.chips import KeyCap
from app.qt_keys import sequences
from app.situation import Situation
from app.words import translated

if TYPE_CHECKING:
    from app.workstation import Workstation


class ActionSet(QObject):
    """Every row of the table, on the window and in the menu, with the keys that hold.

    Signals
    -------
    keys_changed(Keymap)
        Other keys hold from now on; caps and menus show them already.
    """

    keys_changed = Signal(object)

    def __init__(self, station: Workstation, window: MainWindow) -> None:
        super().__init__(station)
        self._station, self._window = station, window
        self.keymap = Keymap()
        menu = window.bar.menu
        self._made: dict[str, QAction] = {}
        menus: dict[str, QMenu] = {}
        for action in ACTIONS:
            made = QAction(translated(action.title), window)
            made.setObjectName(action.id)
            made.setCheckable(action.is_on is not None)
            made.setShortcuts(sequences(self.keymap.keys(action.id)))
            made.triggered.connect(partial(self._run, action))
            window.addAction(made)
            self._made[action.id] = made
            if action.menu:
                _menu(menu, menus, action.menu).addAction(made)

    def use(self, keymap: Keymap) -> None:
        """These keys hold from now on, and are shown wherever a key is."""
        self.keymap = keymap
        for action_id, made in self._made.items():
            made.setShortcuts(sequences(keymap.keys(action_id)))
        self.show_keys_on(self._window)
        self.keys_changed.emit(keymap)

    def show_keys_on(self, shown: QWidget) -> None:
        """Every cap of an action in a widget shows the key that holds."""
        for cap in shown.findChildren(KeyCap):
            if cap.action:
                cap.show_key(self.keymap.cap(cap.action))

    def of(self, action_id: str) -> QAction:
        """The Qt action of a row of the table."""
        return self._made[action_id]

    def why_not(self, keys: QKeySequence) -> str:
        """Why nothing came of a key: what its action waits for; empty where the key belongs to none."""
        waiting = (made for made in self._made.values() if not made.isEnabled() and keys in made.shortcuts())
        return next((made.toolTip() for made in waiting), "")

    def show(self, now: Situation) -> None:
        """Enable what can be done now; the tool tip of the rest says what is missing."""
        for action in ACTIONS:
            why_not = action.enabled_when(now)
            made = self._made[action.id]
            made.setEnabled(not why_not)
            made.setToolTip(why_not or made.text())
        self._mark()

    def _mark(self) -> None:
        """The menu shows which switches are on."""
        for action in ACTIONS:
            if action.is_on is not None:
                self._made[action.id].setChecked(action.is_on(self._station))

    def _run(self, action: Action, _checked: bool = False) -> None:
        if not action.id.startswith("cine."):
            self._station.images.cine.stop()
        self._station.end_nudges()
        action.run(self._station)
        self._mark()


def _menu(root: QMenu, made: dict[str, QMenu], path: str) -> QMenu:
    """The menu at a path such as ``"View/Layout"``, made where it is not there yet."""
    if path not in made:
        above, _, name = path.rpartition("/")
        made[path] = (_menu(root, made, above) if above else root).addMenu(translated(name))
        made[path].setToolTipsVisible(True)  # they say why an entry cannot be chosen now
    return made[path]
