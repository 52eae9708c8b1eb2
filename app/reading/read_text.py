"""The read of one time point as plain text, for a radiologist's report: columns by blanks, no sign beyond a keyboard.

Lengths are the recorded ones; percentages are rounded for the eye as on screen, after everything was compared.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from types import MappingProxyType

from app import words
from app.exports.exported import ExportedRead
from app.models.signoff import meaning_told
from app.state.record import Visit
from app.words import translated
from mrecist.lesions import (
    Absent,
    Finding,
    Lesion,
    Measured,
    Merged,
    Nonviable,
    NotEvaluable,
    Observation,
    Present,
    Split,
    TooSmall,
    UnequivocalProgression,
)
from mrecist.results import Decision, RegionResponse, TimePointResponse
from mrecist.values import Diameter, LesionRole, Region, Response, Scope

_GAP = "  "
_PLAIN = MappingProxyType(
    {words.SPACE: " ", words.MINUS: "-", words.DASH: "-", "–": "-", "≥": ">=", "≤": "<=", "×": "x"}
)


def read_text(one: ExportedRead, visit_id: str) -> str:
    """What was found and judged at a time point, with the baseline beside it; ends with a line break.

    Raises
    ------
    LookupError
        If the case has no such time point.
    """
    visit, baseline = one.record.visit(visit_id), one.record.baseline
    if visit is None or baseline is None:
        raise LookupError(visit_id)
    shown = [baseline] if visit == baseline else [baseline, visit]
    at = one.assessment.timepoint(visit_id)
    parts = [_head(one, shown)]
    for region, scope in ((Region.INTRAHEPATIC, Scope.INTRAHEPATIC), (Region.EXTRAHEPATIC, Scope.EXTRAHEPATIC)):
        parts.append(_region(one, region, shown, None if at is None else at.scope(scope)))
    if at is not None:
        parts.append(_both(one, at))
        if at.tace is not None or at.sorafenib is not None:
            parts.append(list(_decisions(at)))
    parts.append(_foot(one, visit))
    return _plain("\n\n".join("\n".join(part) for part in parts if part) + "\n")


def _head(one: ExportedRead, shown: Sequence[Visit]) -> list[str]:
    now = shown[-1]
    day = translated("day {day}", day=one.record.day(now.on))
    mrecist = translated("TUMOUR RESPONSE, HEPATOCELLULAR CARCINOMA (mRECIST, liver and outside apart)")
    recist = translated("TUMOUR RESPONSE, HEPATOCELLULAR CARCINOMA (RECIST 1.1, liver and outside apart)")
    lines = [
        recist if one.whole_in_liver else mrecist,
        translated("Time point: {visit}, {date} ({day})", visit=now.id, date=now.on.isoformat(), day=day),
    ]
    if len(shown) > 1:
        lines.append(translated("Baseline: {date}", date=shown[0].on.isoformat()))
    return lines


def _region(one: ExportedRead, region: Region, shown: Sequence[Visit], judged: RegionResponse | None) -> list[str]:
    here = [x for x in one.read.lesions if x.region is region and _is_seen(one, x, shown)]
    whole = [x for x in here if x.parent is None]
    lesions = [y for x in whole for y in (x, *(part for part in here if part.parent == x.id))]
    name = words.region_word(region).upper()
    if not lesions:
        lines = [f"{name}: {translated('no lesion')}"]
    else:
        rows = [("", "", "", *(v.id for v in shown))]
        rows += [_lesion(one, lesion, shown) for lesion in lesions]
        sums = _sums(one, region, judged, len(shown))
        if sums is not None:
            rows.append(("", "", translated("sum of targets (mm)"), *sums))
        lines = [name, *_aligned(rows)]
    return lines if judged is None else [*lines, *_judged(judged)]


def _is_seen(one: ExportedRead, lesion: Lesion, shown: Sequence[Visit]) -> bool:
    always = lesion.role is not LesionRole.NEW and lesion.parent is None
    return always or any(one.read.observation(v.id, lesion.id) is not None for v in shown)


def _lesion(one: ExportedRead, lesion: Lesion, shown: Sequence[Visit]) -> tuple[str, ...]:
    place = [words.organ_word(lesion.organ), " ".join(x.value for x in lesion.segments), lesion.site]
    by_whole = lesion.id in one.by_whole
    cells = [_finding(lesion, one.read.observation(v.id, lesion.id), by_whole) for v in shown]
    return (lesion.id, words.role_word(lesion.role), ", ".join(filter(None, place)), *cells)


def _finding(lesion: Lesion, seen: Observation | None, by_whole: bool) -> str:
    return "-" if seen is None else finding_text(lesion, seen.finding, by_whole)


def finding_text(lesion: Lesion, finding: Finding, by_whole: bool) -> str:
    """A finding in words; `by_whole`: the whole diameter is the one that counts. That of a node is its short axis."""
    short = translated("short") if lesion.is_node else ""
    match finding:
        case Measured(diameter, whole):
            return _sized(short, diameter, whole, by_whole)
        case Absent(whole):
            return _sized(words.gone(lesion.region), None, whole, by_whole)
        case Nonviable(whole):
            return _sized(translated("no viable tumour"), None, whole, by_whole)
        case TooSmall(diameter, whole):
            return _sized(translated("too small to measure"), diameter, whole, by_whole)
        case Present(diameter, whole):
            said = words.still_there(lesion.region)
            return _sized(f"{said}, {short}" if short and diameter else said, diameter, whole, by_whole)
        case UnequivocalProgression(diameter):
            return _sized(translated("unequivocal progression"), diameter, None, by_whole)
        case NotEvaluable(why, note):
            said = f"{translated('not evaluable')} ({words.why_not_evaluable(why)})"
            return f"{said}: {note}" if note else said
        case Merged(into):
            return translated("merged with {lesion}", lesion=into) if into else translated("merged")
        case Split():
            return translated("split; its fragments are measured")


def _sized(said: str, diameter: Diameter | None, whole: Diameter | None, by_whole: bool) -> str:
    """The diameter that counts; in brackets the other one that was recorded."""
    parts = [said] if said else []
    counted = whole if by_whole else diameter
    if counted is not None:
        parts.append(f"{counted} mm")
    if by_whole and diameter is not None:
        parts.append(translated("(viable {mm} mm)", mm=diameter))
    elif not by_whole and whole is not None:
        parts.append(translated("(whole {mm} mm)", mm=whole))
    return " ".join(parts)


def _sums(one: ExportedRead, region: Region, judged: RegionResponse | None, count: int) -> tuple[str, ...] | None:
    baseline = one.assessment.baseline
    first = baseline.intrahepatic_mm if region is Region.INTRAHEPATIC else baseline.extrahepatic_mm
    now = judged.sum_mm if judged is not None else None
    values = [first] if count == 1 else [first, now]
    if all(value is None for value in values):
        return None
    return tuple("-" if value is None else words.mm(value) for value in values)


def _judged(judged: RegionResponse) -> Iterator[str]:
    changes = []
    if judged.change_from_baseline_pct is not None:
        changes.append(translated("{change} from baseline", change=_pct(judged.change_from_baseline_pct)))
    if judged.change_from_nadir_pct is not None and judged.nadir_sum_mm is not None:
        changes.append(
            translated(
                "{change} from nadir ({mm} mm, {visit})",
                change=_pct(judged.change_from_nadir_pct),
                mm=words.mm(judged.nadir_sum_mm),
                visit=judged.nadir_timepoint,
            )
        )
    if changes:
        yield translated("Sum: {changes}", changes=", ".join(changes))
    yield translated("Response: {response}", response=_response(judged))
    for reason in judged.reasons:
        yield f"{_GAP}- {reason.text}"


def _response(judged: RegionResponse) -> str:
    parts = []
    for said, response in ((translated("targets"), judged.target), (translated("non-targets"), judged.non_target)):
        if response is not Response.NA:
            parts.append(f"{said} {words.response_letters(response)}")
    parts.append(translated("new lesion") if judged.new_lesion else translated("no new lesion"))
    return f"{words.response_letters(judged.response)} ({', '.join(parts)})"


def _both(one: ExportedRead, at: TimePointResponse) -> list[str]:
    letters = words.response_letters
    lines = [
        translated("COMPOSITE of both regions: {response}", response=letters(at.composite)),
        translated("Overall, pooled in one sum: {response}", response=letters(at.overall.response)),
    ]
    if at.recist11 is not None and not one.whole_in_liver:
        lines.append(translated("RECIST 1.1 in parallel: {response}", response=letters(at.recist11.response)))
    return lines


def _decisions(at: TimePointResponse) -> Iterator[str]:
    for said, decision in (("TACE", at.tace), (translated("Sorafenib"), at.sorafenib)):
        if decision is not None:
            yield f"{said}: {_decided(decision)}"
            for reason in decision.reasons:
                yield f"{_GAP}- {reason.text}"


def _decided(decision: Decision) -> str:
    said = f"{words.decision_word(decision.decision)} ({decision.row})"
    if decision.needs:
        said += "; " + translated("missing: {needs}", needs=", ".join(x.replace("_", " ") for x in decision.needs))
    return said


def _foot(one: ExportedRead, visit: Visit) -> list[str]:
    signed = one.record.signature(one.read.id, visit.id)
    state = translated("signed by {by}, {at} UTC", by=signed.by, at=signed.at[:16].replace("T", " ")) if signed else ""
    if signed is not None and signed.meaning is not None:
        state += f" ({meaning_told(signed.meaning)})"
    assessed = one.assessment
    return [
        translated("Reader: {reader}; {state}", reader=one.read.reader, state=state or translated("not signed")),
        translated("Rule set: {name} {version}", name=assessed.ruleset, version=assessed.version),
        translated("Log: {head}", head=one.head),
        translated("Research use only."),
    ]


def _aligned(rows: Sequence[tuple[str, ...]]) -> list[str]:
    """The rows in columns, each as wide as its widest cell; a wide (Korean) letter counts for two."""
    widths = [max(_width(row[at]) for row in rows) for at in range(len(rows[0]))]
    return [
        (
            _GAP + _GAP.join(cell + " " * (width - _width(cell)) for cell, width in zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]


def _width(text: str) -> int:
    from unicodedata import east_asian_width

    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in text)


def _pct(change: Fraction) -> str:
    return f"{words.decimal_text(change, plus=True)} %"


def _plain(text: str) -> str:
    """Signs that another system may not have, by those of a keyboard."""
    for sign, plain in (
        (words.SPACE, " "),
        (words.MINUS, "-"),
        (words.DASH, "-"),
        ("–", "-"),
        ("≥", ">="),
        ("≤", "<="),
    ):
        text = text.replace(sign, plain)
    return text.replace("×", "x")
