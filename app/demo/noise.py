"""The scanners' noise: that of CT, and that of MR."""

from __future__ import annotations

from functools import cached_property

import numpy as np

from app.demo.enhancement import Acquisition
from app.demo.plane import Image

_LIVER_NOISE_HU, _CHEST_NOISE_HU = 9.5, 11.0
_MR_NOISE = 5.0
"""Standard deviation of each channel of the MR, in its units: the liver before contrast has 40 times that."""
_KEPT = 0.8
"""The part of the image's own frequencies that the MR acquires; the rest is filled with zeros."""


def noise_hu(acquisition: Acquisition) -> float:
    """Standard deviation in the middle of the body, in HU."""
    return _CHEST_NOISE_HU if acquisition is Acquisition.CHEST else _LIVER_NOISE_HU


class Noise:
    """Quantum noise with the grain of a reconstruction kernel; the same seed gives the same noise."""

    FRAMES = 24

    def __init__(self, size: int, spacing_mm: float) -> None:
        self._size = size
        self._spacing_mm = spacing_mm

    @cached_property
    def _frames(self) -> Image:
        rng = np.random.default_rng(7)
        n = self._size
        f = np.hypot(np.fft.fftfreq(n)[:, None], np.fft.rfftfreq(n)[None, :]) / self._spacing_mm
        shape = np.sqrt(f + 0.02) * np.exp(-((f / 0.34) ** 2))
        made = np.empty((self.FRAMES, n, n), dtype=np.float32)
        for i in range(self.FRAMES):
            frame = np.fft.irfft2(np.fft.rfft2(rng.standard_normal((n, n))) * shape, s=(n, n))
            made[i] = frame / frame.std()
        return made

    @cached_property
    def _strength(self) -> Image:
        """More noise towards the middle of the body, where fewer photons arrive."""
        line = (np.arange(self._size) - self._size / 2) * self._spacing_mm
        r = np.hypot(line[None, :] / 165.0, line[:, None] / 120.0)
        return np.asarray(0.62 + 0.46 * np.exp(-(r**2) * 1.3), dtype=np.float32)

    def prepare(self) -> None:
        """Make the frames now, before several threads ask for them."""
        _ = self._frames, self._strength

    def draw(self, seed: tuple[int, ...]) -> Image:
        """Noise with a standard deviation of about 1 in the middle, (rows, columns)."""
        rng = np.random.default_rng(seed)
        first, second = rng.choice(self.FRAMES, 2, replace=False)
        shift = rng.integers(0, self._size, 4)
        a = np.roll(self._frames[first], (int(shift[0]), int(shift[1])), (0, 1))
        b = np.roll(self._frames[second], (int(shift[2]), int(shift[3])), (0, 1))
        mixed = (a + b) * np.float32(0.70710678)
        return np.asarray(mixed * self._strength)


class MrNoise:
    """Noise of the two channels of an MR image, which becomes Rician in its magnitude; the same for the same seed."""

    FRAMES = 12

    def __init__(self, size: int) -> None:
        self._size = size

    @cached_property
    def _frames(self) -> Image:
        """White noise in the middle of k-space, and none outside what was acquired."""
        rng = np.random.default_rng(8)
        n = self._size
        held = (np.abs(np.fft.fftfreq(n)) <= _KEPT / 2)[:, None] & (np.fft.rfftfreq(n) <= _KEPT / 2)[None, :]
        made = np.empty((self.FRAMES, n, n), dtype=np.float32)
        for i in range(self.FRAMES):
            frame = np.fft.irfft2(np.fft.rfft2(rng.standard_normal((n, n))) * held, s=(n, n))
            made[i] = frame / frame.std()
        return made

    def prepare(self) -> None:
        """Make the frames now, before several threads ask for them."""
        _ = self._frames

    def magnitude(self, signal: Image, seed: tuple[int, ...]) -> Image:
        """What the scanner shows of a signal: |signal + noise|, the noise complex (Gudbjartsson 1995)."""
        rng = np.random.default_rng(seed)
        real, imaginary = (self._frames[k] for k in rng.choice(self.FRAMES, 2, replace=False))
        by = [int(v) for v in rng.integers(0, self._size, 4)]
        channels = np.roll(real, by[:2], (0, 1)), np.roll(imaginary, by[2:], (0, 1))
        sigma = np.float32(_MR_NOISE)
        return np.asarray(np.hypot(signal + sigma * channels[0], sigma * channels[1]))
