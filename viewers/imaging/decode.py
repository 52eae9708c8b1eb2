"""The pixels of one image: stored values, exactly as they were encoded.

Uncompressed pixels are read straight from the file. Compressed ones (JPEG, JPEG-LS, JPEG 2000, HTJ2K, RLE) go to
imagecodecs, which decodes the bare stream in memory and does not hold the interpreter while it does; deflated images
and uncompressed ones in colour to pydicom.
"""

from __future__ import annotations

import importlib
import warnings
from dataclasses import dataclass
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from viewers.imaging.archives import ArchiveError
from viewers.imaging.catalogue import Series, SliceRecord
from viewers.imaging.errors import DecodeError
from viewers.imaging.headers import DEFLATED, EXPLICIT_BIG, NATIVE
from viewers.imaging.rawheader import FIRST_READ, HeaderReader
from viewers.imaging.rawtags import tags_of
from viewers.imaging.sources import filled_from, opened
from viewers.imaging.streams import JPEG, JPEG_2000, JPEG_LS, RLE, fault_of
from viewers.imaging.tags import MALFORMED, Tags

_LUMINANCE_FIRST = ("YBR_FULL", "YBR_FULL_422")
_REMEDY = "send the series again, or export it uncompressed"

Pixels = NDArray[Any]


def stored_type(series: Series) -> np.dtype[Any]:
    """The numpy type, in this machine's byte order, of the stored values of a series."""
    return np.dtype(f"{'i' if series.signed else 'u'}{series.bits_allocated // 8}")


def read_stored(
    series: Series, record: SliceRecord, out: Pixels | None = None, reader: HeaderReader | None = None
) -> Pixels:
    """The stored values of one image, rows x columns.

    Parameters
    ----------
    series, record
        The image and the series it belongs to.
    out
        C-contiguous array of the stored type to fill, to save a copy; returned when it is given.
    reader
        One that read other files of the series, and knows how they are laid out; for one thread at a time.

    Raises
    ------
    DecodeError
        The file is gone or cut short, or its pixels do not decode to what its header says.
    """
    try:
        if record.pixel_offset is not None and not series.colour:
            target = _room(series) if out is None else out
            _read_native(record, target)
        else:
            # Room is made when the pixels are there: what a header asks for may be more than there is.
            pixels = _decoded(series, record, reader or HeaderReader())
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


def _decoded(series: Series, record: SliceRecord, reader: HeaderReader) -> NDArray[Any]:
    syntax = record.transfer_syntax
    if syntax in (*JPEG, *JPEG_LS, *JPEG_2000, RLE):
        pixels = _by_imagecodecs(series, record, reader)
    elif syntax in (DEFLATED, *NATIVE):
        pixels = _by_pydicom(series, record)
    else:
        raise DecodeError("its compression is not one that is read", file=record.path, remedy=_REMEDY)
    if series.photometric == "PALETTE COLOR":
        pixels = _of_palette(pixels, record)
    return _luminance(pixels, series.photometric) if pixels.ndim == 3 else pixels


def _read_native(record: SliceRecord, target: Pixels) -> None:
    if filled_from(record.path, record.pixel_offset or 0, target) < target.nbytes:
        raise DecodeError("cut short inside its pixels", file=record.path, remedy=_REMEDY)
    if record.transfer_syntax == EXPLICIT_BIG:
        target.byteswap(inplace=True)


def _fill(target: Pixels, pixels: NDArray[Any], record: SliceRecord) -> None:
    if pixels.shape != target.shape:
        shapes = [" x ".join(map(str, shape)) for shape in (pixels.shape, target.shape)]
        raise DecodeError(
            f"decodes to {shapes[0]} pixels, its header says {shapes[1]}", file=record.path, remedy=_REMEDY
        )
    if pixels.size and not np.can_cast(pixels.dtype, target.dtype):
        limits = np.iinfo(target.dtype)
        if pixels.min() < limits.min or pixels.max() > limits.max:
            raise DecodeError("decodes to values its header has no room for", file=record.path, remedy=_REMEDY)
    target[...] = pixels


def padding_of(series: Series) -> int | None:
    """The stored value of padding pixels, read in the sign of the pixels (some files write -2000 as 63536)."""
    padding = series.padding_value
    if padding is None:
        return None
    whole = 1 << series.bits_allocated
    padding %= whole
    return padding - whole if series.signed and padding >= whole // 2 else padding


def padding_above_stored_bits(series: Series) -> bool:
    """Whether padding is written above the bits that are said to be stored, as 63536 in pixels of 12 bits."""
    padding = padding_of(series)
    return padding is not None and not series.signed and padding >= 1 << series.bits_stored


