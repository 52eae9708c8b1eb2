"""The enhancement strip of a lesion: which series of a time point are its columns, and what they say. Pure; no Qt."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from app.models.reading import Reading
from app.reading.hanging import PHASE_LETTERS
from app.reading.linework import place_of
from app.state.record import SeriesRef
from mrecist.lesions import Lesion
from mrecist.values import Line, Region
from viewers.imaging.catalogue import PhaseName
from viewers.imaging.reference import ReferenceRegion
from viewers.imaging.uptake import Uptake

ORDER = (
    PhaseName.PRE,
    PhaseName.ARTERIAL,
    PhaseName.PORTAL_VENOUS,
    PhaseName.TRANSITIONAL,
    PhaseName.DELAYED,
    PhaseName.HEPATOBILIARY,
)
MUCH_OIL = 0.5


@dataclass(frozen=True, slots=True)
class StripOf:
    """What a strip is of: a lesion's line at a time point, the series of its columns, and where the liver is.

    `liver` is None where no reference was accepted yet: it is then looked for near the lesion, in the arterial phase.
    """

    lesion_id: str
    visit_id: str
    line: Line
    columns: tuple[tuple[PhaseName, str], ...]
    liver: ReferenceRegion | None


@dataclass(frozen=True, slots=True)
class Strip:
    """A strip as it is shown: letters of the phases, and what each measured; None while a series is not read."""

    letters: tuple[str, ...]
    uptakes: tuple[Uptake | None, ...]
    unit: str
    note: str = ""


def strip_of(reading: Reading, lesion: Lesion | None) -> StripOf | None:
    """What the strip of a liver lesion at the open time point is made of; None where it has no line there."""
    if lesion is None or lesion.region is not Region.INTRAHEPATIC:
        return None
    line, visit = place_of(reading.read, reading.visit_id, lesion.id), reading.visit
    if line is None or visit is None:
        return None
    refs = [ref for uid in visit.series if (ref := reading.record.series_ref(uid)) is not None]
    columns = _columns(refs, line)
    kept = reading.record.assistance(reading.read_id, reading.visit_id, lesion.id)
    liver = None if kept is None else ReferenceRegion(kept.reference_centre, kept.reference_radius_mm)
    return StripOf(lesion.id, visit.id, line, columns, liver)


def _columns(refs: list[SeriesRef], line: Line) -> tuple[tuple[PhaseName, str], ...]:
    """One series for each phase in the line's space and of its modality: the surest."""
    own = next((ref for ref in refs if ref.uid == line.series_uid), None)
    found = []
    for phase in ORDER:
        alike = [
            ref
            for ref in refs
            if ref.phase == phase
            and ref.frame_of_reference_uid == line.frame_of_reference_uid
            and (own is None or ref.modality == own.modality)
        ]
        if alike:
            best = next((ref for ref in alike if ref.uid == line.series_uid), None)
            found.append((phase, (best or max(alike, key=lambda ref: ref.phase_confidence)).uid))
    return tuple(found)


def shown_strip(of: StripOf, uptakes: Mapping[str, Uptake], unit: str, oil_share: float | None) -> Strip:
    """The strip with what is known so far, and what it suggests."""
    note = ""
    if oil_share is not None and oil_share > MUCH_OIL:
        note = f"{oil_share:.0%} of the lesion is covered by oil, which hides enhancement on CT: MRI tells more."
    letters = tuple(PHASE_LETTERS[phase] for phase, _ in of.columns)
    return Strip(letters, tuple(uptakes.get(uid) for _, uid in of.columns), unit, note)
