"""What is written in the corners of a view: whose image, when, which series and phase, where, how shown."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from app.person_names import person_name
from app.reading.hanging import phase_label
from app.state.record import Patient, Record, SeriesRef, Visit
from app.words import MINUS, SPACE
from viewers.imaging.catalogue import SURE_PHASE, FindingCode, Series, why_not_measured
from viewers.imaging.geometry import SlicePlane, is_axial, is_parallel
from viewers.imaging.phase_alignment import PhaseAlignment
from viewers.widgets.marks import Chip, CornerEntry, CornerTexts, Probe, TextLine, Tone
from viewers.widgets.view_state import ViewState


@dataclass(frozen=True, slots=True)
class Shown:
    """What a view shows of a series: `label` names what was computed (``COR``, ``AP − PRE``), of `count` planes.

    `aligned` tells of a subtraction how its phases lie to each other.
    """

    label: str = ""
    off_axial: bool = False
    count: int = 0
    aligned: Chip | None = None


ACQUIRED = Shown()

_COARSE = 10.0
"""From here on whole numbers tell enough of a window."""


def corner_texts(
    record: Record,
    visit: Visit | None,
    role: str,
    ref: SeriesRef,
    series: Series,
    state: ViewState,
    plane: SlicePlane | None,
    pixels_per_mm: float,
    shown: Shown = ACQUIRED,
    link: Chip | None = None,
) -> CornerTexts:
    """The four corners of one view.

    Parameters
    ----------
    role
        ``current``, ``prior``, ``nadir`` ...: what this time point is to the one being read; may be empty.
    pixels_per_mm
        Screen pixels for one mm of the patient; 100 % is one screen pixel for one of the image.
    shown
        What is shown of the series, where it is not its images as acquired.
    link
        How this view is linked with the active one.
    """
    return CornerTexts(
        top_left=_patient(record.patient, ref, visit, role, series),
        top_right=_series(ref, series, state, plane, shown, link),
        bottom_left=_place(series, state, plane, pixels_per_mm, shown),
        bottom_right=_display(series, state),
    )


def missing_texts(record: Record, visit: Visit | None, role: str) -> CornerTexts:
    """The corners of a view in which something is missing: whose, and of which time point."""
    when = " · ".join(part for part in (visit.id if visit else "", role) if part)
    who: list[CornerEntry] = [f"{person_name(record.patient.name)} {record.patient.id}".strip()]
    if when:
        who.append(TextLine(when, bold=True))
    return CornerTexts(top_left=tuple(who), top_right=(_date(visit.on),) if visit else ())


def banner(ref: SeriesRef, series: Series) -> str:
    """The red line across a view whose images must not be trusted for measuring; empty when they can be."""
    codes = {finding.code for finding in series.findings}
    if FindingCode.MIXED_PATIENT in codes:
        return "MIXED PATIENT: this series holds images of more than one patient."
    if not ref.measurable:
        return f"NOT MEASURABLE: {why_not_measured(ref.why_not) or 'the geometry is not known'}."
    return ""


def not_computed(inputs: Sequence[tuple[str, str]], fault: str) -> str:
    """The red line across a view whose picture could not be computed; empty where it is there.

    Parameters
    ----------
    inputs
        The series that it is made from, each with what was wrong with it when it was read; empty where nothing was.
    fault
        What went wrong in computing.
    """
    unread = [f"{name} could not be read: {why}" for name, why in inputs if why]
    why = "; ".join(unread) or fault
    return f"NOT COMPUTED: {why.removesuffix('.')}." if why else ""


def series_name(ref: SeriesRef) -> str:
    """A series in a sentence: ``AP (Se 4)``."""
    return phase_label(ref) if ref.number is None else f"{phase_label(ref)} (Se {ref.number})"


def _patient(
    patient: Patient, ref: SeriesRef, visit: Visit | None, role: str, series: Series
) -> tuple[CornerEntry, ...]:
    age = _age(patient.birth_date, ref.study_date) or _age_of_header(series.patient.age)
    who = " ".join(part for part in (patient.sex, age) if part)
    when = " · ".join(part for part in (visit.id if visit else "", role) if part)
    lines: list[CornerEntry] = [f"{person_name(patient.name)} {patient.id}".strip()]
    if who:
        lines.append(who)
    if when:
        lines.append(TextLine(when, bold=True))
    if series.deidentified:
        lines.append(Chip("DE-IDENTIFIED", tone=Tone.AMBER))
    return tuple(lines)


def _series(
    ref: SeriesRef, series: Series, state: ViewState, plane: SlicePlane | None, shown: Shown, link: Chip | None
) -> tuple[CornerEntry, ...]:
    number = f"Se {ref.number} " if ref.number is not None else ""
    lines: list[CornerEntry] = [" ".join(part for part in (_date(ref.study_date), _time(ref.acquired_at)) if part)]
    if series.institution:
        lines.append(series.institution)
    lines.append(f"{number}{ref.description}".strip() or ref.modality)
    chips = [_phase_chip(ref)]
    if shown.label:
        chips.append(Chip(shown.label, tone=Tone.ACCENT))
    if shown.aligned is not None:
        chips.append(shown.aligned)
    if aside := plane_word(plane, shown):
        chips.append(Chip(aside, tone=Tone.AMBER))
    if any(finding.code is FindingCode.LOSSY for finding in series.findings):
        chips.append(Chip("LOSSY", tone=Tone.AMBER))
    if ref.measurable and not ref.volume_ok:
        chips.append(Chip("2D only", tone=Tone.AMBER))
    chips += [Chip(word, tone=Tone.AMBER) for word in _how_it_lies(state)]
    lines.append(tuple(chips))
    if link is not None:
        lines.append(link)
    return tuple(lines)


def alignment_chip(found: PhaseAlignment | None) -> Chip:
    """How the phases of a subtraction lie to each other; None: they are still being aligned."""
    if found is None or found.moved_mm is None:
        return Chip("not aligned yet" if found is None else "not aligned", tone=Tone.AMBER)
    if found.motion is None:
        return Chip("no motion")
    return Chip("aligned", f"{found.moved_mm:.1f} mm")


def _how_it_lies(state: ViewState) -> tuple[str, ...]:
    """What a reader must know who compares this image with others: turned, mirrored, inverted."""
    mirrored = state.flip_h != state.flip_v
    turned = bool(state.quarter_turns) or (state.flip_h and state.flip_v)
    words = ((turned, "turned"), (mirrored, "mirrored"), (state.inverted, "inverted"))
    return tuple(word for holds, word in words if holds)


def plane_word(plane: SlicePlane | None, shown: Shown = ACQUIRED) -> str:
    """What to say of a plane on which criteria do not measure: ``COR, not axial``; empty for an axial one."""
    aside = plane is not None and not is_axial(plane.normal)
    if shown.label:
        return "not axial" if shown.off_axial or aside else ""
    if plane is None or not aside:
        return ""
    coronal, sagittal = (is_parallel(plane.normal, axis) for axis in ((0.0, 1.0, 0.0), (1.0, 0.0, 0.0)))
    word = "COR" if coronal else "SAG" if sagittal else "oblique"
    return f"{word}, not axial"


def _phase_chip(ref: SeriesRef) -> Chip:
    if ref.phase is None:
        return Chip(phase_label(ref))
    if ref.phase_corrected_by:
        return Chip(phase_label(ref), "set")
    unsure = ref.phase_confidence < SURE_PHASE
    return Chip(phase_label(ref), f"{ref.phase_confidence:.2f}", Tone.AMBER if unsure else Tone.PLAIN)


def _place(
    series: Series, state: ViewState, plane: SlicePlane | None, pixels_per_mm: float, shown: Shown
) -> tuple[CornerEntry, ...]:
    derived = bool(shown.count)
    number = None if derived else series.slices[state.index].instance_number
    place = f"{state.index + 1} / {shown.count or len(series.slices)}"
    lines: list[CornerEntry] = [place if number is None else f"Im {number} · {place}"]
    if plane is not None and not (derived and _axis(plane) is None):
        lines.append(_level(plane))
    thickness = "" if derived and plane_word(plane, shown) else _thickness(series)
    spacing = plane.column_spacing_mm if plane is not None else 1.0
    zoom = f"{100 * pixels_per_mm * spacing:.0f}{SPACE}%" if pixels_per_mm > 0 else ""
    lines.append(" · ".join(part for part in (thickness, zoom) if part))
    return tuple(lines)


def _thickness(series: Series) -> str:
    """Thickness and spacing of the slices; what is not known is left out."""
    known = (series.slice_thickness_mm, series.slice_spacing_mm)
    figures = [f"{value:.2f}".removesuffix("0") for value in known if value is not None]
    return f"{' / '.join(figures)}{SPACE}mm" if figures and known[0] is not None else ""


def _axis(plane: SlicePlane) -> int | None:
    """Which axis of the patient (0 for x) a plane is at right angles to; None where it leans: it has no one level."""
    return next((n for n, along in enumerate(plane.normal) if abs(along) > 1 - 1e-6), None)


def _level(plane: SlicePlane) -> str:
    """Where the first pixel of a plane lies along the axis of the body that it crosses most."""
    normal = plane.normal
    axis = max(range(3), key=lambda n: abs(normal[n]))
    return f"{'xyz'[axis]} {_signed(plane.origin[axis])}{SPACE}mm"


def _display(series: Series, state: ViewState) -> tuple[CornerEntry, ...]:
    places = 0 if state.width >= _COARSE else _places(state.width, 2)
    unit = f"{SPACE}HU" if series.hounsfield else ""
    lines: list[CornerEntry] = [f"W {state.width:.{places}f} L {_signed(state.center, places)}{unit}"]
    if series.kvp:
        lines.append(f"{series.kvp:.0f}{SPACE}kVp")
    if times := _times(series):
        lines.append(times)
    if series.contrast_agent:
        lines.append(series.contrast_agent)
    return tuple(lines)


def _times(series: Series) -> str:
    """Repetition and echo time of MR; what is not known is left out."""
    made = series.sequence
    known = (("TR", made.repetition_ms), ("TE", made.echo_ms)) if series.modality == "MR" else ()
    told = [f"{name} {value:.2f}".rstrip("0").rstrip(".") for name, value in known if value is not None]
    return f"{' / '.join(told)}{SPACE}ms" if told else ""


def value_text(probe: Probe) -> str:
    """The value under the pointer: whole HU; of small values without a unit three figures."""
    value = probe.value
    whole = bool(probe.unit) or abs(value) >= 10 * _COARSE or value == round(value)
    return _signed(value, 0 if whole else _places(value, 3)) + (f"{SPACE}{probe.unit}" if probe.unit else "")


def _places(value: float, figures: int) -> int:
    """How many decimals show so many figures of a value."""
    return max(0, figures - 1 - math.floor(math.log10(abs(value)))) if value else 0


def _signed(value: float, places: int = 1) -> str:
    text = f"{abs(value):.{places}f}"
    return f"{MINUS}{text}" if value < 0 and float(text) else text


def _date(on: date | None) -> str:
    return on.isoformat() if on else "no date"


def _time(at: str | None) -> str:
    """`HHMMSS`, alone or behind a date, as HH:MM."""
    digits = (at or "").replace(":", "").replace("T", " ").split(" ")[-1].split(".")[0]
    if len(digits) >= 14:
        digits = digits[8:]
    return f"{digits[:2]}:{digits[2:4]}" if len(digits) >= 4 and digits[:4].isdigit() else ""


def _age_of_header(stated: str) -> str:
    """PatientAge (``068Y``) as it is written here; empty where it says something else."""
    number, unit = stated[:-1], stated[-1:].upper()
    words = {"Y": "y", "M": "mo", "W": "wk", "D": "d"}
    return f"{int(number)} {words[unit]}" if number.isdigit() and unit in words else ""


def _age(born: date | None, on: date | None) -> str:
    if born is None or on is None:
        return ""
    years = on.year - born.year - ((on.month, on.day) < (born.month, born.day))
    return f"{years} y"
