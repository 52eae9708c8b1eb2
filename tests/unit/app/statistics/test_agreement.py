"""Kappas by the published examples, and by irrCAC and R's vcd for the readers of HCC-TACE-Seg."""

from __future__ import annotations

import csv

import pytest

from app.statistics.agreement import cohen_kappa, fleiss_kappa, gwet_ac
from tests.conftest import NEEDS_TABLES, SHARED

FILE = SHARED / "cohort/hcc_tace_seg_reader_responses.csv"
SCALE = ("CR", "PR", "SD", "PD")


@pytest.fixture(scope="module")
def readers() -> dict[str, list[list[str]]]:
    """By criteria the responses of patients that all three read."""
    if not FILE.is_file():
        pytest.skip(f"{NEEDS_TABLES} ({FILE} does not exist)")
    found: dict[str, dict[str, dict[str, str]]] = {}
    with FILE.open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            found.setdefault(row["criteria"], {}).setdefault(row["patient"], {})[row["reader"]] = row["response"]
    return {
        criteria: [[by[r] for r in "123"] for by in patients.values() if len(by) == 3]
        for criteria, patients in found.items()
    }


def test_that_cohens_kappa_is_that_of_his_example() -> None:
    """Cohen 1960 as Fleiss, Cohen & Everitt print it: kappa .429, weighted as below by hand."""
    table = {("A", "A"): 53, ("A", "B"): 5, ("A", "C"): 2, ("B", "A"): 11, ("B", "B"): 14, ("B", "C"): 5,
             ("C", "A"): 1, ("C", "B"): 6, ("C", "C"): 3}  # fmt: skip
    pairs = [pair for pair, count in table.items() for _ in range(count)]
    found = cohen_kappa([a for a, _ in pairs], [b for _, b in pairs], "ABC")
    assert (found.value, found.observed, found.expected) == pytest.approx((0.4286, 0.70, 0.475), abs=5e-5)


@pytest.mark.parametrize(
    ("first", "second", "weights", "value", "error"),
    [
        # R 4.2.2, vcd::Kappa; patients that either pair read are all in, so pairs 1-3 and 2-3 are exact here too
        (0, 2, "none", 0.47660921562, 0.07623851132),
        (0, 2, "linear", 0.55429275640, 0.07114419886),
        (0, 2, "quadratic", 0.64684634621, 0.07230092042),
        (1, 2, "none", 0.49553805774, 0.07462768948),
        (1, 2, "linear", 0.55587392550, 0.07244389811),
        (1, 2, "quadratic", 0.61217681401, 0.09132074991),
    ],
)
def test_that_kappa_and_its_error_are_those_of_r(
    readers: dict[str, list[list[str]]], first: int, second: int, weights: str, value: float, error: float
) -> None:
    rows = readers["mRECIST"]
    found = cohen_kappa([r[first] for r in rows], [r[second] for r in rows], SCALE, weights)  # type: ignore[arg-type]
    assert (found.value, found.error) == pytest.approx((value, error), abs=1e-9)
    assert found.upper == pytest.approx(value + 1.959963985 * error, abs=1e-8)


@pytest.mark.parametrize(
    ("criteria", "weights", "fleiss", "gwet"),
    [
        # irrCAC: coefficient, standard error, interval
        ("mRECIST", "none", (0.4426277202, 0.0578055991, 0.3278208109, 0.5574346296),
         (0.5262220757, 0.0464267363, 0.43401457, 0.6184295814)),
        ("mRECIST", "linear", (0.515625, 0.059633488, 0.3971877456, 0.6340622544),
         (0.7141519683, 0.032913997, 0.6487819292, 0.7795220074)),
        ("mRECIST", "quadratic", (0.5979505244, 0.068846426, 0.4612155798, 0.7346854689),
         (0.841660328, 0.0264945552, 0.7890398544, 0.8942808016)),
        ("RECIST", "none", (0.3539409297, 0.0979077312, 0.1594877245, 0.548394135),
         (0.7772941549, 0.0408794443, 0.69610405, 0.8584842597)),
        ("RECIST", "quadratic", (0.4020208206, 0.102284452, 0.1988750701, 0.6051665711),
         (0.928921078, 0.0156870554, 0.8977652319, 0.9600769241)),
    ],
)  # fmt: skip
def test_that_the_coefficients_of_several_readers_are_those_of_irrcac(
    readers: dict[str, list[list[str]]],
    criteria: str,
    weights: str,
    fleiss: tuple[float, ...],
    gwet: tuple[float, ...],
) -> None:
    for found, expected in (
        (fleiss_kappa(readers[criteria], SCALE, weights), fleiss),  # type: ignore[arg-type]
        (gwet_ac(readers[criteria], SCALE, weights), gwet),  # type: ignore[arg-type]
    ):
        assert (found.value, found.error, found.lower, found.upper) == pytest.approx(expected, abs=1e-9)


def test_that_fleiss_kappa_is_that_of_his_textbook_example() -> None:
    """Ten subjects, fourteen raters, five categories: kappa 0.210 (Fleiss 1971, as it is usually quoted)."""
    counts = [
        (0, 0, 0, 0, 14), (0, 2, 6, 4, 2), (0, 0, 3, 5, 6), (0, 3, 9, 2, 0), (2, 2, 8, 1, 1),
        (7, 7, 0, 0, 0), (3, 2, 6, 3, 0), (2, 5, 3, 2, 2), (6, 5, 2, 1, 0), (0, 2, 2, 3, 7),
    ]  # fmt: skip
    ratings = [[c for c, n in zip("12345", row, strict=True) for _ in range(n)] for row in counts]
    assert fleiss_kappa(ratings, "12345").value == pytest.approx(0.210, abs=5e-4)


def test_that_what_cannot_be_told_is_none() -> None:
    assert cohen_kappa([], [], SCALE).value is None
    assert cohen_kappa(["CR"], ["CR"], SCALE).value is None
    assert cohen_kappa(["CR", "CR"], ["CR", "CR"], SCALE, "linear").observed == 1.0
    for coefficient in (fleiss_kappa, gwet_ac):
        assert coefficient([], SCALE).value is None
        assert coefficient([["CR", None]], SCALE).value is None
        assert coefficient([["CR", "CR"]], SCALE).value is None
    single = gwet_ac([["CR", "PR"]], SCALE)
    assert (single.value, single.error) == (-1.0, None)


def test_that_a_reader_who_did_not_read_a_case_is_not_counted_there() -> None:
    assert gwet_ac([["CR", "CR", None], ["PR", "CR", "PR"]], SCALE).subjects == 2
