"""How long it takes to judge patients: in memory, and as JSON lines in and out."""

from __future__ import annotations

import json
import tempfile
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

from app.cli import main
from app.resources import load_protocol, load_ruleset
from mrecist.assess import assess
from mrecist.case import Case
from mrecist.casefile import read_case
from mrecist.protocols import Protocol
from mrecist.rulesets import RuleSet
from tests.benchmarks.rows import Row, interleaved

TIMEPOINTS = 20
PATIENTS = 2500
"""Enough of them that the start of the processes that share the lines weighs little, as it does with 100,000."""
SAMPLE = 250
SCALE = 100_000 / (PATIENTS * TIMEPOINTS)

_CLINICAL = {
    "ecog": 0, "bilirubin_mg_dl": 0.9, "albumin_g_dl": 3.9, "inr": 1.1, "ascites": "none", "encephalopathy": 0,
    "ast_x_uln": 1.2, "alt_x_uln": 1.1, "anc_per_ul": 3200, "hb_g_dl": 12.5, "platelets_per_ul": 140000,
    "creatinine_x_uln": 0.9, "main_pv_occlusion": False, "tace_benefit": "yes", "tace_planned": True,
}  # fmt: skip


def patient(number: int) -> dict[str, Any]:
    """A patient of 20 time points, 2 targets and 1 non-target in the liver, 2 targets outside, with clinical data."""
    return {
        "id": f"P{number}",
        "timepoints": [
            {"timepoint": f"TP{n}", "day": 42 * n, "lesions": _lesions(number, n), "clinical": _CLINICAL}
            for n in range(TIMEPOINTS)
        ],
    }


def _lesions(number: int, n: int) -> list[dict[str, Any]]:
    shrinking = 45.0 - 1.5 * min(n, 12) + 0.1 * (number % 7)
    liver = {"region": "intra", "organ": "liver", "kind": "other"}
    lung = {"region": "extra", "organ": "lung", "kind": "other", "role": "target"}
    return [
        liver | {"id": "L1", "role": "target", "diameter_mm": round(shrinking, 1), "whole_mm": 50.0},
        liver | {"id": "L2", "role": "target", "diameter_mm": round(shrinking * 0.6, 1), "whole_mm": 30.0},
        liver | {"id": "L3", "role": "nontarget", "status": "present"},
        lung | {"id": "Lu1", "diameter_mm": round(18.0 + 0.3 * n, 1)},
        lung | {"id": "Lu2", "diameter_mm": round(14.0 - 0.1 * n, 1)},
    ]


def _with_reasons(case: Case, rules: RuleSet, protocol: Protocol) -> None:
    """Every response with the rules that hold and their numbers, as a panel that opens all derivations asks for."""
    for at in assess(case, rules, protocol=protocol).timepoints:
        reasons = [*at.intrahepatic.reasons, *at.extrahepatic.reasons, *at.overall.reasons]
        for decision in (at.tace, at.sorafenib):
            assert decision is not None
            reasons += decision.reasons
        assert all(r.rule and r.numbers is not None for r in reasons)


def run() -> list[Row]:
    rules, protocol = load_ruleset(), load_protocol()
    plain = [patient(number) for number in range(PATIENTS)]
    cases = [read_case(one) for one in plain[:SAMPLE]]
    with tempfile.TemporaryDirectory() as folder:
        file, told = Path(folder) / "patients.jsonl", Path(folder) / "results.jsonl"
        file.write_text("".join(json.dumps(one) + "\n" for one in plain), encoding="utf-8")

        def in_memory() -> None:
            for case in cases:
                assess(case, rules, protocol=protocol)

        def with_reasons() -> None:
            for case in cases:
                _with_reasons(case, rules, protocol)

        def as_lines() -> None:
            with told.open("w", encoding="ascii") as out, redirect_stdout(out):
                status = main(["assess", "--jsonl", str(file)])
            assert status == 0

        jobs = {"memory": in_memory, "reasons": with_reasons, "lines": as_lines, "json": lambda: _json_alone(plain)}
        seconds = interleaved(jobs)
        with told.open(encoding="ascii") as results:
            assert sum(1 for _ in results) == PATIENTS
    measured = f"scaled, measured on {SAMPLE * TIMEPOINTS:,} time points"
    by_lines = f"scaled, measured on {PATIENTS * TIMEPOINTS:,} time points"
    a_patient = seconds["reasons"] / SAMPLE * 1e3
    return [
        Row(f"engine: a patient of {TIMEPOINTS} time points with reasons", a_patient, "ms", 2.0),
        Row(
            "engine: 100,000 time points in memory",
            seconds["memory"] * SCALE * PATIENTS / SAMPLE,
            "s",
            10.0,
            note=measured,
        ),
        Row("engine: 100,000 time points as JSON lines", seconds["lines"] * SCALE, "s", 25.0, note=by_lines),
        Row("peer: json alone, loads and dumps of the same input", seconds["json"] * SCALE, "s", note=by_lines),
    ]


def _json_alone(plain: list[dict[str, Any]]) -> None:
    for one in plain:
        json.loads(json.dumps(one))
