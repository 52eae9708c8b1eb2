"""The assessment of one read of a record, by a rule set and the protocol that the record names."""

from __future__ import annotations

from app.profiles import protocol_of
from app.state.record import Record
from mrecist.assess import assess
from mrecist.results import Assessment
from mrecist.rulesets import RuleSet


def assess_read(record: Record, read_id: str, ruleset: RuleSet) -> Assessment:
    """All responses and decisions of one read.

    Raises
    ------
    KeyError
        If the record has no such read.
    """
    return assess(record.case_of(read_id), ruleset, read_id, protocol=protocol_of(record.protocol))
