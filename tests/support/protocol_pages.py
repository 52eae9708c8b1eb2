"""The generated blocks of the pages of study protocols, made from the files in `resources/protocols`.

=================================== ===============================================================================
block                               it shows
=================================== ===============================================================================
about PROTOCOL                      name, version, source, design, arms, sessions, marker, older names
windows PROTOCOL                    its windows with their edges and where each comes from
entry PROTOCOL                      its entry criteria with the values that are allowed
endpoints PROTOCOL                  what the study reports
wordings PROTOCOL                   how it puts judgements
ambiguities PROTOCOL                where its source can be read in more than one way
silent PROTOCOL                     what its source does not give
keys                                every key of a protocol file
=================================== ===============================================================================
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import MISSING, fields, is_dataclass
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from app.resources import PROTOCOLS, load_protocol
from mrecist.checklist import label
from mrecist.protocols import Protocol, SorafenibRow
from tests.support.doc_tables import ROOT, PageError

PAGES = ROOT / "docs" / "protocols"
INDEX = ROOT / "docs" / "protocols.md"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def _loaded(name: str) -> Protocol:
    if name not in PROTOCOLS:
        raise PageError(f"there is no protocol {name}")
    return load_protocol(name)


def _about(name: str) -> str:
    p = _loaded(name)
    rows = [
        ["Name", f"`{p.name}`" + (f" (older: {', '.join(f'`{x}`' for x in p.aliases)})" if p.aliases else "")],
        ["Version", p.version],
        ["Source", p.source],
        ["Design", p.design],
        ["Decisions", f"{p.tace_card.title} (`tace` in results), {p.sorafenib_card.title} (`sorafenib`)"],
    ]
    rows += [["Arm", f"`{x.name}`: {x.title}"] for x in p.arms]
    if p.sessions is not None:
        rows.append(["Sessions", f"{p.sessions.kind}, {p.sessions.least} to {p.sessions.most}: {p.sessions.source}"])
    if p.response_after_radiotherapy_days:
        rows.append(["Response", f"due {p.response_after_radiotherapy_days} days after the end of radiotherapy"])
    if p.marker is not None:
        rows.append(["Marker", f"{p.marker.title} above {p.marker.above}: {p.marker.source}"])
    return table(["", p.title], rows)


def _windows(name: str) -> str:
    rows = []
    for w in _loaded(name).windows:
        side = f"after {w.of} {w.after}" if w.after is not None else f"before {w.of} {w.before}"
        days = f"{w.first_days}" if w.first_days == w.last_days else f"{w.first_days}–{w.last_days}"
        rows.append([f"`{w.id}`", w.title.replace("{number}", "n"), w.what, f"{days} days {side}", w.source])
    return table(["Window", "Shown as", "What", "When", "Source"], rows)


def _entry(name: str) -> str:
    rows = [
        [x.kind, x.text, f"{label(x)} {x.allowed}" if x.value else "a clinician confirms it"]
        for x in _loaded(name).eligibility
    ]
    return table(["", "Criterion", "Allowed"], rows) if rows else "None: the source gives no entry criteria."


def _endpoints(name: str) -> str:
    e = _loaded(name).endpoints
    if e is None:
        return "None: the source gives no endpoints."
    rows = [["primary", ", ".join(e.primary) or "not in the source"], ["secondary", ", ".join(e.secondary) or "none"]]
    rows += [["rate", f"{x.name}: {', '.join(x.responses)}, {x.scope}"] for x in e.rates]
    rows += [["times from", e.origin], ["scope", e.scope], ["censoring", e.censoring]]
    return table(["", "Endpoints"], rows)


def _wordings(name: str) -> str:
    rows = [[f"`{x.field}`", x.text] for x in _loaded(name).wordings]
    return table(["Judgement", "Asked as"], rows) if rows else "As everywhere."


def _ambiguities(name: str) -> str:
    return table(
        ["About", "The source says", "Read as"], [[x.about, x.says, x.reading] for x in _loaded(name).ambiguities]
    )


def _silent(name: str) -> str:
    return "\n".join(f"- {x}" for x in _loaded(name).not_in_source)


# --- the keys of a file ----------------------------------------------------------------------------------------------


def _keys() -> str:
    """Every key with what it takes; a list of tables and its keys below it."""
    return table(["Key", "Takes", "Needed"], list(_rows_of(Protocol, "")))


def _rows_of(kind: Any, path: str) -> Iterable[Sequence[str]]:
    hints = get_type_hints(kind)
    for f in fields(kind):
        hint = hints[f.name]
        needed = "yes" if f.default is MISSING and f.default_factory is MISSING else ""
        inner = next((x for x in _parts(hint) if is_dataclass(x)), None)
        many = get_origin(hint) is tuple
        name = f"`{path}{f.name}`"
        yield [name, ("list of tables" if many else "table") if inner else _takes(hint), needed]
        if inner is not None and inner is not SorafenibRow:
            yield from _rows_of(inner, f"{path}{f.name}{'[]' if many else ''}.")


def _parts(hint: Any) -> tuple[Any, ...]:
    return get_args(hint) if get_origin(hint) in (tuple, UnionType, Union) else (hint,)


def _takes(hint: Any) -> str:
    if get_origin(hint) is tuple:
        return f"list: {_takes(get_args(hint)[0])}"
    if get_origin(hint) is Literal:
        return ", ".join(str(x) for x in get_args(hint))
    if get_origin(hint) in (UnionType, Union):
        return " or ".join(_takes(x) for x in get_args(hint) if x is not NoneType)
    return {str: "text", bool: "true or false", int: "whole number"}.get(hint, "number")


KINDS: Mapping[str, Callable[..., str]] = {
    "about": _about,
    "windows": _windows,
    "entry": _entry,
    "endpoints": _endpoints,
    "wordings": _wordings,
    "ambiguities": _ambiguities,
    "silent": _silent,
    "keys": _keys,
}
