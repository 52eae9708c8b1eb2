"""The clinical course of the demonstration patient, read from ``resources/demo/story.toml``."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date
from importlib import resources

from app.demo.truth import MarkerValue, TrueResponses, converter
from app.state.record import DatedTreatment, Judgement, Patient
from mrecist.case import ClinicalStatus
from mrecist.lesions import Lesion


@dataclass(frozen=True, slots=True)
class Diameters:
    """The counted diameter of a lesion and, where it parts from that one, the whole one, in mm."""

    counted: float
    whole: float | None = None


@dataclass(frozen=True, slots=True)
class StoryTimePoint:
    id: str
    on: date
    diameters_mm: dict[str, Diameters]
    clinical: ClinicalStatus
    truth: TrueResponses | None = None


@dataclass(frozen=True, slots=True)
class Story:
    version: str
    case_id: str
    protocol: str
    day0: date
    reader: str
    patient: Patient
    lesions: tuple[Lesion, ...]
    timepoints: tuple[StoryTimePoint, ...]
    treatments: tuple[DatedTreatment, ...]
    judgements: tuple[Judgement, ...]
    markers: tuple[MarkerValue, ...]


def read_story() -> Story:
    """The story that comes with the program."""
    text = resources.files("resources").joinpath("demo/story.toml").read_text(encoding="utf-8")
    return converter().structure(tomllib.loads(text), Story)
