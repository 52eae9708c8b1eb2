"""The keys, from the table of actions, and what Hepatrace is."""

from __future__ import annotations

from collections import defaultdict
from html import escape

from PySide6.QtWidgets import QDialog, QDialogButtonBox, QTextBrowser, QVBoxLayout, QWidget

from app.actions import ACTIONS, MOUSE_AND_OTHER_KEYS
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


def cheat_sheet() -> str:
    """All keys as HTML, in groups; every action with a key is on it."""
    groups: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for action in ACTIONS:
        if action.keys:
            groups[action.group].append((action.keys, translated(action.title)))
    groups[translated("Mouse and other keys")] = list(MOUSE_AND_OTHER_KEYS)
    parts = []
    for group, rows in groups.items():
        cells = "".join(
            f"<tr><td style='padding:1px 14px 1px 0'><b>{escape(key)}</b></td><td>{escape(does)}</td></tr>"
            for key, does in rows
        )
        parts.append(f"<h4>{escape(group)}</h4><table>{cells}</table>")
    return "".join(parts)


class TextDialog(QDialog):
    """A text to read, closed by Esc."""

    def __init__(self, theme: Theme, title: str, html: str, size: tuple[int, int], parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.resize(theme.px(size[0]), theme.px(size[1]))
        self.text = QTextBrowser()
        self.text.setHtml(html)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.addWidget(self.text)
        column.addWidget(buttons)
