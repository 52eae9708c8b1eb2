"""The bar at the top: pages, whose images these are, what is saved, who reads."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt, QTimer, Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QLabel, QMenu, QPushButton, QToolButton, QWidget

from app.panels.chips import KeyButton, KeyCap, chip, label, rule_line
from app.person_names import person_name
from app.theme import Face, Theme
from app.translation import translated

if TYPE_CHECKING:
    from app.state.record import Record

WIDE_HEIGHT, NARROW_HEIGHT = 36, 32


class AppBar(QWidget):
    """Pages at the left, the patient in the middle, the state of the record at the right."""

    page_chosen = Signal(str)
    undo_requested = Signal()
    retry_requested = Signal()
    read_chosen = Signal(str)
    rename_requested = Signal()
    keys_requested = Signal()
    protocol_clicked = Signal()

    def __init__(self, theme: Theme, pages: tuple[str, ...], reader: str) -> None:
        super().__init__()
        self._theme = theme
        self.setObjectName("app-bar")
        self.setProperty("ground", "app")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.px(12), 0, theme.px(10), 0)
        row.setSpacing(theme.px(10))
        self._name_button = QToolButton()
        self._name_button.setText("Hepatrace")
        self._name_button.setProperty("brand", "true")
        self._name_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._name_button.setAccessibleName(translated("Menu"))
        self.menu = QMenu(self._name_button)
        self._name_button.setMenu(self.menu)
        row.addWidget(self._name_button)
        row.addSpacing(theme.px(18))
        self._pages: dict[str, QPushButton] = {}
        group = QButtonGroup(self)
        for page in pages:
            tab = QPushButton(translated(page))
            tab.setProperty("tab", "true")
            tab.setCheckable(True)
            tab.setCursor(Qt.CursorShape.PointingHandCursor)
            tab.clicked.connect(lambda _checked, name=page: self.page_chosen.emit(name))
            group.addButton(tab)
            self._pages[page] = tab
            row.addWidget(tab)
        divider = rule_line(horizontal=False)
        divider.setFixedHeight(theme.px(18))
        row.addWidget(divider)
        self._name = label(strong=True)
        self._identity = label("", "2")
        self._protocol = chip("", pressable=True)
        self._protocol.clicked.connect(lambda: self.protocol_clicked.emit())
        self._synthetic = chip("SYNTHETIC", "amber")
        self._mode = chip("", "accent")
        for part in (self._name, self._identity, self._protocol, self._mode, self._synthetic):
            row.addWidget(part)
        row.addStretch(1)
        self._saved = label("", "2")
        self._retry = KeyButton(translated("Retry"), small=True)
        self._retry.clicked.connect(lambda: self.retry_requested.emit())
        self._retry.hide()
        self._undo = KeyButton(translated("Undo"), "Ctrl+Z", small=True, action="edit.undo")
        self._undo.clicked.connect(lambda: self.undo_requested.emit())
        self._reader = QToolButton()
        self._reader.setProperty("brand", "true")
        self._reader.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.reads = QMenu(self._reader)
        self._reader.setMenu(self.reads)
        self.show_reader(reader, ())
        self._keys = QToolButton()
        self._keys.setText("F1")
        self._keys.setProperty("chip", "plain")
        self._keys.setAccessibleName(translated("Keys"))
        self._keys.clicked.connect(lambda: self.keys_requested.emit())
        for shown in (self._saved, self._retry, self._undo, self._reader, self._keys):
            row.addWidget(shown)
        self.set_narrow(False)
        self.show_record(None)
        self.show_mode("", "")
        self.show_undo("")

    def show_reader(self, shown: str, reads: Sequence[tuple[str, str]]) -> None:
        """Whose read is on screen; `reads` are (id, words) of the reads that can be looked at, in a menu."""
        self._reader.setText(shown)
        self._reader.setAccessibleName(translated("Reader: {name}", name=shown))
        self.reads.clear()
        for read_id, said in reads:
            self.reads.addAction(said).triggered.connect(partial(self._chosen, read_id))
        self.reads.addSeparator()
        self.reads.addAction(translated("Change my name …")).triggered.connect(lambda: self.rename_requested.emit())

    def _chosen(self, read_id: str, _checked: bool = False) -> None:
        self.read_chosen.emit(read_id)

    def set_narrow(self, narrow: bool) -> None:
        self.setFixedHeight(self._theme.px(NARROW_HEIGHT if narrow else WIDE_HEIGHT))
        self._narrow = narrow
        self._protocol.setVisible(not narrow and bool(self._protocol.text()))
        self._undo.setVisible(not narrow and self._undo.isEnabled())

    def ask_protocol(self) -> None:
        """As if the protocol chip was pressed, which a small window does not show."""
        self.protocol_clicked.emit()

    @property
    def protocol_corner(self) -> QPoint:
        """Where a menu of the protocol chip opens, on the screen."""
        under = self._protocol if self._protocol.isVisible() else self._name_button
        return under.mapToGlobal(under.rect().bottomLeft())

    def show_page(self, page: str) -> None:
        self._pages[page].setChecked(True)

    def enable_page(self, page: str, enabled: bool, why_not: str = "") -> None:
        self._pages[page].setEnabled(enabled)
        self._pages[page].setToolTip("" if enabled else why_not)

    def show_mode(self, text: str, what: str) -> None:
        """That the read is sequential or blinded, and what it hides; empty where it hides nothing."""
        self._mode.setText(text)
        self._mode.setAccessibleName(what)
        self._mode.setVisible(bool(text))

    def open_menu(self) -> None:
        """The menu of all commands, to be walked by keys."""
        self._name_button.showMenu()

    def show_sheet_key(self, key: str) -> None:
        """The key of the sheet of keys, on the button that opens it."""
        self._keys.setText(key or translated("Keys"))

    def show_record(self, record: Record | None) -> None:
        """The patient's name stays in sight wherever images are."""
        for part in (self._name, self._identity):
            part.setVisible(record is not None)
        named = "" if record is None else (record.protocol or translated("No protocol")).upper()
        self._protocol.setText(named)
        self._protocol.setToolTip(translated("The study protocol of this case; press to choose another"))
        self._protocol.setVisible(not self._narrow and bool(self._protocol.text()))
        self._synthetic.setVisible(record is not None and record.synthetic)
        if record is None:
            return
        patient = record.patient
        self._name.setText(person_name(patient.name) or patient.id)
        born = f"born {patient.birth_date.isoformat()}" if patient.birth_date else ""
        self._identity.setText("  ·  ".join(part for part in (patient.id, patient.sex, born) if part))

    @property
    def saved_text(self) -> str:
        return self._saved.text()

    @property
    def retry_button(self) -> KeyButton:
        return self._retry

    def show_saved(self, text: str, error: bool = False) -> None:
        """Since when all is saved; or what is not, and then Retry stands beside it."""
        self._saved.setText(text)
        self._retry.setVisible(error)
        _tone(self._saved, "error" if error else "2")

    def show_undo(self, what: str) -> None:
        self._undo.setEnabled(bool(what))
        self._undo.setToolTip(what)
        self._undo.setVisible(not self._narrow and bool(what))


