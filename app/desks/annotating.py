"""Arms the tools for figures, and takes what is drawn, dragged and chosen from menus as edits of the read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from uuid import uuid4

from PySide6.QtCore import QObject, QPoint, Qt, Signal
from PySide6.QtWidgets import QMenu

from app.desks.figure_guide import FigureGuide
from app.desks.images import ImageDesk
from app.desks.measuring import MeasuringDesk
from app.panels.note_editor import NoteEditor
from app.reading.figure_measures import lengths_of
from app.reading.figurework import WORDS, figure_of
from app.session import ReadingSession
from app.state.events import FigureAdded, FigureChanged, FigureRemoved
from app.state.figures import Figure, FigureKind
from app.words import translated
from mrecist.values import Point
from viewers.imaging.geometry import length_mm
from viewers.tools import figures as drawn
from viewers.widgets.marks import DrawnFigure, DrawnLine

_NOTE_PX = 220


class AnnotatingDesk(QObject):
    """Figures of the read on screen. It keeps the armed kind and which figure is selected; edits go to the session.

    Signals
    -------
    armed_changed()
        `kind` and `sticky` say what the left button draws now.
    selected_changed()
        `selected` is another figure.
    told(str, bool)
        One sentence for the reader, and whether it can be undone.
    image_menu_asked(int, QPoint)
        The menu of a view is wanted (its number, a place on the screen), where no figure is.
    """

    armed_changed = Signal()
    selected_changed = Signal()
    told = Signal(str, bool)
    image_menu_asked = Signal(int, QPoint)

    def __init__(
        self,
        session: ReadingSession,
        images: ImageDesk,
        measuring: MeasuringDesk,
        parent: QObject,
        note_px: int = _NOTE_PX,
    ) -> None:
        super().__init__(parent)
        self._session, self._images, self._measuring = session, images, measuring
        self._note_px = note_px
        self.kind: FigureKind | None = None
        self.sticky = False
        self.selected = ""
        self.guide: FigureGuide = FigureGuide(session, images, lambda: self.selected, self)
        self.guide.told.connect(lambda text: self.told.emit(text, False))
        self._lesion = session.selection.lesion_id
        self._editor: NoteEditor | None = None
        for number, view in enumerate(images.grid.views):
            view.figure_drawn.connect(lambda made, n=number: self._on_drawn(n, made))
            view.figure_edited.connect(self._on_edited)
            view.figure_selected.connect(lambda figure, n=number: self._on_selected(n, figure))
            view.figure_opened.connect(lambda figure, n=number: self.edit_note(figure, n))
            view.context_menu_requested.connect(lambda place, n=number: self._on_menu(n, place))
            view.index_changed.connect(lambda _index: self._close_note())
        images.hung.connect(self._on_hung)
        images.rearranged.connect(self._close_note)
        measuring.intent_changed.connect(self._on_intent)
        session.selection_changed.connect(self._on_selection)
        session.case_opened.connect(self.disarm)

    # --- the tool in hand -------------------------------------------------------------------------------------

    def arm(self, kind: FigureKind) -> None:
        """Draw one figure of this kind; asked for again, as many as are wanted; a third time, none."""
        if self.kind is kind and self.sticky:
            self.disarm()
            return
        self.sticky = self.kind is kind
        if self._measuring.intent is not None:
            self._measuring.cancel()
        self.kind = kind
        self._arm_views()
        self.armed_changed.emit()

    def disarm(self) -> None:
        """Back to windowing; a figure under way is given up."""
        if self.kind is not None:
            self.kind, self.sticky = None, False
            self._arm_views()
            self.armed_changed.emit()

    def cancel(self) -> bool:
        """Esc: the figure under way, else the tool, else the selection; whether there was any of these."""
        busy = [view for view in self._images.grid.views if view.busy]
        for view in busy:
            view.give_up()
        if busy and self._measuring.intent is None:
            return True
        if self.kind is not None:
            self.disarm()
            return True
        return any([view.let_go() for view in self._images.grid.views])

    def _arm_views(self) -> None:
        kind = None if self.kind is None else drawn.FigureKind(self.kind.value)
        for view in self._images.grid.views:
            view.arm(kind if view.source is not None else None)

    def _on_hung(self) -> None:
        self._close_note()
        if self.kind is not None:
            self._arm_views()

    def _on_intent(self, intent: object) -> None:
        if intent is not None:
            self.kind, self.sticky = None, False
            self.armed_changed.emit()

    # --- edits ------------------------------------------------------------------------------------------------

    def remove(self, figure_id: str = "") -> None:
        """Take a figure out, the selected one unless another is named."""
        figure = self._figure(figure_id or self.selected)
        if figure is not None and self._session.do(FigureRemoved(figure.id)):
            self.told.emit(f"{WORDS[figure.kind]} removed", True)

    def edit_note(self, figure_id: str, number: int) -> None:
        """The words of an arrow, typed at its tail in the view where it is seen."""
        figure, view = self._figure(figure_id), self._images.grid.views[number]
        if figure is None or figure.kind is not FigureKind.ARROW or self._locked(figure):
            return
        self._close_note()
        tail = view.widget_point_of(figure.points[-1]).toPoint()
        self._editor = NoteEditor(view, figure.note, tail, self._note_px)
        self._editor.ended.connect(lambda text: self._on_note(figure_id, text))

    def use_length(self, figure_id: str, start: Point, end: Point) -> None:
        """A length of a figure becomes the diameter of the selected lesion, as if it had been drawn for it."""
        figure = self._figure(figure_id)
        if figure is None:
            return
        image = (figure.series_uid, figure.sop_uid, figure.frame, figure.frame_of_reference_uid)
        self._measuring.use_length(DrawnLine(*image, start, end, length_mm(start, end)), figure.derived)

    def _on_drawn(self, number: int, made: DrawnFigure) -> None:
        figure = figure_of(uuid4().hex[:12], made)
        taken = self._session.do(FigureAdded(figure))
        if not taken:
            self._images.writer.refresh()
        if not self.sticky:
            self.disarm()
        if taken:
            self.edit_note(figure.id, number)

    def _on_edited(self, figure_id: str, points: tuple[Point, ...]) -> None:
        figure = self._figure(figure_id)
        if figure is None or not self._session.do(FigureChanged(replace(figure, points=points))):
            self._images.writer.refresh()

    def _on_note(self, figure_id: str, text: str | None) -> None:
        self._editor = None
        figure = self._figure(figure_id)
        if figure is not None and text is not None and text != figure.note:
            self._session.do(FigureChanged(replace(figure, note=text)))

    def _close_note(self) -> None:
        if self._editor is not None:
            self._editor.finish()

    # --- which figure -----------------------------------------------------------------------------------------

    def _figure(self, figure_id: str) -> Figure | None:
        record = self._session.record
        return record.figure(self._session.read_id, figure_id) if record and figure_id else None

    def _locked(self, figure: Figure) -> str:
        """Why a figure cannot be changed; empty when it can."""
        record, others = self._session.record, self._session.others_read
        visit = record.visit_of_series(figure.series_uid) if record else None
        if others:
            return f"This is the read of {others}."
        signed = record is not None and visit is not None and record.is_signed(self._session.read_id, visit.id)
        return f"{visit.id} is signed and locked." if signed and visit is not None else ""

    def _on_selected(self, number: int, figure_id: str) -> None:
        if figure_id:
            for other, view in enumerate(self._images.grid.views):
                if other != number:
                    view.select_figure("")
        self.selected = figure_id
        self.selected_changed.emit()

    def _on_selection(self) -> None:
        """The reader turned to a lesion: keys speak of that, not of a figure."""
        lesion = self._session.selection.lesion_id
        if lesion != self._lesion and lesion is not None:
            for view in self._images.grid.views:
                view.select_figure("")
        self._lesion = lesion

    # --- the menu of a figure ---------------------------------------------------------------------------------

    def _on_menu(self, number: int, place: QPoint) -> None:
        view = self._images.grid.views[number]
        figure = self._figure(view.figure_at(view.mapFromGlobal(place).toPointF()))
        if place == view.mapToGlobal(view.rect().center()):  # asked by a key
            figure = self._figure(view.selected_figure) or figure
        if figure is None:
            if not view.busy:
                self.image_menu_asked.emit(number, place)
            return
        view.select_figure(figure.id)
        menu = self.menu_of(figure, number)
        menu.popup(place)

    def menu_of(self, figure: Figure, number: int) -> QMenu:
        """What can be done with a figure; entries that cannot be chosen say why."""
        menu = QMenu(self._images.grid.views[number])
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.setToolTipsVisible(True)
        locked, lesion = self._locked(figure), self._session.selection.lesion_id
        why_no_diameter = locked or ("" if lesion else "Select a lesion in the table first.")
        for words, start, end in lengths_of(figure):
            text = translated(
                "Use {length} for {lesion}", length=words, lesion=lesion or translated("the selected lesion")
            )
            _add(menu, text, partial(self.use_length, figure.id, start, end), why_no_diameter)
        if figure.kind is FigureKind.ARROW:
            _add(menu, translated("Edit the note"), lambda: self.edit_note(figure.id, number), locked)
        _add(menu, translated("Delete"), lambda: self.remove(figure.id), locked)
        return menu


def _add(menu: QMenu, text: str, run: Callable[[], None], why_not: str) -> None:
    entry = menu.addAction(text)
    entry.setEnabled(not why_not)
    entry.setToolTip(why_not)
    entry.triggered.connect(lambda _checked=False: run())
