import json
from fractions import Fraction
from pathlib import Path

import pytest
from cattrs import BaseValidationError

from app.demo.study import Variant
from app.demo.truth import Truth, read_truth, truth_text
from mrecist.case import Ascites
from mrecist.values import Response


def test_that_truth_read_back_is_the_truth_written(small_study: tuple[Path, Truth], tmp_path: Path) -> None:
    _, truth = small_study
    path = tmp_path / "truth.json"
    path.write_text(truth_text(truth), encoding="utf-8")
    assert read_truth(path) == truth


def test_that_the_file_says_what_a_reader_of_it_expects(small_study: tuple[Path, Truth]) -> None:
    plain = json.loads((small_study[0] / "truth.json").read_text(encoding="utf-8"))
    fu2 = plain["timepoints"][2]
    assert (plain["variant"], plain["day0"], fu2["id"], fu2["on"], fu2["day"]) == (
        Variant.SMALL,
        "2025-03-18",
        "FU2",
        "2025-06-10",
        84,
    )
    assert fu2["clinical"]["bilirubin_mg_dl"] == "1.1"
    assert [f["counted"]["diameter_mm"] for f in fu2["findings"] if f["counted"]] == [26.8, 10.9, 30.2, 22.1, 19.1]
    assert fu2["responses"]["after"] == {
        "tace": {"output": "CONTINUE", "row": "T10"},
        "sorafenib": {"output": "CONTINUE_ALLOWED", "row": "S6"},
    }


def test_that_values_come_back_in_the_types_of_the_rules(small_study: tuple[Path, Truth]) -> None:
    fu3 = small_study[1].timepoint("FU3")
    assert fu3 is not None and fu3.responses is not None
    assert fu3.responses.intrahepatic.response is Response.PD
    assert fu3.clinical.inr == Fraction(112, 100)
    assert fu3.clinical.ascites is Ascites.NONE


def test_that_a_field_nobody_knows_is_refused(small_study: tuple[Path, Truth], tmp_path: Path) -> None:
    plain = json.loads(truth_text(small_study[1]))
    plain["surprise"] = 1
    (tmp_path / "truth.json").write_text(json.dumps(plain))
    with pytest.raises(BaseValidationError):
        read_truth(tmp_path / "truth.json")
