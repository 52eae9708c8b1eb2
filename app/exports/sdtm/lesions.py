"""TU and TR: the lesions of a read, and what was found of each at every time point that was read.

TR says what the rules counted, so that a response can be worked out from TU and TR alone: the length each target
counts, the state of each non-target, and whether a new lesion counts. What a reader recorded stands in TRORRES.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from types import MappingProxyType

from app.exports.exported import ExportedRead
from app.exports.sdtm.metadata import Record
from app.exports.sdtm.subject import Evaluator, Subject
from app.state.record import SeriesRef, Visit
from mrecist.case import Case, Examination
from mrecist.course import not_done, scoped_region
from mrecist.lesions import (
    Absent,
    Finding,
    Lesion,
    Merged,
    Nonviable,
    NotEvaluable,
    Observation,
    Present,
    Split,
    TooSmall,
    UnequivocalProgression,
)
from mrecist.newlesion import NewLesion, Verdict
from mrecist.nontarget import NonTarget, proven
from mrecist.region import Scoped
from mrecist.rulesets import RuleSet
from mrecist.target import Target, is_split, uses_whole, whole_at
from mrecist.tracks import Track, follow, functional_tests
from mrecist.values import Axis, LesionKind, LesionRole, Organ, Region, Response, Scope

CRITERIA = MappingProxyType({"viable": "MRECIST LENCIONI LIVER CANCER 2010", "whole": "RECIST 1.1"})
"""RSCAT of the liver, and of what it is pooled with, by the diameter that a rule set counts there."""
_REGIONS = MappingProxyType({Region.INTRAHEPATIC: "INTRAHEPATIC", Region.EXTRAHEPATIC: "EXTRAHEPATIC"})
_ROLES = MappingProxyType({LesionRole.TARGET: "TARGET", LesionRole.NONTARGET: "NON-TARGET", LesionRole.NEW: "NEW"})
_PLACES = MappingProxyType(
    {Organ.ADRENAL: "ADRENAL GLAND", Organ.LYMPH_NODE_PERIPORTAL: "PORTA HEPATIS LYMPH NODE"}
    | {
        organ: organ.value.replace("_", " ").upper()
        for organ in Organ
        if organ not in (Organ.ADRENAL, Organ.LYMPH_NODE_PERIPORTAL)
    }
)
_METHODS = MappingProxyType(
    {"CT": "CT SCAN", "MR": "MRI", "PT": "PET SCAN", "BS": "SCINTIGRAPHY", "NM": "SCINTIGRAPHY"}
)
_WITH_CONTRAST = frozenset(("arterial", "portal_venous", "delayed", "transitional", "hepatobiliary"))
_TEST_NAMES = MappingProxyType(
    {
        "VDIAM": "Viable Diameter",
        "LDIAM": "Longest Diameter",
        "LPERP": "Longest Perpendicular",
        "TUMSTATE": "Tumor State",
        "LNSTATE": "Lymph Node State",
        "SUMVDIAM": "Sum of Viable Diameter",
        "SUMDIAM": "Sum of Diameter",
        "PCHGBL": "Percent Change From Baseline",
        "PCHGNAD": "Percent Change From Nadir",
        "TRALL": "Examination of the Region",
    }
)
_BY_RESPONSE = MappingProxyType(
    {Response.CR: "ABSENT", Response.NN: "PRESENT", Response.PD: "UNEQUIVOCAL PROGRESSION", Response.NE: None}
)


@dataclass(frozen=True)
class ReadLesions:
    """The lesions of one read with what the rules make of each."""

    subject: Subject
    one: ExportedRead
    evaluator: Evaluator
    case: Case
    tracks: tuple[Track, ...]
    scoped: tuple[Scoped, Scoped]
    missed: dict[Scope, Sequence[tuple[Examination, ...]]]
    rules: RuleSet

    @classmethod
    def of(cls, subject: Subject, one: ExportedRead, evaluator: Evaluator, rules: RuleSet) -> ReadLesions:
        case = one.record.case_of(one.read.id)
        tracks = follow(case, one.read)
        tests = functional_tests(case)
        intra, extra = (scoped_region(tracks, x, len(case.timepoints), rules, tests) for x in Region)
        return cls(subject, one, evaluator, case, tracks, (intra, extra), dict(not_done(case, tracks)), rules)

    # --- TU ---------------------------------------------------------------------------------------------------

    def identified(self) -> Iterator[Record]:
        """Each lesion once, where it was first seen; a fragment is linked as its lesion with a number."""
        for track in self.tracks:
            if track.first >= len(track.observations):
                continue
            lesion, visit = track.lesion, self._visit(track.first)
            role = _ROLES[lesion.role]
            yield {
                **self.subject.begin("TU"),
                "TULNKID": self._link(lesion),
                "TUTESTCD": "TUMIDENT" if lesion.parent is None else "TUSPLIT",
                "TUTEST": "Tumor Identification" if lesion.parent is None else "Tumor Split",
                "TUCAT": self.criteria(_REGIONS[lesion.region]),
                "TUSCAT": _REGIONS[lesion.region],
                "TUORRES": role,
                "TUSTRESC": role,
                "TULOC": _place(lesion),
                "TULOCDTL": " ".join(f"SEGMENT {x.value}" for x in lesion.segments) or None,
                "TUMETHOD": self._method(track.observations[track.first], visit),
                **self.evaluator.columns("TU"),
                **self.subject.timed("TU", visit, self._date(track.observations[track.first], visit)),
            }

    # --- TR ---------------------------------------------------------------------------------------------------

    def properties(self) -> Iterator[Record]:
        """Each lesion at each time point, then the sums of each region and of both."""
        targets = {x.lesion_id: x for scoped in self.scoped for x in scoped.targets}
        others = {x.lesion_id: x for scoped in self.scoped for x in scoped.nontargets}
        new = {x.lesion.id: x for scoped in self.scoped for x in scoped.new}
        by_id = {x.lesion.id: x for x in self.tracks}
        for index in range(len(self.case.timepoints)):
            for track in self.tracks:
                lesion = track.lesion
                whole = by_id.get(lesion.parent) if lesion.parent else None
                if whole is not None and not is_split(whole.observations[index]):
                    continue
                if lesion.id in targets:
                    yield from self._target(track, targets[lesion.id], index, whole or track)
                elif lesion.id in new:
                    yield from self._new(track, new[lesion.id], index)
                else:
                    yield from self._nontarget(track, others[lesion.id], index)
            yield from self._regions(index)

    def criteria(self, region: str) -> str:
        """TUCAT, TRCAT and RSCAT: RECIST 1.1 outside the liver, whatever the rule set counts in it."""
        return CRITERIA["whole" if region == "EXTRAHEPATIC" else self.rules.target.liver_diameter]

    def group(self, timepoint_id: str, region: str) -> str:
        """What links the records of a region at a time point: TRLNKGRP and RSLNKGRP."""
        return f"{self.evaluator.prefix}-{timepoint_id}-{region}"

    def _target(self, track: Track, target: Target, index: int, whole_of: Track) -> Iterator[Record]:
        seen = track.observations[index]
        finding = None if seen is None else seen.finding
        whole = uses_whole(whole_of, self.rules.target)
        test, tenths = counted_test(track.lesion, whole), target.tenths[index]
        if isinstance(finding, Merged):
            yield self._state(track, index, "TUMOR MERGED")
            if tenths is None:
                yield self._not_done(track, index, test, "MERGED")
            return
        if isinstance(finding, Split):
            yield self._state(track, index, "TUMOR SPLIT")
            if tenths is None:
                yield self._not_done(track, index, test, "FRAGMENTS NOT RECORDED")
            return
        if tenths is None:
            yield self._not_done(track, index, test, _why(seen))
        else:
            yield self._length(track, index, test, tenths, too_small=_has_no_length(finding, whole))
        state = _target_state(finding, tenths)
        if state is not None:
            yield self._state(track, index, state)
        if test == "VDIAM" and (also := whole_at(seen)) is not None:
            yield self._length(track, index, "LDIAM", also.tenths)

    def _nontarget(self, track: Track, judged: NonTarget, index: int) -> Iterator[Record]:
        response = judged.responses[index]
        seen = track.observations[index]
        if response is Response.NE:
            recorded = seen is not None and not isinstance(seen.finding, NotEvaluable)
            why = "BASELINE TEST NOT REPEATED" if recorded else _why(seen)
            yield self._not_done(track, index, _state_test(track.lesion), why)
            return
        state = _BY_RESPONSE[response]
        if response is Response.NN and isinstance(seen and seen.finding, Merged):
            state = "TUMOR MERGED"
        elif response is Response.NN and track.lesion.kind is LesionKind.EFFUSION and not proven(track)[index]:
            state = "EQUIVOCAL"
        yield self._state(track, index, _of_node(state, seen) if track.lesion.is_node else state)
        yield from self._size(track, index)

    def _new(self, track: Track, judged: NewLesion, index: int) -> Iterator[Record]:
        verdict = judged.verdicts[index]
        if verdict is Verdict.NOT_YET:
            return
        if verdict is Verdict.NOT_EVALUABLE:
            yield self._not_done(track, index, _state_test(track.lesion), _why(track.observations[index]))
            return
        if verdict.counts:
            state = "UNEQUIVOCAL"
        elif verdict.equivocal:
            state = "EQUIVOCAL"
        else:
            state = "ABSENT" if verdict is Verdict.NOT_SEEN else "NON-PATHOLOGICAL"
        yield self._state(track, index, state)
        yield from self._size(track, index)

    def _size(self, track: Track, index: int) -> Iterator[Record]:
        """The diameter of a lesion whose size is noted and enters no sum."""
        seen = track.observations[index]
        diameter = None if seen is None else getattr(seen.finding, "diameter", None)
        if diameter is not None:
            yield self._length(track, index, counted_test(track.lesion, whole=False), diameter.tenths)

    def _regions(self, index: int) -> Iterator[Record]:
        timepoint = self.case.timepoints[index]
        visit = self._visit(index)
        at = self.one.assessment.timepoint(timepoint.id)
        baseline = self.one.assessment.baseline
        sums = {
            Scope.INTRAHEPATIC: baseline.intrahepatic_mm,
            Scope.EXTRAHEPATIC: baseline.extrahepatic_mm,
            Scope.OVERALL: baseline.overall_mm,
        }
        for scope in Scope:
            region = scope.value.upper()
            begin = self._begin(visit, visit.on, region) | {"TRGRPID": "TARGET"}
            judged = None if at is None else at.scope(scope)
            total = judged.sum_mm if judged is not None else sums[scope] if index == 0 else None
            if total is not None:
                viable = scope is Scope.INTRAHEPATIC and self.rules.target.liver_diameter == "viable"
                test = "SUMVDIAM" if viable else "SUMDIAM"
                yield begin | _named(test) | _number(total, "mm")
            if judged is not None:
                for test, change in (
                    ("PCHGBL", judged.change_from_baseline_pct),
                    ("PCHGNAD", judged.change_from_nadir_pct),
                ):
                    if change is not None:
                        yield begin | _named(test) | _number(change, "%")
            if scope is not Scope.OVERALL:
                for examination in self.missed[scope][index]:
                    why = examination.value.replace("_", " ").upper()
                    yield (
                        self._begin(visit, visit.on, region) | _named("TRALL") | {"TRSTAT": "NOT DONE", "TRREASND": why}
                    )

    # --- one record -------------------------------------------------------------------------------------------

    def _record(self, track: Track, index: int, test: str) -> Record:
        visit, seen = self._visit(index), track.observations[index]
        lesion = track.lesion
        return {
            **self._begin(visit, self._date(seen, visit), _REGIONS[lesion.region]),
            "TRGRPID": _ROLES[lesion.role],
            "TRLNKID": self._link(lesion),
            "TRMETHOD": None if seen is None else self._method(seen, visit),
            **_named(test),
        }

    def _begin(self, visit: Visit, on: date, region: str) -> Record:
        return {
            **self.subject.begin("TR"),
            "TRLNKGRP": self.group(visit.id, region),
            "TRCAT": self.criteria(region),
            "TRSCAT": region,
            **self.evaluator.columns("TR"),
            **self.subject.timed("TR", visit, on),
        }

    def _length(self, track: Track, index: int, test: str, tenths: int, too_small: bool = False) -> Record:
        found = self._record(track, index, test) | _number(Fraction(tenths, 10), "mm")
        return found | ({"TRORRES": "TOO SMALL TO MEASURE", "TRORRESU": None} if too_small else {})

    def _state(self, track: Track, index: int, state: str | None) -> Record:
        return self._record(track, index, _state_test(track.lesion)) | {"TRORRES": state, "TRSTRESC": state}

    def _not_done(self, track: Track, index: int, test: str, why: str) -> Record:
        return self._record(track, index, test) | {"TRSTAT": "NOT DONE", "TRREASND": why}

    def _link(self, lesion: Lesion) -> str:
        return f"{self.evaluator.prefix}-{lesion.id}"

    def _visit(self, index: int) -> Visit:
        visit = self.one.record.visit(self.case.timepoints[index].id)
        assert visit is not None
        return visit

    def _series(self, seen: Observation | None) -> SeriesRef | None:
        """The series that a finding was measured on, by the first of its lines."""
        lines = getattr(seen.finding, "evidence", ()) if seen is not None else ()
        return self.one.record.series_ref(lines[0].series_uid) if lines else None

    def _date(self, seen: Observation | None, visit: Visit) -> date:
        series = self._series(seen)
        return visit.on if series is None or series.study_date is None else series.study_date

    def _method(self, seen: Observation | None, visit: Visit) -> str | None:
        series = self._series(seen)
        if series is None:
            refs = [ref for uid in visit.series if (ref := self.one.record.series_ref(uid)) is not None]
            modalities = {ref.modality for ref in refs}
            return _METHODS.get(modalities.pop()) if len(modalities) == 1 else None
        method = _METHODS.get(series.modality)
        with_contrast = method in ("CT SCAN", "MRI") and series.phase in _WITH_CONTRAST
        return f"CONTRAST ENHANCED {method}" if with_contrast else method


def counted_test(lesion: Lesion, whole: bool) -> str:
    """Which diameter a lesion has: short axis of a node, viable in the liver, else the longest."""
    if lesion.is_node or lesion.axis is Axis.SHORT:
        return "LPERP"
    viable = lesion.axis is Axis.VIABLE_LONGEST or (
        lesion.axis is None and lesion.region is Region.INTRAHEPATIC and lesion.role is LesionRole.TARGET
    )
    return "VDIAM" if viable and not whole else "LDIAM"


def _place(lesion: Lesion) -> str:
    place = _PLACES[lesion.organ]
    return "LYMPH NODE" if lesion.is_node and "LYMPH NODE" not in place else place


def _named(test: str) -> Record:
    return {"TRTESTCD": test, "TRTEST": _TEST_NAMES[test]}


def _number(value: Fraction, unit: str) -> Record:
    exact = value.numerator if value.denominator == 1 else value.numerator / value.denominator
    return {
        "TRORRES": str(exact),
        "TRORRESU": unit,
        "TRSTRESC": str(exact),
        "TRSTRESN": exact,
        "TRSTRESU": unit,
    }


def _state_test(lesion: Lesion) -> str:
    return "LNSTATE" if lesion.is_node else "TUMSTATE"


def _of_node(state: str | None, seen: Observation | None) -> str | None:
    """A node is pathological or not; where it is gone it is absent."""
    if state == "PRESENT":
        return "PATHOLOGICAL"
    gone = seen is not None and isinstance(seen.finding, Absent | Nonviable)
    return "NON-PATHOLOGICAL" if state == "ABSENT" and not gone else state


def _target_state(finding: Finding | None, tenths: int | None) -> str | None:
    match finding:
        case Absent() | Nonviable() if tenths == 0:
            return "ABSENT"
        case None | NotEvaluable() | Merged() | Split():
            return None
        case Present():
            return "PRESENT"
        case UnequivocalProgression():
            return "UNEQUIVOCAL PROGRESSION"
        case _:
            return None


def _has_no_length(finding: Finding | None, whole: bool) -> bool:
    """Was it too small to measure, so that the rule set's length stands for it?"""
    return isinstance(finding, TooSmall) and not (finding.whole if whole else finding.diameter)


def _why(seen: Observation | None) -> str:
    if seen is None:
        return "NOT RECORDED"
    if isinstance(seen.finding, NotEvaluable):
        return seen.finding.why.value.replace("_", " ").upper()
    return "NOT MEASURED"
