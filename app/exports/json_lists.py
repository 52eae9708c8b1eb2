"""A JSON document with one long list in it, written item by item."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any


class JsonList:
    """``{head..., list_name: [item, ...]}`` as UTF-8 text, of which no more than one item is ever in memory."""

    def __init__(self, path: Path, head: Mapping[str, Any], list_name: str) -> None:
        self._file = path.open("w", encoding="utf-8", newline="\n")
        self._empty = True
        members = "".join(f" {json.dumps(name)}: {as_text(value)},\n" for name, value in head.items())
        self._file.write(f"{{\n{members} {json.dumps(list_name)}: [")

    def add(self, item: Any) -> None:
        self._file.write(("\n" if self._empty else ",\n") + "  " + as_text(item).replace("\n", "\n  "))
        self._empty = False

    def finish(self) -> None:
        self._file.write("]\n}\n" if self._empty else "\n ]\n}\n")
        self.close()

    def close(self) -> None:
        self._file.close()


def as_text(value: Any) -> str:
    """A value as JSON, indented by one, with no NaN and with Korean as it is."""
    return json.dumps(value, ensure_ascii=False, indent=1, allow_nan=False)
