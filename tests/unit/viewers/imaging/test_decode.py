from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import imagecodecs
import numpy as np
import pydicom
import pydicom.data
import pytest
from pydicom.encaps import encapsulate, get_frame
from pydicom.uid import DeflatedExplicitVRLittleEndian, ExplicitVRBigEndian, ImplicitVRLittleEndian, RLELossless

from tests.support.phantoms import Phantom, slice_dataset, stored_value, write_enhanced, write_phantom
from viewers.imaging.decode import read_stored
from viewers.imaging.errors import DecodeError
from viewers.imaging.scan import scan
from viewers.imaging.volume import load_slice, load_volume

REFERENCE = "CTImage.dcm"
LOSSLESS = {
    "explicit little endian": "CTImage.dcm_LittleEndianExplicitTransferSyntax_1.2.840.10008.1.2.1.dcm",
    "implicit little endian": "CTImage.dcm_LittleEndianImplicitTransferSyntax_1.2.840.10008.1.2.dcm",
    "explicit big endian": "CTImage.dcm_BigEndianExplicitTransferSyntax_1.2.840.10008.1.2.2.dcm",
    "deflated": "CTImage.dcm_DeflatedExplicitVRLittleEndianTransferSyntax_1.2.840.10008.1.2.1.99.dcm",
    "RLE": "CTImage.dcm_RLELosslessTransferSyntax_1.2.840.10008.1.2.5.dcm",
    "JPEG lossless": "CTImage.dcm_JPEGProcess14TransferSyntax_1.2.840.10008.1.2.4.57.dcm",
    "JPEG lossless SV1": "CTImage.dcm_JPEGProcess14SV1TransferSyntax_1.2.840.10008.1.2.4.70.dcm",
    "JPEG-LS lossless": "CTImage.dcm_JPEGLSLosslessTransferSyntax_1.2.840.10008.1.2.4.80.dcm",
    "JPEG 2000 lossless": "CTImage.dcm_JPEG2000LosslessOnlyTransferSyntax_1.2.840.10008.1.2.4.90.dcm",
}
LOSSY = {  # file and largest mean difference from the original, HU
    "JPEG baseline 8 bit": ("CTImage.dcm_JPEGProcess1TransferSyntax_1.2.840.10008.1.2.4.50.dcm", 25.0),
    "JPEG extended": ("CTImage.dcm_JPEGProcess2_4TransferSyntax_1.2.840.10008.1.2.4.51.dcm", 12.0),
    "JPEG spectral": ("CTImage.dcm_JPEGProcess6_8TransferSyntax_1.2.840.10008.1.2.4.53.dcm", 12.0),
    "JPEG progression": ("CTImage.dcm_JPEGProcess10_12TransferSyntax_1.2.840.10008.1.2.4.55.dcm", 12.0),
    "JPEG-LS near lossless": ("CTImage.dcm_JPEGLSLossyTransferSyntax_1.2.840.10008.1.2.4.81.dcm", 12.0),
    "JPEG 2000": ("CTImage.dcm_JPEG2000TransferSyntax_1.2.840.10008.1.2.4.91.dcm", 12.0),
}


def image(path):
    (series,) = scan(path).series
    return load_slice(series, 0)


@pytest.fixture(scope="module")
def syntaxes(test_data):
    return test_data / "odd" / "wado_ct_15_transfer_syntaxes"


@pytest.fixture(scope="module")
def original(syntaxes):
    # The uncompressed file by numpy alone: 512 x 512 little-endian words at its end, rescaled by -1024.
    content = (syntaxes / REFERENCE).read_bytes()
    return np.frombuffer(content, "<i2")[-512 * 512 :].reshape(512, 512).astype(np.int64) - 1024


@pytest.mark.parametrize("name", LOSSLESS.values(), ids=LOSSLESS.keys())
def test_that_a_slice_is_the_same_in_every_lossless_syntax(syntaxes, original, name):
    assert np.array_equal(image(syntaxes / name), original)


