"""The figures of reads as files: a table to look at, and a document that keeps every coordinate to the last bit.

What the pixels under a region say is not in them: a figure is its points, and its values are those of the images.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from app.exports.exported import ExportedRead
from app.reading.figure_measures import angle_degrees, area_mm2, lengths_of, plane_flag
from app.state.codec import exact_converter
from app.state.figures import Figure
from app.state.record import Visit
from viewers.imaging.geometry import length_mm

FIGURES_SCHEMA = "hepatrace-figures/1"


def figures_plain(one: ExportedRead) -> dict[str, Any] | None:
    """Every figure of a read, with its time point, as an item of ``figures.json``; None when there is none."""
    converter = exact_converter()
    figures = [{"timepoint": at.id, **converter.unstructure(figure)} for at, figure in _figures(one)]
    if not figures:
        return None
    return {"case": one.id, "read": one.read.id, "reader": one.read.reader, "head": one.head, "figures": figures}


def figures_in(document: bytes) -> dict[tuple[str, str], tuple[Figure, ...]]:
    """The figures of a ``figures.json`` by case and read.

    Raises
    ------
    ValueError
        If it is no such document; the message says so.
    """
    try:
        plain = json.loads(document)
        if plain["schema"] != FIGURES_SCHEMA:
            raise ValueError(f"schema {plain['schema']!r} instead of {FIGURES_SCHEMA!r}")
        return {(one["case"], one["read"]): tuple(map(_figure, one["figures"])) for one in plain["reads"]}
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"figures.json does not say what it must: {type(error).__name__} {error}") from error


def figure_rows(one: ExportedRead) -> Iterator[dict[str, str | int | float | None]]:
    """One row for each figure, in the order in which they were drawn."""
    for visit, figure in _figures(one):
        lengths = [length_mm(a, b) for _, a, b in lengths_of(figure)]
        yield {
            "case": one.record.case_id,
            "read": one.read.id,
            "reader": one.read.reader,
            "timepoint": visit.id,
            "date": visit.on.isoformat(),
            "day": one.record.day(visit.on),
            "figure": figure.id,
            "kind": figure.kind.value,
            "note": figure.note,
            "length_mm": lengths[0] if lengths else None,
            "short_mm": lengths[1] if len(lengths) > 1 else None,
            "angle_degrees": angle_degrees(figure),
            "area_mm2": area_mm2(figure),
            "plane": plane_flag(figure),
            "series_uid": figure.series_uid,
            "sop_uid": figure.sop_uid,
            "frame": figure.frame,
            "frame_of_reference_uid": figure.frame_of_reference_uid,
            "points_lps_mm": " ".join(f"({' '.join(map(repr, point))})" for point in figure.points),
        }


def _figures(one: ExportedRead) -> Iterator[tuple[Visit, Figure]]:
    for held in one.record.figures:
        visit = one.record.visit_of_series(held.figure.series_uid)
        if held.read_id == one.read.id and visit is not None:
            yield visit, held.figure


def _figure(plain: dict[str, Any]) -> Figure:
    from cattrs.errors import ForbiddenExtraKeysError

    try:
        return exact_converter().structure({k: v for k, v in plain.items() if k != "timepoint"}, Figure)
    except ForbiddenExtraKeysError as error:
        raise TypeError(str(error)) from error
