"""Proposals wait until a reader takes their line as a finding, or says no; each read has its own."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.state.apply import EditRefused
from app.state.events import FindingRecorded, ProposalDeclined, ProposalsImported
from app.state.proposal_edits import pending
from app.state.proposals import Proposal, ProposedAxis
from mrecist.lesions import Measured, Observation
from mrecist.values import Diameter, Line
from tests.support.cases import READ, added, measured, record_of

LINE = Line("1.2", "1.2.7", 1, "1.2.frame", (0.0, 0.0, 0.0), (31.3, 0.0, 0.0))
ONE = Proposal("2.25.9/1", "OHIF", "Lesion 1", "2.25.8", "FU1", ProposedAxis.LONG, Diameter(313), LINE)
TWO = replace(ONE, id="2.25.9/2", line=replace(LINE, end=(0.0, 20.0, 0.0)), diameter=Diameter(200))
IMPORTED = ProposalsImported((ONE, TWO))


def test_that_a_proposal_waits_until_its_line_is_a_finding() -> None:
    events = (added("IT1", "BL", measured("42.0", "1.1")), IMPORTED)
    assert pending(record_of(*events), READ, "FU1") == (ONE, TWO)
    assert pending(record_of(*events), READ, "BL") == ()
    turned = replace(LINE, start=LINE.end, end=LINE.start)
    taken = FindingRecorded("FU1", Observation("IT1", Measured(Diameter(313), evidence=(turned,))))
    assert pending(record_of(*events, taken), READ) == (TWO,)
    elsewhere = replace(taken, observation=Observation("IT1", measured("31.3", "1.2")))
    assert pending(record_of(*events, replace(elsewhere, visit_id="FU1")), READ) == (TWO,)  # the same line
    other_image = Observation("IT1", Measured(Diameter(313), evidence=(replace(LINE, sop_uid="1.2.8"),)))
    assert pending(record_of(*events, replace(taken, observation=other_image)), READ) == (ONE, TWO)


def test_that_a_declined_proposal_is_kept_and_shown_no_more() -> None:
    record = record_of(IMPORTED, ProposalDeclined(ONE.id))
    assert pending(record, READ) == (TWO,)
    assert [one.declined for one in record.proposals] == [True, False]
    with pytest.raises(EditRefused, match="no such proposal"):
        record_of(IMPORTED, ProposalDeclined(ONE.id), ProposalDeclined(ONE.id))


def test_that_a_proposal_counts_for_nothing_and_no_other_read_sees_it() -> None:
    record = record_of(IMPORTED)
    assert record.case == record_of().case
    assert pending(record, "read-2") == ()


def test_that_a_proposal_is_imported_once_and_lies_on_an_image_of_its_time_point() -> None:
    with pytest.raises(EditRefused, match="already"):
        record_of(IMPORTED, IMPORTED)
    with pytest.raises(EditRefused, match="no image of BL"):
        record_of(ProposalsImported((replace(ONE, visit_id="BL"),)))
