"""Windows that the reader has kept under a number, in the user's settings; for CT and for MR apart."""

from __future__ import annotations

import json
import math

from PySide6.QtCore import QSettings

from viewers.imaging.windowing import NARROWEST_WIDTH, Window

CT, MR = "CT", "MR"
_NAME = "view/presets"


class OwnPresets:
    """Kept windows by modality and number.

    A CT window is kept in HU. MR values have no unit and differ from scan to scan: there a window is kept as shares
    of the one from the 1st to the 99th percentile, and means the same brightness on the next patient.
    """

    def ct(self, key: int) -> Window | None:
        """The window in HU, or None where none is kept."""
        kept = _read().get(f"{CT} {key}")
        return None if kept is None else Window(max(1.0, kept[0]), kept[1])

    def mr(self, key: int, whole: Window) -> Window | None:
        """The window for values that run from the 1st to the 99th percentile over `whole`."""
        kept = _read().get(f"{MR} {key}")
        if kept is None:
            return None
        return Window(max(NARROWEST_WIDTH, kept[0] * whole.width), whole.centre + kept[1] * whole.width)

    def keep_ct(self, key: int, window: Window) -> None:
        _write(_read() | {f"{CT} {key}": (window.width, window.centre)})

    def keep_mr(self, key: int, window: Window, whole: Window) -> None:
        share = (window.width / whole.width, (window.centre - whole.centre) / whole.width)
        _write(_read() | {f"{MR} {key}": share})

    def keys(self, modality: str) -> tuple[int, ...]:
        """The numbers under which a window is kept."""
        return tuple(key for key in range(1, 10) if f"{modality} {key}" in _read())

    def forget(self, modality: str) -> None:
        """The built-in presets hold again."""
        _write({name: kept for name, kept in _read().items() if not name.startswith(f"{modality} ")})


def _read() -> dict[str, tuple[float, float]]:
    """What is kept, (width, centre) or the shares of them; what is damaged is left out."""
    try:
        kept = json.loads(str(QSettings().value(_NAME, "")) or "{}")
    except ValueError:
        return {}
    pairs = ((name, _pair(values)) for name, values in kept.items()) if isinstance(kept, dict) else ()
    return {name: pair for name, pair in pairs if pair is not None}


def _pair(values: object) -> tuple[float, float] | None:
    if not (isinstance(values, list) and len(values) == 2 and all(isinstance(value, (int, float)) for value in values)):
        return None
    width, centre = float(values[0]), float(values[1])
    return (width, centre) if math.isfinite(width) and math.isfinite(centre) and width > 0 else None


def _write(kept: dict[str, tuple[float, float]]) -> None:
    QSettings().setValue(_NAME, json.dumps(kept))
