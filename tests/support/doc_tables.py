"""The tables in the docstrings of mrecist, as data for the pages of docs/rules."""

from __future__ import annotations

import ast
import re
import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "mrecist"

_BORDER = re.compile(r" *=+( +=+)+ *")


class PageError(ValueError):
    """A page asks for what the code does not have, or has a block that does not end."""


@dataclass(frozen=True)
class DocTable:
    """A table of a docstring; `head` is empty where it has none."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@cache
def docstrings() -> Mapping[str, str]:
    """Every docstring of mrecist by dotted name: of functions and classes at any depth, and of named values."""
    found: dict[str, str] = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        module = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        tree = ast.parse(path.read_text(encoding="utf-8"))
        found |= {module: ast.get_docstring(tree) or "", **_docstrings_in(tree.body, module)}
    return {name: text for name, text in found.items() if text}


def _docstrings_in(body: Sequence[ast.stmt], prefix: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for node, following in zip(body, [*body[1:], None], strict=True):
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            name = f"{prefix}.{node.name}"
            found |= {name: ast.get_docstring(node) or "", **_docstrings_in(node.body, name)}
        elif isinstance(node, ast.Assign | ast.AnnAssign) and isinstance(following, ast.Expr):
            target = node.targets[0] if isinstance(node, ast.Assign) else node.target
            if isinstance(target, ast.Name) and isinstance(following.value, ast.Constant):
                found[f"{prefix}.{target.id}"] = textwrap.dedent(str(following.value.value))
    return found


def doc_tables(doc: str) -> tuple[DocTable, ...]:
    """The simple tables of a docstring.

    Raises
    ------
    PageError
        If a cell runs into the next column: a reader of the docstring could not tell them apart.
    """
    lines = doc.splitlines()
    found = []
    at = 0
    while at < len(lines):
        if not _BORDER.fullmatch(lines[at]):
            at += 1
            continue
        starts = [m.start() for m in re.finditer("=+", lines[at])]
        borders = [at]
        while len(borders) < 2 or (len(borders) == 2 and borders[1] + 1 < len(lines) and lines[borders[1] + 1].strip()):
            after = (i for i in range(borders[-1] + 1, len(lines)) if _BORDER.fullmatch(lines[i]))
            borders.append(next(after))
        cells = [_cells(line, starts) for line in lines[borders[-2] + 1 : borders[-1]]]
        head = tuple(_cells(lines[at + 1], starts)) if len(borders) == 3 else ()
        found.append(DocTable(head, tuple(_joined(cells))))
        at = borders[-1] + 1
    return tuple(found)


def _cells(line: str, starts: Sequence[int]) -> list[str]:
    for start in starts[1:]:
        if line[start - 1 : start].strip():
            raise PageError(f"a cell runs into the next column: {line.strip()}")
    return [line[a:b].strip() for a, b in zip(starts, [*starts[1:], None], strict=True)]


def _joined(lines: Iterable[list[str]]) -> Iterator[tuple[str, ...]]:
    """Rows of which the first cell is empty go on with the row before."""
    row: list[str] = []
    for cells in lines:
        if row and not cells[0]:
            row = [f"{a} {b}".strip() for a, b in zip(row, cells, strict=True)]
            continue
        if row:
            yield tuple(row)
        row = cells
    if row:
        yield tuple(row)
