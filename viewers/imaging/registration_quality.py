"""Judges a registration by its numbers: good, doubtful or failed, with the reasons in words."""

from __future__ import annotations

from dataclasses import dataclass

from viewers.imaging.agreement import Agreement
from viewers.imaging.place_search import Fit
from viewers.imaging.registration import About, Quality, Status

FEWEST_BLOCKS, FEW_BLOCKS = 8, 15
CONFIRMED = {About.LIVER: (0.70, 0.85), About.LUNGS: (0.50, 0.80), About.TRUNK: (0.50, 0.70)}
ACROSS_CONFIRMED, ACROSS_ALIKE = (0.60, 0.75), 0.4
"""The same between modalities, of edges, which are less alike than values: there, and the correlation that counts."""
LEAST_OVERLAP, MOST_OVERLAP = 0.50, 0.85
LARGEST_RESIDUAL_MM, LARGE_RESIDUAL_MM = 8.0, 5.0
ACROSS_LARGEST_MM = 7.0
MOST_TURNED, MUCH_TURNED = 30.0, 15.0
"""Of each: beyond the first a registration has failed, between the two it is doubtful."""
_NAMES = {About.LIVER: "liver", About.LUNGS: "lungs", About.TRUNK: "middle of the trunk"}
_MIRROR_MARGIN, _ACROSS_MARGIN = 0.02, 0.0
"""By how much a mirrored exam may fit better; values say more of that than what one modality tells of the other."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What was seen on the way to a registration.

    Parameters
    ----------
    about
        What was to be registered.
    organ_found
        Whether it was found in the first exam.
    fit
        The best shift of the one onto the other; None where no shift lets them overlap.
    mirrored
        How one exam must be mirrored to fit better than as it is, and the correlation then; None if it need not.
    across
        Whether edges were compared, of two modalities or of two MR.
    """

    about: About
    organ_found: bool
    fit: Fit | None
    mirrored: tuple[str, float] | None
    across: bool = False


def judge_quality(evidence: Evidence, found: Agreement, overlap: float, degrees: float) -> Quality:
    """The status that follows from the numbers; the worst of them decides.

    Parameters
    ----------
    evidence
        What was seen on the way.
    found
        What blocks of the organ say.
    overlap
        The share of the organ that lies within the later images.
    degrees
        How far the body is turned.
    """
    organ = _NAMES[evidence.about]
    failed: list[str] = []
    doubtful: list[str] = []
    if evidence.fit is None:
        failed.append("The two exams do not overlap.")
    straight = -1.0 if evidence.fit is None else evidence.fit.correlation
    margin = _ACROSS_MARGIN if evidence.across else _MIRROR_MARGIN
    if evidence.mirrored is not None and evidence.mirrored[1] > straight + margin:
        way, correlation = evidence.mirrored
        failed.append(f"They fit better mirrored {way} ({correlation:.2f}) than as they are ({straight:.2f}).")
    if not evidence.organ_found:
        seen = "the exams" if evidence.across else "the earlier exam"
        were = "were" if evidence.about is About.LUNGS else "was"
        what = "spine" if evidence.about is About.TRUNK else organ
        doubtful.append(f"No {what} {were} found in {seen}: the whole body was registered.")
    part = organ if evidence.organ_found else "body"
    other = "the other exam" if evidence.across else "the later images"
    lies = "lie" if part == "lungs" else "lies"
    _grade(
        overlap < LEAST_OVERLAP,
        overlap < MOST_OVERLAP,
        f"Only {100 * overlap:.0f} % of the {part} {lies} within {other}.",
        failed,
        doubtful,
    )
    _grade(
        degrees > MOST_TURNED,
        degrees > MUCH_TURNED,
        f"The body would be turned by {degrees:.0f}°.",
        failed,
        doubtful,
    )
    _grade(
        found.blocks < FEWEST_BLOCKS,
        found.blocks < FEW_BLOCKS,
        f"Only {found.blocks} places have structure enough to check it.",
        failed,
        doubtful,
    )
    if found.blocks >= FEWEST_BLOCKS:
        least, enough = ACROSS_CONFIRMED if evidence.across else CONFIRMED[evidence.about]
        count = round(found.confirmed * found.blocks)
        _grade(
            found.confirmed < least,
            found.confirmed < enough,
            f"{count} of {found.blocks} places in the {part} are found again within 9 mm.",
            failed,
            doubtful,
        )
        residual = found.residual_mm
        if residual is not None:
            _grade(
                residual > (ACROSS_LARGEST_MM if evidence.across else LARGEST_RESIDUAL_MM),
                residual > LARGE_RESIDUAL_MM,
                f"They are found {residual:.1f} mm (median) from where they are expected.",
                failed,
                doubtful,
            )
    status = Status.FAILED if failed else Status.DOUBTFUL if doubtful else Status.GOOD
    told = (found.residual_mm, found.confirmed, found.blocks)
    return Quality(status, (*failed, *doubtful), *told, overlap, degrees, of_body=not evidence.organ_found)


def _grade(fails: bool, doubts: bool, reason: str, failed: list[str], doubtful: list[str]) -> None:
    if fails:
        failed.append(reason)
    elif doubts:
        doubtful.append(reason)
