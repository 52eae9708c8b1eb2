"""Whether readers of the same cases agree: on categories, on sums, and which cases want adjudication."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Literal, NamedTuple

from app.cohort.cohort import Cohort
from app.cohort.collection import garbage_left_alone
from app.cohort.followups import Nearest, TimePointRow
from app.cohort.rows import SCOPES, EndpointRow
from app.statistics.agreement import Coefficient, cohen_kappa, fleiss_kappa, gwet_ac
from app.statistics.estimates import Proportion, proportion
from app.statistics.reliability import BlandAltman, IntraclassCorrelation, bland_altman, intraclass_correlation
from mrecist.values import Response, Scope

SCALE = tuple(x.value for x in (Response.CR, Response.PR, Response.SD, Response.PD))
"""From best to worst: by the distance on it disagreement is weighted."""

_SCALE = frozenset(SCALE)

Of = Literal["best", "timepoint"]
Responses = tuple[str | None, ...]
Lengths = tuple[float | None, ...]


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
    first : tuple of bool
        Is this the reader's first follow-up, whose nadir is the baseline?
    """

    case_id: str
    timepoint: str
    responses: tuple[str | None, ...]
    baselines_mm: tuple[float | None, ...]
    sums_mm: tuple[float | None, ...]
    changes_pct: tuple[float | None, ...]
    nearest: tuple[Nearest | None, ...]
    first: tuple[bool, ...]


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
    units : int
        How many units at least two readers read.
    adjudication : tuple of Unit
        The units on which readers differ, the widest apart first.
    all_agreed : Proportion
        Of the units that all readers read, those on which all agree.
    fleiss, ac1, ac2_linear, ac2_quadratic : Coefficient
    icc_baseline, icc_followup : IntraclassCorrelation
        Over cases that all readers measured.
    """

    readers: tuple[str, ...]
    scope: str
    of: Of
    units: int
    adjudication: tuple[Unit, ...]
    pairs: tuple[Pair, ...]
    all_agreed: Proportion
    fleiss: Coefficient
    fleiss_quadratic: Coefficient
    ac1: Coefficient
    ac2_linear: Coefficient
    ac2_quadratic: Coefficient
    icc_baseline: IntraclassCorrelation
    icc_followup: IntraclassCorrelation


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
    found = _Found()
    for case, by in shared.items():
        found.add(case, [by.get(r) for r in readers], index, of)
    patterns = Counter(found.responses)
    on_scale = list(Counter({x: n for x, n in patterns.items() if _SCALE.issuperset(x)}).elements())
    full = {x: n for x, n in patterns.items() if None not in x}
    return Agreement(
        readers,
        scope.value,
        of,
        sum(n for x, n in patterns.items() if len(x) - x.count(None) > 1),
        tuple(sorted(found.differing, key=lambda u: (-_distance(u), u.case_id, u.timepoint))),
        tuple(_pair(readers, i, j, patterns, found) for i, j in combinations(range(len(readers)), 2)),
        proportion(sum(n for x, n in full.items() if len(set(x)) == 1), sum(full.values())),
        fleiss_kappa(on_scale, SCALE),
        fleiss_kappa(on_scale, SCALE, "quadratic"),
        gwet_ac(on_scale, SCALE),
        gwet_ac(on_scale, SCALE, "linear"),
        gwet_ac(on_scale, SCALE, "quadratic"),
        intraclass_correlation(_complete(found.baselines)),
        intraclass_correlation(_complete(found.sums)),
    )


class _Found:
    """What readers found, unit by unit; the baseline sums case by case. Only where they differ all of it is kept."""

    def __init__(self) -> None:
        self.responses: list[Responses] = []
        self.sums: list[Lengths] = []
        self.baselines: list[Lengths] = []
        self.differing: list[Unit] = []

    def add(self, case: str, rows: Sequence[EndpointRow | None], index: int, of: Of) -> None:
        baselines = tuple([None if r is None else r.baseline_mm[index] for r in rows])
        self.baselines.append(baselines)
        if of == "best":
            self._add_best(case, rows, index, baselines)
            return
        named = [{} if r is None else {t.timepoint: t for t in r.timepoints} for r in rows]
        for name in dict.fromkeys([t for by in named for t in by]):
            at = [by.get(name) for by in named]
            responses = tuple([None if t is None else t.responses[index] or None for t in at])
            sums = tuple([None if t is None else t.sums_mm[index] for t in at])
            self.responses.append(responses)
            self.sums.append(sums)
            if _differ(responses):
                changes = tuple([None if t is None else t.changes_pct[index] for t in at])
                first = tuple([name == next(iter(by), None) for by in named])
                self.differing.append(Unit(case, name, responses, baselines, sums, changes, _nearest(at, index), first))

    def _add_best(self, case: str, rows: Sequence[EndpointRow | None], index: int, baselines: Lengths) -> None:
        # with one follow-up its sum is the sum of the best response
        last = [r.timepoints[-1] if r is not None and r.assessed == 1 else None for r in rows]
        responses = tuple([None if r is None else r.best[index] or None for r in rows])
        sums = tuple([None if t is None else t.sums_mm[index] for t in last])
        self.responses.append(responses)
        self.sums.append(sums)
        if _differ(responses):
            changes = tuple([None if r is None else r.best_change_pct[index] for r in rows])
            alone = tuple([t is not None for t in last])
            self.differing.append(Unit(case, "", responses, baselines, sums, changes, _nearest(last, index), alone))


def _differ(responses: Responses) -> bool:
    return len({x for x in responses if x is not None}) > 1


def _nearest(at: Sequence[TimePointRow | None], index: int) -> tuple[Nearest | None, ...]:
    """Told of both regions together alone."""
    overall = index == len(SCOPES) - 1
    return tuple([t.nearest if t is not None and overall else None for t in at])


def _pair(readers: Sequence[str], i: int, j: int, patterns: Mapping[Responses, int], found: _Found) -> Pair:
    counted: Counter[tuple[str, str]] = Counter()
    for responses, count in patterns.items():
        first, second = responses[i], responses[j]
        if first is not None and second is not None:
            counted[first, second] += count
    read = counted.total()
    on_scale = list(Counter({x: n for x, n in counted.items() if _SCALE.issuperset(x)}).elements())
    others = sorted({x for pair in counted for x in pair} - _SCALE)
    categories = (*SCALE, *others)
    firsts, seconds = [a for a, _ in on_scale], [b for _, b in on_scale]
    return Pair(
        readers[i],
        readers[j],
        categories,
        tuple(tuple(counted[a, b] for b in categories) for a in categories),
        proportion(sum(n for (a, b), n in counted.items() if a == b), read),
        cohen_kappa(firsts, seconds, SCALE),
        cohen_kappa(firsts, seconds, SCALE, "linear"),
        cohen_kappa(firsts, seconds, SCALE, "quadratic"),
        read - len(on_scale),
        bland_altman(*_both(found.baselines, i, j)),
        bland_altman(*_both(found.sums, i, j)),
    )


def _both(lengths: Sequence[Lengths], i: int, j: int) -> tuple[list[float], list[float]]:
    known = [(x[i], x[j]) for x in lengths if x[i] is not None and x[j] is not None]
    return [a for a, _ in known if a is not None], [b for _, b in known if b is not None]


def _complete(rows: Sequence[Lengths]) -> list[list[float]]:
    return [[x for x in row if x is not None] for row in rows if None not in row]


def _distance(unit: Unit) -> int:
    places = [SCALE.index(x) for x in unit.responses if x in _SCALE]
    return max(places) - min(places) if places else 0
