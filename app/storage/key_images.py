"""Pictures that came with a case file: kept beside the record, for where the images themselves are not.

They are no part of the log. A picture is of one line: where the finding has another one by now, it shows nothing that
counts, and is passed over.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, delete, insert, inspect, select

from app.state.codec import canonical
from app.storage.tables import key_images
from mrecist.values import Line

Place = tuple[str, str, str, str]
"""What a picture shows: read, lesion, time point, and the digest of the line."""


@dataclass(frozen=True, slots=True)
class KeyImage:
    """The picture of a lesion at a time point with its line drawn, as PNG; nothing in it tells of the patient.

    Parameters
    ----------
    line
        See `line_digest`.
    phase
        The contrast phase; empty where none is known.
    number, of
        Which image of how many of its series; 0 where that is not known.
    """

    read: str
    lesion: str
    timepoint: str
    line: str
    phase: str
    number: int
    of: int
    content: bytes

    @property
    def place(self) -> Place:
        return self.read, self.lesion, self.timepoint, self.line


def line_digest(line: Line) -> str:
    """SHA-256 over the canonical JSON text of ``[series, image, frame, start, end]``: tells one line from another."""
    told = canonical([line.series_uid, line.sop_uid, line.frame, list(line.start), list(line.end)])
    return hashlib.sha256(told.encode("utf-8")).hexdigest()


def keep_key_images(connection: Connection, case_id: str, images: Iterable[KeyImage]) -> int:
    """Keep these pictures of a case, each in place of one of the same line; answers how many were not there already."""
    key_images.create(connection, checkfirst=True)
    here = kept_key_images(connection, case_id)
    new = [image for image in images if here.get(image.place) != image]
    for image in new:
        row = {
            "case_id": case_id,
            "read_id": image.read,
            "lesion_id": image.lesion,
            "visit_id": image.timepoint,
            "line": image.line,
        }
        connection.execute(delete(key_images).filter_by(**row))
        told = {"phase": image.phase, "number": image.number, "of": image.of, "content": image.content}
        connection.execute(insert(key_images).values(**row, **told, digest=_digest(image)))
    return len(new)


def kept_key_images(connection: Connection, case_id: str) -> Mapping[Place, KeyImage | None]:
    """The pictures of a case by what they show; None stands for one that is damaged."""
    if not inspect(connection).has_table(key_images.name):
        return {}
    columns = key_images.c
    order = columns.read_id, columns.lesion_id, columns.visit_id, columns.line
    found: dict[Place, KeyImage | None] = {}
    for row in connection.execute(select(key_images).where(columns.case_id == case_id).order_by(*order)):
        image = KeyImage(
            row.read_id, row.lesion_id, row.visit_id, row.line, row.phase, row.number, row.of, bytes(row.content)
        )
        found[image.place] = image if _digest(image) == row.digest else None
    return found


def forget_key_images(connection: Connection, case_id: str) -> None:
    """Remove the pictures of a case."""
    if inspect(connection).has_table(key_images.name):
        connection.execute(delete(key_images).where(key_images.c.case_id == case_id))


def _digest(image: KeyImage) -> str:
    told = canonical([*image.place, image.phase, image.number, image.of])
    return hashlib.sha256(told.encode("utf-8") + b"\0" + image.content).hexdigest()
