"""How the views show their images: windows, presets, flips, overlays; what no one has to record."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from app.desks.image_library import LoadedSeries
from app.reading.display_windows import AUTOMATIC_KEY, DisplayWindows, preset_window, window_for_tissue
from app.reading.hanging import Tile
from viewers.imaging.windowing import Window
from viewers.widgets.view_grid import ViewGrid
from viewers.widgets.view_links import Links

ZOOM_STEP = 1.2


class ViewDisplay(QObject):
    """Acts on the active view of a grid, and remembers each series' window while the case is open.

    Signals
    -------
    changed()
        Linking was switched on or off.
    told(str)
        One sentence for the reader.
    """

    changed = Signal()
    told = Signal(str)

    def __init__(self, grid: ViewGrid, tile_of: Callable[[int], Tile | None], parent: QObject) -> None:
        super().__init__(parent)
        self._grid, self._tile_of = grid, tile_of
        self._windows = DisplayWindows()
        self.linked = True
        self._loupe = False
        for number, view in enumerate(grid.views):
            view.window_changed.connect(lambda _centre, _width, n=number: self._keep(n))

    def open_window(self, number: int) -> None:
        """Show a view's series through its window: kept, preset of its place, or its own values'."""
        view, tile = self._grid.views[number], self._tile_of(number)
        if isinstance(view.source, LoadedSeries):
            window = self._windows.of(view.source, tile.preset if tile else None)
            if window is not None:
                view.set_window(window.centre, window.width)

    def forget(self) -> None:
        """Another case: windows begin anew."""
        self._windows.forget()

    def preset(self, key: int) -> None:
        """A window preset, 1 to 9, on the active view."""
        view = self._grid.active
        if view.source is None:
            return
        if view.source.unit != "HU":
            self.told.emit("Window presets are for CT. Drag to window this series.")
            return
        automatic = key == AUTOMATIC_KEY
        chosen = window_for_tissue(view.source.pixels(view.state.index)) if automatic else preset_window(key)
        view.set_window(chosen.centre, chosen.width)

    def toggle_linked(self) -> None:
        self.linked = not self.linked
        self._grid.share(Links() if self.linked else Links(scroll=False, zoom=False, pan=False))
        self.changed.emit()

    def cycle_overlay(self) -> None:
        level = self._grid.active.state.overlay.next()
        for view in self._grid.views:
            view.set_overlay(level)

    def toggle_loupe(self) -> None:
        """Whether the loupe follows the pointer always, not only while a line is drawn."""
        self._loupe = not self._loupe
        for view in self._grid.views:
            view.set_loupe(self._loupe)

    def invert(self) -> None:
        self._grid.active.set_inverted(not self._grid.active.state.inverted)

    def flip(self, horizontal: bool) -> None:
        self._grid.active.mirror(horizontal)

    def turn(self) -> None:
        """A quarter turn clockwise."""
        self._grid.active.turn()

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
        self._windows.forget()
        for number, view in enumerate(self._grid.views):
            view.reset_view()
            self.open_window(number)

    def _keep(self, number: int) -> None:
        view, tile = self._grid.views[number], self._tile_of(number)
        if view.source is not None and tile is not None and view.state.width >= 1:
            self._windows.keep(view.source, tile.preset, Window(view.state.width, view.state.center))
