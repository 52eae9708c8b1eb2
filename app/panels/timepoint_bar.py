"""The bar of time points: one segment each, with treatments between them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QWheelEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QSizePolicy, QWidget

from app import words
from app.models.hiding import HiddenVisit
from app.models.reading import Reading
from app.models.versions import changed_responses
from app.panels.marks import paint_response_letters
from app.panels.pressable import Pressable
from app.state.dates import slack_days
from app.theme import Face, Theme, paint_focus_ring
from app.words import SPACE, counted, translated
from mrecist.case import TreatmentKind
from mrecist.values import Region, Response

HEIGHT = 44
_PROVISIONAL = f"{SPACE}*"
_TREATMENT_NAMES = {TreatmentKind.TACE: "TACE", TreatmentKind.HAIC: "HAIC"}


@dataclass(frozen=True, slots=True)
class Segment:
    """What one segment says; `responses` are (name, response) in the fixed order.

    `left`: how many lesions are still to do for each of them; while there are any, it is provisional. `changed`: it was
    signed with other responses.
    """

    visit_id: str
    on: date
    day: int
    responses: tuple[tuple[str, Response], ...] = ()
    left: tuple[int, ...] = ()
    note: str = ""
    current: bool = False
    compared: bool = False
    signed: bool = False
    changed: bool = False
    hidden: bool = False


def segments(reading: Reading) -> tuple[Segment, ...]:
    """One segment for each time point of the record."""
    record = reading.record
    made = []
    for visit in record.visits:
        response = None if reading.assessment is None else reading.assessment.timepoint(visit.id)
        shown: tuple[tuple[str, Response], ...] = ()
        left: tuple[int, ...] = ()
        there = replace(reading, visit_id=visit.id)
        if response is not None:
            shown = (
                (translated("IH"), response.intrahepatic.response),
                (translated("EH"), response.extrahepatic.response),
                (translated("Comp."), response.composite),
            )
            by_region = [len(there.to_do(region)) for region in Region]
            left = (*by_region, sum(by_region))
        baseline = visit.id == reading.baseline_id
        note = translated("reference for PR, CR") if baseline else _unread(reading, visit.id)
        if baseline and not record.baseline_confirmed:
            note = translated("baseline not confirmed")
        made.append(
            Segment(
                visit.id,
                visit.on,
                record.day(visit.on),
                shown,
                left,
                note,
                current=visit.id == reading.visit_id,
                compared=visit.id == reading.prior_id and visit.id != reading.visit_id,
                signed=record.is_signed(reading.read_id, visit.id),
                changed=bool(changed_responses(there)),
            )
        )
    return tuple(made)


def _unread(reading: Reading, visit_id: str) -> str:
    """Why there is no response: nothing was found yet, the read hides responses, or the rules stopped."""
    read = reading.read.timepoint(visit_id)
    if read is None or not read.observations:
        return translated("not read")
    if reading.blind:
        return translated("responses hidden")
    return translated("not judged") if reading.assessment is None else translated("not read")


def treatments_between(reading: Reading, first: date, last: date | None) -> tuple[str, ...]:
    """Treatments that began from one time point to the next, one line for each kind."""
    session = 0
    lines: list[str] = []
    for treatment in sorted(reading.record.treatments, key=lambda t: t.on):
        session += treatment.kind is TreatmentKind.TACE
        if treatment.on < first or (last is not None and treatment.on >= last):
            continue
        named = _TREATMENT_NAMES.get(treatment.kind, treatment.kind.value.replace("_", " ").capitalize())
        if treatment.kind is TreatmentKind.TACE:
            lines.append(f"{named} {session} {words.month_day(treatment.on)}")
        elif treatment.dose:
            lines.append(f"{named} {treatment.dose}")
        else:
            lines.append(f"{named} {words.month_day(treatment.on)}")
    return tuple(lines)


class SegmentView(Pressable):
    """One time point; a click or Enter opens it."""

    pressed = Signal(str)
    compare_pressed = Signal(str)

    def __init__(self, theme: Theme, segment: Segment, composite: bool) -> None:
        super().__init__()
        self._theme, self._segment, self._composite = theme, segment, composite
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)
        spoken = ", ".join(f"{name} {words.response_words(response)}" for name, response in segment.responses)
        left = max(segment.left, default=0)
        to_do = counted(left, "lesion still to do", "lesions still to do") if left else ""
        said = (segment.visit_id, "" if segment.hidden else words.iso(segment.on), spoken or segment.note, to_do)
        self.setAccessibleName(", ".join(part for part in said if part))
        how = segment.note if segment.hidden else translated("Click: open. Ctrl+click: compare with it.")
        self.setToolTip(f"* {to_do}. {how}" if to_do else how)

    def sizeHint(self) -> QSize:
        theme = self._theme
        body, small = QFontMetrics(theme.font()), QFontMetrics(theme.font(Face.SMALL))
        head = QFontMetrics(theme.font(bold=True)).horizontalAdvance(self._segment.visit_id)
        dated = "" if self._segment.hidden else f" {words.iso(self._segment.on)} {self._when()}"
        head += body.horizontalAdvance(dated) + theme.px(8)
        marks = sum(small.horizontalAdvance(name) + theme.px(46) for name, _ in self._shown())
        marks += sum(map(bool, self._segment.left)) * small.horizontalAdvance(_PROVISIONAL)
        wide = max(head, marks, 0 if marks else small.horizontalAdvance(self._segment.note))
        return QSize(wide + theme.px(25), theme.px(HEIGHT))

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, segment = self._theme, self._segment
        painter = QPainter(self)
        ground = "surface.selected" if segment.current else "surface.raised" if self._hover else "surface.app"
        painter.fillRect(self.rect(), theme.colour(ground))
        painter.fillRect(self.width() - 1, 0, 1, self.height(), theme.colour("line.divider"))
        if segment.current or segment.compared:
            token = "signal.accent" if segment.current else "signal.ghost"
            edge = theme.px(2)
            painter.fillRect(0, self.height() - edge, self.width() - 1, edge, theme.colour(token))
        left, first, second = theme.px(12), self.height() * 0.36, self.height() * 0.72
        x = self._text(painter, left, first, segment.visit_id, "text.1", bold=True) + theme.px(4)
        if not segment.hidden:
            dated = self._text(painter, x, first, words.iso(segment.on), "text.1" if segment.current else "text.2")
            self._text(painter, dated + theme.px(4), first, self._when(), "text.3")
        x = left
        for (name, response), to_do in zip(self._shown(), segment.left, strict=False):
            x = self._text(painter, x, second, name, "text.3", Face.SMALL) + theme.px(4)
            box = QRectF(x, second - theme.px(8), theme.px(60), theme.px(16))
            x = round(paint_response_letters(painter, box, response, theme, Face.SMALL))
            x = (self._text(painter, x, second, _PROVISIONAL, "text.2", Face.SMALL) if to_do else x) + theme.px(7)
        if not segment.responses:
            self._text(painter, left, second, segment.note, "text.3", Face.SMALL)
        if self.hasFocus():
            paint_focus_ring(painter, QRectF(self.rect()), theme)
        painter.end()

    def press(self, modifiers: Qt.KeyboardModifier) -> None:
        compare = bool(modifiers & Qt.KeyboardModifier.ControlModifier)
        (self.compare_pressed if compare else self.pressed).emit(self._segment.visit_id)

    def _shown(self) -> tuple[tuple[str, Response], ...]:
        return self._segment.responses if self._composite else self._segment.responses[:2]

    def _when(self) -> str:
        locked = f" {translated('signed')}" if self._segment.signed else ""
        locked += f" · {translated('changed')}" if self._segment.changed else ""
        about = "≈ " if slack_days(self._segment.on) else ""  # the day is not known
        return about + words.weeks(self._segment.day) + locked

    def _text(
        self, painter: QPainter, x: float, y: float, text: str, token: str, face: Face = Face.BODY, bold: bool = False
    ) -> int:
        painter.setFont(self._theme.font(face, bold))
        painter.setPen(self._theme.colour(token))
        height = self._theme.px(18)
        box = QRectF(x, y - height / 2, self.width(), height)
        painter.drawText(box, int(Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine), text)
        return round(x + painter.fontMetrics().horizontalAdvance(text))


class TreatmentView(QWidget):
    """The treatments between two time points, in two small lines at most."""

    def __init__(self, theme: Theme, lines: tuple[str, ...]) -> None:
        super().__init__()
        self._theme = theme
        self._lines = lines if len(lines) <= 2 else (lines[0], f"{lines[1]} · +{len(lines) - 2}")
        self.setToolTip("\n".join(lines))
        self.setAccessibleName(", ".join(lines))
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)

    def sizeHint(self) -> QSize:
        metrics = QFontMetrics(self._theme.font(Face.RULE))
        wide = max(metrics.horizontalAdvance(line) for line in self._lines)
        return QSize(wide + self._theme.px(17), self._theme.px(HEIGHT))

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = self._theme
        painter = QPainter(self)
        painter.fillRect(self.width() - 1, 0, 1, self.height(), theme.colour("line.divider"))
        painter.setFont(theme.font(Face.RULE))
        painter.setPen(theme.colour("text.2"))
        height = theme.px(13)
        top = (self.height() - height * len(self._lines)) // 2
        for number, line in enumerate(self._lines):
            box = QRectF(theme.px(8), top + number * height, self.width(), height)
            painter.drawText(box, int(Qt.AlignmentFlag.AlignVCenter), line)
        painter.end()


class TimePointBar(QScrollArea):
    """All time points in order; scrolls sideways, and keeps the open one in sight."""

    visit_opened = Signal(str)
    visit_compared = Signal(str)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.views: dict[str, SegmentView] = {}
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFixedHeight(theme.px(HEIGHT))
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAccessibleName(translated("Time points"))

    def set_reading(self, reading: Reading | None, composite: bool = True, waiting: Sequence[HiddenVisit] = ()) -> None:
        """Show the time points of the record, then those that wait, which say what for.

        `composite` False leaves the composite mark out (narrow window).
        """
        strip = QWidget()
        strip.setProperty("ground", "app")
        strip.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        row = QHBoxLayout(strip)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        self.views = {}
        shown = () if reading is None else segments(reading)
        for number, segment in enumerate(shown):
            view = SegmentView(self._theme, segment, composite)
            view.pressed.connect(self.visit_opened)
            view.compare_pressed.connect(self.visit_compared)
            self.views[segment.visit_id] = view
            row.addWidget(view)
            assert reading is not None
            following = shown[number + 1].on if number + 1 < len(shown) else None
            lines = treatments_between(reading, segment.on, following)
            if lines:
                row.addWidget(TreatmentView(self._theme, lines))
        for one in waiting if reading is not None else ():
            note = translated("hidden until {visit} is signed", visit=one.until)
            view = SegmentView(self._theme, Segment(one.visit_id, date.min, 0, note=note, hidden=True), composite)
            view.pressed.connect(self.visit_opened)
            self.views[one.visit_id] = view
            row.addWidget(view)
        row.addStretch(1)
        self.setWidget(strip)
        current = None if reading is None else self.views.get(reading.visit_id)
        if current is not None:
            self.ensureWidgetVisible(current, 0, 0)

    def wheelEvent(self, event: QWheelEvent) -> None:
        bar = self.horizontalScrollBar()
        delta = event.angleDelta().x() or event.angleDelta().y()
        bar.setValue(bar.value() - delta)
        event.accept()
