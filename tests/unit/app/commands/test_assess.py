"""The `assess` command: one JSON document, JSON lines, a table; refusals name file and path."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from app.cli import BAD_USAGE, DONE, REFUSED, main
from app.commands import assess, judging
from app.resources import read_text
from mrecist import casefile
from tests.support.patients import patient, visit


def _write(path: Path, *cases: dict[str, Any], schema: str = "tumour-response-cases/1") -> str:
    path.write_text(json.dumps({"schema": schema, "cases": list(cases)}), encoding="utf-8")
    return str(path)


def test_that_json_is_one_document_and_nothing_else(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    one = _write(tmp_path / "a.json", patient("L1=10", "L1=12", id="a"))
    other = _write(tmp_path / "b.json", patient("Lu1=10", "Lu1=12", id="b"))
    assert main(["assess", one, other, "--json"]) == DONE
    document = json.loads(capsys.readouterr().out)
    assert (document["ruleset"], document["version"]) == ("mrecist-literal", "1.0.0")
    responses = [r["timepoints"][0]["overall"]["response"] for r in document["results"]]
    assert responses == ["PD", "SD"]


def test_that_the_rule_set_is_chosen_but_a_case_keeps_its_policy(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    own = patient("L1=10", "L1=12", id="own", policy={"min_abs_mm": {"intra": 0}})
    file = _write(tmp_path / "a.json", patient("L1=10", "L1=12"), own)
    assert main(["assess", file, "--ruleset", "harmonised-5", "--json"]) == DONE
    document = json.loads(capsys.readouterr().out)
    assert [r["timepoints"][0]["intrahepatic"]["response"] for r in document["results"]] == ["SD", "PD"]


def test_that_a_protocol_brings_decisions(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = _write(tmp_path / "a.json", patient("L1=30", "L1=0"))
    assert main(["assess", file, "--protocol", "cotsom", "--json"]) == DONE
    (at,) = json.loads(capsys.readouterr().out)["results"][0]["timepoints"]
    assert at["decisions"]["tace"]["decision"] == "STOP_CR"


def test_that_a_refused_file_prints_nothing_and_every_fault(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    good = _write(tmp_path / "good.json", patient("L1=10", "L1=12"))
    bad = _write(tmp_path / "bad.json", patient("L1=10", "L1=-12", colour=1))
    assert main(["assess", good, bad, "--json"]) == REFUSED
    shown = capsys.readouterr()
    assert shown.out == ""
    assert "bad.json: cases[0].colour: is not a known key" in shown.err
    assert "bad.json: cases[0].timepoints[1].lesions[0].diameter_mm: -12.0 is not a length" in shown.err


def test_that_a_flood_of_faults_is_cut_short(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bad = _write(tmp_path / "bad.json", *(patient("L1=10", id=str(i), colour=1) for i in range(120)))
    assert main(["assess", bad, "--json"]) == REFUSED
    assert "and 20 more" in capsys.readouterr().err


@pytest.mark.parametrize("form", [["--json"], ["--jsonl"]])
def test_that_a_missing_file_is_refused(form: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["assess", str(tmp_path / "none.json"), *form]) == REFUSED
    assert "none.json: cannot be read (No such file or directory)" in capsys.readouterr().err


@pytest.mark.parametrize("words", [[], ["x.json", "--ruleset", "who"], ["x.json", "--json", "--jsonl"]])
def test_that_bad_usage_is_told(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["assess", *words]) == BAD_USAGE
    assert "usage" in capsys.readouterr().err


def test_that_people_get_a_table(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = _write(tmp_path / "a.json", patient("L1=30 Lu1=20", "L1=40 Lu1=20", protocol="cotsom"))
    assert main(["assess", file]) == DONE
    shown = capsys.readouterr().out
    plain = _write(tmp_path / "b.json", patient("PVT=P", "PVT=P"))
    assert main(["assess", plain]) == DONE
    assert "TACE" not in capsys.readouterr().out
    assert "PD 40.0 mm" in shown and "TACE JUDGEMENT T9" in shown and "best overall: SD" not in shown


def test_that_lines_are_read_and_written_one_case_each(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = [json.dumps(patient("L1=10", "L1=12", id=str(i))) for i in range(3)]
    file = tmp_path / "cases.jsonl"
    file.write_text("\n\n".join(lines) + "\n", encoding="utf-8")
    assert main(["assess", str(file), "--jsonl"]) == DONE
    found = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [f["id"] for f in found] == ["0", "1", "2"]
    assert found[0]["timepoints"][0]["overall"]["response"] == "PD"


def test_that_lines_may_be_bare_sequences_beside_cases(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sequence = [{"day": 42, "response": "CR"}, {"day": 84, "response": "PR"}]
    lines = (json.dumps({"id": "s", "sequence": sequence}), json.dumps(patient("L1=10", "L1=12", id="c")))
    file = tmp_path / "both.jsonl"
    file.write_text("\n".join(lines), encoding="utf-8")
    assert main(["assess", str(file), "--jsonl"]) == DONE
    best, case = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert best == {"id": "s", "unconfirmed": "CR", "confirmed": "SD", "warnings": ["CR_THEN_PR"]}
    assert (case["id"], case["timepoints"][0]["overall"]["response"]) == ("c", "PD")


def test_that_no_line_is_written_if_any_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    good = json.dumps(patient("L1=10", "L1=12"))
    file = tmp_path / "cases.jsonl"
    file.write_text(f"{good}\n{good}\n{{\n", encoding="utf-8")
    assert main(["assess", str(file), "--jsonl"]) == REFUSED
    shown = capsys.readouterr()
    assert shown.out == ""
    assert 'line 2: id: "patient" is the id of an earlier case' in shown.err
    assert "line 3: not JSON" in shown.err


@pytest.mark.parametrize("option", ["--json", "--jsonl"])
def test_that_two_files_may_not_hold_cases_of_one_id(
    option: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Results go by the id: two patients of one name could not be told apart."""
    one = patient("L1=10", "L1=12")
    files = [_write(tmp_path / name, one) for name in ("a.json", "b.json")]
    if option == "--jsonl":
        for file in files:
            Path(file).write_text(json.dumps(one), encoding="utf-8")
    assert main(["assess", *files, option]) == REFUSED
    shown = capsys.readouterr()
    assert shown.out == "" and "b.json" in shown.err and 'id: "patient" is the id of' in shown.err


