"""The basic confidentiality profile of DICOM PS3.15 as data: what to do with which attribute, and which words stay."""

from __future__ import annotations

import csv
import io
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from app.resources import read_text

_UNITS = re.compile(r"\d{1,3}(\.\d{1,2})?(mm|cm|s|sec|min|%|kv|mas|hu)|\d(\.\d{1,2})?|\d{2}(\.\d)?", re.IGNORECASE)
_WORD = re.compile(r"[^\s,;:/\\()\[\]{}<>|_^=&\"']+")

_MOST_DIGITS = 6
"""More in one word are a telephone number, a date or a number of the hospital."""
_TECHNICAL_WORDS = """
ge medical systems healthcare siemens healthineers philips toshiba canon hitachi fujifilm fuji shimadzu samsung
neusoft united imaging uih hologic carestream agfa kodak elscint picker marconi adac varian elekta accuray imatron
mindray esaote bruker qiicr dcmqi pixelmed offis dcmtk gmbh inc ltd co corporation corp company technologies
technology electronics research test synthetic
revolution evo apex frontier maxima lightspeed brightspeed hispeed optima discovery vct ls ste rx st pro ultra plus
dual qx cti signa hdx hdxt excite horizon architect artist explorer premier pioneer voyager creator genesis
somatom definition flash edge as force drive go top up all now open sensation emotion balance spirit zoom scope
perspective confidence cite naeotom alpha biograph mct vision truepoint magnetom avanto aera skyra verio trio
symphony espree vida sola lumina altea prisma essenza concerto
brilliance ict iqon spectral ingenuity incisive mx gemini tf vereos precedence big bore access achieva ingenia
ambition elition intera gyroscan panorama prodiva multiva
aquilion one prime lightning precision asteion activion alexion exceed vantage titan galan orian elan
scenaria supria eclos pronto echelon oval smart airis aperto oasis neuviz uct umr umi
syngo numaris release build version ver rev hotfix sp vb va ve xa
boneplus detail chst asir veo medium hard filter large small flat wedge none butterfly
hu us od hounsfield normalized identity
tfe mffe
coil coils qbody cardiac matrix array sense flex knee shoulder foot wrist surface birdcage integrated torsopa
se gr ir ep epi frfse ssfp fgre efgre propeller tof cine fl tfl tfi
sn xy om bb ic iliac crest sternal notch xiphoid
stack position time temporal index trigger echo frame number dimension label algorithm
"""
_TECHNICAL = frozenset(_TECHNICAL_WORDS.split())
"""Makers, models, kernels, filters, coils, sequences and landmarks: what technical texts say without a digit."""


@dataclass(frozen=True, slots=True)
class Rules:
    """Table E.1-1, and what stays beside it.

    Parameters
    ----------
    actions
        For a tag what to do: ``X`` remove, ``Z`` empty, ``D`` replace, ``U`` map as a UID, or a choice of them.
    words
        What stays of descriptions, in lower case.
    shifted_dates, kept_times, descriptors, kept_texts, kept_bytes, naming
        Keywords of attributes, as ``resources/deidentification/kept.toml`` explains them.
    """

    actions: Mapping[int, str]
    words: frozenset[str]
    shifted_dates: frozenset[str]
    kept_times: frozenset[str]
    descriptors: frozenset[str]
    kept_texts: frozenset[str]
    kept_bytes: frozenset[str]
    naming: frozenset[str]

    def action(self, tag: int) -> str:
        """What the profile asks for; empty where it asks for nothing."""
        return self.actions.get(tag, "")

    def cleaned(self, text: str) -> str:
        """The words of a description that say nothing of a person."""
        return " ".join(word for word in _WORD.findall(text) if self._stays(word))

    def technical(self, text: str) -> str:
        """The words of a technical text that say nothing of a person: those that are known, letters, and codes."""
        return " ".join(word for word in text.split() if self._is_technical(word))

    def _is_technical(self, word: str) -> bool:
        digits = sum(letter.isdigit() for letter in word)
        if digits:
            return word.isascii() and digits <= _MOST_DIGITS
        parts = [part for part in re.split(r"[\W_]+", word.casefold()) if part]
        return all((len(x) == 1 and x.isascii()) or x in _TECHNICAL or x in self.words for x in parts)

    def _stays(self, word: str) -> bool:
        parts = [part for part in re.split(r"[-.+*]", word.casefold()) if part]
        return (
            word.casefold() in self.words
            or bool(_UNITS.fullmatch(word))
            or bool(parts and len(parts) > 1 and all(part in self.words for part in parts))
        )


@cache
def load_rules() -> Rules:
    """The shipped table and words."""
    rows = csv.DictReader(io.StringIO(read_text("deidentification", "basic_profile.csv")))
    actions = {int(row["tag"], 16): row["action"] for row in rows}
    lines = read_text("deidentification", "words.txt").splitlines()
    words = frozenset(word.casefold() for line in lines if not line.startswith("#") for word in line.split())
    kept = tomllib.loads(read_text("deidentification", "kept.toml"))
    return Rules(MappingProxyType(actions), words, **{name: frozenset(text.split()) for name, text in kept.items()})
