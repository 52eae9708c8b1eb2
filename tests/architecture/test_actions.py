from __future__ import annotations

from collections import Counter
from html import unescape

from app.actions import ACTIONS, action
from app.panels.help import cheat_sheet
from app.situation import Situation


def test_that_ids_and_shortcuts_are_unique() -> None:
    ids = Counter(x.id for x in ACTIONS)
    keys = Counter(key.lower() for x in ACTIONS for key in x.keys.split())
    assert [x for x, n in ids.items() if n > 1] == []
    assert [x for x, n in keys.items() if n > 1] == []


def test_that_an_action_says_what_is_missing_until_it_can_run() -> None:
    nothing = Situation()
    assert action("measure.counted").enabled_when(nothing) == "Open a case first."
    assert action("measure.counted").enabled_when(Situation(case=True, visit=True)) == (
        "Select a lesion in the table first."
    )
    assert action("measure.counted").enabled_when(Situation(case=True, visit=True, lesion="IT1")) == ""
    assert "signed" in action("finding.gone").enabled_when(Situation(True, True, True, "IT1", locked=True))


def test_that_the_cheat_sheet_names_every_key_and_what_it_does() -> None:
    sheet = unescape(cheat_sheet())
    missing = [x.id for x in ACTIONS if x.keys and (f"<b>{x.keys}</b>" not in sheet or x.title not in sheet)]
    assert missing == []
