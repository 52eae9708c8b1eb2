"""The values every rule speaks of: responses, regions, roles, organs, and diameters in exact tenths of a millimetre."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from fractions import Fraction

LONGEST_PLAUSIBLE_MM = 500
_TENTH = Decimal("0.1")


class Response(StrEnum):
    """Response of a region or of a patient; ``NN`` is non-CR/non-PD, ``ND`` no disease, ``NA`` no target."""

    CR = "CR"
    PR = "PR"
    SD = "SD"
    PD = "PD"
    NE = "NE"
    NN = "NN"
    ND = "ND"
    NA = "NA"


class Region(StrEnum):
    """Where a lesion lies; a lesion never changes region."""

    INTRAHEPATIC = "intra"
    EXTRAHEPATIC = "extra"


class Scope(StrEnum):
    """What a response speaks of: one region, or both pooled (``overall``)."""

    INTRAHEPATIC = "intrahepatic"
    EXTRAHEPATIC = "extrahepatic"
    OVERALL = "overall"


class LesionRole(StrEnum):
    TARGET = "target"
    NONTARGET = "nontarget"
    NEW = "new"


class LesionKind(StrEnum):
    OTHER = "other"
    LYMPH_NODE = "lymph_node"
    INFILTRATIVE = "infiltrative"
    TUMOUR_THROMBUS = "tumour_thrombus"
    EFFUSION = "effusion"
    BONE = "bone"


class Organ(StrEnum):
    LIVER = "liver"
    PORTAL_VEIN = "portal_vein"
    HEPATIC_VEIN = "hepatic_vein"
    BILE_DUCT = "bile_duct"
    LUNG = "lung"
    PLEURA = "pleura"
    PERITONEUM = "peritoneum"
    ADRENAL = "adrenal"
    BONE = "bone"
    LYMPH_NODE = "lymph_node"
    LYMPH_NODE_PERIPORTAL = "lymph_node_periportal"
    MUSCLE = "muscle"
    BRAIN = "brain"
    SPLEEN = "spleen"
    KIDNEY = "kidney"
    SKIN = "skin"
    OTHER = "other"


class Axis(StrEnum):
    """Which diameter is counted: longest viable (liver), longest (elsewhere) or short (nodes)."""

    VIABLE_LONGEST = "viable_longest"
    LONGEST = "longest"
    SHORT = "short"


class Segment(StrEnum):
    """Couinaud's liver segments; IV is the fourth where it is not said whether its upper (a) or lower part (b)."""

    I = "I"  # noqa: E741 - the segment's own name
    II = "II"
    III = "III"
    IV = "IV"
    IVA = "IVa"
    IVB = "IVb"
    V = "V"
    VI = "VI"
    VII = "VII"
    VIII = "VIII"

    @property
    def numbered(self) -> Segment:
        """The one of the eight numbered segments that it is, or is a part of."""
        return Segment.IV if self in PARTS_OF_IV else self


PARTS_OF_IV = (Segment.IVA, Segment.IVB)


class Proof(StrEnum):
    """Result of cytology or histology."""

    POSITIVE = "positive"
    NEGATIVE = "negative"


class Certainty(StrEnum):
    """How sure a reader is that a lesion is tumour; ``refuted``: it turned out not to be."""

    EQUIVOCAL = "equivocal"
    UNEQUIVOCAL = "unequivocal"
    REFUTED = "refuted"


class LocalTreatment(StrEnum):
    """A treatment of one lesion by itself."""

    TACE = "tace"
    ABLATION = "ablation"
    RESECTION = "resection"
    RADIATION = "radiation"


class EarlierAbsence(StrEnum):
    """Was it right that a lesion, which is seen again, was gone before?"""

    CONFIRMED = "confirmed"
    MISTAKEN = "mistaken"


class SeenOn(StrEnum):
    """A lesion seen only on a functional examination."""

    PET = "PET"
    BONE_SCAN = "bone_scan"


@dataclass(frozen=True, order=True, slots=True)
class Diameter:
    """A recorded diameter: a whole number of tenths of a millimetre.

    It is rounded once, half up from its decimal text, when it is recorded; nothing after that is rounded before it
    is compared.
    """

    tenths: int

    def __post_init__(self) -> None:
        if not 0 <= self.tenths <= LONGEST_PLAUSIBLE_MM * 10:
            raise ValueError(f"a diameter lies between 0 and {LONGEST_PLAUSIBLE_MM} mm, not {self.tenths / 10} mm")

    @classmethod
    def from_mm(cls, mm: Decimal | float | int | str) -> Diameter:
        """Round a length in mm half up, from its shortest decimal text, to tenths.

        Raises
        ------
        ValueError
            If `mm` is not a finite number between 0 and 500.
        """
        try:
            if type(mm) is int:
                return cls(mm * 10)
            exact = Decimal(str(mm))
            if not exact.is_finite():
                raise ValueError(f"a diameter is a finite number of mm, not {mm}")
            if not 0 <= exact <= LONGEST_PLAUSIBLE_MM:
                raise ValueError(f"a diameter lies between 0 and {LONGEST_PLAUSIBLE_MM} mm, not {mm} mm")
            return cls(int(exact.quantize(_TENTH, rounding=ROUND_HALF_UP).scaleb(1)))
        except ArithmeticError as error:  # a text that is no number, or one out of reach of decimal arithmetic
            raise ValueError(f"a diameter is a number of mm between 0 and {LONGEST_PLAUSIBLE_MM}") from error

    @property
    def mm(self) -> Fraction:
        return Fraction(self.tenths, 10)

    def __str__(self) -> str:
        return f"{self.tenths // 10}.{self.tenths % 10}"


Point = tuple[float, float, float]
"""A place in patient coordinates: left, posterior, superior, in mm."""


@dataclass(frozen=True, slots=True)
class Line:
    """The line a diameter was read from: carried as evidence, never interpreted here.

    `frame` counts from 1 within the image `sop_uid`; `start` and `end` are in patient mm (LPS).
    `slice_thickness_mm` is that of the image, where it is known: it bounds how small a target may be.
    """

    series_uid: str
    sop_uid: str
    frame: int
    frame_of_reference_uid: str | None
    start: Point
    end: Point
    slice_thickness_mm: Fraction | None = None
