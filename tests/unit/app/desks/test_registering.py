"""Registering in the background, with the registration itself replaced by one that answers at once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QObject, Signal
from pytestqt.qtbot import QtBot

from app.desks.registering import RegisteringDesk
from app.reading.body_parts import Part
from app.reading.registration_pairs import PairKey, WantedPair
from app.storage.registration_cache import RegistrationCache
from app.tasks import TaskRunner
from tests.support.volumes import volume
from viewers.imaging import register
from viewers.imaging.errors import ImagingError
from viewers.imaging.registration import About, Quality, Registration, Status
from viewers.imaging.rigid import RigidMotion

LIVER = WantedPair(PairKey("A", "B", Part.LIVER), "s1", "s2", ("BL", "FU1"))


class Library(QObject):
    """Hands out series that are loaded at once, but for those of `waiting`."""

    loaded = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.waiting: set[str] = set()
        self.made = volume()

    def source(self, uid: str) -> Any:
        return SimpleNamespace(complete=uid not in self.waiting, volume=self.made)


def registration(shift: float, status: Status = Status.GOOD, *reasons: str) -> Registration:
    quality = Quality(status, reasons, 2.0, 0.9, 60, 1.0, 0.0)
    return Registration(About.LIVER, RigidMotion(np.eye(3), np.array([shift, 0.0, 0.0])), None, quality)


@pytest.fixture
def runner(qtbot: QtBot) -> Iterator[TaskRunner]:
    made = TaskRunner()
    yield made
    made.close()


@pytest.fixture
def done(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was asked for; rigid answers with a shift of 10 mm, the refinement with 12 mm."""
    asked: list[str] = []

    def rigid(*_volumes: object, **_how: object) -> tuple[Registration, object]:
        asked.append("rigid")
        return registration(10.0), object()

    def close(*_given: object, **_how: object) -> Registration:
        asked.append("close")
        return registration(12.0)

    monkeypatch.setattr(register, "register_rigidly_about", rigid)
    monkeypatch.setattr(register, "register_closely", close)
    return asked


def shift_mm(desk: RegisteringDesk, frame_a: str = "A", frame_b: str = "B") -> float | None:
    found = desk.between(frame_a, frame_b, Part.LIVER)
    return None if found is None else found.carry((0.0, 0.0, 0.0))[0]


def test_that_a_pair_is_registered_told_refined_and_kept_for_the_next_time(
    qtbot: QtBot, runner: TaskRunner, done: list[str], tmp_path: Path
) -> None:
    library, cache = Library(), RegistrationCache(tmp_path)
    desk = RegisteringDesk(library, runner, cache, library)
    told: list[tuple[bool, float | None]] = []
    desk.changed.connect(lambda first: told.append((first, shift_mm(desk))))
    desk.want([LIVER])
    assert desk.is_running("B", "A", Part.LIVER)
    qtbot.waitUntil(lambda: len(told) == 2)
    assert told == [(True, 10.0), (False, 12.0)]
    assert shift_mm(desk, "B", "A") == -12.0
    again = RegisteringDesk(library, runner, cache, library)
    again.want([LIVER])
    qtbot.waitUntil(lambda: shift_mm(again) == 12.0)
    assert done == ["rigid", "close"]


def test_that_it_waits_for_images_and_stops_when_they_hang_no_longer(
    qtbot: QtBot, runner: TaskRunner, done: list[str], tmp_path: Path
) -> None:
    library = Library()
    library.waiting = {"s2"}
    desk = RegisteringDesk(library, runner, RegistrationCache(tmp_path), library)
    desk.want([LIVER])
    assert not runner.is_running("register")
    library.waiting.clear()
    library.loaded.emit("s2")
    assert runner.is_running("register")
    desk.want([])
    assert not runner.is_running("register")
    assert not desk.is_running("A", "B", Part.LIVER)


@pytest.mark.parametrize(
    ("crash", "said"),
    [
        (ImagingError("it is too thin"), "BL and FU1 cannot be registered: it is too thin."),
        (ZeroDivisionError("division by zero"), "The registration of BL and FU1 stopped."),
    ],
    ids=["a reason that a reader understands", "a fault of the program"],
)
def test_that_a_failure_is_told_once_and_links_nothing(
    qtbot: QtBot,
    runner: TaskRunner,
    done: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    crash: Exception,
    said: str,
) -> None:
    def fail(*_volumes: object, **_how: object) -> None:
        raise crash

    monkeypatch.setattr(register, "register_rigidly_about", fail)
    library = Library()
    desk = RegisteringDesk(library, runner, RegistrationCache(tmp_path), library)
    told: list[str] = []
    desk.told.connect(told.append)
    desk.want([LIVER])
    qtbot.waitUntil(lambda: bool(told))
    desk.want([LIVER])
    assert told == [f"{said} Nothing was changed. P pins one place on both."]
    assert shift_mm(desk) is None
    assert not runner.is_running("register")


@pytest.mark.parametrize(
    ("lungs", "trunk", "parts"),
    [
        (Status.GOOD, Status.GOOD, {Part.LUNGS: (10.0, False), Part.TRUNK: (12.0, False), Part.OTHER: (12.0, True)}),
        (Status.GOOD, Status.FAILED, {Part.LUNGS: (10.0, False), Part.TRUNK: (10.0, True), Part.OTHER: (10.0, True)}),
        (Status.FAILED, Status.GOOD, {Part.TRUNK: (10.0, False)}),
        (Status.GOOD, None, {Part.LUNGS: (10.0, False), Part.TRUNK: None, Part.OTHER: None}),
    ],
    ids=[
        "each part by its own",
        "no trunk: by the lungs, and told",
        "spines alone prove nothing",
        "trunk still to come",
    ],
)
def test_that_no_part_borrows_the_figure_of_another(
    runner: TaskRunner,
    tmp_path: Path,
    lungs: Status,
    trunk: Status | None,
    parts: dict[Part, tuple[float, bool] | None],
) -> None:
    library = Library()
    library.waiting = {"s2"}
    desk = RegisteringDesk(library, runner, RegistrationCache(tmp_path), library)
    keys = {part: PairKey("A", "B", part) for part in (Part.LUNGS, Part.TRUNK)}
    desk.want([WantedPair(key, "s1", "s2", ("BL", "FU1"), sure=False) for key in keys.values()])
    desk._found[keys[Part.LUNGS]] = registration(10.0, lungs)
    if trunk is not None:
        desk._found[keys[Part.TRUNK]] = registration(12.0, trunk)
    desk._found[PairKey("A", "B", Part.LIVER)] = registration(5.0)
    for part, wanted in {**parts, Part.LIVER: (5.0, False), Part.ABDOMEN: (5.0, True), Part.SPINE: (5.0, True)}.items():
        found = desk.best_for("A", "B", part)
        told = None if found is None else (found.carry((0.0, 0.0, 0.0))[0], found.elsewhere)
        assert told == wanted, part
        assert found is None or found.failed == (lungs is Status.FAILED and found.part is Part.LUNGS)
    assert desk.is_running("B", "A", Part.OTHER) == (trunk is None)
