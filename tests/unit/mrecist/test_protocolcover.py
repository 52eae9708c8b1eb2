"""Tables that leave a situation without a row are found before a patient meets one."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.resources import PROTOCOLS, load_protocol
from mrecist.protocolcover import without_row
from mrecist.protocolfaults import protocol_faults
from mrecist.protocols import Row

COTSOM = load_protocol("cotsom")


@pytest.mark.parametrize("name", PROTOCOLS)
def test_that_every_shipped_table_answers_everything(name: str) -> None:
    protocol = load_protocol(name)
    assert without_row(protocol.tace) is None and without_row(protocol.sorafenib) is None


@pytest.mark.parametrize("row", [*COTSOM.tace, *COTSOM.sorafenib], ids=lambda x: x.rule or x.row)
def test_that_a_table_without_a_row_that_nothing_else_answers_for_is_refused(row: Row) -> None:
    """Each answer of benefit, and each extrahepatic response, has a last row of its own; the others only go first."""
    alone = {"T4", "T10", "T11", "S4", "S7", "S8", "S9-CONTROLLED", "S10", "S11"}
    table = COTSOM.tace if row in COTSOM.tace else COTSOM.sorafenib
    left = without_row([x for x in table if x is not row])
    assert (left is not None) is ((row.rule or row.row) in alone)


def test_that_the_checker_tells_what_is_left_open() -> None:
    short = replace(COTSOM, tace=COTSOM.tace[:-1])
    (fault,) = protocol_faults(short)
    assert fault.startswith("tace: no row holds where not consent_withdrawn, ")
    assert "not intrahepatic_pd" in fault and ", benefit_expected" in fault
    assert fault.endswith("End it with a row that holds always (when = [])")
