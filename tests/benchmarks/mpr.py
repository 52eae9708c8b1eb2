"""How long one picture of another plane takes, of 400 x 512 x 512 voxels of int16, beside SciPy and SimpleITK.

What is timed is what a view asks for: the finished int16 picture with what is outside marked. The peers make the same
pixels of the same planes, SimpleITK of an image that it has copied beforehand, which is timed apart.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
import SimpleITK
from numpy.typing import NDArray
from scipy.ndimage import map_coordinates

from tests.benchmarks.rows import Row, interleaved
from tests.support.phantoms import AXIAL
from tests.support.volumes import volume
from viewers.imaging.geometry import SlicePlane
from viewers.imaging.plane_stacks import Orientation, PlaneStack, oblique_stack, stack_of, stood
from viewers.imaging.reslice import Projection, Slab, grain_within, reslice
from viewers.imaging.volume import Volume
from viewers.widgets.reformat_source import AT_ONCE

SHAPE, SPACING_MM = (400, 512, 512), (1.0, 0.7, 0.7)
SIDE = 512
SLAB_MM = 10.0
REPEATS = 9
GOAL_ORTHOGONAL_MS, GOAL_OBLIQUE_MS, GOAL_TIMES = 2.0, 5.0, 10.0
TILTS = {
    "coronal, turned 30°": (0.5, 0.866025, 0.0),
    "doubly oblique": (0.48, 0.64, 0.6),
}


def run() -> list[Row]:
    rng = np.random.default_rng(1)
    pixels = rng.integers(-1000, 2000, SHAPE, np.int16)
    made = volume(SHAPE, SPACING_MM, AXIAL, pixels=pixels)
    start = time.perf_counter()
    image = SimpleITK.GetImageFromArray(pixels)
    copied = time.perf_counter() - start
    image.SetSpacing(SPACING_MM[::-1])
    assert made.affine is not None
    image.SetOrigin(made.affine[:3, 3].tolist())
    rows = [Row("mpr: SimpleITK takes a copy of the volume", copied * 1e3, "ms", note="once; we need none")]
    for orientation in Orientation:
        rows += _orthogonal(made, orientation)
    for name, normal in TILTS.items():
        rows += _oblique(made, image, name, normal)
    return rows


def _orthogonal(made: Volume, orientation: Orientation) -> list[Row]:
    stack = stack_of(made, orientation)
    k = stack.count // 2
    word = orientation.name.lower()
    seconds = interleaved(
        {
            "plane": lambda: np.ascontiguousarray(reslice(made, stack, k).pixels),  # as the grey levels read it
            **{how.value: partial(reslice, made, stack, k, Slab(how, SLAB_MM)) for how in Projection},
        },
        REPEATS,
    )
    rows = [Row(f"mpr: {word} plane", seconds["plane"] * 1e3, "ms", GOAL_ORTHOGONAL_MS)]
    rows += [Row(f"mpr: {word}, {how.value} of 10 mm", seconds[how.value] * 1e3, "ms") for how in Projection]
    return rows


def _oblique(made: Volume, image: Any, name: str, normal: tuple[float, float, float]) -> list[Row]:
    """512 x 512 pixels about the middle, and the whole plane as a view shows it."""
    assert made.affine is not None
    x, y, z = (float(value) for value in (made.affine @ (*(np.array(SHAPE) / 2), 1))[:3])
    right, down = stood(normal)
    whole = oblique_stack(made, right, down, (x, y, z))
    k, slab = whole.nearest((x, y, z)), Slab(Projection.MIP, SLAB_MM)
    stack = _about(whole, (x, y, z))
    ours, theirs = reslice(made, stack, 0), _by_simpleitk(image, stack)
    assert ours.outside is None or ours.outside.mean() < 0.5
    known = np.ones(ours.pixels.shape, bool) if ours.outside is None else ~ours.outside
    assert np.abs(ours.pixels.astype(float) - theirs)[known & ~np.isnan(theirs)].max() <= 1.0  # rounding may differ
    jobs: dict[str, Callable[[], object]] = {
        "ours": lambda: reslice(made, stack, 0),
        "whole": lambda: reslice(made, whole, k),
        "at once": partial(reslice, made, whole, k, None, grain_within(whole, k, None, AT_ONCE)),
        "slab at once": partial(reslice, made, whole, k, slab, grain_within(whole, k, slab, AT_ONCE)),
        "SciPy": lambda: _by_scipy(made, stack),
        "SimpleITK": lambda: _by_simpleitk(image, stack),
        **{how.value: partial(reslice, made, whole, k, Slab(how, SLAB_MM)) for how in Projection},
    }
    seconds = interleaved(jobs, REPEATS)
    size = f"{whole.rows} x {whole.columns}"
    fine = "the fine one follows from another thread"
    return [
        Row(f"mpr: {name}, {SIDE} x {SIDE}", seconds["ours"] * 1e3, "ms", GOAL_OBLIQUE_MS),
        Row(f"mpr: {name}, SimpleITK", seconds["SimpleITK"] * 1e3, "ms"),
        Row(f"mpr: {name}, SciPy map_coordinates", seconds["SciPy"] * 1e3, "ms"),
        Row(f"mpr: {name}, faster than SciPy", seconds["SciPy"] / seconds["ours"], "x", GOAL_TIMES, at_least=True),
        Row(f"mpr: {name}, coarse while it moves", seconds["at once"] * 1e3, "ms", GOAL_OBLIQUE_MS, note=fine),
        Row(f"mpr: {name}, MIP of 10 mm, coarse", seconds["slab at once"] * 1e3, "ms", GOAL_OBLIQUE_MS, note=fine),
        Row(f"mpr: {name}, all of the plane, {size}", seconds["whole"] * 1e3, "ms"),
        *(Row(f"mpr: {name}, {how.value} of 10 mm, {size}", seconds[how.value] * 1e3, "ms") for how in Projection),
    ]


def _about(stack: PlaneStack, place: tuple[float, float, float]) -> PlaneStack:
    """One plane of 512 x 512 pixels with a place in its middle."""
    plane = stack.plane(stack.nearest(place))
    corner = plane.to_pixel(place)
    origin = plane.to_world(corner[0] - SIDE / 2, corner[1] - SIDE / 2)
    return replace(stack, first=replace(plane, origin=origin), rows=SIDE, columns=SIDE, count=1)


def _by_simpleitk(image: Any, stack: PlaneStack) -> NDArray[np.float32]:
    plane: SlicePlane = stack.first
    out = SimpleITK.Resample(
        image,
        (stack.columns, stack.rows, 1),
        SimpleITK.Transform(3, SimpleITK.sitkIdentity),
        SimpleITK.sitkLinear,
        plane.origin,
        (plane.column_spacing_mm, plane.row_spacing_mm, 1.0),
        np.stack([plane.row_direction, plane.column_direction, plane.normal], 1).ravel().tolist(),
        float("nan"),
        SimpleITK.sitkFloat32,
    )
    return np.asarray(np.rint(SimpleITK.GetArrayFromImage(out)[0]))


def _by_scipy(made: Volume, stack: PlaneStack) -> NDArray[np.int16]:
    assert made.affine is not None
    to_voxel, plane = np.linalg.inv(made.affine), stack.first
    first = (to_voxel @ (*plane.origin, 1.0))[:3]
    right = to_voxel[:3, :3] @ plane.row_direction * plane.column_spacing_mm
    down = to_voxel[:3, :3] @ plane.column_direction * plane.row_spacing_mm
    rows, columns = np.mgrid[: stack.rows, : stack.columns]
    places = first[:, None, None] + down[:, None, None] * rows + right[:, None, None] * columns
    return np.asarray(map_coordinates(made.pixels, places, order=1, cval=-32768))
