"""The example reading with what the assistant proposed of three of its diameters."""

from __future__ import annotations

from dataclasses import replace

from app.state.assistance import AssistedFinding
from app.state.record import Record
from mrecist.values import Diameter
from tests.support.example_reading import READ_ID
from tests.unit.app.state.test_assistance import assisted

PROPOSED = {
    ("BL", "IT2"): ("23.6", "23.6"),
    ("FU1", "IT1"): ("38.0", "37.1"),
    ("FU2", "IT1"): ("27.4", "26.8"),
}
"""First and last proposal; recorded were 23.6, 36.4 and 26.8 mm."""


def with_proposals(record: Record) -> Record:
    """The record with these proposals kept beside its findings."""
    kept = tuple(
        AssistedFinding(READ_ID, visit_id, lesion_id, replace(assisted(first), proposed=Diameter.from_mm(last)))
        for (visit_id, lesion_id), (first, last) in PROPOSED.items()
    )
    return replace(record, assisted=kept)
