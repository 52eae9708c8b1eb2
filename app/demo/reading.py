"""Reads the demonstration study as a reader would, and compares what comes out with the known truth.

Lines are placed with the caliper of the viewer on the geometry of each file's own header; edits go through the same
`mark` and the same log as in the window.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction

from app.assessing import assess_read
from app.demo.course import course_of
from app.demo.truth import TrueFinding, TrueLine, TrueRegion, TrueTimePoint, Truth
from app.reading.marking import Declined, Drawing, Intent, mark
from app.state.events import (
    BaselineConfirmed,
    Event,
    FindingRecorded,
    JudgementSigned,
    LesionAdded,
    LesionChanged,
)
from app.state.record import Record
from mrecist.case import Read
from mrecist.lesions import Features, Lesion, Measured, Observation, Present
from mrecist.measured import PHASE
from mrecist.results import Assessment, RegionResponse, TimePointResponse
from mrecist.rulesets import RuleSet
from mrecist.values import Diameter, LesionRole, Line, Region
from viewers.imaging.assist import measure_assisted
from viewers.imaging.assisted import Click
from viewers.imaging.catalogue import Catalogue, Series
from viewers.imaging.geometry import SlicePlane, length_mm
from viewers.imaging.volume import Volume, load_volume
from viewers.tools import caliper
from viewers.tools.events import EventKind, Point, WorldEvent

TOLERANCE_MM = 0.1
ASSISTED_TOLERANCE_MM = 2.0
_SCREEN_MM_PER_PX = 0.25


class DemoMismatch(Exception):
    """The reading could not be done as the truth says; the message names the lesion and the time point."""


@dataclass(frozen=True, slots=True)
class Difference:
    """Something that came out otherwise than the truth says."""

    where: str
    expected: str
    found: str


@dataclass(frozen=True, slots=True)
class Assisted:
    """A viable diameter as the assistant measures it from a click in the lesion, beside the true one.

    `found_mm` is None where it says that nothing can be separated.
    """

    where: str
    true_mm: float
    found_mm: float | None

    @property
    def close(self) -> bool:
        return self.found_mm is not None and abs(self.found_mm - self.true_mm) <= ASSISTED_TOLERANCE_MM


@dataclass(frozen=True, slots=True)
class Reading:
    """What the program read: the record, its assessment, and where they differ from the truth."""

    record: Record
    assessment: Assessment
    differences: tuple[Difference, ...]
    assisted: tuple[Assisted, ...] = ()


class DemoReader:
    """Makes the edits of one reader, time point by time point.

    Parameters
    ----------
    do
        Makes an edit and answers with the record after it.
    catalogue
        Where the imported series are.
    """

    def __init__(
        self, truth: Truth, record: Record, do: Callable[[Event], Record], catalogue: Catalogue, ruleset: RuleSet
    ) -> None:
        self._truth, self._record, self._do_event = truth, record, do
        self._catalogue, self._ruleset = catalogue, ruleset
        self._volumes: dict[str, Volume] = {}
        self._differences: list[Difference] = []
        self._assisted: list[Assisted] = []

    def read(self, progress: Callable[[int, int], None] | None = None) -> Reading:
        """Do the whole reading, judgements included.

        Raises
        ------
        DemoMismatch
            If a series or a lesion of the truth is not there, or a line is not taken.
        """
        truth = self._truth
        for event in course_of(truth):
            self._do(event)
        self._do(BaselineConfirmed(truth.timepoints[0].id, truth.day0))
        for done, timepoint in enumerate(truth.timepoints):
            if progress is not None:
                progress(done, len(truth.timepoints))
            for finding in timepoint.findings:
                self._find(timepoint, finding)
            self._volumes.clear()
            self._compare(timepoint, judged=False)
            for judgement in truth.judgements:
                if judgement.visit_id == timepoint.id:
                    self._do(JudgementSigned(judgement))
            self._compare(timepoint, judged=True)
        return Reading(self._record, self._assess(), tuple(self._differences), tuple(self._assisted))

    # --- marking ----------------------------------------------------------------------------------------------

    def _find(self, timepoint: TrueTimePoint, finding: TrueFinding) -> None:
        lesion = next(x for x in self._truth.lesions if x.id == finding.lesion_id)
        read = self._record.reads[0]
        known = read.lesion(lesion.id) is not None
        if finding.counted is None:
            seen = Observation(lesion.id, Present(), _features(finding))
            at = timepoint.id
            self._do(FindingRecorded(at, seen) if known else LesionAdded(lesion, at, seen))
            return
        intent = Intent.COUNTED if known else _INTENTS[lesion.role]
        self._measure(timepoint, finding, finding.counted, intent, lesion)
        if lesion.region is Region.INTRAHEPATIC:
            self._measure_assisted(timepoint, finding, finding.counted)
        if not known:
            self._do(LesionChanged(lesion.id, lesion))
        if finding.whole is not None and lesion.role is LesionRole.TARGET and lesion.region is Region.INTRAHEPATIC:
            self._measure(timepoint, finding, finding.whole, Intent.WHOLE, lesion)
        if _features(finding) != Features():
            self._note(timepoint.id, lesion.id, _features(finding))

    def _measure(
        self, timepoint: TrueTimePoint, finding: TrueFinding, true: TrueLine, intent: Intent, lesion: Lesion
    ) -> None:
        where = f"{finding.lesion_id} at {timepoint.id}"
        series, k, plane = self._image(finding, where)
        start, end = draw(plane, true.start, true.end)
        length = length_mm(start, end)
        if abs(length - true.diameter_mm) > TOLERANCE_MM:
            self._differences.append(Difference(where, f"{true.diameter_mm} mm", f"{length:.2f} mm"))
        record = series.slices[k]
        ref = self._record.series_ref(series.uid)
        assert ref is not None
        thickness = None if ref.slice_thickness_mm is None else Fraction(str(ref.slice_thickness_mm))
        image = (series.uid, record.sop_uid, record.frame + 1, series.frame_of_reference_uid)
        line = Line(*image, start, end, thickness)
        justified = ((PHASE, "The thrombus is seen on this phase."),) if lesion.role is LesionRole.NONTARGET else ()
        drawing = Drawing(intent, line, Diameter.from_mm(length), ref, timepoint.id, lesion.id, justified)
        marked = mark(self._record, self._record.reads[0].id, drawing, self._ruleset.eligibility)
        if isinstance(marked, Declined):
            raise DemoMismatch(f"{where}: the line was not taken: {marked.message}")
        if marked.lesion_id != lesion.id:
            raise DemoMismatch(f"{where}: the line was taken for {marked.lesion_id}")
        self._do(marked.event)

    def _measure_assisted(self, timepoint: TrueTimePoint, finding: TrueFinding, true: TrueLine) -> None:
        """What the assistant makes of one click; it is told the place, and nothing else of the truth."""
        where = f"{finding.lesion_id} at {timepoint.id}"
        viable = measure_assisted(self._volume(finding.series_uid, where), Click(finding.centres[0])).viable
        found = Assisted(where, true.diameter_mm, None if viable is None else viable.long_axis.length_mm)
        self._assisted.append(found)
        if not found.close:
            told = "nothing" if found.found_mm is None else f"{found.found_mm:.1f} mm"
            expected = f"{true.diameter_mm} mm within {ASSISTED_TOLERANCE_MM:g} mm"
            self._differences.append(Difference(f"{where} by the assistant", expected, told))

    def _image(self, finding: TrueFinding, where: str) -> tuple[Series, int, SlicePlane]:
        """The image of a finding, its pixels read and its plane from its own header."""
        volume = self._volume(finding.series_uid, where)
        series = volume.series
        found = next((k for k, image in enumerate(series.slices) if image.sop_uid == finding.sop_uid), None)
        plane = volume.planes[found] if found is not None else None
        if found is None or plane is None or not volume.loaded[found]:
            raise DemoMismatch(f"{where}: its image is missing or has no geometry")
        return series, found, plane

    def _volume(self, uid: str, where: str) -> Volume:
        if uid not in self._volumes:
            series = self._catalogue.get(uid)
            if series is None:
                raise DemoMismatch(f"{where}: its series was not imported")
            self._volumes[uid] = load_volume(series)
        return self._volumes[uid]

    def _note(self, visit_id: str, lesion_id: str, features: Features) -> None:
        seen = self._record.reads[0].observation(visit_id, lesion_id)
        assert seen is not None
        self._do(FindingRecorded(visit_id, replace(seen, features=features)))

    def _do(self, event: Event) -> None:
        self._record = self._do_event(event)

    # --- comparing --------------------------------------------------------------------------------------------

    def _assess(self) -> Assessment:
        return assess_read(self._record, self._record.reads[0].id, self._ruleset)

    def _compare(self, timepoint: TrueTimePoint, judged: bool) -> None:
        truth, found = timepoint.responses, self._assess().timepoint(timepoint.id)
        if truth is None:
            return
        if found is None:
            raise DemoMismatch(f"{timepoint.id} was not assessed")
        decisions = truth.after if judged else truth.before
        whole = f"{truth.whole_intrahepatic_sum_mm:.1f}"
        read = self._record.reads[0]
        pairs = [(f"{timepoint.id} intrahepatic whole sum", whole, f"{whole_liver_sum_mm(read, timepoint.id):.1f}")]
        pairs += [(f"{timepoint.id} RECIST 1.1 in parallel", "computed", "computed" if found.recist11 else "missing")]
        pairs += [(f"{timepoint.id} composite", truth.composite.value, found.composite.value)]
        for name, true, got in (
            ("intrahepatic", truth.intrahepatic, found.intrahepatic),
            ("extrahepatic", truth.extrahepatic, found.extrahepatic),
            ("overall", truth.overall, found.overall),
        ):
            pairs += [(f"{timepoint.id} {name} {what}", a, b) for what, a, b in _region_pairs(true, got)]
        when = "after" if judged else "before"
        for name, wanted, decision in (
            ("TACE", decisions.tace, found.tace),
            ("sorafenib", decisions.sorafenib, found.sorafenib),
        ):
            expected = f"{wanted.output} {wanted.row}"
            got_text = f"{decision.decision} {decision.row}" if decision else "none"
            pairs.append((f"{timepoint.id} {name} {when} the judgements", expected, got_text))
        self._differences += [Difference(where, a, b) for where, a, b in pairs if a != b]


def whole_liver_sum_mm(read: Read, visit_id: str) -> float:
    """The sum of the whole diameters of the liver targets at a time point, in mm; missing ones count nothing."""
    total = Fraction(0)
    for lesion in read.lesions:
        seen = read.observation(visit_id, lesion.id)
        if lesion.role is LesionRole.TARGET and lesion.region is Region.INTRAHEPATIC and seen is not None:
            finding = seen.finding
            total += finding.whole.mm if isinstance(finding, Measured) and finding.whole is not None else 0
    return float(total)


def draw(plane: SlicePlane, start: Point, end: Point) -> tuple[Point, Point]:
    """The ends of a line drawn with the caliper on an image, from press to release."""
    state: caliper.CaliperState = caliper.Idle()
    for kind, place in ((EventKind.PRESS, start), (EventKind.MOVE, end), (EventKind.RELEASE, end)):
        pixel = plane.to_pixel(place)
        here = plane.to_world(*pixel)
        event = WorldEvent(kind, here, pixel, plane, _SCREEN_MM_PER_PX, plane.row_direction, plane.column_direction)
        state, effect = caliper.step(state, event)
    if not isinstance(effect, caliper.LineDrawn):
        raise DemoMismatch("the caliper drew no line")
    return effect.start, effect.end


def table(reading: Reading) -> Iterator[str]:
    """The response table as text, a line for each lesion, sum, response and decision."""
    read = reading.record.reads[0]
    visits = [visit.id for visit in reading.record.visits]
    points = [reading.assessment.timepoint(v) for v in visits]
    rows = [("", visits)]
    rows += [(lesion.id, [_cell(read.observation(v, lesion.id)) for v in visits]) for lesion in read.lesions]
    rows += [(name, [_response(point, name) for point in points]) for name in ("intrahepatic", "extrahepatic")]
    rows += [("composite", [point.composite.value if point else "" for point in points])]
    rows += [("overall", [_response(point, "overall") for point in points])]
    for name, key in (("TACE", "tace"), ("sorafenib", "sorafenib")):
        decisions = [getattr(point, key) if point else None for point in points]
        rows.append((name, [f"{d.decision} {d.row}" if d else "" for d in decisions]))
    widths = [max(len(cells[k]) for _, cells in rows) + 2 for k in range(len(visits))]
    for name, cells in rows:
        yield f"{name:13}" + "".join(f"{cell:>{width}}" for cell, width in zip(cells, widths, strict=True))


_INTENTS = {
    LesionRole.TARGET: Intent.TARGET,
    LesionRole.NONTARGET: Intent.NONTARGET,
    LesionRole.NEW: Intent.NEW,
}


def _features(finding: TrueFinding) -> Features:
    return Features(typical_vascular_pattern=finding.typical_vascular_pattern)


def _region_pairs(true: TrueRegion, got: RegionResponse) -> Iterator[tuple[str, str, str]]:
    yield "target", true.target.value, got.target.value
    yield "non-target", true.non_target.value, got.non_target.value
    yield "response", true.response.value, got.response.value
    yield "new lesion", str(true.new_lesion), str(got.new_lesion)
    yield "sum", f"{true.sum_mm:.1f}", f"{float(got.sum_mm or 0):.1f}"
    yield "nadir", f"{true.nadir_mm:.1f}", f"{float(got.nadir_sum_mm or 0):.1f}"


def _cell(seen: Observation | None) -> str:
    match seen.finding if seen else None:
        case None:
            return "-"
        case Measured(diameter=diameter):
            return str(diameter)
        case other:
            return type(other).__name__.lower()


def _response(point: TimePointResponse | None, name: str) -> str:
    if point is None:
        return ""
    region: RegionResponse = getattr(point, name)
    total = "" if region.sum_mm is None else f"{float(region.sum_mm):.1f} "
    return f"{total}{region.response}"
