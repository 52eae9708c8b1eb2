"""How the exams of two time points lie to each other: by a pinned place, by registration, or by lesions that both hold.

Pure; no Qt.
"""

from __future__ import annotations

import math

from app.models.reading import Reading
from app.reading.body_parts import Part
from app.reading.lesion_places import lesion_shifts, mean_shift
from app.reading.registration_pairs import Registered
from app.words import SPACE
from mrecist.values import Point
from viewers.imaging.geometry import length_mm
from viewers.tools.frame_link import FrameLink, LinkKind
from viewers.widgets.marks import Chip, Tone

CLOSE_MM, LOOSE_MM = 3.0, 6.0
"""A residual up to the first is good, up to the second to be looked at, beyond it poor."""

_NOT_KNOWN = "± not known"

_NAMES = {LinkKind.SHIFT: "lesion shift", LinkKind.PIN: "pin"}
_PARTS = {Part.LIVER: "liver", Part.LUNGS: "lungs", Part.TRUNK: "mediastinum and spine", Part.SPINE: "spine"}


def link_between(
    reading: Reading | None,
    visits: tuple[str, str],
    frames: tuple[str, str],
    pinned_mm: Point | None,
    part: Part = Part.LIVER,
    registered: Registered | None = None,
) -> FrameLink | None:
    """The link from the first frame of reference to the second; None where nothing ties them.

    Parameters
    ----------
    visits, frames
        The two time points, and a frame of reference of each.
    pinned_mm
        The offset of a place that the reader pinned on both, LPS mm; it goes before all else.
    part
        What is looked at: the lesions that move with it go before others, which tell nothing of how far it is off.
    registered
        The registration of the two exams for that part; unless it has failed it goes before the shift of lesions.
    """
    own: tuple[Point, ...] = ()
    shifts: tuple[Point, ...] = ()
    if reading is not None:
        own = lesion_shifts(reading, *visits, part).get(frames, ())
        shifts = own or lesion_shifts(reading, *visits).get(frames, ())
    if pinned_mm is not None:
        return FrameLink(LinkKind.PIN, pinned_mm, _residual_mm(own, pinned_mm) if own else None, len(own))
    if registered is not None and registered.registration.quality.status != "failed":
        quality = registered.registration.quality
        return FrameLink(
            LinkKind.REGISTERED,
            residual_mm=None if registered.elsewhere else quality.residual_mm,
            mapping=registered,
            doubtful=quality.status == "doubtful",
            part="body" if quality.of_body else _PARTS[registered.part],
            elsewhere=registered.elsewhere,
        )
    if not shifts:
        return None
    mean = mean_shift(shifts)
    residual_mm = _residual_mm(own, mean, taken_up=1) if len(own) > 1 else None
    return FrameLink(LinkKind.SHIFT, mean, residual_mm, len(shifts), elsewhere=not own)


def link_chip(link: FrameLink | None, failed: bool = False, running: bool = False, off: bool = False) -> Chip | None:
    """What a view says of its link with the active one; nothing within one frame of reference.

    Parameters
    ----------
    failed
        The registration of the two exams has failed.
    running
        They are being registered.
    off
        The reader does not want them linked by registration.
    """
    if link is None and off:
        return Chip("not linked: registration off", tone=Tone.AMBER, short="not linked: off")
    if link is None and failed:
        return Chip("not linked: registration failed, pin one place", tone=Tone.ERROR, short="not linked: failed")
    if link is None and running:
        return Chip("not linked yet: being registered", tone=Tone.AMBER, short="not linked yet")
    if link is None:
        return Chip("not linked: pin one place", tone=Tone.AMBER, short="not linked")
    if link.kind is LinkKind.SAME:
        return None
    words, short = _names(link)
    if link.residual_mm is None:
        # one lesion lies where its own shift puts it, and a pin where it was put: neither tells how far others are off
        tone = Tone.PLAIN if link.kind is LinkKind.PIN else Tone.AMBER
        return Chip(words, _NOT_KNOWN, tone, short)
    shown_mm = round(link.residual_mm, 1)  # two that read alike have one colour
    tone = Tone.MET if shown_mm <= CLOSE_MM else Tone.AMBER if shown_mm <= LOOSE_MM else Tone.ERROR
    if link.doubtful and tone is Tone.MET:
        tone = Tone.AMBER
    return Chip(words, error_text(link), tone, short)


def error_text(link: FrameLink) -> str:
    """How far what is looked at may be off across a link."""
    return _NOT_KNOWN if link.residual_mm is None else f"± {round(link.residual_mm, 1):.1f}{SPACE}mm"


def _names(link: FrameLink) -> tuple[str, str]:
    """What a chip calls a link, and what it calls it where a small view has to hold it beside its number.

    A registration names the part for which its number holds; what is looked at elsewhere goes with it, and no more.
    """
    if link.kind is not LinkKind.REGISTERED:
        name = _NAMES[link.kind]
        rests = ", other lesions" if link.elsewhere else ", 1 lesion" if link.residual_mm is None else ""
        return f"linked · {name}{rests if link.kind is LinkKind.SHIFT else ''}", name
    state = "doubtful" if link.doubtful else "registered"
    if link.elsewhere:
        return f"linked · by {link.part}", link.part.split()[0]
    return f"linked · {link.part} {state}", "doubtful" if link.doubtful else link.part.split()[0]


def _residual_mm(shifts: tuple[Point, ...], offset: Point, taken_up: int = 0) -> float:
    """How far lesions are from where the offset puts them, mm: the root of the squares' sum by the free lesions.

    Parameters
    ----------
    shifts
        Where each of the n lesions went, LPS mm.
    offset
        LPS mm: a pin, which owes nothing to the lesions, or the mean of `shifts`.
    taken_up
        How many lesions the offset has taken up: 0 for a pin (the sum by n), 1 for the mean of the same lesions (by
        n - 1, as a sample's standard deviation). By n, two lesions would look better than they are by the root of 2.
    """
    return math.sqrt(sum(length_mm(shift, offset) ** 2 for shift in shifts) / (len(shifts) - taken_up))
