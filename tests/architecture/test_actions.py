from __future__ import annotations

import ast
import re
from collections import Counter
from html import unescape

import pytest

from app.actions import ACTIONS, action
from app.key_sheet import sheet_html
from app.keymap import Keymap
from app.situation import Situation
from app.theme import load_theme
from tests.conftest import ROOT


def test_that_ids_are_unique_and_no_key_is_on_two_actions() -> None:
    ids = Counter(x.id for x in ACTIONS)
    assert [x for x, n in ids.items() if n > 1] == []
    assert Keymap().conflicts() == ()


def test_that_an_action_says_what_is_missing_until_it_can_run() -> None:
    nothing = Situation()
    assert action("measure.counted").enabled_when(nothing) == "Open a case first."
    assert action("measure.counted").enabled_when(Situation(case=True, visit=True)) == (
        "Select a lesion in the table first."
    )
    assert action("measure.counted").enabled_when(Situation(case=True, visit=True, lesion="IT1")) == ""
    why = "FU1 is signed."
    assert action("finding.gone").enabled_when(Situation(True, True, True, "IT1", locked=why)) == why


def test_that_every_action_stands_in_the_menu() -> None:
    assert [x.id for x in ACTIONS if not x.menu] == []


def test_that_the_sheet_names_every_key_and_what_it_does() -> None:
    keymap = Keymap()
    sheet = unescape(sheet_html(keymap, load_theme(), 10))
    missing = [
        x.id
        for x in ACTIONS
        if x.keys and not x.together
        if x.title not in sheet or any(f"<b>{key.shown}</b>" not in sheet for key in keymap.keys(x.id))
    ]
    assert missing == []
    for keys, does in (
        ("Ctrl+Shift+←/→/↑/↓", "Pan"),
        ("F6 Shift+F6", "Next view, and back"),
        ("Ctrl+Shift+1/2/3/4/5/6/7/8/9", "Keep this window as that preset"),
    ):
        assert re.search(rf"<b>{re.escape(keys)}</b>.*?<td[^>]*>{does}</td>", sheet)


_KEY = r"(?:[A-Z]|F\d+|(?:Ctrl|Alt)\+\S+)"
SAYS_A_KEY = re.compile(rf"\({_KEY}\)|[Pp]ress {_KEY}\b|(?:Ctrl|Alt)\+\{{")


@pytest.mark.parametrize("folder", ["app/desks", "app/reading", "app/panels", "viewers/widgets"])
def test_that_no_sentence_names_a_key_that_the_reader_may_have_changed(folder: str) -> None:
    """Keys are told by the keymap: on caps, hints, in menus and on the sheet."""
    named = []
    for path in sorted((ROOT / folder).rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        documented = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        named += [
            f"{path.name}: {node.value}"
            for node in ast.walk(tree)
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documented
            if SAYS_A_KEY.search(node.value)
        ]
    assert named == []
