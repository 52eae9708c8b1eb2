"""What a series without a liver phase shows, by its description: chest, bone, and the sequences of a liver MR. Pure."""

from __future__ import annotations

import re
from enum import StrEnum

from app.state.record import SeriesRef


class Kind(StrEnum):
    """What a tile of a hanging may ask for beside a phase; the value is the letters of its chip."""

    CHEST = "CHEST"
    DIFFUSION = "DWI"
    ADC = "ADC"
    T2 = "T2"


_START, _END = r"(?<![a-z0-9])", r"(?![a-z0-9])"
_CHEST = re.compile(r"chest|thora|lung(?! ?bas(?:e|is))|흉부|폐", re.IGNORECASE)
"""Lung bases are the upper end of an abdomen."""

_ABDOMEN = re.compile(r"abdom|liver|hepat|복부|간담도|간암|肝|腹", re.IGNORECASE)
_ELSEWHERE = re.compile(
    r"(?<![a-z])(?:head|brain|skull|neck|spine|[ctl]-?spine|pelvis|hip|femur|knee|leg|foot|shoulder|arm|hand|extremity)"
    r"(?![a-z])|bone|osseous|knochen|뇌|두부|경부|척추|골반|뼈|骨|頭|頸",
    re.IGNORECASE,
)

_LUNG = re.compile(r"lung|폐|肺", re.IGNORECASE)
_BONE = re.compile(r"bone|osseous|knochen|뼈|骨", re.IGNORECASE)
_ADC = re.compile(f"{_START}e?adc", re.IGNORECASE)
_DIFFUSION = re.compile(
    rf"{_START}[a-z]*(?:dwi|diff|trace)|{_START}b ?=? ?\d{{2,4}}{_END}|확산|拡散|[弥彌扩擴]散", re.IGNORECASE
)
_T2 = re.compile(
    rf"{_START}(?:fs)?t2(?:wi?|fs|_?tse|-weighted)?(?![*a-z0-9]|[_ -]?(?:star|map))"
    rf"|haste|ss-?f?tse|ssfse|{_START}fr-?fse|blade|propeller",
    re.IGNORECASE,
)
_NO_T2 = re.compile(r"mrcp|thick ?slab|survey|locali[sz]er|scout", re.IGNORECASE)
_B_VALUES = re.compile(rf"{_START}b(?:[ -]?value)? ?=? ?(\d{{1,4}}(?:[ _/-]+\d{{2,4}})*){_END}", re.IGNORECASE)


def is_chest(ref: SeriesRef) -> bool:
    """Whether a series shows the chest, by its description; a series with a liver phase never does."""
    return ref.phase is None and bool(_CHEST.search(ref.description))


def shows_liver(ref: SeriesRef, body_part: str = "") -> bool | None:
    """Whether a series shows the liver, by its phase, its modality, its description and the body part of its header.

    None where they say nothing, or name other parts of the body beside the abdomen.
    """
    if ref.phase is not None:
        return True
    said = f"{ref.description} {body_part}"
    abdomen, elsewhere = bool(_ABDOMEN.search(said)), bool(_CHEST.search(said) or _ELSEWHERE.search(said))
    if abdomen or elsewhere:
        return None if abdomen and elsewhere else abdomen
    return False if ref.modality in ("NM", "PT") else None


def is_for_lung(ref: SeriesRef) -> bool:
    """Whether a series was made for the lung, by its description."""
    return bool(_LUNG.search(ref.description))


def is_for_bone(ref: SeriesRef) -> bool:
    """Whether a series was made for bone, by its description."""
    return ref.phase is None and bool(_BONE.search(ref.description))


def kind_of(ref: SeriesRef) -> Kind | None:
    """What a series without a phase shows; None where its description does not say."""
    if ref.phase is not None:
        return None
    if ref.modality == "MR":
        if _ADC.search(ref.description):
            return Kind.ADC
        if _DIFFUSION.search(ref.description):
            return Kind.DIFFUSION
        if _T2.search(ref.description) and not _NO_T2.search(ref.description):
            return Kind.T2
    return Kind.CHEST if is_chest(ref) else None


def b_value_of(ref: SeriesRef) -> int | None:
    """The highest b value (s/mm²) that the description of a diffusion series names; None where it names none."""
    found = [int(value) for text in _B_VALUES.findall(ref.description) for value in re.findall(r"\d+", text)]
    return max(found, default=None)
