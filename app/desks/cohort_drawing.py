"""Draws a cohort on its page: responses, times and agreement, by the choices that were made there."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.resources import DEFAULT_RULESET, load_ruleset
from app.words import counted, translated

if TYPE_CHECKING:
    from app.cohort.agreement import Agreement
    from app.cohort.cohort import Cohort, Rate
    from app.cohort_page import Asked, CohortPage
    from app.statistics.survival import LogRank
    from mrecist.values import Scope

UNITS = ("months", "weeks", "days", "years")
_SHORT_UNITS = {"months": "mo", "weeks": "wk", "days": "d", "years": "y"}
_FIRST_TIME = "OS"
_ALL_READERS = "all readers"
MARKS = {"CR": "○", "PR": "▼", "SD": "■", "PD": "▲", "NN": "◆", "NE": "×", "ND": "×"}
"""The marks of the pictures, as letters: beside their numbers they tell what a mark means."""
TABLE = "table "
"""Before the name of a table that was imported, in the choice of what is shown."""


@dataclass(frozen=True)
class ReadyCohort:
    """A cohort with what takes long to work out of it.

    `beside` is the same cohort by another rule set, `decides` whose value decides where readers differ, by region and
    case.
    """

    cohort: Cohort
    beside: Cohort | None
    agreement: tuple[Agreement | None, Agreement | None]
    decides: dict[tuple[str, str], str]
    tables: tuple[str, ...]


def draw(page: CohortPage, ready: ReadyCohort) -> None:
    """Show a cohort by the choices that were made on the page."""
    from app.cohort.collection import garbage_left_alone

    with garbage_left_alone():
        _draw(page, ready)


def _draw(page: CohortPage, ready: ReadyCohort) -> None:
    from app.cohort.cohort import DAYS_IN, time_names

    cohort, asked = ready.cohort, page.choices
    sources = [("", translated("This database")), *((f"{TABLE}{name}", name) for name in ready.tables)]
    page.offer(page.source, sources, asked.source)
    readers = [(name, name) for name in cohort.readers]
    if len(readers) > 1:
        readers.append((_ALL_READERS, translated(_ALL_READERS)))
    page.offer(page.reader, readers, asked.reader)
    fields = [("", translated("ungrouped")), *((name, translated("by {field}", field=name)) for name in cohort.fields)]
    page.offer(page.group, fields, asked.group)
    names = time_names(cohort)
    page.offer(page.time, [(name, name) for name in names], asked.time or _FIRST_TIME)
    asked = page.choices
    read = sum(bool(row.assessed) for row in cohort.rows)
    page.counts.setText(f"{counted(len(cohort.cases), 'case', 'cases')} · {counted(read, 'read', 'reads')}")
    page.synthetic.setVisible(any(row.fields.get("synthetic") == "yes" for row in cohort.rows))
    if not cohort.rows:
        page.show_empty(translated("No read yet. Read a case, or import a table of sums or responses."))
        return
    days = DAYS_IN[asked.unit or UNITS[0]]
    chosen = _of_reader(cohort, asked.reader)
    beside = None if ready.beside is None else _of_reader(ready.beside, asked.reader)
    _draw_responses(page, chosen, beside, asked, days)
    _draw_times(page, cohort, chosen, asked)
    page.agreement.set_agreement(ready.agreement, ready.decides)
    page.show_pictures()


def _draw_responses(page: CohortPage, cohort: Cohort, beside: Cohort | None, asked: Asked, days: float) -> None:
    from app.cohort.cohort import rates
    from app.cohort.pictures import spider, swimmer, waterfall
    from mrecist.values import Scope

    unit = _SHORT_UNITS.get(asked.unit, asked.unit)
    groups = _groups(cohort, asked.group)
    viable = load_ruleset(asked.ruleset or DEFAULT_RULESET).target.liver_diameter == "viable"
    rules = translated("best response, viable, mRECIST") if viable else translated("best response, RECIST 1.1")
    page.waterfalls[0].head.note.setText(rules)
    told_of = dict(groups) if beside is None else {**groups, beside.ruleset: beside}
    found = {name: rates(part) for name, part in told_of.items()}
    for number, scope in enumerate((Scope.INTRAHEPATIC, Scope.EXTRAHEPATIC)):
        said = {name: _rate_text(found[name], part, scope) for name, part in told_of.items()}
        lines = [f"{name}: {text}" if name else text for name, text in said.items()]
        told = "\n".join(lines)
        if asked.picture == "Waterfall":
            page.waterfalls[number].set_bars({name: waterfall(part, scope) for name, part in groups.items()})
            page.waterfalls[number].set_numbers(told)
        elif asked.picture == "Spider":
            page.spiders[number].set_points({name: spider(part, scope) for name, part in groups.items()}, days, unit)
            page.spiders[number].set_numbers(told)
    if asked.picture == "Swimmer":
        page.swimmer.set_marks({name: swimmer(part) for name, part in groups.items()}, days, unit)


def _draw_times(page: CohortPage, cohort: Cohort, chosen: Cohort, asked: Asked) -> None:
    from app.cohort.cohort import COMPETING, compare_groups, time_to_event
    from app.cohort.pictures import incidence_curves
    from mrecist.caseendpoints import TITLES

    unit = asked.unit or UNITS[0]
    short = _SHORT_UNITS.get(unit, unit)
    name = asked.time or _FIRST_TIME
    groups = _groups(_patients(cohort, chosen, name, asked.group), asked.group)
    page.survival.head.title.setText(TITLES.get(name, name).capitalize())
    page.survival.head.note.setText(translated("Kaplan–Meier, 95 % CI log-log, {unit}", unit=unit))
    page.survival.set_curves({value: time_to_event(part, name, unit) for value, part in groups.items()}, short)
    if len(groups) > 1:
        page.survival.set_numbers(
            f"{page.survival.numbers.text()} · {_test_text(asked.group, groups, name, compare_groups)}"
        )
    grouped = len(groups) > 1 or name in COMPETING
    if grouped:
        shown = name if name in COMPETING else "TTP"
        title = TITLES[shown].capitalize()
        if shown != name:
            groups = _groups(_patients(cohort, chosen, shown, asked.group), asked.group)
        curves = {value or TITLES[shown]: incidence_curves({"": part}, shown, unit) for value, part in groups.items()}
    else:
        title = translated("Progression per region")
        curves = {
            translated("intrahepatic"): incidence_curves({"": chosen.one_read_a_case()}, "TTIHP", unit),
            translated("extrahepatic"): incidence_curves({"": chosen.one_read_a_case()}, "TTEHP", unit),
        }
    last = [
        f"{word} {100 * points[-1].incidence:.1f}\u00a0%"
        for word, told in curves.items()
        if (points := [p for p in told if p.cause == "event"])
    ]
    page.incidence.head.title.setText(title)
    told_at_end = translated("at the end: {told}", told=" · ".join(last)) if last else ""
    page.incidence.set_curves(curves, short, told_at_end, grouped)


def _patients(cohort: Cohort, chosen: Cohort, name: str, by: str) -> Cohort:
    """Of whom a time is shown: of the chosen reads, or of every case, where it is the patient's and no reader's."""
    from app.cohort.cohort import READER, of_readers

    if by == READER:
        return chosen
    return (chosen if of_readers(name, cohort) else cohort).one_read_a_case()


def _of_reader(cohort: Cohort, reader: str) -> Cohort:
    """The reads of one reader, and the cases that nobody read, whose times still count."""
    if reader == _ALL_READERS or reader not in cohort.readers:
        return cohort
    return cohort.with_rows([row for row in cohort.rows if row.reader == reader or not row.assessed])


def _groups(cohort: Cohort, by: str) -> dict[str, Cohort]:
    """The cohort by the values of a field; one group without a name where there is none to split by."""
    if by not in cohort.fields:
        return {"": cohort}
    found = cohort.split(by)
    blank = translated("not stated") if len(found) > 1 else ""
    return {value or blank: part for value, part in found.items()}


def _rate_text(found: Sequence[Rate], cohort: Cohort, scope: Scope) -> str:
    """The response rate of a region with its exact interval, and how many had each best response."""
    from app.cohort.cohort import best_counts

    orr = next((rate.proportion for rate in found if rate.name == "ORR" and rate.scope == scope.value), None)
    if orr is None or orr.value is None:
        return translated("no disease here")
    counts = " · ".join(f"{MARKS.get(name, '')} {name} {count}" for name, count in best_counts(cohort, scope).items())
    bounds = f"95\u00a0% CI {100 * (orr.lower or 0):.1f}–{100 * (orr.upper or 0):.1f}\u00a0% (exact)"
    return f"ORR {orr.count} of {orr.total} = {100 * orr.value:.1f}\u00a0%, {bounds} · {counts}"


def _test_text(
    by: str, groups: Mapping[str, Cohort], name: str, compare: Callable[[Mapping[str, Cohort], str], LogRank | None]
) -> str:
    """The log-rank test between groups that are different patients; blanks are no group."""
    from app.cohort.cohort import READER

    if by == READER:
        return translated("no test: the readers' patients are the same")
    stated = {value: part for value, part in groups.items() if value != translated("not stated")}
    tested = compare(stated, name) if len(stated) > 1 else None
    return translated("no test") if tested is None else f"log-rank χ² {tested.chi2:.2f}, p {_p_text(tested.p)}"


def _p_text(p: float) -> str:
    return "< 0.001" if p < 0.001 else f"{p:.3f}"
