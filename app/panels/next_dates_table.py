"""Next dates: what, window, basis, days left."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QGridLayout, QVBoxLayout, QWidget

from app import words
from app.panels.chips import PanelHead, label, rule_line
from app.panels.kept_rows import KeptRows
from app.reading.next_dates import VISIT, NextDate, Standing
from app.theme import Theme
from app.words import translated


class NextDatesTable(QWidget):
    """One 26 px row for each date; the rows that depend on a session not dated yet give way first."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.head = PanelHead(theme, translated("Next dates"))
        self._rows = KeptRows()
        self.shown: list[tuple[str, str, str, str]] = []
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.head)
        column.addWidget(rule_line())
        column.addLayout(self._rows)

    def set_dates(self, dates: Sequence[NextDate], today: date, short: bool = False) -> None:
        """Show the dates; `short` keeps those that have a date of their own."""
        self.head.note.setText(translated("{year} · as of {day}", year=today.year, day=words.month_day(today)))
        kept = [entry for entry in dates if not short or entry.standing is not Standing.BOUND]
        self.shown = [self._texts(entry) for entry in kept]
        late = [entry.standing in (Standing.OVERDUE, Standing.RENEW) for entry in kept]
        self._rows.show_rows(list(zip(self.shown, late, strict=True)), self._row)

    def _row(self, told: tuple[tuple[str, str, str, str], bool]) -> QWidget:
        theme, (texts, late) = self._theme, told
        row = QFrame()
        row.setProperty("rule", "bottom")
        row.setFixedHeight(theme.px(26))
        grid = QGridLayout(row)
        grid.setContentsMargins(theme.px(10), 0, theme.px(6), 0)
        tones = ("1", "1", "2", "amber" if late else "1")
        for at, (text, tone) in enumerate(zip(texts, tones, strict=True)):
            made = label(text, tone, strong=at == 1)
            side = Qt.AlignmentFlag.AlignRight if at == 3 else Qt.AlignmentFlag.AlignLeft
            made.setMinimumWidth(0)
            grid.addWidget(made, 0, at, side | Qt.AlignmentFlag.AlignVCenter)
        for at, stretch in enumerate((26, 27, 34, 13)):
            grid.setColumnStretch(at, stretch)
            grid.setColumnMinimumWidth(at, theme.px(stretch * 5))
        return row

    def _texts(self, entry: NextDate) -> tuple[str, str, str, str]:
        title = translated(entry.window.title, number=entry.number)
        return (title, _window(entry), _basis(entry), _standing(entry))


def _window(entry: NextDate) -> str:
    """The dates of a window that has some, else what it counts from."""
    window = entry.window
    if window.what != "labs" and entry.first is not None and entry.last is not None:
        return words.window(entry.first, entry.last)
    if window.span:
        said = translated(window.span, first=window.first_days, last=window.last_days, number=entry.number)
        return said.replace(" d ", f"{words.SPACE}d ")
    if window.before is not None:
        return translated("{span} before {anchor}", span=_span(entry), anchor=window.anchor)
    return translated("{span} after {anchor} {number}", span=_span(entry), anchor=window.anchor, number=entry.number)


def _basis(entry: NextDate) -> str:
    window = entry.window
    if window.what == "labs":
        if entry.first is None or entry.last is None:
            return translated("none recorded")
        taken, until = words.month_day(entry.first), words.month_day(entry.last)
        return translated("last {taken}; valid to {until}", taken=taken, until=until)
    if entry.first is None:
        if entry.basis_date is None:
            return translated(window.note) if window.note else ""
        since = words.month_day(entry.basis_date)
        return translated("{dose} since {since}", dose=entry.basis, since=since).strip()
    if window.anchor == VISIT or entry.basis_date is None:
        return translated("{span} after {basis}", span=_span(entry), basis=entry.basis)
    on = words.month_day(entry.basis_date)
    return translated("{span} after {basis} ({on})", span=_span(entry), basis=entry.basis, on=on)


def _span(entry: NextDate) -> str:
    first, last = entry.window.first_days, entry.window.last_days
    days = f"{first}" if first == last else f"{first}–{last}"
    return f"{days}{words.SPACE}d"


def _standing(entry: NextDate) -> str:
    match entry.standing:
        case Standing.AHEAD:
            return translated("in {days}", days=words.days(entry.days))
        case Standing.OPEN:
            return translated("{days} left", days=words.days(entry.days)) if entry.days else translated("last day")
        case Standing.OVERDUE:
            return translated("{days} overdue", days=words.days(entry.days))
        case Standing.BOUND:
            return translated("with {anchor}", anchor=entry.window.anchor)
        case Standing.RENEW:
            return translated("renew")
        case Standing.VALID:
            return translated("valid")
