"""At baseline: is a non-target larger than a target of its organ? A suggestion, never a rule. Pure; no Qt."""

from __future__ import annotations

from app.models.reading import Reading
from app.words import with_mm
from mrecist.eligibility import organ_of
from mrecist.lesions import Finding, Lesion, Measured, Present
from mrecist.values import Diameter, LesionKind, LesionRole

_CAN_BE_TARGET = (LesionKind.OTHER, LesionKind.LYMPH_NODE)


def larger_nontarget(reading: Reading, lesion: Lesion) -> str:
    """What to say of the selected lesion at baseline; empty where nothing is to be suggested.

    Said of the largest non-target that could be a target and is larger than the smallest target of its organ, and of
    that target. Infiltrative lesions, thrombi, effusions and bone are no targets whatever their size.
    """
    if not reading.at_baseline or lesion.role is LesionRole.NEW:
        return ""
    alike = [(x, size) for x in reading.lesions if organ_of(x) == organ_of(lesion) and (size := _size(reading, x))]
    targets = [pair for pair in alike if pair[0].role is LesionRole.TARGET]
    others = [pair for pair in alike if pair[0].role is LesionRole.NONTARGET and pair[0].kind in _CAN_BE_TARGET]
    if not targets or not others:
        return ""
    (smallest, its), (largest, size) = min(targets, key=lambda x: x[1]), max(others, key=lambda x: x[1])
    if size <= its or lesion.id not in (smallest.id, largest.id):
        return ""
    return (
        f"{largest.id}, {with_mm(size)}, is larger than {smallest.id}, {with_mm(its)}. "
        "Targets are the largest that can be measured again; the choice is yours."
    )


def _size(reading: Reading, lesion: Lesion) -> Diameter | None:
    found: Finding | None = reading.finding(lesion.id, reading.visit_id)
    match found:
        case Measured(diameter=diameter) | Present(diameter=Diameter() as diameter):
            return diameter
        case _:
            return None
