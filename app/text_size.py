"""How large type and everything else is: which sizes there are, and which fit a screen."""

from __future__ import annotations

SIZES = (1.0, 1.25, 1.5, 2.0)
SMALLEST_WINDOW_PX = (1180, 720)
"""At 100 %."""


def fits(scale: float, screen_px: tuple[int, int]) -> bool:
    """Whether the smallest window of this size has room on a screen of (width, height); the usual size always may."""
    needed = (round(side * scale) for side in SMALLEST_WINDOW_PX)
    return scale <= SIZES[0] or all(side <= room for side, room in zip(needed, screen_px, strict=True))


def fitting(wanted: float, screen_px: tuple[int, int]) -> float:
    """The size that is wanted, or the largest of `SIZES` below it that fits; 1.0 where none does."""
    held = min(max(wanted, SIZES[0]), SIZES[-1])
    if fits(held, screen_px):
        return held
    return max((size for size in SIZES if size < held and fits(size, screen_px)), default=SIZES[0])


def told_of_choice(scale: float, screen_px: tuple[int, int], at_once: bool = False) -> str:
    """What is said when a size is chosen: from when it holds (`at_once`, or from the next start), or why it cannot."""
    if fits(scale, screen_px) and at_once:
        return f"Text size {scale:.0%}."
    if fits(scale, screen_px):
        return f"Text size {scale:.0%} holds from the next start. Quit and start again; all edits are saved."
    width, height = (round(side * scale) for side in SMALLEST_WINDOW_PX)
    return (
        f"Text size {scale:.0%} needs a screen of {width} × {height}; this one has {screen_px[0]} × {screen_px[1]}. "
        "Nothing was changed."
    )
