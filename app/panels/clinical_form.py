"""Clinical data of a time point, treatments and events of the case."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from app import words
from app.labs.entry import EntryRefused, exact_number
from app.panels.chips import ChipRow, Choice, ElidedLabel, PanelHead, label, rule_line
from app.panels.clinical_dialogs import EnrolmentDialog, EventDialog, TreatmentDialog, enrolment_text, treatment_text
from app.panels.dated_list import DatedList, plain_word
from app.panels.focus_ring import FocusRing
from app.panels.lesion_columns import is_narrow
from app.state.clinical import Enrolment
from app.state.clinical_edits import second_death
from app.state.record import DatedEvent, DatedTreatment, Record
from app.theme import Face, Theme
from app.words import translated
from mrecist.case import Ascites, ClinicalStatus, EventKind, Marker, TreatmentKind


@dataclass(frozen=True, slots=True)
class Field:
    """A number of the clinical status: its attribute, its name, its unit, and the range that is plausible."""

    attribute: str
    name: str
    unit: str
    least: int
    most: int


FIELDS = (
    Field("bilirubin_mg_dl", "Bilirubin", "mg/dL", 0, 60),
    Field("albumin_g_dl", "Albumin", "g/dL", 0, 8),
    Field("inr", "INR", "", 0, 20),
    Field("ast_x_uln", "AST", "× ULN", 0, 500),
    Field("alt_x_uln", "ALT", "× ULN", 0, 500),
    Field("platelets_per_ul", "Platelets", "/µL", 0, 2_000_000),
    Field("anc_per_ul", "Neutrophils", "/µL", 0, 200_000),
    Field("hb_g_dl", "Haemoglobin", "g/dL", 0, 25),
    Field("creatinine_x_uln", "Creatinine", "× ULN", 0, 50),
)
MARKERS = (
    Field("afp_ng_ml", "AFP", "ng/mL", 0, 100_000_000),
    Field("pivka_mau_ml", "PIVKA-II", "mAU/mL", 0, 100_000_000),
)


def number_of(text: str, field: Field) -> Fraction | None:
    """The number typed, exactly; None for an empty field.

    Raises
    ------
    ValueError
        If the text is no number, or outside the plausible range; the message says what is expected.
    """
    if not text.strip():
        return None
    try:
        number = exact_number(text)
    except EntryRefused as refused:
        raise ValueError(f"{translated(field.name)}: {refused}") from refused
    if not field.least <= number <= field.most:
        said = translated("{name}: between {least} and {most}", name=field.name, least=field.least, most=field.most)
        raise ValueError(f"{said} {field.unit}".strip())
    return number


def marker_of(text: str, field: Field) -> Marker | None:
    """A tumour marker; ``>`` before it says that the laboratory reported it only as greater than."""
    above = text.strip().startswith(">")
    number = number_of(text.strip().lstrip(">"), field)
    return None if number is None else Marker(number, above)


def number_text(number: Fraction | int | None) -> str:
    """The shortest decimal text of a recorded number, which reads back as the same number."""
    if number is None:
        return ""
    exact = Fraction(number)
    for places in range(7):
        if (exact * 10**places).denominator == 1:
            return words.decimal_text(exact, places)
    return str(exact)


class ClinicalForm(QWidget):
    """Empty means not recorded, never normal. Reports the whole status when it is recorded."""

    clinical_recorded = Signal(object)
    treatment_added = Signal(object)
    treatment_removed = Signal(str)
    event_added = Signal(object)
    event_removed = Signal(str)
    enrolment_recorded = Signal(object)
    labs_asked = Signal()
    rows_asked = Signal()
    import_asked = Signal()

    def __init__(self, theme: Theme, new_id: Callable[[], str]) -> None:
        """`new_id` gives the id of a treatment or an event that is added."""
        super().__init__()
        self._theme, self._new_id = theme, new_id
        self._status = ClinicalStatus()
        self._record: Record | None = None
        self.head = PanelHead(theme, translated("Clinical data"), translated("empty means not recorded"))
        self.ecog = ChipRow(theme, [Choice(grade, str(grade)) for grade in range(6)])
        self.ascites = ChipRow(theme, [Choice(grade, translated(grade.value)) for grade in Ascites])
        self.encephalopathy = ChipRow(theme, [Choice(grade, str(grade)) for grade in range(5)])
        self.fields = {field.attribute: QLineEdit() for field in (*FIELDS, *MARKERS)}
        self.labs_on = QLineEdit()
        self.problem = label(tone="error", face=Face.SMALL)
        self.save = QPushButton(translated("Record clinical data"))
        self.save.setProperty("primary", "true")
        self.labs = QPushButton(translated("Laboratory values by date …"))
        self.labs.clicked.connect(self.labs_asked)
        self.rows = QPushButton(translated("Type or paste rows …"))
        self.rows.setToolTip(
            translated("Treatments, dose changes, cycles, events, ECOG, ascites and encephalopathy by date")
        )
        self.load = QPushButton(translated("Import a table …"))
        self.load.setToolTip(translated("Clinical data of any kind from CSV or XLSX, with a preview"))
        self.rows.clicked.connect(self.rows_asked)
        self.load.clicked.connect(self.import_asked)
        self.enrolment = QPushButton(translated("Enrolment …"))
        self.enrolled = ElidedLabel()
        self.enrolled.setProperty("tone", "2")
        self.treatments = DatedList(theme, translated("Treatments"), [k.value for k in TreatmentKind], ended=True)
        kinds = [k.value for k in EventKind]
        self.events = DatedList(theme, translated("Events"), kinds, ended=False, refused=self._refused_event)
        self._grid = QGridLayout()
        self._columns = 0
        self._choices: list[tuple[QWidget, QWidget]] = []
        self._numbers: list[tuple[QWidget, ...]] = []
        self._build()
        self.save.clicked.connect(self._report)
        self.treatments.added.connect(self._add_treatment)
        self.treatments.edit_asked.connect(self._edit_treatment)
        self.events.edit_asked.connect(self._edit_event)
        self.enrolment.clicked.connect(self._edit_enrolment)
        self.events.added.connect(self._add_event)

    def set_record(self, record: Record, visit_id: str, locked: bool = False) -> None:
        """Show what is recorded at a time point; nothing in it can be changed while it is locked."""
        visit = record.visit(visit_id)
        self._record = record
        self._status = (visit.clinical if visit else None) or ClinicalStatus()
        status = self._status
        self.head.title.setText(translated("Clinical data at {visit}", visit=visit_id))
        self.ecog.choose(*(() if status.ecog is None else (status.ecog,)))
        self.ascites.choose(*(() if status.ascites is None else (status.ascites,)))
        self.encephalopathy.choose(*(() if status.encephalopathy is None else (status.encephalopathy,)))
        for field in FIELDS:
            self.fields[field.attribute].setText(number_text(getattr(status, field.attribute)))
        for field in MARKERS:
            marker: Marker | None = getattr(status, field.attribute)
            above = ">" if marker is not None and marker.above else ""
            self.fields[field.attribute].setText("" if marker is None else above + number_text(marker.value))
        self.labs_on.setText(self._labs_text(status.labs_day))
        self.problem.clear()
        self.enrolled.setText(enrolment_text(record.enrolment))
        self.treatments.set_rows([_treatment_row(t) for t in record.treatments])
        self.events.set_rows([(e.id, f"{plain_word(e.kind.value)} · {words.iso(e.on)}", e.note) for e in record.events])
        chosen = (self.ecog, self.ascites, self.encephalopathy)
        for part in (*chosen, self.labs_on, self.save, *self.fields.values(), self.treatments, self.events):
            part.setEnabled(not locked)

    def status(self) -> ClinicalStatus:
        """The status as the form has it; judgements are left as they were.

        Raises
        ------
        ValueError
            If a field cannot be read; the message names it.
        """
        numbers: dict[str, Any] = {f.attribute: number_of(self.fields[f.attribute].text(), f) for f in FIELDS}
        numbers |= {f.attribute: marker_of(self.fields[f.attribute].text(), f) for f in MARKERS}
        return replace(
            self._status,
            ecog=_whole(self.ecog.value),
            ascites=self.ascites.value if isinstance(self.ascites.value, Ascites) else None,
            encephalopathy=_whole(self.encephalopathy.value),
            labs_day=self._labs_day(),
            **numbers,
        )

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._lay_out(1 if is_narrow(round(self.width() / self._theme.scale)) else 2)

    def _lay_out(self, columns: int) -> None:
        """Numbers in one column where two would cut their names."""
        if columns == self._columns:
            return
        self._columns = columns
        while self._grid.takeAt(0) is not None:
            pass
        for number, (name, widget) in enumerate(self._choices):
            self._grid.addWidget(name, number, 0)
            self._grid.addWidget(widget, number, 1, 1, 5)
        for number, parts in enumerate(self._numbers):
            line, side = divmod(number, columns)
            for at, part in enumerate(parts):
                self._grid.addWidget(part, len(self._choices) + line, side * 3 + at)
        for at in range(6):
            self._grid.setColumnStretch(at, 1 if at % 3 == 1 and at < columns * 3 else 0)

    def _build(self) -> None:
        theme = self._theme
        grid = self._grid
        grid.setContentsMargins(theme.px(10), theme.px(8), theme.px(10), theme.px(8))
        grid.setHorizontalSpacing(theme.px(8))
        grid.setVerticalSpacing(theme.px(6))
        choices = (("ECOG", self.ecog), (translated("Ascites"), self.ascites))
        for name, widget in (*choices, (translated("Encephalopathy"), self.encephalopathy)):
            self._choices.append((label(name, "3"), widget))
            widget.setAccessibleName(name)
        for field in (*FIELDS, *MARKERS):
            editor = self.fields[field.attribute]
            editor.setAlignment(Qt.AlignmentFlag.AlignRight)
            editor.setAccessibleName(f"{field.name} {field.unit}".strip())
            name_of = label(translated(field.name), "3")
            self._numbers.append((name_of, editor, label(field.unit, "3", Face.SMALL)))
        self.labs_on.setPlaceholderText("YYYY-MM-DD")  # a date would read as recorded
        self.labs_on.setAccessibleName(translated("Date of the labs"))
        self._numbers.append((label(translated("Labs on"), "3"), self.labs_on, label()))
        self._lay_out(2)
        foot = QHBoxLayout()
        foot.setContentsMargins(theme.px(10), 0, theme.px(10), theme.px(8))
        foot.addWidget(self.labs)
        foot.addWidget(self.problem, 1)
        foot.addWidget(self.save)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        body = QWidget()
        body.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        inside = QVBoxLayout(body)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(0)
        inside.addLayout(grid)
        inside.addLayout(foot)
        enrolled = QHBoxLayout()
        enrolled.setContentsMargins(theme.px(10), theme.px(6), theme.px(10), theme.px(6))
        enrolled.setSpacing(theme.px(8))
        enrolled.addWidget(self.enrolment)
        enrolled.addWidget(self.enrolled, 1)
        inside.addWidget(rule_line())
        inside.addLayout(enrolled)
        tables = QHBoxLayout()
        tables.setContentsMargins(theme.px(10), theme.px(6), theme.px(10), theme.px(6))
        tables.setSpacing(theme.px(8))
        for button in (self.rows, self.load):
            tables.addWidget(button)
        tables.addStretch(1)
        inside.addWidget(rule_line())
        inside.addLayout(tables)
        for part in (rule_line(), self.treatments, rule_line(), self.events):
            inside.addWidget(part)
        inside.addStretch(1)
        area = QScrollArea()
        area.setAccessibleName(translated("Clinical data"))
        FocusRing(self._theme, area)
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(body)
        column.addWidget(self.head)
        column.addWidget(rule_line())
        column.addWidget(area, 1)

    def _labs_text(self, labs_day: int | None) -> str:
        start = None if self._record is None else self._record.day0
        if labs_day is None or start is None:
            return ""
        return date.fromordinal(start.toordinal() + labs_day).isoformat()

    def _labs_day(self) -> int | None:
        text = self.labs_on.text().strip()
        if not text:
            return None
        try:
            on = date.fromisoformat(text)
        except ValueError as error:
            raise ValueError(translated("Labs on: a date such as 2025-06-09")) from error
        if self._record is None or self._record.day0 is None:
            raise ValueError(translated("Labs on: confirm baseline and day 0 first"))
        return self._record.day(on)

    def _report(self) -> None:
        try:
            status = self.status()
        except ValueError as error:
            self.problem.setText(str(error))
            return
        self.problem.clear()
        self.clinical_recorded.emit(status)

    def _add_treatment(self, kind: str, on: date, until: date | None, note: str) -> None:
        self.treatment_added.emit(DatedTreatment(self._new_id(), TreatmentKind(kind), on, until, dose=note))

    def _add_event(self, kind: str, on: date, _until: date | None, note: str) -> None:
        self.event_added.emit(DatedEvent(self._new_id(), EventKind(kind), on, note))

    def _refused_event(self, kind: str, on: date) -> str:
        """A patient dies once; what was typed stays, so that it can be corrected."""
        died = second_death(self._record, DatedEvent("", EventKind(kind), on)) if self._record else None
        if died is None:
            return ""
        said = "Death is recorded on {date}. Nothing was added. If that date is wrong, correct it above with Edit."
        return translated(said, date=died.on.isoformat())

    def _edit_treatment(self, treatment_id: str) -> None:
        found = next((x for x in self._record.treatments if x.id == treatment_id), None) if self._record else None
        if found is not None:
            dialog = TreatmentDialog(self._theme, found, self)
            dialog.changed.connect(self.treatment_added)
            dialog.removed.connect(lambda: self.treatment_removed.emit(treatment_id))
            dialog.open()

    def _edit_event(self, event_id: str) -> None:
        found = next((x for x in self._record.events if x.id == event_id), None) if self._record else None
        if found is not None:
            dialog = EventDialog(self._theme, found, self)
            dialog.changed.connect(self.event_added)
            dialog.removed.connect(lambda: self.event_removed.emit(event_id))
            dialog.open()

    def _edit_enrolment(self) -> None:
        dialog = EnrolmentDialog(self._theme, self._record.enrolment if self._record else Enrolment(), self)
        dialog.changed.connect(self.enrolment_recorded)
        dialog.open()


def _treatment_row(treatment: DatedTreatment) -> tuple[str, str, str]:
    until = f" – {words.iso(treatment.until)}" if treatment.until else ""
    return (
        treatment.id,
        f"{plain_word(treatment.kind.value)} · {words.iso(treatment.on)}{until}",
        treatment_text(treatment),
    )


def _whole(value: object) -> int | None:
    return value if isinstance(value, int) else None
