"""Is this a picture and nothing else? PNG that comes from elsewhere is looked at before it is kept or shown.

Only what is needed to draw it may be in it: no text, no time, no EXIF, where a name could stand.
"""

from __future__ import annotations

import struct
import zlib

LARGEST_BYTES = 1 << 20
LEAST_PX, LARGEST_PX = 16, 1024
_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_SAMPLES = {0: 1, 2: 3, 3: 1, 6: 4}
"""Samples of a pixel by colour type, 8 bits each: grey, colour, palette, colour with opacity."""
_MAY_STAND = frozenset((b"IHDR", b"PLTE", b"IDAT", b"IEND", b"pHYs", b"gAMA", b"sRGB"))
_LONGEST = {b"IHDR": 13, b"PLTE": 768, b"IEND": 0, b"pHYs": 9, b"gAMA": 4, b"sRGB": 1}


def why_unsound(content: bytes) -> str:
    """Why these bytes are no sound PNG picture; empty when they are one."""
    if len(content) > LARGEST_BYTES:
        return f"it is larger than {LARGEST_BYTES // 1024} KiB"
    if not content.startswith(_SIGNATURE):
        return "it is no PNG picture"
    chunks: list[tuple[bytes, bytes]] = []
    at = len(_SIGNATURE)
    while at < len(content):
        if at + 12 > len(content):
            return "it was cut"
        (length,) = struct.unpack_from(">I", content, at)
        end = at + 12 + length
        if end > len(content):
            return "it was cut"
        name, data = content[at + 4 : at + 8], content[at + 8 : end - 4]
        if struct.unpack_from(">I", content, end - 4)[0] != zlib.crc32(name + data):
            return "it is damaged"
        if name not in _MAY_STAND or length > _LONGEST.get(name, length):
            return f"it holds more than a picture ({name.decode('ascii', 'replace')})"
        chunks.append((name, data))
        at = end
    return _drawable(chunks)


def _drawable(chunks: list[tuple[bytes, bytes]]) -> str:
    """Whether the chunks, each sound, are one picture that fills its frame."""
    names = [name for name, _ in chunks]
    whole = names[:1] == [b"IHDR"] and names[-1:] == [b"IEND"] and names.count(b"IHDR") == names.count(b"IEND") == 1
    if not whole or len(chunks[0][1]) != 13:
        return "it was cut"
    width, height, depth, colour, packing, filtering, interlaced = struct.unpack(">IIBBBBB", chunks[0][1])
    if not LEAST_PX <= min(width, height) <= max(width, height) <= LARGEST_PX:
        return f"it has {width} x {height} pixels; {LEAST_PX} to {LARGEST_PX} are taken"
    if (depth, packing, filtering, interlaced) != (8, 0, 0, 0) or colour not in _SAMPLES:
        return "it is of a kind of PNG that is not taken (8 bits a sample, not interlaced)"
    if colour == 3 and b"PLTE" not in names:
        return "its colours are missing"
    row = 1 + width * _SAMPLES[colour]
    unpacking = zlib.decompressobj()
    try:
        pixels = unpacking.decompress(b"".join(data for name, data in chunks if name == b"IDAT"), row * height + 1)
    except zlib.error:
        return "its pixels are damaged"
    if len(pixels) != row * height or not unpacking.eof or unpacking.unused_data or max(pixels[::row]) > 4:
        return "its pixels are damaged"
    return ""
