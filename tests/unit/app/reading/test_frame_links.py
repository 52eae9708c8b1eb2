from __future__ import annotations

from dataclasses import replace

import pytest

from app.models.reading import Reading
from app.reading.body_parts import Part
from app.reading.frame_links import link_between, link_chip
from app.words import SPACE
from mrecist.case import TimePointRead
from mrecist.lesions import Lesion, Measured, Observation
from mrecist.values import Axis, Diameter, LesionRole, Line, Organ, Point, Region
from tests.support.records import two_visits
from viewers.tools.frame_link import SAME_FRAME, FrameLink, LinkKind
from viewers.widgets.marks import Chip, Tone

VISITS, FRAMES = ("BL", "FU1"), ("A", "B")


def seen(lesion: str, at: Point, frame: str) -> Observation:
    start, end = ((at[0] + dx, at[1], at[2]) for dx in (-10, 10))
    line = Line("series", "2.25.1", 1, frame, start, end)
    return Observation(lesion, Measured(Diameter(200), evidence=(line,)))


def reading(baseline: dict[str, Point], follow_up: dict[str, Point]) -> Reading:
    """A read in which lesions IT... of the liver and ET... of the lung are marked at two time points."""
    lesions = tuple(
        Lesion(name, Region.INTRAHEPATIC, LesionRole.TARGET, Organ.LIVER, axis=Axis.VIABLE_LONGEST)
        if name.startswith("I")
        else Lesion(name, Region.EXTRAHEPATIC, LesionRole.TARGET, Organ.LUNG, axis=Axis.LONGEST)
        for name in baseline
    )
    points = tuple(
        TimePointRead(visit, tuple(seen(name, at, frame) for name, at in places.items()))
        for visit, frame, places in (("BL", "A", baseline), ("FU1", "B", follow_up))
    )
    record = two_visits()
    read = replace(record.reads[0], lesions=lesions, timepoints=points)
    return Reading(replace(record, reads=(read,)), "read-1", "FU1")


def test_that_nothing_links_two_examinations_that_share_no_lesion_and_no_pin() -> None:
    assert link_between(reading({"IT1": (0, 0, 0)}, {}), VISITS, FRAMES, None) is None
    assert link_between(None, VISITS, FRAMES, None) is None


def test_that_one_lesion_links_and_tells_no_residual() -> None:
    link = link_between(reading({"IT1": (0, 0, 0)}, {"IT1": (5, 0, -12)}), VISITS, FRAMES, None)
    assert link == FrameLink(LinkKind.SHIFT, (5.0, 0.0, -12.0), None, 1)


def test_that_the_residual_is_how_far_lesions_are_off_the_mean_shift() -> None:
    """Shifts of (4, 0, -10) and (10, 0, -2) have the mean (7, 0, -6); each is 3 mm and 4 mm off it, so 5 mm: the sum of
    squares is 50, one lesion of two is free, and the root of 50 is 7.0711.
    """
    both = reading({"IT1": (0, 0, 0), "IT2": (30, 0, 0)}, {"IT1": (4, 0, -10), "IT2": (40, 0, -2)})
    link = link_between(both, VISITS, FRAMES, None)
    assert link is not None
    assert (link.kind, link.offset_mm, link.lesions) == (LinkKind.SHIFT, (7.0, 0.0, -6.0), 2)
    assert link.residual_mm == pytest.approx(7.0711, abs=5e-5)


def test_that_the_mean_takes_one_lesion_up_whatever_their_number() -> None:
    """Shifts of 0, 3 and 6 mm have the mean 3: squares 9 + 0 + 9 by two free lesions, so 3 mm."""
    three = reading(
        {"IT1": (0, 0, 0), "IT2": (30, 0, 0), "IT3": (0, 40, 0)},
        {"IT1": (0, 0, 0), "IT2": (30, 0, 3), "IT3": (0, 40, 6)},
    )
    link = link_between(three, VISITS, FRAMES, None)
    assert link is not None
    assert (link.offset_mm, link.residual_mm) == ((0.0, 0.0, 3.0), pytest.approx(3.0))


