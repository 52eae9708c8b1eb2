from __future__ import annotations

import itertools
from dataclasses import replace

import imagecodecs
import numpy as np
import pytest
from pydicom.encaps import encapsulate
from pydicom.uid import JPEGLSLossless, RLELossless

from tests.support.phantoms import (
    AXIAL,
    CORONAL,
    OBLIQUE,
    SAGITTAL,
    Phantom,
    stored_value,
    write_enhanced,
    write_phantom,
)
from tests.support.series import series as series_with
from viewers.imaging.errors import Cancelled, ImagingError
from viewers.imaging.geometry import length_mm
from viewers.imaging.rescale import PADDED
from viewers.imaging.scan import scan
from viewers.imaging.volume import VolumeLoader, load_slice, load_volume, middle_out


def by_rle(k, dataset):
    dataset.compress(RLELossless, encoding_plugin="pydicom", generate_instance_uid=False)


def by_jpeg_ls(k, dataset):
    dataset.PixelData = encapsulate([imagecodecs.jpegls_encode(dataset.pixel_array)])
    dataset["PixelData"].VR, dataset.file_meta.TransferSyntaxUID = "OB", JPEGLSLossless


def series_of(folder, phantom, change=None):
    write_phantom(folder, phantom, change)
    (series,) = scan(folder).series
    return series


@pytest.mark.parametrize(
    "directions", [AXIAL, CORONAL, SAGITTAL, OBLIQUE], ids=["axial", "coronal", "sagittal", "oblique"]
)
def test_that_every_voxel_is_its_value_at_its_place(tmp_path, directions):
    phantom = Phantom(directions=directions)
    volume = load_volume(series_of(tmp_path, phantom))
    assert (volume.shape, volume.pixels.dtype, volume.unit) == ((6, 12, 16), np.int16, "HU")
    assert volume.pixels.flags.c_contiguous
    assert volume.spacing_mm == pytest.approx((3.0, 1.1, 0.7), abs=1e-6)
    for k, j, i in [(0, 0, 0), (5, 11, 15), (2, 7, 3)]:
        assert volume.pixels[k, j, i] == stored_value(k, j, i) - 1024
        assert volume.value_at(k, j, i) == stored_value(k, j, i) - 1024
        # The place by hand, from the phantom's definition.
        row, column = map(np.asarray, directions)
        place = np.asarray(phantom.position(k)) + i * 0.7 * row + j * 1.1 * column
        assert (volume.affine @ (k, j, i, 1))[:3] == pytest.approx(place, abs=1e-6)
        assert volume.planes[k].to_world(i, j) == pytest.approx(tuple(place), abs=1e-6)


@pytest.mark.parametrize(
    "directions", [AXIAL, CORONAL, SAGITTAL, OBLIQUE], ids=["axial", "coronal", "sagittal", "oblique"]
)
def test_that_a_known_distance_measures_itself_across_slices(tmp_path, directions):
    # From voxel (0, 0, 0) to (4, 10, 10): 12 mm, 11 mm and 7 mm at right angles.
    volume = load_volume(series_of(tmp_path, Phantom(directions=directions)))
    a, b = ((volume.affine @ (*v, 1))[:3] for v in ((0, 0, 0), (4, 10, 10)))
    assert length_mm(tuple(a), tuple(b)) == pytest.approx((144 + 121 + 49) ** 0.5, abs=0.01)


def test_that_a_stack_with_a_gap_has_no_affine_but_keeps_its_plane_values(tmp_path):
    volume = load_volume(series_of(tmp_path, Phantom(heights_mm=(0, 3, 9))))
    assert volume.affine is None
    assert volume.spacing_mm == (None, 1.1, 0.7)
    assert volume.planes[2] is not None


def test_that_images_without_geometry_have_no_planes(tmp_path):
    volume = load_volume(series_of(tmp_path, Phantom(directions=None, pixel_spacing_mm=None)))
    assert volume.planes == (None,) * 6
    assert volume.spacing_mm == (None, None, None)
    assert [volume.pixels[k, 0, 0] for k in range(6)] == [stored_value(k, 0, 0) - 1024 for k in range(6)]


