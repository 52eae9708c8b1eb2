"""One cell of a table as what it means: a day, a length, a response; what it cannot be is a fault with its place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal

from app.cohort.mapping import DAYS_OF, Unit
from app.cohort.sheets import Row, number
from mrecist.casefile import MOST_DAYS
from mrecist.values import LONGEST_PLAUSIBLE_MM, Response

_MOST_TENTHS = 20 * LONGEST_PLAUSIBLE_MM * 10
_RESPONSES = frozenset(x.value for x in Response if x is not Response.NA)


@dataclass(slots=True)
class Cells:
    """Reads cells of the table called `name`; `codes` is how it writes responses, empty where in plain words."""

    name: str
    codes: Mapping[str, Response]
    faults: list[str] = field(default_factory=list)

    def day(self, row: Row, column: str, unit: Unit) -> int | None:
        """A day, rounded half up; None of an empty cell or of no column."""
        if not column or not row[column]:
            return None
        value = number(row[column])
        if value is None or abs(value * DAYS_OF[unit]) > MOST_DAYS:
            self.fault(row, column, f"{row[column]!r} is no day; write a number")
            return None
        return int((value * DAYS_OF[unit]).quantize(Decimal(1), rounding=ROUND_HALF_UP))

    def length(self, row: Row, column: str) -> int | None:
        """A length in tenths of a mm, rounded once, half up."""
        if not column or not row[column]:
            return None
        value = number(row[column])
        tenths = None if value is None or value < 0 else (value * 10).quantize(Decimal(1), rounding=ROUND_HALF_UP)
        if tenths is None or tenths > _MOST_TENTHS:
            most = _MOST_TENTHS // 10
            self.fault(row, column, f"{row[column]!r} is no sum of diameters; write mm, between 0 and {most}")
            return None
        return int(tenths)

    def response(self, row: Row, column: str) -> Response | None:
        if not column or not row[column]:
            return None
        written = row[column]
        as_number = number(written)
        whole = as_number is not None and as_number == as_number.to_integral_value()
        for word in (written, str(int(as_number)) if whole and as_number is not None else written):
            if word in self.codes:
                return self.codes[word]
        if not self.codes and written in _RESPONSES:
            return Response(written)
        told = ", ".join(self.codes or sorted(_RESPONSES))
        self.fault(row, column, f"{written!r} is no response; known are {told}")
        return None

    def fault(self, row: Row, column: str, what: str) -> None:
        told = f"{self.name}: line {row.line}, column {column!r}: {what}"
        if told not in self.faults[-2:]:  # a column that readers share is read for each of them
            self.faults.append(told)


def in_days(time: Decimal, unit: str) -> float:
    """A time in days; one that was divided from whole days and written with few decimals is whole again."""
    days = time * DAYS_OF[unit]
    whole = days.to_integral_value()
    return float(whole if unit != "days" and abs(days - whole) < Decimal("0.001") else days)
