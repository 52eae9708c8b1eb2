"""The generated blocks of the pages in docs/rules and docs/protocols: tables, sentences, thresholds, examples.

``python -m tests.support.rule_pages`` rewrites the pages. What stands between ``<!-- generated: KIND ... -->`` and
``<!-- end -->`` is made from the code; the rest is written by hand. The program stands with the tests because only
they and the pages use it: the packages that ship need no Markdown.

=================================== ===============================================================================
block                               it shows
=================================== ===============================================================================
decision MODULE.NAME                the tables in that docstring
sentences RULE ...                  the sentence of each rule; a name that ends in a dash takes all that begin so
thresholds SECTION[.KEY] ...        a section of every shipped rule set, or single settings, side by side
rows PROTOCOL TABLE                 the rows of a protocol's decision table
gates PROTOCOL                      the limits of a protocol
advice NAME ...                     the sentences of the advisory panels; a name ends as for rules, or in a dot
schemes                             the advisory schemes with their sources
rulesets, protocols                 name, version and sources of what is shipped
policies                            the sources of the policies of censoring, and what was read in them
responses ID ...                    worked patients of tests/scenarios/responses.toml
decisions ID ...                    worked decisions of tests/scenarios/decisions.toml
best-responses                      the sequences of tests/scenarios/best_responses.toml
about, windows, entry ... PROTOCOL  the parts of a protocol: see `tests.support.protocol_pages`
=================================== ===============================================================================
"""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from fractions import Fraction
from typing import get_type_hints

from app.resources import PROTOCOLS, RULESETS, load_protocol, load_ruleset
from mrecist.censoring import POLICIES
from mrecist.decisions.advisory_words import SCHEMES, WORDS
from mrecist.decisions.predicates import LABELS
from mrecist.explain import plain
from mrecist.protocols import Limit, Row
from mrecist.rulesets import RuleSet
from mrecist.sentences import SENTENCES
from tests.support import protocol_pages
from tests.support.doc_tables import ROOT, PageError, doc_tables, docstrings
from tests.support.rule_sentences import in_words, variants

PAGES = ROOT / "docs" / "rules"
SCENARIOS = ROOT / "tests" / "scenarios"

_BLOCK = re.compile(r"^<!-- generated: (?P<what>[^\n]+?) -->\n(?P<body>.*?)^<!-- end -->$", re.M | re.S)
_MARK = re.compile(r"^<!-- (generated:|end)", re.M)


def rendered(text: str) -> str:
    """A page with its blocks as the code gives them.

    Raises
    ------
    PageError
        If a block does not end, or names what is not there.
    """
    if len(_MARK.findall(text)) != 2 * len(_BLOCK.findall(text)):
        raise PageError("a generated block does not end, or ends twice")
    return _BLOCK.sub(lambda m: f"<!-- generated: {m['what']} -->\n\n{_block(m['what'])}\n\n<!-- end -->", text)


def blocks(text: str) -> tuple[tuple[str, ...], ...]:
    """What each generated block of a page shows: its kind, then what it names."""
    return tuple(tuple(m["what"].split()) for m in _BLOCK.finditer(text))


def _block(what: str) -> str:
    kind, *names = what.split()
    if kind not in _KINDS:
        raise PageError(f"{kind} is no kind of block")
    return _KINDS[kind](*names)


# --- Markdown ------------------------------------------------------------------------------------------------------


def markdown_table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def _marked(text: str) -> str:
    """Text of a docstring as Markdown."""
    text = text.replace("``", "`").replace(">=", "≥").replace("<=", "≤")
    return text.replace("<", "&lt;")


# --- decision tables of docstrings ---------------------------------------------------------------------------------


def _decision(name: str) -> str:
    found = doc_tables(docstrings().get(name, ""))
    if not found:
        raise PageError(f"{name} has no table in its docstring")
    shown = []
    for table in found:
        head = table.head or ("rule", "when", "then")[: len(table.rows[0])]
        titles = [x[:1].upper() + x[1:] for x in map(_marked, head)]
        shown.append(markdown_table(titles, [[_marked(x) for x in row] for row in table.rows]))
    return "\n\n".join(shown)


# --- sentences -----------------------------------------------------------------------------------------------------


def rules_named(names: Iterable[str]) -> tuple[str, ...]:
    """The rule ids that a `sentences` block shows, in their own order."""
    return _named(names, SENTENCES)


def advice_named(names: Iterable[str]) -> tuple[str, ...]:
    """The sentences of the advisory panels that an `advice` block shows."""
    return _named(names, WORDS)


