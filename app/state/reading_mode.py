"""What a read does not show its reader, and since when it does: sequential and blinded reading."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum


class Hidden(StrEnum):
    """What a read can be without. The first makes it sequential, each of the others blinded.

    `LATER` are time points after the first that was never signed. `CLINICAL` is all that is known beside the images:
    clinical data, treatments, events, laboratory values, enrolment, judgements, and the decisions that rest on them.
    `PRIOR` are the measurements of other time points, and what is computed from them, while one is read. `OTHERS` are
    the other reads of the case, until every time point of this one was signed: so a case is read a second time.
    """

    LATER = "later_timepoints"
    CLINICAL = "clinical_data"
    PATIENT = "patient_name"
    PRIOR = "prior_measurements"
    OTHERS = "other_reads"


@dataclass(frozen=True, slots=True)
class Lifted:
    """Something was shown before the read was done: by whom, when (UTC, ISO 8601), and why."""

    what: tuple[Hidden, ...]
    by: str
    at: str
    reason: str


@dataclass(frozen=True, slots=True)
class ReadingMode:
    """How one read is done; `hides` is what it was started with, `lifted` what was shown since."""

    read_id: str
    hides: tuple[Hidden, ...]
    lifted: tuple[Lifted, ...] = ()

    @property
    def still_hides(self) -> tuple[Hidden, ...]:
        shown = {one for lifting in self.lifted for one in lifting.what}
        return tuple(one for one in self.hides if one not in shown)


def in_order(hides: Iterable[Hidden]) -> tuple[Hidden, ...]:
    """Each once, in the order of `Hidden`."""
    wanted = set(hides)
    return tuple(one for one in Hidden if one in wanted)


def is_blinded(hides: Collection[Hidden]) -> bool:
    """A sequential read alone is not blinded: it sees all of what it sees."""
    return any(one is not Hidden.LATER for one in hides)
