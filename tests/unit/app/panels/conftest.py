"""Every panel test runs under the dark theme at 100 %."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QApplication

from app.theme import Theme, apply_theme, load_theme


@pytest.fixture
def theme(qapp: QApplication) -> Theme:
    made = load_theme()
    apply_theme(qapp, made)
    return made