def test_that_a_fractional_slope_keeps_stored_values(tmp_path):
    series = series_of(tmp_path, Phantom(modality="MR", rescale=(0.25, -3.5)))
    volume = load_volume(series)
    assert (volume.rescaled, volume.unit, volume.pixels.dtype) == (False, "stored", np.uint16)
    assert volume.values(2)[3, 4] == stored_value(2, 3, 4) * 0.25 - 3.5
    assert volume.value_at(2, 3, 4) == stored_value(2, 3, 4) * 0.25 - 3.5
    assert np.array_equal(load_slice(series, 2), volume.values(2))


def test_that_each_slice_has_its_own_slope(tmp_path):
    def scaled(k, dataset):
        dataset.RescaleSlope = k + 0.5

    volume = load_volume(series_of(tmp_path, Phantom(modality="PT", rescale=(1, 0)), scaled))
    assert [volume.values(k)[1, 1] for k in range(6)] == [stored_value(k, 1, 1) * (k + 0.5) for k in range(6)]
    assert volume.statistics().max == pytest.approx((stored_value(5, 11, 0)) * 5.5)


@pytest.mark.parametrize("slope", [2, -1])
def test_that_whole_slopes_are_applied_exactly(tmp_path, slope):
    volume = load_volume(series_of(tmp_path, Phantom(rescale=(slope, 100))))
    assert volume.rescaled
    assert volume.pixels[4, 3, 2] == slope * stored_value(4, 3, 2) + 100


def test_that_values_beyond_int16_fall_back_to_stored_ones_without_loss(tmp_path):
    def big(k, dataset):
        if k == 4:
            dataset.PixelData = np.full((12, 16), 60000, "<u2").tobytes()

    series = series_of(tmp_path, Phantom(), big)
    loader = VolumeLoader(series, order="first_to_last")
    for k in loader:
        assert loader.volume.rescaled is (k < 4)
    volume = loader.volume
    assert volume.pixels.dtype == np.uint16
    assert volume.values(4)[0, 0] == 60000 - 1024
    for k in (0, 3, 5):
        assert volume.value_at(k, 7, 7) == stored_value(k, 7, 7) - 1024


@pytest.mark.parametrize("late", [1, 6, 25], ids=["second", "while others are read", "late"])
@pytest.mark.parametrize("bits", [8, 16])
def test_that_slices_read_at_the_same_time_fall_back_too(tmp_path, late, bits):
    # A slope of its own takes one slice beyond int16: 300 x 200 = 60,000.
    def steep(k, dataset):
        dataset.RescaleSlope = 300 if k == late else 2
        if bits == 8:
            dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit = 8, 8, 7
        dataset.PixelData = np.full((12, 16), 200 - k, f"<u{bits // 8}").tobytes()
        by_jpeg_ls(k, dataset)

    series = series_of(tmp_path, Phantom(heights_mm=tuple(3.0 * k for k in range(30))), steep)
    volume = load_volume(series)
    assert not volume.rescaled
    assert (volume.pixels == 200 - np.arange(30)[:, None, None]).all()
    assert volume.value_at(late, 0, 0) == 300 * (200 - late) - 1024


def test_that_padding_beyond_int16_is_marked_and_spoils_nothing(tmp_path):
    def padded(k, dataset):
        stored = phantom.stored(k) - 500
        stored[0, 0] = -32768
        dataset.PixelPaddingValue = 32768  # the same bits, read without sign: as some scanners write it
        dataset["PixelPaddingValue"].VR = "US"
        dataset.PixelData = stored.astype("<i2").tobytes()

    phantom = Phantom(signed=True)
    volume = load_volume(series_of(tmp_path, phantom, padded))
    assert volume.rescaled
    assert volume.pixels[2, 0, 0] == PADDED
    assert volume.pixels[2, 5, 5] == stored_value(2, 5, 5) - 500 - 1024


def test_that_the_middle_slice_comes_first():
    assert middle_out(7) == [3, 2, 4, 1, 5, 0, 6]
    assert middle_out(1) == [0]


@pytest.mark.parametrize(
    ("change", "at_once"), [(None, 0), (by_rle, 4), (by_jpeg_ls, 1)], ids=["raw", "RLE", "JPEG-LS"]
)
def test_that_a_slice_that_is_brought_forward_comes_next_then_its_neighbours(tmp_path, monkeypatch, change, at_once):
    monkeypatch.setattr("viewers.imaging.volume._THREADS", 2)
    ahead = 4 * at_once  # read ahead by two threads, two turns each, when another slice is asked for
    first = 2 if change is None else 1 + ahead
    loader = VolumeLoader(series_of(tmp_path, Phantom(heights_mm=tuple(3.0 * k for k in range(50))), change))
    usual = middle_out(50)
    seen = []
    for k in loader:
        seen.append(k)
        assert loader.volume.pixels[k, 2, 2] == stored_value(k, 2, 2) - 1024
        if len(seen) == 2:
            loader.bring_forward(48)
    assert seen[:first] == usual[:first]
    assert seen[first:] == sorted(usual[first:], key=lambda k: (abs(k - 48), usual.index(k)))


