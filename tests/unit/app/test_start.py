from __future__ import annotations

from tests.support.opened_window import open_in_process

NEEDED = {"sqlalchemy"}
"""The worklist, which is the first page, comes from the database. All else waits for its first use."""


def test_that_the_window_opens_before_anything_heavy_is_loaded() -> None:
    assert set(open_in_process().heavy) == NEEDED
