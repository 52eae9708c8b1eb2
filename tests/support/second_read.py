"""A second read of the example, with other findings at some time points."""

from __future__ import annotations

from dataclasses import replace

from app.cohort.read_comparison import ReadComparison, compare_reads
from app.state.record import Record
from mrecist.case import Read
from mrecist.lesions import Finding
from tests.support.example_reading import READ_ID, example_record, example_ruleset

SECOND_ID = "read-2"


def second_read(record: Record, **found: dict[str, Finding]) -> Read:
    """The read of the example by another; `found` gives other findings by time point and lesion."""
    (read,) = record.reads
    timepoints = tuple(
        replace(
            at,
            observations=tuple(
                replace(x, finding=found.get(at.timepoint_id, {}).get(x.lesion_id, x.finding)) for x in at.observations
            ),
        )
        for at in read.timepoints
    )
    return replace(read, id=SECOND_ID, reader="Dr K. Park", timepoints=timepoints)


def compared_with(**found: dict[str, Finding]) -> ReadComparison:
    """The example's read beside such a second one."""
    record = example_record()
    record = replace(record, reads=(*record.reads, second_read(record, **found)))
    return compare_reads(record, READ_ID, SECOND_ID, example_ruleset())
