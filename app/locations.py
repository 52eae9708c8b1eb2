"""Where Hepatrace keeps its own files. `HEPATRACE_DATA` names another folder."""

from __future__ import annotations

import os
from pathlib import Path


def data_folder() -> Path:
    """The user's data folder for Hepatrace; it need not exist yet."""
    chosen = os.environ.get("HEPATRACE_DATA")
    if chosen:
        return Path(chosen).expanduser()
    from platformdirs import user_data_path

    return user_data_path("Hepatrace", appauthor=False)


def default_database_url() -> str:
    """The SQLite database that is used unless another one is named."""
    return f"sqlite:///{(data_folder() / 'hepatrace.db').absolute()}"
