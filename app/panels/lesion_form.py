"""Where a lesion is assigned: region, role, organ, kind, segments; and whether it conforms."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget

from app.panels.chips import ChipRow, Choice, KeyButton, PanelHead, label, rule_line
from app.panels.fields import PickBox
from app.panels.kept_rows import KeptRows
from app.panels.liver_scheme import LiverScheme, toggled
from app.panels.marks import Icon, MarkBox
from app.theme import Face, Theme
from app.words import kind_word, organ_word, region_word, role_word, translated
from mrecist.case import RULES_OF_LESION, RULES_OF_TIMEPOINT
from mrecist.lesions import Lesion
from mrecist.results import Issue, Severity
from mrecist.values import LesionKind, LesionRole, Organ, Region, Segment

_LIVER_ORGANS = (Organ.LIVER, Organ.PORTAL_VEIN, Organ.HEPATIC_VEIN, Organ.BILE_DUCT)
_LIVER_KINDS = (LesionKind.OTHER, LesionKind.INFILTRATIVE, LesionKind.TUMOUR_THROMBUS)
_OTHER_KINDS = (LesionKind.OTHER, LesionKind.LYMPH_NODE, LesionKind.BONE, LesionKind.EFFUSION, LesionKind.INFILTRATIVE)
_NODES = (Organ.LYMPH_NODE, Organ.LYMPH_NODE_PERIPORTAL)


class CheckState(Enum):
    MET = "met"
    TO_RESOLVE = "to_resolve"
    QUESTION = "question"


@dataclass(frozen=True, slots=True)
class Way:
    """A way out of a check that is not met, as a button; `id` comes back when it is pressed."""

    id: str
    word: str
    key: str = ""
    primary: bool = False


@dataclass(frozen=True, slots=True)
class Check:
    """One line of conformance: met, to resolve with its ways out, or a question with its answers."""

    rule: str
    text: str
    state: CheckState = CheckState.MET
    detail: str = ""
    ways: tuple[Way, ...] = ()


OVERRIDE = "override"


def check_of(issue: Issue) -> Check:
    """An issue of the engine as a check; one that was overridden counts as met and shows the reason.

    Where no reason can be given for what a rule finds, none is asked for.
    """
    if issue.overridden:
        return Check(issue.rule, issue.text, CheckState.MET, translated("Kept: {why}", why=issue.overridden))
    if issue.severity is Severity.NOTE:
        return Check(issue.rule, issue.text, CheckState.MET)
    keep = Way(OVERRIDE, translated("Keep, give reason"))
    ways = (keep,) if issue.rule in (*RULES_OF_LESION, *RULES_OF_TIMEPOINT) else ()
    return Check(issue.rule, issue.text, CheckState.TO_RESOLVE, ways=ways)


class LesionForm(QWidget):
    """Reports what the reader assigns; the name follows from region and role, and is given elsewhere."""

    lesion_changed = Signal(object)
    way_chosen = Signal(str, str)
    override_given = Signal(str, str)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._lesion: Lesion | None = None
        self.head = PanelHead(theme, "", right=translated("Name follows region and role"))
        regions = [Choice(region, region_word(region)) for region in Region]
        roles = (
            Choice(LesionRole.TARGET, role_word(LesionRole.TARGET), "T"),
            Choice(LesionRole.NONTARGET, role_word(LesionRole.NONTARGET), "N"),
            Choice(LesionRole.NEW, role_word(LesionRole.NEW), "W"),
        )
        self.region = ChipRow(theme, regions)
        self.role = ChipRow(theme, roles)
        segments = [Choice(segment, segment.value) for segment in Segment]
        self.segments = ChipRow(theme, segments, several=True, stretch=True)
        self.organ = PickBox(theme)
        self.kind = PickBox(theme)
        self.site = QLineEdit()
        self.site.setPlaceholderText(translated("place in your own words"))
        self.conformance = PanelHead(theme, translated("Conformance"), translated("live"))
        self._checks = KeptRows()
        self.scheme = LiverScheme(theme)
        self._segment_row = self._row(translated("Segment"), self._segment_fields())
        self._build()
        self.region.changed.connect(self._region_changed)
        self.role.changed.connect(self._report)
        self.segments.changed.connect(self._on_segments)
        self.scheme.changed.connect(self._on_scheme)
        self.organ.activated.connect(self._organ_changed)
        self.kind.activated.connect(self._report)
        self.site.editingFinished.connect(self._report)

    def set_lesion(
        self, lesion: Lesion | None, locked: bool = False, new: bool = False, at_baseline: bool | None = None
    ) -> None:
        """Show a lesion's assignment.

        Targets and non-targets are chosen at baseline, new lesions are those of a follow-up: the other roles are not
        offered. Where it is not said whether it is the baseline, the lesion's own role tells.
        """
        self._lesion = lesion
        self.setVisible(lesion is not None)
        if lesion is None:
            self.set_checks(())
            return
        kinds = f"{region_word(lesion.region).lower()} {role_word(lesion.role).lower()}"
        self.head.title.setText(lesion.id)
        self.head.note.setText(f"{kinds} · {translated('new')}" if new else kinds)
        self.region.choose(lesion.region)
        self.role.choose(lesion.role)
        first = lesion.role is not LesionRole.NEW if at_baseline is None else at_baseline
        for role in LesionRole:
            self.role.chip_of(role).setVisible(role is lesion.role or (role is not LesionRole.NEW) is first)
        self.segments.choose(*lesion.segments)
        self.scheme.choose(*lesion.segments)
        self._fill(lesion.region)
        self.organ.setCurrentIndex(self.organ.findData(lesion.organ.value))
        self.kind.setCurrentIndex(self.kind.findData(lesion.kind.value))
        self.site.setText(lesion.site)
        self._segment_row.setVisible(lesion.region is Region.INTRAHEPATIC)
        for part in (self.region, self.role, self.segments, self.scheme, self.organ, self.kind, self.site):
            part.setEnabled(not locked)

    def set_checks(self, checks: Sequence[Check]) -> None:
        """Show conformance: what is to resolve first, the rest in the order given: an answer moves no other row."""
        order = (CheckState.TO_RESOLVE, CheckState.QUESTION, CheckState.MET)
        name = "" if self._lesion is None else self._lesion.id
        shown = sorted(checks, key=lambda c: c.state is not CheckState.TO_RESOLVE)
        self._checks.show_rows([(name, check) for check in shown], self._check_row)
        answered_by_none = [c for c in checks if c.state is CheckState.QUESTION and not c.ways]  # a suggestion
        count = {state: sum(c.state is state and c not in answered_by_none for c in checks) for state in order}
        told = [translated("{count} met", count=count[CheckState.MET])]
        if count[CheckState.TO_RESOLVE]:
            told.append(translated("{count} to resolve", count=count[CheckState.TO_RESOLVE]))
        if count[CheckState.QUESTION]:
            asked = count[CheckState.QUESTION]
            told.append(translated("{count} question" if asked == 1 else "{count} questions", count=asked))
        self.conformance.right.setText(" · ".join(told))
        self.conformance.setVisible(bool(checks))

    def _check_row(self, told: tuple[str, Check]) -> CheckRow:
        row = CheckRow(self._theme, told[1])
        row.way_chosen.connect(self.way_chosen)
        row.override_given.connect(self.override_given)
        return row

    def _build(self) -> None:
        theme = self._theme
        place = QHBoxLayout()
        place.setContentsMargins(0, 0, 0, 0)
        place.setSpacing(theme.px(4))
        place.addWidget(self.organ, 1)
        place.addWidget(self.kind, 1)
        holder = QWidget()
        holder.setLayout(place)
        for field in (self.organ, self.kind, self.site):
            field.setProperty("compact", "true")
        rows = QVBoxLayout()
        rows.setContentsMargins(theme.px(10), theme.px(8), theme.px(10), theme.px(8))
        rows.setSpacing(theme.px(6))
        rows.addWidget(self._row(translated("Region"), self.region))
        rows.addWidget(self._row(translated("Role"), self.role))
        rows.addWidget(self._row(translated("Organ"), holder))
        rows.addWidget(self._segment_row)
        rows.addWidget(self._row(translated("Site"), self.site))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.head)
        column.addWidget(rule_line())
        column.addLayout(rows)
        column.addWidget(self.conformance)
        column.addWidget(rule_line())
        column.addLayout(self._checks)
        column.addStretch(1)
        self.organ.setAccessibleName(translated("Organ"))
        self.kind.setAccessibleName(translated("Kind"))
        self.site.setAccessibleName(translated("Site"))

    def _row(self, name: str, field: QWidget) -> QWidget:
        row = QWidget()
        line = QHBoxLayout(row)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(0)
        head = label(name, "3")
        head.setFixedWidth(self._theme.px(72))
        line.addWidget(head)
        line.addWidget(field, 1)
        return row

    def _segment_fields(self) -> QWidget:
        """The segments by name, and the same on a drawn liver."""
        holder = QWidget()
        column = QVBoxLayout(holder)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(self._theme.px(6))
        column.addWidget(self.segments)
        column.addWidget(self.scheme, 0, Qt.AlignmentFlag.AlignLeft)
        return holder

    def _on_segments(self) -> None:
        """One chip was pressed: IV and its parts exclude each other."""
        before = self.scheme.values
        pressed = {x for x in self.segments.values if isinstance(x, Segment)} ^ set(before)
        now = next((toggled(before, segment) for segment in pressed), before)
        self.segments.choose(*now)
        self.scheme.choose(*now)
        self._report()

    def _on_scheme(self) -> None:
        self.segments.choose(*self.scheme.values)
        self._report()

    def _fill(self, region: Region) -> None:
        """Organs and kinds that this region can have."""
        liver = region is Region.INTRAHEPATIC
        organs = [organ for organ in Organ if (organ in _LIVER_ORGANS) is liver]
        for box, choices in ((self.organ, organs), (self.kind, _LIVER_KINDS if liver else _OTHER_KINDS)):
            box.clear()
            for choice in choices:
                box.addItem(organ_word(choice) if isinstance(choice, Organ) else kind_word(choice), choice.value)

    def _region_changed(self) -> None:
        """Another region: the organ and the kind begin anew, since none of the other region's holds."""
        region = self.region.value
        assert isinstance(region, Region)
        if self._lesion is None or region is self._lesion.region:
            return
        self._fill(region)
        self._segment_row.setVisible(region is Region.INTRAHEPATIC)
        self.segments.choose()
        self.scheme.choose()
        self._report()

    def _organ_changed(self) -> None:
        """A node is measured by its short axis, a thrombus has no target diameter: the kind follows the organ."""
        organ = Organ(self.organ.currentData())
        if organ in _NODES:
            self.kind.setCurrentIndex(self.kind.findData(LesionKind.LYMPH_NODE.value))
        elif organ is Organ.BONE:
            self.kind.setCurrentIndex(self.kind.findData(LesionKind.BONE.value))
        elif organ in _LIVER_ORGANS[1:]:
            self.kind.setCurrentIndex(self.kind.findData(LesionKind.TUMOUR_THROMBUS.value))
        elif self.kind.currentData() in (LesionKind.LYMPH_NODE, LesionKind.BONE, LesionKind.TUMOUR_THROMBUS):
            self.kind.setCurrentIndex(self.kind.findData(LesionKind.OTHER.value))
        self._report()

    def _report(self) -> None:
        region, role = self.region.value, self.role.value
        if self._lesion is None or not isinstance(region, Region) or not isinstance(role, LesionRole):
            return
        changed = replace(
            self._lesion,
            region=region,
            role=role,
            organ=Organ(self.organ.currentData()),
            kind=LesionKind(self.kind.currentData()),
            segments=tuple(segment for segment in self.segments.values if isinstance(segment, Segment)),
            site=self.site.text().strip(),
        )
        if changed != self._lesion:
            self._lesion = changed
            self.lesion_changed.emit(changed)


