"""What `assess` gives back: responses and decisions, each with its reasons.

No one changes a result. Those that every time point makes anew (`RegionResponse`, `TimePointResponse`, `Reason`) are
not frozen all the same: a frozen dataclass takes several times as long to make.

What follows from a result but is not always looked at (reasons, distances, percentages, liver function, the inputs of
a decision) is worked out when it is asked for.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Protocol, assert_never

from mrecist.case import ClinicalStatus
from mrecist.endpoints import ScopeTimes
from mrecist.issues import Issue as Issue
from mrecist.issues import Noted as Noted
from mrecist.issues import Severity as Severity
from mrecist.later import Later
from mrecist.liver import LiverFunction, liver_function
from mrecist.overall import judge_composite
from mrecist.sumnumbers import Number as Number
from mrecist.sumnumbers import SumNumbers
from mrecist.target import SumAt, change_pct, mm_of
from mrecist.values import Response, Scope

if TYPE_CHECKING:
    from mrecist.decisions.situation import Situation


@dataclass(slots=True)
class Reason:
    """One rule that held: its id, the numbers in it, and the source of the rule.

    `told` are the numbers as they were held, those of a sum not yet worked out. `template` is its sentence where the
    rule is a row of a protocol; the rule sets' own are in `mrecist.sentences`.
    """

    rule: str
    told: Mapping[str, Number] = field(default_factory=dict)
    source: str = ""
    template: str = ""

    @property
    def numbers(self) -> Mapping[str, Number]:
        """The exact numbers by name."""
        told = self.told
        return told.exact if type(told) is SumNumbers else told

    @property
    def text(self) -> str:
        """The reason as one plain English sentence with its numbers."""
        from mrecist.explain import sentence

        return sentence(self.rule, self.told, self.template)


FLAGS = (
    "PD_BELOW_5MM",
    "BORDERLINE",
    "DISCORDANT",
    "CONFIRM_PRIOR_CR",
    "EQUIVOCAL_NEW",
    "PARTIAL_SUM",
    "not_recorded",
    "GATE_UNKNOWN",
    "MODALITY_SWITCH",
    "CR_THEN_PR",
    "REIMAGE_NODE",
    "LIPIODOL_COMPACT",
    "HYPOVASCULAR",
    "COVERAGE_INCOMPLETE",
)
"""What a time point may be flagged with, in the order in which it is told, beside the flags of each scope.

=================== =======================================================================================
flag                raised where
=================== =======================================================================================
DISCORDANT          the composite and the pooled overall response differ
not_recorded        a lesion known from an earlier time point is missing from the list
GATE_UNKNOWN        ECOG or an item of Child-Pugh was not recorded where a decision needs it
MODALITY_SWITCH     the baseline is on CT alone and this time point on MR alone, or the reverse
CR_THEN_PR          a scope is in PR after it was in CR: was the CR true?
LIPIODOL_COMPACT    the reader noted compact lipiodol in a lesion
HYPOVASCULAR        the reader noted that a lesion lost its enhancement without necrosis, or a measured liver
                    target has no arterial enhancement any more
