"""Which exams are registered with each other, and what a registration is to a link and to a ghost."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from app.models.reading import Reading
from app.reading.body_parts import Part, part_of
from app.reading.expected_places import ghosts_in, ghosts_on
from app.reading.frame_links import link_between, link_chip
from app.reading.hanging import Tile
from app.reading.registration_pairs import PairKey, Registered, WantedPair, pairs_wanted, regions_of
from app.state.record import Record
from app.words import SPACE
from mrecist.case import TimePointRead
from mrecist.lesions import Lesion, Measured
from mrecist.values import Axis, LesionRole, Organ, Point, Region
from tests.support.records import two_visits
from tests.unit.app.reading.test_frame_links import FRAMES, VISITS, reading
from viewers.imaging.registration import About, Quality, Registration, Status
from viewers.imaging.rigid import RigidMotion
from viewers.tools.frame_link import LinkKind
from viewers.widgets.marks import Chip, Tone, ViewPlace

_LIVER = ("BL-AP", "BL-PVP", "FU1-AP", "FU1-PVP")
QUARTER = RigidMotion(np.array([[0.0, -1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]]), np.array([0.0, 0.0, 30.0]))


def registered(status: Status = Status.GOOD, residual_mm: float = 2.0) -> Registered:
    """A quarter turn from the left to the back, and 30 mm to the head."""
    return Registered(Registration(About.LIVER, QUARTER, None, Quality(status, (), residual_mm, 0.9, 60, 1.0, 2.0)))


def test_that_the_same_phase_of_both_exams_is_paired_the_earlier_first_and_the_chest_apart() -> None:
    record = two_visits()
    hung = ("FU1-AP", "FU1-PVP", "BL-AP", "BL-PVP", "BL-CH", "FU1-CH")
    tiles = [Tile(uid.split("-")[0], uid) for uid in hung]
    first, second = (record.series_ref(uid).frame_of_reference_uid for uid in ("BL-AP", "FU1-AP"))  # type: ignore[union-attr]
    assert first and second
    assert set(pairs_wanted(record, tiles)) == {
        WantedPair(PairKey(first, second, Part.LIVER), "BL-PVP", "FU1-PVP", ("BL", "FU1")),
        WantedPair(PairKey(first, second, Part.LUNGS), "BL-CH", "FU1-CH", ("BL", "FU1")),
    }


def test_that_one_exam_alone_is_not_registered_and_ct_with_mr_for_the_liver_alone() -> None:
    record = two_visits()
    assert not pairs_wanted(record, [Tile("BL", "BL-AP"), Tile("BL", "BL-PVP")])

    def on(modality: str, *uids: str) -> Record:
        return replace(
            record, series=tuple(replace(x, modality=modality) if x.uid in uids else x for x in record.series)
        )

    tiles = [Tile(uid.split("-")[0], uid) for uid in ("BL-AP", "BL-PVP", "BL-CH", "FU1-AP", "FU1-CH")]
    (pair,) = pairs_wanted(on("MR", "FU1-AP", "FU1-CH"), tiles)
    assert (pair.first_uid, pair.second_uid, pair.key.part) == ("BL-AP", "FU1-AP", Part.LIVER)
    assert not pairs_wanted(on("PT", "FU1-AP"), tiles[:1] + tiles[3:4])
    one_visit = pairs_wanted(on("MR", "FU1-AP"), [Tile("BL", "BL-AP"), Tile("BL", "FU1-AP")])
    assert [pair.exams for pair in one_visit] == ["CT and MR of BL"]
    both = pairs_wanted(on("MR", "BL-AP", "FU1-PVP"), [Tile(uid.split("-")[0], uid) for uid in _LIVER])
    assert [(x.first_uid, x.second_uid) for x in both] == [("BL-AP", "FU1-PVP")], "one modality before one phase"


@pytest.mark.parametrize(
    ("phase", "description", "regions"),
    [
        ("arterial", "Chest CT", "liver"),
        (None, "Liver dynamic CT", "liver"),
        (None, "Chest CT", "chest"),
        (None, "Bone scan", "chest"),
        (None, "CT 2.5 mm", "liver chest"),
        (None, "Abdomen pelvis", "liver chest"),
        (None, "Thorax abdomen", "chest liver"),
    ],
)
def test_that_a_series_without_a_phase_may_show_the_liver_unless_it_says_otherwise(
    phase: str | None, description: str, regions: str
) -> None:
    ref = replace(two_visits().series[0], phase=phase, description=description)
    names = {"liver": Region.INTRAHEPATIC, "chest": Region.EXTRAHEPATIC}
    assert regions_of(ref) == tuple(names[name] for name in regions.split())


def test_that_exams_of_unknown_phase_are_registered_about_the_liver_too_and_phases_go_before_them() -> None:
    record = two_visits()
    unknown = tuple(replace(x, phase=None, description="CT 2.5 mm") if "PRE" in x.uid else x for x in record.series)
    record = replace(record, series=unknown)
    alone = pairs_wanted(record, [Tile("BL", "BL-PRE"), Tile("FU1", "FU1-PRE")])
    assert [(x.key.part, x.sure) for x in alone] == [(Part.LIVER, False), (Part.LUNGS, False)]
    hung = ("BL-PRE", "BL-AP", "FU1-PRE", "FU1-PVP", "BL-CH", "FU1-CH")
    beside = pairs_wanted(record, [Tile(uid.split("-")[0], uid) for uid in hung])
    assert [(x.first_uid, x.second_uid, x.sure) for x in beside] == [
        ("BL-AP", "FU1-PVP", True),
        ("BL-CH", "FU1-CH", True),
    ]


def test_that_a_registration_links_both_ways_and_a_pin_goes_before_it() -> None:
    link = link_between(None, VISITS, FRAMES, None, registered=registered())
    assert link is not None
    assert link.kind is LinkKind.REGISTERED
    assert link.carry((10.0, 0.0, 5.0)) == pytest.approx((0.0, 10.0, 35.0))
    assert link.reversed().carry((0.0, 10.0, 35.0)) == pytest.approx((10.0, 0.0, 5.0))
    pinned = link_between(None, VISITS, FRAMES, (1.0, 0.0, 0.0), registered=registered())
    assert pinned is not None
    assert pinned.kind is LinkKind.PIN
    assert pinned.carry((10.0, 0.0, 5.0)) == (11.0, 0.0, 5.0)


def test_that_a_registration_goes_before_the_shift_of_lesions_unless_it_failed() -> None:
    both = reading({"IT1": (0, 0, 0)}, {"IT1": (5, 0, -12)})
    good = link_between(both, VISITS, FRAMES, None, registered=registered())
    failed = link_between(both, VISITS, FRAMES, None, registered=registered(Status.FAILED))
    assert good is not None
    assert failed is not None
    assert (good.kind, failed.kind) == (LinkKind.REGISTERED, LinkKind.SHIFT)
    assert link_between(None, VISITS, FRAMES, None, registered=registered(Status.FAILED)) is None


def test_that_chips_tell_good_doubtful_failed_and_under_way() -> None:
    def chip(status: Status, mm: float) -> Chip | None:
        return link_chip(link_between(None, VISITS, FRAMES, None, registered=registered(status, mm)))

    assert chip(Status.GOOD, 2.0) == Chip("linked · liver registered", f"± 2.0{SPACE}mm", Tone.MET, "liver")
    assert chip(Status.DOUBTFUL, 2.0) == Chip("linked · liver doubtful", f"± 2.0{SPACE}mm", Tone.AMBER, "doubtful")
    failed, running = link_chip(None, failed=True), link_chip(None, running=True)
    assert failed is not None
    assert running is not None
    assert (failed.tone, running.tone) == (Tone.ERROR, Tone.AMBER)
    assert "pin one place" in failed.text


@pytest.mark.parametrize(
    ("organ", "on_chest", "on_liver"),
    [
        (Organ.LUNG, Part.LUNGS, Part.ABDOMEN),
        (Organ.LYMPH_NODE, Part.TRUNK, Part.SPINE),
        (Organ.BONE, Part.TRUNK, Part.SPINE),
        (Organ.ADRENAL, Part.OTHER, Part.ABDOMEN),
        (Organ.OTHER, Part.OTHER, Part.ABDOMEN),
    ],
)
def test_that_what_a_lesion_moves_with_follows_from_its_organ_and_the_series_it_is_marked_on(
    organ: Organ, on_chest: Part, on_liver: Part
) -> None:
    outside = Lesion("ET1", Region.EXTRAHEPATIC, LesionRole.TARGET, organ, axis=Axis.LONGEST)
    assert (part_of(outside), part_of(outside, in_abdomen=True)) == (on_chest, on_liver)
    liver = Lesion("INT1", Region.INTRAHEPATIC, LesionRole.NONTARGET, Organ.PORTAL_VEIN, axis=Axis.VIABLE_LONGEST)
    assert part_of(liver) is Part.LIVER


def test_that_the_chip_names_the_part_its_figure_holds_for_and_claims_none_elsewhere() -> None:
    def chip(part: Part, elsewhere: bool) -> Chip | None:
        found = replace(registered(), part=part, elsewhere=elsewhere)
        return link_chip(link_between(None, VISITS, FRAMES, None, part, found))

    mm, both = f"± 2.0{SPACE}mm", "mediastinum and spine"
    assert chip(Part.LUNGS, False) == Chip("linked · lungs registered", mm, Tone.MET, "lungs")
    assert chip(Part.TRUNK, False) == Chip(f"linked · {both} registered", mm, Tone.MET, "mediastinum")
    found = registered(Status.DOUBTFUL)
    of_body = replace(found.registration, quality=replace(found.registration.quality, of_body=True))
    whole = link_chip(link_between(None, VISITS, FRAMES, None, registered=replace(found, registration=of_body)))
    assert whole == Chip("linked · body doubtful", mm, Tone.AMBER, "doubtful"), "no liver was found to measure it on"
    assert chip(Part.LUNGS, True) == Chip("linked · by lungs", "± not known", Tone.AMBER, "lungs")


def test_that_the_trunk_is_registered_beside_the_lungs_where_a_lesion_needs_it() -> None:
    record = two_visits()
    tiles = [Tile("BL", "BL-CH"), Tile("FU1", "FU1-CH")]
    assert [x.key.part for x in pairs_wanted(record, tiles)] == [Part.LUNGS]
    both = pairs_wanted(record, tiles, {Part.TRUNK})
    assert [(x.key.part, x.first_uid, x.second_uid) for x in both] == [
        (Part.LUNGS, "BL-CH", "FU1-CH"),
        (Part.TRUNK, "BL-CH", "FU1-CH"),
    ]
    livers = [Tile("BL", "BL-AP"), Tile("FU1", "FU1-AP")]
    assert [x.key.part for x in pairs_wanted(record, livers, {Part.TRUNK})] == [Part.LIVER]
    assert [x.key.part for x in pairs_wanted(record, livers, {Part.SPINE})] == [Part.LIVER, Part.SPINE]
    on_mr = replace(record, series=tuple(replace(x, modality="MR") if x.uid == "FU1-AP" else x for x in record.series))
    assert [x.key.part for x in pairs_wanted(on_mr, livers, {Part.SPINE})] == [Part.LIVER]


def test_that_a_ghost_lies_where_the_lesion_is_carried_until_it_is_read() -> None:
    def carry(frame_a: str, frame_b: str, part: Part, point: Point) -> Point | None:
        known = (frame_a, frame_b, part) == ("A", "B", Part.LIVER)
        return registered().carry(point) if known else None

    open_ = reading({"IT1": (10, 0, 5), "IT2": (40, 0, 0), "ET1": (1, 2, 3)}, {"IT2": (0, 40, 30)})
    ref = replace(two_visits().series[0], frame_of_reference_uid="B")
    liver, chest = replace(ref, phase="arterial"), replace(ref, phase=None, description="Chest CT")
    ghosts = ghosts_in(open_, "FU1", liver, "B", carry)
    assert [(ghost.label, ghost.radius_mm) for ghost in ghosts] == [("IT1?", 10.0)]
    assert ghosts[0].centre == pytest.approx((0.0, 10.0, 35.0))
    assert ghosts_in(open_, "FU1", chest, "B", carry) == ()
    assert isinstance(ghosts[0], ViewPlace)

    far = ghosts_in(open_, "FU1", liver, "B", carry, lambda _a, _b, _part: "± not known")
    assert [ghost.label for ghost in far] == ["IT1? ± not known"]

    for phase, description, labels in (
        ("arterial", "CT", ["IT1?"]),
        (None, "CT", ["IT1?"]),
        (None, "Chest CT", []),
    ):
        shown = ghosts_on(open_, replace(ref, phase=phase, description=description), carry)
        assert [ghost.label for ghost in shown] == labels, (phase, description)
    assert ghosts_on(open_, replace(ref, frame_of_reference_uid=None), carry) == ()


def test_that_a_lesion_outside_the_liver_that_was_marked_on_its_series_is_expected_there() -> None:
    """An adrenal on CT of the liver: no series of the chest shows it, and the figure of the liver is not its own."""
    marked = reading({"ET1": (1, 2, 3)}, {})
    adrenal = replace(marked.read.lesions[0], organ=Organ.ADRENAL)
    record = marked.record
    lines_on = "BL-AP"
    seen = record.reads[0].timepoints[0].observations[0]
    assert isinstance(seen.finding, Measured)
    line = replace(seen.finding.evidence[0], series_uid=lines_on)
    point = TimePointRead("BL", (replace(seen, finding=replace(seen.finding, evidence=(line,))),))
    read = replace(record.reads[0], lesions=(adrenal,), timepoints=(point,))
    open_ = Reading(replace(record, reads=(read,)), "read-1", "FU1")
    asked: list[Part] = []

    def carry(_frame_a: str, _frame_b: str, part: Part, point: Point) -> Point:
        asked.append(part)
        return point

    ref = next(x for x in record.series if x.uid == "FU1-AP")
    assert [ghost.label for ghost in ghosts_on(open_, ref, carry)] == ["ET1?"]
    assert asked == [Part.ABDOMEN]
    chest = next(x for x in record.series if x.uid == "FU1-CH")
    assert ghosts_on(open_, chest, carry) == ()
