"""What a reader is asked of a lesion beside its size: what the criteria need and an image cannot answer by itself."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from app.models.reading import Reading
from app.panels.lesion_form import Check, CheckState, Way
from mrecist.lesions import Features, Lesion
from mrecist.values import Certainty, LesionKind, LesionRole, Proof, Region

Value = bool | Certainty | Proof


@dataclass(frozen=True, slots=True)
class LesionQuestion:
    """One question; `field` is the feature that it fills. Without an answer the feature stays not stated.

    An `optional` one is a note by most rule sets: it is no open point where it is not answered.
    """

    field: str
    text: str
    answers: tuple[tuple[str, Value], ...]
    optional: bool = False


_YES_NO: tuple[tuple[str, Value], ...] = (("Yes", True), ("No", False))
_ENHANCES = LesionQuestion("arterial_enhancement", "Enhances in the arterial phase?", _YES_NO)
_DELINEATED = LesionQuestion("well_delineated", "Well delineated, not infiltrative?", _YES_NO)
_TREATED = LesionQuestion("previously_treated", "Treated before baseline (TACE, ablation, radiation)?", _YES_NO)
_TYPICAL = LesionQuestion("typical_vascular_pattern", "Arterial hyperenhancement with washout?", _YES_NO)
_CERTAIN = LesionQuestion(
    "certainty", "Beyond doubt a new lesion?", (("Yes", Certainty.UNEQUIVOCAL), ("Equivocal", Certainty.EQUIVOCAL))
)
_THROMBUS = LesionQuestion(
    "certainty",
    "Tumour thrombus, not a bland one?",
    (("Tumour", Certainty.UNEQUIVOCAL), ("Equivocal", Certainty.EQUIVOCAL), ("Bland", Certainty.REFUTED)),
)
_SETTLED = LesionQuestion(
    "certainty",
    "Tumour, by now?",
    (
        ("Confirmed", Certainty.UNEQUIVOCAL),
        ("In doubt", Certainty.EQUIVOCAL),
        ("Refuted", Certainty.REFUTED),
    ),
)
_HISTOLOGY = LesionQuestion("proof", "Histology?", (("Positive", Proof.POSITIVE), ("Negative", Proof.NEGATIVE)))
_CYTOLOGY = LesionQuestion("cytology", "Cytology?", (("Positive", Proof.POSITIVE), ("Negative", Proof.NEGATIVE)))


def questions_about(lesion: Lesion, later: bool = False) -> tuple[LesionQuestion, ...]:
    """What is asked where a lesion is assigned: of a liver target, of a new lesion, of an effusion.

    At a `later` time point, whether a new lesion has turned out to be tumour.
    """
    if later:
        if lesion.role is not LesionRole.NEW:
            return ()
        seen = (_TYPICAL,) if lesion.is_liver_nodule else ()
        return (*seen, _SETTLED, _CYTOLOGY if lesion.kind is LesionKind.EFFUSION else _HISTOLOGY)
    asked: tuple[LesionQuestion, ...] = ()
    if lesion.role is LesionRole.TARGET:
        asked = (_ENHANCES, _DELINEATED, _TREATED) if lesion.region is Region.INTRAHEPATIC else (_TREATED,)
    elif lesion.role is LesionRole.NEW and lesion.is_liver_nodule:
        asked = (_TYPICAL, replace(_CERTAIN, optional=True))
    elif lesion.role is LesionRole.NEW and lesion.kind is not LesionKind.EFFUSION:  # of which cytology decides alone
        asked = (_THROMBUS if lesion.kind is LesionKind.TUMOUR_THROMBUS else _CERTAIN,)
    if lesion.kind is LesionKind.EFFUSION:
        asked = (*asked, _CYTOLOGY)
    return asked


def check_for(question: LesionQuestion, features: Features) -> Check:
    """The question as a line of the form; once answered, with its answer, which can be changed."""
    value = getattr(features, question.field)
    ways = tuple(Way(word, word) for word, _ in question.answers)
    given = next((word for word, answer in question.answers if answer == value), None)
    if value is None or given is None:
        return Check(question.field, question.text, CheckState.QUESTION, ways=ways)
    others = tuple(way for way in ways if way.id != given)
    return Check(question.field, f"{question.text} {given}.", CheckState.MET, ways=others)


def answered(question: LesionQuestion, features: Features, answer: str) -> Features:
    """The features with one question answered.

    Raises
    ------
    KeyError
        If the question has no such answer.
    """
    changes: dict[str, Any] = {question.field: dict(question.answers)[answer]}
    return replace(features, **changes)


def settles(question: LesionQuestion, features: Features) -> bool:
    """Does what is noted settle whether the lesion is tumour, so that the day on which it did is of interest?"""
    value = getattr(features, question.field)
    return isinstance(value, Proof | Certainty) and value is not Certainty.EQUIVOCAL


def is_assigned_here(lesion: Lesion, reading: Reading) -> bool:
    """A lesion's assignment is shown where it was made: at baseline, or where a new lesion was first seen."""
    if reading.at_baseline:
        return True
    first = next((v.id for v in reading.visits if reading.finding(lesion.id, v.id) is not None), None)
    return lesion.role is LesionRole.NEW and first == reading.visit_id
