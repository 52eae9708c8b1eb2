from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from threading import Event

import pytest
from pytestqt.qtbot import QtBot

from app.desks.image_library import ImageLibrary
from app.tasks import TaskRunner
from tests.support.phantoms import Phantom, stored_value, write_phantom
from viewers.imaging.catalogue import Series
from viewers.imaging.plane_stacks import Orientation
from viewers.imaging.scan import scan
from viewers.imaging.volume import VolumeLoader
from viewers.widgets.reformat_source import ReformatSource

SLICES = 9
BYTES = SLICES * 12 * 16 * 2


class Known:
    """A catalogue of the series under a folder."""

    def __init__(self, series: Iterable[Series]) -> None:
        self._series = {one.uid: one for one in series}
        self.uids = list(self._series)

    def get(self, uid: str) -> Series | None:
        return self._series.get(uid)

    def put(self, series: Iterable[Series]) -> None:
        self._series |= {one.uid: one for one in series}


@pytest.fixture
def catalogue(tmp_path: Path) -> Known:
    for number in range(6):
        phantom = Phantom(heights_mm=tuple(3.0 * k for k in range(SLICES)), rescale=(1.0, 0.0))
        write_phantom(tmp_path, phantom, name=f"s{number}-")
    return Known(scan(tmp_path).series)


@pytest.fixture
def runner(qtbot: QtBot) -> Iterator[TaskRunner]:
    runner = TaskRunner()
    yield runner
    runner.close()


def loaded(library: ImageLibrary, qtbot: QtBot, uids: Iterable[str]) -> None:
    for uid in uids:
        with qtbot.waitSignal(library.loaded, timeout=10_000):
            assert library.source(uid) is not None


def held(library: ImageLibrary) -> list[str]:
    return list(library._open)


def test_that_a_series_is_there_at_once_and_its_images_follow(
    catalogue: Known, runner: TaskRunner, qtbot: QtBot
) -> None:
    library = ImageLibrary(catalogue, runner)
    told: list[tuple[int, int]] = []
    library.image_read.connect(lambda _, read, count: told.append((read, count)))
    with qtbot.waitSignal(library.loaded, timeout=10_000):
        source = library.source(catalogue.uids[0])
        assert source is not None and source.count == SLICES
    assert (told[0], told[-1]) == ((1, SLICES), (SLICES, SLICES))
    assert told == sorted(set(told))
    assert source.complete
    assert source.volume.pixels[4, 5, 7] == stored_value(4, 5, 7)


def test_that_the_first_image_of_every_series_comes_before_the_rest_of_any(catalogue: Known, qtbot: QtBot) -> None:
    runner = TaskRunner(threads=1)
    library = ImageLibrary(catalogue, runner)
    order: list[tuple[str, int]] = []
    library.image_read.connect(lambda uid, read, _: order.append((uid, read)))
    uids = catalogue.uids[:4]
    for uid in uids:
        library.source(uid)
    qtbot.waitUntil(lambda: {(uid, SLICES) for uid in uids} <= set(order), timeout=10_000)
    assert sorted(order[:4]) == sorted((uid, 1) for uid in uids)
    runner.close()


