"""The lines of the worklist: every case with its last responses and decisions.

A line that was made once is kept beside the log. It is used while the log of its case ends where it ended then, and
while it was made by the same code and rules; only what stands on the day's date is worked out again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from typing import Any

from app.assessing import assess_read
from app.models.hiding import own_read, sight_of, without_decisions
from app.models.worklist import CaseLine, NextVisit, line_of
from app.profiles import known_profiles
from app.state.dates import read_date
from app.state.events import ReadStarted
from app.state.reading_mode import Hidden
from app.state.record import Record
from app.storage.cohort_cache import heads, keep_rows, kept_rows
from app.storage.database import Database
from app.storage.errors import StorageError
from app.storage.log import cases_with, read_present
from app.storage.made_by import digest_of_sources
from mrecist.results import Decision, SorafenibOutput, TaceOutput
from mrecist.rulesets import RuleSet
from mrecist.values import Response

_CODE = (
    "app.state",
    "app.desks.case_list",
    "app.models.worklist",
    "app.models.hiding",
    "app.reading.next_dates",
    "app.words",
    "mrecist",
)
_KEEP_EVERY = 500
_SYNTHETIC_DAYS = 2
"""In a synthetic case today is this many days after its last time point."""


def case_lines(
    database: Database,
    ruleset: RuleSet,
    cancelled: Callable[[], bool],
    progress: Callable[[int, int], None] | None = None,
    reader: str = "",
) -> tuple[CaseLine, ...]:
    """One line a case; a case that cannot be read says why.

    Parameters
    ----------
    cancelled
        Asked before each case that has to be judged; what was made until then is kept.
    progress
        Told how many of how many cases are done that had to be judged.
    reader
        Who looks: what a sequential or blinded read hides from this reader is not in the list.

    Raises
    ------
    StorageError
        If the database cannot be read.
    """
    today = date.today()
    key = _key(ruleset)
    with database.reading() as connection:
        ends = heads(connection)
        kept = kept_rows(connection, key) if key is not None else {}
    current = [case for case, head in ends.items() if kept.get(case, ("",))[0] == head]
    lines = dict(zip(current, _decoded([kept[case][1] for case in current], today), strict=True))
    stale = [case for case in ends if case not in lines]
    made: dict[str, tuple[str, str]] = {}
    for number, case_id in enumerate(stale, 1):
        if cancelled():
            break
        line, text, head = _judged(database, ruleset, case_id, today)
        lines[case_id] = line
        if text:
            made[case_id] = (head, text)
        if key is not None and len(made) >= _KEEP_EVERY:
            keep_rows(database, key, made)
            made = {}
        if progress is not None:
            progress(number, len(stale))
    if key is not None:
        keep_rows(database, key, made)
    hiding = {name.upper() for p in known_profiles().protocols if p.hides for name in (p.name, *p.aliases)}
    for case_id in [x for x, line in lines.items() if _hides_from(line, reader, hiding)]:
        lines[case_id] = _judged_for(database, ruleset, case_id, reader, today)
    return tuple(lines[case] for case in ends if case in lines)


def _hides_from(line: CaseLine, reader: str, hiding: Collection[str]) -> bool:
    """Whether a case hides something from a reader: by the reader's own read, else by one of the protocols `hiding`."""
    if not reader or line.fault:
        return False
    return reader in line.hidden_from if reader in line.read_by else line.protocol in hiding


def _judged_for(database: Database, ruleset: RuleSet, case_id: str, reader: str, today: date) -> CaseLine:
    """The line of a case as this reader's read lets it be seen; it is not kept."""
    try:
        with database.reading() as connection:
            record, _ = read_present(connection, case_id)
    except StorageError as error:
        return CaseLine(case_id, fault=str(error))
    sight, read_id = sight_of(record, reader), own_read(record, reader)
    shown = sight.shown
    if set(sight.hides) & {Hidden.LATER, Hidden.PRIOR, Hidden.OTHERS}:  # nor whether another has signed
        shown = replace(shown, signed=tuple(x for x in shown.signed if x.read_id == read_id))
    elif record.reads:
        read_id = record.reads[0].id
    assessment = None
    if read_id is not None and shown.visits and Hidden.PRIOR not in sight.hides:
        assessment = assess_read(shown, read_id, ruleset)
        assessment = without_decisions(assessment) if Hidden.CLINICAL in sight.hides else assessment
    return line_of(shown, assessment, _today(shown, today))


