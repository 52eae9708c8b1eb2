"""The words of decisions and of the questions they ask."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from app import words
from app.models.reading import Reading, counted_mm
from app.state.record import Judgement
from app.words import translated
from mrecist.case import Benefit, Ineligibility
from mrecist.protocols import Protocol, Wording
from mrecist.results import Decision, DecisionInput, SorafenibOutput, TaceOutput, TimePointResponse
from mrecist.values import LesionRole, Region, Response

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


_FAILURES = (
    TaceOutput.STOP_FAILURE,
    SorafenibOutput.SORAFENIB_FAILURE,
    SorafenibOutput.UNTREATABLE_PROGRESSION,
    SorafenibOutput.STOP_PD,
)
_ASKED_AS = {"eligibility": "ineligibility_confirmed"}

_ASKED_BY_INPUT = {
    "TACE benefit": "tace_benefit",
    "Next TACE planned": "tace_planned",
    "Sorafenib tolerable": "sorafenib_tolerable",
}

_JUDGED_INPUTS = {
    **_ASKED_BY_INPUT,
    "Sorafenib not tolerable": "sorafenib_tolerable",
    "Lasting ineligibility": "ineligibility_confirmed",
    "Clinical worsening": "clinical_worsening",
    "Consent withdrawn": "consent_withdrawn",
    "Local treatment": "tace_benefit",
    "Benefit of going on": "systemic_benefit",
    "Operable": "resectable",
    "Not tolerable": "sorafenib_tolerable",
}
"""Which judgement an input of a decision rests on."""


def questions(
    tace: Decision | None, sorafenib: Decision | None, protocol: Protocol | None = None
) -> tuple[Question, ...]:
    """The judgements still missing, in the order in which they are asked, in the words of the protocol."""
    needed: set[str] = set()
    for decision in (tace, sorafenib):
        if decision is not None:
            needed.update(_ASKED_AS.get(need, need) for need in decision.needs)
            if asks(decision):
                needed.update(_ASKED_BY_INPUT.get(i.name, "") for i in decision.inputs if i.state == "open")
    return tuple(question for question in _all_questions(protocol) if question.field in needed)


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
        if any(_benefit_left_open(x) for x in (response.tace, response.sorafenib) if x is not None):
            unanswered = _cannot_say()
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


def reason_line(decision: Decision, response: TimePointResponse | None = None) -> str:
    """Why this row holds, with its numbers; the row id is shown beside it and not said again.

    What a row says in general is said only where it is true of this `response`.
    """
    if not decision.reasons:
        return ""
    reason = decision.reasons[0]
    told = reason.text.replace(f" ({decision.row})", "")
    match reason.rule:
        case "S9" if response is not None and response.intrahepatic.response is not Response.PD:
            return translated("Extrahepatic {response}: sorafenib continues.", response=reason.numbers["extrahepatic"])
        case "S4" if _benefit(decision) != "alert":
            return translated("Sorafenib failure: extrahepatic PD and TACE failure.")
        case "T3" if response is not None and not _sorafenib_continues(response):
            return translated("Stop: intrahepatic CR. Re-evaluate in 4–8 weeks.")
        case "T11" if _benefit_left_open(decision):
            liver = reason.numbers["intrahepatic"]
            decides = translated("Viable tumour, intrahepatic {response}: benefit decides.", response=liver)
            return f"{decides} {_cannot_say()}"
        case _:
            return told


def judgements_at(reading: Reading) -> tuple[Judgement, ...]:
    """The answers that hold at the open time point: of each question the one signed last."""
    newest = {x.field: x for x in reading.record.judgements if x.visit_id == reading.visit_id}
    return tuple(newest.values())


def decision_titles(protocol: Protocol | None) -> tuple[str, str]:
    """What a study calls its local and its systemic decision."""
    if protocol is None:
        return "TACE", translated("Sorafenib")
    return translated(protocol.tace_card.title), translated(protocol.sorafenib_card.title)


def answer_line(judgement: Judgement, protocol: Protocol | None = None) -> str:
    """A signed answer on one line: question, answer, who, when, why."""
    question = next((q for q in _all_questions(protocol) if q.field == judgement.field), None)
    asked = judgement.field.replace("_", " ").capitalize() if question is None else question.short
    answers = () if question is None else question.answers
    yes_no = translated("yes") if judgement.value else translated("no")
    said = yes_no if isinstance(judgement.value, bool) else str(judgement.value)
    word = next((a.word for a in answers if a.value == judgement.value), said)
    signed = judgement.signature
    return f"{asked} {word} · {signed.by} {words.iso(signed.on)} · {signed.reason}"


def origin_text(entry: DecisionInput, judgements: Sequence[Judgement]) -> str:
    """Where an input comes from; of a judged one also who answered, and when."""
    field = _JUDGED_INPUTS.get(entry.name)
    judged = next((x for x in judgements if x.field == field), None)
    if judged is None:
        return entry.origin
    signed = judged.signature
    return translated("judged · {name} {day}", name=signed.by, day=words.month_day(signed.on))


def asks(decision: Decision) -> bool:
    return decision.decision in (TaceOutput.JUDGEMENT, SorafenibOutput.JUDGEMENT)


def is_failure(decision: Decision) -> bool:
    return decision.decision in _FAILURES


def lacks_images(decision: Decision, response: TimePointResponse) -> bool:
    """Does the decision stand on images that cannot be judged?"""
    needs = decision.needs
    outside = "extrahepatic imaging" in needs and response.extrahepatic.response is Response.NE
    return outside or "imaging" in needs or "tumour imaging" in needs


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


def _benefit(decision: Decision) -> str:
    """How the benefit of TACE stands among the inputs of a decision: met, alert or open."""
    return next((entry.state for entry in decision.inputs if entry.name == "TACE benefit"), "")


def _benefit_left_open(decision: Decision) -> bool:
    """Whether the benefit was judged, and the judgement is that it cannot be said yet."""
    return any(entry.name == "TACE benefit" and entry.value == "cannot say yet" for entry in decision.inputs)


def _cannot_say() -> str:
    return translated("Answered “cannot say yet”; it is not taken as “no”.")


def _sorafenib_continues(response: TimePointResponse) -> bool:
    return response.sorafenib is not None and response.sorafenib.decision is SorafenibOutput.CONTINUE


def _viable_targets(reading: Reading) -> tuple[str, ...]:
    lesions = reading.lesions_of(Region.INTRAHEPATIC)
    return tuple(
        x.id for x in lesions if x.role is LesionRole.TARGET and counted_mm(reading.finding(x.id, reading.visit_id))
    )


def _all_questions(protocol: Protocol | None = None) -> tuple[Question, ...]:
    """Every judgement as a question; a protocol may put one in its own words."""
    known = _plain_questions()
    if protocol is None:
        return known
    own = {x.field: x for x in protocol.wordings}
    return tuple(_in_words(q, own[q.field], protocol) if q.field in own else _for(q, protocol) for q in known)


def _in_words(question: Question, wording: Wording, protocol: Protocol) -> Question:
    yes, no, *more = question.answers
    if wording.yes:
        yes = replace(yes, word=translated(wording.yes))
    if wording.no:
        no = replace(no, word=translated(wording.no))
    put = replace(question, text=translated(wording.text), short=translated(wording.short), answers=(yes, no, *more))
    return _for(put, protocol)


def _for(question: Question, protocol: Protocol) -> Question:
    """What an answer decides, by the study's own names for its two decisions."""
    named = (protocol.tace_card.title, protocol.sorafenib_card.title)
    if named == ("TACE", "Sorafenib"):
        return question
    return replace(question, decides=translated("decides {local} or {systemic}", local=named[0], systemic=named[1]))


def _plain_questions() -> tuple[Question, ...]:
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
        Question(
            "resectable",
            translated("Is resection, metastasectomy or transplantation possible?"),
            translated("Operable?"),
            translated("decides the local treatment"),
            (Answer(True, translated("Yes, operable")), Answer(False, translated("Not operable")), open_answer),
        ),
        Question(
            "systemic_benefit",
            translated("Is benefit of going on with systemic treatment expected?"),
            translated("Systemic treatment of benefit?"),
            translated("decides the systemic treatment"),
            (
                Answer(Benefit.YES, translated("Yes, expected")),
                Answer(Benefit.NO, translated("No benefit")),
                Answer(Benefit.UNDETERMINED, translated("Cannot say yet")),
            ),
        ),
    )
