"""How the reader likes to see images, kept in the settings from one sitting to the next; nothing of a patient."""

from __future__ import annotations

import hashlib
import json
import math
from dataclasses import dataclass

from PySide6.QtCore import QSettings

from app.reading.stages import Stage
from mrecist.values import Point
from viewers.imaging.geometry import minus
from viewers.tools.layout import CHOICES, Layout
from viewers.tools.navigate import Gesture
from viewers.widgets.marks import OverlayLevel

SLOWEST, FASTEST, USUAL_RATE = 1, 30, 10
"""Images a second."""
_MOST_PINS = 400


@dataclass(frozen=True, slots=True)
class Pin:
    """One place as it was clicked in two frames of reference, LPS mm."""

    first: Point
    second: Point

    @property
    def offset_mm(self) -> Point:
        return minus(self.second, self.first)

    def reversed(self) -> Pin:
        return Pin(self.second, self.first)


class ViewMemory:
    """Reads and writes the settings; a value that is damaged is as good as none."""

    def stage(self, baseline: bool) -> Stage | None:
        """The hanging that was chosen last, at a baseline or at a follow-up."""
        kept = _kept(_stage_name(baseline))
        return Stage(kept) if kept in list(Stage) else None

    def keep_stage(self, baseline: bool, stage: Stage) -> None:
        _keep(_stage_name(baseline), stage.value)

    def layout(self, stage: Stage) -> Layout | None:
        """The layout that was chosen last, if it was chosen for this stage."""
        name, _, shape = _kept("layout").rpartition("|")
        return next((one for one in CHOICES if shape == _shape(one)), None) if name == stage.value else None

    def keep_layout(self, stage: Stage, layout: Layout | None) -> None:
        _keep("layout", "" if layout is None else f"{stage.value}|{_shape(layout)}")

    @property
    def overlay(self) -> OverlayLevel:
        return next((level for level in OverlayLevel if level.name == _kept("overlay")), OverlayLevel.FULL)

    def keep_overlay(self, level: OverlayLevel) -> None:
        _keep("overlay", level.name)

    @property
    def left_drag(self) -> Gesture:
        """What the left button does while no tool is armed."""
        return next((gesture for gesture in Gesture if gesture.name == _kept("left_drag")), Gesture.WINDOW)

    def keep_left_drag(self, gesture: Gesture) -> None:
        _keep("left_drag", gesture.name)

    @property
    def cine_rate(self) -> int:
        """Images a second."""
        kept = _kept("cine_rate")
        return min(FASTEST, max(SLOWEST, int(kept))) if kept.isdecimal() else USUAL_RATE

    def keep_cine_rate(self, rate: int) -> None:
        _keep("cine_rate", str(rate))

    def is_on(self, name: str, default: bool) -> bool:
        """A switch: ``linked``, ``linked_windows``, ``second_window``, ``reference_lines``."""
        return {"on": True, "off": False}.get(_kept(name), default)

    def switch(self, name: str, on: bool) -> None:
        _keep(name, "on" if on else "off")

    # --- pins -------------------------------------------------------------------------------------------------

    def pin(self, frame_a: str, frame_b: str) -> Pin | None:
        """The place that is pinned in two frames of reference, first that of `frame_a`."""
        first, second = sorted((frame_a, frame_b))
        found = next((row for row in _pins() if row[0] == _pair(first, second)), None)
        if found is None:
            return None
        pin = Pin((found[1], found[2], found[3]), (found[4], found[5], found[6]))
        return pin if frame_a == first else pin.reversed()

    def keep_pin(self, frame_a: str, frame_b: str, pin: Pin | None) -> None:
        """Keep a pin in place of an older one of the same two frames; None forgets it."""
        first, second = sorted((frame_a, frame_b))
        key = _pair(first, second)
        rows = [row for row in _pins() if row[0] != key]
        if pin is not None:
            ordered = pin if frame_a == first else pin.reversed()
            rows.append((key, *ordered.first, *ordered.second))
        _keep("pins", json.dumps(rows[-_MOST_PINS:]))


_Row = tuple[str, float, float, float, float, float, float]


def _pins() -> list[_Row]:
    """What is kept of pins, oldest first: the name of the pair, and the place in each."""
    try:
        rows = json.loads(_kept("pins") or "[]")
    except ValueError:
        return []
    return [(row[0], *map(float, row[1:])) for row in rows if _is_pin(row)] if isinstance(rows, list) else []


def _is_pin(row: object) -> bool:
    return (
        isinstance(row, list)
        and len(row) == 7
        and isinstance(row[0], str)
        and all(isinstance(value, (int, float)) and math.isfinite(value) for value in row[1:])
    )


def _pair(first: str, second: str) -> str:
    """A name for two frames of reference that tells neither."""
    return hashlib.sha256(f"{first}|{second}".encode()).hexdigest()[:32]


def _stage_name(baseline: bool) -> str:
    return "stage_at_baseline" if baseline else "stage_at_follow_up"


def _shape(layout: Layout) -> str:
    return f"{layout.rows}x{layout.columns}"


def _kept(name: str) -> str:
    return str(QSettings().value(f"view/{name}", ""))


def _keep(name: str, value: str) -> None:
    QSettings().setValue(f"view/{name}", value)