def _named(names: Iterable[str], known: Mapping[str, object]) -> tuple[str, ...]:
    found: list[str] = []
    for name in names:
        matching = [x for x in known if (x.startswith(name) if name.endswith(("-", ".")) else x == name)]
        if not matching:
            raise PageError(f"{name} has no sentence")
        found += matching
    return tuple(found)


def _sentences(*names: str) -> str:
    rows = [[f"`{x}`", " *or* ".join(map(in_words, variants(SENTENCES[x])))] for x in rules_named(names)]
    return markdown_table(["Rule", "Sentence"], rows)


def _advice(*names: str) -> str:
    rows = [[f"`{x}`", in_words(WORDS[x])] for x in advice_named(names)]
    return markdown_table(["Item and its state, verdict or caveat", "Sentence"], rows)


def _schemes() -> str:
    return markdown_table(["Scheme", "What it is", "Source"], [[f"`{k}`", *told] for k, told in SCHEMES.items()])


# --- rule sets -----------------------------------------------------------------------------------------------------

_UNITS = {"_mm": " mm", "_pct": " %", "_days": " d"}


def settings_named(names: Iterable[str]) -> tuple[tuple[str, str], ...]:
    """The settings (section, key) that a `thresholds` block shows."""
    sections = {f.name: get_type_hints(RuleSet)[f.name] for f in fields(RuleSet)}
    found: list[tuple[str, str]] = []
    for name in names:
        section, _, key = name.partition(".")
        declared = [f.name for f in fields(sections[section])] if is_dataclass(sections.get(section)) else []
        keys = [x for x in declared if key in ("", x)]
        if not keys:
            raise PageError(f"rule sets have no {name}")
        found += [(section, x) for x in keys]
    return tuple(found)


def _thresholds(*names: str) -> str:
    shipped = [load_ruleset(x) for x in RULESETS]
    rows = []
    for section, key in settings_named(names):
        words = attributes(type(getattr(shipped[0], section)).__name__).get(key)
        if not words:
            raise PageError(f"{section}.{key} has no words in its docstring")
        rows.append(
            [f"`{section}.{key}`", _marked(words), *[_value(key, getattr(getattr(x, section), key)) for x in shipped]]
        )
    return markdown_table(["Setting", "Meaning", *[f"{x.name} {x.version}" for x in shipped]], rows)


def attributes(class_name: str) -> Mapping[str, str]:
    """The words of a rule set's docstring for each of its settings."""
    doc = docstrings()[f"mrecist.rulesets.{class_name}"]
    _, _, listed = doc.partition("Attributes\n----------\n")
    found: dict[str, str] = {}
    for entry in re.split(r"\n(?=\S)", listed.strip()):
        head, _, words = entry.partition("\n")
        found[head.partition(" : ")[0]] = " ".join(words.split())
    return found


