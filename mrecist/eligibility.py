"""Conformance: may this lesion be a target, is this baseline valid? Findings are issues; they change no response."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from types import MappingProxyType

from mrecist.case import Case, Modality, TimePoint
from mrecist.decisions.gates import Gatekeeper
from mrecist.filled import Filled
from mrecist.lesions import Features, Lesion, Observation
from mrecist.measured import RULES_OF_MEASURING, measured_issues, not_arterial
from mrecist.protocols import Limit
from mrecist.results import Issue, Number, Severity
from mrecist.rulesets import RuleSet
from mrecist.target import counted_tenths
from mrecist.tracks import Track, leaves_assessment
from mrecist.values import Axis, EarlierAbsence, LesionKind, LesionRole, Line, LocalTreatment, Organ, Proof, Region

_SLICED = frozenset((Modality.CT, Modality.MR))


class Eligible(StrEnum):
    """What a baseline lesion may be."""

    TARGET = "target"
    NONTARGET = "nontarget"
    NOT_RECORDED = "not_recorded"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a lesion may be, and the first rule that stands against a target (None for a target)."""

    role: Eligible
    rule: str | None = None
    numbers: Mapping[str, Number] | None = None


def judge_eligibility(
    lesion: Lesion, observation: Observation, rules: RuleSet, slice_thickness_mm: Fraction | None = None
) -> Verdict:
    """What a lesion may be at baseline.

    Ordered decision table; the first row that holds decides.

    =================== ================================================================== ============
    E-EFFUSION          effusion or ascites                                                non-target
    E-THROMBUS          tumour thrombus                                                    non-target
    E-INFILTRATIVE      infiltrative, whatever its size                                    non-target
    E-FUNCTIONAL        seen only on PET or bone scan                                      non-target
    E-SMALL             node, not measured                                                 non-target
    E-NODE-NORMAL       node < 10 mm (short axis)                                          not recorded
    E-NODE-REACTIVE     hilar node < 20 mm without proof, where hilar nodes need more      not recorded
                        than others
    E-NODE              node < 15 mm; hilar: < 20 mm                                       non-target
    (none)              any other node                                                     target
    E-BONE              bone without a soft-tissue part >= 10 mm                           non-target
    E-TREATED           liver lesion, treated, without a well-delineated viable part       non-target
    E-ENHANCEMENT       liver lesion without arterial enhancement, not measured as RECIST  non-target
    E-DELINEATED        not well delineated                                                non-target
    E-SMALL             < 10 mm, or not measured                                           non-target
    E-SLICE             < 2 x the slice thickness where slices are thicker than 5 mm       non-target
    (none)              anything else                                                      target
    =================== ================================================================== ============

    Parameters
    ----------
    slice_thickness_mm : Fraction, optional
        Of the thickest scan of the time point, any of which it may have been measured on; None: not known, taken as
        thin enough. Where the evidence lines of the observation state their own, those decide instead.

    Notes
    -----
    Sources: Lencioni & Llovet 2010, target lesion selection; Eisenhauer 2009, 3.1-3.2.
    """
    noted = observation.features
    tenths = counted_tenths(observation, rules.target)
    numbers: dict[str, Number] = {"lesion": lesion.id}
    if tenths is not None:
        numbers["diameter_mm"] = Fraction(tenths, 10)
    against = _by_kind(lesion, noted)
    if against is not None:
        return Verdict(Eligible.NONTARGET, against, numbers)
    if lesion.is_node:
        return _judge_node(lesion, noted, tenths, rules, numbers)
    thickness = measured_thickness(observation)
    return _judge_size(lesion, noted, tenths, rules, slice_thickness_mm if thickness is None else thickness, numbers)


def measured_thickness(observation: Observation) -> Fraction | None:
    """The thickest slice a diameter was read from, in mm; None unless each of its evidence lines states its own."""
    lines: tuple[Line, ...] = getattr(observation.finding, "evidence", ())
    stated = [x.slice_thickness_mm for x in lines if x.slice_thickness_mm is not None]
    return max(stated) if stated and len(stated) == len(lines) else None


def _by_kind(lesion: Lesion, noted: Features) -> str | None:
    if lesion.kind is LesionKind.EFFUSION:
        return "E-EFFUSION"
    if lesion.kind is LesionKind.TUMOUR_THROMBUS:
        return "E-THROMBUS"
    if lesion.kind is LesionKind.INFILTRATIVE:
        return "E-INFILTRATIVE"
    return "E-FUNCTIONAL" if noted.seen_on is not None else None


