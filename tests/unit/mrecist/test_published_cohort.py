"""Sums and categories that three radiologists published for a cohort of TACE patients (HCC-TACE-Seg)."""

from __future__ import annotations

import csv
from decimal import Decimal
from typing import Any

import pytest

from app.resources import load_ruleset
from mrecist.assess import assess
from mrecist.casefile import read_case
from tests.conftest import NEEDS_TABLES, SHARED

FILE = SHARED / "cohort/hcc_tace_seg_reader_responses.csv"
RULESETS = {"mRECIST": "mrecist-literal", "RECIST": "recist-1.1"}


def _lesions(sum_mm: str) -> list[dict[str, Any]]:
    """Four liver targets with this sum: one published sum is longer than any single diameter may be."""
    tenths = int(Decimal(sum_mm) * 10)
    parts = [tenths // 4 + (n < tenths % 4) for n in range(4)]
    liver = {"region": "intra", "role": "target", "organ": "liver", "kind": "other"}
    return [liver | {"id": f"L{n}", "diameter_mm": Decimal(part) / 10} for n, part in enumerate(parts)]


def test_that_every_published_category_follows_from_its_sums() -> None:
    if not FILE.is_file():
        pytest.skip(f"{NEEDS_TABLES} ({FILE} does not exist)")
    with FILE.open(encoding="utf-8", newline="") as stream:
        rows = [row for row in csv.DictReader(stream) if row["criteria"] in RULESETS]
    wrong = []
    for row in rows:
        sums = (row["baseline_sum_mm"], row["followup_sum_mm"])
        timepoints = [{"timepoint": f"TP{n}", "day": 42 * n, "lesions": _lesions(mm)} for n, mm in enumerate(sums)]
        case = read_case({"id": row["patient"], "timepoints": timepoints})
        found = assess(case, load_ruleset(RULESETS[row["criteria"]])).timepoints[0].intrahepatic.response
        if found != row["response"]:
            wrong.append((row, found))
    assert len(rows) == 574
    assert wrong == []
