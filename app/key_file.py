"""A file of keys: what a reader changed, to take to another machine."""

from __future__ import annotations

from pathlib import Path

from app.exports.exported import write_files
from app.keymap import Keymap, KeymapRefused, read_keymap

LARGEST_BYTES = 1 << 18


def read_key_file(path: Path) -> Keymap:
    """The keymap in a file that `write_key_file` wrote, or a reader by hand.

    Raises
    ------
    KeymapRefused
        If the file cannot be read or says something that does not hold; every problem names the file.
    """
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST_BYTES + 1)
        if len(content) > LARGEST_BYTES:
            raise KeymapRefused(["it is far too large for a file of keys; choose another"])
        return read_keymap(content.decode("utf-8-sig").replace("\r\n", "\n"))
    except OSError as error:
        raise KeymapRefused([f"{path.name}: {error.strerror or error}. Choose another file."]) from error
    except UnicodeDecodeError as error:
        at = f"byte {error.start} is no UTF-8 text"
        raise KeymapRefused([f"{path.name}: {at}; a file of keys is text. Choose another file."]) from error
    except KeymapRefused as refusal:
        raise KeymapRefused([f"{path.name}: {problem}" for problem in refusal.problems]) from refusal


def write_key_file(path: Path, keymap: Keymap) -> None:
    """Write the changes of a keymap; the file appears whole or not at all.

    Raises
    ------
    OSError
        If it cannot be written.
    """
    write_files(path.parent, {path.name: keymap.to_text().encode()})
