"""ZIP archives: their members, unpacked in memory as far as they are read, never to the disk.

What an archive says of itself is not believed. Sizes are limits, and what goes beyond them is an error; names only
ever name, since nothing is written; members that share bytes, as those of a zip bomb do, refuse the whole archive.
"""

from __future__ import annotations

import io
import os
import stat
import struct
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from operator import itemgetter
from pathlib import Path, PurePosixPath
from types import MappingProxyType

MAGIC = (b"PK\x03\x04", b"PK\x05\x06")
_LARGEST_MEMBER = 1 << 31
_MOST_MEMBERS = 500_000
_MOST_TIMES = 1100
"""Deflate packs at most 1032 to 1: a member that claims more lies."""
_LOCAL = struct.Struct("<4s22xHH")
_CHUNK = 1 << 16
_READ_METHODS = {zipfile.ZIP_STORED: "stored", zipfile.ZIP_DEFLATED: "deflated"}


class ArchiveError(Exception):
    """An archive, or a member of one, that is not read; the message says why, for a person."""


@dataclass(frozen=True, slots=True)
class Member:
    """One file in an archive: its name, where its header is, how it is packed; `fault` says why it is not read."""

    name: str
    offset: int
    packed: int
    size: int
    deflated: bool
    crc: int
    fault: str = ""


@dataclass(frozen=True, slots=True)
class Archive:
    """An archive and its files in the order of their names; folders are left out."""

    path: str
    members: Mapping[str, Member]

    def opened(self, member: Member) -> UnpackedMember:
        """The bytes of a member, unpacked while they are read; to be closed."""
        if member.fault:
            raise ArchiveError(member.fault)
        file = io.FileIO(self.path)
        try:
            file.seek(member.offset)
            head = file.read(_LOCAL.size)
            if len(head) < _LOCAL.size:
                raise ArchiveError("the archive is cut short")
            magic, name_length, extra_length = _LOCAL.unpack(head)
            if magic != MAGIC[0]:
                raise ArchiveError("the archive is damaged: a member is not where its index says")
            file.seek(name_length + extra_length, os.SEEK_CUR)
            return UnpackedMember(file, member)
        except BaseException:
            file.close()
            raise

    def content(self, member: Member) -> bytes:
        """All bytes of a member, checked against its checksum."""
        with self.opened(member) as unpacked:
            return unpacked.read(member.size)


class UnpackedMember:
    """A member that is unpacked while it is read; it never gives more bytes than its index says."""

    def __init__(self, file: io.FileIO, member: Member) -> None:
        self._file, self._member = file, member
        self._inflate = zlib.decompressobj(-zlib.MAX_WBITS) if member.deflated else None
        self._packed_left, self._left, self._crc = member.packed, member.size, 0

    def __enter__(self) -> UnpackedMember:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._file.close()

    def read(self, count: int) -> bytes:
        """The next `count` bytes, fewer at the end; the last ones only if the checksum of all holds."""
        wanted = min(count, self._left)
        parts: list[bytes] = []
        while wanted > 0:
            part = self._next(wanted)
            if not part:
                raise ArchiveError("the archive is damaged: a member ends too early")
            parts.append(part)
            wanted -= len(part)
            self._left -= len(part)
            self._crc = zlib.crc32(part, self._crc)
        if self._left == 0 and self._member.size and self._crc != self._member.crc:
            raise ArchiveError("the archive is damaged: a member's checksum does not hold")
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def _next(self, most: int) -> bytes:
        if self._inflate is None:
            return self._packed(most)
        while True:
            packed = self._inflate.unconsumed_tail or self._packed(_CHUNK)
            try:
                part = self._inflate.decompress(packed, most)
            except zlib.error:
                raise ArchiveError("the archive is damaged: a member does not unpack") from None
            if part or not packed:
                return part

    def _packed(self, most: int) -> bytes:
        part = self._file.read(min(most, self._packed_left))
        self._packed_left -= len(part)
        return part


def archive_at(path: str) -> Archive:
    """The archive at this path; its index is read again when the file has changed.

    Raises
    ------
    ArchiveError
        It is no archive, is damaged, or is built as a zip bomb is.
    OSError
        The file cannot be read.
    """
    status = Path(path).stat()
    return _indexed(path, status.st_size, status.st_mtime_ns)


@lru_cache(maxsize=8)
def _indexed(path: str, size: int, mtime_ns: int) -> Archive:
    try:
        with zipfile.ZipFile(path) as archive:
            infos = archive.infolist()
    # what zipfile raises for an index that is damaged on purpose; ValueError and struct.error for lying lengths
    except (zipfile.BadZipFile, zipfile.LargeZipFile, ValueError, NotImplementedError, struct.error, EOFError):
        raise ArchiveError("a damaged archive (ZIP): its index cannot be read") from None
    if len(infos) > _MOST_MEMBERS:
        raise ArchiveError(f"an archive (ZIP) of {len(infos)} files is not read; unpack it first")
    for a, b in pairwise(sorted((i.header_offset, i.compress_size) for i in infos)):
        if b[0] < a[0] + a[1]:
            raise ArchiveError("an archive (ZIP) whose files share their bytes, as in a zip bomb, is not read")
    members: dict[str, Member] = {}
    named = sorted(((_name(info), info) for info in infos), key=itemgetter(0))
    for name, info in ((name, info) for name, info in named if not name.endswith("/")):
        fault = "two files of this name are in the archive" if name in members else _fault(name, info)
        deflated = info.compress_type == zipfile.ZIP_DEFLATED
        members[name] = Member(name, info.header_offset, info.compress_size, info.file_size, deflated, info.CRC, fault)
    return Archive(path, MappingProxyType(members))


def _name(info: zipfile.ZipInfo) -> str:
    """The name with slashes between its parts; old programs of Windows write backslashes."""
    name = info.filename.replace("\\", "/")
    return name if name.endswith("/") else str(PurePosixPath(name))


def _fault(member: str, info: zipfile.ZipInfo) -> str:
    name = PurePosixPath(member)
    if not name.parts or name.is_absolute() or ".." in name.parts or ":" in name.parts[0]:
        return "its name in the archive is empty, or leads out of the archive"
    if stat.S_ISLNK(info.external_attr >> 16):
        return "a link in an archive is not followed"
    if info.flag_bits & 0x1:
        return "it is encrypted; unpack the archive with its password first"
    if info.compress_type not in _READ_METHODS:
        return "it is packed in a way that is not read; unpack the archive first"
    if info.file_size > _LARGEST_MEMBER:
        return f"it unpacks to {info.file_size / 1e9:.1f} GB, which is too much to hold; unpack the archive first"
    if info.file_size > _MOST_TIMES * max(info.compress_size, 1):
        return "it claims to unpack to more than it can: a zip bomb, or damaged"
    return ""


def member_at(path: str) -> tuple[Archive, Member] | None:
    """The archive and member that a path such as ``disc.zip/DICOM/IM0001`` names, None where it names none."""
    for parent in Path(path).parents:
        if parent.is_file():
            try:
                archive = archive_at(str(parent))
            except ArchiveError:
                return None
            member = archive.members.get(path[len(str(parent)) + 1 :].replace(os.sep, "/"))
            return None if member is None else (archive, member)
        if parent.is_dir():
            return None
    return None
