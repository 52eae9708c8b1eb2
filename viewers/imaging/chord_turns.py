"""How long the longest line of a shape is without what noise adds to it.

Noise moves an outline in and out, and of all lines the longest is one whose ends it moved outwards: the rounder the
shape, the more lines there are to choose from. Lines in neighbouring directions have noise of their own. So the
longest line of each direction nearby is taken, and a roof is laid over their lengths: straight to either side of the
longest, with a slope of its own on each. Its ridge is the length. A roof, since a line along a flat side between two
corners grows shorter at once when it is turned, which anything rounded would take for noise.
"""

from __future__ import annotations

import math

import numpy as np

from viewers.imaging.line_runs import Level, PlaneChord, Points, Spacing, chord_between, framed, longest_run, to_mm

_TURN_DEGREES, _MOST_TURNS = 4.0, 12
"""Between neighbouring directions, and how many of them are looked at to either side."""
_ASIDE_MM, _ASIDES = 3.0, 31
"""In each direction lines up to this far beside the last one are tried, and how many."""
_ALIKE, _FEWEST = 0.8, 5
"""Directions count as long as their line is at least this part as long; fewer of them are not evened out."""
_NEAR_DEGREES = 25.0
"""Standard deviation of the weights of directions: the nearer, the more they count."""
_BEYOND_MM, _STEP_PX = 4.0, 0.9


def evened(level: Level, spacing_mm: Spacing, chord: PlaneChord, *, gap_mm: float = 0.0) -> PlaneChord:
    """The longest line of a shape, shortened at both ends alike by what noise adds to it.

    Parameters
    ----------
    level, spacing_mm
        The shape in its image, and the distance between rows and between columns.
    chord
        Its longest line.
    gap_mm
        How much of the line, in all, may lie outside.
    """
    shape = framed(level)
    start, end = to_mm(chord.start, spacing_mm), to_mm(chord.end, spacing_mm)
    turns, lengths = [0.0], [chord.length_mm]
    for side in (1, -1):
        middle = (start + end) / 2
        for number in range(1, _MOST_TURNS + 1):
            turn = side * number * math.radians(_TURN_DEGREES)
            line = _longest_turned(shape, spacing_mm, end - start, turn, middle, gap_mm)
            length = 0.0 if line is None else math.dist(*line)
            if line is None or length < _ALIKE * chord.length_mm:
                break
            middle = (line[0] + line[1]) / 2
            turns.append(turn)
            lengths.append(length)
    if len(turns) < _FEWEST:
        return chord
    shorter = (chord.length_mm - min(_ridge(turns, lengths), chord.length_mm)) / 2
    along = (end - start) / chord.length_mm
    return chord_between(start + shorter * along, end - shorter * along, spacing_mm)


def _longest_turned(
    shape: Level, spacing_mm: Spacing, along: Points, turn: float, middle: Points, gap_mm: float
) -> tuple[Points, Points] | None:
    """The longest line in a direction turned by so much, of those that pass a place nearby."""
    length = float(np.hypot(*along))
    c, s = math.cos(turn) / length, math.sin(turn) / length
    direction = np.array([along[0] * c - along[1] * s, along[0] * s + along[1] * c])
    aside = np.linspace(-_ASIDE_MM, _ASIDE_MM, _ASIDES)[:, None] * np.array([-direction[1], direction[0]])
    middles = middle + aside
    directions = np.broadcast_to(direction, middles.shape)
    return longest_run(shape, spacing_mm, middles, directions, length / 2 + _BEYOND_MM, gap_mm, _STEP_PX)


def _ridge(turns: list[float], lengths: list[float]) -> float:
    """The greatest height of the roof through these lengths: straight to either side of the turn 0."""
    turn = np.array(turns)
    weight = np.exp(-((turn / math.radians(_NEAR_DEGREES)) ** 2) / 4)  # squared by the least squares
    sides = np.column_stack([np.ones_like(turn), np.minimum(turn, 0), np.maximum(turn, 0)])
    ridge, left, right = np.linalg.lstsq(sides * weight[:, None], np.array(lengths) * weight, rcond=None)[0]
    return float(max(ridge, ridge + left * turn.min(), ridge + right * turn.max()))
