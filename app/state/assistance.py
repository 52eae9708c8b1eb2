"""How an assisted measurement came to be: kept beside the finding that the reader made of it.

Three values of one diameter are told apart: `automatic` (what was proposed before the reader touched anything),
`proposed` (after threshold and reference were changed, if they were), and the finding's own, which is what counts.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from mrecist.lesions import Finding, Measured, Present
from mrecist.values import Diameter, Line, Point

_TOLERANCE = "up to {} mm of the line may cross tissue that does not enhance"
"""Records keep this sentence, and the number is read from it: in other words it would be lost from older records."""
_TOLERATED = re.compile(_TOLERANCE.format(r"(\d+(?:\.\d+)?)"))


@dataclass(frozen=True, slots=True)
class Assistance:
    """A proposal as it was when the reader accepted it.

    Parameters
    ----------
    method
        Name and version of the algorithm.
    start
        The click, or the two ends of the axis that was drawn; patient LPS mm.
    unit
        That of `threshold`, `reference_mean` and `reference_sd`: ``HU``, or empty for values without a unit.
    threshold_sd, threshold
        Standard deviations over the reference mean, and the least value of viable tissue that this gives.
    reference_centre, reference_radius_mm, reference_mean, reference_sd
        The ball of reference liver (LPS mm) and its values; `reference_from` says who placed it: ``proposed``,
        ``moved`` by the reader, or the time point or lesion that it was carried over from.
    automatic, automatic_line
        The viable diameter as first proposed, and its line.
    proposed
        The viable diameter at the threshold and reference that were accepted.
    short_axis, whole
        The short axis across it, and the longest diameter of the whole lesion.
    volume_ml, whole_volume_ml
        None where the slices are no even stack.
    lipiodol_share
        Which part of the whole lesion is covered by oil, 0 to 1; None where values are not HU.
    warnings
        What the algorithm said, in words, and what was allowed to the line where that is not nothing.
    """

    method: str
    start: tuple[Point, ...]
    unit: str
    threshold_sd: float
    threshold: float
    reference_centre: Point
    reference_radius_mm: float
    reference_mean: float
    reference_sd: float
    reference_from: str
    automatic: Diameter
    automatic_line: Line
    proposed: Diameter
    short_axis: Diameter | None
    whole: Diameter | None
    volume_ml: float | None
    whole_volume_ml: float | None
    lipiodol_share: float | None
    warnings: tuple[str, ...]

    def edited_mm(self, finding: Finding) -> float | None:
        """How much longer the finding is than what was proposed last, mm; None where it has no diameter."""
        match finding:
            case Measured(diameter=diameter) | Present(diameter=Diameter() as diameter):
                return (diameter.tenths - self.proposed.tenths) / 10
            case _:
                return None

    @property
    def gap_mm(self) -> float:
        """How much of the line may cross tissue that does not enhance, as the warnings keep it."""
        found = map(_TOLERATED.fullmatch, self.warnings)
        return next((float(match[1]) for match in found if match), 0.0)


def tolerance(gap_mm: float) -> tuple[str, ...]:
    """What was allowed to the line, as `Assistance.warnings` keep it; nothing where it crosses nothing."""
    return (_TOLERANCE.format(f"{gap_mm:g}"),) if gap_mm else ()


@dataclass(frozen=True, slots=True)
class AssistedFinding:
    """The assistance behind one finding of one read."""

    read_id: str
    visit_id: str
    lesion_id: str
    assistance: Assistance

    def is_of(self, read_id: str, visit_id: str, lesion_id: str) -> bool:
        return (self.read_id, self.visit_id, self.lesion_id) == (read_id, visit_id, lesion_id)


Kept = tuple[AssistedFinding, ...]


def after_finding(
    kept: Kept, key: tuple[str, str, str], finding: Finding, assistance: Assistance | None
) -> tuple[AssistedFinding, ...]:
    """What is kept once a finding is recorded.

    A new assistance replaces the old one. Without one the old stays while the lesion is measured on the same image:
    moving an end of the line, or measuring the whole lesion too, leaves known what was proposed.
    """
    others = without(kept, *key)
    if assistance is not None:
        return (*others, AssistedFinding(*key, assistance))
    old = next((one for one in kept if one.is_of(*key)), None)
    lines = finding.evidence if isinstance(finding, (Measured, Present)) else ()
    image = None if old is None else (old.assistance.automatic_line.series_uid, old.assistance.automatic_line.sop_uid)
    if old is not None and any((line.series_uid, line.sop_uid) == image for line in lines):
        return kept
    return others


def without(kept: Kept, read_id: str, visit_id: str, lesion_id: str) -> tuple[AssistedFinding, ...]:
    """Without that of one finding."""
    return tuple(one for one in kept if not one.is_of(read_id, visit_id, lesion_id))


def renamed(kept: Kept, read_id: str, old: str, new: str | None) -> tuple[AssistedFinding, ...]:
    """With a lesion's new name; None where the lesion was taken out."""
    changed = []
    for one in kept:
        if (one.read_id, one.lesion_id) != (read_id, old):
            changed.append(one)
        elif new is not None:
            changed.append(replace(one, lesion_id=new))
    return tuple(changed)
