"""The pixels of one image: stored values, exactly as they were encoded.

Uncompressed pixels are read straight from the file. Of the compressed ones, GDCM (by way of SimpleITK) decodes JPEG,
JPEG-LS and JPEG 2000 without holding the interpreter; it is given the stream alone, since it hangs on some headers. RLE
goes to its decoder, HTJ2K, deflated and colour images to pydicom and its plug-ins.
"""

from __future__ import annotations

import importlib
import os
import struct
import tempfile
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from viewers.imaging.archives import ArchiveError
from viewers.imaging.catalogue import Series, SliceRecord
from viewers.imaging.errors import DecodeError
from viewers.imaging.headers import DEFLATED, EXPLICIT_BIG, NATIVE
from viewers.imaging.rawheader import FIRST_READ, HeaderReader
from viewers.imaging.rawtags import tags_of
from viewers.imaging.sources import opened
from viewers.imaging.streams import RLE, fault_of
from viewers.imaging.tags import MALFORMED, Tags

HTJ2K = tuple(f"1.2.840.10008.1.2.4.{n}" for n in (201, 202, 203))
_SECONDARY_CAPTURE = b"1.2.840.10008.5.1.4.1.1.7"
_REMEDY = "send the series again, or export it uncompressed"

Pixels = NDArray[Any]


def stored_type(series: Series) -> np.dtype[Any]:
    """The numpy type, in this machine's byte order, of the stored values of a series."""
    return np.dtype(f"{'i' if series.signed else 'u'}{series.bits_allocated // 8}")


def read_stored(series: Series, record: SliceRecord, out: Pixels | None = None) -> Pixels:
    """The stored values of one image, rows x columns.

    Parameters
    ----------
    series, record
        The image and the series it belongs to.
    out
        C-contiguous array of the stored type to fill, to save a copy; returned when it is given.

    Raises
    ------
    DecodeError
        The file is gone or cut short, or its pixels do not decode to what its header says.
    """
    try:
        if record.pixel_offset is not None and not series.colour:
            target = _room(series) if out is None else out
            _read_native(series, record, target)
        else:
            # Room is made when the pixels are there: what a header asks for may be more than there is.
            pixels = _decoded(series, record)
            target = _room(series) if out is None else out
            _fill(target, pixels, record)
    except FileNotFoundError:
        raise DecodeError("the file is gone", file=record.path, remedy="scan the folder again") from None
    except ArchiveError as error:
        raise DecodeError(str(error), file=record.path, remedy="unpack the archive") from None
    except OSError as error:
        raise DecodeError(f"cannot be read ({error.strerror or error})", file=record.path) from None
    except MemoryError:
        raise DecodeError("there is no memory for it", file=record.path, remedy="close other series") from None
    _keep_stored_bits(series, target)
    return target


def _room(series: Series) -> Pixels:
    return np.empty((series.rows, series.columns), stored_type(series))


def _decoded(series: Series, record: SliceRecord) -> NDArray[Any]:
    if series.colour or record.transfer_syntax in (DEFLATED, *NATIVE, *HTJ2K):
        return _by_pydicom(series, record)
    return _by_rle(series, record) if record.transfer_syntax == RLE else _by_gdcm(series, record)


def _read_native(series: Series, record: SliceRecord, target: Pixels) -> None:
    offset = record.pixel_offset or 0
    buffer = target.data.cast("B")
    with opened(record.path) as file:
        file.seek(offset, os.SEEK_SET)
        done = 0
        while done < len(buffer):
            # BinaryIO does not declare it; every reader that `opened` gives has it
            count = file.readinto(buffer[done:])  # type: ignore[attr-defined]
            if not count:
                raise DecodeError("cut short inside its pixels", file=record.path, remedy=_REMEDY)
            done += count
    if record.transfer_syntax == EXPLICIT_BIG:
        target.byteswap(inplace=True)


