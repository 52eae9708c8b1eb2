"""Which contrast phase a series shows, from its header and from the others of its study, with the evidence in words.

Each piece of evidence gives points to a phase: the attribute ContrastBolusAgentPhase 5, words in the description 4
(2 or 3 where they are ambiguous), seconds since the bolus 3 (1 near the limits), the order of acquisition 2, the
contrast agent 1. Most points win; the confidence is their share of all points and 2 more. A draw names no phase.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from viewers.imaging.catalogue import Phase, PhaseName, Series
from viewers.imaging.geometry import dot

PRE, ARTERIAL, PORTAL = PhaseName.PRE, PhaseName.ARTERIAL, PhaseName.PORTAL_VENOUS
DELAYED, TRANSITIONAL, HEPATOBILIARY = PhaseName.DELAYED, PhaseName.TRANSITIONAL, PhaseName.HEPATOBILIARY

_ATTRIBUTE = {
    "PRE_CONTRAST": PRE,
    "ARTERIAL": ARTERIAL,
    "PORTAL_VENOUS": PORTAL,
    "VENOUS": PORTAL,
    "DELAYED": DELAYED,
}

_NEGATION = r"(?:W/?O|WITHOUT|NON|NOT|NO)[ -]?"
_WORDS: tuple[tuple[PhaseName, float, str], ...] = (
    (PRE, 4, r"PRE[ -]?CONTRAST|PRE[ -]?CM|PRE[ -]?GD|UNENHANCED|NECT|NCCT|NC|PLAIN|NATIVE|PRE"),
    (PRE, 4, _NEGATION + r"(?:IV )?(?:CONTRAST|ENHANCED|ENHANCEMENT|ENH|CM|GD|C)|W/O"),
    (ARTERIAL, 4, r"(?:EARLY|LATE)?[ -]?ARTERIAL(?:[ -]PHASE)?|ART|HAP|LAP|EAP|A[ -]?PHASE|DYN(?:AMIC)? ?1"),
    (ARTERIAL, 3, r"(?:25|30|35|40) ?S(?:EC)?"),
    (ARTERIAL, 2, r"AP"),
    (PORTAL, 4, r"PORTAL(?:[ -]?(?:VENOUS|VEIN))?(?:[ -]PHASE)?|PVP|VENOUS|P[ -]PHASE"),
    (PORTAL, 3, r"(?:65|70|75|80) ?S(?:EC)?|PV|VEN"),
    (DELAYED, 4, r"DELAY(?:ED)?(?:[ -]PHASE)?|EQUIL(?:IBRIUM)?|LATE VENOUS|D[ -]PHASE"),
    (DELAYED, 3, r"[35] ?MIN|180 ?S(?:EC)?|DP|EQ"),
    (TRANSITIONAL, 4, r"TRANSITION(?:AL)?(?:[ -]PHASE)?"),
    (TRANSITIONAL, 2, r"TP"),
    (HEPATOBILIARY, 4, r"HEPATO[ -]?BILIARY(?:[ -]PHASE)?|HBP"),
    (HEPATOBILIARY, 3, r"(?:15|20) ?MIN"),
)
_KOREAN: tuple[tuple[PhaseName, str], ...] = (
    (PRE, r"조영 ?전|비조영"),
    (ARTERIAL, r"동맥 ?기"),
    (PORTAL, r"(?:간)?문맥 ?기"),
    (DELAYED, r"지연 ?기|평형 ?기"),
    (TRANSITIONAL, r"이행 ?기"),
    (HEPATOBILIARY, r"간담도 ?기"),
)
_START, _END = r"(?<![A-Z0-9])", r"(?![A-Z0-9])"
_PATTERNS = tuple(
    (name, points, re.compile(f"{_START}(?P<not>{_NEGATION})?(?P<word>{words}){_END}"))
    for name, points, words in _WORDS
) + tuple((name, 4.0, re.compile(f"(?P<not>비 ?|없는 )?(?P<word>{words})")) for name, words in _KOREAN)
_BOTH = re.compile(
    r"(?:W/?O|WITHOUT)(?: IV)?(?: CONTRAST)? ?(?:AND|&|\+) ?W(?:ITH)?(?![A-Z/])"
    r"|(?<![A-Z])W(?:ITH)? ?(?:AND|&|\+) ?W(?:/?O|ITHOUT)|PRE ?[/&+-] ?POST"
)
_VIEW = re.compile(_START + r"(?:AP|PA)[ /&+-]+LAT|LAT[ /&+-]+(?:AP|PA)" + _END)

_SUBTRACTED = re.compile(_START + r"SUB(?:TRACTION|TRACTED)?" + _END + "|감산")
_REFORMATTED = re.compile(_START + r"(?:COR(?:ONAL)?|SAG(?:ITTAL)?|MIP|MPR|3D|VR|CURVED)" + _END)
_ELSEWHERE = re.compile(
    _START + r"(?:CHEST|THORAX|LUNGS?|PULM\w*|HEAD|BRAIN|SKULL|NECK|SPINE|CARDIAC|HEART|KNEE|BREAST|PET)" + _END
)
_ABDOMEN = re.compile(_START + r"(?:ABD\w*|LIVER|HEPA\w*|UPPER|A/?P|CAP|C/A/P|PEL\w*|DYNAMIC)" + _END + "|복부|간")
_GADOXETATE = re.compile(r"GADOXET|PRIMOVIST|EOVIST|프리모비스트", re.IGNORECASE)

_LONGEST = timedelta(minutes=45)


@dataclass
class _Evidence:
    points: defaultdict[PhaseName, float] = field(default_factory=lambda: defaultdict(float))
    words: list[str] = field(default_factory=list)

    def add(self, name: PhaseName, points: float, words: str) -> None:
        self.points[name] += points
        self.words.append(f"{words}: {name.value}")

    def verdict(self) -> Phase:
        ranked = sorted(((p, n) for n, p in self.points.items() if p > 0), key=lambda pair: -pair[0])
        if not ranked:
            return Phase(None, 0.0, tuple(self.words) or ("nothing in the header tells the phase",))
        if len(ranked) > 1 and ranked[0][0] == ranked[1][0]:
            return Phase(None, 0.0, (*self.words, "the evidence contradicts itself"))
        best, name = ranked[0]
        return Phase(name, round(best / (sum(points for points, _ in ranked) + 2), 2), tuple(self.words))


def with_phases(series: Sequence[Series]) -> list[Series]:
    """The series, each with its phase judged; series of one study are evidence for each other."""
    why_not = {one.uid: _not_dynamic(one) for one in series}
    evidence = {one.uid: _own_evidence(one) for one in series if why_not[one.uid] is None}
    dynamic = [one for one in series if one.uid in evidence]
    for group in _comparable(dynamic):
        _order_evidence(group, evidence)
    _agent_evidence(dynamic, evidence)
    return [
        replace(
            one, phase=evidence[one.uid].verdict() if one.uid in evidence else Phase(None, 0.0, (_why(why_not, one),))
        )
        for one in series
    ]


def _why(why_not: dict[str, str | None], one: Series) -> str:
    return why_not[one.uid] or ""


def _plain(text: str) -> str:
    return " ".join(text.upper().replace("_", " ").replace("(", " ").replace(")", " ").replace(",", " ").split())


def _not_dynamic(series: Series) -> str | None:
    """Why a series has no contrast phase of the liver; None when it may have one."""
    if series.modality not in ("CT", "MR"):
        return f"{series.modality or 'an unknown modality'} has no contrast phase"
    if not series.measurable:
        return "no image to judge a phase on (localizer, projection or no geometry)"
    name = _plain(series.description)
    if _SUBTRACTED.search(name):
        return f"'{series.description}' is a subtraction of two phases"
    if _ELSEWHERE.search(name) and not _ABDOMEN.search(name):
        return f"'{series.description}' is not called a liver series"
    place = _plain(f"{series.body_part} {series.study_description} {series.protocol}")
    if not _ABDOMEN.search(f"{name} {place}") and _ELSEWHERE.search(place):
        return "the study is of another part of the body"
    return None


def words_in(text: str) -> dict[PhaseName, tuple[float, str]]:
    """The phases a text names, with points and the words; a word inside a longer one, or denied, does not count."""
    plain = _VIEW.sub(" ", _BOTH.sub(" ", _plain(text)))
    found = []
    for name, points, pattern in _PATTERNS:
        for match in pattern.finditer(plain):
            found.append(
                (match.end("word") - match.start("word"), match.span("word"), match.group("not"), name, points)
            )
    taken: list[tuple[int, int]] = []
    named: dict[PhaseName, tuple[float, str]] = {}
    for _, (start, end), denied, name, points in sorted(found, key=lambda hit: -hit[0]):
        if any(start < b and a < end for a, b in taken):
            continue
        taken.append((start, end))
        if not denied and points > named.get(name, (0.0, ""))[0]:
            named[name] = (points, plain[start:end])
    return named


def _own_evidence(series: Series) -> _Evidence:
    evidence = _Evidence()
    attribute = _ATTRIBUTE.get(series.bolus_phase.upper())
    if attribute is not None:
        evidence.add(attribute, 5, f"contrast phase attribute {series.bolus_phase}")
    fields = (
        ("description", series.description),
        ("protocol", series.protocol),
        ("study description", series.study_description),
        ("comments", series.comments),
    )
    for label, text in fields:
        named = words_in(text)
        if len(named) == 1:
            ((name, (points, word)),) = named.items()
            evidence.add(name, points, f"'{word}' in the {label}")
        elif named:
            evidence.words.append(f"the {label} names several phases")
        if named:
            break
    _timing_evidence(series, evidence)
    return evidence


def _timing_evidence(series: Series, evidence: _Evidence) -> None:
    started, acquired = _moment(series.bolus_started_at), _moment(_acquired(series))
    if started is None or acquired is None:
        return
    seconds = (acquired - started).total_seconds()
    if seconds == 0 or not 0 < seconds <= _LONGEST.total_seconds():
        evidence.words.append("the bolus time is not believable")
        return
    limits = _MR_SECONDS if series.modality == "MR" else _CT_SECONDS
    for first, last, name, points in limits:
        if first <= seconds < last:
            gadoxetate = bool(_GADOXETATE.search(series.contrast_agent))
            if name is TRANSITIONAL and not gadoxetate:
                name = DELAYED
            evidence.add(name, points, f"acquired {seconds:.0f} s after the bolus")
            return


_CT_SECONDS = (
    (0, 10, PRE, 3),
    (10, 50, ARTERIAL, 3),
    (50, 60, ARTERIAL, 1),
    (60, 70, PORTAL, 1),
    (70, 100, PORTAL, 3),
    (100, 2701, DELAYED, 3),
)
_MR_SECONDS = (
    (15, 45, ARTERIAL, 3),
    (55, 90, PORTAL, 3),
    (120, 300, TRANSITIONAL, 3),
    (600, 2701, HEPATOBILIARY, 3),
)


def _acquired(series: Series) -> str | None:
    return min((s.acquisition_time for s in series.slices if s.acquisition_time), default=None)


def _moment(text: str | None) -> datetime | None:
    try:
        return datetime.fromisoformat(text) if text else None
    except ValueError:
        return None


def _comparable(series: Sequence[Series]) -> list[list[Series]]:
    """Groups of series that may be the phases of one examination: same study, frame, plane, kernel and thickness."""
    groups: defaultdict[object, list[Series]] = defaultdict(list)
    for one in series:
        axial = one.row_direction is not None and one.column_direction is not None and _is_axial(one)
        if not axial or _REFORMATTED.search(_plain(one.description)) or _acquired(one) is None:
            continue
        key = (one.study_uid, one.frame_of_reference_uid, one.modality, one.kernel, one.slice_thickness_mm)
        groups[key].append(one)
    return list(groups.values())


def _is_axial(series: Series) -> bool:
    row, column = series.row_direction, series.column_direction
    return bool(row and column and abs(dot(row, (1.0, 0.0, 0.0))) > 0.9 and abs(dot(column, (0.0, 1.0, 0.0))) > 0.9)


_ORDERS = {
    4: ((PRE, ARTERIAL, PORTAL, DELAYED),),
    3: ((PRE, ARTERIAL, PORTAL), (ARTERIAL, PORTAL, DELAYED)),
}
_GADOXETATE_ORDERS = {5: ((PRE, ARTERIAL, PORTAL, TRANSITIONAL, HEPATOBILIARY),)}


def _order_evidence(group: Sequence[Series], evidence: dict[str, _Evidence]) -> None:
    """Points by order of acquisition, where something else says that contrast was given and which order it is."""
    times = sorted({_acquired(one) or "" for one in group})
    first, last = _moment(times[0]), _moment(times[-1])
    gadoxetate = any(_GADOXETATE.search(one.contrast_agent) for one in group)
    orders = (_GADOXETATE_ORDERS if gadoxetate else _ORDERS).get(len(times), ())
    if not orders or first is None or last is None or last - first > _LONGEST:
        return
    enhanced = (ARTERIAL, PORTAL, DELAYED, TRANSITIONAL, HEPATOBILIARY)
    if not any(evidence[one.uid].points[name] > 0 for one in group for name in enhanced):
        return
    rank = {one.uid: times.index(_acquired(one) or "") for one in group}
    agreement = [sum(evidence[one.uid].points[order[rank[one.uid]]] for one in group) for order in orders]
    best = max(range(len(orders)), key=agreement.__getitem__)
    if agreement.count(agreement[best]) > 1:
        return
    for one in group:
        words = f"acquired as number {rank[one.uid] + 1} of {len(times)}"
        evidence[one.uid].add(orders[best][rank[one.uid]], 2, words)


def _agent_evidence(series: Sequence[Series], evidence: dict[str, _Evidence]) -> None:
    given = {one.study_uid for one in series if one.contrast_agent}
    for one in series:
        own = evidence[one.uid]
        if one.contrast_agent:
            own.points[PRE] -= 1
            own.words.append("a contrast agent is named: not before contrast")
        elif one.study_uid in given:
            own.add(PRE, 1, "no contrast agent, unlike others of the study")
