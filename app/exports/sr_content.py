"""The content of a structured report of one read at one time point: DICOM TID 1500, by highdicom.

Each lesion is a measurement group (TID 1501): its label as tracking identifier, a tracking UID that stays over time
points, finding site, time point, role and what was found, and its diameters as NUM inferred from SCOORD, and from what
the assistant proposed as derivation parameters (TID 300), so that no reader takes these for measurements. The responses
of the time point follow as qualitative evaluations, each with its method and inferred from its sum.

For OHIF a group is one annotation of its tools, known by the tracking identifier; the lesion's label is a comment.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any

from app.exports.assisted_masks import MaskMaker
from app.exports.exported import ExportedRead
from app.exports.source_images import SourceImages
from app.exports.sr_codes import (
    ABNORMAL,
    COMMENT,
    COMPOSITE,
    DAY,
    DAY_0,
    FINDING,
    FINDINGS,
    IMAGING_PROCEDURE,
    LENGTH,
    LONG_AXIS,
    METHOD,
    MM,
    MRECIST,
    PROPOSED_FIRST,
    PROPOSED_LAST,
    QUALITATIVE_EVALUATIONS,
    RECIST_1_1,
    RESPONSE_OF,
    RESPONSES,
    ROLE,
    ROLES,
    RULESET,
    SHORT_AXIS,
    SUM,
    Term,
    kind_of,
    sites_of,
)
from app.exports.sr_measures import Axes, DrawnLine, Note, axes_of, tracking_uid
from app.state.assistance import Assistance
from app.state.record import Visit
from mrecist.lesions import Lesion, Observation
from mrecist.results import TimePointResponse
from mrecist.values import Line, Region, Response, Scope

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

DEVICE_UID = "2.25.265302371890284135416317529472934175733"
"""The program as an observer."""

_OHIF = "Cornerstone3DTools@^0.1.0"


class Profile(Enum):
    """Whom a report is for."""

    STANDARD = "standard"
    OHIF = "ohif"


@dataclass(frozen=True, slots=True)
class ReportContent:
    """The content tree, and the headers of the images that it speaks of."""

    tree: Any
    evidence: tuple[Dataset, ...]


def report_content(
    one: ExportedRead,
    visit: Visit,
    origin: str,
    profile: Profile,
    images: SourceImages,
    note: Note,
    masks: MaskMaker | None = None,
) -> ReportContent | None:
    """The report of one read at one time point; None where nothing was recorded then, or nothing fits the profile.

    Parameters
    ----------
    origin
        The hash of the first row of the case's log.
    note
        Told, lesion by lesion, what is in the report without its image, or not in it.
    masks
        Finds the short axis again that the assistant proposed; without it an assisted finding has its long axis alone.
    """
    from highdicom import sr

    groups: list[Any] = []
    headers: dict[str, Dataset] = {}
    at = one.read.timepoint(visit.id)
    for seen in at.observations if at else ():
        lesion = one.read.lesion(seen.lesion_id)
        if lesion is None:
            continue

        def noted(text: str, name: str = lesion.id) -> None:
            note(f"{name}: {text}")

        figures = one.record.figures_of(one.read.id, visit.id)
        assistance = one.record.assistance(one.read.id, visit.id, lesion.id)

        def across(line: Line, kept: Assistance | None = assistance) -> Line | None:
            return None if masks is None or kept is None else masks.across(line, kept, images)

        axes = axes_of(lesion, seen.finding, figures, images, noted, across)
        for line in (line for axis in axes for line in axis.lines):
            headers[line.image.sop_uid] = line.image.header
        if profile is Profile.STANDARD:
            groups.append(_group(one, visit, origin, lesion, seen, axes, assistance))
        else:
            groups += _annotations(one, visit, origin, lesion, axes, noted)
    if not groups:
        return None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a reader's name need not have the parts of a person's name
        tree = sr.MeasurementReport(_observers(one.read.reader), coded(IMAGING_PROCEDURE), groups)
    response = one.assessment.timepoint(visit.id)
    if profile is Profile.STANDARD and response is not None:
        tree[0].ContentSequence.append(_evaluations(one, response))
    return ReportContent(tree, tuple(headers.values()))


def coded(term: Term) -> Any:
    """A term as highdicom takes it."""
    from highdicom.sr import CodedConcept

    return CodedConcept(term.value, term.scheme, term.meaning)


def _observers(reader: str) -> Any:
    from highdicom import sr
    from pydicom.sr.codedict import codes

    person = None
    if name := person_name(reader):
        who = sr.PersonObserverIdentifyingAttributes(name)
        person = sr.ObserverContext(codes.DCM.Person, who)
    device = sr.DeviceObserverIdentifyingAttributes(DEVICE_UID, name="Hepatrace")
    return sr.ObservationContext(person, sr.ObserverContext(codes.DCM.Device, device))


def person_name(text: str) -> str:
    """A reader's name as a value of VR PN: without its delimiters, at most 64 characters."""
    return " ".join(text.replace("\\", " ").replace("=", " ").replace("^", " ").split())[:64]


