from __future__ import annotations

from datetime import date

import pytest

from app.assessing import assess_read
from app.models.hiding import as_shown, hidden_visits, sight_of, without_decisions
from app.models.reading import Reading
from app.resources import load_ruleset
from app.state.apply import EditRefused, apply, replay
from app.state.events import (
    Entry,
    Event,
    HidingLifted,
    ReadStarted,
    SeriesImported,
    TreatmentRecorded,
    VisitAmended,
    VisitJustified,
    VisitProposed,
    VisitSigned,
)
from app.state.reading_mode import Hidden
from app.state.record import DatedTreatment, Record
from mrecist.case import TreatmentKind
from tests.support.cases import FOLLOW_UP_DATE, OPENING, added, found, log_of, measured, series_ref

SECOND, READER = "read-2", "Reader B"


def begun(*hides: Hidden) -> Record:
    """The small case with a third time point and a treatment after the second, and a read of its own begun on it."""
    third = VisitProposed("FU2", (date(2025, 4, 1),), ("1.3",))
    tace = TreatmentRecorded(DatedTreatment("T-1", TreatmentKind.TACE, date(2025, 3, 1)))
    series = SeriesImported((series_ref("1.3", date(2025, 4, 1)),))
    opening = (*OPENING[:4], series, third, *OPENING[4:])
    record = replay(log_of(*opening, tace, added("IT1", "BL", measured("30"))))
    return then(record, ReadStarted(READER, blinded=True, hides=hides))


def then(record: Record, event: Event) -> Record:
    return apply(record, Entry(90, "2025-05-01T09:00:00.000000+00:00", READER, SECOND, event))


def signed(visit_id: str) -> VisitSigned:
    return VisitSigned(visit_id, READER, "0" * 64, "mrecist-literal", ())


def test_that_a_later_time_point_is_in_sight_once_the_one_before_is_locked_and_stays_so() -> None:
    record = begun(Hidden.LATER)
    seen = sight_of(record, READER)
    assert [x.id for x in seen.shown.visits] == ["BL"]
    assert [(x.visit_id, x.until) for x in seen.waiting] == [("FU1", "BL"), ("FU2", "FU1")]
    assert [x.uid for x in seen.shown.series] == ["1.1"], "images that are hidden cannot be opened"
    assert seen.shown.treatments == ()
    record = then(then(record, added("IT1", "BL", measured("30"))), signed("BL"))
    assert [x.id for x in sight_of(record, READER).shown.visits] == ["BL", "FU1"]
    assert sight_of(record, READER).shown.treatments == (), "given after FU1"
    record = then(record, VisitAmended("BL", READER, "wrong"))
    assert [x.id for x in sight_of(record, READER).shown.visits] == ["BL", "FU1"], "what was seen stays in sight"
    for event in (signed("BL"), found("IT1", "FU1", measured("20")), signed("FU1")):
        record = then(record, event)
    seen = sight_of(record, READER)
    assert seen.shown.visits == record.visits and seen.shown.treatments == record.treatments
    assert seen.hides == () and not seen.waiting
    assert sight_of(record, "Reader A").shown is record, "another reader's mode is another's"


def test_that_a_blinded_read_knows_neither_the_treatment_nor_the_name_nor_a_decision() -> None:
    record = begun(Hidden.CLINICAL, Hidden.PATIENT)
    for rule in ("E-ENTRY", "E-WINDOW"):
        record = then(record, VisitJustified("BL", rule, f"because of {rule}"))
    shown = sight_of(record, READER).shown
    assert [visit.justified for visit in shown.visits] == [(("E-WINDOW", "because of E-WINDOW"),), (), ()]
    assert (shown.treatments, shown.labs, shown.events, shown.judgements) == ((), (), (), ())
    assert shown.patient.name == "" and shown.patient.birth_date is None and shown.patient.id == "P-1"
    record = then(then(record, added("IT1", "BL", measured("30"))), found("IT1", "FU1", measured("20")))
    assessment = assess_read(sight_of(record, READER).shown, SECOND, load_ruleset())
    point = without_decisions(assessment).timepoint("FU1")
    assert point is not None and point.tace is None and point.sorafenib is None
    assert point.intrahepatic.response.value == "PR"  # 20 of 30 mm is -33 %


def test_that_what_is_hidden_is_lifted_with_a_name_and_a_reason_and_that_stays_known() -> None:
    record = begun(Hidden.CLINICAL, Hidden.PATIENT)
    for fault in (HidingLifted(READER, (Hidden.PATIENT,), " "), HidingLifted(READER, (Hidden.LATER,), "why")):
        with pytest.raises(EditRefused):
            then(record, fault)
    record = then(record, HidingLifted(READER, (Hidden.PATIENT,), "images of another patient suspected"))
    assert sight_of(record, READER).hides == (Hidden.CLINICAL,)
    assert sight_of(record, READER).shown.patient.name == "Doe^Jane"
    (lifted,) = record.mode(SECOND).lifted
    assert (lifted.by, lifted.what, lifted.at[:10]) == (READER, (Hidden.PATIENT,), "2025-05-01")
    read = record.read(SECOND)
    assert read is not None and read.blinded


def test_that_prior_measurements_are_out_of_sight_while_a_time_point_is_read() -> None:
    record = then(begun(Hidden.PRIOR), added("IT1", "BL", measured("30")))
    record = then(record, found("IT1", "FU1", measured("20")))
    blind = Reading(record, SECOND, "FU1", blind=True)
    assert blind.finding("IT1", "BL") is None and blind.finding("IT1", "FU1") == measured("20")
    assert blind.to_do() == () and [x.id for x in blind.lesions] == ["IT1"]
    locked = Reading(then(then(record, signed("BL")), signed("FU1")), SECOND, "FU1", blind=True)
    assert locked.finding("IT1", "FU1") is None, "a time point that was read is a prior one"
    assert hidden_visits(record, SECOND, (Hidden.PRIOR,)) == ()
    assert as_shown(record, SECOND, (Hidden.PRIOR,)) is record
    assert record.visits[1].on == FOLLOW_UP_DATE