@pytest.mark.parametrize(("name", "mean"), LOSSY.values(), ids=LOSSY.keys())
def test_that_a_lossy_slice_is_close(syntaxes, original, name, mean):
    inside = original > -1024  # outside the circle the encoders saw padding
    assert np.abs(image(syntaxes / name) - original)[inside].mean() < mean


ENHANCED = ("RLE", "big_endian", "jpeg_2k_lossless", "jpeg_2k_lossless_too_short", "jpeg_ls_lossless")


@pytest.mark.parametrize("syntax", ENHANCED)
def test_that_every_frame_is_the_same_in_every_syntax(test_data, syntax):
    (plain,) = scan(test_data / "odd" / "pydicom" / "emri_small.dcm").series
    (encoded,) = scan(test_data / "odd" / "pydicom" / f"emri_small_{syntax}.dcm").series
    for k in range(10):
        assert np.array_equal(load_slice(encoded, k), load_slice(plain, k))


@pytest.mark.parametrize(
    "name", ["MR_small_RLE", "MR_small_jp2klossless", "MR_small_jpeg_ls_lossless", "MR_small_bigendian"]
)
def test_that_a_small_image_is_the_same_in_every_syntax(test_data, name):
    folder = test_data / "odd" / "pydicom"
    assert np.array_equal(image(folder / f"{name}.dcm"), image(folder / "MR_small.dcm"))


@pytest.mark.parametrize(
    "syntax",
    [ImplicitVRLittleEndian, ExplicitVRBigEndian, DeflatedExplicitVRLittleEndian, RLELossless],
    ids=lambda u: u.name,
)
@pytest.mark.parametrize("signed", [False, True], ids=["unsigned", "signed"])
def test_that_made_files_read_back_in_every_syntax(tmp_path, syntax, signed):
    phantom = Phantom(signed=signed, rescale=(1, 0))
    expected = phantom.stored(2) - (2000 if signed else 0)
    dataset = slice_dataset(phantom, 2, expected)
    if syntax == RLELossless:
        dataset.compress(RLELossless, encoding_plugin="pydicom")
        pydicom.dcmwrite(tmp_path / "image", dataset)
    else:
        if syntax == ExplicitVRBigEndian:
            dataset.PixelData = expected.astype(">i2" if signed else ">u2").tobytes()
            dataset["PixelData"].VR = "OW"
        dataset.file_meta.TransferSyntaxUID = syntax
        implicit, little = syntax == ImplicitVRLittleEndian, syntax != ExplicitVRBigEndian
        pydicom.dcmwrite(
            tmp_path / "image", dataset, implicit_vr=implicit, little_endian=little, enforce_file_format=True
        )
    assert np.array_equal(image(tmp_path / "image"), expected)


@pytest.mark.parametrize("name", ["MR_small_jp2klossless", "MR_small_jpeg_ls_lossless"])
@pytest.mark.parametrize("rescale", [(1, -1024), (2, 3), (2.2, -0.5), (0.00123, 0)])
@pytest.mark.parametrize("grouped", [False, True], ids=["classic", "functional groups"])
def test_that_rescaled_compressed_pixels_are_turned_back_exactly(test_data, tmp_path, name, rescale, grouped):
    dataset = pydicom.dcmread(test_data / "odd" / "pydicom" / f"{name}.dcm")
    target = dataset
    if grouped:
        target = pydicom.Dataset()
        item = pydicom.Dataset()
        item.PixelValueTransformationSequence = [target]
        dataset.PerFrameFunctionalGroupsSequence = [item]
    target.RescaleSlope, target.RescaleIntercept = rescale
    dataset.save_as(tmp_path / "image")
    (series,) = scan(tmp_path / "image").series
    assert (series.slices[0].slope, series.slices[0].intercept) == rescale
    original = pydicom.dcmread(test_data / "odd" / "pydicom" / "MR_small.dcm").pixel_array
    assert np.array_equal(read_stored(series, series.slices[0]), original)


