"""A whole case as one file that loses nothing: its log, entry by entry, with the hashes that hold it together.

Whoever reads it back has the same record, the same history and the same chain: the head of the file is the head of the
case. The format is published as `resources/schema/hepatrace-case-2.json`. A file of an older version is brought up to
date when it is read; one of a newer version is refused.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from app.exports.case_pictures import PictureRefused, picture_plain, pictures_of
from app.exports.exported import ExportedCase, ExportRefused
from app.exports.json_lists import as_text
from app.exports.notes import Notes
from app.exports.staging import Staging
from app.state.apply import EditRefused, replay
from app.state.codec import UndecodableEvent, canonical, decode
from app.state.events import Entry
from app.state.record import Record
from app.storage.chain import Head, Row, linked
from app.storage.key_images import KeyImage

if TYPE_CHECKING:
    from app.exports.formats import KeyImageMaker

SCHEMA, VERSION = "hepatrace-case", 2

Plain = dict[str, Any]
Migration = Callable[[Plain], Plain]

_KEYS = frozenset(("schema", "case", "head", "entries", "images"))
_ENTRY_KEYS = frozenset(("sequence", "at", "author", "read", "kind", "version", "payload", "hash"))


class CaseFileRefused(Exception):
    """The file is no case that can be taken in; the message says what is wrong and what to do."""


def _without_pictures(document: Plain) -> Plain:
    """Version 1 to 2: pictures say by then of which read and line they are. No program wrote any before."""
    if document.get("images"):
        raise CaseFileRefused(
            "images: a picture of version 1 does not say which line it shows. Take `images` out, then import the file."
        )
    return {name: value for name, value in document.items() if name != "images"} | {"schema": f"{SCHEMA}/2"}


MIGRATIONS: Mapping[int, Migration] = MappingProxyType({1: _without_pictures})
"""For an old version: what makes of its document one of the next version."""


@dataclass(frozen=True, slots=True)
class WholeCase:
    """What a case file holds: the rows of the log as they are stored, the record they give, and key images."""

    rows: tuple[Row, ...]
    record: Record
    images: tuple[KeyImage, ...] = ()

    @property
    def head(self) -> Head:
        return Head(self.rows[-1].sequence, self.rows[-1].hash)


class WholeCaseFiles:
    """One file for each case, called by the first digits of its head: the name tells nothing of the patient.

    Parameters
    ----------
    key_images
        Makes the pictures that go with a case; without it none do. ``notes.csv`` says which there are not.
    """

    def __init__(self, staging: Staging, prefix: str, key_images: KeyImageMaker | None = None) -> None:
        self._staging, self._prefix, self._key_images = staging, prefix, key_images
        self._notes = Notes(staging, prefix)

    def add(self, case: ExportedCase) -> Mapping[str, str]:
        rows = case.rows()
        if not rows or rows[-1].hash != case.head:
            raise ExportRefused(f"{case.id}: its log has grown while it was exported. Export it again.")
        images: Sequence[KeyImage] = ()
        if self._key_images is not None:
            images = self._key_images(case, lambda *told: self._notes.add(case.id, *told))
        self._staging.path(f"{self._prefix}case-{case.head[:16]}.json").write_bytes(write_case(rows, images))
        return {}

    def finish(self) -> None:
        self._notes.finish()

    def close(self) -> None:
        """No file is open."""


def write_case(rows: Sequence[Row], images: Sequence[KeyImage] = ()) -> bytes:
    """The case file of a log.

    Parameters
    ----------
    rows
        The whole log in order, none of it purged.
    images
        De-identified pictures that go with it.
    """
    document: Plain = {
        "schema": f"{SCHEMA}/{VERSION}",
        "case": rows[0].case_id,
        "head": rows[-1].hash,
        "entries": [
            {
                "sequence": row.sequence,
                "at": row.at,
                "author": row.author,
                "read": row.read_id,
                "kind": row.kind,
                "version": row.version,
                "payload": json.loads(row.payload or "null"),
                "hash": row.hash,
            }
            for row in rows
        ],
    }
    if images:
        document["images"] = [picture_plain(image) for image in images]
    return (as_text(document) + "\n").encode("utf-8")


def is_case_file(content: bytes) -> bool:
    """Does this begin as a case file, whatever its version?"""
    return f'"schema": "{SCHEMA}/'.encode() in content[:200]


def read_case(content: bytes, migrations: Mapping[int, Migration] = MIGRATIONS, newest: int = VERSION) -> WholeCase:
    """The case that a file holds, checked entry by entry.

    Raises
    ------
    CaseFileRefused
        If it is no case file, was written by a newer version, was changed or cut, or its log cannot be replayed.
    """
    document = _up_to_date(_decoded(content), migrations, newest)
    _only(document, _KEYS, "the file", {"images"})
    rows = _rows(document)
    if rows[-1].hash != document["head"]:
        raise CaseFileRefused(f"The file was cut: its log does not end with the head {document['head']}. Get it whole.")
    try:
        log = tuple(
            Entry(r.sequence, r.at, r.author, r.read_id, decode(r.kind, r.version, r.payload or "")) for r in rows
        )
        record = replay(log)
    except UndecodableEvent as error:
        raise CaseFileRefused(str(error)) from error
    except EditRefused as error:
        raise CaseFileRefused(f"The log of the file cannot be replayed: {error.reason}") from error
    if record.case_id != document["case"]:
        raise CaseFileRefused(f"case: the log is that of another case ({record.case_id}).")
    try:
        images = pictures_of(document.get("images", []), record)
    except PictureRefused as refusal:
        raise CaseFileRefused(
            f"{refusal}. Export the case again, or take `images` out of the file and import the record alone."
        ) from refusal
    return WholeCase(rows, record, images)


def _decoded(content: bytes) -> Plain:
    try:
        document = json.loads(content.decode("utf-8"))
    except (UnicodeDecodeError, ValueError, RecursionError) as error:
        raise CaseFileRefused(f"The file is no JSON text ({type(error).__name__}). Export the case again.") from error
    if not isinstance(document, dict):
        raise CaseFileRefused("The file is no case file: it holds no JSON object.")
    return document


def _up_to_date(document: Plain, migrations: Mapping[int, Migration], newest: int) -> Plain:
    name, _, number = str(document.get("schema", "")).partition("/")
    if name != SCHEMA or not number.isascii() or not number.isdecimal():
        raise CaseFileRefused(f"schema: {document.get('schema')!r} is no case file; write {SCHEMA}/{newest}.")
    version = int(number)
    if version > newest:
        raise CaseFileRefused(
            f"The file was written by a newer Hepatrace ({SCHEMA}/{version}; this one reads up to {newest}). Update it."
        )
    for step in range(version, newest):
        migrate = migrations.get(step)
        if migrate is None:
            raise CaseFileRefused(f"schema: there is no version {version}.")
        document = migrate(document)
    return document


def _rows(document: Plain) -> tuple[Row, ...]:
    """The rows with their chain made anew; each has to come out with the hash that the file states."""
    entries, case_id = document["entries"], document["case"]
    if not isinstance(entries, list) or not entries or not isinstance(case_id, str):
        raise CaseFileRefused("entries: the log of a case has at least one entry.")
    rows: list[Row] = []
    head = Head()
    for number, entry in enumerate(entries, 1):
        _only(entry, _ENTRY_KEYS, f"entries[{number - 1}]")
        try:
            row = linked(
                head,
                case_id,
                entry["at"],
                entry["author"],
                entry["read"],
                entry["kind"],
                entry["version"],
                canonical(entry["payload"]),
            )
        except (TypeError, ValueError) as error:
            raise CaseFileRefused(f"entries[{number - 1}]: {type(error).__name__}.") from error
        if (row.hash, row.sequence) != (entry["hash"], entry["sequence"]):
            raise CaseFileRefused(f"entries[{number - 1}]: entry {number} was changed. Export the case again.")
        rows.append(row)
        head = Head(row.sequence, row.hash)
    return tuple(rows)


def _only(plain: Any, keys: frozenset[str], where: str, optional: frozenset[str] | set[str] = frozenset()) -> None:
    if not isinstance(plain, dict):
        raise CaseFileRefused(f"{where}: a JSON object is expected.")
    unknown, missing = set(plain) - keys, keys - optional - set(plain)
    if unknown or missing:
        named = ", ".join(sorted(unknown | missing))
        raise CaseFileRefused(f"{where}: {'not known' if unknown else 'missing'}: {named}.")
