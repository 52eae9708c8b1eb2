"""RECIST 1.1 by whole diameters: in parallel beside mRECIST, and as the rule set of a case."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.patients import last, visit


def _whole(text: str, **whole: float) -> dict[str, Any]:
    return visit(text, **{name: {"whole_mm": mm} for name, mm in whole.items()})


def test_that_recist_runs_in_parallel_where_whole_diameters_were_recorded() -> None:
    at = last(_whole("L1=30", L1=50), _whole("L1=15", L1=48))
    assert at.recist11 is not None
    assert (at.overall.response, at.recist11.response, at.recist11.sum_mm) == ("PR", "SD", 48)
    assert last("L1=30", "L1=15").recist11 is None


def test_that_a_lesion_without_viable_tumour_is_still_there_for_recist() -> None:
    at = last(_whole("L1=30 INF=P", L1=50), _whole("L1=NV INF=NV", L1=40))
    assert at.recist11 is not None
    assert (at.overall.response, at.recist11.response, at.recist11.non_target) == ("CR", "SD", "NN")
    at = last(_whole("L1=30", L1=50), "L1=NV")
    assert at.recist11 is not None
    assert at.recist11.response == "NE"


def test_that_the_recist_rule_set_judges_the_liver_by_whole_diameters() -> None:
    at = last(_whole("L1=30", L1=50), _whole("L1=15", L1=48), ruleset="recist-1.1")
    assert at.intrahepatic.response == "SD"
    assert last("L1=10", "L1=12", ruleset="recist-1.1").intrahepatic.response == "SD"


def _measured_whole(viable: float, whole: float, *beside: dict[str, Any]) -> dict[str, Any]:
    liver = {"id": "L", "region": "intra", "role": "target", "organ": "liver", "kind": "other"}
    return {"lesions": [liver | {"diameter_mm": viable, "whole_mm": whole}, *beside]}


def test_that_recist_in_parallel_keeps_its_own_floor_and_node_limit() -> None:
    at = last(_measured_whole(10, 10), _measured_whole(12, 12), policy={"min_abs_mm": {"extra": 0, "intra": 0}})
    assert at.recist11 is not None
    assert (at.intrahepatic.response, at.recist11.response) == ("PD", "SD")
    node = {"id": "xNp", "region": "extra", "role": "new", "organ": "lymph_node_periportal", "kind": "lymph_node"}
    at = last(_measured_whole(10, 10), _measured_whole(10, 10, node | {"diameter_mm": 16}))
    assert at.recist11 is not None
    assert (at.extrahepatic.response, at.recist11.response) == ("ND", "PD")


@pytest.mark.parametrize(
    ("lung", "new", "patterns"),
    [(40, None, ("EHG",)), (20, 5, ("NEH",)), (40, 5, ("EHG", "NEH"))],
)
def test_that_recist_in_parallel_names_the_pattern_by_region(
    lung: float, new: float | None, patterns: tuple[str, ...]
) -> None:
    known = {"region": "extra", "organ": "lung", "kind": "other"}
    beside = [known | {"id": "Lu1", "role": "target", "diameter_mm": lung}]
    if new is not None:
        beside.append(known | {"id": "xLu", "role": "new", "diameter_mm": new, "certainty": "unequivocal"})
    before = known | {"id": "Lu1", "role": "target", "diameter_mm": 20}
    at = last(_measured_whole(30, 30, before), _measured_whole(30, 30, *beside))
    assert at.recist11 is not None
    assert (at.recist11.response, at.recist11.patterns) == ("PD", patterns)
