"""In which region a mark lies, by what is known of it, until the reader says otherwise. Pure; no Qt."""

from __future__ import annotations

from dataclasses import dataclass

from app.reading.series_kinds import is_chest, shows_liver
from app.state.record import Record, SeriesRef
from mrecist.values import Organ, Region

_AIR_HU = -400.0
"""Aerated lung lies below this, every soft tissue and fat above it."""

_MOST = 3
"""Of the four sides of a mark so many must agree: a vessel, a rib or the edge of the organ may lie on one."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The values beside a mark, one for each side that is on the image; `hounsfield` where they are HU.

    `body_part` is what the header of its series says was examined; `liver` is mean and SD of the reference liver of the
    same series, where one is known.
    """

    values: tuple[float, ...] = ()
    hounsfield: bool = False
    body_part: str = ""
    liver: tuple[float, float] | None = None


def region_where_marked(series: SeriesRef, beside: Surroundings | None = None) -> Region:
    """The region of a mark; the first of these that holds decides.

    1. Its series has a liver phase: the liver.
    2. Three of its four sides are air: outside the liver.
    3. Three of its four sides have the value of the reference liver of the same series: the liver.
    4. Description and body part of the series name another part of the body, and not the abdomen: outside the liver.
    5. Nothing speaks against it: the liver. That the phase is not known is no sign of another place.
    """
    beside = Surroundings() if beside is None else beside
    if series.phase is not None:
        return Region.INTRAHEPATIC
    if _in_air(beside):
        return Region.EXTRAHEPATIC
    if beside.liver is not None:
        mean, sd = beside.liver
        if sum(abs(value - mean) <= 2 * sd for value in beside.values) >= _MOST:
            return Region.INTRAHEPATIC
    return Region.EXTRAHEPATIC if shows_liver(series, beside.body_part) is False else Region.INTRAHEPATIC


def organ_where_marked(series: SeriesRef, region: Region, beside: Surroundings | None = None) -> Organ:
    """The organ of a mark: the lung where it lies in air or on a chest series, unknown elsewhere outside the liver."""
    if region is Region.INTRAHEPATIC:
        return Organ.LIVER
    body_part = "" if beside is None else beside.body_part
    in_chest = is_chest(series) or body_part.strip().upper() in ("CHEST", "LUNG", "THORAX")
    return Organ.LUNG if in_chest or (beside is not None and _in_air(beside)) else Organ.OTHER


def liver_values(record: Record, read_id: str, series_uid: str) -> tuple[float, float] | None:
    """Mean and SD of the reference liver that was last accepted on a series in a read; None where there is none."""
    kept = (one.assistance for one in reversed(record.assisted) if one.read_id == read_id)
    here = next((one for one in kept if one.automatic_line.series_uid == series_uid), None)
    return None if here is None else (here.reference_mean, here.reference_sd)


def _in_air(beside: Surroundings) -> bool:
    return beside.hounsfield and sum(value < _AIR_HU for value in beside.values) >= _MOST
