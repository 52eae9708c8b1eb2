"""Two reads of one case side by side: responses, lesions, how far diameters lie apart, and whose finding decides."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from types import MappingProxyType

from app.assessing import assess_read
from app.cohort.lesion_differences import LesionDifference, lesion_differences
from app.cohort.pictures import picture_csv, table_csv
from app.models.reading import Reading
from app.state.record import Record
from app.statistics.reliability import BlandAltman, bland_altman
from mrecist.case import Read
from mrecist.lesions import Finding, Measured, Merged, Present, Split
from mrecist.results import Assessment, TimePointResponse
from mrecist.rulesets import RuleSet
from mrecist.values import Region, Response, Scope

COMPOSITE = "composite"
SCOPES: tuple[str, ...] = (Scope.INTRAHEPATIC, Scope.EXTRAHEPATIC, COMPOSITE, Scope.OVERALL)
"""What is compared, in the order of the program; a composite has no sum."""
_REGIONS: Mapping[str, frozenset[Region]] = MappingProxyType(
    {
        Scope.INTRAHEPATIC: frozenset((Region.INTRAHEPATIC,)),
        Scope.EXTRAHEPATIC: frozenset((Region.EXTRAHEPATIC,)),
        COMPOSITE: frozenset(Region),
        Scope.OVERALL: frozenset(Region),
    }
)


@dataclass(frozen=True, slots=True)
class ComparedResponse:
    """A response of one of `SCOPES` at a follow-up as each read has it; None where that read has not come so far.

    What is still to do there does not make a response that stands without it: PD is one, all others may yet change. A
    sum is None where a target is missing.
    """

    timepoint: str
    scope: str
    first: Response | None
    second: Response | None
    first_sum_mm: Fraction | None
    second_sum_mm: Fraction | None

    @property
    def differs(self) -> bool:
        return self.first is not None and self.second is not None and self.first is not self.second


@dataclass(frozen=True, slots=True)
class Change:
    """A response that would be another one."""

    timepoint: str
    scope: str
    was: Response
    would_be: Response


@dataclass(frozen=True, slots=True)
class Exchange:
    """What the responses of one read would be, had one of its findings been that of the other read.

    Attributes
    ----------
    reader, other : str
        Whose responses, and whose finding.
    timepoint : str
        Of the finding.
    lesion : str or None
        Its name in the read of `reader`; None: all lesions of the time point at once.
    changes : tuple of Change
        Empty where no response changes.
    """

    reader: str
    other: str
    timepoint: str
    lesion: str | None
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class ReadComparison:
    """All that tells two reads of a case apart.

    Attributes
    ----------
    readers : tuple of str
        What the two reads are called; a second read of the same reader says so.
    responses : tuple of ComparedResponse
        Each follow-up of either, each scope.
    lesions : tuple of LesionDifference
    baseline, followup : BlandAltman
        Differences of diameters in mm, first less second, of lesions that both measured.
    exchanges : tuple of Exchange
        One for each finding that differs, both ways; then, where several differ, one for the whole time point.
    """

    readers: tuple[str, str]
    responses: tuple[ComparedResponse, ...]
    lesions: tuple[LesionDifference, ...]
    baseline: BlandAltman
    followup: BlandAltman
    exchanges: tuple[Exchange, ...]

    @property
    def agreed(self) -> bool:
        """Whether no response differs."""
        return not any(x.differs for x in self.responses)

    @property
    def decisive(self) -> tuple[Exchange, ...]:
        """The single findings on which a response rests: with the other's it would change."""
        return tuple(x for x in self.exchanges if x.lesion is not None and x.changes)


def compare_reads(record: Record, first_id: str, second_id: str, ruleset: RuleSet) -> ReadComparison:
    """Two reads of a case, judged by the same rules.

    Raises
    ------
    KeyError
        If the record has no such read.
    """
    pair = (_read(record, first_id), _read(record, second_id))
    found = [assess_read(record, read.id, ruleset) for read in pair]
    lesions = lesion_differences(record.case, first_id, second_id)
    first_visit = record.case.timepoints[0].id if record.case.timepoints else ""
    both = [(x.timepoint, x.first_mm, x.second_mm) for x in lesions if x.difference_mm is not None]
    mm = [(at, a, b) for at, a, b in both if a is not None and b is not None]
    names = record.read_names
    return ReadComparison(
        (names[first_id], names[second_id]),
        tuple(_responses(record, pair, found)),
        lesions,
        bland_altman([a for at, a, _ in mm if at == first_visit], [b for at, _, b in mm if at == first_visit]),
        bland_altman([a for at, a, _ in mm if at != first_visit], [b for at, _, b in mm if at != first_visit]),
        (
            *_exchanges(record, pair, found[0], _names(lesions), ruleset, names),
            *_exchanges(record, pair[::-1], found[1], _names(lesions, turned=True), ruleset, names),
        ),
    )


