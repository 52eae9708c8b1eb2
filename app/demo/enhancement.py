"""How bright each tissue is in each phase of contrast: in HU on CT, in arbitrary units on MR."""

from __future__ import annotations

from enum import StrEnum
from functools import cache

from app.demo.relaxation import TISSUES


class Part(StrEnum):
    """What is scanned in one go, in one pose: all its series show the same heights."""

    LIVER = "liver"
    CHEST = "chest"
    LIVER_MR = "liver_mr"

    @property
    def acquisitions(self) -> tuple[Acquisition, ...]:
        return _SERIES[self]

    @property
    def modality(self) -> str:
        return "MR" if self is Part.LIVER_MR else "CT"


class Acquisition(StrEnum):
    """The series of one time point."""

    PRE = "pre"
    ARTERIAL = "arterial"
    PORTAL_VENOUS = "portal_venous"
    DELAYED = "delayed"
    CHEST = "chest"
    MR_PRE = "mr_pre"
    MR_ARTERIAL = "mr_arterial"
    MR_PORTAL_VENOUS = "mr_portal_venous"
    MR_HEPATOBILIARY = "mr_hepatobiliary"

    @property
    def part(self) -> Part:
        return next(part for part in Part if self in part.acquisitions)

    @property
    def phase(self) -> str:
        """The phase of contrast, on CT and MR alike, or ``chest``."""
        return self.value.removeprefix("mr_")


_SERIES = {
    Part.LIVER: (Acquisition.PRE, Acquisition.ARTERIAL, Acquisition.PORTAL_VENOUS, Acquisition.DELAYED),
    Part.CHEST: (Acquisition.CHEST,),
    Part.LIVER_MR: (
        Acquisition.MR_PRE,
        Acquisition.MR_ARTERIAL,
        Acquisition.MR_PORTAL_VENOUS,
        Acquisition.MR_HEPATOBILIARY,
    ),
}

_ORDER = (*_SERIES[Part.LIVER], Acquisition.CHEST)
_HU: dict[str, tuple[float, float, float, float, float]] = {
    # pre, arterial (35 s), portal venous (70 s), delayed (180 s), chest (205 s)
    "air": (-1000, -1000, -1000, -1000, -1000),
    "fat": (-104, -103, -101, -101, -102),
    "skin": (20, 30, 40, 40, 35),
    "muscle": (54, 58, 64, 66, 62),
    "bone": (620, 625, 630, 630, 630),
    "marrow": (175, 182, 195, 195, 192),
    "rib marrow": (235, 242, 255, 255, 252),
    "disc": (85, 88, 92, 95, 92),
    "cord": (34, 36, 40, 42, 40),
    "cartilage": (115, 118, 122, 124, 120),
    "liver": (58, 74, 113, 94, 92),
    "spleen": (48, 122, 126, 98, 96),
    "kidney cortex": (33, 188, 196, 158, 152),
    "kidney medulla": (31, 62, 172, 168, 162),
    "urine": (5, 6, 8, 240, 300),
    "pancreas": (42, 108, 96, 78, 100),
    "bowel wall": (40, 82, 88, 76, 85),
    "bowel fluid": (21, 21, 22, 23, 22),
    "bile": (8, 8, 9, 10, 9),
    "artery": (42, 318, 162, 118, 116),
    "portal vein": (41, 118, 182, 120, 117),
    "hepatic vein": (41, 72, 166, 118, 116),
    "cava": (40, 112, 152, 116, 114),
    "lower cava": (40, 62, 152, 116, 114),
    "heart": (42, 225, 158, 115, 114),
    "myocardium": (46, 105, 112, 92, 90),
    "oesophagus": (38, 60, 66, 62, 64),
    "lung": (-862, -860, -858, -858, -862),
    "lung vessel": (30, 110, 90, 70, 100),
    "airway": (-985, -985, -985, -985, -985),
    "gland": (42, 95, 88, 70, 69),
    "tumour": (49, 134, 87, 68, 67),
    "capsule": (50, 80, 112, 116, 100),
    "necrosis": (27, 28, 29, 30, 29),
    "treated": (44, 47, 52, 54, 50),
    "lipiodol": (640, 640, 640, 640, 640),
    "thrombus": (46, 112, 84, 72, 88),
    "lung metastasis": (36, 62, 74, 76, 72),
    "node": (40, 70, 86, 84, 84),
    "table": (120, 120, 120, 120, 120),
    "foam": (-880, -880, -880, -880, -880),
    "plaque": (520, 520, 520, 520, 520),
}


@cache
def brightness_of(tissue: str, acquisitions: tuple[Acquisition, ...]) -> tuple[float, ...]:
    """The mean of a tissue in these acquisitions: HU, or on MR its signal."""
    return tuple(_one(tissue, a) for a in acquisitions)


def _one(tissue: str, acquisition: Acquisition) -> float:
    if acquisition.part is Part.LIVER_MR:
        return TISSUES[tissue].signals()[_SERIES[Part.LIVER_MR].index(acquisition)]
    return _HU[tissue][_ORDER.index(acquisition)]
