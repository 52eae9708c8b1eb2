"""One lesion of one time point of a case file: the lesion itself, and what was found of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from functools import lru_cache
from types import MappingProxyType
from typing import NamedTuple, assert_never

from mrecist.case import RULES_OF_LESION
from mrecist.casefields import Fields
from mrecist.lesions import (
    NOTHING_NOTED,
    Absent,
    Features,
    Finding,
    Lesion,
    Measured,
    Merged,
    Nonviable,
    NotEvaluable,
    Observation,
    Present,
    Split,
    TooSmall,
    UnequivocalProgression,
)
from mrecist.values import (
    Axis,
    Certainty,
    Diameter,
    EarlierAbsence,
    LesionKind,
    LesionRole,
    LocalTreatment,
    Organ,
    Proof,
    Region,
    SeenOn,
    Segment,
)


class Status(StrEnum):
    MEASURED = "measured"
    ABSENT = "absent"
    NONVIABLE = "nonviable"
    TOO_SMALL = "too_small_to_measure"
    PRESENT = "present"
    UNEQUIVOCAL_PD = "unequivocal_pd"
    NOT_EVALUABLE = "not_evaluable"
    MERGED = "merged"
    SPLIT = "split"


STATUS_OF: Mapping[type[Finding], Status] = MappingProxyType(
    {
        Measured: Status.MEASURED,
        Absent: Status.ABSENT,
        Nonviable: Status.NONVIABLE,
        TooSmall: Status.TOO_SMALL,
        Present: Status.PRESENT,
        UnequivocalProgression: Status.UNEQUIVOCAL_PD,
        NotEvaluable: Status.NOT_EVALUABLE,
        Merged: Status.MERGED,
        Split: Status.SPLIT,
    }
)
"""What a finding is called in files and tables."""


class Listed(NamedTuple):
    """A lesion as it is listed; `written` are its fixed attributes as they stand in the file."""

    lesion: Lesion
    written: tuple[object, ...]


_KEYS = frozenset(
    (
        "id",
        "region",
        "role",
        "organ",
        "kind",
        "status",
        "diameter_mm",
        "whole_mm",
        "proof",
        "seen_on",
        "axis",
        "typical_vascular_pattern",
        "certainty",
        "cytology",
        "arterial_enhancement",
        "well_delineated",
        "previously_treated",
        "soft_tissue_mm",
        "segment",
        "override",
        "parent",
        "treated_since",
        "earlier_absence",
    )
)
_INTRAHEPATIC = frozenset((Organ.LIVER, Organ.PORTAL_VEIN, Organ.HEPATIC_VEIN, Organ.BILE_DUCT))
_NODES = frozenset((Organ.LYMPH_NODE, Organ.LYMPH_NODE_PERIPORTAL))


def read_lesion(
    value: object, path: str, faults: list[str], *, baseline: bool, known: Mapping[str, Listed]
) -> tuple[Listed, Observation] | None:
    """The lesion and its observation, or None where something it cannot do without is at fault.

    `known` holds the lesions of earlier time points: where the fixed attributes are written as they were then, the
    lesion is that one.
    """
    fields = Fields.of(value, path, faults, "a lesion")
    if fields is None:
        return None
    values = fields.values
    known_keys, noted = _shape(tuple(values))
    if not known_keys:
        fields.only(_KEYS)
    name = values.get("id")
    # an id that was listed before was looked at then
    before = known.get(name) if isinstance(name, str) else None
    lesion_id = fields.text("id", required=True) if before is None else before.lesion.id
    written = tuple(map(values.get, _FIXED))
    listed: Listed | None
    role: LesionRole | None
    if before is not None and before.written == written:
        listed, role = before, before.lesion.role
    else:
        lesion, role = _lesion(fields, lesion_id)
        listed = None if lesion is None else Listed(lesion, written)
    features = _features(fields) if noted else NOTHING_NOTED
    status = fields.choice("status", Status)
    diameter = fields.diameter("diameter_mm")
    whole = fields.diameter("whole_mm")
    finding = _finding(fields, status, role, diameter, whole, baseline)
    return None if listed is None else (listed, Observation(listed.lesion.id, finding, features))


_SEGMENTS = tuple(x.value for x in Segment if x.numbered is x)
"""The format knows the eight numbered segments."""

_FIXED = ("region", "role", "organ", "kind", "axis", "segment", "parent")


def _lesion(fields: Fields, lesion_id: str | None) -> tuple[Lesion | None, LesionRole | None]:
    """The lesion, and its role, which is told even where something else of the lesion is at fault."""
    region = fields.choice("region", Region, required=True)
    role = fields.choice("role", LesionRole, required=True)
    organ = fields.choice("organ", Organ, required=True)
    kind = fields.choice("kind", LesionKind, required=True)
    axis = fields.choice("axis", Axis)
    segment = fields.word("segment", _SEGMENTS)
    parent = fields.text("parent")
    _check_region(fields, region, organ, kind)
    if lesion_id is None or region is None or role is None or organ is None or kind is None:
        return None, role
    segments = () if segment is None else (Segment(segment),)
    return Lesion(lesion_id, region, role, organ, kind, axis, segments, parent=parent), role


@lru_cache(maxsize=1024)
def _shape(keys: tuple[str, ...]) -> tuple[bool, bool]:
    """Are these keys all known, and is any of them something noted beside the finding? Few sets of keys are written."""
    return _KEYS.issuperset(keys), not _FEATURE_KEYS.isdisjoint(keys)


def _features(fields: Fields) -> Features:
    override, overrides = read_justifications(fields, RULES_OF_LESION, FOR_ALL)
    return Features(
        typical_vascular_pattern=fields.flag("typical_vascular_pattern"),
        certainty=fields.choice("certainty", Certainty),
        cytology=fields.choice("cytology", Proof),
        proof=fields.choice("proof", Proof),
        seen_on=fields.choice("seen_on", SeenOn),
        arterial_enhancement=fields.flag("arterial_enhancement"),
        well_delineated=fields.flag("well_delineated"),
        previously_treated=fields.flag("previously_treated"),
        soft_tissue=fields.diameter("soft_tissue_mm"),
        override=override,
        treated_since=fields.choice("treated_since", LocalTreatment),
        earlier_absence=fields.choice("earlier_absence", EarlierAbsence),
        overrides=overrides,
    )


def read_justifications(
    fields: Fields, rules: Sequence[str], for_all: str = ""
) -> tuple[str, tuple[tuple[str, str], ...]]:
    """What justifies objections: one text for all of them, and texts by rule.

    The file has either a text, or a table of texts by rule, in which the key `for_all`, where there is one, stands for
    every rule that the table does not name.
    """
    by_rule = fields.table("override") if isinstance(fields.values.get("override"), dict) else None
    if by_rule is None:
        return fields.text("override", empty=True) or "", ()
    known = (*rules, for_all) if for_all else rules
    by_rule.only(frozenset(known))
    given = [(name, why) for name in known if (why := by_rule.text(name)) is not None]
    return dict(given).get(for_all, ""), tuple([(rule, why) for rule, why in given if rule != for_all])


FOR_ALL = "all"
"""In a lesion's table of justifications: the reason that was given for all objections, not for a single rule."""


