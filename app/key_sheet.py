"""The sheet of keys as text: in groups, in columns, with the reader's own keys; for the window and for paper."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from itertools import groupby, pairwise

from PySide6.QtCore import QBuffer, QIODevice, QMarginsF, QSizeF
from PySide6.QtGui import QPagedPaintDevice, QPageLayout, QPageSize, QPdfWriter, QTextDocument

from app.actions import MOUSE_AND_OTHER_KEYS
from app.keymap import Keymap
from app.keystroke import KeyStroke
from app.theme import Theme
from app.words import translated

_CHANGED = "•"
_LARGEST, _SMALLEST, _STEP = 10.0, 6.0, 0.25
"""Sizes of type on paper, in points: the largest that fits one page, and none that cannot be read."""
_FINE = 8
"""Parts of a point in which paper is laid out, since lines are as high as whole units."""
_MARGIN_MM = 12.0
_LINE_HEIGHT = 88
"""Percent of the type's own, which leaves room for Hangul above and below."""
_HEAD_LINES = 1.6
"""The room of a heading, in lines."""
_LEAST_LINES = 3
"""Of a group that is cut, on either side."""


@dataclass(frozen=True, slots=True)
class Line:
    """What a key, or the mouse, does."""

    keys: tuple[str, ...]
    does: str
    changed: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """Lines under one heading."""

    heading: str
    lines: tuple[Line, ...]


def sheet_groups(keymap: Keymap) -> tuple[Group, ...]:
    """Every action that has a key, in the groups and the order of the table, then the mouse.

    Actions that stand together are one line with the first key of each.
    """
    groups: dict[str, list[Line]] = {}
    for words, rows in groupby(keymap.actions, key=lambda action: action.together or action.id):
        family = [action for action in rows if keymap.keys(action.id)]
        if not family:
            continue
        first = family[0]
        changed = any(keymap.is_changed(action.id) for action in family)
        if first.together:
            line = Line((_in_a_row([keymap.keys(action.id)[0] for action in family]),), translated(words), changed)
        else:
            line = Line(tuple(key.shown for key in keymap.keys(first.id)), translated(first.title), changed)
        groups.setdefault(first.group, []).append(line)
    mouse = tuple(Line((key,), translated(does)) for key, does in MOUSE_AND_OTHER_KEYS)
    found = [Group(translated(heading), tuple(lines)) for heading, lines in groups.items()]
    return (*found, Group(translated("Mouse and other keys"), mouse))


def _in_a_row(keys: Sequence[KeyStroke]) -> str:
    """``Ctrl+Shift+←/→/↑/↓``: what is held is said once, and the stroke says that it is held for each of the keys."""
    told = keys[0].shown
    for before, key in pairwise(keys):
        held_on = bool(key.modifiers) and before.modifiers == key.modifiers
        told += f"/{KeyStroke(key.name).shown}" if held_on else f" {key.shown}"
    return told


def columns_of(groups: Sequence[Group], count: int) -> tuple[tuple[Group, ...], ...]:
    """The groups in columns of about the same height, in order; one that is cut goes on under its heading."""
    total = sum(len(group.lines) + _HEAD_LINES for group in groups)
    columns: list[list[Group]] = [[]]
    height = 0.0
    for group in groups:
        lines, heading = group.lines, group.heading
        while lines:
            room = max(0, round(total / count - height - _HEAD_LINES)) if len(columns) < count else len(lines)
            fits = len(lines) if len(lines) <= room + 1 else room if room >= _LEAST_LINES else 0
            if fits:
                columns[-1].append(Group(heading, lines[:fits]))
                height += fits + _HEAD_LINES
                lines, heading = lines[fits:], translated("{heading}, continued", heading=group.heading)
            if lines:
                columns.append([])
                height = 0.0
    return tuple(tuple(column) for column in columns)