def _judge_node(
    lesion: Lesion, noted: Features, tenths: int | None, rules: RuleSet, numbers: dict[str, Number]
) -> Verdict:
    limits = rules.nodes
    least = limits.periportal_target_mm if lesion.is_periportal_node else limits.target_mm
    if tenths is not None and tenths >= least * 10:
        return Verdict(Eligible.TARGET)
    if tenths is None:
        return Verdict(Eligible.NONTARGET, "E-SMALL", numbers | {"limit_mm": least})
    if tenths < limits.normal_below_mm * 10:
        return Verdict(Eligible.NOT_RECORDED, "E-NODE-NORMAL", numbers | {"limit_mm": limits.normal_below_mm})
    numbers["limit_mm"] = least
    proven = Proof.POSITIVE in (noted.proof, noted.cytology)
    if lesion.is_periportal_node and least > limits.target_mm and not proven:
        return Verdict(Eligible.NOT_RECORDED, "E-NODE-REACTIVE", numbers)
    return Verdict(Eligible.NONTARGET, "E-NODE", numbers)


def _judge_size(
    lesion: Lesion,
    noted: Features,
    tenths: int | None,
    rules: RuleSet,
    thickness: Fraction | None,
    numbers: dict[str, Number],
) -> Verdict:
    limits = rules.eligibility
    numbers["limit_mm"] = limits.measurable_mm
    if lesion.is_bone and (noted.soft_tissue is None or noted.soft_tissue.mm < limits.measurable_mm):
        part: dict[str, Number] = {} if noted.soft_tissue is None else {"soft_tissue_mm": noted.soft_tissue.mm}
        return Verdict(Eligible.NONTARGET, "E-BONE", numbers | part)
    if lesion.region is Region.INTRAHEPATIC:
        viable_part = noted.arterial_enhancement is not False or rules.target.liver_diameter == "whole"
        if noted.previously_treated and not (viable_part and noted.well_delineated is not False):
            return Verdict(Eligible.NONTARGET, "E-TREATED", numbers)
        if noted.arterial_enhancement is False and not _as_recist(lesion, rules):
            return Verdict(Eligible.NONTARGET, "E-ENHANCEMENT", numbers)
    if noted.well_delineated is False:
        return Verdict(Eligible.NONTARGET, "E-DELINEATED", numbers)
    if tenths is None or tenths < limits.measurable_mm * 10:
        return Verdict(Eligible.NONTARGET, "E-SMALL", numbers)
    if thickness is not None and thickness > limits.thick_slice_mm:
        least = thickness * limits.thick_slice_factor
        if tenths < least * 10:
            return Verdict(Eligible.NONTARGET, "E-SLICE", numbers | {"limit_mm": least, "thickness_mm": thickness})
    return Verdict(Eligible.TARGET)


def _as_recist(lesion: Lesion, rules: RuleSet) -> bool:
    """A lesion without arterial enhancement may be followed by its longest diameter instead (RECIST 1.1)."""
    return lesion.axis is Axis.LONGEST or rules.target.liver_diameter == "whole"


def select_targets(
    candidates: Sequence[tuple[Lesion, Observation]], rules: RuleSet, slice_thickness_mm: Fraction | None = None
) -> tuple[str, ...]:
    """The ids of the largest eligible lesions: at most 2 in one organ and 5 in all, in order of size.

    ==================================================== ============================
    lesion                                               its organ
    ==================================================== ============================
    a node, wherever it lies                             lymph nodes
    anything intrahepatic                                liver
    a bone lesion                                        skeleton
    right or left of a pair (lungs, adrenals, kidneys)   one organ
    peritoneum, pleura, or another organ                 that organ
    ==================================================== ============================
    """
    sized = []
    for lesion, observation in candidates:
        verdict = judge_eligibility(lesion, observation, rules, slice_thickness_mm)
        if verdict.role is Eligible.TARGET:
            sized.append((counted_tenths(observation, rules.target) or 0, lesion))
    chosen: list[str] = []
    taken: dict[str, int] = {}
    for _, lesion in sorted(sized, key=lambda x: -x[0]):
        organ = organ_of(lesion)
        if len(chosen) < rules.eligibility.total and taken.get(organ, 0) < _most_in(organ, rules):
            chosen.append(lesion.id)
            taken[organ] = taken.get(organ, 0) + 1
    return tuple(chosen)


def _most_in(organ: str, rules: RuleSet) -> int:
    return rules.eligibility.most_in_liver if organ == Organ.LIVER.value else rules.eligibility.per_organ


def organ_of(lesion: Lesion) -> str:
    """The organ a target counts for: all nodes are one, and so is everything intrahepatic."""
    if lesion.is_node:
        return "lymph nodes"
    if lesion.region is Region.INTRAHEPATIC:
        return Organ.LIVER.value
    return "skeleton" if lesion.is_bone else lesion.organ.value


