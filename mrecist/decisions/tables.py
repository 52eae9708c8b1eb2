"""Decisions for TACE and for sorafenib: the first row of the protocol's table whose conditions all hold."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from string import Formatter
from types import MappingProxyType

from mrecist.decisions.predicates import LABELS, PREDICATES, QUESTIONS, SHOWN
from mrecist.decisions.situation import Situation
from mrecist.protocols import Protocol, ProtocolError, Row
from mrecist.results import Decision, Number, Reason, SorafenibOutput, TaceOutput


@lru_cache(maxsize=4096)
def decide(situation: Situation, protocol: Protocol) -> tuple[Decision, Decision]:
    """What follows for TACE, and then for sorafenib: one and the same wherever the situation is equal.

    Raises
    ------
    ProtocolError
        If no row of one of the protocol's tables holds.
    """
    tace = decide_tace(situation, protocol)
    return tace, decide_sorafenib(situation.after(tace), protocol)


def decide_tace(situation: Situation, protocol: Protocol) -> Decision:
    """What follows for TACE.

    Raises
    ------
    ProtocolError
        If no row of the protocol's table holds.
    """
    row = _first(protocol.tace, situation, protocol)
    return _decision(TaceOutput(row.output), row, situation, protocol)


def decide_sorafenib(situation: Situation, protocol: Protocol) -> Decision:
    """What follows for sorafenib, given what follows for TACE (`situation.tace`).

    Raises
    ------
    ProtocolError
        If no row of the protocol's table holds.
    """
    row = _first(protocol.sorafenib, situation, protocol)
    return _decision(SorafenibOutput(row.output), row, situation, protocol)


def _first(table: Sequence[Row], situation: Situation, protocol: Protocol) -> Row:
    for row in table:
        for condition in row.when:
            if not PREDICATES[condition](situation):
                break
        else:
            return row
    raise ProtocolError(f"protocol {protocol.name} {protocol.version} has no row for this situation")


def _decision(output: TaceOutput | SorafenibOutput, row: Row, situation: Situation, protocol: Protocol) -> Decision:
    needs = tuple([name for question in row.asks for name in QUESTIONS[question](situation)])
    shown = [
        ", ".join(LABELS.get(n, n) for n in needs) if name == "asked" else SHOWN[name](situation)
        for name in _shown(row.text)
    ]
    reason = _reason(row.rule or row.row, tuple(shown), row.source or protocol.source, row.text)
    card = protocol.tace_card if isinstance(output, TaceOutput) else protocol.sorafenib_card
    return Decision(output, row.row, (reason,), needs, row.proposal or None, situation, card.inputs)


@lru_cache(maxsize=1024)
def _reason(rule: str, shown: tuple[str, ...], source: str, text: str) -> Reason:
    """One and the same for all time points and cases at which the same is said."""
    numbers: dict[str, Number] = dict(zip(_shown(text), shown, strict=True))
    return Reason(rule, MappingProxyType(numbers), source, text)


@lru_cache(maxsize=256)
def _shown(text: str) -> tuple[str, ...]:
    return tuple(name for _, name, _, _ in Formatter().parse(text) if name is not None)
