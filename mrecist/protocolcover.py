"""Does a decision table answer every situation? Found by its conditions alone, without a patient."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mrecist.protocols import Row

_ONE_OF = (
    ("extrahepatic_pd", "extrahepatic_ne", "extrahepatic_nd", "extrahepatic_controlled"),
    ("benefit_expected", "benefit_denied", "benefit_not_answered"),
    ("systemic_benefit_expected", "systemic_benefit_denied", "systemic_benefit_not_answered"),
    ("resectable", "not_resectable", "resectability_not_answered"),
)
"""Of each of these exactly one holds."""
_IMPLIED = (("benefit_denied", "no_benefit_of_tace"),)
"""Where the first holds, the second does."""


def without_row(table: Sequence[Row]) -> dict[str, bool] | None:
    """A situation in which no row holds, as conditions that hold and that do not; None where there is none.

    Conditions that exclude each other are known as such only where exactly one of them holds. A table that ends with a
    row that holds always answers everything.
    """
    return _walk(table, {})


def _walk(table: Sequence[Row], known: dict[str, bool]) -> dict[str, bool] | None:
    for row in table:
        if any(known.get(condition) is False for condition in row.when):
            continue
        undecided = next((condition for condition in row.when if condition not in known), None)
        if undecided is None:
            return None
        for holds in (True, False):
            found = _walk(table, _told({**known, undecided: holds}))
            if found is not None:
                return found
        return None
    return known


def _told(known: Mapping[str, bool]) -> dict[str, bool]:
    """The same with all that follows from it: what is still undecided may then hold or not, and contradicts nothing."""
    found = dict(known)
    while True:
        more: dict[str, bool] = {}
        for group in _ONE_OF:
            left = [x for x in group if x not in found]
            if any(found.get(x) for x in group):
                more |= dict.fromkeys(left, False)
            elif len(left) == 1:
                more[left[0]] = True
        for one, other in _IMPLIED:
            if found.get(one):
                more[other] = True
            if found.get(other) is False:
                more[one] = False
        if more.items() <= found.items():
            return found
        found |= more
