"""The reading screen: where its parts stand, and what gives way when the window is small. Layout only."""

from __future__ import annotations

from enum import IntEnum
from uuid import uuid4

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from app.panels.chips import rule_line
from app.panels.clinical_form import ClinicalForm
from app.panels.decision_panel import DecisionPanel
from app.panels.decision_strip import DecisionStrip
from app.panels.enhancement_strip import EnhancementStrip
from app.panels.finding_bar import FindingBar
from app.panels.focus_ring import FocusRing
from app.panels.folded_list import FoldedList
from app.panels.lesion_card import LesionCard
from app.panels.lesion_form import LesionForm
from app.panels.lesion_table import LesionTable
from app.panels.mode_form import ModeForm
from app.panels.notice import Notice
from app.panels.proposal_card import ProposalCard
from app.panels.reading_footer import ReadingFooter
from app.panels.response_cards import ResponseCards
from app.panels.series_rail import SeriesRail
from app.panels.signature_sheet import SignatureSheet
from app.panels.timepoint_bar import TimePointBar
from app.panels.timepoints_form import TimePointsForm
from app.panels.toast import Toast
from app.panels.tool_bar import ToolBar
from app.panels.versions_view import VersionsView
from app.panels.visit_checks import VisitChecks
from app.theme import Theme
from app.words import translated
from viewers.tools.layout import SMALLEST_WIDTH_PX
from viewers.widgets.palette import ViewPalette
from viewers.widgets.view_grid import ViewGrid

PANEL_WIDTHS = (480, 396)
DECISION_WIDTHS = (760, 660)
WIDTH_BESIDE_DECISION = 280
"""Beside the wide decision the four views of its evidence stay in sight, though each is narrower than usual."""
TOOLS = (
    ("window", "W/L", ""),
    ("target", "Target", "measure.target"),
    ("counted", "Measure", "measure.counted"),
    ("assist", "Assist", "assist.start"),
    ("whole", "Whole", "measure.whole"),
    ("nontarget", "Non-target", "measure.nontarget"),
    ("new", "New lesion", "measure.new"),
)


class RightPage(IntEnum):
    """What the right panel shows."""

    READING = 0
    DECISION = 1
    CLINICAL = 2
    TIME_POINTS = 3
    VERSIONS = 4
    MODE = 5


