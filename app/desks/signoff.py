"""The checklist before a signature, from the criteria and what is recorded. Pure."""

from __future__ import annotations

from app.desks.lesion_questions import is_assigned_here, questions_about
from app.models.reading import Reading
from app.models.signoff import CheckLine, Item, LineState
from app.reading.lesion_events import answer_given, gone_at
from app.state.proposal_edits import pending
from app.words import counted, listed, translated
from mrecist.case import RULES_OF_TIMEPOINT
from mrecist.lesions import Lesion
from mrecist.results import Issue, Severity


def checklist(reading: Reading, under_way: bool = False) -> tuple[CheckLine, ...]:
    """What has to be done, and what may be left open, before the open time point is signed.

    Parameters
    ----------
    under_way
        The assistant proposes a measurement that was neither accepted nor dropped.
    """
    lines = (_lesions(reading), _questions(reading), _warnings(reading), _proposals(reading, under_way))
    return lines if reading.at_baseline else (_baseline(reading), *lines)


def _baseline(reading: Reading) -> CheckLine:
    first = reading.baseline_id or ""
    text = translated("Baseline ({visit}) signed first", visit=first)
    if reading.record.is_signed(reading.read_id, first):
        return CheckLine(Item.BASELINE, text, LineState.DONE)
    why = translated("every response rests on it")
    return CheckLine(Item.BASELINE, text, LineState.BLOCKS, why, visit_id=first)


def _lesions(reading: Reading) -> CheckLine:
    text, total, left = translated("Every lesion assessed"), len(reading.lesions), reading.to_do()
    if not total:
        return CheckLine(Item.LESIONS, text, LineState.BLOCKS, translated("no lesion yet"))
    if not left:
        return CheckLine(Item.LESIONS, text, LineState.DONE, translated("{n} of {n}", n=total))
    detail = translated("{done} of {total}: {left} still to do", done=total - len(left), total=total, left=listed(left))
    return CheckLine(Item.LESIONS, text, LineState.BLOCKS, detail, lesion_id=left[0])


def _questions(reading: Reading) -> CheckLine:
    asked = [(lesion, _unanswered(reading, lesion)) for lesion in reading.lesions]
    points = [(x.id, f"{x.id} {counted(many, 'question', 'questions')}") for x, many in asked if many]
    return _may_stay_open(Item.QUESTIONS, translated("Every question about a lesion answered"), points)


def _unanswered(reading: Reading, lesion: Lesion) -> int:
    seen = reading.read.observation(reading.visit_id, lesion.id)
    if seen is None:
        return 0
    if not is_assigned_here(lesion, reading):
        return int(bool(gone_at(reading, lesion)) and answer_given(reading, lesion) is None)
    asked = (question for question in questions_about(lesion) if not question.optional)
    return sum(getattr(seen.features, question.field) is None for question in asked)


def _warnings(reading: Reading) -> CheckLine:
    text = translated("Every warning justified")
    if reading.assessment is None and not reading.blind:
        why = translated("not known: the rules could not judge this; open the case again")
        return CheckLine(Item.WARNINGS, text, LineState.BLOCKS, why)
    warned = [x for x in _issues(reading) if x.severity is not Severity.NOTE and not x.overridden]
    many = {lesion.id: sum(x.lesion == lesion.id for x in warned) for lesion in reading.lesions}
    points = [(name, f"{name} {counted(n, 'warning', 'warnings')}") for name, n in many.items() if n]
    if of_visit := sum(x.rule in RULES_OF_TIMEPOINT for x in warned):
        points.append(("", f"{reading.visit_id} {counted(of_visit, 'warning', 'warnings')}"))
    return _may_stay_open(Item.WARNINGS, text, points)


def _issues(reading: Reading) -> tuple[Issue, ...]:
    if reading.assessment is None:
        return ()
    if reading.at_baseline:
        return reading.assessment.baseline.issues
    return () if reading.response is None else reading.response.issues


def _proposals(reading: Reading, under_way: bool) -> CheckLine:
    others = len(pending(reading.record, reading.read_id, reading.visit_id))
    points = [("", translated("the assistant's proposal"))] if under_way else []
    points += [("", counted(others, "proposal of another program", "proposals of other programs"))] if others else []
    return _may_stay_open(Item.PROPOSALS, translated("Every proposal looked at"), points)


def _may_stay_open(item: Item, text: str, points: list[tuple[str, str]]) -> CheckLine:
    if not points:
        return CheckLine(item, text, LineState.DONE)
    told = tuple(words for _, words in points)
    return CheckLine(item, text, LineState.OPEN, ", ".join(told), told, lesion_id=points[0][0])
