"""How long the assisted measurement takes, on phantoms of lesions of 12 to 50 mm and slices of 1 to 5 mm."""

from __future__ import annotations

import time
from collections.abc import Iterator

import numpy as np

from tests.benchmarks.rows import Row
from tests.support.lesion_phantoms import NECROSIS_HU, LesionPhantom, Part, ball, ellipsoid
from viewers.imaging.assist import prepare, propose
from viewers.imaging.assisted import AssistSettings, Click
from viewers.imaging.catalogue import Vector
from viewers.imaging.volume import Volume

_SPACINGS = ((5.0, 0.8, 0.8), (2.5, 0.8, 0.8), (1.0, 0.7, 0.7))
_REPEATS = 3


def run() -> list[Row]:
    wall, cpu, slider, slider_cpu = [], [], [], []
    for volume, click in _lesions():
        prepared = prepare(volume, Click(click))  # warm
        for turn in range(_REPEATS):
            begun, used = time.perf_counter(), time.process_time()
            prepared = prepare(volume, Click(click))
            propose(prepared)
            wall.append(time.perf_counter() - begun)
            cpu.append(time.process_time() - used)
            begun, used = time.perf_counter(), time.process_time()
            propose(prepared, AssistSettings(threshold_sd=2.0 + 0.2 * turn))
            slider.append(time.perf_counter() - begun)
            slider_cpu.append(time.process_time() - used)
    return [
        Row("assisted measurement, lesions of 12-50 mm, median", float(np.median(wall)), "s", 0.35),
        Row("assisted measurement, 95th percentile", float(np.percentile(wall, 95)), "s", 1.0),
        Row("assisted measurement, processor time, median", float(np.median(cpu)), "s"),
        Row("assisted measurement, processor time, 95th percentile", float(np.percentile(cpu, 95)), "s"),
        Row("threshold moved on a prepared lesion, median", 1000 * float(np.median(slider)), "ms", 50),
        Row("threshold moved, processor time, median", 1000 * float(np.median(slider_cpu)), "ms"),
        Row("threshold moved, 95th percentile", 1000 * float(np.percentile(slider, 95)), "ms"),
    ]


def _lesions() -> Iterator[tuple[Volume, Vector]]:
    for spacing_mm in _SPACINGS:
        for parts, click in (
            ([Part(ball(6.0), 134.0)], (0.0, 0.0, 0.0)),
            ([Part(ball(20.0), 124.0)], (5.0, 3.0, 0.0)),
            ([Part(ellipsoid((17.0, 10.0, 12.0)), 124.0)], (5.0, 0.0, 0.0)),
            ([Part(ball(25.0), 134.0), Part(ball(14.0, (2.0, 0.0, 0.0)), NECROSIS_HU)], (-19.0, 0.0, 0.0)),
        ):
            made = LesionPhantom(parts, spacing_mm=spacing_mm, size_mm=(150.0, 150.0, 120.0))
            yield made.volume(), made.world(*click)
