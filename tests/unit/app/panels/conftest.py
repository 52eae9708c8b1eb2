"""Every panel test runs under the dark theme at 100 %."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from app.theme import Theme, apply_theme, load_theme

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The offscreen platform warns of every window with size hints; that says nothing of the panels."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.qt_log_ignore("propagateSizeHints"))


@pytest.fixture(scope="session")
def theme(qapp: QApplication) -> Theme:
    made = load_theme()
    apply_theme(qapp, made)
    return made
