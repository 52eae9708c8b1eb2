"""SDTM: its responses follow from its TU and TR, its terms are declared, its transport files say the same."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

from app.exports.exported import ExportedCase, ExportedRead, ExportRefused, exported_reads
from app.exports.sdtm import lesions, responses
from app.exports.sdtm.metadata import domains, terms
from app.exports.sdtm.subject import Subject
from app.exports.sdtm.writer import records
from app.resources import DEFAULT_RULESET, RULESETS, load_ruleset
from app.state.dates import PartialDate
from app.state.record import DatedEvent, Record
from mrecist.case import Case, EventKind, Examination, ReadKind, TimePointRead
from mrecist.casefile import CaseFileError, decode, read_document
from mrecist.lesions import Lesion, Measured, Observation, WhyNotEvaluable
from mrecist.results import SorafenibOutput, TaceOutput
from mrecist.values import Diameter, LesionRole, Organ, Region, Response
from tests.conftest import NEEDS_TABLES, SHARED
from tests.support.case_records import DAY_0, record_of_case
from tests.support.example_reading import example_record
from tests.support.exports import csv_rows, files_of
from tests.support.proposals import with_proposals
from tests.support.records import FOLLOW_UP, line, series_ref, two_visits
from tests.support.schema_cases import any_case
from tests.support.sdtm_checker import derived

WORKED, TERMS = SHARED / "cases/response_cases.json", SHARED / "sdtm/cdisc_sdtm_ct_oncology_2025-03-25.csv"
NAMES = ("dm", "tu", "tr", "supptr", "rs", "supprs", "relrec")
Rows = list[dict[str, str]]


@pytest.fixture(scope="module")
def worked() -> list[ExportedRead]:
    """The cases worked by hand, as reads of records."""
    if not WORKED.is_file():
        pytest.skip(NEEDS_TABLES)
    cases = [x for x in read_document(decode(WORKED.read_bytes())) if isinstance(x, Case)]
    return [one for case in cases for one in exported_reads(record_of_case(case), "cd" * 32, load_ruleset())]


@pytest.fixture(scope="module")
def exported(worked: list[ExportedRead]) -> Mapping[str, Rows]:
    files = files_of("sdtm", worked)
    return {name: csv_rows(files, f"{name}.csv") for name in NAMES}


def responses_in(rs: Rows) -> dict[tuple[str, str, str, str], str]:
    return {
        (r["RSEVALID"], r["VISIT"], r["RSSCAT"], r["RSTESTCD"]): r["RSSTRESC"]
        for r in rs
        if r["RSTESTCD"] not in ("BESTRESP", "TACEDEC", "SORADEC") and not _is_parallel(r)
    }


def _is_parallel(record: Mapping[str, str]) -> bool:
    return (record["RSCAT"], record["RSSCAT"]) == ("RECIST 1.1", "OVERALL")


def test_that_the_responses_of_the_worked_cases_follow_from_tu_and_tr(exported: Mapping[str, Rows]) -> None:
    subjects = {r["USUBJID"] for r in exported["dm"]}
    assert len(subjects) > 40
    for subject in subjects:
        tu, tr, rs = ([r for r in exported[name] if r["USUBJID"] == subject] for name in ("tu", "tr", "rs"))
        assert derived(tu, tr) == responses_in(rs), subject


def as_text(found: Mapping[str, list[dict[str, Any]]], domain: str) -> Rows:
    return [{v.name: "" if r.get(v.name) is None else str(r[v.name]) for v in domains()[domain]} for r in found[domain]]


def in_memory(record: Record, rules: str = DEFAULT_RULESET) -> dict[str, Rows]:
    case = ExportedCase(record, "h", exported_reads(record, "h", load_ruleset(rules)), tuple)
    found = records(Subject("S", record), case, load_ruleset(rules))
    return {domain: as_text(found, domain) for domain in found}


@settings(max_examples=25)
@given(any_case())
def test_that_the_responses_of_any_case_follow_from_tu_and_tr(plain: dict[str, Any]) -> None:
    plain.pop("policy", None)
    try:
        (case,) = read_document({"schema": "tumour-response-cases/1", "cases": [plain]})
    except CaseFileError:
        return
    assert isinstance(case, Case)
    found = in_memory(record_of_case(case))
    assert derived(found["TU"], found["TR"]) == responses_in(found["RS"])


def test_that_every_coded_value_is_declared(exported: Mapping[str, Rows]) -> None:
    declared = {name: {t.term for t in listed} for name, listed in terms().items()}
    unknown = set()
    for name in NAMES:
        for variable in domains()[name.upper()]:
            for row in exported[name] if variable.codelist else ():
                value = row[variable.name]
                if value and not _is_declared(value, variable.name, declared[variable.codelist], declared):
                    unknown.add((variable.name, value))
    assert unknown == set()


def _is_declared(value: str, variable: str, listed: set[str], declared: Mapping[str, set[str]]) -> bool:
    if variable == "TRSTRESC" and value.lstrip("-").replace(".", "", 1).replace("e", "").isalnum():
        return value in listed or not value.isalpha()
    if variable == "RSSTRESC" and value in ("Y", "N"):  # New Lesion Progression answers by the list NY
        return value in declared["NY"]
    return value in listed


def test_that_every_term_said_to_be_of_cdisc_is_in_its_table() -> None:
    if not TERMS.is_file():
        pytest.skip(NEEDS_TABLES)
    with TERMS.open(encoding="utf-8", newline="") as file:
        known = {(r["codelist_short"], r["submission_value"]): r for r in csv.DictReader(file)}
    for term in (t for listed in terms().values() for t in listed):
        row = known.get((term.codelist, term.term))
        if term.source == "CDISC":
            assert row is not None and row["term_code"] == term.code, term
        else:
            assert row is None, f"{term} is in the table"
        extensible = {r["extensible"] for (short, _), r in known.items() if short == term.codelist}
        assert term.source != "extension" or extensible == {"TRUE"}, term


def test_that_transport_files_say_what_csv_says(worked: list[ExportedRead], tmp_path: Path) -> None:
    pyreadstat = pytest.importorskip("pyreadstat")
    some = [*worked[:8], *exported_reads(with_proposals(example_record()), "cd" * 32, load_ruleset())]
    files, transport = files_of("sdtm", some), files_of("xpt", some)
    for name in NAMES:
        path = tmp_path / f"{name}.xpt"
        path.write_bytes(transport[f"{name}.xpt"])
        assert transport[path.name].startswith(b"HEADER RECORD*******LIBRARY HEADER RECORD!!!!!!!000000"), "version 5"
        frame, meta = pyreadstat.read_xport(str(path))
        variables = domains()[name.upper()]
        assert meta.column_names == [v.name for v in variables]
        assert meta.column_labels == [v.label for v in variables]
        assert meta.table_name == name.upper()
        rows = csv_rows(files, f"{name}.csv")
        assert len(frame) == len(rows) > 0
        for variable in variables:
            wanted = [r[variable.name] for r in rows]
            read = list(frame[variable.name])
            if variable.type == "Num":
                assert [None if x != x else x for x in read] == [float(x) if x else None for x in wanted]
            else:
                assert [x or "" for x in read] == wanted, variable.name


@pytest.fixture
def one(worked: list[ExportedRead]) -> ExportedRead:
    return worked[0]


def dm_of(record: Record) -> dict[str, str]:
    return in_memory(record)["DM"][0]


def test_that_days_count_from_one_and_partial_dates_have_none(one: ExportedRead) -> None:
    rows = in_memory(one.record)["RS"]
    for row in rows:
        if row["RSDTC"]:
            away = (date.fromisoformat(row["RSDTC"]) - DAY_0).days
            assert int(row["RSDY"]) == (away + 1 if away >= 0 else away) != 0
    later = replace(one.record, day0=one.record.visits[1].on)
    assert {r["VISIT"]: r["TRDY"] for r in in_memory(later)["TR"]}[one.record.visits[1].id] == "1"
    undated = in_memory(replace(one.record, day0=None))
    assert {r["TRDY"] for r in undated["TR"]} == {""}
    assert undated["DM"][0]["RFSTDTC"] == ""


def test_that_a_death_is_dated_as_far_as_it_is_known_and_a_birth_date_stays_behind(one: ExportedRead) -> None:
    patient = replace(one.record.patient, sex="O", birth_date=date(1960, 3, 2))
    died = DatedEvent("E", EventKind.DEATH, PartialDate(2024, 9))
    row = dm_of(replace(one.record, patient=patient, events=(died,), day0=date(2024, 3, 1)))
    assert (row["DTHDTC"], row["DTHFL"], row["AGE"], row["SEX"]) == ("2024-09", "Y", "63", "U")
    assert "1960" not in "".join(row.values())


def test_that_the_read_that_stands_is_flagged(one: ExportedRead) -> None:
    first = one.read
    reads = (
        replace(first, id="a", kind=ReadKind.LOCAL),
        replace(first, id="b", kind=ReadKind.CENTRAL),
        replace(first, id="c", kind=ReadKind.CENTRAL),
        replace(first, id="d", kind=ReadKind.ADJUDICATION),
    )
    for kept, accepted in ((1, "READER 1"), (2, "READER 2"), (3, None), (4, "ADJUDICATOR 1")):
        rows = in_memory(replace(one.record, reads=reads[:kept]))["RS"]
        assert {r["RSEVALID"] for r in rows if r["RSACPTFL"] == "Y"} == ({accepted} if accepted else set())
    roles = {(r["RSEVAL"], r["RSEVALID"]) for r in rows}
    assert roles == {
        ("INVESTIGATOR", "READER 1"),
        ("INDEPENDENT ASSESSOR", "READER 2"),
        ("INDEPENDENT ASSESSOR", "READER 3"),
        ("ADJUDICATOR", "ADJUDICATOR 1"),
    }


def test_that_related_records_find_each_other(exported: Mapping[str, Rows]) -> None:
    linked: dict[str, list[set[tuple[str, str]]]] = {}
    for row in exported["relrec"]:
        values = {(r["USUBJID"], r[row["IDVAR"]]) for r in exported[row["RDOMAIN"].lower()] if r[row["IDVAR"]]}
        linked.setdefault(row["RELID"], []).append(values)
    by_lesion, regions = linked["TUTR"], linked["TRRS"]
    assert by_lesion[0] == by_lesion[1]
    assert regions[0] & regions[1]
    numbers = {(r["USUBJID"], r["RSSEQ"]) for r in exported["rs"]}
    assert {(r["USUBJID"], r["IDVARVAL"]) for r in exported["supprs"]} <= numbers
    keys = [(r["USUBJID"], r["IDVARVAL"], r["QNAM"]) for r in exported["supprs"]]
    assert len(keys) == len(set(keys))


@pytest.mark.parametrize(
    ("case_id", "study", "format_name", "why"),
    [
        ("환자-1", "S1", "xpt", r"DM\.USUBJID has characters that are not ASCII"),
        ("X" * 198, "S1", "xpt", r"DM\.USUBJID has 201 bytes, and SDTM holds 200"),
        ("X" * 198, "S1", "sdtm", r"DM\.USUBJID has 201 bytes"),
        ("C-1", "연구", "sdtm", r"cannot be a STUDYID"),
        ("C-1 ", "S1", "xpt", r"ends with a blank"),
    ],
)
def test_that_what_does_not_fit_is_refused_and_never_cut(
    one: ExportedRead, case_id: str, study: str, format_name: str, why: str
) -> None:
    renamed = replace(one, record=replace(one.record, case_id=case_id))
    with pytest.raises(ExportRefused, match=why):
        files_of(format_name, [renamed], study=study)


def test_that_sdtm_as_csv_takes_korean(one: ExportedRead) -> None:
    renamed = replace(one, record=replace(one.record, case_id="환자-1"))
    assert csv_rows(files_of("sdtm", [renamed]), "dm.csv")[0]["USUBJID"] == "S1-환자-1"


def test_that_the_description_names_every_variable_and_every_term(worked: list[ExportedRead]) -> None:
    page = files_of("sdtm", worked[:1])["define.html"].decode("utf-8")
    assert [v.name for listed in domains().values() for v in listed if f"<td>{v.name}</td>" not in page] == []
    assert [t.term for listed in terms().values() for t in listed if f"<td>{t.term}</td>" not in page] == []


def test_that_whatever_may_be_recorded_or_decided_has_its_term() -> None:
    declared = {name: {t.term for t in listed} for name, listed in terms().items()}
    for organ in Organ:
        assert lesions._place(Lesion("X", Region.EXTRAHEPATIC, LesionRole.TARGET, organ)) in declared["LOC"]
    for why in WhyNotEvaluable:
        assert why.value.replace("_", " ").upper() in declared["REASND"]
    for examination in Examination:
        assert examination.value.replace("_", " ").upper() in declared["REASND"]
    for output in (*TaceOutput, *SorafenibOutput):
        assert responses.decision_term(output.value) in declared["ONCRSR"], output
    for response in set(Response) - {Response.NA}:
        assert responses.response_term(response) in declared["ONCRSR"]


def _case_plain(*lesions_at: list[dict[str, Any]]) -> dict[str, Any]:
    at = [{"timepoint": f"T{n}", "day": 42 * n, "lesions": listed} for n, listed in enumerate(lesions_at)]
    return {"schema": "tumour-response-cases/1", "cases": [{"id": "C", "timepoints": at}]}


ASCITES = {"id": "A", "region": "extra", "role": "nontarget", "organ": "peritoneum", "kind": "effusion"}
NODE = {"id": "N", "region": "extra", "role": "target", "organ": "other", "kind": "lymph_node"}


@pytest.mark.parametrize(
    ("lesions_at", "response"),
    [
        # disease is not back by an effusion that no cytology has proven, nor gone by a length that only a node may have
        ([[ASCITES], [{**ASCITES, "status": "absent"}], [{**ASCITES, "status": "present"}]], "NON-CR/NON-PD"),
        ([[{**NODE, "diameter_mm": 20}], [{**NODE, "diameter_mm": 8}]], "CR"),
    ],
    ids=["effusion without cytology", "node of another organ"],
)
def test_that_tr_tells_what_a_response_turns_on(lesions_at: list[list[dict[str, Any]]], response: str) -> None:
    (case,) = read_document(_case_plain(*lesions_at))
    assert isinstance(case, Case)
    found = in_memory(record_of_case(case))
    last = ("READER 1", f"T{len(lesions_at) - 1}", "EXTRAHEPATIC", "OVRLRESP")
    assert responses_in(found["RS"])[last] == response
    assert derived(found["TU"], found["TR"]) == responses_in(found["RS"])


def test_that_fragments_are_identified_as_such_and_take_the_place_of_the_lesion_that_split() -> None:
    """50 mm; 12 + 9 + 20 = 41 mm, SD; 9 + 5 + 20 = 34 mm (-32 %), PR; a fragment not evaluable, 20 + 30 = 50 mm, PD."""
    one = {**NODE, "kind": "other", "organ": "lung"}
    at = [
        {"L1": (30, None), "L2": (20, None)},
        {"L1": (None, "split"), "L1.1": (12, None), "L1.2": (9, None), "L2": (20, None)},
        {"L1": (None, "split"), "L1.1": (9, None), "L1.2": (None, "too_small_to_measure"), "L2": (20, None)},
        {"L1": (None, "split"), "L1.1": (30, None), "L1.2": (None, "not_evaluable"), "L2": (20, None)},
        {"L1": (25, None), "L2": (20, None)},
        {"L1": (None, "split"), "L2": (20, None)},
    ]
    listed = [
        [
            {**one, "id": name, **({"parent": "L1"} if "." in name else {})}
            | ({"diameter_mm": mm} if mm else {"status": status})
            for name, (mm, status) in lesions.items()
        ]
        for lesions in at
    ]
    (case,) = read_document(_case_plain(*listed))
    assert isinstance(case, Case)
    found = in_memory(record_of_case(case))
    told = responses_in(found["RS"])
    assert [told["READER 1", f"T{n}", "EXTRAHEPATIC", "OVRLRESP"] for n in range(1, 6)] == [
        "SD",
        "PR",
        "PD",
        "PD",
        "NE",
    ]
    assert derived(found["TU"], found["TR"]) == told
    assert [(r["TULNKID"][-4:], r["TUTESTCD"]) for r in found["TU"]] == [
        ("1-L1", "TUMIDENT"),
        ("1-L2", "TUMIDENT"),
        ("L1.1", "TUSPLIT"),
        ("L1.2", "TUSPLIT"),
    ]
    states = [r["TRSTRESC"] for r in found["TR"] if r["TRLNKID"].endswith("-L1") and r["TRTESTCD"] == "TUMSTATE"]
    assert states == ["TUMOR SPLIT"] * 4


def test_that_a_lesion_that_left_the_assessment_is_not_done_by_its_treatment() -> None:
    one = {**NODE, "kind": "other", "organ": "lung"}
    (case,) = read_document(
        _case_plain([{**one, "diameter_mm": 20}], [{**one, "status": "absent", "treated_since": "ablation"}])
    )
    assert isinstance(case, Case)
    found = in_memory(record_of_case(case))
    assert responses_in(found["RS"])["READER 1", "T1", "EXTRAHEPATIC", "OVRLRESP"] == "NE"
    assert derived(found["TU"], found["TR"]) == responses_in(found["RS"])
    assert [r["TRREASND"] for r in found["TR"] if r["TRSTAT"]] == ["TREATED"]


LIVER = {
    "id": "L",
    "region": "intra",
    "role": "target",
    "organ": "liver",
    "kind": "other",
    "diameter_mm": 30,
    "whole_mm": 40,
}


@pytest.mark.parametrize("rules", RULESETS)
def test_that_criteria_are_those_of_the_region_and_no_two_responses_have_the_same_keys(rules: str) -> None:
    """mRECIST in the liver and RECIST 1.1 outside it; by RECIST 1.1 itself nothing runs in parallel."""
    at = [[LIVER, {**NODE, "diameter_mm": 20}], [{**LIVER, "whole_mm": 55}, {**NODE, "diameter_mm": 20}]]
    (case,) = read_document(_case_plain(*at))
    assert isinstance(case, Case)
    found = in_memory(record_of_case(case), rules)
    liver = "RECIST 1.1" if rules == "recist-1.1" else "MRECIST LENCIONI LIVER CANCER 2010"
    expected = {"INTRAHEPATIC": liver, "OVERALL": liver, "COMPOSITE": liver, "EXTRAHEPATIC": "RECIST 1.1"}
    for domain in ("TU", "TR", "RS"):
        for record in found[domain]:
            parallel = domain == "RS" and rules != "recist-1.1" and _is_parallel(record)
            assert parallel or record[f"{domain}CAT"] == expected[record[f"{domain}SCAT"]]
    keys = [tuple(r[f"RS{name}"] for name in ("CAT", "SCAT", "TESTCD", "EVALID", "DTC")) for r in found["RS"]]
    assert len(set(keys)) == len(keys)
    overall = {
        r["RSCAT"]: r["RSSTRESC"] for r in found["RS"] if (r["RSSCAT"], r["RSTESTCD"]) == ("OVERALL", "OVRLRESP")
    }
    # 30 + 20 mm as it was, whole 40 + 20 mm grown by a quarter to 55 + 20 mm
    assert overall == ({} if rules == "recist-1.1" else {liver: "SD"}) | {"RECIST 1.1": "PD"}


def test_that_the_method_is_that_of_the_series_on_which_each_diameter_was_drawn() -> None:
    record = two_visits()
    mr = series_ref("FU1-MR", FOLLOW_UP, "arterial", "Liver T1 3D FS A-phase", modality="MR")
    visits = (record.visits[0], replace(record.visits[1], series=(*record.visits[1].series, mr.uid)))
    target = Lesion("IT1", Region.INTRAHEPATIC, LesionRole.TARGET, Organ.LIVER)
    points = tuple(
        TimePointRead(visit, (Observation("IT1", Measured(Diameter.from_mm(mm), evidence=(line(mm, series),))),))
        for visit, mm, series in (("BL", 30, "BL-AP"), ("FU1", 20, "FU1-MR"))
    )
    read = replace(record.reads[0], lesions=(target,), timepoints=points)
    found = in_memory(replace(record, series=(*record.series, mr), visits=visits, reads=(read,)))
    methods = {row["VISIT"]: row["TRMETHOD"] for row in found["TR"] if row["TRTESTCD"] == "VDIAM"}
    assert methods == {"BL": "CONTRAST ENHANCED CT SCAN", "FU1": "CONTRAST ENHANCED MRI"}
    assert [row["TUMETHOD"] for row in found["TU"]] == ["CONTRAST ENHANCED CT SCAN"]
