"""What can happen to a lesion between two time points: the edits that are offered, and what follows from each."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from app.assessing import assess_read
from app.desks.signoff import checklist
from app.exports.exported import exported_reads
from app.models.course import course_of
from app.models.lesion_table import LesionTableModel
from app.models.reading import Reading
from app.models.signoff import Item
from app.reading import lesion_events as happened
from app.reading.lesion_events import Answer, Treated
from app.reading.read_text import read_text
from app.resources import load_ruleset
from app.state.apply import apply
from app.state.events import (
    Entry,
    Event,
    FindingCleared,
    FindingRecorded,
    LesionAdded,
    LesionsMerged,
    LesionSplit,
    ReadStarted,
    SeriesImported,
    TreatmentRecorded,
    VisitProposed,
    VisitSigned,
)
from app.state.reading_mode import Hidden
from app.state.record import DatedTreatment, Record
from mrecist.case import TreatmentKind
from mrecist.lesions import (
    Absent,
    Features,
    Lesion,
    Measured,
    Merged,
    Nonviable,
    NotEvaluable,
    Observation,
    Present,
    Split,
    TooSmall,
    UnequivocalProgression,
    WhyNotEvaluable,
)
from mrecist.values import (
    Certainty,
    EarlierAbsence,
    LesionKind,
    LesionRole,
    LocalTreatment,
    Organ,
    Proof,
    Region,
)
from tests.support.cases import OPENING, READ, READER, added, found, log_of, measured, record_of, series_ref

IT1, IT2 = added("IT1", "BL", measured("30")), added("IT2", "BL", measured("20"))
ET1 = added("ET1", "BL", measured("22"), region=Region.EXTRAHEPATIC, organ=Organ.LUNG)
FU2 = (
    SeriesImported((series_ref("1.3", date(2025, 3, 31)),)),
    VisitProposed("FU2", (date(2025, 3, 31),), ("1.3",)),
)
TACE = DatedTreatment("T1", TreatmentKind.TACE, date(2025, 1, 20))
RESECTION = DatedTreatment("T2", TreatmentKind.METASTASECTOMY, date(2025, 3, 3), lesions=("ET1",))
TREATMENTS = (TreatmentRecorded(TACE), TreatmentRecorded(RESECTION))


def reading(*events: Event, visit: str = "FU2") -> Reading:
    return of(record_of(*FU2, *events), visit)


def of(record: Record, visit: str = "FU2") -> Reading:
    return Reading(record, READ, visit, assess_read(record, READ, load_ruleset()))


def after(now: Reading, *edits: Event) -> Reading:
    record = now.record
    for edit in edits:
        record = apply(record, Entry(99, "", READER, READ, edit))
    return of(record, now.visit_id)


def lesion(now: Reading, name: str) -> Lesion:
    one = now.read.lesion(name)
    assert one is not None
    return one


def responses(now: Reading) -> list[str]:
    assert now.assessment is not None
    return [t.intrahepatic.response.value for t in now.assessment.timepoints]


# --- split and merge -------------------------------------------------------------------------------------------------


def test_that_fragments_are_numbered_on_and_listed_below_their_lesion_until_it_is_one_again() -> None:
    now = reading(IT1, IT2, visit="FU1")
    edit = happened.split_of(now, lesion(now, "IT1"), 2)
    assert [x.id for x in edit.fragments] == ["IT1.1", "IT1.2"]
    now = after(now, edit)
    assert [x.id for x in now.lesions] == ["IT1", "IT1.1", "IT1.2", "IT2"]
    assert now.to_do() == ("IT1.1", "IT1.2", "IT2")
    assert now.counted_mm(lesion(now, "IT1"), "FU1") is None
    now = after(now, found("IT1.1", "FU1", measured("12")), found("IT1.2", "FU1", TooSmall()))
    assert now.counted_mm(lesion(now, "IT1"), "FU1") == 17, "12 mm, and 5 mm for what is too small"
    assert [x.id for x in happened.split_of(now, lesion(now, "IT1"), 1).fragments] == ["IT1.3"]
    one_again = after(now, found("IT1", "FU1", measured("25")))
    assert [x.id for x in one_again.lesions] == ["IT1", "IT2"]
    assert one_again.to_do() == ("IT2",)


def test_that_targets_of_the_region_that_are_measured_apart_can_have_fused() -> None:
    now = reading(IT1, IT2, ET1, added("INT1", "BL", measured("9"), role=LesionRole.NONTARGET))
    assert [x.id for x in happened.mergeable(now, lesion(now, "IT1"))] == ["IT2"]
    assert happened.mergeable(now, lesion(now, "INT1")) == ()
    merged = after(now, found("IT1", "FU2", measured("42")), LesionsMerged("FU2", "IT1", ("IT2",)))
    assert happened.mergeable(merged, lesion(merged, "IT1")) == ()
    assert happened.mergeable(merged, lesion(merged, "IT2")) == ()
    assert responses(merged) == ["SD"], "42 mm of 50 mm is -16 %"


@pytest.mark.parametrize(
    ("before", "name", "word", "still"),
    [
        ((LesionSplit("FU1", "IT1", ()),), "IT1", "Still split", Split()),
        ((LesionsMerged("FU1", "IT1", ("IT2",)),), "IT2", "Still merged", Merged("IT1")),
        (
            (
                FindingRecorded(
                    "FU1", Observation("IT1", NotEvaluable(), Features(treated_since=LocalTreatment.RESECTION))
                ),
            ),
            "IT1",
            "Not evaluable",
            NotEvaluable(WhyNotEvaluable.TREATED),
        ),
    ],
    ids=["split", "merged", "resected"],
)
def test_that_what_was_so_is_asked_and_never_carried_over_by_itself(
    before: tuple[Event, ...], name: str, word: str, still: object
) -> None:
    first = reading(IT1, IT2, visit="FU1")
    before = tuple(
        happened.split_of(first, lesion(first, "IT1"), 2) if isinstance(e, LesionSplit) else e for e in before
    )
    now = reading(IT1, IT2, *before)
    assert now.finding(name, "FU2") is None and name in now.to_do()
    asked = happened.lasting(now, lesion(now, name))
    assert asked is not None and asked.word == word
    then = after(now, asked.still)
    assert then.finding(name, "FU2") == still
    assert happened.lasting(then, lesion(then, name)) is None
    assert happened.lasting(first, lesion(first, name)) is None


# --- treated since ---------------------------------------------------------------------------------------------------


def test_that_the_patients_treatments_in_between_are_offered_and_linked() -> None:
    now = reading(IT1, ET1, *TREATMENTS, found("IT1", "FU2", measured("15")), found("ET1", "FU2", Absent()))
    kinds = [Treated(kind) for kind in LocalTreatment]
    assert list(happened.treatments_since(now, lesion(now, "ET1"))) == [
        Treated(LocalTreatment.RESECTION, RESECTION),
        *kinds,
    ]
    assert list(happened.treatments_since(now, lesion(now, "IT1"))) == kinds, "TACE was before FU1; the other is of ET1"
    later = DatedTreatment("T3", TreatmentKind.TACE, date(2025, 3, 10))
    both = reading(IT1, ET1, TreatmentRecorded(later), TreatmentRecorded(replace(RESECTION, lesions=())))
    assert [happened.treatments_since(both, lesion(both, name))[0].treatment for name in ("IT1", "ET1")] == [
        later,
        replace(RESECTION, lesions=()),
    ], "TACE is of the liver, a metastasis lies outside it"
    edit = happened.treated_edit(now, lesion(now, "ET1"), Treated(LocalTreatment.RESECTION, RESECTION))
    assert edit is not None
    then = after(now, edit)
    seen = then.read.observation("FU2", "ET1")
    assert seen is not None and seen.finding == NotEvaluable(WhyNotEvaluable.TREATED)
    assert (seen.features.treated_since, seen.features.treatment_id) == (LocalTreatment.RESECTION, "T2")
    assert happened.treatment_of(then, lesion(then, "ET1")) == Treated(LocalTreatment.RESECTION, RESECTION)
    assert then.response is not None and then.response.extrahepatic.response == "NE", "never gone, so no CR"
    taken_back = happened.treated_edit(then, lesion(then, "ET1"), None)
    assert taken_back == FindingCleared("FU2", "ET1"), "to do again"


def test_that_in_the_liver_the_finding_stays_and_nothing_is_noted_beside_none() -> None:
    now = reading(IT1, visit="FU1")
    tace = Treated(LocalTreatment.TACE)
    assert happened.treated_edit(now, lesion(now, "IT1"), tace) is None
    then = after(now, found("IT1", "FU1", measured("15")))
    edit = happened.treated_edit(then, lesion(then, "IT1"), tace)
    assert isinstance(edit, FindingRecorded) and edit.observation.finding == measured("15")
    assert responses(after(then, edit)) == ["PR"]
    resected = happened.treated_edit(now, lesion(now, "IT1"), Treated(LocalTreatment.RESECTION))
    assert resected is not None and responses(after(now, resected)) == ["NE"]


def test_that_a_read_without_clinical_data_is_offered_the_kinds_alone() -> None:
    opening = (*OPENING[:-1], ReadStarted(READER, hides=(Hidden.CLINICAL,)))
    from app.state.apply import replay

    now = of(replay(log_of(*opening, *FU2, ET1, *TREATMENTS)))
    assert [x.treatment for x in happened.treatments_since(now, lesion(now, "ET1"))] == [None] * 4


# --- seen again ------------------------------------------------------------------------------------------------------

BACK = (IT1, found("IT1", "FU1", Nonviable()), found("IT1", "FU2", measured("5.5")))


@pytest.mark.parametrize(
    ("answer", "expected", "flagged", "told"),
    [
        (Answer.GONE, ["CR", "PD"], False, "Intrahepatic: FU1 CR, FU2 PD"),
        (Answer.THERE, ["PR", "PR"], False, "Intrahepatic: FU1 CR → PR, FU2 PD → PR"),
        (Answer.UNCLEAR, ["NE", "PR"], False, "Intrahepatic: FU1 CR → NE, FU2 PD → PR"),
        (Answer.LOOK, ["CR", "PD"], True, "Intrahepatic: FU1 CR, FU2 PD"),
    ],
)
def test_that_each_answer_has_the_consequence_that_was_told(
    answer: Answer, expected: list[str], flagged: bool, told: str
) -> None:
    """30 mm, gone, 5.5 mm: PD after CR. Had it been there (5 mm), 5.5 mm is +10 %, and -82 % of 30 mm: PR."""
    now = reading(*BACK)
    one = lesion(now, "IT1")
    assert happened.gone_at(now, one) == ("FU1",)
    open_points = [line.detail for line in checklist(now) if line.item is Item.QUESTIONS]
    assert open_points == ["IT1 1 question"], "it is an open point on signing"
    then = after(now, *happened.answer_edits(now, one, answer))
    assert responses(then) == expected
    assert happened.consequence(now, one, then.assessment) == told
    assert then.response is not None and ("CONFIRM_PRIOR_CR" in then.response.flags) is flagged
    assert not [i for i in then.response.issues if i.rule == "E-ABSENCE-MISTAKEN"]


def test_that_a_lesion_gone_twice_is_corrected_twice_and_a_signed_time_point_is_named() -> None:
    third = (
        SeriesImported((series_ref("1.4", date(2025, 5, 12)),)),
        VisitProposed("FU3", (date(2025, 5, 12),), ("1.4",)),
    )
    events = (*FU2, *third, IT1, found("IT1", "FU1", Absent()), found("IT1", "FU2", Absent()))
    now = of(record_of(*events, found("IT1", "FU3", measured("9"))), "FU3")
    one = lesion(now, "IT1")
    assert happened.gone_at(now, one) == ("FU1", "FU2")
    edits = happened.answer_edits(now, one, Answer.THERE)
    assert [(e.visit_id, e.observation.finding) for e in edits] == [
        ("FU1", TooSmall()),
        ("FU2", TooSmall()),
        ("FU3", measured("9")),
    ]
    signed = record_of(
        *events, VisitSigned("FU1", READER, "0" * 64, "mrecist-literal", ()), found("IT1", "FU3", Present())
    )
    assert happened.signed_among(of(signed, "FU3"), ("FU1", "FU2")) == ("FU1",)


def test_that_a_mistaken_absence_is_asked_for_until_it_is_corrected() -> None:
    now = reading(*BACK)
    (_, answered) = happened.answer_edits(now, lesion(now, "IT1"), Answer.THERE)
    then = after(now, answered)
    assert happened.answer_given(then, lesion(then, "IT1")) is EarlierAbsence.MISTAKEN
    assert then.response is not None and "E-ABSENCE-MISTAKEN" in {i.rule for i in then.response.issues}


@pytest.mark.parametrize("finding", [Absent(), NotEvaluable(), Merged(None), measured("0")])
def test_that_nothing_is_asked_of_a_lesion_that_is_not_there(
    finding: Measured | Absent | NotEvaluable | Merged,
) -> None:
    now = reading(IT1, found("IT1", "FU1", Absent()), found("IT1", "FU2", finding))
    assert happened.gone_at(now, lesion(now, "IT1")) == ()


# --- new lesions -----------------------------------------------------------------------------------------------------

IN1 = Lesion("IN1", Region.INTRAHEPATIC, LesionRole.NEW, Organ.LIVER)
EN1 = Lesion("EN1", Region.EXTRAHEPATIC, LesionRole.NEW, Organ.PLEURA, LesionKind.EFFUSION)
IN2 = Lesion("IN2", Region.INTRAHEPATIC, LesionRole.NEW, Organ.PORTAL_VEIN, LesionKind.TUMOUR_THROMBUS)
KEPT = (IT1, found("IT1", "FU1", measured("30")), found("IT1", "FU2", measured("30")))


@pytest.mark.parametrize(
    ("new", "first", "now", "says", "dated"),
    [
        (IN1, Features(), Features(proof=Proof.POSITIVE), "It counts: intrahepatic PD", "FU1"),
        (IN1, Features(), Features(proof=Proof.NEGATIVE), "It does not count", None),
        (IN1, Features(), Features(), "Confirmed later, it dates progression back to FU1", None),
        (EN1, Features(certainty=Certainty.UNEQUIVOCAL), Features(cytology=Proof.POSITIVE), "It counts", "FU1"),
        (EN1, Features(), Features(certainty=Certainty.UNEQUIVOCAL), "It does not count", None),
        (IN2, Features(certainty=Certainty.EQUIVOCAL), Features(certainty=Certainty.UNEQUIVOCAL), "It counts", "FU1"),
        (IN2, Features(certainty=Certainty.EQUIVOCAL), Features(certainty=Certainty.REFUTED), "refuted since", None),
    ],
    ids=["histology", "benign", "open", "cytology", "effusion in doubt", "thrombus", "bland thrombus"],
)
def test_that_what_a_new_lesion_means_is_told_with_the_date_of_progression(
    new: Lesion, first: Features, now: Features, says: str, dated: str | None
) -> None:
    finding = measured("8") if new is IN1 else Present()
    then = reading(
        *KEPT,
        LesionAdded(new, "FU1", Observation(new.id, finding, first)),
        FindingRecorded("FU2", Observation(new.id, finding, replace(now, settled_on=date(2025, 3, 31)))),
    )
    meaning = happened.new_lesion_meaning(then, new)
    assert says in meaning
    assert ("dated back to FU1" in meaning) is (dated is not None)
    assert then.assessment is not None
    assert set(then.assessment.adjudicated.values()) <= {dated, None}
    settled = now.proof is Proof.NEGATIVE or now.certainty is Certainty.REFUTED
    assert ("Confirmed later" in meaning) is (dated is None and not settled)


@pytest.mark.parametrize(
    ("mm", "pattern", "told"),
    [("14", None, ""), ("14", False, "It does not count"), ("14", True, "It counts"), ("9", None, "It does not count")],
)
def test_that_nothing_is_told_of_a_nodules_pattern_before_the_reader_has_answered(
    mm: str, pattern: bool | None, told: str
) -> None:
    seen = Observation("IN1", measured(mm), Features(typical_vascular_pattern=pattern))
    then = reading(*KEPT, LesionAdded(IN1, "FU2", seen))
    meaning = happened.new_lesion_meaning(then, IN1)
    assert (told in meaning) if told else (meaning == "")
    assert "not typical" not in meaning


def test_that_unequivocal_progression_of_a_treated_nontarget_is_not_overwritten() -> None:
    bone = added("ENT1", "BL", Present(), region=Region.EXTRAHEPATIC, organ=Organ.BONE, role=LesionRole.NONTARGET)
    now = reading(bone, found("ENT1", "FU2", UnequivocalProgression()))
    edit = happened.treated_edit(now, lesion(now, "ENT1"), Treated(LocalTreatment.RADIATION))
    assert isinstance(edit, FindingRecorded) and edit.observation.finding == UnequivocalProgression()


def test_that_a_lesion_that_was_measured_with_another_has_no_change_of_its_own() -> None:
    """Its 20 mm did not shrink by 100 %: they are in the other's diameter, which alone makes a sum."""
    merged = found("IT2", "FU1", Merged("IT1"))
    for later, total in (((merged,), "\u2014"), ((found("IT1", "FU1", measured("41")), merged), "41.0")):
        record = record_of(IT1, IT2, *later)
        model = LesionTableModel()
        model.set_reading(Reading(record, READ, "FU1", assess_read(record, READ, load_ruleset())))
        rows = [[model.index(row, at).data() for at in range(model.columnCount())] for row in range(model.rowCount())]
        table = {row[0]: row[-3:] for row in rows}
        assert table["IT2"] == ["merged", "\u2014", "\u2014"], "at FU1, against the baseline, against the nadir"
        assert table["Sum"][0] == total
        course = course_of(record, READ, load_ruleset(), assess_read(record, READ, load_ruleset()))
        assert [point.mm for point in course.lesions[1].points] == [20, None], "nor does its curve fall to nothing"


def test_that_the_course_and_the_read_as_text_tell_what_happened_with_fragments_below_their_lesion() -> None:
    first = reading(IT1, IT2, visit="FU1")
    split = happened.split_of(first, lesion(first, "IT1"), 2)
    treated = Features(treated_since=LocalTreatment.TACE)
    record = record_of(
        *FU2,
        IT1,
        IT2,
        split,
        found("IT1.1", "FU1", measured("12")),
        FindingRecorded("FU1", Observation("IT2", measured("9"), treated)),
        found("IT1", "FU2", Split()),
        LesionsMerged("FU2", "IT1.1", ("IT1.2",)),
    )
    told = [
        event.text
        for event in course_of(record, READ, load_ruleset(), assess_read(record, READ, load_ruleset())).events
    ]
    assert told == [
        "Baseline: 2 targets, 0 non-targets",
        "IT1 split: IT1.1, IT1.2",
        "IT2: TACE since",
        "IT1.2 merged with IT1.1",
    ]
    (one,) = exported_reads(record, "0" * 64, load_ruleset())
    rows = [line.split()[0] for line in read_text(one, "FU1").splitlines() if line.startswith("  IT")]
    assert rows == ["IT1", "IT1.1", "IT2"]
