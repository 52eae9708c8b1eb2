"""Which series have no contrast phase of the liver: other weightings, maps, captures, monitoring, other regions."""

from __future__ import annotations

import re
from collections.abc import Sequence

from viewers.imaging.catalogue import Series
from viewers.imaging.derivations import is_projected
from viewers.imaging.phasewords import in_capitals

_START, _END = r"(?<![A-Z0-9])", r"(?![A-Z0-9])"


def _words(words: str) -> re.Pattern[str]:
    return re.compile(f"{_START}(?:{words}){_END}")


_SUBTRACTED = re.compile(
    f"{_START}(?:SUB(?:TR\\w*|S)?(?:[ -]?\\d+)?|SDYN\\w*|S-?E?-?THRIVE){_END}|감산|サブトラクション|差分|[减減]影"
)
_IN_SPACE = _words(r"3D ?VOL\w*")
_CAPTURED = _words(
    r"SCREEN ?(?:SAVES?|SHOTS?|CAPTURES?)|SAVED? ?SCREENS?|CAPTURES?"
    r"|DOSE ?(?:INFO\w*|REPORTS?|SUMMARY|RECORD|PAGE|SR)|REPORTS?|PATIENT PROTOCOL|PROTOCOL PAGE|SUMMARY"
    r"|SNAPSHOTS?|KEY ?IMAGES?|EXAM ?CARD|RDSR|PRESENTATION|SECONDARY CAPTURE|VOLUMETRY|MEASUREMENTS?|INJECTOR"
)
_REPORT = re.compile("剂量|劑量|線量|선량|报告|報告|レポート|보고서|리포트")
_SURVEY = _words(
    r"LOCALI[SZ]ERS?|LOC|SCOUTS?|TOPOGRAMS?|SURVIEWS?|SURVEY|SCANOGRAMS?|SCANO|SCANOSCOPE|PILOT"
    r"|PLAN(?:NING)? SCAN|3 ?-?PL\w*"
    r"|CALIBRATION|CAL|ASSET ?CAL\w*|REF(?:ERENCE)? ?SCAN|SHIM|PRESCAN|TEST ?SCAN|COIL ?\w*SENS\w*"
)
_MONITORED = _words(
    r"(?:PRE ?-?)?MONITOR(?:ING)?|TRACKER|LOCATOR|SMART ?PREP|SURE ?START|(?:TEST|TIMING|CARE|MINI) ?-?BOLUS"
    r"|BOLUS ?-?(?:TRACK\w*|TIMING|TEST|MONITOR\w*|CHASE|PRO)|TRACKING|AUTO ?TRIGGER|REAL ?PREP|BOLUS|ROI"
    r"|TIMING|MRFLUORO|S ?& ?V"
    r"|CARE ?DYNAMIC|TRIGGER SCAN|FLUORO\w*"
)
_INTO_ARTERY = _words(r"CT ?-?HA|CT(?: DURING)? HEPATIC ARTERIOGRA\w*|CT DURING ARTERIAL PORTOGRA\w*")
_CORRECTS_PET = _words(r"(?:CT ?-?)?AC[ -]?CT|CT ?-?AC|(?:CT )?ATT?EN\w* ?CORR?\w*|(?:FOR|CT) AC")
_GUIDES_A_NEEDLE = _words(
    r"I-?(?:SEQUENCE|SEQ|SPIRAL|FLUORO)|SMART ?STEP|ONE ?-?SHOT|CONTINUOUS CT|NEEDLE\w*|BIOPS\w*|PUNCTURE"
)
_SPLIT_BOLUS = _words(r"(?:SPLIT|DUAL|DOUBLE)[ -]?BOLUS")
_MAPPED = _words(
    r"VNC|VUE|VIRTUAL\w*(?: NON\w*| UNENH\w*)?|TNC|IODINE\w*|Z ?EFF\w*|RHO\w*|OVERLAY|MD ?(?:IODINE|WATER)\w*"
    r"|(?:WATER|IODINE|FAT)"
    r" ?-?\(?(?:IODINE|WATER|HAP|CALCIUM)\w*|UNIFORM\w*|PERF\w*|VPCT|CBF|BLOOD ?FLOW|MTT|TTP|KTRANS|COLOU?R ?MAP"
    r"|EFFECTIVE Z"
)
_LUNG = _words(r"LUNGS?|PULM\w*|HRCT|BONE ?(?:WINDOW|PLUS)?|폐|肺")
_DIFFUSION = re.compile(
    _words(r"[A-Z]*DWI\w*|[A-Z]*DIFF\w*|[A-Z]?ADC\w*|TRACEW?|IVIM|B ?=? ?\d{2,4}(?:[ -]\d+)*|EPI").pattern
    + "|확산|拡散|[弥彌]散|[扩擴]散"
)
_T2 = _words(
    r"(?:[FL]S ?)?T2\w*|HASTE\w*|SS-?F?TSE|SSFSE\w*|SSH\w*|S?SH ?TSE|FASE\w*|FR-?FSE\w*|BLADE|PROPELLER|RADAR"
    r"|JET|MULTIVANE|MRCP\w*"
    r"|TRU-?E?-?FI(?:SP)?|TRUE ?FISP|FIESTA\w*|B-?TFE\w*|B-?FFE\w*|BSSFP|BALANCED|(?:TRUE ?)?SSFP|STIR|FLAIR"
    r"|SWI(?!P)\w*|SWAN|SPAIR T2|R2\w*|TSE"
    r"|FSE|HYDRO\w*|THICK ?SLAB|PD\w?"
)
_CHEMICAL_SHIFT = _words(
    r"IN ?(?:[ /&+-]|AND)* ?(?:OUT|OPP?\w*|OP)(?: ?-?PHASE)?|(?:IN|OUT|OPP?\w*)(?:[ -]?OF)?[ -]?PH(?:ASE|S)?"
    r"|IP ?[/&+-]? ?OP|IOP"
    r"|OPPOSED|DUAL ?-?(?:ECHO|FFE|GRE|FLASH|T1)|T1 ?-?DUAL|CHEMICAL[ -]?SHIFT|OPP|IP|OOP|(?<!PRE[ -])(?<!POST[ -])OP"
)
_QUANTITY = _words(
    r"FAT ?-?(?:FRAC\w*|QUANT\w*|MAP)|FF|PDFF|\w*QUANT\w*|IDEAL ?-?IQ\w*|LIVER ?LAB|MULTI ?-?ECHO|Q-?DIXON"
    r"|SCREENING DIXON|MRE|ELASTO\w*"
    r"|MR ?-?TOUCH|STIFF\w*|WAVE|T1 ?-?MAP\w*|MOLLI|MAPPING|R2 ?STAR|IRON|SPECTRO\w*|HISTO"
)
_DIXON_PARTS = _words(r"FAT|F|IP|OP|IN|OUT|INPHASE|OUTPHASE|OPP|OUTP|IN ?-?PH\w*|OP ?-?PH\w*|FAT ?ONLY|FF")
_DIXON_NAME = re.compile(r"DIXON|LAVA[ -]?FLEX|IDEAL|WFS|FLEX", re.IGNORECASE)
_IN_THE_TYPE = {
    "a subtraction": {"SUB", "SUBTRACTION", "SUBTRACT"},
    "a screen capture": {"SCREEN SAVE", "SCREENSAVE", "SCREEN CAPTURE", "DOSE_INFO", "CT_SOM5 PROT", "CT_SOM7 PROT"},
    "diffusion": {"DIFFUSION", "ADC", "TRACEW", "ADC_MAP", "EADC", "DIFFUSION_MAP", "DIFFUSION_ANISO", "CALC_BVALUE"},
    "an in-phase or opposed-phase image": {
        "IP", "OP", "IN_PHASE", "OUT_PHASE", "OPP_PHASE", "OPPOSED", "INPHASE", "OUTPHASE", "OPPOSED_PHASE", "OUTP",
    },
    "a fat image": {"FAT", "F", "FQ"},
    "a map": {
        "FF", "FAT_FRACTION", "FAT_FRAC", "R2_STAR", "R2STAR", "T2_STAR", "T2STAR", "R2", "B0", "B0 MAP",
        "T1 MAP", "T2 MAP",
        "PHASE MAP", "P", "VELOCITY", "PERFUSION", "IODINE", "VNC", "MAT_FRACTIONAL", "MAT_VALUE_BASED",
        "VIRTUAL_NONCONTRAST",
    },
}  # fmt: skip
_SHARP_KERNEL = re.compile(
    r"[BIUH][LRVFP]?[5-8]\d[A-Z]?|LUNG|BONE\w*|EDGE|HD\w*LUNG|DETAIL_LUNG|Y[A-D]?|L|FC(?:5\d|3[01]|8[0-6])"
    r"|B_(?:V?SHARP|LUNG|BONE)\w*"
)
_LONGEST_T1_ECHO_MS = 20.0
"""Spin and gradient echoes of a T1-weighted image of the liver are shorter; those of T2 begin at about 60 ms."""