def test_that_the_first_slice_follows_what_is_brought_forward(tmp_path):
    loader = VolumeLoader(series_of(tmp_path, Phantom(heights_mm=tuple(3.0 * k for k in range(9)))))
    loader.bring_forward(1)
    assert list(loader) == [1, 2, 0, 3, 4, 5, 6, 7, 8]


def test_that_slices_appear_one_by_one_in_the_same_array(tmp_path):
    loader = VolumeLoader(series_of(tmp_path, Phantom()))
    pixels = loader.volume.pixels
    seen = []
    for k in loader:
        seen.append(k)
        assert sorted(np.flatnonzero(loader.volume.loaded)) == sorted(seen)
        assert pixels[k, 2, 2] == stored_value(k, 2, 2) - 1024
    assert seen == [3, 2, 4, 1, 5, 0]
    assert np.shares_memory(pixels, loader.volume.pixels)


@pytest.mark.parametrize("images", [3, 12, 80])  # less than 4 MB, more, and more than 33 MB
def test_that_what_is_not_yet_read_holds_no_pixel_of_another_series(images):
    made = replace(series_with("1.2", None, images=images), rows=512, columns=512)
    loader = VolumeLoader(made)
    loader.volume.pixels[...] = 7
    del loader
    pixels = VolumeLoader(made).volume.pixels
    assert pixels.shape == (images, 512, 512)
    assert pixels.flags.c_contiguous
    assert not pixels.any()


def test_that_cancelling_stops_and_progress_counts(tmp_path):
    series = series_of(tmp_path, Phantom())
    steps = []
    load_volume(series, progress=lambda done, total: steps.append((done, total)))
    assert steps == [(n, 6) for n in range(1, 7)]
    with pytest.raises(Cancelled):
        load_volume(series, cancelled=lambda: True)


def test_that_low_is_bright_in_monochrome1(tmp_path):
    series = series_of(tmp_path, Phantom(tags={"PhotometricInterpretation": "MONOCHROME1"}))
    assert load_volume(series).inverted


def test_that_a_series_without_images_is_an_error(tmp_path):
    series = series_of(tmp_path, Phantom())
    with pytest.raises(ImagingError, match="no images"):
        load_volume(replace(series, slices=()))


def test_that_more_memory_than_there_is_is_an_error(tmp_path):
    series = series_of(tmp_path, Phantom())
    huge = replace(series, rows=65535, columns=65535, slices=series.slices * 10_000)
    with pytest.raises(ImagingError, match="GB of memory"):
        load_volume(huge)


def test_that_frames_of_an_enhanced_file_load_like_files(tmp_path):
    write_enhanced(tmp_path, Phantom(rescale=None), ("M", "P"))
    for number, series in enumerate(scan(tmp_path).series, start=1):
        volume = load_volume(series)
        assert volume.affine is not None
        assert [volume.value_at(k, 4, 4) for k in range(6)] == [number * stored_value(k, 4, 4) for k in range(6)]


# ---- real series; numbers from gdcm, affines from dcm2niix (RAS, bottom row first: turned into LPS by hand) ----


@pytest.fixture(scope="module")
def catalogue(test_data):
    return scan(test_data / "series").series


def volumes(catalogue, name):
    return [load_volume(s) for s in catalogue if f"/{name}" in s.slices[0].path]


REAL = {
    "01_cptac": ((35, 512, 512), (5.0, 0.859375, 0.859375), -3024, 3071, -978.3421, (-235.56, -220.0, -178.329)),
    "02_cmb": ((56, 512, 512), (2.5, 0.898438, 0.898438), -3024, 2787, -1158.1962, (-228.8, -220.0, -221.5)),
    "03_acrin_flt_breast_001/date1": (
        (24, 512, 512), (4.25, 0.976562, 0.976562), -3024, 1138, -1110.5061, (-250.0, -250.0, -527.5),
    ),
    "03_acrin_flt_breast_001/date2": (
        (24, 512, 512), (4.25, 0.976562, 0.976562), -3024, 3071, -1093.5776, (-250.0, -250.0, -375.0),
    ),
    "06_dcmqi": ((3, 512, 512), (1.0, 0.810547, 0.810547), -3024, 1381, -954.8836, (-235.2, -226.8, -128.69)),
}  # fmt: skip


