"""How the views show their images: links, flips, overlays, zoom; what no one has to record."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from app.desks.view_memory import ViewMemory
from viewers.tools.navigate import Gesture, panned
from viewers.widgets.view_links import Links

if TYPE_CHECKING:
    from app.desks.images import ImageDesk

ZOOM_STEP = 1.2
PAN_STEP_PX = 40.0
WIDTH_STEP, LEVEL_STEP = 1.1, 0.05
"""A window grows by a tenth a step; its level moves by a twentieth of its width."""


class ViewDisplay(QObject):
    """Acts on the active view of a grid, and keeps what the reader likes.

    Signals
    -------
    changed()
        Linking was switched on or off.
    left_drag_changed(Gesture)
        What the left button does while no tool is armed.
    told(str)
        One sentence for the reader.
    """

    changed = Signal()
    left_drag_changed = Signal(object)
    told = Signal(str)

    def __init__(self, desk: ImageDesk, memory: ViewMemory) -> None:
        super().__init__(desk)
        self._desk, self._grid, self._memory = desk, desk.grid, memory
        self.linked = memory.is_on("linked", True)
        self.windows_linked = memory.is_on("linked_windows", False)
        self._loupe = False
        self._share()
        self.left_drag = memory.left_drag
        self.level_turned_round = memory.is_on("level_turned_round", False)
        for view in self._grid.views:
            view.set_overlay(memory.overlay)
            view.left_drag = self.left_drag
            view.level_turned_round = self.level_turned_round

    def toggle_linked(self) -> None:
        """Whether scrolling, zooming and panning one view moves the others."""
        self.linked = not self.linked
        self._memory.switch("linked", self.linked)
        self._share()
        self.changed.emit()

    def toggle_linked_windows(self) -> None:
        """Whether linked views share the window as well."""
        self.windows_linked = not self.windows_linked
        self._memory.switch("linked_windows", self.windows_linked)
        self._share()
        self.told.emit("Linked views share their window." if self.windows_linked else "Each view has its own window.")
        self.changed.emit()

    def toggle_ghosts(self) -> None:
        """Show or hide the lines of other series, and where lesions of earlier time points are expected."""
        self._desk.linking.toggle_ghosts()
        self._desk.writer.toggle_ghosts()

    def cycle_overlay(self) -> None:
        level = self._grid.active.state.overlay.next()
        self._memory.keep_overlay(level)
        for view in self._grid.views:
            view.set_overlay(level)

    def toggle_loupe(self) -> None:
        """Whether the loupe follows the pointer always, not only while a line is drawn."""
        self._loupe = not self._loupe
        for view in self._grid.views:
            view.set_loupe(self._loupe)

    def let_left_drag(self, gesture: Gesture) -> None:
        """What the left button does from now on while no tool is armed; it is kept for the next start."""
        self.left_drag = gesture
        self._memory.keep_left_drag(gesture)
        for view in self._grid.views:
            view.left_drag = gesture
        self.left_drag_changed.emit(gesture)
        self.told.emit(f"Left drag: {gesture}.")

    def turn_level_round(self) -> None:
        """Whether dragging up makes the picture brighter, or darker as in other programs; kept for the next start."""
        self.level_turned_round = not self.level_turned_round
        self._memory.switch("level_turned_round", self.level_turned_round)
        for view in self._grid.views:
            view.level_turned_round = self.level_turned_round
        self.told.emit(f"Dragging up makes the picture {'darker' if self.level_turned_round else 'brighter'}.")
        self.changed.emit()

    def step_view(self, step: int) -> None:
        """The next view, or with -1 the one before, is the active one and has the keys; round and round."""
        if self._desk.is_free():
            count = min(self._grid.layout_wanted.count, len(self._grid.views))
            self._grid.activate((self._grid.active_index + step) % count)
            self._grid.active.setFocus()

    def widen(self, steps: int) -> None:
        """A wider window, or with -1 a narrower one, about its level."""
        state = self._grid.active.state
        self._grid.active.set_window(state.center, state.width * WIDTH_STEP**steps)

    def raise_level(self, steps: int) -> None:
        """A higher level: the picture is darker, or with -1 brighter."""
        state = self._grid.active.state
        self._grid.active.set_window(state.center + steps * LEVEL_STEP * state.width, state.width)

    def pan(self, right: int, down: int) -> None:
        """The picture moves by steps of 40 px."""
        view = self._grid.active
        view.set_framing(panned(view.projection().framing, right * PAN_STEP_PX, down * PAN_STEP_PX))

    def invert(self) -> None:
        self._grid.active.set_inverted(not self._grid.active.state.inverted)
        self._desk.writer.refresh()

    def flip(self, horizontal: bool) -> None:
        self._grid.active.mirror(horizontal)
        self._desk.writer.refresh()

    def turn(self) -> None:
        """A quarter turn clockwise."""
        self._grid.active.turn()
        self._desk.writer.refresh()

    def toggle_smooth(self) -> None:
        """Interpolate between pixels, or show each as it is."""
        self._grid.active.set_smooth(not self._grid.active.state.smooth)

    def zoom(self, steps: int) -> None:
        """Larger or smaller about the middle, by a fifth a step."""
        self._grid.active.zoom(ZOOM_STEP**steps)

    def fit(self) -> None:
        """The whole image."""
        self._grid.active.set_framing(None)

    def reset(self) -> None:
        """Fit every view, back to the window it opened with."""
        self._desk.windows.forget()
        for number, view in enumerate(self._grid.views):
            view.reset_view()
            self._desk.windows.open_window(number)

    def _share(self) -> None:
        on = self.linked
        self._grid.share(Links(scroll=on, zoom=on, pan=on, window=on and self.windows_linked))
