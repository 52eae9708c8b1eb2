from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from app.cli import DONE, REFUSED, main
from app.commands import cases
from tests.support.phantoms import Phantom, write_phantom

ROOT = Path(__file__).parents[3]
FULL = Path("/dev/full")
NOT_WRITTEN = "standard output cannot be written (No space left on device). Free space, then try again."

needs_full_device = pytest.mark.skipif(not FULL.exists(), reason="needs /dev/full")


def on_full_output(*words: str) -> subprocess.CompletedProcess[str]:
    """What `python -m app` says when standard output is a full disk."""
    with FULL.open("w") as full:
        return subprocess.run(
            [sys.executable, "-m", "app", *words], stdout=full, stderr=subprocess.PIPE, text=True, check=False, cwd=ROOT
        )


@needs_full_device
@pytest.mark.parametrize("count", [1, 40], ids=["less than the buffer holds", "more than the buffer holds"])
def test_that_results_a_full_disk_cannot_take_are_a_refusal(tmp_path: Path, count: int) -> None:
    for number in range(count):
        write_phantom(tmp_path / str(number), Phantom(heights_mm=(0.0,)))
    ended = on_full_output("scan", str(tmp_path), "--json")
    assert (ended.returncode, ended.stderr) == (REFUSED, f"hepatrace scan: {NOT_WRITTEN}\n")


@needs_full_device
@pytest.mark.parametrize("form", ["--json", "--jsonl"])
def test_that_an_assessment_a_full_disk_cannot_take_is_a_refusal(tmp_path: Path, form: str) -> None:
    lines = [f'{{"id": "{n}", "timepoints": [{{"timepoint": "BL", "day": 0, "lesions": []}}]}}' for n in range(200)]
    document = ['{"schema": "tumour-response-cases/1", "cases": [', ",".join(lines), "]}"]
    (tmp_path / "cases").write_text("".join(document) if form == "--json" else "\n".join(lines))
    ended = on_full_output("assess", str(tmp_path / "cases"), form)
    assert (ended.returncode, ended.stderr) == (REFUSED, f"hepatrace assess: {NOT_WRITTEN}\n")


@needs_full_device
@pytest.mark.parametrize(("words", "name"), [(["--help"], ""), (["scan", "--help"], " scan")])
def test_that_help_a_full_disk_cannot_take_is_a_refusal(words: list[str], name: str) -> None:
    ended = on_full_output(*words)
    assert (ended.returncode, ended.stderr) == (REFUSED, f"hepatrace{name}: {NOT_WRITTEN}\n")


@pytest.mark.skipif(os.name != "posix", reason="needs a pipe whose reader has left")
def test_that_a_reader_who_has_read_enough_is_no_fault(tmp_path: Path) -> None:
    write_phantom(tmp_path, Phantom())
    reader, writer = os.pipe()
    os.close(reader)
    ended = subprocess.run(
        [sys.executable, "-m", "app", "scan", str(tmp_path)],
        stdout=writer,
        stderr=subprocess.PIPE,
        check=False,
        cwd=ROOT,
    )
    os.close(writer)
    assert (ended.returncode, ended.stderr) == (DONE, b"")


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (OSError(28, "No space left on device", "/disk/part"), "/disk/part: No space left on device."),
        (PermissionError(13, "Permission denied", "/closed"), "/closed: Permission denied."),
        (OSError(28, "No space left on device"), "hepatrace cases: No space left on device."),
    ],
    ids=["full disk", "closed folder", "a file without a name"],
)
def test_that_what_the_system_does_not_allow_is_a_refusal_that_names_the_file(
    error: OSError, told: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(options: object) -> int:
        raise error

    monkeypatch.setattr(cases, "run", fail)
    assert main(["cases"]) == REFUSED
    captured = capsys.readouterr()
    assert captured.out == ""
    assert told in captured.err
    assert "Traceback" not in captured.err


def test_that_a_fault_of_the_program_is_not_taken_for_bad_input(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(options: object) -> int:
        raise KeyError("a mistake")

    monkeypatch.setattr(cases, "run", fail)
    with pytest.raises(KeyError):
        main(["cases"])


def test_that_a_program_without_a_console_still_does_its_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_phantom(tmp_path, Phantom())
    monkeypatch.setattr(sys, "stdout", None)
    assert main(["scan", str(tmp_path)]) == DONE
