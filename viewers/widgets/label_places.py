"""Where a label finds room: beside what it belongs to, clear of corners, other labels and what is measured."""

from __future__ import annotations

import math
from collections.abc import Sequence

from PySide6.QtCore import QRectF

_RULER_PX = 46.0
"""The ruler and its figures stand left of this."""

_NAMES_PX = 38.0
"""Name and date stand above this."""

_GAP_PX = 10.0
_RING_GAP_PX = 4.0

Pair = tuple[float, float]


def beside_line(start: Pair, end: Pair, label: Pair, size: Pair, scale: float) -> list[QRectF]:
    """Beyond the end that is farther from the middle of the view, else beyond the other, above or below the line."""
    width, height = label
    middle = (size[0] / 2, size[1] / 2)
    far, near = (start, end) if math.dist(start, middle) >= math.dist(end, middle) else (end, start)
    run_x, run_y = far[0] - near[0], far[1] - near[1]
    length = math.hypot(run_x, run_y) or 1.0
    gap = _GAP_PX * scale
    beyond_x, beyond_y = run_x / length * (gap + width / 2), run_y / length * (gap + height / 2)
    x, clear = (far[0] + near[0]) / 2, gap + height / 2
    centres = (
        (far[0] + beyond_x, far[1] + beyond_y),
        (near[0] - beyond_x, near[1] - beyond_y),
        (x, min(far[1], near[1]) - clear),
        (x, max(far[1], near[1]) + clear),
    )
    return [_centred(centre, label) for centre in centres]


def beside_ring(centre: Pair, radius: float, label: Pair, scale: float) -> list[QRectF]:
    """Below a circle, above it, right and left of it, then farther below and above."""
    x, y = centre
    gap = _RING_GAP_PX * scale
    across, down = radius + gap + label[0] / 2, radius + gap + label[1] / 2
    farther = down + label[1] + gap
    places = ((x, y + down), (x, y - down), (x + across, y), (x - across, y), (x, y + farther), (x, y - farther))
    return [_centred(place, label) for place in places]


def beside_box(box: QRectF, label: Pair, scale: float) -> list[QRectF]:
    """Right of a box, left of it, below, above, and at its corners."""
    width, height = label
    gap = _GAP_PX * scale
    x, y = box.center().x(), box.center().y()
    right, left = box.right() + gap + width / 2, box.left() - gap - width / 2
    below, above = box.bottom() + gap + height / 2, box.top() - gap - height / 2
    beside = ((right, y), (left, y), (x, below), (x, above))
    centres = (*beside, (right, above), (right, below), (left, above), (left, below))
    return [_centred(centre, label) for centre in centres]


def free_place(
    places: Sequence[QRectF], size: Pair, taken: Sequence[QRectF], scale: float, kept_clear: Sequence[QRectF] = ()
) -> QRectF:
    """The first of `places` that is clear of what is `taken` and, if it can be, of what should be `kept_clear`.

    Where none is, the first all the same, moved down until it is clear of what is taken.
    """
    left, top = _RULER_PX * scale, _NAMES_PX * scale
    room = QRectF(left, top, size[0] - left - 2, size[1] - top - 2)
    for others in ((*taken, *kept_clear), taken) if kept_clear else (taken,):
        for place in places:
            if room.contains(place) and not any(map(place.intersects, others)):
                return place
    rect = QRectF(places[0])
    rect.moveLeft(min(max(2.0, rect.left()), max(2.0, size[0] - rect.width() - 2)))
    rect.moveTop(min(max(2.0, rect.top()), max(2.0, size[1] - rect.height() - 2)))
    while any(map(rect.intersects, taken)) and rect.bottom() + 2 < size[1]:
        rect.translate(0, 2)
    return rect


def _centred(centre: Pair, size: Pair) -> QRectF:
    return QRectF(centre[0] - size[0] / 2, centre[1] - size[1] / 2, *size)
