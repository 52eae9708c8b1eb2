from __future__ import annotations

import csv
import io
import json
import re
import tomllib
from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest

from app.exports.case_file import case_plain, unfit_for_a_file
from app.exports.exported import ExportedRead, exported_reads
from app.resources import load_protocol, load_ruleset, read_text
from app.state.events import (
    BaselineConfirmed,
    ClinicalEventRecorded,
    ClinicalRecorded,
    CoverageRecorded,
    Event,
    FindingRecorded,
    JudgementSigned,
    LesionAdded,
    ProtocolChosen,
    TreatmentRecorded,
    VisitJustified,
)
from app.state.record import DatedEvent, DatedTreatment, Judgement
from mrecist.assess import assess
from mrecist.case import Case, ClinicalStatus, EventKind, Examination, Marker, ProtocolName, Signature, TreatmentKind
from mrecist.casefile import decode, read_document
from mrecist.lesions import (
    Absent,
    Features,
    Finding,
    Lesion,
    Measured,
    Merged,
    Nonviable,
    NotEvaluable,
    Observation,
    Present,
    TooSmall,
    UnequivocalProgression,
)
from mrecist.values import Axis, Certainty, Diameter, LesionKind, LesionRole, Organ, Proof, Region, Segment
from tests.support.cases import added, found, measured, record_of
from tests.support.exports import files_of

HEAD = "ab" * 32
INT1 = Lesion("INT1", Region.INTRAHEPATIC, LesionRole.NONTARGET, Organ.PORTAL_VEIN, LesionKind.TUMOUR_THROMBUS)
ET1 = Lesion("ET1", Region.EXTRAHEPATIC, LesionRole.TARGET, Organ.LYMPH_NODE, LesionKind.LYMPH_NODE, Axis.SHORT)
IN1 = Lesion("IN1", Region.INTRAHEPATIC, LesionRole.NEW, Organ.LIVER, segments=(Segment.IVB,))
NOTED = Features(typical_vascular_pattern=True, certainty=Certainty.EQUIVOCAL, proof=Proof.POSITIVE, override="biopsy")

READ_CASE: tuple[Event, ...] = (
    BaselineConfirmed("BL", date(2025, 1, 10)),
    added("IT1", "BL", measured("42.5", "1.1")),
    added("IT2", "BL", Measured(Diameter(200), Diameter(253))),
    LesionAdded(ET1, "BL", Observation("ET1", measured("21.4"), Features(soft_tissue=Diameter(100)))),
    LesionAdded(INT1, "BL", Observation("INT1", Present())),
    found("IT1", "FU1", measured("28.1", "1.2")),
    found("IT2", "FU1", Merged("IT1")),
    found("ET1", "FU1", NotEvaluable()),
    LesionAdded(IN1, "FU1", Observation("IN1", Present(Diameter(123)), NOTED)),
    ClinicalRecorded(
        "FU1",
        ClinicalStatus(ecog=1, bilirubin_mg_dl=Fraction("1.2"), afp_ng_ml=Marker(Fraction(35000), above=True)),
    ),
    JudgementSigned(Judgement("FU1", "tace_benefit", "no", Signature("Dr J. Lee", date(2025, 2, 18), "grows"))),
    CoverageRecorded("FU1", ((Examination.CHEST, True), (Examination.BRAIN, False))),
    VisitJustified("FU1", "E-LABS", "the ward was closed"),
    TreatmentRecorded(DatedTreatment("T-1", TreatmentKind.TACE, date(2025, 1, 10), None, "50 mg", ("IT1",))),
    ClinicalEventRecorded(DatedEvent("E-1", EventKind.LAST_CONTACT, date(2025, 2, 20))),
)


def exported(*events: Event) -> ExportedRead:
    (one,) = exported_reads(record_of(*events), HEAD, load_ruleset())
    return one


def read_back(one: ExportedRead) -> Case:
    (case,) = read_document(decode(files_of("json", [one])["cases.json"]))
    assert isinstance(case, Case)
    return case


def test_that_a_read_case_is_written_as_the_schema_says() -> None:
    plain = case_plain(exported(*READ_CASE))
    assert plain["id"] == "C-1"
    assert HEAD in plain["source"]
    assert [(t["timepoint"], t["day"]) for t in plain["timepoints"]] == [("BL", -4), ("FU1", 38)]
    assert plain["timepoints"][1]["lesions"] == [
        {
            **{"id": "IT1", "region": "intra", "role": "target", "organ": "liver", "kind": "other"},
            **{"axis": "viable_longest", "status": "measured", "diameter_mm": 28.1},
        },
        {
            **{"id": "IT2", "region": "intra", "role": "target", "organ": "liver", "kind": "other"},
            **{"axis": "viable_longest", "status": "merged"},
        },
        {
            **{"id": "ET1", "region": "extra", "role": "target", "organ": "lymph_node", "kind": "lymph_node"},
            **{"axis": "short", "status": "not_evaluable"},
        },
        {
            **{"id": "IN1", "region": "intra", "role": "new", "organ": "liver", "kind": "other", "segment": "IV"},
            **{"status": "present", "diameter_mm": 12.3, "typical_vascular_pattern": True},
            **{"certainty": "equivocal", "proof": "positive", "override": "biopsy"},
        },
    ]
    assert plain["timepoints"][1]["clinical"] == {
        "ecog": 1,
        "bilirubin_mg_dl": 1.2,
        "afp_ng_ml": ">35000",
        "tace_benefit": "no",
    }
    assert plain["timepoints"][1]["coverage"] == {"chest": True, "brain": False}
    assert plain["timepoints"][1]["override"] == {"E-LABS": "the ward was closed"}
    assert plain["treatments"] == [{"kind": "TACE", "day": 0, "dose": "50 mg", "lesions": ["IT1"]}]
    assert plain["events"] == [{"kind": "last_contact", "day": 41}]


