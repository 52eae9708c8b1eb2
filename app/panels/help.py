"""The sheet of keys, and what Hepatrace is: windows beside the images, closed by Esc."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QDialog, QHBoxLayout, QPushButton, QTextBrowser, QVBoxLayout, QWidget

from app.key_sheet import sheet_html
from app.keymap import Keymap
from app.panels.chips import KeyButton
from app.panels.focus_ring import FocusRing
from app.theme import Theme
from app.words import translated

ABOUT = (
    "<h3>Hepatrace</h3>"
    "<p>Response of hepatocellular carcinoma in the liver (mRECIST) and outside it (RECIST 1.1), and what follows for "
    "TACE and sorafenib.</p>"
    "<p><b>Research use only.</b> Not a certified medical device; it must not be the sole basis of a treatment "
    "decision.</p>"
    "<p>Apache-2.0. Uses Qt for Python (LGPL-3.0), pydicom, SimpleITK, NumPy, SQLAlchemy and others; see NOTICE. "
    "Type: Noto Sans KR (OFL 1.1).</p>"
)


class TextWindow(QDialog):
    """A text to read in a window of its own; `row` takes the buttons beside Close."""

    def __init__(self, theme: Theme, title: str, html: str, size: tuple[int, int], parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        room = parent.screen().availableGeometry()
        self.resize(min(theme.px(size[0]), room.width()), min(theme.px(size[1]), room.height() - theme.px(40)))
        self.text = QTextBrowser()
        self.text.setAccessibleName(title)
        FocusRing(theme, self.text)
        self.text.document().setDocumentMargin(theme.px(12))
        self.text.setHtml(html)
        self.closing = QPushButton(translated("Close"))
        self.closing.clicked.connect(self.close)
        self.row = QHBoxLayout()
        self.row.setSpacing(theme.px(6))
        self.row.addStretch(1)
        self.row.addWidget(self.closing)
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.px(12), theme.px(12), theme.px(12), theme.px(12))
        column.setSpacing(theme.px(8))
        column.addWidget(self.text, 1)
        column.addLayout(self.row)
        self.text.setFocus()


class KeySheet(TextWindow):
    """Every key that holds now, in two columns; it can be printed, kept as PDF, and its keys changed.

    Signals
    -------
    change_requested(), print_requested(), pdf_requested()
        One of its buttons was pressed.
    """

    change_requested = Signal()
    print_requested = Signal()
    pdf_requested = Signal()

    def __init__(self, theme: Theme, keymap: Keymap, parent: QWidget) -> None:
        super().__init__(theme, translated("Keys"), "", (860, 760), parent)
        self._theme = theme
        self.changing = KeyButton(translated("Change the keys …"), action="keys.change")
        self.printing = QPushButton(translated("Print …"))
        self.pdf = QPushButton(translated("Save as PDF …"))
        for at, (button, signal) in enumerate(
            (
                (self.changing, self.change_requested),
                (self.printing, self.print_requested),
                (self.pdf, self.pdf_requested),
            )
        ):
            button.clicked.connect(signal)
            self.row.insertWidget(at, button)
        for button in self.findChildren(QPushButton):
            button.setAutoDefault(False)
        self.show_keymap(keymap)

    def show_keymap(self, keymap: Keymap) -> None:
        """The keys as they are now."""
        place = self.text.verticalScrollBar().value()
        self.text.setHtml(sheet_html(keymap, self._theme, self._theme.px(12)))
        self.text.verticalScrollBar().setValue(place)
