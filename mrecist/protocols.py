"""Protocols: all that a study decides by, with version and source, read from text that the caller supplies.

A row combines named predicates of `mrecist.decisions.predicates`; there is no expression language. `docs/protocols.md`
tells how one is written.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from mrecist.checklist import Criterion
from mrecist.endpointrules import EndpointRules
from mrecist.schedule import Window
from mrecist.tomltables import read_table

TaceWord = Literal[
    "CONTINUE",
    "HOLD",
    "JUDGEMENT",
    "NO_INDICATION",
    "STOP_CR",
    "STOP_FAILURE",
    "STOP_WITHDRAWN",
    "NOT_YET",
    "COMPLETED",
    "SURGERY",
    "SEARCH",
]
SorafenibWord = Literal[
    "CONTINUE",
    "CONTINUE_ALLOWED",
    "JUDGEMENT",
    "SORAFENIB_FAILURE",
    "STOP_WITHDRAWN",
    "STOP_CLINICAL",
    "STOP_TOXICITY",
    "CONTINUE_WITH_LRT",
    "UNTREATABLE_PROGRESSION",
    "STOP_PD",
    "NOT_YET",
    "START",
    "COMPLETED",
]
KindWord = Literal[
    "TACE",
    "sorafenib",
    "HAIC",
    "radiotherapy",
    "ablation",
    "resection",
    "metastasectomy",
    "transplantation",
    "fluorouracil_mitomycin",
    "other",
]
HiddenWord = Literal["later_timepoints", "clinical_data", "patient_name", "prior_measurements", "other_reads"]
"""What a read under the protocol does not show its reader, unless the reader begins it otherwise."""
NOT_IN_SOURCE = "not in the source"


class ProtocolError(ValueError):
    """The text is no protocol; the message names every key at fault. `faults` lists them."""

    def __init__(self, message: str, faults: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.faults = tuple(faults)


@dataclass(frozen=True, slots=True)
class Limit:
    """A limit of ECOG or liver function: crossed strictly `above` or `below` it, or `at_least` or `at_most` at it.

    `value` names what is compared: a field of `ClinicalStatus`, or ``child_pugh_at_least`` (the score, with one point
    for each item that was not recorded). `text` is what is said of a value that crosses it. `when_given`: the value
    is looked at where it was recorded, and not missed where it was not.
    """

    kind: Literal["ecog", "liver"]
    value: str
    text: str
    above: Fraction | None = None
    below: Fraction | None = None
    at_least: Fraction | None = None
    at_most: Fraction | None = None
    when_given: bool = False

    @property
    def given(self) -> tuple[Fraction, ...]:
        """The limits that are stated; the checker wants one."""
        return tuple(x for x in (self.above, self.below, self.at_least, self.at_most) if x is not None)

    @property
    def limit(self) -> Fraction:
        return self.given[0]

    @property
    def is_lower(self) -> bool:
        return self.above is None and self.at_least is None

    @property
    def is_strict(self) -> bool:
        """Is the limit itself allowed?"""
        return self.at_least is None and self.at_most is None


@dataclass(frozen=True, slots=True)
class TaceRow:
    """One row of the TACE table: where every condition of `when` holds, `output` follows.

    `rule` tells rows of the same id apart. `asks` are the questions that the row raises while they are open. `text`
    is the sentence, with the numbers it shows. `source` says where a row comes from that the protocol's own source
    does not give.
    """

    row: str
    when: tuple[str, ...]
    output: TaceWord
    text: str
    rule: str = ""
    asks: tuple[str, ...] = ()
    proposal: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class SorafenibRow:
    """One row of the sorafenib table, as for TACE. `proposal` is what a literal reading would give."""

    row: str
    when: tuple[str, ...]
    output: SorafenibWord
    text: str
    rule: str = ""
    asks: tuple[str, ...] = ()
    proposal: str = ""
    source: str = ""


Row = TaceRow | SorafenibRow


@dataclass(frozen=True, slots=True)
class Card:
    """How one of the two decisions is called in this study, and which inputs its card shows (none: those of COTSOM).

    `short` is what it is called where there is little room.
    """

    title: str
    inputs: tuple[str, ...] = ()
    short: str = ""

    @property
    def brief(self) -> str:
        return self.short or self.title


@dataclass(frozen=True, slots=True)
class Arm:
    """An arm: its name in a case, what it is, and the kinds of treatment that it gives."""

    name: str
    title: str
    treatments: tuple[KindWord, ...]


@dataclass(frozen=True, slots=True)
class SessionRule:
    """How many sessions of a treatment the protocol gives: `least` at the least, `most` at the most."""

    kind: KindWord
    least: int
    most: int
    source: str


@dataclass(frozen=True, slots=True)
class MarkerRule:
    """The tumour marker that is followed: it rises where it is higher than when last recorded, and `above` this."""

    value: Literal["afp_ng_ml", "pivka_mau_ml"]
    title: str
    above: Fraction
    source: str


@dataclass(frozen=True, slots=True)
class Wording:
    """How this study puts a judgement: the question, its short form, and the words of its answers."""

    field: Literal[
        "tace_benefit",
        "tace_planned",
        "ineligibility_confirmed",
        "sorafenib_tolerable",
        "clinical_worsening",
        "resectable",
        "systemic_benefit",
    ]
    text: str
    short: str
    yes: str = ""
    no: str = ""


@dataclass(frozen=True, slots=True)
class Ambiguity:
    """Where the source can be read in more than one way: what it says, and which reading is taken."""

    about: str
    says: str
    reading: str


@dataclass(frozen=True, slots=True, eq=False)
class Protocol:
    """A study: gates, decision tables, endpoints, windows, entry criteria. A change of any is a new `version`.

    A protocol equals itself alone, so that what was decided by it is found again at once. `aliases` are older names
    under which cases may call it. `not_in_source` lists what the source does not give.
    """

    name: str
    version: str
    title: str
    source: str
    gates: tuple[Limit, ...]
    tace: tuple[TaceRow, ...]
    sorafenib: tuple[SorafenibRow, ...]
    endpoints: EndpointRules | None = None
    aliases: tuple[str, ...] = ()
    design: str = ""
    tace_card: Card = Card("TACE")
    sorafenib_card: Card = Card("Sorafenib")
    arms: tuple[Arm, ...] = ()
    sessions: SessionRule | None = None
    response_after_radiotherapy_days: int = 0
    marker: MarkerRule | None = None
    wordings: tuple[Wording, ...] = ()
    windows: tuple[Window, ...] = ()
    eligibility: tuple[Criterion, ...] = ()
    ambiguities: tuple[Ambiguity, ...] = ()
    not_in_source: tuple[str, ...] = ()
    hides: tuple[HiddenWord, ...] = ()

    @property
    def label(self) -> str:
        """Name and version, as they are printed with every decision."""
        return f"{self.name} {self.version}"

    def is_named(self, token: str | None) -> bool:
        """Does a case mean this protocol by what it names?"""
        return token is not None and (token == self.name or token in self.aliases)

    def looks_at(self, *conditions: str) -> bool:
        """Does any row name one of these conditions?"""
        rows: tuple[Row, ...] = (*self.tace, *self.sorafenib)
        return any(name in conditions for row in rows for name in row.when)


def parse_protocol(text: str) -> Protocol:
    """Read a protocol from TOML text.

    Raises
    ------
    ProtocolError
        If the text is not TOML, a key is missing, unknown or of the wrong type, or a row names a condition, question,
        value or number that is not known; all faults are named.
    """
    from mrecist.protocolfaults import protocol_faults  # which knows the whole of a protocol

    protocol, faults = read_table(Protocol, text)
    if protocol is not None:
        faults = list(protocol_faults(protocol))
    if protocol is None or faults:
        raise ProtocolError("not a protocol: " + "; ".join(faults), faults)
    return protocol
