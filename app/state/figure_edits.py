"""Edits of the figures of one read. A figure belongs to the time point of the series it was drawn on."""

from __future__ import annotations

import math
from dataclasses import replace

from app.state.events import FigureAdded, FigureChanged, FigureRemoved
from app.state.figures import FEWEST_POINTS, Figure, FigureKind, FigureOfRead
from app.state.record import Record
from app.state.refusal import EditRefused


def add_figure(record: Record, event: FigureAdded, read_id: str | None) -> Record:
    read = _read(record, read_id)
    if not event.figure.id.strip():
        raise EditRefused("A figure needs an id.")
    if record.figure(read, event.figure.id) is not None:
        raise EditRefused("The read has this figure already.")
    _check(record, read, event.figure)
    return replace(record, figures=(*record.figures, FigureOfRead(read, event.figure)))


def change_figure(record: Record, event: FigureChanged, read_id: str | None) -> Record:
    """Points and note change; the image a figure was drawn on does not."""
    read, new = _read(record, read_id), event.figure
    old = _figure(record, read, new.id)
    if new != replace(old, points=new.points, note=new.note):
        raise EditRefused("A figure stays what it is, and on its image. Remove it and draw another.")
    _check(record, read, new)
    changed = FigureOfRead(read, new)
    return replace(record, figures=tuple(changed if _is(x, read, new.id) else x for x in record.figures))


def remove_figure(record: Record, event: FigureRemoved, read_id: str | None) -> Record:
    read = _read(record, read_id)
    _check_unlocked(record, read, _figure(record, read, event.figure_id))
    return replace(record, figures=tuple(x for x in record.figures if not _is(x, read, event.figure_id)))


def _check(record: Record, read_id: str, figure: Figure) -> None:
    fewest, drawn = FEWEST_POINTS[figure.kind], len(figure.points)
    if drawn < fewest or (drawn > fewest and figure.kind is not FigureKind.FREEHAND):
        raise EditRefused(f"A figure of kind {figure.kind} has {fewest} points, not {drawn}.")
    if not all(math.isfinite(value) for point in (*figure.points, figure.normal) for value in point):
        raise EditRefused("A figure needs points that are places in the patient.")
    _check_unlocked(record, read_id, figure)


def _check_unlocked(record: Record, read_id: str, figure: Figure) -> None:
    visit = record.visit_of_series(figure.series_uid)
    if visit is None:
        raise EditRefused(f"The figure was drawn on a series that is not of this case ({figure.series_uid}).")
    if record.is_signed(read_id, visit.id):
        raise EditRefused(f"{visit.id} is signed and locked. Amend it, with a reason, to change its figures.")


def _read(record: Record, read_id: str | None) -> str:
    if not read_id or record.read(read_id) is None:
        raise EditRefused(f"The case has no read {read_id or '(none given)'}.")
    return read_id


def _figure(record: Record, read_id: str, figure_id: str) -> Figure:
    figure = record.figure(read_id, figure_id)
    if figure is None:
        raise EditRefused("The read has no such figure any more.")
    return figure


def _is(held: FigureOfRead, read_id: str, figure_id: str) -> bool:
    return held.read_id == read_id and held.figure.id == figure_id