# --- lesions --------------------------------------------------------------------------------------------------------


def _group(
    one: ExportedRead,
    visit: Visit,
    origin: str,
    lesion: Lesion,
    seen: Observation,
    axes: Sequence[Axes],
    assistance: Assistance | None,
) -> Any:
    from highdicom import sr

    kept = [assistance if axis is axes[0] else None for axis in axes]  # it proposed the diameter that counts
    found = FINDINGS[type(seen.finding).__name__]
    return sr.MeasurementsAndQualitativeEvaluations(
        tracking_identifier=sr.TrackingIdentifier(tracking_uid(origin, one.read.id, lesion.id), lesion.id),
        time_point_context=_time_point(one, visit),
        finding_category=coded(ABNORMAL),
        finding_type=coded(kind_of(lesion)),
        method=coded(_criteria(one, outside=lesion.region is Region.EXTRAHEPATIC)),
        finding_sites=[sr.FindingSite(coded(site)) for site in sites_of(lesion)] or None,
        measurements=[
            _measurement(axis.concept, axis.how, axis.diameter.tenths, axis.lines, proposal)
            for axis, proposal in zip(axes, kept, strict=True)
        ]
        or None,
        qualitative_evaluations=[
            sr.QualitativeEvaluation(coded(ROLE), coded(ROLES[lesion.role])),
            sr.QualitativeEvaluation(coded(FINDING), coded(found)),
        ],
    )


def _annotations(
    one: ExportedRead, visit: Visit, origin: str, lesion: Lesion, axes: Sequence[Axes], note: Note
) -> Iterator[Any]:
    """One annotation for a pair of axes on one image, or for each line that stands alone."""
    pairs = {axis.concept: axis for axis in axes[:2] if len(axis.lines) == 1}
    left = list(axes)
    if LONG_AXIS in pairs and SHORT_AXIS in pairs:
        both = [(pairs[concept], concept) for concept in (LONG_AXIS, SHORT_AXIS)]
        measures = [_measurement(concept, None, axis.diameter.tenths, axis.lines) for axis, concept in both]
        yield _annotation(one, visit, origin, lesion, "Bidirectional", "", measures)
        left = left[2:]
    for number, axis in enumerate(left):
        if not axis.lines:
            note("it is not in the report for OHIF, which shows lines only")
        for part, line in enumerate(axis.lines):
            name = " ".join(
                word for word in ("whole" if axis is not axes[0] else "", str(part + 1) if part else "") if word
            )
            tenths = axis.diameter.tenths if len(axis.lines) == 1 else round(line.length_mm * 10)
            measure = _measurement(LENGTH, None, tenths, (line,))
            yield _annotation(one, visit, origin, lesion, "Length", name, [measure], f"{number}.{part}")


def _annotation(
    one: ExportedRead,
    visit: Visit,
    origin: str,
    lesion: Lesion,
    tool: str,
    name: str,
    measures: list[Any],
    part: str = "0.0",
) -> Any:
    from highdicom import sr

    uid = tracking_uid(origin, one.read.id, lesion.id, "" if part == "0.0" else part)
    group = sr.MeasurementsAndQualitativeEvaluations(
        tracking_identifier=sr.TrackingIdentifier(uid, f"{_OHIF}:{tool}"),
        # no more than its label: OHIF takes the first number of a group for the measurement
        time_point_context=sr.TimePointContext(visit.id),
        finding_type=coded(kind_of(lesion)),
        finding_sites=[sr.FindingSite(coded(site)) for site in sites_of(lesion)] or None,
        measurements=measures,
    )
    comment = sr.TextContentItem(coded(COMMENT), f"{lesion.id} {name}".strip(), sr.RelationshipTypeValues.CONTAINS)
    group[0].ContentSequence.append(comment)
    return group


