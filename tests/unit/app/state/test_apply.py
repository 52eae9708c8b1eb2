from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from app.state.apply import EditRefused, apply, replay, standing
from app.state.events import (
    BaselineConfirmed,
    CaseClosed,
    CaseOpened,
    ClinicalEventRecorded,
    ClinicalRecorded,
    CoverageRecorded,
    Entry,
    Event,
    FindingCleared,
    FindingRecorded,
    JudgementSigned,
    LesionChanged,
    LesionRemoved,
    PhaseCorrected,
    ProtocolChosen,
    ReadStarted,
    Reverted,
    SeriesImported,
    SeriesMoved,
    TreatmentRecorded,
    TreatmentRemoved,
    VisitAmended,
    VisitJustified,
    VisitProposed,
    VisitSigned,
)
from app.state.record import DatedEvent, DatedTreatment, Judgement, Patient, Record
from mrecist.case import Benefit, ClinicalStatus, EventKind, Examination, Signature, TreatmentKind
from mrecist.lesions import Absent, Features, Merged, Nonviable, Observation, Present, UnequivocalProgression
from mrecist.values import LesionRole, Region
from tests.support.cases import (
    BASELINE_DATE,
    FOLLOW_UP_DATE,
    OPENING,
    READ,
    READER,
    added,
    found,
    lesion,
    log_of,
    measured,
    record_of,
    series_ref,
)

IT1, IT2 = added("IT1", "BL", measured("30")), added("IT2", "BL", measured("20"))
ET1 = added("ET1", "BL", measured("18"), region=Region.EXTRAHEPATIC)
INT1 = added("INT1", "BL", Present(), role=LesionRole.NONTARGET)
SIGNED_BL = VisitSigned("BL", READER, "0" * 64, "mrecist-literal", (("overall", "SD"),))


def kept(rule: str, why: str) -> FindingRecorded:
    return FindingRecorded("BL", Observation("IT1", measured("8"), Features(overrides=((rule, why),))))


SIGNED_FU1 = replace(SIGNED_BL, visit_id="FU1")


def signed(field: str, value: str | bool, on: date = BASELINE_DATE) -> JudgementSigned:
    return JudgementSigned(Judgement("BL", field, value, Signature("Dr J. Lee", on, "seen in clinic")))


def test_that_a_case_holds_what_its_log_tells() -> None:
    record = record_of(IT1, found("IT1", "FU1", measured("28.1", "1.2")))
    assert record.patient.id == "P-1"
    assert record.protocol == "cotsom"
    assert [(v.id, v.on, v.series) for v in record.visits] == [
        ("BL", BASELINE_DATE, ("1.1",)),
        ("FU1", FOLLOW_UP_DATE, ("1.2",)),
    ]
    read = record.case.reads[0]
    assert read.reader == READER
    seen = [read.observation(visit, "IT1") for visit in ("BL", "FU1")]
    assert [o.finding if o else None for o in seen] == [measured("30"), measured("28.1", "1.2")]


def test_that_an_edit_leaves_the_record_before_it_untouched() -> None:
    before = record_of(IT1)
    after = apply(before, Entry(9, "", READER, READ, found("IT1", "BL", measured("31"))))
    assert before == record_of(IT1)
    assert after != before


def test_that_a_finding_replaces_the_one_before() -> None:
    read = record_of(IT1, found("IT1", "BL", measured("31")), found("IT1", "BL", Nonviable())).reads[0]
    assert [o.finding for o in read.timepoints[0].observations] == [Nonviable()]


