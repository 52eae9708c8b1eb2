from __future__ import annotations

import pytest
from PySide6.QtCore import QSettings
from pytestqt.qtbot import QtBot

from app.bootstrap import make_application
from app.text_size import fits, fitting, told_of_choice

FULL_HD, SMALL, LARGE = (1920, 1080), (1280, 800), (3840, 2160)


@pytest.mark.parametrize(
    ("scale", "screen", "fit"),
    [
        (1.0, SMALL, True),
        (1.0, (800, 600), True),  # nothing smaller is there to offer
        (1.25, SMALL, False),  # 1475 x 900
        (1.5, FULL_HD, True),  # 1770 x 1080
        (2.0, FULL_HD, False),  # 2360 x 1440
        (2.0, LARGE, True),
    ],
)
def test_that_a_size_fits_when_the_smallest_window_does(scale: float, screen: tuple[int, int], fit: bool) -> None:
    assert fits(scale, screen) is fit


@pytest.mark.parametrize(
    ("wanted", "screen", "shown"),
    [
        (2.0, LARGE, 2.0),
        (2.0, FULL_HD, 1.5),
        (2.0, SMALL, 1.0),
        (9.0, LARGE, 2.0),
        (0.1, LARGE, 1.0),
        (1.1, SMALL, 1.0),
    ],
)
def test_that_a_kept_size_gives_way_to_the_screen(wanted: float, screen: tuple[int, int], shown: float) -> None:
    assert fitting(wanted, screen) == shown


def test_that_choosing_a_size_says_from_when_it_holds_or_why_not() -> None:
    assert told_of_choice(1.5, FULL_HD) == (
        "Text size 150% holds from the next start. Quit and start again; all edits are saved."
    )
    assert told_of_choice(2.0, FULL_HD) == (
        "Text size 200% needs a screen of 2360 × 1440; this one has 1920 × 1080. Nothing was changed."
    )


@pytest.mark.parametrize("kept", ["large", "nan", "", "1.5.2"])
def test_that_a_broken_setting_leaves_the_usual_size(qtbot: QtBot, kept: str) -> None:
    make_application()
    QSettings().setValue("window/scale", kept)
    _, theme = make_application()
    assert theme.scale == 1.0
