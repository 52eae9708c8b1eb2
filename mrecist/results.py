"""What `assess` gives back: responses and decisions, each with its reasons."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction
from types import MappingProxyType
from typing import assert_never

from mrecist.values import Response, Scope

Number = Fraction | int | str
_NOTHING: Mapping[str, Number] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Reason:
    """One rule that held: its id, the numbers in it, and the source of the rule. Words are made by `explain`."""

    rule: str
    numbers: Mapping[str, Number] = field(default_factory=lambda: _NOTHING)
    source: str = ""

    @property
    def text(self) -> str:
        """The reason as one plain English sentence with its numbers."""
        from mrecist.explain import sentence

        return sentence(self.rule, self.numbers)


class Severity(StrEnum):
    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Issue:
    """A finding about conformance; `overridden` holds the recorded justification, if there is one."""

    rule: str
    severity: Severity
    lesion: str | None = None
    numbers: Mapping[str, Number] = field(default_factory=lambda: _NOTHING)
    overridden: str = ""

    @property
    def text(self) -> str:
        from mrecist.explain import sentence

        return sentence(self.rule, self.numbers)


@dataclass(frozen=True, slots=True)
class NextCategory:
    """A response this region could change to, and by how many mm its sum would have to change (signed)."""

    response: Response
    by_mm: Fraction


@dataclass(frozen=True, slots=True)
class RegionResponse:
    """Response of one scope at one time point. Sums are exact, in mm; changes are exact percentages."""

    target: Response
    non_target: Response
    new_lesion: bool
    response: Response
    adjudicated_response: Response
    sum_mm: Fraction | None = None
    baseline_sum_mm: Fraction | None = None
    nadir_sum_mm: Fraction | None = None
    nadir_timepoint: str | None = None
    change_from_baseline_pct: Fraction | None = None
    change_from_nadir_pct: Fraction | None = None
    to_next_category: tuple[NextCategory, ...] = ()
    borderline: bool = False
    patterns: tuple[str, ...] = ()
    reasons: tuple[Reason, ...] = ()
    flags: tuple[str, ...] = ()
    unevaluated_cr: bool = False

    # `flags` are the codes that this scope itself raises; `unevaluated_cr` marks a response that would be CR, had
    # nothing been left unevaluated (it neither confirms nor contradicts a CR).


class TaceOutput(StrEnum):
    CONTINUE = "CONTINUE"
    HOLD = "HOLD"
    JUDGEMENT = "JUDGEMENT"
    NO_INDICATION = "NO_INDICATION"
    STOP_CR = "STOP_CR"
    STOP_FAILURE = "STOP_FAILURE"
    STOP_WITHDRAWN = "STOP_WITHDRAWN"


class SorafenibOutput(StrEnum):
    CONTINUE = "CONTINUE"
    CONTINUE_ALLOWED = "CONTINUE_ALLOWED"
    JUDGEMENT = "JUDGEMENT"
    SORAFENIB_FAILURE = "SORAFENIB_FAILURE"
    STOP_WITHDRAWN = "STOP_WITHDRAWN"
    STOP_CLINICAL = "STOP_CLINICAL"
    STOP_TOXICITY = "STOP_TOXICITY"


@dataclass(frozen=True, slots=True)
class DecisionInput:
    """One input of a decision as shown on its card. `state` is met, not_met, open (a question) or alert."""

    name: str
    value: str
    origin: str
    state: str


@dataclass(frozen=True, slots=True)
class Decision:
    """What follows for one treatment: the first row that held, why, and which judgements are missing.

    `needs` names clinical fields (``tace_benefit``, ``tace_planned``, ``sorafenib_tolerable``, ``eligibility``,
    ``eligibility data``, ``imaging``, ``clinical_worsening`` ...). `proposal` is what a literal reading would give
    where the row asks for judgement.
    """

    decision: TaceOutput | SorafenibOutput
    row: str
    reasons: tuple[Reason, ...] = ()
    needs: tuple[str, ...] = ()
    proposal: str | None = None
    inputs: tuple[DecisionInput, ...] = ()


@dataclass(frozen=True, slots=True)
class LiverFunction:
    child_pugh_score: int | None = None
    child_pugh_class: str | None = None
    albi_score: float | None = None
    albi_grade: str | None = None
    malbi_grade: str | None = None


@dataclass(frozen=True, slots=True)
class TimePointResponse:
    timepoint: str
    day: int
    intrahepatic: RegionResponse
    extrahepatic: RegionResponse
    overall: RegionResponse
    composite: Response
    recist11: RegionResponse | None = None
    flags: tuple[str, ...] = ()
    issues: tuple[Issue, ...] = ()
    new_lesions_counted: tuple[str, ...] = ()
    tace: Decision | None = None
    sorafenib: Decision | None = None
    liver: LiverFunction | None = None

    def scope(self, scope: Scope) -> RegionResponse:
        match scope:
            case Scope.INTRAHEPATIC:
                return self.intrahepatic
            case Scope.EXTRAHEPATIC:
                return self.extrahepatic
            case Scope.OVERALL:
                return self.overall
            case _:
                assert_never(scope)


@dataclass(frozen=True, slots=True)
class BestResponse:
    unconfirmed: Response
    confirmed: Response
    adjudicated: Response


@dataclass(frozen=True, slots=True)
class BaselineSums:
    """The sums every later time point is compared with, and conformance issues of the baseline itself."""

    intrahepatic_mm: Fraction | None
    extrahepatic_mm: Fraction | None
    overall_mm: Fraction | None
    issues: tuple[Issue, ...] = ()


@dataclass(frozen=True, slots=True)
class Assessment:
    """All responses of one read of one case. `timepoints` lists the follow-ups, in order."""

    case_id: str
    read_id: str
    ruleset: str
    version: str
    baseline: BaselineSums
    timepoints: tuple[TimePointResponse, ...] = ()
    adjudicated: Mapping[Scope, str | None] = field(default_factory=dict)
    best_response: Mapping[Scope, BestResponse] = field(default_factory=dict)

    def timepoint(self, timepoint_id: str) -> TimePointResponse | None:
        return next((x for x in self.timepoints if x.timepoint == timepoint_id), None)
