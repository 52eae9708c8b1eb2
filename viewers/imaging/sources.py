"""Where the bytes of an image come from: a file of its own, or a member of a ZIP archive.

A member has a path as if the archive were a folder (``disc.zip/DICOM/IM0001``); nothing is unpacked to the disk.
"""

from __future__ import annotations

import io
import os
import stat
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Protocol, Self, TypeVar

from numpy.typing import NDArray

from viewers.imaging.archives import Archive, ArchiveError, Member, UnpackedMember, member_at
from viewers.imaging.imagefile import NotAnImage

FLAGS = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0)


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
    """A file on the disk.

    Entering and reading raise `NotAnImage` where the file is gone, forbidden, empty or no regular file.

    Parameters
    ----------
    status
        What the file system said of it, if that is known already.
    head
        Its first bytes, if they were read already; the file is then opened only for what follows them.
    """

    def __init__(self, path: str, status: os.stat_result | None = None, head: bytes | None = None) -> None:
        self.path, self._status, self._head = path, status, head
        self.size = status.st_size if status is not None else 0
        self.waited_s = 0.0
        self._descriptor, self._at = -1, 0

    def __enter__(self) -> Self:
        try:
            status = self._status or Path(self.path).stat()
            if not stat.S_ISREG(status.st_mode):
                raise NotAnImage("not a regular file")
            if status.st_size == 0:
                raise NotAnImage("the file is empty")
            self.size = status.st_size
            if self._head is None:
                self._open()
        except OSError as error:
            raise NotAnImage(why_closed(self.path, error)) from None
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def _open(self) -> None:
        started = time.perf_counter()
        self._descriptor = os.open(self.path, FLAGS)
        if self._at:
            os.lseek(self._descriptor, self._at, os.SEEK_SET)
        self.waited_s += time.perf_counter() - started

    def read(self, count: int) -> bytes:
        """The next `count` bytes, fewer at the end."""
        if self._head is not None:
            part, self._head = self._head[:count], None
            self._at = len(part)
            return part
        try:
            if self._descriptor < 0:
                self._open()
            started = time.perf_counter()
            part = os.read(self._descriptor, count)
            self.waited_s += time.perf_counter() - started
            return part
        except OSError as error:
            raise NotAnImage(why_closed(self.path, error)) from None

    def stream(self) -> BinaryIO:
        """All bytes, from the first; closed with the source."""
        if self._descriptor < 0:
            self._open()
        os.lseek(self._descriptor, 0, os.SEEK_SET)
        return BoundedReader(io.FileIO(self._descriptor, closefd=False))


class BoundedReader(io.BufferedReader):
    """A file that is never asked for more bytes than it has: asked for 4 GB, Python would make room for 4 GB first."""

    def __init__(self, raw: io.FileIO) -> None:
        super().__init__(raw)
        self._end = os.fstat(raw.fileno()).st_size

    def read(self, size: int | None = -1) -> bytes:
        """The next `size` bytes, fewer at the end."""
        left = max(self._end - self.tell(), 0)
        return super().read(left if size is None or size < 0 else min(size, left))


def why_closed(path: str, error: OSError) -> str:
    """Why a file cannot be opened or read, for a person."""
    if isinstance(error, FileNotFoundError):
        return "the link points to nothing" if Path(path).is_symlink() else "the file is gone"
    if isinstance(error, PermissionError):
        return "no permission to read the file"
    return f"the disk cannot read the file ({error.strerror or error})"


T = TypeVar("T")


class MemberFile:
    """A member of an archive, unpacked in memory as far as it is read. Raises `NotAnImage` as `PlainFile` does."""

    def __init__(self, archive: Archive, member: Member) -> None:
        self._archive, self._member = archive, member
        self.path, self.size = os.path.join(archive.path, *member.name.split("/")), member.size  # noqa: PTH118
        self._unpacked: UnpackedMember | None = None

    def __enter__(self) -> Self:
        if self.size == 0 and not self._member.fault:
            raise NotAnImage("the file is empty")
        self._unpacked = self._asked(lambda: self._archive.opened(self._member))
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._unpacked is not None:
            self._unpacked.close()
            self._unpacked = None

    def read(self, count: int) -> bytes:
        """The next `count` bytes, fewer at the end."""
        unpacked = self._unpacked
        return b"" if unpacked is None else self._asked(lambda: unpacked.read(count))

    def stream(self) -> BinaryIO:
        """All bytes, from the first."""
        return io.BytesIO(self._asked(lambda: self._archive.content(self._member)))

    def _asked(self, what: Callable[[], T]) -> T:
        try:
            return what()
        except ArchiveError as error:
            raise NotAnImage(str(error)) from None
        except OSError as error:
            raise NotAnImage(why_closed(self._archive.path, error)) from None


def opened(path: str) -> BinaryIO:
    """The bytes of an image, from its file or from the archive that its path leads into; to be closed.

    Raises
    ------
    OSError
        The file is gone or cannot be read.
    ArchiveError
        The archive does not give the member.
    """
    try:
        return BoundedReader(io.FileIO(path))
    except (FileNotFoundError, NotADirectoryError):
        return io.BytesIO(_content_in_archive(path))


def filled_from(path: str, offset: int, room: NDArray[Any]) -> int:
    """Read the bytes of an image from `offset` on straight into an array.

    Parameters
    ----------
    path
        Of a file, or into an archive.
    offset
        In bytes.
    room
        C-contiguous, of any type; filled from its start.

    Returns
    -------
    int
        How many bytes were read: fewer than there is room for where the image ends before.

    Raises
    ------
    OSError, ArchiveError
        As `opened`.
    """
    buffer = room.data.cast("B")
    try:
        descriptor = os.open(path, FLAGS)
    except (FileNotFoundError, NotADirectoryError):
        part = memoryview(_content_in_archive(path))[offset : offset + len(buffer)]
        buffer[: len(part)] = part
        return len(part)
    try:
        os.lseek(descriptor, offset, os.SEEK_SET)
        done = 0
        while done < len(buffer) and (count := _read_into(descriptor, buffer[done:])):
            done += count
        return done
    finally:
        os.close(descriptor)


def _content_in_archive(path: str) -> bytes:
    found = member_at(path)
    if found is None:
        raise FileNotFoundError(path) from None
    archive, member = found
    return archive.content(member)


if hasattr(os, "readv"):

    def _read_into(descriptor: int, buffer: memoryview) -> int:
        return os.readv(descriptor, (buffer,))

else:  # Windows

    def _read_into(descriptor: int, buffer: memoryview) -> int:
        return io.FileIO(descriptor, closefd=False).readinto(buffer)
