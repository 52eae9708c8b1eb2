"""How the application looks: colours, type and lengths from `resources/styles`, at one scale."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from importlib import resources
from types import MappingProxyType

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QFont, QFontDatabase, QPainter, QPalette, QPen, QPolygonF
from PySide6.QtWidgets import QApplication

from mrecist.values import Response

SMALLEST_SCALE, LARGEST_SCALE = 1.0, 2.0
_FONTS = ("NotoSansKR-Regular.ttf", "NotoSansKR-Bold.ttf")
_COLOUR = re.compile(r"@([a-z]+)\.([A-Za-z0-9_]+)")
_LENGTH = re.compile(r"px\(([\d.]+)\)")


class Face(StrEnum):
    """The five sizes of type."""

    RULE = "rule"
    SMALL = "small"
    BODY = "body"
    TITLE = "title"
    LETTERS = "letters"


class Ground(StrEnum):
    """What the tokens are drawn on. Images are shown on black on both grounds of the screen."""

    DARK = "dark"
    LIGHT = "light"
    PRINT = "print"


_TOKENS: Mapping[Ground, str] = MappingProxyType(
    {Ground.DARK: "tokens.toml", Ground.LIGHT: "tokens_print.toml", Ground.PRINT: "tokens_print.toml"}
)


@dataclass(frozen=True)
class Theme:
    """The tokens at one scale. Every length a widget uses comes from `px`, every colour from `colour`.

    `paper` keeps letters as they are in the font: regional digits, and letters that are joined, would be lost when text
    is copied out of a PDF.
    """

    family: str
    colours: Mapping[str, str]
    sizes: Mapping[Face, tuple[int, int]]
    scale: float = 1.0
    ground: Ground = Ground.DARK

    @property
    def paper(self) -> bool:
        return self.ground is Ground.PRINT

    @cached_property
    def on_images(self) -> Theme:
        """The tokens for what is drawn on an image, which lies on black whatever the ground of the window."""
        return load_theme(Ground.DARK, self.scale) if self.ground is Ground.LIGHT else self

    def px(self, length: float) -> int:
        """A length given at 100 %, in pixels at this theme's scale; never less than 1 for a length above 0."""
        return max(1, round(length * self.scale)) if length > 0 else 0

    def name(self, token: str) -> str:
        """The colour of a token such as ``text.1``, as ``#RRGGBB``.

        Raises
        ------
        KeyError
            If no such token exists.
        """
        return self.colours[token]

    def colour(self, token: str, opacity: float = 1.0) -> QColor:
        colour = QColor(self.colours[token])
        colour.setAlphaF(opacity)
        return colour

    def response(self, response: Response) -> QColor:
        return self.colour(f"response.{response}")

    def font(self, face: Face = Face.BODY, bold: bool = False) -> QFont:
        font = QFont(self.family)
        font.setPixelSize(self.px(self.sizes[face][0]))
        font.setBold(bold)
        font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
        if self.paper:
            for feature in ("locl", "liga"):  # "ff" of a hash would be copied as one letter
                font.setFeature(QFont.Tag(feature), 0)
        return font

    def line_height(self, face: Face) -> int:
        return self.px(self.sizes[face][1])

    def style_sheet(self) -> str:
        """The application's style sheet, with tokens (``@text.1``) and lengths (``px(8)``) filled in."""
        template = _read("style.qss")
        coloured = _COLOUR.sub(lambda found: self.colours[f"{found[1]}.{found[2]}"], template)
        sized = _LENGTH.sub(lambda found: f"{self.px(float(found[1]))}px", coloured)
        return sized.replace("@family", self.family)


def load_theme(ground: Ground = Ground.DARK, scale: float = 1.0) -> Theme:
    """The tokens of one ground.

    Parameters
    ----------
    scale
        1.0 to 2.0, applied to every length and every size of type.

    Raises
    ------
    ValueError
        If `scale` lies outside that range.
    """
    if not SMALLEST_SCALE <= scale <= LARGEST_SCALE:
        raise ValueError(f"the scale lies between 100 % and 200 %, not {scale:.0%}")
    tokens = tomllib.loads(_read(_TOKENS[ground]))
    groups = ("surface", "text", "line", "signal", "region", "response")
    colours = {f"{group}.{key}": value for group in groups for key, value in tokens[group].items()}
    if ground is Ground.LIGHT:
        colours["surface.view"] = tomllib.loads(_read(_TOKENS[Ground.DARK]))["surface"]["view"]
    sizes = {Face(key): (size, height) for key, (size, height) in tokens["type"].items()}
    return Theme(tokens["family"], MappingProxyType(colours), MappingProxyType(sizes), scale, ground)


