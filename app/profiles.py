"""Which protocol a case means: those that come with the program, and those of one's own beside the database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

from app.locations import data_folder
from app.resources import DEFAULT_PROTOCOL, PROTOCOLS, load_protocol
from mrecist.protocols import Protocol, ProtocolError, parse_protocol

FOLDER = "protocols"
"""Within the user's data folder: protocols of one's own, one file (.toml) each."""


class ProtocolRefused(Exception):
    """A file that is no protocol; `faults` names each field at fault, what is wrong and what is wanted."""

    def __init__(self, file: Path, faults: Sequence[str]) -> None:
        super().__init__("\n".join(f"{file}: {fault}" for fault in faults))
        self.file = file
        self.faults = tuple(faults)


@dataclass(frozen=True, slots=True)
class Profiles:
    """The protocols that cases may name; `refused` are files of one's own that are none. The first is the default."""

    protocols: tuple[Protocol, ...]
    refused: tuple[ProtocolRefused, ...] = ()

    def find(self, token: str | None) -> Protocol | None:
        """The protocol that a case means by this name, or by an older one; None if there is none."""
        return next((p for p in self.protocols if p.is_named(token)), None)

    @property
    def names(self) -> tuple[str, ...]:
        """Every name that a case may give: those in use, then the older ones."""
        return (*(p.name for p in self.protocols), *(alias for p in self.protocols for alias in p.aliases))


def read_protocol(file: Path) -> Protocol:
    """A protocol of one's own. Its digest is part of its version, whatever it calls itself.

    Raises
    ------
    ProtocolRefused
        If the file cannot be read or is no protocol.
    """
    try:
        text = file.read_text(encoding="utf-8")
        own = parse_protocol(text)
    except OSError as error:
        raise ProtocolRefused(
            file, [f"cannot be read ({error.strerror}). Check its name and that you may read it."]
        ) from error
    except UnicodeDecodeError as error:
        raise ProtocolRefused(file, [f"is not UTF-8 text (byte {error.start}). Save it as UTF-8."]) from error
    except ProtocolError as error:
        raise ProtocolRefused(file, error.faults) from error
    return replace(own, version=f"{own.version}+file.{sha256(text.encode()).hexdigest()[:8]}")


def known_profiles(folder: Path | None = None) -> Profiles:
    """Those that ship and those of the user's data folder, read again where a file has changed.

    A file of one's own that takes a name which is in use already is refused, so that no case changes its protocol.
    """
    own = (data_folder() if folder is None else folder) / FOLDER
    try:
        files = tuple(sorted((x, x.stat().st_mtime_ns) for x in own.glob("*.toml")))
    except OSError:
        files = ()
    return _profiles(files)


@lru_cache(maxsize=8)
def _profiles(files: tuple[tuple[Path, int], ...]) -> Profiles:
    found = [load_protocol(name) for name in PROTOCOLS]
    refused: list[ProtocolRefused] = []
    for file, _ in files:
        try:
            own = read_protocol(file)
        except ProtocolRefused as error:
            refused.append(error)
            continue
        taken = [x for x in (own.name, *own.aliases) if any(p.is_named(x) for p in found)]
        if taken:
            refused.append(ProtocolRefused(file, [f"name: {', '.join(taken)} is in use already; choose another"]))
        else:
            found.append(own)
    return Profiles(tuple(found), tuple(refused))


def protocol_of(token: str | None) -> Protocol | None:
    """What decides on a case that names this protocol; a case that names none is decided by the default.

    None where the name is not known: then nothing decides.
    """
    return load_protocol(DEFAULT_PROTOCOL) if token is None else known_profiles().find(token)
