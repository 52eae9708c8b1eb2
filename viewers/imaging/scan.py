"""Folders of files into series: every file ends in a series or is refused with a reason."""

from __future__ import annotations

import os
import warnings
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from viewers.imaging.catalogue import Refused, ScanResult
from viewers.imaging.errors import Cancelled, FolderError
from viewers.imaging.headers import DEFLATED, NATIVE, ImageFile, NotAnImage, read_header
from viewers.imaging.phases import with_phases
from viewers.imaging.quality import series_of
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
    paths = [folder] if folder.is_file() else sorted(_walk(folder, refused))
    files: list[ImageFile] = []
    with warnings.catch_warnings():
        # pydicom warns about every odd value; what matters of it becomes a finding or a reason.
        warnings.simplefilter("ignore")
        for done, path in enumerate(paths):
            if cancelled is not None and cancelled():
                raise Cancelled
            try:
                files.append(read_header(path))
            except NotAnImage as problem:
                refused.append(Refused(str(path), str(problem)))
            if progress is not None:
                progress(done + 1, len(paths))
    files, copies = _without_copies(files)
    series = with_phases([series_of(stack) for stack in stacks_of(files)])
    return ScanResult(tuple(series), tuple(sorted([*refused, *copies], key=lambda r: r.file)))


def _walk(folder: Path, refused: list[Refused]) -> Iterator[Path]:
    """All files below a folder; a folder reached twice, as by a loop of links, is entered once."""
    entered: set[tuple[int, int]] = set()
    waiting = [folder]
    while waiting:
        current = waiting.pop()
        try:
            status = current.stat()
            if (status.st_dev, status.st_ino) in entered:
                continue
            entered.add((status.st_dev, status.st_ino))
            entries = list(os.scandir(current))
        except PermissionError:
            refused.append(Refused(str(current), "no permission to list the folder"))
            continue
        except OSError as error:
            refused.append(Refused(str(current), f"the folder cannot be listed ({error.strerror or error})"))
            continue
        for entry in entries:
            try:
                is_folder = entry.is_dir()
            except OSError:
                is_folder = False
            if is_folder:
                waiting.append(Path(entry.path))
            else:
                yield Path(entry.path)


def _without_copies(files: Iterable[ImageFile]) -> tuple[list[ImageFile], list[Refused]]:
    """The files with each image once: of several copies the one whose pixels lost least, the others refused."""
    groups: dict[object, list[ImageFile]] = defaultdict(list)
    for file in files:
        frame = file.frames[0]
        key = (file.sop_uid, file.series_uid, file.study_uid, file.patient.id, file.rows, file.columns)
        same = (*key, len(file.frames), frame.position, frame.directions, file.instance_number)
        groups[same if file.sop_uid else file.path].append(file)
    kept, copies = [], []
    for group in groups.values():
        best, *others = sorted(group, key=_loss)
        kept.append(best)
        copies += [Refused(f.path, f"a copy of the image in {best.path}, which is used") for f in others]
    return kept, copies


def _loss(file: ImageFile) -> tuple[bool, bool, bool, str]:
    return file.lossy, file.transfer_syntax not in NATIVE, file.transfer_syntax == DEFLATED, file.path
