from __future__ import annotations

from pathlib import Path

import pytest

from app.locations import data_folder, default_database_url


def test_that_the_environment_names_the_data_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEPATRACE_DATA", str(tmp_path / "mine"))
    assert data_folder() == tmp_path / "mine"
    assert default_database_url() == f"sqlite:///{tmp_path / 'mine' / 'hepatrace.db'}"


def test_that_the_users_own_folder_is_the_default(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HEPATRACE_DATA")
    assert data_folder().name == "Hepatrace"
    assert data_folder().is_absolute()