def sheet_html(keymap: Keymap, theme: Theme, size: float, columns: int = 2) -> str:
    """The sheet as rich text.

    Parameters
    ----------
    theme
        Its colours: those of the window, or of paper.
    size
        Of the body's type, in the unit of the document.
    """
    groups = sheet_groups(keymap)
    cells = "".join(
        f'<td width="{100 // columns}%" style="padding-right:{2 * size:.2f}px">'
        + '<table cellspacing="0" cellpadding="0">'
        + "".join(_group_html(group, theme, size) for group in column)
        + "</table></td>"
        for column in columns_of(groups, columns)
    )
    note = ""
    if keymap.changes:
        told = translated("{mark} changed from the keys as shipped", mark=_CHANGED)
        note = f'<p style="color:{theme.name("text.2")}">{escape(told)}</p>'
    return (
        f"<div style=\"line-height:{_LINE_HEIGHT}%; font-family:'{theme.family}'; font-size:{size:.2f}px; "
        f'color:{theme.name("text.1")}">'
        f'<table width="100%" cellspacing="0" cellpadding="0"><tr>{cells}</tr></table>{note}</div>'
    )


def _group_html(group: Group, theme: Theme, size: float) -> str:
    pad = f"{size * 0.1:.2f}px"
    head = (
        f'<tr><td colspan="2" style="padding:{size * 0.6:.2f}px 0 {pad} 0; color:{theme.name("signal.accent")}">'
        f"<b>{escape(group.heading)}</b></td></tr>"
    )
    return head + "".join(
        f'<tr><td style="padding:{pad} {size:.2f}px {pad} 0; white-space:nowrap">{_keys_html(line, theme)}</td>'
        f'<td style="padding:{pad} 0">{escape(line.does)}</td></tr>'
        for line in group.lines
    )


def _keys_html(line: Line, theme: Theme) -> str:
    keys = " &nbsp; ".join(f"<b>{escape(key)}</b>" for key in line.keys)
    return f'{keys} <span style="color:{theme.name("signal.accent")}">{_CHANGED}</span>' if line.changed else keys


def lay_out_on_page(keymap: Keymap, theme: Theme, page: QSizeF) -> QTextDocument:
    """The sheet on a page of this size in points, in the largest type that fits one page; else on several.

    Parameters
    ----------
    theme
        The tokens of paper.
    """
    document = QTextDocument()
    document.setDocumentMargin(0)
    document.setDefaultFont(theme.font())
    title = translated("Hepatrace: keys")
    size = _LARGEST
    while True:
        head = f'<p style="font-size:{size * _FINE * 1.5:.2f}px; margin:0"><b>{escape(title)}</b></p>'
        document.setHtml(head + sheet_html(keymap, theme, size * _FINE))
        document.setPageSize(page * _FINE)
        if document.pageCount() == 1 or size <= _SMALLEST:
            return document
        size -= _STEP


def print_sheet(device: QPagedPaintDevice, keymap: Keymap, theme: Theme) -> int:
    """Print the sheet, or write it as PDF, whatever the device is; answers the count of its pages."""
    margins = QMarginsF(_MARGIN_MM, _MARGIN_MM, _MARGIN_MM, _MARGIN_MM)
    device.setPageMargins(margins, QPageLayout.Unit.Millimeter)
    page = device.pageLayout().paintRect(QPageLayout.Unit.Point).size()
    document = lay_out_on_page(keymap, theme, page)
    document.print_(device)
    return document.pageCount()


def on_a4(device: QPagedPaintDevice) -> None:
    """The device's pages are A4, upright."""
    device.setPageSize(QPageSize(QPageSize.PageSizeId.A4))
    device.setPageOrientation(QPageLayout.Orientation.Portrait)


def pdf_of(keymap: Keymap, theme: Theme) -> bytes:
    """The sheet as PDF on A4."""
    content = QBuffer()
    content.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QPdfWriter(content)
    writer.setTitle(translated("Hepatrace: keys"))
    on_a4(writer)
    print_sheet(writer, keymap, theme)
    del writer  # the file ends with it
    return bytes(content.data().data())
