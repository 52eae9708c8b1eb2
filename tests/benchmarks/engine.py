"""How long it takes to judge patients: in memory, and as JSON lines in and out."""

from __future__ import annotations

import io
import json
import tempfile
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

from app.cli import main
from app.resources import load_ruleset
from mrecist.assess import assess
from mrecist.casefile import read_case
from tests.benchmarks.rows import Row, interleaved

TIMEPOINTS = 20
PATIENTS = 250
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


def run() -> list[Row]:
    rules = load_ruleset()
    plain = [patient(number) for number in range(PATIENTS)]
    cases = [read_case(one) for one in plain]
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "patients.jsonl"
        file.write_text("".join(json.dumps(one) + "\n" for one in plain), encoding="utf-8")

        def as_lines() -> None:
            with redirect_stdout(io.StringIO()) as told:
                status = main(["assess", "--jsonl", str(file)])
            assert status == 0 and told.getvalue().count("\n") == PATIENTS

        seconds = interleaved({"memory": lambda: [assess(case, rules) for case in cases], "lines": as_lines})
    measured = f"measured on {PATIENTS * TIMEPOINTS:,} time points"
    return [
        Row(f"engine: a patient of {TIMEPOINTS} time points", seconds["memory"] / PATIENTS * 1e3, "ms", 2.0),
        Row("engine: 100,000 time points in memory", seconds["memory"] * SCALE, "s", 10.0, note=f"scaled, {measured}"),
        Row(
            "engine: 100,000 time points as JSON lines", seconds["lines"] * SCALE, "s", 25.0, note=f"scaled, {measured}"
        ),
    ]
