"""Whether readers agree, as CSV: the matrices, and the cases to be adjudicated with whose value decides."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from app.cohort.agreement import Agreement, agreement
from app.cohort.fragility import Swap, swaps
from app.cohort.pictures import picture_csv
from app.cohort.report import CohortReport
from app.cohort.rows import SCOPES
from mrecist.values import Scope


class MatrixCell(NamedTuple):
    """How often two readers gave a pair of responses; pairs that nobody gave are left out."""

    scope: str
    of: str
    first: str
    second: str
    first_response: str
    second_response: str
    n: int


class DifferingRead(NamedTuple):
    """One reader's read of a unit on which readers differ.

    `nearest_*` is the least change that would give another response. `other` and the columns after it are of the first
    reader who gave another response, where both are of one first follow-up: what this reader's response would be with
    the other's sum, and whose value decides.
    """

    scope: str
    case_id: str
    timepoint: str
    reader: str
    response: str
    baseline_mm: float | None
    sum_mm: float | None
    change_pct: float | None
    nearest_response: str | None
    nearest_by_mm: float | None
    other: str | None
    with_others_baseline: str | None
    with_others_followup: str | None
    decided_by: str | None


def agreement_csv(report: CohortReport) -> dict[str, bytes]:
    """The tables of a cohort that two readers read, by the name of the file; none of any other."""
    found = {scope: agreement(report.cohort, scope, report.of) for scope in SCOPES}
    agreed = {scope: one for scope, one in found.items() if one is not None and _is_read(report, scope)}
    if not agreed:
        return {}
    cells = [cell for one in agreed.values() for cell in _cells(one)]
    reads = [read for one in agreed.values() for read in _differing(one, report)]
    return {"agreement.csv": picture_csv(cells, MatrixCell), "adjudication.csv": picture_csv(reads, DifferingRead)}


def _is_read(report: CohortReport, scope: Scope) -> bool:
    index = SCOPES.index(scope)
    return any(row.diseased[index] for row in report.cohort.rows)


def _cells(one: Agreement) -> Iterator[MatrixCell]:
    for pair in one.pairs:
        for first, counts in zip(pair.categories, pair.matrix, strict=True):
            for second, count in zip(pair.categories, counts, strict=True):
                if count:
                    yield MatrixCell(one.scope, one.of, pair.first, pair.second, first, second, count)


def _differing(one: Agreement, report: CohortReport) -> Iterator[DifferingRead]:
    told: dict[tuple[str, str, str], Swap] = {}
    for found in swaps(one.adjudication, one.readers, report.ruleset, Scope(one.scope)):
        told.setdefault((found.case_id, found.timepoint, found.reader), found)
    for unit in one.adjudication:
        values = zip(
            one.readers, unit.responses, unit.baselines_mm, unit.sums_mm, unit.changes_pct, unit.nearest, strict=True
        )
        for reader, response, baseline, total, change, nearest in values:
            if response is None:
                continue
            swap = told.get((unit.case_id, unit.timepoint, reader))
            yield DifferingRead(
                one.scope, unit.case_id, unit.timepoint, reader, response, baseline, total, change,
                None if nearest is None else nearest.response, None if nearest is None else nearest.by_mm,
                None if swap is None else swap.other, None if swap is None else swap.with_baseline,
                None if swap is None else swap.with_followup, None if swap is None else swap.decided_by,
            )  # fmt: skip