def baseline_issues(
    case: Case, tracks: Sequence[Track], rules: RuleSet, gates: tuple[Limit, ...] = ()
) -> tuple[Issue, ...]:
    """What does not conform at baseline: its window, the count of targets, each lesion's role, the entry criteria.

    Every row that holds is told, beside what `judge_eligibility` says of each lesion: an error for a target that may
    not be one, a warning for a non-target that is not to be recorded.

    =================== ================================================================== ============
    E-WINDOW            a baseline scan more than 28 days before the start of treatment    warning
    E-AFTER-START       a baseline scan after the start of treatment                       warning
    E-ORGAN             more than 2 targets in one organ                                   error
    E-TOTAL             more than 5 targets in all                                         error
    E-ENTRY             a limit of the protocol's entry criteria is crossed                warning
    E-NEW-AT-BASELINE   a lesion listed as new has a finding at baseline                   error
    E-BASELINE          a target has no diameter at baseline                               error
    E-NODE-AXIS         a target node is not measured along its short axis                 error
    E-RECIST            a liver target without arterial enhancement, measured as RECIST    note
    E-TREATED-OUTSIDE   a target outside the liver was treated before                      warning
    =================== ================================================================== ============

    `gates` are those of the protocol that the case names.
    """
    baseline = case.timepoints[0]
    found = [*_window(baseline, rules), *_counts(tracks, rules), *_entry(case, gates)]
    thickness = max(
        (s.slice_thickness_mm for s in baseline.scans if s.modality in _SLICED and s.slice_thickness_mm is not None),
        default=None,
    )
    elsewhere = not_arterial(baseline)
    for track in tracks:
        found += _lesion_issues(track, rules, thickness, elsewhere)
    return tuple(found)


def _window(baseline: TimePoint, rules: RuleSet) -> Iterable[Issue]:
    limit = rules.eligibility.baseline_window_days
    days = [s.day for s in baseline.scans if s.day is not None] or [baseline.day]
    if min(days) < -limit:
        yield _at_visit("E-WINDOW", Severity.WARNING, baseline, {"days": -min(days), "limit": limit})
    if max(days) > 0:
        yield _at_visit("E-AFTER-START", Severity.WARNING, baseline, {"days": max(days)})


def _at_visit(rule: str, severity: Severity, timepoint: TimePoint, numbers: Mapping[str, Number]) -> Issue:
    """What does not conform at a time point itself, with the justification recorded for it."""
    return Issue(rule, severity, None, numbers, timepoint.justification(rule))


def _counts(tracks: Sequence[Track], rules: RuleSet) -> Iterable[Issue]:
    organs: dict[str, list[Track]] = {}
    targets = [t for t in tracks if t.lesion.role is LesionRole.TARGET and t.lesion.parent is None]
    for track in targets:
        organs.setdefault(organ_of(track.lesion), []).append(track)
    for organ, members in organs.items():
        most = _most_in(organ, rules)
        if len(members) > most:
            of_organ: dict[str, Number] = {"count": len(members), "organ": organ, "limit": most}
            yield _too_many("E-ORGAN", members[most:], of_organ)
    if len(targets) > rules.eligibility.total:
        of_all: dict[str, Number] = {"count": len(targets), "limit": rules.eligibility.total}
        yield _too_many("E-TOTAL", targets[rules.eligibility.total :], of_all)


def _too_many(rule: str, extra: Sequence[Track], numbers: Mapping[str, Number]) -> Issue:
    """Told of the first of the extra targets; where a reason was given for that one alone, of the next without one."""
    reasons = [_justification(track, rule) for track in extra]
    open_ = next((i for i, why in enumerate(reasons) if not why), 0)
    first = extra[0].observations[0]
    told = 0 if first is not None and first.features.override.strip() else open_
    return Issue(rule, Severity.ERROR, extra[told].lesion.id, numbers, reasons[told])


def _justification(track: Track, rule: str) -> str:
    """The reason recorded for this very lesion."""
    observation = track.observations[0]
    return "" if observation is None else observation.features.justification(rule)


def _entry(case: Case, gates: tuple[Limit, ...]) -> Iterable[Issue]:
    if not gates:
        return
    crossed = Gatekeeper(gates).check(case.timepoints[0].clinical).gates
    if crossed:
        text = Filled.joined(g.text for g in crossed)
        yield _at_visit("E-ENTRY", Severity.WARNING, case.timepoints[0], {"gates": text})


