"""`--json` prints one JSON document on standard output and nothing else there, decoders in C and Rust included."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from app.cli import DONE, REFUSED, main
from viewers.imaging.scan import scan


def printed(capfd: pytest.CaptureFixture[str], *words: str) -> tuple[int, Any, str]:
    """Exit status, the one document (None for nothing at all) and standard error, taken from the file descriptors."""
    capfd.readouterr()
    status = main(words)
    out, err = capfd.readouterr()
    return status, json.loads(out) if out else None, err


def test_that_a_scan_of_odd_files_prints_one_document(test_data: Path, capfd: pytest.CaptureFixture[str]) -> None:
    status, document, _ = printed(capfd, "scan", str(test_data / "odd"), "--json")
    assert status == DONE
    assert set(document) == {"series", "refused"}


def test_that_every_odd_file_is_loaded_as_one_document_or_refused_by_name(
    test_data: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    loaded, refused = 0, set()
    for path in sorted(path for path in (test_data / "odd").rglob("*") if path.is_file()):
        for series in scan(path).series:  # each file alone: of several copies a folder gives one
            status, document, err = printed(capfd, "volume", str(path), "--series", series.uid, "--json")
            if status == DONE:
                assert document["series_uid"] == series.uid, path
                loaded += 1
            else:
                assert (status, document) == (REFUSED, None), path
                assert err.startswith(f"hepatrace volume: {path}: "), err
                refused.add(path.name)
    assert loaded > 30
    # Of the MR in six encodings one ends without the mark behind its last frame; all its frames are whole.
    assert refused == set()
