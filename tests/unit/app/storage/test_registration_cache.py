from __future__ import annotations

from pathlib import Path

import pytest

from app.storage.registration_cache import RegistrationCache

KEY = "0a" * 32


def test_that_what_is_kept_is_read_again_and_nothing_else(tmp_path: Path) -> None:
    cache = RegistrationCache(tmp_path / "cache")
    assert cache.read(KEY) is None
    cache.write(KEY, b"kept")
    assert cache.read(KEY) == b"kept"
    assert [path.name for path in (tmp_path / "cache").iterdir()] == [f"{KEY}.npz"]


def test_that_a_folder_that_cannot_be_made_is_as_good_as_no_cache(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file")
    cache = RegistrationCache(tmp_path / "cache")
    cache.write(KEY, b"kept")
    assert cache.read(KEY) is None


def test_that_a_name_with_anything_but_a_hash_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="64 hexadecimal digits"):
        RegistrationCache(tmp_path).read("../Kim 1961")
