"""A protocol's entry criteria held against what is recorded at baseline: met, not met, not recorded, to confirm."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from fractions import Fraction
from types import MappingProxyType
from typing import Literal, NamedTuple

from mrecist.case import Case, ClinicalStatus, Read, TreatmentKind
from mrecist.decisions.gates import VALUES, Value
from mrecist.decisions.predicates import LABELS
from mrecist.explain import plain
from mrecist.lesions import Absent, Nonviable
from mrecist.liver import CHILD_PUGH_ITEMS, child_pugh_points
from mrecist.values import LesionRole, Organ, Region


@dataclass(frozen=True, slots=True)
class Criterion:
    """One entry criterion.

    Attributes
    ----------
    kind : str
        ``include`` or ``exclude``.
    text : str
        As the source has it, in brief.
    value : str
        What is looked at, a name of `CRITERION_VALUES`; empty where only a clinician can say.
    above, at_least, below, at_most : Fraction
        The patient is not eligible where the value is above, at least ... this; one of the four. `above` and `below`
        are strict: the limit itself is allowed.
    source : str
        Where this is written, if not where the protocol is.
    """

    kind: Literal["include", "exclude"]
    text: str
    value: str = ""
    above: Fraction | None = None
    at_least: Fraction | None = None
    below: Fraction | None = None
    at_most: Fraction | None = None
    source: str = ""

    def violated(self, value: Value) -> bool:
        """Is the patient not eligible with this value?"""
        return (
            (self.above is not None and value > self.above)
            or (self.at_least is not None and value >= self.at_least)
            or (self.below is not None and value < self.below)
            or (self.at_most is not None and value <= self.at_most)
        )

    @property
    def allowed(self) -> str:
        """The values that are allowed: "≤ 2", "> 1000"; empty where only a clinician can say."""
        for sign, limit in (("≤", self.above), ("<", self.at_least), ("≥", self.below), (">", self.at_most)):
            if limit is not None:
                return f"{sign} {plain(limit)}"
        return ""


class State(StrEnum):
    """What is not recorded is neither met nor not met; what no value tells is for a clinician to confirm."""

    MET = "met"
    NOT_MET = "not_met"
    NOT_RECORDED = "not_recorded"
    TO_CONFIRM = "to_confirm"


@dataclass(frozen=True, slots=True)
class Checked:
    """One criterion with its state and, where there is one, the value that it was held against, in words.

    `signed` says that the state is a clinician's answer, not held against a value.
    """

    criterion: Criterion
    state: State
    found: str = ""
    signed: bool = False

    @property
    def answerable(self) -> bool:
        """May a clinician answer it? Never where a value answers it, nor where a value only has to be recorded."""
        return not self.found and (not self.criterion.value or self.criterion.value in RULED_OUT_BY_A_PERSON)


class Entry(NamedTuple):
    """What entry criteria look at: the case, its baseline's clinical data, the baseline read, age in whole years."""

    case: Case
    clinical: ClinicalStatus
    read: Read | None
    age_years: int | None


def check_list(
    criteria: Sequence[Criterion],
    case: Case,
    read: Read | None = None,
    age_years: int | None = None,
    answers: Mapping[str, bool] = MappingProxyType({}),
) -> tuple[Checked, ...]:
    """Every criterion, in its order, against the baseline of the case.

    Parameters
    ----------
    criteria : sequence of Criterion
    case : Case
        Its first time point is the baseline; treatments before day 0 are earlier ones.
    read : Read, optional
        Whose lesions at baseline count. Without one, no lesion is known.
    age_years : int, optional
        At baseline, in whole years.
    answers : mapping of str to bool
        What clinicians signed, by the text of the criterion: may the patient enter in this respect? A recorded value
        goes before an answer; what nobody answered stays to be confirmed.
    """
    clinical = case.timepoints[0].clinical if case.timepoints else None
    entry = Entry(case, clinical or ClinicalStatus(), read, age_years)
    return tuple(_answered(_checked(criterion, entry), answers) for criterion in criteria)


def _answered(checked: Checked, answers: Mapping[str, bool]) -> Checked:
    eligible = answers.get(checked.criterion.text)
    if eligible is None or not checked.answerable:
        return checked
    return replace(checked, state=State.MET if eligible else State.NOT_MET, signed=True)


def _checked(criterion: Criterion, entry: Entry) -> Checked:
    if not criterion.value:
        return Checked(criterion, State.TO_CONFIRM)
    value = CRITERION_VALUES[criterion.value](entry)
    if value is None:
        return Checked(criterion, State.NOT_RECORDED)
    violated = criterion.violated(value)
    if criterion.value == "child_pugh_at_least" and not violated:
        recorded = len(child_pugh_points(entry.clinical))
        if recorded < len(CHILD_PUGH_ITEMS):  # what is missing may still raise the score
            return Checked(criterion, State.NOT_RECORDED)
    return Checked(criterion, State.NOT_MET if violated else State.MET, plain(Fraction(value)))


