"""What the header of each series says of its contrast phase, in points and in words."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from viewers.imaging.catalogue import PhaseName, Series
from viewers.imaging.phasecourse import Course
from viewers.imaging.phasescans import Pass, is_first_of_several, seconds_since_bolus
from viewers.imaging.phasewords import FAIR, LATE_MINUTES, Said, in_capitals, said_in

PRE, ARTERIAL, PORTAL = PhaseName.PRE, PhaseName.ARTERIAL, PhaseName.PORTAL_VENOUS
DELAYED, TRANSITIONAL, HEPATOBILIARY = PhaseName.DELAYED, PhaseName.TRANSITIONAL, PhaseName.HEPATOBILIARY

_ATTRIBUTE = {
    "PRE_CONTRAST": PRE,
    "ARTERIAL": ARTERIAL,
    "PORTAL_VENOUS": PORTAL,
    "VENOUS": PORTAL,
    "DELAYED": DELAYED,
}
_AFTER_CONTRAST = ("POST_CONTRAST", "IMMEDIATE", "DYNAMIC", "STEADY_STATE", "CAPILLARY")

_GADOXETATE = re.compile(
    r"GADOXET|PRIMOVIST|EOVIST|(?<![A-Z])EOB(?![A-Z])|프리모비스트|プリモビスト|普美[显顯]|钆塞酸|釓塞酸"
)
_GADOBENATE = re.compile(r"MULTI ?HANCE|BOPTA|GADOBEN|钆贝葡胺|멀티한스")
_EXTRACELLULAR = re.compile(
    r"GADAVIST|GADOVIST|GADOBUT|DOTAREM|GADOTER|CLARISCAN|MAGNEVIST|GADOPENT|DTPA|PROHANCE|OMNISCAN|GADODIAM"
    r"|ELUCIREM|VUEWAY|GADOPICL|OPTIMARK|DOTA|가도비스트|도타렘|钆布醇|钆喷酸|钆特|マグネビスト|ガドビスト"
)
_NO_AGENT = re.compile(r"(?:NONE|NO|NON|N/?A|NULL|WITHOUT|W/?O|0|-+|UNKNOWN|NO CONTRAST|없음|なし|无)?")

_LONGEST_S = 45 * 60.0
_SHORT_PHASE_S = 60.0


@dataclass
class Evidence:
    """What one series brings of its own: `points` for and against phases, and the same in `words` for the reader."""

    said: Said = field(default_factory=lambda: said_in(""))
    points: defaultdict[PhaseName, float] = field(default_factory=lambda: defaultdict(float))
    words: list[str] = field(default_factory=list)

    @property
    def named(self) -> set[PhaseName]:
        """The phases with points for them."""
        return {phase for phase, value in self.points.items() if value > 0}

    def add(self, name: PhaseName, points: float, words: str) -> None:
        self.points[name] += points
        self.words.append(f"{words}: {name.value}")

    def enhanced(self, points: float, words: str) -> None:
        self.points[PRE] -= points
        self.words.append(f"{words}: not before contrast")


def agent_of(one: Series) -> str:
    """The contrast agent that the header names, in capitals; empty where it names none."""
    agent = in_capitals(one.contrast_agent)
    return "" if _NO_AGENT.fullmatch(agent) else agent


def course_of(dynamic: Sequence[Series], study: Sequence[Series]) -> tuple[Course, bool]:
    """What the agent of a study does, and whether that is guessed because nobody names the agent."""
    if dynamic[0].modality == "CT":
        return Course.CT, False
    agents = " ".join(agent_of(one) for one in study)
    names = " ".join(in_capitals(f"{one.protocol} {one.study_description} {one.description}") for one in study)
    for text in (agents, names):
        for course, pattern in (
            (Course.GADOXETATE, _GADOXETATE),
            (Course.GADOBENATE, _GADOBENATE),
            (Course.EXTRACELLULAR, _EXTRACELLULAR),
        ):
            if pattern.search(text):
                return course, False
    named = {phase for one in dynamic for phase in said_in(one.description).named}
    return Course.GADOXETATE if named & {HEPATOBILIARY, TRANSITIONAL} else Course.UNKNOWN, True


def evidence_of(dynamic: Sequence[Series], passes: Sequence[Pass], course: Course) -> dict[int, Evidence]:
    """The evidence of each series of one study, by `id`."""
    found = {id(one): _of_header(one, passes) for one in dynamic}
    _drop_shared(passes, found)
    _letters(dynamic, found)
    for one in dynamic:
        own = found[id(one)]
        own.points = _in_course(own.points, own.said, course)
    _timing(dynamic, passes, found, course)
    _before_and_after(dynamic, found)
    _agent_evidence(dynamic, passes, found)
    return found


def _of_header(one: Series, passes: Sequence[Pass]) -> Evidence:
    evidence = Evidence()
    said = one.bolus_phase.upper()
    if said in _ATTRIBUTE:
        evidence.add(_ATTRIBUTE[said], 5, f"contrast phase attribute {one.bolus_phase}")
    elif said in _AFTER_CONTRAST:
        evidence.enhanced(4, f"contrast phase attribute {one.bolus_phase}")
    if one.sequence.agent_given.upper() == "NO":
        evidence.add(PRE, 4, "the agent had not been given")
    elif one.sequence.agent_given.upper() == "YES":
        evidence.enhanced(4, "the agent had been given")
    fields = (
        ("description", one.description),
        ("comments", one.comments),
        ("protocol", one.protocol),
        ("study description", one.study_description),
    )
    for label, text in fields:
        told = said_in(text)
        common = label in ("protocol", "study description") and len(passes) > 1
        common = common and not (label == "protocol" and _only_of(one, passes))
        named = told.named or told.vague
        if label == "description":
            evidence.said = told
        if len(named) == 1 and not common:
            ((name, (points, word)),) = named.items()
            evidence.add(name, points, f"'{word.strip()}' in the {label}")
            evidence.said = told
        elif named and not common:
            evidence.words.append(f"the {label} names several phases")
        elif told.enhanced and label in ("description", "comments"):
            evidence.enhanced(FAIR, f"'{told.enhanced}' in the {label}")
        if named and not common:
            break
    return evidence


def _only_of(one: Series, passes: Sequence[Pass]) -> bool:
    """True where every pass has a protocol of its own, so that the protocol of a series speaks of its pass."""
    protocols = [{member.protocol for member in scan.members} for scan in passes]
    names = [name for own in protocols for name in own]
    return all(len(own) == 1 for own in protocols) and len(set(names)) == len(names) and one.protocol in names


def _drop_shared(passes: Sequence[Pass], found: Mapping[int, Evidence]) -> None:
    """An ambiguous word of a short phase that scans far apart in time share tells no phase: ``AP`` is the abdomen."""
    times: defaultdict[str, list[float]] = defaultdict(list)
    weak: list[tuple[str, PhaseName, Evidence]] = []
    for scan in passes:
        for one in scan.members:
            own = found[id(one)]
            for phase in (ARTERIAL, PORTAL):
                points, word = own.said.named.get(phase, (0.0, ""))
                if 0 < points < FAIR and len(own.said.named) == 1:
                    times[word].append(scan.order)
                    weak.append((word, phase, own))
    for word, phase, own in weak:
        if max(times[word]) - min(times[word]) > _SHORT_PHASE_S and own.points[phase] > 0:
            own.points[phase] = 0.0
            own.words[:] = [f"'{word}' is in the name of several scans" if f"'{word}'" in w else w for w in own.words]


def _letters(dynamic: Sequence[Series], found: Mapping[int, Evidence]) -> None:
    """A letter that stands alone names a phase where another series of the study names another one."""
    by_letter = {"A": ARTERIAL, "P": PORTAL, "V": PORTAL, "D": DELAYED, "E": DELAYED}
    for one in dynamic:
        own = found[id(one)]
        phase = by_letter.get(own.said.letter)
        if phase is None or own.said.named or own.said.vague:
            continue
        others = (found[id(other)].said for other in dynamic if other is not one)
        if any(set(said.named) - {phase} or by_letter.get(said.letter, phase) is not phase for said in others):
            own.add(phase, FAIR, f"the letter {own.said.letter} in the description")


def _in_course(points: Mapping[PhaseName, float], said: Said, course: Course) -> defaultdict[PhaseName, float]:
    """What "delayed" and minutes mean depends on the agent."""
    meant: defaultdict[PhaseName, float] = defaultdict(float, points)
    by_minutes = said.named.get(HEPATOBILIARY, (0.0, ""))[1].endswith("MIN")
    if course is Course.GADOXETATE:
        value = meant.pop(DELAYED, 0.0)
        if value and said.minutes is not None:
            meant[HEPATOBILIARY if said.minutes >= LATE_MINUTES else TRANSITIONAL] += value
        elif value:
            meant[TRANSITIONAL] += value
            meant[HEPATOBILIARY] += value
        return meant
    meant[DELAYED] += meant.pop(TRANSITIONAL, 0.0)
    if course is Course.CT or (course in (Course.EXTRACELLULAR, Course.GADOBENATE) and by_minutes):
        late = course is Course.GADOBENATE and (said.minutes or 0) >= 45
        if not late:
            meant[DELAYED] += meant.pop(HEPATOBILIARY, 0.0)
    return meant


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
    (100, 120, TRANSITIONAL, 1),
    (120, 300, TRANSITIONAL, 3),
    (300, 600, TRANSITIONAL, 1),
    (600, 2701, HEPATOBILIARY, 3),
)


def _timing(dynamic: Sequence[Series], passes: Sequence[Pass], found: Mapping[int, Evidence], course: Course) -> None:
    waits = {id(one): seconds_since_bolus(one, passes) for one in dynamic}
    limits = _CT_SECONDS if course is Course.CT else _MR_SECONDS
    for one in dynamic:
        own, seconds = found[id(one)], waits[id(one)]
        if seconds is None:
            continue
        if seconds < 0 and any(
            _believable(waits[id(x)]) and x.bolus_started_at == one.bolus_started_at for x in dynamic
        ):
            own.add(PRE, 3, f"acquired {-seconds:.0f} s before the bolus")
        elif not _believable(seconds):
            own.words.append("the bolus time is not believable")
        else:
            for first, last, name, points in limits:
                if first <= seconds < last:
                    late = name in (TRANSITIONAL, HEPATOBILIARY) and course is not Course.GADOXETATE
                    own.add(DELAYED if late else name, points, f"acquired {seconds:.0f} s after the bolus")


def _believable(seconds: float | None) -> bool:
    # A bolus that begins with the series is a default of the scanner.
    return seconds is not None and 0 < seconds <= _LONGEST_S


def _agent_evidence(dynamic: Sequence[Series], passes: Sequence[Pass], found: Mapping[int, Evidence]) -> None:
    """The agent is named after the injection, but some scanners name it in every header of a study."""
    given = [any(agent_of(one) for one in scan.members) for scan in passes]
    switched = True in given and given == sorted(given) and False in given
    placed = {id(one) for scan in passes for one in scan.members}
    for one in dynamic:
        own = found[id(one)]
        if agent_of(one):
            # The header of a series with repeats is written once for all of them, the first of which may be before.
            first = is_first_of_several(one, dynamic)
            points = 1 if first and switched else 0 if first else 3 if switched else 1
            if points:
                own.enhanced(points, "a contrast agent is named")
        elif True in given and id(one) in placed:
            own.add(PRE, 2 if switched else 1, "no contrast agent, unlike others of the study")


def _before_and_after(dynamic: Sequence[Series], found: Mapping[int, Evidence]) -> None:
    """A series of repeats that is called "pre and post" begins before the injection."""
    for one in dynamic:
        own = found[id(one)]
        if not own.said.before_and_after or not any(x.series_uid == one.series_uid and x is not one for x in dynamic):
            continue
        if is_first_of_several(one, dynamic):
            own.add(PRE, 3, "the first repeat of a series called before and after contrast")
        else:
            own.enhanced(2, "a later repeat of a series called before and after contrast")
