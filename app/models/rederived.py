"""What an edit changed at other time points: their responses, their decisions, and the changes of their sums. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from app import words
from app.words import translated
from mrecist.results import Assessment, Decision, RegionResponse, TimePointResponse
from mrecist.values import Response, Scope

ARROW = "→"


@dataclass(frozen=True, slots=True)
class Rederived:
    """One time point, or the best response, and what of it changed: ``IH PR → SD``."""

    where: str
    changes: tuple[str, ...]
    decides: bool
    """Whether a response or a decision is another one, not only a number."""


def rederived(
    before: Assessment | None, now: Assessment | None, here: str, titles: tuple[str, str] = ("TACE", "Sorafenib")
) -> tuple[Rederived, ...]:
    """What is otherwise than it was before an edit, at every time point but `here`, in their order.

    `titles` are what the study calls its two decisions. A time point that was not judged before, or is not now, was
    not derived anew: it is left out.
    """
    if before is None or now is None:
        return ()
    found = []
    for point in now.timepoints:
        old = before.timepoint(point.timepoint)
        if old is None or point.timepoint == here:
            continue
        deciding, numbers = tuple(_deciding(old, point, titles)), tuple(_numbers(old, point))
        if deciding or numbers:
            found.append(Rederived(point.timepoint, (*deciding, *numbers), bool(deciding)))
    best = tuple(_best(before, now))
    if best:
        found.append(Rederived(translated("Best"), best, True))
    return tuple(found)


def _deciding(old: TimePointResponse, new: TimePointResponse, titles: tuple[str, str]) -> Iterator[str]:
    for name, was, response in (
        (translated("IH"), old.intrahepatic.response, new.intrahepatic.response),
        (translated("EH"), old.extrahepatic.response, new.extrahepatic.response),
        (translated("Comp."), old.composite, new.composite),
        (translated("Overall"), old.overall.response, new.overall.response),
    ):
        if was is not response:
            yield f"{name} {_letters(was)} {ARROW} {_letters(response)}"
    for name, decided, decision in (
        (titles[0], old.tace, new.tace),
        (titles[1], old.sorafenib, new.sorafenib),
    ):
        if _row(decided) != _row(decision):
            yield f"{name} {_decided(decided)} {ARROW} {_decided(decision)}"


def _numbers(old: TimePointResponse, new: TimePointResponse) -> Iterator[str]:
    for name, was, region in (
        (translated("IH"), old.intrahepatic, new.intrahepatic),
        (translated("EH"), old.extrahepatic, new.extrahepatic),
    ):
        told = ""
        for since, attribute in ((translated("BL"), "change_from_baseline_pct"), ("nadir", "change_from_nadir_pct")):
            change = f"{_pct(was, attribute)} {ARROW} {_pct(region, attribute)}"
            if _pct(was, attribute) != _pct(region, attribute) and change != told:  # the baseline may be the nadir
                yield translated("{name} vs {since}", name=name, since=since) + f" {change}"
                told = change


def _best(before: Assessment, now: Assessment) -> Iterator[str]:
    for name, scope in ((translated("IH"), Scope.INTRAHEPATIC), (translated("EH"), Scope.EXTRAHEPATIC)):
        old, new = before.best_response.get(scope), now.best_response.get(scope)
        if old is not None and new is not None and old.unconfirmed is not new.unconfirmed:
            yield f"{name} {_letters(old.unconfirmed)} {ARROW} {_letters(new.unconfirmed)}"


def _letters(response: Response) -> str:
    return words.response_letters(response)


def _pct(region: RegionResponse, attribute: str) -> str:
    change = getattr(region, attribute)
    return words.DASH if change is None else words.with_pct(change)


def _row(decision: Decision | None) -> tuple[object, str]:
    return (None, "") if decision is None else (decision.decision, decision.row)


def _decided(decision: Decision | None) -> str:
    return words.DASH if decision is None else f"{words.decision_word(decision.decision)} {decision.row}"
