from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from app.state.apply import EditRefused, apply, replay
from app.state.assistance import Assistance
from app.state.codec import decode, encode
from app.state.events import Entry, FindingCleared, FindingRecorded, LesionAdded, LesionChanged, LesionRemoved
from app.state.record import Record
from mrecist.lesions import Absent, Measured, Observation
from mrecist.values import Diameter, Line
from tests.support.cases import lesion

RECORDED = Path(__file__).parents[3] / "support" / "log_version_1.jsonl"


def line(x: float, series: str = "1.1", sop: str = "1.1.7") -> Line:
    return Line(series, sop, 1, "1.1.frame", (0.0, 0.0, 0.0), (x, 0.0, 0.0))


def assisted(mm: str = "31.2", series: str = "1.1") -> Assistance:
    return Assistance(
        method="test 1",
        start=((1.0, 2.0, 3.0),),
        unit="HU",
        threshold_sd=2.0,
        threshold=98.5,
        reference_centre=(10.0, 20.0, 30.0),
        reference_radius_mm=10.0,
        reference_mean=78.5,
        reference_sd=10.0,
        reference_from="proposed",
        automatic=Diameter.from_mm(mm),
        automatic_line=line(31.2, series),
        proposed=Diameter.from_mm(mm),
        short_axis=Diameter.from_mm("20.0"),
        whole=None,
        volume_ml=12.5,
        whole_volume_ml=None,
        lipiodol_share=0.0,
        warnings=(),
    )


@pytest.fixture
def record() -> Record:
    """Two time points, BL (series 1.1) and FU1 (1.2), and a read without lesions, from the recorded log."""
    rows = [json.loads(row) for row in RECORDED.read_text(encoding="utf-8").splitlines()]
    entries = [
        Entry(r["sequence"], r["at"], r["author"], r["read_id"], decode(r["kind"], r["version"], r["payload"]))
        for r in rows
    ]
    first = next(n for n, entry in enumerate(entries) if isinstance(entry.event, LesionAdded))
    return replay(entries[:first])


def do(record: Record, event) -> Record:
    return apply(record, Entry(99, "2025-03-01T10:00:00.000000+00:00", "Reader A", "read-1", event))


def measured(mm: str, *lines: Line) -> Observation:
    return Observation("IT1", Measured(Diameter.from_mm(mm), evidence=lines))


def with_it1(record: Record) -> Record:
    return do(record, LesionAdded(lesion("IT1"), "BL", measured("31.2", line(31.2)), assisted()))


def test_that_automatic_and_edited_values_are_both_kept_when_the_line_is_moved(record: Record) -> None:
    moved = do(with_it1(record), FindingRecorded("BL", measured("30.0", line(30.0))))
    kept = moved.assistance("read-1", "BL", "IT1")
    seen = moved.reads[0].observation("BL", "IT1")
    assert kept is not None and seen is not None
    assert (str(kept.automatic), kept.edited_mm(seen.finding)) == ("31.2", pytest.approx(-1.2))


@pytest.mark.parametrize(
    "later",
    [
        FindingRecorded("BL", Observation("IT1", Absent())),
        FindingRecorded("BL", measured("30.0", line(30.0, sop="1.1.8"))),
        FindingCleared("BL", "IT1"),
        LesionRemoved("IT1"),
    ],
    ids=["gone", "drawn on another image", "cleared", "lesion removed"],
)
def test_that_nothing_is_kept_of_a_proposal_once_the_finding_is_another(record: Record, later) -> None:
    assert do(with_it1(record), later).assisted == ()


def test_that_a_proposal_goes_with_the_name_of_its_lesion(record: Record) -> None:
    changed = do(with_it1(record), LesionChanged("IT1", replace(lesion("IT1"), id="IT9")))
    assert changed.assistance("read-1", "BL", "IT9") == assisted()
    assert changed.assistance("read-1", "BL", "IT1") is None


def test_that_a_proposal_of_another_time_point_is_refused(record: Record) -> None:
    with pytest.raises(EditRefused, match="BL"):
        do(record, LesionAdded(lesion("IT1"), "BL", measured("31.2", line(31.2)), assisted(series="1.2")))


def test_that_a_version_1_finding_is_read_as_one_without_assistance() -> None:
    plain = json.loads(encode(FindingRecorded("BL", measured("30.0"), assisted())))
    assert plain.pop("assisted")["automatic"] == 312
    assert decode("finding_recorded", 1, json.dumps(plain)) == FindingRecorded("BL", measured("30.0"))
