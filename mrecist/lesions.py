"""Lesions, and what a reader found of one lesion at one time point."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from mrecist.values import (
    Axis,
    Certainty,
    Diameter,
    EarlierAbsence,
    LesionKind,
    LesionRole,
    Line,
    LocalTreatment,
    Organ,
    Proof,
    Region,
    SeenOn,
    Segment,
)


@dataclass(frozen=True, slots=True)
class Lesion:
    """One lesion of one read, followed over all time points.

    `id` is its name in the read (IT1 intrahepatic target, ET1 extrahepatic target, INT1 / ENT1 non-target,
    IN1 / EN1 new lesion). `axis` says which diameter counts. `site` is the reader's own words. `parent` is the target
    that this one is a fragment of: its diameter is added to the sum wherever that target is recorded as split.
    """

    id: str
    region: Region
    role: LesionRole
    organ: Organ
    kind: LesionKind = LesionKind.OTHER
    axis: Axis | None = None
    segments: tuple[Segment, ...] = ()
    site: str = ""
    parent: str | None = None

    @property
    def is_node(self) -> bool:
        return self.kind is LesionKind.LYMPH_NODE or self.organ in (Organ.LYMPH_NODE, Organ.LYMPH_NODE_PERIPORTAL)

    @property
    def is_periportal_node(self) -> bool:
        return self.organ is Organ.LYMPH_NODE_PERIPORTAL

    @property
    def is_bone(self) -> bool:
        return self.kind is LesionKind.BONE or self.organ is Organ.BONE

    @property
    def is_liver_nodule(self) -> bool:
        """A nodule of the liver itself, whose size and vascular pattern decide whether it is new tumour."""
        return self.region is Region.INTRAHEPATIC and self.organ is Organ.LIVER and self.kind is LesionKind.OTHER


# --- what can be found of a lesion: exactly one of these at a time point -------------------------------------------


@dataclass(frozen=True, slots=True)
class Measured:
    """A diameter that the criteria count (viable in the liver, short axis of a node, else longest).

    `whole` is the longest diameter of the whole lesion, used by the RECIST 1.1 result that runs in parallel.
    `evidence` holds the lines `diameter` was read from (several for a split lesion, whose parts are added),
    `whole_evidence` those of `whole`.
    """

    diameter: Diameter
    whole: Diameter | None = None
    evidence: tuple[Line, ...] = ()
    whole_evidence: tuple[Line, ...] = ()


@dataclass(frozen=True, slots=True)
class Absent:
    """Disappeared; in the liver: no viable tumour left. `whole` is what remains visible of it, when measured."""

    whole: Diameter | None = None


@dataclass(frozen=True, slots=True)
class Nonviable:
    """Still visible, no arterial enhancement. Counts as absent; said of liver lesions."""

    whole: Diameter | None = None


@dataclass(frozen=True, slots=True)
class TooSmall:
    """Seen but too small to measure: counts 5 mm (RECIST 1.1), or the diameter that the reader gave."""

    diameter: Diameter | None = None
    whole: Diameter | None = None


@dataclass(frozen=True, slots=True)
class Present:
    """A non-target or new lesion that is there; `diameter` where a size was noted."""

    diameter: Diameter | None = None
    whole: Diameter | None = None
    evidence: tuple[Line, ...] = ()


@dataclass(frozen=True, slots=True)
class UnequivocalProgression:
    """A non-target that has worsened beyond doubt."""

    diameter: Diameter | None = None


class WhyNotEvaluable(StrEnum):
    NOT_IMAGED = "not_imaged"
    NO_ARTERIAL_PHASE = "no_arterial_phase"
    ARTEFACT = "artefact"
    LIPIODOL = "lipiodol"
    TREATED = "treated"
    OTHER = "other"
    NOT_STATED = "not_stated"


@dataclass(frozen=True, slots=True)
class NotEvaluable:
    why: WhyNotEvaluable = WhyNotEvaluable.NOT_STATED
    note: str = ""


@dataclass(frozen=True, slots=True)
class Merged:
    """Fused with another lesion, whose diameter counts once for both; contributes 0 and is not absent."""

    into: str | None = None


@dataclass(frozen=True, slots=True)
class Split:
    """A target that came apart: each fragment is a lesion of its own, and their diameters are added in its place."""


Finding = Measured | Absent | Nonviable | TooSmall | Present | UnequivocalProgression | NotEvaluable | Merged | Split


@dataclass(frozen=True, slots=True)
class Features:
    """What a reader noted of a lesion at a time point beside its finding; None is "not stated".

    `treated_since` is the local treatment of this lesion since the time point before; `treatment_id` names it in the
    patient's treatments, where it stands there. `settled_on` is the date on which a lesion in doubt was confirmed or
    refuted. `earlier_absence` answers, of a lesion that is seen again, whether it had been gone.

    `overrides` justifies what does not conform, a single rule each, one of `mrecist.case.RULES_OF_LESION`: an objection
    of another rule stays open. `override` is the older form, one reason for all objections to this lesion here.
    """

    typical_vascular_pattern: bool | None = None
    certainty: Certainty | None = None
    cytology: Proof | None = None
    proof: Proof | None = None
    seen_on: SeenOn | None = None
    arterial_enhancement: bool | None = None
    well_delineated: bool | None = None
    previously_treated: bool | None = None
    lipiodol_compact: bool | None = None
    hypovascular: bool | None = None
    soft_tissue: Diameter | None = None
    override: str = ""
    treated_since: LocalTreatment | None = None
    treatment_id: str = ""
    settled_on: date | None = None
    earlier_absence: EarlierAbsence | None = None
    overrides: tuple[tuple[str, str], ...] = ()

    def justification(self, rule: str) -> str:
        """Why what this rule objects to is accepted; empty where nobody said so."""
        return next((why for name, why in self.overrides if name == rule), self.override).strip()

    def justified(self, rule: str, reason: str) -> Features:
        """The same with a reason for what this rule objects to, and for nothing else."""
        return replace(self, overrides=(*self.unjustified(rule).overrides, (rule, reason.strip())))

    def unjustified(self, *rules: str) -> Features:
        """The same without the reasons that were given for these rules."""
        return replace(self, overrides=tuple(x for x in self.overrides if x[0] not in rules))


NOTHING_NOTED = Features()
"""One for all: most observations note nothing beside their finding."""


@dataclass(frozen=True, slots=True)
class Observation:
    """One lesion at one time point in one read."""

    lesion_id: str
    finding: Finding
    features: Features = NOTHING_NOTED
