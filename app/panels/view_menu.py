"""The menu of an image: what is done with images most, by the same actions as the menu of the window."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget

from app.words import translated

_WINDOWS = tuple(f"preset.{number}" for number in range(1, 10))
_PHASES = ("phase.pre", "phase.arterial", "phase.portal_venous", "phase.delayed", "phase.transitional")
_LIES = ("view.flip_h", "view.flip_v", "view.turn", "view.invert", "view.smooth")
_MENU: tuple[str | tuple[str, tuple[str, ...]], ...] = (
    *("measure.target", "measure.counted", "assist.start", ""),
    *("figure.length", "figure.bidirectional", "figure.ellipse", "figure.point", ""),
    ("Window", _WINDOWS),
    ("Phase", (*_PHASES, "phase.hepatobiliary", "view.subtraction")),
    ("Picture", (*_LIES, "view.overlay")),
    *("", "view.maximise", "view.planes", "view.pin", "view.localiser", "view.fit", "view.reset"),
)
"""Actions by their ids, menus in the menu by their title; an empty word is a line between."""


def view_menu(action: Callable[[str], QAction], parent: QWidget) -> QMenu:
    """A menu that goes when it is closed; entries that cannot be chosen now say why."""
    menu = QMenu(parent)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    menu.setToolTipsVisible(True)
    for entry in _MENU:
        if isinstance(entry, tuple):
            title, ids = entry
            inner = menu.addMenu(translated(title))
            inner.setToolTipsVisible(True)
            inner.addActions([action(one) for one in ids])
        elif entry:
            menu.addAction(action(entry))
        else:
            menu.addSeparator()
    return menu
