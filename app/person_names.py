"""Names of people as DICOM keeps them and as people write them."""

from __future__ import annotations


def person_name(name: str) -> str:
    """A DICOM person name (PS3.5 6.2.1) as people write it: Hangul where it is given, else the alphabetic form.

    ``Kim^Youngsu=金^永洙=김^영수`` is ``김영수``; ``Kim^Youngsu`` is ``Kim, Youngsu``.
    """
    groups = [group.strip("^ ") for group in name.split("=")]
    hangul = next(
        (group for group in reversed(groups) if any("\uac00" <= letter <= "\ud7a3" for letter in group)), None
    )
    if hangul is not None:
        return "".join(hangul.split("^"))
    parts = [part.strip() for part in (next((g for g in groups if g), "")).split("^")]
    given = " ".join(part for part in parts[1:3] if part)
    return ", ".join(part for part in (parts[0], given) if part)
