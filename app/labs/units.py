"""Units of laboratory values, and the exact factors by which they become those of the rules.

Only units whose factor is fixed are known. Those that have none are refused by name and reason, not guessed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from types import MappingProxyType

from app.state.clinical import Analyte

ULN = "× ULN"
_SI = "SI prefixes"
_TWO_WAYS = "multiple of the laboratory's own upper limit"


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit of one analyte.

    Attributes
    ----------
    factor : Fraction or None
        What one unit is in the analyte's canonical unit; None: the value is divided by the laboratory's upper limit.
    source : str
        Where the factor comes from.
    least, most : Fraction or None
        Where there is no factor: the plausible range in this unit.
    """

    text: str
    factor: Fraction | None
    source: str
    least: Fraction | None = None
    most: Fraction | None = None


@dataclass(frozen=True, slots=True)
class AnalyteUnits:
    """An analyte: its name, the attribute of the clinical status, its units (the canonical one first).

    `least` and `most` are in the canonical unit. A value outside is asked about: it may be true, and more often it was
    typed in another unit.
    """

    analyte: Analyte
    name: str
    attribute: str
    units: tuple[Unit, ...]
    least: Fraction
    most: Fraction
    usual: int = 0

    @property
    def canonical(self) -> str:
        return self.units[0].text

    @property
    def usual_unit(self) -> str:
        """The unit in which laboratories report it."""
        return self.units[self.usual].text

    @property
    def relative(self) -> bool:
        """Are the rules about multiples of the upper limit?"""
        return self.canonical == ULN

    def why_refused(self, text: str) -> str:
        """Why a unit that laboratories do use is not read; empty for every other text."""
        return _NO_FACTOR.get((self.analyte, spelling(text)), "")

    def unit(self, text: str) -> Unit | None:
        """The unit of that text, however it is spelt."""
        spelt = spelling(text)
        return next((x for x in self.units if spelling(x.text) == spelt), None)


_ALIASES: Mapping[str, str] = MappingProxyType(
    {
        "iu/l": "u/l",
        "k/ul": "103/ul",
        "thou/ul": "103/ul",
        "/mm3": "/ul",
        "cells/ul": "/ul",
        "103/mm3": "103/ul",
        "g/l": "g/l",
        "micromol/l": "umol/l",
        "mcmol/l": "umol/l",
        "mcg/l": "ug/l",
        "kiu/l": "iu/ml",
        "uln": "xuln",
        "ratio": "",
        "1": "",
    }
)


_NO_FACTOR: Mapping[tuple[Analyte, str], str] = MappingProxyType(
    {
        (Analyte.AFP, "iu/ml"): (
            "AFP in IU/mL has no fixed factor to ng/mL: some makers of assays state 1.21 ng for an IU of the WHO"
            " standard 72/225, weighed material gave 1.28 (doi:10.1016/s0009-9120(80)80010-5); give the ng/mL of"
            " the laboratory"
        ),
        (Analyte.HAEMOGLOBIN, "mmol/l"): (
            "haemoglobin in mmol/L is of the monomer or of the tetramer, four times as much; give g/dL or g/L"
        ),
        (Analyte.PIVKA_II, "ng/ml"): (
            "PIVKA-II in ng/mL has another factor in each assay; give the laboratory's own mAU/mL"
        ),
    }
)
"""Units that laboratories use and that no single factor turns into those of the rules, by their spelling; and why."""


@lru_cache(maxsize=256)
def spelling(text: str) -> str:
    """A unit without its spelling: mu signs, powers, multiplication signs, blanks and capitals."""
    plain = text.strip().lower()
    for written, meant in (
        ("µ", "u"),
        ("μ", "u"),
        ("×", "x"),
        ("*", "x"),
        ("⁹", "9"),
        ("³", "3"),
        ("^", ""),
        (" ", ""),
    ):
        plain = plain.replace(written, meant)
    if plain.startswith("x10"):
        plain = plain[1:]
    return _ALIASES.get(plain, plain)


def _of(
    analyte: Analyte, name: str, attribute: str, least: str, most: str, *units: Unit, usual: int = 0
) -> AnalyteUnits:
    return AnalyteUnits(analyte, name, attribute, units, Fraction(least), Fraction(most), usual)


def _same(text: str) -> Unit:
    return Unit(text, Fraction(1), "the unit of the rules")


def _relative(text: str, least: str, most: str) -> Unit:
    return Unit(text, None, _TWO_WAYS, Fraction(least), Fraction(most))


def _counted(analyte: Analyte, name: str, attribute: str, least: str, most: str) -> AnalyteUnits:
    thousand = Fraction(1000)
    units = (_same("/µL"), Unit("10^9/L", thousand, _SI), Unit("10^3/µL", thousand, _SI))
    return _of(analyte, name, attribute, least, most, *units, usual=1)


ANALYTES: Mapping[Analyte, AnalyteUnits] = MappingProxyType(
    {
        x.analyte: x
        for x in (
            _of(
                Analyte.BILIRUBIN,
                "Bilirubin",
                "bilirubin_mg_dl",
                "0.1",
                "30",
                _same("mg/dL"),
                Unit("µmol/L", Fraction(10, 171), "1 mg/dL = 17.1 µmol/L (molar mass 584.7 g/mol), as ALBI uses it"),
            ),
            _of(
                Analyte.ALBUMIN,
                "Albumin",
                "albumin_g_dl",
                "1",
                "6",
                _same("g/dL"),
                Unit("g/L", Fraction(1, 10), _SI),
            ),
            _of(Analyte.INR, "INR", "inr", "0.5", "10", _same("")),
            _of(
                Analyte.AST, "AST", "ast_x_uln", "0.05", "100", _same(ULN),
                _relative("U/L", "2", "5000"), _relative("µkat/L", "0.03", "85"), usual=1,
            ),
            _of(
                Analyte.ALT, "ALT", "alt_x_uln", "0.05", "100", _same(ULN),
                _relative("U/L", "2", "5000"), _relative("µkat/L", "0.03", "85"), usual=1,
            ),
            _counted(Analyte.PLATELETS, "Platelets", "platelets_per_ul", "5000", "1000000"),
            _counted(Analyte.NEUTROPHILS, "Neutrophils", "anc_per_ul", "100", "100000"),
            _of(
                Analyte.HAEMOGLOBIN,
                "Haemoglobin",
                "hb_g_dl",
                "3",
                "22",
                _same("g/dL"),
                Unit("g/L", Fraction(1, 10), _SI),
            ),
            _of(
                Analyte.CREATININE, "Creatinine", "creatinine_x_uln", "0.1", "20", _same(ULN),
                _relative("mg/dL", "0.1", "25"), _relative("µmol/L", "10", "2200"), usual=1,
            ),
            _of(
                Analyte.AFP,
                "AFP",
                "afp_ng_ml",
                "0",
                "10000000",
                _same("ng/mL"),
                Unit("µg/L", Fraction(1), _SI),
            ),
            _of(
                Analyte.PIVKA_II,
                "PIVKA-II",
                "pivka_mau_ml",
                "0",
                "10000000",
                _same("mAU/mL"),
                Unit("AU/L", Fraction(1), _SI),
                Unit("AU/mL", Fraction(1000), _SI),
            ),
        )
    }
)  # fmt: skip
