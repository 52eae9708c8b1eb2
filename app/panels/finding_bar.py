"""One-click findings of the selected lesion, each with its key."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QMenu, QWidget

from app.panels.chips import KeyButton
from app.panels.flow import FlowLayout
from app.panels.typed_finding import finding_of_key
from app.theme import Theme
from app.words import gone, still_there, translated, why_not_evaluable
from mrecist.lesions import Finding, Lesion, NotEvaluable, WhyNotEvaluable
from mrecist.values import LesionRole, Region

_OF_THE_LIVER = (WhyNotEvaluable.NO_ARTERIAL_PHASE, WhyNotEvaluable.LIPIODOL)
"""Reasons that can hold in the liver alone, where viable tumour is measured on the arterial phase."""


Choice = tuple[str, Callable[[], None] | None]
"""A line of a menu and what it does; one that does nothing explains."""


class FindingBar(QWidget):
    """Buttons that apply to the lesion; a disabled one says why."""

    finding_entered = Signal(object)
    event_asked = Signal(str)
    """What happened to the lesion is asked: split, merge, treated, or any of them. The choices come as a menu."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._lesion: Lesion | None = None
        self.buttons = {
            "D": KeyButton(translated("absent"), small=True, action="finding.gone"),
            "M": KeyButton(translated("too small"), small=True, action="finding.small"),
            "N": KeyButton(translated("present"), small=True, action="measure.nontarget"),
            "U": KeyButton(translated("unequivocal PD"), small=True, action="finding.progression"),
            "E": KeyButton(translated("not evaluable"), small=True, action="finding.not_evaluable"),
        }
        flow = FlowLayout(theme.px(3))
        flow.setContentsMargins(theme.px(6), theme.px(4), theme.px(6), theme.px(3))
        for key, button in self.buttons.items():
            button.tighten()
            flow.addWidget(button)
            if key != "E":
                button.clicked.connect(lambda _checked, letter=key: self._enter(finding_of_key(letter, self._shown())))
        self.setLayout(flow)
        self.happened = KeyButton(translated("event"), small=True)
        self.happened.tighten()
        self.happened.setToolTip(translated("What happened to it since: it split, merged, was treated."))
        flow.addWidget(self.happened)
        self.happened.clicked.connect(lambda: self.event_asked.emit(""))
        self.reasons = QMenu(self)
        self.buttons["E"].clicked.connect(self.ask_why)
        self.choices = QMenu(self)
        self.set_lesion(None)

    def set_lesion(self, lesion: Lesion | None, locked: bool = False, at_baseline: bool = False) -> None:
        """Offer what can be said of this lesion; nothing when the time point is signed.

        A target has a diameter at baseline and nothing else: there the bar is hidden, as before one is chosen.
        """
        self._lesion = lesion
        self.setHidden(at_baseline and (lesion is None or lesion.role is LesionRole.TARGET))
        self._fill_reasons(lesion)
        for key, button in self.buttons.items():
            said = lesion is not None and (key == "E" or finding_of_key(key, lesion, at_baseline) is not None)
            possible = said and not locked
            button.setEnabled(possible)
            button.setToolTip("" if possible else _why_disabled(lesion, locked))
            # without a lesion those of a target, so that the bar keeps its one row
            button.setVisible(key in "DME" if lesion is None else said)
        self.happened.setVisible(lesion is not None and not at_baseline and not locked)
        if lesion is not None:
            self.buttons["D"].set_text(gone(lesion.region))
            self.buttons["N"].set_text(still_there(lesion.region))

    def ask_why(self) -> None:
        """A lesion that cannot be evaluated needs a reason: the menu asks for it, where it can be said."""
        if self.isHidden():
            return
        button = self.buttons["E"]
        self.reasons.popup(button.mapToGlobal(button.rect().bottomLeft()))

    def choose(self, *offered: tuple[str, Sequence[Choice]]) -> None:
        """A menu below the button, or the bar where there is none, of what is offered under each heading."""
        self.choices.clear()
        for heading, choices in offered:
            if not self.choices.isEmpty():
                self.choices.addSeparator()
            self.choices.addAction(heading).setEnabled(False)
            for word, chosen in choices:
                entry = self.choices.addAction(word)
                entry.setEnabled(chosen is not None)
                if chosen is not None:
                    entry.triggered.connect(lambda _checked, act=chosen: act())
        below: QWidget = self.happened if self.happened.isVisible() else self
        self.choices.popup(below.mapToGlobal(below.rect().bottomLeft()))

    def _fill_reasons(self, lesion: Lesion | None) -> None:
        self.reasons.clear()
        for why in WhyNotEvaluable:
            in_liver = lesion is None or lesion.region is Region.INTRAHEPATIC
            if why is WhyNotEvaluable.NOT_STATED or (why in _OF_THE_LIVER and not in_liver):
                continue
            entry = self.reasons.addAction(why_not_evaluable(why))
            entry.triggered.connect(lambda _checked, because=why: self._enter(NotEvaluable(because)))

    def _shown(self) -> Lesion:
        assert self._lesion is not None
        return self._lesion

    def _enter(self, finding: Finding | None) -> None:
        if finding is not None and self._lesion is not None:
            self.finding_entered.emit(finding)


def can_split(lesion: Lesion) -> bool:
    return lesion.role is LesionRole.TARGET and lesion.parent is None


def _why_disabled(lesion: Lesion | None, locked: bool) -> str:
    if locked:
        return translated("This time point is signed.")
    if lesion is None:
        return translated("Select a lesion in the table first.")
    if lesion.role is LesionRole.TARGET:
        return translated("Said of non-targets only.")
    return translated("Said of targets only.")
