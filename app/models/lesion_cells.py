"""What each cell of the lesion table says: text, tone and marks, without any widget."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from enum import Enum, auto
from fractions import Fraction
from typing import assert_never

from app import words
from app.models.finding_sizes import proposed_of, whole_of
from app.models.reading import Reading, change_pct, counted_mm
from app.reading.hanging import phase_label
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
from mrecist.results import Issue
from mrecist.values import LesionRole, Line, Organ, Region


class Tone(Enum):
    """How loud a text is; the value is its colour token."""

    VALUE = "text.1"
    LABEL = "text.2"
    FAINT = "text.3"
    QUESTION = "signal.accent"
    WARNING = "signal.amber"
    PROGRESSION = "response.PD"


class Mark(Enum):
    """The state of a lesion at baseline, drawn as an icon."""

    COMPLETE = auto()
    OPEN = auto()
    TO_RESOLVE = auto()


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: `prefix` stands faint before `text`; `nadir` and `provisional` add a mark after it, `warned` before."""

    text: str = ""
    tone: Tone = Tone.VALUE
    bold: bool = False
    small: bool = False
    prefix: str = ""
    nadir: bool = False
    provisional: bool = False
    warned: bool = False
    mark: Mark | None = None
    explanation: str = ""


class ColumnKind(Enum):
    LESION = auto()
    SITE = auto()
    VISIT = auto()
    VS_BASELINE = auto()
    VS_NADIR = auto()
    WHOLE = auto()
    SERIES = auto()
    STATE = auto()


@dataclass(frozen=True, slots=True)
class Column:
    kind: ColumnKind
    visit_id: str | None = None


class RowKind(Enum):
    GROUP = auto()
    LESION = auto()
    CROPS = auto()
    SUM = auto()


@dataclass(frozen=True, slots=True)
class Row:
    kind: RowKind
    region: Region
    lesion: Lesion | None = None


@dataclass(frozen=True, slots=True)
class Accepted:
    """What only the reading session knows: lines not accepted yet, and the image a line was drawn on."""

    proposed: frozenset[str] = frozenset()
    to_resolve: frozenset[str] = frozenset()
    image_of: Callable[[Line], int | None] = lambda _line: None


_LIMITS = (Fraction(-30), Fraction(20))
"""A change of a sum that comes this near a usual limit is shown with more decimals."""

_DASH = Cell(words.DASH, Tone.FAINT)


def columns_of(reading: Reading) -> tuple[Column, ...]:
    """The columns, in order: at baseline the counted and the whole diameter, later every time point and changes."""
    named = (Column(ColumnKind.LESION), Column(ColumnKind.SITE))
    if reading.at_baseline:
        kinds = (ColumnKind.WHOLE, ColumnKind.SERIES, ColumnKind.STATE)
        return (*named, Column(ColumnKind.VISIT, reading.visit_id), *(Column(kind) for kind in kinds))
    visits = tuple(Column(ColumnKind.VISIT, visit.id) for visit in reading.visits)
    return (*named, *visits, Column(ColumnKind.VS_BASELINE), Column(ColumnKind.VS_NADIR))


def rows_of(reading: Reading) -> tuple[Row, ...]:
    """A group row, the lesions and the sum of each region that has lesions; intrahepatic always first."""
    rows: list[Row] = []
    for region in Region:
        lesions = reading.lesions_of(region)
        if lesions:
            rows.append(Row(RowKind.GROUP, region))
            rows.extend(Row(RowKind.LESION, region, lesion) for lesion in lesions)
            rows.append(Row(RowKind.SUM, region))
    return tuple(rows)


def head_of(column: Column, reading: Reading) -> tuple[str, ...]:
    """The one or two lines at the head of a column."""
    match column.kind:
        case ColumnKind.LESION:
            return (translated("Lesion"),)
        case ColumnKind.SITE:
            return (translated("Site"),)
        case ColumnKind.VISIT if reading.at_baseline:
            return (translated("Counted"), "mm")
        case ColumnKind.VISIT:
            visit = reading.record.visit(column.visit_id or "")
            return (column.visit_id or "", "" if visit is None else _head_date(visit.on, reading))
        case ColumnKind.VS_BASELINE:
            return (translated("vs {visit}", visit=reading.baseline_id), "%")
        case ColumnKind.VS_NADIR:
            return (translated("vs nadir"), "%")
        case ColumnKind.WHOLE:
            return (translated("Whole"), "mm")
        case ColumnKind.SERIES:
            return (translated("Series · image"),)
        case ColumnKind.STATE:
            return ("",)
    assert_never(column.kind)


