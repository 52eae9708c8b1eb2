"""Events as canonical text and back.

The text is UTF-8 JSON with sorted keys and no spaces. It is exact: fractions are text ("3/2"), diameters whole tenths
of a millimetre, dates ISO 8601 (a month is ``2012-02``), enumerations their value; a finding carries a type word. Every
field is written, so a default that changes later never changes what was recorded.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import date
from enum import StrEnum
from fractions import Fraction
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, cast, get_args

from app.state.dates import read_date
from app.state.events import Event
from mrecist.lesions import (
    Absent,
    Finding,
    Measured,
    Merged,
    Nonviable,
    NotEvaluable,
    Present,
    Split,
    TooSmall,
    UnequivocalProgression,
)
from mrecist.values import Diameter

if TYPE_CHECKING:
    from cattrs import Converter

Plain = dict[str, Any]
Upcast = Callable[[Plain], Plain]


def _unassisted(plain: Plain) -> Plain:
    """Version 1 knew no assistant."""
    return {**plain, "assisted": None}


def _without_events_of_lesions(plain: Plain) -> Plain:
    """Version 2 knew no fragments, and asked neither for treatment since nor whether an absence was right."""
    later: Plain = {"treated_since": None, "treatment_id": "", "settled_on": None, "earlier_absence": None}
    seen = plain["observation"]
    plain = {**plain, "observation": {**seen, "features": {**later, **seen["features"]}}}
    return _whole_lesion(plain) if "lesion" in plain else plain


def _with_one_reason_for_all(plain: Plain) -> Plain:
    """Version 3 had one justification for all objections to a lesion at a time point: `override`, which stays."""
    seen = plain["observation"]
    return {**plain, "observation": {**seen, "features": {"overrides": [], **seen["features"]}}}


def _as_it_was(plain: Plain) -> Plain:
    """The version before named the fourth liver segment as a whole: it stays so."""
    return plain


def _whole_lesion(plain: Plain) -> Plain:
    """A lesion was no fragment of another."""
    return {**plain, "lesion": {"parent": None, **plain["lesion"]}}


def _without_later_judgements(plain: Plain) -> Plain:
    """Version 1 asked neither for resectability nor for the benefit of systemic treatment."""
    return {**plain, "clinical": {"resectable": None, "systemic_benefit": None, **plain["clinical"]}}


def _without_course(plain: Plain) -> Plain:
    """Version 1 kept neither dose changes nor cycles nor a dose in Gy."""
    later: Plain = {"dose_changes": [], "cycles": [], "dose_gy": None, "fractions": None}
    return {**plain, "treatment": {**later, **plain["treatment"]}}


def _hiding_nothing(plain: Plain) -> Plain:
    """Version 1 knew neither sequential reads nor what a blinded one hides."""
    return {**plain, "hides": []}


def _without_meaning(plain: Plain) -> Plain:
    """Version 1 asked neither what a signature means nor what it leaves open."""
    return {**plain, "meaning": None, "left_open": []}


def _standing_whatever_changes(plain: Plain) -> Plain:
    """Version 1 did not keep what a reason was given for."""
    return {**plain, "seen": ""}


UPCASTS: Mapping[tuple[str, int], Upcast] = MappingProxyType(
    {
        ("lesion_added", 1): _unassisted,
        ("finding_recorded", 1): _unassisted,
        ("lesion_added", 2): _without_events_of_lesions,
        ("finding_recorded", 2): _without_events_of_lesions,
        ("lesion_added", 3): _with_one_reason_for_all,
        ("finding_recorded", 3): _with_one_reason_for_all,
        ("lesion_changed", 1): _whole_lesion,
        ("lesion_changed", 2): _as_it_was,
        ("proposals_imported", 1): _as_it_was,
        ("clinical_recorded", 1): _without_later_judgements,
        ("treatment_recorded", 1): _without_course,
        ("read_started", 1): _hiding_nothing,
        ("visit_signed", 1): _without_meaning,
        ("visit_justified", 1): _standing_whatever_changes,
    }
)
"""For a kind and an old version: the plain payload of the next version. Old texts are never rewritten."""

EVENT_TYPES: Mapping[str, type[Event]] = MappingProxyType({cls.kind: cls for cls in get_args(Event)})

_FINDING_WORDS: Mapping[type[Finding], str] = MappingProxyType(
    {
        Measured: "measured",
        Absent: "absent",
        Nonviable: "nonviable",
        TooSmall: "too_small",
        Present: "present",
        UnequivocalProgression: "unequivocal_progression",
        NotEvaluable: "not_evaluable",
        Merged: "merged",
        Split: "split",
    }
)


class UndecodableEvent(Exception):
    """A stored payload that this version cannot read; the message says why and what to do."""


def encode(event: Event) -> str:
    """The event's payload as canonical text."""
    return canonical(_converter().unstructure(event))


