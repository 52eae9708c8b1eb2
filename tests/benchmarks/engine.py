"""How long it takes to judge patients, no two of them alike: in memory, and as JSON lines in and out."""

from __future__ import annotations

import gc
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
from tests.benchmarks.engine_patients import TIMEPOINTS, patient
from tests.benchmarks.rows import Row, interleaved

PATIENTS = 2500
"""Enough of them that the start of the processes that share the lines weighs little, as it does with 100,000."""
SAMPLE = 250
SCALE = 100_000 / (PATIENTS * TIMEPOINTS)


def _with_reasons(case: Case, rules: RuleSet, protocol: Protocol) -> None:
    """Every response with the rules that hold and their numbers, as a panel that opens all derivations asks for."""
    for at in assess(case, rules, protocol=protocol).timepoints:
        reasons = [*at.intrahepatic.reasons, *at.extrahepatic.reasons, *at.overall.reasons]
        for decision in (at.tace, at.sorafenib):
            assert decision is not None
            reasons += decision.reasons
        assert all([r.rule and len(dict(r.numbers)) == len(r.numbers) for r in reasons])


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

        # the patients are the benchmark's: no search for garbage goes through them, as none would in the program
        gc.collect()
        gc.freeze()
        jobs = {"memory": in_memory, "reasons": with_reasons, "lines": as_lines, "json": lambda: _json_alone(plain)}
        try:
            seconds = interleaved(jobs)
        finally:
            gc.unfreeze()
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
