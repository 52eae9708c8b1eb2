"""The published course: its months kept, its responses as worked by hand, nothing invented."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.assessing import assess_read
from app.cli import BAD_USAGE, DONE, REFUSED, main
from app.demo.published import READ, differences, read_course, record_published
from app.resources import load_ruleset
from app.session import ReadingSession
from app.state.record import Record
from app.storage.database import Database
from app.storage.open_case import OpenCase
from app.store import CaseStore
from mrecist.case import Marker, TreatmentKind
from mrecist.values import LesionRole


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> tuple[Database, Record]:
    database = Database.open(f"sqlite:///{tmp_path_factory.mktemp('course')}/c.db")
    case_id = record_published(database)
    assert record_published(database) == case_id, "recorded once"
    return database, OpenCase.read(database, case_id).record


def test_that_the_responses_are_those_worked_by_hand(recorded: tuple[Database, Record]) -> None:
    record = recorded[1]
    found = assess_read(record, READ, load_ruleset())
    assert differences(read_course(), found) == ()
    decided = [(at.timepoint, at.tace.row, at.sorafenib.row) for at in found.timepoints if at.tace and at.sorafenib]
    assert decided == [
        ("FU1", "MT8", "MS10"),
        ("FU2", "MT8", "MS10"),
        ("FU3", "MT8", "MS10"),
        ("FU4", "MT4", "MS5"),  # AFP "rising" without a value is not known to rise
        ("FU5", "MT8", "MS8"),
        ("FU6", "MT8", "MS8"),
        ("FU9", "MT4", "MS5"),
    ]
    by_whole_diameters = differences(read_course(), assess_read(record, READ, load_ruleset("recist-1.1")))
    assert by_whole_diameters[0] == "FU2: expected CR NN, found NN NN", "what is not viable is still there"


def test_that_months_stay_months_and_afp_stays_above_35000(recorded: tuple[Database, Record]) -> None:
    record = recorded[1]
    assert [v.on.isoformat() for v in record.visits] == [
        "2010-08/2010-09", "2010-10/2010-12", "2012-02", "2013-10", "2015-06",
        "2016-10", "2017-01", "2017-04", "2017-07", "2021-08",
    ]  # fmt: skip
    baseline = record.case.timepoints[0]
    assert (baseline.day, baseline.slack_days) == (0, 60)
    markers = [v.clinical.afp_ng_ml for v in record.visits if v.clinical and v.clinical.afp_ng_ml]
    assert markers[0] == Marker(markers[0].value, above=True) and markers[0].value == 35000
    assert [float(x.value) for x in markers[1:]] == [6581, 340, 43256, 45985, 3212, 2.4]
    kinds = [t.kind for t in record.treatments]
    assert kinds.count(TreatmentKind.METASTASECTOMY) == 3 and kinds.count(TreatmentKind.HAIC) == 1


def test_that_a_lesion_without_a_published_size_is_no_target(recorded: tuple[Database, Record]) -> None:
    (read,) = recorded[1].reads
    assert not [x for x in read.lesions if x.role is LesionRole.TARGET]
    sizes = {o.lesion_id for t in read.timepoints for o in t.observations if getattr(o.finding, "diameter", None)}
    assert sizes == {"IN1", "EN1"}, "25 mm in S5/6 and 50 mm in the thigh are the sizes that the report gives"


def test_that_a_case_without_images_opens_as_it_was_read(recorded: tuple[Database, Record], qapp: object) -> None:
    session = ReadingSession(CaseStore(recorded[0]), load_ruleset(), "Reader 1")
    session.open_case(recorded[1].case_id)
    assert session.others_read == "Published case report"
    assert session.assessment is not None and session.assessment.timepoints


def test_that_the_course_is_read_without_a_window(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main(["demo", "--course", "--headless"]) == DONE
    shown = capsys.readouterr().out
    assert ">35,000" in shown and "2.4" in shown and "Every response is as worked by hand." in shown
    assert main(["demo", "--course", "--small"]) in (REFUSED, BAD_USAGE)
