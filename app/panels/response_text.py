"""The sentences of a response card: the arithmetic in words, and how far the next category is."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import assert_never

from app import words
from app.models.reading import Reading, change_pct
from app.words import translated
from mrecist.lesions import Present, UnequivocalProgression
from mrecist.results import NextCategory, RegionResponse
from mrecist.values import LesionRole, Region, Response

EQUIVOCAL_NEW = "EQUIVOCAL_NEW"
"""The flag of a region with a new lesion that does not count until it is confirmed."""
EQUIVOCAL_REASON = "-NEW-EQ-"
"""What the rules that call a new lesion equivocal have in their ids."""

_PATTERNS = {
    "IHG": "intrahepatic growth",
    "NIH": "new intrahepatic lesion",
    "EHG": "extrahepatic growth",
    "NEH": "new extrahepatic lesion or vascular invasion",
}


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of a sentence; a number in it leads to its derivation."""

    text: str
    strong: bool = False
    response: Response | None = None


Sentence = tuple[Run, ...]


@dataclass(frozen=True, slots=True)
class Thresholds:
    """What the rule set calls PR and PD, as the engine gave it with its reason: percent, least growth in mm."""

    pr_pct: Fraction = Fraction(-30)
    pd_pct: Fraction = Fraction(20)
    pd_mm: Fraction = Fraction(0)


def thresholds_of(response: RegionResponse) -> Thresholds:
    """The thresholds among the numbers of the reason for the target response."""
    usual = Thresholds()
    for reason in response.reasons:
        numbers = reason.numbers
        if "progression_pct" in numbers:
            pr, pd, least = (numbers.get(key) for key in ("response_pct", "progression_pct", "floor_mm"))
            return Thresholds(
                pr if isinstance(pr, Fraction) else usual.pr_pct,
                pd if isinstance(pd, Fraction) else usual.pd_pct,
                least if isinstance(least, Fraction) else usual.pd_mm,
            )
    return usual


def first_sentence(response: RegionResponse, region: Region, reading: Reading, short: bool = False) -> Sentence:
    """What the target response rests on; `short` for the narrow panel, with the same numbers in fewer words."""
    limits = thresholds_of(response)
    if short and response.change_from_baseline_pct is not None and response.change_from_nadir_pct is not None:
        shortened = _short_sentence(response, reading, limits)
        if shortened:
            return shortened
    match response.target:
        case Response.PR if response.change_from_baseline_pct is not None:
            return (
                *_against_baseline(response, reading, limits),
                Run(f"; {translated('PR at')} ≤{words.SPACE}{words.whole_pct(limits.pr_pct)}."),
            )
        case Response.PD if response.change_from_nadir_pct is not None and response.nadir_sum_mm is not None:
            return (
                Run(f"{_total(response)} {translated('is')} "),
                Run(_pct(response.change_from_nadir_pct, limits), strong=True),
                Run(f" {translated('and')} "),
                Run(words.growth_mm((response.sum_mm or Fraction(0)) - response.nadir_sum_mm), strong=True),
                Run(f" {_nadir(response)}."),
            )
        case Response.SD if response.change_from_baseline_pct is not None:
            return (*_against_baseline(response, reading, limits), Run(f"; {translated('neither PR nor PD')}."))
        case Response.CR:
            return (Run(translated("No viable tumour or disease left in the targets.")),)
        case Response.NE if to_do := reading.to_do(region):
            return (Run(translated("Not read yet: {names}.", names=words.listed(to_do))),)
        case Response.NE:
            return (Run(translated("Not every target is evaluable; what is known proves no progression.")),)
        case Response.NA if response.response is Response.ND:
            return (Run(translated("No disease in this region.")),)
        case Response.NA:
            return (Run(translated("No target in this region; its non-targets decide.")),)
        case Response.PD:
            return (Run(f"{_total(response)}; {translated('the smallest sum before was 0')}."),)
        case Response.PR | Response.SD | Response.NN | Response.ND:
            return (Run(_total(response)),)
    assert_never(response.target)


def second_sentence(response: RegionResponse, region: Region, reading: Reading, short: bool = False) -> Sentence:
    """The other reference or the threshold, then what non-targets and new lesions add; `short` keeps what decides."""
    limits = thresholds_of(response)
    parts: list[str] = []
    if short:
        if response.target is Response.PD:
            parts.append(f"{_pd_rule(limits)}.")
        if response.new_lesion or response.non_target is Response.PD or EQUIVOCAL_NEW in response.flags:
            parts.append(_beyond_targets(response, region, reading))
        return (Run(" ".join(parts)),) if parts else ()
    if response.target is Response.PD:
        parts.append(f"{_pd_rule(limits)}.")
    elif response.target in (Response.PR, Response.SD) and response.change_from_nadir_pct is not None:
        parts.append(f"{_pct(response.change_from_nadir_pct, limits)} {_nadir(response)}.")
    others = _beyond_targets(response, region, reading)
    if others:
        parts.append(others)
    grown = _grown_targets(region, reading) if response.target is Response.PD else ()
    patterns = [pattern_word(name) for name in response.patterns]
    if grown:
        parts.append(translated("Pattern: growth of {names}.", names=words.listed(grown)))
    elif patterns:
        parts.append(translated("Pattern: {names}.", names=words.listed(patterns)))
    return (Run(" ".join(parts)),) if parts else ()


