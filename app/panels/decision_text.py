"""The words of decisions and of the questions they ask."""

from __future__ import annotations

from dataclasses import dataclass

from app import words
from app.models.reading import Reading, counted_mm
from app.words import translated
from mrecist.case import Benefit, Ineligibility
from mrecist.results import Decision, SorafenibOutput, TaceOutput
from mrecist.values import LesionRole, Region

Value = str | bool | None


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer; `value` None leaves the question open and is not signed."""

    value: Value
    word: str


@dataclass(frozen=True, slots=True)
class Question:
    """A judgement that is missing: which field of the clinical status it fills, and its answers in order."""

    field: str
    text: str
    short: str
    decides: str
    answers: tuple[Answer, ...]


_ASKED_AS = {"eligibility": "ineligibility_confirmed"}

_ASKED_BY_INPUT = {
    "TACE benefit": "tace_benefit",
    "Next TACE planned": "tace_planned",
    "Sorafenib tolerable": "sorafenib_tolerable",
}


def questions(tace: Decision | None, sorafenib: Decision | None) -> tuple[Question, ...]:
    """The judgements still missing, in the order in which they are asked."""
    needed: set[str] = set()
    for decision in (tace, sorafenib):
        if decision is not None:
            needed.update(_ASKED_AS.get(need, need) for need in decision.needs)
            if asks(decision):
                needed.update(_ASKED_BY_INPUT.get(i.name, "") for i in decision.inputs if i.state == "open")
    return tuple(question for question in _all_questions() if question.field in needed)


def data_missing(tace: Decision | None, sorafenib: Decision | None) -> tuple[str, ...]:
    """What the decisions lack beside judgements: recorded data or imaging."""
    asked = {question.field for question in _all_questions()}
    needs = [need for decision in (tace, sorafenib) if decision for need in decision.needs]
    return tuple(dict.fromkeys(need for need in needs if _ASKED_AS.get(need, need) not in asked))


def why_asked(question: Question, reading: Reading) -> str:
    """Why this judgement is needed here, with the numbers it should rest on."""
    response = reading.response
    if response is None:
        return ""
    unanswered = translated("Not answered for {visit}; it will not be taken as “no”.", visit=reading.visit_id)
    if question.field == "tace_benefit":
        total = response.intrahepatic.sum_mm
        viable = _viable_targets(reading)
        intra = response.intrahepatic.response
        if total and viable:
            told = translated(
                "Intrahepatic response is {response}, viable tumour {mm} remains ({names}).",
                response=intra,
                mm=words.with_mm(total),
                names=words.listed(viable),
            )
        else:
            told = translated("Intrahepatic response is {response}.", response=intra)
        return f"{told} {unanswered}"
    if question.field in ("tace_planned", "sorafenib_tolerable"):
        extra = response.extrahepatic.response
        return translated("Extrahepatic response is {response}.", response=extra) + " " + unanswered
    decision = response.tace if question.field == "ineligibility_confirmed" else response.sorafenib
    alerts = [f"{i.name} {i.value}" for i in (decision.inputs if decision else ()) if i.state in ("alert", "not_met")]
    return " ".join(part for part in (f"{words.listed(alerts)}." if alerts else "", unanswered) if part)


def reason_line(decision: Decision) -> str:
    """Why this row holds, with its numbers; the row id is shown beside it and not said again."""
    return decision.reasons[0].text.replace(f" ({decision.row})", "") if decision.reasons else ""


def asks(decision: Decision) -> bool:
    return decision.decision in (TaceOutput.JUDGEMENT, SorafenibOutput.JUDGEMENT)


def is_failure(decision: Decision) -> bool:
    return decision.decision in (TaceOutput.STOP_FAILURE, SorafenibOutput.SORAFENIB_FAILURE)


def would_be(decision: Decision, field: str) -> str:
    """What an answer would lead to: the decision in capitals, more questions, or the question staying open."""
    if not asks(decision):
        match decision.decision:
            case TaceOutput.STOP_FAILURE:
                return translated("STOP, TACE failure")
            case SorafenibOutput.SORAFENIB_FAILURE:
                return translated("SORAFENIB FAILURE")
            case other:
                return words.decision_word(other).upper()
    needs = [_ASKED_AS.get(need, need) for need in decision.needs]
    if field in needs or not needs:
        return translated("stays open")
    return words.counted(len(needs), "more question", "more questions")


def _viable_targets(reading: Reading) -> tuple[str, ...]:
    lesions = reading.lesions_of(Region.INTRAHEPATIC)
    return tuple(
        x.id for x in lesions if x.role is LesionRole.TARGET and counted_mm(reading.finding(x.id, reading.visit_id))
    )


def _all_questions() -> tuple[Question, ...]:
    open_answer = Answer(None, translated("Cannot say yet"))
    return (
        Question(
            "tace_benefit",
            translated("Is clinical benefit of further TACE expected for the liver?"),
            translated("Is further TACE of benefit?"),
            translated("decides TACE and sorafenib"),
            (
                Answer(Benefit.YES, translated("Yes, expected")),
                Answer(Benefit.NO, translated("No benefit")),
                Answer(Benefit.UNDETERMINED, translated("Cannot say yet")),
            ),
        ),
        Question(
            "tace_planned",
            translated("Is the next TACE planned?"),
            translated("Is the next TACE planned?"),
            translated("decides sorafenib"),
            (Answer(True, translated("Yes, planned")), Answer(False, translated("Not planned")), open_answer),
        ),
        Question(
            "sorafenib_tolerable",
            translated("Is sorafenib tolerable?"),
            translated("Is sorafenib tolerable?"),
            translated("decides sorafenib"),
            (Answer(True, translated("Yes, tolerable")), Answer(False, translated("Not tolerable")), open_answer),
        ),
        Question(
            "ineligibility_confirmed",
            translated("Is the patient lastingly ineligible for TACE?"),
            translated("Lastingly ineligible?"),
            translated("decides TACE and sorafenib"),
            (
                Answer(Ineligibility.ECOG, translated("Yes, by ECOG")),
                Answer(Ineligibility.LIVER, translated("Yes, by liver")),
                open_answer,
            ),
        ),
        Question(
            "clinical_worsening",
            translated("Has the condition worsened so that sorafenib must stop?"),
            translated("Clinical worsening?"),
            translated("decides sorafenib"),
            (Answer(True, translated("Yes, worsened")), Answer(False, translated("No, goes on")), open_answer),
        ),
    )
