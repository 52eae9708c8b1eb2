"""What is wrong with a protocol that is well formed: names that nothing bears, limits that say two things."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import chain
from string import Formatter
from typing import get_args

from mrecist.checklist import criterion_faults
from mrecist.decisions.facts import CONDITIONS
from mrecist.decisions.gates import VALUES
from mrecist.decisions.inputs import INPUTS
from mrecist.decisions.predicates import PREDICATES, QUESTIONS, SHOWN
from mrecist.endpointrules import endpoint_faults
from mrecist.protocolcover import without_row
from mrecist.protocols import Protocol, Row, SorafenibWord, TaceWord
from mrecist.schedule import Window

_NAME = re.compile(r"[a-z][a-z0-9]*(?:[-_][a-z0-9]+)*")
_OUTPUTS = frozenset((*get_args(TaceWord), *get_args(SorafenibWord)))


def protocol_faults(protocol: Protocol) -> Iterator[str]:
    """Every fault, each with the path of its key and what is wanted there."""
    for path, name in (("name", protocol.name), *((f"aliases[{i}]", x) for i, x in enumerate(protocol.aliases))):
        if not _NAME.fullmatch(name):
            yield f"{path} is of small letters and digits, joined by - or _, such as our-study"
    yield from _gate_faults(protocol)
    tables: dict[str, Sequence[Row]] = {"tace": protocol.tace, "sorafenib": protocol.sorafenib}
    for name, table in tables.items():
        yield from _row_faults(name, table)
    yield from _fact_faults(protocol)
    for name, card in (("tace_card", protocol.tace_card), ("sorafenib_card", protocol.sorafenib_card)):
        for index, x in enumerate(card.inputs):
            if x not in INPUTS:
                yield f"{name}.inputs[{index}] is one of {', '.join(INPUTS)}"
    for index, window in enumerate(protocol.windows):
        yield from _window_faults(window, f"windows[{index}]")
    yield from _twice([w.id for w in protocol.windows], "windows", "id")
    yield from _twice([x.field for x in protocol.wordings], "wordings", "field")
    yield from criterion_faults(protocol.eligibility)
    yield from _brace_faults(protocol)
    if protocol.endpoints is not None:
        yield from endpoint_faults(protocol.endpoints)


def _gate_faults(protocol: Protocol) -> Iterator[str]:
    for index, limit in enumerate(protocol.gates):
        if limit.value not in VALUES:
            yield f"gates[{index}].value is one of {', '.join(VALUES)}"
        if len(limit.given) != 1:
            yield f"gates[{index}] has either above or below, or at_least or at_most"
        yield from _unknown(limit.text, {"value", "limit"}, f"gates[{index}].text")


def _row_faults(name: str, table: Sequence[Row]) -> Iterator[str]:
    if not table:
        yield f"{name} has no row"
    for index, row in enumerate(table):
        path = f"{name}[{index}]"
        yield from (f"{path}.when: {x} is not a condition" for x in row.when if x not in PREDICATES)
        yield from (f"{path}.asks: {x} is not a question" for x in row.asks if x not in QUESTIONS)
        if row.proposal and row.proposal not in _OUTPUTS:
            yield f"{path}.proposal: {row.proposal} is not an output"
        yield from _unknown(row.text, {*SHOWN, "asked"}, f"{path}.text")
    yield from _twice([row.rule or row.row for row in table], name, "row (give it a rule of its own)")
    if table and (left := without_row(table)) is not None:
        told = ", ".join(condition if holds else f"not {condition}" for condition, holds in left.items())
        yield f"{name}: no row holds where {told}. End it with a row that holds always (when = [])"


def _fact_faults(protocol: Protocol) -> Iterator[str]:
    """A condition about arms, sessions, radiotherapy or a marker wants the part of the protocol that it looks at."""
    wanted = (
        (("arm_not_recorded", "arm_without_tace"), protocol.arms, "arms"),
        (("sessions_too_few", "sessions_complete"), protocol.sessions, "sessions"),
        (("response_too_early",), protocol.response_after_radiotherapy_days, "response_after_radiotherapy_days"),
        (("marker_rising", "marker_unknown"), protocol.marker, "marker"),
    )
    assert CONDITIONS.issuperset(chain.from_iterable(names for names, _, _ in wanted))
    for names, given, key in wanted:
        if protocol.looks_at(*names) and not given:
            yield f"{key} is missing: a row names {' or '.join(names)}"
    if protocol.sessions is not None and not 0 < protocol.sessions.least <= protocol.sessions.most:
        yield "sessions.least is 1 or more, and at most sessions.most"


def _window_faults(window: Window, path: str) -> Iterator[str]:
    if (window.after is None) == (window.before is None):
        yield f"{path} has either after or before"
    if window.first_days > window.last_days:
        yield f"{path}.first_days is at most last_days"
    if window.while_open is not None and " " in window.while_open:
        yield f"{path}.while_open is a treatment"
    yield from (f"{path}.ended_by: {x} is not an output" for x in window.ended_by if x not in _OUTPUTS)
    yield from _unknown(window.title, {"number"}, f"{path}.title")
    yield from _unknown(window.span, {"number", "first", "last"}, f"{path}.span")


def _brace_faults(protocol: Protocol) -> Iterator[str]:
    """Words that are shown as they stand hold no names in braces."""
    shown = [("tace_card.title", protocol.tace_card.title), ("sorafenib_card.title", protocol.sorafenib_card.title)]
    shown += [("tace_card.short", protocol.tace_card.short), ("sorafenib_card.short", protocol.sorafenib_card.short)]
    shown += [(f"eligibility[{i}].text", x.text) for i, x in enumerate(protocol.eligibility)]
    shown += [(f"windows[{i}].note", x.note) for i, x in enumerate(protocol.windows)]
    for i, x in enumerate(protocol.wordings):
        shown += [(f"wordings[{i}].{key}", getattr(x, key)) for key in ("text", "short", "yes", "no")]
    for path, text in shown:
        yield from _unknown(text, set(), path)


def _twice(names: Sequence[str], path: str, key: str) -> Iterator[str]:
    for index, name in enumerate(names):
        if name in names[:index]:
            yield f"{path}[{index}]: {name} is there before; each has its own {key}"


def _unknown(text: str, known: set[str], path: str) -> Iterator[str]:
    try:
        names = [name for _, name, _, _ in Formatter().parse(text) if name is not None]
    except ValueError as error:
        yield f"{path}: {error}"
        return
    yield from (f"{path}: {{{name}}} is not known" for name in names if name not in known)