def test_that_a_pin_takes_no_lesion_up() -> None:
    """Two lesions that went 3 mm and 4 mm from where the pin puts them: the root of (9 + 16) / 2."""
    two = reading({"IT1": (0, 0, 0), "IT2": (30, 0, 0)}, {"IT1": (3, 0, 0), "IT2": (30, 4, 0)})
    link = link_between(two, VISITS, FRAMES, (0.0, 0.0, 0.0))
    assert link is not None
    assert link.residual_mm == pytest.approx(3.5355, abs=5e-5)


def test_that_a_pin_goes_before_the_lesions_which_tell_how_good_it_is() -> None:
    one = reading({"IT1": (0, 0, 0)}, {"IT1": (3, 4, -12)})
    link = link_between(one, VISITS, FRAMES, (0.0, 0.0, -12.0))
    assert link == FrameLink(LinkKind.PIN, (0.0, 0.0, -12.0), 5.0, 1)
    assert link_between(None, VISITS, FRAMES, (1.0, 2.0, 3.0)) == FrameLink(LinkKind.PIN, (1.0, 2.0, 3.0), None, 0)


def test_that_the_lesions_of_what_is_looked_at_go_before_others() -> None:
    """Liver and chest are taken at different depths of breath: a lung nodule does not tell where the liver went."""
    both = reading({"IT1": (0, 0, 0), "ET1": (0, 0, 200)}, {"IT1": (0, 0, -20), "ET1": (0, 0, 190)})
    liver = link_between(both, VISITS, FRAMES, None, Part.LIVER)
    chest = link_between(both, VISITS, FRAMES, None, Part.LUNGS)
    assert liver is not None
    assert chest is not None
    assert (liver.offset_mm, chest.offset_mm) == ((0.0, 0.0, -20.0), (0.0, 0.0, -10.0))


def test_that_lesions_of_another_part_are_better_than_none_and_tell_nothing_of_how_far_it_is_off() -> None:
    lungs = reading({"ET1": (0, 0, 200), "ET2": (9, 0, 200)}, {"ET1": (0, 0, 190), "ET2": (9, 0, 190)})
    link = link_between(lungs, VISITS, FRAMES, None, Part.LIVER)
    assert link is not None
    assert link.offset_mm == (0.0, 0.0, -10.0)
    shift = "lesion shift"
    assert link_chip(link) == Chip(f"linked · {shift}, other lesions", "± not known", Tone.AMBER, shift)
    own = link_between(lungs, VISITS, FRAMES, None, Part.LUNGS)
    assert link_chip(own) == Chip(f"linked · {shift}", f"± 0.0{SPACE}mm", Tone.MET, shift)
    pinned = link_between(lungs, VISITS, FRAMES, (0.0, 0.0, -10.0), Part.LIVER)
    assert link_chip(pinned) == Chip("linked · pin", "± not known", short="pin")


@pytest.mark.parametrize(
    ("link", "chip"),
    [
        (SAME_FRAME, None),
        (None, Chip("not linked: pin one place", tone=Tone.AMBER, short="not linked")),
        (
            FrameLink(LinkKind.SHIFT, lesions=1),
            Chip("linked · lesion shift, 1 lesion", "± not known", Tone.AMBER, "lesion shift"),
        ),
        (FrameLink(LinkKind.PIN), Chip("linked · pin", "± not known", short="pin")),
        (FrameLink(LinkKind.PIN, residual_mm=3.0), Chip("linked · pin", f"± 3.0{SPACE}mm", Tone.MET, "pin")),
        (
            FrameLink(LinkKind.SHIFT, residual_mm=3.1),
            Chip("linked · lesion shift", f"± 3.1{SPACE}mm", Tone.AMBER, "lesion shift"),
        ),
        (
            FrameLink(LinkKind.SHIFT, residual_mm=6.1),
            Chip("linked · lesion shift", f"± 6.1{SPACE}mm", Tone.ERROR, "lesion shift"),
        ),
    ],
)
def test_that_the_chip_says_which_link_and_how_good(link: FrameLink | None, chip: Chip | None) -> None:
    assert link_chip(link) == chip
