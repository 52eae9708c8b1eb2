"""The fonts that the program brings along, so that texts are as wide as on every reader's screen."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtGui import QFontDatabase

_FONTS = Path(__file__).parents[2] / "resources" / "fonts"


def add_bundled_fonts() -> None:
    """Make them known to the running application."""
    for face in ("Regular", "Bold"):
        QFontDatabase.addApplicationFont(str(_FONTS / f"NotoSansKR-{face}.ttf"))
