"""What a case shows up to one time point, and nothing later: lesions, TACE sessions, clinical data, spread."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from typing import TypeVar

from mrecist.case import Case, ClinicalStatus, Examination, Read, TimePoint
from mrecist.course import not_done, scoped_region
from mrecist.decisions.sessions import Change, Session, first_after, judge_change, tace_sessions
from mrecist.lesions import Lesion
from mrecist.liver import CHILD_PUGH_ITEMS, child_pugh_points
from mrecist.nontarget import NonTarget
from mrecist.overall import floors
from mrecist.region import Scoped
from mrecist.results import Assessment, TimePointResponse
from mrecist.rulesets import RuleSet
from mrecist.thresholds import Thresholds
from mrecist.tracks import follow, functional_tests
from mrecist.values import LesionKind, Organ, Region, Response, Scope

T = TypeVar("T")
_NOTHING_RECORDED = ClinicalStatus()
_HIGHEST_POINTS = 3


@dataclass(frozen=True)
class Lookback:
    """A case cut off at one time point. Lesions of the liver are judged by their viable diameters.

    `case` ends at the time point; of its treatments it holds those given before that day. `responses` are those of
    the follow-ups up to the time point, the last being its own; at the baseline there are none.
    """

    case: Case
    read: Read
    responses: tuple[TimePointResponse, ...]
    liver: Scoped
    outside: Scoped
    limits: Thresholds
    floor: Fraction | int
    liver_not_done: tuple[tuple[Examination, ...], ...]
    sessions: tuple[Session, ...]

    @classmethod
    def of(cls, case: Case, assessment: Assessment, ruleset: RuleSet, index: int) -> Lookback:
        """Look back from the time point of this index."""
        day = case.timepoints[index].day
        past = replace(
            case,
            timepoints=case.timepoints[: index + 1],
            treatments=tuple(t for t in case.treatments if t.day < day),
        )
        read = case.read(assessment.read_id) or Read()
        rules = ruleset.with_policy(case.policy)
        rules = replace(rules, target=replace(rules.target, liver_diameter="viable"))
        tracks, tests, count = follow(past, read), functional_tests(past), index + 1
        return cls(
            past,
            read,
            assessment.timepoints[:index],
            scoped_region(tracks, Region.INTRAHEPATIC, count, rules, tests),
            scoped_region(tracks, Region.EXTRAHEPATIC, count, rules, tests),
            rules.thresholds,
            floors(Scope.INTRAHEPATIC, rules.target, 1)[0],
            tuple(not_done(past, tracks)[Scope.INTRAHEPATIC]),
            tace_sessions(past),
        )

    @property
    def index(self) -> int:
        return len(self.case.timepoints) - 1

    @property
    def timepoint(self) -> TimePoint:
        return self.case.timepoints[-1]

    @property
    def clinical(self) -> ClinicalStatus:
        return self.timepoint.clinical or _NOTHING_RECORDED

    @property
    def entry(self) -> int:
        """The index of the last time point before the first session; without a session, the baseline."""
        first = self.sessions[0].before if self.sessions else None
        return 0 if first is None else first

    def name(self, index: int) -> str:
        return self.case.timepoints[index].id

    def clinical_at(self, index: int) -> ClinicalStatus:
        return self.case.timepoints[index].clinical or _NOTHING_RECORDED

    def last_recorded(self, index: int | None, value_of: Callable[[ClinicalStatus], T | None]) -> tuple[T, str] | None:
        """The last recorded value at or before a time point, and the id of the time point that holds it."""
        for i in range(-1 if index is None else index, -1, -1):
            value = value_of(self.clinical_at(i))
            if value is not None:
                return value, self.name(i)
        return None

    def change(self, session: Session, *, earliest: int = 1, latest: int | None = None) -> Change | None:
        """The response of the liver to a session.

        The first time point after the session against the last one before it; None where either is missing.
        """
        after = first_after(self.case, session, earliest=earliest, latest=latest)
        if session.before is None or after is None:
            return None
        return judge_change(
            self.liver,
            session.before,
            after,
            self.limits,
            floor=self.floor,
            not_done=self.liver_not_done[after],
        )

    @property
    def since_first_session(self) -> list[tuple[int, TimePointResponse]]:
        """The follow-ups after the first session, each with its index."""
        day = self.sessions[0].day
        return [(i, r) for i, r in enumerate(self.responses, start=1) if r.day > day]

    # --- spread ----------------------------------------------------------------------------------------------------

    def has_spread(self, index: int) -> bool:
        """Is extrahepatic disease seen? An effusion is, only with positive cytology."""
        found = self.outside
        return (
            any(_is_disease(x.tenths[index], x.is_node, self.limits) for x in found.targets)
            or any(_proves(x, index) for x in found.nontargets)
            or any(x.verdicts[index].counts for x in found.new)
        )

    def has_new_spread(self, index: int) -> bool:
        """Does an extrahepatic lesion count as new that did not before the first session?"""
        return any(x.verdicts[index].counts and not x.verdicts[self.entry].counts for x in self.outside.new)

    def has_vascular_invasion(self, index: int) -> bool:
        """Is a tumour thrombus of a vessel seen, or complete occlusion of the main portal vein recorded?"""
        found = self.liver
        return (
            any(x.tenths[index] for x in found.targets if x.lesion_id in self.vascular)
            or any(_proves(x, index) for x in found.nontargets if x.lesion_id in self.vascular)
            or any(x.verdicts[index].counts for x in found.new if x.lesion.id in self.vascular)
            or self.clinical_at(index).main_pv_occlusion is True
        )

    def vascular_progress(self, index: int) -> bool:
        """Has vascular invasion appeared since the first session, or a thrombus progressed unequivocally?"""
        if not self.has_vascular_invasion(self.entry):
            return self.has_vascular_invasion(index)
        new = [x for x in self.liver.new if x.lesion.id in self.vascular]
        occluded = [self.clinical_at(i).main_pv_occlusion for i in (self.entry, index)]
        return (
            any(x.verdicts[index].counts and not x.verdicts[self.entry].counts for x in new)
            or any(x.responses[index] is Response.PD for x in self.liver.nontargets if x.lesion_id in self.vascular)
            or occluded == [False, True]
        )

    @cached_property
    def vascular(self) -> frozenset[str]:
        """The ids of the lesions that are a tumour thrombus of a vessel."""
        return frozenset(x.id for x in self.read.lesions if is_vascular(x))


def is_vascular(lesion: Lesion) -> bool:
    """Is this a tumour thrombus of a vessel? One of a bile duct is not."""
    return lesion.kind is LesionKind.TUMOUR_THROMBUS and lesion.organ is not Organ.BILE_DUCT


def _is_disease(tenths: int | None, is_node: bool, limits: Thresholds) -> bool:
    return bool(tenths) and not (is_node and tenths is not None and tenths < limits.node_normal)


def _proves(lesion: NonTarget, index: int) -> bool:
    """Is it there, and tumour beyond doubt? A node, and unequivocal progression, are."""
    seen = lesion.responses[index]
    return seen is Response.PD or (seen is Response.NN and (lesion.is_node or lesion.returns[index]))


def child_pugh(clinical: ClinicalStatus) -> int | None:
    """The Child-Pugh score where all five items were recorded."""
    points = child_pugh_points(clinical)
    return sum(points) if len(points) == len(CHILD_PUGH_ITEMS) else None


def child_pugh_bounds(clinical: ClinicalStatus) -> tuple[int, int]:
    """The lowest and the highest Child-Pugh score that the recorded items leave possible."""
    points = child_pugh_points(clinical)
    missing = len(CHILD_PUGH_ITEMS) - len(points)
    return sum(points) + missing, sum(points) + _HIGHEST_POINTS * missing
