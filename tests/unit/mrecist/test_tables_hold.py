"""The small decision tables of the docstrings, of which docs/rules are made, read as they stand and held to code."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import product

import pytest

from mrecist.censoring import POLICIES
from mrecist.liver import albi_grade, child_pugh_class, malbi_grade
from mrecist.nontarget import judge_nontarget
from mrecist.overall import composite
from mrecist.region import overall_response
from mrecist.values import Response
from tests.support.doc_tables import doc_tables, docstrings

CR, PR, SD, PD, NE, NN, ND, NA = Response
TARGETS = (CR, PR, SD, PD, NE, NA)
NONTARGETS = (CR, NN, NE, PD, NA)


def rows_of(name: str) -> list[tuple[str, ...]]:
    (table,) = doc_tables(docstrings()[name])
    return list(table.rows)


def first_that_holds(
    name: str, holds: Mapping[str, Callable[..., bool]], then: Callable[..., str], *given: object
) -> str:
    """What the first row says whose words hold; words that this test does not know are a KeyError."""
    return next(then(row[-1], *given) for row in rows_of(name) if holds[row[-2]](*given))


def test_that_the_table_of_a_scope_is_what_is_done() -> None:
    cell = {
        "any": lambda x: True,
        "none": lambda x: x is NA,
        "not PD": lambda x: x is not PD,
        "yes": lambda x: x is True,
        "no": lambda x: x is False,
        **{name: (lambda x, name=name: x == name) for name in ("CR", "PR", "SD", "PD", "NE", "NN")},
    }

    def fits(words: str, value: object) -> bool:
        return any(cell[word](value) for word in words.split(", "))

    rows = rows_of("mrecist.region.overall_response")
    for target, nontarget, new in product(TARGETS, NONTARGETS, (True, False)):
        told = next(r[3] for r in rows if all(map(fits, r[:3], (target, nontarget, new))))
        assert overall_response(target, nontarget, new) == told, (target, nontarget, new)


def test_that_the_table_of_the_composite_is_what_is_done() -> None:
    holds = {
        "either is PD": lambda a, b: PD in (a, b),
        "either is NE": lambda a, b: NE in (a, b),
        "one is ND": lambda a, b: ND in (a, b),
        "both are the same": lambda a, b: a is b,
        "either is SD": lambda a, b: SD in (a, b),
        "otherwise (CR, PR, non-CR/non-PD are mixed)": lambda a, b: True,
    }

    def then(words: str, a: Response, b: Response) -> str:
        return {"the other": b if a is ND else a, "that response": a}.get(words, words)

    for a, b in product([x for x in Response if x is not NA], repeat=2):
        assert composite(a, b) == first_that_holds("mrecist.overall.composite", holds, then, a, b), (a, b)


def test_that_the_table_of_nontargets_is_what_is_done() -> None:
    holds = {
        "unequivocal progression of one": lambda seen: PD in seen,
        "else, one was not evaluated": lambda seen: NE in seen,
        "else, one is still there": lambda seen: NN in seen,
        "else, all are gone": lambda seen: True,
    }
    for seen in product((CR, NN, NE, PD), repeat=3):
        told = first_that_holds("mrecist.nontarget.judge_nontarget", holds, lambda words, _: words, seen)
        assert judge_nontarget(seen) == told, seen


@pytest.mark.parametrize(("name", "grade"), [("albi_grade", albi_grade), ("malbi_grade", malbi_grade)])
def test_that_the_tables_of_albi_are_what_is_done(name: str, grade: Callable[[float], str]) -> None:
    rows = rows_of(f"mrecist.liver.{name}")
    for hundredths in range(-400, 0):
        score = hundredths / 100
        told = next(row[1] for row in rows if row[0] == "above" or score <= float(row[0].removeprefix("<= ")))
        assert grade(score) == told, score


def test_that_the_table_of_child_pugh_is_what_is_done() -> None:
    for scores, told in rows_of("mrecist.liver.child_pugh_class"):
        least, most = map(int, scores.split("-"))
        assert {child_pugh_class(score) for score in range(least, most + 1)} == {told}


def test_that_the_table_of_censoring_is_what_the_policies_are() -> None:
    told = {"left out": "leave out", "last assessment": "last_assessment", "on its day": "death"}
    (table,) = doc_tables(docstrings()["mrecist.censoring.POLICIES"])
    assert [row[0] for row in table.rows] == list(POLICIES)
    for name, therapy, surgery, after, consent, missed, death, survival in table.rows:
        policy = POLICIES[name]
        assert (policy.new_therapy, policy.surgery, policy.consent_withdrawn) == (therapy, surgery, consent), name
        assert policy.responses_after_surgery == told.get(after, after), name
        assert policy.missed_visits == (0 if missed == "count" else int(missed.removesuffix(" censor"))), name
        assert policy.death_in_ttp == told[death], name
        assert policy.survival_after_withdrawal == "ignore", name
        censors = {"death": "ignore", "death; transplantation": "censor"}[survival]
        assert policy.survival_after_transplantation == censors, name
