"""Every time of every read as one line: the shape of ADaM's ADTTE, in days."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from types import MappingProxyType

from app.cohort.cohort import Cohort
from app.cohort.pictures import Cell, table_csv
from app.cohort.rows import EndpointRow
from mrecist.caseendpoints import TITLES
from mrecist.censoring import Outcome, Why

COLUMNS = (
    *("USUBJID", "ARM", "PROTOCOL", "READER", "READID", "PARAMCD", "PARAM", "STARTDT", "ADT", "AVAL", "AVALU"),
    *("CNSR", "EVNTDESC", "CNSDTDSC", "SRCDESC", "CAUSE", "CAUSEDY", "RULESET", "POLICY", "HEAD"),
)
"""`CNSR` is 0 for an event; else it says why the time was censored, by `CENSORED_AS`.

`STARTDT` is the date of the study's origin (of DOR: of the response), `ADT` that of the event or of the censoring; both
where the date of day 0 is known, and not of times that a table states. `AVAL` is the days between them, none added.
`CAUSE` and `CAUSEDY` are for the cumulative incidence: 0 censored, 1 event, 2 death without it, and when.
"""

CENSORED_AS: Mapping[Why, int] = MappingProxyType(
    {
        Why.LAST_ASSESSMENT: 1,
        Why.NO_ASSESSMENT: 2,
        Why.LAST_CONTACT: 3,
        Why.DEATH: 4,
        Why.NEW_THERAPY: 5,
        Why.SURGERY: 6,
        Why.CONSENT_WITHDRAWN: 7,
        Why.MISSED_VISITS: 8,
        Why.CUTOFF: 9,
        Why.STATED: 10,
    }
)


def adtte_csv(cohort: Cohort) -> bytes:
    """The times of a cohort as CSV, one line for each read and time."""
    return table_csv(COLUMNS, _lines(cohort))


def censoring_code(outcome: Outcome) -> int:
    """0 for an event, else the code of its reason."""
    return 0 if outcome.event else CENSORED_AS[outcome.reason]


def _lines(cohort: Cohort) -> Iterator[tuple[Cell, ...]]:
    for row in cohort.rows:
        for name, outcome in row.times.items():
            told = outcome.reason.value
            yield (
                row.case_id, row.arm, row.protocol, row.reader, row.read_id, name, TITLES[name], *_dates(row, name),
                _short(outcome.days), "DAYS", censoring_code(outcome), told if outcome.event else "",
                "" if outcome.event else told, outcome.source, outcome.cause, _short(outcome.cause_days),
                cohort.ruleset, cohort.policy, row.head,
            )  # fmt: skip


def _dates(row: EndpointRow, name: str) -> tuple[str, str]:
    """When a time begins and ends, ISO 8601; empty where no date is known."""
    outcome, response = row.times[name], row.times.get("TTR")
    if not row.begins or outcome.reason is Why.STATED or (name == "DOR" and response is None):
        return "", ""
    begins = date.fromisoformat(row.begins)
    if name == "DOR" and response is not None:
        begins += timedelta(days=response.days)
    return begins.isoformat(), (begins + timedelta(days=outcome.days)).isoformat()


def _short(days: float) -> float | int:
    return int(days) if days == int(days) else days