class ReadingPage(QWidget):
    """Time points above, series at the left, images in the middle, the reading at the right."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._narrow = False
        self._rail_narrow: bool | None = None
        self.timepoints = TimePointBar(theme)
        self.rail = SeriesRail(theme)
        self.tools = ToolBar(theme, TOOLS)
        self.grid = ViewGrid(_palette(theme))
        self.images = QWidget()
        """Tool bar and views: they are detached as one."""
        self.middle = QHBoxLayout()
        self.table = LesionTable(theme)
        self.findings = FindingBar(theme)
        self.notice = Notice(theme)
        self.sheet = SignatureSheet(theme)
        self.proposal = ProposalCard(theme)
        self.form = LesionForm(theme)
        self.visit_checks = VisitChecks(theme)
        self.happened = LesionCard(theme)
        self.enhancement = EnhancementStrip(theme)
        self.cards = ResponseCards(theme)
        self.strip = DecisionStrip(theme)
        self.footer = ReadingFooter(theme)
        self.decision = DecisionPanel(theme)
        self.rederived = FoldedList(theme, translated("Changed elsewhere"))
        self.rederived.set_rows((), "")
        self.clinical = ClinicalForm(theme, new_id=lambda: uuid4().hex[:12])
        self.clinical_back = QPushButton(translated("Back to the lesions"))
        self.times = TimePointsForm(theme)
        self.versions = VersionsView(theme)
        self.mode = ModeForm(theme)
        self.toast = Toast(theme, self.grid)
        self.right = QStackedWidget()
        self._build()

    @property
    def theme(self) -> Theme:
        return self._theme

    # --- what is in sight -------------------------------------------------------------------------------------

    @property
    def right_page(self) -> RightPage:
        return RightPage(self.right.currentIndex())

    def show_right(self, page: RightPage) -> None:
        """Change the right panel; the decision is wide and takes its room from rail and images."""
        self.right.setCurrentIndex(page)
        self._fit()

    def set_narrow(self, narrow: bool) -> None:
        """The small window: the rail loses its words first, then the panel is narrower."""
        self._narrow = narrow
        self._fit()

    def toggle_rail(self) -> None:
        self._rail_narrow = not self._rail_is_narrow
        self._fit()

    @property
    def _rail_is_narrow(self) -> bool:
        if self._rail_narrow is not None:
            return self._rail_narrow
        return self._narrow or self.right_page is RightPage.DECISION

    def _fit(self) -> None:
        widths = DECISION_WIDTHS if self.right_page is RightPage.DECISION else PANEL_WIDTHS
        self.right.setFixedWidth(self._theme.px(widths[1 if self._narrow else 0]))
        self.rail.set_narrow(self._rail_is_narrow)
        wide = self.right_page is RightPage.DECISION
        self.grid.set_least(WIDTH_BESIDE_DECISION if wide else SMALLEST_WIDTH_PX)
        self.tools.set_narrow(self._narrow, compact=self.right_page is RightPage.DECISION)

    # --- layout -----------------------------------------------------------------------------------------------

    def _build(self) -> None:
        self.right.addWidget(self._reading_panel())
        self.right.addWidget(self.decision)
        self.right.addWidget(self._clinical_panel())
        self.right.addWidget(self.times)
        self.right.addWidget(self.versions)
        self.right.addWidget(self.mode)
        images = QVBoxLayout(self.images)
        images.setContentsMargins(0, 0, 0, 0)
        images.setSpacing(0)
        images.addWidget(self.tools)
        images.addWidget(self.grid, 1)
        self.middle.setContentsMargins(0, 0, 0, 0)
        self.middle.setSpacing(0)
        self.middle.addWidget(self.rail)
        self.middle.addWidget(rule_line(horizontal=False))
        self.middle.addWidget(self.images, 1)
        self.middle.addWidget(rule_line(horizontal=False))
        self.middle.addWidget(self.right)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.timepoints)
        column.addWidget(rule_line())
        column.addLayout(self.middle, 1)
        self._fit()

    def _clinical_panel(self) -> QWidget:
        foot = QHBoxLayout()
        foot.setContentsMargins(self._theme.px(10), self._theme.px(8), self._theme.px(10), self._theme.px(8))
        foot.addStretch(1)
        foot.addWidget(self.clinical_back)
        panel = QWidget()
        column = QVBoxLayout(panel)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.clinical, 1)
        column.addWidget(rule_line())
        column.addLayout(foot)
        return panel

    def _reading_panel(self) -> QWidget:
        """Table, cards and form scroll; the decisions and the next step below them are always in sight."""
        body = QWidget()
        inside = QVBoxLayout(body)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(0)
        parts = (self.table, self.findings, self.happened, self.form, self.visit_checks, self.cards, self.enhancement)
        for part in parts:
            inside.addWidget(part)
        inside.addStretch(1)
        area = QScrollArea()
        area.setAccessibleName(translated("Lesions and responses"))
        FocusRing(self._theme, area)
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        body.setMinimumWidth(1)
        body.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        area.setWidget(body)
        panel = QWidget()
        column = QVBoxLayout(panel)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(area, 1)
        column.addWidget(self.rederived)
        column.addWidget(rule_line())
        column.addWidget(self.strip)
        column.addWidget(self.proposal)
        column.addWidget(self.notice)
        column.addWidget(self.sheet)
        column.addWidget(self.footer)
        return panel


def _palette(theme: Theme) -> ViewPalette:
    """The views' colours from the tokens of the theme for what lies on images."""
    theme = theme.on_images
    return ViewPalette(
        background=theme.name("surface.view"),
        panel=theme.name("surface.panel"),
        raised=theme.name("surface.raised"),
        text=theme.name("text.1"),
        text_2=theme.name("text.2"),
        text_3=theme.name("text.3"),
        line_strong=theme.name("line.strong"),
        accent=theme.name("signal.accent"),
        amber=theme.name("signal.amber"),
        error=theme.name("signal.error"),
        met=theme.name("signal.met"),
        caliper=theme.name("signal.caliper"),
        ghost=theme.name("signal.ghost"),
        family=theme.family,
        scale=theme.scale,
    )