_ELSEWHERE = _words(
    r"CHEST|THORAX|LUNGS?|PULM\w*|HEAD|BRAIN|SKULL|NECK|SPINE|[CTL]-?SPINE|CARDIAC|HEART|CORONARY|KNEE|BREAST"
    r"|PET|LEGS?"
    r"|RUN ?OFF|EXTREMIT\w*|C?TPA|PE|THORACIC"
)
_ABDOMEN = re.compile(
    _START
    + r"(?:ABD\w*|LIVER\w*|HEPA\w*|UPPER|A/?P|CAP|C/A/P|TAP|PEL\w*|DYNAMIC|LEBER|FOIE|FEGATO|HIGADO|BAUCH|BODY)"
    + _END
    + "|복부|간|腹|肝"
)


def why_no_phase(series: Series) -> str | None:
    """Why a series has no contrast phase of the liver; None when it may have one."""
    if series.modality not in ("CT", "MR"):
        return f"{series.modality or 'an unknown modality'} has no contrast phase"
    if not series.measurable:
        return "no image to judge a phase on (localizer, projection or no geometry)"
    name = in_capitals(series.description)
    projected = is_projected(series.description, series.image_type) or is_projected(series.comments, ())
    kind = (
        _kind_by_name(name)
        or ("a projection or a rendering" if projected else None)
        or _kind_by_type(series)
        or _kind_by_name(in_capitals(series.comments))
    )
    kind = kind or (_kind_of_ct(series, name) if series.modality == "CT" else _kind_of_mr(series, name))
    if kind:
        return f"'{series.description}' is {kind}" if series.description else f"the images are {kind}"
    if _ELSEWHERE.search(name) and not _ABDOMEN.search(name):
        return f"'{series.description}' is not called a liver series"
    place = in_capitals(f"{series.body_part} {series.study_description} {series.protocol}")
    if not _ABDOMEN.search(f"{name} {place}") and _ELSEWHERE.search(place):
        return "the study is of another part of the body"
    return None


