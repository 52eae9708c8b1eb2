"""Where one image fits another best among all shifts: normalised cross-correlation of what both hold, by Fourier.

D. Padfield, Masked object registration in the Fourier domain, IEEE Trans Image Process 2012;21(5):2706-18.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

_WORKERS = 2


@dataclass(frozen=True, slots=True, eq=False)
class Fit:
    """A shift and how well the images agree there.

    Parameters
    ----------
    shift
        Voxels (slices, rows, columns): what is at v in the first image is at v + shift in the second.
    correlation
        Of the voxels that both hold, -1 to 1.
    overlap
        The share of the first image's voxels that the second one holds too.
    """

    shift: tuple[int, int, int]
    correlation: float
    overlap: float


def best_fit(
    first: NDArray[np.float32],
    first_mask: NDArray[np.bool_],
    second: NDArray[np.float32],
    second_mask: NDArray[np.bool_],
    *,
    least_overlap: float,
    reach: tuple[int, int, int] | None = None,
) -> Fit | None:
    """The shift with the highest correlation.

    Parameters
    ----------
    first, second
        Values on grids of one spacing and orientation.
    first_mask, second_mask
        Which voxels count.
    least_overlap
        Shifts are left out where the images share less than this part of the smaller of the two masks.
    reach
        The largest shift along each axis, in voxels; any if None.

    Returns
    -------
    None where no shift has enough overlap.
    """
    import scipy.fft as fft

    full = [a + b - 1 for a, b in zip(first.shape, second.shape, strict=True)]
    size = [fft.next_fast_len(n, real=True) for n in full]
    level = float(first[first_mask].mean()) if first_mask.any() else 0.0

    def forward(values: NDArray[Any]) -> NDArray[Any]:
        return np.asarray(fft.rfftn(values.astype(np.float32), size, workers=_WORKERS))

    def back(spectrum: NDArray[Any]) -> NDArray[np.float32]:
        return np.asarray(fft.irfftn(spectrum, size, workers=_WORKERS), np.float32)

    f = np.where(first_mask, first - np.float32(level), np.float32(0))
    g = np.where(second_mask, second - np.float32(level), np.float32(0))
    mf, mg = forward(first_mask).conj(), forward(second_mask)
    ff, gg = forward(f).conj(), forward(g)
    count = np.maximum(np.rint(back(mf * mg)), 0)
    sum_f, sum_g = back(ff * mg), back(mf * gg)
    safe = np.maximum(count, 1)
    both = back(ff * gg) - sum_f * sum_g / safe
    var_f = np.maximum(back(forward(f * f).conj() * mg) - sum_f**2 / safe, 0)
    var_g = np.maximum(back(mf * forward(g * g)) - sum_g**2 / safe, 0)
    floor = 1e-3 * float(max(var_f.max(), 1e-6)) * float(max(var_g.max(), 1e-6))
    correlation = np.where(var_f * var_g > floor, both / np.sqrt(np.maximum(var_f * var_g, floor)), -1.0)
    smaller = min(int(first_mask.sum()), int(second_mask.sum()))
    allowed = count >= max(least_overlap * smaller, 1)
    for axis, (n, most) in enumerate(zip(size, reach or (None,) * 3, strict=True)):
        shifts = shifts_of(n, second.shape[axis])
        if most is not None:
            allowed &= (np.abs(shifts) <= most).reshape([-1 if a == axis else 1 for a in range(3)])
    if not allowed.any():
        return None
    at = np.unravel_index(int(np.where(allowed, correlation, -2.0).argmax()), correlation.shape)
    z, y, x = (int(shifts_of(n, m)[i]) for n, m, i in zip(size, second.shape, at, strict=True))
    return Fit((z, y, x), float(correlation[at]), float(count[at]) / max(int(first_mask.sum()), 1))


def shifts_of(size: int, second: int) -> NDArray[np.int64]:
    """The shift of each entry of a circular correlation: up to `second` - 1 forwards, then backwards."""
    places = np.arange(size)
    return np.where(places < second, places, places - size)
