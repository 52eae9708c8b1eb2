from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from viewers.imaging.chord import longest_chord
from viewers.imaging.chord_turns import evened

SPACING_MM = (0.7, 0.7)


def grid(half_mm=40.0):
    count = 2 * int(half_mm / 0.7) + 1
    y, x = np.mgrid[:count, :count]
    return (x - count // 2 - 0.3) * 0.7, (y - count // 2 - 0.2) * 0.7


def uneven(level, seed, sd_mm=0.2):
    """A level whose outline noise moves in and out by about so much."""
    noise = gaussian_filter(np.random.default_rng(seed).standard_normal(level.shape), 2.0)
    return (level + noise * sd_mm / noise.std()).astype(np.float32)


def test_that_a_good_part_of_what_noise_adds_to_a_disc_is_taken_off():
    x, y = grid()
    disc = 20.0 - np.hypot(x, y)
    longest, told = [], []
    for seed in range(12):
        level = uneven(disc, seed)
        chord = longest_chord(level, SPACING_MM)
        longest.append(chord.length_mm)
        told.append(evened(level, SPACING_MM, chord).length_mm)
    assert np.mean(longest) > 40.5
    assert 40.0 < np.mean(told) < 40.0 + 0.7 * (np.mean(longest) - 40.0)


def test_that_a_shape_without_noise_keeps_its_longest_line():
    x, y = grid()
    ellipse = (15 * (1 - np.hypot(x / 25, y / 15))).astype(np.float32)
    chord = longest_chord(ellipse, SPACING_MM)
    assert evened(ellipse, SPACING_MM, chord).length_mm == pytest.approx(50.0, abs=0.15)


def test_that_a_pointed_shape_is_not_made_shorter():
    # two circles of 40 mm around points 48 mm apart: a lens with its points 64 mm apart
    x, y = grid(45.0)
    lens = np.minimum(40.0 - np.hypot(x - 24.0, y), 40.0 - np.hypot(x + 24.0, y)).astype(np.float32)
    chord = longest_chord(lens, SPACING_MM)
    assert chord.length_mm == pytest.approx(64.0, abs=0.6)
    assert evened(lens, SPACING_MM, chord).length_mm > chord.length_mm - 0.1


def test_that_a_shortened_line_keeps_its_place_and_direction():
    x, y = grid()
    level = uneven(20.0 - np.hypot(x, y), 3)
    chord = longest_chord(level, SPACING_MM)
    found = evened(level, SPACING_MM, chord)
    assert found.length_mm < chord.length_mm
    middle, before = (np.add(line.start, line.end) / 2 for line in (found, chord))
    assert middle == pytest.approx(before, abs=1e-9)
    along, then = (np.subtract(line.end, line.start) * 0.7 / line.length_mm for line in (found, chord))
    assert along == pytest.approx(then, abs=1e-9)
    assert math.hypot(*along) == pytest.approx(1.0)