def bolus_was_tracked(study: Sequence[Series]) -> bool:
    """True where a CT study holds the tracking of a bolus: contrast was given, whether a header names it or not."""
    return any(one.modality == "CT" and _MONITORED.search(in_capitals(one.description)) for one in study)


def holds_several(series: Series) -> bool:
    """True for a split bolus, whose images show two phases at once."""
    return bool(_SPLIT_BOLUS.search(in_capitals(f"{series.description} {series.protocol}")))


def _kind_by_name(name: str) -> str | None:
    kinds = (
        ("a subtraction of two phases", _SUBTRACTED),
        ("a projection or a rendering", _IN_SPACE),
        ("a capture or a report", _CAPTURED),
        ("a report", _REPORT),
        ("a survey", _SURVEY),
    )
    return next((kind for kind, words in kinds if words.search(name)), None)


def _kind_by_type(series: Series) -> str | None:
    types = {kind.upper().strip() for kind in series.image_type[2:]}
    types |= {kind.rsplit(" ", 1)[-1] for kind in types if kind.startswith("CT_SOM")}
    if "T1" in types and "DERIVED" in series.image_type[:1]:
        return "a map"  # of an original it is how the image is weighted
    return next((kind for kind, names in _IN_THE_TYPE.items() if types & names), None)


def _kind_of_ct(series: Series, name: str) -> str | None:
    if _MONITORED.search(name) and not _SPLIT_BOLUS.search(name):
        return "a test or tracking of the bolus"
    if _GUIDES_A_NEEDLE.search(name):
        return "made to guide a needle"
    if _INTO_ARTERY.search(name):
        return "made with the contrast injected into an artery of the liver"
    if _CORRECTS_PET.search(name):
        return "made to correct a PET for attenuation"
    if _MAPPED.search(name):
        return "a map computed from two energies or from the flow"
    kernel = series.kernel.upper().split("\\")[0].strip()
    if _LUNG.search(name) or _SHARP_KERNEL.fullmatch(kernel):
        return "made for the lung or the bone"
    return None


def _kind_of_mr(series: Series, name: str) -> str | None:
    tags = series.sequence
    if "EP" in tags.pulse.upper().split("\\") or tags.b_value not in ("", "0") or tags.contrast.upper() == "DIFFUSION":
        return "a diffusion or echo-planar image"
    if _DIFFUSION.search(name):
        return "a diffusion image"
    if _QUANTITY.search(name):
        return "a measurement of fat, iron or stiffness"
    if _CHEMICAL_SHIFT.search(name):
        return "an in-phase or opposed-phase image"
    if _MONITORED.search(name):
        return "a tracking of the bolus"
    if (tags.echo_ms or 0.0) > _LONGEST_T1_ECHO_MS or tags.contrast.upper() in ("T2", "T2_STAR", "PROTON_DENSITY"):
        return "not T1-weighted"
    if _T2.search(name) and not re.search(_START + "T1", name):
        return "not T1-weighted"
    if re.match(r" *(?:FAT|(?:IN|OUT|OPP) ?PHASE) *:", series.description, re.IGNORECASE):
        return "no water image"
    if (
        _DIXON_NAME.search(series.description)
        and _DIXON_PARTS.search(name)
        and not re.search("WATER|[ -]W(?![A-Z])", name)
    ):
        return "no water image"
    return None
