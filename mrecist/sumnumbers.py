"""The numbers of a sum beside the limits it is held against, as the reasons of a response tell them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from types import MappingProxyType
from typing import NamedTuple

from mrecist.target import SumAt, change_pct, mm_of
from mrecist.thresholds import Thresholds

Number = Fraction | int | str
_NOTHING: Mapping[str, Number] = MappingProxyType({})


class SumPattern(NamedTuple):
    """Which of the numbers there are, and which of them are 0: all that the choice of a sentence may depend on.

    False stands for a length of 0, None for one that there is not.
    """

    floor: bool
    total: bool | None
    baseline: bool | None
    nadir: bool | None

    def numbers(self) -> Mapping[str, int]:
        """Stand-ins, 0 or 1, under the names of the numbers that there are."""
        found = {"floor_mm": self.floor, "sum_mm": self.total, "baseline_mm": self.baseline, "nadir_mm": self.nadir}
        found["change_pct"] = None if self.total is None or not self.baseline else True
        found["growth_mm"] = None if self.total is None or self.nadir is None else True
        found["growth_pct"] = None if self.total is None or not self.nadir else True
        return {name: int(value) for name, value in found.items() if value is not None}


class SumNumbers(Mapping[str, Number]):
    """The exact numbers by name, worked out when one of them is first asked for.

    A length that is not known, a change from nothing, and what would follow from either, is absent.

    Parameters
    ----------
    at : SumAt
        The sum, tenths of a mm.
    limits : Thresholds
    floor : Fraction or int
        Least absolute growth for PD, tenths of a mm.
    nadir_at : str or None
        The name of the time point of the nadir.
    more : mapping of str to number or str
        What is told beside them.
    """

    __slots__ = ("_exact", "at", "floor", "limits", "more", "nadir_at")

    def __init__(
        self,
        at: SumAt,
        limits: Thresholds,
        floor: Fraction | int,
        nadir_at: str | None,
        more: Mapping[str, Number] = _NOTHING,
    ) -> None:
        self.at = at
        self.limits = limits
        self.floor = floor
        self.nadir_at = nadir_at
        self.more = more
        self._exact: dict[str, Number] | None = None

    def with_more(self, more: Mapping[str, Number]) -> SumNumbers:
        """The same with something told beside them."""
        return SumNumbers(self.at, self.limits, self.floor, self.nadir_at, {**self.more, **more})

    @property
    def pattern(self) -> SumPattern:
        at = self.at
        total, baseline, nadir = at.total, at.baseline, at.nadir
        return SumPattern(
            self.floor != 0,
            None if total is None else total != 0,
            None if baseline is None else baseline != 0,
            None if nadir is None else nadir != 0,
        )

    @property
    def exact(self) -> dict[str, Number]:
        """All of them, worked out now."""
        if self._exact is None:
            self._exact = self._worked_out()
        return self._exact

    def __getitem__(self, name: str) -> Number:
        return self.exact[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.exact)

    def __len__(self) -> int:
        return len(self.exact)

    def __repr__(self) -> str:
        return repr(self.exact)

    def _worked_out(self) -> dict[str, Number]:
        at = self.at
        total, baseline, nadir = at.total, at.baseline, at.nadir
        numbers: dict[str, Number] = {
            "response_pct": self.limits.response_pct,
            "progression_pct": self.limits.progression_pct,
            "floor_mm": mm_of(self.floor),
        }
        if baseline is not None:
            numbers["baseline_mm"] = mm_of(baseline)
        if nadir is not None:
            numbers["nadir_mm"] = mm_of(nadir)
            numbers["nadir_at"] = self.nadir_at or ""
        if total is not None:
            numbers["sum_mm"] = mm_of(total)
            if baseline:
                numbers["change_pct"] = change_pct(total, baseline)
            if nadir is not None:
                numbers["growth_mm"] = mm_of(total - nadir)
                if nadir:
                    alike = nadir == baseline
                    numbers["growth_pct"] = numbers["change_pct"] if alike else change_pct(total, nadir)
        return {**numbers, **self.more} if self.more else numbers
