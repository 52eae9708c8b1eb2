"""What is taken for a picture: nothing that hides text, bursts, or was damaged."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable

import imagecodecs
import numpy as np
import pytest

from app.exports.png_soundness import LARGEST_BYTES, why_unsound


def made(*shape: int, dtype: str = "uint8") -> bytes:
    """A picture by another program, of 30 rows and 40 columns unless told."""
    return bytes(imagecodecs.png_encode(np.full(shape or (30, 40, 3), 90, dtype)))


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def named() -> bytes:
    whole = made()
    return whole[:33] + chunk(b"tEXt", b"Comment\0Doe^Jane") + whole[33:]


def with_pixels(raw: bytes) -> bytes:
    head = made()[:33]
    return head + chunk(b"IDAT", zlib.compress(raw)) + chunk(b"IEND", b"")


def with_palette() -> bytes:
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 40, 30, 8, 3, 0, 0, 0))
    pixels = chunk(b"IDAT", zlib.compress((b"\0" + b"\1" * 40) * 30))
    return made()[:8] + head + chunk(b"PLTE", b"\0\0\0\x99\x99\x99") + pixels + chunk(b"IEND", b"")


@pytest.mark.parametrize("content", [made(30, 40), made(), made(30, 40, 4), with_palette()], ids=[*"1234"])
def test_that_pictures_of_other_programs_are_taken(content: bytes) -> None:
    assert why_unsound(content) == ""


@pytest.mark.parametrize(
    ("content", "why"),
    [
        pytest.param(lambda: b"\xff\xd8\xff\xe0 JFIF", "no PNG", id="another kind of picture"),
        pytest.param(named, "more than a picture (tEXt)", id="text beside the pixels"),
        pytest.param(lambda: made() + b"Doe^Jane", "was cut", id="bytes after its end"),
        pytest.param(lambda: made() + chunk(b"IDAT", b"Doe^Jane"), "was cut", id="a chunk after its end"),
        pytest.param(lambda: made()[:-5], "was cut", id="cut"),
        pytest.param(lambda: made()[:45] + b"\xff" + made()[46:], "damaged", id="a byte changed"),
        pytest.param(lambda: made(20, 2000), "2000 x 20 pixels", id="too wide"),
        pytest.param(lambda: made(8, 8), "8 x 8 pixels", id="too small"),
        pytest.param(lambda: made(30, 40, dtype="uint16"), "kind of PNG", id="another depth"),
        pytest.param(lambda: with_pixels(b"\0" * (1 << 22)), "pixels are damaged", id="a bomb"),
        pytest.param(lambda: with_pixels(b"\0" * 50), "pixels are damaged", id="too few pixels"),
        pytest.param(lambda: with_pixels((b"\7" + b"\0" * 120) * 30), "pixels are damaged", id="an unknown filter"),
        pytest.param(lambda: b"\x89PNG" + b"\0" * LARGEST_BYTES, "larger than 1024 KiB", id="too large"),
    ],
)
def test_that_anything_else_is_refused(content: Callable[[], bytes], why: str) -> None:
    assert why in why_unsound(content())
