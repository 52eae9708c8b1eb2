"""Key images in a case file: as JSON, and read back with every doubt told by name."""

from __future__ import annotations

import base64
import binascii
import hashlib
from typing import Any

from app.exports.png_soundness import LARGEST_BYTES, why_unsound
from app.state.record import Record
from app.storage.key_images import KeyImage, Place, line_digest
from mrecist.lesions import Measured, Present
from viewers.imaging.catalogue import PhaseName

MEDIA_TYPE = "image/png"
LONGEST_BASE64 = 4 * ((LARGEST_BYTES + 2) // 3)
_TEXTS = ("read", "lesion", "timepoint", "line", "phase", "media_type", "sha256", "base64")
_NUMBERS = ("number", "of")
KEYS = frozenset((*_TEXTS, *_NUMBERS))


class PictureRefused(Exception):
    """A picture of a case file cannot be taken; the message says which and why."""


def picture_plain(image: KeyImage) -> dict[str, Any]:
    """A key image as it stands in the file."""
    return {
        "read": image.read,
        "lesion": image.lesion,
        "timepoint": image.timepoint,
        "line": image.line,
        "phase": image.phase,
        "number": image.number,
        "of": image.of,
        "media_type": MEDIA_TYPE,
        "sha256": hashlib.sha256(image.content).hexdigest(),
        "base64": base64.b64encode(image.content).decode("ascii"),
    }


def pictures_of(plain: Any, record: Record) -> tuple[KeyImage, ...]:
    """The key images of a file, each of a line that the record has.

    Raises
    ------
    PictureRefused
        If one is damaged, too large, no plain picture, or of nothing that was measured.
    """
    if not isinstance(plain, list):
        raise PictureRefused("images: a list is expected")
    known = lines_of(record)
    found: dict[Place, KeyImage] = {}
    for number, one in enumerate(plain):
        image = _picture(one, f"images[{number}]")
        where = _named(f"images[{number}]", image.read, image.lesion, image.timepoint)
        if image.place not in known:
            raise PictureRefused(f"{where}: it is of a line that the log of the file has not")
        if image.place in found:
            raise PictureRefused(f"{where}: it is there twice")
        found[image.place] = image
    return tuple(found.values())


def _picture(plain: Any, where: str) -> KeyImage:
    if not isinstance(plain, dict):
        raise PictureRefused(f"{where}: a JSON object is expected")
    unknown, missing = sorted(map(str, set(plain) - KEYS)), sorted(KEYS - set(plain))
    if unknown or missing:
        said = f"not known: {', '.join(unknown)}" if unknown else f"missing: {', '.join(missing)}"
        raise PictureRefused(f"{where}: {said}")
    _typed(plain, where)
    where = _named(where, plain["read"], plain["lesion"], plain["timepoint"])
    if plain["media_type"] != MEDIA_TYPE:
        raise PictureRefused(f"{where}: media_type is not {MEDIA_TYPE}")
    if len(plain["base64"]) > LONGEST_BASE64:
        raise PictureRefused(f"{where}: it is larger than {LARGEST_BYTES // 1024} KiB")
    try:
        content = base64.b64decode(plain["base64"], validate=True)
    except (ValueError, binascii.Error) as error:
        raise PictureRefused(f"{where}: base64 cannot be read") from error
    if hashlib.sha256(content).hexdigest() != plain["sha256"]:
        raise PictureRefused(f"{where}: the picture was changed")
    unsound = why_unsound(content)
    if unsound:
        raise PictureRefused(f"{where}: {unsound}")
    place = plain["read"], plain["lesion"], plain["timepoint"], plain["line"]
    return KeyImage(*place, plain["phase"], plain["number"], plain["of"], content)


def _named(where: str, read: str, lesion: str, timepoint: str) -> str:
    return f"{where}, {lesion:.40} at {timepoint:.40} ({read:.40})"


def _typed(plain: dict[str, Any], where: str) -> None:
    for name in _TEXTS:
        if not isinstance(plain[name], str):
            raise PictureRefused(f"{where}: {name} is no text")
    if plain["phase"] and plain["phase"] not in set(PhaseName):
        raise PictureRefused(f"{where}: phase is not known")
    for name in _NUMBERS:
        if type(plain[name]) is not int or not 0 <= plain[name] < 1_000_000:
            raise PictureRefused(f"{where}: {name} is no number of images")


def lines_of(record: Record) -> set[Place]:
    """Everything that a picture of this record may show."""
    found: set[Place] = set()
    for read in record.reads:
        for at in read.timepoints:
            for seen in at.observations:
                lines = seen.finding.evidence if isinstance(seen.finding, Measured | Present) else ()
                found.update((read.id, seen.lesion_id, at.timepoint_id, line_digest(line)) for line in lines)
    return found
