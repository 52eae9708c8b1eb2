"""What a lesion moves with between two exams: the liver, the lungs, what breath does not move, or none. Pure."""

from __future__ import annotations

from enum import StrEnum

from mrecist.lesions import Lesion
from mrecist.values import Organ, Region


class Part(StrEnum):
    """A part of the body that is registered by itself; what is registered for one says nothing of another."""

    LIVER = "liver"
    LUNGS = "lungs"
    TRUNK = "trunk"
    OTHER = "other"


_STILL = frozenset((Organ.BONE, Organ.LYMPH_NODE))


def part_of(lesion: Lesion) -> Part:
    """What a lesion moves with.

    Bones, and nodes outside the liver's hilum, are taken to follow the trunk. Adrenals, kidneys, spleen and peritoneum
    breathe, by another way than liver and lungs: they are `OTHER`, as is what has no organ yet.
    """
    if lesion.region is Region.INTRAHEPATIC:
        return Part.LIVER
    if lesion.organ is Organ.LUNG:
        return Part.LUNGS
    return Part.TRUNK if lesion.organ in _STILL else Part.OTHER


def usual_part(region: Region) -> Part:
    """What a view of a region is linked by while no lesion says otherwise."""
    return Part.LIVER if region is Region.INTRAHEPATIC else Part.LUNGS
