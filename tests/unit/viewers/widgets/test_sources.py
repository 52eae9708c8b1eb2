"""Stacks as the views see them: arrays, loaded volumes, and small pictures of them."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QSize
from PySide6.QtWidgets import QApplication

from viewers.imaging.catalogue import PatientTags, Phase, Series, SliceRecord
from viewers.imaging.geometry import SlicePlane
from viewers.imaging.volume import Volume, plane_of
from viewers.widgets.source import ArraySource, ImageSource
from viewers.widgets.thumbnails import crop_image
from viewers.widgets.volume_source import VolumeSource


def series(**fields: object) -> Series:
    slices = tuple(
        SliceRecord("", f"1.2.{k}", k, (1.0, 2.0, 3.0 + k), k + 1, 0.5, -3.0, "1.2.840.10008.1.2.1", None, None)
        for k in range(3)
    )
    known: dict[str, object] = {
        "uid": "1.2#2",
        "series_uid": "1.2",
        "study_uid": "1",
        "frame_of_reference_uid": "1.9",
        "patient": PatientTags("P", "", "", None, ""),
        "study_date": None,
        "acquired_at": None,
        "modality": "CT",
        "description": "",
        "study_description": "",
        "series_number": 1,
        "manufacturer": "",
        "contrast_agent": "",
        "kvp": None,
        "rows": 4,
        "columns": 5,
        "bits_stored": 16,
        "bits_allocated": 16,
        "signed": True,
        "photometric": "MONOCHROME1",
        "pixel_spacing_mm": (0.7, 1.1),
        "row_direction": (1.0, 0.0, 0.0),
        "column_direction": (0.0, 1.0, 0.0),
        "slice_thickness_mm": 1.0,
        "slices": slices,
        "phase": Phase(),
        "measurable": False,
        "volume_ok": True,
        "why_not": ("not measurable: one thing", "not measurable: another", "no volume: a third"),
        "findings": (),
    }
    return Series(**(known | fields))  # type: ignore[arg-type]


def test_that_a_volume_is_shown_as_it_was_loaded() -> None:
    found = series()
    pixels = np.arange(60, dtype=np.int16).reshape(3, 4, 5)
    planes = tuple(plane_of(found, k) for k in range(3))
    volume = Volume(found, pixels, False, "stored", planes, None, (None, 0.7, 1.1), np.array([True, False, True]))
    source: ImageSource = VolumeSource(volume)
    assert (source.count, source.rows, source.columns) == (3, 4, 5)
    assert (source.series_uid, source.frame_of_reference_uid) == ("1.2#2", "1.9")
    assert (source.sop_uid(1), source.frame(1)) == ("1.2.1", 2)
    assert source.pixels(1)[2, 3] == 0.5 * 33 - 3
    assert source.value_at(1, 2, 3) == 0.5 * 33 - 3
    assert [source.ready(k) for k in range(3)] == [True, False, True]
    assert (source.measurable, source.why_not, source.unit, source.bright_is_low) == (
        False,
        "one thing; another",
        "",
        True,
    )
    assert source.plane(2) == SlicePlane((1.0, 2.0, 5.0), (1.0, 0.0, 0.0), (0.0, 1.0, 0.0), 0.7, 1.1)


def test_that_a_stack_of_arrays_is_consistent() -> None:
    with pytest.raises(ValueError, match="images, rows, columns"):
        ArraySource(np.zeros((4, 5), np.int16))
    with pytest.raises(ValueError, match="not measurable"):
        ArraySource(np.zeros((2, 4, 5), np.int16))
    plane = SlicePlane((0.0, 0.0, 0.0), (1.0, 0.0, 0.0), (0.0, 1.0, 0.0), 1.0, 1.0)
    with pytest.raises(ValueError, match="2 images have 1 planes"):
        ArraySource(np.zeros((2, 4, 5), np.int16), (plane,))


def halves() -> ArraySource:
    """256 columns of 0.5 mm and 64 rows of 1 mm: black left of the middle, white right of it."""
    array = np.full((3, 64, 256), -1000, np.int16)
    array[:, :, 128:] = 1000
    planes = tuple(SlicePlane((0.0, 0.0, 3.0 * k), (1.0, 0.0, 0.0), (0.0, 1.0, 0.0), 1.0, 0.5) for k in range(3))
    return ArraySource(array, planes)


def test_that_a_crop_shows_the_surroundings_of_a_place(qapp: QApplication) -> None:
    picture = crop_image(halves(), (64.0, 20.0, 3.0), 20.0, QSize(64, 64), 0, 100)
    assert picture is not None
    assert [picture.pixelColor(x, 32).red() for x in (0, 28, 36, 63)] == [0, 0, 255, 255]


def test_that_there_is_no_crop_of_a_place_beyond_the_stack(qapp: QApplication) -> None:
    assert crop_image(halves(), (64.0, 20.0, 30.0), 20.0, QSize(64, 64), 0, 100) is None
