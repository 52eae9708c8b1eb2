"""Tokens, scale and the style sheet."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import combinations

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


MACHADO = {
    "normal": ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)),
    "protanopia": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "deuteranopia": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
    "tritanopia": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.303900)),
}
"""Severity 1.0, on linear RGB. Machado, Oliveira, Fernandes, IEEE TVCG 2009;15:1291-8."""
XYZ_OF_RGB = ((0.4124564, 0.3575761, 0.1804375), (0.2126729, 0.7151522, 0.0721750), (0.0193339, 0.1191920, 0.9503041))
WHITE = (0.95047, 1.0, 1.08883)


def lab(colour: str, seen_by: str) -> tuple[float, float, float]:
    """CIELAB (D65) of a colour as somebody with that colour vision sees it."""

    def times(matrix: Sequence[Sequence[float]], vector: Sequence[float]) -> list[float]:
        return [sum(a * b for a, b in zip(row, vector, strict=True)) for row in matrix]

    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [x / 12.92 if x <= 0.04045 else ((x + 0.055) / 1.055) ** 2.4 for x in parts]
    seen = [min(max(x, 0.0), 1.0) for x in times(MACHADO[seen_by], linear)]
    ratios = [x / white for x, white in zip(times(XYZ_OF_RGB, seen), WHITE, strict=True)]
    x, y, z = (r ** (1 / 3) if r > 216 / 24389 else (24389 / 27 * r + 16) / 116 for r in ratios)
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def ciede2000(one: tuple[float, float, float], other: tuple[float, float, float]) -> float:
    """Sharma, Wu, Dalal, Color Res Appl 2005;30:21-30."""
    (l1, a1, b1), (l2, a2, b2) = one, other
    mean = (math.hypot(a1, b1) + math.hypot(a2, b2)) / 2
    g = 0.5 * (1 - math.sqrt(mean**7 / (mean**7 + 25**7)))
    a1, a2 = (1 + g) * a1, (1 + g) * a2
    c1, c2 = math.hypot(a1, b1), math.hypot(a2, b2)
    h1, h2 = (math.degrees(math.atan2(b, a)) % 360 for a, b in ((a1, b1), (a2, b2)))
    turn = (h2 - h1 + 180) % 360 - 180
    hue = (h1 + turn / 2) % 360
    dl, dc, dh = l2 - l1, c2 - c1, 2 * math.sqrt(c1 * c2) * math.sin(math.radians(turn / 2))
    light, chroma = (l1 + l2) / 2, (c1 + c2) / 2
    t = (
        1
        - 0.17 * math.cos(math.radians(hue - 30))
        + 0.24 * math.cos(math.radians(2 * hue))
        + 0.32 * math.cos(math.radians(3 * hue + 6))
        - 0.20 * math.cos(math.radians(4 * hue - 63))
    )
    sl = 1 + 0.015 * (light - 50) ** 2 / math.sqrt(20 + (light - 50) ** 2)
    sc, sh = 1 + 0.045 * chroma, 1 + 0.015 * chroma * t
    turned = 2 * math.sqrt(chroma**7 / (chroma**7 + 25**7))
    rt = -turned * math.sin(math.radians(60 * math.exp(-(((hue - 275) / 25) ** 2))))
    return math.sqrt((dl / sl) ** 2 + (dc / sc) ** 2 + (dh / sh) ** 2 + rt * (dc / sc) * (dh / sh))


def test_that_the_colour_difference_is_that_of_the_published_pairs() -> None:
    """Three pairs of table 1 of Sharma et al."""
    assert ciede2000((50, 2.6772, -79.7751), (50, 0, -82.7485)) == pytest.approx(2.0425, abs=1e-4)
    assert ciede2000((50, 2.5, 0), (73, 25, -18)) == pytest.approx(27.1492, abs=1e-4)
    assert ciede2000((2.0776, 0.0795, -1.1350), (0.9033, -0.0636, -0.5514)) == pytest.approx(0.9082, abs=1e-4)


@pytest.mark.parametrize(
    ("ground", "seen_by", "least"),
    [
        (Ground.DARK, "normal", 20.0),
        (Ground.DARK, "protanopia", 19.3),
        (Ground.DARK, "deuteranopia", 14.3),
        (Ground.DARK, "tritanopia", 14.5),
        (Ground.LIGHT, "normal", 17.1),
        (Ground.LIGHT, "protanopia", 16.8),
        (Ground.LIGHT, "deuteranopia", 15.1),
        (Ground.LIGHT, "tritanopia", 14.3),
    ],
)
def test_that_responses_are_as_far_apart_for_the_colour_blind_as_the_design_states(
    ground: Ground, seen_by: str, least: float
) -> None:
    theme = load_theme(ground)
    kinds = (Response.CR, Response.PR, Response.SD, Response.PD, Response.NN, Response.NE)
    colours = [lab(theme.name(f"response.{response}"), seen_by) for response in kinds]
    assert min(ciede2000(a, b) for a, b in combinations(colours, 2)) == pytest.approx(least, abs=0.1)


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