def test_that_frames_of_one_file_are_told_apart(tmp_path):
    write_enhanced(tmp_path, Phantom(rescale=None), ("M", "P"))
    magnitude, phase = scan(tmp_path).series
    for k in range(6):
        assert read_stored(magnitude, magnitude.slices[k])[5, 7] == stored_value(k, 5, 7)
        assert load_slice(phase, k)[5, 7] == 2 * stored_value(k, 5, 7)


def test_that_bits_above_the_stored_ones_are_no_value(tmp_path):
    def overlay(k, dataset):
        dataset.BitsStored, dataset.HighBit = 12, 11
        dataset.PixelData = (phantom.stored(k) | 0x8000).astype("<u2").tobytes()

    phantom = Phantom(rescale=(1, 0))
    write_phantom(tmp_path, phantom, overlay)
    assert np.array_equal(image(tmp_path / "slice001"), phantom.stored(1))


def test_that_padding_above_the_stored_bits_is_no_value(tmp_path):
    # Of 63536 the lowest 12 bits are 2096, which would be 1072 HU.
    def padded(k, dataset):
        dataset.BitsStored, dataset.HighBit, dataset.PixelPaddingValue = 12, 11, 63536
        stored = phantom.stored(k).astype("<u2")
        stored[0, :] = 63536
        dataset.PixelData = stored.tobytes()

    phantom = Phantom(rescale=(1, -1024))
    write_phantom(tmp_path, phantom, padded)
    (series,) = scan(tmp_path).series
    volume = load_volume(series)
    padding = volume.padding(1)
    assert padding is not None and padding[0].all() and not padding[1:].any()
    assert np.array_equal(volume.values(1)[1:], phantom.stored(1)[1:] - 1024)


@pytest.mark.parametrize(("high", "read"), [(11, True), (15, False), (None, True), (40, True)])
def test_that_pixels_above_the_lowest_bits_are_refused_and_not_misread(tmp_path, high, read):
    # By the retired way of storing, 1064 of 12 bits under HighBit 15 is 17024, of which the lowest 12 bits are 640.
    def shifted(k, dataset):
        dataset.BitsStored, dataset.HighBit = 12, high
        dataset.PixelData = (phantom.stored(k) << (4 if high == 15 else 0)).astype("<u2").tobytes()

    phantom = Phantom(rescale=(1, 0))
    write_phantom(tmp_path, phantom, shifted)
    found = scan(tmp_path)
    assert bool(found.series) is read
    reasons = {one.reason for one in found.refused}
    assert reasons == (set() if read else {"its pixels do not stand in the lowest bits (BitsStored 12, HighBit 15)"})


def test_that_twelve_signed_bits_keep_their_sign(tmp_path):
    def twelve(k, dataset):
        dataset.BitsStored, dataset.HighBit = 12, 11
        dataset.PixelData = ((phantom.stored(k) - 1500) & 0xFFF).astype("<u2").tobytes()

    phantom = Phantom(rescale=(1, 0), signed=True)
    write_phantom(tmp_path, phantom, twelve)
    assert np.array_equal(image(tmp_path / "slice001"), phantom.stored(1) - 1500)


def test_that_colour_shows_as_luminance(tmp_path):
    # Green of 200: 0.587 x 200 = 117.4.
    def green(k, dataset):
        dataset.SamplesPerPixel, dataset.PhotometricInterpretation, dataset.PlanarConfiguration = 3, "RGB", 0
        dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit = 8, 8, 7
        dataset.PixelData = bytes((0, 200, 0)) * (12 * 16)

    write_phantom(tmp_path, Phantom(rescale=None, modality="US", heights_mm=(0.0,)), green)
    (series,) = scan(tmp_path).series
    assert series.colour
    assert not series.measurable
    assert set(load_slice(series, 0).flat) == {117}


