"""Pictures kept beside the tests, and whether a new one is like them.

`HEPATRACE_SNAPSHOTS=write` writes them anew; look at each before it is committed. They show phantoms of our own.
"""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QImage

from tests.support.pictures import rgb_of

FOLDER = Path(__file__).parents[1] / "pixels" / "snapshots"
BLOCK_PX = 4
"""Compared are means of blocks: the soft edges of letters differ from one machine to the next."""

MOST_OF_A_BLOCK, MOST_ON_AVERAGE = 40.0, 0.5


def assert_like_the_snapshot(image: QImage, name: str, folder: Path) -> None:
    """The picture is as large as the snapshot `name` and looks like it; otherwise it is left in `folder`."""
    kept = FOLDER / f"{name}.png"
    if os.environ.get("HEPATRACE_SNAPSHOTS") == "write":
        FOLDER.mkdir(exist_ok=True)
        image.save(str(kept))
    wanted = QImage(str(kept))
    assert not wanted.isNull(), f"there is no snapshot {kept}: HEPATRACE_SNAPSHOTS=write makes it"
    image.save(str(folder / f"{name}.png"))
    assert (image.width(), image.height()) == (wanted.width(), wanted.height())
    difference = np.abs(_blocks(rgb_of(image)) - _blocks(rgb_of(wanted)))
    told = f"{folder / name}.png is not like {kept}"
    assert difference.max() <= MOST_OF_A_BLOCK, told
    assert difference.mean() <= MOST_ON_AVERAGE, told


def _blocks(picture: NDArray[np.uint8]) -> NDArray[np.float64]:
    rows, columns = (length // BLOCK_PX * BLOCK_PX for length in picture.shape[:2])
    parts = picture[:rows, :columns].reshape(rows // BLOCK_PX, BLOCK_PX, columns // BLOCK_PX, BLOCK_PX, 3)
    return np.asarray(parts.mean(axis=(1, 3)))
