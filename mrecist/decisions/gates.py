"""The gates that hold a further TACE: limits of ECOG and liver function that are crossed, and what is not recorded."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import copy
from dataclasses import dataclass
from fractions import Fraction
from operator import attrgetter
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from mrecist.case import ClinicalStatus
from mrecist.filled import Filled
from mrecist.liver import ASCITES_POINTS, CHILD_PUGH_ITEMS, child_pugh_points

if TYPE_CHECKING:
    from mrecist.protocols import Limit

Value = Fraction | int
REQUIRED = ("ecog", *CHILD_PUGH_ITEMS)
"""What has to be recorded before TACE is continued."""


@dataclass(frozen=True, slots=True)
class Gate:
    """One limit that was crossed, in words; `kind` says whether it concerns ECOG or the liver."""

    kind: str
    text: str


class Checked(NamedTuple):
    """Clinical data held against the limits.

    `gates` are the limits crossed; `missing` are those of ECOG and the Child-Pugh items that were not recorded;
    `unrecorded` are all values that a limit wants and that were not. What is not recorded sets no gate.
    """

    gates: tuple[Gate, ...]
    missing: tuple[str, ...]
    unrecorded: tuple[str, ...]


def _child_pugh_at_least(clinical: ClinicalStatus) -> int:
    """The Child-Pugh score, with one point for each item that was not recorded: it can only be higher."""
    points = child_pugh_points(clinical)
    return sum(points) + len(CHILD_PUGH_ITEMS) - len(points)


def _ascites(clinical: ClinicalStatus) -> int | None:
    return None if clinical.ascites is None else ASCITES_POINTS[clinical.ascites]


VALUES: Mapping[str, Callable[[ClinicalStatus], Value | None]] = MappingProxyType(
    {
        "ecog": attrgetter("ecog"),
        "child_pugh_at_least": _child_pugh_at_least,
        "ascites": _ascites,
        "encephalopathy": attrgetter("encephalopathy"),
        "bilirubin_mg_dl": attrgetter("bilirubin_mg_dl"),
        "albumin_g_dl": attrgetter("albumin_g_dl"),
        "inr": attrgetter("inr"),
        "ast_x_uln": attrgetter("ast_x_uln"),
        "alt_x_uln": attrgetter("alt_x_uln"),
        "main_pv_occlusion": attrgetter("main_pv_occlusion"),
        "anc_per_ul": attrgetter("anc_per_ul"),
        "hb_g_dl": attrgetter("hb_g_dl"),
        "platelets_per_ul": attrgetter("platelets_per_ul"),
        "creatinine_x_uln": attrgetter("creatinine_x_uln"),
    }
)
"""What a limit may look at, by name."""

_NOTHING_RECORDED = Checked((), REQUIRED, ())
_required = attrgetter(*REQUIRED)


class Gatekeeper:
    """Finds the limits that are crossed at a time point, and that were not crossed as badly at baseline.

    A limit `above` or `below` is crossed strictly: a value equal to it is within. One `at_least` or `at_most` is not.

    Parameters
    ----------
    limits : sequence of Limit
        Those of the protocol.
    baseline : ClinicalStatus, optional
        A limit that is crossed there already is a deviation at entry; it gates again only where it is worse.
    """

    def __init__(self, limits: tuple[Limit, ...], baseline: ClinicalStatus | None = None) -> None:
        self._checks = [
            (x, VALUES[x.value], -1 if x.is_lower else 1, x.limit.numerator, x.limit.denominator, int(x.is_strict))
            for x in limits
        ]
        self._before = self._crossed_at(baseline)

    def since(self, baseline: ClinicalStatus | None) -> Gatekeeper:
        """One for the same limits, and another baseline."""
        found = copy(self)
        found._before = self._crossed_at(baseline)
        return found

    def _crossed_at(self, baseline: ClinicalStatus | None) -> dict[str, Value]:
        return {} if baseline is None else {limit.text: value for limit, value in self._look(baseline)[0]}

    def check(self, clinical: ClinicalStatus | None) -> Checked:
        """Which limits are crossed, and what was not recorded; without clinical data nothing was."""
        if clinical is None:
            return _NOTHING_RECORDED
        crossed, unrecorded = self._look(clinical)
        gates = []
        for limit, value in crossed:
            before = self._before.get(limit.text)
            if before is None or (value < before if limit.is_lower else value > before):
                shown = _shown(limit.value, value, clinical)
                gates.append(Gate(limit.kind, Filled.of(limit.text, value=shown, limit=_plain(limit.limit))))
        required = _required(clinical)
        missing = [name for name, value in zip(REQUIRED, required, strict=True) if value is None]
        return Checked(tuple(gates), tuple(missing), tuple(unrecorded))

    def _look(self, clinical: ClinicalStatus) -> tuple[list[tuple[Limit, Value]], list[str]]:
        crossed, unrecorded = [], []
        for limit, value_of, sign, over, under, beyond in self._checks:
            value = value_of(clinical)
            if value is None:
                if not limit.when_given:
                    unrecorded.append(limit.value)
                continue
            # exact, and several times faster than the comparison of fractions itself
            numerator, denominator = value.as_integer_ratio()
            if sign * (numerator * under - over * denominator) >= beyond:
                crossed.append((limit, value))
        return crossed, unrecorded


def _shown(name: str, value: Value, clinical: ClinicalStatus) -> str:
    """A Child-Pugh score of which items were not recorded is a least score, and told as such."""
    least = name == "child_pugh_at_least" and len(child_pugh_points(clinical)) < len(CHILD_PUGH_ITEMS)
    return f"≥ {_plain(value)}" if least else _plain(value)


def _plain(value: Value) -> str:
    return f"{float(value):.6g}"