def test_that_a_palette_ultrasound_shows_in_grey(test_data):
    (series,) = scan(test_data / "odd" / "wado_misc" / "no-pixel-spacing.dcm").series
    grey = load_slice(series, 0)
    assert grey.shape == (600, 800)
    assert (int(grey.min()), int(grey.max()) <= 255) == (0, True)
    assert not series.measurable


def encoded(path, pixels, syntax, stream, **tags):
    """A file of one compressed image, and its series; the tags are set last."""
    dataset = slice_dataset(Phantom(rows=pixels.shape[0], columns=pixels.shape[1], rescale=None), 0)
    dataset.BitsAllocated = dataset.BitsStored = 8 * pixels.dtype.itemsize
    dataset.HighBit, dataset.PixelRepresentation = dataset.BitsStored - 1, int(pixels.dtype.kind == "i")
    if pixels.ndim == 3:
        dataset.SamplesPerPixel, dataset.PlanarConfiguration = 3, 0
    for keyword, value in tags.items():
        setattr(dataset, keyword, value)
    dataset.file_meta.TransferSyntaxUID = f"1.2.840.10008.1.2.{syntax}"
    dataset.PixelData = encapsulate([stream])
    dataset["PixelData"].VR = "OB"
    pydicom.dcmwrite(path / "image", dataset, enforce_file_format=True)
    (series,) = scan(path).series
    return series


def ramp(low, high, dtype):
    return np.linspace(low, high, 24 * 32).reshape(24, 32).astype(dtype)


def jpeg_2000(pixels, **words):
    return imagecodecs.jpeg2k_encode(pixels, level=0, codecformat="j2k", **words)


SIGNS = {
    "JPEG-LS": ("4.80", lambda pixels: imagecodecs.jpegls_encode(pixels.view("u2"))),
    "JPEG lossless": ("4.70", lambda pixels: imagecodecs.jpeg8_encode(pixels.view("u2"), lossless=True, predictor=1)),
    "JPEG 2000, told to be signed": ("4.90", jpeg_2000),
    "JPEG 2000, told to be unsigned": ("4.90", lambda pixels: jpeg_2000(pixels.view("u2"))),
    "HTJ2K": ("4.201", lambda pixels: imagecodecs.htj2k_encode(pixels)),
}  # fmt: skip


@pytest.mark.parametrize(("syntax", "encode"), SIGNS.values(), ids=SIGNS.keys())
@pytest.mark.parametrize(("low", "high"), [(-32768, 32767), (-1024, 3071), (0, 100)])
def test_that_signed_values_keep_their_sign(tmp_path, syntax, encode, low, high):
    pixels = ramp(low, high, np.int16)
    series = encoded(tmp_path, pixels, syntax, encode(pixels))
    assert np.array_equal(read_stored(series, series.slices[0]), pixels)


@pytest.mark.parametrize("syntax", ["4.70", "4.80"])
def test_that_twelve_signed_bits_of_a_compressed_image_keep_their_sign(tmp_path, syntax):
    pixels = ramp(-2048, 2047, np.int16)
    bits = (pixels & 0xFFF).view("u2")
    encode = {
        "4.70": lambda: imagecodecs.jpeg8_encode(bits, lossless=True, predictor=1, bitspersample=12),
        "4.80": lambda: imagecodecs.jpegls_encode(bits),
    }[syntax]
    series = encoded(tmp_path, pixels, syntax, encode(), BitsStored=12, HighBit=11)
    assert np.array_equal(read_stored(series, series.slices[0]), pixels)


def test_that_a_header_tells_the_sign_where_the_stream_tells_another():
    # pydicom's own test file: its corner is padding, -2000, in a stream that is told to be unsigned.
    (series,) = scan(Path(pydicom.data.get_testdata_file("J2K_pixelrep_mismatch.dcm"))).series
    assert int(read_stored(series, series.slices[0])[0, 0]) == -2000


