"""Other planes of a series about one place, the crosshair that moves it, and where images of other views cut a view."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from app.desks.image_library import ImageLibrary, LoadedSeries
from app.desks.tile_sources import base_of
from app.desks.view_memory import ViewMemory
from app.reading.hanging import Hanging, Tile
from app.reading.stages import LAYOUTS, Derivation, Stage
from mrecist.values import Point
from viewers.imaging.errors import ImagingError
from viewers.imaging.geometry import along
from viewers.imaging.reslice import Projection, Slab
from viewers.tools.crosshair import PlaneTurned, turned_on_screen
from viewers.widgets.crosshair import Crosshair
from viewers.widgets.derived_source import DerivedSource
from viewers.widgets.localiser import Localiser
from viewers.widgets.plane_set import PlaneName, PlaneSet
from viewers.widgets.reference_lines import reference_lines
from viewers.widgets.slice_view import SliceView

if TYPE_CHECKING:
    from app.desks.images import ImageDesk

_NAMES = tuple(PlaneName)
THINNEST_MM, THICKEST_MM, SLAB_STEP_MM = 5.0, 50.0, 5.0
_FIRST_SLAB_MM = 10.0
PLACE_STEP_MM, TURN_STEP = 1.0, 5.0
"""How far a key moves the shared place, and by how many degrees it turns the oblique plane."""


@dataclass(frozen=True, slots=True)
class _Before:
    """What hung before the planes, and which view was active; `maximised` if it alone was in sight."""

    hanging: Hanging
    active: int
    maximised: bool


class PlanesDesk(QObject):
    """Hangs the four planes of the active view's series, and shares a place between all views that know it.

    Signals
    -------
    changed()
        The crosshair or the reference lines were switched, or planes hang or no longer.
    told(str)
        One sentence for the reader.
    """

    changed = Signal()
    told = Signal(str)

    def __init__(self, desk: ImageDesk, library: ImageLibrary, memory: ViewMemory) -> None:
        super().__init__(desk)
        self._desk, self._library, self._memory = desk, library, memory
        self._before: _Before | None = None
        self._place: tuple[str, Point] | None = None
        self._moving = False
        self.lines_on = memory.is_on("reference_lines", True)
        self.localiser = Localiser(desk.grid.views, self)
        self.localiser.localised.connect(self._on_localised)
        self.localiser.plane_turned.connect(self._on_turned)
        self.localiser.reset_requested.connect(lambda _number: self.straighten())
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(0)
        self._soon.timeout.connect(self._show_lines)
        for number, view in enumerate(desk.grid.views):
            view.index_changed.connect(lambda _index, n=number: self._on_index(n))
            view.fine_wanted.connect(lambda n=number: self._make_fine(n))
        desk.hung.connect(self._on_hung)
        desk.rearranged.connect(self._on_hung)

    # --- planes -----------------------------------------------------------------------------------------------

    @property
    def hanging(self) -> bool:
        """Whether the planes of a series hang."""
        return self._desk.stage is Stage.PLANES and self._desk.sources.planes is not None

    @property
    def back_to(self) -> Stage | None:
        """The stage that hung before the planes."""
        return None if self._before is None else self._before.hanging.stage

    def toggle(self) -> None:
        """The planes of the active view's series, or back to what hung before, as the reader had hung it."""
        if not self._desk.is_free():
            return
        if self.hanging:
            self._go_back()
            return
        view, tile = self._desk.grid.active, self._desk.tile(self._desk.grid.active_index)
        base = base_of(view.source)
        if base is None or tile is None or tile.visit_id is None:
            self.told.emit("No series hangs in this view.")
            return
        before = self._hung_now()
        place = self._desk.guide.place(self._desk.grid.active_index) or _middle(view)
        if self._hang(base, tile.preset, tile.visit_id, place, None):
            self._before = before

    def hang_series(self, uid: str, preset: int | None, visit_id: str) -> None:
        """The planes of another series instead, about the same place where it shares the space."""
        before, base = self._desk.sources.planes, self._library.source(uid)
        if before is None or base is None:
            return
        same = base.frame_of_reference_uid and base.frame_of_reference_uid == before.base.frame_of_reference_uid
        self._hang(base, preset, visit_id, before.place if same else None, before.slab)

    def _hang(
        self, base: LoadedSeries, preset: int | None, visit_id: str, place: Point | None, slab: Slab | None
    ) -> bool:
        """Hang the planes of a series about a place, or say why it has none."""
        try:
            planes = PlaneSet.of(base, place, slab)
        except ImagingError as error:
            self.told.emit(str(error))
            return False
        self._desk.sources.planes = planes
        uid = base.series_uid
        tiles = tuple(Tile(visit_id, uid, preset=preset, derivation=Derivation(name)) for name in _NAMES)
        self._desk.hang(Hanging(Stage.PLANES, LAYOUTS[Stage.PLANES], tiles))
        self._show(planes)
        self.localiser.switch(True)
        self.changed.emit()
        return True

    def go_to(self, place: Point | None) -> None:
        """The planes about another place, LPS mm; None leaves them where they are."""
        if place is not None and self.hanging and self._desk.sources.planes is not None:
            self._show(self._desk.sources.planes.moved(place))

    def cycle_slab(self) -> None:
        """Single planes, then the brightest value of a slab, then its mean."""
        if planes := self._hanging("Slabs are for"):
            slab = planes.slab
            if slab is None:
                slab = Slab(Projection.MIP, _FIRST_SLAB_MM)
            else:
                slab = Slab(Projection.MEAN, slab.thickness_mm) if slab.projection is Projection.MIP else None
            self._show(planes.with_slab(slab))

    def thicken(self, steps: int) -> None:
        """A thicker or thinner slab, by 5 mm a step."""
        if planes := self._hanging("Slabs are for"):
            if planes.slab is None:
                self.told.emit("These are single planes. Shift+M makes a slab of them.")
                return
            thickness = min(THICKEST_MM, max(THINNEST_MM, planes.slab.thickness_mm + steps * SLAB_STEP_MM))
            self._show(planes.with_slab(Slab(planes.slab.projection, thickness)))

    def turn(self, steps: int) -> None:
        """The oblique plane turned clockwise about the place by steps of 5°, as the active view sees it."""
        planes = self._hanging("Only the oblique plane is turned, among")
        if planes is None:
            return
        number = self._desk.grid.active_index
        number = number if number < len(_NAMES) and _NAMES[number] is not PlaneName.OBLIQUE else 0
        seen = self._desk.grid.views[number].projection()
        line = None if seen.plane is None else planes.oblique_line(seen.plane.normal)
        if line is None or seen.plane is None:
            self.told.emit("The oblique plane lies in this one. Make another view the active one to turn it.")
        else:
            direction = turned_on_screen(line, seen.right, seen.down, steps * TURN_STEP)
            self._show(planes.turned(seen.plane.normal, direction))

    def straighten(self) -> None:
        """The oblique plane as it was at first."""
        if planes := self._hanging("Only the oblique plane is turned, among"):
            self._show(planes.straightened())

    # --- crosshair, reference lines ---------------------------------------------------------------------------

    def toggle_localiser(self) -> None:
        """Whether the left button moves the crosshair."""
        self.localiser.switch(not self.localiser.on)
        if self.localiser.on and not self.hanging:
            self._go_to(self._desk.grid.active, _middle(self._desk.grid.active), itself=True)
        elif not self.hanging:
            self._place = None
            self._show_crosshairs()
        self.changed.emit()

    def step_place(self, right: int, down: int) -> None:
        """Move the shared place by steps of 1 mm on the active view; the crosshair is switched on for it."""
        if not self.localiser.on:
            self.toggle_localiser()
        view, number = self._desk.grid.active, self._desk.grid.active_index
        seen, planes = view.projection(), self._desk.sources.planes
        place = planes.place if self.hanging and planes is not None else self._place_in(view)
        if place is None or seen.plane is None or view.source is None:
            return
        moved = along(along(place, seen.right, right * PLACE_STEP_MM), seen.down, down * PLACE_STEP_MM)
        column, row = seen.plane.to_pixel(moved)
        column = min(max(column, -0.5), view.source.columns - 0.5)
        row = min(max(row, -0.5), view.source.rows - 0.5)
        self._on_localised(number, seen.plane.to_world(column, row))

    def toggle_lines(self) -> None:
        """Whether views show where the images of other views cut theirs."""
        self.lines_on = not self.lines_on
        self._memory.switch("reference_lines", self.lines_on)
        self._show_lines()
        self.changed.emit()

    # --- inside -----------------------------------------------------------------------------------------------

    def _hung_now(self) -> _Before | None:
        desk, grid = self._desk, self._desk.grid
        if desk.stage is None:
            return None
        return _Before(Hanging(desk.stage, grid.layout_wanted, desk.tiles), grid.active_index, grid.maximised)

    def _go_back(self) -> None:
        before = self._before
        if before is None:
            self._desk.set_stage(self._desk.offered[0])
            return
        self._desk.hang(before.hanging, before.active)
        if before.maximised:
            self._desk.grid.toggle_maximised()

    def _hanging(self, why: str) -> PlaneSet | None:
        if not self.hanging:
            self.told.emit(f"{why} the planes of a series: hang those first (menu View, Hanging).")
            return None
        return self._desk.sources.planes

    def _show(self, planes: PlaneSet) -> None:
        """Give each view its plane about the place, and the crosshair."""
        self._desk.sources.planes = planes
        before, self._moving = self._moving, True
        try:
            with self._desk.grid.links.apart():
                for number, name in enumerate(_NAMES):
                    view, source = self._desk.grid.views[number], planes.source(name)
                    self._library.stop_making(f"{number}")
                    if view.source is not source:
                        view.swap_source(source, planes.index(name), keep=planes.place)
                        self._desk.windows.open_window(number)
                    view.set_index(planes.index(name))
                    view.set_crosshair(planes.crosshair(name))
                    self._desk.writer.write(number)
        finally:
            self._moving = before

    def _make_fine(self, number: int) -> None:
        """Make in the background what a view shows coarsely."""
        view = self._desk.grid.views[number]
        source = view.source

        def show() -> None:
            if view.source is source:
                view.refresh()

        if isinstance(source, DerivedSource):
            self._library.make(f"{number}", source, view.state.index, show)

    def _on_index(self, number: int) -> None:
        if self.hanging and not self._moving and number < len(_NAMES) and self._desk.sources.planes is not None:
            view = self._desk.grid.views[number]
            self._show(self._desk.sources.planes.at_index(_NAMES[number], view.state.index))
        self._soon.start()

    def _on_localised(self, number: int, point: Point) -> None:
        view = self._desk.grid.views[number]
        if self.hanging and self._desk.sources.planes is not None:
            self._show(self._desk.sources.planes.moved(point))
        else:
            self._go_to(view, point, itself=False)

    def _on_turned(self, _number: int, turned: PlaneTurned) -> None:
        if self.hanging and self._desk.sources.planes is not None:
            self._show(self._desk.sources.planes.turned(turned.normal, turned.direction))

    def _go_to(self, leader: SliceView, point: Point | None, itself: bool) -> None:
        """Bring every view that knows the place to it, whatever its plane."""
        frame = leader.source.frame_of_reference_uid if leader.source is not None else None
        if point is None or not frame:
            self.told.emit("This view knows no place in the patient.")
            return
        self._place = (frame, point)
        with self._desk.grid.links.apart():
            for number in range(len(self._desk.tiles)):
                view, place = self._desk.grid.views[number], self._place_in(self._desk.grid.views[number])
                found = view.levels.nearest(place) if place is not None and view.levels is not None else None
                if found is not None and (itself or view is not leader):
                    view.set_index(found[0])
        self._show_crosshairs()

    def _place_in(self, view: SliceView) -> Point | None:
        """The shared place as a place of a view's own space."""
        if self._place is None or view.source is None:
            return None
        link = self._desk.grid.links.between(self._place[0], view.source.frame_of_reference_uid)
        return None if link is None else link.carry(self._place[1])

    def _show_crosshairs(self) -> None:
        for view in self._desk.grid.views:
            place = self._place_in(view) if self.localiser.on else None
            view.set_crosshair(None if place is None else Crosshair(place, ()))

    def _show_lines(self) -> None:
        shown = [self._desk.grid.views[number] for number in self._desk.grid.shown]
        for view in self._desk.grid.views:
            on = self.lines_on and not self.hanging and view in shown
            view.set_reference_lines(reference_lines(view, shown) if on else ())

    def _on_hung(self) -> None:
        if self._desk.stage is not Stage.PLANES and self._desk.sources.planes is not None:
            self._desk.sources.planes = None
            self.localiser.switch(False)
            self._place = None
            self.changed.emit()
        if not self.hanging:
            self._show_crosshairs()
        self._soon.start()


def _middle(view: SliceView) -> Point | None:
    """The place in the middle of a view, LPS mm; None without geometry."""
    projection = view.projection()
    if projection.plane is None:
        return None
    return projection.world_of_view(projection.size_px[0] / 2, projection.size_px[1] / 2)
