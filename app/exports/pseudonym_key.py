"""The secret from which pseudonyms, shifts of dates and new UIDs are made: one for each user, kept beside the data.

The same case leaves under the same pseudonym as long as the file stays; whoever has it can tell which image became
which. It never leaves with an export.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from app.exports.exported import ExportRefused
from app.locations import data_folder

NAME = "deidentification.key"
_BYTES = 32


def pseudonym_key(folder: Path | None = None) -> bytes:
    """The secret, made on first use and readable by its owner alone.

    Raises
    ------
    ExportRefused
        If the file is there and is no key.
    OSError
        If it can be neither read nor made.
    """
    path = (folder or data_folder()) / NAME
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
                file.write(secrets.token_hex(_BYTES) + "\n")
        except FileExistsError:
            pass  # another process was first
    try:
        key = bytes.fromhex(path.read_text(encoding="ascii").strip())
    except ValueError:
        key = b""
    if len(key) != _BYTES:
        raise ExportRefused(f"{NAME} in the data folder is no key: restore it from a copy, or delete it for a new one")
    return key
