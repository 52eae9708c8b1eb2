"""What a column of a table may be beside a laboratory value, and the words that are read in it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from mrecist.case import Ascites, EventKind, TreatmentKind


class Meaning(StrEnum):
    """What a column is. Those that begin with ``date_of_`` are columns of dates of their own."""

    TIME_POINT = "time_point"
    ECOG = "ecog"
    ASCITES = "ascites"
    ENCEPHALOPATHY = "encephalopathy"
    WHAT = "what"
    STEP = "step"
    UNTIL = "until"
    DOSE = "dose"
    CYCLE = "cycle"
    DOSE_GY = "dose_gy"
    FRACTIONS = "fractions"
    NOTE = "note"
    ARM = "arm"
    CONSENT = "date_of_consent"
    ENROLMENT = "date_of_enrolment"
    RANDOMISATION = "date_of_randomisation"
    DEATH = "date_of_death"
    LAST_CONTACT = "date_of_last_contact"
    WITHDRAWAL = "date_of_consent_withdrawn"
    TACE = "date_of_TACE"
    RESECTION = "date_of_resection"
    ABLATION = "date_of_ablation"
    METASTASECTOMY = "date_of_metastasectomy"
    TRANSPLANTATION = "date_of_transplantation"


class Step(StrEnum):
    """What a row tells of a treatment."""

    BEGUN = "begun"
    DOSE_CHANGE = "dose change"
    ENDED = "ended"


class EnrolmentStep(StrEnum):
    """What a row may tell of the enrolment; the values are the fields of `Enrolment`."""

    CONSENTED = "consented"
    ENROLLED = "enrolled"
    RANDOMISED = "randomised"


What = TreatmentKind | EventKind | EnrolmentStep

STATUS = (Meaning.ECOG, Meaning.ASCITES, Meaning.ENCEPHALOPATHY)
OF_A_ROW = (
    Meaning.STEP, Meaning.UNTIL, Meaning.DOSE, Meaning.CYCLE, Meaning.DOSE_GY, Meaning.FRACTIONS, Meaning.NOTE
)  # fmt: skip
"""These say more of what the column `WHAT` names, and mean nothing without it."""

DATED: Mapping[Meaning, What] = MappingProxyType(
    {
        Meaning.CONSENT: EnrolmentStep.CONSENTED,
        Meaning.ENROLMENT: EnrolmentStep.ENROLLED,
        Meaning.RANDOMISATION: EnrolmentStep.RANDOMISED,
        Meaning.DEATH: EventKind.DEATH,
        Meaning.LAST_CONTACT: EventKind.LAST_CONTACT,
        Meaning.WITHDRAWAL: EventKind.CONSENT_WITHDRAWN,
        Meaning.TACE: TreatmentKind.TACE,
        Meaning.RESECTION: TreatmentKind.RESECTION,
        Meaning.ABLATION: TreatmentKind.ABLATION,
        Meaning.METASTASECTOMY: TreatmentKind.METASTASECTOMY,
        Meaning.TRANSPLANTATION: TreatmentKind.TRANSPLANTATION,
    }
)
"""Columns of dates, and what happened on them."""

TITLES: Mapping[Meaning, str] = MappingProxyType(
    {
        Meaning.TIME_POINT: "name of the time point",
        Meaning.ECOG: "ECOG",
        Meaning.ASCITES: "Ascites",
        Meaning.ENCEPHALOPATHY: "Encephalopathy, grade",
        Meaning.WHAT: "treatment or event",
        Meaning.STEP: "begun, dose change or ended",
        Meaning.UNTIL: "Ended on",
        Meaning.DOSE: "Dose",
        Meaning.CYCLE: "number of the cycle",
        Meaning.DOSE_GY: "Dose of radiation",
        Meaning.FRACTIONS: "Fractions",
        Meaning.NOTE: "Note",
        Meaning.ARM: "Arm",
        Meaning.CONSENT: "date of consent",
        Meaning.ENROLMENT: "date of enrolment",
        Meaning.RANDOMISATION: "date of randomisation",
        Meaning.DEATH: "date of death",
        Meaning.LAST_CONTACT: "date of last contact",
        Meaning.WITHDRAWAL: "date of withdrawn consent",
        Meaning.TACE: "date of TACE",
        Meaning.RESECTION: "date of resection",
        Meaning.ABLATION: "date of ablation",
        Meaning.METASTASECTOMY: "date of metastasectomy",
        Meaning.TRANSPLANTATION: "date of transplantation",
    }
)

HEADINGS: Mapping[Meaning, tuple[str, ...]] = MappingProxyType(
    {
        Meaning.TIME_POINT: ("timepoint", "visit", "exam"),
        Meaning.ECOG: ("ecog", "ps", "ecogps", "performancestatus", "ecogperformancestatus"),
        Meaning.ASCITES: ("ascites",),
        Meaning.ENCEPHALOPATHY: ("encephalopathy", "he", "hepaticencephalopathy", "encephalopathygrade"),
        Meaning.WHAT: ("what", "treatment", "event", "treatmentorevent", "therapy", "procedure", "kind"),
        Meaning.STEP: ("step", "change", "action"),
        Meaning.UNTIL: ("until", "end", "ended", "enddate", "endedon", "stop", "stopdate", "stopped"),
        Meaning.DOSE: ("dose", "dosage", "drugdose"),
        Meaning.CYCLE: ("cycle", "cycleno", "cyclenumber"),
        Meaning.DOSE_GY: ("gy", "dosegy", "totaldosegy", "totaldose", "radiationdose", "cgy"),
        Meaning.FRACTIONS: ("fractions", "fx", "numberoffractions"),
        Meaning.NOTE: ("note", "notes", "comment", "remark", "reason"),
        Meaning.ARM: ("arm", "studyarm", "treatmentarm", "group"),
        Meaning.CONSENT: ("consent", "consentdate", "dateofconsent", "informedconsent"),
        Meaning.ENROLMENT: ("enrolment", "enrollment", "enrolled", "enrolmentdate", "enrollmentdate"),
        Meaning.RANDOMISATION: ("randomisation", "randomization", "randomised", "randomized", "randomisationdate",
                                "randomizationdate"),
        Meaning.DEATH: ("death", "deathdate", "dateofdeath", "died"),
        Meaning.LAST_CONTACT: ("lastcontact", "lastcontactdate", "dateoflastcontact", "lastfollowup",
                               "lastfollowupdate"),
        Meaning.WITHDRAWAL: ("consentwithdrawn", "withdrawal", "withdrawaldate"),
        Meaning.TACE: ("tace", "tacedate", "dateoftace", "tace1", "tace2", "tace3", "tace4", "tace5", "tace6"),
        Meaning.RESECTION: ("resection", "resectiondate", "dateofresection"),
        Meaning.ABLATION: ("ablation", "ablationdate", "rfadate", "dateofablation"),
        Meaning.METASTASECTOMY: ("metastasectomy", "metastasectomydate"),
        Meaning.TRANSPLANTATION: ("transplantation", "transplantdate", "transplantationdate"),
    }
)  # fmt: skip
"""Headings, without blanks and signs, from which a meaning is proposed."""

_WHAT: Mapping[What, tuple[str, ...]] = MappingProxyType(
    {
        TreatmentKind.TACE: ("tace", "ctace", "debtace", "chemoembolisation", "chemoembolization"),
        TreatmentKind.SORAFENIB: ("sorafenib", "nexavar"),
        TreatmentKind.HAIC: ("haic", "hai", "hepaticarterialinfusion", "hepaticarterialinfusionchemotherapy"),
        TreatmentKind.RADIOTHERAPY: ("radiotherapy", "rt", "sbrt", "ebrt", "radiation"),
        TreatmentKind.ABLATION: ("ablation", "rfa", "mwa", "pei", "radiofrequencyablation", "microwaveablation"),
        TreatmentKind.RESECTION: ("resection", "hepatectomy", "liverresection"),
        TreatmentKind.METASTASECTOMY: ("metastasectomy",),
        TreatmentKind.TRANSPLANTATION: ("transplantation", "livertransplantation", "transplant", "livertransplant"),
        TreatmentKind.FLUOROURACIL_MITOMYCIN: ("fluorouracilmitomycin", "5fumitomycin", "5fumitomycinc", "fm"),
        TreatmentKind.OTHER: ("other", "othertreatment"),
        EventKind.DEATH: ("death", "died", "dead"),
        EventKind.LAST_CONTACT: ("lastcontact", "lastfollowup", "lastseen", "alive"),
        EventKind.CONSENT_WITHDRAWN: ("consentwithdrawn", "withdrawalofconsent", "withdrawal"),
        EventKind.NEW_THERAPY: ("newtherapy", "newtreatment", "newanticancertherapy"),
        EnrolmentStep.CONSENTED: ("consent", "consented", "informedconsent"),
        EnrolmentStep.ENROLLED: ("enrolment", "enrollment", "enrolled", "registration"),
        EnrolmentStep.RANDOMISED: ("randomisation", "randomization", "randomised", "randomized"),
    }
)

_STEPS: Mapping[Step, tuple[str, ...]] = MappingProxyType(
    {
        Step.BEGUN: ("", "begun", "begin", "start", "started", "session"),
        Step.DOSE_CHANGE: ("dosechange", "change", "changed", "reduced", "reduction", "increased", "interrupted",
                           "interruption", "resumed"),
        Step.ENDED: ("ended", "end", "stop", "stopped", "discontinued"),
    }
)  # fmt: skip

_ASCITES: Mapping[Ascites, tuple[str, ...]] = MappingProxyType(
    {
        Ascites.NONE: ("none", "no", "absent"),
        Ascites.SLIGHT: ("slight", "mild", "controlled"),
        Ascites.MODERATE: ("moderate", "severe", "massive", "refractory", "moderatetosevere"),
    }
)


def plain(text: str) -> str:
    """A word without capitals, blanks and signs."""
    return re.sub(r"[\s_\-./+()\[\]]", "", text.lower())


def read_what(text: str) -> What:
    """The treatment, the event or the step of enrolment that is named; raises ValueError where none is."""
    found = next((what for what, words in _WHAT.items() if plain(text) in words), None)
    if found is None:
        known = ", ".join(x.value.replace("_", " ") for x in _WHAT)
        raise ValueError(f"{text!r} is none of {known}")
    return found


def is_own_word(text: str, what: What) -> bool:
    """Is it written as the program itself writes it? Else what was written is kept as a note."""
    return plain(text) == plain(what.value)


def read_step(text: str) -> Step:
    """What the row tells of the treatment; raises ValueError."""
    found = next((step for step, words in _STEPS.items() if plain(text) in words), None)
    if found is None:
        raise ValueError(f"{text!r} is none of {', '.join(x.value for x in Step)}")
    return found


def read_ascites(text: str) -> Ascites:
    """None, slight or moderate. A number is refused: it may be a grade or Child-Pugh points. Raises ValueError."""
    found = next((grade for grade, words in _ASCITES.items() if plain(text) in words), None)
    if found is None:
        raise ValueError(f"{text!r} is none of none, slight, moderate; a number may be a grade or points")
    return found


def read_grade(text: str, most: int) -> int:
    """A whole number from 0 to `most`; ``none`` is 0. Raises ValueError."""
    matched = re.fullmatch(r"(?:ecog|ps|grade)?([0-9])", plain(text))
    if plain(text) == "none":
        return 0
    if matched is None or int(matched[1]) > most:
        raise ValueError(f"{text!r} is no grade from 0 to {most}")
    return int(matched[1])
