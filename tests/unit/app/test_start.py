from __future__ import annotations

from tests.support.opened_window import open_in_process


def test_that_the_window_is_up_before_anything_heavy_is_loaded() -> None:
    assert open_in_process().heavy == ()
