"""Names and axes a new lesion gets unless the reader says otherwise."""

from __future__ import annotations

from collections.abc import Iterable

from mrecist.values import Axis, LesionKind, LesionRole, Region


def lesion_prefix(region: Region, role: LesionRole) -> str:
    """IT, ET (targets), INT, ENT (non-targets), IN, EN (new lesions)."""
    place = "I" if region is Region.INTRAHEPATIC else "E"
    match role:
        case LesionRole.TARGET:
            return place + "T"
        case LesionRole.NONTARGET:
            return place + "NT"
        case LesionRole.NEW:
            return place + "N"


def next_lesion_name(taken: Iterable[str], region: Region, role: LesionRole) -> str:
    """The first free name of this region and role, counting from 1; `taken` are the names in use in the read."""
    names, prefix = frozenset(taken), lesion_prefix(region, role)
    number = 1
    while f"{prefix}{number}" in names:
        number += 1
    return f"{prefix}{number}"


def default_axis(region: Region, kind: LesionKind) -> Axis:
    """The diameter that counts: short axis of a node, longest viable diameter in the liver, else the longest."""
    if kind is LesionKind.LYMPH_NODE:
        return Axis.SHORT
    return Axis.VIABLE_LONGEST if region is Region.INTRAHEPATIC else Axis.LONGEST