_FEATURE_KEYS = frozenset(
    (
        "typical_vascular_pattern",
        "certainty",
        "cytology",
        "proof",
        "seen_on",
        "arterial_enhancement",
        "well_delineated",
        "previously_treated",
        "soft_tissue_mm",
        "override",
        "treated_since",
        "earlier_absence",
    )
)


def _check_region(fields: Fields, region: Region | None, organ: Organ | None, kind: LesionKind | None) -> None:
    if region is Region.EXTRAHEPATIC and organ is not None and organ in _INTRAHEPATIC:
        fields.fault("region", f"{organ.value} belongs to region 'intra'")
    if region is Region.INTRAHEPATIC and (organ in _NODES or kind is LesionKind.LYMPH_NODE):
        fields.fault("region", "a lymph node belongs to region 'extra'")


def _finding(
    fields: Fields,
    status: Status | None,
    role: LesionRole | None,
    diameter: Diameter | None,
    whole: Diameter | None,
    baseline: bool,
) -> Finding:
    if status is None:
        status = _implied(role, diameter, baseline)
    if baseline and role is LesionRole.TARGET:
        _check_baseline_target(fields, status, diameter)
    if diameter is not None and diameter.tenths and status in _WITHOUT_DIAMETER:
        fields.fault("diameter_mm", f"{diameter} mm contradicts status {status.value!r}")
    match status:
        case Status.MEASURED:
            if diameter is None:
                if fields.values.get("diameter_mm") is None:
                    fields.fault("diameter_mm", "is missing; status 'measured' needs it")
                return NotEvaluable()
            return Measured(diameter, whole)
        case Status.ABSENT:
            return Absent(whole)
        case Status.NONVIABLE:
            return Nonviable(whole)
        case Status.TOO_SMALL:
            return TooSmall(diameter, whole)
        case Status.PRESENT:
            return _JUST_PRESENT if diameter is None and whole is None else Present(diameter, whole)
        case Status.UNEQUIVOCAL_PD:
            return UnequivocalProgression(diameter)
        case Status.NOT_EVALUABLE:
            return NotEvaluable()
        case Status.MERGED:
            return Merged()
        case Status.SPLIT:
            return Split()
        case _:
            assert_never(status)


_JUST_PRESENT = Present()


_WITHOUT_DIAMETER = frozenset((Status.ABSENT, Status.NONVIABLE, Status.NOT_EVALUABLE, Status.MERGED, Status.SPLIT))
_MEASURABLE = frozenset((Status.MEASURED, Status.PRESENT, Status.TOO_SMALL))


def _implied(role: LesionRole | None, diameter: Diameter | None, baseline: bool) -> Status:
    """What a listing without a status says: a diameter was measured; a new or baseline lesion is there."""
    if diameter is not None and role is LesionRole.TARGET:
        return Status.MEASURED
    if diameter is not None or role is LesionRole.NEW or (baseline and role is LesionRole.NONTARGET):
        return Status.PRESENT
    return Status.NOT_EVALUABLE


def _check_baseline_target(fields: Fields, status: Status, diameter: Diameter | None) -> None:
    if fields.values.get("diameter_mm") is not None and diameter is None:
        return
    if status not in _MEASURABLE or (status is Status.PRESENT and diameter is None):
        fields.fault("status", f"{status.value!r}: a target is measured at baseline; it cannot be followed otherwise")
    elif status is not Status.TOO_SMALL and diameter is not None and diameter.tenths == 0:
        fields.fault("diameter_mm", "is 0; a target is measured at baseline")
