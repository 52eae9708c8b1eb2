"""Protocols: gates and decision tables of a study, with version and source, read from text that the caller supplies.

A row combines named predicates of `mrecist.decisions.predicates`; there is no expression language.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from string import Formatter
from typing import Literal

from mrecist.decisions.gates import VALUES
from mrecist.decisions.predicates import PREDICATES, QUESTIONS, SHOWN
from mrecist.endpointrules import EndpointRules, endpoint_faults
from mrecist.tomltables import read_table

TaceWord = Literal["CONTINUE", "HOLD", "JUDGEMENT", "NO_INDICATION", "STOP_CR", "STOP_FAILURE", "STOP_WITHDRAWN"]
SorafenibWord = Literal[
    "CONTINUE",
    "CONTINUE_ALLOWED",
    "JUDGEMENT",
    "SORAFENIB_FAILURE",
    "STOP_WITHDRAWN",
    "STOP_CLINICAL",
    "STOP_TOXICITY",
]


class ProtocolError(ValueError):
    """The text is no protocol; the message names every key at fault."""


@dataclass(frozen=True, slots=True)
class Limit:
    """A limit of ECOG or liver function: crossed strictly `above` or `below` it.

    `value` names what is compared: a field of `ClinicalStatus`, or ``child_pugh_at_least`` (the score, with one point
    for each item that was not recorded). `text` is what is said of a value that crosses it. `when_given`: the value
    is looked at where it was recorded, and not missed where it was not.
    """

    kind: Literal["ecog", "liver"]
    value: str
    text: str
    above: Fraction | None = None
    below: Fraction | None = None
    when_given: bool = False

    @property
    def limit(self) -> Fraction:
        return self.above if self.above is not None else self.below or Fraction(0)

    @property
    def is_lower(self) -> bool:
        return self.above is None


@dataclass(frozen=True, slots=True)
class TaceRow:
    """One row of the TACE table: where every condition of `when` holds, `output` follows.

    `rule` tells rows of the same id apart. `asks` are the questions that the row raises while they are open. `text`
    is the sentence, with the numbers it shows.
    """

    row: str
    when: tuple[str, ...]
    output: TaceWord
    text: str
    rule: str = ""
    asks: tuple[str, ...] = ()
    proposal: str = ""


@dataclass(frozen=True, slots=True)
class SorafenibRow:
    """One row of the sorafenib table, as for TACE. `proposal` is what a literal reading would give."""

    row: str
    when: tuple[str, ...]
    output: SorafenibWord
    text: str
    rule: str = ""
    asks: tuple[str, ...] = ()
    proposal: str = ""


Row = TaceRow | SorafenibRow


@dataclass(frozen=True, slots=True, eq=False)
class Protocol:
    """A study's gates, decision tables and endpoints. A change of any of them is a new `version`.

    A protocol equals itself alone, so that what was decided by it is found again at once.
    """

    name: str
    version: str
    title: str
    source: str
    gates: tuple[Limit, ...]
    tace: tuple[TaceRow, ...]
    sorafenib: tuple[SorafenibRow, ...]
    endpoints: EndpointRules | None = None

    @property
    def label(self) -> str:
        """Name and version, as they are printed with every decision."""
        return f"{self.name} {self.version}"


def parse_protocol(text: str) -> Protocol:
    """Read a protocol from TOML text.

    Raises
    ------
    ProtocolError
        If the text is not TOML, a key is missing, unknown or of the wrong type, or a row names a condition, question,
        value or number that is not known; all faults are named.
    """
    protocol, faults = read_table(Protocol, text)
    if protocol is not None:
        faults = [*_gate_faults(protocol), *_row_faults(protocol)]
        faults += endpoint_faults(protocol.endpoints) if protocol.endpoints is not None else ()
    if protocol is None or faults:
        raise ProtocolError("not a protocol: " + "; ".join(faults))
    return protocol


def _gate_faults(protocol: Protocol) -> Iterator[str]:
    for index, limit in enumerate(protocol.gates):
        if limit.value not in VALUES:
            yield f"gates[{index}].value is one of {', '.join(VALUES)}"
        if (limit.above is None) == (limit.below is None):
            yield f"gates[{index}] has either above or below"
        yield from _unknown(limit.text, {"value", "limit"}, f"gates[{index}].text")


def _row_faults(protocol: Protocol) -> Iterator[str]:
    tables: dict[str, Sequence[Row]] = {"tace": protocol.tace, "sorafenib": protocol.sorafenib}
    for name, table in tables.items():
        for index, row in enumerate(table):
            path = f"{name}[{index}]"
            yield from (f"{path}.when: {x} is not a condition" for x in row.when if x not in PREDICATES)
            yield from (f"{path}.asks: {x} is not a question" for x in row.asks if x not in QUESTIONS)
            yield from _unknown(row.text, {*SHOWN, "asked"}, f"{path}.text")


def _unknown(text: str, known: set[str], path: str) -> Iterator[str]:
    try:
        names = [name for _, name, _, _ in Formatter().parse(text) if name is not None]
    except ValueError as error:
        yield f"{path}: {error}"
        return
    yield from (f"{path}: {{{name}}} is not known" for name in names if name not in known)
