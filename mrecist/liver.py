"""Liver function: Child-Pugh and ALBI."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction

from mrecist.case import Ascites, ClinicalStatus


@dataclass(slots=True)
class LiverFunction:
    """Child-Pugh and ALBI at one time point; None where a value they need was not recorded."""

    child_pugh_score: int | None = None
    child_pugh_class: str | None = None
    albi_score: float | None = None
    albi_grade: str | None = None
    malbi_grade: str | None = None


UMOL_PER_MG = Fraction(171, 10)
_BILIRUBIN = ((2, 1), (3, 1))
_ALBUMIN = ((28, 10), (35, 10))
_INR = ((17, 10), (23, 10))
_ENCEPHALOPATHY = ((1, 1), (2, 1))
"""From where on an item has two points, and up to where: both as numerator and denominator, both inclusive."""
ASCITES_POINTS = {Ascites.NONE: 1, Ascites.SLIGHT: 2, Ascites.MODERATE: 3}
CHILD_PUGH_ITEMS = ("bilirubin_mg_dl", "albumin_g_dl", "inr", "ascites", "encephalopathy")


def child_pugh_points(clinical: ClinicalStatus) -> tuple[int, ...]:
    """The points (1-3) of each Child-Pugh item that was recorded.

    ================ ==== ========= ====
    item             1    2         3
    ================ ==== ========= ====
    bilirubin mg/dL  < 2  2-3       > 3
    albumin g/dL     >3.5 2.8-3.5   <2.8
    INR              <1.7 1.7-2.3   >2.3
    ascites          none slight    moderate
    encephalopathy   0    1-2       3-4
    ================ ==== ========= ====
    """
    points = []
    if (bilirubin := clinical.bilirubin_mg_dl) is not None:
        points.append(_rising(bilirubin, *_BILIRUBIN))
    if (albumin := clinical.albumin_g_dl) is not None:
        points.append(4 - _rising(albumin, *_ALBUMIN))
    if (inr := clinical.inr) is not None:
        points.append(_rising(inr, *_INR))
    if clinical.ascites is not None:
        points.append(ASCITES_POINTS[clinical.ascites])
    if (grade := clinical.encephalopathy) is not None:
        points.append(_rising(grade, *_ENCEPHALOPATHY))
    return tuple(points)


def _rising(value: Fraction | int, two_from: tuple[int, int], two_to: tuple[int, int]) -> int:
    # exact, and several times faster than the comparison of fractions itself
    over, under = value.as_integer_ratio()
    least, least_under = two_from
    if over * least_under < least * under:
        return 1
    most, most_under = two_to
    return 3 if over * most_under > most * under else 2


def child_pugh_class(score: int) -> str:
    """The class of a Child-Pugh score.

    ======= =====
    score   class
    ======= =====
    5-6     A
    7-9     B
    10-15   C
    ======= =====
    """
    if score <= 6:
        return "A"
    return "B" if score <= 9 else "C"


def albi_score(bilirubin_mg_dl: Fraction, albumin_g_dl: Fraction) -> float:
    """0.66 log10(bilirubin in umol/L) - 0.085 albumin in g/L (Johnson et al., J Clin Oncol 2015;33:550)."""
    umol_l = (bilirubin_mg_dl.numerator * UMOL_PER_MG.numerator) / (
        bilirubin_mg_dl.denominator * UMOL_PER_MG.denominator
    )
    g_l = (albumin_g_dl.numerator * 10) / albumin_g_dl.denominator
    return 0.66 * math.log10(umol_l) - 0.085 * g_l


def albi_grade(score: float) -> str:
    """The ALBI grade of a score.

    ================ =====
    score            grade
    ================ =====
    <= -2.60         1
    <= -1.39         2
    above            3
    ================ =====
    """
    if score <= -2.60:
        return "1"
    return "2" if score <= -1.39 else "3"


def malbi_grade(score: float) -> str:
    """The modified ALBI grade: grade 2 is divided at -2.27.

    ================ =====
    score            grade
    ================ =====
    <= -2.60         1
    <= -2.27         2a
    <= -1.39         2b
    above            3
    ================ =====
    """
    grade = albi_grade(score)
    if grade != "2":
        return grade
    return "2a" if score <= -2.27 else "2b"


def liver_function(clinical: ClinicalStatus) -> LiverFunction:
    """Child-Pugh where all five items were recorded, ALBI where bilirubin and albumin were; else None."""
    points = child_pugh_points(clinical)
    score = sum(points) if len(points) == len(CHILD_PUGH_ITEMS) else None
    albi = None
    if clinical.bilirubin_mg_dl and clinical.albumin_g_dl is not None:
        albi = albi_score(clinical.bilirubin_mg_dl, clinical.albumin_g_dl)
    return LiverFunction(
        child_pugh_score=score,
        child_pugh_class=None if score is None else child_pugh_class(score),
        albi_score=albi,
        albi_grade=None if albi is None else albi_grade(albi),
        malbi_grade=None if albi is None else malbi_grade(albi),
    )
