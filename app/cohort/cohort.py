"""A cohort: the rows of many reads, split into groups, with their rates and times."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

from app.cohort.rows import SCOPES, EndpointRow
from app.statistics.competing import CumulativeIncidence, cumulative_incidence
from app.statistics.estimates import LEVEL, Estimate, Proportion, proportion
from app.statistics.survival import KaplanMeier, LogRank, kaplan_meier, log_rank, reverse_kaplan_meier
from mrecist.caseendpoints import CONTROLLED, RESPONDED, TITLES
from mrecist.censoring import Outcome, Why
from mrecist.values import Response, Scope

READER, ARM, PROTOCOL = "reader", "arm", "protocol"
BEST_ORDER = tuple(x.value for x in (Response.CR, Response.PR, Response.SD, Response.NN, Response.PD, Response.NE))
COMPETING = frozenset(("TTP", "TTPR", "TTIHP", "TTEHP", "TTTF", "TTSF", "TTDS"))
"""The times that death competes with: their cumulative incidence is shown beside 1 - Kaplan-Meier."""

DAYS_IN: Mapping[str, float] = MappingProxyType({"days": 1.0, "weeks": 7.0, "months": 30.4375, "years": 365.25})
"""The units in which times may be told."""


@dataclass(frozen=True, slots=True)
class Rate:
    """A response rate of one group. `responses` is empty where a study defines the rate itself."""

    name: str
    scope: str
    responses: tuple[str, ...]
    proportion: Proportion


@dataclass(frozen=True, slots=True, eq=False)
class TimeToEvent:
    """One time of one group, in the unit that was asked for.

    Attributes
    ----------
    name, title : str
    curve : KaplanMeier
    follow_up : Estimate
        Median follow-up by reverse Kaplan-Meier.
    incidence, competing : CumulativeIncidence or None
        Of the event and of death without it, where death competes.
    """

    name: str
    title: str
    curve: KaplanMeier
    follow_up: Estimate
    incidence: CumulativeIncidence | None
    competing: CumulativeIncidence | None


@dataclass(frozen=True, slots=True)
class Cohort:
    """Rows of one rule set and one policy of censoring.

    `ruleset` names the rule set and its version; `left_out` is what could not be read, with the reason.
    """

    rows: tuple[EndpointRow, ...]
    ruleset: str
    policy: str
    left_out: tuple[str, ...] = ()

    def without_hidden(self, case_ids: Sequence[str]) -> Cohort:
        """Without cases that a sequential or blinded read hides from who looks; they are told as left out."""
        if not case_ids:
            return self
        rows = tuple(row for row in self.rows if row.case_id not in case_ids)
        why = tuple(f"{case}: your read of it hides part of it" for case in case_ids)
        return replace(self, rows=rows, left_out=(*self.left_out, *why))

    def without_cases(self, why: Mapping[str, str]) -> Cohort:
        """Without these cases; they are told as left out, with why."""
        rows = tuple(row for row in self.rows if row.case_id not in why)
        told = tuple(f"{case}: {reason}" for case, reason in why.items())
        return replace(self, rows=rows, left_out=(*self.left_out, *told))

    @property
    def readers(self) -> tuple[str, ...]:
        """Those who read anything; the rows of cases that nobody read hold times alone."""
        return tuple(sorted({row.reader for row in self.rows if row.assessed}))

    @property
    def cases(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(row.case_id for row in self.rows))

    @property
    def fields(self) -> tuple[str, ...]:
        """What it may be split by."""
        known = dict.fromkeys(name for row in self.rows for name in row.fields)
        return (READER, ARM, PROTOCOL, *known)

    def with_rows(self, rows: Sequence[EndpointRow]) -> Cohort:
        return Cohort(tuple(rows), self.ruleset, self.policy, self.left_out)

    def split(self, by: str) -> dict[str, Cohort]:
        """The cohort by the values of a field, in order of the values; an empty value is a group too.

        Raises
        ------
        KeyError
            If no row has that field.
        """
        if by not in self.fields:
            raise KeyError(by)
        found: dict[str, list[EndpointRow]] = {}
        for row in self.rows:
            found.setdefault(value_of(row, by), []).append(row)
        return {value: self.with_rows(found[value]) for value in sorted(found)}

    def one_read_a_case(self) -> Cohort:
        """The first read of each case: a case counts once where times are of the patient, not of a reader."""
        first: dict[str, EndpointRow] = {}
        for row in self.rows:
            first.setdefault(row.case_id, row)
        return self.with_rows(tuple(first.values()))


def value_of(row: EndpointRow, by: str) -> str:
    """The value of a field by which rows are told apart."""
    own = {READER: row.reader, ARM: row.arm, PROTOCOL: row.protocol}
    return own[by] if by in own else row.fields.get(by, "")


def by_reader(cohort: Cohort) -> dict[str | None, Cohort]:
    """The cohort by reader, where there are several; else whole, by the one reader, or by None for nobody's name."""
    if len(cohort.readers) < 2:
        return {(cohort.readers or (None,))[0] or None: cohort}
    return {reader: cohort.with_rows([r for r in cohort.rows if r.reader == reader]) for reader in cohort.readers}


