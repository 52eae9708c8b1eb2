"""The gates that hold a further TACE: limits of ECOG and liver function that are crossed, and what is not recorded."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from types import MappingProxyType
from typing import TYPE_CHECKING

from mrecist.case import ClinicalStatus
from mrecist.liver import ASCITES_POINTS, CHILD_PUGH_ITEMS, child_pugh_points

if TYPE_CHECKING:
    from mrecist.protocols import Limit

Value = Fraction | int


@dataclass(frozen=True, slots=True)
class Gate:
    """One limit that was crossed, in words; `kind` says whether it concerns ECOG or the liver."""

    kind: str
    text: str


def _child_pugh_at_least(clinical: ClinicalStatus) -> int:
    """The Child-Pugh score, with one point for each item that was not recorded: it can only be higher."""
    points = child_pugh_points(clinical)
    return sum(points) + len(CHILD_PUGH_ITEMS) - len(points)


def _ascites(clinical: ClinicalStatus) -> int | None:
    return None if clinical.ascites is None else ASCITES_POINTS[clinical.ascites]


VALUES: Mapping[str, Callable[[ClinicalStatus], Value | None]] = MappingProxyType(
    {
        "ecog": lambda c: c.ecog,
        "child_pugh_at_least": _child_pugh_at_least,
        "ascites": _ascites,
        "encephalopathy": lambda c: c.encephalopathy,
        "bilirubin_mg_dl": lambda c: c.bilirubin_mg_dl,
        "albumin_g_dl": lambda c: c.albumin_g_dl,
        "inr": lambda c: c.inr,
        "ast_x_uln": lambda c: c.ast_x_uln,
        "alt_x_uln": lambda c: c.alt_x_uln,
        "main_pv_occlusion": lambda c: c.main_pv_occlusion,
        "anc_per_ul": lambda c: c.anc_per_ul,
        "hb_g_dl": lambda c: c.hb_g_dl,
        "platelets_per_ul": lambda c: c.platelets_per_ul,
        "creatinine_x_uln": lambda c: c.creatinine_x_uln,
    }
)
"""What a limit may look at, by name."""


class Gatekeeper:
    """Finds the limits that are crossed at a time point, and that were not crossed as badly at baseline.

    A value that was not recorded crosses nothing. A limit is crossed strictly: a value equal to it is within.

    Parameters
    ----------
    limits : sequence of Limit
        Those of the protocol.
    baseline : ClinicalStatus, optional
        A limit that is crossed there already is a deviation at entry; it gates again only where it is worse.
    """

    def __init__(self, limits: tuple[Limit, ...], baseline: ClinicalStatus | None = None) -> None:
        self._checks = [
            (x, VALUES[x.value], -1 if x.is_lower else 1, x.limit.numerator, x.limit.denominator) for x in limits
        ]
        self._before: dict[Limit, Value] = {} if baseline is None else dict(self._crossed(baseline))

    def gates(self, clinical: ClinicalStatus | None) -> tuple[Gate, ...]:
        if clinical is None:
            return ()
        found = []
        for limit, value in self._crossed(clinical):
            before = self._before.get(limit)
            if before is None or (value < before if limit.is_lower else value > before):
                found.append(Gate(limit.kind, limit.text.format(value=_plain(value), limit=_plain(limit.limit))))
        return tuple(found)

    def _crossed(self, clinical: ClinicalStatus) -> list[tuple[Limit, Value]]:
        found = []
        for limit, value_of, sign, over, under in self._checks:
            value = value_of(clinical)
            # exact, and several times faster than the comparison of fractions itself
            if value is not None and sign * (value.numerator * under - over * value.denominator) > 0:
                found.append((limit, value))
        return found


def missing_for_gate(clinical: ClinicalStatus | None) -> tuple[str, ...]:
    """Which of ECOG and the five Child-Pugh items were not recorded."""
    names = ("ecog", *CHILD_PUGH_ITEMS)
    return names if clinical is None else tuple([name for name in names if getattr(clinical, name) is None])


def _plain(value: Value) -> str:
    return f"{float(value):.6g}"
