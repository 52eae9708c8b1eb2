"""Where one image tells most about another among all shifts: mutual information of what both hold, by Fourier.

Values of two modalities have no scale in common, but what is alike in the one is alike in the other. Both images are
sorted into a few classes, and the joint histogram of the classes is known for every shift from one correlation for each
pair of classes: J. Öfverstedt, J. Lindblad, N. Sladoje, Fast computation of mutual information in the frequency domain
with applications to global multimodal image alignment, Pattern Recognit Lett 2022;159:196-203.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from viewers.imaging.coarse_image import CoarseImage, Mask, Values
from viewers.imaging.place_search import Fit, shifts_of

_WORKERS = 2
UNKNOWN = -1
"""The class of what an image does not hold."""
_LEVELS = 4
_SURE = 1e-9

Classes = NDArray[np.int8]


def class_edges(coarse: CoarseImage, body: Mask) -> list[float]:
    """The values that part the body into classes of one size; what is below the first is air, in the lungs too."""
    air = -300.0 if coarse.hounsfield else -110.0
    inside = coarse.values[body & (coarse.values > air)]
    if not len(inside):
        return [air]
    shares = np.linspace(0, 1, _LEVELS + 1)[1:-1]
    return [air, *np.quantile(inside, shares).tolist()]


def classes_of(values: Values, there: Mask, edges: list[float]) -> Classes:
    """The class of each voxel, 0 for air and up, `UNKNOWN` where there is none."""
    return np.where(there, np.digitize(values, edges), UNKNOWN).astype(np.int8)


def best_shared(first: Classes, second: Classes, *, least_overlap: float) -> Fit | None:
    """The shift at which the classes of the one tell most of those of the other.

    Parameters
    ----------
    first, second
        Classes on grids of one spacing and orientation.
    least_overlap
        Shifts are left out where the images share less than this part of the smaller of the two.

    Returns
    -------
    None where no shift has enough overlap. `correlation` is the entropy correlation coefficient, 2 I / (H1 + H2): 0
    where the one tells nothing of the other, 1 where it tells all.
    """
    import scipy.fft as fft

    full = [a + b - 1 for a, b in zip(first.shape, second.shape, strict=True)]
    size = [fft.next_fast_len(n, real=True) for n in full]

    def spectra(classes: Classes) -> list[NDArray[Any]]:
        kinds = range(int(classes.max(initial=0)) + 1)
        return [np.asarray(fft.rfftn((classes == c).astype(np.float32), size, workers=_WORKERS)) for c in kinds]

    ours, theirs = [x.conj() for x in spectra(first)], spectra(second)
    count = np.zeros(size, np.float32)
    joint_sum = np.zeros(size, np.float32)
    of_second = [np.zeros(size, np.float32) for _ in theirs]
    apart = np.zeros(size, np.float32)
    for mine in ours:
        of_first = np.zeros(size, np.float32)
        for n, other in enumerate(theirs):
            both = np.maximum(np.rint(fft.irfftn(mine * other, size, workers=_WORKERS)), 0).astype(np.float32)
            joint_sum += _weighed(both)
            of_first += both
            of_second[n] += both
        apart += _weighed(of_first)
        count += of_first
    for total in of_second:
        apart += _weighed(total)
    smaller = min(int((first != UNKNOWN).sum()), int((second != UNKNOWN).sum()))
    allowed = count >= max(least_overlap * smaller, 1)
    if not allowed.any():
        return None
    # with n log n in place of p log p: H1 + H2 = 2 log N - apart / N, and H12 = log N - joint / N
    known = np.maximum(count, 1)
    alone = 2 * np.log(known) - apart / known
    together = np.log(known) - joint_sum / known
    shared = np.where(alone > _SURE, 2 * (alone - together) / np.maximum(alone, _SURE), 0.0)
    at = np.unravel_index(int(np.where(allowed, shared, -1.0).argmax()), shared.shape)
    z, y, x = (int(shifts_of(n, m)[i]) for n, m, i in zip(size, second.shape, at, strict=True))
    return Fit((z, y, x), float(shared[at]), float(count[at]) / max(int((first != UNKNOWN).sum()), 1))


def _weighed(counts: NDArray[np.float32]) -> NDArray[np.float32]:
    return counts * np.log(np.maximum(counts, 1))
