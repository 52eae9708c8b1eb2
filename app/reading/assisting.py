"""What an assisted proposal means for the read: which lesion it is for, what is recorded, what carries over. No Qt."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

from app.models.reading import Reading
from app.reading.body_parts import Part
from app.reading.enhancement import MUCH_OIL
from app.reading.expected_places import Carry
from app.reading.hanging import PHASE_WORDS, best_of_phases
from app.reading.lesion_places import Place, middle_of
from app.reading.linework import place_of
from app.reading.marking import Drawing, Intent
from app.reading.series_kinds import is_chest
from app.state.assistance import Assistance, tolerance
from app.state.record import SeriesRef
from mrecist.lesions import Lesion
from mrecist.values import Diameter, LesionRole, Line, Point, Region
from viewers.imaging.assisted import AssistedMeasurement, Click, DrawnAxis, ImageLine
from viewers.imaging.catalogue import PhaseName
from viewers.imaging.geometry import along, length_mm, minus
from viewers.imaging.lesion_shape import METHOD
from viewers.imaging.reference import ReferenceLiver, ReferenceRegion
from viewers.widgets.marks import DrawnLine

PROPOSED, MOVED, BY_HAND = "proposed", "moved", "placed"
_NEAR_MM = 10.0
_LIKE_SD, _LIKE = 1.6, 30.0
"""A reference that is carried over is used where its SD is not so much larger and its mean not so far off."""


@dataclass(frozen=True, slots=True)
class CarriedReference:
    """Where the reference was for another lesion or time point, and what it measured there."""

    region: ReferenceRegion
    mean: float
    sd: float
    source: str

    def is_like(self, found: ReferenceLiver | None) -> bool:
        """Whether what lies there now looks like the liver it was taken from."""
        if found is None:
            return False
        return found.sd <= _LIKE_SD * self.sd and abs(found.mean - self.mean) <= _LIKE


def carried_reference(
    reading: Reading, series: SeriesRef, lesion_id: str | None, carry: Carry
) -> CarriedReference | None:
    """A place for the reference: that of this series, else that of another time point, moved with the liver.

    Parameters
    ----------
    carry
        Takes a place of another exam to this one, by pin, registration or lesions; None where nothing ties them.
    """
    kept = [one for one in reading.record.assisted if one.read_id == reading.read_id]
    here = [one.assistance for one in kept if one.assistance.automatic_line.series_uid == series.uid]
    if here:
        return _carried(here[-1], here[-1].reference_centre, "this series")
    order = [visit.id for visit in reading.visits]
    others = [one for one in kept if one.visit_id in order and one.visit_id != reading.visit_id]
    for one in sorted(others, key=lambda x: (x.lesion_id == lesion_id, order.index(x.visit_id)), reverse=True):
        frame, there = one.assistance.automatic_line.frame_of_reference_uid, series.frame_of_reference_uid
        if not frame or not there:
            continue
        place = carry(frame, there, Part.LIVER, one.assistance.reference_centre)
        if place is not None:
            return _carried(one.assistance, place, one.visit_id)
    return None


def _carried(from_: Assistance, centre: Point, source: str) -> CarriedReference:
    region = ReferenceRegion(centre, from_.reference_radius_mm)
    return CarriedReference(region, from_.reference_mean, from_.reference_sd, source)


def reference_region(found: AssistedMeasurement) -> ReferenceRegion:
    """Where the reference liver is; where none was found, a ball at the start, to be dragged onto liver."""
    if found.reference is not None:
        return found.reference.region
    start = found.start
    return ReferenceRegion(
        start.point if isinstance(start, Click) else along(start.start, minus(start.end, start.start), 0.5)
    )


def meant_for(reading: Reading, selected: Lesion | None, found: AssistedMeasurement) -> tuple[Intent, str | None]:
    """What a proposal is, unless the reader has said: the selected lesion measured, else a new target.

    At baseline the selected lesion is the one only where it is marked inside what was measured: else the click was
    for another, which is a new target.
    """
    if not reading.at_baseline:
        return Intent.COUNTED, None if selected is None else selected.id
    if selected is None:
        return Intent.TARGET, None
    marked = place_of(reading.read, reading.visit_id, selected.id)
    extents = found.whole or found.viable
    if marked is None or extents is None:
        return Intent.COUNTED, selected.id
    axis = extents.long_axis
    middle = along(axis.start, minus(axis.end, axis.start), 0.5)
    same = marked.frame_of_reference_uid == axis.frame_of_reference_uid
    inside = length_mm(middle_of(marked), middle) <= 0.5 * axis.length_mm
    return (Intent.COUNTED, selected.id) if same and inside else (Intent.TARGET, None)


def title_of(intent: Intent, selected: str | None) -> str:
    """What the proposal is for, in words."""
    words = {Intent.TARGET: "new target", Intent.NONTARGET: "new non-target", Intent.NEW: "new lesion"}
    return selected if selected and intent is Intent.COUNTED else words.get(intent, "no lesion selected")


def phase_warning(series: SeriesRef, lesion: Lesion | None, found: bool) -> str:
    """What to say where viable tumour is not read on this series; empty in the arterial phase.

    `found`: there is something to accept.
    """
    if series.phase == PhaseName.ARTERIAL or (lesion is not None and lesion.role is LesionRole.NONTARGET):
        return ""
    shown = PHASE_WORDS[PhaseName(series.phase)] if series.phase else "Phase unknown"
    asks = " Accepting asks for the reason." if found else ""
    return f"{shown}: viable tumour is read on the arterial phase.{asks}"


def advised_series(reading: Reading, found: AssistedMeasurement) -> str:
    """Where the open time point has what is advised for a lesion that oil covers: its arterial phase on MR; or empty.

    It is named and not hung: which technique is read is the reader's choice, and a switch is flagged.
    """
    share, visit = found.enhancement.lipiodol_share if found.enhancement is not None else None, reading.visit
    if share is None or share <= MUCH_OIL or visit is None:
        return ""
    refs = [ref for uid in visit.series if (ref := reading.record.series_ref(uid)) is not None]
    best = best_of_phases([ref for ref in refs if ref.modality == "MR"], (PhaseName.ARTERIAL,), "MR")
    return "" if best is None else f"{visit.id} has an arterial phase on MR: {best.description or 'in the list'}."


def place_warning(
    reading: Reading, lesion_id: str, found: AssistedMeasurement, expected: Callable[[str], Place | None]
) -> str:
    """What to say where another lesion of the read lies at what was measured; empty where none does.

    Parameters
    ----------
    expected
        Where a lesion is marked at the open time point, or expected; None where nothing is known.
    """
    extents = found.whole or found.viable
    if extents is None:
        return ""
    axis = extents.long_axis
    middle = along(axis.start, minus(axis.end, axis.start), 0.5)

    def away_mm(name: str) -> float:
        place = expected(name)
        same = place is not None and place.frame_of_reference_uid == axis.frame_of_reference_uid
        return length_mm(middle, place.point) if place is not None and same else math.inf

    apart = {lesion.id: away_mm(lesion.id) for lesion in reading.lesions}
    nearest = min(apart, key=apart.__getitem__, default=lesion_id)
    reach = max(0.5 * axis.length_mm, _NEAR_MM)
    if nearest == lesion_id or apart[nearest] > reach or apart.get(lesion_id, math.inf) <= reach:
        return ""
    return f"This is where {nearest} is: is it {lesion_id}?"


def diameter_of(line: ImageLine | DrawnLine) -> Diameter:
    """A length as it is recorded."""
    return Diameter.from_mm(line.length_mm)


def line_of(line: ImageLine | DrawnLine) -> Line:
    """A line as the record keeps it; frames count from 1 there."""
    frame = line.frame + 1 if isinstance(line, ImageLine) else line.frame
    return Line(line.series_uid, line.sop_uid, frame, line.frame_of_reference_uid, line.start, line.end)


def assistance_of(first: AssistedMeasurement, now: AssistedMeasurement, reference_from: str) -> Assistance:
    """What is kept of a proposal.

    Parameters
    ----------
    first
        The proposal before the reader touched anything.
    now
        The one that is accepted.

    Raises
    ------
    ValueError
        If either measured nothing.
    """
    reference, threshold = now.reference, now.threshold
    auto = first.viable or now.viable
    if auto is None or now.viable is None or reference is None or threshold is None:
        raise ValueError("nothing was measured")
    short, whole, enhancement = now.viable.short_axis, now.whole, now.enhancement
    match now.start:
        case Click(point):
            start: tuple[Point, ...] = (point,)
        case DrawnAxis(a, b):
            start = (a, b)
    return Assistance(
        method=METHOD,
        start=start,
        unit=now.unit,
        threshold_sd=now.settings.threshold_sd,
        threshold=threshold,
        reference_centre=reference.region.centre,
        reference_radius_mm=reference.region.radius_mm,
        reference_mean=reference.mean,
        reference_sd=reference.sd,
        reference_from=reference_from,
        automatic=diameter_of(auto.long_axis),
        automatic_line=line_of(auto.long_axis),
        proposed=diameter_of(now.viable.long_axis),
        short_axis=None if short is None else diameter_of(short),
        whole=None if whole is None else diameter_of(whole.long_axis),
        volume_ml=now.viable.volume_ml,
        whole_volume_ml=None if whole is None else whole.volume_ml,
        lipiodol_share=None if enhancement is None else enhancement.lipiodol_share,
        warnings=(*now.warnings, *tolerance(now.settings.gap_mm)),
    )


def drawing_of(
    intent: Intent,
    selected: str | None,
    series: SeriesRef,
    visit_id: str,
    line: ImageLine | DrawnLine,
    now: AssistedMeasurement,
    assistance: Assistance,
) -> Drawing:
    """The accepted line as a drawing, with the whole diameter where the lesion is one of the liver.

    The whole lesion is at least as long as its viable part: where its outline came out shorter, the viable line is the
    longest that is known.
    """
    diameter = diameter_of(line)
    drawing = Drawing(intent, line_of(line), diameter, series, visit_id, selected, assisted=assistance)
    if now.whole is None:
        return drawing
    whole = now.whole.long_axis if diameter_of(now.whole.long_axis) >= diameter else line
    return replace(drawing, whole=diameter_of(whole), whole_line=line_of(whole))


def is_for_assistant(lesion: Lesion | None, intent: Intent) -> str:
    """Why a lesion cannot be measured by the assistant; empty where it can."""
    if lesion is not None and intent is Intent.COUNTED and lesion.region is Region.EXTRAHEPATIC:
        return f"{lesion.id} lies outside the liver: the assistant compares with liver. Draw its diameter."
    return ""


def is_series_for_assistant(series: SeriesRef) -> str:
    """Why nothing on a series can be measured by the assistant; empty where it can."""
    if is_chest(series):
        return "This is a series of the chest: the assistant compares with liver. Draw the diameter."
    return ""