=================== =======================================================================================
"""


@dataclass(slots=True)
class NextCategory:
    """A response this scope would change to, and by how many tenths of a mm (signed) its sum would have to change.

    With `lesion`, it is this lesion's own diameter that would have to change.
    """

    response: Response
    by_tenths: int
    lesion: str | None = None

    @property
    def by_mm(self) -> Fraction:
        return mm_of(self.by_tenths)


class Explained(Protocol):
    """Why a response is what it is, and how far it is from another."""

    @property
    def reasons(self) -> tuple[Reason, ...]: ...

    @property
    def to_next_category(self) -> tuple[NextCategory, ...]: ...

    @property
    def flags(self) -> tuple[str, ...]: ...

    @property
    def borderline(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class Explanation:
    """An explanation that is already worked out."""

    reasons: tuple[Reason, ...] = ()
    to_next_category: tuple[NextCategory, ...] = ()
    flags: tuple[str, ...] = ()
    borderline: bool = False


@dataclass(slots=True)
class RegionResponse:
    """Response of one scope at one time point. Sums are exact, in mm; changes are exact percentages.

    `sums` holds the sums in tenths of a mm; None: the scope has no targets. `comparable` is false where a partial sum
    gives no percentage. `unevaluated_cr` marks a response that would be CR, had nothing been left unevaluated (it
    neither confirms nor contradicts a CR).
    """

    target: Response
    non_target: Response
    new_lesion: bool
    response: Response
    adjudicated_response: Response
    sums: SumAt | None = None
    nadir_timepoint: str | None = None
    comparable: bool = False
    patterns: tuple[str, ...] = ()
    unevaluated_cr: bool = False
    explained: Explained = field(default_factory=Explanation, compare=False, repr=False)

    @property
    def sum_mm(self) -> Fraction | None:
        return None if self.sums is None or self.sums.total is None else mm_of(self.sums.total)

    @property
    def baseline_sum_mm(self) -> Fraction | None:
        return None if self.sums is None or self.sums.baseline is None else mm_of(self.sums.baseline)

    @property
    def nadir_sum_mm(self) -> Fraction | None:
        return None if self.sums is None or self.sums.nadir is None else mm_of(self.sums.nadir)

    @property
    def change_from_baseline_pct(self) -> Fraction | None:
        return None if self.sums is None else self._change_from(self.sums.baseline)

    @property
    def change_from_nadir_pct(self) -> Fraction | None:
        return None if self.sums is None else self._change_from(self.sums.nadir)

    def _change_from(self, before: int | None) -> Fraction | None:
        """The exact change in per cent; None without both lengths, or from nothing."""
        total = None if self.sums is None else self.sums.total
        return change_pct(total, before) if self.comparable and total is not None and before else None

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """Every rule that holds, the deciding one first."""
        return self.explained.reasons

    @property
    def to_next_category(self) -> tuple[NextCategory, ...]:
        """The least changes that would change the response: first of the sum, then of single lesions."""
        return self.explained.to_next_category

    @property
    def flags(self) -> tuple[str, ...]:
        """The codes that this scope itself raises."""
        return self.explained.flags

    @property
    def borderline(self) -> bool:
        """Does the sum lie close to the limit of PR or of PD?"""
        return self.explained.borderline


class TaceOutput(StrEnum):
    """What follows for the local treatment: TACE, or what a protocol names in its place.

    COTSOM gives the first seven alone. NOT_YET: its time has not come; COMPLETED: it was given as planned; SURGERY:
    resection, metastasectomy or transplantation; SEARCH: a marker rises and no tumour is seen, so look for it.
    """

    CONTINUE = "CONTINUE"
    HOLD = "HOLD"
    JUDGEMENT = "JUDGEMENT"
    NO_INDICATION = "NO_INDICATION"
    STOP_CR = "STOP_CR"
    STOP_FAILURE = "STOP_FAILURE"
    STOP_WITHDRAWN = "STOP_WITHDRAWN"
    NOT_YET = "NOT_YET"
    COMPLETED = "COMPLETED"
    SURGERY = "SURGERY"
    SEARCH = "SEARCH"


class SorafenibOutput(StrEnum):
    """What follows for sorafenib, or for the systemic treatment that a protocol names in its place.

    COTSOM gives the first seven alone. CONTINUE_WITH_LRT: with locoregional treatment of the liver;
    UNTREATABLE_PROGRESSION: progression that no locoregional treatment can answer; STOP_PD: progression ends it.
    """

    CONTINUE = "CONTINUE"
    CONTINUE_ALLOWED = "CONTINUE_ALLOWED"
    JUDGEMENT = "JUDGEMENT"
    SORAFENIB_FAILURE = "SORAFENIB_FAILURE"
    STOP_WITHDRAWN = "STOP_WITHDRAWN"
    STOP_CLINICAL = "STOP_CLINICAL"
    STOP_TOXICITY = "STOP_TOXICITY"
    CONTINUE_WITH_LRT = "CONTINUE_WITH_LRT"
    UNTREATABLE_PROGRESSION = "UNTREATABLE_PROGRESSION"
    STOP_PD = "STOP_PD"
    NOT_YET = "NOT_YET"
    START = "START"
    COMPLETED = "COMPLETED"


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
    where the row asks for judgement. `situation` is what was decided on; `shows` names the inputs that the protocol's
    card shows of it (none: those of COTSOM).
    """

    decision: TaceOutput | SorafenibOutput
    row: str
    reasons: tuple[Reason, ...] = ()
    needs: tuple[str, ...] = ()
    proposal: str | None = None
    situation: Situation | None = field(default=None, compare=False, repr=False)
    shows: tuple[str, ...] = field(default=(), compare=False, repr=False)

    @property
    def inputs(self) -> tuple[DecisionInput, ...]:
        """What was looked at, as the card shows it."""
        from mrecist.decisions.inputs import decision_inputs

        return () if self.situation is None else decision_inputs(self.decision, self.situation, self.shows)


