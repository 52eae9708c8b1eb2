"""What the criteria object to in a lesion as lines with ways out: a reason, or the correction where no reason helps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from app.models.reading import Reading
from app.panels.lesion_form import Check, CheckState, Way, check_of
from app.words import translated
from mrecist.lesions import Lesion
from mrecist.results import Issue, Severity
from mrecist.values import LesionKind, LesionRole

MEASURE, TAKE_BACK = "measure", "take_back"
_OF_NODES = ("E-NODE-NORMAL", "E-NODE-REACTIVE", "E-NODE-AXIS")
"""A node that is not to be recorded, or is measured along another axis, conforms no better as a non-target."""

_WITHOUT_SIZE = (LesionKind.EFFUSION, LesionKind.TUMOUR_THROMBUS, LesionKind.INFILTRATIVE)

_TO_ROLE: Mapping[str, LesionRole] = MappingProxyType({x.value: x for x in (LesionRole.TARGET, LesionRole.NONTARGET)})


def checks_of(reading: Reading, lesion: Lesion, locked: bool) -> list[Check]:
    """What stands against a lesion at the open time point, each with its ways out while it may be changed."""
    checks = [_check(issue, reading, lesion) for issue in reading.issues if issue.lesion == lesion.id]
    return [replace(check, ways=()) for check in checks] if locked else checks


def role_of(way: str) -> LesionRole | None:
    """The role that a way out gives the lesion; None where it gives none."""
    return _TO_ROLE.get(way)


def _check(issue: Issue, reading: Reading, lesion: Lesion) -> Check:
    check = check_of(issue)
    if check.state is not CheckState.TO_RESOLVE:
        seen = reading.read.observation(reading.visit_id, lesion.id)
        given = seen is not None and issue.rule in dict(seen.features.overrides)
        return replace(check, ways=(Way(TAKE_BACK, translated("Take back")),)) if given else check
    aside = Way(LesionRole.NONTARGET.value, translated("Make it a non-target"))
    match issue.rule:
        case "E-BASELINE":
            told = translated("A reason cannot stand for it: every later percentage is of this diameter.")
            return replace(check, detail=told, ways=(Way(MEASURE, translated("Measure it"), primary=True), aside))
        case "E-NEW-AT-BASELINE":
            told = translated("What is found at baseline is a target or a non-target.")
            return replace(
                check, detail=told, ways=(Way(LesionRole.TARGET.value, translated("Make it a target")), aside)
            )
        case "E-PHASE" | "E-WHOLE":
            return replace(check, ways=(Way(MEASURE, translated("Measure again")), *check.ways))
        case "E-NEW-UNSEEN":
            ways = () if lesion.kind in _WITHOUT_SIZE else (Way(MEASURE, translated("Measure it")),)
            seen = reading.read.observation(reading.visit_id, lesion.id)
            return replace(check, ways=ways if seen is None else (*ways, *check.ways))  # nothing yet, nothing to keep
        case _ if issue.severity is Severity.ERROR and lesion.role is LesionRole.TARGET and issue.rule not in _OF_NODES:
            return replace(check, ways=(*check.ways, aside))
        case _:
            return check