def _value(key: str, value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value is None:
        return "–"
    if isinstance(value, int | Fraction):
        return plain(value) + next((unit for end, unit in _UNITS.items() if key.endswith(end)), "")
    return str(value) if " " in str(value) else f"`{value}`"


def _rulesets() -> str:
    return markdown_table(
        ["Rule set", "Version", "What it is", "Sources"],
        [[f"`{x.name}`", x.version, x.title, x.source] for x in map(load_ruleset, RULESETS)],
    )


def _policies() -> str:
    rows = [[f"`{x.name}`", x.source, x.checked] for x in POLICIES.values()]
    return markdown_table(["Policy", "Source", "What was read in it"], rows)


# --- protocols -----------------------------------------------------------------------------------------------------


def _protocols() -> str:
    return markdown_table(
        ["Protocol", "Version", "What it is", "Source"],
        [[f"`{x.name}`", x.version, x.title, x.source] for x in map(load_protocol, PROTOCOLS)],
    )


def words_of(name: str) -> Mapping[str, str]:
    """The words for each condition (`PREDICATES`) or question (`QUESTIONS`) that a row may name."""
    return {row[0]: row[1] for row in doc_tables(docstrings()[f"mrecist.decisions.predicates.{name}"])[0].rows}


def protocol_rows(protocol: str, table: str) -> tuple[Row, ...]:
    if protocol not in PROTOCOLS or table not in ("tace", "sorafenib"):
        raise PageError(f"there is no table {table} of {protocol}")
    found = load_protocol(protocol)
    return found.tace if table == "tace" else found.sorafenib


def _rows(protocol: str, table: str) -> str:
    conditions, questions = words_of("PREDICATES"), words_of("QUESTIONS")
    shown = []
    for row in protocol_rows(protocol, table):
        output = f"`{row.output}`" + (f" (read literally: `{row.proposal}`)" if row.proposal else "")
        name = f"{row.row} (`{row.rule}`)" if row.rule else row.row
        when = "; ".join(conditions[x] for x in row.when) or "otherwise"
        asks = "; ".join(questions[x] for x in row.asks)
        shown.append([name, when, output, asks, in_words(row.text)])
    return markdown_table(["Row", "Where all of these hold", "Output", "Asks, while open", "Sentence"], shown)


def _gates(protocol: str) -> str:
    if protocol not in PROTOCOLS:
        raise PageError(f"there is no protocol {protocol}")
    shown = [
        [LABELS.get(x.value, x.value), _limit(x), "is not missed" if x.when_given else "is listed", in_words(x.text)]
        for x in load_protocol(protocol).gates
    ]
    return markdown_table(["Value", "Crossed", "Where not recorded, it", "Sentence"], shown)


def _limit(limit: Limit) -> str:
    return f"{'below' if limit.is_lower else 'above'} {plain(limit.limit)}"


# --- examples, which the tests hold the rules to -------------------------------------------------------------------


def _scenarios(file: str, ids: Sequence[str]) -> list[dict[str, object]]:
    patients = tomllib.loads((SCENARIOS / file).read_text(encoding="utf-8"))["patient"]
    found = {str(x["id"]).split()[0]: x for x in patients}
    missing = [x for x in ids if x not in found]
    if missing:
        raise PageError(f"{file} has no {', '.join(missing)}")
    return [found[x] for x in ids]


def _responses(*ids: str) -> str:
    shown = []
    for patient in _scenarios("responses.toml", ids):
        visits, expected = patient["visits"], patient["expected"]
        floors = f"; floors {'/'.join(map(str, patient['floor_mm']))} mm" if "floor_mm" in patient else ""
        dated = f"; dated back to {patient['dated']}" if "dated" in patient else ""
        shown.append(
            [
                str(patient["id"]),
                f"`{'` → `'.join(visits)}`{floors}",
                "<br>".join(_told(x) for x in expected) + dated,
                str(patient["why"]),
            ]
        )
    head = ["Patient", "Baseline → follow-ups (mm)", "Liver · outside · pooled · composite", "Why"]
    return markdown_table(head, shown)


def _told(expected: str) -> str:
    _, intra, _, extra, overall, composite = expected.split("/")
    return f"{intra} · {extra} · {overall} · {composite}"


def _decisions(*ids: str) -> str:
    shown = [
        [str(x["id"]), _answers(x.get("clinical", {})), f"`{x['tace']}`", f"`{x['sorafenib']}`"]
        for x in _scenarios("decisions.toml", ids)
    ]
    return markdown_table(["Patient", "Answered or recorded", "TACE", "Sorafenib"], shown)


def _answers(clinical: object) -> str:
    known = clinical if isinstance(clinical, dict) else {}
    words = {True: "yes", False: "no"}
    return "; ".join(f"{k.replace('_', ' ')}: {words[v] if isinstance(v, bool) else v}" for k, v in known.items())


def _best_responses() -> str:
    listed = tomllib.loads((SCENARIOS / "best_responses.toml").read_text(encoding="utf-8"))["examples"]
    shown = []
    for line in listed:
        sequence, _, best = line.partition(" -> ")
        unconfirmed, _, confirmed = best.partition("/")
        shown.append(
            [re.sub(r"(\d+)([A-Z]+)", r"day \1 \2", sequence).replace(" day", ", day"), unconfirmed, confirmed]
        )
    return markdown_table(["Assessments", "Unconfirmed", "Confirmed"], shown)


_KINDS: Mapping[str, Callable[..., str]] = {
    "decision": _decision,
    "sentences": _sentences,
    "thresholds": _thresholds,
    "rows": _rows,
    "gates": _gates,
    "advice": _advice,
    "schemes": _schemes,
    "rulesets": _rulesets,
    "policies": _policies,
    "protocols": _protocols,
    "responses": _responses,
    "decisions": _decisions,
    "best-responses": _best_responses,
    **protocol_pages.KINDS,
}


def main() -> int:
    """Rewrite the pages; name what was changed, and what could not be made."""
    status = 0
    for page in (*sorted(PAGES.glob("*.md")), protocol_pages.INDEX, *sorted(protocol_pages.PAGES.glob("*.md"))):
        text = page.read_text(encoding="utf-8")
        try:
            made = rendered(text)
        except PageError as error:
            sys.stderr.write(f"{page.relative_to(ROOT)}: {error}\n")
            status = 1
            continue
        if made != text:
            page.write_text(made, encoding="utf-8")
            sys.stdout.write(f"{page.relative_to(ROOT)}\n")
    return status


if __name__ == "__main__":
    sys.exit(main())
