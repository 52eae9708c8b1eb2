"""What goes wrong with images: each error names the file and what helps."""

from __future__ import annotations

from pathlib import Path


class ImagingError(Exception):
    """An image or a folder that cannot be used.

    Parameters
    ----------
    what
        What is wrong, for a person.
    file
        The file or folder it is about, if there is one.
    remedy
        What the person can do about it, if anything.
    """

    def __init__(self, what: str, *, file: str | Path | None = None, remedy: str = "") -> None:
        self.what, self.file, self.remedy = what, file, remedy
        super().__init__("".join((f"{file}: " if file is not None else "", what, f"; {remedy}" if remedy else "")))


class FolderError(ImagingError):
    """The folder to scan is not there or cannot be listed."""


class DecodeError(ImagingError):
    """The pixels of an image cannot be read as its header describes them."""


class Cancelled(ImagingError):
    """The caller asked to stop; whatever was read so far is incomplete."""

    def __init__(self) -> None:
        super().__init__("cancelled")
