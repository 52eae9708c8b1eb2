from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT

PACKAGES = ("mrecist", "viewers", "app")
MODULES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
LONGEST_MODULE = 400
MOST_METHODS = 25


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", MODULES, ids=named)
def test_that_a_module_has_one_job(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count("\n") <= LONGEST_MODULE, "a second job has moved in"
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.ClassDef):
            methods = [
                x
                for x in node.body
                if isinstance(x, ast.FunctionDef)
                and not x.name.endswith("Event")  # Qt's own
                and not any(isinstance(d, ast.Name) and d.id == "property" for d in x.decorator_list)
            ]
            assert len(methods) <= MOST_METHODS, f"{node.name} has {len(methods)} methods"


def test_that_no_name_hides_what_a_module_is_for() -> None:
    vague = re.compile(r"(^|_)(utils?|helpers?|managers?|misc|common)($|_)")
    assert [named(p) for p in MODULES if vague.search(p.stem)] == []


@pytest.mark.parametrize("word", ["processEvents", "time.sleep", "pickle"])
def test_that_a_known_fault_of_others_is_not_ours(word: str) -> None:
    assert [named(p) for p in MODULES if word in p.read_text(encoding="utf-8")] == []


def test_that_every_list_to_choose_from_shows_that_it_is_one() -> None:
    """Qt's own draws no chevron in our style: it looks like a field to type in."""
    assert [named(p) for p in MODULES if "QComboBox()" in p.read_text(encoding="utf-8")] == []


@pytest.mark.parametrize("package", ["mrecist", "viewers/imaging", "viewers/tools"])
def test_that_every_public_function_says_what_is_true_of_it(package: str) -> None:
    silent = []
    for path in (ROOT / package).rglob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        assert ast.get_docstring(tree), f"{named(path)} has no docstring"
        silent += [
            f"{named(path)}: {node.name}"
            for node in tree.body
            if isinstance(node, ast.FunctionDef) and not node.name.startswith("_") and not ast.get_docstring(node)
        ]
    assert silent == []


def test_that_the_locks_name_no_host_and_hash_every_file() -> None:
    for lock in ROOT.glob("requirements*.lock"):
        text = lock.read_text(encoding="utf-8")
        assert "://" not in text, lock.name
        assert text.count("--hash=sha256:") >= text.count("=="), lock.name


def test_that_the_rules_run_on_the_standard_library_alone() -> None:
    """`python -S` has no site-packages: whatever mrecist imports must be in the standard library."""
    modules = sorted(
        ".".join(p.relative_to(ROOT).with_suffix("").parts)
        for p in (ROOT / "mrecist").rglob("*.py")
        if p.stem != "__init__"
    )
    program = "import " + ", ".join(modules)
    done = subprocess.run([sys.executable, "-S", "-c", program], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
