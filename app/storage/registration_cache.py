"""Registrations on disk, so that a pair of exams is registered once. Names are hashes and tell nothing of a patient."""

from __future__ import annotations

import contextlib
import os
import re
import tempfile
from pathlib import Path

_MOST = 100
_KEY = re.compile(r"[0-9a-f]{64}")
_SUFFIX = ".npz"


class RegistrationCache:
    """Files in one folder, made when first needed; the oldest go when there are too many.

    A cache that cannot be read or written is as good as none: then the pair is registered again.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def read(self, key: str) -> bytes | None:
        """What was kept under a key; None where nothing is, or it cannot be read."""
        try:
            return self._path(key).read_bytes()
        except OSError:
            return None

    def write(self, key: str, kept: bytes) -> None:
        """Keep bytes under a key, whole or not at all."""
        with contextlib.suppress(OSError):
            self._folder.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(dir=self._folder, suffix=".part")
            try:
                with os.fdopen(handle, "wb") as file:
                    file.write(kept)
                Path(name).replace(self._path(key))
            finally:
                Path(name).unlink(missing_ok=True)
            self._make_room()

    def _path(self, key: str) -> Path:
        if not _KEY.fullmatch(key):
            raise ValueError("a key is 64 hexadecimal digits")
        return self._folder / f"{key}{_SUFFIX}"

    def _make_room(self) -> None:
        files = sorted(self._folder.glob(f"*{_SUFFIX}"), key=lambda path: path.stat().st_mtime)
        for path in files[:-_MOST]:
            path.unlink(missing_ok=True)
