"""How a stack is shown, as plain values. No Qt."""

from __future__ import annotations

from dataclasses import dataclass

from viewers.tools.navigate import Framing
from viewers.widgets.marks import OverlayLevel

DEFAULT_WINDOW = (40.0, 400.0)


@dataclass(frozen=True, slots=True)
class ViewState:
    """How the stack is shown.

    `framing` None is the whole image, fitted to the view; `flip_h`, `flip_v` and `quarter_turns` are those of the
    framing (see `Framing`) either way. `smooth` interpolates between pixels, otherwise each is a plain rectangle.
    """

    index: int = 0
    center: float = DEFAULT_WINDOW[0]
    width: float = DEFAULT_WINDOW[1]
    inverted: bool = False
    flip_h: bool = False
    flip_v: bool = False
    quarter_turns: int = 0
    smooth: bool = True
    framing: Framing | None = None
    overlay: OverlayLevel = OverlayLevel.FULL
