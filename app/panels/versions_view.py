"""The signed version of a time point beside what it is now, line by line."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QPushButton, QScrollArea, QVBoxLayout, QWidget

from app.models.signoff import meaning_told, signed_told
from app.models.versions import Compared, Version
from app.panels.chips import ChipRow, Choice, PanelHead, label, rule_line
from app.panels.focus_ring import FocusRing
from app.theme import Face, Theme
from app.words import counted, listed, translated


class VersionsView(QWidget):
    """One signature at a time; the newest that was amended comes first, the others are a press away."""

    closed = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._versions: tuple[Version, ...] = ()
        self._chosen = 0
        self.head = PanelHead(theme, "")
        self.back = QPushButton(translated("Back to the lesions"))
        self.back.clicked.connect(self.closed)
        self._body = QScrollArea()
        self._body.setAccessibleName(translated("Signed and now"))
        self._body.setWidgetResizable(True)
        self._body.setFrameShape(QFrame.Shape.NoFrame)
        FocusRing(theme, self._body)
        self._choice = QVBoxLayout()
        self._choice.setContentsMargins(theme.px(10), theme.px(6), theme.px(10), 0)
        foot = QHBoxLayout()
        foot.setContentsMargins(theme.px(10), theme.px(8), theme.px(10), theme.px(8))
        foot.addStretch(1)
        foot.addWidget(self.back)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.head)
        column.addWidget(rule_line())
        column.addLayout(self._choice)
        column.addWidget(self._body, 1)
        column.addWidget(rule_line())
        column.addLayout(foot)

    def set_versions(self, visit_id: str, versions: Sequence[Version]) -> None:
        """Show the signatures of a time point, the oldest first."""
        amended = [number for number, one in enumerate(versions) if one.reason]
        if len(versions) != len(self._versions) or not 0 <= self._chosen < len(versions):
            self._chosen = amended[-1] if amended else len(versions) - 1
        self._versions = tuple(versions)
        self.head.title.setText(translated("{visit}: signed, and now", visit=visit_id))
        _emptied(self._choice)
        if len(versions) > 1:
            names = [Choice(n, translated("Signature {n}", n=n + 1)) for n in range(len(versions))]
            row = ChipRow(self._theme, names)
            row.choose(self._chosen)
            row.changed.connect(lambda: self._choose(row.value))
            self._choice.addWidget(row)
        self._show()

    @property
    def lines(self) -> tuple[Compared, ...]:
        """What is listed now."""
        if not self._versions:
            return ()
        return (*self._versions[self._chosen].responses, *self._versions[self._chosen].lesions)

    def _choose(self, number: object) -> None:
        if isinstance(number, int):
            self._chosen = number
            self._show()

    def _show(self) -> None:
        theme = self._theme
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(theme.px(10), theme.px(8), theme.px(10), theme.px(8))
        column.setSpacing(theme.px(4))
        if not self._versions:
            self.head.note.setText("")
            column.addWidget(label(translated("This time point was never signed."), "2"))
        else:
            one = self._versions[self._chosen]
            changed = counted(one.changes, "change since", "changes since")
            self.head.note.setText(changed if one.changes else translated("nothing changed since"))
            for text, tone in self._told(one):
                line = label(text, tone, Face.SMALL)
                line.setWordWrap(True)
                column.addWidget(line)
            column.addLayout(self._grid(one))
        column.addStretch(1)
        self._body.setWidget(body)

    def _told(self, one: Version) -> list[tuple[str, str]]:
        told = [(f"{signed_told(one.signed)} · {meaning_told(one.signed.meaning)}", "2")]
        if one.signed.left_open:
            told.append((translated("Signed as open: {points}", points=listed(one.signed.left_open)), "2"))
        if one.reason:
            at = f"{datetime.fromisoformat(one.at).astimezone():%Y-%m-%d %H:%M}" if one.at else ""
            said = translated("Amended by {by}, {at}: {reason}", by=one.by, at=at, reason=one.reason)
            told.append((said, "amber"))
        return told

    def _grid(self, one: Version) -> QGridLayout:
        theme = self._theme
        grid = QGridLayout()
        grid.setContentsMargins(0, theme.px(8), 0, 0)
        grid.setHorizontalSpacing(theme.px(12))
        grid.setVerticalSpacing(theme.px(4))
        for at, stretch in enumerate((2, 3, 3)):
            grid.setColumnStretch(at, stretch)
        for at, name in enumerate(("", translated("Signed"), translated("Now"))):
            grid.addWidget(label(name, "3", Face.SMALL), 0, at)
        for row, line in enumerate((*one.responses, *one.lesions), 1):
            tone = "amber" if line.differs else "2"
            for at, text in enumerate((line.what, line.then, line.now)):
                cell = label(text, tone if at else "1", strong=line.differs)
                cell.setWordWrap(True)
                cell.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
                grid.addWidget(cell, row, at)
        return grid


def _emptied(layout: QVBoxLayout) -> None:
    while (item := layout.takeAt(0)) is not None:
        if (old := item.widget()) is not None:
            old.hide()
            old.deleteLater()
