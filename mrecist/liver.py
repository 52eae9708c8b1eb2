"""Liver function: Child-Pugh, ALBI, and the gates that hold a further TACE."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from mrecist.case import Ascites, ClinicalStatus
from mrecist.results import LiverFunction

UMOL_PER_MG = Fraction(171, 10)
_ALBUMIN_LOW, _ALBUMIN_HIGH = Fraction(28, 10), Fraction(35, 10)
_INR_LOW, _INR_HIGH = Fraction(17, 10), Fraction(23, 10)
_ASCITES = {Ascites.NONE: 1, Ascites.SLIGHT: 2, Ascites.MODERATE: 3}
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
        points.append(_rising(bilirubin, 2, 3))
    if (albumin := clinical.albumin_g_dl) is not None:
        points.append(4 - _rising(albumin, _ALBUMIN_LOW, _ALBUMIN_HIGH))
    if (inr := clinical.inr) is not None:
        points.append(_rising(inr, _INR_LOW, _INR_HIGH))
    if clinical.ascites is not None:
        points.append(_ASCITES[clinical.ascites])
    if (grade := clinical.encephalopathy) is not None:
        points.append(_rising(grade, 1, 2))
    return tuple(points)


def _rising(value: Fraction | int, two_from: Fraction | int, two_to: Fraction | int) -> int:
    if exceeds(two_from, value):
        return 1
    return 3 if exceeds(value, two_to) else 2


def exceeds(value: Fraction | int, limit: Fraction | int) -> bool:
    """``value > limit``, exact; several times faster than the comparison of fractions itself."""
    return value.numerator * limit.denominator > limit.numerator * value.denominator


def child_pugh_class(score: int) -> str:
    """A 5-6, B 7-9, C 10-15."""
    if score <= 6:
        return "A"
    return "B" if score <= 9 else "C"


def albi_score(bilirubin_mg_dl: Fraction, albumin_g_dl: Fraction) -> float:
    """0.66 log10(bilirubin in umol/L) - 0.085 albumin in g/L (Johnson et al., J Clin Oncol 2015;33:550)."""
    return 0.66 * math.log10(bilirubin_mg_dl * UMOL_PER_MG) - 0.085 * float(albumin_g_dl * 10)


def albi_grade(score: float) -> str:
    """1 up to -2.60, 2 up to -1.39, 3 above."""
    if score <= -2.60:
        return "1"
    return "2" if score <= -1.39 else "3"


def malbi_grade(score: float) -> str:
    """ALBI grade with grade 2 divided at -2.27 into 2a and 2b."""
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


# --- gates -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Gate:
    """One limit that was crossed: what, its value, the limit, and whether it concerns ECOG or the liver."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class _Limit:
    kind: str
    value: Callable[[ClinicalStatus], Fraction | int | None]
    limit: Fraction | int
    text: str
    lower: bool = False

    def crossed(self, clinical: ClinicalStatus) -> Fraction | int | None:
        """The value that crosses the limit (strictly; downwards where it is a lower one), else None."""
        value = self.value(clinical)
        return value if value is not None and self.is_worse(value, self.limit) else None

    def is_worse(self, value: Fraction | int, other: Fraction | int) -> bool:
        return exceeds(other, value) if self.lower else exceeds(value, other)


def _least_child_pugh(clinical: ClinicalStatus) -> int:
    """The Child-Pugh score, with one point for each item that was not recorded: it can only be higher."""
    points = child_pugh_points(clinical)
    return sum(points) + len(CHILD_PUGH_ITEMS) - len(points)


_LIMITS = (
    _Limit("ecog", lambda c: c.ecog, 1, "ECOG {value} is above 1"),
    _Limit("liver", _least_child_pugh, 6, "Child-Pugh {value} is above 6 (class A)"),
    _Limit(
        "liver",
        lambda c: None if c.ascites is None else _ASCITES[c.ascites],
        _ASCITES[Ascites.NONE],
        "ascites is present",
    ),
    _Limit("liver", lambda c: c.encephalopathy, 0, "encephalopathy is of grade {value}"),
    _Limit("liver", lambda c: c.bilirubin_mg_dl, 2, "bilirubin {value} mg/dL is above 2.0"),
    _Limit("liver", lambda c: c.inr, Fraction(17, 10), "INR {value} is above 1.7"),
    _Limit("liver", lambda c: c.ast_x_uln, 5, "AST {value} x ULN is above 5"),
    _Limit("liver", lambda c: c.alt_x_uln, 5, "ALT {value} x ULN is above 5"),
    _Limit(
        "liver",
        lambda c: c.main_pv_occlusion,
        0,
        "the main portal vein is occluded",
    ),
    _Limit("liver", lambda c: c.anc_per_ul, 1500, "ANC {value}/µL is below 1500", lower=True),
    _Limit("liver", lambda c: c.hb_g_dl, 8, "haemoglobin {value} g/dL is below 8", lower=True),
    _Limit("liver", lambda c: c.platelets_per_ul, 50000, "platelets {value}/µL are below 50000", lower=True),
    _Limit("liver", lambda c: c.creatinine_x_uln, Fraction(3, 2), "creatinine {value} x ULN is above 1.5"),
)


class Gatekeeper:
    """Finds the limits that are crossed at a time point, and that were not crossed as badly at baseline.

    ECOG >= 2; Child-Pugh B or worse, ascites or encephalopathy of any grade, bilirubin > 2.0 mg/dL, INR > 1.7,
    AST or ALT > 5 x ULN, main portal vein occluded, ANC < 1500/µL, Hb < 8 g/dL, platelets < 50000/µL, creatinine
    > 1.5 x ULN. A value that was not recorded crosses nothing.

    Notes
    -----
    Source: entry criteria of NCT02311205, used again as a safety gate.
    """

    def __init__(self, baseline: ClinicalStatus | None = None) -> None:
        self._before = [None if baseline is None else limit.crossed(baseline) for limit in _LIMITS]

    def gates(self, clinical: ClinicalStatus | None) -> tuple[Gate, ...]:
        if clinical is None:
            return ()
        found = []
        for limit, before in zip(_LIMITS, self._before, strict=True):
            value = limit.crossed(clinical)
            if value is not None and (before is None or limit.is_worse(value, before)):
                found.append(Gate(limit.kind, limit.text.format(value=_plain(value))))
        return tuple(found)


def missing_for_gate(clinical: ClinicalStatus | None) -> tuple[str, ...]:
    """Which of ECOG and the five Child-Pugh items were not recorded."""
    status = clinical or ClinicalStatus()
    return tuple(name for name in ("ecog", *CHILD_PUGH_ITEMS) if getattr(status, name) is None)


def _plain(value: Fraction | int) -> str:
    return f"{float(value):.6g}"
