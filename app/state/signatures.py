"""Signatures of time points: who, when, and in which meaning; those that were amended are kept."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class SignatureMeaning(StrEnum):
    """What a signature stands for, in the words of 21 CFR 11.50(a)(3)."""

    AUTHORSHIP = "authorship"
    REVIEW = "review"
    APPROVAL = "approval"
    RESPONSIBILITY = "responsibility"


@dataclass(frozen=True, slots=True)
class SignedVisit:
    """A read of one time point that was signed and is locked; an amendment opens it again, with a reason.

    `by` is the printed name, `at` the time in UTC. `meaning` None: signed by a version that did not ask for it.
    `left_open` are the questions and warnings that were open, and known to be, in words.
    """

    read_id: str
    visit_id: str
    by: str
    head: str
    ruleset: str
    at: str = ""
    shown: tuple[tuple[str, str], ...] = ()
    meaning: SignatureMeaning | None = None
    left_open: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AmendedVisit:
    """A signature that no longer locks its time point: who opened it again, when (UTC), and why."""

    signed: SignedVisit
    by: str
    at: str
    reason: str
