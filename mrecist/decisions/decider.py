"""Decisions over the follow-ups of a case, in order: withdrawn consent and declared TACE failure carry forward."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from mrecist.case import Case, ClinicalStatus, EventKind, TimePoint
from mrecist.decisions.facts import CONDITIONS, facts_at
from mrecist.decisions.gates import Checked, Gatekeeper
from mrecist.decisions.predicates import BECAUSE, LABELS
from mrecist.decisions.situation import NO_FACTS, Answers, Situation, viability
from mrecist.decisions.tables import decide
from mrecist.protocols import Protocol
from mrecist.region import Judged, Scoped
from mrecist.results import Decision, Issue, Number, Severity, TaceOutput
from mrecist.tracks import Track

_NOTHING_RECORDED = ClinicalStatus()


@lru_cache(maxsize=64)
def _keeper(protocol: Protocol) -> Gatekeeper:
    """Its limits, made ready once."""
    return Gatekeeper(protocol.gates)


@lru_cache(maxsize=64)
def _looks(protocol: Protocol) -> tuple[bool, bool, bool]:
    """Does it look at facts, at the gates, and at what eligibility still lacks?"""
    return (
        protocol.looks_at(*CONDITIONS),
        protocol.looks_at("gate_crossed"),
        protocol.looks_at("eligibility_data_missing"),
    )


class Decider:
    """Decides on TACE and sorafenib at each follow-up.

    Parameters
    ----------
    case : Case
    intra, extra, overall : sequence of Judged
        What was judged of each region, and of both pooled, by follow-up.
    liver : Scoped
        The liver's lesions by their viable diameters.
    liver_targets : sequence of Track
    protocol : Protocol
    """

    def __init__(
        self,
        case: Case,
        intra: Sequence[Judged],
        extra: Sequence[Judged],
        overall: Sequence[Judged],
        liver: Scoped,
        liver_targets: Sequence[Track],
        protocol: Protocol,
    ) -> None:
        self._case = case
        self._intra = intra
        self._extra = extra
        self._overall = overall
        self._liver = liver
        self._liver_targets = liver_targets
        self._protocol = protocol
        baseline = case.timepoints[0].clinical
        self._keeper = _keeper(protocol).since(baseline)
        self._withdrawn = baseline is not None and baseline.consent_withdrawn is True
        self._withdrawn_on = min((e.day for e in case.events if e.kind is EventKind.CONSENT_WITHDRAWN), default=None)
        self._declared_at: str | None = None
        self._looks_at_facts, self._looks_at_gates, self._looks_at_data = _looks(protocol)

    def at(self, position: int) -> tuple[Decision, Decision, Checked]:
        """TACE, sorafenib, and the clinical data held against the limits, at one follow-up; ask them in order."""
        timepoint = self._case.timepoints[position + 1]
        clinical = timepoint.clinical or _NOTHING_RECORDED
        checked = self._checked(timepoint.clinical)
        if clinical.consent_withdrawn or (self._withdrawn_on is not None and self._withdrawn_on <= timepoint.day):
            self._withdrawn = True
        intra, extra = self._intra[position], self._extra[position]
        situation = Situation(
            intra.response,
            extra.response,
            viability(intra, self._liver, self._liver_targets),
            extra.rests_on_node,
            extra.covered,
            Answers.of(clinical),
            checked.gates,
            checked.missing,
            self._withdrawn,
            self._declared_at,
            facts_at(self._case, position + 1, self._overall[position].response, self._protocol)
            if self._looks_at_facts
            else NO_FACTS,
        )
        tace, sorafenib = decide(situation, self._protocol)
        if tace.decision is TaceOutput.STOP_FAILURE and self._declared_at is None:
            self._declared_at = timepoint.id
        return tace, sorafenib, checked

    def _checked(self, clinical: ClinicalStatus | None) -> Checked:
        """What the tables look at of ECOG and liver function; a protocol whose rows do not look misses nothing."""
        checked = self._keeper.check(clinical)
        if self._looks_at_gates and self._looks_at_data:
            return checked
        return Checked(
            checked.gates if self._looks_at_gates else (),
            checked.missing if self._looks_at_data else (),
            checked.unrecorded if self._looks_at_gates else (),
        )


def clinical_issues(timepoint: TimePoint, checked: Checked) -> tuple[Issue, ...]:
    """What the clinical data of a time point leave open, or contradict; nothing where it has none."""
    found: list[Issue] = []
    if checked.unrecorded:
        words = ", ".join(LABELS[name] for name in checked.unrecorded)
        numbers: dict[str, Number] = {"missing": words, "count": len(checked.unrecorded)}
        found.append(_said(timepoint, "E-UNRECORDED", Severity.NOTE, numbers))
    confirmed = None if timepoint.clinical is None else timepoint.clinical.ineligibility_confirmed
    if confirmed is not None and all(g.kind != confirmed for g in checked.gates):
        found.append(_said(timepoint, "E-INELIGIBLE", Severity.WARNING, {"because": BECAUSE[confirmed]}))
    return tuple(found)


def _said(timepoint: TimePoint, rule: str, severity: Severity, numbers: dict[str, Number]) -> Issue:
    return Issue(rule, severity, None, numbers, timepoint.justification(rule))