def group_text(region: Region, reading: Reading) -> tuple[str, str]:
    """The region in capitals, and what is measured there, how, in which unit."""
    named = words.region_word(region).upper()
    if not reading.at_baseline:
        if region is Region.INTRAHEPATIC:
            return named, translated("viable · arterial phase · mm")
        return named, translated("RECIST 1.1 · node: short axis · mm")
    targets = sum(lesion.role is LesionRole.TARGET and lesion.parent is None for lesion in reading.lesions_of(region))
    if region is Region.INTRAHEPATIC:
        return named, translated("viable diameter, arterial phase · targets {count}", count=targets)
    return named, translated("RECIST 1.1, nodes by short axis · targets {count}", count=targets)


def cell_of(row: Row, column: Column, reading: Reading, accepted: Accepted) -> Cell:
    """The content of one cell."""
    match row.kind:
        case RowKind.GROUP | RowKind.CROPS:
            return Cell()
        case RowKind.SUM:
            return _sum_cell(row.region, column, reading, accepted)
        case RowKind.LESION:
            assert row.lesion is not None
            return _lesion_cell(row.lesion, column, reading, accepted)
    assert_never(row.kind)


def site_text(lesion: Lesion) -> str:
    """Where a lesion lies: the reader's own words, else its segments, else its organ."""
    if lesion.site:
        return lesion.site
    if lesion.segments:
        return "S" + "/".join(segment.value for segment in lesion.segments)
    if lesion.organ is Organ.LIVER:
        return words.kind_word(lesion.kind)
    return words.organ_word(lesion.organ)


def _head_date(on: date, reading: Reading) -> str:
    one_year = len({visit.on.year for visit in reading.visits}) == 1
    return words.month_day(on) if one_year else words.short_iso(on)


def _lesion_cell(lesion: Lesion, column: Column, reading: Reading, accepted: Accepted) -> Cell:
    now = reading.finding(lesion.id, reading.visit_id)
    match column.kind:
        case ColumnKind.LESION:
            return Cell(lesion.id, bold=True) if lesion.parent is None else _fragment(lesion)
        case ColumnKind.SITE:
            place = site_text(lesion) if lesion.parent is None else lesion.site
            return Cell(place, Tone.LABEL, explanation=place)
        case ColumnKind.VISIT:
            visit_id = column.visit_id or ""
            proposed = visit_id == reading.visit_id and lesion.id in accepted.proposed
            finding = reading.finding(lesion.id, visit_id)
            cell = finding_cell(lesion, finding, reading, visit_id, proposed)
            cell = _treated(cell, reading.read.observation(visit_id, lesion.id))
            if finding is not None:
                cell = _with_modality(cell, reading.modality_changes(visit_id).get(lesion.id))
                told = proposed_of(finding, reading.record.assistance(reading.read_id, visit_id, lesion.id))
                assistant = translated("Assistant: {told}.", told=told) if told else ""
                cell = replace(cell, explanation=" ".join(x for x in (cell.explanation, assistant) if x))
            hidden = finding is None and reading.blind
            open_now = visit_id == reading.visit_id and not reading.at_baseline and not hidden
            warned = open_now and lesion.id in accepted.to_resolve
            return replace(_objected(cell, lesion, reading), warned=True) if warned else cell
        case ColumnKind.VS_BASELINE:
            return _change(lesion, reading.baseline_id, reading)
        case ColumnKind.VS_NADIR:
            return _change(lesion, reading.nadir_id(lesion.region), reading)
        case ColumnKind.WHOLE:
            whole = whole_of(now)
            if whole is None and isinstance(now, Present) and now.diameter is not None:
                whole = words.mm(now.diameter)
            return _DASH if whole is None else Cell(whole, Tone.LABEL)
        case ColumnKind.SERIES:
            return Cell(_series(now, reading, accepted), Tone.LABEL)
        case ColumnKind.STATE:
            return _objected(Cell(mark=_mark(lesion, now, accepted)), lesion, reading)
    assert_never(column.kind)


