"""DICOMDIR, the index of a disc: which files it names, and which of these are not there."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import PurePath
from typing import BinaryIO

from viewers.imaging.tags import MALFORMED

SOP_CLASS = "1.2.840.10008.1.3.10"
_NAMED_MOST = 5


def names_in(file: BinaryIO) -> list[tuple[str, ...]]:
    """The path components of each file that a DICOMDIR names, relative to its folder; each file once.

    A name that leads out of the folder is left out. A DICOMDIR that cannot be read names nothing.
    """
    import pydicom
    from pydicom.errors import BytesLengthException, InvalidDicomError

    found: dict[tuple[str, ...], None] = {}
    try:
        dataset = pydicom.dcmread(file, force=True, specific_tags=["DirectoryRecordSequence"])
        for record in dataset.get("DirectoryRecordSequence") or ():
            value = record.get("ReferencedFileID")
            parts = (value,) if isinstance(value, str) else tuple(map(str, value or ()))
            if parts and all(part not in ("", ".", "..") and not set(part) & set("/\\:\0") for part in parts):
                found[parts] = None
    except (*MALFORMED, OSError, BytesLengthException, InvalidDicomError):
        pass
    return list(found)


def about(named: Iterable[tuple[str, ...]], folder: str, present: Iterable[str]) -> str:
    """What a DICOMDIR in `folder` says, for a person; `present` are the paths of the files that are there.

    Names are compared without regard to case, and to the version number that some discs show, as discs are copied so.
    """
    there = {plain(path) for path in present}
    absent = [parts for parts in named if plain(str(PurePath(folder, *parts))) not in there]
    if not absent:
        return "a DICOMDIR (index of a disc) holds no images"
    listed = ", ".join("/".join(parts) for parts in absent[:_NAMED_MOST])
    more = f" and {len(absent) - _NAMED_MOST} more" if len(absent) > _NAMED_MOST else ""
    files = "1 file that it names is" if len(absent) == 1 else f"{len(absent)} files that it names are"
    return f"a DICOMDIR (index of a disc) holds no images; {files} not there: {listed}{more}"


def plain(path: str) -> str:
    """A path as discs may spell it otherwise: its case, and the version number behind it, left out."""
    return path.replace("\\", "/").split(";")[0].rstrip(".").casefold()
