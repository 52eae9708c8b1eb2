"""What stands against a measurement itself: the phase that it was read on, the whole lesion beside what counts."""

from __future__ import annotations

from collections.abc import Collection

from mrecist.case import TimePoint
from mrecist.lesions import Lesion, Observation
from mrecist.results import Issue, Severity
from mrecist.sumnumbers import Number
from mrecist.values import Diameter, LesionRole, Line, Region

PHASE, WHOLE, UNSEEN = "E-PHASE", "E-WHOLE", "E-NEW-UNSEEN"
RULES_OF_MEASURING = frozenset((PHASE, WHOLE, UNSEEN))
"""Those that object to what is found at a follow-up too, where each is told with its reason."""


def not_arterial(timepoint: TimePoint) -> frozenset[str]:
    """The series of a time point that are known not to be of the arterial phase, by their uids."""
    return frozenset([uid for scan in timepoint.scans for uid in scan.not_arterial])


def measured_issues(lesion: Lesion, observation: Observation, elsewhere: Collection[str]) -> list[Issue]:
    """What stands against a measurement, at baseline and at each later time point.

    =================== ================================================================== ============
    E-PHASE             the viable diameter of a liver target or new liver nodule is not   warning
                        read on the arterial phase
    E-WHOLE             the whole lesion is shorter than the diameter that counts          warning
    =================== ================================================================== ============

    Parameters
    ----------
    elsewhere : collection of str
        The series that are not of the arterial phase, where the record knows them. A case file names no series: there
        E-PHASE is told where a reason was recorded for it.

    Notes
    -----
    Sources: Lencioni & Llovet 2010, measurement in the arterial phase; the viable part lies within the lesion.
    """
    found = []
    noted = observation.features
    if _is_read_elsewhere(lesion, observation, elsewhere):
        found.append(Issue(PHASE, Severity.WARNING, lesion.id, {"lesion": lesion.id}, noted.justification(PHASE)))
    counted: Diameter | None = getattr(observation.finding, "diameter", None)
    whole: Diameter | None = getattr(observation.finding, "whole", None)
    if counted is not None and whole is not None and whole.tenths < counted.tenths:
        numbers: dict[str, Number] = {"lesion": lesion.id, "diameter_mm": counted.mm, "whole_mm": whole.mm}
        found.append(Issue(WHOLE, Severity.WARNING, lesion.id, numbers, noted.justification(WHOLE)))
    return found


def _is_read_elsewhere(lesion: Lesion, observation: Observation, elsewhere: Collection[str]) -> bool:
    if lesion.region is not Region.INTRAHEPATIC:
        return False
    justified = any(rule == PHASE for rule, _ in observation.features.overrides)
    lines: tuple[Line, ...] = getattr(observation.finding, "evidence", ())
    if not lines:
        return justified
    viable = lesion.role is LesionRole.TARGET or (lesion.role is LesionRole.NEW and lesion.is_liver_nodule)
    return (justified or viable) and any(line.series_uid in elsewhere for line in lines)
