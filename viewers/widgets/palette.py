"""The colours, the font and the scale of a view; the design's dark tokens unless others are handed in."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtGui import QColor, QFont


@dataclass(frozen=True, slots=True)
class ViewPalette:
    """What a view is painted with.

    Colours are ``#RRGGBB``. `scale` multiplies every length and font size; `overlay_px`, `label_px` and `chip_px` are
    font sizes in pixels before scaling.
    """

    background: str = "#000000"
    panel: str = "#1A1E22"
    raised: str = "#242A2F"
    text: str = "#E8EAEC"
    text_2: str = "#B6BEC5"
    text_3: str = "#8E98A0"
    line_strong: str = "#3C454D"
    accent: str = "#6CB6FF"
    amber: str = "#F0B23E"
    error: str = "#FF6B6B"
    met: str = "#35CBAF"
    caliper: str = "#FFE066"
    ghost: str = "#BFE0F7"
    plate: str = "#000000"
    plate_opacity: float = 0.62
    family: str = "Noto Sans KR"
    overlay_px: int = 11
    label_px: int = 13
    body_px: int = 12
    scale: float = 1.0

    def font(self, size_px: float, bold: bool = False) -> QFont:
        font = QFont(self.family)
        font.setPixelSize(max(1, round(size_px * self.scale)))
        font.setBold(bold)
        return font

    def colour(self, text: str, opacity: float = 1.0) -> QColor:
        colour = QColor(text)
        colour.setAlphaF(opacity)
        return colour