@pytest.mark.parametrize("for_all", ["", "agreed"], ids=["by rule", "beside one for all"])
def test_that_each_reason_goes_into_the_file_and_the_tables_with_its_rule(for_all: str) -> None:
    by_rule = (("E-PHASE", "no arterial phase"), ("E-WHOLE", "drawn apart"))
    seen = Observation("IT1", Measured(Diameter(200), Diameter(190)), Features(override=for_all, overrides=by_rule))
    one = exported(*READ_CASE, FindingRecorded("FU1", seen))
    back = read_back(one).reads[0].observation("FU1", "IT1")
    assert back is not None and back.features == seen.features
    tables = files_of("csv", [one])
    rows = {x: list(csv.DictReader(io.StringIO(tables[x].decode("utf-8-sig")))) for x in tables if x.endswith("s.csv")}
    (row,) = [x for x in rows["lesions.csv"] if (x["lesion"], x["timepoint"]) == ("IT1", "FU1")]
    assert row["override"] == "E-PHASE: no arterial phase | E-WHOLE: drawn apart" + (" | agreed" if for_all else "")
    (told,) = [x for x in rows["responses.csv"] if x["timepoint"] == "FU1"]
    assert {"IT1 E-PHASE: no arterial phase", "IT1 E-WHOLE: drawn apart"} <= {*told["overrides"].split(" | ")}


def test_that_assess_reads_the_case_back_and_judges_it_the_same() -> None:
    one = exported(*READ_CASE)
    case, original = read_back(one), one.record.case
    # the uids of the images stay here: the file names the lesions that were drawn on each scan instead
    shown = [replace(t, scans=tuple(replace(s, lesions=()) for s in t.scans)) for t in case.timepoints]
    held = [replace(t, scans=tuple(replace(s, series=()) for s in t.scans)) for t in original.timepoints]
    assert shown == held
    assert [s.lesions for s in case.timepoints[0].scans] == [("IT1",)]
    assert case.treatments == original.treatments
    assert case.events == original.events
    assert case.protocol == original.protocol == "cotsom"
    again = assess(case, load_ruleset(), protocol=load_protocol())
    assert again.timepoints == one.assessment.timepoints
    assert again.best_response == one.assessment.best_response
    results = json.loads(files_of("json", [one])["results.json"])
    assert results["results"][0]["timepoints"][0]["intrahepatic"]["sum_mm"] == 28.1


def test_that_the_protocol_is_written_as_its_token_and_an_unknown_one_is_refused() -> None:
    for recorded in ("cotsom", "COTSOM"):
        one = exported(*READ_CASE, ProtocolChosen(recorded))
        assert case_plain(one)["protocol"] == read_back(one).protocol == "cotsom"
    other = exported(*READ_CASE, ProtocolChosen("our own"))
    assert unfit_for_a_file(other).startswith('C-1: protocol: "our own" is not one of cotsom, sorafenib-vs-fm')
    assert json.loads(files_of("json", [other])["cases.json"])["cases"] == []


def test_that_the_demonstration_names_its_protocol_by_the_token() -> None:
    story = tomllib.loads(read_text("demo", "story.toml"))
    assert story["protocol"] in tuple(ProtocolName)


@pytest.mark.parametrize(
    ("finding", "whole"),
    [
        (Measured(Diameter(101), Diameter(305)), 30.5),
        (Absent(Diameter(305)), 30.5),
        (Nonviable(Diameter(305)), 30.5),
        (TooSmall(Diameter(41)), None),
        (TooSmall(), None),
        (Merged(), None),
        (NotEvaluable(), None),
    ],
    ids=lambda value: type(value).__name__,
)
def test_that_every_finding_of_a_target_survives_the_way_through_the_file(
    finding: Finding, whole: float | None
) -> None:
    one = exported(added("IT1", "BL", measured("42.5")), found("IT1", "FU1", finding))
    seen = read_back(one).reads[0].observation("FU1", "IT1")
    assert seen is not None and seen.finding == finding
    assert case_plain(one)["timepoints"][1]["lesions"][0].get("whole_mm") == whole


def test_that_the_progression_of_a_non_target_survives_too() -> None:
    first = LesionAdded(INT1, "BL", Observation("INT1", Present()))
    one = exported(first, found("INT1", "FU1", UnequivocalProgression(Diameter(312))))
    seen = read_back(one).reads[0].observation("FU1", "INT1")
    assert seen is not None and seen.finding == UnequivocalProgression(Diameter(312))


def test_that_a_lesion_that_was_not_recorded_is_not_listed() -> None:
    both = (added("IT1", "BL", measured("42.5")), added("IT2", "BL", measured("30")))
    plain = case_plain(exported(*both, found("IT2", "FU1", measured("20"))))
    assert [x["id"] for x in plain["timepoints"][1]["lesions"]] == ["IT2"]


def test_that_a_case_that_is_no_valid_response_case_is_refused_by_name() -> None:
    one = exported(added("IT1", "FU1", measured("42.5")))
    assert re.match("C-1: .*IT1.* is not listed at baseline", unfit_for_a_file(one))
    assert json.loads(files_of("json", [one])["cases.json"])["cases"] == []
    assert unfit_for_a_file(exported(*READ_CASE)) == ""
