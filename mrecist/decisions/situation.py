"""What the decision tables look at: responses, viability, gates and judgements at one time point."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from mrecist.case import Benefit, Case, ClinicalStatus, EventKind, Protocol
from mrecist.lesions import Present, UnequivocalProgression
from mrecist.liver import Gate
from mrecist.newlesion import Verdict
from mrecist.nontarget import NonTarget
from mrecist.region import Judged, Scoped
from mrecist.results import DecisionInput
from mrecist.tracks import Track
from mrecist.values import Response


class Viability(StrEnum):
    """Is there viable tumour in the liver? Unknown where none is seen, but something was not evaluable."""

    VIABLE = "viable"
    NONE = "none"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Situation:
    """The inputs of both decision tables at one time point.

    `failure_declared_at` names the earlier time point that declared TACE failure; consent once withdrawn stays
    withdrawn; every other input holds for its own time point.
    """

    intrahepatic: Response
    extrahepatic: Response
    viability: Viability
    extrahepatic_rests_on_node: bool
    extrahepatic_covered: bool
    clinical: ClinicalStatus
    gates: tuple[Gate, ...]
    missing: tuple[str, ...]
    consent_withdrawn: bool
    failure_declared_at: str | None

    @property
    def benefit(self) -> Benefit | None:
        """Yes or no when signed; undetermined and absent are the same."""
        signed = self.clinical.tace_benefit
        return None if signed is Benefit.UNDETERMINED else signed

    @property
    def gates_text(self) -> str:
        text = "; ".join(g.text for g in self.gates)
        return text[:1].upper() + text[1:]


def asks_decisions(case: Case) -> bool:
    """Is this a case of COTSOM, or is anything on record that a decision rests on: clinical data, withdrawn consent?"""
    return (
        case.protocol == Protocol.COTSOM
        or any(t.clinical is not None for t in case.timepoints)
        or any(e.kind is EventKind.CONSENT_WITHDRAWN for e in case.events)
    )


def viability(judged: Judged, liver: Scoped, target_tracks: Sequence[Track]) -> Viability:
    """Whether viable tumour is seen in the liver: a target above 0, a non-target, or a counted new lesion."""
    index = judged.index
    if judged.counted or any(x.tenths[index] for x in liver.targets):
        return Viability.VIABLE
    if any(_seen(x, index) for x in liver.nontargets) or any(_visible(t, index) for t in target_tracks):
        return Viability.VIABLE
    unknown = (
        not judged.covered
        or any(x.tenths[index] is None for x in liver.targets)
        or any(x.responses[index] is Response.NE for x in liver.nontargets)
        or any(x.verdicts[index] is Verdict.NOT_EVALUABLE for x in liver.new)
    )
    return Viability.UNKNOWN if unknown else Viability.NONE


def _seen(lesion: NonTarget, index: int) -> bool:
    return lesion.responses[index] in (Response.NN, Response.PD)


def _visible(track: Track, index: int) -> bool:
    """A target that is there without a diameter that could be counted."""
    observation = track.observations[index]
    if observation is None:
        return False
    finding = observation.finding
    return isinstance(finding, Present | UnequivocalProgression) and (
        finding.diameter is None or finding.diameter.tenths > 0
    )


def judged_input(name: str, value: bool | Benefit | None, good: object, words: dict[object, str]) -> DecisionInput:
    """One judgement as the card shows it: an open question until it is answered."""
    if value is None or value is Benefit.UNDETERMINED:
        return DecisionInput(name, "not answered" if value is None else "cannot say yet", "judged", "open")
    return DecisionInput(name, words[value], "judged", "met" if value == good else "alert")


def reported_input(name: str, reported: bool) -> DecisionInput:
    """An event that counts only once it is reported."""
    return DecisionInput(name, "reported" if reported else "none reported", "recorded", "alert" if reported else "met")


def gate_inputs(situation: Situation) -> tuple[DecisionInput, ...]:
    """ECOG and liver function as the card shows them."""
    found = []
    for kind, name in (("ecog", "ECOG"), ("liver", "Liver function")):
        crossed = [g.text for g in situation.gates if g.kind == kind]
        missing = [m for m in situation.missing if (m == "ecog") == (kind == "ecog")]
        if crossed:
            found.append(DecisionInput(name, "; ".join(crossed), "recorded", "alert"))
        elif missing:
            words = ", ".join(LABELS[m] for m in missing)
            found.append(DecisionInput(name, f"{words} not recorded", "recorded", "open"))
        else:
            value = str(situation.clinical.ecog) if kind == "ecog" else "no gate"
            found.append(DecisionInput(name, value, "recorded", "met"))
    return tuple(found)


LABELS = {
    "ecog": "ECOG",
    "bilirubin_mg_dl": "bilirubin",
    "albumin_g_dl": "albumin",
    "inr": "INR",
    "ascites": "ascites",
    "encephalopathy": "encephalopathy",
    "tace_benefit": "TACE benefit",
    "tace_planned": "next TACE planned",
    "sorafenib_tolerable": "sorafenib tolerable",
    "eligibility": "eligibility",
    "eligibility data": "eligibility data",
    "imaging": "liver imaging",
    "clinical_worsening": "clinical worsening",
}
