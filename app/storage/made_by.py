"""By which code something was made that is kept beside the log: other code makes it anew."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable


@cache
def digest_of_sources(*packages: str) -> str | None:
    """SHA-256 over the sources of packages or modules; None where the program is shipped without sources."""
    digest = hashlib.sha256()
    for name in packages:
        package, _, module = name.rpartition(".")
        sources = sorted(_sources(files(name), name)) if _is_package(name) else [_module(package, module)]
        if not sources or any(text is None for _, text in sources):
            return None
        for path, text in sources:
            digest.update(f"{path} {len(text or b'')}\n".encode())
            digest.update(text or b"")
    return digest.hexdigest()


def _is_package(name: str) -> bool:
    package, _, module = name.rpartition(".")
    return not package or files(package).joinpath(module).is_dir()


def _module(package: str, module: str) -> tuple[str, bytes | None]:
    source = files(package).joinpath(f"{module}.py")
    return f"{package}/{module}.py", source.read_bytes() if source.is_file() else None


def _sources(folder: Traversable, path: str) -> Iterable[tuple[str, bytes]]:
    for entry in folder.iterdir():
        if entry.is_dir():
            yield from _sources(entry, f"{path}/{entry.name}")
        elif entry.name.endswith(".py"):
            yield f"{path}/{entry.name}", entry.read_bytes()
