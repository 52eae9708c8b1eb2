"""The screen that sets two reads of one case side by side. Layout only."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QScrollArea, QStackedWidget, QVBoxLayout, QWidget

from app.cohort.read_comparison import COMPOSITE, Exchange, ReadComparison
from app.panels.chips import PanelHead, chip, label, rule_line
from app.panels.compared_tables import ComparedTable
from app.panels.difference_plot import DifferencePlot
from app.panels.fields import PickBox
from app.theme import Face, Theme
from app.words import region_word, translated
from mrecist.values import Region, Response, Scope

PLOT_PX = 330
_SIDE_PX = 430


class ReadsPage(QWidget):
    """Reports what is asked of it.

    Signals
    -------
    asked()
        Two other reads were chosen: see `chosen`.
    opened(str, str)
        Show the images of a time point, at a lesion (or none).
    second_read_requested()
        Read the case again without seeing the reads there are.
    export_requested()
        The tables as a file.
    """

    asked = Signal()
    opened = Signal(str, str)
    second_read_requested = Signal()
    export_requested = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.first = _choice(theme, translated("First read"))
        self.second = _choice(theme, translated("Second read"))
        self.verdict = chip("", "plain")
        self.again = QPushButton(translated("Read again, blinded"))
        self.again.setProperty("compact", "true")
        self.export = QPushButton(translated("Export CSV …"))
        self.export.setProperty("compact", "true")
        self.responses = ComparedTable(theme, translated("Responses of both reads"))
        self.lesions = ComparedTable(theme, translated("Diameters of both reads"))
        self.plot = DifferencePlot(theme)
        self.decisive_head = PanelHead(theme, translated("Whose value decides"))
        self._decisive = QScrollArea()
        self._decisive.setWidgetResizable(True)
        self._decisive.setFrameShape(QScrollArea.Shape.NoFrame)
        self._decisive.setAccessibleName(translated("Whose value decides"))
        self.empty = label("", "2")
        self.empty.setWordWrap(True)
        self._whole = QStackedWidget()
        self._build()
        self.first.activated.connect(lambda _row: self.asked.emit())
        self.second.activated.connect(lambda _row: self.asked.emit())
        self.again.clicked.connect(lambda: self.second_read_requested.emit())
        self.export.clicked.connect(lambda: self.export_requested.emit())
        for table in (self.responses, self.lesions):
            table.opened.connect(self.opened)
        self.plot.case_chosen.connect(lambda place: self.opened.emit(*place.split("/", 1)))

    @property
    def chosen(self) -> tuple[str, str]:
        """The ids of the two reads."""
        return str(self.first.currentData() or ""), str(self.second.currentData() or "")

    def offer(self, reads: Sequence[tuple[str, str]], first: str, second: str) -> None:
        """The reads that may be looked at, by id and name, without asking anew; what is no choice yet is blank."""
        for box, chosen in ((self.first, first), (self.second, second)):
            box.blockSignals(True)
            box.clear()
            for read_id, name in reads:
                box.addItem(name, read_id)
            box.setCurrentIndex(box.findData(chosen))
            box.blockSignals(False)

    def show_empty(self, said: str) -> None:
        """One sentence in place of the tables."""
        self.empty.setText(said)
        self.verdict.hide()
        self.export.setEnabled(False)
        self._whole.setCurrentIndex(1)

    def show_comparison(self, compared: ReadComparison, first_visit: str) -> None:
        self._whole.setCurrentIndex(0)
        self.export.setEnabled(True)
        self.verdict.show()
        differing, both = _counts(compared)
        if not both:
            said, tone = translated("No response of both yet"), "plain"
        elif compared.agreed:
            said, tone = translated("All {both} responses agree", both=both), "met"
        else:
            said = translated("{differing} of {both} responses differ", differing=differing, both=both)
            tone = "amber"
        self.verdict.setText(said)
        self.verdict.setProperty("chip", tone)
        self.verdict.style().unpolish(self.verdict)
        self.verdict.style().polish(self.verdict)
        self.responses.show_responses(compared)
        self.lesions.show_lesions(compared)
        self.plot.set_comparison(compared, first_visit)
        single = [x for x in compared.exchanges if x.lesion is not None]
        self.decisive_head.note.setText(
            translated(
                "{count} of {all} findings that differ",
                count=len(compared.decisive),
                all=len(single),
            )
        )
        self._list(decisive_lines(compared))

    def _list(self, lines: Sequence[str]) -> None:
        theme = self._theme
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(theme.px(10), theme.px(4), theme.px(10), theme.px(8))
        column.setSpacing(theme.px(5))
        for said in lines:
            line = label(said, "1", Face.SMALL)
            line.setWordWrap(True)
            column.addWidget(line)
        column.addStretch(1)
        self._decisive.setWidget(body)

    def _build(self) -> None:
        theme = self._theme
        bar = QHBoxLayout()
        bar.setContentsMargins(theme.px(8), theme.px(6), theme.px(8), theme.px(6))
        bar.setSpacing(theme.px(8))
        for part in (self.first, label("×", "3"), self.second, self.verdict):
            bar.addWidget(part)
        bar.addStretch(1)
        bar.addWidget(self.again)
        bar.addWidget(self.export)
        left = QVBoxLayout()
        left.setContentsMargins(0, 0, 0, 0)
        left.setSpacing(0)
        for title, table, share in (
            (translated("Responses"), self.responses, 2),
            (translated("Lesions"), self.lesions, 3),
        ):
            left.addWidget(PanelHead(theme, title))
            left.addWidget(table, share)
            left.addWidget(rule_line())
        right = QVBoxLayout()
        right.setContentsMargins(0, 0, 0, 0)
        right.setSpacing(0)
        self.plot.setMinimumHeight(theme.px(PLOT_PX))
        right.addWidget(self.plot, 3)
        right.addWidget(rule_line())
        right.addWidget(self.decisive_head)
        right.addWidget(self._decisive, 2)
        side = QWidget()
        side.setLayout(right)
        side.setFixedWidth(theme.px(_SIDE_PX))
        tables = QWidget()
        row = QHBoxLayout(tables)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addLayout(left, 1)
        row.addWidget(rule_line(horizontal=False))
        row.addWidget(side)
        nothing = QWidget()
        middle = QVBoxLayout(nothing)
        middle.setContentsMargins(theme.px(24), theme.px(24), theme.px(24), theme.px(24))
        middle.addWidget(self.empty)
        middle.addStretch(1)
        self._whole.addWidget(tables)
        self._whole.addWidget(nothing)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(bar)
        column.addWidget(rule_line())
        column.addWidget(self._whole, 1)


def decisive_lines(compared: ReadComparison) -> list[str]:
    """What of one read would give another response in the other, one sentence each; why there is none."""
    lines = [_sentence(x) for x in compared.exchanges if x.changes]
    if lines:
        return lines
    if not compared.exchanges:
        return [translated("The two reads found the same in every lesion that both list.")]
    if compared.agreed:
        return [translated("The findings differ, and no response rests on the difference.")]
    return [
        translated(
            "The responses differ, and no finding of a lesion that both list decides it: look at lesions that one of "
            "the reads does not list."
        )
    ]


def _sentence(exchange: Exchange) -> str:
    alike: dict[tuple[str, Response, Response], list[str]] = {}
    for x in exchange.changes:
        alike.setdefault((x.timepoint, x.was, x.would_be), []).append(_scope_word(x.scope))
    changes = "; ".join(_change(*what, ", ".join(scopes)) for what, scopes in alike.items())
    if exchange.lesion is None:
        return translated(
            "{timepoint}, all lesions: with the findings of {other}, {reader} would have {changes}.",
            timepoint=exchange.timepoint,
            other=exchange.other,
            reader=exchange.reader,
            changes=changes,
        )
    return translated(
        "{timepoint}, {lesion}: with the finding of {other}, {reader} would have {changes}.",
        timepoint=exchange.timepoint,
        lesion=exchange.lesion,
        other=exchange.other,
        reader=exchange.reader,
        changes=changes,
    )


def _change(timepoint: str, was: Response, would_be: Response, scopes: str) -> str:
    return translated(
        "{response} and not {was} at {timepoint} ({scope})",
        response=would_be.value,
        was=was.value,
        timepoint=timepoint,
        scope=scopes,
    )


def _scope_word(scope: str) -> str:
    if scope in (COMPOSITE, Scope.OVERALL):
        return translated("composite") if scope == COMPOSITE else translated("overall")
    return region_word(Region.INTRAHEPATIC if scope == Scope.INTRAHEPATIC else Region.EXTRAHEPATIC).lower()


def _counts(compared: ReadComparison) -> tuple[int, int]:
    both = [x for x in compared.responses if x.first is not None and x.second is not None]
    return sum(x.differs for x in both), len(both)


def _choice(theme: Theme, name: str) -> PickBox:
    box = PickBox(theme)
    box.setProperty("compact", "true")
    box.setAccessibleName(name)
    box.setSizeAdjustPolicy(PickBox.SizeAdjustPolicy.AdjustToContents)
    return box
