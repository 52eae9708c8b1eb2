"""Findings that the criteria follow without a size: effusions, ascites, tumour thrombi. Pure; no Qt.

They enter the read without a line: as non-targets at baseline, as new lesions later, where the form then asks for
cytology, or whether the thrombus is tumour.
"""

from __future__ import annotations

from dataclasses import dataclass

from app.models.reading import Reading
from app.state.events import LesionAdded
from app.state.naming import default_axis, next_lesion_name
from app.words import kind_word, organ_word, translated
from mrecist.lesions import Lesion, Observation, Present
from mrecist.values import LesionKind, LesionRole, Organ, Region


@dataclass(frozen=True, slots=True)
class Unmeasured:
    """A kind of finding without a size, and where it is."""

    region: Region
    organ: Organ
    kind: LesionKind

    @property
    def word(self) -> str:
        """What the reader chooses."""
        if self.kind is LesionKind.TUMOUR_THROMBUS:
            named = {"kind": kind_word(self.kind), "organ": organ_word(self.organ).lower()}
            return translated("{kind}, {organ}", **named)
        return translated("Ascites") if self.organ is Organ.PERITONEUM else translated("Pleural effusion")


UNMEASURED = (
    Unmeasured(Region.INTRAHEPATIC, Organ.PORTAL_VEIN, LesionKind.TUMOUR_THROMBUS),
    Unmeasured(Region.INTRAHEPATIC, Organ.HEPATIC_VEIN, LesionKind.TUMOUR_THROMBUS),
    Unmeasured(Region.INTRAHEPATIC, Organ.BILE_DUCT, LesionKind.TUMOUR_THROMBUS),
    Unmeasured(Region.EXTRAHEPATIC, Organ.PLEURA, LesionKind.EFFUSION),
    Unmeasured(Region.EXTRAHEPATIC, Organ.PERITONEUM, LesionKind.EFFUSION),
)


def noted(reading: Reading, what: Unmeasured) -> LesionAdded:
    """The edit that notes it at the open time point, as present."""
    role = LesionRole.NONTARGET if reading.at_baseline else LesionRole.NEW
    name = next_lesion_name((x.id for x in reading.lesions), what.region, role)
    axis = default_axis(what.region, what.kind)
    lesion = Lesion(name, what.region, role, what.organ, what.kind, axis, site=what.word)
    return LesionAdded(lesion, reading.visit_id, Observation(name, Present()))
