from __future__ import annotations

import pytest

from app.assessing import assess_read
from app.desks.measuring import recorded_text, told_of
from app.models.reading import Reading
from app.resources import load_ruleset
from app.state.events import FindingRecorded
from app.words import SPACE
from mrecist.lesions import Features, Finding, Measured, NotEvaluable, Observation, Present, WhyNotEvaluable
from mrecist.values import Diameter, Region
from tests.support.cases import READ, added, measured, record_of
from tests.support.records import line


@pytest.mark.parametrize(
    ("finding", "was", "said"),
    [
        (Measured(Diameter(268)), Measured(Diameter(281)), "IT1 at FU2: 26.8_mm recorded (was 28.1_mm)"),
        (Measured(Diameter(268), Diameter(402)), None, "IT1 at FU2: 26.8_mm, whole 40.2_mm recorded"),
        (
            Measured(Diameter(268), evidence=(line(26.8),)),
            Measured(Diameter(268)),
            "IT1 at FU2: line moved, still 26.8_mm",
        ),
        (NotEvaluable(), Measured(Diameter(268)), "IT1 at FU2: not evaluable recorded (was 26.8_mm)"),
    ],
    ids=[
        "with the old value",
        "with the whole diameter",
        "a line moved by less than is written",
        "not evaluable, no reason stated",
    ],
)
def test_that_the_reader_is_told_what_was_recorded_and_what_it_was(
    finding: Finding, was: Finding | None, said: str
) -> None:
    assert recorded_text("IT1", "FU2", finding, was, Region.INTRAHEPATIC) == said.replace("_", SPACE)


def test_that_the_reason_for_not_evaluable_is_said() -> None:
    told = recorded_text("IT1", "FU2", NotEvaluable(WhyNotEvaluable.ARTEFACT), None, Region.INTRAHEPATIC)
    assert told.startswith("IT1 at FU2: not evaluable (")
    assert "artefact" in told


def test_that_a_non_target_is_called_as_in_the_lesion_table() -> None:
    sized = Present(Diameter(180))
    in_liver, outside = (recorded_text("INT1", "FU1", Present(), sized, region) for region in Region)
    assert in_liver.replace(SPACE, "_") == "INT1 at FU1: viable recorded (was viable, 18.0_mm)"
    assert outside.replace(SPACE, "_") == "INT1 at FU1: present recorded (was present, 18.0_mm)"


def test_that_a_reason_that_was_given_for_another_value_is_said_to_be_asked_again() -> None:
    kept = Observation("IT1", measured("9"), Features(overrides=(("E-SMALL", "seen twice"), ("E-WHOLE", "w"))))
    now = Observation("IT1", measured("6"))
    for seen, again in ((now, " E-SMALL asked again: the reason was given for 9.0_mm."), (kept, "")):
        record = record_of(added("IT1", "BL", measured("30")), FindingRecorded("BL", seen))
        reading = Reading(record, READ, "BL", assess_read(record, READ, load_ruleset()))
        said = f"IT1 at BL: {'6.0_mm recorded (was 9.0_mm).' if again else '9.0_mm recorded'}"
        assert told_of(reading, seen, "BL", kept) == f"{said}{again}".replace("_", SPACE)
