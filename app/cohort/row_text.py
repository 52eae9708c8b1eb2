"""The rows of a cohort as text, to be kept beside the log, and back."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeVar, overload

from app.cohort.collection import garbage_left_alone
from app.cohort.followups import FollowUpText, TimePointRows, plain_timepoint
from app.cohort.rows import EndpointRow, Given
from mrecist.censoring import Outcome, Why

_T = TypeVar("_T")
_WHY: Mapping[str, Why] = {why.value: why for why in Why}
_WIDTH = 7
"""How many plain values tell one time: its name, and an `Outcome`."""


class KeptTimes(Mapping[str, Outcome]):
    """The times of a read as plain values one after the other; each becomes an `Outcome` when it is asked for.

    A view asks for one or two of a dozen, of ten thousand reads.
    """

    __slots__ = ("_flat",)

    def __init__(self, flat: list[Any]) -> None:
        if len(flat) % _WIDTH:
            raise ValueError("not the times of a read")
        self._flat = flat

    def __getitem__(self, name: str) -> Outcome:
        found = self.get(name)
        if found is None:
            raise KeyError(name)
        return found

    @overload
    def get(self, name: str, /) -> Outcome | None: ...

    @overload
    def get(self, name: str, default: Outcome | _T, /) -> Outcome | _T: ...

    def get(self, name: str, default: object = None, /) -> object:
        flat = self._flat
        names = flat[::_WIDTH]
        if name not in names:
            return default
        at = names.index(name) * _WIDTH
        _, days, event, reason, source, cause, cause_days = flat[at : at + _WIDTH]
        return Outcome(days, event, _WHY[reason], source, cause, cause_days)

    def __contains__(self, name: object) -> bool:
        return name in self._flat[::_WIDTH]

    def __iter__(self) -> Iterator[str]:
        return iter(self._flat[::_WIDTH])

    def __len__(self) -> int:
        return len(self._flat) // _WIDTH

    def __repr__(self) -> str:
        return repr(dict(self))


def encode_rows(rows: Sequence[EndpointRow]) -> str:
    """Rows as text of two lines, by place: what every view needs, and the follow-ups."""
    first = [_plain(row) for row in rows]
    return (
        f"{_WRITER.encode(first)}\n{_WRITER.encode([[plain_timepoint(at) for at in row.timepoints] for row in rows])}"
    )


def decode_rows(texts: Sequence[str]) -> tuple[EndpointRow, ...]:
    """The rows of many texts, decoded in one go; their times and follow-ups when they are asked for.

    Raises
    ------
    ValueError
        If a text is none that `encode_rows` wrote.
    """
    halves = [text.partition("\n") for text in texts]
    try:
        with garbage_left_alone():
            cases = json.loads(f"[{','.join([first for first, _, _ in halves])}]")
            return tuple(
                [
                    _row(x, text, place)
                    for rows, (_, _, later) in zip(cases, halves, strict=True)
                    for text in (FollowUpText(later),)
                    for place, x in enumerate(rows)
                ]
            )
    except (TypeError, ValueError, AttributeError) as error:
        raise ValueError("not the rows of a cohort") from error


_WRITER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=False)


def _plain(row: EndpointRow) -> list[Any]:
    times = [
        value
        for name, x in row.times.items()
        for value in (name, x.days, x.event, x.reason.value, x.source, x.cause, x.cause_days)
    ]
    return [
        row.case_id, row.read_id, row.reader, row.protocol, row.arm, row.fields, *row.best, *row.confirmed,
        *row.adjudicated, *row.diseased, *row.baseline_mm, *row.best_change_pct, times, row.rates, row.downstaged,
        row.treatments, row.notes, row.days_known, row.head, row.begins, *row.new_lesion, row.assessed,
    ]  # fmt: skip


def _row(x: list[Any], text: FollowUpText, place: int) -> EndpointRow:
    (
        case_id, read_id, reader, protocol, arm, fields, b1, b2, b3, c1, c2, c3, a1, a2, a3, d1, d2, d3, m1, m2, m3,
        p1, p2, p3, times, own, downstaged, given, notes, days_known, head, begins, n1, n2, n3,
        assessed,
    ) = x  # fmt: skip
    return EndpointRow(
        case_id, read_id, reader, protocol, arm, fields, (b1, b2, b3), (c1, c2, c3), (a1, a2, a3), (d1, d2, d3),
        (m1, m2, m3), (p1, p2, p3), KeptTimes(times), own, downstaged, tuple([Given(*t) for t in given]), tuple(notes),
        days_known, head, begins, (n1, n2, n3), assessed, TimePointRows(None, text, place),
    )  # fmt: skip
