"""Where a number comes from: its reasons, each with rule id, numbers and source."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app import words
from app.panels.chips import label
from app.panels.kept_rows import KeptRows
from app.panels.response_text import Run
from app.panels.sentence_label import SentenceLabel
from app.theme import Face, Theme
from mrecist.results import Number, Reason


class DerivationList(QWidget):
    """The reasons of one response or decision, opened in place below it."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.setProperty("ground", "app")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._rows = KeptRows(self)
        self._rows.setContentsMargins(theme.px(10), theme.px(6), theme.px(10), theme.px(6))
        self._rows.setSpacing(theme.px(4))

    def set_reasons(self, reasons: Sequence[Reason]) -> None:
        self._rows.show_rows(reasons, self._row)

    def _row(self, reason: Reason) -> QWidget:
        theme = self._theme
        row = QWidget()
        line = QHBoxLayout(row)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(theme.px(8))
        rule = label(reason.rule, "3", Face.RULE)
        rule.setFixedWidth(theme.px(74))
        line.addWidget(rule, 0, Qt.AlignmentFlag.AlignTop)
        told = QVBoxLayout()
        told.setSpacing(0)
        parts = ((reason.text, "text.1"), (numbers_text(reason), "text.2"), (reason.source, "text.3"))
        for text, token in parts:
            if text:
                said = SentenceLabel(theme, token, Face.SMALL)
                said.set_sentence((Run(text),))
                told.addWidget(said)
        line.addLayout(told, 1)
        return row


def numbers_text(reason: Reason) -> str:
    """The numbers of a reason, each with its name and unit."""
    return " · ".join(f"{_name(key)} {_value(key, value)}" for key, value in reason.numbers.items())


def _name(key: str) -> str:
    for unit in ("_mm", "_pct", "_days"):
        key = key.removesuffix(unit)
    return key.replace("_", " ")


def _value(key: str, value: Number) -> str:
    if isinstance(value, str):
        return value
    if key.endswith("_pct"):
        return words.with_pct(value)
    if isinstance(value, Fraction) or key.endswith("_mm"):
        return words.with_mm(value) if key.endswith("_mm") else words.decimal_text(value)
    return str(value)
