"""Which contrast phase a series shows, from its header and from the others of its study, with the evidence in words.

Each piece of evidence gives points to a phase (`phaseevidence`): the attribute ContrastBolusAgentPhase 5, words in the
description 4 (2 or 3 where they are ambiguous), seconds since the bolus 3 (1 near the limits), the contrast agent 1 to
3, how bright aorta and liver are 3 (`phasepixels`; only where all else leaves CT unsure). The passes over the liver in
one study are then judged together (`phasecourse`): their times must fit one injection, which counts up to 6, and a
usual order. A series made later from the same pass shares its phase (`phasescans`).

The confidence is 1 - 2^(-lead/2), where the lead is by how many points the best phase is ahead of the second: one word
alone stays below `SURE_PHASE`, two pieces of evidence that agree pass it. A lead below `LEAST_LEAD` names no phase.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from viewers.imaging.catalogue import SURE_PHASE, Phase, PhaseName, Series
from viewers.imaging.derivations import is_reformatted
from viewers.imaging.phasecourse import Course, Scan, judge, phases_of
from viewers.imaging.phaseevidence import Evidence, agent_of, course_of, evidence_of
from viewers.imaging.phasekinds import bolus_was_tracked, holds_several, why_no_phase
from viewers.imaging.phasepixels import Densities, phase_of
from viewers.imaging.phasescans import Pass, made_later, passes_of
from viewers.imaging.phasewords import FULL_UPTAKE_MINUTES, in_capitals, said_in

LEAST_LEAD = 1.0
"""Points by which a phase must lead to be named."""
REFORMATTED = "reformatted from other images"
_AGENT_UNKNOWN = 0.5
"""Most confidence in a delayed or transitional phase where nobody says which agent was given."""
_UPTAKE_UNDER_WAY = 0.75
"""Most confidence in a hepatobiliary phase that is known by its minutes alone, and they are few."""
_LATE = (PhaseName.DELAYED, PhaseName.TRANSITIONAL)
_DYNAMIC = re.compile(
    r"(?<![A-Z0-9])(?:DYN(?:AMIC|AMIK|AMIQUE|AMICA)?|(?:[2-5]|TWO|THREE|FOUR|DUAL|TRIPLE|QUAD\w*|MULTI)[ -]?PHAS\w+"
    r"|(?:BI|TRI|MULTI)PHAS\w+)(?![A-Z])|다이나믹|역동|ダイナミック|动态|動態"
)
_ENHANCED = tuple(phase for phase in PhaseName if phase is not PhaseName.PRE)


Measure = Callable[[Series], Densities | None]


def with_phases(series: Sequence[Series], measure: Measure | None = None) -> list[Series]:
    """The series, each with its phase judged; series of one study of one patient are evidence for each other.

    Parameters
    ----------
    measure
        Gives the densities of aorta and liver; asked as the last resort, for CT scans whose headers leave the phase
        unsure. None: pixels are not looked at.
    """
    studies: defaultdict[tuple[object, str], list[Series]] = defaultdict(list)
    for one in series:
        studies[one.study_uid or one.exam_date, one.patient.id].append(one)
    judged: dict[int, Phase] = {}
    for study in studies.values():
        judged |= _judge_study(study, measure)
    return [replace(one, phase=_marked(one, judged[id(one)])) for one in series]


def _marked(one: Series, phase: Phase) -> Phase:
    """The phase, with a word on reformats: they are no scan of their own."""
    return replace(phase, evidence=(*phase.evidence, REFORMATTED)) if is_reformatted(one.image_type) else phase


def _judge_study(study: Sequence[Series], measure: Measure | None) -> dict[int, Phase]:
    stacks = Counter(one.series_uid for one in study)
    judged: dict[int, Phase] = {}
    dynamic: dict[str, list[Series]] = {"CT": [], "MR": []}
    for one in study:
        why = why_no_phase(one) or _why_several(one, alone=stacks[one.series_uid] == 1)
        if why is None:
            dynamic[one.modality].append(one)
        else:
            judged[id(one)] = Phase(None, 0.0, (why,))
    for group in dynamic.values():
        if group:
            judged |= _judge_group(group, study, measure)
    return judged


def _why_several(one: Series, *, alone: bool) -> str | None:
    """Why a stack shows several phases; None when it shows one. `alone`: it is all of its series."""
    if holds_several(one) and PhaseName.PRE not in said_in(one.description).named:
        return "a split bolus shows several phases at once"
    if not alone or one.sequence.repeat:
        return None
    if (one.sequence.repeats or 1) > 1:
        return f"the series holds {one.sequence.repeats} repeats that nothing tells apart"
    named = said_in(one.description).named
    return None if len(named) <= 1 or set(named) <= {*_LATE, PhaseName.HEPATOBILIARY} else _NAMES_SEVERAL


_NAMES_SEVERAL = "the description names several phases"


def _judge_group(dynamic: Sequence[Series], study: Sequence[Series], measure: Measure | None) -> dict[int, Phase]:
    passes, apart = passes_of(dynamic)
    course, guessed = course_of(dynamic, study)
    evidence = evidence_of(dynamic, passes, course)
    for scan in [scan for scan in passes if not _agree(scan.members, evidence)]:
        passes.remove(scan)
        apart += scan.members
    said = _contrast_was_given(study, evidence)
    judged = _judge_together(passes, apart, evidence, course, together=said, guessed=guessed)
    if measure is None or course is not Course.CT:
        return judged
    unsure = [scan.members[0] for scan in passes if judged[id(scan.members[0])].confidence < SURE_PHASE]
    unsure += [one for one in apart if judged[id(one)].confidence < SURE_PHASE]
    if not any([_measured(one, evidence[id(one)], measure) for one in unsure]):
        return judged
    said = said or _contrast_was_given(study, evidence)
    return _judge_together(passes, apart, evidence, course, together=said, guessed=guessed)


def _measured(one: Series, own: Evidence, measure: Measure) -> bool:
    """Add what the densities say; False where they say nothing."""
    densities = measure(one)
    phase = phase_of(densities) if densities else None
    if densities is None or phase is None:
        return False
    own.add(phase, 3, f"aorta {densities.aorta_hu:.0f} HU, liver {densities.liver_hu:.0f} HU")
    return True


def _judge_together(
    passes: Sequence[Pass],
    apart: Sequence[Series],
    evidence: Mapping[int, Evidence],
    course: Course,
    *,
    together: bool,
    guessed: bool,
) -> dict[int, Phase]:
    """`together`: contrast was given, so that the passes must fit one injection."""
    scans = [Scan(one.at, _points(one.members, evidence)) for one in passes]
    best_of = judge(scans, course) if together else [dict(scan.points) for scan in scans]
    judged: dict[int, Phase] = {}
    for number, (scan, best) in enumerate(zip(passes, best_of, strict=True)):
        leading = _leading(scan.members, evidence)
        for one in scan.members:
            own = evidence[id(one)]
            points, words = dict(best), list(own.words)
            if max(points, key=points.__getitem__) not in own.named:
                for phase, value in own.points.items():
                    points[phase] = points.get(phase, 0.0) + value / 2
            if one is not leading[0] and not own.named:
                words.append(f"shows the same scan as '{leading[0].description}'")
            judged[id(one)] = _verdict(points, words, _place(passes, number), course, own, guessed=guessed)
    for one in apart:
        own = evidence[id(one)]
        judged[id(one)] = _verdict(own.points, own.words, "", course, own, guessed=guessed)
    return judged


def _contrast_was_given(study: Sequence[Series], evidence: Mapping[int, Evidence]) -> bool:
    said = any(own.said.enhanced or own.named & set(_ENHANCED) for own in evidence.values())
    return said or any(map(agent_of, study)) or bolus_was_tracked(study) or any(map(_is_dynamic, study))


def _is_dynamic(one: Series) -> bool:
    """True where a name says that a study follows contrast through several phases."""
    names = in_capitals(f"{one.description} {one.protocol} {one.study_description}")
    return bool(_DYNAMIC.search(names))


def _agree(members: Sequence[Series], evidence: Mapping[int, Evidence]) -> bool:
    """False where originals of one time name different phases: then the time is not that of the scan."""
    named = [evidence[id(one)].named for one in members if not made_later(one) and evidence[id(one)].named]
    return not named or bool(set.intersection(*named))


def _leading(members: Sequence[Series], evidence: Mapping[int, Evidence]) -> list[Series]:
    """The members whose evidence stands for the pass: its originals, or where these name no phase the others."""
    originals = [one for one in members if not made_later(one)]
    naming = [one for one in originals if evidence[id(one)].named]
    return naming or [one for one in members if evidence[id(one)].named] or originals or list(members)


def _points(members: Sequence[Series], evidence: Mapping[int, Evidence]) -> dict[PhaseName, float]:
    """Of each phase the most points that any leading member has for it, or else the most against it."""
    points: dict[PhaseName, float] = {}
    for one in _leading(members, evidence):
        for phase, value in evidence[id(one)].points.items():
            known = points.get(phase, 0.0)
            points[phase] = max(known, value) if value > 0 or known > 0 else min(known, value)
    return points


def _place(passes: Sequence[Pass], number: int) -> str:
    if len(passes) == 1:
        return ""
    now, before = passes[number].at, passes[number - 1].at if number else None
    gap = f", {now - before:.0f} s after the one before" if now is not None and before is not None else ""
    return f"acquired as number {number + 1} of {len(passes)}{gap}"


def _verdict(
    points: Mapping[PhaseName, float], words: Sequence[str], place: str, course: Course, own: Evidence, *, guessed: bool
) -> Phase:
    possible = {*phases_of(course), *points}
    ranked = sorted(((points.get(name, 0.0), name) for name in possible), key=lambda pair: (-pair[0], pair[1]))
    (best, name), (second, _) = ranked[0], ranked[1]
    if best - second < LEAST_LEAD:
        if not words:
            return Phase(None, 0.0, ("nothing in the header tells the phase",))
        against = "the evidence contradicts itself" if len(own.named) > 1 else "the phase stays open"
        return Phase(None, 0.0, (*words, against))
    said = (*words, f"{place}: {name.value}") if place else tuple(words)
    confidence = round(1 - 2 ** (-(best - second) / 2), 2)
    if guessed and name in _LATE and PhaseName.TRANSITIONAL not in own.said.named:
        said = (*said, "the agent is not named: transitional with gadoxetate, delayed with another")
        confidence = min(confidence, _AGENT_UNKNOWN)
    by_minutes_alone = own.said.named.get(PhaseName.HEPATOBILIARY, (0.0, ""))[1].endswith("MIN")
    if name is PhaseName.HEPATOBILIARY and by_minutes_alone and (own.said.minutes or 0) < FULL_UPTAKE_MINUTES:
        said = (*said, f"before {FULL_UPTAKE_MINUTES} minutes the uptake is under way and readers differ")
        confidence = min(confidence, _UPTAKE_UNDER_WAY)
    return Phase(name, confidence, said)