def _objected(cell: Cell, lesion: Lesion, reading: Reading) -> Cell:
    """What stands against the lesion is told where its mark is."""
    return replace(cell, explanation=" ".join(x for x in (cell.explanation, *reading.objections(lesion.id)) if x))


def _with_modality(cell: Cell, change: Issue | None) -> Cell:
    """A finding that was read on another modality than before names it."""
    if change is None:
        return cell
    return replace(
        cell,
        prefix=cell.prefix or str(change.numbers["modality"]),
        explanation=" ".join(said for said in (cell.explanation, change.text) if said),
    )


def _treated(cell: Cell, seen: Observation | None) -> Cell:
    """A lesion that was treated by itself since says by what, before its value where there is room."""
    treated = None if seen is None else seen.features.treated_since
    if treated is None:
        return cell
    told = translated("Since the time point before: {treatment}.", treatment=words.treatment_word(treated))
    explained = " ".join(part for part in (cell.explanation, told) if part)
    return replace(cell, prefix=words.treatment_letters(treated), explanation=explained)


def _fragment(lesion: Lesion) -> Cell:
    """A fragment stands below the lesion it comes from."""
    indented = f"{words.SPACE * 2}{lesion.id}"
    return Cell(indented, Tone.LABEL, explanation=translated("Fragment of {lesion}", lesion=lesion.parent))


def finding_cell(
    lesion: Lesion, finding: Finding | None, reading: Reading, visit_id: str, proposed: bool = False
) -> Cell:
    """A finding as the table says it: mm for targets, words for the rest."""
    current = visit_id == reading.visit_id
    word_tone = Tone.VALUE if current else Tone.LABEL
    target = lesion.role is LesionRole.TARGET
    match finding:
        case None if lesion.parent is not None and not reading.is_split(lesion.parent, visit_id):
            return Cell()
        case None if current:
            return Cell(translated("to do"), Tone.QUESTION, small=True)
        case None if lesion.role is LesionRole.NEW or lesion.parent is not None:
            return Cell()
        case None:
            return Cell(words.DASH, Tone.FAINT, explanation=translated("Not recorded; counts as not evaluable."))
        case Measured(diameter=diameter):
            short = translated("short") if lesion.is_node else ""
            tone = Tone.QUESTION if proposed else Tone.VALUE
            return Cell(words.mm(diameter), tone, current, prefix=short, provisional=proposed)
        case Absent() | Nonviable() if target:
            return Cell("0.0", Tone.VALUE, current, explanation=words.gone(lesion.region))
        case Absent():
            return Cell(words.gone(lesion.region), word_tone, small=True)
        case Nonviable():
            return Cell(words.gone(Region.INTRAHEPATIC), word_tone, small=True)
        case TooSmall(diameter=given):
            counts = words.mm(counted_mm(finding) or 0)
            said = translated("Too small to measure.") if given else translated("Too small to measure: counts 5.0 mm.")
            return Cell(counts, Tone.VALUE, current, prefix=translated("small"), explanation=said)
        case Present(diameter=noted):
            there = words.still_there(lesion.region)
            if noted is None or reading.at_baseline:
                return Cell(there, word_tone, small=True)
            told = f"{there}, {words.with_mm(noted)}"
            if lesion.role is LesionRole.NONTARGET:  # a number would look like a part of the sum below
                return Cell(there, word_tone, small=True, prefix=words.mm(noted), explanation=told)
            return Cell(words.mm(noted), word_tone, explanation=told)
        case UnequivocalProgression():
            said = translated("unequivocal progression")
            return Cell("PD", Tone.PROGRESSION, bold=True, small=True, explanation=said)
        case NotEvaluable(why=why, note=note):
            said = f"{translated('Not evaluable')}: {note or words.why_not_evaluable(why)}"
            return Cell("NE", word_tone, small=True, explanation=said)
        case Merged(into=into):
            said = translated("Measured as one with {lesion}.", lesion=into) if into else ""
            return Cell(translated("merged"), word_tone, small=True, explanation=said)
        case Split():
            together = reading.counted_mm(lesion, visit_id)
            if together is None:
                said = translated("Split; not every fragment is measured.")
                return Cell(translated("split"), word_tone, small=True, explanation=said)
            said = translated("Split into {count}; their diameters are added.", count=len(reading.fragments(lesion.id)))
            return Cell(words.mm(together), Tone.VALUE, current, prefix=translated("split"), explanation=said)
    assert_never(finding)


