"""What describes the files: every variable and every term, as a page to read and as two tables."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from app.exports.sdtm.metadata import domains, terms
from app.resources import read_text

_TITLES = {
    "DM": "Demographics, as far as Hepatrace knows them: no site, country, arm, race",
    "TU": "Tumor/Lesion Identification",
    "TR": "Tumor/Lesion Results",
    "SUPPTR": "Supplemental Qualifiers of TR: what software proposed",
    "RS": "Disease Response",
    "SUPPRS": "Supplemental Qualifiers of RS",
    "RELREC": "Related Records",
}
_NOTES = (
    "RSSCAT, TRSCAT and TUSCAT hold the region: INTRAHEPATIC, EXTRAHEPATIC, OVERALL (both pooled, one sum) or "
    "COMPOSITE (both combined by table). This is a convention of this project.",
    "TR says what the rules counted: TRGRESP, NTRGRESP, NEWLPROG and OVRLRESP can be worked out from TU and TR alone. "
    "VDIAM is the viable diameter of a target of the liver, SUMVDIAM its sum; elsewhere LDIAM, and LPERP for nodes. A "
    "target that has a VDIAM counts by it, and its LDIAM is the whole lesion.",
    "A record of TR with TRTESTCD TRALL names an examination that the region requires and that was not done.",
    "Dates are ISO 8601, with the precision that is known. Day 1 is RFSTDTC; there is no day 0.",
    "Terms marked CDISC are of the SDTM terminology for oncology of 2025-03-25; extensions are of extensible lists.",
)
_STYLE = (
    "body{font:14px/1.45 'Noto Sans KR',sans-serif;margin:2em;color:#1b2227}"
    "table{border-collapse:collapse;margin:1em 0}"
    "th,td{border:1px solid #b4bdc4;padding:3px 8px;text-align:left;vertical-align:top}th{background:#eef1f3}"
    "h2{margin-top:2em}"
)


def description(study: str, suffix: str) -> dict[str, bytes]:
    """``define.html``, ``variables.csv`` and ``codelists.csv``."""
    return {
        "define.html": _page(study, suffix).encode("utf-8"),
        "variables.csv": read_text("sdtm", "variables.csv").encode("utf-8"),
        "codelists.csv": read_text("sdtm", "terms.csv").encode("utf-8"),
    }


def _page(study: str, suffix: str) -> str:
    parts = [
        f"<!doctype html><html lang='en'><meta charset='utf-8'><title>{escape(study)}: SDTM</title>",
        f"<style>{_STYLE}</style><h1>{escape(study)}: SDTM of tumour response</h1>",
        "".join(f"<p>{escape(note)}</p>" for note in _NOTES),
    ]
    for domain, variables in domains().items():
        parts.append(f"<h2 id='{domain}'>{domain}: {escape(_TITLES[domain])} ({domain.lower()}.{suffix})</h2>")
        variable_rows = [(v.name, v.label, v.type, _link(v.codelist), escape(v.says)) for v in variables]
        parts.append(_table(("Variable", "Label", "Type", "Code list", "Says"), variable_rows))
    for codelist, listed in terms().items():
        parts.append(f"<h2 id='list-{codelist}'>Code list {codelist}</h2>")
        term_rows = [(escape(t.term), t.code, t.source, escape(t.meaning)) for t in listed]
        parts.append(_table(("Term", "NCI code", "Source", "Meaning"), term_rows))
    return "\n".join(parts) + "</html>\n"


def _link(codelist: str) -> str:
    return f"<a href='#list-{codelist}'>{codelist}</a>" if codelist else ""


def _table(heads: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    top = "".join(f"<th>{head}</th>" for head in heads)
    body = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>\n" for row in rows)
    return f"<table><tr>{top}</tr>\n{body}</table>"