def modality_text(reading: Reading, region: Region) -> str:
    """Which lesions of a region are read on another modality than before, and on which; empty where none is."""
    changes = reading.modality_changes(reading.visit_id)
    here = [(x.id, changes[x.id]) for x in reading.lesions_of(region) if x.id in changes]
    now = dict.fromkeys(str(issue.numbers["modality"]) for _, issue in here)
    return "; ".join(
        translated(
            "{names}: {modality}, before {other}",
            names=words.listed([name for name, issue in here if issue.numbers["modality"] == modality]),
            modality=modality,
            other=next(issue.numbers["before"] for _, issue in here if issue.numbers["modality"] == modality),
        )
        for modality in now
    )


def composite_sentence(intra: Response, extra: Response, composite: Response) -> Sentence:
    said = translated("Intra {intra} × extra {extra} → {both}.", intra=intra, extra=extra, both=composite)
    return (Run(said),)


def overall_sentence(overall: RegionResponse, baseline_id: str | None, short: bool = False) -> Sentence:
    """The pooled response with its shape, its sum (a partial one as the least it can be), and its change from baseline.

    `short` leaves the baseline sum out.
    """
    runs = [Run(f"{translated('Overall (pooled)')}{words.SPACE}"), Run("", response=overall.response)]
    if overall.sum_mm is not None:
        partial = overall.sums is not None and not overall.sums.complete
        least = f"≥{words.SPACE}" if partial else ""
        runs.append(Run(f"  {least}{words.with_mm(overall.sum_mm)}"))
        if overall.change_from_baseline_pct is not None and overall.baseline_sum_mm is not None:
            change, before, limits = overall.change_from_baseline_pct, overall.baseline_sum_mm, thresholds_of(overall)
            against = baseline_id if short else f"{baseline_id} {words.with_mm(before)}"
            runs.append(Run(f", {_pct(change, limits)} {translated('vs')} {against}."))
    return tuple(runs)


def component_line(response: RegionResponse, to_do: tuple[str, ...]) -> str:
    """The line under the letters: what is still to do, else target and non-target response."""
    if to_do:
        named = words.still_to_do(to_do)
        return named if len(to_do) == 1 else translated("{count} still to do", count=len(to_do))
    parts = []
    if response.target is not Response.NA:
        parts.append(translated("target {response}", response=response.target))
    if response.non_target is not Response.NA:
        parts.append(translated("NT {response}", response=response.non_target))
    if response.new_lesion:
        parts.append(translated("new lesion"))
    return " · ".join(parts)


def new_that_count(reading: Reading, region: Region) -> tuple[str, ...]:
    """The new lesions of a region that count as progression at the open time point."""
    counted = () if reading.response is None else reading.response.new_lesions_counted
    return tuple(lesion.id for lesion in reading.lesions_of(region) if lesion.id in counted)


def equivocal_new(response: RegionResponse) -> tuple[str, ...]:
    """The new lesions of a region that are equivocal, by the reasons the engine gives; they do not count yet."""
    return tuple(str(x.numbers["lesion"]) for x in response.reasons if EQUIVOCAL_REASON in x.rule)


def distance_text(response: RegionResponse, following: NextCategory, short: bool = False) -> str:
    """How far another category is: ``PR → SD at 51.0 mm (+13.3)``, ``SD → PD: IN1 +0.4 mm``; exact, shown to 0.1 mm."""
    by = words.decimal_text(following.by_mm, plus=True)
    if following.lesion is not None:
        changed = f"{following.lesion} {by}{words.SPACE}mm"
        return changed if short else f"{response.response} → {following.response}: {changed}"
    if short:
        return translated("to {next}: {by}", next=following.response, by=f"{by}{words.SPACE}mm")
    if response.sum_mm is None:
        return f"{response.target} → {following.response} {by}{words.SPACE}mm"
    at = words.with_mm(response.sum_mm + following.by_mm)
    return f"{response.target} → {following.response} {translated('at')} {at} ({by})"


def borderline_text(response: RegionResponse) -> str:
    """Which side of the nearest threshold the sum is on, and by how much."""
    nearest = nearest_category(response)
    if nearest is None or nearest.lesion is not None:
        return translated("borderline")
    margin = words.with_mm(abs(nearest.by_mm))
    leaves = nearest.response is Response.SD or response.target is Response.PD
    if leaves:
        return translated("borderline: {now} holds by {mm}", now=response.target, mm=margin)
    return translated("borderline: {mm} short of {next}", mm=margin, next=nearest.response)


