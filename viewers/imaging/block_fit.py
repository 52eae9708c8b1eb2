"""The rigid motion that follows from where blocks of one image are found in another, without those that went astray.

S. Ourselin et al., Reconstructing a 3D structure from serial histological sections, Image Vis Comput
2001;19(1-2):25-31:
least trimmed squares over the blocks' shifts. The motion of each round is that of K. S. Arun et al., IEEE Trans Pattern
Anal Mach Intell 1987;9(5):698-700.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from viewers.imaging.agreement import Blocks
from viewers.imaging.coarse_image import CoarseImage, Matrix
from viewers.imaging.rigid import RigidMotion

_FEWEST = 8
_KEPT, _ALWAYS_MM = 0.7, 3.0
"""The share of the blocks that each round keeps, those that fit best; those within this distance stay anyway."""
_ROUNDS = 8


def fitted(grid: CoarseImage, motion: RigidMotion, blocks: Blocks, alike: float) -> RigidMotion:
    """The motion that carries the blocks of `grid` to where they are found; as it was where too few are found.

    Parameters
    ----------
    grid
        The first image.
    motion
        By which the second was laid on the grid before the blocks were looked for.
    blocks
        Where they are found.
    alike
        The correlation from which a block counts as found again.
    """
    found = blocks.alike >= alike
    if found.sum() < _FEWEST:
        return motion
    directions = grid.affine[:3, :3] / np.asarray(grid.spacing_mm)
    here = grid.points(blocks.places[found].astype(np.float64))
    there = motion.carry(here + blocks.offsets_mm[found] @ directions.T)
    weights = blocks.alike[found]
    kept = np.ones(len(here), bool)
    best = motion
    for _ in range(_ROUNDS):
        best = _motion(here[kept], there[kept], weights[kept])
        off = np.linalg.norm(best.carry(here) - there, axis=1)
        again = off <= max(float(np.quantile(off, _KEPT)), _ALWAYS_MM)
        if (again == kept).all() or again.sum() < _FEWEST:
            break
        kept = again
    return best


def _motion(here: Matrix, there: Matrix, weights: NDArray[np.float64]) -> RigidMotion:
    share = (weights / weights.sum())[:, None]
    a, b = (share * here).sum(0), (share * there).sum(0)
    u, _, v = np.linalg.svd((share * (here - a)).T @ (there - b))
    upright = np.diag([1.0, 1.0, float(np.sign(np.linalg.det(v.T @ u.T)))])
    turn = np.asarray(v.T @ upright @ u.T)
    return RigidMotion(turn, b - turn @ a)
