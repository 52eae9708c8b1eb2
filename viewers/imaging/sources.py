"""Where the bytes of an image come from."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Protocol, Self

from viewers.imaging.imagefile import NotAnImage

_FLAGS = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0)


class Source(Protocol):
    """The bytes of one file. A context manager: it is open within."""

    @property
    def path(self) -> str: ...

    @property
    def size(self) -> int: ...

    def read(self, count: int) -> bytes:
        """The next `count` bytes, fewer at the end."""
        ...

    def stream(self) -> BinaryIO:
        """All bytes, from the first."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None: ...


class PlainFile:
    """A file on the disk. `status` is what the file system said of it, if that is known already.

    Entering and reading raise `NotAnImage` where the file is gone, forbidden, empty or no regular file.
    """

    def __init__(self, path: str, status: os.stat_result | None = None) -> None:
        self.path, self._status = path, status
        self.size = status.st_size if status is not None else 0
        self._descriptor = -1

    def __enter__(self) -> Self:
        try:
            status = self._status or Path(self.path).stat()
            if not stat.S_ISREG(status.st_mode):
                raise NotAnImage("not a regular file")
            if status.st_size == 0:
                raise NotAnImage("the file is empty")
            self.size = status.st_size
            self._descriptor = os.open(self.path, _FLAGS)
        except OSError as error:
            raise NotAnImage(why_closed(self.path, error)) from None
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def read(self, count: int) -> bytes:
        """The next `count` bytes, fewer at the end."""
        try:
            return os.read(self._descriptor, count)
        except OSError as error:
            raise NotAnImage(why_closed(self.path, error)) from None

    def stream(self) -> BinaryIO:
        """All bytes, from the first; closed with the source."""
        os.lseek(self._descriptor, 0, os.SEEK_SET)
        return os.fdopen(self._descriptor, "rb", closefd=False)


def why_closed(path: str, error: OSError) -> str:
    """Why a file cannot be opened or read, for a person."""
    if isinstance(error, FileNotFoundError):
        return "the link points to nothing" if Path(path).is_symlink() else "the file is gone"
    if isinstance(error, PermissionError):
        return "no permission to read the file"
    return f"the disk cannot read the file ({error.strerror or error})"
