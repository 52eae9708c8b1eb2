"""An assisted measurement while it is a proposal: what it measures, from what, and how to change or accept it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QSlider, QVBoxLayout, QWidget

from app.panels.chips import KeyButton, label
from app.panels.marks import Icon, MarkBox
from app.reading.assistance_words import CardTexts
from app.theme import Face, Theme
from app.words import SPACE, translated

LEAST_SD, MOST_SD, STEP_SD = 0.5, 8.0, 0.1
MOST_GAP_MM, STEP_GAP_MM = 5.0, 0.5


class ProposalCard(QWidget):
    """Pale as every proposal; hidden while there is none. Nothing is recorded before it is accepted.

    Signals
    -------
    threshold_moved(float)
        Standard deviations over the reference liver.
    gap_moved(float)
        How much of the line may cross tissue that does not enhance, mm.
    accepted(), dropped(), reference_reset()
    """

    threshold_moved = Signal(float)
    gap_moved = Signal(float)
    accepted = Signal()
    dropped = Signal()
    reference_reset = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.setObjectName("proposal")
        self.setProperty("ground", "notice")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.title = label("", "2")
        self.value = label("", "1", strong=True)
        self.value.setWordWrap(True)
        self.details = label("", "2", Face.SMALL)
        self.warnings = label("", "amber", Face.SMALL)
        for words in (self.details, self.warnings):
            words.setWordWrap(True)
        self.threshold = QSlider(Qt.Orientation.Horizontal)
        self.threshold.setRange(round(LEAST_SD / STEP_SD), round(MOST_SD / STEP_SD))
        self.threshold.setAccessibleName(translated("Threshold of viable tissue"))
        self.threshold_words = label("", "2", Face.SMALL)
        self.gap = QSlider(Qt.Orientation.Horizontal)
        self.gap.setRange(0, round(MOST_GAP_MM / STEP_GAP_MM))
        self.gap.setAccessibleName(translated("How much of the line may cross tissue that does not enhance"))
        self.gap.setToolTip(self.gap.accessibleName())
        self.gap_words = label("", "2", Face.SMALL)
        self.accept = KeyButton(translated("Accept"), "Enter", small=True, primary=True)
        self.drop = KeyButton(translated("Drop"), small=True, action="edit.cancel")
        self.reset = KeyButton(translated("Propose the reference anew"), small=True)
        self._build()
        self.threshold.valueChanged.connect(lambda step: self.threshold_moved.emit(round(step * STEP_SD, 1)))
        self.gap.valueChanged.connect(lambda step: self.gap_moved.emit(step * STEP_GAP_MM))
        self.accept.clicked.connect(self.accepted)
        self.drop.clicked.connect(self.dropped)
        self.reset.clicked.connect(self.reference_reset)
        self.hide()

    def show_texts(self, texts: CardTexts) -> None:
        """Say this, and be seen."""
        self.title.setText(texts.title)
        self.value.setText(texts.value)
        for words, lines in ((self.details, texts.details), (self.warnings, texts.warnings)):
            words.setText("\n".join(lines))
            words.setVisible(bool(lines))
        movable = texts.threshold_sd is not None
        threshold, gap = (texts.threshold_sd or 0) / STEP_SD, texts.gap_mm / STEP_GAP_MM
        for slider, value in ((self.threshold, threshold), (self.gap, gap)):
            if movable and not slider.isSliderDown():
                before = slider.blockSignals(True)
                slider.setValue(round(value))
                slider.blockSignals(before)
            slider.setEnabled(movable)
        self.threshold_words.setText(texts.threshold)
        self.gap_words.setText(f"{texts.gap_mm:.1f}{SPACE}mm")
        self.accept.setEnabled(texts.acceptable)
        self.reset.setVisible(movable or bool(texts.threshold))
        self.show()

    def _build(self) -> None:
        theme = self._theme
        head = QHBoxLayout()
        head.setSpacing(theme.px(8))
        head.addWidget(MarkBox(Icon.QUESTION, theme), 0, Qt.AlignmentFlag.AlignVCenter)
        head.addWidget(self.title)
        head.addWidget(self.value, 1)
        slide = QHBoxLayout()
        slide.setSpacing(theme.px(8))
        slide.addWidget(label(translated("Threshold"), "3", Face.SMALL))
        slide.addWidget(self.threshold, 1)
        slide.addWidget(self.threshold_words)
        cross = QHBoxLayout()
        cross.setSpacing(theme.px(8))
        cross.addWidget(label(translated("Line may cross non-enhancing tissue for"), "3", Face.SMALL))
        cross.addWidget(self.gap, 1)
        cross.addWidget(self.gap_words)
        buttons = QHBoxLayout()
        buttons.setSpacing(theme.px(6))
        for button in (self.accept, self.drop, self.reset):
            buttons.addWidget(button)
        buttons.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.px(10), theme.px(8), theme.px(10), theme.px(8))
        column.setSpacing(theme.px(4))
        column.addLayout(head)
        column.addWidget(self.details)
        column.addWidget(self.warnings)
        column.addLayout(slide)
        column.addLayout(cross)
        column.addLayout(buttons)