REFUSED: dict[str, tuple[tuple[Event, ...], Event, str]] = {
    "unknown lesion": ((), found("IT9", "BL", measured("10")), "no lesion IT9"),
    "unknown lesion changed": ((), LesionChanged("IT9", lesion("IT9")), "no lesion IT9"),
    "unknown lesion removed": ((), LesionRemoved("IT9"), "no lesion IT9"),
    "unknown lesion cleared": ((), FindingCleared("BL", "IT9"), "no lesion IT9"),
    "nothing to clear": ((IT1,), FindingCleared("FU1", "IT1"), "Nothing is recorded"),
    "name taken": ((IT1,), added("IT1", "FU1", measured("10")), "IT1 already"),
    "name taken by renaming": ((IT1, IT2), LesionChanged("IT2", lesion("IT1")), "IT1 already"),
    "no name": ((), added(" ", "BL", measured("10")), "needs a name"),
    "finding of another lesion": (
        (),
        replace(IT1, observation=IT2.observation),
        "speaks of IT2, not of IT1",
    ),
    "change of region": (
        (IT1,),
        LesionChanged("IT1", lesion("IT1", region=Region.EXTRAHEPATIC)),
        "cannot change region",
    ),
    "unknown visit": ((IT1,), found("IT1", "FU9", measured("10")), "no time point FU9"),
    "unknown visit of clinical data": ((), ClinicalRecorded("FU9", ClinicalStatus()), "no time point FU9"),
    "unknown visit of coverage": ((), CoverageRecorded("FU9", ()), "no time point FU9"),
    "unknown visit as baseline": ((), BaselineConfirmed("FU9", BASELINE_DATE), "no time point FU9"),
    "unknown series": ((), PhaseCorrected("9.9", "arterial"), "no series 9.9"),
    "unknown series in a visit": ((), VisitProposed("FU2", (FOLLOW_UP_DATE,), ("9.9",)), "no series 9.9"),
    "series of another visit": ((), VisitProposed("FU2", (FOLLOW_UP_DATE,), ("1.1",)), "belongs to BL"),
    "series twice": ((), SeriesImported((series_ref("1.1"),)), "in the case already"),
    "series twice at once": ((), SeriesImported((series_ref("7"), series_ref("7"))), "in the case already"),
    "series of another study": (
        (),
        SeriesImported((replace(series_ref("1.1"), study_uid="9", images=99),)),
        "from another study",
    ),
    "visit without a date": ((), VisitProposed("FU2", (), ()), "needs the date"),
    "move to where it is": ((), SeriesMoved("1.1", "BL"), "in BL already"),
    "move of a visit's only series": ((), SeriesMoved("1.1", "FU1"), "only series of BL"),
    "case opened twice": ((), CaseOpened("C-2", Patient("P-2")), "C-1 is open"),
    "read started twice": ((), ReadStarted("Reader B"), "started already"),
    "closing without a reason": ((), CaseClosed(" "), "needs a reason"),
    "edit of a closed case": ((CaseClosed("wrong patient"),), IT1, "wrong patient"),
    "merging into itself": ((IT1,), found("IT1", "FU1", Merged("IT1")), "into itself"),
    "merging into an unknown lesion": ((IT1,), found("IT1", "FU1", Merged("IT9")), "no lesion IT9"),
    "merging into another region": ((IT1, ET1), found("IT1", "FU1", Merged("ET1")), "different regions"),
    "merging into a merged one": (
        (IT1, IT2, added("IT3", "BL", measured("10")), found("IT2", "FU1", Merged("IT1"))),
        found("IT3", "FU1", Merged("IT2")),
        "IT2 is itself recorded as merged",
    ),
    "merging one that others merged into": (
        (IT1, IT2, added("IT3", "BL", measured("10")), found("IT2", "FU1", Merged("IT1"))),
        found("IT1", "FU1", Merged("IT3")),
        "IT2 is recorded as merged into IT1",
    ),
    "removing one that others merged into": (
        (IT1, IT2, found("IT2", "FU1", Merged("IT1"))),
        LesionRemoved("IT1"),
        "IT2 merged into IT1 at FU1",
    ),
    "extrahepatic without viable tumour": ((ET1,), found("ET1", "FU1", Nonviable()), "present or absent"),
    "unequivocal progression of a target": ((IT1,), found("IT1", "FU1", UnequivocalProgression()), "is measured"),
    "target whose progression was judged": (
        (INT1, found("INT1", "FU1", UnequivocalProgression())),
        LesionChanged("INT1", lesion("IT1")),
        "is measured",
    ),
    "line drawn on another time point": (
        (IT1,),
        found("IT1", "FU1", measured("10", "1.1")),
        "an image of BL, not of FU1",
    ),
    "line drawn on another case": ((IT1,), found("IT1", "FU1", measured("10", "9.9")), "not of this case"),
    "finding in a signed visit": ((IT1, SIGNED_BL), found("IT1", "BL", measured("10")), "BL is signed"),
    "clearing in a signed visit": ((IT1, SIGNED_BL), FindingCleared("BL", "IT1"), "BL is signed"),
    "change of a lesion read in a signed visit": (
        (IT1, SIGNED_BL),
        LesionChanged("IT1", lesion("IT1", role=LesionRole.NONTARGET)),
        "BL is signed",
    ),
    "removal of a lesion read in a signed visit": ((IT1, SIGNED_BL), LesionRemoved("IT1"), "BL is signed"),
    "target chosen after the baseline was signed": (
        (SIGNED_BL,),
        added("IT1", "FU1", measured("9")),
        "found later is new",
    ),
    "signing twice": ((SIGNED_BL,), SIGNED_BL, "BL is signed"),
    "signing without a name": ((), replace(SIGNED_BL, by=" "), "needs a name"),
    "amending what is not signed": ((), VisitAmended("BL", READER, "why"), "not signed"),
    "amending without a reason": ((SIGNED_BL,), VisitAmended("BL", READER, ""), "needs a reason"),
    "moving a series out of a signed visit": (
        (SeriesImported((series_ref("1.3"),)), VisitProposed("BL", (BASELINE_DATE,), ("1.3",)), SIGNED_BL),
        SeriesMoved("1.3", "FU1"),
        "BL is signed",
    ),
    "moving the series a line was drawn on": (
        (
            SeriesImported((series_ref("1.3"),)),
            VisitProposed("BL", (BASELINE_DATE,), ("1.3",)),
            added("IT1", "BL", measured("10", "1.3")),
        ),
        SeriesMoved("1.3", "FU1"),
        "drawn on this series",
    ),
    "dating a signed visit anew": (
        (SIGNED_FU1,),
        VisitProposed("FU1", (date(2025, 2, 10),), ()),
        "its date stays 2025-02-17",
    ),
    "treatment that ends before it begins": (
        (),
        TreatmentRecorded(DatedTreatment("T", TreatmentKind.TACE, date(2025, 2, 1), date(2025, 1, 1))),
        "before it begins",
    ),
    "unknown treatment": ((), TreatmentRemoved("T"), "no treatment T"),
    "judgement of a fact": ((), signed("ecog", "1"), "not a matter of judgement"),
    "judgement that is no answer": ((), signed("tace_benefit", "perhaps"), "not an answer"),
    "yes or no answered in words": ((), signed("tace_planned", "yes"), "yes or no"),
    "judgement without a reason": (
        (),
        JudgementSigned(Judgement("BL", "tace_planned", True, Signature("Dr J. Lee", BASELINE_DATE, ""))),
        "a signer and a reason",
    ),
    "baseline moved after reading": ((IT1,), BaselineConfirmed("FU1", FOLLOW_UP_DATE), "findings are recorded"),
    "finding before the baseline": (
        (VisitProposed("SC1", (date(2024, 11, 1),), ()),),
        added("IT1", "SC1", measured("10")),
        "before the baseline",
    ),
    "reason against a rule of the time point": ((IT1,), kept("E-WINDOW", "why"), "does not object to a lesion"),
    "reason of blanks": ((IT1,), kept("E-SMALL", " "), "needs a reason"),
    "justification without a reason": ((), VisitJustified("BL", "E-WINDOW", " "), "needs a reason"),
    "justification of a rule about lesions": ((), VisitJustified("BL", "E-SMALL", "why"), "time point itself"),
    "justification in a signed visit": ((SIGNED_BL,), VisitJustified("BL", "E-WINDOW", "why"), "BL is signed"),
    "examination twice": (
        (),
        CoverageRecorded("BL", ((Examination.CHEST, True), (Examination.CHEST, False))),
        "listed twice",
    ),
}