def _measurement(
    concept: Term, how: Term | None, tenths: int, lines: Sequence[DrawnLine], proposal: Assistance | None = None
) -> Any:
    """A number as the reader recorded it; an algorithm is named on it only where it is as the algorithm proposed it."""
    import numpy as np
    from highdicom import sr

    coordinates = [
        sr.CoordinatesForMeasurement(
            "POLYLINE",
            np.array([line.start, line.end]),
            sr.SourceImageForRegion(
                line.image.header.SOPClassUID,
                line.image.sop_uid,
                [line.frame] if "NumberOfFrames" in line.image.header else None,
            ),
        )
        for line in lines
    ]
    unmoved = proposal if proposal is not None and proposal.proposed.tenths == tenths else None
    number = sr.Measurement(
        name=coded(concept),
        value=tenths / 10,
        unit=coded(MM),
        method=coded(how) if how else None,
        referenced_coordinates=coordinates or None,
        algorithm_id=None if unmoved is None else _algorithm(unmoved),
    )
    if proposal is not None:
        number[0].ContentSequence.extend(_proposed(proposal))
    return number


def _proposed(proposal: Assistance) -> Iterator[Any]:
    """What the recorded number was made from: the first proposal, then the last with its algorithm."""
    from highdicom import sr

    first, last = (
        sr.NumContentItem(
            coded(name), mm.tenths / 10, coded(MM), relationship_type=sr.RelationshipTypeValues.INFERRED_FROM
        )
        for name, mm in ((PROPOSED_FIRST, proposal.automatic), (PROPOSED_LAST, proposal.proposed))
    )
    last.ContentSequence = sr.ContentSequence(_algorithm(proposal))
    yield from (first, last)


def _algorithm(proposal: Assistance) -> Any:
    """TID 4019: the method as it was then. Its threshold is in the case file: numbers in a text may be identifiers."""
    from highdicom import sr

    return sr.AlgorithmIdentification(proposal.method, proposal.method.rsplit(" ", 1)[-1])


def _time_point(one: ExportedRead, visit: Visit) -> Any:
    """The label of the time point, its place among the assessed ones, and the days since day 0 once it is confirmed."""
    from highdicom import sr

    visits = one.record.assessed_visits
    offset = None
    if one.record.day0 is not None:
        days = one.record.day(visit.on)
        offset = sr.LongitudinalTemporalOffsetFromEvent(days, coded(DAY), coded(DAY_0))
    return sr.TimePointContext(
        visit.id,
        time_point_order=visits.index(visit) + 1 if visit in visits else None,
        temporal_offset_from_event=offset,
    )


# --- responses ------------------------------------------------------------------------------------------------------


def _evaluations(one: ExportedRead, at: TimePointResponse) -> Any:
    from highdicom import sr

    container = sr.ContainerContentItem(
        name=coded(QUALITATIVE_EVALUATIONS), relationship_type=sr.RelationshipTypeValues.CONTAINS
    )
    container.ContentSequence = sr.ContentSequence()
    for scope in Scope:
        region = at.scope(scope)
        method = _criteria(one, outside=scope is Scope.EXTRAHEPATIC)
        item = _response(RESPONSE_OF[scope], region.response, method)
        if region.sum_mm is not None:
            total = sr.NumContentItem(
                coded(SUM), float(region.sum_mm), coded(MM), relationship_type=sr.RelationshipTypeValues.INFERRED_FROM
            )
            item.ContentSequence.append(total)
        container.ContentSequence.append(item)
    container.ContentSequence.append(_response(COMPOSITE, at.composite, _criteria(one, outside=False)))
    rules = f"{one.assessment.ruleset} {one.assessment.version}"
    container.ContentSequence.append(
        sr.TextContentItem(coded(RULESET), rules, sr.RelationshipTypeValues.CONTAINS),
    )
    return container


def _criteria(one: ExportedRead, *, outside: bool) -> Term:
    """RECIST 1.1 outside the liver, and everywhere where the rule set counts whole lesions in the liver."""
    return RECIST_1_1 if outside or one.whole_in_liver else MRECIST


def _response(name: Term, response: Response, method: Term) -> Any:
    from highdicom import sr

    item = sr.CodeContentItem(coded(name), coded(RESPONSES[response]), sr.RelationshipTypeValues.CONTAINS)
    item.ContentSequence = sr.ContentSequence()
    item.ContentSequence.append(
        sr.CodeContentItem(coded(METHOD), coded(method), sr.RelationshipTypeValues.HAS_CONCEPT_MOD)
    )
    return item
