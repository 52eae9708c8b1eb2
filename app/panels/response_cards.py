"""The response cards: intrahepatic, extrahepatic, composite; each with its arithmetic and its rule."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from app.models.reading import Reading
from app.panels.chips import PanelHead, chip, label, rule_line
from app.panels.derivation import DerivationList
from app.panels.flow import FlowLayout
from app.panels.lesion_columns import is_narrow
from app.panels.marks import ResponseMark
from app.panels.response_text import (
    EQUIVOCAL_NEW,
    Sentence,
    borderline_text,
    component_line,
    composite_sentence,
    distance_text,
    first_sentence,
    modality_text,
    nearest_category,
    overall_sentence,
    second_sentence,
)
from app.panels.sentence_label import SentenceLabel
from app.theme import Face, Theme
from app.words import SPACE, region_word, response_words, translated
from mrecist.results import Reason, RegionResponse, TimePointResponse
from mrecist.values import Region, Response

LEFT_WIDTHS = {False: 116, True: 106}
HEAD_HEIGHTS = {False: 30, True: 24}


class ResponseCard(QWidget):
    """One scope: name, shape and letters, components | two sentences, chips; its derivation opens below."""

    derivation_opened = Signal()

    def __init__(self, theme: Theme, name: str) -> None:
        super().__init__()
        self._theme, self._name = theme, name
        self.setProperty("ground", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.mark = ResponseMark(Response.NA, theme)
        self.component = label(tone="3", face=Face.SMALL)
        self.first = SentenceLabel(theme, "text.1", link=True)
        self.second = SentenceLabel(theme, "text.2")
        self.chips: list[QToolButton] = []
        self._told: object = ()
        self.derivation = DerivationList(theme)
        self.derivation.hide()
        self._reasons: tuple[Reason, ...] = ()
        self._left = QVBoxLayout()
        self._left.setSpacing(0)
        head = label(name, "2")
        head.setFixedHeight(theme.px(16))
        self.component.setWordWrap(True)
        self._left.addWidget(head)
        self._left.addWidget(self.mark)
        self._left.addWidget(self.component)
        self._left.addStretch(1)
        left = self._left_side = QWidget()
        left.setLayout(self._left)
        self._flow = FlowLayout(theme.px(4))
        right = self._right = QVBoxLayout()
        right.setSpacing(0)
        right.addWidget(self.first)
        right.addWidget(self.second)
        right.addSpacing(theme.px(3))
        right.addLayout(self._flow)
        right.addStretch(1)
        row = QHBoxLayout()
        row.setSpacing(0)
        row.addWidget(left)
        row.addWidget(rule_line(horizontal=False))
        row.addLayout(right, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(row)
        column.addWidget(self.derivation)
        column.addWidget(rule_line())
        self.set_short(False)
        self.first.clicked.connect(self.open_derivation)

    def set_short(self, short: bool) -> None:
        """A narrow panel is low as well: the card gives up the air above and below its lines."""
        px = self._theme.px
        self._left_side.setFixedWidth(px(LEFT_WIDTHS[short]))
        self._left.setContentsMargins(px(10), px(4 if short else 8), px(2 if short else 4), px(1 if short else 7))
        sides = (px(8), px(2)) if short else (px(10), px(6))
        self._right.setContentsMargins(sides[0], px(4 if short else 6), sides[1], px(4 if short else 8))

    def show_response(
        self, response: Response, component: str, first: Sentence, second: Sentence, reasons: Sequence[Reason]
    ) -> None:
        """Fill the card; chips are set apart by `set_chips`."""
        self.mark.set_response(response)
        parts = [part.replace(" ", SPACE) for part in component.split(" · ")]
        self.component.setText(f"{SPACE}· ".join(parts) if len(parts) > 1 else component)
        self.component.setVisible(bool(component))
        self.first.set_sentence(first)
        self.second.set_sentence(second)
        self._reasons = tuple(reasons)
        if not self.derivation.isHidden():
            self.derivation.set_reasons(self._reasons)
        self.setAccessibleName(f"{self._name}: {response_words(response)}. {self.first.accessibleName()}")

    def set_chips(self, chips: Sequence[tuple[str, str]], rule: str = "") -> None:
        """Chips as (text, tone), then the rule id, which opens the derivation; those that are shown already stay."""
        told = (tuple(chips), rule)
        if told == self._told:
            return
        self._told = told
        while (item := self._flow.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        self.chips = [chip(text, tone) for text, tone in chips]
        if rule:
            pressed = chip(rule, pressable=True)
            pressed.setAccessibleName(translated("Derivation by rule {rule}", rule=rule))
            pressed.clicked.connect(self.open_derivation)
            self.chips.append(pressed)
        for made in self.chips:
            self._flow.addWidget(made)
            made.show()  # at once: a layout shows what is new in it only in the next turn, and the chips would blink

    def open_derivation(self) -> None:
        """Open the reasons below the card, or close them."""
        opening = self.derivation.isHidden()
        self.derivation.setVisible(opening)
        if opening:
            self.derivation.set_reasons(self._reasons)
            self.derivation_opened.emit()


class ResponseCards(QWidget):
    """The cards in their fixed order, under a head that names the time point."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._reading: Reading | None = None
        self._short = False
        self.head = PanelHead(theme, "")
        self.cards = {region: ResponseCard(theme, region_word(region)) for region in Region}
        self.composite = ResponseCard(theme, translated("Composite"))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for part in (self.head, rule_line(), *self.cards.values(), self.composite):
            column.addWidget(part)

    def set_reading(self, reading: Reading | None) -> None:
        """Show the responses of the open time point; nothing at baseline, where there is none."""
        self._reading = reading
        response = None if reading is None else reading.response
        self.setVisible(response is not None)
        if response is None or reading is None:
            return
        self.head.title.setText(translated("Response at {visit}", visit=reading.visit_id))
        self.head.note.setText(
            translated("computed") if self._short else translated("computed · click any number for its derivation")
        )
        for region, card in self.cards.items():
            shown = response.intrahepatic if region is Region.INTRAHEPATIC else response.extrahepatic
            self._show_region(card, shown, region, reading)
        self._show_composite(response, reading)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        short = is_narrow(round(self.width() / self._theme.scale))
        if short != self._short:
            self._short = short
            self.head.setFixedHeight(self._theme.px(HEAD_HEIGHTS[short]))
            for card in (*self.cards.values(), self.composite):
                card.set_short(short)
            self.set_reading(self._reading)

    def open_derivation(self, region: Region) -> None:
        """Open the derivation of a region, as after a click on one of its numbers in the table."""
        if self.cards[region].derivation.isHidden():
            self.cards[region].open_derivation()

    def _show_region(self, card: ResponseCard, shown: RegionResponse, region: Region, reading: Reading) -> None:
        card.show_response(
            shown.response,
            component_line(shown, reading.to_do(region)),
            first_sentence(shown, region, reading, self._short),
            second_sentence(shown, region, reading, self._short),
            shown.reasons,
        )
        chips: list[tuple[str, str]] = []
        nearest = nearest_category(shown)
        if shown.borderline:
            chips.append((f"± {borderline_text(shown)}", "amber"))
        elif nearest is not None:
            chips.append((distance_text(shown, nearest, self._short), "plain"))
        if EQUIVOCAL_NEW in shown.flags:
            chips.append((translated("new lesion equivocal"), "amber"))
        if changed := modality_text(reading, region):
            chips.append((changed, "amber"))
        card.set_chips(chips, shown.reasons[0].rule if shown.reasons else "")

    def _show_composite(self, response: TimePointResponse, reading: Reading) -> None:
        intra, extra = response.intrahepatic.response, response.extrahepatic.response
        self.composite.show_response(
            response.composite,
            translated("worst of both") if self._short else translated("worst of both regions"),
            composite_sentence(intra, extra, response.composite),
            overall_sentence(response.overall, reading.baseline_id, self._short),
            response.overall.reasons,
        )
        chips: list[tuple[str, str]] = []
        if response.composite is not response.overall.response:
            chips.append((translated("regions discordant"), "amber"))
        if response.recist11 is not None and not self._short:
            said = translated("RECIST 1.1 whole: {response}", response=response.recist11.response)
            chips.append((said, "plain"))
        self.composite.set_chips(chips, response.overall.reasons[0].rule if response.overall.reasons else "")
