"""Folders of files into series: every file ends in a series or is refused with a reason."""

from __future__ import annotations

import os
import stat
import time
import warnings
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from operator import itemgetter
from pathlib import Path
from typing import TypeGuard

from viewers.imaging import dicomdir
from viewers.imaging.archives import MAGIC, ArchiveError, archive_at, member_at
from viewers.imaging.catalogue import Refused, ScanResult
from viewers.imaging.errors import Cancelled, FolderError
from viewers.imaging.filereader import FileReader
from viewers.imaging.headers import A_DICOMDIR, DEFLATED, NATIVE
from viewers.imaging.imagefile import NOT_DICOM, ImageFile, NotAnImage
from viewers.imaging.known import KnownTree, Outcome, ScanMemory, State, state_of
from viewers.imaging.phases import with_phases
from viewers.imaging.quality import series_of
from viewers.imaging.readahead import ReadAhead
from viewers.imaging.sources import MemberFile, PlainFile, Source, opened
from viewers.imaging.stacks import stacks_of

Found = tuple[str, os.stat_result | None]


def scan(
    folder: Path,
    *,
    progress: Callable[[int, int], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
    memory: ScanMemory | None = None,
) -> ScanResult:
    """The series under a folder, read from headers alone; pixels are never touched.

    Parameters
    ----------
    folder
        Folder of files with any names, scanned with all its subfolders and the ZIP archives in it; or a single file:
        an image, an archive, or a DICOMDIR, of which the files it names are scanned.
    progress
        Called with (files done, files in all) after each file.
    cancelled
        Asked before each file; true stops the scan.
    memory
        What earlier scans saw: files that have not changed since are not read again.

    Raises
    ------
    FolderError
        The folder is not there or cannot be listed.
    Cancelled
        `cancelled` said so.
    """
    folder = Path(folder)
    _require(folder)
    refused: list[Refused] = []
    started_ns = time.time_ns()
    found = sorted(_walk(folder, refused), key=itemgetter(0)) if folder.is_dir() else _named_by(folder)
    root = os.path.abspath(folder)  # noqa: PTH100 (links are kept as they are)
    states = {path: state_of(status, started_ns) for path, status in found}
    known = memory.recall(root) if memory is not None else None
    if known is not None and known.states == states and not refused:
        result = known.result()
        if result is not None:
            if progress is not None:
                progress(len(found), len(found))
            return ScanResult(tuple(with_phases(result.series)), result.refused)
    with warnings.catch_warnings():
        # pydicom warns about every odd value; what matters of it becomes a finding or a reason.
        warnings.simplefilter("ignore")
        outcomes = _outcomes(found, states, known, progress, cancelled)
    result = _grouped(outcomes, refused)
    if memory is not None and not refused:
        kept = {path: state for path, state in states.items() if state is not None}
        memory.keep(root, KnownTree(kept, lambda: result, lambda: outcomes))
    return result


def scan_files(paths: Iterable[str]) -> ScanResult:
    """The series that these files, or members of archives, hold by themselves; read anew, from headers alone."""
    reader = FileReader()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return _grouped({path: _read(reader, _source_of(path)) for path in dict.fromkeys(paths)}, ())


def _source_of(path: str) -> Source:
    member = None if Path(path).is_file() else member_at(path)
    return PlainFile(path) if member is None else MemberFile(*member)


def _require(folder: Path) -> None:
    try:
        there = folder.exists()
    except OSError as error:  # a folder above it is closed
        why = f"cannot be reached ({error.strerror or error})"
        raise FolderError(why, file=folder, remedy="ask for the right to read it") from error
    if not there:
        raise FolderError("there is no such folder", file=folder, remedy="check the path, or insert the disc")


def _outcomes(
    found: Sequence[Found],
    states: Mapping[str, State | None],
    known: KnownTree | None,
    progress: Callable[[int, int], None] | None,
    cancelled: Callable[[], bool] | None,
) -> dict[str, tuple[Outcome, ...]]:
    """What came of each file: an image, a refusal, or those of the members of an archive."""
    outcomes: dict[str, tuple[Outcome, ...]] = {}
    before = known.outcomes() if known is not None else {}
    unknown = []
    for path, status in found:
        state = states[path]
        if known is not None and state is not None and known.states.get(path) == state and path in before:
            outcomes[path] = before[path]
        else:
            unknown.append((path, status))
    reader, seen = FileReader(), len(found) - len(unknown)
    with ReadAhead(unknown) as ahead:
        for number, (path, _) in enumerate(unknown):
            if cancelled is not None and cancelled():
                raise Cancelled
            outcomes[path] = _read(reader, ahead.source(number))
            if _may_be_archive(outcomes[path]):
                outcomes[path] = _unpacked(reader, path, outcomes[path], cancelled)
            if progress is not None:
                progress(seen + number + 1, len(found))
    indices = [path for path, of_path in outcomes.items() if _is_index(path, of_path)]
    for path in indices:
        outcomes[path] = (_refused_index(path, outcomes),)
    return {path: outcomes[path] for path, _ in found}


def _read(reader: FileReader, source: Source) -> tuple[Outcome, ...]:
    try:
        return (reader.read(source),)
    except NotAnImage as problem:
        return (Refused(source.path, str(problem)),)


def _is_index(path: str, outcomes: tuple[Outcome, ...]) -> bool:
    first = outcomes[0]
    return isinstance(first, Refused) and first.file == path and first.reason.startswith(A_DICOMDIR)


def _names_in(index: str) -> list[tuple[str, ...]]:
    """What a DICOMDIR names: nothing where it cannot be opened, which its own reading says."""
    try:
        with opened(index) as file:
            return dicomdir.names_in(file)
    except (OSError, ArchiveError):
        return []


def _refused_index(path: str, present: Iterable[str]) -> Refused:
    return Refused(path, dicomdir.about(_names_in(path), str(Path(path).parent), present))


def _no_dicom(outcome: Outcome) -> TypeGuard[Refused]:
    return isinstance(outcome, Refused) and outcome.reason == NOT_DICOM


def _may_be_archive(outcomes: tuple[Outcome, ...]) -> bool:
    (first, *others) = outcomes
    if others or not _no_dicom(first):
        return False
    try:
        with Path(first.file).open("rb") as file:
            return file.read(4) in MAGIC
    except OSError:
        return False


def _unpacked(
    reader: FileReader, path: str, otherwise: tuple[Outcome, ...], cancelled: Callable[[], bool] | None
) -> tuple[Outcome, ...]:
    """What came of the members of an archive; of an archive of other things, such as a document, one refusal."""
    try:
        archive = archive_at(path)
    except ArchiveError as error:
        return (Refused(path, str(error)),)
    except OSError:
        return otherwise
    outcomes: dict[str, Outcome] = {}
    indices = []
    for member in archive.members.values():
        if cancelled is not None and cancelled():
            raise Cancelled
        source = MemberFile(archive, member)
        of_member = _read(reader, source)
        if member.name.lower().endswith(".zip") and _no_dicom(of_member[0]):
            of_member = (Refused(source.path, "an archive (ZIP) within an archive is not read; unpack it first"),)
        if _is_index(source.path, of_member):
            indices.append(source.path)
        outcomes[source.path] = of_member[0]
    if all(map(_no_dicom, outcomes.values())):
        files = "1 file, which is not DICOM" if len(outcomes) == 1 else f"{len(outcomes)} files, none of them DICOM"
        return (Refused(path, f"an archive (ZIP) of {files}"),)
    for index in indices:
        outcomes[index] = _refused_index(index, outcomes)
    return tuple(outcomes.values())


def _grouped(outcomes: Mapping[str, Sequence[Outcome]], refused: Iterable[Refused]) -> ScanResult:
    all_outcomes = [one for of_path in outcomes.values() for one in of_path]
    files, copies = _without_copies(one for one in all_outcomes if isinstance(one, ImageFile))
    series = with_phases([series_of(stack) for stack in stacks_of(files)])
    others = [one for one in all_outcomes if isinstance(one, Refused)]
    return ScanResult(tuple(series), tuple(sorted([*refused, *others, *copies], key=lambda r: r.file)))


def _named_by(file: Path) -> list[Found]:
    """The file itself; of a DICOMDIR, the files beside it that it names as well."""
    found: dict[str, os.stat_result | None] = {str(file): file.stat()}
    if file.name.upper().startswith("DICOMDIR"):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            named = {"/".join(parts).casefold() for parts in _names_in(str(file))}
        below = _walk(file.parent, []) if named else ()
        found |= {path: status for path, status in below if dicomdir.plain(path[len(str(file.parent)) + 1 :]) in named}
    return sorted(found.items(), key=itemgetter(0))


def _walk(folder: Path, refused: list[Refused]) -> Iterator[Found]:
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
    syntax = file.kind.transfer_syntax
    return file.kind.lossy, syntax not in NATIVE, syntax == DEFLATED, file.path
