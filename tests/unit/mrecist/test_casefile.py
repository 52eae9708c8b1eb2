"""Case files: what is read, and that every fault is named with its path."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from mrecist.case import Case, Marker
from mrecist.casefile import CaseFileError, Sequenced, decode, read_case, read_document, read_line
from mrecist.lesions import (
    Absent,
    Measured,
    Merged,
    Nonviable,
    NotEvaluable,
    Present,
    Split,
    TooSmall,
    UnequivocalProgression,
)
from mrecist.values import Diameter
from tests.support.patients import case, lesion, patient, visit


def _document(*cases: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"schema": "tumour-response-cases/1", "cases": list(cases), **more}


def _faults(document: object) -> tuple[str, ...]:
    with pytest.raises(CaseFileError) as caught:
        read_document(document)
    return caught.value.faults


def _changed(change: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
    document = copy.deepcopy(_document(patient("L1=30 INF=P Lu1=20", "L1=20 INF=P Lu1=20")))
    change(document["cases"][0])
    return document


def _lesion(of: dict[str, Any], timepoint: int = 1, number: int = 0) -> dict[str, Any]:
    found: dict[str, Any] = of["timepoints"][timepoint]["lesions"][number]
    return found


@pytest.mark.parametrize(
    ("change", "path", "words"),
    [
        (lambda c: c.update(colour=1), "cases[0].colour", "not a known key"),
        (lambda c: c.pop("id"), "cases[0].id", "is missing"),
        (lambda c: c.update(id=5), "cases[0].id", "is not a text"),
        (lambda c: c.update(id=" "), "cases[0].id", "is not a text"),
        (lambda c: c.update(id="a\x00"), "cases[0].id", '"a\\u0000" has a character that cannot be written'),
        (lambda c: c.update(id="a\ud800"), "cases[0].id", '"a\\ud800" has a character that cannot be written'),
        (lambda c: c.update({"\ud800": 1}), "cases[0].\\ud800", "not a known key"),
        (lambda c: c.update(timepoints=[]), "cases[0].timepoints", "is empty"),
        (lambda c: c.update(timepoints={}), "cases[0].timepoints", "is not a list"),
        (lambda c: c["timepoints"].append(5), "cases[0].timepoints[2]", "is not a time point"),
        (lambda c: c["timepoints"][1].update(day="42"), "cases[0].timepoints[1].day", "not a whole number"),
        (lambda c: c["timepoints"][1].update(day=True), "cases[0].timepoints[1].day", "not a whole number"),
        (lambda c: c["timepoints"][1].update(day=0), "cases[0].timepoints[1].day", "not after day 0"),
        (lambda c: c["timepoints"][1].update(day=-1), "cases[0].timepoints[1].day", "not after day 0"),
        (lambda c: c["timepoints"][1].update(day=10**9), "cases[0].timepoints[1].day", "not between"),
        (lambda c: c["timepoints"][1].update(timepoint="BL"), "cases[0].timepoints[1].timepoint", "earlier time point"),
        (lambda c: c["timepoints"][1].update(date="x"), "cases[0].timepoints[1].date", "not a known key"),
        (lambda c: c["timepoints"][1].pop("lesions"), "cases[0].timepoints[1].lesions", "is missing"),
        (lambda c: _lesion(c).update(colour=1), "cases[0].timepoints[1].lesions[0].colour", "not a known key"),
        (lambda c: _lesion(c).update(diameter_mm=-1), "cases[0].timepoints[1].lesions[0].diameter_mm", "between 0"),
        (lambda c: _lesion(c).update(diameter_mm=501), "cases[0].timepoints[1].lesions[0].diameter_mm", "between 0"),
        (
            lambda c: _lesion(c).update(diameter_mm="20"),
            "cases[0].timepoints[1].lesions[0].diameter_mm",
            "not a number",
        ),
        (
            lambda c: _lesion(c).update(diameter_mm=True),
            "cases[0].timepoints[1].lesions[0].diameter_mm",
            "not a number",
        ),
        (lambda c: _lesion(c).update(diameter_mm=float("nan")), "lesions[0].diameter_mm", "not a finite number"),
        (lambda c: _lesion(c).update(diameter_mm=Decimal("1e999")), "lesions[0].diameter_mm", "between 0"),
        (lambda c: _lesion(c).update(diameter_mm=None), "lesions[0].diameter_mm", "is missing; status 'measured'"),
        (lambda c: _lesion(c).update(status="absent"), "lesions[0].diameter_mm", "contradicts status 'absent'"),
        (lambda c: _lesion(c).update(status="gone"), "lesions[0].status", "is not one of measured, absent"),
        (lambda c: _lesion(c).update(region="extra"), "lesions[0].region", "belongs to region 'intra'"),
        (lambda c: _lesion(c).update(role="nontarget"), "lesions[0].role", "keeps its role"),
        (lambda c: _lesion(c).update(organ="portal_vein"), "lesions[0].organ", "keeps its organ"),
        (lambda c: _lesion(c).update(kind="infiltrative"), "lesions[0].kind", "keeps its kind"),
        (lambda c: _lesion(c).pop("kind"), "lesions[0].kind", "is missing"),
        (lambda c: _lesion(c).update(id="Lu1"), "timepoints[1].lesions[2].id", "listed twice"),
        (lambda c: _lesion(c).update(segment="9"), "lesions[0].segment", "is not one of I, II"),
        (lambda c: _lesion(c).update(segment="IVa"), "lesions[0].segment", "of I, II, III, IV, V, VI, VII, VIII"),
        (lambda c: _lesion(c).update(typical_vascular_pattern="yes"), "typical_vascular_pattern", "neither true nor"),
        (lambda c: _lesion(c, 0).update(status="not_evaluable", diameter_mm=None), "lesions[0].status", "at baseline"),
        (lambda c: _lesion(c, 0).update(status="present", diameter_mm=None), "lesions[0].status", "at baseline"),
        (lambda c: _lesion(c, 0).update(diameter_mm=-1), "timepoints[0].lesions[0].diameter_mm", "between 0"),
        (lambda c: _lesion(c, 0).update(diameter_mm=0), "lesions[0].diameter_mm", "is 0; a target is measured"),
        (lambda c: c["timepoints"][1]["lesions"].append(7), "timepoints[1].lesions[3]", "is not a lesion"),
        (lambda c: c["timepoints"][1]["lesions"].append(lesion("L9=20")), "lesions[3].role", "not listed at baseline"),
        (
            lambda c: c["timepoints"][1]["lesions"].append(lesion("B9=P")),
            "lesions[3].role",
            "first seen later is 'new'",
        ),
        (lambda c: _lesion(c).update(override={"E-WINDOW": "x"}), "lesions[0].override.E-WINDOW", "not a known key"),
        (lambda c: _lesion(c).update(override={"E-SMALL": " "}), "lesions[0].override.E-SMALL", "is not a text"),
        (lambda c: c["timepoints"][0]["lesions"].append(lesion("xLu=9!")), "lesions[3].role", "is not new"),
        (
            lambda c: c["timepoints"][0]["lesions"].append(lesion("N1=20", region="intra")),
            "region",
            "belongs to region 'extra'",
        ),
        (lambda c: c.update(policy={"floor": 5}), "cases[0].policy.floor", "not a known key"),
        (
            lambda c: c.update(policy={"min_abs_mm": {"liver": 5}}),
            "cases[0].policy.min_abs_mm.liver",
            "not a known key",
        ),
        (lambda c: c.update(policy={"min_abs_mm": {"intra": -1}}), "min_abs_mm.intra", "not between 0 and 500"),
        (lambda c: c.update(policy=5), "cases[0].policy", "is not a table"),
        (lambda c: c.update(protocol="COTSOM"), "cases[0].protocol", "not one of cotsom, sorafenib-vs-fm, tace-sora"),
        (lambda c: c.update(protocol=""), "cases[0].protocol", "is not one of cotsom"),
        (lambda c: c.update(protocol=4), "cases[0].protocol", "is not one of cotsom"),
        (lambda c: c.update(events=[{"kind": "death"}]), "cases[0].events[0].day", "is missing"),
        (lambda c: c.update(events=[{"kind": "party", "day": 1}]), "cases[0].events[0].kind", "is not one of death"),
        (lambda c: c.update(events=[3]), "cases[0].events[0]", "is not an event"),
        (
            lambda c: c.update(events=[{"kind": "death", "day": day} for day in (90, 120)]),
            "cases[0].events[1].kind",
            "is a second death; the first is on day 90",
        ),
        (lambda c: c.update(treatments=[3]), "cases[0].treatments[0]", "is not a treatment"),
        (lambda c: c.update(treatments=[{"kind": "TACE", "day": 5, "end_day": 4}]), "end_day", "4 is before day 5"),
        (lambda c: c.update(treatments=[{"kind": "TACE", "day": 5, "lesions": [1]}]), "lesions[0]", "not the id"),
        (
            lambda c: c.update(treatments=[{"kind": "TACE", "day": 5, "lesions": ["L9"]}]),
            "lesions[0]",
            '"L9" is no lesion of this case',
        ),
        (lambda c: c.update(treatments=[{"kind": "TACE", "day": 5, "dose": []}]), "dose", "neither a text nor"),
        (lambda c: c.update(treatments=[{"kind": "TACE", "day": 5, "dose": True}]), "dose", "neither a text nor"),
        (lambda c: c.update(treatments=[{"day": 5}]), "treatments[0].kind", "is missing"),
        (lambda c: c["timepoints"][1].update(scans=[{"modality": "US"}]), "scans[0].modality", "is not one of CT"),
        (lambda c: c["timepoints"][1].update(scans=[5]), "scans[0]", "is not a scan"),
        (lambda c: c["timepoints"][1].update(scans=[{"modality": "CT", "slice_thickness_mm": 0}]), "slice", "above 0"),
        (lambda c: c["timepoints"][1].update(coverage={"chest": 1}), "coverage.chest", "neither true nor false"),
        (lambda c: c["timepoints"][1].update(coverage={"neck": True}), "coverage.neck", "not a known key"),
        (lambda c: c["timepoints"][1].update(clinical={"ecog": 5}), "clinical.ecog", "not between 0 and 4"),
        (lambda c: c["timepoints"][1].update(clinical={"albumin_g_dl": 44}), "albumin_g_dl", "above 0 and at most 10"),
        (lambda c: c["timepoints"][1].update(clinical={"bilirubin_mg_dl": 0}), "bilirubin_mg_dl", "above 0"),
        (lambda c: c["timepoints"][1].update(clinical={"afp_ng_ml": "high"}), "afp_ng_ml", 'such as ">35000"'),
        (lambda c: c["timepoints"][1].update(clinical={"tace_benefit": "maybe"}), "tace_benefit", "not one of yes"),
        (lambda c: c["timepoints"][1].update(clinical={"pulse": 80}), "clinical.pulse", "not a known key"),
    ],
)
def test_that_a_fault_is_named_with_its_path(change: Callable[[dict[str, Any]], object], path: str, words: str) -> None:
    faults = _faults(_changed(change))
    assert any(path in fault.partition(": ")[0] and words in fault for fault in faults), faults


def test_that_what_is_only_noted_is_kept_without_characters_that_cannot_be_written() -> None:
    noted = _changed(lambda c: c.update(title="a\ud800\nb", treatments=[{"kind": "TACE", "day": 1, "dose": "50\x07"}]))
    (case,) = read_document(noted)
    assert isinstance(case, Case)
    assert (case.title, case.treatments[0].dose) == ("a\\ud800\nb", "50\\u0007")


def test_that_all_faults_are_told_at_once() -> None:
    document = _changed(
        lambda c: (c.update(colour=1), _lesion(c).update(diameter_mm=-1), _lesion(c, 1, 2).update(status="x"))
    )
    assert len(_faults(document)) == 3


def test_that_a_missing_role_hides_no_other_fault_of_the_lesion_and_brings_none_about() -> None:
    document = _changed(
        lambda c: (
            _lesion(c, 0).pop("role"),
            _lesion(c, 0).update(status="absent", organ="lymph_node"),
            c.update(treatments=[{"kind": "TACE", "day": 5, "lesions": ["L1"]}]),
        )
    )
    assert [fault.partition(": ")[0].removeprefix("cases[0].timepoints[0].") for fault in _faults(document)] == [
        "lesions[0].role",
        "lesions[0].region",
        "lesions[0].diameter_mm",
    ]


def test_that_a_missing_id_hides_no_other_fault_of_the_lesion() -> None:
    document = _changed(lambda c: (_lesion(c, 0).pop("id"), _lesion(c, 0).update(diameter_mm=0)))
    assert {
        "cases[0].timepoints[0].lesions[0].id: is missing",
        "cases[0].timepoints[0].lesions[0].diameter_mm: is 0; a target is measured at baseline",
    } <= set(_faults(document))


@pytest.mark.parametrize(
    ("document", "words"),
    [
        ([], "is not the file (a JSON object)"),
        ({"cases": []}, "schema: null is not known"),
        ({"schema": "tumour-response-cases/2", "cases": []}, "is not known; write 'tumour-response-cases/1'"),
        ({"schema": "tumour-response-cases/1"}, "cases: is missing"),
        ({"schema": "tumour-response-cases/1", "cases": [3]}, "cases[0]: 3 is not a case"),
        (_document(extra=1), "extra: is not a known key"),
        (_document(patient("L1=30"), patient("L1=30")), 'cases[1].id: "patient" is the id of an earlier case'),
    ],
)
def test_that_a_document_of_another_shape_is_refused(document: object, words: str) -> None:
    assert any(words in fault for fault in _faults(document))


def test_that_unknown_keys_are_told_in_the_order_in_which_they_are_written() -> None:
    """Two runs say the same: no order of a set, which changes from process to process."""
    unknown = [f"colour_{n}" for n in (3, 1, 7, 2, 9, 5, 8)]
    faults = _faults(_document(patient("L1=30") | dict.fromkeys(unknown, 1)))
    assert faults == tuple(f"cases[0].{name}: is not a known key" for name in unknown)


def test_that_the_order_of_a_sequence_is_told_beside_its_other_faults() -> None:
    sequence = [{"day": 84, "response": "XX"}, {"day": 42, "response": "PR"}, {"day": 50, "response": "SD"}]
    document = {"schema": "best-response-cases/1", "cases": [{"id": "a", "sequence": sequence}]}
    assert [fault.partition(":")[0] for fault in _faults(document)] == [
        "cases[0].sequence[0].response",
        "cases[0].sequence[1].day",
    ]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", "not JSON"),
        (b"\xff\xfe", "not UTF-8"),
        ("[" * 100_000, "not JSON that can be read"),
        ('{"a": 1' + "0" * 5000 + "}", "not JSON that can be read"),
    ],
)
def test_that_text_that_is_no_json_is_refused(text: str | bytes, words: str) -> None:
    with pytest.raises(CaseFileError, match=words):
        decode(text)


def test_that_a_key_written_twice_is_refused() -> None:
    text = '{"schema": "tumour-response-cases/1", "cases": [{"id": "a", "id": "b", "timepoints": []}]}'
    assert "cases[0].id: is written more than once" in _faults(decode(text))


def test_that_not_a_number_is_refused_with_its_path() -> None:
    text = json.dumps(_document(patient("L1=30", "L1=20"))).replace("20.0", "NaN")
    assert any("lesions[0].diameter_mm" in f and "finite" in f for f in _faults(decode(text)))


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("1e99999999", "between 0 and 500"),
        ("-1e99999999", "between 0 and 500"),
        ("1e-99999999", "too close to 0"),
        ("1e9999999999999999999", "is not a number"),
        ("1e-9999999999999999999", "is not a number"),
        ("1" + "0" * 400, "between 0 and 500"),
        ("2." + "0" * 100_000 + "1", "is not a number"),
    ],
    ids=["huge", "hugely negative", "tiny", "beyond decimals", "below decimals", "400 digits", "100,000 digits"],
)
@pytest.mark.parametrize(
    ("given", "path"),
    [
        (patient("L1=30", "L1=20"), "cases[0].timepoints[1].lesions[0].diameter_mm"),
        (
            patient("L1=30", visit("L1=25", clinical={"bilirubin_mg_dl": 20.0})),
            "cases[0].timepoints[1].clinical.bilirubin_mg_dl",
        ),
        (
            patient("L1=30", visit("L1=25", clinical={"afp_ng_ml": 20.0})),
            "cases[0].timepoints[1].clinical.afp_ng_ml",
        ),
    ],
    ids=["diameter", "laboratory value", "marker"],
)
def test_that_an_absurd_number_is_refused_with_its_path(
    given: dict[str, Any], path: str, written: str, words: str
) -> None:
    text = json.dumps(_document(given)).replace("20.0", written)
    (fault,) = _faults(decode(text))
    assert fault.startswith(f"{path}: ")
    assert words in fault or "is not between 0 and" in fault or "is not above 0" in fault
    assert len(fault) < 250


@pytest.mark.parametrize("written", ["0.0", "0e-99999999", "0e99", "0.000000000000000000000000000000000000000"])
def test_that_zero_is_zero_however_it_is_written(written: str) -> None:
    text = json.dumps(_document(patient("L1=30", "L1=20"))).replace("20.0", written)
    (one,) = read_document(decode(text))
    assert isinstance(one, Case)
    assert one.reads[0].timepoints[1].observations[0].finding == Measured(Diameter(0))


def test_that_a_number_is_rounded_once_however_many_digits_it_has() -> None:
    text = json.dumps(_document(patient("L1=30", "L1=20"))).replace("20.0", "20.2" + "4" + "9" * 40)
    (one,) = read_document(decode(text))
    assert isinstance(one, Case)
    assert one.reads[0].timepoints[1].observations[0].finding == Measured(Diameter(202))


def test_that_a_number_of_absurd_length_is_no_text_either() -> None:
    text = json.dumps(_document(patient("L1=30"))).replace('"patient"', "1e9999999999999999999")
    assert "cases[0].id: 1e9999999999999999999 is not a text" in _faults(decode(text))


@pytest.mark.parametrize("name", ["cotsom", "multidisciplinary-hcc", "sorafenib_vs_fm", "tace_sorafenib", "ld_ccrt"])
def test_that_a_known_protocol_is_read(name: str) -> None:
    assert read_case(patient("L1=30", protocol=name)).protocol == name


def test_that_numbers_are_rounded_half_up_from_their_decimal_text() -> None:
    text = json.dumps(_document(patient("L1=30", "L1=20"))).replace("20.0", "20.25")
    (one,) = read_document(decode(text.encode("utf-8")))
    assert isinstance(one, Case)
    finding = one.reads[0].timepoints[1].observations[0].finding
    assert isinstance(finding, Measured)
    assert str(finding.diameter) == "20.3"


def test_that_annotations_are_accepted_and_a_byte_order_mark_too() -> None:
    noted = patient(
        "L1=30",
        title="t",
        notes=["n"],
        rule="r",
        why="w",
        source={},
        expected=[],
        expected_adjudicated_pd_timepoint=None,
    )
    (one,) = read_document(decode("\ufeff".encode() + json.dumps(_document(noted, notes=["n"])).encode()))
    assert isinstance(one, Case)
    assert one.title == "t"


@pytest.mark.parametrize(
    ("listed", "kind"),
    [
        ({"status": "absent", "diameter_mm": 0}, Absent),
        ({"status": "not_evaluable", "diameter_mm": None}, NotEvaluable),
        ({"status": "too_small_to_measure"}, TooSmall),
        ({"status": "present", "diameter_mm": 12}, Present),
        ({"status": "unequivocal_pd"}, UnequivocalProgression),
        ({"status": "merged"}, Merged),
        ({"status": "split"}, Split),
        ({"status": "nonviable"}, Nonviable),
        ({"diameter_mm": 12}, Measured),
        ({}, NotEvaluable),
    ],
)
def test_that_a_status_is_a_finding(listed: dict[str, Any], kind: type) -> None:
    later = {"id": "L1", "region": "intra", "role": "target", "organ": "liver", "kind": "other"} | listed
    one = read_case(patient("L1=30", {"lesions": [later]}))
    assert isinstance(one.reads[0].timepoints[1].observations[0].finding, kind)


def test_that_a_nontarget_without_a_status_is_there_at_baseline_and_not_evaluable_later() -> None:
    one = read_case(patient("INF=", "INF="))
    findings = [t.observations[0].finding for t in one.reads[0].timepoints]
    assert [type(f) for f in findings] == [Present, NotEvaluable]


def test_that_fixed_attributes_come_from_the_first_listing() -> None:
    first = visit("L1=30", L1={"segment": "V", "axis": "viable_longest"})
    one = read_case(patient(first, "L1=20"))
    assert [s.value for s in one.reads[0].lesions[0].segments] == ["V"]
    with pytest.raises(CaseFileError, match="'longest' was 'viable_longest' at the first listing"):
        read_case(patient(first, visit("L1=20", L1={"axis": "longest"})))


def test_that_everything_else_of_a_case_is_read() -> None:
    one = read_case(
        patient(
            visit("L1=30", clinical={"afp_ng_ml": ">35000", "pivka_mau_ml": 117, "albumin_g_dl": 3.45}),
            arm="A",
            enrolled_day=-20,
            randomised_day=-7,
            treatments=[{"kind": "TACE", "day": 0, "dose": 50, "lesions": ["L1"]}, {"kind": "sorafenib", "day": 3}],
            events=[{"kind": "death", "day": 400}],
            policy={},
        )
    )
    clinical = one.timepoints[0].clinical
    assert clinical is not None
    assert (clinical.afp_ng_ml, clinical.pivka_mau_ml) == (Marker(Fraction(35000), above=True), Marker(Fraction(117)))
    assert clinical.albumin_g_dl == Fraction(345, 100)
    assert (one.arm, one.enrolled_day, one.randomised_day) == ("A", -20, -7)
    assert [(t.kind, t.day, t.dose, t.lesions) for t in one.treatments] == [
        ("TACE", 0, "50", ("L1",)),
        ("sorafenib", 3, "", ()),
    ]
    assert one.events[0].day == 400


def test_that_bare_sequences_are_read_and_their_faults_named() -> None:
    document = {"schema": "best-response-cases/1", "cases": [{"id": "a", "sequence": [{"day": 42, "response": "PR"}]}]}
    (one,) = read_document(document)
    assert isinstance(one, Sequenced)
    assert one.sequence[0].response == "PR"
    bad = {"id": "b", "sequence": [{"day": 42, "response": "NA"}, {"day": 42, "response": "PR"}, 3, {"day": 50}]}
    faults = _faults({"schema": "best-response-cases/1", "cases": [bad, 4]})
    assert len(faults) == 5


def test_that_one_case_alone_is_read_or_refused() -> None:
    assert read_case(patient("L1=30")).id == "patient"
    with pytest.raises(CaseFileError, match="case: 3 is not a case"):
        read_case(3)


@pytest.mark.parametrize(
    ("later", "where", "words"),
    [
        ("Lu2=9", "Lu2", "is not a target that was listed before"),
        ("L2=9", "L1", ""),
        ("L2=9", "INF", "is not a target that was listed before"),
        ("xLu=9", "Lu1", 'a fragment of target "Lu1" is a target'),
        ("L2=9", "Lu1", 'a fragment lies where "Lu1" lies'),
    ],
)
def test_that_a_fragment_names_a_target_that_was_listed_before(later: str, where: str, words: str) -> None:
    name = later.partition("=")[0]
    given = patient("L1=30 Lu1=20 INF=P", visit(f"L1=split Lu1=20 INF=P {later}", **{name: {"parent": where}}))
    if not words:
        assert read_case(given).reads[0].lesions[-1].parent == where
        return
    with pytest.raises(CaseFileError, match=words):
        read_case(given)


def test_that_only_a_target_is_split_and_a_fragment_stays_one_and_none_is_of_the_baseline() -> None:
    with pytest.raises(CaseFileError, match="'split' is said of a target"):
        case("L1=30 INF=P", visit("L1=30 INF=P", INF={"status": "split"}))
    with pytest.raises(CaseFileError, match="a lesion keeps what it is a fragment of"):
        case("L1=30", visit("L1=split L2=9", L2={"parent": "L1"}), "L1=split L2=9")
    with pytest.raises(CaseFileError, match="is a lesion of the baseline, and no fragment"):
        case(visit("L1=30 L2=9", L2={"parent": "L1"}))


@pytest.mark.parametrize("status", ["absent", "nonviable", "merged"])
def test_that_a_new_lesion_is_not_listed_before_it_is_there(status: str) -> None:
    with pytest.raises(CaseFileError, match=r'lesions\[1\].status: new lesion "xIN" is not there; list it from where'):
        case("L1=30", visit("L1=30 xIN=", xIN={"status": status}), "L1=30 xIN=15t")
    with pytest.raises(CaseFileError, match="is not there"):
        case("L1=30", visit("L1=30 xIN=", xIN={"status": "measured", "diameter_mm": 0}))
    assert case("L1=30", visit("L1=30 xIN=", xIN={"status": "not_evaluable"})).reads[0].lesions[1].id == "xIN"


def test_that_a_line_is_a_case_or_a_bare_sequence() -> None:
    assert isinstance(read_line(patient("L1=30")), Case)
    assert isinstance(read_line({"id": "a", "sequence": [{"day": 42, "response": "PR"}]}), Sequenced)
    for faulty, path in (
        ({"id": "a", "sequence": [{"day": 42, "response": "NA"}]}, "case.sequence[0].response"),
        (patient("L1=30", sequence=[]), "case.sequence"),
        (5, "case"),
    ):
        with pytest.raises(CaseFileError, match=re.escape(f"{path}: ")):
            read_line(faulty)


def test_that_a_decimal_beyond_its_limits_is_refused_as_it_was_written() -> None:
    one = patient("L1=30", visit("L1=30", clinical={"hb_g_dl": 31.5}))
    one["timepoints"][1]["lesions"][0]["diameter_mm"] = 600.5
    with pytest.raises(CaseFileError) as refused:
        read_case(decode(json.dumps(one)))
    assert refused.value.faults == (
        "case.timepoints[1].lesions[0].diameter_mm: 600.5 is not a length between 0 and 500 mm",
        "case.timepoints[1].clinical.hb_g_dl: 31.5 is not above 0 and at most 30",
    )
