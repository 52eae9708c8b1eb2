"""Dates of reduced precision: kept, ordered and written as what they are."""

from __future__ import annotations

import copy
import pickle
from datetime import date, timedelta

import pytest

from app import words
from app.state.codec import decode, encode
from app.state.dates import PartialDate, Precision, last_day, precision_of, read_date, slack_days
from app.state.events import ClinicalEventRecorded, TreatmentRecorded, VisitProposed
from app.state.record import DatedEvent, DatedTreatment
from app.state.refusal import EditRefused
from mrecist.case import EventKind, TreatmentKind
from tests.support.cases import record_of


@pytest.mark.parametrize(
    ("text", "precision", "last", "slack"),
    [
        ("2012-02-10", Precision.DAY, date(2012, 2, 10), 0),
        ("2012-02", Precision.MONTH, date(2012, 2, 29), 28),
        ("2013-02", Precision.MONTH, date(2013, 2, 28), 27),
        ("2012", Precision.YEAR, date(2012, 12, 31), 365),
        ("2010-08/2010-09", Precision.MONTHS, date(2010, 9, 30), 60),
    ],
)
def test_that_a_date_says_how_well_it_is_known(text: str, precision: Precision, last: date, slack: int) -> None:
    on = read_date(text)
    assert (on.isoformat(), str(on), words.iso(on)) == (text, text, text)
    assert (precision_of(on), last_day(on), slack_days(on)) == (precision, last, slack)
    for again in (copy.deepcopy(on), pickle.loads(pickle.dumps(on))):
        assert again == on and hash(again) == hash(on) and precision_of(again) is precision


@pytest.mark.parametrize(
    "text", ["", "12", "2012-13", "2012-2", "2012-02-30", "February 2012", "2012-02/2012-02", "2012-02/2012-13"]
)
def test_that_what_is_no_date_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        read_date(text)


def test_that_a_month_stands_in_order_as_its_first_day_and_equals_none() -> None:
    month = read_date("2012-02")
    assert month != date(2012, 2, 1) and date(2012, 2, 1) != month and month != read_date("2012")
    assert sorted([date(2012, 2, 2), month, date(2012, 1, 31)]) == [date(2012, 1, 31), month, date(2012, 2, 2)]
    assert (date(2012, 3, 1) - month).days == 29
    later = month + timedelta(days=2)
    assert type(later) is date and later == date(2012, 2, 3)


def test_that_a_month_is_never_shown_as_a_day() -> None:
    assert words.month_day(PartialDate(2012, 2)) == "2012-02"
    assert words.window(PartialDate(2012, 2), date(2012, 3, 1)) == "2012-02 – 03-01"


def test_that_the_log_keeps_the_precision() -> None:
    for event in (
        TreatmentRecorded(DatedTreatment("H", TreatmentKind.HAIC, PartialDate(2010, 9), PartialDate(2011))),
        ClinicalEventRecorded(DatedEvent("E", EventKind.LAST_CONTACT, PartialDate(2021, 8))),
        VisitProposed("FU1", (PartialDate(2012, 2),), ()),
    ):
        again = decode(event.kind, event.version, encode(event))
        assert again == event and encode(again) == encode(event)
    assert '"on":"2010-09","until":"2011"' in encode(
        TreatmentRecorded(DatedTreatment("H", TreatmentKind.HAIC, PartialDate(2010, 9), PartialDate(2011)))
    )


def test_that_a_treatment_may_end_within_the_month_in_which_it_began() -> None:
    began = DatedTreatment("H", TreatmentKind.HAIC, date(2010, 9, 15), PartialDate(2010, 9))
    assert record_of(TreatmentRecorded(began)).treatments == (began,)
    with pytest.raises(EditRefused, match="ends \\(2010-08\\) before it begins"):
        record_of(TreatmentRecorded(DatedTreatment("H", TreatmentKind.HAIC, date(2010, 9, 15), PartialDate(2010, 8))))