@pytest.mark.parametrize(("before", "event", "why"), REFUSED.values(), ids=REFUSED)
def test_that_an_edit_that_does_not_fit_is_refused_with_its_reason(
    before: tuple[Event, ...], event: Event, why: str
) -> None:
    record = record_of(*before)
    with pytest.raises(EditRefused) as refused:
        apply(record, Entry(99, "", READER, READ, event))
    assert why in refused.value.reason


@pytest.mark.parametrize("read_id", [None, "", "read-9"])
def test_that_a_finding_needs_a_read_that_was_started(read_id: str | None) -> None:
    with pytest.raises(EditRefused, match="no read"):
        apply(record_of(), Entry(99, "", READER, read_id, IT1))


def test_that_nothing_is_edited_before_a_case_is_open() -> None:
    with pytest.raises(EditRefused, match="No case"):
        apply(None, Entry(1, "", READER, READ, IT1))
    with pytest.raises(EditRefused, match="holds no case"):
        replay([])


def test_that_a_signature_locks_its_own_read_alone() -> None:
    record = record_of(IT1, SIGNED_BL)
    record = apply(record, Entry(50, "", "Reader B", "read-2", ReadStarted("Reader B")))
    record = apply(record, Entry(51, "", "Reader B", "read-2", IT1))
    assert record.is_signed(READ, "BL") and not record.is_signed("read-2", "BL")


