from __future__ import annotations

import json
from dataclasses import fields
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.state.apply import replay
from app.state.codec import EVENT_TYPES, UndecodableEvent, decode, encode
from app.state.events import (
    ClinicalRecorded,
    Entry,
    Event,
    FindingRecorded,
    JudgementSigned,
    LesionAdded,
    TreatmentRemoved,
)
from app.state.figures import FigureKind
from app.state.reading_mode import Hidden
from app.state.record import Judgement
from mrecist.case import RULES_OF_LESION, Benefit, ClinicalStatus, Marker, Signature
from mrecist.lesions import Features, Merged, NotEvaluable, Observation, WhyNotEvaluable
from mrecist.values import Diameter, Segment
from tests.support.cases import added, measured
from tests.support.event_strategies import any_of

RECORDED = Path(__file__).parents[3] / "support" / "log_version_1.jsonl"


@pytest.mark.parametrize("cls", get_args(Event), ids=lambda cls: cls.kind)
@settings(max_examples=30, deadline=None)
@given(data=st.data())
def test_that_every_event_comes_back_from_its_text_as_it_was(cls: type[Event], data: st.DataObject) -> None:
    event = data.draw(any_of(cls))
    text = encode(event)
    assert decode(event.kind, event.version, text) == event
    assert encode(decode(event.kind, event.version, text)) == text


@pytest.mark.parametrize("cls", get_args(Event), ids=lambda cls: cls.kind)
@settings(max_examples=30, deadline=None)
@given(data=st.data())
def test_that_every_field_is_written_even_when_it_has_its_default(cls: type[Event], data: st.DataObject) -> None:
    assert set(json.loads(encode(data.draw(any_of(cls))))) == {f.name for f in fields(cls)}


def test_that_kinds_are_unique() -> None:
    assert len(EVENT_TYPES) == len(get_args(Event))


def test_that_a_diameter_is_written_in_whole_tenths_and_a_finding_carries_its_type() -> None:
    plain = json.loads(encode(added("IT1", "BL", measured("12.35", "1.1"))))
    assert plain["observation"]["finding"]["diameter"] == 124
    assert plain["observation"]["finding"]["type"] == "measured"


def test_that_text_is_canonical() -> None:
    event = JudgementSigned(Judgement("BL", "tace_planned", True, Signature("이 선생", date(2025, 3, 1), "why")))
    assert encode(event) == (
        '{"judgement":{"field":"tace_planned","signature":{"by":"이 선생","on":"2025-03-01","reason":"why"},'
        '"value":true,"visit_id":"BL"}}'
    )


def test_that_numbers_are_kept_exactly() -> None:
    status = ClinicalStatus(
        bilirubin_mg_dl=Fraction(1, 3), afp_ng_ml=Marker(Fraction("35000.1"), True), tace_benefit=Benefit.NO
    )
    text = encode(ClinicalRecorded("BL", status))
    assert '"bilirubin_mg_dl":"1/3"' in text
    assert '"value":"350001/10"' in text
    assert decode("clinical_recorded", 2, text) == ClinicalRecorded("BL", status)


@pytest.mark.parametrize(
    "payload",
    ['{"treatment_id":1}', '{"treatment_id":"a","more":1}', "{}", "[]", "null", "not JSON"],
    ids=["wrong type", "unknown field", "missing field", "a list", "null", "no JSON"],
)
def test_that_a_payload_that_does_not_fit_is_refused(payload: str) -> None:
    with pytest.raises(UndecodableEvent, match="treatment_removed"):
        decode("treatment_removed", 1, payload)


def test_that_a_refusal_tells_nothing_of_the_payload() -> None:
    with pytest.raises(UndecodableEvent) as refused:
        decode("treatment_removed", 1, '{"treatment_id":"a","Doe^Jane":1}')
    assert "Doe" not in str(refused.value)


@pytest.mark.parametrize(("kind", "version"), [("teleported", 1), ("treatment_removed", 2)])
def test_that_an_edit_of_a_newer_program_is_not_guessed_at(kind: str, version: int) -> None:
    with pytest.raises(UndecodableEvent, match="newer Hepatrace"):
        decode(kind, version, '{"treatment_id":"a"}')


def test_that_an_older_version_is_brought_up_to_date_step_by_step() -> None:
    upcasts = {
        ("treatment_removed", -1): lambda plain: {"name": plain["n"]},
        ("treatment_removed", 0): lambda plain: {"treatment_id": plain["name"]},
    }
    assert decode("treatment_removed", -1, '{"n":"T-1"}', upcasts) == TreatmentRemoved("T-1")


