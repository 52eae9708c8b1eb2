"""On what a lesion was measured, CT or MRI, and where that changed."""

from __future__ import annotations

from collections.abc import Sequence

from mrecist.case import Modality, TimePoint
from mrecist.lesions import Merged, NotEvaluable, Observation
from mrecist.results import Issue, Severity
from mrecist.sumnumbers import Number
from mrecist.tracks import Track
from mrecist.values import Line

MODALITY_CHANGE = "E-MODALITY"
CROSS_SECTIONAL = frozenset((Modality.CT, Modality.MR))
_NOT_READ = (NotEvaluable, Merged)
_WORDS = {Modality.CT: "CT", Modality.MR: "MRI"}


def modality_of(observation: Observation | None, timepoint: TimePoint) -> Modality | None:
    """What a finding was read on, None where that is not known.

    ===  ===========================================================  ==========
    row  when                                                         modality
    ===  ===========================================================  ==========
    1    nothing was recorded, not evaluable, or merged               none
    2    a scan names the lesion among those that were read on it     of that
    3    a scan holds the series of the finding's first line          of that
    4    the time point's scans are all CT, or all MR                 that
    5    else                                                         none
    ===  ===========================================================  ==========
    """
    if observation is None or isinstance(observation.finding, _NOT_READ):
        return None
    if (alike := shared_modality(timepoint)) is not None:
        return alike
    scans = [s for s in timepoint.scans if s.modality in CROSS_SECTIONAL]
    named = next((s.modality for s in scans if observation.lesion_id in s.lesions), None)
    if named is not None:
        return named
    lines: tuple[Line, ...] = getattr(observation.finding, "evidence", ())
    return next((s.modality for s in scans if lines and lines[0].series_uid in s.series), None)


def shared_modality(timepoint: TimePoint) -> Modality | None:
    """That of all CT and MR scans of a time point, where they are of one."""
    there = {s.modality for s in timepoint.scans if s.modality in CROSS_SECTIONAL}
    return there.pop() if len(there) == 1 else None


def modality_changes(
    track: Track, timepoints: Sequence[TimePoint], shared: Sequence[Modality | None]
) -> list[Issue | None]:
    """Where a lesion was measured on CT before and on MRI now, or the reverse (E-MODALITY), by time point.

    Compared is with the time point at which the lesion was first seen, and where that is alike, with the last one
    before. A note: nothing changes by it. Source: RECIST 1.1 (Eisenhauer 2009), the same method of assessment and
    the same technique at baseline and during follow-up.

    Parameters
    ----------
    track : Track
    timepoints : sequence of TimePoint
    shared : sequence of Modality or None, one for each time point
        What `shared_modality` says of it; asked once for all lesions.
    """
    found: list[Issue | None] = []
    first: tuple[str, Modality] | None = None
    last: tuple[str, Modality] | None = None
    for timepoint, observation, alike in zip(timepoints, track.observations, shared, strict=True):
        if observation is None or isinstance(observation.finding, _NOT_READ):
            found.append(None)
            continue
        now = alike or modality_of(observation, timepoint)
        other = None
        if now is not None:
            other = first if first is not None and first[1] is not now else last
            last = (timepoint.id, now)
            first = first or last
        found.append(None if now is None or other is None or other[1] is now else _issue(track, now, *other))
    return found


def _issue(track: Track, now: Modality, at: str, before: Modality) -> Issue:
    lesion = track.lesion.id
    numbers: dict[str, Number] = {"lesion": lesion, "modality": _WORDS[now], "before": _WORDS[before], "at": at}
    return Issue(MODALITY_CHANGE, Severity.NOTE, lesion, numbers)
