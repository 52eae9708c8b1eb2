from __future__ import annotations

from dataclasses import replace

import pytest

from app.reading.marking import Intent
from app.reading.proposal_lines import waiting_lines, ways_to_accept
from app.state.events import ProposalsImported
from app.state.proposals import Proposal, ProposedAxis
from mrecist.values import Diameter, Line
from tests.support.cases import READ, added, lesion, measured, record_of
from viewers.widgets.marks import LineStyle

LINE = Line("1.2", "1.2.7", 2, "1.2.frame", (0.0, 0.0, 0.0), (31.3, 0.0, 0.0))
ONE = Proposal("2.25.9/1", "OHIF", "IT1", "2.25.8", "FU1", ProposedAxis.LONG, Diameter(313), LINE)
RECORD = record_of(added("IT1", "BL", measured("42", "1.1")), ProposalsImported((ONE,)))


def test_that_a_proposal_is_a_dashed_line_on_its_own_image_with_a_question_mark() -> None:
    (shown,) = waiting_lines(RECORD, READ, "FU1", "1.2")
    assert (shown.start, shown.end, shown.sop_uid, shown.frame) == (LINE.start, LINE.end, "1.2.7", 2)
    assert (shown.label, shown.style, shown.editable) == ("IT1 31.3 mm?", LineStyle.PROPOSAL, False)
    assert waiting_lines(RECORD, READ, "FU1", "1.1") == waiting_lines(RECORD, READ, "BL", "1.2") == ()


@pytest.mark.parametrize(
    ("axis", "label", "chosen", "visit", "ways"),
    [
        (ProposedAxis.LONG, "IT1", "IT1", "FU1", {Intent.COUNTED, Intent.NEW}),
        (ProposedAxis.LONG, "L 7", "IT1", "FU1", {Intent.COUNTED, Intent.NEW}),
        (ProposedAxis.LONG, "IT1", None, "FU1", {Intent.NEW}),
        (ProposedAxis.SHORT, "IT2", "IT1", "BL", {Intent.TARGET, Intent.NONTARGET}),
        (ProposedAxis.LONG, "IT1", "IT1", "BL", {Intent.COUNTED, Intent.TARGET, Intent.NONTARGET}),
        (ProposedAxis.WHOLE, "IT1", "IT1", "FU1", {Intent.WHOLE}),
        (ProposedAxis.WHOLE, "IT2", "IT1", "BL", set()),
        (ProposedAxis.WHOLE, "IT1", None, "BL", set()),
    ],
)
def test_that_a_proposal_never_replaces_the_finding_of_another_lesion(
    axis: ProposedAxis, label: str, chosen: str | None, visit: str, ways: set[Intent]
) -> None:
    read = RECORD.read(READ)
    assert read is not None
    one = replace(ONE, axis=axis, label=label, visit_id=visit)
    assert set(ways_to_accept(one, read, lesion(chosen) if chosen else None, visit == "BL")) == ways
