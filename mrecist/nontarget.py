"""Non-target response: what is left of the lesions that are followed without measuring."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import assert_never

from mrecist.lesions import (
    NOTHING_NOTED,
    Absent,
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
from mrecist.rulesets import RuleSet
from mrecist.target import holds_tumour_as_oil
from mrecist.tracks import Tests, Track
from mrecist.values import LesionKind, Proof, Region, Response

_RANK = {Response.NA: -1, Response.CR: 0, Response.NN: 1, Response.NE: 2, Response.PD: 3}


@dataclass(frozen=True, slots=True)
class NonTarget:
    """A non-target lesion with its response (CR, NN, NE or PD) at each time point.

    `returns` says where its presence proves that disease has come back after a complete response: a node never does
    (short of unequivocal progression), an effusion only with positive cytology. `absence_confirmed` as of a target.
    """

    lesion_id: str
    is_node: bool
    responses: tuple[Response, ...]
    returns: tuple[bool, ...]
    without_cytology: frozenset[int] = frozenset()
    absence_confirmed: frozenset[int] = frozenset()


def judge_nontarget(responses: Sequence[Response]) -> Response:
    """Non-target response of a scope: ``PD > NE > NN > CR``; NA where there is no non-target.

    ==== ================================ ==
    N-PD unequivocal progression of one   PD
    N-NE else, one was not evaluated      NE
    N-NN else, one is still there         NN
    N-CR else, all are gone               CR
    ==== ================================ ==
    """
    return _worst(tuple(responses))


@lru_cache(maxsize=4096)
def _worst(responses: tuple[Response, ...]) -> Response:
    """The same few combinations are seen at very many time points."""
    return max(responses, key=_RANK.__getitem__, default=Response.NA)


def nontarget(track: Track, rules: RuleSet, tests: Sequence[Tests]) -> NonTarget:
    """One non-target over all time points.

    A lesion seen only on PET or bone scan at baseline is followed by the same test: where that test is known not to
    have been repeated it is not evaluable; it is never absent unless the test is known to have been repeated.
    """
    lesion = track.lesion
    is_node = lesion.is_node
    seen_on = None
    if (first := track.observations[0]) is not None:
        seen_on = first.features.seen_on
    malignant = proven(track)
    responses: list[Response] = []
    returns: list[bool] = []
    without_cytology = set()
    for index, observation in enumerate(track.observations):
        response = one_response(observation, rules, is_node, lesion.region)
        if lesion.kind is LesionKind.EFFUSION and response is Response.PD and not malignant[index]:
            response = Response.NN
            without_cytology.add(index)
        if seen_on is not None and observation is not None:
            done, noted = tests[index].done(seen_on), observation.features.seen_on is seen_on
            # what is seen on the test shows that it was done; what is gone does not, where the scans say otherwise
            gone_unproven = response is Response.CR and (done is False or (done is None and not noted))
            seen_unproven = response is Response.NN and done is False and not noted
            if gone_unproven or seen_unproven:
                response = Response.NE
        responses.append(response)
        presence_proves = not is_node and (lesion.kind is not LesionKind.EFFUSION or malignant[index] is True)
        returns.append(response is Response.NN and presence_proves)
    return NonTarget(
        lesion.id,
        is_node,
        tuple(responses),
        tuple(returns),
        frozenset(without_cytology),
        track.absence_confirmed,
    )


def progressing_target(track: Track) -> NonTarget | None:
    """A target that grew unequivocally beyond what a diameter can hold: it speaks as a non-target then, only then."""
    progresses = [o is not None and type(o.finding) is UnequivocalProgression for o in track.observations]
    if True not in progresses:
        return None
    responses = tuple([Response.PD if x else Response.NA for x in progresses])
    return NonTarget(track.lesion.id, track.lesion.is_node, responses, (False,) * len(responses))


def one_response(observation: Observation | None, rules: RuleSet, is_node: bool, region: Region) -> Response:
    """What one observation says of a non-target: CR (gone), NN (there), NE or PD.

    ===================================================== ==
    what was found                                        it is
    ===================================================== ==
    not in the list, or not evaluable                     NE
    absent, 0 mm, or a node with a short axis < 10 mm     CR
    a node too small to measure                           CR
    nonviable                                             CR
    nonviable in the liver, judged by whole diameters     NN
    present, measured, merged, or split                   NN
    too small to measure, not a node                      NN
    unequivocal progression                               PD
    ===================================================== ==

    A node whose short axis is recorded below 10 mm is normal; one that is too small to measure counts 5 mm, as in a
    sum. Judged by whole diameters (RECIST 1.1), a lesion of the liver without viable tumour is still there. So is one
    of compact lipiodol where the rules take that for viable.
    """
    if observation is None:
        return Response.NE
    finding = observation.finding
    if isinstance(finding, (Absent, Nonviable)) and holds_tumour_as_oil(observation, rules.target):
        return Response.NN
    match finding:
        case Absent():
            return Response.CR
        case Nonviable():
            visible = rules.target.liver_diameter == "whole" and region is Region.INTRAHEPATIC
            return Response.NN if visible else Response.CR
        case Measured() | Present() | TooSmall():
            tenths = None if finding.diameter is None else finding.diameter.tenths
            if tenths is None and is_node and isinstance(finding, TooSmall):
                tenths = rules.thresholds.too_small
            if tenths == 0 or (is_node and tenths is not None and tenths < rules.thresholds.node_normal):
                return Response.CR
            return Response.NN
        case Merged() | Split():
            return Response.NN
        case UnequivocalProgression():
            return Response.PD
        case NotEvaluable():
            return Response.NE
        case _:
            assert_never(finding)


def proven(track: Track) -> tuple[bool | None, ...]:
    """At each time point, what histology or cytology has shown so far: True malignant, False not, None unknown."""
    known: bool | None = None
    found: list[bool | None] = []
    for observation in track.observations:
        features = NOTHING_NOTED if observation is None else observation.features
        if features is not NOTHING_NOTED:
            for result in (features.cytology, features.proof):
                if result is not None:
                    known = result is Proof.POSITIVE
        found.append(known)
    return tuple(found)
