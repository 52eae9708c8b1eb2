"""The corners of a view: what they hold, and that none covers another or a letter, however long and however small."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QApplication

from tests.support.fonts import add_bundled_fonts
from viewers.imaging.geometry import EdgeLetters
from viewers.widgets.corners import Block, Corners, at_level
from viewers.widgets.marks import Chip, CornerTexts, OverlayLevel, TextLine, Tone
from viewers.widgets.overlay import banner_px, letter_pictures, paint_banner, ruler_picture
from viewers.widgets.painted_once import PaintedOnce
from viewers.widgets.palette import ViewPalette

DATE = "2025-06-10 09:41"
OBLIQUE = EdgeLetters("RA", "LP", "AL", "PR")
LONG = CornerTexts(
    (
        "남궁민수한글이름이아주긴사람 Hepatocellular Longfirstname HEP-2025-000142",
        "M 63 y",
        TextLine("FU2 · current", True),
    ),
    (
        DATE,
        "Se 12 LIVER DYNAMIC CONTRAST ENHANCED ARTERIAL PHASE 1.5 mm B30f",
        (Chip("AP", "0.97"), Chip("LOSSY"), Chip("2D only")),
        Chip("not linked: mark one lesion at both"),
    ),
    ("Im 112 · 12 / 40", "z −115.0 mm", "1.5 mm · 103 %"),
    ("W 400 L 60", "120 kVp", "Iohexol 350 mg/ml, second injection"),
)
LEVELS = pytest.mark.parametrize("level", list(OverlayLevel), ids=lambda level: level.name.lower())

texts = st.text(alphabet=st.sampled_from("ABCxyz 가나다힣0123-^"), min_size=1, max_size=80)
entries = st.one_of(
    texts, st.builds(TextLine, texts, st.booleans()), st.builds(Chip, texts, st.sampled_from(("", "0.9")))
)
corners_of_any_length = st.builds(
    CornerTexts,
    st.tuples(texts, entries, entries),
    st.tuples(st.just(DATE), texts, st.tuples(st.builds(Chip, st.just("AP"), st.just("0.97")), st.builds(Chip, texts))),
    st.tuples(texts, texts, texts),
    st.tuples(texts, texts),
)


@pytest.fixture(autouse=True, scope="module")
def bundled_font(qapp: QApplication) -> None:
    add_bundled_fonts()


def shown(
    texts: CornerTexts, level: OverlayLevel, size: tuple[float, float], banner: float = 0.0, scale: float = 1.0
) -> tuple[list[QRectF], list[QRectF]]:
    """The places of the plates, and those of letters and ruler."""
    palette, kept = ViewPalette(scale=scale), PaintedOnce()
    plates = [picture.place for picture in Corners(palette).pictures(size, banner, texts, level, 1.0)]
    guides = [
        *letter_pictures(size, banner, OBLIQUE, plates, palette, kept, 1.0),
        *ruler_picture(size, banner, 0.6 * scale, plates, palette, kept, 1.0),
    ]
    return plates, [guide.place for guide in guides]


def assert_all_apart(plates: list[QRectF], guides: list[QRectF], size: tuple[float, float], banner: float) -> None:
    room = QRectF(0, banner, size[0], size[1] - banner)
    assert all(room.contains(place) for place in (*plates, *guides))
    assert not any(a.intersects(b) for a, b in combinations(plates, 2))
    assert not any(plate.intersects(guide) for plate in plates for guide in guides)


def rows_of(texts: CornerTexts, level: OverlayLevel, size: tuple[float, float]) -> dict[str, Block]:
    return {block.name: block for block in Corners(ViewPalette()).blocks(size, 0.0, at_level(texts, level))}


@LEVELS
@pytest.mark.parametrize("banner", [0.0, 24.0], ids=["plain", "with-a-banner"])
def test_that_nothing_is_covered_in_the_smallest_tile(level: OverlayLevel, banner: float) -> None:
    assert_all_apart(*shown(LONG, level, (300.0, 260.0), banner), (300.0, 260.0), banner)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    corners_of_any_length,
    st.sampled_from(list(OverlayLevel)),
    st.tuples(st.integers(300, 900), st.integers(260, 700)),
    st.sampled_from((0.0, 24.0)),
    st.sampled_from((1.0, 1.5, 2.0)),
)
def test_that_nothing_is_covered_whatever_the_texts(
    texts: CornerTexts, level: OverlayLevel, least: tuple[int, int], banner: float, scale: float
) -> None:
    size = (least[0] * scale, least[1] * scale)
    assert_all_apart(*shown(texts, level, size, banner * scale, scale), size, banner * scale)


@LEVELS
@pytest.mark.parametrize("size", [(300.0, 260.0), (475.0, 429.0), (160.0, 260.0)], ids=["least", "usual", "too-narrow"])
def test_that_patient_and_date_are_always_there(level: OverlayLevel, size: tuple[float, float]) -> None:
    blocks = rows_of(LONG, level, size)
    (patient, date) = (blocks[name].rows[0] for name in ("top left", "top right"))
    assert isinstance(patient, TextLine)
    assert (patient.text[:3], patient.text[-3:]) == ("남궁민", "142")
    assert date == TextLine(DATE)


def test_that_long_texts_are_shortened_in_their_middle() -> None:
    blocks = rows_of(LONG, OverlayLevel.FULL, (300.0, 260.0))
    description = blocks["top right"].rows[1]
    assert isinstance(description, TextLine)
    begin, end = description.text.split("…")
    assert begin.startswith("Se 12") and end.endswith("B30f")


def test_that_texts_that_fit_are_whole() -> None:
    texts = CornerTexts(("Name HEP-0142", "M 63 y"), (DATE, "Se 4 Art"), ("Im 1 / 3",), ("W 200 L 60",))
    blocks = rows_of(texts, OverlayLevel.FULL, (300.0, 260.0))
    assert [row.text for block in blocks.values() for row in block.rows if isinstance(row, TextLine)] == [
        *("Name HEP-0142", "M 63 y", DATE, "Se 4 Art", "Im 1 / 3", "W 200 L 60"),
    ]


def test_that_chips_that_do_not_fit_beside_each_other_stand_below() -> None:
    rows = rows_of(LONG, OverlayLevel.FULL, (300.0, 260.0))["top right"].rows
    chips = [[chip.text for chip in row] for row in rows if isinstance(row, tuple)]
    assert [text for row in chips for text in row][:3] == ["AP", "LOSSY", "2D only"]
    assert len(chips) > 2


def test_that_the_lower_corners_give_way_where_there_is_no_height() -> None:
    blocks = rows_of(LONG, OverlayLevel.FULL, (300.0, 150.0))
    assert len(blocks["top right"].rows) >= 4
    assert "bottom right" not in blocks or len(blocks["bottom right"].rows) < 3
    assert blocks["bottom left"].rows[0] == TextLine("Im 112 · 12 / 40")


def test_that_a_chip_says_it_shortly_rather_than_cut() -> None:
    link = Chip("linked · liver registered", "± 0.9 mm", short="liver")
    texts = CornerTexts(("김영수 HEP-0142", "M 63 y", TextLine("FU2 · nadir · prior", True)), (DATE, "Se 4", link))
    for width, said in ((475.0, "linked · liver registered"), (287.0, "liver")):
        rows = rows_of(texts, OverlayLevel.FULL, (width, 337.0))["top right"].rows
        assert [chip.text for row in rows if isinstance(row, tuple) for chip in row] == [said]


def test_that_a_banner_has_as_many_lines_as_its_text_needs_and_three_at_most() -> None:
    palette, why = ViewPalette(), "NOT MEASURABLE: 3 slices missing between z −85.0 and −95.0 mm."
    assert [banner_px(why * many, width, palette) for many, width in ((1, 600), (1, 300), (9, 300))] == [24, 40, 56]


def test_that_of_a_banner_with_no_room_the_end_is_cut_and_not_the_beginning() -> None:
    palette, why = ViewPalette(), "NOT MEASURABLE: 3 slices missing between z −85.0 and −95.0 mm"

    def first_line(text: str) -> bytes:
        height = banner_px(text, 220.0, palette)
        assert height == 56.0  # three lines
        image = QImage(220, 56, QImage.Format.Format_RGB32)
        painter = QPainter(image)
        paint_banner(painter, 220.0, height, text, palette)
        painter.end()
        upper = image.copy(0, 0, 220, 20)  # it has to live as long as its bytes are read
        return upper.constBits().tobytes()

    whole = f"{why} of 35."
    assert first_line(f"{whole} {why} {why} {why}") == first_line(whole)


def test_that_what_warns_of_an_image_stays_when_all_else_is_off() -> None:
    chips = (Chip("AP", "0.97"), Chip("not aligned", tone=Tone.AMBER), Chip("mirrored", tone=Tone.AMBER))
    texts = CornerTexts(("Name",), ("2025-06-10", "Se 4", chips, Chip("linked · liver registered", tone=Tone.MET)))
    off = at_level(texts, OverlayLevel.OFF)
    assert (off.top_left, off.top_right) == (("Name",), ("2025-06-10", chips[1:]))
    assert (off.bottom_left, off.bottom_right) == ((), ())