def test_that_a_reason_recorded_before_reasons_had_rules_speaks_for_all_of_them() -> None:
    event = FindingRecorded("BL", Observation("IT1", measured("8"), Features(override="seen in all phases")))
    plain = json.loads(encode(event))
    assert plain["observation"]["features"].pop("overrides") == []
    old = decode("finding_recorded", 3, json.dumps(plain))
    assert old == event and isinstance(old, FindingRecorded)
    assert {old.observation.features.justification(rule) for rule in RULES_OF_LESION} == {"seen in all phases"}
    plain["lesion"] = json.loads(encode(added("IT1", "BL", measured("8"))))["lesion"]
    then = decode("lesion_added", 3, json.dumps(plain))
    assert isinstance(then, LesionAdded) and then.observation == event.observation


def test_that_a_log_recorded_with_version_1_still_gives_the_same_record() -> None:
    rows = [json.loads(line) for line in RECORDED.read_text(encoding="utf-8").splitlines()]
    assert {row["kind"] for row in rows} == set(EVENT_TYPES), "the recorded log holds every kind of edit"
    entries = [
        Entry(r["sequence"], r["at"], r["author"], r["read_id"], decode(r["kind"], r["version"], r["payload"]))
        for r in rows
    ]
    record = replay(entries)
    # hand-worked from the file
    assert record.case_id == "C-1"
    assert record.patient.birth_date == date(1960, 5, 4)
    assert [(v.id, v.on.isoformat()) for v in record.visits] == [("BL", "2025-01-06"), ("FU1", "2025-02-17")]
    assert [t.day for t in record.case.timepoints] == [-4, 38]
    assert [t.overrides for t in record.case.timepoints] == [(("E-WINDOW", "the scanner was down"),), ()]
    read = record.read("read-1")
    assert read is not None
    assert [x.id for x in read.lesions] == ["IT1", "IT2", "ET1"]
    at_baseline = read.observation("BL", "IT1")
    assert at_baseline is not None and at_baseline.finding == measured("42.5", "1.1")
    assert [o.finding for o in read.timepoints[1].observations] == [
        measured("30.1", "1.2"),
        Merged("IT1"),
        NotEvaluable(WhyNotEvaluable.ARTEFACT, "motion"),
    ]
    (proposed,) = record.proposals
    assert proposed.declined and (proposed.read_id, proposed.proposal.label) == ("read-1", "Lesion 1")
    assert proposed.proposal.diameter == Diameter(313) and proposed.proposal.segment is Segment.VIII
    clinical = record.case.timepoints[1].clinical
    assert clinical is not None
    assert (clinical.bilirubin_mg_dl, clinical.tace_benefit) == (Fraction("1.2"), Benefit.YES)
    assert [(t.day, t.dose) for t in record.case.treatments] == [(0, "50 mg"), (2, "0.3 mg/kg/d"), (22, "")]
    assert record.treatments[0].cycles == () and record.treatments[1].dose_changes[0].dose == "0.2 mg/kg/d"
    assert (record.treatments[2].dose_gy, record.treatments[2].fractions) == (Fraction(60), 25)
    assert [(x.id, x.on.isoformat()) for x in record.labs] == [("L-1", "2010-09"), ("L-3", "2025-02-20")]
    assert [(x.criterion, x.eligible) for x in record.criteria] == [("HIV infection", True)]
    # enrolled five days before day 0; of the randomisation only the month is known, so there is no day to count from
    assert (record.case.arm, record.case.enrolled_day, record.case.randomised_day) == ("A", -5, None)
    assert not record.signed
    (undone,) = record.amendments("read-1", "BL")
    assert (undone.signed.by, undone.signed.meaning, undone.signed.left_open) == ("Reader A", None, ())
    assert record.hides("read-1") == () and record.hides("read-2") == (Hidden.LATER,)
    assert record.mode("read-2").lifted[0].reason == "wrong patient suspected"
    assert [(f.id, f.kind, f.points[1], f.note) for f in record.figures_of("read-1", "FU1")] == [
        ("F-1", FigureKind.LENGTH, (11.5, 2.0, -3.25), ""),
        ("F-2", FigureKind.ARROW, (4.0, 5.0, 3.0), "혈관"),
    ]
    assert [pin.offset_mm for pin in record.pins] == [(10.5, 0.0, -6.5)]
    assert record.closed_because == "opened in error"
    added_first = entries[6].event
    assert isinstance(added_first, LesionAdded) and added_first.observation.finding == measured("42.5", "1.1")
    assert Diameter(425) == Diameter.from_mm("42.5")
