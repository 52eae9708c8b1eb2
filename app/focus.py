"""Where Tab goes: through what is in sight, in the order in which it is read, whatever was made when."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QAbstractScrollArea, QButtonGroup, QScrollArea, QWidget

from app.reading_order import Box, reading_order


def tab_stops(root: QWidget) -> list[QWidget]:
    """The widgets inside `root` that Tab stops at, in reading order."""
    return [stop for child in _in_order(root) for stop in ([child] if _stops(child) else []) + tab_stops(child)]


def step_focus(window: QWidget, forward: bool) -> bool:
    """Give the focus to the next stop of a window, or the one before; round again at the ends.

    Returns
    -------
    bool
        False when nothing takes the focus.
    """
    stops = tab_stops(window)
    if not stops:
        return False
    now: QWidget | None = window.focusWidget()
    while now is not None and now not in stops and now is not window:
        now = now.parentWidget()  # a part that Tab passes by, such as the field inside a date
    at = stops.index(now) if now in stops else (-1 if forward else 0)
    chosen = stops[(at + (1 if forward else -1)) % len(stops)]
    chosen.setFocus(Qt.FocusReason.TabFocusReason if forward else Qt.FocusReason.BacktabFocusReason)
    into_sight(chosen)
    return True


def _stops(widget: QWidget) -> bool:
    if not (widget.isEnabled() and widget.focusProxy() is None):
        return False
    if isinstance(widget, QAbstractButton) and (others := _others(widget)):
        # of buttons that exclude each other Tab stops at the chosen one; the arrows go to the others
        return not any(button.isChecked() for button in others)
    return bool(widget.focusPolicy() & Qt.FocusPolicy.TabFocus)


def _others(button: QAbstractButton) -> list[QAbstractButton]:
    """The buttons in sight that are not chosen when this one is."""
    group: QButtonGroup | None = button.group()
    parent = button.parentWidget()
    if group is not None:
        mates = group.buttons() if group.exclusive() else []
    elif button.autoExclusive() and button.isCheckable() and parent is not None:
        beside = parent.findChildren(QAbstractButton, options=Qt.FindChildOption.FindDirectChildrenOnly)
        mates = [mate for mate in beside if mate.autoExclusive()]
    else:
        mates = []
    return [mate for mate in mates if mate is not button and mate.isVisible() and mate.isEnabled()]


def _in_order(parent: QWidget) -> list[QWidget]:
    """The children in sight as they are read; those of a scroll area are inside its viewport."""
    if isinstance(parent, QAbstractScrollArea) and not isinstance(parent, QScrollArea):
        return []  # a table or a text moves inside by the arrows
    inside = [child for child in _children(parent) if child.isVisible() and not child.isWindow()]
    boxes = [Box(child.x(), child.y(), child.width(), child.height()) for child in inside]
    return [inside[number] for number in reading_order(boxes)]


def _children(parent: QWidget) -> list[QWidget]:
    """The children; of a scroll area what it scrolls.

    Its viewport is never asked for them: nobody else holds the Python object of a viewport, and what is found below
    it is deleted with that object.
    """
    if isinstance(parent, QScrollArea):
        shown: QWidget | None = parent.widget()
        return [] if shown is None else [shown]
    return parent.findChildren(QWidget, options=Qt.FindChildOption.FindDirectChildrenOnly)


def into_sight(widget: QWidget) -> None:
    """Every scroll area around the widget shows it."""
    around = widget.parentWidget()
    while around is not None:
        if isinstance(around, QScrollArea):
            around.ensureWidgetVisible(widget)
        around = around.parentWidget()
