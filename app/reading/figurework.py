"""The figures of a read as the views show them, and in words. Pure; no Qt."""

from __future__ import annotations

from app.reading.figure_measures import lengths_of, plane_flag
from app.reading.hanging import phase_label
from app.reading.linework import diameters_of
from app.state.figures import Figure, FigureKind
from app.state.record import Record
from app.words import SPACE
from viewers.imaging.geometry import length_mm
from viewers.tools import figures as drawn
from viewers.widgets.marks import DrawnFigure, LineStyle, ViewFigure

WORDS = {
    FigureKind.LENGTH: "Length",
    FigureKind.BIDIRECTIONAL: "Two lengths across",
    FigureKind.ELLIPSE: "Ellipse",
    FigureKind.FREEHAND: "Freehand region",
    FigureKind.ANGLE: "Angle",
    FigureKind.ARROW: "Arrow",
    FigureKind.POINT: "Point",
}


_ASKED = {
    FigureKind.LENGTH: "press and drag, or click both ends.",
    FigureKind.BIDIRECTIONAL: "draw the long line, then the short one across it.",
    FigureKind.ELLIPSE: "drag from corner to corner of its box.",
    FigureKind.FREEHAND: "draw round the region, or click its corners and end on the first.",
    FigureKind.ANGLE: "click the end of one leg, the vertex, the end of the other.",
    FigureKind.ARROW: "drag from what it points to; then type the note.",
    FigureKind.POINT: "click; the value under it is shown.",
}


def asked_of(kind: FigureKind, sticky: bool) -> str:
    """What to do with the tool in hand, in one line."""
    rest = "Draw as many as you like; Esc ends." if sticky else "Its key again: draw many. Esc cancels."
    return f"{WORDS[kind]}: {_ASKED[kind]} {rest}"


def figures_for(
    record: Record,
    read_id: str,
    visit_id: str,
    series_uid: str,
    derived: str = "",
    ghosts: bool = True,
    editable: bool = True,
) -> tuple[ViewFigure, ...]:
    """The figures of one time point as shown on one series, or with `derived` on what is computed from it.

    Those drawn there are the reader's own; those drawn elsewhere in the same frame of reference are ghosts, on the
    images at their place. A length that became a diameter is not shown a second time beside it. The figures of a
    signed time point cannot be moved.
    """
    read, here = record.read(read_id), record.series_ref(series_uid)
    if read is None or here is None:
        return ()
    editable = editable and not record.is_signed(read_id, visit_id)
    diameters = diameters_of(read, visit_id)
    shown = []
    for figure in record.figures_of(read_id, visit_id):
        if figure.kind is FigureKind.LENGTH and (figure.sop_uid, frozenset(figure.points)) in diameters:
            continue
        kind = drawn.FigureKind(figure.kind.value)
        note, flag = figure.note, plane_flag(figure)
        if (figure.series_uid, figure.derived) == (series_uid, derived):
            own = LineStyle.OWN
            shown.append(
                ViewFigure(figure.id, kind, figure.points, figure.sop_uid, figure.frame, note, flag, own, editable)
            )
        elif ghosts and figure.frame_of_reference_uid == here.frame_of_reference_uid is not None:
            shown.append(ViewFigure(figure.id, kind, figure.points, "", 1, note, flag, LineStyle.GHOST))
    return tuple(shown)


def figure_of(figure_id: str, made: DrawnFigure) -> Figure:
    """What a reader drew, as the record keeps it."""
    return Figure(
        figure_id,
        FigureKind(made.kind.value),
        made.points,
        made.series_uid,
        made.sop_uid,
        made.frame,
        made.frame_of_reference_uid,
        made.normal,
        made.derived,
    )


def figure_words(record: Record, figure: Figure) -> str:
    """One line that tells a figure from others: ``Length 23.4 mm · AP``."""
    what = WORDS[figure.kind]
    match figure.kind:
        case FigureKind.LENGTH | FigureKind.BIDIRECTIONAL:
            sizes = " \N{MULTIPLICATION SIGN} ".join(f"{length_mm(a, b):.1f}" for _, a, b in lengths_of(figure))
            what = f"{what} {sizes}{SPACE}mm"
        case FigureKind.ANGLE:
            what = f"{what} {drawn.angle_degrees(figure.points):.1f}\N{DEGREE SIGN}"
        case FigureKind.ARROW if figure.note:
            what = f"{what}: {figure.note}"
    ref = record.series_ref(figure.series_uid)
    where = "" if ref is None else phase_label(ref)
    return " \N{MIDDLE DOT} ".join(part for part in (what, figure.derived or where) if part)
