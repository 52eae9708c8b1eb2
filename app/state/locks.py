"""Which edits a signature locks that was given after them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from app.state.events import (
    Entry,
    Event,
    FigureAdded,
    FigureChanged,
    FigureRemoved,
    LesionChanged,
    LesionRemoved,
    PhaseCorrected,
    PlacePinned,
    ProposalDeclined,
    VisitSigned,
)
from app.state.record import Record
from app.state.subjects import subjects


def locked_by(standing: Sequence[Entry], record: Record, entry: Entry) -> str | None:
    """The time point whose later signature locks an edit; None where none does.

    A signature locks what was recorded before it of its own time point and of those before it, in its own read, and
    what belongs to the case as a whole. An edit that speaks of later time points alone is open.

    Parameters
    ----------
    standing
        The entries of the log that count.
    record
        What they give.
    """
    signed = [
        e.event.visit_id
        for e in standing
        if e.sequence > entry.sequence and isinstance(e.event, VisitSigned) and entry.read_id in (None, e.read_id)
    ]
    if not signed:
        return None
    order = {visit.id: number for number, visit in enumerate(record.visits)}
    spoken_of = _visits_of(entry.event, subjects(entry), standing, record)
    first = min((-1 if visit is None else order.get(visit, -1) for visit in spoken_of), default=len(order))
    return next((visit for visit in reversed(signed) if order.get(visit, len(order)) >= first), None)


def _visits_of(
    event: Event, keys: Iterable[tuple[str, ...]], standing: Sequence[Entry], record: Record
) -> frozenset[str | None]:
    """The time points that an edit speaks of: None among them where it speaks of the case; empty where of none."""
    match event:
        case FigureAdded() | FigureChanged():
            return frozenset({_visit_of(record, event.figure.series_uid)})
        case FigureRemoved():
            drawn = (e.event.figure for e in standing if isinstance(e.event, FigureAdded))
            return frozenset(_visit_of(record, x.series_uid) for x in drawn if x.id == event.figure_id)
        case PhaseCorrected():
            return frozenset({_visit_of(record, event.series)})
        case PlacePinned() | ProposalDeclined():
            return frozenset()
        case LesionChanged() | LesionRemoved():
            names = {key[1:] for key in keys if key[0] == "lesion"}
            found = {key for e in standing for key in subjects(e) if key[0] == "finding"}
            return frozenset(visit for _, read, visit, name in found if (read, name) in names)
    spoken_of = {_visit_in(key) for key in keys if key[0] != "lesion"}
    return frozenset(spoken_of)


def _visit_of(record: Record, series: str) -> str | None:
    visit = record.visit_of_series(series)
    return None if visit is None else visit.id


def _visit_in(key: tuple[str, ...]) -> str | None:
    match key:
        case ("finding" | "signature", _, visit, *_):
            return visit
        case ("clinical" | "judgement" | "justified" | "coverage_recorded", visit, *_):
            return visit
        case _:
            return None
