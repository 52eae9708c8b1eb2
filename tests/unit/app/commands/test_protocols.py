"""`protocols`: lists, tells, checks with field and remedy, and gives a schema that the shipped files keep."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import fastjsonschema
import pytest

from app.cli import BAD_USAGE, DONE, REFUSED, main
from app.resources import PROTOCOLS, load_protocol, read_text


def test_that_every_protocol_is_listed_with_its_source(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["protocols", "--json"]) == DONE
    listed = json.loads(capsys.readouterr().out)
    assert [x["name"] for x in listed["protocols"]] == list(PROTOCOLS) and listed["refused"] == []
    assert all(x["source"] and x["title"] and x["version"] for x in listed["protocols"])
    assert main(["protocols"]) == DONE
    assert "ld-ccrt 1.0.0: Liver-directed" in capsys.readouterr().out


def test_that_a_protocol_is_told_whole(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["protocols", "ld_ccrt", "--json"]) == DONE
    (told,) = json.loads(capsys.readouterr().out)["protocols"]
    assert told["rows"]["tace"][-1]["row"] == "LT9" and told["not_in_source"] and told["ambiguities"]
    assert {w["id"]: (w["first_days"], w["last_days"]) for w in told["windows"]}["response"] == (28, 35)
    assert main(["protocols", "cotsom"]) == DONE
    shown = capsys.readouterr().out
    assert "INR above 1.7 (inr ≤ 1.7)" in shown and "not in the source: primary endpoint" in shown
    assert main(["protocols", "cotsum"]) == BAD_USAGE
    assert "cotsum: not known. Known are cotsom, sorafenib-vs-fm" in capsys.readouterr().err


def test_that_a_file_is_checked_with_field_and_remedy(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = read_text("protocols", "cotsom.toml")
    good, bad, worse, binary = (tmp_path / f"{x}.toml" for x in ("good", "bad", "worse", "binary"))
    good.write_text(text, encoding="utf-8")
    bad.write_text(text.replace("above = 1.7", "above = 1.7\nbelow = 1").replace('"imaging"', '"x"'), encoding="utf-8")
    worse.write_text("[[tace", encoding="utf-8")
    binary.write_bytes(b"\xff\xfe")
    files = [str(x) for x in (good, bad, worse, binary, tmp_path / "none.toml")]
    assert main(["protocols", "--json", "--check", *files]) == REFUSED
    found = json.loads(capsys.readouterr().out)["files"]
    assert [x["ok"] for x in found] == [True, False, False, False, False]
    assert found[0]["protocol"]["version"].startswith(f"{load_protocol().version}+file.")
    fields = {x["field"]: x["text"] for x in found[1]["faults"]}
    assert fields["gates[5]"] == "has either above or below, or at_least or at_most"
    assert fields["tace[6].asks"] == "x is not a question"
    assert "eligibility[16]" in fields, "the limit of the entry criterion was spoilt as well"
    assert "Save it as UTF-8" in found[3]["faults"][0]["text"] and "cannot be read" in found[4]["faults"][0]["text"]
    assert main(["protocols", "--check", str(good)]) == DONE
    assert f"is a protocol: cotsom {load_protocol().version}+file." in capsys.readouterr().out
    assert main(["protocols", "--check", str(bad)]) == REFUSED
    assert "  gates[5]: has either above or below" in capsys.readouterr().out


def test_that_the_shipped_files_keep_the_schema_and_a_wrong_one_does_not(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["protocols", "--schema"]) == DONE
    validate = fastjsonschema.compile(json.loads(capsys.readouterr().out))
    for name in PROTOCOLS:
        validate(tomllib.loads(read_text("protocols", f"{name}.toml")))
    wrong = tomllib.loads(read_text("protocols", "cotsom.toml"))
    wrong["tace"][0]["output"] = "STOP"
    with pytest.raises(fastjsonschema.JsonSchemaException, match=r"tace\[0\].output must be one of"):
        validate(wrong)
