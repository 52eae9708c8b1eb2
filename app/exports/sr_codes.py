"""The coded terms of structured reports: those of DICOM, SNOMED and NCI where they exist, else codes of our own.

mRECIST has no code in the standard (context group 6147 has RECIST 1.0 and 1.1 only), hence `MRECIST` with its meaning.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from mrecist.lesions import Lesion
from mrecist.values import Axis, LesionKind, LesionRole, Organ, Response, Scope, Segment

OWN_SCHEME = "99HEPATRACE"


class Term(NamedTuple):
    """A coded term."""

    value: str
    scheme: str
    meaning: str

    def is_(self, value: str, scheme: str) -> bool:
        """Whether it is the term of this code, whatever words go with it."""
        return (self.value, self.scheme) == (value, scheme)


def _own(value: str, meaning: str) -> Term:
    return Term(value, OWN_SCHEME, meaning)


LONG_AXIS = Term("103339001", "SCT", "Long Axis")
SHORT_AXIS = Term("103340004", "SCT", "Short Axis")
LENGTH = Term("410668003", "SCT", "Length")
LESION = Term("52988006", "SCT", "Lesion")
THROMBUS = Term("396339007", "SCT", "Thrombus")
EFFUSION = Term("60046008", "SCT", "Pleural effusion")
ABNORMAL = Term("49755003", "SCT", "Morphologically Abnormal Structure")
NEOPLASM = Term("108369006", "SCT", "Neoplasm")
IMAGING_PROCEDURE = Term("363679005", "SCT", "Imaging procedure")
MM = Term("mm", "UCUM", "millimeter")
DAY = Term("d", "UCUM", "day")
COMMENT = Term("121106", "DCM", "Comment")
QUALITATIVE_EVALUATIONS = Term("C0034375", "UMLS", "Qualitative Evaluations")
METHOD = Term("112021", "DCM", "Response Evaluation Method")
RECIST_1_1 = Term("126081", "DCM", "RECIST 1.1")
MRECIST = _own("MRECIST", "mRECIST, modified RECIST for hepatocellular carcinoma")
RULESET = _own("RULESET", "Rule set and version")
COMPOSITE = _own("RESP_COMPOSITE", "Composite response of both regions")
SUM = _own("SUM_DIAMETERS", "Sum of the diameters of targets")
ROLE = _own("ROLE", "Role of the lesion in the response")
FINDING = _own("FINDING", "What was found of the lesion")
DAY_0 = _own("DAY_0", "Day 0, start of treatment")

RESPONSE_OF: Mapping[Scope, Term] = MappingProxyType(
    {
        Scope.INTRAHEPATIC: _own("RESP_INTRA", "Intrahepatic response"),
        Scope.EXTRAHEPATIC: _own("RESP_EXTRA", "Extrahepatic response"),
        Scope.OVERALL: _own("RESP_OVERALL", "Overall response, both regions pooled"),
    }
)

RESPONSES: Mapping[Response, Term] = MappingProxyType(
    {
        Response.CR: Term("C4870", "NCIt", "Complete Response"),
        Response.PR: Term("C18058", "NCIt", "Partial Response"),
        Response.SD: Term("C18213", "NCIt", "Stable Disease"),
        Response.PD: Term("C35571", "NCIt", "Progressive Disease"),
        Response.NE: Term("C62222", "NCIt", "Unevaluable"),
        Response.NN: Term("C96700", "NCIt", "Non-Complete Response/Non-Progressive Disease"),
        Response.ND: _own("ND", "No disease in this region"),
        Response.NA: _own("NA", "Not applicable: no target"),
    }
)

ROLES: Mapping[LesionRole, Term] = MappingProxyType(
    {
        LesionRole.TARGET: _own("TARGET", "Target lesion"),
        LesionRole.NONTARGET: _own("NONTARGET", "Non-target lesion"),
        LesionRole.NEW: _own("NEW", "New lesion"),
    }
)

FINDINGS: Mapping[str, Term] = MappingProxyType(
    {
        "Measured": _own("MEASURED", "Measured"),
        "Absent": _own("ABSENT", "Absent: disappeared, or no viable tumour left"),
        "Nonviable": _own("NONVIABLE", "Visible without arterial enhancement"),
        "TooSmall": _own("TOO_SMALL", "Too small to measure"),
        "Present": _own("PRESENT", "Present"),
        "UnequivocalProgression": _own("UNEQUIVOCAL_PD", "Unequivocal progression"),
        "NotEvaluable": _own("NOT_EVALUABLE", "Not evaluable"),
        "Merged": _own("MERGED", "Merged with another lesion"),
        "Split": _own("SPLIT", "Split into fragments that are measured apart"),
    }
)

AXES: Mapping[Axis, Term] = MappingProxyType(
    {
        Axis.VIABLE_LONGEST: _own("VIABLE_LONGEST", "Longest diameter of viable, arterially enhancing tumour"),
        Axis.LONGEST: _own("LONGEST", "Longest diameter"),
        Axis.SHORT: _own("SHORT", "Short axis, at right angles to the longest diameter"),
    }
)
"""How the diameter of the lesion's own axis was measured."""

