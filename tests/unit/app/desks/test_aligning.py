"""Aligning the phases of subtractions in the background, with the alignment itself replaced by one that answers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QObject, Signal

from app.desks import aligning
from app.desks.aligning import AligningDesk
from app.reading.overlay_texts import alignment_chip
from tests.support.phantoms import AXIAL
from tests.support.volumes import volume
from viewers.imaging.phase_alignment import PhaseAlignment
from viewers.imaging.rigid import RigidMotion
from viewers.widgets.marks import Tone
from viewers.widgets.subtraction_source import SubtractionSource
from viewers.widgets.volume_source import VolumeSource

MOVED = PhaseAlignment(RigidMotion.by((0.7, 0.0, 0.0)), 7.46)
UNSURE = PhaseAlignment(None, None, "46 of 60 places in the liver are found again.")


class _Token:
    def cancelled(self) -> bool:
        return False


class Library(QObject):
    """Runs a job when told to."""

    loaded = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.waiting: list[Callable[[], None]] = []
        self.stopped = 0

    def align(self, job: Callable[[Any], PhaseAlignment], done: Callable[[PhaseAlignment], None], failed: Any) -> None:
        def run() -> None:
            try:
                found = job(_Token())
            except ZeroDivisionError:
                failed()
            else:
                done(found)

        self.waiting.append(run)

    def stop_aligning(self) -> None:
        self.stopped += 1
        self.waiting.clear()

    def run(self) -> None:
        self.waiting.pop()()


def subtraction() -> SubtractionSource:
    pre = VolumeSource(volume(directions=AXIAL, pixels=np.full((9, 14, 12), 30, np.int16)))
    return SubtractionSource(VolumeSource(volume(directions=AXIAL)), pre, "AP − PRE")


@pytest.fixture
def library() -> Library:
    return Library()


def desk_of(library: Library, found: PhaseAlignment, monkeypatch: pytest.MonkeyPatch) -> tuple[AligningDesk, list[str]]:
    monkeypatch.setattr(aligning, "align_phases", lambda *_given, **_how: found)
    desk, told = AligningDesk(library, library), []
    desk.told.connect(told.append)
    return desk, told


def test_that_phases_are_aligned_once_both_are_read_and_the_picture_follows(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk, told = desk_of(library, MOVED, monkeypatch)
    source, aligned = subtraction(), []
    desk.aligned.connect(aligned.append)
    source.minus.volume.loaded[8] = False
    before = source.padding(4)
    desk.want([source])
    assert library.waiting == [] and before is None
    source.minus.volume.loaded[8] = True
    library.loaded.emit("pre")
    library.run()
    assert aligned == [source] and told == []
    after = source.padding(4)
    assert after is not None and after[:, -1].all() and not after[:, 0].any()  # one column of `pre` is beyond its edge


def test_that_what_was_aligned_is_known_when_it_hangs_again(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    desk, _ = desk_of(library, MOVED, monkeypatch)
    desk.want([subtraction()])
    library.run()
    again = subtraction()
    desk.want([again])
    assert again.alignment is MOVED and library.waiting == []
    desk.forget()
    desk.want([subtraction()])
    assert len(library.waiting) == 1


def test_that_another_hanging_stops_what_is_not_wanted_any_more(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk, _ = desk_of(library, MOVED, monkeypatch)
    desk.want([subtraction()])
    desk.want([])
    assert library.stopped == 1 and library.waiting == []


def test_that_phases_that_are_not_aligned_are_told_once_and_subtracted_as_they_lie(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk, told = desk_of(library, UNSURE, monkeypatch)
    source = subtraction()
    value = source.value_at(4, 3, 5)
    desk.want([source])
    library.run()
    desk.want([subtraction()])
    assert source.value_at(4, 3, 5) == value
    assert told == [
        "AP − PRE: the two phases are not aligned but subtracted as they lie: edges may seem to enhance."
        " 46 of 60 places in the liver are found again."
    ]


def test_that_a_fault_in_aligning_leaves_the_picture_and_is_told(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk, told = desk_of(library, MOVED, monkeypatch)

    def crash(*_given: object, **_how: object) -> PhaseAlignment:
        raise ZeroDivisionError

    monkeypatch.setattr(aligning, "align_phases", crash)
    source = subtraction()
    value = source.value_at(4, 3, 5)
    desk.want([source])
    library.run()
    assert source.value_at(4, 3, 5) == value
    (sentence,) = told
    assert "stopped" in sentence


@pytest.mark.parametrize(
    ("found", "text", "value", "tone"),
    [
        (None, "not aligned yet", "", Tone.AMBER),
        (UNSURE, "not aligned", "", Tone.AMBER),
        (MOVED, "aligned", "7.5 mm", Tone.PLAIN),
        (PhaseAlignment(None, 0.3), "no motion", "", Tone.PLAIN),
    ],
)
def test_that_the_view_says_how_the_phases_lie_to_each_other(
    found: PhaseAlignment | None, text: str, value: str, tone: Tone
) -> None:
    chip = alignment_chip(found)
    assert (chip.text, chip.value, chip.tone) == (text, value, tone)