def test_that_a_signature_keeps_what_was_shown_and_when() -> None:
    (signature,) = record_of(IT1, SIGNED_BL).signed
    assert (signature.by, signature.shown) == (READER, (("overall", "SD"),))
    assert signature.at == "2025-03-01T09:07:00.000000+00:00"


def test_that_an_amended_time_point_takes_edits_again() -> None:
    record = record_of(IT1, SIGNED_BL, VisitAmended("BL", READER, "wrong phase"), found("IT1", "BL", measured("31")))
    assert not record.signed


def test_that_a_new_lesion_may_appear_after_the_baseline_was_signed() -> None:
    record = record_of(SIGNED_BL, added("IN1", "FU1", Present(), role=LesionRole.NEW))
    assert [x.id for x in record.reads[0].lesions] == ["IN1"]


def test_that_findings_and_mergers_follow_a_lesion_to_its_new_name() -> None:
    record = record_of(IT1, IT2, found("IT2", "FU1", Merged("IT1")), LesionChanged("IT1", lesion("IT7")))
    read = record.reads[0]
    assert [x.id for x in read.lesions] == ["IT7", "IT2"]
    assert [o.lesion_id for o in read.timepoints[0].observations] == ["IT7", "IT2"]
    assert read.timepoints[1].observations[0].finding == Merged("IT7")


def test_that_a_removed_lesion_takes_its_findings_with_it() -> None:
    read = record_of(IT1, IT2, found("IT1", "FU1", Absent()), LesionRemoved("IT1")).reads[0]
    assert [x.id for x in read.lesions] == ["IT2"]
    assert [o.lesion_id for t in read.timepoints for o in t.observations] == ["IT2"]


def test_that_a_later_baseline_moves_all_labels() -> None:
    third = VisitProposed("FU2", (date(2025, 4, 1),), ())
    record = record_of(third, BaselineConfirmed("FU1", date(2025, 2, 20)))
    assert [(v.id, v.on, v.confirmed) for v in record.visits] == [
        ("SC1", BASELINE_DATE, False),
        ("BL", FOLLOW_UP_DATE, True),
        ("FU1", date(2025, 4, 1), False),
    ]
    # 17 February is 3 days before day 0, 1 April is 40 days after it; what precedes the baseline is not assessed
    assert [(t.id, t.day) for t in record.case.timepoints] == [("BL", -3), ("FU1", 40)]