def test_that_many_faulty_lines_are_given_up_on(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    same = json.dumps(patient("L1=10"))
    file = tmp_path / "cases.jsonl"
    file.write_text("\n".join([same] * 200), encoding="utf-8")
    assert main(["assess", str(file), "--jsonl"]) == REFUSED
    shown = capsys.readouterr().err
    assert "reading stopped after 100 faults; there may be more" in shown
    assert "line 101:" in shown and "line 102:" not in shown


@pytest.mark.parametrize("line", ["{", json.dumps({"a": 1, "b": 2, "c": 3})], ids=["no JSON", "several faults a line"])
def test_that_reading_stops_where_no_more_faults_can_be_shown(
    line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    read: list[object] = []
    monkeypatch.setattr(judging, "decode", lambda text: (read.append(text), casefile.decode(text))[1])
    file = tmp_path / "cases.jsonl"
    file.write_text(f"{line}\n" * 5000, encoding="utf-8")
    assert main(["assess", str(file), str(file), "--jsonl"]) == REFUSED
    assert len(read) <= 100
    shown = capsys.readouterr()
    assert shown.out == "" and len(shown.err.splitlines()) < 110


def test_that_lines_judged_on_all_processors_are_the_same_in_the_same_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = [json.dumps(patient("L1=10 Lu1=20", f"L1={n} Lu1=20", id=str(n))) for n in range(1, 200)]
    file = tmp_path / "cases.jsonl"
    file.write_text("\n".join(lines), encoding="utf-8")
    assert main(["assess", str(file), "--jsonl"]) == DONE
    alone = capsys.readouterr().out
    monkeypatch.setattr(assess, "_PARALLEL_FROM_BYTES", 0)
    assert main(["assess", str(file), "--jsonl"]) == DONE
    assert capsys.readouterr().out == alone
    file.write_text("\n".join([*lines[:150], "{", *lines[:1]]), encoding="utf-8")
    assert main(["assess", str(file), "--jsonl"]) == REFUSED
    shown = capsys.readouterr()
    assert shown.out == ""
    assert "line 151: not JSON" in shown.err and 'line 152: id: "1" is the id of an earlier case' in shown.err


@pytest.mark.parametrize("form", [["--json"], ["--jsonl"]])
def test_that_the_faults_of_all_files_are_told_beside_one_that_cannot_be_read(
    form: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("a.json", "c.json"):
        (tmp_path / name).write_text("{", encoding="utf-8")
    files = [str(tmp_path / name) for name in ("a.json", "none.json", "c.json")]
    assert main(["assess", *files, *form]) == REFUSED
    shown = capsys.readouterr().err
    assert all(name in shown for name in ("a.json: ", "none.json: cannot be read", "c.json: "))


def test_that_withdrawn_consent_alone_brings_decisions(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    withdrawn = [{"kind": "consent_withdrawn", "day": 84}]
    file = _write(tmp_path / "a.json", patient("L1=30 Lu1=20", "L1=30 Lu1=20", "L1=30 Lu1=20", events=withdrawn))
    assert main(["assess", file, "--json"]) == DONE
    before, after = json.loads(capsys.readouterr().out)["results"][0]["timepoints"]
    assert (before["decisions"]["tace"]["row"], before["decisions"]["sorafenib"]["row"]) == ("T11", "S9")
    assert after["decisions"]["tace"]["decision"] == after["decisions"]["sorafenib"]["decision"] == "STOP_WITHDRAWN"


@pytest.mark.parametrize("kind", ["last_contact", "new_therapy"])
def test_that_other_events_bring_no_decisions(kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = _write(tmp_path / "a.json", patient("L1=30", "L1=30", events=[{"kind": kind, "day": 42}]))
    assert main(["assess", file, "--json"]) == DONE
    assert "decisions" not in json.loads(capsys.readouterr().out)["results"][0]["timepoints"][0]


@pytest.mark.parametrize(
    ("name", "label", "tace", "sorafenib"),
    [
        ("sorafenib-vs-fm", "sorafenib-vs-fm", "NO_INDICATION FT9", "CONTINUE FS12"),
        ("sorafenib_vs_fm", "sorafenib-vs-fm", "NO_INDICATION FT9", "CONTINUE FS12"),
        ("tace_sorafenib", "tace-sorafenib-sequential", "HOLD QT2", "JUDGEMENT QS9"),
        ("ld_ccrt", "ld-ccrt", "HOLD LT3", "NOT_YET LS12"),
        ("multidisciplinary-hcc", "multidisciplinary-hcc", "JUDGEMENT MT8", "CONTINUE MS10"),
    ],
)
def test_that_every_protocol_decides_by_its_own_tables(
    name: str, label: str, tace: str, sorafenib: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = _write(tmp_path / "a.json", patient("L1=30", "L1=30"), patient("L1=30", "L1=30", protocol=name, id="B"))
    assert main(["assess", file, "--protocol", name, "--json"]) == DONE
    for result in json.loads(capsys.readouterr().out)["results"]:
        assert result["protocol"] == f"{label} 1.0.0"
        decided = result["timepoints"][0]["decisions"]
        assert [f"{decided[x]['decision']} {decided[x]['row']}" for x in ("tace", "sorafenib")] == [tace, sorafenib]


def test_that_a_protocol_of_ones_own_decides_and_its_digest_is_printed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    own = tmp_path / "own.toml"
    text = read_text("protocols", "cotsom.toml").replace('name = "cotsom"', 'name = "our-study"', 1)
    own.write_text(text, encoding="utf-8")
    file = _write(tmp_path / "a.json", patient("L1=30", "L1=30", protocol="our-study"))
    assert main(["assess", file, "--protocol", str(own), "--json"]) == DONE
    result = json.loads(capsys.readouterr().out)["results"][0]
    assert result["protocol"].startswith("our-study 1.0.2+file.") and result["timepoints"][0]["decisions"]
    assert main(["assess", file, "--json"]) == REFUSED
    assert '"our-study" is not one of cotsom' in capsys.readouterr().err
    own.write_text(text.replace('output = "STOP_CR"', 'output = "STOP"'), encoding="utf-8")
    assert main(["assess", file, "--protocol", str(own), "--json"]) == REFUSED
    assert f"{own}: tace[2].output is one of CONTINUE" in capsys.readouterr().err


def test_that_an_unknown_protocol_is_bad_usage_and_the_known_ones_are_named(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["assess", "x.json", "--protocol", "COTSOM"]) == BAD_USAGE
    shown = capsys.readouterr().err
    assert all(name in shown for name in ("cotsom", "sorafenib_vs_fm", "tace_sorafenib", "ld_ccrt"))


def test_that_headings_are_told_in_the_language_of_the_sentences_and_stand_in_their_columns(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    whole = {"whole_mm": 8, "override": {"E-SMALL": "\uacb0\uc815"}}
    case = patient(visit("L1=9 Lu1=20", day=-30, L1=whole), "L1=5 Lu1=20", protocol="cotsom", id="7")
    file = _write(tmp_path / "a.json", case)
    assert main(["assess", file, "--language", "ko", "--robustness", "--draws", "20", "--scores"]) == DONE
    lines = capsys.readouterr().out.splitlines()
    codes = {"mrecist", "literal", "BL", "TP", "TACE", "JUDGEMENT", "CONTINUE", "GATE", "UNKNOWN", "PR", "SD", "PD"}
    codes |= {
        "ND",
        "mm",
        "WINDOW",
        "SMALL",
        "WHOLE",
        "UNRECORDED",
        "INR",
        "AST",
        "ALT",
        "DISCORDANT",
        "ECOG",
        "BORDERLINE",
    }
    codes |= {"Lu", "COTSOM", "ART", "ABCR", "BCLC", "JSH", "LCSGJ", "EASL", "TACTICS", "UnTACEable"}
    left = {word for line in lines for word in re.findall(r"[A-Za-z]{2,}", line.partition(" [")[0])}
    assert left - codes == set()
    columns = [
        _columns(line[: line.index(name)]) for line in lines for name in ("\uacb0\uc815, ", "TACE ") if name in line
    ]
    assert columns[:2] == [2 + 12 + 6 + 2 + 16 + 16 + 11 + 16] * 2, "the last column begins under its heading"


def _columns(text: str) -> int:
    """How wide a text stands where a letter of Hangul takes two columns."""
    return sum(2 if "\uac00" <= x <= "\ud7a3" else 1 for x in text)


def test_that_bare_sequences_get_their_best_response(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sequence = [{"day": 42, "response": "PR"}, {"day": 84, "response": "SD"}]
    file = _write(tmp_path / "s.json", {"id": "a", "sequence": sequence}, schema="best-response-cases/1")
    assert main(["assess", file, "--json"]) == DONE
    assert json.loads(capsys.readouterr().out) == {"results": [{"id": "a", "unconfirmed": "PR", "confirmed": "SD"}]}
    assert main(["assess", file]) == DONE
    assert capsys.readouterr().out == "a: best response PR, confirmed SD\n"
    assert main(["assess", file, "--language", "ko"]) == DONE
    assert capsys.readouterr().out == "a: \ucd5c\uc120 \ubc18\uc751 PR, \ud655\uc99d SD\n"
    cases = _write(tmp_path / "c.json", patient("L1=10"))
    assert main(["assess", file, cases, "--json"]) == REFUSED
    assert "in two calls" in capsys.readouterr().err


def test_that_a_rule_set_of_ones_own_is_read_from_its_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    own = read_text("rulesets", "mrecist-literal.toml").replace("progression_pct = 20", "progression_pct = 25")
    own = own.replace('name = "mrecist-literal"', 'name = "ours"').replace('version = "1.0.0"', 'version = "0.1"')
    rules = tmp_path / "ours.toml"
    rules.write_text(own, encoding="utf-8")
    file = _write(tmp_path / "a.json", patient("L1=100", "L1=124"))
    assert main(["assess", file, "--ruleset", str(rules), "--json"]) == DONE
    document = json.loads(capsys.readouterr().out)
    name, version = document["ruleset"], document["version"]
    assert name == "ours" and version.startswith("0.1+file.")
    rules.write_text(own.replace("response_pct = 30", "response_pct = 29"), encoding="utf-8")
    assert main(["assess", file, "--ruleset", str(rules), "--json"]) == DONE
    other = json.loads(capsys.readouterr().out)
    assert other["version"].startswith("0.1+file.") and other["version"] != version
    assert document["results"][0]["timepoints"][0]["overall"]["response"] == "SD"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (None, "cannot be read"),
        ("name = 5", "not a rule set: name is a text; version is missing"),
        ("\udcff", "can't decode byte"),
    ],
)
def test_that_a_faulty_rule_set_is_refused(
    text: str | None, words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rules = tmp_path / "ours.toml"
    if text is not None:
        rules.write_bytes(text.encode("utf-8", "surrogateescape"))
    file = _write(tmp_path / "a.json", patient("L1=100", "L1=124"))
    assert main(["assess", file, "--ruleset", str(rules), "--json"]) == REFUSED
    shown = capsys.readouterr()
    assert shown.out == "" and "ours.toml: " in shown.err and words in shown.err


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("response_pct = 30", "response_pct = 3e9999999", "3e9999999 is no number that a threshold can be"),
        ("response_pct = 30", "response_pct = 0", "target.response_pct is above 0 and at most 100"),
        ("response_pct = 30", "response_pct = 150", "target.response_pct is above 0 and at most 100"),
        ("sd_pct = 6.1", "sd_pct = 1e400", "1e400 is no number that a threshold can be"),
        ("progression_pct = 20", "progression_pct = nan", "nan is no number that a threshold can be"),
    ],
)
def test_that_a_senseless_threshold_is_refused(
    old: str, new: str, words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = read_text("rulesets", "mrecist-literal.toml")
    assert old in text
    rules = tmp_path / "ours.toml"
    rules.write_text(text.replace(old, new), encoding="utf-8")
    file = _write(tmp_path / "a.json", patient("L1=100", "L1=124"))
    assert main(["assess", file, "--ruleset", str(rules)]) == REFUSED
    assert words in capsys.readouterr().err


def test_that_what_does_not_conform_stands_in_the_table_for_people(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = _write(tmp_path / "a.json", patient("L1=30 L2=20 L3=8", "L1=30 L2=20 L3=8"))
    assert main(["assess", file]) == DONE
    shown = capsys.readouterr().out
    assert "error E-ORGAN: 3 targets in liver; at most 2 in one organ." in shown
    assert "error E-SMALL: L3: 8.0 mm is below 10.0 mm." in shown


def test_that_a_case_policy_is_part_of_the_version_printed_with_its_result(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    own = patient("L1=10", "L1=12", id="own", policy={"min_abs_mm": {"intra": 5, "extra": 2.5}})
    same = patient("L1=10", "L1=12", id="same", policy={"min_abs_mm": {"intra": 0}})
    file = _write(tmp_path / "a.json", own, same)
    assert main(["assess", file, "--json"]) == DONE
    versions = [r["version"] for r in json.loads(capsys.readouterr().out)["results"]]
    assert versions == ["1.0.0+extrahepatic-2.5mm.intrahepatic-5mm", "1.0.0"]


def test_that_robustness_is_told_beside_the_responses(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = _write(tmp_path / "a.json", patient("L1=50 Lu1=20", "L1=36 Lu1=20"))
    words = ["assess", file, "--draws", "200", "--error-mm", "2"]
    assert main([*words, "--json"]) == DONE
    (one,) = json.loads(capsys.readouterr().out)["results"]
    rests_on = one["measurement_error"]
    assert (rests_on["sd_mm"], rests_on["sd_pct"], rests_on["draws"]) == (2.0, 0.0, 200)
    (at,) = one["timepoints"]
    shares = at["intrahepatic"]["probability"]
    assert at["intrahepatic"]["response"] == "SD"
    assert set(shares) == {"PR", "SD"} and sum(shares.values()) == pytest.approx(1)
    assert sum(at["composite_probability"].values()) == pytest.approx(1)
    assert main(words) == DONE
    assert "measured again: intrahepatic SD " in capsys.readouterr().out
    assert main(["assess", file, "--robustness", "--draws", "20", "--json"]) == DONE
    assert json.loads(capsys.readouterr().out)["results"][0]["measurement_error"]["sd_pct"] == 6.1


@pytest.mark.parametrize(
    "option", ["--error-mm=-1", "--error-mm=1e400", "--error-mm=inf", "--error-pct=x", "--draws=0", "--draws=abc"]
)
def test_that_a_senseless_measurement_error_is_bad_usage(option: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["assess", "a.json", option]) == BAD_USAGE
    assert option.partition("=")[0] in capsys.readouterr().err


def test_that_a_pr_after_a_cr_is_warned_of_in_a_bare_sequence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    doubtful = {"id": "a", "sequence": [{"day": 42, "response": "CR"}, {"day": 84, "response": "PR"}]}
    plain = {"id": "b", "sequence": [{"day": 42, "response": "PR"}, {"day": 84, "response": "CR"}]}
    file = _write(tmp_path / "s.json", doubtful, plain, schema="best-response-cases/1")
    assert main(["assess", file, "--json"]) == DONE
    assert json.loads(capsys.readouterr().out)["results"] == [
        {"id": "a", "unconfirmed": "CR", "confirmed": "SD", "warnings": ["CR_THEN_PR"]},
        {"id": "b", "unconfirmed": "CR", "confirmed": "PR"},
    ]
    assert main(["assess", file]) == DONE
    assert "a: best response CR, confirmed SD (a PR follows a CR" in capsys.readouterr().out


def test_that_the_published_schemes_are_told_on_request_and_change_no_decision(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    treatments = [{"kind": "TACE", "day": 7}]
    file = _write(
        tmp_path / "a.json", patient("L1=30 Lu1=20", "L1=28 Lu1=20", protocol="cotsom", treatments=treatments)
    )
    assert main(["assess", file, "--json"]) == DONE
    plain = json.loads(capsys.readouterr().out)
    assert main(["assess", file, "--json", "--scores"]) == DONE
    advised = json.loads(capsys.readouterr().out)
    (at,) = advised["results"][0]["timepoints"]
    panels = at.pop("advisory")
    assert advised == plain
    assert [p["scheme"] for p in panels] == ["ART", "ABCR", "JSH-2014", "JSH-2021", "EASL", "TACTICS", "TWO-SESSIONS"]
    assert main(["assess", file, "--scores"]) == DONE
    shown = capsys.readouterr().out
    assert "ART" in shown and "Hepatology 2013;57:2261" in shown and "But: " in shown


def test_that_a_share_is_never_told_as_certain_where_it_is_not(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """PR where 10 S <= 7 B: the difference is 15 mm, its standard deviation 0.45 sqrt(149) = 5.5 mm: 0.3 % are PR."""
    file = _write(tmp_path / "a.json", patient("L1=50", "L1=36.5"))
    assert main(["assess", file, "--error-mm", "0.45", "--draws", "2000"]) == DONE
    assert "intrahepatic SD >99%, PR <1%" in capsys.readouterr().out