WHOLE_LONGEST = _own("WHOLE_LONGEST", "Longest diameter of the whole lesion, viable or not")
PROPOSED_FIRST = _own("PROPOSED_FIRST", "Diameter as the assistant proposed it first")
PROPOSED_LAST = _own("PROPOSED_LAST", "Diameter as the assistant proposed it last")
"""The second is of the threshold and the reference that the reader accepted."""
ACROSS = _own("ACROSS", "Longest diameter at right angles to the long axis")

SITES: Mapping[Organ, Term] = MappingProxyType(
    {
        Organ.LIVER: Term("10200004", "SCT", "Liver"),
        Organ.PORTAL_VEIN: Term("32764006", "SCT", "Portal vein"),
        Organ.HEPATIC_VEIN: Term("8993003", "SCT", "Hepatic vein"),
        Organ.BILE_DUCT: Term("28273000", "SCT", "Bile duct"),
        Organ.LUNG: Term("39607008", "SCT", "Lung"),
        Organ.PLEURA: Term("3120008", "SCT", "Pleura"),
        Organ.PERITONEUM: Term("15425007", "SCT", "Peritoneum"),
        Organ.ADRENAL: Term("23451007", "SCT", "Adrenal gland"),
        Organ.BONE: Term("272673000", "SCT", "Bone"),
        Organ.LYMPH_NODE: Term("59441001", "SCT", "Lymph node"),
        Organ.LYMPH_NODE_PERIPORTAL: Term("61492009", "SCT", "Hepatic lymph node"),
        Organ.MUSCLE: Term("71616004", "SCT", "Muscle"),
        Organ.BRAIN: Term("12738006", "SCT", "Brain"),
        Organ.SPLEEN: Term("78961009", "SCT", "Spleen"),
        Organ.KIDNEY: Term("64033007", "SCT", "Kidney"),
        Organ.SKIN: Term("39937001", "SCT", "Skin"),
    }
)
"""Finding sites; an organ that the reader called "other" has none."""

SEGMENTS: Mapping[Segment, Term] = MappingProxyType(
    {
        Segment.I: Term("71133005", "SCT", "Couinaud hepatic segment I"),
        Segment.II: Term("277956007", "SCT", "Couinaud hepatic segment II"),
        Segment.III: Term("277957003", "SCT", "Couinaud hepatic segment III"),
        Segment.IV: Term("277958008", "SCT", "Couinaud hepatic segment IV"),
        Segment.IVA: Term("871688003", "SCT", "Couinaud hepatic segment IVa"),
        Segment.IVB: Term("871689006", "SCT", "Couinaud hepatic segment IVb"),
        Segment.V: Term("277959000", "SCT", "Couinaud hepatic segment V"),
        Segment.VI: Term("277960005", "SCT", "Couinaud hepatic segment VI"),
        Segment.VII: Term("277961009", "SCT", "Couinaud hepatic segment VII"),
        Segment.VIII: Term("277962002", "SCT", "Couinaud hepatic segment VIII"),
    }
)


def sites_of(lesion: Lesion) -> tuple[Term, ...]:
    """Where a lesion lies: its liver segments, else its organ; nothing where the reader said "other"."""
    if lesion.organ is Organ.LIVER and lesion.segments:
        return tuple(SEGMENTS[segment] for segment in lesion.segments)
    return (SITES[lesion.organ],) if lesion.organ in SITES else ()


def kind_of(lesion: Lesion) -> Term:
    """What the finding is."""
    match lesion.kind:
        case LesionKind.TUMOUR_THROMBUS:
            return THROMBUS
        case LesionKind.EFFUSION if lesion.organ is Organ.PLEURA:
            return EFFUSION
        case _:
            return LESION