def install_fonts() -> None:
    """The bundled family is known to Qt; needs a QGuiApplication."""
    folder = resources.files("resources") / "fonts"
    for file in _FONTS:
        QFontDatabase.addApplicationFontFromData((folder / file).read_bytes())


def apply_theme(application: QApplication, theme: Theme) -> None:
    """The whole application has this theme's font, palette and style sheet."""
    sheet = theme.style_sheet()
    if application.styleSheet() == sheet:
        return  # to set it again styles every widget anew
    install_fonts()
    application.setStyle("Fusion")
    application.setFont(theme.font())
    palette = QPalette()
    for role, token in (
        (QPalette.ColorRole.Window, "surface.app"),
        (QPalette.ColorRole.Base, "surface.app"),
        (QPalette.ColorRole.AlternateBase, "surface.panel"),
        (QPalette.ColorRole.Button, "surface.raised"),
        (QPalette.ColorRole.ToolTipBase, "surface.raised"),
        (QPalette.ColorRole.WindowText, "text.1"),
        (QPalette.ColorRole.Text, "text.1"),
        (QPalette.ColorRole.ButtonText, "text.1"),
        (QPalette.ColorRole.ToolTipText, "text.1"),
        (QPalette.ColorRole.PlaceholderText, "text.3"),
        (QPalette.ColorRole.Highlight, "surface.selected"),
        (QPalette.ColorRole.HighlightedText, "text.1"),
        (QPalette.ColorRole.Link, "signal.accent"),
    ):
        palette.setColor(role, theme.colour(token))
    application.setPalette(palette)
    application.setStyleSheet(sheet)


def paint_response(painter: QPainter, box: QRectF, response: Response, theme: Theme) -> None:
    """A response's shape fills `box` in its colour: colour is never the only mark of a category."""
    colour = theme.response(response)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    stroke = flat_pen(colour, max(1.5, box.width() / 6))
    inset = stroke.widthF() / 2
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QBrush(colour))
    match response:
        case Response.CR:
            painter.setPen(stroke)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawEllipse(box.adjusted(inset, inset, -inset, -inset))
        case Response.PR:
            tip = QPointF(box.center().x(), box.bottom() - box.height() * 0.08)
            top = box.top() + box.height() * 0.08
            painter.drawPolygon(QPolygonF([QPointF(box.left(), top), QPointF(box.right(), top), tip]))
        case Response.SD:
            edge = box.width() * 0.08
            painter.drawRect(box.adjusted(edge, edge, -edge, -edge))
        case Response.PD:
            tip = QPointF(box.center().x(), box.top() + box.height() * 0.08)
            foot = box.bottom() - box.height() * 0.08
            painter.drawPolygon(QPolygonF([QPointF(box.left(), foot), QPointF(box.right(), foot), tip]))
        case Response.NN:
            middle = box.center()
            corners = (
                QPointF(middle.x(), box.top()),
                QPointF(box.right(), middle.y()),
                QPointF(middle.x(), box.bottom()),
                QPointF(box.left(), middle.y()),
            )
            painter.drawPolygon(QPolygonF(corners))
        case Response.NE:
            painter.setPen(stroke)
            cross = box.adjusted(inset, inset, -inset, -inset)
            painter.drawLine(cross.topLeft(), cross.bottomRight())
            painter.drawLine(cross.topRight(), cross.bottomLeft())
        case Response.ND | Response.NA:
            painter.setPen(stroke)
            painter.drawLine(QPointF(box.left(), box.center().y()), QPointF(box.right(), box.center().y()))
    painter.restore()


def flat_pen(colour: QColor, width: float) -> QPen:
    """A pen whose lines end where they are told to."""
    pen = QPen(colour, width)
    pen.setCapStyle(Qt.PenCapStyle.FlatCap)
    return pen


def paint_focus_ring(painter: QPainter, box: QRectF, theme: Theme) -> None:
    """A 2 px accent ring just inside `box`."""
    painter.save()
    painter.setPen(QPen(theme.colour("signal.accent"), theme.px(2)))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    half = theme.px(2) / 2
    painter.drawRect(box.adjusted(half, half, -half, -half))
    painter.restore()


def _read(file: str) -> str:
    return (resources.files("resources") / "styles" / file).read_text(encoding="utf-8")
