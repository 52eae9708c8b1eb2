"""A loop is compiled also where it cannot be kept, and where what was kept is damaged."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import FunctionType
from typing import Any

import numpy as np
from numba import types

from viewers.imaging.compiled import compiled

_DOUBLING = """
def doubling(values, out):
    for n in range(len(values)):
        out[n] = 2 * values[n]
"""
_OF_BYTES = types.void(types.uint8[::1], types.uint8[::1])


def doubled(loop: Any) -> list[int]:
    out = np.zeros(3, np.uint8)
    compiled(loop, _OF_BYTES)(np.array([1, 5, 9], np.uint8), out)
    return out.tolist()


def test_that_a_loop_is_compiled_where_there_is_no_folder_to_keep_it_in() -> None:
    def doubling(values: Any, out: Any) -> None:
        for n in range(len(values)):
            out[n] = 2 * values[n]

    of_no_file = FunctionType(doubling.__code__.replace(co_filename="nowhere.py"), globals())
    assert doubled(of_no_file) == [2, 10, 18]


def test_that_a_loop_is_compiled_anew_where_what_was_kept_is_damaged(tmp_path: Path) -> None:
    (tmp_path / "doubling.py").write_text(_DOUBLING)

    def read() -> Any:
        spec = importlib.util.spec_from_file_location("doubling", tmp_path / "doubling.py")
        assert spec is not None and spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module.doubling

    assert doubled(read()) == [2, 10, 18]
    kept = list((tmp_path / "__pycache__").glob("*.nb?"))
    assert kept, "nothing was kept"
    for file in kept:
        file.write_bytes(file.read_bytes()[:100])
    assert doubled(read()) == [2, 10, 18]
