from __future__ import annotations

from collections.abc import Sequence
from html import unescape
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QSizeF
from PySide6.QtGui import QPdfWriter
from pytestqt.qtbot import QtBot

from app.key_sheet import Group, Line, columns_of, lay_out_on_page, on_a4, pdf_of, print_sheet, sheet_groups, sheet_html
from app.keymap import Keymap
from app.keystroke import parse_keystroke
from app.theme import Ground, install_fonts, load_theme

PRINT = load_theme(Ground.PRINT)
A4_POINTS = QSizeF(527.0, 774.0)
"""210 x 297 mm less 12 mm on each side, at 72 points to the inch."""


def groups(sizes: Sequence[int]) -> list[Group]:
    return [Group(f"G{n}", tuple(Line((f"{n}.{k}",), "") for k in range(size))) for n, size in enumerate(sizes)]


def test_that_the_sheet_shows_the_readers_own_keys_and_marks_them() -> None:
    keymap = Keymap().taking(parse_keystroke("T"), "view.invert", beside=True)
    lines = {line.does: line for group in sheet_groups(keymap) for line in group.lines}
    assert lines["Invert"] == Line(("I", "T"), "Invert", changed=True)
    assert "Target: draw its longest viable diameter" not in lines
    html = unescape(sheet_html(keymap, PRINT, 10))
    assert "• changed from the keys as shipped" in html
    assert "changed from" not in sheet_html(Keymap(), PRINT, 10)


def test_that_the_sheet_tells_what_the_mouse_does() -> None:
    mouse = sheet_groups(Keymap())[-1]
    assert mouse.heading == "Mouse and other keys"
    assert Line(("Ctrl + wheel",), "zoom") in mouse.lines


@given(st.lists(st.integers(1, 40), min_size=1, max_size=12), st.integers(1, 3))
def test_that_no_line_is_lost_or_moved_when_groups_are_put_into_columns(sizes: list[int], count: int) -> None:
    columns = columns_of(groups(sizes), count)
    assert len(columns) <= count
    told = [line.keys[0] for column in columns for group in column for line in group.lines]
    assert told == [f"{n}.{k}" for n, size in enumerate(sizes) for k in range(size)]


def test_that_a_group_that_is_cut_goes_on_under_its_heading() -> None:
    left, right = columns_of(groups([4, 30]), 2)
    assert [group.heading for group in left] == ["G0", "G1"]
    assert right[0].heading == "G1, continued"
    assert abs(len(left[0].lines) + len(left[1].lines) - len(right[0].lines)) <= 4


def test_that_all_keys_fit_one_page_of_a4_in_type_that_can_be_read(qtbot: QtBot) -> None:
    install_fonts()
    assert lay_out_on_page(Keymap(), PRINT, A4_POINTS).pageCount() == 1


def test_that_what_does_not_fit_one_page_goes_to_the_next(qtbot: QtBot) -> None:
    install_fonts()
    assert lay_out_on_page(Keymap(), PRINT, A4_POINTS / 2).pageCount() > 1


def test_that_the_pdf_has_one_a4_page_that_holds_its_type(qtbot: QtBot, tmp_path: Path) -> None:
    install_fonts()
    path = tmp_path / "keys.pdf"
    path.write_bytes(pdf_of(Keymap(), PRINT))
    content = path.read_bytes()
    assert content.startswith(b"%PDF-") and content.rstrip().endswith(b"%%EOF")
    assert content.count(b"/Type /Page\n") == 1
    assert b"/MediaBox [0 0 595" in content
    assert b"NotoSansKR" in content


@pytest.mark.parametrize("resolution", [72, 300, 1200])
def test_that_the_page_is_the_same_at_every_resolution(qtbot: QtBot, tmp_path: Path, resolution: int) -> None:
    install_fonts()
    writer = QPdfWriter(str(tmp_path / "keys.pdf"))
    writer.setResolution(resolution)
    on_a4(writer)
    assert print_sheet(writer, Keymap(), PRINT) == 1
