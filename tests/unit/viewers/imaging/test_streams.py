from __future__ import annotations

import struct

import pytest
from pydicom.encaps import get_frame
from pydicom.filereader import dcmread

from tests.support.phantoms import Phantom, slice_dataset
from viewers.imaging.decode import read_stored
from viewers.imaging.errors import DecodeError
from viewers.imaging.scan import scan
from viewers.imaging.streams import fault_of

JPEG, JPEG_LS, JPEG_2000, RLE = (f"1.2.840.10008.1.2.{n}" for n in ("4.70", "4.80", "4.90", "5"))


def jpeg(rows=64, columns=80, samples=1, marker=0xC3):
    comment = b"\xff\xfe\x00\x08hello!"
    frame = struct.pack(">HHBHHB", 0xFF00 | marker, 11, 16, rows, columns, samples) + b"\x01\x11\x00"
    return b"\xff\xd8" + comment + b"\xff" + frame + b"\xff\xda\x12\x34\xff\xd9"


def jpeg_2000(rows=64, columns=80, samples=1, tile=(80, 64), origin=0, layers=1, levels=5, block=(4, 4), step=1):
    sizes = struct.pack(">8IH", columns + origin, rows + origin, origin, origin, *tile, 0, 0, samples)
    siz = b"\xff\x51" + struct.pack(">HH", 38 + 3 * samples, 0) + sizes + bytes((15, step, step)) * samples
    cod = b"\xff\x52" + struct.pack(">HBBHBBBBBB", 12, 0, 0, layers, 0, levels, *block, 0, 1)
    return b"\xff\x4f" + siz + cod + b"\xff\x90"


def rle(count=2, starts=(64, 70), length=80):
    return struct.pack("<16I", count, *starts, *[0] * (15 - len(starts))).ljust(length, b"\0")


SOUND = {
    "JPEG": (JPEG, jpeg()),
    "JPEG-LS": (JPEG_LS, jpeg(marker=0xF7)),
    "JPEG 2000": (JPEG_2000, jpeg_2000()),
    "JPEG 2000 that begins elsewhere": (JPEG_2000, jpeg_2000(origin=7)),
    "JPEG 2000 in boxes": (JPEG_2000, b"\0\0\0\x0cjP  \r\n\x87\n" + jpeg_2000()),
    "RLE": (RLE, rle()),
    "an unknown syntax": ("1.2.840.10008.1.2.4.999", b"anything"),
}


@pytest.mark.parametrize(("syntax", "stream"), SOUND.values(), ids=SOUND.keys())
def test_that_a_stream_of_the_image_s_own_size_is_decoded(syntax, stream):
    assert fault_of(stream, syntax, 64, 80, 1, 16) == ""


FAULTY = {
    "other rows": (JPEG, jpeg(rows=63), "are 63 x 80 x 1, its header says 64 x 80 x 1"),
    "other columns": (JPEG_LS, jpeg(columns=65535, marker=0xF7), "are 64 x 65535 x 1"),
    "colours": (JPEG, jpeg(samples=3), "are 64 x 80 x 3"),
    "no frame header": (JPEG, b"\xff\xd8\xff\xda\x00\x02", "damaged"),
    "no marker": (JPEG, b"\xff\xd8\x00\x00", "damaged"),
    "no JPEG": (JPEG, jpeg_2000(), "no JPEG stream"),
    "an end": (JPEG, jpeg()[:14], "end too early"),
    "an end inside the pixels": (JPEG, jpeg()[:-2], "end too early"),
    "an end inside JPEG-LS pixels": (JPEG_LS, jpeg(marker=0xF7)[:-1] + b"\0", "end too early"),
    "nothing": (JPEG, b"", "no JPEG stream"),
    "other size": (JPEG_2000, jpeg_2000(rows=65), "are 65 x 80 x 1"),
    "many tiles": (JPEG_2000, jpeg_2000(tile=(1, 1)), "5120 tiles"),
    "tiles of nothing": (JPEG_2000, jpeg_2000(tile=(0, 64)), "damaged"),
    "many layers": (JPEG_2000, jpeg_2000(layers=65535), "layers or levels"),
    "many levels": (JPEG_2000, jpeg_2000(levels=200), "layers or levels"),
    "large blocks": (JPEG_2000, jpeg_2000(block=(8, 8)), "layers or levels"),
    "uneven samples": (JPEG_2000, jpeg_2000(step=2), "unevenly"),
    "no code stream": (JPEG_2000, jpeg(), "no JPEG 2000 stream"),
    "an early end": (JPEG_2000, jpeg_2000()[:30], "end too early"),
    "too many segments": (RLE, rle(count=3), "3 segments, its header asks for 2"),
    "backward segments": (RLE, rle(starts=(70, 64)), "damaged"),
    "a segment beyond": (RLE, rle(starts=(64, 90)), "damaged"),
    "a short header": (RLE, rle()[:20], "end too early"),
}


@pytest.mark.parametrize(("syntax", "stream", "fault"), FAULTY.values(), ids=FAULTY.keys())
def test_that_any_other_stream_is_refused_before_it_is_decoded(syntax, stream, fault):
    assert fault in fault_of(stream, syntax, 64, 80, 1, 16)


def test_that_every_real_stream_is_of_its_image_s_size(test_data):
    seen = set()
    for path in (test_data / "odd" / "wado_ct_15_transfer_syntaxes").iterdir():
        dataset = dcmread(path)
        syntax = str(dataset.file_meta.TransferSyntaxUID)
        if not dataset.file_meta.TransferSyntaxUID.is_encapsulated:
            continue
        stream = get_frame(dataset.PixelData, 0, number_of_frames=1)
        assert fault_of(stream, syntax, 512, 512, 1, dataset.BitsAllocated) == "", path
        assert fault_of(stream, syntax, 512, 511, 1, dataset.BitsAllocated) or syntax == RLE
        seen.add(syntax)
    assert len(seen) == 11


def test_that_a_header_that_a_decoder_would_hang_on_does_not_reach_it(tmp_path):
    # GDCM, asked for a file with this spacing, does not come back.
    dataset = slice_dataset(Phantom(rows=64, columns=80, rescale=(1.0, 0.0)), 2)
    dataset.compress("1.2.840.10008.1.2.4.90", encoding_plugin="pylibjpeg")
    path = tmp_path / "image"
    dataset.save_as(path)
    path.write_bytes(path.read_bytes().replace(b"1.1\\0.7 ", b"1e999999"))
    (series,) = scan(path).series
    assert not series.measurable
    assert read_stored(series, series.slices[0])[5, 7] == Phantom().stored(2)[5, 7]


def test_that_a_stream_of_another_size_is_an_error_with_the_file_s_name(tmp_path):
    dataset = slice_dataset(Phantom(rows=64, columns=80), 2)
    dataset.compress("1.2.840.10008.1.2.4.90", encoding_plugin="pylibjpeg")
    dataset.Columns = 40000
    dataset.save_as(tmp_path / "image")
    (series,) = scan(tmp_path / "image").series
    with pytest.raises(DecodeError, match="are 64 x 80 x 1, its header says 64 x 40000 x 1") as caught:
        read_stored(series, series.slices[0])
    assert caught.value.file == str(tmp_path / "image")
