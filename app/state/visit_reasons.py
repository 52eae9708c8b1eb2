"""What a reason about a time point itself was given for; it falls when that changes. Pure.

=================================== ===============================================================
a reason for                        speaks of
=================================== ===============================================================
E-WINDOW                            the day of the earliest scan
E-AFTER-START                       the day of the latest scan
E-LABS                              the age of the laboratory values
E-ENTRY                             ECOG and laboratory values as they are recorded, and the study protocol
E-UNRECORDED                        which of these are not recorded
E-INELIGIBLE                        the answer, and these values
=================================== ===============================================================
"""

from __future__ import annotations

from dataclasses import replace

from app.state.record import Record, Visit
from mrecist.case import ClinicalStatus, TimePoint

_VALUES = (
    *("ecog", "bilirubin_mg_dl", "albumin_g_dl", "inr", "ascites", "encephalopathy", "ast_x_uln", "alt_x_uln"),
    *("anc_per_ul", "hb_g_dl", "platelets_per_ul", "creatinine_x_uln", "main_pv_occlusion"),
)
"""What limits of ECOG and liver function look at, by the fields of `ClinicalStatus`."""


def looked_at(record: Record, visit_id: str, rule: str) -> str:
    """What a rule looks at of a time point, as text: of two that are alike a reason holds for both."""
    visit = record.visit(visit_id)
    return "" if visit is None else _looked_at(record, record.timepoint(visit), rule)


def let_fall(record: Record) -> Record:
    """The record without the reasons that were given for something else than what is recorded now.

    They are kept in `asked_again`. A reason that does not tell what it was given for stands.
    """
    if not any(visit.seen for visit in record.visits):
        return record
    return replace(record, visits=tuple(_let_fall(record, visit) for visit in record.visits))


def fallen(before: Record, now: Record) -> tuple[tuple[str, str], ...]:
    """The time points and rules that a reason was given for before, and is asked for again."""
    found = []
    for visit in now.visits:
        old = before.visit(visit.id)
        given = () if old is None else old.justified
        found += [(visit.id, rule) for rule, why in visit.asked_again if (rule, why) in given]
    return tuple(found)


def _let_fall(record: Record, visit: Visit) -> Visit:
    if not visit.seen:
        return visit
    point = record.timepoint(visit)
    gone = {rule for rule, seen in visit.seen if _looked_at(record, point, rule) != seen}
    if not gone:
        return visit
    again = tuple(x for x in visit.justified if x[0] in gone)
    return replace(
        visit,
        justified=tuple(x for x in visit.justified if x[0] not in gone),
        seen=tuple(x for x in visit.seen if x[0] not in gone),
        asked_again=(*(x for x in visit.asked_again if x[0] not in gone), *again),
    )


def _looked_at(record: Record, point: TimePoint, rule: str) -> str:
    clinical = point.clinical or ClinicalStatus()
    days = [scan.day for scan in point.scans if scan.day is not None] or [point.day]
    match rule:
        case "E-WINDOW":
            return f"day {min(days)}"
        case "E-AFTER-START":
            return f"day {max(days)}"
        case "E-LABS":
            return "no date" if clinical.labs_day is None else f"{point.day - clinical.labs_day} d"
        case "E-UNRECORDED":
            return ", ".join(name for name in _VALUES if getattr(clinical, name) is None)
        case "E-INELIGIBLE":
            return f"{clinical.ineligibility_confirmed}: {_values(clinical)}"
        case _:
            return f"{record.protocol}: {_values(clinical)}"


def _values(clinical: ClinicalStatus) -> str:
    known = ((name, getattr(clinical, name)) for name in _VALUES)
    return ", ".join(f"{name} {value}" for name, value in known if value is not None)
