"""Response of one scope (a region, or both pooled) at every time point: targets, non-targets, new lesions, coverage."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

from mrecist.case import Examination
from mrecist.newlesion import NewLesion
from mrecist.nontarget import NonTarget, judge_nontarget
from mrecist.target import SumAt, Target, judge_target, sums, total_of
from mrecist.thresholds import Thresholds
from mrecist.values import LesionKind, Response, Scope

CR, PR, SD, PD = Response.CR, Response.PR, Response.SD, Response.PD
NE, NN, ND, NA = Response.NE, Response.NN, Response.ND, Response.NA

_NO_TARGET = {CR: CR, NN: NN, NE: NE, NA: ND}
_UNCOVERED = {CR: PR, ND: NE}


@dataclass(frozen=True, slots=True)
class Scoped:
    """The lesions of one scope. `prefix` begins the rule ids of its reasons: IH, EH, OV, or R11 (in parallel)."""

    scope: Scope
    prefix: str
    targets: tuple[Target, ...]
    nontargets: tuple[NonTarget, ...]
    new: tuple[NewLesion, ...]

    def pooled_with(self, other: Scoped, prefix: str = "OV") -> Scoped:
        return Scoped(
            Scope.OVERALL,
            prefix,
            self.targets + other.targets,
            self.nontargets + other.nontargets,
            self.new + other.new,
        )


@dataclass(frozen=True, slots=True)
class Returned:
    """Disease that is seen again after a complete response of the scope: lesion ids, and whether all are nodes."""

    cr_index: int
    lesions: tuple[str, ...]
    nodes_only: bool


class Reached(NamedTuple):
    """What earlier time points left behind that has a say later on.

    `cr_index` is where the scope was last CR; `proved` are the non-targets that have progressed without doubt since.
    `pr_index` is where PR was reached, with no PD since; told only where a rule set carries PR forward.
    """

    cr_index: int | None = None
    pr_index: int | None = None
    proved: frozenset[str] = frozenset()


@dataclass(slots=True)
class Judged:
    """Everything that decided one scope's response at one time point; sums in tenths of a mm.

    `not_done` are the examinations the scope requires that are known not to have been done; `pr_index` is where PR
    was reached before, if it is carried forward. `reached` is what the time points before, and a progression of
    non-targets at this one, have left behind.
    """

    index: int
    sum: SumAt
    floor: Fraction | int
    target: Response
    non_target: Response
    counted: tuple[NewLesion, ...]
    returned: Returned | None
    not_done: tuple[Examination, ...]
    uncovered_from: Response
    pr_index: int | None
    response: Response
    reached: Reached

    @property
    def covered(self) -> bool:
        return not self.not_done

    @property
    def unevaluated_cr(self) -> bool:
        """Would this be CR, had nothing been left unevaluated?"""
        return self.response is not CR and self.uncovered_from is CR

    @property
    def rests_on_node(self) -> bool:
        """Is a re-grown node the only sign of progression?"""
        return self.returned is not None and self.returned.nodes_only and not self.counted


def overall_response(target: Response, non_target: Response, new_lesion: bool) -> Response:
    """The table of mRECIST and RECIST 1.1 that combines targets, non-targets and new lesions.

    Ordered decision table; the first row that holds decides.

    ====== =========== === ========
    target non-target  new response
    ====== =========== === ========
    PD     any         any PD
    any    PD          any PD
    any    any         yes PD
    CR     CR, none    no  CR
    CR     NN, NE      no  PR
    PR     not PD      no  PR
    SD     not PD      no  SD
    NE     not PD      no  NE
    none   CR          no  CR
    none   NN          no  NN
    none   NE          no  NE
    none   none        no  ND
    ====== =========== === ========

    Notes
    -----
    Sources: Lencioni & Llovet 2010, overall response; Eisenhauer 2009, tables 1 and 2 (rows with NE).
    """
    if non_target is PD or new_lesion:
        return PD
    if target is NA:
        return _NO_TARGET[non_target]
    if target is CR and non_target in (NN, NE):
        return PR
    return target


def judge_scope(
    scoped: Scoped,
    timepoints: int,
    limits: Thresholds,
    *,
    floors: Sequence[Fraction | int],
    not_done: Sequence[tuple[Examination, ...]],
    carry_forward: bool = False,
    history: Sequence[SumAt] | None = None,
) -> tuple[Judged, ...]:
    """Judge a scope at every follow-up, in order; a later time point never changes an earlier one.

    Ordered steps; each may replace the response of the one before.

    ========== ============================================================================ ============
    step       when                                                                         the response
    ========== ============================================================================ ============
    TABLE      always                                                                       that of `overall_response`
    T-CARRIED  SD, PR was reached before and since then no PD; the rule set carries PR      PR
    RE         the scope was CR before, and disease is seen again                           PD
    COV-CR     CR, and a required examination was not done                                  PR; without targets NN
    COV-ND     ND, and a required examination was not done                                  NE
    ========== ============================================================================ ============

    Parameters
    ----------
    scoped : Scoped
    timepoints : int
        Number of time points, baseline included.
    limits : Thresholds
    floors : sequence of Fraction or int, one for each time point
        Least absolute growth for PD, tenths of a mm.
    not_done : sequence of tuple of Examination, one for each time point
        The examinations the scope requires that are known not to have been done. With any, PD stays valid; CR becomes
        PR (NN without targets) and ND becomes NE.
    carry_forward : bool
        Keep PR where neither PR nor PD holds, once PR was reached.
    history : sequence of SumAt, optional
        The sums of the scope at each time point, where they are known.
    """
    if history is None:
        history = sums(scoped.targets, timepoints, limits)
    targets, nontargets, new = scoped.targets, scoped.nontargets, scoped.new
    beside = [judge_nontarget(x) for x in zip(*[n.responses for n in nontargets], strict=True)]
    found: list[Judged] = []
    reached = Reached()
    for index in range(1, timepoints):
        at, floor, wanting = history[index], floors[index], not_done[index]
        target = judge_target(at, limits, floor) if targets else NA
        non_target = beside[index] if nontargets else NA
        counted = tuple([x for x in new if x.counts[index]]) if new else ()
        returned = None
        if reached.cr_index is not None:
            if non_target is PD:
                proved = [x.lesion_id for x in nontargets if x.responses[index] is PD]
                reached = reached._replace(proved=reached.proved.union(proved))
            returned = _returned(scoped, index, reached, limits, [x.tenths[index] for x in targets])
        response = overall_response(target, non_target, bool(counted))
        carried = response is SD and reached.pr_index is not None
        full = _stepped(response, carried=carried, returned=returned is not None)
        response = _as_covered(full, target) if wanting else full
        if full is PR and target is CR and not any([x.responses[index] is NN for x in nontargets]):
            full = CR
        pr_index = reached.pr_index if carried else None
        found.append(
            Judged(
                index, at, floor, target, non_target, counted, returned, wanting, full, pr_index, response, reached
            )
        )  # fmt: skip
        if response is CR:
            reached = Reached(index, reached.pr_index)
        elif response is PD:
            reached = reached._replace(pr_index=None) if reached.pr_index is not None else reached
        elif carry_forward and response is PR and reached.pr_index is None:
            reached = reached._replace(pr_index=index)
    return tuple(found)


def _stepped(response: Response, *, carried: bool, returned: bool) -> Response:
    """The response after the steps T-CARRIED and RE."""
    if returned:
        return PD
    return PR if carried else response


def _as_covered(response: Response, target: Response) -> Response:
    """The response after the steps COV-CR and COV-ND."""
    return NN if response is CR and target is NA else _UNCOVERED.get(response, response)


def response_with(
    judged: Judged, scoped: Scoped, limits: Thresholds, *, tenths: Sequence[int | None] | None = None, counts: bool
) -> Response:
    """The response of the same time point, had its targets other sizes, or did a new lesion count, or none.

    Parameters
    ----------
    judged : Judged
        What was judged of `scoped` in truth; all that came before stays as it was.
    scoped : Scoped
    limits : Thresholds
    tenths : sequence of int or None, optional
        The sizes of the targets, tenths of a mm, None where not evaluable; by default what they were.
    counts : bool
        Does any new lesion count?
    """
    target, returned = judged.target, judged.returned
    if tenths is not None:
        at = judged.sum
        total, complete, gone = total_of(scoped.targets, tenths, limits)
        changed = SumAt(total, complete, gone, at.baseline, at.nadir, at.nadir_index)
        target = judge_target(changed, limits, judged.floor)
        if judged.reached.cr_index is not None:
            returned = _returned(scoped, judged.index, judged.reached, limits, tenths)
    response = overall_response(target, judged.non_target, counts)
    carried = response is SD and judged.reached.pr_index is not None
    response = _stepped(response, carried=carried, returned=returned is not None)
    return _as_covered(response, target) if judged.not_done else response


def _returned(
    scoped: Scoped, index: int, reached: Reached, limits: Thresholds, tenths: Sequence[int | None]
) -> Returned | None:
    """Disease seen again after CR, at any time point until the scope is CR again.

    ================================================== ========================================================
    lesion                                             it shows that disease is back
    ================================================== ========================================================
    target, not a node                                 above 0 mm
    target node                                        short axis >= 10 mm
    non-target, not a node                             present
    non-target node                                    from unequivocal progression on (`proved`), while present
    effusion or ascites without positive cytology      as a non-target node
    ================================================== ========================================================

    `tenths` are the sizes of the targets at this time point.
    """
    nodes, others = [], []
    for target, size in zip(scoped.targets, tenths, strict=True):
        if target.is_node and size is not None and size >= limits.node_normal:
            nodes.append(target.lesion_id)
        elif not target.is_node and size:
            others.append(target.lesion_id)
    for lesion in scoped.nontargets:
        seen = lesion.responses[index]
        if lesion.returns[index] or (lesion.lesion_id in reached.proved and seen in (NN, PD)):
            (nodes if lesion.is_node else others).append(lesion.lesion_id)
    if reached.cr_index is None or not (nodes or others):
        return None
    return Returned(reached.cr_index, tuple(others + nodes), nodes_only=not others)


def patterns(judged: Judged, scope: Scope) -> tuple[str, ...]:
    """Pattern of progression of one region: growth or new, intrahepatic or extrahepatic.

    Every row that holds is given; only with PD.

    ============== ================================================================== ============
    IHG            target PD, non-target PD, or disease again after CR                liver
    NIH            a new lesion counts, not a tumour thrombus                         liver
    NEH (vascular) a new tumour thrombus counts; its region stays intrahepatic        liver
    EHG            target PD, non-target PD, or disease again after CR                outside
    NEH            a new lesion counts                                                outside
    ============== ================================================================== ============

    Notes
    -----
    Source: Reig et al., Hepatology 2013;58:2023.
    """
    if judged.response is not PD:
        return ()
    growth = judged.target is PD or judged.non_target is PD or judged.returned is not None
    if scope is Scope.EXTRAHEPATIC:
        return (("EHG",) if growth else ()) + (("NEH",) if judged.counted else ())
    thrombus = other = False
    for new in judged.counted:
        if new.lesion.kind is LesionKind.TUMOUR_THROMBUS:
            thrombus = True
        else:
            other = True
    return (("IHG",) if growth else ()) + (("NIH",) if other else ()) + (("NEH (vascular)",) if thrombus else ())