RED, GREEN, BLUE = (255, 0, 0), (0, 255, 0), (0, 0, 255)
GREYS = (76, 150, 29)  # 0.299 x 255 = 76.2, 0.587 x 255 = 149.7, 0.114 x 255 = 29.1
COLOURS = {
    "JPEG": ("4.50", lambda rgb: imagecodecs.jpeg8_encode(rgb, 100, subsampling="444"), "YBR_FULL_422"),
    "JPEG of bare channels": (
        "4.50", lambda rgb: imagecodecs.jpeg8_encode(rgb, 100, colorspace="RGB", outcolorspace="RGB"), "RGB",
    ),
    "JPEG lossless": ("4.70", lambda rgb: imagecodecs.jpeg8_encode(rgb, lossless=True, predictor=1), "RGB"),
    "JPEG-LS": ("4.80", lambda rgb: imagecodecs.jpegls_encode(rgb), "RGB"),
    "JPEG 2000": ("4.90", lambda rgb: jpeg_2000(rgb, mct=True), "YBR_RCT"),
    "HTJ2K": ("4.201", lambda rgb: imagecodecs.htj2k_encode(rgb), "YBR_RCT"),
}  # fmt: skip


@pytest.mark.parametrize(("syntax", "encode", "photometric"), COLOURS.values(), ids=COLOURS.keys())
def test_that_compressed_colour_shows_as_luminance(tmp_path, syntax, encode, photometric):
    rgb = np.zeros((48, 32, 3), np.uint8)
    rgb[:16], rgb[16:32], rgb[32:] = RED, GREEN, BLUE
    series = encoded(tmp_path, rgb, syntax, encode(rgb), PhotometricInterpretation=photometric, Modality="US")
    assert (series.colour, series.measurable) == (True, False)
    grey = load_slice(series, 0)
    for k, expected in enumerate(GREYS):
        assert np.abs(grey[16 * k : 16 * k + 16].astype(int) - expected).max() <= (2 if syntax == "4.50" else 0)


REAL_COLOURS = {  # of pydicom's own tests: their first rows are red, which is 0.299 x 255 = 76.2 in grey
    "JPEG, YBR": "SC_rgb_dcmtk_+eb+cy+np.dcm",
    "JPEG, no conversion": "SC_rgb_dcmtk_+eb+cr.dcm",
    "JPEG lossless": "SC_rgb_jpeg_gdcm.dcm",
    "JPEG-LS": "SC_rgb_jls_lossy_line.dcm",
    "JPEG 2000": "SC_rgb_gdcm_KY.dcm",
    "RLE": "SC_rgb_rle.dcm",
}


@pytest.mark.parametrize("name", REAL_COLOURS.values(), ids=REAL_COLOURS.keys())
def test_that_the_red_of_a_real_file_shows_as_its_luminance(name):
    (series,) = scan(Path(pydicom.data.get_testdata_file(name))).series
    assert abs(int(load_slice(series, 0)[5, 5]) - 76) <= 3


def test_that_a_compressed_palette_shows_in_grey(tmp_path):
    # Entry 1 of the palette is green of 200 (of 8 bits, kept in 16): 0.587 x 200 = 117.4.
    words = {}
    for colour, value in (("Red", 0), ("Green", 200), ("Blue", 0)):
        words[f"{colour}PaletteColorLookupTableDescriptor"] = [2, 0, 16]
        words[f"{colour}PaletteColorLookupTableData"] = np.array([0, value << 8], "<u2").tobytes()
    pixels = np.zeros((24, 32), np.uint8)
    pixels[:, 16:] = 1
    stream = imagecodecs.jpegls_encode(pixels)
    series = encoded(tmp_path, pixels, "4.80", stream, PhotometricInterpretation="PALETTE COLOR", **words)
    assert series.colour
    grey = load_slice(series, 0)
    assert (set(grey[:, :16].flat), set(grey[:, 16:].flat)) == ({0}, {117})


