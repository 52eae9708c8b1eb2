"""What the decision tables look at: responses, viability, gates and judgements at one time point."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from operator import attrgetter
from typing import NamedTuple

from mrecist.case import Benefit, ClinicalStatus, Ineligibility
from mrecist.decisions.gates import Gate
from mrecist.filled import Filled
from mrecist.lesions import Present, UnequivocalProgression
from mrecist.newlesion import Verdict
from mrecist.nontarget import NonTarget
from mrecist.region import Judged, Scoped
from mrecist.results import Decision
from mrecist.tracks import Track
from mrecist.values import Response


class Viability(StrEnum):
    """Is there viable tumour in the liver? Unknown where none is seen, but something was not evaluable."""

    VIABLE = "viable"
    NONE = "none"
    UNKNOWN = "unknown"


class Answers(NamedTuple):
    """What was judged or reported at one time point, and ECOG: all that the tables see of a `ClinicalStatus`."""

    ecog: int | None = None
    tace_benefit: Benefit | None = None
    tace_planned: bool | None = None
    ineligibility_confirmed: Ineligibility | None = None
    sorafenib_tolerable: bool | None = None
    clinical_worsening: bool | None = None
    resectable: bool | None = None
    systemic_benefit: Benefit | None = None

    @classmethod
    def of(cls, clinical: ClinicalStatus) -> Answers:
        return cls._make(_answers(clinical))


_answers = attrgetter(*Answers._fields)


class Sessions(StrEnum):
    """How far a series of sessions has come that the protocol bounds from below and above."""

    TOO_FEW = "too_few"
    ENOUGH = "enough"
    COMPLETE = "complete"


class Radiotherapy(StrEnum):
    """How far radiotherapy has come, and whether the response to it is due."""

    NOT_RECORDED = "not_recorded"
    UNDER_WAY = "under_way"
    TOO_EARLY = "too_early"
    DUE = "due"


class Trend(StrEnum):
    """A tumour marker against its last value. Unknown where one of the two, or which is higher, is not known."""

    RISING = "rising"
    NOT_RISING = "not_rising"
    UNKNOWN = "unknown"


class Facts(NamedTuple):
    """What else was given and found up to a time point; left as it is where no row of the protocol looks at it.

    `arm_has_tace` is None where the arm is not recorded. `operated`: a resection or transplantation is recorded.
    """

    overall: Response | None = None
    arm_has_tace: bool | None = None
    sessions: Sessions = Sessions.TOO_FEW
    session_count: int = 0
    sorafenib_begun: bool = False
    radiotherapy: Radiotherapy = Radiotherapy.NOT_RECORDED
    operated: bool = False
    marker: Trend = Trend.UNKNOWN
    marker_text: str = ""


NO_FACTS = Facts()


class Situation(NamedTuple):
    """The inputs of both decision tables at one time point.

    It holds everything that a row may look at, so that equal situations have equal decisions.
    `failure_declared_at` names the earlier time point that declared TACE failure; consent once withdrawn stays
    withdrawn; every other input holds for its own time point. `tace` is what follows for TACE, once that is known.
    """

    intrahepatic: Response
    extrahepatic: Response
    viability: Viability
    extrahepatic_rests_on_node: bool
    extrahepatic_covered: bool
    clinical: Answers
    gates: tuple[Gate, ...]
    missing: tuple[str, ...]
    consent_withdrawn: bool
    failure_declared_at: str | None
    facts: Facts = NO_FACTS
    tace: Decision | None = None

    def after(self, tace: Decision) -> Situation:
        """The same, once it is known what follows for TACE."""
        return self._replace(tace=tace)

    @property
    def benefit(self) -> Benefit | None:
        """Yes or no when signed; undetermined and absent are the same."""
        signed = self.clinical.tace_benefit
        return None if signed is Benefit.UNDETERMINED else signed

    @property
    def systemic_benefit(self) -> Benefit | None:
        """The same of the systemic treatment."""
        signed = self.clinical.systemic_benefit
        return None if signed is Benefit.UNDETERMINED else signed

    @property
    def tumour_free(self) -> bool:
        """Neither region shows tumour: each is in CR, had no disease, or (the liver) has nothing viable left."""
        none = (Response.CR, Response.ND)
        liver = self.intrahepatic in none or (self.viability is Viability.NONE and self.intrahepatic is not Response.NE)
        return liver and self.extrahepatic in none

    @property
    def gates_text(self) -> Filled:
        return Filled.joined(g.text for g in self.gates)


def viability(judged: Judged, liver: Scoped, target_tracks: Sequence[Track]) -> Viability:
    """Whether viable tumour is seen in the liver.

    Ordered decision table; the first row that holds decides.

    ======= ============================================================================= =======
    row     when                                                                          viable
    ======= ============================================================================= =======
    new     a new liver lesion counts at this time point                                  yes
    target  a liver target counts more than 0 mm, or is there without a diameter          yes
    other   a liver non-target is there                                                   yes
    unknown the liver was not imaged, or a liver lesion is not evaluable                  unknown
    none    otherwise                                                                     no
    ======= ============================================================================= =======
    """
    index = judged.index
    if judged.counted or any([x.tenths[index] for x in liver.targets]):
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
    return isinstance(finding, (Present, UnequivocalProgression)) and (
        finding.diameter is None or finding.diameter.tenths > 0
    )
