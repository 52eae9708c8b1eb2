"""Files that appear whole or not at all: written aside, in the folder they are for, and moved when all are done."""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
from pathlib import Path
from types import TracebackType


class Staging:
    """A hidden folder inside the one that is asked for; `commit` moves its files there, leaving it undone removes them.

    Use it as a context manager. Whatever ends the block without `commit`, Ctrl-C included, leaves the folder as it was.

    Raises
    ------
    OSError
        If the folder cannot be made or written to.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._names: list[str] = []
        self._made = _missing(folder)
        folder.mkdir(parents=True, exist_ok=True)
        try:
            self._aside = Path(tempfile.mkdtemp(dir=folder, prefix=".export-"))
        except OSError:
            self._remove_made()
            raise

    def path(self, name: str) -> Path:
        """Where to write the file of this name (it may lie in a folder: ``sdtm/tu.csv``) until it is committed."""
        if name not in self._names:
            self._names.append(name)
        place = self._aside / name
        place.parent.mkdir(parents=True, exist_ok=True)
        return place

    @property
    def registered(self) -> int:
        """How many files were asked for so far."""
        return len(self._names)

    def unwritten(self, since: int = 0) -> tuple[str, ...]:
        """The names that were asked for after the first `since`, and have no file yet."""
        return tuple(name for name in self._names[since:] if not (self._aside / name).is_file())

    def forget(self, since: int) -> None:
        """Give up what was asked for after the first `since`: it is not committed, whatever was written of it."""
        for name in self._names[since:]:
            (self._aside / name).unlink(missing_ok=True)
        del self._names[since:]

    @property
    def scratch(self) -> Path:
        """A folder for pieces that are gone at the end, so that nothing of a patient stays in a temporary folder."""
        place = self._aside / ".pieces"
        place.mkdir(exist_ok=True)
        return place

    def commit(self) -> tuple[Path, ...]:
        """Move all files to where they belong, over those that were there, and answer where they are.

        Raises
        ------
        OSError
            If something that is no file stands in the place of one, or a file was asked for and never written; nothing
            was moved then.
        """
        for name in self.unwritten():
            raise FileNotFoundError(errno.ENOENT, "it was to be exported, and was not written", name)
        final = [self.folder / name for name in self._names]
        for place in final:
            if place.is_dir():
                raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(place))
            place.parent.mkdir(parents=True, exist_ok=True)
        for name, place in zip(self._names, final, strict=True):
            written = self._aside / name
            written.chmod(0o644)
            written.replace(place)
        self._made = []
        return tuple(final)

    def __enter__(self) -> Staging:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        shutil.rmtree(self._aside, ignore_errors=True)
        self._remove_made()

    def _remove_made(self) -> None:
        for folder in self._made:
            try:
                folder.rmdir()
            except OSError:  # not empty: somebody else wrote there meanwhile
                return


def _missing(folder: Path) -> list[Path]:
    """The folders that have to be made, the innermost first."""
    return [place for place in (folder, *folder.parents) if not place.exists()]
