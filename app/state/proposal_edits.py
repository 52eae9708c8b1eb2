"""Edits of the proposals of one read."""

from __future__ import annotations

import math
from dataclasses import replace

from app.state.events import ProposalDeclined, ProposalsImported
from app.state.proposals import Proposal, ProposalOfRead
from app.state.record import Record
from app.state.refusal import EditRefused
from mrecist.lesions import Finding, Measured, Present
from mrecist.values import Line

_SAME_MM = 0.01


def import_proposals(record: Record, event: ProposalsImported, read_id: str | None) -> Record:
    """Proposals join those that the read has; each is known by its id."""
    read = _read(record, read_id)
    ids = [one.id for one in event.proposals]
    known = {one.proposal.id for one in record.proposals if one.read_id == read}
    twice = next((one for one in ids if one in known or ids.count(one) > 1), None)
    if twice is not None:
        raise EditRefused(f"The read has the proposal {twice} already.")
    for one in event.proposals:
        visit = record.visit_of_series(one.line.series_uid)
        if visit is None or visit.id != one.visit_id:
            raise EditRefused(f"The proposal {one.label or one.id} lies on no image of {one.visit_id}.")
    return replace(record, proposals=record.proposals + tuple(ProposalOfRead(read, one) for one in event.proposals))


def decline_proposal(record: Record, event: ProposalDeclined, read_id: str | None) -> Record:
    """The proposal is kept, and shown no more."""
    read = _read(record, read_id)
    held = next((one for one in record.proposals if one.is_(read, event.proposal_id)), None)
    if held is None or held.declined:
        raise EditRefused("The read has no such proposal any more.")
    said_no = replace(held, declined=True)
    return replace(record, proposals=tuple(said_no if one is held else one for one in record.proposals))


def pending(record: Record, read_id: str, visit_id: str | None = None) -> tuple[Proposal, ...]:
    """The proposals of a read that wait: neither declined, nor the line of a finding; of one time point, or of all."""
    read = record.read(read_id)
    taken = [
        line for at in (read.timepoints if read else ()) for seen in at.observations for line in _lines(seen.finding)
    ]
    return tuple(
        one.proposal
        for one in record.proposals
        if one.read_id == read_id
        and not one.declined
        and visit_id in (None, one.proposal.visit_id)
        and not any(_same(one.proposal.line, line) for line in taken)
    )


def _lines(finding: Finding) -> tuple[Line, ...]:
    if isinstance(finding, Measured):
        return finding.evidence + finding.whole_evidence
    return finding.evidence if isinstance(finding, Present) else ()


def _same(a: Line, b: Line) -> bool:
    """Whether two lines are one: a report keeps places to about a hundredth of a mm."""
    if (a.sop_uid, a.frame) != (b.sop_uid, b.frame):
        return False
    turned = max(math.dist(a.start, b.end), math.dist(a.end, b.start))
    apart = min(max(math.dist(a.start, b.start), math.dist(a.end, b.end)), turned)
    return apart <= _SAME_MM


def _read(record: Record, read_id: str | None) -> str:
    if not read_id or record.read(read_id) is None:
        raise EditRefused(f"The case has no read {read_id or '(none given)'}.")
    return read_id
