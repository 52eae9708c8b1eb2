from __future__ import annotations

import pickle
from copy import deepcopy

from mrecist.filled import Filled

ECOG = Filled.of("ECOG {value} is above {limit}", value="2", limit="1")


def test_that_a_filled_text_reads_as_its_template_and_is_told_in_another_language() -> None:
    assert (ECOG, f"{ECOG}") == ("ECOG 2 is above 1", "ECOG 2 is above 1")
    german = {"ECOG {value} is above {limit}": "ECOG {value} über {limit}"}
    both = Filled.joined((ECOG, "a {plain} text"))
    assert both == "ECOG 2 is above 1; a {plain} text"
    assert both.translated(lambda x: german.get(x, x)) == "ECOG 2 über 1; a {plain} text"


def test_that_a_text_that_was_changed_says_what_it_said() -> None:
    changed = Filled.kept("ECOG beyond 1", ECOG.parts)
    assert changed.translated(lambda x: x) == ECOG


def test_that_a_copy_remembers_its_templates() -> None:
    assert pickle.loads(pickle.dumps(ECOG)).parts == deepcopy(ECOG).parts == ECOG.parts
