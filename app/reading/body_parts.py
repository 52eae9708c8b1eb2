"""What a lesion moves with between two exams, by its organ and by the series it was marked on. Pure; no Qt."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from mrecist.lesions import Lesion
from mrecist.values import Organ, Region


class Part(StrEnum):
    """A part of the body that is registered by itself; what is registered for one says nothing of another.

    `TRUNK` and `SPINE` are what breath does not move, on series of the chest and on those of the liver. What breathes
    by a way of its own is registered nowhere: `OTHER` on the chest, `ABDOMEN` beside the liver.
    """

    LIVER = "liver"
    LUNGS = "lungs"
    TRUNK = "trunk"
    SPINE = "spine"
    OTHER = "other"
    ABDOMEN = "abdomen"


IN_ABDOMEN = frozenset((Part.LIVER, Part.SPINE, Part.ABDOMEN))
"""What is read on series of the liver; the other parts are read on those of the chest."""

CONFIRMED_BY: Mapping[Part, Part] = MappingProxyType(
    {part: Part.LIVER if part in IN_ABDOMEN else Part.LUNGS for part in Part}
)
"""The organ that has to be found again before anything else is carried: spines of two patients are alike."""

CARRIED_BY: Mapping[Part, Part] = MappingProxyType(
    {part: part for part in Part} | {Part.OTHER: Part.TRUNK, Part.ABDOMEN: Part.LIVER}
)
"""What is registered to carry a part; of what has no registration of its own it tells the place and no figure."""

_STILL = frozenset((Organ.BONE, Organ.LYMPH_NODE))


def part_of(lesion: Lesion, in_abdomen: bool = False) -> Part:
    """What a lesion moves with; `in_abdomen`: it was marked on a series of the liver.

    Bones, and nodes outside the liver's hilum, are taken to follow the trunk. Adrenals, kidneys, spleen and peritoneum
    breathe, by another way than liver and lungs, and so may what has no organ yet.
    """
    if lesion.region is Region.INTRAHEPATIC:
        return Part.LIVER
    if lesion.organ in _STILL:
        return Part.SPINE if in_abdomen else Part.TRUNK
    if in_abdomen:
        return Part.ABDOMEN
    return Part.LUNGS if lesion.organ is Organ.LUNG else Part.OTHER


def usual_part(region: Region) -> Part:
    """What a view of a region is linked by while no lesion says otherwise."""
    return Part.LIVER if region is Region.INTRAHEPATIC else Part.LUNGS
