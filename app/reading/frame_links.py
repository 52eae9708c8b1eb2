"""How the exams of two time points lie to each other: by a pinned place, by registration, or by lesions that both hold.

Pure; no Qt.
"""

from __future__ import annotations

import math

from app.models.reading import Reading
from app.reading.lesion_places import lesion_shifts, mean_shift
from app.reading.registration_pairs import Registered
from app.words import SPACE
from mrecist.values import Point, Region
from viewers.imaging.geometry import length_mm
from viewers.tools.frame_link import FrameLink, LinkKind
from viewers.widgets.marks import Chip, Tone

CLOSE_MM, LOOSE_MM = 3.0, 6.0
"""A residual up to the first is good, up to the second to be looked at, beyond it poor."""

_NOT_KNOWN = "± not known"

_NAMES = {LinkKind.SHIFT: "lesion shift", LinkKind.PIN: "pin", LinkKind.REGISTERED: "registered"}


def link_between(
    reading: Reading | None,
    visits: tuple[str, str],
    frames: tuple[str, str],
    pinned_mm: Point | None,
    region: Region = Region.INTRAHEPATIC,
    registered: Registered | None = None,
) -> FrameLink | None:
    """The link from the first frame of reference to the second; None where nothing ties them.

    Parameters
    ----------
    visits, frames
        The two time points, and a frame of reference of each.
    pinned_mm
        The offset of a place that the reader pinned on both, LPS mm; it goes before all else.
    region
        What is looked at: its lesions go before those of the other region.
    registered
        The registration of the two exams for that region; unless it has failed it goes before the shift of lesions.
    """
    shifts: tuple[Point, ...] = ()
    if reading is not None:
        own = lesion_shifts(reading, *visits, region).get(frames, ())
        shifts = own or lesion_shifts(reading, *visits).get(frames, ())
    if pinned_mm is not None:
        return FrameLink(LinkKind.PIN, pinned_mm, _residual_mm(shifts, pinned_mm) if shifts else None, len(shifts))
    if registered is not None and registered.registration.quality.status != "failed":
        quality = registered.registration.quality
        return FrameLink(
            LinkKind.REGISTERED,
            residual_mm=quality.residual_mm,
            mapping=registered,
            doubtful=quality.status == "doubtful",
        )
    if not shifts:
        return None
    mean = mean_shift(shifts)
    residual_mm = _residual_mm(shifts, mean, taken_up=1) if len(shifts) > 1 else None
    return FrameLink(LinkKind.SHIFT, mean, residual_mm, len(shifts))


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
    short = "doubtful" if link.doubtful else _NAMES[link.kind]  # a small view has to hold it beside its number
    words = f"linked · {short}"
    if link.residual_mm is None:
        # one lesion lies where its own shift puts it, and a pin where it was put: neither tells how far others are off
        alone = link.kind is LinkKind.SHIFT
        tone = Tone.AMBER if alone else Tone.PLAIN
        return Chip(f"{words}, 1 lesion" if alone else words, _NOT_KNOWN, tone, short)
    shown_mm = round(link.residual_mm, 1)  # two that read alike have one colour
    tone = Tone.MET if shown_mm <= CLOSE_MM else Tone.AMBER if shown_mm <= LOOSE_MM else Tone.ERROR
    if link.doubtful and tone is Tone.MET:
        tone = Tone.AMBER
    return Chip(words, f"± {shown_mm:.1f}{SPACE}mm", tone, short)


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