def hiding_cases(database: Database, case_ids: Sequence[str] | None, reader: str) -> tuple[str, ...]:
    """Of these cases, or of all, those that hide something from this reader now; one that cannot be read does not."""
    found = []
    by_protocol = any(protocol.hides for protocol in known_profiles().protocols)
    with database.reading() as connection:
        asked = heads(connection) if case_ids is None else case_ids
        begun = None if by_protocol else cases_with(connection, ReadStarted.kind, '"hides":["')
        for case_id in asked if begun is None else [x for x in asked if x in begun]:
            try:
                record, _ = read_present(connection, case_id)
            except StorageError:
                continue
            if sight_of(record, reader).hides and not record.closed_because:
                found.append(case_id)
    return tuple(found)


def _judged(database: Database, ruleset: RuleSet, case_id: str, today: date) -> tuple[CaseLine, str, str]:
    """The line of a case, its text where it can be kept, and where the log ended."""
    try:
        with database.reading() as connection:
            record, head = read_present(connection, case_id)
    except StorageError as error:
        return CaseLine(case_id, fault=str(error)), "", ""
    ready = record.visits and record.reads
    assessment = assess_read(record, record.reads[0].id, ruleset) if ready else None
    line = line_of(record, assessment, _today(record, today))
    return line, "" if _looks_ahead(record, today) else _encoded(line), head.hash


def _today(record: Record, today: date) -> date:
    """In a synthetic case the day is one that its course has just reached."""
    if record.synthetic and record.visits:
        return record.visits[-1].on + timedelta(days=_SYNTHETIC_DAYS)
    return today


def _looks_ahead(record: Record, today: date) -> bool:
    """Whether something is dated after today, or nothing is: then the line depends on the day it is made on."""
    if record.synthetic:
        return False
    return not record.visits or any(on > today for on in _dates(record))


def _dates(record: Record) -> Iterator[date]:
    for visit in record.visits:
        yield visit.on
    for treatment in record.treatments:
        yield treatment.on
        if treatment.until is not None:
            yield treatment.until
    for event in record.events:
        yield event.on


def _key(ruleset: RuleSet) -> str | None:
    code = digest_of_sources(*_CODE)
    if code is None:
        return None
    told = ["worklist", code, ruleset.name, ruleset.version, ruleset.digest]
    told += [protocol.label for protocol in known_profiles().protocols]
    return hashlib.sha256("\n".join(told).encode()).hexdigest()


# --- a line as text --------------------------------------------------------------------------------------------------

_PLAIN = (
    *("case_id", "name", "sex", "age", "protocol", "last_visit"),
    *("borderline", "signed", "synthetic", "at_baseline"),
)
_NAMES = ("read_by", "hidden_from")
_RESPONSES = ("intrahepatic", "extrahepatic", "composite")


def _encoded(line: CaseLine) -> str:
    told: dict[str, Any] = {name: getattr(line, name) for name in (*_PLAIN, *_NAMES)}
    told |= {name: response.value for name in _RESPONSES if (response := getattr(line, name)) is not None}
    for name in ("tace", "sorafenib"):
        decision: Decision | None = getattr(line, name)
        if decision is not None:
            told[name] = [decision.decision.value, decision.row, *decision.needs]
    if line.last_on is not None:
        told["last_on"] = line.last_on.isoformat()
    if line.next_visit is not None:
        told["next"] = [line.next_visit.first.isoformat(), line.next_visit.last.isoformat()]
    return json.dumps(told, ensure_ascii=False, separators=(",", ":"))


def _decoded(texts: Sequence[str], today: date) -> list[CaseLine]:
    """The lines of these texts: read in one go, and what is the same in many of them is made once."""
    responses = {response.value: response for response in Response}
    outputs: dict[str, Any] = {"tace": TaceOutput, "sorafenib": SorafenibOutput}
    day_of = cache(read_date)
    decision_of = cache(lambda name, output, row, *needs: Decision(outputs[name](output), row, needs=needs))
    window_of = cache(lambda first, last, day: NextVisit.seen_on(day_of(first), day_of(last), day))
    found = []
    for told in json.loads(f"[{','.join(texts)}]"):
        day = today
        for name in _RESPONSES:
            if name in told:
                told[name] = responses[told[name]]
        for name in outputs:
            if name in told:
                told[name] = decision_of(name, *told[name])
        for name in _NAMES:
            told[name] = tuple(told[name])
        if "last_on" in told:
            told["last_on"] = last_on = day_of(told["last_on"])
            if told["synthetic"]:
                day = last_on + timedelta(days=_SYNTHETIC_DAYS)
        if "next" in told:
            first, last = told.pop("next")
            told["next_visit"] = window_of(first, last, day)
        found.append(CaseLine(**told))
    return found
