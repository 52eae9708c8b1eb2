"""The course of contrast: what the times of several scans say of their phases."""

from __future__ import annotations

import pytest

from viewers.imaging.catalogue import PhaseName
from viewers.imaging.phasecourse import Course, Scan, judge, phases_of

PRE, ARTERIAL, PORTAL = PhaseName.PRE, PhaseName.ARTERIAL, PhaseName.PORTAL_VENOUS
DELAYED, TRANSITIONAL, HEPATOBILIARY = PhaseName.DELAYED, PhaseName.TRANSITIONAL, PhaseName.HEPATOBILIARY


def best(scans, course=Course.CT):
    return [max(points, key=points.__getitem__) for points in judge(scans, course)]


def lead(points):
    first, second, *_ = sorted(points.values(), reverse=True)
    return first - second


@pytest.mark.parametrize(
    ("course", "seconds", "phases"),
    [
        # Injection at 240 s: scans 35, 70 and 180 s after it.
        (Course.CT, (0, 275, 310, 420), [PRE, ARTERIAL, PORTAL, DELAYED]),
        # Injection at 120 s: two arterial scans 18 and 30 s after it, then 65, 180 and 1200 s.
        (
            Course.GADOXETATE, (0, 138, 150, 185, 300, 1320),
            [PRE, ARTERIAL, ARTERIAL, PORTAL, TRANSITIONAL, HEPATOBILIARY],
        ),
        (Course.EXTRACELLULAR, (0, 142, 185, 300, 420), [PRE, ARTERIAL, PORTAL, DELAYED, DELAYED]),
        # Gadobenate is taken up by the liver, but shows it only after an hour.
        (Course.GADOBENATE, (0, 142, 185, 300, 4500), [PRE, ARTERIAL, PORTAL, DELAYED, HEPATOBILIARY]),
    ],
)  # fmt: skip
def test_that_times_and_one_plain_scan_give_the_phases(course, seconds, phases):
    scans = [Scan(float(at), {PRE: 3.0} if at == 0 else {PRE: -3.0}) for at in seconds]
    assert best(scans, course) == phases


def test_that_a_scan_without_a_name_takes_the_phase_its_time_leaves():
    scans = [Scan(0.0, {PRE: 4.0}), Scan(240.0, {ARTERIAL: 4.0}), Scan(275.0), Scan(390.0, {DELAYED: 4.0})]
    assert best(scans) == [PRE, ARTERIAL, PORTAL, DELAYED]


def test_that_scans_a_few_seconds_apart_are_of_one_phase():
    # Three within 8 s: naming one of them portal venous would have to cost as much as for a single scan.
    quick = judge(
        [Scan(0.0, {PRE: 4.0}), *(Scan(at, {PRE: -3.0}) for at in (72.0, 76.0, 80.0, 113.0))], Course.EXTRACELLULAR
    )
    single = judge([Scan(0.0, {PRE: 4.0}), *(Scan(at, {PRE: -3.0}) for at in (76.0, 113.0))], Course.EXTRACELLULAR)
    assert [max(points, key=points.__getitem__) for points in quick] == [PRE, ARTERIAL, ARTERIAL, ARTERIAL, PORTAL]
    assert max(quick[1].values()) - max(single[1].values()) == pytest.approx(0.0)


def test_that_a_word_against_the_times_loses_its_certainty():
    # "Portal" 35 s before "arterial" cannot be.
    right = judge([Scan(0.0, {ARTERIAL: 4.0}), Scan(35.0, {PORTAL: 4.0})], Course.CT)
    wrong = judge([Scan(0.0, {PORTAL: 4.0}), Scan(35.0, {ARTERIAL: 4.0})], Course.CT)
    assert min(map(lead, right)) > 4.0
    assert max(map(lead, wrong)) < 4.0


def test_that_times_alone_never_lead_without_anything_that_tells_contrast():
    assert lead(judge([Scan(0.0)], Course.CT)[0]) < 1.0


def test_that_scans_of_which_only_the_order_is_known_are_put_in_order():
    scans = [Scan(None, {PRE: 3.0}), Scan(None, {ARTERIAL: 4.0}), Scan(None), Scan(None, {DELAYED: 4.0})]
    assert best(scans) == [PRE, ARTERIAL, PORTAL, DELAYED]


@pytest.mark.parametrize("shift", [-86_400.0, 0.0, 800_000_000.0])
def test_that_only_differences_of_time_count(shift):
    points = judge([Scan(at + shift) for at in (0.0, 275.0, 310.0)], Course.CT)
    assert points == judge([Scan(at) for at in (0.0, 275.0, 310.0)], Course.CT)


def test_that_each_agent_has_its_phases():
    assert phases_of(Course.CT) == (PRE, ARTERIAL, PORTAL, DELAYED)
    assert phases_of(Course.GADOXETATE) == (PRE, ARTERIAL, PORTAL, TRANSITIONAL, HEPATOBILIARY)
    assert HEPATOBILIARY not in phases_of(Course.EXTRACELLULAR)


def test_that_nothing_gives_nothing():
    assert judge([], Course.CT) == []
