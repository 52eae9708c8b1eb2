"""Arms the caliper, and turns each line that is drawn or dragged into an edit of the read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial

from PySide6.QtCore import QObject, QSize, Signal
from PySide6.QtGui import QImage

from app.desks.image_library import ImageLibrary, LoadedSeries
from app.desks.images import ImageDesk
from app.models.reading import Reading
from app.panels.typed_finding import finding_of_key
from app.reading.assistance_words import PROPOSAL
from app.reading.display_windows import preset_window
from app.reading.given_reasons import fallen, noted_beside
from app.reading.linework import WHOLE, asked_line, lesion_of, place_of
from app.reading.marked_region import Surroundings, liver_values
from app.reading.marking import Declined, Drawing, Intent, Marked, Offer, mark, remark_on
from app.session import ReadingSession
from app.state.events import FindingCleared, FindingRecorded, LesionAdded
from app.words import listed, still_there, translated, why_not_evaluable, with_mm
from mrecist.lesions import Finding, Measured, NotEvaluable, Observation, Present, WhyNotEvaluable
from mrecist.values import Diameter, LesionRole, Line, Region
from viewers.imaging.catalogue import PhaseName
from viewers.imaging.geometry import along, minus
from viewers.imaging.surroundings import values_beside
from viewers.imaging.windowing import Window, mr_window
from viewers.widgets.drawing import Tool
from viewers.widgets.marks import DrawnLine, ViewLine
from viewers.widgets.source import ImageSource, derived_label
from viewers.widgets.thumbnails import crop_image

CROP_MM = 90.0
LIVER_CROP_PRESET, LUNG_CROP_PRESET = 3, 5


class MeasuringDesk(QObject):
    """Tools and findings of the open time point; edits go to the session, nothing is kept here but the armed intent.

    Signals
    -------
    intent_changed(Intent or None)
        What the left button means now; None is windowing.
    declined(Declined, Drawing)
        A line was not taken; `retry` tries it again as one of the offers.
    told(str)
        One sentence for the reader.
    recorded(str, str)
        What was recorded, and the lesion it speaks of.
    """

    intent_changed = Signal(object)
    declined = Signal(object, object)
    accepted = Signal()
    told = Signal(str)
    recorded = Signal(str, str)
    pictures_changed = Signal()
    """A series was read whole: pictures of lesions on it can be made now."""

    def __init__(self, session: ReadingSession, images: ImageDesk, library: ImageLibrary, parent: QObject) -> None:
        super().__init__(parent)
        self._session, self._images, self._library = session, images, library
        self.intent: Intent | None = None
        self._asked_about: Drawing | None = None
        images.writer.asked_about = self._dashed
        session.case_opened.connect(self.discard)
        session.case_opened.connect(self.cancel)  # or the first drag in the next patient would record a lesion
        for number, view in enumerate(images.grid.views):
            view.line_drawn.connect(lambda drawn, n=number: self._on_drawn(n, drawn))
            view.line_edited.connect(lambda name, drawn, n=number: self._on_edited(n, name, drawn))
            view.line_selected.connect(self._on_line_selected)
            view.measuring_refused.connect(lambda why: self.told.emit(f"Not measurable: {why.removesuffix('.')}."))
        images.hung.connect(self._arm_views)
        library.loaded.connect(lambda _uid: self.pictures_changed.emit())

    def arm(self, intent: Intent | None) -> None:
        """What the next line means. A non-target that is listed already is recorded as present at once."""
        lesion, reading = self._session.lesion, self._session.reading
        listed = intent is Intent.NONTARGET and lesion is not None and lesion.role is LesionRole.NONTARGET
        if listed and reading is not None and not reading.at_baseline:
            self.record_quick("N")
            return
        self.intent = intent
        self._arm_views()
        self.intent_changed.emit(intent)

    def cancel(self) -> None:
        """Back to windowing; a line under way is given up."""
        self.arm(None)

    def record_quick(self, key: str) -> None:
        """One key, as in the lesion table: D gone, M too small, N still there, U unequivocal progression."""
        lesion = self._session.lesion
        if lesion is None:
            self.told.emit("Select the lesion in the table first.")
            return
        reading = self._session.reading
        if reading is not None and reading.at_baseline and lesion.role is LesionRole.TARGET and key in "DM":
            self.told.emit(f"{lesion.id} is a target: at baseline it has a diameter. Make it a non-target instead.")
            return
        if reading is not None and reading.at_baseline and key == "U":
            self.told.emit(f"{lesion.id}: at baseline nothing has progressed yet.")
            return
        finding = finding_of_key(key, lesion)
        if finding is None:
            self.told.emit(f"{lesion.id} is a {_ROLE_WORDS[lesion.role]}: that finding is not for it.")
            return
        self.record(lesion.id, self._session.selection.visit_id, finding)

    def record(self, lesion_id: str, visit_id: str, finding: Finding) -> bool:
        """Record a finding, keeping what was noted beside the one it replaces."""
        reading = self._session.reading
        if reading is None:
            return False
        before = reading.read.observation(visit_id, lesion_id)
        made = Observation(lesion_id, finding, noted_beside(before, finding))
        done = self._session.do(FindingRecorded(visit_id, made))
        if done:
            self.recorded.emit(told_of(self._session.reading, made, visit_id, before), lesion_id)
        return done

    def clear_finding(self) -> None:
        lesion_id, visit_id = self._session.selection.lesion_id, self._session.selection.visit_id
        if lesion_id and self._session.do(FindingCleared(visit_id, lesion_id)):
            self.recorded.emit(f"{lesion_id} at {visit_id}: taken out", lesion_id)

    def discard(self) -> None:
        """The line that a question is about is given up, or the question is answered."""
        if self._asked_about is not None:
            self._asked_about = None
            self._images.writer.refresh()

    def retry(self, drawing: Drawing, offer: Offer, reason: str = "", rule: str = "") -> None:
        """Take up one way out of a refusal; a reason answers the rule that objected, and no other."""
        match offer:
            case Offer.GO_TO_ARTERIAL:
                self._images.phases.go_to(PhaseName.ARTERIAL, drawing.visit_id)
            case Offer.OUTSIDE_LIVER:
                self._take(replace(drawing, region=Region.EXTRAHEPATIC))
            case Offer.AS_NONTARGET:
                self._take(replace(drawing, intent=Intent.NONTARGET))
            case Offer.KEEP_WITH_REASON:
                self._take(drawing.kept(rule, reason))

    def crops(self, lesion_id: str | None) -> Mapping[tuple[str, str], QImage]:
        """Small pictures of a lesion at each time point where its images are in memory: (lesion, time point)."""
        reading = self._session.reading
        lesion = reading.read.lesion(lesion_id) if reading and lesion_id else None
        found: dict[tuple[str, str], QImage] = {}
        if reading is None or lesion is None:
            return found
        for visit in reading.visits:
            line = place_of(reading.read, visit.id, lesion.id)
            source = self._library.source(line.series_uid) if line else None
            if line is None or source is None or not source.complete:
                continue
            middle = along(line.start, minus(line.end, line.start), 0.5)
            window = _crop_window(source, line, lesion.region)
            picture = crop_image(source, middle, CROP_MM, QSize(64, 64), window.centre, window.width, 2.0)
            if picture is not None:
                found[lesion.id, visit.id] = picture
        return found

    def image_number(self, line: Line) -> int | None:
        """The number that the image of a line bears in its series, where it has one and the series is in memory."""
        opened, at = self._image_of(line)
        return None if opened is None or at is None else opened.series.slices[at].instance_number

    def _image_of(self, line: Line) -> tuple[LoadedSeries | None, int | None]:
        """The series of a line, and which of its images it was drawn on, as far as they are in memory."""
        opened = next((one for one in self._library.opened() if one.series.uid == line.series_uid), None)
        count, image = 0 if opened is None else len(opened.series.slices), (line.sop_uid, line.frame)
        here = (k for k in range(count) if opened and (opened.sop_uid(k), opened.frame(k)) == image)
        return opened, next(here, None)

    def _beside(self, line: Line) -> Surroundings | None:
        """What lies around a line on its image, and what its series is known to show."""
        record, (opened, at) = self._session.record, self._image_of(line)
        plane = None if opened is None or at is None else opened.plane(at)
        if record is None or opened is None or at is None or plane is None:
            return None
        values = values_beside(opened.pixels(at), plane, line.start, line.end, opened.padding(at))
        liver = liver_values(record, self._session.read_id, line.series_uid)
        return Surroundings(values, opened.unit == "HU", opened.series.body_part, liver)

    # --- lines ------------------------------------------------------------------------------------------------

    def _arm_views(self) -> None:
        """While another line is asked for than the selected lesion's own, a press beside an end of that one draws, and
        does not move it.
        """
        self._images.writer.let_lines_move(self.intent in (None, Intent.COUNTED))
        for number, view in enumerate(self._images.grid.views):
            armed = self.intent is not None and self._images.tile(number) is not None
            view.arm(Tool.CALIPER if armed else None, partial(self._remark, number) if armed else None)

    def _remark(self, number: int, length_mm: float) -> str:
        """What the criteria would object to in a line that is being drawn in a view."""
        record, reading, source = self._session.record, self._session.reading, self._images.grid.views[number].source
        ref = record.series_ref(source.series_uid) if record is not None and source is not None else None
        if reading is None or ref is None or self.intent is None:
            return ""
        rules = self._session.ruleset.eligibility
        return remark_on(length_mm, self.intent, ref, self._session.lesion, reading.at_baseline, rules)

    def _on_drawn(self, number: int, drawn: DrawnLine) -> None:
        if self.intent is None:
            return
        drawing = self._drawing(number, drawn, self.intent, self._session.selection.lesion_id)
        if drawing is not None:
            self._take(drawing)

    def _on_edited(self, number: int, name: str, drawn: DrawnLine) -> None:
        if name.startswith(PROPOSAL):
            return
        lesion_id, part = lesion_of(name)
        reading = self._session.reading
        lesion = reading.read.lesion(lesion_id) if reading else None
        if reading is None or lesion is None:
            return
        intent = Intent.WHOLE if part == WHOLE else Intent.COUNTED
        drawing = self._drawing(number, drawn, intent, lesion_id)
        if drawing is not None:
            self._take(drawing)

    def _drawing(self, number: int, drawn: DrawnLine, intent: Intent, selected: str | None) -> Drawing | None:
        derived = derived_label(source) if (source := self._images.grid.views[number].source) else ""
        return self._drawing_of(drawn, derived, intent, selected)

    def use_length(self, drawn: DrawnLine, derived: str = "") -> None:
        """Take a length that was drawn freely as the diameter of the selected lesion, if it would be taken as one."""
        drawing = self._drawing_of(drawn, derived, Intent.COUNTED, self._session.selection.lesion_id)
        if drawing is not None:
            self._take(drawing)

    def _drawing_of(self, drawn: DrawnLine, derived: str, intent: Intent, selected: str | None) -> Drawing | None:
        """The line with what it was drawn on; None, and why told, where no diameter is drawn."""
        record, open_id = self._session.record, self._session.selection.visit_id
        ref = record.series_ref(drawn.series_uid) if record else None
        visit = record.visit_of_series(drawn.series_uid) if record else None
        if ref is None or visit is None:
            return None
        why = ""
        if visit.id != open_id:
            why = f"This was drawn on {visit.id}. Diameters are drawn on the open time point, {open_id}."
        elif not drawn.sop_uid:
            shown = f"{derived} is computed" if derived else "This picture is computed"
            why = f"{shown}, not acquired: no diameter is drawn on it. Go to the series itself, or draw a length."
        try:
            diameter = Diameter.from_mm(drawn.length_mm)
        except ValueError as error:
            why = why or str(error)
        if why:
            self.told.emit(why)
            self._images.writer.refresh()
            return None
        line = Line(drawn.series_uid, drawn.sop_uid, drawn.frame, drawn.frame_of_reference_uid, drawn.start, drawn.end)
        return Drawing(intent, line, diameter, ref, visit.id, selected, beside=self._beside(line))

    def take(self, drawing: Drawing) -> None:
        """Record a drawing that was made elsewhere, unless the criteria object: then the reader is asked."""
        self._take(drawing)

    def _take(self, drawing: Drawing) -> None:
        record = self._session.record
        if record is None:
            return
        self._asked_about = None
        result = mark(record, self._session.read_id, drawing, self._session.ruleset.eligibility)
        match result:
            case Declined():
                self._asked_about = drawing if result.offers else None
                self.declined.emit(result, drawing)
                self._images.writer.refresh()
            case Marked():
                self._record(result, drawing)

    def _dashed(self, series_uid: str) -> tuple[ViewLine, ...]:
        """The line that a question is about, on its image, for as long as the question stands."""
        drawing = self._asked_about
        return () if drawing is None or drawing.line.series_uid != series_uid else (asked_line(drawing),)

    def _record(self, marked: Marked, drawing: Drawing) -> None:
        read = record.read(self._session.read_id) if (record := self._session.record) else None
        before = read.observation(drawing.visit_id, marked.lesion_id) if read else None
        if not self._session.do(marked.event):
            self._images.writer.refresh()
            return
        self._session.select_lesion(marked.lesion_id)
        self.accepted.emit()
        match marked.event:
            case LesionAdded(observation=made) | FindingRecorded(observation=made):
                told = told_of(self._session.reading, made, drawing.visit_id, before)
                self.recorded.emit(told, made.lesion_id)
        if self.intent is not None:
            self.arm(None)  # one key, one line: the next drag windows again

    def _on_line_selected(self, name: str) -> None:
        if name and not name.startswith(PROPOSAL):
            self._session.select_lesion(lesion_of(name)[0])


_ROLE_WORDS = {LesionRole.TARGET: "target", LesionRole.NONTARGET: "non-target", LesionRole.NEW: "new lesion"}


def told_of(reading: Reading | None, made: Observation, visit_id: str, before: Observation | None) -> str:
    """What was recorded, and that a reason which was given for the value before is asked for again."""
    name = made.lesion_id
    lesion = reading.read.lesion(name) if reading else None
    where = lesion.region if lesion else Region.EXTRAHEPATIC
    if reading is None or before is None:
        return recorded_text(name, visit_id, made.finding, None, where)
    said = recorded_text(name, visit_id, made.finding, before.finding, where)
    gone = fallen(before.features, made.features)
    asked = [x.rule for x in reading.issues if x.lesion == name and x.rule in gone and not x.overridden]
    if not asked:
        return said
    was = _finding_words(before.finding, where)
    again = translated("{rules} asked again: the reason was given for {was}.", rules=listed(asked), was=was)
    return f"{said}. {again}"


def recorded_text(lesion_id: str, visit_id: str, finding: Finding, was: Finding | None, region: Region) -> str:
    """What the toast says: past tense, with the old value where there was one, in the words of the lesion table."""
    now, before = _finding_words(finding, region), "" if was is None else _finding_words(was, region)
    if now == before and was != finding:
        return f"{lesion_id} at {visit_id}: line moved, still {now}"
    changed = f" (was {before})" if before and before != now else ""
    return f"{lesion_id} at {visit_id}: {now} recorded{changed}"


def _finding_words(finding: Finding, region: Region) -> str:
    match finding:
        case Measured(diameter=diameter, whole=whole):
            return with_mm(diameter) + (f", whole {with_mm(whole)}" if whole else "")
        case NotEvaluable(why=why) if why is not WhyNotEvaluable.NOT_STATED:
            return f"not evaluable ({why_not_evaluable(why).lower()})"
        case Present(diameter=diameter) if diameter is not None:
            return f"{still_there(region)}, {with_mm(diameter)}"
        case Present():
            return still_there(region)
        case _:
            return _WORDS[type(finding).__name__]


_WORDS = {
    "Absent": "gone",
    "Nonviable": "no viable tumour",
    "TooSmall": "too small to measure",
    "UnequivocalProgression": "unequivocal progression",
    "NotEvaluable": "not evaluable",
    "Merged": "merged",
    "Split": "split",
}


def _crop_window(source: ImageSource, line: Line, region: Region) -> Window:
    """The window of a lesion's small picture: of its region on CT, by the values of its own image on MR."""
    if source.unit == "HU":
        return preset_window(LIVER_CROP_PRESET if region is Region.INTRAHEPATIC else LUNG_CROP_PRESET)
    return mr_window([source.pixels(k) for k in range(source.count) if source.sop_uid(k) == line.sop_uid])