def decode(kind: str, version: int, payload: str, upcasts: Mapping[tuple[str, int], Upcast] = UPCASTS) -> Event:
    """The event that a payload of this kind and version tells; older versions are brought up to date first.

    Raises
    ------
    UndecodableEvent
        If the kind or version is unknown (written by a newer program), or the payload does not fit it.
    """
    from cattrs.errors import ForbiddenExtraKeysError

    cls = EVENT_TYPES.get(kind)
    if cls is None or version > cls.version:
        raise UndecodableEvent(f"The edit {kind!r} (version {version}) was written by a newer Hepatrace. Update it.")
    try:
        plain = json.loads(payload)
        for step in range(version, cls.version):
            plain = upcasts[kind, step](plain)
        return _converter().structure(plain, cls)
    except (ValueError, TypeError, KeyError, AttributeError, ArithmeticError, ForbiddenExtraKeysError) as error:
        raise UndecodableEvent(
            f"The edit {kind!r} (version {version}) cannot be read: {type(error).__name__}."
        ) from error


def canonical(plain: object) -> str:
    """One text for one value: sorted keys, no spaces, no NaN."""
    return json.dumps(plain, ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":"))


@cache
def _converter() -> Converter:
    return exact_converter()


def exact_converter() -> Converter:
    """A converter between our frozen dataclasses and plain values that neither rounds nor guesses."""
    # cattrs takes long to import; a window that shows no case yet does without it.
    from cattrs import Converter
    from cattrs.strategies import configure_tagged_union

    converter = Converter(forbid_extra_keys=True, detailed_validation=False)
    converter.register_unstructure_hook(Fraction, str)
    converter.register_structure_hook(Fraction, lambda text, _: Fraction(_typed(text, str)))
    converter.register_unstructure_hook(Diameter, lambda diameter: diameter.tenths)
    converter.register_structure_hook(Diameter, lambda tenths, _: Diameter(_typed(tenths, int)))
    converter.register_unstructure_hook(date, lambda on: on.isoformat())
    converter.register_structure_hook(date, lambda text, _: read_date(_typed(text, str)))
    for plain in (str, int, bool):
        converter.register_structure_hook(plain, _typed)
    converter.register_structure_hook(StrEnum, lambda word, cls: cls(_typed(word, str)))
    converter.register_unstructure_hook(float, float)  # 2 given where 2.0 is meant must not be another text
    converter.register_structure_hook(float, lambda value, _: float(_typed(value, (int, float))))
    converter.register_structure_hook(str | bool, lambda value, _: _typed(value, (str, bool)))
    configure_tagged_union(
        Finding, converter, tag_name="type", tag_generator=lambda cls: _FINDING_WORDS[cast(type[Finding], cls)]
    )
    return converter


def _typed(value: Any, kind: Any) -> Any:
    """The value itself when it is of that kind; a number is never read out of a text, nor a word out of a number."""
    expected = kind if isinstance(kind, tuple) else (kind,)
    if not isinstance(value, expected) or (isinstance(value, bool) and bool not in expected):
        raise TypeError(f"{value!r} is not of type {' or '.join(x.__name__ for x in expected)}")
    return value