def _keep_stored_bits(series: Series, target: Pixels) -> None:
    """Clear what old files keep above the stored bits (overlays), and extend the sign."""
    spare = series.bits_allocated - series.bits_stored
    if spare <= 0 or series.samples_per_pixel > 1:
        return
    if padding_above_stored_bits(series) and bool((target == padding_of(series)).any()):
        return  # cleared, padding would read as a value
    top = 1 << (series.bits_stored - 1 if series.signed else series.bits_stored)
    if int(target.max()) >= top or (series.signed and int(target.min()) < -top):
        target <<= spare
        target >>= spare


@dataclass(frozen=True, slots=True)
class _Frame:
    """One frame's compressed stream, and how many bits of a pixel its file says it keeps."""

    stream: bytes
    bits_stored: int


def _frame_of(series: Series, record: SliceRecord, reader: HeaderReader) -> _Frame:
    """The compressed stream of one image, looked at before anything decodes it."""
    with opened(record.path) as file:
        header = reader.read(file.read(FIRST_READ), file.read)
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
    return _Frame(stream, bits if bits is not None and known else series.bits_allocated)


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


def _by_imagecodecs(series: Series, record: SliceRecord, reader: HeaderReader) -> NDArray[Any]:
    """Decoded in memory, without the interpreter; the channels of a colour image are as they were encoded."""
    codecs: Any = importlib.import_module("imagecodecs")
    frame = _frame_of(series, record, reader)
    try:
        if record.transfer_syntax == RLE:
            kind = np.dtype(f"<u{series.bits_allocated // 8}")
            planes = np.frombuffer(codecs.dicomrle_decode(frame.stream, dtype=kind), kind)
            planes = planes.reshape(series.samples_per_pixel, series.rows, series.columns)
            pixels = planes[0] if len(planes) == 1 else np.moveaxis(planes, 0, -1)
        elif record.transfer_syntax in JPEG_2000:
            pixels = codecs.jpeg2k_decode(frame.stream)
        elif record.transfer_syntax in JPEG_LS:
            pixels = codecs.jpegls_decode(frame.stream)
        elif series.samples_per_pixel == 1:
            pixels = codecs.jpeg8_decode(frame.stream)
        else:  # no conversion: what the channels are the header says, and the decoder would guess
            pixels = codecs.jpeg8_decode(frame.stream, colorspace="RGB", outcolorspace="RGB")
    except (RuntimeError, *MALFORMED) as error:
        raise DecodeError("its pixels do not decode", file=record.path, remedy=_REMEDY) from error
    decoded: NDArray[Any] = np.asarray(pixels)
    return _signed(decoded, frame.bits_stored) if series.signed and decoded.dtype.kind == "u" else decoded


def _signed(pixels: NDArray[Any], bits: int) -> NDArray[Any]:
    """Bits as two's complement numbers: JPEG and JPEG-LS know no sign, and a JPEG 2000 stream may be told another."""
    spare = pixels.dtype.itemsize * 8 - bits
    if spare < 0:  # the stream is of fewer bits than the header says, so that all its values are positive
        return pixels
    return np.asarray((pixels << spare).view(f"i{pixels.dtype.itemsize}") >> spare)


def _by_pydicom(series: Series, record: SliceRecord) -> NDArray[Any]:
    import pydicom
    from pydicom.pixels.utils import pixel_array

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with opened(record.path) as file:
                dataset = _dataset(file)
            if "TransferSyntaxUID" not in dataset.file_meta:
                dataset.file_meta.TransferSyntaxUID = pydicom.uid.UID(record.transfer_syntax)
            return pixel_array(dataset, index=record.frame, raw=True)
    except (RuntimeError, *MALFORMED) as error:
        raise DecodeError("its pixels do not decode", file=record.path, remedy=_REMEDY) from error


def _of_palette(pixels: NDArray[Any], record: SliceRecord) -> NDArray[Any]:
    """The colours that the file's own palette gives to its pixels, 8 bits each."""
    from pydicom.pixels.processing import apply_color_lut

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with opened(record.path) as file:
                coloured = apply_color_lut(pixels, _dataset(file))
    except (RuntimeError, *MALFORMED) as error:
        raise DecodeError("its palette cannot be read", file=record.path, remedy=_REMEDY) from error
    return coloured >> 8 if coloured.dtype.itemsize == 2 else coloured


def _luminance(pixels: NDArray[Any], photometric: str) -> NDArray[Any]:
    """Grey of a colour image (ITU-R BT.601), for looking only."""
    if photometric in _LUMINANCE_FIRST:
        return np.asarray(pixels[..., 0])
    return np.asarray(np.rint(pixels[..., :3] @ np.array([0.299, 0.587, 0.114])))
