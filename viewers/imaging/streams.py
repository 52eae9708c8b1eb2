"""Compressed streams, looked at before they are decoded: their own sizes must be those of the image.

A decoder believes its stream. One that speaks of other sizes than the header, or of thousands of tiles, would be
decoded for minutes, or into more memory than there is; it is refused here instead.
"""

from __future__ import annotations

import struct

RLE = "1.2.840.10008.1.2.5"
JPEG = tuple(f"1.2.840.10008.1.2.4.{n}" for n in (50, 51, 53, 55, 57, 70))
JPEG_LS = tuple(f"1.2.840.10008.1.2.4.{n}" for n in (80, 81))
JPEG_2000 = tuple(f"1.2.840.10008.1.2.4.{n}" for n in (90, 91, 92, 93, 201, 202, 203))

_FRAMES = {0xC0, 0xC1, 0xC2, 0xC3, 0xC5, 0xC6, 0xC7, 0xC9, 0xCA, 0xCB, 0xCD, 0xCE, 0xCF, 0xF7}
_ALONE = {0x01, *range(0xD0, 0xD9)}
_SCAN = 0xDA
_END = b"\xff\xd9"
_CODESTREAM = b"\xff\x4f\xff\x51"
_BOXES = 4096
_STYLE, _FIRST_TILE = 0xFF52, 0xFF90
_MOST_TILES, _MOST_LAYERS, _MOST_LEVELS = 4096, 1000, 32
_EARLY_END = "its compressed pixels end too early"
_RLE_HEADER = struct.Struct("<16I")


def fault_of(stream: bytes, syntax: str, rows: int, columns: int, samples: int, bits_allocated: int) -> str:
    """Why a frame's stream is not decoded, for a person; empty where nothing speaks against it.

    Parameters
    ----------
    stream
        The bytes of one frame, without the item headers around them.
    syntax
        Transfer syntax UID; of one that is not known here nothing is said.
    rows, columns, samples, bits_allocated
        What the image's header says.
    """
    if syntax == RLE:
        return _fault_of_rle(stream, samples * bits_allocated // 8)
    try:
        if syntax in JPEG or syntax in JPEG_LS:
            found = _size_of_jpeg(stream)
        elif syntax in JPEG_2000:
            found = _size_of_jpeg_2000(stream)
        else:
            return ""
    except (struct.error, IndexError):
        return _EARLY_END
    if isinstance(found, str):
        return found
    if found != (rows, columns, samples):
        sizes = [f"{r} x {c} x {s}" for r, c, s in (found, (rows, columns, samples))]
        return f"its compressed pixels are {sizes[0]}, its header says {sizes[1]}"
    return ""


def _size_of_jpeg(stream: bytes) -> tuple[int, int, int] | str:
    """(rows, columns, samples) of a JPEG or JPEG-LS stream by its frame header, or what is wrong with it."""
    if stream[:2] != b"\xff\xd8":
        return "its compressed pixels are no JPEG stream"
    at = 2
    while True:
        if stream[at] != 0xFF:
            return "its compressed pixels are damaged"
        marker = stream[at + 1]
        at += 1 if marker == 0xFF else 2
        if marker == 0xFF or marker in _ALONE:
            continue
        if marker in _FRAMES:
            _, rows, columns, samples = struct.unpack_from(">BHHB", stream, at + 2)
            # Decoders make up what a stream that was cut lacks.
            return (rows, columns, samples) if stream.rfind(_END, at) > 0 else _EARLY_END
        if marker == _SCAN:
            return "its compressed pixels are damaged"
        at += max(2, struct.unpack_from(">H", stream, at)[0])


def _size_of_jpeg_2000(stream: bytes) -> tuple[int, int, int] | str:
    """(rows, columns, samples) of a JPEG 2000 code stream by its SIZ segment, or what is wrong with it."""
    start = stream.find(_CODESTREAM, 0, _BOXES)
    if start < 0:
        return "its compressed pixels are no JPEG 2000 stream"
    at = start + 8
    x, y, x0, y0, tile_x, tile_y, tile_x0, tile_y0, samples = struct.unpack_from(">8IH", stream, at)
    if not (x > x0 and y > y0 and tile_x and tile_y and tile_x0 <= x0 and tile_y0 <= y0):
        return "its compressed pixels are damaged"
    tiles = -(-(x - tile_x0) // tile_x) * -(-(y - tile_y0) // tile_y)
    steps = stream[at + 34 : at + 34 + 3 * samples]
    if len(steps) < 3 * samples or any(steps[i + 1] != 1 or steps[i + 2] != 1 for i in range(0, len(steps), 3)):
        return "its compressed pixels are sampled unevenly"
    return _fault_of_style(stream, start + 2) or (
        f"its compressed pixels come in {tiles} tiles" if tiles > _MOST_TILES else (y - y0, x - x0, samples)
    )


def _fault_of_style(stream: bytes, at: int) -> str:
    """What speaks against the coding style (COD) of a JPEG 2000 main header."""
    while True:
        marker, length = struct.unpack_from(">HH", stream, at)
        if marker == _STYLE:
            layers, levels, width, height = struct.unpack_from(">HxBBB", stream, at + 6)
            sound = 1 <= layers <= _MOST_LAYERS and levels <= _MOST_LEVELS
            sound = sound and width <= 8 and height <= 8 and width + height <= 8
            return "" if sound else "its compressed pixels ask for more layers or levels than an image has"
        if marker >> 8 != 0xFF or marker == _FIRST_TILE or length < 2:
            return "its compressed pixels are damaged"
        at += 2 + length


def _fault_of_rle(stream: bytes, segments: int) -> str:
    if len(stream) < _RLE_HEADER.size:
        return _EARLY_END
    count, *starts = _RLE_HEADER.unpack_from(stream)
    used = starts[:count]
    if count != segments:
        return f"its compressed pixels come in {count} segments, its header asks for {segments}"
    if used != sorted(set(used)) or used[0] < _RLE_HEADER.size or used[-1] >= len(stream):
        return "its compressed pixels are damaged"
    return ""
