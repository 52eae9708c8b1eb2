"""What `assess` prints for people: a table of each case, in English or in the language of a catalogue."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction

from mrecist.catalogue import Catalogue
from mrecist.decisions.advisory import Panel, panel_data
from mrecist.explain import sentence
from mrecist.results import Assessment, Issue, RegionResponse
from mrecist.robustness import Robustness, TimePointRobustness

_BEST = "best {scope}: {best}, confirmed {confirmed}, progression dated {progression}"
_BEST_OF = "{case}: best response {best}, confirmed {confirmed}"
_DOUBT = " (a PR follows a CR: was the CR true?)"
_COLUMNS = (("time point", 12), ("day", 6), ("intra", 16), ("extra", 16), ("composite", 11), ("overall", 16))
HEADINGS: tuple[str, ...] = (
    *(name for name, _ in _COLUMNS),
    *("decisions, flags", "baseline", "error", "warning", "note", "sorafenib", "intrahepatic", "extrahepatic", "none"),
    *("Kept: {why}", "measured again: {shares}", "But: {caveat}", _BEST, _BEST_OF, _DOUBT),
)
"""Every heading and word that stands around the sentences; what is not here (categories, flags, rows) is a code."""


class AssessedText:
    """The lines of cases in one language; without a catalogue in English."""

    def __init__(self, catalogue: Catalogue | None) -> None:
        self._catalogue = catalogue
        self._told: Callable[[str], str] = str if catalogue is None else catalogue

    def case(self, assessment: Assessment, firmness: Robustness | None) -> Iterator[str]:
        """The responses of each time point, what does not conform, and the best responses."""
        yield f"{assessment.case_id}  ({assessment.ruleset} {assessment.version})"
        yield self._row([self._told(name) for name, _ in _COLUMNS], self._told("decisions, flags"))
        for at in assessment.timepoints:
            notes = []
            if at.tace is not None and at.sorafenib is not None:
                notes.append(f"TACE {at.tace.decision.value} {at.tace.row}")
                notes.append(f"{self._told('sorafenib')} {at.sorafenib.decision.value} {at.sorafenib.row}")
            responses = _cell(at.intrahepatic), _cell(at.extrahepatic), at.composite.value, _cell(at.overall)
            yield self._row((at.timepoint, str(at.day), *responses), ", ".join((*notes, *at.flags)))
        yield from self._issues(self._told("baseline"), assessment.baseline.issues)
        for at in assessment.timepoints:
            yield from self._issues(at.timepoint, at.issues)
        for firm in () if firmness is None else firmness.timepoints:
            yield _note(firm.timepoint, self._filled("measured again: {shares}", shares=self._shares(firm)))
        for scope, best in assessment.best_response.items():
            yield "  " + self._filled(
                _BEST,
                scope=self._told(scope.value),
                best=best.unconfirmed.value,
                confirmed=best.confirmed.value,
                progression=assessment.adjudicated[scope] or self._told("none"),
            )

    def panel(self, timepoint: str, panel: Panel) -> Iterator[str]:
        """A published scheme at a time point, with what is to be known of it."""
        told = panel_data(panel, self._catalogue)
        yield _note(timepoint, f"{told['title']}: {told['verdict']['text']} [{panel.source}]")
        for caveat in told["caveats"]:
            yield f"  {'':20}  " + self._filled("But: {caveat}", caveat=caveat["text"])

    def best_of(self, row: Mapping[str, object]) -> str:
        """The best response of a bare sequence."""
        told = self._filled(_BEST_OF, case=row["id"], best=row["unconfirmed"], confirmed=row["confirmed"])
        return told + self._told(_DOUBT) if row.get("warnings") else told

    def _issues(self, where: str, issues: Sequence[Issue]) -> Iterator[str]:
        for issue in issues:
            text = sentence(issue.rule, issue.numbers, translate=self._catalogue)
            kept = " " + self._filled("Kept: {why}", why=issue.overridden) if issue.overridden else ""
            yield _note(where, f"{self._told(issue.severity.value)} {issue.rule}: {text}{kept}")

    def _shares(self, firm: TimePointRobustness) -> str:
        parts = {**{scope.value: shares for scope, shares in firm.scopes.items()}, "composite": firm.composite}
        return "; ".join(
            f"{self._told(name)} " + ", ".join(f"{response} {_percent(share)}" for response, share in shares.items())
            for name, shares in parts.items()
        )

    def _filled(self, template: str, **values: object) -> str:
        return self._told(template).format(**values)

    @staticmethod
    def _row(cells: Sequence[str], notes: str) -> str:
        wide = [width for _, width in _COLUMNS]
        first, day, *rest = (
            _padded(text, width, left=number == 1) for number, (text, width) in enumerate(zip(cells, wide, strict=True))
        )
        return f"  {first}{day}  {''.join(rest)}{notes}"


def _note(where: str, said: str) -> str:
    return f"  {_padded(where, 12)}{'':>6}  {said}"


def _padded(text: str, width: int, left: bool = False) -> str:
    """The text with blanks up to a width in columns, of which a wide character (Hangul) takes two."""
    taken = sum(2 if unicodedata.east_asian_width(x) in "WF" else 1 for x in text)
    blanks = " " * (width - taken)
    return blanks + text if left else text + blanks


def _percent(share: Fraction) -> str:
    """A share as people read it: never 0 or 100 where it is not."""
    if 0 < share < Fraction(1, 100):
        return "<1%"
    return ">99%" if Fraction(99, 100) < share < 1 else f"{float(share):.0%}"


def _cell(region: RegionResponse) -> str:
    if region.sum_mm is None:
        return region.response.value
    return f"{region.response.value} {float(region.sum_mm):.1f} mm"
