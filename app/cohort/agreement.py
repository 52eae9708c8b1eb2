"""Whether readers of the same cases agree: on categories, on sums, and which cases want adjudication."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Literal, NamedTuple

from app.cohort.cohort import Cohort
from app.cohort.collection import garbage_left_alone
from app.cohort.rows import SCOPES, EndpointRow, Nearest
from app.statistics.agreement import Coefficient, cohen_kappa, fleiss_kappa, gwet_ac
from app.statistics.estimates import Proportion, proportion
from app.statistics.reliability import BlandAltman, IntraclassCorrelation, bland_altman, intraclass_correlation
from mrecist.values import Response, Scope

SCALE = tuple(x.value for x in (Response.CR, Response.PR, Response.SD, Response.PD))
"""From best to worst: by the distance on it disagreement is weighted."""

Of = Literal["best", "timepoint"]


class Unit(NamedTuple):
    """What readers agree on or not: the best response of a case, or the response at one of its time points.

    Attributes
    ----------
    case_id, timepoint : str
        `timepoint` is empty where it is the best response.
    responses : tuple of (str or None)
        By reader, in the order of the agreement's readers; None where the reader did not read it.
    baselines_mm, sums_mm, changes_pct : tuple of (float or None)
        The same for baseline sum, sum and change; of the best response: its lowest change, and no sum.
    nearest : tuple of (Nearest or None)
        The least change that would give each reader's response another category.
    """

    case_id: str
    timepoint: str
    responses: tuple[str | None, ...]
    baselines_mm: tuple[float | None, ...]
    sums_mm: tuple[float | None, ...]
    changes_pct: tuple[float | None, ...]
    nearest: tuple[Nearest | None, ...]

    @property
    def agreed(self) -> bool | None:
        """Do all who read it agree? None where fewer than two did."""
        given = set(self.responses)
        if len(given) == 1:
            return None if None in given or len(self.responses) < 2 else True
        given.discard(None)
        if len(given) > 1:
            return False
        return True if len(self.responses) - self.responses.count(None) > 1 else None

    @property
    def by_all(self) -> bool:
        return None not in self.responses


@dataclass(frozen=True, slots=True)
class Pair:
    """Two readers: their table of categories, kappas, and how their sums differ.

    Attributes
    ----------
    first, second : str
    matrix : tuple of tuple of int
        Units by category of the first (rows) and of the second (columns), in the order of `categories`.
    agreed : Proportion
    kappa, linear, quadratic : Coefficient
        Cohen's kappa, unweighted and weighted, over units that both put on the scale from CR to PD.
    off_scale : int
        Units that either called NE, NN or ND: in the matrix and in `agreed`, not in the kappas.
    baseline, followup : BlandAltman
        Differences of their sums in mm, first less second.
    """

    first: str
    second: str
    categories: tuple[str, ...]
    matrix: tuple[tuple[int, ...], ...]
    agreed: Proportion
    kappa: Coefficient
    linear: Coefficient
    quadratic: Coefficient
    off_scale: int
    baseline: BlandAltman
    followup: BlandAltman


@dataclass(frozen=True, slots=True)
class Agreement:
    """All readers of a cohort. The coefficients of several readers are over units that all of them put on the scale.

    Attributes
    ----------
    readers : tuple of str
    units : tuple of Unit
        Every unit that at least two readers read.
    all_agreed : Proportion
        Of the units that all readers read, those on which all agree.
    fleiss, ac1, ac2_linear, ac2_quadratic : Coefficient
    icc_baseline, icc_followup : IntraclassCorrelation
        Over cases that all readers measured.
    """

    readers: tuple[str, ...]
    scope: str
    of: Of
    units: tuple[Unit, ...]
    pairs: tuple[Pair, ...]
    all_agreed: Proportion
    fleiss: Coefficient
    fleiss_quadratic: Coefficient
    ac1: Coefficient
    ac2_linear: Coefficient
    ac2_quadratic: Coefficient
    icc_baseline: IntraclassCorrelation
    icc_followup: IntraclassCorrelation

    @property
    def adjudication(self) -> tuple[Unit, ...]:
        """The units on which readers differ, the widest apart first."""
        apart = [unit for unit in self.units if unit.agreed is False]
        return tuple(sorted(apart, key=lambda u: (-_distance(u), u.case_id, u.timepoint)))


def agreement(cohort: Cohort, scope: Scope = Scope.OVERALL, of: Of = "timepoint") -> Agreement | None:
    """The agreement of all readers of a cohort; None where no case has two.

    Parameters
    ----------
    cohort : Cohort
        A reader with two reads of a case counts with the first.
    scope : Scope
    of : {"timepoint", "best"}
        Responses at each time point, matched by its name, or best responses of cases.
    """
    with garbage_left_alone():
        return _agreement(cohort, scope, of)


def _agreement(cohort: Cohort, scope: Scope, of: Of) -> Agreement | None:
    reads: dict[str, dict[str, EndpointRow]] = {}
    for row in cohort.rows:
        if not row.assessed:
            continue
        reads.setdefault(row.case_id, {}).setdefault(row.reader or row.read_id, row)
    shared = {case: by for case, by in reads.items() if len(by) > 1}
    if not shared:
        return None
    readers = tuple(sorted({reader for by in shared.values() for reader in by}))
    index = SCOPES.index(scope)
    units = tuple(unit for case, by in shared.items() for unit in _units(case, [by.get(r) for r in readers], index, of))
    scale = frozenset(SCALE)
    on_scale = [u.responses for u in units if scale.issuperset(u.responses)]
    full = [u for u in units if u.by_all]
    pairs = tuple(_pair(readers, i, j, units) for i, j in combinations(range(len(readers)), 2))
    return Agreement(
        readers,
        scope.value,
        of,
        tuple(u for u in units if u.agreed is not None),
        pairs,
        proportion(sum(u.agreed is True for u in full), len(full)),
        fleiss_kappa(on_scale, SCALE),
        fleiss_kappa(on_scale, SCALE, "quadratic"),
        gwet_ac(on_scale, SCALE),
        gwet_ac(on_scale, SCALE, "linear"),
        gwet_ac(on_scale, SCALE, "quadratic"),
        intraclass_correlation(_complete([u.baselines_mm for u in _one_a_case(units)])),
        intraclass_correlation(_complete([u.sums_mm for u in units])),
    )


def _units(case: str, rows: Sequence[EndpointRow | None], index: int, of: Of) -> list[Unit]:
    baselines = tuple(None if r is None else r.baseline_mm[index] for r in rows)
    if of == "best":
        # with one follow-up its sum is the sum of the best response
        last = [r.timepoints[-1] if r is not None and r.assessed == 1 else None for r in rows]
        return [
            Unit(
                case,
                "",
                tuple(None if r is None else (r.best[index] or None) for r in rows),
                baselines,
                tuple(None if t is None else t.sums_mm[index] for t in last),
                tuple(None if r is None else r.best_change_pct[index] for r in rows),
                tuple(None if t is None or index != len(SCOPES) - 1 else t.nearest for t in last),
            )
        ]
    found: list[Unit] = []
    named = [{} if r is None else {t.timepoint: t for t in r.timepoints} for r in rows]
    for name in dict.fromkeys([t for by in named for t in by]):
        at = [by.get(name) for by in named]
        found.append(
            Unit(
                case,
                name,
                tuple(None if t is None else (t.responses[index] or None) for t in at),
                baselines,
                tuple(None if t is None else t.sums_mm[index] for t in at),
                tuple(None if t is None else t.changes_pct[index] for t in at),
                tuple(None if t is None or index != len(SCOPES) - 1 else t.nearest for t in at),
            )
        )
    return found


def _pair(readers: Sequence[str], i: int, j: int, units: Sequence[Unit]) -> Pair:
    both = [(u.responses[i], u.responses[j]) for u in units]
    read = [(a, b) for a, b in both if a is not None and b is not None]
    on_scale = [(a, b) for a, b in read if a in SCALE and b in SCALE]
    counted = Counter(read)
    others = sorted({x for pair in read for x in pair} - set(SCALE))
    categories = (*SCALE, *others)
    first, second = [a for a, _ in on_scale], [b for _, b in on_scale]
    return Pair(
        readers[i],
        readers[j],
        categories,
        tuple(tuple(counted[(a, b)] for b in categories) for a in categories),
        proportion(sum(a == b for a, b in read), len(read)),
        cohen_kappa(first, second, SCALE),
        cohen_kappa(first, second, SCALE, "linear"),
        cohen_kappa(first, second, SCALE, "quadratic"),
        len(read) - len(on_scale),
        bland_altman(*_both([(u.baselines_mm[i], u.baselines_mm[j]) for u in _one_a_case(units)])),
        bland_altman(*_both([(u.sums_mm[i], u.sums_mm[j]) for u in units])),
    )


def _one_a_case(units: Sequence[Unit]) -> list[Unit]:
    """The first unit of each case: a baseline sum counts once."""
    first: dict[str, Unit] = {}
    for unit in units:
        first.setdefault(unit.case_id, unit)
    return list(first.values())


def _both(pairs: Sequence[tuple[float | None, float | None]]) -> tuple[list[float], list[float]]:
    known = [(a, b) for a, b in pairs if a is not None and b is not None]
    return [a for a, _ in known], [b for _, b in known]


def _complete(rows: Sequence[tuple[float | None, ...]]) -> list[list[float]]:
    return [[x for x in row if x is not None] for row in rows if None not in row]


def _distance(unit: Unit) -> int:
    places = [SCALE.index(x) for x in unit.responses if x in SCALE]
    return max(places) - min(places) if places else 0
