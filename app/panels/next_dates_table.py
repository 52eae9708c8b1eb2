"""Next dates: what, window, basis, days left."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QGridLayout, QVBoxLayout, QWidget

from app import words
from app.panels.chips import PanelHead, label, rule_line
from app.reading.next_dates import NextDate, Standing, Upcoming, Windows
from app.theme import Theme
from app.words import translated


class NextDatesTable(QWidget):
    """One 26 px row for each date; the rows that depend on a TACE not dated yet give way first."""

    def __init__(self, theme: Theme, windows: Windows | None = None) -> None:
        super().__init__()
        self._theme = theme
        self._windows = windows or Windows()
        self.head = PanelHead(theme, translated("Next dates"))
        self._rows = QVBoxLayout()
        self._rows.setSpacing(0)
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
        while (item := self._rows.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        kept = [entry for entry in dates if not short or entry.standing is not Standing.WITH_TACE]
        self.shown = [self._texts(entry) for entry in kept]
        for entry, texts in zip(kept, self.shown, strict=True):
            late = entry.standing in (Standing.OVERDUE, Standing.RENEW)
            self._rows.addWidget(self._row(texts, late))

    def _row(self, texts: tuple[str, str, str, str], late: bool) -> QWidget:
        theme = self._theme
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
        return (self._what(entry), self._window(entry), self._basis(entry), _standing(entry))

    def _what(self, entry: NextDate) -> str:
        match entry.what:
            case Upcoming.TACE:
                return translated("TACE {number}, if continued", number=entry.number)
            case Upcoming.SAFETY_LABS:
                return translated("Safety labs")
            case Upcoming.SORAFENIB_STOP:
                return translated("Sorafenib stop")
            case Upcoming.SORAFENIB_RESUME:
                return translated("Sorafenib resume")
            case Upcoming.EFFICACY_IMAGING:
                return translated("Efficacy CT")
            case Upcoming.VISIT:
                return translated("Next visit")

    def _window(self, entry: NextDate) -> str:
        limits = self._windows
        match entry.what:
            case Upcoming.TACE | Upcoming.VISIT:
                return "" if entry.first is None or entry.last is None else words.window(entry.first, entry.last)
            case Upcoming.SAFETY_LABS:
                return translated("≤ {days} before TACE", days=words.days(limits.labs_valid_days))
            case Upcoming.SORAFENIB_STOP:
                return translated("{days} before TACE", days=words.days(limits.sorafenib_stop_days))
            case Upcoming.SORAFENIB_RESUME:
                first, last = limits.sorafenib_resume_days
                return translated("day +{first} – +{last} after TACE", first=first, last=last)
            case Upcoming.EFFICACY_IMAGING:
                return translated("{span} after TACE {number}", span=self._span(), number=entry.number)

    def _basis(self, entry: NextDate) -> str:
        match entry.what:
            case Upcoming.TACE if entry.basis_date is not None:
                on = words.month_day(entry.basis_date)
                return translated("{span} after {basis} ({on})", span=self._span(), basis=entry.basis, on=on)
            case Upcoming.VISIT:
                return translated("{span} after {basis}", span=self._span(), basis=entry.basis)
            case Upcoming.SAFETY_LABS if entry.first is not None and entry.last is not None:
                taken, until = words.month_day(entry.first), words.month_day(entry.last)
                return translated("last {taken}; valid to {until}", taken=taken, until=until)
            case Upcoming.SAFETY_LABS:
                return translated("none recorded")
            case Upcoming.SORAFENIB_STOP if entry.basis_date is not None:
                dose, since = entry.basis, words.month_day(entry.basis_date)
                return translated("{dose} since {since}", dose=dose, since=since).strip()
            case Upcoming.EFFICACY_IMAGING:
                return translated("liver dynamic + chest")
            case _:
                return ""

    def _span(self) -> str:
        return f"{self._windows.earliest_days}–{self._windows.latest_days}{words.SPACE}d"


def _standing(entry: NextDate) -> str:
    match entry.standing:
        case Standing.AHEAD:
            return translated("in {days}", days=words.days(entry.days))
        case Standing.OPEN:
            return translated("{days} left", days=words.days(entry.days)) if entry.days else translated("last day")
        case Standing.OVERDUE:
            return translated("{days} overdue", days=words.days(entry.days))
        case Standing.WITH_TACE:
            return translated("with TACE")
        case Standing.RENEW:
            return translated("renew")
        case Standing.VALID:
            return translated("valid")
