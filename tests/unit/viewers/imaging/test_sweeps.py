from __future__ import annotations

import pytest

from tests.support.phantoms import Phantom, write_phantom
from viewers.imaging.scan import scan


def split(tmp_path):
    """(images, volume_ok) of each stack under the folder."""
    return [(s.frames, s.volume_ok) for s in scan(tmp_path).series]


UP, ASIDE = [0.0, 3.0, 6.0, 9.0, 12.0, 15.0], [1.5, 4.5, 7.5, 10.5, 13.5, 16.5]


@pytest.mark.parametrize(
    ("thickness_mm", "passes", "expected"),
    [
        (3.0, [UP, ASIDE], [(6, True)] * 2),  # half a slice aside: together one sound volume, of two phases
        (3.0, [UP, ASIDE[::-1]], [(6, True)] * 2),  # there and back
        (3.0, [UP, [h + 0.8 for h in UP], ASIDE], [(6, True)] * 3),
        (3.0, [UP, [h for h in UP if h != 9.0]], [(6, True), (5, False)]),  # no position is new
        (3.0, [UP[:4], UP[1:4]], [(4, True), (3, True)]),
        (1.5, [UP, ASIDE], [(12, True)]),  # one volume of thin slices, acquired by turns
        (3.0, [UP[3:], UP[:3]], [(6, True)]),  # one volume, its upper half first
        (3.0, [UP, [18.0 + h for h in UP]], [(12, True)]),
        (3.0, [[h / 2 for h in UP]], [(6, True)]),  # overlapping slices of one pass
    ],
)
def test_that_passes_without_times_are_told_apart_by_the_numbers_of_their_images(
    tmp_path, thickness_mm, passes, expected
):
    heights = [height for one in passes for height in one]
    write_phantom(tmp_path, Phantom(heights_mm=heights, thickness_mm=thickness_mm))
    assert split(tmp_path) == expected


@pytest.mark.parametrize(
    ("thickness_mm", "aside", "expected"),
    [(3.0, ASIDE, [(6, True)] * 2), (3.0, ASIDE[:5], [(6, True), (5, True)]), (1.5, ASIDE, [(12, True)])],
)
def test_that_passes_that_each_count_anew_are_told_apart(tmp_path, thickness_mm, aside, expected):
    for name, heights in (("a", UP), ("b", aside)):
        write_phantom(tmp_path, Phantom(heights_mm=heights, thickness_mm=thickness_mm, series_uid="1.2.9"), name=name)
    assert split(tmp_path) == expected


def test_that_times_by_turns_contradict_the_order_of_the_numbers(tmp_path):
    def by_turns(k, dataset):
        dataset.AcquisitionTime = f"0816{2 * (k % 6) + k // 6:02}"  # 1 s from a slice to the one beside it

    write_phantom(tmp_path, Phantom(heights_mm=[*UP, *ASIDE]), by_turns)
    assert split(tmp_path) == [(12, True)]


@pytest.mark.parametrize(
    ("heights", "pause_s", "expected"),
    [
        ([0.0, 0.0, 0.0], 20, [(1, False)] * 3),
        ([0.0, 1.5, 0.7], 20, [(1, False)] * 3),
        ([0.0, 0.0, 0.0], 2, [(3, False)]),  # one tracking of the bolus
        ([0.0, 3.0], 20, [(2, True)]),  # a stack acquired one by one
    ],
)
def test_that_passes_of_a_single_image_are_apart(tmp_path, heights, pause_s, expected):
    def timed(k, dataset):
        dataset.AcquisitionTime = f"0816{pause_s * k:02}"

    write_phantom(tmp_path, Phantom(heights_mm=heights), timed)
    assert split(tmp_path) == expected
