"""The words of the window in the reader's language.

It is apart from `app.words`, so that the window's frame can be on the screen before the words of the field are there.
"""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication


def translated(english: str, **values: object) -> str:
    """The text in the language of the application, with `values` filled in."""
    return QCoreApplication.translate("words", english).format(**values)
