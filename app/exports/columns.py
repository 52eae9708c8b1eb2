"""The columns of the response tables: what each is called, what kind of value it holds, and what it says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

Cell = str | int | float | None
Row = dict[str, Cell]


class Kind(StrEnum):
    """What a column holds. A number is in the unit that the column's name ends with."""

    TEXT = "text"
    NUMBER = "number"
    INTEGER = "integer"
    DATE = "date"


@dataclass(frozen=True, slots=True)
class Column:
    name: str
    kind: Kind
    meaning: str


@dataclass(frozen=True, slots=True)
class Table:
    """One table: the stem of its file's name and the name of its sheet, a row of what, and its columns."""

    name: str
    row: str
    columns: tuple[Column, ...]

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)


def _text(**meanings: str) -> tuple[Column, ...]:
    return tuple(Column(name, Kind.TEXT, meaning) for name, meaning in meanings.items())


def _number(**meanings: str) -> tuple[Column, ...]:
    return tuple(Column(name, Kind.NUMBER, meaning) for name, meaning in meanings.items())


_PLACE = (
    *_text(
        case="id of the case",
        read="id of the read within the case",
        reader="who read",
        timepoint="BL is the baseline, FU1, FU2 ... follow; FU1.1 came to light between two others",
    ),
    Column("date", Kind.DATE, "date of the earliest exam of the time point"),
    Column("day", Kind.INTEGER, "days since day 0; until a reader has confirmed day 0, since the baseline scan"),
)
_HEAD = Column("head", Kind.TEXT, "hash that the case's log ended with; `verify --head` checks the log against it")

LESIONS = Table(
    "lesions",
    "a lesion at a time point, from the one where it was first seen",
    (
        *_PLACE,
        *_text(
            lesion="name of the lesion in the read",
            region="intra or extra: inside or outside the liver",
            role="target, nontarget or new",
            organ="organ it lies in",
            kind="other, lymph_node, infiltrative, tumour_thrombus, effusion or bone",
            segments="Couinaud's liver segments",
            site="the reader's own words for the place",
            axis="which diameter diameter_mm is: viable_longest, longest or short",
            fragment_of="the target it is a fragment of, whose place in the sum it takes while that is split",
            finding="what was found: measured, absent, nonviable, too_small_to_measure, present, unequivocal_pd, "
            "not_evaluable, merged, split; not_recorded where nothing was said of it",
        ),
        *_number(
            diameter_mm="the diameter that the criteria count, to 0.1 mm: whole_mm where the rule set counts whole "
            "lesions in the liver and the baseline has it",
            whole_mm="longest diameter of the whole lesion, as RECIST 1.1 counts it",
            viable_mm="longest diameter of the viable part, as mRECIST counts it",
            automatic_mm="that diameter as the assistant proposed it first, before the reader changed anything; empty "
            "where the reader measured without it",
            proposed_mm="the same at the threshold and the reference liver that the reader accepted; where it differs "
            "from the recorded one, the reader moved the line",
        ),
        *_text(
            why_not_evaluable="why it is not evaluable",
            note="the reader's note on that",
            merged_into="the lesion it fused with",
            certainty="how sure the reader is of a new lesion: unequivocal, equivocal, refuted",
            cytology="positive or negative",
            proof="histology: positive or negative",
            settled_on="date on which a lesion in doubt was confirmed or refuted",
            treated_since="local treatment since the time point before: tace, ablation, resection, radiation",
            earlier_absence="of a lesion seen again, whether it had been gone: confirmed or mistaken",
            override="the reader's justification where a rule of conformance was overruled, as `rule: reason`, parted "
            "by |; without a rule where one reason was given for all",
            series_uid="DICOM series of each line the diameter was read from",
            sop_uid="DICOM image of each line",
            frame="frame of each line, counted from 1",
        ),
    ),
)

