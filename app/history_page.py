"""The history screen: plots at the left, the same lesion at every time point below, words at the right. Layout only."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QPushButton, QVBoxLayout, QWidget

from app import words
from app.models.course import Course
from app.models.kept import Kept
from app.panels.chips import ChipRow, Choice, label, rule_line
from app.panels.course_column import WIDTHS, CourseColumn
from app.panels.fields import PickBox
from app.panels.history_plot import HistoryPlot, Shown
from app.panels.lesion_strip import LesionStrip
from app.theme import Face, Theme
from app.words import translated

EXPORTS = (
    ("PNG", "Picture (PNG) …"),
    ("SVG", "Drawing (SVG) …"),
    ("CSV", "Data (CSV) …"),
)


class HistoryPage(QWidget):
    """Reports what is asked of it.

    Signals
    -------
    visit_stepped(int)
        The arrow keys: a time point back or forward.
    visit_chosen(str)
    opened(str, str)
        Show the images of a time point, at a lesion (or none).
    until_chosen(object)
        A date up to which the course is shown, or None for all of it.
    export_chosen(str)
        ``PNG``, ``SVG`` or ``CSV``.
    """

    visit_stepped = Signal(int)
    visit_chosen = Signal(str)
    opened = Signal(str, str)
    until_chosen = Signal(object)
    export_chosen = Signal(str)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._visit_id = ""
        self._lesion_id = ""
        self.axis = ChipRow(theme, (Choice(False, translated("Calendar")), Choice(True, translated("Study time"))))
        self.axis.choose(False)
        self.shown = ChipRow(theme, tuple(Choice(part, translated(part)) for part in Shown), several=True)
        self.shown.choose(*Shown)
        self.until = PickBox(theme)
        self.until.setProperty("compact", "true")
        self.until.setAccessibleName(translated("As of"))
        self.export = QPushButton(translated("Export"))
        self.export.setProperty("compact", "true")
        self.export.setMenu(self._export_menu())
        self.plot = HistoryPlot(theme)
        self.strip = LesionStrip(theme)
        self.column = CourseColumn(theme)
        self.values: QLabel = label("", "2", Face.SMALL)
        self._build()
        self._connect()

    def set_course(self, course: Course | None, visit_id: str, lesion_id: str, kept: Sequence[Kept] = ()) -> None:
        """Show a course with what is selected in it, and what was kept against the criteria."""
        self._visit_id, self._lesion_id = visit_id, lesion_id
        self.plot.set_course(course, visit_id, lesion_id)
        self.column.set_course(course, visit_id, kept)

    def set_dates(self, dates: Sequence[date], until: date | None) -> None:
        """The dates that can be gone back to, the newest first; the first choice is all of the course."""
        self.until.blockSignals(True)
        self.until.clear()
        self.until.addItem(translated("today: all of it"), None)
        for on in dates:
            self.until.addItem(words.iso(on), on)
        at = next((row for row in range(self.until.count()) if self.until.itemData(row) == until), 0)
        self.until.setCurrentIndex(at)
        self.until.blockSignals(False)

    def set_narrow(self, narrow: bool) -> None:
        self.column.setFixedWidth(self._theme.px(WIDTHS[1 if narrow else 0]))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        match event.key():
            case Qt.Key.Key_Left:
                self.visit_stepped.emit(-1)
            case Qt.Key.Key_Right:
                self.visit_stepped.emit(1)
            case Qt.Key.Key_Return | Qt.Key.Key_Enter:
                self.opened.emit(self._visit_id, self._lesion_id)
            case _:
                super().keyPressEvent(event)

    def _connect(self) -> None:
        self.axis.changed.connect(lambda: self.plot.set_study_time(bool(self.axis.value)))
        self.shown.changed.connect(self._show_parts)
        self.plot.visit_chosen.connect(self.visit_chosen)
        self.plot.point_opened.connect(self.opened)
        self.plot.hovered.connect(self._show_values)
        self.column.visit_chosen.connect(self.visit_chosen)
        self.column.visit_opened.connect(lambda visit_id: self.opened.emit(visit_id, self._lesion_id))
        self.strip.opened.connect(lambda visit_id: self.opened.emit(visit_id, self._lesion_id))
        self.until.activated.connect(lambda row: self.until_chosen.emit(self.until.itemData(row)))

    def _show_parts(self) -> None:
        """One plot at least stays: the last one cannot be switched off."""
        chosen = {part for part in Shown if part in self.shown.values}
        if not chosen & {Shown.SUMS, Shown.LESIONS, Shown.MARKERS}:
            chosen.add(Shown.SUMS)
            self.shown.choose(*chosen)
        self.plot.show_only(frozenset(chosen))

    def _show_values(self, said: str) -> None:
        self.values.setText(said or translated("Point: values · click: images at that lesion and time point"))

    def _export_menu(self) -> QMenu:
        menu = QMenu(self)
        for kind, said in EXPORTS:
            menu.addAction(translated(said)).triggered.connect(
                lambda _checked=False, k=kind: self.export_chosen.emit(k)
            )
        return menu

    def _build(self) -> None:
        theme = self._theme
        bar = QHBoxLayout()
        bar.setContentsMargins(theme.px(8), theme.px(6), theme.px(8), theme.px(6))
        bar.setSpacing(theme.px(8))
        upright = rule_line(horizontal=False)
        upright.setFixedHeight(theme.px(18))
        for part in (self.axis, upright, self.shown):
            bar.addWidget(part)
        bar.addStretch(1)
        bar.addWidget(label(translated("As of"), "2", Face.SMALL))
        bar.addWidget(self.until)
        bar.addWidget(self.export)
        foot = QHBoxLayout()
        foot.setContentsMargins(theme.px(10), theme.px(2), theme.px(10), theme.px(2))
        foot.addWidget(self.values)
        self._show_values("")
        left = QVBoxLayout()
        left.setContentsMargins(0, 0, 0, 0)
        left.setSpacing(0)
        left.addLayout(bar)
        left.addWidget(rule_line())
        left.addWidget(self.plot, 1)
        left.addLayout(foot)
        left.addWidget(rule_line())
        left.addWidget(self.strip)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addLayout(left, 1)
        row.addWidget(rule_line(horizontal=False))
        row.addWidget(self.column)
        self.set_narrow(True)