def _responses(record: Record, pair: tuple[Read, Read], found: Sequence[Assessment]) -> Iterator[ComparedResponse]:
    for timepoint in record.case.timepoints[1:]:
        points = [assessment.timepoint(timepoint.id) for assessment in found]
        if not any(points):
            continue
        at = [Reading(record, read.id, timepoint.id) for read in pair]
        left = [frozenset(region for region in Region if one.to_do(region)) for one in at]
        for scope in SCOPES:
            a, b = (
                None if point is None else _settled(_response(point, scope), scope, to_do)
                for point, to_do in zip(points, left, strict=True)
            )
            sums = [
                None if point is None or scope == COMPOSITE else _whole_sum(point, Scope(scope)) for point in points
            ]
            yield ComparedResponse(timepoint.id, scope, a, b, *sums)


def _response(point: TimePointResponse, scope: str) -> Response:
    return point.composite if scope == COMPOSITE else point.scope(Scope(scope)).response


def _whole_sum(point: TimePointResponse, scope: Scope) -> Fraction | None:
    """None where a target is missing: what is left is no sum to compare."""
    judged = point.scope(scope)
    return judged.sum_mm if judged.sums is not None and judged.sums.complete else None


def _settled(response: Response, scope: str, to_do: frozenset[Region]) -> Response | None:
    return None if to_do & _REGIONS[scope] and response is not Response.PD else response


def _names(lesions: Sequence[LesionDifference], *, turned: bool = False) -> Mapping[str, str]:
    """The other's name of each lesion that both reads list."""
    pairs = [(x.first_lesion, x.second_lesion) for x in lesions if x.first_lesion and x.second_lesion]
    return {b if turned else a: a if turned else b for a, b in pairs if a is not None and b is not None}


def _exchanges(
    record: Record, pair: tuple[Read, ...], own: Assessment, names: Mapping[str, str], ruleset: RuleSet,
    called: Mapping[str, str],
) -> Iterator[Exchange]:  # fmt: skip
    read, other = pair
    for timepoint in record.case.timepoints:
        differing: dict[str, Finding] = {}
        for lesion, others_name in names.items():
            mine, theirs = read.observation(timepoint.id, lesion), other.observation(timepoint.id, others_name)
            if mine is None or theirs is None or not _exchangeable(mine.finding, theirs.finding):
                continue
            differing[lesion] = theirs.finding
        chosen: list[tuple[str | None, Mapping[str, Finding]]] = [(x, {x: given}) for x, given in differing.items()]
        if len(differing) > 1:
            chosen.append((None, differing))
        for one, findings in chosen:
            tried = _with_findings(record, read, timepoint.id, findings)
            changes = tuple(_changes(own, assess_read(tried, read.id, ruleset)))
            yield Exchange(called[read.id], called[other.id], timepoint.id, one, changes)


def _exchangeable(mine: Finding, theirs: Finding) -> bool:
    """Of another value, and of a kind that stands by itself: what fused or came apart is told of other lesions."""
    if isinstance(mine, Merged | Split) or isinstance(theirs, Merged | Split):
        return False
    return _bare(mine) != _bare(theirs)


def _bare(finding: Finding) -> Finding:
    """Without the lines it was read from."""
    match finding:
        case Measured():
            return replace(finding, evidence=(), whole_evidence=())
        case Present():
            return replace(finding, evidence=())
        case _:
            return finding


def _with_findings(record: Record, read: Read, timepoint_id: str, findings: Mapping[str, Finding]) -> Record:
    timepoints = tuple(
        replace(
            at,
            observations=tuple(
                replace(x, finding=_bare(findings[x.lesion_id])) if x.lesion_id in findings else x
                for x in at.observations
            ),
        )
        if at.timepoint_id == timepoint_id
        else at
        for at in read.timepoints
    )
    tried = replace(read, timepoints=timepoints)
    return replace(record, reads=tuple(tried if x.id == read.id else x for x in record.reads))


def _changes(before: Assessment, after: Assessment) -> Iterator[Change]:
    for was in before.timepoints:
        now = after.timepoint(was.timepoint)
        for scope in SCOPES:
            if now is not None and _response(was, scope) is not _response(now, scope):
                yield Change(was.timepoint, scope, _response(was, scope), _response(now, scope))


def _read(record: Record, read_id: str) -> Read:
    read = record.read(read_id)
    if read is None:
        raise KeyError(f"case {record.case_id} has no read {read_id!r}")
    return read


def comparison_csv(compared: ReadComparison) -> Mapping[str, bytes]:
    """The comparison as CSV files by name: responses, lesions, and what each exchanged finding would change."""
    responses = [
        (x.timepoint, str(x.scope), _value(x.first), _value(x.second), _mm(x.first_sum_mm), _mm(x.second_sum_mm))
        for x in compared.responses
    ]
    changes = [
        (x.reader, x.other, x.timepoint, x.lesion or "", c.timepoint, str(c.scope), c.was.value, c.would_be.value)
        for x in compared.exchanges
        for c in x.changes
    ]
    return {
        "reads_responses.csv": table_csv(
            ("timepoint", "scope", "first", "second", "first_sum_mm", "second_sum_mm"), responses
        ),
        "reads_lesions.csv": picture_csv(compared.lesions, LesionDifference),
        "reads_exchanges.csv": table_csv(
            ("reader", "other", "finding_timepoint", "lesion", "timepoint", "scope", "response", "would_be"), changes
        ),
    }


def _value(response: Response | None) -> str:
    return "" if response is None else response.value


def _mm(value: Fraction | None) -> float | None:
    return None if value is None else value.numerator / value.denominator
