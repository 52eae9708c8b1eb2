from __future__ import annotations

import os
import threading
import time

import pytest

from tests.support.phantoms import Phantom, write_phantom
from viewers.imaging import readahead
from viewers.imaging.errors import Cancelled
from viewers.imaging.readahead import ReadAhead
from viewers.imaging.scan import scan

FILES = 40


@pytest.fixture
def folder(tmp_path):
    long = {"PatientComments": "x" * 10000, "AdditionalPatientHistory": "x" * 9000}  # beyond the first read
    write_phantom(tmp_path, Phantom(heights_mm=tuple(3.0 * k for k in range(FILES // 2)), tags=long), name="a")
    write_phantom(tmp_path, Phantom(heights_mm=tuple(3.0 * k for k in range(FILES // 2))), name="b")
    (tmp_path / "a010").unlink()
    (tmp_path / "a010").symlink_to(tmp_path / "nowhere")
    (tmp_path / "b003").write_bytes(b"")
    return tmp_path


@pytest.fixture
def slow(monkeypatch):
    """A disk on which opening a file waits; gives the names of the threads that waited, and how many at once."""
    real, lock, waiting, names, most = os.open, threading.Lock(), [0], [], [0]

    def waits(path, *args, **kwargs):
        with lock:
            waiting[0] += 1
            most[0] = max(most[0], waiting[0])
            names.append(threading.current_thread().name)
        time.sleep(0.01)
        with lock:
            waiting[0] -= 1
        return real(path, *args, **kwargs)

    monkeypatch.setattr("viewers.imaging.sources.os.open", waits)
    return names, most


def test_that_a_slow_disk_is_read_ahead_with_the_same_result(folder, slow, monkeypatch):
    names, most = slow
    ahead = scan(folder)
    assert most[0] > 1
    assert sum(name.startswith("read ahead") for name in names) >= FILES - 2 - 2 * readahead._TRIED
    monkeypatch.setattr(readahead, "_SLOW_S", 1e9)
    names.clear()
    assert scan(folder) == ahead
    assert set(names) == {"MainThread"}
    assert len(ahead.refused) == 2


def test_that_a_disk_that_answers_at_once_is_read_without_threads(folder, monkeypatch):
    monkeypatch.setattr(readahead, "_SLOW_S", 0.5)  # however busy this machine is
    found = [(str(path), path.stat()) for path in sorted(folder.iterdir()) if path.exists()]
    with ReadAhead(found) as ahead:
        for number in range(len(found)):
            with ahead.source(number) as source:
                source.read(100)
            assert not ahead.threaded
            if number == 1:
                break
        assert not ahead.threaded


def test_that_cancelling_ends_the_threads(folder, slow):
    asked = []
    with pytest.raises(Cancelled):
        scan(folder, cancelled=lambda: len(asked) > 15 or bool(asked.append(1)))
    assert not [t for t in threading.enumerate() if t.name.startswith("read ahead")]
