"""The pixels of one image: stored values, exactly as they were encoded.

Uncompressed pixels are read straight from the file. Of the compressed ones, GDCM (by way of SimpleITK) decodes JPEG,
JPEG-LS and JPEG 2000 without holding the interpreter; it returns rescaled values, which are turned back. RLE, HTJ2K,
deflated and colour images go through pydicom and its plug-ins.
"""

from __future__ import annotations

import importlib
import os
import tempfile
import warnings
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from viewers.imaging.archives import ArchiveError
from viewers.imaging.catalogue import Series, SliceRecord
from viewers.imaging.errors import DecodeError
from viewers.imaging.headers import DEFLATED, EXPLICIT_BIG, NATIVE
from viewers.imaging.rawheader import FIRST_READ, HeaderReader
from viewers.imaging.sources import opened
from viewers.imaging.tags import MALFORMED

RLE = "1.2.840.10008.1.2.5"
HTJ2K = tuple(f"1.2.840.10008.1.2.4.{n}" for n in (201, 202, 203))
_RESCALE_SLOPE = "0028|1053"
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
    shape = (series.rows, series.columns)
    target = np.empty(shape, stored_type(series)) if out is None else out
    try:
        if record.pixel_offset is not None and not series.colour:
            _read_native(series, record, target)
        elif record.transfer_syntax == RLE and (pixels := _by_rle(series, record)) is not None:
            _fill(target, pixels, record)
        elif series.colour or record.transfer_syntax in (RLE, DEFLATED, *NATIVE, *HTJ2K):
            _fill(target, _by_pydicom(series, record), record)
        else:
            _fill(target, _by_gdcm(series, record), record)
    except FileNotFoundError:
        raise DecodeError("the file is gone", file=record.path, remedy="scan the folder again") from None
    except ArchiveError as error:
        raise DecodeError(str(error), file=record.path, remedy="unpack the archive") from None
    except OSError as error:
        raise DecodeError(f"cannot be read ({error.strerror or error})", file=record.path) from None
    _keep_stored_bits(series, target)
    return target


def _read_native(series: Series, record: SliceRecord, target: Pixels) -> None:
    offset = record.pixel_offset or 0
    buffer = target.data.cast("B")
    with opened(record.path) as file:
        file.seek(offset, os.SEEK_SET)
        done = 0
        while done < len(buffer):
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


def _by_gdcm(series: Series, record: SliceRecord) -> NDArray[Any]:
    sitk: Any = importlib.import_module("SimpleITK")
    reader = sitk.ImageFileReader()
    reader.SetImageIO("GDCMImageIO")
    plain = record.slope == 1 and record.intercept == 0
    try:
        whole = record.frames_in_file == 1 and Path(record.path).is_file()
        if whole:
            reader.SetFileName(record.path)
            pixels = sitk.GetArrayFromImage(reader.Execute())
        if not whole or not (plain or reader.HasMetaDataKey(_RESCALE_SLOPE)):
            # GDCM would rescale all frames alike; which frame's rescale it takes is not told.
            plain = True
            with tempfile.TemporaryDirectory() as folder:
                reader.SetFileName(_frame_alone(record, Path(folder)))
                pixels = sitk.GetArrayFromImage(reader.Execute())
    except RuntimeError as error:
        raise DecodeError("its pixels do not decode", file=record.path, remedy=_REMEDY) from error
    pixels = pixels[0] if pixels.ndim == 3 else pixels
    if plain:
        return np.asarray(pixels)
    if record.slope == 1 and pixels.dtype.kind in "iu" and record.intercept == int(record.intercept):
        return np.asarray(pixels - np.int32(record.intercept))
    return np.asarray(np.rint((pixels.astype(np.float64) - record.intercept) / record.slope))


def _frame_alone(record: SliceRecord, folder: Path) -> str:
    """One frame of a multi-frame file as a file of its own, without rescale and without the patient."""
    import pydicom
    from pydicom.dataset import Dataset
    from pydicom.encaps import encapsulate, get_frame
    from pydicom.uid import SecondaryCaptureImageStorage, generate_uid

    kept = (
        "Rows", "Columns", "SamplesPerPixel", "PhotometricInterpretation", "BitsAllocated", "BitsStored", "HighBit",
        "PixelRepresentation",
    )  # fmt: skip
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with opened(record.path) as file:
                dataset = pydicom.dcmread(file, force=True)
            alone = Dataset()
            for keyword in kept:
                setattr(alone, keyword, dataset[keyword].value)
            alone.SOPClassUID, alone.SOPInstanceUID = SecondaryCaptureImageStorage, generate_uid()
            frame = get_frame(dataset.PixelData, record.frame, number_of_frames=record.frames_in_file)
            alone.PixelData = encapsulate([frame])
            alone["PixelData"].is_undefined_length = True
            alone.file_meta = pydicom.dataset.FileMetaDataset()
            alone.file_meta.TransferSyntaxUID = dataset.file_meta.TransferSyntaxUID
            path = folder / "frame.dcm"
            alone.save_as(path, enforce_file_format=True)
    except MALFORMED as error:
        raise DecodeError("its frames cannot be told apart", file=record.path, remedy=_REMEDY) from error
    return str(path)


def _by_rle(series: Series, record: SliceRecord) -> NDArray[Any] | None:
    """The frame's bytes straight to the decoder; None where the header is not plain, or the image has colours."""
    from pydicom.encaps import get_frame

    if series.samples_per_pixel != 1 or series.colour:
        return None
    with opened(record.path) as file:
        header = HeaderReader().read(file.read(FIRST_READ), file.read)
        if header is None or header.pixel_length is not None:
            return None
        file.seek(header.pixel_offset)
        try:
            frame = get_frame(file, record.frame, number_of_frames=record.frames_in_file)
            decode_frame = importlib.import_module("rle.rle").decode_frame
            content = decode_frame(frame, series.rows * series.columns, series.bits_allocated, "<")
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
