"""How the reader likes to see images, kept in the settings from one sitting to the next; nothing of a patient."""

from __future__ import annotations

from PySide6.QtCore import QSettings

from app.reading.stages import Stage
from viewers.tools.layout import CHOICES, Layout
from viewers.tools.navigate import Gesture
from viewers.widgets.marks import OverlayLevel

SLOWEST, FASTEST, USUAL_RATE = 1, 30, 10
"""Images a second."""


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
        """A switch: ``linked``, ``linked_windows``, ``level_turned_round``, ``second_window``, ``reference_lines``."""
        return {"on": True, "off": False}.get(_kept(name), default)

    def switch(self, name: str, on: bool) -> None:
        _keep(name, "on" if on else "off")


def _stage_name(baseline: bool) -> str:
    return "stage_at_baseline" if baseline else "stage_at_follow_up"


def _shape(layout: Layout) -> str:
    return f"{layout.rows}x{layout.columns}"


def _kept(name: str) -> str:
    return str(QSettings().value(f"view/{name}", ""))


def _keep(name: str, value: str) -> None:
    QSettings().setValue(f"view/{name}", value)