@cache
def _composite_reason(intra: Response, extra: Response) -> Reason:
    response, rule = judge_composite(intra, extra)
    numbers: dict[str, Number] = {"intrahepatic": intra, "extrahepatic": extra, "response": response}
    return Reason(rule, MappingProxyType(numbers), "decision of this project")


@dataclass(slots=True)
class TimePointResponse:
    """Everything that was judged at one follow-up. `noted` is what was noted and recorded, beside the responses.

    `parallel` are the responses by RECIST 1.1 at every follow-up, this being the one at `position`.
    """

    timepoint: str
    day: int
    intrahepatic: RegionResponse
    extrahepatic: RegionResponse
    overall: RegionResponse
    composite: Response
    noted: Later[Noted]
    new_lesions_counted: tuple[str, ...] = ()
    tace: Decision | None = None
    sorafenib: Decision | None = None
    clinical: ClinicalStatus | None = None
    parallel: Later[tuple[RegionResponse, ...]] | None = field(default=None, compare=False, repr=False)
    position: int = field(default=0, compare=False, repr=False)

    @property
    def raised(self) -> tuple[str, ...]:
        """The flags that no single scope raises."""
        return self.noted().raised

    @property
    def issues(self) -> tuple[Issue, ...]:
        """What does not conform, or is to be known of."""
        return self.noted().issues

    @property
    def flags(self) -> tuple[str, ...]:
        """What this time point is flagged with, in the order of `FLAGS`."""
        flags = {*self.raised, *self.intrahepatic.flags, *self.extrahepatic.flags, *self.overall.flags}
        return tuple([f for f in FLAGS if f in flags]) if flags else ()

    @property
    def recist11(self) -> RegionResponse | None:
        """RECIST 1.1 in every region, in parallel; None where whole diameters were not recorded."""
        return None if self.parallel is None else self.parallel()[self.position]

    @property
    def liver(self) -> LiverFunction | None:
        """Child-Pugh and ALBI; None where no clinical data were recorded."""
        return None if self.clinical is None else liver_function(self.clinical)

    @property
    def composite_reason(self) -> Reason:
        """The rule that gave the composite."""
        return _composite_reason(self.intrahepatic.response, self.extrahepatic.response)

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
    """Best response of one scope; `reasons` are the rules that gave the three, in this order."""

    unconfirmed: Response
    confirmed: Response
    adjudicated: Response
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True)
class BaselineSums:
    """The sums every later time point is compared with; `checked` are conformance issues of the baseline itself."""

    intrahepatic_mm: Fraction | None
    extrahepatic_mm: Fraction | None
    overall_mm: Fraction | None
    checked: Later[tuple[Issue, ...]]

    @property
    def issues(self) -> tuple[Issue, ...]:
        return self.checked()


@dataclass(frozen=True, slots=True)
class Assessment:
    """All responses of one read of one case. `timepoints` lists the follow-ups, in order.

    `version` names the rule set's version and what the case's own policy changes of it; `protocol` is the name and
    version of the protocol whose tables decided, if any did.
    """

    case_id: str
    read_id: str
    ruleset: str
    version: str
    baseline: BaselineSums
    timepoints: tuple[TimePointResponse, ...] = ()
    adjudicated: Mapping[Scope, str | None] = field(default_factory=dict)
    best_response: Mapping[Scope, BestResponse] = field(default_factory=dict)
    times: Mapping[Scope, ScopeTimes] = field(default_factory=dict)
    protocol: str | None = None

    def timepoint(self, timepoint_id: str) -> TimePointResponse | None:
        return next((x for x in self.timepoints if x.timepoint == timepoint_id), None)