_OF_SCOPE = (
    *_text(
        response="response as read",
        adjudicated="response in retrospect: progression is dated back to where the new lesion was first seen",
        target="response of the targets; NA where there is none",
        non_target="response of the non-targets; NA where there is none",
        new_lesion="yes where a new lesion counts",
    ),
    *_number(
        sum_mm="sum of the targets' diameters",
        baseline_sum_mm="that sum at baseline",
        nadir_sum_mm="smallest complete sum before this time point, baseline included",
    ),
    *_text(nadir_timepoint="where that was"),
    *_number(
        change_from_baseline_pct="change of the sum from baseline; the nearest double to the exact value",
        change_from_nadir_pct="change of the sum from nadir",
    ),
    *_text(reasons="the rules that hold, the deciding one first, as `rule: sentence`, parted by |"),
)
SCOPES: Mapping[str, str] = MappingProxyType(
    {"intra": "inside the liver", "extra": "outside the liver", "overall": "both pooled, one sum"}
)
_DECISION = {
    "decision": "what follows for {drug}",
    "row": "the row of the protocol's table that decided",
    "needs": "the judgements that are missing",
    "reasons": "the rules that hold, parted by |",
}
_DECISIONS = tuple(
    Column(f"{drug}_{name}", Kind.TEXT, meaning.format(drug=said))
    for drug, said in (("tace", "TACE"), ("sorafenib", "sorafenib"))
    for name, meaning in _DECISION.items()
)
_SIGNED = _text(
    signed_by="who signed the time point; empty while it is open",
    signed_at="when, UTC",
    signed_meaning="what the signature stands for: authorship, review, approval or responsibility",
    signed_open="questions and warnings that were signed as open, parted by |",
)
_RULES = _text(ruleset="rule set", ruleset_version="its version, with what the case's own policy changes")

RESPONSES = Table(
    "responses",
    "a time point of a read, the three scopes side by side",
    (
        *_PLACE,
        *_text(composite="both regions combined by table"),
        *(
            Column(f"{scope}_{column.name}", column.kind, f"{said}: {column.meaning}")
            for scope, said in SCOPES.items()
            for column in _OF_SCOPE
        ),
        *_text(
            recist11_response="RECIST 1.1 in parallel, pooled; empty where whole diameters were not recorded",
            flags="what to look at, parted by blanks",
            new_lesions_counted="the new lesions that count",
            issues="findings about conformance, parted by |",
            overrides="those of them that were justified, with the justification, parted by |",
        ),
        *_DECISIONS,
        *_SIGNED,
        *_RULES,
        _HEAD,
    ),
)

REGIONS = Table(
    "regions",
    "a region, or both pooled, at a time point of a read",
    (
        *_PLACE,
        *_text(scope="intrahepatic, extrahepatic or overall (both pooled, one sum)"),
        *_OF_SCOPE,
        *_text(
            composite="both regions combined by table",
            best_unconfirmed="best response of the scope over the whole course",
            best_confirmed="the same where CR and PR must be confirmed",
            best_adjudicated="best response with progression dated back",
            progression_timepoint="where progression of the scope is dated to in retrospect",
            flags="what to look at in this scope, parted by blanks",
            new_lesions_counted="the new lesions of the scope that count",
        ),
        *_DECISIONS,
        *_SIGNED,
        *_text(signed_head="hash of the log up to that signature"),
        *_RULES,
        *_text(protocol="protocol whose tables decided, with its version"),
        _HEAD,
    ),
)

FIGURES = Table(
    "figures",
    "a figure that a reader drew beside the lesions; no response reads it",
    (
        *_PLACE,
        *_text(
            figure="id of the figure",
            kind="length, bidirectional, ellipse, freehand, angle, arrow or point",
            note="what an arrow says",
        ),
        *_number(
            length_mm="length of its line, of the longer one of two",
            short_mm="length of the shorter line",
            angle_degrees="its angle",
            area_mm2="area it encloses",
        ),
        *_text(
            plane="the plane, where it is not an acquired axial one",
            series_uid="DICOM series",
            sop_uid="DICOM image; empty on a computed plane",
        ),
        Column("frame", Kind.INTEGER, "frame, counted from 1"),
        *_text(
            frame_of_reference_uid="DICOM frame of reference",
            points_lps_mm="its points in patient coordinates (LPS)",
        ),
    ),
)

TABLES = (LESIONS, REGIONS, RESPONSES, FIGURES)

DICTIONARY = Table(
    "dictionary",
    "a column of one of the tables",
    _text(table="the table", row="what one row of it is", column="the column", type="kind of value", meaning="meaning"),
)


def dictionary_rows(tables: Sequence[Table]) -> list[Row]:
    """One row for each column of the tables."""
    return [
        {"table": table.name, "row": table.row, "column": c.name, "type": c.kind.value, "meaning": c.meaning}
        for table in tables
        for c in table.columns
    ]
