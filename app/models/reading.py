"""What the reading screen shows: one record, one read, its assessment, and the time point that is open."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from app.state.record import Record, Visit
from mrecist.case import Read
from mrecist.lesions import (
    Absent,
    Finding,
    Lesion,
    Measured,
    Merged,
    Nonviable,
    NotEvaluable,
    Present,
    Split,
    TooSmall,
    UnequivocalProgression,
)
from mrecist.modality import MODALITY_CHANGE
from mrecist.results import Assessment, Issue, RegionResponse, Severity, TimePointResponse
from mrecist.values import LesionRole, Region

TOO_SMALL_COUNTS_MM = Fraction(5)
_ROLE_ORDER = (LesionRole.TARGET, LesionRole.NONTARGET, LesionRole.NEW)


@dataclass(frozen=True)
class Reading:
    """A view of one read, at one open time point. Nothing here judges: responses come from the assessment.

    `compared_id` is the time point the open one is read against; the one before it unless stated. `blind`: the
    measurements of other time points are hidden, and so is this one's once it is signed.
    """

    record: Record
    read_id: str
    visit_id: str
    assessment: Assessment | None = None
    compared_id: str | None = None
    blind: bool = False

    @property
    def read(self) -> Read:
        return self.record.read(self.read_id) or Read(id=self.read_id)

    @property
    def visit(self) -> Visit | None:
        return self.record.visit(self.visit_id)

    @property
    def visits(self) -> tuple[Visit, ...]:
        """The time points up to the open one: what lies after it does not bear on this reading."""
        ids = [visit.id for visit in self.record.visits]
        return self.record.visits[: ids.index(self.visit_id) + 1] if self.visit_id in ids else ()

    @property
    def baseline_id(self) -> str | None:
        return self.record.visits[0].id if self.record.visits else None

    @property
    def at_baseline(self) -> bool:
        return self.visit_id == self.baseline_id

    @property
    def prior_id(self) -> str | None:
        if self.compared_id is not None:
            return self.compared_id
        return self.visits[-2].id if len(self.visits) > 1 else None

    @property
    def response(self) -> TimePointResponse | None:
        return None if self.assessment is None else self.assessment.timepoint(self.visit_id)

    @property
    def signed(self) -> bool:
        return self.record.is_signed(self.read_id, self.visit_id)

    @property
    def next_to_sign(self) -> str:
        """The time point that is read next: the first unsigned one after this, else before it; empty where none is."""
        ids = [visit.id for visit in self.record.assessed_visits]
        at = ids.index(self.visit_id) + 1 if self.visit_id in ids else 0
        return next((x for x in ids[at:] + ids[:at] if not self.record.is_signed(self.read_id, x)), "")

    def lesions_of(self, region: Region) -> tuple[Lesion, ...]:
        """The lesions of a region: targets, then non-targets, then new ones, each in the order of the read.

        The fragments of a lesion follow it.
        """
        here = [lesion for lesion in self.read.lesions if lesion.region is region and self._known_by_now(lesion)]
        whole = sorted((x for x in here if x.parent is None), key=lambda lesion: _ROLE_ORDER.index(lesion.role))
        return tuple(one for lesion in whole for one in (lesion, *(x for x in here if x.parent == lesion.id)))

    def fragments(self, lesion_id: str) -> tuple[Lesion, ...]:
        """The fragments that a lesion came apart into, in the order of the read."""
        return tuple(x for x in self.read.lesions if x.parent == lesion_id)

    def is_split(self, lesion_id: str, visit_id: str) -> bool:
        return isinstance(self._found(lesion_id, visit_id), Split)

    def counted_mm(self, lesion: Lesion, visit_id: str) -> Fraction | None:
        """What a target adds to its sum at a time point, in mm, with its fragments where it is split."""
        if not self.is_split(lesion.id, visit_id):
            return counted_mm(self.finding(lesion.id, visit_id))
        parts = [counted_mm(self.finding(x.id, visit_id)) for x in self.fragments(lesion.id)]
        known = [x for x in parts if x is not None]
        return sum(known, Fraction(0)) if known and len(known) == len(parts) else None

    @property
    def lesions(self) -> tuple[Lesion, ...]:
        return self.lesions_of(Region.INTRAHEPATIC) + self.lesions_of(Region.EXTRAHEPATIC)

    def finding(self, lesion_id: str, visit_id: str) -> Finding | None:
        """What was found, as far as it may be seen."""
        return None if self.blind and (visit_id != self.visit_id or self.signed) else self._found(lesion_id, visit_id)

    def _found(self, lesion_id: str, visit_id: str) -> Finding | None:
        observation = self.read.observation(visit_id, lesion_id)
        return None if observation is None else observation.finding

    def to_do(self, region: Region | None = None) -> tuple[str, ...]:
        """Names of the lesions that have no finding at the open time point; fragments, where their lesion is split."""
        lesions = self.lesions if region is None else self.lesions_of(region)
        return tuple(
            x.id
            for x in lesions
            if self._found(x.id, self.visit_id) is None and (x.parent is None or self.is_split(x.parent, self.visit_id))
        )

    @property
    def issues(self) -> tuple[Issue, ...]:
        """What conformance finds at the open time point."""
        if self.assessment is None:
            return ()
        at = self.assessment.baseline if self.at_baseline else self.response
        return () if at is None else at.issues

    def to_resolve(self) -> frozenset[str]:
        """Names of the lesions that do not conform at the open time point, no reason being given for it."""
        return frozenset(issue.lesion for issue in self._open_issues if issue.lesion is not None)

    def objections(self, lesion_id: str) -> tuple[str, ...]:
        """What stands against a lesion at the open time point, no reason being given for it, in sentences."""
        return tuple(issue.text for issue in self._open_issues if issue.lesion == lesion_id)

    @property
    def _open_issues(self) -> tuple[Issue, ...]:
        return tuple(x for x in self.issues if x.severity is not Severity.NOTE and not x.overridden)

    def region_at(self, region: Region, visit_id: str) -> RegionResponse | None:
        response = None if self.assessment is None else self.assessment.timepoint(visit_id)
        if response is None:
            return None
        return response.intrahepatic if region is Region.INTRAHEPATIC else response.extrahepatic

    def sum_at(self, region: Region, visit_id: str) -> Fraction | None:
        """The sum of a region's targets in mm, as the assessment has it."""
        if self.assessment is not None and visit_id == self.baseline_id:
            sums = self.assessment.baseline
            return sums.intrahepatic_mm if region is Region.INTRAHEPATIC else sums.extrahepatic_mm
        response = self.region_at(region, visit_id)
        return None if response is None else response.sum_mm

    def sum_is_partial(self, region: Region, visit_id: str) -> bool:
        """Whether a target of a region has no size at a follow-up: the sum is the least that it can be."""
        response = self.region_at(region, visit_id)
        return response is not None and response.sums is not None and not response.sums.complete

    def modality_changes(self, visit_id: str) -> dict[str, Issue]:
        """The lesions that were read on another modality before than at this time point, with what is told of it."""
        response = None if self.assessment is None else self.assessment.timepoint(visit_id)
        issues = () if response is None else response.issues
        return {issue.lesion: issue for issue in issues if issue.rule == MODALITY_CHANGE and issue.lesion is not None}

    def nadir_id(self, region: Region) -> str | None:
        """The earlier time point with the smallest sum, which growth is measured against.

        It is known before anything is found at the open one.
        """
        response = self.region_at(region, self.visit_id)
        if response is not None:
            return response.nadir_timepoint
        return None if self.blind else _smallest_before(self, region)

    def _known_by_now(self, lesion: Lesion) -> bool:
        """A new lesion is listed from the time point on where it was first marked, a fragment from the split on."""
        if lesion.parent is not None:
            return any(self.is_split(lesion.parent, visit.id) for visit in self.visits)
        if lesion.role is not LesionRole.NEW:
            return True
        return any(self._found(lesion.id, visit.id) is not None for visit in self.visits)


def _smallest_before(reading: Reading, region: Region) -> str | None:
    """The time point before the open one with the smallest complete sum, the earliest of equals."""
    known = []
    for visit in reading.visits[:-1]:
        at = reading.region_at(region, visit.id)
        whole = visit.id == reading.baseline_id or (at is not None and at.sums is not None and at.sums.complete)
        if whole and (total := reading.sum_at(region, visit.id)) is not None:
            known.append((total, visit.id))
    return min(known, key=lambda pair: pair[0])[1] if known else None


def counted_mm(finding: Finding | None) -> Fraction | None:
    """What a finding of a target adds to its sum, in mm; None where it adds nothing that is known."""
    match finding:
        case Measured(diameter=diameter):
            return diameter.mm
        case Absent() | Nonviable() | Merged():
            return Fraction(0)
        case TooSmall(diameter=diameter):
            return TOO_SMALL_COUNTS_MM if diameter is None else diameter.mm
        case Present() | UnequivocalProgression() | NotEvaluable() | Split() | None:
            return None


def change_pct(before: Fraction | None, now: Fraction | None) -> Fraction | None:
    """The change from one length to another, in percent; None where either is unknown or the first is 0."""
    if before is None or now is None or before == 0:
        return None
    return (now - before) / before * 100
