"""How long it takes from the start of the process to the window, on an empty database."""

from __future__ import annotations

import tempfile
from pathlib import Path
from statistics import median

from tests.benchmarks.rows import REPEATS, Row
from tests.support.opened_window import Opening, open_in_process

GOAL_S = 0.5


def run() -> list[Row]:
    openings: list[Opening] = []
    bare: list[float] = []
    with tempfile.TemporaryDirectory() as name:
        compiled = Path(name)  # as after the first run of an installed program, whatever the surroundings say
        open_in_process(compiled=compiled)
        for turn in range(REPEATS):
            for is_bare in (False, True) if turn % 2 == 0 else (True, False):
                opening = open_in_process(bare=is_bare, compiled=compiled)
                if is_bare:
                    bare.append(opening.seconds)
                else:
                    openings.append(opening)
    heavy = ", ".join(openings[-1].heavy) or "none"
    return [
        Row("start: workstation on screen", median(x.seconds for x in openings), "s", GOAL_S, note=f"heavy: {heavy}"),
        Row("start: bare window on screen", median(bare), "s", note="the floor"),
    ]
