"""What is said and drawn of an assisted proposal. Pure; no Qt."""

from __future__ import annotations

from dataclasses import dataclass

from app.words import MINUS, SPACE
from viewers.imaging.assisted import AssistedMeasurement, Extents, ImageLine
from viewers.imaging.lesion_shape import Proposal, outside_viable_mm
from viewers.widgets.marks import DrawnLine, LineStyle, ViewLine, length_text

PROPOSAL = "proposal|"
"""How the names of proposed lines begin in the views; no lesion has such a name."""

_LEAST_CROSSED_MM = 1.0


@dataclass(frozen=True, slots=True)
class CardTexts:
    """What the card says.

    Parameters
    ----------
    title, value
        Which lesion, and its viable diameter, or why there is none.
    details
        Other sizes, then what they rest on, a line each.
    warnings
        What the algorithm and the criteria have to say, in amber.
    threshold_sd
        Where the slider stands; None: it cannot be moved.
    threshold
        What that is as a value.
    acceptable
        Whether there is something to accept.
    gap_mm
        How much of the line may cross tissue that does not enhance.
    """

    title: str
    value: str
    details: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    threshold_sd: float | None = None
    threshold: str = ""
    acceptable: bool = False
    gap_mm: float = 0.0


def card_texts(
    title: str,
    proposal: Proposal,
    first: AssistedMeasurement,
    edited: DrawnLine | None,
    reference_from: str,
    phase_warning: str,
    acceptable: bool,
) -> CardTexts:
    """The card of a proposal.

    Parameters
    ----------
    first
        What came of the click alone: its diameter stays in sight once it was changed.
    edited
        The line after the reader moved an end.
    """
    now = proposal.measured
    warnings = tuple(filter(None, (phase_warning, _crossing(proposal, edited))))
    told = now.warnings if now.viable is not None else now.warnings[1:]
    return CardTexts(
        title,
        _value(now, first, edited),
        tuple(filter(None, (_sizes(now, edited), _reference(now, reference_from)))),
        (*warnings, *(_sentence(one) for one in told)),
        None if proposal.prepared.sections is None else now.settings.threshold_sd,
        _threshold(now),
        acceptable,
        now.settings.gap_mm,
    )


def lines_of(now: AssistedMeasurement, edited: DrawnLine | None) -> tuple[ViewLine, ...]:
    """The proposed lines as the views show them: the viable one can be moved by its ends."""
    shown = []
    if now.whole is not None:
        whole = now.whole.long_axis
        shown.append(_shown("whole", whole, f"whole {length_text(whole.length_mm)}"))
    if now.viable is not None:
        long, short = now.viable.long_axis, now.viable.short_axis
        if edited is None:
            shown.append(_shown("counted", long, f"{length_text(long.length_mm)}?", editable=True))
            shown += [_shown("short", short, "")] if short is not None else []
        else:
            label = f"{length_text(edited.length_mm)}?"
            name = f"{PROPOSAL}counted|0"
            style = LineStyle.PROPOSAL
            shown.append(
                ViewLine(name, edited.start, edited.end, edited.sop_uid, edited.frame, label, style, editable=True)
            )
    return tuple(shown)


def reference_label(now: AssistedMeasurement) -> str:
    """What stands beside the ball: liver 75 ± 9 HU."""
    reference = now.reference
    return "" if reference is None else f"liver {reference.mean:.0f} ± {reference.sd:.0f}{_unit(now)}"


def _shown(part: str, line: ImageLine, label: str, editable: bool = False) -> ViewLine:
    name, style = f"{PROPOSAL}{part}|0", LineStyle.PROPOSAL
    return ViewLine(name, line.start, line.end, line.sop_uid, line.frame + 1, label, style, editable)


def _value(now: AssistedMeasurement, first: AssistedMeasurement, edited: DrawnLine | None) -> str:
    if now.viable is None:
        return _sentence(now.warnings[0] if now.warnings else "nothing was found here") + " Nothing is recorded."
    length = now.viable.long_axis.length_mm
    proposed = length_text(length)
    if edited is not None:
        return f"viable {length_text(edited.length_mm)} (proposed {proposed})"
    if first.viable is not None and length_text(first.viable.long_axis.length_mm) != proposed:
        return f"viable {proposed} (at first {length_text(first.viable.long_axis.length_mm)})"
    return f"viable {proposed}"


def _sizes(now: AssistedMeasurement, edited: DrawnLine | None) -> str:
    """What belongs to the line on screen: a short axis to the proposed one alone, a whole at least as long as it."""
    parts, length_mm = [], 0.0
    if now.viable is not None:
        length_mm = now.viable.long_axis.length_mm if edited is None else edited.length_mm
        short = now.viable.short_axis if edited is None else None
        parts += [f"short axis {length_text(short.length_mm)}"] if short is not None else []
        parts += [_volume("viable", now.viable)]
    if now.whole is not None:
        whole_mm = max(now.whole.long_axis.length_mm, length_mm)
        parts += [f"whole {length_text(whole_mm)}", _volume("whole", now.whole)]
    share = now.enhancement.lipiodol_share if now.enhancement is not None else None
    if share is not None and share >= 0.005:
        parts.append(f"oil {share * 100:.0f}{SPACE}%")
    return " · ".join(part.replace(" ", SPACE) for part in parts if part)


def _volume(word: str, extents: Extents) -> str:
    return "" if extents.volume_ml is None else f"{word} {extents.volume_ml:.1f}{SPACE}ml"


def _reference(now: AssistedMeasurement, source: str) -> str:
    if now.reference is None:
        return ""
    how = {"proposed": "as proposed", "moved": "moved by you", "this series": "as for this series"}
    where = how.get(source, f"carried over from {source}")
    return f"Reference {reference_label(now)}, {where}: drag its circle to move it"


def _threshold(now: AssistedMeasurement) -> str:
    if now.threshold is None:
        return ""
    sd = f"{now.settings.threshold_sd:+.1f}".replace("-", MINUS)
    return f"liver {sd} SD = {now.threshold:.0f}{_unit(now)}"


def _crossing(proposal: Proposal, edited: DrawnLine | None) -> str:
    """What the criteria do not allow: a viable diameter across tissue that does not enhance."""
    viable = proposal.measured.viable
    if edited is None or viable is None:
        return ""
    volume = proposal.prepared.volume
    image = (edited.sop_uid, edited.frame - 1)
    found = (k for k, record in enumerate(volume.series.slices) if (record.sop_uid, record.frame) == image)
    k = next(found, None)
    crossed = None if k is None else outside_viable_mm(proposal, k, edited.start, edited.end)
    if crossed is None or crossed < _LEAST_CROSSED_MM:
        return ""
    across, longest = length_text(crossed), length_text(viable.long_axis.length_mm)
    return f"Line crosses non-enhancing tissue for {across}. Longest chord inside viable tumour: {longest}."


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}{'' if text.endswith('.') else '.'}"


def _unit(now: AssistedMeasurement) -> str:
    return f"{SPACE}HU" if now.unit == "HU" else ""