@pytest.mark.parametrize(("name", "expected"), REAL.items(), ids=REAL.keys())
def test_that_real_axial_series_load_as_other_tools_read_them(catalogue, name, expected):
    shape, spacing, low, high, mean, origin = expected
    (volume,) = volumes(catalogue, name)
    found = volume.statistics()
    assert (volume.shape, volume.unit, found.min, found.max) == (shape, "HU", low, high)
    assert found.mean == pytest.approx(mean, abs=5e-5)
    assert volume.spacing_mm == pytest.approx(spacing, abs=1e-6)
    expected_affine = np.array(
        [[0, 0, spacing[2], origin[0]], [0, spacing[1], 0, origin[1]], [spacing[0], 0, 0, origin[2]]]
    )
    assert volume.affine[:3] == pytest.approx(expected_affine, abs=1e-3)


def lps_from_nifti(matrix, rows):
    """dcm2niix's (i, j, k) to RAS, rows counted from below, as (k, j, i) to LPS, rows from above."""
    i, j, k, origin = (np.array([-row[n] if axis < 2 else row[n] for axis, row in enumerate(matrix)]) for n in range(4))
    return np.stack([k, -j, i, origin + (rows - 1) * j], axis=1)


def test_that_the_oblique_mr_lies_where_dcm2niix_puts_it(catalogue):
    (volume,) = volumes(catalogue, "10_papaya")
    matrix = [[-0.859, 0.0, -0.0, 110.5], [0.0, 0.852, 0.949, -138.853], [0.0, -0.115, 7.007, -43.358]]
    expected = lps_from_nifti(matrix, 256)
    # dcm2niix takes the first gap, 7.071 mm, for all; ours is the mean of 19 gaps.
    assert volume.affine[:3, 1:3] == pytest.approx(expected[:, 1:3], abs=1e-3)
    assert volume.affine[:3, 3] == pytest.approx(expected[:, 3], abs=0.2)
    assert volume.spacing_mm[0] == pytest.approx((7 * 6.972 + 6 * 7.057 + 5 * 6.958 + 7.071) / 19, abs=2e-3)
    found = volume.statistics()
    assert (volume.unit, found.min, found.max) == ("stored", 0, 1059)
    assert found.mean == pytest.approx(167.5369, abs=5e-5)


def test_that_the_coronal_stack_of_a_mixed_series_lies_where_dcm2niix_puts_it(catalogue):
    coronal = next(v for v in volumes(catalogue, "11_mixed") if v.shape[0] == 40)
    # dcm2niix stacks front to back (-2 mm in RAS y), as the normal of these directions points.
    matrix = [[-0.488281, 0.0, -0.0, 126.838], [-0.0, 0.0, -2.0, -21.819], [0.0, 0.488281, 0.0, -64.703]]
    assert coronal.affine[:3] == pytest.approx(lps_from_nifti(matrix, 512), abs=1e-3)
    found = coronal.statistics()
    assert (found.min, found.max) == (-1024, 2190)
    assert found.mean == pytest.approx(-571.711, abs=5e-4)


def test_that_stacks_that_are_no_volume_load_with_their_values(catalogue):
    for name, low, high, mean in (("05_ge", -1500, 2121, -661.7291), ("09_dupe", -2048, 1493, -732.7356)):
        (volume,) = volumes(catalogue, name)
        found = volume.statistics()
        assert (volume.affine, volume.spacing_mm[0]) == (None, None)
        assert (found.min, found.max) == (low, high)
        assert found.mean == pytest.approx(mean, abs=5e-5)