def test_that_a_compression_that_is_not_read_is_refused_by_name(tmp_path):
    pixels = ramp(0, 100, np.uint8)
    series = encoded(tmp_path, pixels, "4.70", imagecodecs.jpeg8_encode(pixels, lossless=True))
    record = replace(series.slices[0], transfer_syntax="1.2.840.10008.1.2.4.110")  # JPEG XL
    with pytest.raises(DecodeError, match="its compression is not one that is read; send the series again, or export"):
        read_stored(series, record)


def damaged(test_data, tmp_path, name):
    path = tmp_path / name
    shutil.copy(test_data / "odd" / "pydicom" / name, path)
    (series,) = scan(path).series
    content = bytearray(path.read_bytes())
    content[-1500:] = bytes(range(250)) * 6
    path.write_bytes(content)
    return series


@pytest.mark.parametrize("name", ["MR_small_RLE.dcm", "MR_small_jp2klossless.dcm", "MR_small_jpeg_ls_lossless.dcm"])
def test_that_damaged_pixels_are_an_error_that_names_the_file(test_data, tmp_path, name, capfd):
    series = damaged(test_data, tmp_path, name)
    with pytest.raises(DecodeError) as caught:
        load_slice(series, 0)
    assert caught.value.file == str(tmp_path / name)
    assert caught.value.remedy


def test_that_a_file_that_went_away_is_an_error(tmp_path):
    path = write_phantom(tmp_path, Phantom())[0]
    (series,) = scan(tmp_path).series
    path.unlink()
    with pytest.raises(DecodeError, match="the file is gone; scan the folder again"):
        load_slice(series, 0)


def test_that_a_file_cut_since_the_scan_is_an_error(tmp_path):
    path = write_phantom(tmp_path, Phantom())[0]
    (series,) = scan(tmp_path).series
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(DecodeError, match="cut short"):
        load_slice(series, 0)


def test_that_an_image_that_fits_no_memory_is_an_error(tmp_path, monkeypatch):
    def full(*_):
        raise MemoryError

    (path, *_) = write_phantom(tmp_path, Phantom())
    (series,) = scan(path).series
    monkeypatch.setattr("viewers.imaging.decode.np.empty", full)
    with pytest.raises(DecodeError, match="there is no memory for it") as caught:
        read_stored(series, series.slices[0])
    assert caught.value.file == str(path)


@pytest.mark.parametrize("share", [0.2, 0.6, 0.99])
def test_that_a_lossless_jpeg_that_is_cut_short_is_an_error(test_data, tmp_path, share):
    # The decoder alone would fill what is missing with values of its own.
    folder = test_data / "odd" / "wado_ct_15_transfer_syntaxes"
    dataset = pydicom.dcmread(folder / LOSSLESS["JPEG lossless SV1"])
    stream = get_frame(dataset.PixelData, 0, number_of_frames=1)
    stream = stream[: int(len(stream) * share) // 2 * 2]
    dataset.PixelData = encapsulate([stream])
    dataset.save_as(tmp_path / "image")
    with pytest.raises(DecodeError, match="end too early"):
        image(tmp_path / "image")


@pytest.mark.parametrize("name", ["MR_small_RLE", "MR_small_jp2klossless", "MR_small_jpeg_ls_lossless"])
@pytest.mark.parametrize("cut", [8, 10, 200], ids=["its end mark", "its last bytes", "a part of it"])
def test_that_a_compressed_image_that_is_cut_short_is_an_error(test_data, tmp_path, name, cut):
    content = (test_data / "odd" / "pydicom" / f"{name}.dcm").read_bytes()
    end = content.rindex(b"\xfe\xff\xdd\xe0") + 8
    path = tmp_path / "image"
    path.write_bytes(content[: end - cut])
    (series,) = scan(path).series
    if cut == 8:  # all of the image is there
        assert np.array_equal(load_slice(series, 0), image(test_data / "odd" / "pydicom" / "MR_small.dcm"))
    else:
        with pytest.raises(DecodeError, match="its pixels do not decode"):
            load_slice(series, 0)
