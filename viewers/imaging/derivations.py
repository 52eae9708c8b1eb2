"""Images that were computed from others: projections, on which no length is true, and reformats, on which it is."""

from __future__ import annotations

import re
from collections.abc import Iterable

from viewers.imaging.phasewords import in_capitals

_NAMED = re.compile(
    r"(?<![A-Z0-9])(?:MIPS?|MINIP|MIN ?IP|MAX ?IP|VRT?|VOLUME ?RENDER\w*|3D ?(?:VR|RENDER\w*)|SSD|RENDER\w*"
    r"|CURVED|CPR)(?![A-Z0-9])"
)
_TYPES = frozenset(
    (
        "MIN IP",
        "MAX IP",
        "PROJECTION IMAGE",
        "VOLUME RENDER",
        "VOLUME RENDERING",
        "SURFACE RENDER",
        "CURVED MPR",
    )
)
_WORDS_OF_TYPES = frozenset(("MIP", "MINIP", "MAXIP", "VRT", "SSD"))


def is_projected(description: str, types: Iterable[str]) -> bool:
    """True where a series' name or its image types say that depth is projected, rendered or unrolled onto the image.

    Parameters
    ----------
    description
        SeriesDescription, such as ``Sag-MIP``.
    types
        Values of ImageType and FrameType, such as ``CT_SOM5 MIP``.
    """
    for kind in types:
        words = kind.upper().replace("_", " ").split()
        if " ".join(words) in _TYPES or not _WORDS_OF_TYPES.isdisjoint(words):
            return True
    return bool(_NAMED.search(in_capitals(description)))


def is_reformatted(types: Iterable[str]) -> bool:
    """True where the image types say that the plane was computed from other images (MPR)."""
    return any(kind.upper().endswith(("REFORMATTED", "MPR")) for kind in types)