def _change(lesion: Lesion, since: str | None, reading: Reading) -> Cell:
    apart = lesion.parent is None and not _is_merged(lesion, reading)
    if since is None or lesion.role is not LesionRole.TARGET or not apart:
        return _DASH
    change = change_pct(reading.counted_mm(lesion, since), reading.counted_mm(lesion, reading.visit_id))
    return _DASH if change is None else Cell(words.pct(change), Tone.LABEL)


def _sum_cell(region: Region, column: Column, reading: Reading, accepted: Accepted) -> Cell:
    response = reading.region_at(region, reading.visit_id)
    match column.kind:
        case ColumnKind.LESION:
            return Cell(translated("Sum at baseline") if reading.at_baseline else translated("Sum"), bold=True)
        case ColumnKind.VISIT:
            visit_id = column.visit_id or ""
            total = reading.sum_at(region, visit_id)
            if total is None or (visit_id == reading.visit_id and not _anything_counts(region, reading)):
                return _DASH
            open_now = visit_id == reading.visit_id and _sum_is_provisional(region, reading, accepted)
            tone = Tone.LABEL if open_now else Tone.VALUE
            nadir = visit_id == reading.nadir_id(region)
            said = translated("Nadir: the smallest sum before {visit}", visit=reading.visit_id) if nadir else ""
            least = f"≥{words.SPACE}" if not open_now and reading.sum_is_partial(region, visit_id) else ""
            text = f"{least}{words.mm(total)}"
            return Cell(text, tone, bold=True, nadir=nadir, provisional=open_now, explanation=said)
        case ColumnKind.VS_BASELINE:
            return _sum_change(None if response is None else response.change_from_baseline_pct)
        case ColumnKind.VS_NADIR:
            return _sum_change(None if response is None else response.change_from_nadir_pct)
        case ColumnKind.SITE | ColumnKind.WHOLE | ColumnKind.SERIES | ColumnKind.STATE:
            return Cell()
    assert_never(column.kind)


def _sum_change(change: Fraction | None) -> Cell:
    return _DASH if change is None else Cell(words.pct(change, _LIMITS), bold=True)


def _anything_counts(region: Region, reading: Reading) -> bool:
    """Whether any target has a size at the open time point: one that is split has none until its fragments have."""
    targets = (x for x in reading.lesions_of(region) if x.role is LesionRole.TARGET and not _is_merged(x, reading))
    return any(reading.counted_mm(x, reading.visit_id) is not None for x in targets)


def _is_merged(lesion: Lesion, reading: Reading) -> bool:
    """Whether it is measured as one with another at the open time point: its 0 is no size of its own."""
    return isinstance(reading.finding(lesion.id, reading.visit_id), Merged)


def _sum_is_provisional(region: Region, reading: Reading, accepted: Accepted) -> bool:
    targets = {lesion.id for lesion in reading.lesions_of(region) if lesion.role is LesionRole.TARGET}
    return bool(targets & (set(reading.to_do(region)) | accepted.proposed))


def _series(finding: Finding | None, reading: Reading, accepted: Accepted) -> str:
    line = next(iter(finding.evidence), None) if isinstance(finding, Measured | Present) else None
    ref = None if line is None else reading.record.series_ref(line.series_uid)
    if line is None or ref is None:
        return ""
    image = accepted.image_of(line)
    named = phase_label(ref) if ref.phase else (ref.description.split() or [ref.modality])[0]  # as the rail calls it
    return named if image is None else f"{named} · {image}"


def _mark(lesion: Lesion, finding: Finding | None, accepted: Accepted) -> Mark:
    if lesion.id in accepted.to_resolve:
        return Mark.TO_RESOLVE
    return Mark.OPEN if finding is None or lesion.id in accepted.proposed else Mark.COMPLETE
