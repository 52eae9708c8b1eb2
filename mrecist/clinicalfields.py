"""The clinical data of one time point of a case file. Limits only catch values in a wrong unit or of no meaning."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from fractions import Fraction
from types import MappingProxyType
from typing import Any

from mrecist.case import Ascites, Benefit, ClinicalStatus, Ineligibility, Marker
from mrecist.casefields import Fields, as_text

_LAB_LIMITS = {
    "bilirubin_mg_dl": 100,
    "albumin_g_dl": 10,
    "inr": 30,
    "ast_x_uln": 1000,
    "alt_x_uln": 1000,
    "hb_g_dl": 30,
    "creatinine_x_uln": 100,
}
_ABOVE = re.compile(r">\s*(\d{1,12}(?:\.\d{1,6})?)")
_MOST_MARKER = 10**12


def read_clinical(fields: Fields) -> ClinicalStatus:
    """Clinical data and judgements; what is absent or null is not recorded, never "no"."""
    fields.only(_READ.keys())
    written = fields.values
    return ClinicalStatus(**{name: read(fields, name) for name, read in _READ.items() if name in written})


def _marker(fields: Fields, name: str) -> Marker | None:
    """A number, or a text such as ">35000" for a value that the laboratory only gave a lower limit of."""
    value = fields.values.get(name)
    if not isinstance(value, str):
        number = fields.number(name, 0, _MOST_MARKER)
        return None if number is None else Marker(number)
    above = _ABOVE.fullmatch(value.strip())
    if above is None:
        fields.fault(name, f'{as_text(value)} is neither a number nor a text such as ">35000"')
        return None
    return Marker(Fraction(above[1]), above=True)


def _lab(fields: Fields, name: str) -> Fraction | None:
    return fields.number(name, 0, _LAB_LIMITS[name], above=True)


_READ: Mapping[str, Callable[[Fields, str], Any]] = MappingProxyType(
    {
        "ecog": lambda fields, name: fields.whole(name, 0, 4),
        "bilirubin_mg_dl": _lab,
        "albumin_g_dl": _lab,
        "inr": _lab,
        "ascites": lambda fields, name: fields.choice(name, Ascites),
        "encephalopathy": lambda fields, name: fields.whole(name, 0, 4),
        "ast_x_uln": _lab,
        "alt_x_uln": _lab,
        "anc_per_ul": lambda fields, name: fields.number(name, 0, 1_000_000),
        "hb_g_dl": _lab,
        "platelets_per_ul": lambda fields, name: fields.number(name, 0, 10_000_000),
        "creatinine_x_uln": _lab,
        "main_pv_occlusion": Fields.flag,
        "labs_day": lambda fields, name: fields.whole(name, -40_000, 40_000),
        "afp_ng_ml": _marker,
        "pivka_mau_ml": _marker,
        "tace_benefit": lambda fields, name: fields.choice(name, Benefit),
        "tace_planned": Fields.flag,
        "ineligibility_confirmed": lambda fields, name: fields.choice(name, Ineligibility),
        "sorafenib_tolerable": Fields.flag,
        "clinical_worsening": Fields.flag,
        "consent_withdrawn": Fields.flag,
        "resectable": Fields.flag,
        "systemic_benefit": lambda fields, name: fields.choice(name, Benefit),
    }
)
"""How each field of `ClinicalStatus` is read; faults are told in this order."""