def test_that_days_count_from_the_baseline_scan_until_day_0_is_confirmed() -> None:
    assert [t.day for t in record_of().case.timepoints] == [0, 42]
    confirmed = record_of(BaselineConfirmed("BL", date(2025, 1, 10)))
    assert [t.day for t in confirmed.case.timepoints] == [-4, 38]
    assert confirmed.baseline_confirmed


def test_that_an_earlier_exam_of_a_group_dates_the_time_point() -> None:
    record = record_of(VisitProposed("FU1", (date(2025, 2, 10),), ()))
    assert record.visits[1].on == date(2025, 2, 10)
    assert record.visits[1].exam_dates == (date(2025, 2, 10), FOLLOW_UP_DATE)


def test_that_a_time_point_that_comes_to_light_later_stands_in_order_of_date() -> None:
    record = record_of(VisitProposed("BL.1", (date(2025, 1, 25),), ()))
    assert [v.id for v in record.visits] == ["BL", "BL.1", "FU1"]


def test_that_a_moved_series_takes_its_date_along() -> None:
    late = date(2025, 2, 18)
    record = record_of(
        SeriesImported((series_ref("1.3", late),)), VisitProposed("BL", (late,), ("1.3",)), SeriesMoved("1.3", "FU1")
    )
    assert [v.series for v in record.visits] == [("1.1",), ("1.2", "1.3")]
    assert [v.exam_dates for v in record.visits] == [(BASELINE_DATE,), (FOLLOW_UP_DATE, late)]


def test_that_a_corrected_phase_names_who_corrected_it() -> None:
    ref = record_of(PhaseCorrected("1.1", "portal_venous")).series_ref("1.1")
    assert ref is not None
    assert (ref.phase, ref.phase_corrected_by) == ("portal_venous", READER)


def test_that_the_newest_judgement_lies_over_the_clinical_data_as_its_own_kind() -> None:
    record = record_of(
        ClinicalRecorded("BL", ClinicalStatus(ecog=1)), signed("tace_benefit", "no"), signed("tace_benefit", "yes")
    )
    clinical = record.case.timepoints[0].clinical
    assert clinical is not None
    assert clinical.tace_benefit is Benefit.YES
    assert clinical.ecog == 1
    assert clinical.tace_planned is None


def test_that_treatments_and_events_stand_in_order_of_date_and_are_replaced_by_id() -> None:
    first = DatedTreatment("T-1", TreatmentKind.TACE, date(2025, 1, 10), dose="50 mg")
    second = DatedTreatment("T-2", TreatmentKind.SORAFENIB, date(2025, 1, 8))
    death = DatedEvent("E-1", EventKind.DEATH, date(2025, 5, 1))
    record = record_of(
        TreatmentRecorded(first),
        TreatmentRecorded(second),
        TreatmentRecorded(replace(first, dose="60 mg")),
        ClinicalEventRecorded(replace(death, on=date(2025, 6, 1))),
        ClinicalEventRecorded(death),
    )
    assert [(t.day, t.dose) for t in record.case.treatments] == [(2, ""), (4, "60 mg")]
    assert [e.day for e in record.case.events] == [115]
    assert record_of(TreatmentRecorded(first), TreatmentRemoved("T-1")).treatments == ()


def test_that_a_protocol_may_be_chosen_and_dropped() -> None:
    assert record_of(ProtocolChosen("other")).protocol == "other"
    assert record_of(ProtocolChosen(None)).protocol is None


def test_that_a_reverted_entry_is_left_out_and_a_reverted_reversal_brings_it_back() -> None:
    entries = log_of(*OPENING, IT1, IT2, Reverted(7), Reverted(8))
    assert [e.sequence for e in standing(entries[:8])] == [1, 2, 3, 4, 5, 6, 8]
    assert [e.sequence for e in standing(entries)] == [1, 2, 3, 4, 5, 6, 7, 9]

    def names(record: Record) -> list[str]:
        return [x.id for x in record.reads[0].lesions]

    assert names(replay(entries[:8])) == ["IT1"]
    assert names(replay(entries)) == ["IT1", "IT2"]
