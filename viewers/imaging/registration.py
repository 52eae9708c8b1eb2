"""What a registration of two exams is: where places of one are found in the other, and how far it is to be trusted."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np

from viewers.imaging.catalogue import Series, Vector
from viewers.imaging.demons import Field
from viewers.imaging.rigid import RigidMotion

VERSION = "3"
"""Counts up whenever the same images would be registered otherwise: what was kept before is not used again."""


class About(StrEnum):
    """What a registration is about: what moves with the liver, with the lungs, or with the trunk, which is not moved
    by breath.
    """

    LIVER = "liver"
    LUNGS = "lungs"
    TRUNK = "trunk"


class Status(StrEnum):
    """How far a registration is to be trusted. What failed links nothing and proposes nothing."""

    GOOD = "good"
    DOUBTFUL = "doubtful"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Quality:
    """How well two exams agree after registration.

    Parameters
    ----------
    status
        What follows from the numbers.
    reasons
        One sentence for each number that speaks against it, with the number; empty when it is good.
    residual_mm
        Median distance at which blocks of the organ are found from where they are expected; None where none is.
        It estimates the error of a target, and does not bound it.
    confirmed
        The share of the blocks that are found again near their place, 0 to 1.
    blocks
        How many blocks were looked for.
    overlap
        The share of the organ that lies within the later images, 0 to 1.
    degrees
        How far the body is turned.
    of_body
        Whether the organ was not found, so that all of this is of the whole body.
    """

    status: Status
    reasons: tuple[str, ...]
    residual_mm: float | None
    confirmed: float
    blocks: int
    overlap: float
    degrees: float
    of_body: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Registration:
    """Where what the first exam shows is found in the second, both in patient LPS mm of their own.

    Parameters
    ----------
    about
        What was registered: the mapping holds for what moves with it.
    motion
        The rigid motion of the organ.
    field
        The refinement, on the first exam's side: p is carried to `motion` (p + u(p)); None before it, or where it
        was not taken.
    quality
        How far it is to be trusted, the refinement included.
    """

    about: About
    motion: RigidMotion
    field: Field | None
    quality: Quality

    def carry(self, point: Vector) -> Vector:
        """A place of the first exam as a place of the second."""
        points = np.asarray([point], np.float64)
        return _one(self.motion.carry(points if self.field is None else self.field.carry(points)))

    def back(self, point: Vector) -> Vector | None:
        """A place of the second exam as a place of the first; None where the refinement has no inverse."""
        points = self.motion.back(np.asarray([point], np.float64))
        if self.field is not None:
            points = self.field.back(points)
        return None if np.isnan(points).any() else _one(points)


def cache_key(first: Series, second: Series, about: About) -> str:
    """A name for what is registered: the images, the organ and this version. It tells nothing of a patient."""
    made = hashlib.sha256(f"registration {VERSION} {about}".encode())
    for series in (first, second):
        made.update(f"|{series.uid}|{series.rows}x{series.columns}|".encode())
        for record in series.slices:
            made.update(f"{record.sop_uid},{record.frame},{record.position};".encode())
    return made.hexdigest()


def to_bytes(registration: Registration) -> bytes:
    """A registration as a NumPy archive, to keep."""
    quality, field = registration.quality, registration.field
    arrays: dict[str, Any] = {
        "version": np.array(VERSION),
        "about": np.array(registration.about.value),
        "turn": registration.motion.turn,
        "shift_mm": registration.motion.shift_mm,
        "status": np.array(quality.status.value),
        "reasons": np.array(quality.reasons, np.str_),
        "numbers": np.array(
            [
                np.nan if quality.residual_mm is None else quality.residual_mm,
                quality.confirmed,
                quality.blocks,
                quality.overlap,
                quality.degrees,
                quality.of_body,
            ]
        ),
    }
    if field is not None:
        arrays |= {"displacement_mm": field.displacement_mm.astype(np.float16), "affine": field.affine}
    kept = io.BytesIO()
    np.savez_compressed(kept, **arrays)
    return kept.getvalue()


def from_bytes(kept: bytes) -> Registration | None:
    """What `to_bytes` made; None where it is damaged or of another version."""
    try:
        with np.load(io.BytesIO(kept)) as arrays:
            if str(arrays["version"]) != VERSION:
                return None
            residual, confirmed, blocks, overlap, degrees, of_body = map(float, arrays["numbers"])
            motion = RigidMotion(arrays["turn"].reshape(3, 3), arrays["shift_mm"].reshape(3))
            field = None
            if "displacement_mm" in arrays:
                field = Field(arrays["displacement_mm"].astype(np.float32), arrays["affine"].reshape(4, 4))
            quality = Quality(
                Status(str(arrays["status"])),
                tuple(map(str, arrays["reasons"])),
                None if np.isnan(residual) else residual,
                confirmed,
                int(blocks),
                overlap,
                degrees,
                bool(of_body),
            )
            about = About(str(arrays["about"]))
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        return None
    return Registration(about, motion, field, quality) if _is_sound(motion, field) else None


def _is_sound(motion: RigidMotion, field: Field | None) -> bool:
    rigid = np.allclose(motion.turn @ motion.turn.T, np.eye(3), atol=1e-4) and bool(np.isfinite(motion.shift_mm).all())
    if field is None:
        return rigid
    whole = field.displacement_mm.ndim == 4 and field.displacement_mm.shape[-1] == 3
    return rigid and whole and bool(np.isfinite(field.displacement_mm).all() and np.isfinite(field.affine).all())


def _one(points: Sequence[Sequence[float]] | np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> Vector:
    x, y, z = (float(value) for value in points[0])
    return x, y, z
