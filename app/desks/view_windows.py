"""Through which window each view shows its series: by phase, shared by the phases of an MR sequence, by number key."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from app.desks.image_library import ImageLibrary, LoadedSeries
from app.desks.own_presets import CT, MR, OwnPresets
from app.desks.tile_sources import base_of
from app.reading.display_windows import (
    AUTOMATIC_KEY,
    SUBTRACTION_HU,
    preset_title,
    preset_window,
    window_for_tissue,
    window_key,
    window_of_ct,
)
from app.reading.stages import Derivation
from app.session import ReadingSession
from app.words import SPACE
from viewers.imaging.catalogue import PhaseName
from viewers.imaging.liver_level import LiverLevel
from viewers.imaging.windowing import MR_PRESETS, PercentilePreset, Window, auto_window, percentile_window
from viewers.widgets.slice_view import SliceView
from viewers.widgets.source import Pixels

if TYPE_CHECKING:
    from app.desks.images import ImageDesk


class WindowDesk(QObject):
    """Remembers the windows of a case while it is open.

    Signals
    -------
    told(str)
        One sentence for the reader.
    presets_changed()
        The reader kept a window under a number, or went back to the built-in ones.
    """

    told = Signal(str)
    presets_changed = Signal()

    def __init__(self, session: ReadingSession, library: ImageLibrary, desk: ImageDesk) -> None:
        super().__init__(desk)
        self._session, self._library, self._desk = session, library, desk
        self.own = OwnPresets()
        self._dragged: dict[Hashable, Window] = {}
        self._opening = False
        library.loaded.connect(self.on_first_image)  # the middle image is read by now
        for number, view in enumerate(desk.grid.views):
            view.window_changed.connect(lambda centre, width, n=number: self._on_window(n, Window(width, centre)))

    def open_window(self, number: int) -> None:
        """Show a view's series through its window: as it was dragged to, the preset of its place, or by its values."""
        view, key = self._desk.grid.views[number], self._key(number)
        if view.source is None or key is None:
            return
        window = self._dragged.get(key) or self._usual(number)
        if window is not None:
            self._show(number, window)

    def on_first_image(self, uid: str) -> None:
        """The first image of a series was read: views that share its window show it anew."""
        read = next((source for source in self._library.opened() if source.series_uid == uid), None)
        if read is None:
            return
        for number in range(len(self._desk.grid.views)):
            base, tile = base_of(self._desk.grid.views[number].source), self._desk.tile(number)
            shares = base is not None and base.unit != "HU" and self._key_of(base) == self._key_of(read)
            if base is read or shares or (tile is not None and uid in tile.uids):
                self.open_window(number)

    def forget(self) -> None:
        """Another case, or a reset: windows begin anew."""
        self._dragged.clear()

    # --- presets ----------------------------------------------------------------------------------------------

    def preset(self, key: int) -> None:
        """A window preset, 1 to 9, on the active view: the reader's own, else the built-in one."""
        number = self._desk.grid.active_index
        view, base = self._desk.grid.active, base_of(self._desk.grid.active.source)
        if view.source is None or base is None or not view.source.ready(view.state.index):
            return
        window: Window | None
        if base.unit == "HU":
            window = self.own.ct(key)
            if window is None and key == AUTOMATIC_KEY:
                self._window_by_liver(view, base)
                return
            window = window or preset_window(key)
        else:
            window = self.own.mr(key, self._whole(number)) or self._built_in_mr(number, key)
        if window is None:
            self.told.emit(
                f"No window is kept under {key} for MR. Keep the one that is shown by the menu View, Window."
            )
        else:
            view.set_window(window.centre, window.width)

    def _window_by_liver(self, view: SliceView, base: LoadedSeries) -> None:
        """A narrow window about the liver near the image that is shown; about soft tissue where none is found."""
        shown, index, plane = view.source, view.state.index, view.plane

        def found(liver: LiverLevel | None) -> None:
            if shown is None or view.source is not shown:
                return
            if liver is not None and plane is not None:
                window = auto_window(round(liver.near(plane)))
            else:
                window = window_for_tissue(shown.pixels(index))
                why = "no liver is found in this series" if base.complete else "the series is still being read"
                self.told.emit(f"This window is about the soft tissue of the image: {why}.")
            view.set_window(window.centre, window.width)

        if base.complete:
            self._library.find_liver(base, found)
        else:
            found(None)

    def keep_preset(self, key: int) -> None:
        """Keep the window of the active view under a number, for its modality."""
        view, base = self._desk.grid.active, base_of(self._desk.grid.active.source)
        if base is None:
            return
        window = Window(view.state.width, view.state.center)
        if base.unit == "HU":
            self.own.keep_ct(key, window)
            what = f"W{SPACE}{window.width:.0f} L{SPACE}{window.centre:.0f} is CT preset {key}"
        else:
            self.own.keep_mr(key, window, self._whole(self._desk.grid.active_index))
            what = f"This window is MR preset {key}, kept as a share of each series' own values"
        self.told.emit(f"{what} from now on.")
        self.presets_changed.emit()

    def reset_presets(self) -> None:
        """The built-in presets hold again, for CT and MR."""
        for modality in (CT, MR):
            self.own.forget(modality)
        self.told.emit("The window presets are as shipped again.")
        self.presets_changed.emit()

    def preset_title(self, key: int) -> str:
        """What a number key does now, for the menu and tool tips."""
        return preset_title(key, key in self.own.keys(CT), key in self.own.keys(MR))

    # --- inside -----------------------------------------------------------------------------------------------

    def _on_window(self, number: int, window: Window) -> None:
        """The reader, or a link, changed a window: it holds for all that share it."""
        key = self._key(number)
        if self._opening or key is None:
            return
        self._dragged[key] = window
        for other in range(len(self._desk.grid.views)):
            if other != number and self._key(other) == key:
                self._show(other, window)

    def _show(self, number: int, window: Window) -> None:
        before, self._opening = self._opening, True
        try:
            with self._desk.grid.links.apart():
                self._desk.grid.views[number].set_window(window.centre, window.width)
        finally:
            self._opening = before

    def _usual(self, number: int) -> Window | None:
        """The window to open with; None while no image is there to tell."""
        view, tile = self._desk.grid.views[number], self._desk.tile(number)
        base = base_of(view.source)
        if base is None or view.source is None:
            return None
        subtraction = tile is not None and tile.derivation is Derivation.SUBTRACTION
        if base.unit == "HU":
            return SUBTRACTION_HU if subtraction else window_of_ct(tile.preset if tile else None)
        if subtraction:
            middle = view.source.count // 2
            return percentile_window([view.source.pixels(middle)], 1, 99) if view.source.ready(middle) else None
        images = list(_middles(self._alike(number)))
        return percentile_window(images, 1, 99) if images else None

    def _whole(self, number: int) -> Window:
        """From the 1st to the 99th percentile of all that shares a window with a view."""
        return percentile_window(_middles(self._alike(number)), 1, 99)

    def _built_in_mr(self, number: int, key: int) -> Window | None:
        preset: PercentilePreset | None = next((one for one in MR_PRESETS if one.key == key), None)
        view, base = self._desk.grid.views[number], base_of(self._desk.grid.views[number].source)
        if preset is None or base is None or view.source is None:
            return None
        images: Iterable[Pixels]
        match preset.of:
            case "image":
                images = [view.source.pixels(view.state.index)]
            case "series":
                images = _middles([base])
            case _:
                images = _middles(self._alike(number))
        return percentile_window(images, preset.low, preset.high)

    def _alike(self, number: int) -> list[LoadedSeries]:
        """The series in memory that share a window with that of a view."""
        base = base_of(self._desk.grid.views[number].source)
        key = None if base is None else self._key_of(base)
        return [source for source in self._library.opened() if self._key_of(source) == key]

    def _key(self, number: int) -> Hashable | None:
        tile, base = self._desk.tile(number), base_of(self._desk.grid.views[number].source)
        if base is None or tile is None:
            return None
        return self._key_of(base, tile.preset, tile.derivation is Derivation.SUBTRACTION)

    def _key_of(self, source: LoadedSeries, preset: int | None = None, subtraction: bool = False) -> Hashable:
        record = self._session.record
        ref = record.series_ref(source.series_uid) if record else None
        phase = PhaseName(ref.phase) if ref is not None and ref.phase else None
        return window_key(source.series, phase, preset, subtraction)


def _middles(sources: Iterable[LoadedSeries]) -> Iterable[Pixels]:
    """Of each series the image nearest its middle that has been read; the first may be where a reader went at once."""
    for source in sources:
        middle = source.count // 2
        there = [middle] if source.ready(middle) else source.volume.loaded.nonzero()[0].tolist()
        if there:
            yield source.pixels(min(there, key=lambda k: abs(k - middle)))