NEWS_MS = 15_000
"""How long what was done stands in the status bar: a sentence of minutes ago is no news, and may hold no more."""


class StatusBar(QWidget):
    """The state at the left, key hints at the right; on a narrow window the hints go, the state never."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.setProperty("ground", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.px(10), 0, theme.px(10), 0)
        row.setSpacing(theme.px(12))
        self._state = label("", "2", Face.SMALL)
        self.news = QTimer(self, singleShot=True, interval=NEWS_MS)
        self.news.timeout.connect(lambda: self.say(""))
        self._probe = label("", "2", Face.SMALL)
        self._hinted: tuple[tuple[str, str], ...] = ()
        self._hints = QWidget()
        self._hint_row = QHBoxLayout(self._hints)
        self._hint_row.setContentsMargins(0, 0, 0, 0)
        self._hint_row.setSpacing(theme.px(6))
        row.addWidget(self._state)
        row.addStretch(1)
        row.addWidget(self._probe)
        row.addWidget(self._hints)
        self.set_narrow(False)

    def set_narrow(self, narrow: bool) -> None:
        self.setFixedHeight(self._theme.px(20 if narrow else 24))
        self._hints.setVisible(not narrow)

    @property
    def said(self) -> str:
        return self._state.text()

    def say(self, text: str, passing: bool = False) -> None:
        """Show a sentence until the next; with `passing` no longer than it is news."""
        self._state.setText(text)
        self.news.stop()
        if passing and text:
            self.news.start()

    def show_probe(self, text: str) -> None:
        self._probe.setText(text)

    def show_hints(self, hints: tuple[tuple[str, str], ...]) -> None:
        """Keys and what they do, as ``(("D", "no viable tumour"), ...)``."""
        if hints == self._hinted:
            return
        self._hinted = hints
        while (item := self._hint_row.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.hide()
                old.deleteLater()
        for key, does in hints:
            self._hint_row.addWidget(KeyCap(key))
            self._hint_row.addWidget(label(does, "3", Face.SMALL))


def _tone(target: QLabel, tone: str) -> None:
    target.setProperty("tone", tone)
    style = target.style()
    style.unpolish(target)
    style.polish(target)