def test_that_images_that_come_fast_are_told_together(
    catalogue: Known, runner: TaskRunner, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.desks.image_library._TELL_EVERY_S", 1e9)
    library = ImageLibrary(catalogue, runner)
    told: list[int] = []
    library.image_read.connect(lambda _uid, read, _count: told.append(read))
    loaded(library, qtbot, catalogue.uids[:1])
    assert told == [1, 2, SLICES]  # the first image, the first of the others, and all


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> tuple[list[int], Event]:
    """The images read, in order; after the first one reading waits for the event."""
    order: list[int] = []
    asked = Event()

    class Watched(VolumeLoader):
        def __iter__(self) -> Iterator[int]:
            for k in super().__iter__():
                order.append(k)
                assert asked.wait(10)
                yield k

    monkeypatch.setattr("app.desks.image_library.VolumeLoader", Watched)
    return order, asked


def test_that_the_middle_image_comes_first_and_the_others_outwards(
    catalogue: Known, runner: TaskRunner, qtbot: QtBot, read: tuple[list[int], Event]
) -> None:
    order, asked = read
    asked.set()
    loaded(ImageLibrary(catalogue, runner), qtbot, catalogue.uids[:1])
    assert order == [4, 3, 5, 2, 6, 1, 7, 0, 8]


def test_that_the_image_that_a_view_waits_for_comes_before_all_others(
    catalogue: Known, runner: TaskRunner, qtbot: QtBot, read: tuple[list[int], Event]
) -> None:
    order, asked = read
    library = ImageLibrary(catalogue, runner)
    with qtbot.waitSignal(library.loaded, timeout=10_000):
        source = library.source(catalogue.uids[0])
        assert source is not None
        qtbot.waitUntil(lambda: order == [4])
        assert not source.ready(8)
        asked.set()
    assert order == [4, 8, 7, 6, 5, 3, 2, 1, 0]


def test_that_a_dozen_series_stay_within_the_budget_and_come_back_when_asked_for(
    catalogue: Known, runner: TaskRunner, qtbot: QtBot
) -> None:
    library = ImageLibrary(catalogue, runner, budget_bytes=3 * BYTES)
    loaded(library, qtbot, catalogue.uids)
    assert held(library) == catalogue.uids[-3:]
    loaded(library, qtbot, catalogue.uids[:1])
    assert held(library) == [*catalogue.uids[-2:], catalogue.uids[0]]
    source = library.source(catalogue.uids[0])
    assert source is not None and source.complete


def test_that_what_views_show_is_not_let_go_and_what_was_used_last_goes_last(
    catalogue: Known, runner: TaskRunner, qtbot: QtBot
) -> None:
    library = ImageLibrary(catalogue, runner, budget_bytes=2 * BYTES)
    first, second, third, fourth, *_ = catalogue.uids
    library.hold(frozenset({first}))
    loaded(library, qtbot, (first, second))
    loaded(library, qtbot, (third,))
    assert held(library) == [first, third]
    library.source(first)
    library.hold(frozenset())
    loaded(library, qtbot, (fourth,))
    assert held(library) == [first, fourth]


def test_that_a_series_that_fits_no_memory_is_a_fault_that_says_so(
    catalogue: Known, runner: TaskRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr("viewers.imaging.volume.np.zeros", full)
    library = ImageLibrary(catalogue, runner)
    assert library.source(catalogue.uids[0]) is None
    assert "GB of memory; close other series" in library.fault(catalogue.uids[0])


def test_that_a_file_that_went_away_is_a_fault_of_its_series(
    catalogue: Known, runner: TaskRunner, qtbot: QtBot
) -> None:
    series = catalogue.get(catalogue.uids[0])
    assert series is not None
    gone = replace(series.slices[2], path=series.slices[2].path + "-gone")
    catalogue.put([replace(series, slices=(*series.slices[:2], gone, *series.slices[3:]))])
    library = ImageLibrary(catalogue, runner)
    with qtbot.waitSignal(library.failed, timeout=10_000) as failed:
        library.source(series.uid)
    assert failed.args is not None
    assert "the file is gone" in failed.args[1]


def test_that_a_picture_that_cannot_be_computed_is_no_fault_of_its_series(
    catalogue: Known, runner: TaskRunner, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    library = ImageLibrary(catalogue, runner)
    loaded(library, qtbot, catalogue.uids[:1])
    planes, faults = ReformatSource.of(library.opened()[0], Orientation.CORONAL), []
    library.failed.connect(lambda uid, why: faults.append(why))
    library.watch(planes)

    def no_memory(*_given: object, **_named: object) -> None:
        raise MemoryError

    monkeypatch.setattr("viewers.widgets.reformat_source.reslice", no_memory)
    with qtbot.waitSignal(library.not_computed) as told:
        library.make("1", planes, 2, lambda: None)
    assert told.args == [planes.series_uid] and planes.fault == "there is not enough memory for it"
    assert not faults and not library.fault(planes.series_uid)


def test_that_a_computed_picture_is_made_in_the_background_and_a_later_one_takes_its_place(
    catalogue: Known, runner: TaskRunner, qtbot: QtBot
) -> None:
    library = ImageLibrary(catalogue, runner)
    loaded(library, qtbot, catalogue.uids[:1])
    base = library.opened()[0]
    planes, shown = ReformatSource.of(base, Orientation.CORONAL), []
    library.make("1", planes, 2, lambda: shown.append(2))
    library.make("1", planes, 3, lambda: shown.append(3))
    qtbot.waitUntil(lambda: bool(shown))
    runner.close()
    qtbot.wait(20)
    assert shown == [3]
