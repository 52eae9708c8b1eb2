"""Folders of files into series: every file ends in a series or is refused with a reason."""

from __future__ import annotations

import os
import stat
import warnings
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from operator import itemgetter
from pathlib import Path

from viewers.imaging.catalogue import Refused, ScanResult
from viewers.imaging.errors import Cancelled, FolderError
from viewers.imaging.filereader import FileReader
from viewers.imaging.headers import DEFLATED, NATIVE
from viewers.imaging.imagefile import ImageFile, NotAnImage
from viewers.imaging.phases import with_phases
from viewers.imaging.quality import series_of
from viewers.imaging.sources import PlainFile
from viewers.imaging.stacks import stacks_of


def scan(
    folder: Path,
    *,
    progress: Callable[[int, int], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> ScanResult:
    """The series under a folder, read from headers alone; pixels are never touched.

    Parameters
    ----------
    folder
        Folder of files with any names, scanned with all its subfolders; or a single file.
    progress
        Called with (files done, files in all) after each file.
    cancelled
        Asked before each file; true stops the scan.

    Raises
    ------
    FolderError
        The folder is not there or cannot be listed.
    Cancelled
        `cancelled` said so.
    """
    folder = Path(folder)
    try:
        there = folder.exists()
    except OSError as error:  # a folder above it is closed
        why = f"cannot be reached ({error.strerror or error})"
        raise FolderError(why, file=folder, remedy="ask for the right to read it") from error
    if not there:
        raise FolderError("there is no such folder", file=folder, remedy="check the path, or insert the disc")
    refused: list[Refused] = []
    found = [(str(folder), folder.stat())] if folder.is_file() else sorted(_walk(folder, refused), key=itemgetter(0))
    files: list[ImageFile] = []
    reader = FileReader()
    with warnings.catch_warnings():
        # pydicom warns about every odd value; what matters of it becomes a finding or a reason.
        warnings.simplefilter("ignore")
        for done, (path, status) in enumerate(found, start=1):
            if cancelled is not None and cancelled():
                raise Cancelled
            try:
                files.append(reader.read(PlainFile(path, status)))
            except NotAnImage as problem:
                refused.append(Refused(path, str(problem)))
            if progress is not None:
                progress(done, len(found))
    files, copies = _without_copies(files)
    series = with_phases([series_of(stack) for stack in stacks_of(files)])
    return ScanResult(tuple(series), tuple(sorted([*refused, *copies], key=lambda r: r.file)))


def _walk(folder: Path, refused: list[Refused]) -> Iterator[tuple[str, os.stat_result | None]]:
    """All files below a folder, and what the file system says of each (None: nothing).

    A folder reached twice, as by a loop of links, is entered once.
    """
    entered: set[tuple[int, int]] = set()
    waiting = [str(folder)]
    while waiting:
        current = waiting.pop()
        try:
            status = Path(current).stat()
            if (status.st_dev, status.st_ino) in entered:
                continue
            entered.add((status.st_dev, status.st_ino))
            entries = list(os.scandir(current))
        except PermissionError:
            refused.append(Refused(current, "no permission to list the folder"))
            continue
        except OSError as error:
            refused.append(Refused(current, f"the folder cannot be listed ({error.strerror or error})"))
            continue
        for entry in entries:
            status_of_entry = _status(entry)
            if status_of_entry is not None and stat.S_ISDIR(status_of_entry.st_mode):
                waiting.append(entry.path)
            else:
                yield entry.path, status_of_entry


def _status(entry: os.DirEntry[str]) -> os.stat_result | None:
    try:
        return entry.stat()
    except OSError:
        return None


def _without_copies(files: Iterable[ImageFile]) -> tuple[list[ImageFile], list[Refused]]:
    """The files with each image once: of several copies the one whose pixels lost least, the others refused."""
    by_uid: dict[str, list[ImageFile]] = defaultdict(list)
    for file in files:
        by_uid[file.sop_uid].append(file)
    kept, copies = by_uid.pop("", []), []
    for namesakes in by_uid.values():
        for group in _same_images(namesakes) if len(namesakes) > 1 else (namesakes,):
            best, *others = sorted(group, key=_loss)
            kept.append(best)
            copies += [Refused(f.path, f"a copy of the image in {best.path}, which is used") for f in others]
    return kept, copies


def _same_images(files: Iterable[ImageFile]) -> Iterable[list[ImageFile]]:
    groups: dict[object, list[ImageFile]] = defaultdict(list)
    for file in files:
        kind, frame = file.kind, file.frames[0]
        of_file = (kind.series_uid, kind.study_uid, kind.patient.id, kind.rows, kind.columns, kind.frames)
        groups[(*of_file, frame.position, frame.kind.directions, file.instance_number)].append(file)
    return groups.values()


def _loss(file: ImageFile) -> tuple[bool, bool, bool, str]:
    return file.kind.lossy, file.kind.transfer_syntax not in NATIVE, file.kind.transfer_syntax == DEFLATED, file.path
