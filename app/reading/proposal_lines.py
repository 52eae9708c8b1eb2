"""Proposals of other programs as the views and the list show them. Pure; no Qt."""

from __future__ import annotations

from app.reading.marking import Intent
from app.state.proposal_edits import pending
from app.state.proposals import Proposal, ProposedAxis
from app.state.record import Record
from mrecist.case import Read
from mrecist.lesions import Lesion
from viewers.widgets.marks import LineStyle, ViewLine

IMPORTED = "imported|"
"""How the names of such lines begin."""


def waiting_lines(record: Record, read_id: str, visit_id: str, series_uid: str) -> tuple[ViewLine, ...]:
    """The proposals of a time point that wait and lie on a series: pale, dashed, with what they say."""
    return tuple(
        ViewLine(
            f"{IMPORTED}{one.id}",
            one.line.start,
            one.line.end,
            one.line.sop_uid,
            one.line.frame,
            f"{one.label} {one.diameter} mm?".strip(),
            LineStyle.PROPOSAL,
        )
        for one in pending(record, read_id, visit_id)
        if one.line.series_uid == series_uid
    )


def ways_to_accept(proposal: Proposal, read: Read, lesion: Lesion | None, at_baseline: bool) -> tuple[Intent, ...]:
    """What a proposal can be taken as: the diameter of the selected lesion, or a lesion of its own.

    A lesion that was found at this time point already takes it only under its own name: a proposal for the next one
    would replace it. The diameter of a whole lesion is one only of a lesion that is there.
    """
    found = lesion is not None and read.observation(proposal.visit_id, lesion.id) is not None
    fits = lesion is not None and (lesion.id == proposal.label or not found)
    if proposal.axis is ProposedAxis.WHOLE:
        return (Intent.WHOLE,) if fits else ()
    own = (Intent.TARGET, Intent.NONTARGET) if at_baseline else (Intent.NEW,)
    return (Intent.COUNTED, *own) if fits else own