def test_that_frames_of_enhanced_mr_have_their_own_rescale(catalogue):
    localizer, *maps = volumes(catalogue, "07_philips")
    assert localizer.statistics().max == pytest.approx(5423.99, abs=5e-3)
    assert localizer.spacing_mm == pytest.approx((7.0, 1.5625, 1.5625))
    assert {v.shape for v in maps} == {(13, 128, 128)}
    # dcm2niix puts the phase maps in thousandths of a radian: -3.14159 to 3.14049.
    phases = [v.statistics() for v in maps if v.series.image_type[3] == "P"]
    assert all(p.min == pytest.approx(-3142, abs=1) and p.max == pytest.approx(3140.5, abs=1) for p in phases)
    matrix = [[-2.999, 0.024, 0.133, 183.539], [-0.076, -0.934, -5.225, 20.572], [0.0, 2.851, -1.713, -188.615]]
    expected = lps_from_nifti(matrix, 128)
    # dcm2niix stacks these the other way round: its last slice is our first.
    assert maps[0].affine[:3, 1:3] == pytest.approx(expected[:, 1:3], abs=2e-3)
    assert np.abs(maps[0].affine[:3, 0]) == pytest.approx(np.abs(expected[:, 0]), abs=2e-3)


RIDER = {  # largest and mean value (gdcmraw); size and origin of dcm2niix's NIfTI, whose axes are x, y, z in RAS
    "-00598/14.": (913, 23.4867, (2, 256, 256), (-75.562, -91.378, -136.498)),
    "-71264/6.": (985, 130.5941, (256, 256, 2), (-124.966, -110.051, 6.992)),
    "-71264/7.": (1343, 125.1480, (256, 256, 2), (-124.966, -110.051, 6.992)),
    "-44107/6.": (1045, 133.0685, (256, 256, 2), (-130.229, -93.78, 10.381)),
    "-44107/7.": (1450, 126.6033, (256, 256, 2), (-130.229, -93.78, 10.381)),
    "-60110/15.": (1261, 49.1270, (2, 256, 256), (-84.699, -92.344, -136.135)),
    "-70171/8.": (1225, 116.6388, (256, 256, 2), (-127.0, -120.22, 59.873)),
    "-70171/9.": (1762, 114.3971, (256, 256, 2), (-127.0, -120.22, 59.873)),
    "-95938/16.": (668, 16.2721, (2, 256, 256), (-92.35, -123.562, -122.932)),
    "-20539/8.": (580, 80.0652, (256, 256, 2), (-125.644, -116.153, 60.551)),
    "-20539/9.": (908, 83.5166, (256, 256, 2), (-125.644, -116.153, 60.551)),
    "-71964/16.": (866, 19.6055, (2, 256, 256), (-80.534, -117.508, -124.288)),
}


def corners(affine, last):
    """The centres of the eight corner voxels, from the affine and the largest index along each axis."""
    return sorted(tuple(np.round((affine @ [*at, 1.0])[:3], 2)) for at in itertools.product(*((0, n) for n in last)))


@pytest.mark.parametrize(("name", "expected"), RIDER.items(), ids=RIDER.keys())
def test_that_real_mr_lies_where_dcm2niix_puts_it(catalogue, name, expected):
    largest, mean, size, origin = expected
    (series,) = (s for s in catalogue if name in s.slices[0].path)
    volume = load_volume(series)
    found = volume.statistics()
    assert (volume.unit, found.min, found.max) == ("stored", 0, largest)
    assert found.mean == pytest.approx(mean, abs=5e-5)
    thickness = 1.0 if size[0] == 2 else 5.0
    nifti = np.diag([1.0, 1.0, thickness, 1.0])
    nifti[:3, 3] = origin
    to_ras = np.diag([-1.0, -1.0, 1.0, 1.0])
    ours = corners(to_ras @ volume.affine, [n - 1 for n in volume.shape])
    assert np.array(ours) == pytest.approx(np.array(corners(nifti, [n - 1 for n in size])), abs=0.011)


def test_that_real_single_slices_keep_their_values(catalogue):
    found = {round(v.statistics().mean, 3): v for v in volumes(catalogue, "04_covid")}
    means = [
        -1009.964,
        -962.170,
        -355.881,
        -374.851,
        -587.411,
        -554.570,
        -784.167,
        -684.377,
        -407.096,
        -356.138,
        -598.960,
        -601.165,
    ]
    assert sorted(found) == pytest.approx(sorted(means), abs=1.5e-3)
    assert {v.unit for v in found.values()} == {"HU"}
    assert {v.spacing_mm[0] for v in found.values()} == {None}


def test_that_every_odd_image_loads_or_says_why_not(test_data, capfd):
    loaded = 0
    for series in scan(test_data / "odd").series:
        try:
            volume = load_volume(series)
        except ImagingError as error:
            assert error.file
            continue
        loaded += 1
        found = volume.statistics()
        assert found.min <= found.mean <= found.max
    assert loaded >= 17
