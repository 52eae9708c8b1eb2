"""Tokens, scale and the style sheet."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QRectF, QSettings, Qt
from PySide6.QtGui import QFontDatabase, QImage, QPainter, QRawFont
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.bootstrap import make_application
from app.theme import Face, Ground, install_fonts, load_theme, paint_response
from app.words import MINUS, SPACE
from mrecist.values import Response


def luminance(colour: str) -> float:
    """Relative luminance after WCAG 2.1."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (x / 12.92 if x <= 0.03928 else ((x + 0.055) / 1.055) ** 2.4 for x in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("ground", list(Ground))
def test_that_every_text_is_legible_on_every_surface(ground: Ground) -> None:
    theme = load_theme(ground)
    texts = ["text.1", "text.2", "text.3", "signal.accent", "signal.amber", "signal.error", "signal.met"]
    texts += [f"response.{response}" for response in Response]
    for surface in ("surface.app", "surface.panel"):
        for text in texts:
            assert contrast(theme.name(text), theme.name(surface)) >= 4.5, (text, surface)


@pytest.mark.parametrize(
    ("text", "ratio"), [("text.1", 14.9), ("text.3", 6.1), ("signal.accent", 8.4), ("response.PD", 6.2)]
)
def test_that_contrast_is_as_the_design_states(text: str, ratio: float) -> None:
    theme = load_theme()
    assert contrast(theme.name(text), theme.name("surface.app")) == pytest.approx(ratio, abs=0.1)


def test_that_one_factor_scales_lengths_and_type() -> None:
    theme = load_theme(scale=1.5)
    assert theme.px(26) == 39
    assert theme.font(Face.BODY).pixelSize() == 18
    assert "min-height: 39px" in theme.style_sheet()


@pytest.mark.parametrize("scale", [0.99, 2.01])
def test_that_a_scale_outside_100_to_200_percent_is_refused(scale: float) -> None:
    with pytest.raises(ValueError, match="between 100 % and 200 %"):
        load_theme(scale=scale)


def test_that_the_style_sheet_has_no_gap_left() -> None:
    sheet = load_theme().style_sheet()
    assert "@" not in sheet
    assert "px(" not in sheet


def test_that_the_bundled_type_holds_every_sign_the_panels_write(qapp: QApplication) -> None:
    install_fonts()
    assert "Noto Sans KR" in QFontDatabase.families()
    raw = QRawFont.fromFont(load_theme().font())
    for sign in f"{MINUS}{SPACE}≤≥±→×–—·0123456789가힣":
        assert raw.supportsCharacter(sign), sign


def test_that_no_two_responses_share_a_shape() -> None:
    theme = load_theme()
    drawn = set()
    for response in Response:
        if response is Response.NA:
            continue
        image = QImage(20, 20, QImage.Format.Format_Alpha8)
        image.fill(Qt.GlobalColor.transparent)
        painter = QPainter(image)
        paint_response(painter, QRectF(2, 2, 16, 16), response, theme)
        painter.end()
        drawn.add(bytes(image.constBits()))
    assert len(drawn) == len(Response) - 1


@pytest.mark.parametrize("ground", [Ground.DARK, Ground.LIGHT])
def test_that_what_is_drawn_on_images_is_legible_on_black_whatever_the_colours_of_the_window(ground: Ground) -> None:
    theme = load_theme(ground, scale=1.5)
    assert theme.name("surface.view") == "#000000"
    for token in ("text.1", "text.3", "signal.accent", "signal.amber", "signal.caliper"):
        assert contrast(theme.on_images.name(token), "#000000") >= 4.5, token
    assert theme.on_images.scale == 1.5


def test_that_the_colours_that_were_chosen_hold_at_the_next_start(qtbot: QtBot) -> None:
    make_application()  # settings are kept under its name
    QSettings().setValue("window/ground", "light")
    light = make_application()[1].ground
    QSettings().setValue("window/ground", "blue")
    dark = make_application()[1].ground
    QSettings().remove("window/ground")
    assert (light, dark) == (Ground.LIGHT, Ground.DARK)
