"""The cohort screen: responses above, times and agreement below. Layout only."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QMenu,
    QPushButton,
    QSizePolicy,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from app.panels.agreement_view import AgreementView
from app.panels.chips import ChipRow, Choice, chip, label, rule_line
from app.panels.fields import PickBox
from app.panels.response_plots import Spider, Swimmer, Waterfall
from app.panels.survival_plots import Curves, Incidence
from app.theme import Face, Theme
from app.words import translated

WATERFALL, SPIDER, SWIMMER = "Waterfall", "Spider", "Swimmer"
EXPORTS = (
    ("PNG", "Pictures (PNG) …"),
    ("SVG", "Drawings (SVG) …"),
    ("PDF", "Pages to print (PDF) …"),
    ("CSV", "Data (CSV) …"),
)


@dataclass(frozen=True, slots=True)
class Asked:
    """What the cohort is shown by."""

    source: str
    ruleset: str
    other: str
    reader: str
    group: str
    time: str
    unit: str
    picture: str


class CohortPage(QWidget):
    """Reports what is asked of it.

    Signals
    -------
    asked()
        Another choice was made: see `choices`.
    case_chosen(str)
    export_chosen(str)
        ``PNG``, ``SVG``, ``PDF`` or ``CSV``.
    import_requested()
        A table of another study is to be read.
    """

    asked = Signal()
    case_chosen = Signal(str)
    export_chosen = Signal(str)
    import_requested = Signal()

    def __init__(self, theme: Theme, rulesets: Sequence[str], units: Sequence[str]) -> None:
        super().__init__()
        self._theme = theme
        self.counts: QLabel = label("", "2", Face.SMALL)
        self.synthetic = chip("SYNTHETIC", "amber")
        self.source = _choice(theme, translated("Cases of"), ())
        self.ruleset = _choice(theme, translated("Rule set"), tuple((name, name) for name in rulesets))
        self.other = _choice(
            theme,
            translated("Beside it"),
            (("", translated("alone")), *((name, translated("beside {rules}", rules=name)) for name in rulesets)),
        )
        self.reader = _choice(theme, translated("Reads of"), ())
        self.group = _choice(theme, translated("Group by"), (("", translated("none")),))
        self.time = _choice(theme, translated("Time"), ())
        self.unit = _choice(theme, translated("Unit"), tuple((unit, unit) for unit in units))
        self.picture = ChipRow(theme, tuple(Choice(name, translated(name)) for name in (WATERFALL, SPIDER, SWIMMER)))
        self.picture.choose(WATERFALL)
        self.export = QPushButton(translated("Export"))
        self.export.setProperty("compact", "true")
        self.importing = QPushButton(translated("Import a table …"))
        self.importing.setProperty("compact", "true")
        self.importing.clicked.connect(lambda: self.import_requested.emit())
        self.waterfalls = (
            Waterfall(theme, translated("Intrahepatic"), translated("best response, viable, mRECIST")),
            Waterfall(theme, translated("Extrahepatic"), translated("best response, RECIST 1.1")),
        )
        self.spiders = (
            Spider(theme, translated("Intrahepatic"), translated("change from baseline, %")),
            Spider(theme, translated("Extrahepatic"), translated("change from baseline, %")),
        )
        self.swimmer = Swimmer(theme, translated("Course of each patient"), translated("overall response"))
        self.survival = Curves(theme, translated("Survival"), translated("Kaplan–Meier, 95 % CI log-log"))
        self.incidence = Incidence(
            theme,
            translated("Progression per region"),
            translated("cumulative incidence; dotted: 1 − KM"),
        )
        self.agreement = AgreementView(theme)
        self.values: QLabel = label("", "2", Face.SMALL)
        self.empty: QLabel = label("", "2")
        self._above = QStackedWidget()
        self._whole = QStackedWidget()
        self._build()
        self._connect()

    @property
    def choices(self) -> Asked:
        return Asked(
            str(self.source.currentData() or ""),
            str(self.ruleset.currentData() or ""),
            str(self.other.currentData() or ""),
            str(self.reader.currentData() or ""),
            str(self.group.currentData() or ""),
            str(self.time.currentData() or ""),
            str(self.unit.currentData() or ""),
            str(self.picture.value),
        )

    def offer(self, box: PickBox, choices: Sequence[tuple[str, str]], chosen: str) -> None:
        """Fill a box without asking anew; what was chosen stays chosen where it is still there."""
        box.blockSignals(True)
        box.clear()
        for value, said in choices:
            box.addItem(said, value)
        at = next((row for row in range(box.count()) if box.itemData(row) == chosen), 0)
        box.setCurrentIndex(at)
        box.blockSignals(False)
        chosen_px = box.fontMetrics().horizontalAdvance(box.currentText())
        box.setMinimumWidth(min(chosen_px + self._theme.px(36), self._theme.px(200)))  # Qt keeps an older least width

    def show_empty(self, said: str) -> None:
        """One sentence in place of the pictures."""
        self.empty.setText(said)
        self._whole.setCurrentIndex(1)

    def show_pictures(self) -> None:
        self._whole.setCurrentIndex(0)
        self._above.setCurrentIndex((WATERFALL, SPIDER, SWIMMER).index(str(self.picture.value)))

    @property
    def pictures(self) -> Mapping[str, Callable[..., None]]:
        """What is on screen, by a name for its file: each paints itself into a box."""
        above: dict[str, Callable[..., None]]
        match str(self.picture.value):
            case "Waterfall":
                above = {
                    "waterfall-intra": self.waterfalls[0].render_into,
                    "waterfall-extra": self.waterfalls[1].render_into,
                }
            case "Spider":
                above = {"spider-intra": self.spiders[0].render_into, "spider-extra": self.spiders[1].render_into}
            case _:
                above = {"swimmer": self.swimmer.render_into}
        below = {"survival": self.survival.render_into, "incidence": self.incidence.render_into}
        return above | below | {"agreement": self.agreement.render_into}

    def _connect(self) -> None:
        for box in (self.source, self.ruleset, self.other, self.reader, self.group, self.time, self.unit):
            box.activated.connect(lambda _row: self.asked.emit())
        self.picture.changed.connect(self.asked)
        plots = (*self.waterfalls, *self.spiders, self.swimmer)
        for plot in plots:
            plot.case_chosen.connect(self.case_chosen)
            plot.hovered.connect(self._show_values)
        self.agreement.case_chosen.connect(self.case_chosen)
        menu = QMenu(self)
        for kind, said in EXPORTS:
            menu.addAction(translated(said)).triggered.connect(
                lambda _checked=False, k=kind: self.export_chosen.emit(k)
            )
        self.export.setMenu(menu)

    def _show_values(self, said: str) -> None:
        self.values.setText(said or translated("Colour and mark: best response as read · press a bar: opens its case"))

    def _build(self) -> None:
        theme = self._theme
        bar = QHBoxLayout()
        bar.setContentsMargins(theme.px(8), theme.px(6), theme.px(8), theme.px(6))
        bar.setSpacing(theme.px(6))
        for part in (self.counts, self.synthetic, self.picture):
            bar.addWidget(part)
        bar.addStretch(1)
        for box in (self.source, self.ruleset, self.other, self.reader, self.group, self.time, self.unit):
            bar.addWidget(box)
        bar.addWidget(self.importing)
        bar.addWidget(self.export)
        for pair in ((*self.waterfalls,), (*self.spiders,), (self.swimmer,)):
            self._above.addWidget(_side_by_side(pair))
        below = _side_by_side((self.survival, self.incidence, self.agreement))
        pictures = QWidget()
        column = QVBoxLayout(pictures)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._above, 1)
        column.addWidget(rule_line())
        column.addWidget(below, 1)
        nothing = QWidget()
        said = QVBoxLayout(nothing)
        said.setContentsMargins(theme.px(16), theme.px(16), theme.px(16), theme.px(16))
        said.addWidget(self.empty)
        said.addStretch(1)
        self._whole.addWidget(pictures)
        self._whole.addWidget(nothing)
        foot = QHBoxLayout()
        foot.setContentsMargins(theme.px(10), theme.px(2), theme.px(10), theme.px(2))
        foot.addWidget(self.values)
        self._show_values("")
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addLayout(bar)
        outer.addWidget(rule_line())
        outer.addWidget(self._whole, 1)
        outer.addWidget(rule_line())
        outer.addLayout(foot)


def _choice(theme: Theme, name: str, choices: Sequence[tuple[str, str]]) -> PickBox:
    box = PickBox(theme)
    box.setProperty("compact", "true")
    box.setAccessibleName(name)
    box.setToolTip(name)
    box.setSizeAdjustPolicy(PickBox.SizeAdjustPolicy.AdjustToContents)
    for value, said in choices:
        box.addItem(said, value)
    return box


def _side_by_side(parts: Sequence[QWidget]) -> QWidget:
    """Parts of one width, whatever they would like to have."""
    made = QWidget()
    row = QHBoxLayout(made)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(0)
    for number, part in enumerate(parts):
        if number:
            row.addWidget(rule_line(horizontal=False))
        part.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)
        row.addWidget(part, 1)
    made.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)
    return made
