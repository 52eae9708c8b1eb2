"""Two reads of one case side by side.

The liver of the example: 72.8 mm at baseline, 50.9 and 37.7 mm at the follow-ups (IT1 49.2, 36.4, 26.8; IT2 23.6, 14.5,
10.9): -30.1 % at the first, PR by 0.06 mm; -48.2 % at the second.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.cohort.read_comparison import compare_reads
from mrecist.case import Read
from mrecist.lesions import Features, Lesion, Measured, Observation
from mrecist.values import Axis, Diameter, LesionRole, Organ, Region, Response, Scope
from tests.support.example_reading import READ_ID, example_record, example_ruleset
from tests.support.second_read import compared_with, second_read


def _mm(value: float, whole: float) -> Measured:
    return Measured(Diameter.from_mm(value), Diameter.from_mm(whole))


def test_that_reads_alike_agree_and_nothing_is_exchanged() -> None:
    compared = compared_with()
    assert compared.agreed
    assert compared.exchanges == ()
    assert (compared.baseline.bias.value, compared.followup.bias.value) == (0.0, 0.0)
    assert compared.readers == ("Dr J. Lee", "Dr K. Park")


def test_that_a_response_that_rests_on_one_diameter_is_told_with_whose_it_is() -> None:
    # 51.0 mm of 72.8 mm are -29.9 %: SD; at the second follow-up both have 37.7 mm: PR
    compared = compared_with(FU1={"IT2": _mm(14.6, 20.1)})
    differing = [(x.timepoint, x.scope, x.first, x.second) for x in compared.responses if x.differs]
    assert differing == [("FU1", Scope.INTRAHEPATIC, Response.PR, Response.SD)]
    liver = [x for x in compared.responses if x.scope is Scope.INTRAHEPATIC]
    assert [(float(x.first_sum_mm or 0), float(x.second_sum_mm or 0)) for x in liver] == [(50.9, 51.0), (37.7, 37.7)]
    told = [
        (x.reader, x.other, x.timepoint, x.lesion, [(c.timepoint, c.was, c.would_be) for c in x.changes])
        for x in compared.decisive
    ]
    assert told == [
        ("Dr J. Lee", "Dr K. Park", "FU1", "IT2", [("FU1", Response.PR, Response.SD)]),
        ("Dr K. Park", "Dr J. Lee", "FU1", "IT2", [("FU1", Response.SD, Response.PR)]),
    ]


def test_that_where_only_several_diameters_together_decide_the_whole_time_point_tells_it() -> None:
    compared = compared_with(BL={"IT1": _mm(49.1, 53.6), "IT2": _mm(23.5, 23.6)})
    # 72.6 mm at baseline: 50.9 mm are -29.89 %; one diameter alone leaves 72.7 mm, of which 50.9 mm are -29.99 %
    whole = [x for x in compared.exchanges if x.lesion is None and x.reader == "Dr J. Lee"]
    assert [[(c.timepoint, c.was, c.would_be) for c in x.changes] for x in whole] == [
        [("FU1", Response.PR, Response.SD)]
    ]
    assert {x.lesion for x in compared.decisive if x.reader == "Dr J. Lee"} == {"IT1", "IT2"}
    # back: of 72.7 mm, 50.9 mm are still SD, so that no single diameter of the other gives PR
    assert not [x for x in compared.decisive if x.reader == "Dr K. Park"]


def test_that_differences_of_baseline_and_follow_up_are_summarised_apart() -> None:
    compared = compared_with(BL={"IT1": _mm(48.2, 53.6)}, FU1={"IT1": _mm(35.4, 45.0), "IT2": _mm(12.5, 20.1)})
    # baseline: +1.0 of one of 5 lesions; follow-ups: +1.0 and +2.0 of 10
    assert compared.baseline.pairs == 5
    assert compared.baseline.bias.value == pytest.approx(0.2)
    assert compared.followup.pairs == 10
    assert compared.followup.bias.value == pytest.approx(0.3)


def test_that_a_read_that_has_not_come_so_far_does_not_differ() -> None:
    """IT1 is still to do at FU1: the liver and what rests on it have no response yet, the lungs have theirs."""
    record = example_record()
    second = second_read(record)
    open_still = tuple(
        replace(at, observations=tuple(x for x in at.observations if (at.timepoint_id, x.lesion_id) != ("FU1", "IT1")))
        for at in second.timepoints
    )
    record = replace(record, reads=(*record.reads, replace(second, timepoints=open_still)))
    compared = compare_reads(record, READ_ID, "read-2", example_ruleset())
    at_fu1 = [(x.scope, x.first, x.second) for x in compared.responses if x.timepoint == "FU1"]
    assert at_fu1 == [
        ("intrahepatic", Response.PR, None),
        ("extrahepatic", Response.SD, Response.SD),
        ("composite", Response.SD, None),
        ("overall", Response.SD, None),
    ]
    assert not [x for x in compared.responses if x.differs and x.timepoint == "FU1"]
    liver = compared.responses[0]
    assert (float(liver.first_sum_mm or 0), liver.second_sum_mm) == (50.9, None), "14.5 mm of IT2 alone are no sum"


def test_that_a_read_in_which_a_new_lesion_is_still_to_do_does_not_differ() -> None:
    """Both found it at FU1; at FU2 the second has done all but that: its liver is no PR yet."""
    new = Lesion("IN1", Region.INTRAHEPATIC, LesionRole.NEW, Organ.LIVER, axis=Axis.VIABLE_LONGEST)
    record = example_record()

    def with_new(read: Read, *timepoints: str) -> Read:
        seen = Observation("IN1", Measured(Diameter.from_mm(14)), Features(typical_vascular_pattern=True))
        points = (
            replace(at, observations=(*at.observations, seen)) if at.timepoint_id in timepoints else at
            for at in read.timepoints
        )
        return replace(read, lesions=(*read.lesions, new), timepoints=tuple(points))

    reads = (with_new(record.reads[0], "FU1", "FU2"), with_new(second_read(record), "FU1"))
    compared = compare_reads(replace(record, reads=reads), READ_ID, "read-2", example_ruleset())
    liver = [(x.timepoint, x.first, x.second) for x in compared.responses if x.scope == Scope.INTRAHEPATIC]
    assert liver == [("FU1", Response.PD, Response.PD), ("FU2", Response.PD, None)]


def test_that_a_second_read_of_the_same_reader_has_its_number_and_an_unknown_read_is_refused() -> None:
    record = example_record()
    again = replace(second_read(record), reader="Dr J. Lee")
    record = replace(record, reads=(*record.reads, again))
    assert compare_reads(record, READ_ID, "read-2", example_ruleset()).readers == ("Dr J. Lee", "Dr J. Lee (2)")
    with pytest.raises(KeyError):
        compare_reads(record, READ_ID, "read-9", example_ruleset())
