"""Which exams form which time point, which is the baseline, and which date is day 0: the reader confirms it."""

from __future__ import annotations

from datetime import date

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QShowEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QGridLayout,
    QHBoxLayout,
    QPushButton,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from app import words
from app.panels.chips import PanelHead, label, rule_line
from app.panels.fields import DateField
from app.state.record import Record
from app.theme import Face, Theme
from app.words import translated
from mrecist.case import TreatmentKind


def proposed_day0(record: Record) -> date | None:
    """The start of treatment: the date that was confirmed, else the first treatment recorded; never guessed."""
    if record.day0 is not None:
        return record.day0
    begun = [t.on for t in record.treatments if t.kind in (TreatmentKind.TACE, TreatmentKind.SORAFENIB)]
    return min(begun, default=None)


class TimePointsForm(QWidget):
    """Every time point with all its exam dates; the reader picks the baseline and day 0, and confirms."""

    baseline_confirmed = Signal(str, object)
    cancelled = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._record: Record | None = None
        self.choices = QButtonGroup(self)
        self._ids: list[str] = []
        self.day0 = DateField(theme)
        self.day0.setAccessibleName(translated("Day 0"))
        self.note = label(tone="2", face=Face.SMALL)
        self.note.setWordWrap(True)
        self.confirm = QPushButton(translated("Confirm"))
        self.confirm.setProperty("primary", "true")
        self.cancel = QPushButton(translated("Cancel"))
        self._grid = QGridLayout()
        self._grid.setContentsMargins(theme.px(10), theme.px(8), theme.px(10), theme.px(8))
        self._grid.setHorizontalSpacing(theme.px(16))
        self._grid.setVerticalSpacing(theme.px(6))
        self._grid.setColumnStretch(2, 1)
        start = QHBoxLayout()
        start.setContentsMargins(theme.px(10), theme.px(8), theme.px(10), theme.px(8))
        start.setSpacing(theme.px(8))
        start.addWidget(label(translated("Day 0, the start of treatment"), "2"))
        start.addWidget(self.day0)
        start.addStretch(1)
        self.note.setContentsMargins(theme.px(10), 0, theme.px(10), theme.px(8))
        foot = QHBoxLayout()
        foot.setContentsMargins(theme.px(10), theme.px(8), theme.px(10), theme.px(8))
        foot.setSpacing(theme.px(8))
        foot.addStretch(1)
        foot.addWidget(self.cancel)
        foot.addWidget(self.confirm)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(PanelHead(theme, translated("Time points"), translated("exams within 14 d form one")))
        column.addWidget(rule_line())
        column.addLayout(self._grid)
        column.addWidget(rule_line())
        column.addLayout(start)
        column.addWidget(self.note)
        column.addStretch(1)
        column.addWidget(rule_line())
        column.addLayout(foot)
        self.choices.idClicked.connect(lambda _at: self._refresh())
        self.day0.dateChanged.connect(lambda _on: self._refresh())
        self.confirm.clicked.connect(self._confirm)
        self.cancel.clicked.connect(self.cancelled)

    def set_record(self, record: Record) -> None:
        """Show the time points; the earliest is put forward as the baseline, the first treatment as day 0."""
        self._record = record
        while (item := self._grid.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        heads = (translated("Baseline"), translated("Time point"), translated("Exams"), translated("Series"))
        for at, head in enumerate(heads):
            self._grid.addWidget(label(head, "3", Face.SMALL), 0, at)
        self._ids = [visit.id for visit in record.visits]
        for number, visit in enumerate(record.visits):
            choice = QRadioButton()
            choice.setAccessibleName(translated("{visit} is the baseline", visit=visit.id))
            choice.setChecked(number == 0)
            self.choices.addButton(choice, number)
            exams = words.listed([words.iso(on) for on in visit.exam_dates])
            self._grid.addWidget(choice, number + 1, 0)
            self._grid.addWidget(label(visit.id, strong=True), number + 1, 1)
            self._grid.addWidget(label(exams), number + 1, 2)
            self._grid.addWidget(label(str(len(visit.series)), "2"), number + 1, 3)
        proposed = proposed_day0(record)
        known = proposed or (record.visits[0].on if record.visits else date.today())
        self.day0.set_value(known)
        self._refresh()

    def showEvent(self, event: QShowEvent) -> None:
        """What is put forward is most often right: Enter confirms it."""
        super().showEvent(event)
        self.confirm.setFocus(Qt.FocusReason.OtherFocusReason)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.confirm.isEnabled():
            (self.cancel if self.cancel.hasFocus() else self.confirm).click()
            return
        super().keyPressEvent(event)

    def _refresh(self) -> None:
        record, chosen = self._record, self._chosen()
        visit = None if record is None or chosen is None else record.visit(chosen)
        self.confirm.setEnabled(visit is not None)
        if visit is None or record is None:
            return
        before = (self.day0.value - visit.on).days
        if before < 0:
            told = translated("The baseline exam is {days} after day 0.", days=words.days(-before))
        else:
            told = translated("The baseline exam is {days} before day 0 (limit 28 d).", days=words.days(before))
        if proposed_day0(record) is None:
            told = translated("No treatment is recorded: set day 0 yourself. ") + told
        self.note.setText(told)
        self.note.setProperty("tone", "amber" if not 0 <= before <= 28 else "2")
        self.note.style().polish(self.note)

    def _chosen(self) -> str | None:
        number = self.choices.checkedId()
        return self._ids[number] if 0 <= number < len(self._ids) else None

    def _confirm(self) -> None:
        chosen = self._chosen()
        if chosen is not None:
            self.baseline_confirmed.emit(chosen, self.day0.value)
