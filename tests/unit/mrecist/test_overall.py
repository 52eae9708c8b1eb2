"""The composite of two regions: the whole table."""

from __future__ import annotations

import pytest

from mrecist.overall import composite, judge_composite
from mrecist.values import Response

COLUMNS = ["CR", "PR", "SD", "NN", "PD", "NE", "ND"]
TABLE = {
    "CR": "CR PR SD PR PD NE CR",
    "PR": "PR PR SD PR PD NE PR",
    "SD": "SD SD SD SD PD NE SD",
    "NN": "PR PR SD NN PD NE NN",
    "PD": "PD PD PD PD PD PD PD",
    "NE": "NE NE NE NE PD NE NE",
    "ND": "CR PR SD NN PD NE ND",
}


@pytest.mark.parametrize("intrahepatic", COLUMNS)
@pytest.mark.parametrize("extrahepatic", COLUMNS)
def test_that_the_composite_is_as_tabulated_and_symmetric(intrahepatic: str, extrahepatic: str) -> None:
    expected = TABLE[intrahepatic].split()[COLUMNS.index(extrahepatic)]
    assert composite(Response(intrahepatic), Response(extrahepatic)) == expected
    assert composite(Response(extrahepatic), Response(intrahepatic)) == expected


@pytest.mark.parametrize(
    ("intrahepatic", "extrahepatic", "rule"),
    [
        ("PD", "NE", "C-PD"),
        ("NE", "ND", "C-NE"),
        ("ND", "PR", "C-ND"),
        ("SD", "ND", "C-ND"),
        ("ND", "ND", "C-ND"),
        ("NN", "NN", "C-EQ"),
        ("SD", "CR", "C-SD"),
        ("CR", "NN", "C-PR"),
    ],
)
def test_that_the_composite_names_the_first_rule_that_holds(intrahepatic: str, extrahepatic: str, rule: str) -> None:
    response, found = judge_composite(Response(intrahepatic), Response(extrahepatic))
    assert (response, found) == (composite(Response(intrahepatic), Response(extrahepatic)), rule)
