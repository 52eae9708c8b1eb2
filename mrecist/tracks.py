"""One lesion followed over all time points of a read."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

from mrecist.case import Case, Examination, Modality, Read, TimePoint
from mrecist.lesions import (
    NOTHING_NOTED,
    Lesion,
    NotEvaluable,
    Observation,
    UnequivocalProgression,
    WhyNotEvaluable,
)
from mrecist.values import EarlierAbsence, LocalTreatment, Region, SeenOn


@dataclass(frozen=True, slots=True)
class Track:
    """A lesion with its observation at each time point of the case, None where nothing was recorded.

    `first` is the index of the first time point with an observation; it is the number of time points if there is
    none.
    """

    lesion: Lesion
    observations: tuple[Observation | None, ...]
    first: int

    @property
    def absence_confirmed(self) -> frozenset[int]:
        """The time points at which the reader, seeing it again, held that it had been gone."""
        return frozenset(
            [
                i
                for i, o in enumerate(self.observations)
                if o is not None
                and o.features is not NOTHING_NOTED
                and o.features.earlier_absence is EarlierAbsence.CONFIRMED
            ]
        )


def follow(case: Case, read: Read) -> tuple[Track, ...]:
    """Each lesion of the read over the time points of the case, in the read's order of lesions.

    A lesion that was treated by itself so that it can no longer be assessed is not evaluable from then on.
    """
    found: dict[str, list[Observation | None]] = {x.id: [None] * len(case.timepoints) for x in read.lesions}
    index_of = {t.id: i for i, t in enumerate(case.timepoints)}
    for visit in read.timepoints:
        index = index_of.get(visit.timepoint_id)
        if index is None:
            continue
        for observation in visit.observations:
            if observation.lesion_id in found:
                found[observation.lesion_id][index] = observation
    return tuple(Track(x, _assessed(x, seen), _first(seen)) for x in read.lesions for seen in (found[x.id],))


def leaves_assessment(lesion: Lesion, treated: LocalTreatment | None) -> bool:
    """Does this local treatment take the lesion out of the assessment, so that it is not evaluable from then on?

    ================================================ =========================================================
    local treatment since the time point before      the lesion
    ================================================ =========================================================
    none                                             goes on as it was
    resection, wherever it lies                      leaves the assessment, short of unequivocal progression
    TACE, ablation or radiation, in the liver        goes on: its viable part is measured
    TACE, ablation or radiation, outside the liver   leaves the assessment, short of unequivocal progression
    ================================================ =========================================================

    Notes
    -----
    Sources: EORTC, surgery or radiotherapy and RECIST (a treated lesion is not evaluable); Lencioni & Llovet 2010 (the
    viable part of a lesion treated in the liver is measured).
    """
    if treated is None:
        return False
    return treated is LocalTreatment.RESECTION or lesion.region is Region.EXTRAHEPATIC


def _assessed(lesion: Lesion, seen: list[Observation | None]) -> tuple[Observation | None, ...]:
    out = False
    for index, observation in enumerate(seen):
        if observation is None or (observation.features is NOTHING_NOTED and not out):
            continue
        out = out or (index > 0 and leaves_assessment(lesion, observation.features.treated_since))
        if out and not isinstance(observation.finding, NotEvaluable | UnequivocalProgression):
            seen[index] = replace(observation, finding=NotEvaluable(WhyNotEvaluable.TREATED))
    return tuple(seen)


def _first(observations: list[Observation | None]) -> int:
    return next((i for i, o in enumerate(observations) if o is not None), len(observations))


@dataclass(frozen=True, slots=True)
class Tests:
    """Which functional examinations were done at a time point; None where nothing was said of them."""

    pet: bool | None
    bone_scan: bool | None

    def done(self, test: SeenOn) -> bool | None:
        return self.pet if test is SeenOn.PET else self.bone_scan


UNKNOWN_TESTS = Tests(None, None)


def functional_tests(case: Case) -> tuple[Tests, ...]:
    """What each time point says of PET and bone scan, from its scans and its coverage."""
    return tuple(_tests(t) for t in case.timepoints)


def _tests(timepoint: TimePoint) -> Tests:
    if not timepoint.scans and timepoint.coverage is None:
        return UNKNOWN_TESTS
    return _tests_of(tuple([s.modality for s in timepoint.scans]), timepoint.coverage)


@lru_cache(maxsize=1024)
def _tests_of(modalities: tuple[Modality, ...], coverage: tuple[tuple[Examination, bool], ...] | None) -> Tests:
    """Few combinations are stated, each at very many time points."""
    pet: bool | None = Modality.PT in modalities if modalities else None
    covered = dict(coverage or ()).get(Examination.BONE_SCAN)
    bone = True if Modality.BS in modalities or covered else (False if modalities else covered)
    return Tests(pet, bone)
