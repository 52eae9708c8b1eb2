"""Measurements of other programs as proposals: each is accepted or declined by a reader, none is taken by itself."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from mrecist.values import Diameter, Line, Organ, Segment


class ProposedAxis(StrEnum):
    """What was measured, as the other program says; whether that counts is for the reader to say."""

    LONG = "long"
    SHORT = "short"
    WHOLE = "whole"


@dataclass(frozen=True, slots=True)
class Proposal:
    """A diameter of a report or segmentation, on an image of the case.

    Parameters
    ----------
    id
        Unique within the case: the report's SOP Instance UID and the number of the diameter in it.
    source
        Who made it: program, and observer where one is named.
    label, tracking_uid
        What the lesion is called there.
    visit_id
        The time point of the image.
    axis, diameter, line
        The diameter as stated, and the line it was read from in patient LPS mm.
    organ, segment
        Where the report says the lesion lies; None where it does not say, or says something that is not known here.
    """

    id: str
    source: str
    label: str
    tracking_uid: str
    visit_id: str
    axis: ProposedAxis
    diameter: Diameter
    line: Line
    organ: Organ | None = None
    segment: Segment | None = None


@dataclass(frozen=True, slots=True)
class ProposalOfRead:
    """A proposal and the read it was imported for: no other read sees it. `declined` once its reader said no."""

    read_id: str
    proposal: Proposal
    declined: bool = False

    def is_(self, read_id: str, proposal_id: str) -> bool:
        return (self.read_id, self.proposal.id) == (read_id, proposal_id)
