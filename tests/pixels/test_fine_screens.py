"""A real window on screens of several ratios; Qt takes the ratio when it starts, hence a process for each."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("ratio", [1.0, 1.5, 2.0])
def test_that_a_window_shows_what_is_rendered_for_its_ratio(ratio: float) -> None:
    surroundings = os.environ | {"QT_SCALE_FACTOR": str(ratio), "QT_QPA_PLATFORM": "offscreen"}
    words = [sys.executable, "-m", "tests.support.fine_screen"]
    done = subprocess.run(words, cwd=ROOT, env=surroundings, capture_output=True, text=True, check=True)
    told = json.loads(done.stdout)
    assert told["ratio"] == ratio
    assert told["differing"] == 0
    assert told["misplaced_px"] < 0.1
    assert told["ahead"] == 0