_ICONS = {CheckState.MET: Icon.MET, CheckState.TO_RESOLVE: Icon.ALERT, CheckState.QUESTION: Icon.QUESTION}


class CheckRow(QFrame):
    """One check; what is to resolve stands on an amber ground with its ways out."""

    way_chosen = Signal(str, str)
    override_given = Signal(str, str)

    def __init__(self, theme: Theme, check: Check) -> None:
        super().__init__()
        self._theme, self._check = theme, check
        resolve = check.state is CheckState.TO_RESOLVE
        self.setProperty("card", "alert" if resolve else "")
        self.setProperty("rule", "" if resolve else "bottom")
        self.reason = QLineEdit()
        self.reason.setPlaceholderText(translated("reason, one sentence; Enter keeps it"))
        self.reason.setAccessibleName(translated("Reason"))
        self.reason.hide()
        self.buttons: dict[str, QPushButton] = {}
        text = label(check.text, "amber" if resolve else "1" if check.state is CheckState.QUESTION else "2")
        text.setProperty("strong", "true" if resolve else "false")
        text.setWordWrap(True)
        top = QHBoxLayout()
        top.setSpacing(theme.px(8))
        top.addWidget(MarkBox(_ICONS[check.state], theme), 0, Qt.AlignmentFlag.AlignVCenter)
        top.addWidget(text, 1)
        column = QVBoxLayout(self)
        tall = theme.px(5 if resolve else 2)
        column.setContentsMargins(theme.px(10), tall, theme.px(10), tall)
        column.setSpacing(theme.px(4))
        column.addLayout(top)
        if check.state is CheckState.QUESTION or (check.state is CheckState.MET and check.ways):
            for button in self._made():
                top.addWidget(button)
        else:
            top.addWidget(label(check.rule, "3", Face.RULE), 0, Qt.AlignmentFlag.AlignVCenter)
        below = QVBoxLayout()
        below.setContentsMargins(theme.px(22), 0, 0, 0)
        below.setSpacing(theme.px(4))
        if check.detail:
            detail = label(check.detail, "2", Face.BODY if resolve else Face.SMALL)
            detail.setWordWrap(True)
            below.addWidget(detail)
        if resolve and check.ways:
            ways = QHBoxLayout()
            ways.setSpacing(theme.px(8))
            for button in self._made():
                ways.addWidget(button)
            ways.addStretch(1)
            below.addLayout(ways)
        below.addWidget(self.reason)
        if resolve or check.detail or check.ways:
            column.addLayout(below)
        if check.state is CheckState.MET and not check.detail:
            self.setMinimumHeight(theme.px(24))
        self.reason.returnPressed.connect(self._keep)

    @property
    def check(self) -> Check:
        return self._check

    @property
    def rule(self) -> str:
        return self._check.rule

    def _made(self) -> list[QPushButton]:
        for way in self._check.ways:
            button = KeyButton(way.word, way.key, primary=way.primary, small=True)
            button.clicked.connect(lambda _checked, chosen=way.id: self._choose(chosen))
            self.buttons[way.id] = button
        return list(self.buttons.values())

    def _choose(self, way: str) -> None:
        if way == OVERRIDE:
            self.reason.show()
            self.reason.setFocus()
            return
        self.way_chosen.emit(self._check.rule, way)

    def _keep(self) -> None:
        said = self.reason.text().strip()
        if said:
            self.override_given.emit(self._check.rule, said)
