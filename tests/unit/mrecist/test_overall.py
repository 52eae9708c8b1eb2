"""The composite of two regions: the whole table."""

from __future__ import annotations

import pytest

from mrecist.overall import composite
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
