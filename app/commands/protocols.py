"""`protocols`: the study protocols that cases may name; checks files of one's own, and prints their schema."""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from app.cli import BAD_USAGE, DONE, REFUSED
from app.profiles import FOLDER, ProtocolRefused, known_profiles, read_protocol
from mrecist.protocols import NOT_IN_SOURCE, Protocol, Row
from mrecist.tomlschema import json_schema

_FIELD = re.compile(r"(?!is |cannot )([a-z][\w.\[\]-]*)(?:: | )(.*)", re.DOTALL)
"""Of what concerns the file as a whole, no field is told."""


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("names", nargs="*", metavar="NAME", help="tell all of these protocols; none: list them")
    parser.add_argument("--check", nargs="+", type=Path, metavar="FILE", help="check files of your own (.toml)")
    parser.add_argument("--schema", action="store_true", help="print the JSON Schema of a protocol file")
    parser.add_argument("--json", action="store_true", help="print one JSON document")


def run(options: argparse.Namespace) -> int:
    if options.schema:
        print(json.dumps(json_schema(Protocol, "Hepatrace study protocol"), indent=2))
        return DONE
    if options.check:
        return _check(options.check, options.json)
    return _tell(options.names, options.json)


def _check(files: list[Path], as_json: bool) -> int:
    """Every file is checked, also after one that is at fault; status 1 where any is."""
    found: list[dict[str, Any]] = []
    for file in files:
        try:
            protocol = read_protocol(file)
        except ProtocolRefused as refused:
            found.append({"file": str(file), "ok": False, "faults": [_fault(x) for x in refused.faults]})
        else:
            found.append({"file": str(file), "ok": True, "protocol": _brief(protocol), "faults": []})
    if as_json:
        print(json.dumps({"files": found}))
    else:
        for one in found:
            said = f"is a protocol: {one['protocol']['name']} {one['protocol']['version']}" if one["ok"] else "is none"
            print(f"{one['file']}: {said}")
            for fault in one["faults"]:
                print(f"  {fault['field']}: {fault['text']}")
    return DONE if all(x["ok"] for x in found) else REFUSED


def _fault(text: str) -> dict[str, str]:
    """A fault as the field that it is about, and what is wrong and wanted there."""
    parts = _FIELD.fullmatch(text)
    return {"field": parts[1], "text": parts[2]} if parts else {"field": "file", "text": text}


def _tell(names: list[str], as_json: bool) -> int:
    profiles = known_profiles()
    unknown = [x for x in names if profiles.find(x) is None]
    if unknown:
        import sys

        known = ", ".join(profiles.names)
        print(f"hepatrace protocols: {', '.join(unknown)}: not known. Known are {known}.", file=sys.stderr)
        return BAD_USAGE
    chosen = [p for p in profiles.protocols if not names or any(p.is_named(x) for x in names)]
    if as_json:
        refused = [{"file": str(x.file), "faults": [_fault(f) for f in x.faults]} for x in profiles.refused]
        listed = [_whole(p) if names else _brief(p) for p in chosen]
        print(json.dumps({"protocols": listed, "refused": refused, "folder": FOLDER}))
        return DONE
    for protocol in chosen:
        _print(protocol, whole=bool(names))
    for one in profiles.refused:
        print(f"refused: {one}")
    return DONE


def _brief(protocol: Protocol) -> dict[str, Any]:
    return {
        "name": protocol.name,
        "version": protocol.version,
        "title": protocol.title,
        "source": protocol.source,
        "aliases": list(protocol.aliases),
    }


def _whole(protocol: Protocol) -> dict[str, Any]:
    rows: dict[str, Sequence[Row]] = {"tace": protocol.tace, "sorafenib": protocol.sorafenib}
    return {
        **_brief(protocol),
        "design": protocol.design,
        "cards": {"tace": protocol.tace_card.title, "sorafenib": protocol.sorafenib_card.title},
        "rows": {
            name: [
                {"row": r.row, "when": list(r.when), "output": r.output, "asks": list(r.asks), "text": r.text}
                for r in table
            ]
            for name, table in rows.items()
        },
        "windows": [
            {
                "id": w.id,
                "what": w.what,
                "after": w.after,
                "before": w.before,
                "first_days": w.first_days,
                "last_days": w.last_days,
                "source": w.source,
            }
            for w in protocol.windows
        ],
        "eligibility": [
            {"kind": x.kind, "text": x.text, "value": x.value or None, "allowed": x.allowed or None}
            for x in protocol.eligibility
        ],
        "ambiguities": [{"about": x.about, "says": x.says, "reading": x.reading} for x in protocol.ambiguities],
        "not_in_source": list(protocol.not_in_source),
    }


def _print(protocol: Protocol, *, whole: bool) -> None:
    print(f"{protocol.name} {protocol.version}: {protocol.title} ({protocol.source})")
    if not whole:
        return
    print(f"  {protocol.design}")
    for card, table in ((protocol.tace_card, protocol.tace), (protocol.sorafenib_card, protocol.sorafenib)):
        print(f"  {card.title}")
        for row in table:
            print(f"    {row.row:6}{row.output:24}{', '.join(row.when) or 'otherwise'}")
    print("  windows")
    for w in protocol.windows:
        side = f"after {w.after}" if w.after is not None else f"before {w.before}"
        print(f"    {w.id:18}{w.what} {w.first_days}-{w.last_days} days {side}: {w.source}")
    print("  entry criteria")
    for x in protocol.eligibility:
        print(f"    {x.kind}: {x.text}{f' ({x.value} {x.allowed})' if x.value else ''}")
    for ambiguity in protocol.ambiguities:
        print(f"  ambiguous, {ambiguity.about}: {ambiguity.says} Read as: {ambiguity.reading}")
    for text in protocol.not_in_source:
        print(f"  {NOT_IN_SOURCE}: {text}")
