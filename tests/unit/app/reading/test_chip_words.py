"""Colour is never alone: what a chip's colour says, its words or its number say too."""

from __future__ import annotations

from collections.abc import Iterable

from hypothesis import given
from hypothesis import strategies as st

from app.reading.frame_links import link_chip
from viewers.tools.frame_link import FrameLink, LinkKind
from viewers.widgets.marks import Chip, Tone


def tones_by_words(chips: Iterable[Chip]) -> dict[tuple[str, str], set[Tone]]:
    found: dict[tuple[str, str], set[Tone]] = {}
    for chip in chips:
        found.setdefault((chip.text, chip.value), set()).add(chip.tone)
    return found


@given(st.lists(st.floats(0.0, 20.0), min_size=1, max_size=30))
def test_that_two_links_that_read_alike_have_one_colour(residuals: list[float]) -> None:
    links = [FrameLink(LinkKind.PIN, (0.0, 0.0, 0.0), mm, 3) for mm in (*residuals, 2.96, 3.0, 3.04, 5.98, 6.04)]
    chips = [chip for link in links if (chip := link_chip(link)) is not None]
    assert all(len(tones) == 1 for tones in tones_by_words(chips).values())


def test_that_a_link_that_is_missing_says_so_in_words() -> None:
    chip = link_chip(None)
    assert chip is not None and chip.tone is Tone.AMBER
    assert chip.text.startswith("not linked")
