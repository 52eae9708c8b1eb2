"""Lists the figures of the open time point, and brings a view to each of them."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from app.desks.images import ImageDesk
from app.reading.figure_measures import middle_of
from app.reading.figurework import figure_words
from app.session import ReadingSession
from app.state.figures import Figure
from viewers.widgets.slice_view import SliceView
from viewers.widgets.source import derived_label


class FigureGuide(QObject):
    """Goes from figure to figure of the read on screen; `selected` tells which one is selected now.

    Signals
    -------
    told(str)
        One sentence for the reader.
    """

    told = Signal(str)

    def __init__(
        self, session: ReadingSession, images: ImageDesk, selected: Callable[[], str], parent: QObject
    ) -> None:
        super().__init__(parent)
        self._session, self._images, self._selected = session, images, selected
        self._at = ""

    def figures(self) -> tuple[Figure, ...]:
        """The figures of the open time point, in the order in which they were drawn."""
        record = self._session.record
        return record.figures_of(self._session.read_id, self._session.selection.visit_id) if record else ()

    def listed(self) -> list[tuple[str, str]]:
        """Id and words of each figure of the open time point."""
        record = self._session.record
        return [(figure.id, figure_words(record, figure)) for figure in self.figures()] if record else []

    def step(self, step: int) -> None:
        """The next figure of the open time point (-1: the one before), round and round."""
        ids = [figure.id for figure in self.figures()]
        if not ids:
            self.told.emit("No figure at this time point. Draw one with Length, of the tools.")
            return
        at = self._selected() or self._at  # one that could not be shown is passed by all the same
        here = ids.index(at) if at in ids else (-1 if step > 0 else 0)
        self.go_to(ids[(here + step) % len(ids)])

    def go_to(self, figure_id: str) -> None:
        """Bring a view to a figure, and select it there; where no view shows its series, the active one does."""
        figure = next((figure for figure in self.figures() if figure.id == figure_id), None)
        if figure is None:
            return
        for view in self._images.grid.views:
            view.select_figure("")
        self._at = figure.id
        view_there = self._view_of(figure) or self._hung_for(figure)
        if view_there is None:
            way = "Hang the planes of its series (menu View, Hanging), or the stage that shows it."
            self.told.emit(f"Drawn on {figure.derived or 'a series that is not here'}, which does not hang. {way}")
            return
        grid = self._images.grid
        grid.activate(grid.views.index(view_there))
        view_there.setFocus()
        view_there.centre_on(middle_of(figure))
        source = view_there.source
        if source is not None and figure.sop_uid:
            image = (figure.sop_uid, figure.frame)
            found = next((k for k in range(source.count) if (source.sop_uid(k), source.frame(k)) == image), None)
            view_there.set_index(view_there.state.index if found is None else found)
        view_there.select_figure(figure.id)

    def _hung_for(self, figure: Figure) -> SliceView | None:
        """Hang the series of a figure in the active view, or its planes in all, and tell the view that shows it."""
        self._images.show_series(figure.series_uid)
        if figure.derived:
            planes = self._images.planes
            if not planes.hanging:
                planes.toggle()
            planes.go_to(middle_of(figure))
        return self._view_of(figure)

    def _view_of(self, figure: Figure) -> SliceView | None:
        grid = self._images.grid
        for number in grid.shown:
            source = grid.views[number].source
            if source is not None and (source.series_uid, derived_label(source)) == (figure.series_uid, figure.derived):
                return grid.views[number]
        return None