# --- what a criterion may look at ------------------------------------------------------------------------------------


def _of_clinical(value: Callable[[ClinicalStatus], Value | None]) -> Callable[[Entry], Value | None]:
    return lambda entry: value(entry.clinical)


def _lesions(entry: Entry, region: Region, organ: Organ | None = None, *, measurable: bool = False) -> int | None:
    """How many lesions were found at baseline; None where none was read at all."""
    seen = _seen_at_baseline(entry)
    if seen is None:
        return None
    return sum(
        x.region is region and organ in (None, x.organ) and (not measurable or x.role is LesionRole.TARGET)
        for x in seen
    )


def _seen_at_baseline(entry: Entry) -> tuple[_Lesion, ...] | None:
    read = entry.read
    point = None if read is None or not entry.case.timepoints else read.timepoint(entry.case.timepoints[0].id)
    if read is None or point is None or not point.observations:
        return None
    there = {o.lesion_id for o in point.observations if not isinstance(o.finding, Absent | Nonviable)}
    return tuple(_Lesion(x.region, x.organ, x.role) for x in read.lesions if x.id in there)


class _Lesion(NamedTuple):
    region: Region
    organ: Organ
    role: LesionRole


def _earlier(kinds: frozenset[TreatmentKind]) -> Callable[[Entry], Value | None]:
    """How many such treatments began before day 0. None recorded does not say that none was given."""

    def count(entry: Entry) -> int | None:
        return sum(t.kind in kinds and t.day + t.slack_days < 0 for t in entry.case.treatments) or None

    return count


def _days_since_local(entry: Entry) -> int | None:
    """Days from the last resection or ablation before day 0; the shortest that can be."""
    before = [t for t in entry.case.treatments if t.kind in _LOCAL and t.day < 0]
    return min((max(0, -(t.day + t.slack_days)) for t in before), default=None)


_LOCAL = frozenset((TreatmentKind.RESECTION, TreatmentKind.ABLATION))
_SYSTEMIC = frozenset((TreatmentKind.SORAFENIB, TreatmentKind.FLUOROURACIL_MITOMYCIN))

RULED_OUT_BY_A_PERSON = frozenset(
    ("earlier_tace", "earlier_sorafenib", "earlier_systemic", "days_since_local_treatment")
)
"""Values of which nothing recorded says nothing: only a clinician can say that there was no such treatment."""

CRITERION_VALUES: Mapping[str, Callable[[Entry], Value | None]] = MappingProxyType(
    {
        **{name: _of_clinical(value) for name, value in VALUES.items()},
        "age_years": lambda entry: entry.age_years,
        "liver_lesions": lambda entry: _lesions(entry, Region.INTRAHEPATIC),
        "extrahepatic_lesions": lambda entry: _lesions(entry, Region.EXTRAHEPATIC),
        "lung_targets": lambda entry: _lesions(entry, Region.EXTRAHEPATIC, Organ.LUNG, measurable=True),
        "earlier_tace": _earlier(frozenset((TreatmentKind.TACE,))),
        "earlier_sorafenib": _earlier(frozenset((TreatmentKind.SORAFENIB,))),
        "earlier_systemic": _earlier(_SYSTEMIC),
        "days_since_local_treatment": _days_since_local,
    }
)
"""What a criterion may look at: every value of a gate, and

========================== ========================================================================================
value                      it is
========================== ========================================================================================
age_years                  age at baseline in whole years
liver_lesions              lesions of the liver with viable tumour at baseline
extrahepatic_lesions       lesions outside the liver at baseline
lung_targets               targets in the lung at baseline
earlier_tace               TACE sessions recorded before day 0; none recorded is not known
earlier_sorafenib          the same of sorafenib
earlier_systemic           the same of sorafenib and of 5-FU with mitomycin
days_since_local_treatment days from the last resection or ablation to day 0; none recorded is not known
========================== ========================================================================================
"""


def criterion_faults(criteria: Sequence[Criterion]) -> Iterator[str]:
    """What names something that there is not, or has no limit or two."""
    for index, x in enumerate(criteria):
        limits = sum(limit is not None for limit in (x.above, x.at_least, x.below, x.at_most))
        if x.value and x.value not in CRITERION_VALUES:
            yield f"eligibility[{index}].value is one of {', '.join(CRITERION_VALUES)}"
        if limits != (1 if x.value else 0):
            yield f"eligibility[{index}] has one of above, at_least, below, at_most where it has a value, else none"


def label(criterion: Criterion) -> str:
    """The name of the value that a criterion looks at."""
    return LABELS.get(criterion.value, criterion.value.replace("_", " "))
