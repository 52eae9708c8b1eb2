"""The report of one read for the tumour board: what it says, in which order."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter

from app import words
from app.exports.exported import ExportedRead
from app.models.course import REGIONS, CoursePoint, LesionCourse, course_of
from app.models.finding_sizes import whole_of
from app.models.lesion_cells import finding_cell, site_text
from app.models.reading import Reading
from app.panels.decision_inputs import input_value
from app.panels.decision_text import (
    answer_line,
    data_missing,
    decision_titles,
    judgements_at,
    origin_text,
    questions,
    reason_line,
)
from app.panels.response_text import (
    Sentence,
    composite_sentence,
    first_sentence,
    overall_sentence,
    second_sentence,
)
from app.person_names import person_name
from app.profiles import known_profiles, protocol_of
from app.reading.next_dates import next_dates
from app.report.blocks import Column, Drawing, Gap, Heading, KeyPicture, Pictures, Text, table
from app.report.course_drawing import HEIGHT, CoursePicture
from app.report.key_points import key_points
from app.report.sheets import Block
from app.report.signatures import signature_blocks
from app.theme import Face, Theme
from app.words import translated
from mrecist.lesions import Measured
from mrecist.results import Decision
from mrecist.rulesets import RuleSet
from mrecist.values import LesionRole, Region, Response

_PROPOSED = (
    "proposed: the diameter that the assistant proposed in mm, first, then at the threshold and reference that were "
    "accepted; what counts is the value above it, as the reader recorded it."
)
_VISITS_ACROSS = 7
"""As many time points as stand beside each other in the table of lesions; more go into a further table."""
PictureOf = Callable[[LesionCourse, str], KeyPicture]
"""The picture of a lesion at a time point."""


class TumourReport:
    """One read as blocks; `picture_of` gives the key images.

    Parameters
    ----------
    today
        The day on which it is made: windows of what comes next are seen from it.
    visit_id
        The time point whose responses and decisions are told; the last one that was read, if none is named.
    """

    def __init__(
        self,
        theme: Theme,
        one: ExportedRead,
        ruleset: RuleSet,
        picture_of: PictureOf,
        today: date | None = None,
        visit_id: str = "",
    ) -> None:
        self._theme, self._one, self._ruleset, self._picture_of = theme, one, ruleset, picture_of
        self._today = today or date.today()
        record = one.record
        self.course = course_of(record, one.read.id, ruleset, one.assessment)
        told = [point for point in self.course.points if point.response is not None]
        self._last = next((point for point in told if point.id == visit_id), told[-1] if told else None)
        if self._last is None and self.course.points:
            self._last = self.course.points[0]

    @property
    def title(self) -> str:
        return translated("Tumour response report {case}", case=self._one.id)

    def blocks(self) -> list[Block]:
        """Everything, in order: overview, course, responses, decisions, lesions, key images, signatures."""
        return [
            *self._overview(),
            *self._responses(),
            *self._decisions(),
            *self._lesions(),
            *self._key_images(),
            *signature_blocks(self._one, self._theme),
        ]

    def note_blocks(self) -> list[Block]:
        """What is decided at the time point, and on what it rests: one or two pages."""
        opening = [] if self._last is None else [
            Text(self._theme, self._conclusion(self._last), face=Face.TITLE, bold=True, below=6)
        ]  # fmt: skip
        return [*opening, *self._decisions(), *self._responses(), *signature_blocks(self._one, self._theme)]

    # --- head and foot ----------------------------------------------------------------------------------------

    def paint_head(self, painter: QPainter, box: QRectF, _page: int, _pages: int) -> None:
        """Whose report it is, on every page."""
        patient, record, theme = self._one.record.patient, self._one.record, self._theme
        top, line = box.top() + 20, 15.0
        name = person_name(patient.name) or patient.id
        born = translated("born {date}", date=words.iso(patient.birth_date)) if patient.birth_date else ""
        self._write(painter, QRectF(box.left(), top, box.width(), 18), name, Face.TITLE, "text.1", bold=True)
        told = " · ".join(part for part in (patient.id, patient.sex, born, self._case_if_other()) if part)
        self._write(painter, QRectF(box.left(), top + 18, box.width(), line), told, Face.SMALL, "text.2")
        right = Qt.AlignmentFlag.AlignRight
        standing = self._standing()
        heading = QRectF(box.left(), top, box.width(), 18)
        self._write(painter, heading, translated("Tumour response"), Face.BODY, "text.1", bold=True, align=right)
        token = "text.2" if standing == translated("signed") else "signal.amber"
        marks = [standing, *([translated("SYNTHETIC IMAGES")] if record.synthetic else [])]
        self._write(painter, QRectF(box.left(), top + 18, box.width(), line), " · ".join(marks), Face.SMALL, token,
                    align=right)  # fmt: skip
        painter.fillRect(QRectF(box.left(), box.bottom() - 6, box.width(), 0.8), theme.colour("line.strong"))

    def paint_foot(self, painter: QPainter, box: QRectF, page: int, pages: int) -> None:
        """By which rules, of which state of the record, and which page."""
        painter.fillRect(QRectF(box.left(), box.top() + 2, box.width(), 0.6), self._theme.colour("line.divider"))
        rules = f"{self._ruleset.name} {self._ruleset.version}"
        head = translated("log {head}", head=self._one.head[:16])
        made = translated("made {date}", date=words.iso(self._today))
        line = QRectF(box.left(), box.top() + 6, box.width(), 14)
        self._write(painter, line, f"Hepatrace · {rules} · {head} · {made}", Face.RULE, "text.3")
        number = translated("page {page} of {pages}", page=page, pages=pages)
        self._write(painter, line, number, Face.RULE, "text.3", align=Qt.AlignmentFlag.AlignRight)

    def _case_if_other(self) -> str:
        return "" if self._one.record.case_id == self._one.record.patient.id else self._one.record.case_id

    def _standing(self) -> str:
        unsigned = [point.id for point in self.course.points if not point.signed]
        return translated("not signed: {points}", points=words.listed(unsigned)) if unsigned else translated("signed")

    def _write(
        self,
        painter: QPainter,
        box: QRectF,
        said: str,
        face: Face,
        token: str,
        bold: bool = False,
        align: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignLeft,
    ) -> None:
        painter.setFont(self._theme.font(face, bold))
        painter.setPen(self._theme.colour(token))
        painter.drawText(box, int(align | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine), said)

    # --- what it says -----------------------------------------------------------------------------------------

    def _overview(self) -> Iterator[Block]:
        record, read, theme = self._one.record, self._one.read, self._theme
        protocol = known_profiles().find(record.protocol)
        facts = (
            (translated("Case"), self._one.id),
            (translated("Protocol"), protocol.title if protocol else record.protocol or words.DASH),
            (translated("Reader"), f"{read.reader or words.DASH}{', blinded' if read.blinded else ''}"),
            (translated("Criteria"), self._criteria()),
            (translated("Day 0"), words.iso(record.day0)),
        )
        said = "   ".join(f"{name}: {value}" for name, value in facts)
        yield Text(theme, said, "text.2", Face.SMALL, below=6)
        if self._last is not None:
            yield Text(theme, self._conclusion(self._last), face=Face.TITLE, bold=True, below=6)
        yield Heading(theme, translated("Course"), translated("solid: intrahepatic · dashed: extrahepatic"))
        if self.course.points:
            picture = CoursePicture(theme, self.course)
            yield Drawing(HEIGHT, picture.paint)
        yield Gap(6)
        yield from self._summary()

    @property
    def _by_whole(self) -> bool:
        """Whether the rule set counts whole lesions in the liver, too."""
        return self._ruleset.target.liver_diameter == "whole"

    def _criteria(self) -> str:
        if self._by_whole:
            return translated("RECIST 1.1, in the liver too")
        return translated("mRECIST in the liver, RECIST 1.1 outside it")

    def _conclusion(self, point: CoursePoint) -> str:
        """One sentence: where the patient stands."""
        at = f"{point.id}, {words.iso(point.on)}"
        if point.response is None:
            return translated("{at}: baseline; no follow-up has been read.", at=at)
        here = point.response
        return translated(
            "{at}: intrahepatic {intra}, extrahepatic {extra}, composite {both}.",
            at=at,
            intra=words.response_words(here.intrahepatic.response),
            extra=words.response_words(here.extrahepatic.response),
            both=words.response_words(here.composite),
        )

    def _summary(self) -> list[Block]:
        columns = (
            Column(translated("Point"), 34), Column(translated("Date"), 62), Column(translated("Weeks"), 46, True),
            *(part for region in ("IH", "EH") for part in (
                Column(f"{region} mm", 44, True), Column(translated("% vs BL"), 48, True),
                Column(translated("% vs nadir"), 54, True), Column(f" {region}", 42))),
            Column(translated("Comp."), 42), Column(translated("Pooled"), 44),
        )  # fmt: skip
        rows: list[Sequence[str | Response]] = []
        for point in self.course.points:
            cells: list[str | Response] = [point.id, words.iso(point.on), _weeks(point.day)]
            for region in REGIONS:
                response = point.of_region(region)
                cells.append(point.sum_text(region))
                cells.append(words.pct(response.change_from_baseline_pct) if response else words.DASH)
                cells.append(words.pct(response.change_from_nadir_pct) if response else words.DASH)
                cells.append(response.response if response else words.DASH)
            here = point.response
            cells += [here.composite if here else words.DASH, here.overall.response if here else words.DASH]
            rows.append(cells)
        best: list[str | Response] = [translated("Best"), "", ""]
        for region in REGIONS:
            found = self.course.best(region)
            best += ["", "", "", found.unconfirmed if found else words.DASH]
        rows.append([*best, "", ""])
        return table(self._theme, columns, rows, bold=(len(rows) - 1,))

    def _responses(self) -> Iterator[Block]:
        """How the last response came about, sentence by sentence."""
        point = self._last
        if point is None or point.response is None:
            return
        reading = Reading(self._one.record, self._one.read.id, point.id, self._one.assessment)
        yield Heading(self._theme, translated("Responses at {point}", point=point.id))
        for region in REGIONS:
            response = point.of_region(region)
            if response is None:
                continue
            name = words.region_word(region)
            yield Text(self._theme, f"{name}: {words.response_words(response.response)}", bold=True, keep=True)
            sentences = (first_sentence(response, region, reading), second_sentence(response, region, reading))
            for said in filter(None, map(joined, sentences)):
                yield Text(self._theme, said, "text.2", left=14)
            yield Gap(3)
        here = point.response
        both = composite_sentence(here.intrahepatic.response, here.extrahepatic.response, here.composite)
        yield Text(self._theme, joined(both), "text.2")
        yield Text(self._theme, joined(overall_sentence(here.overall, reading.baseline_id)), "text.2")
        for issue in here.issues:
            why = f" {translated('Kept: {why}', why=issue.overridden)}" if issue.overridden else ""
            yield Text(self._theme, f"{issue.severity.value.capitalize()}: {issue.text}{why}", "text.2", Face.SMALL)

    def _decisions(self) -> Iterator[Block]:
        point = self._last
        if point is None or point.response is None:
            return
        tace, sorafenib = point.response.tace, point.response.sorafenib
        if tace is None and sorafenib is None:
            return
        theme = self._theme
        reading = Reading(self._one.record, self._one.read.id, point.id, self._one.assessment)
        yield Heading(theme, translated("Decisions at {point}", point=point.id), self._one.record.protocol or "")
        names = decision_titles(protocol_of(self._one.record.protocol))
        for name, decision in zip(names, (tace, sorafenib), strict=True):
            if decision is not None:
                yield from self._decision(name, decision, point, reading)
        answered = judgements_at(reading)
        if answered:
            yield Text(theme, translated("Judgements"), bold=True, above=3, keep=True)
            protocol = known_profiles().find(self._one.record.protocol)
            for judgement in answered:
                yield Text(theme, answer_line(judgement, protocol), "text.2", Face.SMALL, left=14)
        upcoming = next_dates(self._one.record, point.id, self._today, tace, sorafenib)
        dated = [entry for entry in upcoming if entry.first is not None and entry.last is not None]
        if dated:
            yield Text(theme, translated("Next"), bold=True, above=3, keep=True)
            for entry in dated:
                assert entry.first is not None and entry.last is not None
                what = translated(entry.window.title, number=entry.number)
                standing = entry.standing.value
                yield Text(
                    theme,
                    f"{what}: {words.window(entry.first, entry.last)} ({standing})",
                    "text.2",
                    Face.SMALL,
                    left=14,
                )

    def _decision(self, name: str, decision: Decision, point: CoursePoint, reading: Reading) -> Iterator[Block]:
        theme = self._theme
        word = words.decision_word(decision.decision)
        yield Text(theme, f"{name}: {word} (row {decision.row})", bold=True, keep=True)
        why = reason_line(decision, point.response)
        if why:
            yield Text(theme, why, "text.2", left=14, keep=True)
        judged = judgements_at(reading)
        visit = reading.record.visit(reading.visit_id)
        clinical = None if visit is None else visit.clinical
        inputs = [
            f"{entry.name}: {input_value(entry, point.response, clinical)} ({origin_text(entry, judged)})"
            for entry in decision.inputs
        ]
        if inputs:
            yield Text(theme, " · ".join(inputs), "text.3", Face.SMALL, left=14, below=6)
        for question in questions(decision, None, known_profiles().find(self._one.record.protocol)):
            asked = translated("Open: {question}", question=question.text)
            yield Text(theme, asked, "signal.amber", Face.SMALL, left=14)
        missing = data_missing(decision, None)
        if missing:
            told = translated("Not recorded: {what}", what=words.listed(missing))
            yield Text(theme, told, "signal.amber", Face.SMALL, left=14)
        yield Gap(4)

    def _lesions(self) -> Iterator[Block]:
        """Every lesion at every time point, a table a region."""
        points, theme = self.course.points, self._theme
        if not points:
            return
        for region in REGIONS:
            lesions = [one for one in self.course.lesions if one.lesion.region is region]
            if not lesions:
                continue
            method = translated("RECIST 1.1, mm")
            if region is Region.INTRAHEPATIC and not self._by_whole:
                method = translated("mRECIST, viable mm")
            for start in range(0, len(points), _VISITS_ACROSS):
                shown = points[start : start + _VISITS_ACROSS]
                yield Heading(theme, translated("{region} lesions", region=words.region_word(region)), method)
                columns = (
                    Column(translated("Lesion"), 46),
                    Column(translated("Site"), 110),
                    Column(translated("Role"), 66),
                    *(Column(f"{point.id} {words.month_day(point.on)}", 64, True) for point in shown),
                )
                rows = [row for one in lesions for row in (self._lesion_row(one, shown), *self._proposed(one, shown))]
                below = [number for number, row in enumerate(rows) if not row[0]]
                if below:
                    yield Text(theme, translated(_PROPOSED), "text.2", Face.SMALL, keep=True)
                sums = [point.sum_text(region) for point in shown]
                rows.append([translated("Sum"), "", "", *sums])
                yield from table(theme, columns, rows, bold=(len(rows) - 1,), faint=below)

    def _proposed(self, one: LesionCourse, shown: Sequence[CoursePoint]) -> Iterator[list[str | Response]]:
        """Below a lesion, what the assistant proposed of its viable diameters; nothing where these do not count."""
        told = []
        for point in shown:
            kept = None if self._by_whole else self._one.record.assistance(self._one.read.id, point.id, one.lesion.id)
            sizes = () if kept is None else dict.fromkeys((words.mm(kept.automatic), words.mm(kept.proposed)))
            told.append(translated(", then ").join(sizes))
        if any(told):
            yield ["", translated("proposed"), "", *told]

    def _lesion_row(self, one: LesionCourse, shown: Sequence[CoursePoint]) -> list[str | Response]:
        lesion = one.lesion
        cells: list[str | Response] = [lesion.id, site_text(lesion), words.role_word(lesion.role)]
        for point in shown:
            reading = Reading(self._one.record, self._one.read.id, point.id, self._one.assessment)
            finding = reading.finding(lesion.id, point.id)
            first = one.points[0].on if one.points else None
            if finding is None:
                later = lesion.role is LesionRole.NEW and (first is None or point.on < first)
                cells.append("" if later else words.DASH)
                continue
            if self._by_whole and lesion.region is Region.INTRAHEPATIC and isinstance(finding, Measured):
                cells.append(whole_of(finding) or words.DASH)
                continue
            cell = finding_cell(lesion, finding, reading, point.id)
            cells.append(f"{cell.prefix} {cell.text}".strip())
        return cells

    def _key_images(self) -> Iterator[Block]:
        """Of each lesion with a line: the baseline, the smallest, the last."""
        shown = [(one, points) for one in self.course.lesions if (points := key_points(self.course, one))]
        if not shown:
            return
        note = translated("one scale and window a lesion, the line that was measured")
        yield Heading(self._theme, translated("Key images"), note)
        for number, (one, points) in enumerate(shown):
            name = f"{one.lesion.id} · {words.role_word(one.lesion.role)} · {site_text(one.lesion)}"
            yield Text(self._theme, name, bold=True, above=0 if number == 0 else 4, keep=True)
            yield Pictures(self._theme, [self._picture_of(one, visit_id) for visit_id in points])


def joined(sentence: Sentence) -> str:
    """A sentence as plain words; a response that the window draws with its shape is told by its letters."""
    letters = words.response_letters
    return "".join(run.text or (letters(run.response) if run.response else "") for run in sentence)


def _weeks(day: int) -> str:
    return words.weeks(day).replace(f"{words.SPACE}wk", "")
