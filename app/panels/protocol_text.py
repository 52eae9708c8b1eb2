"""The words of a protocol: what the decision form shows of its entry criteria, its windows and its rows."""

from __future__ import annotations

import re
from datetime import date

from app import words
from app.models.reading import Reading
from app.panels.entry_criteria import CriterionRow
from app.panels.folded_list import ListRow
from app.panels.marks import Icon
from app.state.record import CriterionAnswer, Record
from app.words import translated
from mrecist.checklist import Checked, Criterion, State, check_list, label
from mrecist.protocols import Protocol, Row
from mrecist.schedule import Timed, Timing, timings

_ICONS = {
    State.MET: Icon.MET,
    State.NOT_MET: Icon.ALERT,
    State.NOT_RECORDED: Icon.OPEN,
    State.TO_CONFIRM: Icon.QUESTION,
}


def entry_rows(protocol: Protocol, reading: Reading) -> tuple[tuple[CriterionRow, ...], str]:
    """The entry criteria against the baseline of this read, those that are not met first; and how many are what."""
    record = reading.record
    read = record.read(reading.read_id)
    answers = {x.criterion: x for x in record.criteria if x.protocol == protocol.name}
    eligible = {text: one.eligible for text, one in answers.items()}
    found = check_list(protocol.eligibility, record.case, read, _age(record), eligible)
    if not found:
        return (), ""
    order = [State.NOT_MET, State.NOT_RECORDED, State.TO_CONFIRM, State.MET]
    rows = [_entry_row(x, answers.get(x.criterion.text)) for state in order for x in found if x.state is state]
    count = {state: sum(x.state is state for x in found) for state in State}
    told = [
        translated("{count} not met", count=count[State.NOT_MET]),
        translated("{count} not recorded", count=count[State.NOT_RECORDED]),
        translated("{count} to confirm", count=count[State.TO_CONFIRM]),
        translated("{count} met", count=count[State.MET]),
    ]
    return tuple(rows), " · ".join(told)


def _entry_row(checked: Checked, answer: CriterionAnswer | None) -> CriterionRow:
    criterion = checked.criterion
    included = criterion.kind == "include"
    text = translated("include: {text}" if included else "exclude: {text}", text=translated(criterion.text))
    tone = "amber" if checked.state is State.NOT_MET else "1" if checked.state is State.MET else "2"
    match checked.state:
        case State.MET | State.NOT_MET if checked.signed and answer is not None:
            found = f"{_answer(included, answer.eligible)} · {answer.signature.by} {words.iso(answer.signature.on)}"
            text = f"{text} · {answer.signature.reason}"
        case State.TO_CONFIRM:
            found = translated("to confirm")
        case State.NOT_RECORDED:
            found = translated(
                "{value} not recorded; allowed {limit}", value=label(criterion), limit=_allowed(criterion)
            )
        case State.MET | State.NOT_MET:
            value = translated("none") if checked.found == "0" else checked.found
            found = translated("{found}; allowed {limit}", found=value, limit=_allowed(criterion))
    if not checked.answerable:
        return CriterionRow(_ICONS[checked.state], text, found, tone)
    action = translated("Change …" if checked.signed else "Answer …")
    return CriterionRow(_ICONS[checked.state], text, found, tone, criterion.text, action, included)


def _answer(included: bool, eligible: bool) -> str:
    if included:
        return translated("fulfilled" if eligible else "not fulfilled")
    return translated("does not apply" if eligible else "applies")


def _allowed(criterion: Criterion) -> str:
    return translated("none") if criterion.above == 0 else criterion.allowed


def _age(record: Record) -> int | None:
    """Age at baseline in whole years."""
    born, baseline = record.patient.birth_date, record.baseline
    if born is None or baseline is None:
        return None
    on = baseline.on
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def timing_rows(protocol: Protocol, record: Record, today: date) -> tuple[tuple[ListRow, ...], str]:
    """Everything up to today that a window speaks of, what came early or late first."""
    last = record.day(today)
    found = [x for x in timings(protocol.windows, record.case) if x.happened.day <= last]
    if not found:
        return (), ""
    off = [x for x in found if x.timing in (Timing.EARLY, Timing.LATE)]
    unknown = [x for x in found if x.timing is Timing.UNCERTAIN]
    kept = [x for x in found if x.timing is Timing.IN_TIME]
    told = [translated("{count} in time", count=len(kept))]
    told += [translated("{count} not known to the day", count=len(unknown))] if unknown else []
    told.insert(0, translated("{count} early or late", count=len(off)))
    return tuple(_timing_row(x) for x in (*off, *unknown, *kept)), " · ".join(told)


def _timing_row(timed: Timed) -> ListRow:
    window = timed.window
    side = translated("after") if window.after is not None else translated("before")
    happened = f"{timed.happened.name} {side} {timed.anchor.name}"
    first, last = window.first_days, window.last_days
    wanted = words.days(first) if first == last else f"{first}–{words.days(last)}"
    match timed.timing:
        case Timing.IN_TIME:
            said, icon, tone = words.days(timed.days), Icon.MET, "1"
        case Timing.UNCERTAIN:
            said, icon, tone = translated("not known to the day"), Icon.OPEN, "2"
        case Timing.EARLY:
            said, icon, tone = translated("{days} early", days=words.days(timed.off_days)), Icon.ALERT, "amber"
        case Timing.LATE:
            said, icon, tone = translated("{days} late", days=words.days(timed.off_days)), Icon.ALERT, "amber"
    return ListRow(icon, f"{happened} ({wanted})", said, tone)


def rows_named(protocol: Protocol) -> str:
    """The rows of both tables in brief: ``T1–T11, S1–S12``."""
    return ", ".join(_span(table) for table in (protocol.tace, protocol.sorafenib))


def _span(table: tuple[Row, ...]) -> str:
    ordered = sorted({row.row for row in table}, key=lambda x: (re.sub(r"\d+$", "", x), int(re.sub(r"\D", "", x) or 0)))
    return ordered[0] if len(ordered) == 1 else f"{ordered[0]}–{ordered[-1]}"
