"""What the cohort desk tells of readers who differ."""

from __future__ import annotations

from app.cohort.fragility import Swap
from app.desks.cohort import deciding


def _swap(case: str, one: str, other: str, decided_by: str) -> Swap:
    return Swap(case, "FU1", one, other, "PR", "SD", "SD", "PR", decided_by)


def test_that_one_value_is_named_only_where_every_exchange_names_it() -> None:
    told = deciding(
        [
            _swap("P1", "A", "B", "follow-up"), _swap("P1", "B", "A", "follow-up"),
            _swap("P2", "A", "B", "follow-up"), _swap("P2", "B", "A", "both"),
        ]
    )  # fmt: skip
    assert told == {"P1": "the follow-up value decides", "P2": "no single value decides each way"}
