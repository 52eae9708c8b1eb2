"""The lesion table of the reading screen: every lesion over all time points."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QImage, QKeyEvent, QMouseEvent, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QAbstractItemView, QHBoxLayout, QLineEdit, QSizePolicy, QTableView, QVBoxLayout, QWidget

from app import words
from app.keymap import Keymap
from app.models.lesion_cells import Accepted, ColumnKind, RowKind
from app.models.lesion_table import Index, LesionTableModel
from app.models.reading import Reading
from app.panels.chips import chip, label, rule_line
from app.panels.focus_ring import FocusRing
from app.panels.lesion_columns import (
    Density,
    density_for,
    is_narrow,
    steps_back,
    visits_shown,
    visits_that_fit,
    width_of,
)
from app.panels.lesion_delegate import HEAD_HEIGHT, ROW_HEIGHT, LesionDelegate, LesionHead
from app.panels.marks import NadirMark
from app.panels.progress_ring import ProgressRing
from app.panels.typed_finding import finding_of_key, finding_of_text, letters_of
from app.qt_keys import pressed_key
from app.theme import Face, Theme
from app.words import translated
from mrecist.lesions import Lesion
from mrecist.values import Region


class LesionGrid(QTableView):
    """The table itself: draws by `LesionDelegate`, moves by keys, takes typed findings."""

    lesion_selected = Signal(str)
    finding_entered = Signal(str, str, object)
    value_clicked = Signal(object, str)
    visits_scrolled = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._model = LesionTableModel()
        self._back = 0
        self.hidden_visits: tuple[str, ...] = ()
        self.letters = letters_of(Keymap())
        self._delegate = LesionDelegate(theme, self._model, self)
        self.setHorizontalHeader(LesionHead(theme, self._model, self))
        self.verticalHeader().hide()
        self.setModel(self._model)
        self.setItemDelegate(self._delegate)
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectItems)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Maximum)
        self.setAccessibleName(translated("Lesions"))
        self.verticalHeader().setMinimumSectionSize(1)
        self._delegate.commitData.connect(self._typed)

    @property
    def table(self) -> LesionTableModel:
        return self._model

    def set_reading(self, reading: Reading | None, accepted: Accepted, crops: Mapping[tuple[str, str], QImage]) -> None:
        at = self.currentIndex()
        self._delegate.crops = crops
        self._model.set_reading(reading, accepted)
        self._lay_out()
        if self._model.selected is not None:
            row = self._model.row_of(self._model.selected)
            assert row is not None
            column = at.column() if 0 <= at.column() < self._model.columnCount() else self._home_column
            self.setCurrentIndex(self._model.index(row, column))

    def select(self, lesion_id: str | None) -> None:
        """Show this lesion as the selected one, without reporting it."""
        self._model.select(lesion_id)
        self._lay_out()
        row = self._model.row_of(lesion_id)
        if row is not None and self.currentIndex().row() != row:
            blocked = self.blockSignals(True)
            self.setCurrentIndex(self._model.index(row, self._home_column))
            self.blockSignals(blocked)
        self.viewport().update()

    def scroll_visits(self, steps: int) -> None:
        """Show older (positive) or newer time points among those not pinned; past the oldest, the newest again."""
        visits, pinned, room = self._visits()
        most = steps_back(visits, pinned, room)
        self._back = 0 if steps > 0 and self._back >= most else min(max(0, self._back + steps), most)
        self._lay_out()

    def sizeHint(self) -> QSize:
        shown = (i for i in range(self._model.rowCount()) if not self.isRowHidden(i))
        rows = (self._model.row(i).kind for i in shown)
        height = self._theme.px(HEAD_HEIGHT) + sum(self._theme.px(ROW_HEIGHT[kind]) for kind in rows)
        return QSize(self._theme.px(396), height)

    def minimumSizeHint(self) -> QSize:
        return QSize(self._theme.px(300), self._theme.px(HEAD_HEIGHT + 5 * 26))

    def currentChanged(self, current: Index, previous: Index) -> None:
        super().currentChanged(current, previous)
        if not current.isValid():
            return
        row = self._model.row(current.row())
        if row.kind is RowKind.LESION and row.lesion is not None and row.lesion.id != self._model.selected:
            self._model.select(row.lesion.id)
            self._lay_out()
            self.viewport().update()
            if not self.signalsBlocked():
                self.lesion_selected.emit(row.lesion.id)

    def event(self, event: QEvent) -> bool:
        """Keys that type a finding belong to the table while it has the focus, not to the window's shortcuts."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and self._types(event):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        lesion = self._selected_lesion()
        if self.state() is QAbstractItemView.State.EditingState:
            event.accept()  # Enter in the open editor comes here once more after it was committed
            return
        if lesion is None or not self._types(event) or self._model.reading is None:
            super().keyPressEvent(event)
            return
        if event.text().isdigit():
            self._edit(event.text())
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_F2):
            self._edit("")
        else:
            finding = finding_of_key(self._letter(event), lesion, self._model.reading_at_baseline)
            if finding is not None:
                self.finding_entered.emit(lesion.id, self._model.reading.visit_id, finding)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        index = self.indexAt(event.position().toPoint())
        if not index.isValid() or event.button() is not Qt.MouseButton.LeftButton or self._model.reading is None:
            return
        row, column = self._model.row(index.row()), self._model.columns[index.column()]
        derived = column.kind in (ColumnKind.VS_BASELINE, ColumnKind.VS_NADIR)
        if row.kind is RowKind.SUM and (derived or column.kind is ColumnKind.VISIT):
            self.value_clicked.emit(row.region, column.visit_id or self._model.reading.visit_id)
        elif row.kind is RowKind.LESION and derived:
            self.value_clicked.emit(row.region, self._model.reading.visit_id)

    def wheelEvent(self, event: QWheelEvent) -> None:
        sideways = event.angleDelta().x() or (
            event.angleDelta().y() if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 0
        )
        if sideways:
            self.scroll_visits(1 if sideways > 0 else -1)
            event.accept()
            return
        super().wheelEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._lay_out()

    @property
    def _home_column(self) -> int:
        return self._model.current_column or 0

    def _selected_lesion(self) -> Lesion | None:
        row = self._model.row_of(self._model.selected)
        return None if row is None else self._model.row(row).lesion

    def _types(self, event: QKeyEvent) -> bool:
        if event.modifiers() & ~(Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.KeypadModifier):
            return False
        reading = self._model.reading
        if reading is None or reading.signed or self._model.selected is None:
            return False
        accepting = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_F2)
        lesion = self._selected_lesion()
        means = lesion is not None and finding_of_key(self._letter(event), lesion) is not None
        return accepting or event.text().isdigit() or means

    def _letter(self, event: QKeyEvent) -> str:
        """The finding's letter that a key stands for; empty when it stands for none."""
        stroke = pressed_key(event)
        return "" if stroke is None else self.letters.get(stroke, "")

    def _edit(self, typed: str) -> None:
        row = self._model.row_of(self._model.selected)
        assert row is not None
        index = self._model.index(row, self._home_column)
        self.setCurrentIndex(index)
        self.edit(index)
        editor = self.findChild(QLineEdit)
        if editor is not None and typed:
            editor.setText(typed)
            editor.deselect()
            editor.end(False)

    def _typed(self, editor: QWidget) -> None:
        assert isinstance(editor, QLineEdit)
        lesion, reading = self._selected_lesion(), self._model.reading
        if lesion is None or reading is None:
            return
        finding = finding_of_text(editor.text(), lesion, reading.finding(lesion.id, reading.visit_id))
        if finding is not None:
            self.finding_entered.emit(lesion.id, reading.visit_id, finding)

    @property
    def _is_narrow(self) -> bool:
        return is_narrow(round(self.width() / self._theme.scale))

    @property
    def _density(self) -> Density:
        return density_for(self._model.columns, round(self.width() / self._theme.scale))

    def _crowded_width(self, visits: int) -> int | None:
        """Width of a time point where not even the pinned ones fit: the site gives way, numbers never do."""
        columns, density = self._model.columns, self._density
        named = (ColumnKind.VISIT, ColumnKind.SITE)
        others = sum(self._theme.px(width_of(c.kind, density)) for c in columns if c.kind not in named)
        room = self.viewport().width() - others
        needed = visits * self._theme.px(width_of(ColumnKind.VISIT, density)) + self._theme.px(30)
        return None if density is not Density.DENSE or needed <= room else room // max(1, visits)

    def _visits(self) -> tuple[list[str], set[str], int]:
        reading = self._model.reading
        visits = [c.visit_id for c in self._model.columns if c.kind is ColumnKind.VISIT and c.visit_id]
        if reading is None:
            return visits, set(), len(visits)
        nadirs = {reading.nadir_id(region) for region in Region}
        pinned = {reading.baseline_id, reading.prior_id, reading.visit_id} | nadirs
        room = visits_that_fit(self._model.columns, round(self.width() / self._theme.scale), self._density)
        return visits, {visit for visit in pinned if visit is not None}, room

    def _lay_out(self) -> None:
        """Row heights, spans, hidden time points and column widths follow the model and the width."""
        theme, model = self._theme, self._model
        density = self._density
        self.clearSpans()
        for number in range(model.rowCount()):
            kind = model.row(number).kind
            self.setRowHeight(number, theme.px(ROW_HEIGHT[kind]))
            self.setRowHidden(number, kind is RowKind.CROPS and self._is_narrow)
            if self.isRowHidden(number):
                continue
            if kind in (RowKind.GROUP, RowKind.CROPS) and model.columnCount() > 1:
                self.setSpan(number, 0, 1, model.columnCount())
            elif kind is RowKind.SUM:
                self.setSpan(number, 0, 1, 2)
        visits, pinned, room = self._visits()
        shown = visits_shown(visits, pinned, room, self._back)
        left = self.viewport().width()
        site = 0
        crowded = self._crowded_width(len(shown))
        for number, column in enumerate(model.columns):
            hidden = column.kind is ColumnKind.VISIT and column.visit_id not in shown
            self.setColumnHidden(number, hidden)
            if column.kind is ColumnKind.SITE:
                site = number
            elif not hidden:
                wider = 5 if model.is_current(number) and density is Density.WIDE else 0
                width = theme.px(width_of(column.kind, density) + wider)
                if column.kind is ColumnKind.VISIT and crowded is not None:
                    width = crowded
                self.setColumnWidth(number, width)
                left -= width
        if model.columns:
            self.setColumnHidden(site, crowded is not None)
            self.setColumnWidth(site, max(theme.px(30), left))
        out_of_sight = tuple(visit for visit in visits if visit not in shown)
        if out_of_sight != self.hidden_visits:
            self.hidden_visits = out_of_sight
            self.visits_scrolled.emit()
        self.updateGeometry()


