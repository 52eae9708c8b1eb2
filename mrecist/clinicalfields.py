"""The clinical data of one time point of a case file. Limits only catch values in a wrong unit or of no meaning."""

from __future__ import annotations

import re
from dataclasses import fields as dataclass_fields
from fractions import Fraction

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
_KEYS = frozenset(x.name for x in dataclass_fields(ClinicalStatus))
_ABOVE = re.compile(r">\s*(\d{1,12}(?:\.\d{1,6})?)")
_MOST_MARKER = 10**12


def read_clinical(fields: Fields) -> ClinicalStatus:
    """Clinical data and judgements; what is absent or null is not recorded, never "no"."""
    fields.only(_KEYS)

    def lab(name: str) -> Fraction | None:
        return fields.number(name, 0, _LAB_LIMITS[name], above=True)

    return ClinicalStatus(
        ecog=fields.whole("ecog", 0, 4),
        bilirubin_mg_dl=lab("bilirubin_mg_dl"),
        albumin_g_dl=lab("albumin_g_dl"),
        inr=lab("inr"),
        ascites=fields.choice("ascites", Ascites),
        encephalopathy=fields.whole("encephalopathy", 0, 4),
        ast_x_uln=lab("ast_x_uln"),
        alt_x_uln=lab("alt_x_uln"),
        anc_per_ul=fields.number("anc_per_ul", 0, 1_000_000),
        hb_g_dl=lab("hb_g_dl"),
        platelets_per_ul=fields.number("platelets_per_ul", 0, 10_000_000),
        creatinine_x_uln=lab("creatinine_x_uln"),
        main_pv_occlusion=fields.flag("main_pv_occlusion"),
        labs_day=fields.whole("labs_day", -40_000, 40_000),
        afp_ng_ml=_marker(fields, "afp_ng_ml"),
        pivka_mau_ml=_marker(fields, "pivka_mau_ml"),
        tace_benefit=fields.choice("tace_benefit", Benefit),
        tace_planned=fields.flag("tace_planned"),
        ineligibility_confirmed=fields.choice("ineligibility_confirmed", Ineligibility),
        sorafenib_tolerable=fields.flag("sorafenib_tolerable"),
        clinical_worsening=fields.flag("clinical_worsening"),
        consent_withdrawn=fields.flag("consent_withdrawn"),
    )


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
