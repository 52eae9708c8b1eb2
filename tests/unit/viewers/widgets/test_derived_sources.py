"""Reformatted and subtracted stacks as the views see them."""

from __future__ import annotations

import math
import sys

import numpy as np
import pytest

from tests.support.phantoms import AXIAL, CORONAL, OBLIQUE
from tests.support.volumes import volume
from viewers.imaging.errors import ImagingError
from viewers.imaging.plane_stacks import Orientation, oblique_stack
from viewers.imaging.reslice import Projection, Slab
from viewers.widgets.reformat_source import ReformatSource
from viewers.widgets.source import ImageSource
from viewers.widgets.subtraction_source import SubtractionSource
from viewers.widgets.volume_source import VolumeSource


def test_that_a_reformat_is_a_stack_of_its_series_but_no_image_of_it() -> None:
    base = VolumeSource(volume(directions=AXIAL))
    source: ImageSource = ReformatSource.of(base, Orientation.CORONAL)
    assert (source.count, source.rows, source.columns) == (14, 9, 12)
    assert (source.series_uid, source.frame_of_reference_uid) == (base.series_uid, "1.2.frame")
    assert source.sop_uid(3) == ""
    assert (source.unit, source.measurable, source.bright_is_low) == ("HU", True, False)
    plane = source.plane(3)
    assert plane is not None
    assert (plane.row_spacing_mm, plane.column_spacing_mm) == (pytest.approx(3.0), pytest.approx(0.7))
    # head up: the last image is the first row
    assert source.pixels(3)[0, 5] == base.volume.pixels[8, 3, 5] == source.value_at(3, 0, 5)


def test_that_a_reformat_says_what_it_is() -> None:
    base = VolumeSource(volume(directions=AXIAL))
    slab = Slab(Projection.MIP, 10)
    assert ReformatSource.of(base, Orientation.CORONAL).label == "COR"
    assert ReformatSource.of(base, Orientation.SAGITTAL, slab).label == "SAG MIP 10 mm"
    assert ReformatSource.of(base, Orientation.AXIAL, Slab(Projection.MEAN, 7.5)).label == "AX MEAN 7.5 mm"
    oblique = ReformatSource(base, oblique_stack(base.volume, *OBLIQUE, (0.0, 0.0, 0.0)), None)
    assert (oblique.label, oblique.off_axial) == ("OBL", True)
    assert not ReformatSource.of(base, Orientation.AXIAL).off_axial
    assert not ReformatSource.of(VolumeSource(volume(directions=CORONAL)), Orientation.AXIAL).off_axial


def test_that_a_reformat_grows_as_images_are_read() -> None:
    made = volume(directions=AXIAL)
    made.loaded[:] = False
    source = ReformatSource.of(VolumeSource(made), Orientation.CORONAL)
    axial = ReformatSource.of(VolumeSource(made), Orientation.AXIAL, Slab(Projection.MEAN, 9.0))
    assert not source.ready(3) and source.read_of(3) == (0, 9)
    made.loaded[4] = True
    assert source.ready(3) and source.read_of(3) == (1, 9)
    assert axial.read_of(3) == (1, 3) and axial.read_of(6) == (0, 3)
    before = source.padding(3)
    assert before is not None and before.sum() == 8 * 12
    assert math.isnan(source.value_at(3, 0, 0)) and not math.isnan(source.value_at(3, 4, 0))
    made.loaded[:] = True
    assert source.padding(3) is None


def test_that_a_subtraction_lies_on_the_images_of_its_base() -> None:
    arterial = VolumeSource(volume(directions=AXIAL))
    pre = VolumeSource(volume(directions=AXIAL, pixels=np.full((9, 14, 12), 30, np.int16)))
    source: ImageSource = SubtractionSource(arterial, pre, "AP − PRE")
    assert (source.count, source.rows, source.columns) == (9, 14, 12)
    assert source.plane(4) == arterial.plane(4)
    assert (source.sop_uid(4), source.frame(4)) == ("", 1)
    assert source.value_at(4, 3, 5) == arterial.value_at(4, 3, 5) - 30
    assert isinstance(source, SubtractionSource)
    assert (source.label, source.off_axial) == ("AP − PRE", False)
    pre.volume.loaded[4] = False
    assert not source.ready(4) and source.read_of(4) == (1, 2)
    assert source.ready(5)
    outside = source.padding(4)
    assert outside is not None and outside.all()


def test_that_a_series_without_one_affine_is_not_reformatted() -> None:
    uneven = volume(pixels=np.zeros((9, 14, 12), np.int16), volume_ok=False)
    with pytest.raises(ImagingError, match="one even volume"):
        ReformatSource.of(VolumeSource(uneven), Orientation.SAGITTAL)


def test_that_a_fault_in_computing_shows_nothing_measured_and_is_told_once(monkeypatch: pytest.MonkeyPatch) -> None:
    base, told = VolumeSource(volume(directions=AXIAL)), []
    source = SubtractionSource(base, VolumeSource(volume(directions=AXIAL)), "AP - PRE")
    source.on_crash = lambda: told.append("crash")

    def crash(*_given: object) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as patch:
        patch.setattr("viewers.widgets.subtraction_source.subtracted", crash)
        for k in (0, 1):
            outside = source.padding(k)
            assert outside is not None and outside.all()
            assert source.pixels(k).shape == outside.shape == (source.rows, source.columns)
            assert math.isnan(source.value_at(k, 2, 2))
    assert source.crashed and told == ["crash"]
    assert source.fault == "the program has a fault (ZeroDivisionError); the series itself can be read"


@pytest.mark.parametrize(
    ("error", "why"),
    [
        pytest.param(ImagingError("no space", file="a.dcm"), "a.dcm: no space", id="of the images"),
        pytest.param(MemoryError(), "there is not enough memory for it", id="memory"),
        pytest.param(ModuleNotFoundError("x", name="numba"), "missing on this computer (numba)", id="a part missing"),
    ],
)
def test_that_a_picture_that_is_not_there_says_why(error: BaseException, why: str) -> None:
    source = ReformatSource.of(VolumeSource(volume(directions=AXIAL)), Orientation.CORONAL)
    source.fail(error)
    source.fail(ValueError("a later one"))
    assert source.fault.endswith(why)


def test_that_oblique_planes_are_empty_and_told_of_where_nothing_can_be_compiled(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    base, told = VolumeSource(volume(directions=AXIAL)), []
    source = ReformatSource(base, oblique_stack(base.volume, *OBLIQUE, (0.0, 0.0, 0.0)), None)
    source.on_crash = lambda: told.append("crash")
    monkeypatch.setitem(sys.modules, "viewers.imaging.compiled_planes", None)  # as if Numba were not there
    monkeypatch.setattr("viewers.widgets.reformat_source.AT_ONCE", 50)
    assert source.is_coarse(3)
    outside = source.at_once(3).outside
    assert outside is not None and outside.all()
    assert math.isnan(source.value_at(3, 2, 2))
    assert source.crashed and told == ["crash"]
    assert not source.is_coarse(3), "a fine picture does not follow"