def _fill(target: Pixels, pixels: NDArray[Any], record: SliceRecord) -> None:
    if pixels.shape != target.shape:
        shapes = [" x ".join(map(str, shape)) for shape in (pixels.shape, target.shape)]
        raise DecodeError(
            f"decodes to {shapes[0]} pixels, its header says {shapes[1]}", file=record.path, remedy=_REMEDY
        )
    limits = np.iinfo(target.dtype)
    if pixels.size and (pixels.min() < limits.min or pixels.max() > limits.max):
        raise DecodeError("decodes to values its header has no room for", file=record.path, remedy=_REMEDY)
    target[...] = pixels


def _keep_stored_bits(series: Series, target: Pixels) -> None:
    """Clear what old files keep above the stored bits (overlays), and extend the sign."""
    spare = series.bits_allocated - series.bits_stored
    if spare <= 0 or series.samples_per_pixel > 1:
        return
    top = 1 << (series.bits_stored - 1 if series.signed else series.bits_stored)
    if int(target.max()) >= top or (series.signed and int(target.min()) < -top):
        target <<= spare
        target >>= spare


@dataclass(frozen=True, slots=True)
class _Frame:
    """One frame's compressed stream, and what a decoder must know of it."""

    stream: bytes
    bits_stored: int
    samples: int


def _frame_of(series: Series, record: SliceRecord) -> _Frame:
    """The compressed stream of one image, looked at before anything decodes it."""
    with opened(record.path) as file:
        header = HeaderReader().read(file.read(FIRST_READ), file.read)
        tags = tags_of(header.found) if header is not None else None
        try:
            if header is not None and tags is not None and header.pixel_length is None:
                file.seek(header.pixel_offset)
                stream = _stream_of(_Whole(file), record)
                bits = tags.whole("BitsStored")
            else:
                file.seek(0)
                dataset = _dataset(file)
                stream = _stream_of(dataset.PixelData, record)
                bits = Tags(dataset).whole("BitsStored")
        except (RuntimeError, *MALFORMED) as error:
            what = "its pixels do not decode" if record.frames_in_file == 1 else "its frames cannot be told apart"
            raise DecodeError(what, file=record.path, remedy=_REMEDY) from error
    fault = fault_of(
        stream, record.transfer_syntax, series.rows, series.columns, series.samples_per_pixel, series.bits_allocated
    )
    if fault:
        raise DecodeError(fault, file=record.path, remedy=_REMEDY)
    known = bits is not None and 0 < bits <= series.bits_allocated
    return _Frame(stream, bits if bits is not None and known else series.bits_allocated, series.samples_per_pixel)


