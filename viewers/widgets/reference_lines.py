"""Which lines a view shows for the images of other views."""

from __future__ import annotations

from collections.abc import Iterable

from viewers.tools.reference import Field, reference_line
from viewers.widgets.crosshair import ReferenceLine
from viewers.widgets.source import ImageSource
from viewers.widgets.stack_view import StackView


def reference_lines(onto: StackView, others: Iterable[StackView], ends: bool = False) -> tuple[ReferenceLine, ...]:
    """Where the images that other views show cut the image of `onto`.

    Views of another frame of reference, or within 10 degrees parallel, have no line. With `ends` the first and the
    last image of each stack are shown as well, fainter.

    >>> for view in shown:                                               # doctest: +SKIP
    ...     view.set_reference_lines(reference_lines(view, shown))       # after index_changed or set_source of any
    """
    here = _field(onto.source, onto.state.index)
    if here is None:
        return ()
    found = []
    for view in others:
        source = view.source
        if view is onto or source is None:
            continue
        wanted = [(view.state.index, False)]
        if ends:
            wanted = [(k, True) for k in (0, source.count - 1) if k != view.state.index] + wanted
        for k, faint in wanted:
            field = _field(source, k)
            line = None if field is None else reference_line(field, here)
            if line is not None:
                found.append(ReferenceLine(*line, faint))
    return tuple(found)


def _field(source: ImageSource | None, k: int) -> Field | None:
    plane = None if source is None or not source.count else source.plane(k)
    if source is None or plane is None:
        return None
    return Field(plane, source.rows, source.columns, source.frame_of_reference_uid)