def of_readers(name: str, cohort: Cohort) -> bool:
    """Does this time differ from reader to reader? Death does not, nor what a table states of a patient."""
    if name == "OS":
        return False
    told: dict[str, set[Outcome | None]] = {}
    for row in cohort.rows:
        outcome = row.times.get(name)
        if outcome is not None and outcome.reason is not Why.STATED:
            return True
        told.setdefault(row.case_id, set()).add(outcome)
    # the end of a response may be stated, its beginning is the reader's
    return any(len(outcomes) > 1 for outcomes in told.values())


def counted_once(cohort: Cohort, name: str) -> dict[str | None, Cohort]:
    """The parts of a cohort that count each case once in this time.

    Returns
    -------
    dict of (str or None) to Cohort
        A part for each reader, where there are several and the time differs between them; else None and the first
        read of each case.
    """
    if len(cohort.readers) > 1 and of_readers(name, cohort):
        return by_reader(cohort)
    return {None: cohort.one_read_a_case()}


def best_counts(cohort: Cohort, scope: Scope) -> dict[str, int]:
    """How many rows had each best response, best first; those without disease in the scope are left out."""
    index = SCOPES.index(scope)
    counted = Counter(row.best[index] for row in cohort.rows if row.diseased[index])
    return {name: counted[name] for name in (*BEST_ORDER, "ND") if counted[name]}


def rates(cohort: Cohort, level: float = LEVEL) -> tuple[Rate, ...]:
    """Response rates with exact intervals.

    ============================ ============================== ==========================================
    rate                         counts                         of
    ============================ ============================== ==========================================
    ORR                          best response CR or PR         reads with disease in the scope at baseline
    DCR                          CR, PR, SD or non-CR/non-PD    the same
    confirmed ORR                confirmed CR or PR             the same
    a study's own                as it defines them             its reads
    DSR                          resection or transplantation   reads of which any treatment is recorded
    ============================ ============================== ==========================================

    Whoever could not be evaluated stays in the denominator.
    """
    found: list[Rate] = []
    for index, scope in enumerate(SCOPES):
        rows = [row for row in cohort.rows if row.diseased[index]]
        if not rows:
            continue
        best = Counter(r.best[index] for r in rows)
        for name, texts, counted in (
            ("ORR", best, RESPONDED),
            ("DCR", best, CONTROLLED),
            ("confirmed ORR", Counter(r.confirmed[index] for r in rows), RESPONDED),
        ):
            part = proportion(sum(texts[x.value] for x in counted), len(rows), level)
            found.append(Rate(name, scope.value, tuple(x for x in BEST_ORDER if x in counted), part))
    for name in dict.fromkeys(name for row in cohort.rows for name in row.rates):
        own = [row.rates[name] for row in cohort.rows if name in row.rates]
        found.append(Rate(name, "", (), proportion(sum(own), len(own), level)))
    if treated := [row.downstaged for row in cohort.rows if row.treatments]:
        found.append(Rate("DSR", "", (), proportion(sum(treated), len(treated), level)))
    return tuple(found)


def time_names(cohort: Cohort) -> tuple[str, ...]:
    """The times that any row has, in the usual order."""
    known = {name for row in cohort.rows for name in row.times}
    return tuple(name for name in TITLES if name in known)


def time_to_event(cohort: Cohort, name: str, unit: str = "days", level: float = LEVEL) -> TimeToEvent:
    """One time of a group: Kaplan-Meier, follow-up and, where death competes, both cumulative incidences."""
    outcomes = [x for row in cohort.rows if (x := row.times.get(name)) is not None]
    days = DAYS_IN[unit]
    times, events = [x.days / days for x in outcomes], [x.event for x in outcomes]
    incidence = competing = None
    if name in COMPETING:
        causes, when = [x.cause for x in outcomes], [x.cause_days / days for x in outcomes]
        incidence = cumulative_incidence(when, causes, 1, level)
        competing = cumulative_incidence(when, causes, 2, level)
    return TimeToEvent(
        name,
        TITLES[name],
        kaplan_meier(times, events, level),
        reverse_kaplan_meier(times, events, level).median,
        incidence,
        competing,
    )


def compare_groups(groups: Mapping[str, Cohort], name: str) -> LogRank | None:
    """The log-rank test of one time between groups.

    Cases without a value, the group of the empty text, are no part of it. None where fewer than two groups have the
    time, and where a case is in two of them: reads of one patient by several readers are not independent.
    """
    observed = {}
    seen: set[str] = set()
    for value, cohort in groups.items():
        if not value:
            continue
        cases = {row.case_id for row in cohort.rows}
        if seen & cases:
            return None
        seen |= cases
        outcomes = [row.times[name] for row in cohort.rows if name in row.times]
        if outcomes:
            observed[value] = ([x.days for x in outcomes], [x.event for x in outcomes])
    return log_rank(observed)