class _Whole:
    """A file of which a part that ends too early is an error; pydicom takes what is left of it."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.tell, self.seek = file.tell, file.seek

    def read(self, size: int = -1) -> bytes:
        part = self._file.read(size)
        if len(part) < size:
            raise EOFError
        return part


def _stream_of(content: Any, record: SliceRecord) -> bytes:
    from pydicom.encaps import get_frame

    return get_frame(content, record.frame, number_of_frames=record.frames_in_file)


def _dataset(file: BinaryIO) -> Any:
    import pydicom

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return pydicom.dcmread(file, force=True)


def _by_gdcm(series: Series, record: SliceRecord) -> NDArray[Any]:
    """Decoded from a file of its own with nothing in it but the stream: no rescale, no geometry, no patient."""
    sitk: Any = importlib.import_module("SimpleITK")
    frame = _frame_of(series, record)
    reader = sitk.ImageFileReader()
    reader.SetImageIO("GDCMImageIO")
    try:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "frame.dcm"
            path.write_bytes(_alone(series, record, frame))
            reader.SetFileName(str(path))
            pixels = sitk.GetArrayFromImage(reader.Execute())
    except RuntimeError as error:
        raise DecodeError("its pixels do not decode", file=record.path, remedy=_REMEDY) from error
    return np.asarray(pixels[0] if pixels.ndim == 3 else pixels)


def _alone(series: Series, record: SliceRecord, frame: _Frame) -> bytes:
    """One frame as a DICOM file (explicit little endian) that says what a decoder needs, and no more."""

    def element(group: int, number: int, vr: bytes, value: bytes) -> bytes:
        value += b"\0" * (len(value) % 2)
        return struct.pack("<HH2sH", group, number, vr, len(value)) + value

    def word(number: int, value: int) -> bytes:
        return element(0x0028, number, b"US", struct.pack("<H", value))

    stream = frame.stream + b"\0" * (len(frame.stream) % 2)
    meta = element(2, 0x02, b"UI", _SECONDARY_CAPTURE) + element(2, 0x03, b"UI", b"1.2.3")
    meta += element(2, 0x10, b"UI", record.transfer_syntax.encode("ascii"))
    return b"".join(
        (
            b"\0" * 128 + b"DICM",
            element(2, 0x00, b"UL", struct.pack("<I", len(meta))),
            meta,
            element(8, 0x16, b"UI", _SECONDARY_CAPTURE),
            element(8, 0x18, b"UI", b"1.2.3"),
            word(0x02, frame.samples),
            element(0x0028, 0x04, b"CS", b"MONOCHROME2 "),
            word(0x10, series.rows),
            word(0x11, series.columns),
            word(0x100, series.bits_allocated),
            word(0x101, frame.bits_stored),
            word(0x102, frame.bits_stored - 1),
            word(0x103, int(series.signed)),
            struct.pack("<HH2sHI", 0x7FE0, 0x10, b"OB", 0, 0xFFFFFFFF),
            struct.pack("<HHI", 0xFFFE, 0xE000, 0),
            struct.pack("<HHI", 0xFFFE, 0xE000, len(stream)),
            stream,
            struct.pack("<HHI", 0xFFFE, 0xE0DD, 0),
        )
    )


def _by_rle(series: Series, record: SliceRecord) -> NDArray[Any]:
    """The frame's bytes straight to the decoder."""
    frame = _frame_of(series, record)
    try:
        decode_frame = importlib.import_module("rle.rle").decode_frame
        content = decode_frame(frame.stream, series.rows * series.columns, series.bits_allocated, "<")
    except (RuntimeError, *MALFORMED) as error:
        raise DecodeError("its pixels do not decode", file=record.path, remedy=_REMEDY) from error
    except BaseException as error:
        raise _panicked(error, record) from error
    pixels = np.frombuffer(content, stored_type(series).newbyteorder("<"))
    if pixels.size != series.rows * series.columns:
        raise DecodeError("decodes to another number of pixels", file=record.path, remedy=_REMEDY)
    return pixels.reshape(series.rows, series.columns)


def _panicked(error: BaseException, record: SliceRecord) -> BaseException:
    """What to raise for a plug-in written in Rust, which on damaged data panics; a panic is no Exception."""
    if type(error).__name__ != "PanicException":
        return error
    return DecodeError("its pixels do not decode", file=record.path, remedy=_REMEDY)


def _by_pydicom(series: Series, record: SliceRecord) -> NDArray[Any]:
    import pydicom
    from pydicom.pixels.processing import apply_color_lut
    from pydicom.pixels.utils import pixel_array

    if record.transfer_syntax not in (DEFLATED, *NATIVE):
        _frame_of(series, record)  # refuses what is not to be decoded
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with opened(record.path) as file:
                dataset = pydicom.dcmread(file, force=True)
            if "TransferSyntaxUID" not in dataset.file_meta:
                dataset.file_meta.TransferSyntaxUID = pydicom.uid.UID(record.transfer_syntax)
            pixels = pixel_array(dataset, index=record.frame)
            if series.photometric == "PALETTE COLOR":
                pixels = apply_color_lut(pixels, dataset)
                pixels = pixels >> 8 if pixels.dtype.itemsize == 2 else pixels
    except (RuntimeError, *MALFORMED) as error:
        raise DecodeError("its pixels do not decode", file=record.path, remedy=_REMEDY) from error
    except BaseException as error:
        raise _panicked(error, record) from error
    return _luminance(pixels) if pixels.ndim == 3 else pixels


def _luminance(pixels: NDArray[Any]) -> NDArray[Any]:
    """Grey of a colour image (ITU-R BT.601), for looking only."""
    return np.asarray(np.rint(pixels[..., :3] @ np.array([0.299, 0.587, 0.114])))
