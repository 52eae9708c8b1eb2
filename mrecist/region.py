"""Response of one scope (a region, or both pooled) at every time point: targets, non-targets, new lesions, coverage."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from mrecist.case import Examination
from mrecist.newlesion import NewLesion
from mrecist.nontarget import NonTarget, judge_nontarget
from mrecist.target import SumAt, Target, judge_target, sums
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


@dataclass(slots=True)
class Judged:
    """Everything that decided one scope's response at one time point; sums in tenths of a mm.

    `not_done` are the examinations the scope requires that are known not to have been done; `pr_index` is where PR
    was reached before, if it is carried forward.
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
    """
    history = sums(scoped.targets, timepoints, limits)
    targets, nontargets, new = scoped.targets, scoped.nontargets, scoped.new
    found: list[Judged] = []
    cr_index: int | None = None
    pr_index: int | None = None
    proved: set[str] = set()
    for index in range(1, timepoints):
        at = history[index]
        target = judge_target(at, limits, floors[index]) if targets else NA
        non_target = judge_nontarget([x.responses[index] for x in nontargets]) if nontargets else NA
        counted = tuple([x for x in new if x.verdicts[index].counts]) if new else ()
        returned = None if cr_index is None else _returned(scoped, index, cr_index, limits, proved)
        response = overall_response(target, non_target, bool(counted))
        carried_from = pr_index if carry_forward and response is SD else None
        if carried_from is not None:
            response = PR
        if returned is not None:
            response = PD
        wanting = response
        if not_done[index]:
            response = NN if response is CR and target is NA else _UNCOVERED.get(response, response)
        if wanting is PR and target is CR and not any([x.responses[index] is NN for x in nontargets]):
            wanting = CR
        found.append(
            Judged(
                index,
                at,
                floors[index],
                target,
                non_target,
                counted,
                returned,
                not_done[index],
                wanting,
                carried_from,
                response,
            )
        )
        if response is CR:
            cr_index = index
            proved.clear()
        if response is PD:
            pr_index = None
        elif response is PR and pr_index is None:
            pr_index = index
    return tuple(found)


def _returned(scoped: Scoped, index: int, cr_index: int, limits: Thresholds, proved: set[str]) -> Returned | None:
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
    """
    nodes, others = [], []
    for target in scoped.targets:
        tenths = target.tenths[index]
        if target.is_node and tenths is not None and tenths >= limits.node_normal:
            nodes.append(target.lesion_id)
        elif not target.is_node and tenths:
            others.append(target.lesion_id)
    for lesion in scoped.nontargets:
        seen = lesion.responses[index]
        if seen is PD:
            proved.add(lesion.lesion_id)
        if lesion.returns[index] or (lesion.lesion_id in proved and seen in (NN, PD)):
            (nodes if lesion.is_node else others).append(lesion.lesion_id)
    if not nodes and not others:
        return None
    return Returned(cr_index, tuple(others + nodes), nodes_only=not others)


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
    thrombus = any(x.lesion.kind is LesionKind.TUMOUR_THROMBUS for x in judged.counted)
    other = any(x.lesion.kind is not LesionKind.TUMOUR_THROMBUS for x in judged.counted)
    if scope is Scope.EXTRAHEPATIC:
        return (("EHG",) if growth else ()) + (("NEH",) if judged.counted else ())
    return (("IHG",) if growth else ()) + (("NIH",) if other else ()) + (("NEH (vascular)",) if thrombus else ())
