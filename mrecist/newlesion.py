"""New lesions: which of them count as progression, and from when."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from mrecist.lesions import Absent, Lesion, Nonviable, NotEvaluable, Observation, TooSmall, UnequivocalProgression
from mrecist.nontarget import proven
from mrecist.rulesets import RuleSet
from mrecist.thresholds import Thresholds
from mrecist.tracks import Tests, Track
from mrecist.values import Certainty, LesionKind, SeenOn


class Verdict(StrEnum):
    """Why a new lesion counts (first group), is equivocal (second), or does not count (third)."""

    PROOF = "PROOF"
    CYTOLOGY = "CYTOLOGY"
    TYPICAL = "TYPICAL"
    GROWTH = "GROWTH"
    NODE = "NODE"
    CERTAIN = "CERTAIN"
    PET = "PET"
    PERSISTS = "PERSISTS"

    EQ_CYTOLOGY = "EQ-CYTOLOGY"
    EQ_SMALL = "EQ-SMALL"
    EQ_ATYPICAL = "EQ-ATYPICAL"
    EQ_NODE = "EQ-NODE"
    EQ_PET = "EQ-PET"
    EQ_UNCERTAIN = "EQ-UNCERTAIN"

    BENIGN = "BENIGN"
    REFUTED = "REFUTED"
    NORMAL = "NORMAL"
    NOT_SEEN = "NOT-SEEN"
    NOT_EVALUABLE = "NOT-EVALUABLE"
    NOT_YET = "NOT-YET"

    @property
    def counts(self) -> bool:
        return self in _COUNTING

    @property
    def equivocal(self) -> bool:
        return self in _EQUIVOCAL


_COUNTING = frozenset(
    {
        Verdict.PROOF,
        Verdict.CYTOLOGY,
        Verdict.TYPICAL,
        Verdict.GROWTH,
        Verdict.NODE,
        Verdict.CERTAIN,
        Verdict.PET,
        Verdict.PERSISTS,
    }
)


_EQUIVOCAL = frozenset(verdict for verdict in Verdict if verdict.value.startswith("EQ-"))


@dataclass(frozen=True, slots=True)
class NewLesion:
    """A new lesion with the verdict on it at each time point; tenths of a mm where it was measured.

    `counts` says at which time points it counts. `counts_from` is the least size at which it would count at a time
    point, None where size does not decide. `first_tenths` is what growth is counted from: its first diameter, or 5 mm
    where it was too small to measure before it had one.
    """

    lesion: Lesion
    verdicts: tuple[Verdict, ...]
    tenths: tuple[int | None, ...]
    first: int
    counts_from: tuple[int | None, ...]
    counts: tuple[bool, ...]
    first_tenths: int | None

    @property
    def first_counted(self) -> int | None:
        return self.counts.index(True) if True in self.counts else None


def new_lesion(track: Track, rules: RuleSet, tests: Sequence[Tests]) -> NewLesion:
    """One new lesion over all time points. A lesion that counted goes on counting while it is present."""
    limits = rules.thresholds
    tenths = tuple(_tenths(o) for o in track.observations)
    counted_sizes = tuple(_counted_size(o, limits) for o in track.observations)
    first = next((x for x in counted_sizes if x), None)
    proof = proven(track)
    verdicts: list[Verdict] = []
    sizes: list[int | None] = []
    counted = refuted = False
    for index, observation in enumerate(track.observations):
        if index < track.first:
            verdicts.append(Verdict.NOT_YET)
            sizes.append(None)
            continue
        if observation is not None and (certainty := observation.features.certainty) is not None:
            refuted = certainty is Certainty.REFUTED
        verdict = judge_new_lesion(
            track.lesion,
            observation,
            rules,
            first_tenths=first,
            proof=proof[index],
            counted_before=counted,
            refuted=refuted,
            functional_at_baseline=tests[0],
        )
        counted = counted or verdict.counts
        verdicts.append(verdict)
        sizes.append(_counts_from(track, index, verdict, counted_sizes, limits))
    counts = tuple([x.counts for x in verdicts])
    return NewLesion(track.lesion, tuple(verdicts), tenths, track.first, tuple(sizes), counts, first)


_BY_SIZE = frozenset(
    (
        Verdict.TYPICAL,
        Verdict.GROWTH,
        Verdict.NODE,
        Verdict.NORMAL,
        Verdict.EQ_SMALL,
        Verdict.EQ_ATYPICAL,
        Verdict.EQ_NODE,
    )
)


def _counts_from(
    track: Track, index: int, verdict: Verdict, counted_sizes: Sequence[int | None], limits: Thresholds
) -> int | None:
    """The least size (tenths of a mm) at which it would count here; by growth only from its second measurement."""
    observation = track.observations[index]
    if verdict not in _BY_SIZE or observation is None or _tenths(observation) is None:
        return None
    if track.lesion.is_node:
        return math.ceil(_node_limit(track.lesion, limits))
    sizes = []
    if observation.features.typical_vascular_pattern:
        sizes.append(math.ceil(limits.new_nodule))
    before = next((x for x in counted_sizes[:index] if x), None)
    if before is not None:
        sizes.append(before + math.ceil(limits.new_nodule_growth))
    return min(sizes, default=None)


def _node_limit(lesion: Lesion, limits: Thresholds) -> Fraction | int:
    return limits.new_periportal_node if lesion.is_periportal_node else limits.new_node


def judge_new_lesion(
    lesion: Lesion,
    observation: Observation | None,
    rules: RuleSet,
    *,
    first_tenths: int | None,
    proof: bool | None,
    counted_before: bool,
    functional_at_baseline: Tests,
    refuted: bool = False,
) -> Verdict:
    """Does this new lesion count at this time point?

    Ordered decision table; the first row that holds decides.

    ============= ====================================================================== =========
    NOT-EVALUABLE missing from the list, or not evaluable                                no
    NOT-SEEN      absent, nonviable, or 0 mm                                             no
    BENIGN        histology or cytology negative                                         no
    REFUTED       refuted by the reader, not proven; a node or a liver nodule only       no
                  where size, pattern or growth leave it equivocal
    PERSISTS      it counted before and is still there                                   counts
    CYTOLOGY      effusion or ascites with positive cytology                             counts
    EQ-CYTOLOGY   effusion or ascites without it, whatever its certainty                 equivocal
    PROOF         histology or cytology positive, any size                               counts
    NORMAL        node with a short axis < 10 mm, or too small to measure                no
    NODE          short axis >= 20 mm at the liver hilum, >= 15 mm elsewhere             counts
    EQ-NODE       smaller, or not measured                                               equivocal
    TYPICAL       liver nodule >= 10 mm with hyperenhancement and washout                counts
    GROWTH        liver nodule grown by >= 10 mm since first measured, from 5 mm where   counts
                  it was too small to measure before
    EQ-SMALL      liver nodule < 10 mm, or not measured                                  equivocal
    EQ-ATYPICAL   liver nodule >= 10 mm, not typical                                     equivocal
    EQ-PET        seen on PET or bone scan alone, not known to be done at baseline       equivocal
    PET           seen on PET, a baseline PET was done, not called equivocal             counts
    CERTAIN       anything else called unequivocal                                       counts
    EQ-UNCERTAIN  anything else                                                          equivocal
    ============= ====================================================================== =========

    Where a rule set lets certainty decide in the liver (RECIST 1.1), size and pattern still count a nodule of which
    no certainty was stated.

    Parameters
    ----------
    first_tenths : int or None
        Its diameter when first measured, tenths of a mm; 5 mm where it was too small to measure before.
    proof : bool or None
        What histology or cytology has shown so far.
    counted_before : bool
        Did it count at an earlier time point?
    functional_at_baseline : Tests
        Whether PET and bone scan were done at baseline.
    refuted : bool
        Is the last that was said of its certainty that it is no tumour?

    Notes
    -----
    Sources: Lencioni & Llovet 2010 (liver nodules, hilar nodes, effusion); Eisenhauer 2009, 4.3.5 (PET, equivocal).
    """
    if observation is None:
        return Verdict.NOT_EVALUABLE
    finding = observation.finding
    tenths = _tenths(observation)
    if isinstance(finding, NotEvaluable):
        return Verdict.NOT_EVALUABLE
    if isinstance(finding, (Absent, Nonviable)) or tenths == 0:
        return Verdict.NOT_SEEN
    if proof is False:
        return Verdict.BENIGN
    by_size = lesion.is_node or (lesion.is_liver_nodule and rules.new_lesions.liver_rule == "size_and_pattern")
    if refuted and not proof and not by_size:
        return Verdict.REFUTED
    if counted_before:
        return Verdict.PERSISTS
    if lesion.kind is LesionKind.EFFUSION:
        return Verdict.CYTOLOGY if proof else Verdict.EQ_CYTOLOGY
    if proof:
        return Verdict.PROOF
    if by_size:
        size = _counted_size(observation, rules.thresholds)
        sized = _node(lesion, size, rules) if lesion.is_node else _nodule(observation, tenths, first_tenths, rules)
        return Verdict.REFUTED if refuted and sized.equivocal else sized
    if lesion.is_liver_nodule and observation.features.certainty is None:
        sized = _nodule(observation, tenths, first_tenths, rules)
        if sized.counts:
            return sized
    return _by_certainty(observation, functional_at_baseline)


def _node(lesion: Lesion, tenths: int | None, rules: RuleSet) -> Verdict:
    if tenths is None:
        return Verdict.EQ_NODE
    limits = rules.thresholds
    if tenths < limits.node_normal:
        return Verdict.NORMAL
    return Verdict.NODE if tenths >= _node_limit(lesion, limits) else Verdict.EQ_NODE


def _nodule(observation: Observation, tenths: int | None, first_tenths: int | None, rules: RuleSet) -> Verdict:
    limits = rules.thresholds
    if tenths is None or first_tenths is None:
        return Verdict.EQ_SMALL
    if tenths >= limits.new_nodule and observation.features.typical_vascular_pattern:
        return Verdict.TYPICAL
    if tenths - first_tenths >= limits.new_nodule_growth:
        return Verdict.GROWTH
    return Verdict.EQ_SMALL if tenths < limits.new_nodule else Verdict.EQ_ATYPICAL


def _by_certainty(observation: Observation, at_baseline: Tests) -> Verdict:
    features = observation.features
    if features.seen_on is not None:
        if not at_baseline.done(features.seen_on):
            return Verdict.EQ_PET
        if features.seen_on is SeenOn.PET and features.certainty is not Certainty.EQUIVOCAL:
            return Verdict.PET
    certain = features.certainty is Certainty.UNEQUIVOCAL or isinstance(observation.finding, UnequivocalProgression)
    return Verdict.CERTAIN if certain else Verdict.EQ_UNCERTAIN


def _tenths(observation: Observation | None) -> int | None:
    diameter = None if observation is None else getattr(observation.finding, "diameter", None)
    return None if diameter is None else int(diameter.tenths)


def _counted_size(observation: Observation | None, limits: Thresholds) -> int | None:
    """The diameter; seen but too small to measure it counts as much as in a sum."""
    tenths = _tenths(observation)
    if tenths is None and observation is not None and isinstance(observation.finding, TooSmall):
        return limits.too_small
    return tenths
