"""Reads of many cases, wherever they come from, in the one form that endpoints are made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from mrecist.case import Case
from mrecist.censoring import Outcome
from mrecist.liver import liver_function
from mrecist.values import Response


@dataclass(frozen=True, slots=True)
class CohortRead:
    """One reader's read of one case.

    Attributes
    ----------
    case : Case
        With this read, and every time point that is recorded of the patient.
    judged : Case
        The same as this read can be judged: without time points at which the reader found nothing yet.
    read_id, reader : str
    fields : mapping of str to str
        What groups may be told apart by, beside reader, arm and protocol.
    stated, stated_whole : mapping of str to Response
        The responses that a table gives, by time point; by viable and by whole diameters.
    times : mapping of str to Outcome
        The times that a table states, in days; they go before those that are worked out.
    days_known : bool
        Without days there are no times but stated ones, and stable disease needs no minimal duration.
    measured : bool
        Are there lesions or sums? Else the stated responses are all there is.
    liver_alone : bool
        A table of the liver tells nothing of progression elsewhere.
    head : str
        The hash that the log of the case, or the table, ends with.
    day0 : date or None
        The date of day 0; None where only days are recorded.
    """

    case: Case
    judged: Case
    read_id: str
    reader: str
    fields: Mapping[str, str] = field(default_factory=dict)
    stated: Mapping[str, Response] = field(default_factory=dict)
    stated_whole: Mapping[str, Response] = field(default_factory=dict)
    times: Mapping[str, Outcome] = field(default_factory=dict)
    days_known: bool = True
    measured: bool = True
    liver_alone: bool = False
    head: str = ""
    day0: date | None = None

    def up_to(self, day: int) -> CohortRead:
        """The read as it could be judged on that day: without the time points after it. The case stays whole."""
        kept = tuple(t for t in self.judged.timepoints if t.day <= day)
        return replace(self, judged=replace(self.judged, timepoints=kept))


def reads_of_case(case: Case) -> tuple[CohortRead, ...]:
    """Every read of a case that comes from a case file."""
    fields = baseline_fields(case)
    return tuple(CohortRead(case, case, read.id, read.reader, fields) for read in case.reads)


def baseline_fields(case: Case) -> dict[str, str]:
    """What is recorded of the patient at the baseline and groups may be told apart by; nothing that is not recorded."""
    clinical = case.timepoints[0].clinical if case.timepoints else None
    if clinical is None:
        return {}
    liver = liver_function(clinical)
    told = {
        "ECOG": clinical.ecog,
        "Child-Pugh": liver.child_pugh_class,
        "ALBI": liver.albi_grade,
        "ascites": clinical.ascites,
        "encephalopathy": clinical.encephalopathy,
        "main PV occlusion": None
        if clinical.main_pv_occlusion is None
        else "yes"
        if clinical.main_pv_occlusion
        else "no",
    }
    return {name: str(value) for name, value in told.items() if value is not None}