def nearest_category(response: RegionResponse) -> NextCategory | None:
    """The nearest category that a change of the sum leads to; else the nearest that a single lesion leads to."""
    return min(response.to_next_category, key=lambda step: (step.lesion is not None, abs(step.by_mm)), default=None)


def _short_sentence(response: RegionResponse, reading: Reading, limits: Thresholds) -> Sentence:
    baseline, change, growth = (
        response.baseline_sum_mm,
        response.change_from_baseline_pct,
        response.change_from_nadir_pct,
    )
    if response.target is Response.PD and response.nadir_sum_mm is not None and growth is not None:
        grown = words.growth_mm((response.sum_mm or Fraction(0)) - response.nadir_sum_mm)
        numbers = f"{_pct(growth, limits)}, {grown}"
        against = f"{translated('vs nadir')} {words.with_mm(response.nadir_sum_mm)}"
        return (Run(f"{_total(response)}, "), Run(numbers, strong=True), Run(f" {against}"))
    if response.target not in (Response.PR, Response.SD) or baseline is None or change is None:
        return ()
    rule = f" (PR ≤{words.SPACE}{words.whole_pct(limits.pr_pct)})" if response.target is Response.PR else ""
    against = f" {translated('vs')} {reading.baseline_id} {words.with_mm(baseline)}{rule}"
    return (Run(f"{_total(response)}, "), Run(_pct(change, limits), strong=True), Run(against))


def _total(response: RegionResponse) -> str:
    return words.DASH if response.sum_mm is None else words.with_mm(response.sum_mm)


def _against_baseline(response: RegionResponse, reading: Reading, limits: Thresholds) -> Sentence:
    assert response.change_from_baseline_pct is not None
    before = "" if response.baseline_sum_mm is None else f" {words.with_mm(response.baseline_sum_mm)}"
    return (
        Run(f"{_total(response)} {translated('is')} "),
        Run(_pct(response.change_from_baseline_pct, limits), strong=True),
        Run(f" {translated('vs')} {reading.baseline_id}{before}"),
    )


def _nadir(response: RegionResponse) -> str:
    before = "" if response.nadir_sum_mm is None else f" {words.with_mm(response.nadir_sum_mm)}"
    at = f" ({response.nadir_timepoint})" if response.nadir_timepoint else ""
    return f"{translated('vs nadir')}{before}{at}"


def _pd_rule(limits: Thresholds) -> str:
    said = f"{translated('PD at')} ≥{words.SPACE}{words.whole_pct(limits.pd_pct)}"
    if not limits.pd_mm:
        return said
    return f"{said} {translated('and')} ≥{words.SPACE}{words.whole_mm(limits.pd_mm)}"


def _beyond_targets(response: RegionResponse, region: Region, reading: Reading) -> str:
    parts = [_non_targets(response, region, reading)]
    if response.new_lesion:
        new = new_that_count(reading, region)
        said = "New lesion {names} counts." if len(new) < 2 else "New lesions {names} count."
        parts.append(translated(said, names=words.listed(new)))
    equivocal = equivocal_new(response)
    if equivocal:
        parts.append(translated("{names} equivocal: not counted yet.", names=words.listed(equivocal)))
    return " ".join(part for part in parts if part)


def _non_targets(response: RegionResponse, region: Region, reading: Reading) -> str:
    if response.non_target is Response.NA:
        return ""
    lesions = [x for x in reading.lesions_of(region) if x.role is LesionRole.NONTARGET]
    worse = [x.id for x in lesions if isinstance(reading.finding(x.id, reading.visit_id), UnequivocalProgression)]
    if worse:
        return translated("{names} progressed beyond doubt.", names=words.listed(worse))
    there = [x.id for x in lesions if isinstance(reading.finding(x.id, reading.visit_id), Present)]
    if there and response.target is not Response.PD:
        return translated("{names} {there}, no PD.", names=words.listed(there), there=words.still_there(region))
    return ""


def _pct(change: Fraction, limits: Thresholds) -> str:
    return words.with_pct(change, (limits.pr_pct, limits.pd_pct))


def _grown_targets(region: Region, reading: Reading) -> tuple[str, ...]:
    """Targets that grew by 20 % or more since the nadir: they say where the growth is, and judge nothing."""
    since = reading.nadir_id(region)
    if since is None:
        return ()
    grown = []
    for lesion in reading.lesions_of(region):
        before = reading.counted_mm(lesion, since)
        change = change_pct(before, reading.counted_mm(lesion, reading.visit_id))
        if lesion.role is LesionRole.TARGET and change is not None and change >= 20:
            grown.append(lesion.id)
    return tuple(grown)


def pattern_word(name: str) -> str:
    """A pattern of progression in words: ``NIH`` is new intrahepatic disease."""
    return translated(_PATTERNS[name]) if name in _PATTERNS else name
