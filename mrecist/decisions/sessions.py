"""TACE sessions, and the response of the liver to each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TypeVar

from mrecist.case import Case, Examination, TreatmentKind
from mrecist.newlesion import NewLesion, Verdict
from mrecist.nontarget import NonTarget
from mrecist.region import Scoped, judge_scope
from mrecist.target import SumAt, sums
from mrecist.thresholds import Thresholds
from mrecist.values import Response

T = TypeVar("T")
CR, PR, PD = Response.CR, Response.PR, Response.PD
NE, NN, ND = Response.NE, Response.NN, Response.ND
_EARLIER_NEW = {Verdict.NOT_SEEN: CR, Verdict.BENIGN: CR, Verdict.NOT_EVALUABLE: NE}


@dataclass(frozen=True, slots=True)
class Session:
    """One TACE session: every TACE of one day.

    `before` is the index of the last time point before it, one of the same day included (the visit precedes the
    procedure); None where the session precedes the baseline. `next_day` is the day of the next session, if any.
    `lesions` are those treated, None where that was not recorded.
    """

    day: int
    before: int | None
    next_day: int | None
    lesions: frozenset[str] | None


def tace_sessions(case: Case) -> tuple[Session, ...]:
    """The TACE sessions of a case, in order of day."""
    given = [t for t in case.treatments if t.kind is TreatmentKind.TACE]
    days = sorted({t.day for t in given})
    found = []
    for day, next_day in zip(days, [*days[1:], None], strict=False):
        earlier = [i for i, t in enumerate(case.timepoints) if t.day <= day]
        treated = [t.lesions for t in given if t.day == day]
        lesions = frozenset(x for one in treated for x in one) if all(treated) else None
        found.append(Session(day, earlier[-1] if earlier else None, next_day, lesions))
    return tuple(found)


def first_after(case: Case, session: Session, *, earliest: int = 1, latest: int | None = None) -> int | None:
    """The index of the first time point after a session that shows its effect alone, up to the next session's day.

    Parameters
    ----------
    earliest, latest : int
        Least and most days after the session, inclusive.

    Returns
    -------
    int or None
        None where there is no such time point: what two sessions without one between them did cannot be told apart.
    """
    ends = [x for x in (session.next_day, None if latest is None else session.day + latest) if x is not None]
    for index, timepoint in enumerate(case.timepoints):
        if timepoint.day >= session.day + earliest:
            return index if all(timepoint.day <= x for x in ends) else None
    return None


@dataclass(frozen=True, slots=True)
class Change:
    """How the liver changed between two time points, given by index.

    Sums are in tenths of a mm, the earlier one in ``sum.baseline``.
    `response` is ND where nothing viable was there to respond, or to come back. `new` are the lesions that count now
    and did not before.
    """

    before: int
    after: int
    response: Response
    sum: SumAt
    new: tuple[NewLesion, ...]

    @property
    def is_objective(self) -> bool | None:
        """Is this CR or PR? None where the liver was not evaluable, or nothing viable was there to respond."""
        return None if self.response in (NE, ND) else self.response in (CR, PR)

    @property
    def leaves_most(self) -> bool | None:
        """Is more than 50 % of the earlier viable sum left? A partial sum can only prove that it is."""
        return leaves_most(self.sum.total, self.sum.baseline, complete=self.sum.complete)


def leaves_most(total: int | None, before: int | None, *, complete: bool) -> bool | None:
    """Is strictly more than 50 % of an earlier sum left? None where that cannot be told, or there was nothing."""
    if total is None or not before:
        return None
    if 2 * total > before:
        return True
    return False if complete else None


def judge_change(
    liver: Scoped,
    before: int,
    after: int,
    limits: Thresholds,
    *,
    floor: Fraction | int,
    not_done: tuple[Examination, ...] = (),
) -> Change:
    """The response of a region at one time point, had the other been its baseline.

    The same algorithm as for the region's own response: targets by their sum against the sum at `before`, then
    non-targets and new lesions. A lesion that was new and counted by `before` is a non-target here. Targets that are
    0 mm at both have no say; where nothing viable was there at `before`, disease now is PD, as after CR.

    Parameters
    ----------
    liver : Scoped
        The region's lesions, targets by the diameter that is to be compared.
    before, after : int
        Indices of time points.
    limits : Thresholds
    floor : Fraction or int
        Least absolute growth for PD, tenths of a mm.
    not_done : tuple of Examination
        The examinations the region requires that were not done at `after`.
    """
    columns = (before, before, after)
    targets = tuple([replace(t, tenths=_at(t.tenths, columns)) for t in liver.targets])
    at = sums(targets, len(columns), limits)[-1]
    if at.complete and at.gone and at.baseline == 0:
        targets = ()
    known = [x for x in liver.new if x.first_counted is not None and x.first_counted <= before]
    nontargets = [
        replace(n, responses=_at(n.responses, columns), returns=_at(n.returns, columns)) for n in liver.nontargets
    ]
    scoped = Scoped(
        liver.scope,
        liver.prefix,
        targets,
        (*nontargets, *[_as_nontarget(x, columns) for x in known]),
        tuple(
            [
                replace(x, verdicts=_at(x.verdicts, columns), counts=_at(x.counts, columns))
                for x in liver.new
                if x not in known
            ]
        ),
    )
    earlier, judged = judge_scope(scoped, len(columns), limits, floors=[floor] * 3, not_done=[(), (), not_done])
    response = judged.response
    if earlier.response in (CR, ND) and response is not PD and response is not NE:
        response = ND
    return Change(before, after, response, judged.sum, judged.counted)


def _at(values: Sequence[T], columns: Sequence[int]) -> tuple[T, ...]:
    return tuple([values[i] for i in columns])


def _as_nontarget(new: NewLesion, columns: Sequence[int]) -> NonTarget:
    """A lesion that counted as new before: there, gone, or not evaluable."""
    responses = tuple([_EARLIER_NEW.get(new.verdicts[i], NN) for i in columns])
    proves = not new.lesion.is_node
    return NonTarget(new.lesion.id, new.lesion.is_node, responses, tuple([proves and x is NN for x in responses]))
