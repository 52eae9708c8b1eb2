"""The pages of docs/rules say what the code does: made from it, complete, each rule once, every link whole."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from fractions import Fraction
from pathlib import Path
from typing import get_type_hints

import pytest

from app.resources import DEFAULT_RULESET, PROTOCOLS, RULESETS, load_ruleset
from mrecist.decisions.advisory_words import WORDS
from mrecist.decisions.predicates import PREDICATES, QUESTIONS
from mrecist.newlesion import Verdict
from mrecist.results import Number
from mrecist.rulesets import RuleSet
from mrecist.sentences import SENTENCES
from tests.support import protocol_pages
from tests.support.doc_tables import ROOT, PageError, doc_tables, docstrings
from tests.support.rule_pages import (
    PAGES,
    advice_named,
    blocks,
    rendered,
    rules_named,
    settings_named,
    words_of,
)
from tests.support.rule_sentences import variants

TEXTS = {page.name: page.read_text(encoding="utf-8") for page in sorted(PAGES.glob("*.md"))}
PROTOCOL_TEXTS = {
    page.name: page.read_text(encoding="utf-8")
    for page in (protocol_pages.INDEX, *sorted(protocol_pages.PAGES.glob("*.md")))
}
BLOCKS = [block for text in TEXTS.values() for block in blocks(text)]
"""What is generated on all pages."""


def named_by(kind: str) -> list[str]:
    return [name for found, *names in BLOCKS if found == kind for name in names]


@pytest.mark.parametrize("page", [*TEXTS, *PROTOCOL_TEXTS])
def test_that_a_page_is_what_the_code_gives(page: str) -> None:
    text = (TEXTS | PROTOCOL_TEXTS)[page]
    assert text == rendered(text), "refresh with: python -m tests.support.rule_pages"


def test_that_every_rule_has_its_sentence_on_one_page() -> None:
    shown = Counter(rules_named(named_by("sentences")))
    assert {x: shown[x] for x in SENTENCES if shown[x] != 1} == {}


def test_that_every_sentence_of_an_advisory_panel_stands_on_one_page() -> None:
    shown = Counter(advice_named(named_by("advice")))
    assert {x: shown[x] for x in WORDS if shown[x] != 1} == {}


def test_that_every_row_of_a_protocol_stands_on_one_page() -> None:
    shown = [*BLOCKS, *(block for text in PROTOCOL_TEXTS.values() for block in blocks(text))]
    tables = Counter(tuple(names) for kind, *names in shown if kind in ("rows", "gates"))
    wanted = [(name, *table) for name in PROTOCOLS for table in (("tace",), ("sorafenib",), ())]
    assert tables == Counter(wanted)


def test_that_every_protocol_has_a_page_with_all_its_parts_and_the_index_leads_to_it() -> None:
    assert PROTOCOL_TEXTS.keys() == {"protocols.md", *(f"{name}.md" for name in PROTOCOLS)}
    parts = {"about", "windows", "entry", "endpoints", "wordings", "ambiguities", "silent"}
    for name in PROTOCOLS:
        found = blocks(PROTOCOL_TEXTS[f"{name}.md"])
        assert parts <= {kind for kind, *names in found if names[:1] == [name]}
        assert f"(protocols/{name}.md)" in PROTOCOL_TEXTS["protocols.md"]


def test_that_every_decision_table_stands_on_a_page() -> None:
    with_table = {name for name, doc in docstrings().items() if doc_tables(doc)}
    protocols = [block for text in PROTOCOL_TEXTS.values() for block in blocks(text)]
    of_protocols = {name for kind, *names in protocols if kind == "decision" for name in names}
    assert with_table - set(named_by("decision")) - of_protocols == set()


def test_that_every_setting_of_a_rule_set_stands_on_the_page_of_its_rule() -> None:
    hints = get_type_hints(RuleSet)
    wanted = {(name, f.name) for name, kind in hints.items() if is_dataclass(kind) for f in fields(kind)}
    for_rules = [x for page, text in TEXTS.items() if page != "rule-sets.md" for x in blocks(text)]
    shown = set(settings_named(x for kind, *names in for_rules if kind == "thresholds" for x in names))
    whole = [x for x in blocks(TEXTS["rule-sets.md"]) if x[0] == "thresholds"]
    assert wanted - shown == set()
    assert wanted - set(settings_named(x for _, *names in whole for x in names)) == set()


def test_that_every_condition_and_question_has_words() -> None:
    assert set(words_of("PREDICATES")) == set(PREDICATES)
    assert set(words_of("QUESTIONS")) == set(QUESTIONS)


# --- the tables against the code they stand in ---------------------------------------------------------------------


def table_ids(name: str) -> set[str]:
    return {row[0] for table in doc_tables(docstrings()[name]) for row in table.rows} - {"(none)"}


def test_that_the_words_of_every_table_are_held_by_a_test() -> None:
    """A test named so reads the table row by row: other words there, or other code, fail it."""
    tests = "".join(
        p.read_text(encoding="utf-8") for p in (ROOT / "tests" / "unit" / "mrecist").rglob("test_*_hold.py")
    )
    tests += Path(__file__).read_text(encoding="utf-8")
    with_table = {name for name, doc in docstrings().items() if doc_tables(doc)}
    held = {name for name in with_table if f'"{name}"' in tests}
    albi = {f"mrecist.liver.{x}" for x in ("albi_grade", "malbi_grade")}
    assert albi <= with_table and all(f'("{x.rpartition(".")[2]}"' in tests for x in albi)
    assert with_table - held - albi == set()


def test_that_the_table_of_new_lesions_has_a_row_for_every_verdict() -> None:
    assert table_ids("mrecist.newlesion.judge_new_lesion") == set(Verdict) - {Verdict.NOT_YET}


def test_that_the_tables_of_conformance_name_the_rules_of_their_module() -> None:
    tree = ast.parse((ROOT / "mrecist" / "eligibility.py").read_text(encoding="utf-8"))
    said = {x.value for x in ast.walk(tree) if isinstance(x, ast.Constant) and re.fullmatch(r"E-[A-Z-]+", str(x.value))}
    tables = [table_ids(f"mrecist.eligibility.{x}") for x in ("judge_eligibility", "baseline_issues", "noted_issues")]
    assert said == {"E-LABS"}.union(*tables)


def test_that_the_order_of_reasons_names_rules_that_have_sentences() -> None:
    (table,) = doc_tables(docstrings()["mrecist.reasons.present"])
    named = [x for row in table.rows for x in re.split(r"[,;]\s*", row[2])]
    new = {x for x in SENTENCES if x.startswith("NEW-")}
    assert set(named) - {"NEW-EQ-..."} | {x for x in new if x.startswith("NEW-EQ-")} == {
        x
        for x in SENTENCES
        if not x.startswith(("E-", "C-", "U-", "F-"))  # those of a scope's response alone
    }


def test_that_the_numbers_of_a_decision_list_are_thresholds_of_the_default_rule_set() -> None:
    rules = load_ruleset(DEFAULT_RULESET)
    known = {
        unit: {
            Fraction(x) for section in sections for key, x in values_of(getattr(rules, section)) if key.endswith(end)
        }
        for unit, end, sections in (
            ("mm", "_mm", ("target", "nodes", "new_lesions", "eligibility", "warnings")),
            ("%", "_pct", ("target", "warnings")),
            ("d", "_days", ("best_response", "eligibility")),
        )
    }
    known["mm"] |= {Fraction(0), Fraction("0.1")}  # gone; the step in which diameters are recorded
    known["%"] |= {100 - rules.target.response_pct}
    strange = []
    for name, doc in docstrings().items():
        cells = " ".join(c for table in doc_tables(doc) for row in table.rows for c in row)
        if name.startswith("mrecist.decisions."):
            continue  # schemes of others, with limits of their own
        for number, unit in re.findall(r"(\d+(?:\.\d+)?) (mm|%)", cells):
            strange += [f"{name}: {number} {unit}"] * (Fraction(number) not in known[unit])
        for number in re.findall(r"day >= (\d+)|(\d+) days", cells):
            strange += [f"{name}: {number}"] * (Fraction("".join(number)) not in known["d"])
    assert strange == []


def values_of(section: object) -> list[tuple[str, Fraction]]:
    assert is_dataclass(section)
    found = [(f.name, getattr(section, f.name)) for f in fields(section)]
    return [(key, Fraction(x)) for key, x in found if isinstance(x, int | Fraction) and not isinstance(x, bool)]


# --- links ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "document",
    [
        *TEXTS,
        "../../README.md",
        "../protocols.md",
        *[f"../protocols/{x}.md" for x in PROTOCOLS],
        "../adr/README.md",
        "../../CONTRIBUTING.md",
    ],
)
def test_that_every_link_leads_somewhere(document: str) -> None:
    page = (PAGES / document).resolve()
    broken = []
    for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8")):
        if "://" in target:
            continue
        name, _, anchor = target.partition("#")
        there = (page.parent / name).resolve() if name else page
        if not there.exists() or (anchor and anchor not in anchors(there)):
            broken.append(target)
    assert broken == []


def anchors(page: Path) -> set[str]:
    titles = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.M)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def test_that_the_index_leads_to_every_page() -> None:
    linked = set(re.findall(r"\]\(([\w-]+\.md)\)", TEXTS["README.md"]))
    assert linked == set(TEXTS) - {"README.md"}


# --- the generator -------------------------------------------------------------------------------------------------


def test_that_a_template_gives_every_sentence_it_can() -> None:
    def template(numbers: Mapping[str, Number]) -> str:
        if "size_mm" not in numbers:
            return "not measured"
        many = "many" if numbers["count"] != 1 else "one"
        return many + (", grown" if numbers.get("growth_mm") else "")

    assert set(variants(template)) == {"not measured", "one", "many", "one, grown", "many, grown"}


def test_that_a_row_goes_on_where_its_first_cell_is_empty() -> None:
    (table,) = doc_tables("Text.\n\n=== =====\nid  then\n=== =====\nA   one\n    more\nB   two\n=== =====\n\nText.")
    assert table.head == ("id", "then")
    assert table.rows == (("A", "one more"), ("B", "two"))


@pytest.mark.parametrize(
    "text",
    [
        "<!-- generated: sentences T- -->\nno end",
        "<!-- generated: sentences XX- -->\n<!-- end -->",
        "<!-- generated: decision mrecist.nowhere -->\n<!-- end -->",
        "<!-- generated: thresholds target.nothing -->\n<!-- end -->",
        "<!-- generated: rows cotsom surgery -->\n<!-- end -->",
        "<!-- generated: poems -->\n<!-- end -->",
    ],
)
def test_that_a_page_cannot_ask_for_what_is_not_there(text: str) -> None:
    with pytest.raises(PageError):
        rendered(text)


def test_that_a_cell_that_runs_into_the_next_column_is_refused() -> None:
    with pytest.raises(PageError, match="next column"):
        doc_tables("=== =====\nTOOLONG x\n=== =====")


def test_that_all_rule_sets_are_shown() -> None:
    assert all(f"`{name}`" in TEXTS["rule-sets.md"] for name in RULESETS)