class LesionTable(QWidget):
    """Head with progress and rule set, then the table; an empty read says how to begin."""

    lesion_selected = Signal(str)
    finding_entered = Signal(str, str, object)
    value_clicked = Signal(object, str)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setProperty("ground", "app")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.grid = LesionGrid(theme)
        FocusRing(theme, self.grid)
        self.ring = ProgressRing(theme)
        self._count = label(strong=True)
        self._note = label(tone="2", face=Face.SMALL)
        self._legend = label(tone="2", face=Face.SMALL)
        self._nadir = NadirMark(theme)
        self._ruleset = chip("")
        self.more = chip("", "accent", pressable=True)
        self.empty = label(words.no_lesion(Keymap().cap("measure.target")), "2")
        self.empty.setWordWrap(True)
        self.empty.setContentsMargins(theme.px(10), theme.px(12), theme.px(10), theme.px(12))
        head = QWidget()
        head.setFixedHeight(theme.px(34))
        row = QHBoxLayout(head)
        row.setContentsMargins(theme.px(10), 0, theme.px(10), 0)
        row.setSpacing(theme.px(8))
        row.addWidget(self.ring)
        row.addWidget(self._count)
        row.addWidget(self._note, 1)
        row.addWidget(self.more)
        row.addWidget(self._nadir)
        row.addWidget(self._legend)
        row.addWidget(self._ruleset)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for part in (head, rule_line(), self.grid, self.empty):
            column.addWidget(part)
        self.more.clicked.connect(lambda: self.grid.scroll_visits(1))
        self.grid.visits_scrolled.connect(self._tell_hidden)
        self.grid.lesion_selected.connect(self.lesion_selected)
        self.grid.finding_entered.connect(self.finding_entered)
        self.grid.value_clicked.connect(self.value_clicked)
        self.set_reading(None)

    def show_keys(self, keymap: Keymap) -> None:
        """The keys that record findings here are those that record them everywhere."""
        self.grid.letters = letters_of(keymap)
        self.empty.setText(words.no_lesion(keymap.cap("measure.target")))

    def set_reading(
        self,
        reading: Reading | None,
        accepted: Accepted | None = None,
        crops: Mapping[tuple[str, str], QImage] | None = None,
    ) -> None:
        """Show a reading.

        Parameters
        ----------
        accepted
            Which values of the open time point are proposals still, or have something to resolve.
        crops
            Pictures of lesions by lesion id and visit id; 64 px square or larger.
        """
        self.grid.set_reading(reading, accepted or Accepted(), crops or {})
        lesions = () if reading is None else reading.lesions
        self.grid.setVisible(bool(lesions))
        self.empty.setVisible(not lesions)
        done = 0 if reading is None else len(lesions) - len(reading.to_do())
        self.ring.set_progress(done, len(lesions))
        self.ring.setVisible(bool(lesions))
        baseline = reading is not None and reading.at_baseline
        self._count.setText(
            translated("Lesions")
            if baseline or not lesions
            else translated("{done} of {total}", done=done, total=len(lesions))
        )
        if baseline:
            self.ring.hide()
            self._note.setText(translated("baseline · counted enters the sum"))
        elif reading is not None:
            self._note.setText(translated("assessed at {visit}", visit=reading.visit_id) if lesions else "")
        self._legend.setText(translated("= nadir"))
        for part in (self._legend, self._nadir):
            part.setVisible(bool(lesions) and not baseline)
        assessment = None if reading is None else reading.assessment
        self._tell_hidden()
        self._ruleset.setVisible(assessment is not None)
        if assessment is not None:
            self._ruleset.setText(f"{assessment.ruleset} {assessment.version}")

    def select(self, lesion_id: str | None) -> None:
        """Show this lesion as the selected one, without reporting it."""
        self.grid.select(lesion_id)

    def _tell_hidden(self) -> None:
        """Time points out of sight are counted, and brought in by a click."""
        hidden = self.grid.hidden_visits
        self.more.setVisible(bool(hidden))
        self.more.setText(f"+{len(hidden)}")
        self.more.setToolTip(translated("Not in sight: {visits}. Click or Shift+wheel.", visits=words.listed(hidden)))
