"""Rows shared out among threads."""

from __future__ import annotations

import gc
import threading
import weakref
from collections.abc import Iterator

import numpy as np
import pytest

from viewers.imaging import bands
from viewers.imaging.bands import fill_in_bands


@pytest.fixture
def one_other(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Just one thread waits, however many processors there are."""
    monkeypatch.setattr(bands, "_OTHERS", 1)
    bands._others.cache_clear()
    yield
    bands._others.cache_clear()


def is_other() -> bool:
    return threading.current_thread().name.startswith("bands")


@pytest.mark.parametrize("rows", [0, 1, 2, 7, 512])
@pytest.mark.parametrize("count", [1, 2, 9])
def test_that_every_row_is_filled_once(rows: int, count: int) -> None:
    filled: list[tuple[int, int]] = []
    fill_in_bands(lambda top, bottom: filled.append((top, bottom)), rows, count)
    assert sorted(row for top, bottom in filled for row in range(top, bottom)) == list(range(rows))


@pytest.mark.usefixtures("one_other")
def test_that_another_thread_takes_its_share() -> None:
    both = threading.Barrier(2, timeout=10)
    by = set()

    def fill(_top: int, _bottom: int) -> None:
        both.wait()  # passed only where two threads are at work at once
        by.add(threading.current_thread())

    fill_in_bands(fill, 2, 2)
    assert len(by) == 2


@pytest.mark.usefixtures("one_other")
def test_that_whoever_asks_does_not_wait_for_a_thread_that_is_busy() -> None:
    busy, go_on = threading.Event(), threading.Event()

    def keep_busy(top: int, _bottom: int) -> None:
        if is_other():
            busy.set()
            go_on.wait(10)
        elif top == 0:
            assert busy.wait(10)

    first = threading.Thread(target=fill_in_bands, args=(keep_busy, 2, 2))
    first.start()
    assert busy.wait(10)
    filled: list[int] = []
    fill_in_bands(lambda top, _bottom: filled.append(top), 4, 4)
    assert filled == [0, 1, 2, 3]
    assert not go_on.is_set()
    go_on.set()
    first.join()


@pytest.mark.usefixtures("one_other")
@pytest.mark.parametrize("culprit", [True, False], ids=["waiting", "asking"])
def test_that_a_failure_in_any_thread_is_raised(culprit: bool) -> None:
    both = threading.Barrier(2, timeout=10)

    def fill(_top: int, _bottom: int) -> None:
        both.wait()
        if is_other() is culprit:
            raise ValueError("no memory")

    with pytest.raises(ValueError, match="no memory"):
        fill_in_bands(fill, 2, 2)
    fill_in_bands(lambda _top, _bottom: None, 2, 2)  # the thread still serves


@pytest.mark.usefixtures("one_other")
def test_that_nothing_is_held_that_was_filled() -> None:
    picture = np.zeros((2, 2))
    both, let_go = threading.Barrier(2, timeout=10), threading.Event()

    def fill(top: int, bottom: int, picture: np.ndarray = picture) -> None:
        both.wait()
        picture[top:bottom] = 1

    weakref.finalize(picture, let_go.set)
    fill_in_bands(fill, 2, 2)
    assert picture.all()
    del picture, fill
    gc.collect()
    assert let_go.wait(10)