def _lesion_issues(
    track: Track, rules: RuleSet, thickness: Fraction | None, elsewhere: frozenset[str]
) -> Iterable[Issue]:
    lesion, observation = track.lesion, track.observations[0]
    if lesion.parent is not None:
        return
    if lesion.role is LesionRole.NEW:
        if observation is not None:
            yield Issue("E-NEW-AT-BASELINE", Severity.ERROR, lesion.id, {"lesion": lesion.id})
        return
    if lesion.role is LesionRole.TARGET and counted_tenths(observation, rules.target) is None:
        yield Issue("E-BASELINE", Severity.ERROR, lesion.id, {"lesion": lesion.id})
        return
    if observation is None:
        return
    verdict = judge_eligibility(lesion, observation, rules, thickness)
    unfit = lesion.role is LesionRole.TARGET and verdict.role is not Eligible.TARGET
    needless = lesion.role is LesionRole.NONTARGET and verdict.role is Eligible.NOT_RECORDED
    if verdict.rule is not None and (unfit or needless):
        severity = Severity.ERROR if unfit else Severity.WARNING
        justified = observation.features.justification(verdict.rule)
        yield Issue(verdict.rule, severity, lesion.id, verdict.numbers or {}, justified)
    if lesion.role is LesionRole.TARGET:
        yield from _notes(lesion, observation, rules)
    yield from measured_issues(lesion, observation, elsewhere)


def _notes(lesion: Lesion, observation: Observation, rules: RuleSet) -> Iterable[Issue]:
    noted = observation.features
    numbers: dict[str, Number] = {"lesion": lesion.id}
    if lesion.is_node and lesion.axis not in (None, Axis.SHORT):
        yield Issue("E-NODE-AXIS", Severity.ERROR, lesion.id, numbers, noted.justification("E-NODE-AXIS"))
    intrahepatic = lesion.region is Region.INTRAHEPATIC
    if intrahepatic and noted.arterial_enhancement is False and _as_recist(lesion, rules):
        yield Issue("E-RECIST", Severity.NOTE, lesion.id, numbers, noted.justification("E-RECIST"))
    if noted.previously_treated and (not intrahepatic or rules.target.liver_diameter == "whole"):
        yield Issue("E-TREATED-OUTSIDE", Severity.WARNING, lesion.id, numbers, noted.justification("E-TREATED-OUTSIDE"))


def visit_issues(timepoint: TimePoint, rules: RuleSet) -> list[Issue]:
    """What the clinical data of a time point remind of: laboratory values more than 3 days old (E-LABS)."""
    clinical = timepoint.clinical
    if clinical is None or clinical.labs_day is None:
        return []
    age = timepoint.day - clinical.labs_day
    if age <= rules.eligibility.labs_valid_days:
        return []
    return [_at_visit("E-LABS", Severity.NOTE, timepoint, {"days": age, "limit": rules.eligibility.labs_valid_days})]


def noted_issues(lesion: Lesion, noted: Features, rules: RuleSet, gone_before: bool = True) -> list[Issue]:
    """What was noted of a lesion at a follow-up; `gone_before`: is it recorded as gone just before?

    =================== ================================================================== ============
    E-OVERRIDE          a proposal or an objection was overridden                          note
    E-LIPIODOL          compact lipiodol: no viable tumour                                 note
    E-LIPIODOL-VIABLE   compact lipiodol, counted as tumour by the rule set                note
    E-SINCE-OUT         treated since by itself, so that it leaves the assessment          note
    E-SINCE-IN          treated since by itself in the liver: its viable part is measured  note
    E-ABSENCE           seen again, and the reader holds that it had been gone             note
    E-ABSENCE-MISTAKEN  that it had been there, and it is still recorded as gone           warning
    =================== ================================================================== ============
    """
    found = []
    named: dict[str, Number] = {"lesion": lesion.id}
    if noted.override.strip():
        found.append(Issue("E-OVERRIDE", Severity.NOTE, lesion.id, named, noted.override))
    for rule, why in noted.overrides:
        if rule not in RULES_OF_MEASURING:
            found.append(Issue("E-OVERRIDE", Severity.NOTE, lesion.id, named | {"objection": rule}, why))
    if noted.lipiodol_compact:
        rule = "E-LIPIODOL" if rules.target.lipiodol == "nonviable" else "E-LIPIODOL-VIABLE"
        found.append(Issue(rule, Severity.NOTE, lesion.id, named))
    if noted.treated_since is not None:
        rule = "E-SINCE-OUT" if leaves_assessment(lesion, noted.treated_since) else "E-SINCE-IN"
        found.append(Issue(rule, Severity.NOTE, lesion.id, named | {"treatment": _TREATMENTS[noted.treated_since]}))
    if noted.earlier_absence is EarlierAbsence.CONFIRMED:
        found.append(Issue("E-ABSENCE", Severity.NOTE, lesion.id, named))
    elif noted.earlier_absence is EarlierAbsence.MISTAKEN and gone_before:
        found.append(Issue("E-ABSENCE-MISTAKEN", Severity.WARNING, lesion.id, named))
    return found


_TREATMENTS: Mapping[LocalTreatment, str] = MappingProxyType(
    {
        LocalTreatment.TACE: "TACE",
        LocalTreatment.ABLATION: "ablation",
        LocalTreatment.RESECTION: "resection",
        LocalTreatment.RADIATION: "radiation",
    }
)
