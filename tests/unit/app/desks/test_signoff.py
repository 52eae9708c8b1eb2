"""The checklist before a signature says what it looked at."""

from __future__ import annotations

from dataclasses import replace

from app.assessing import assess_read
from app.desks.signoff import checklist
from app.models.reading import Reading
from app.models.signoff import Item, LineState
from app.panels.decision_text import asks
from app.resources import load_ruleset
from tests.support.cases import READ, added, found, measured, record_of


def test_that_the_tick_about_questions_speaks_of_lesions_while_the_decision_still_asks() -> None:
    """20 of 30 mm is PR, viable tumour left: whether TACE is of benefit is asked, and is no question of a lesion."""
    record = record_of(added("IT1", "BL", measured("30")), found("IT1", "FU1", measured("20")))
    now = Reading(record, READ, "FU1", assess_read(record, READ, load_ruleset()))
    assert now.response is not None and now.response.tace is not None and asks(now.response.tace)
    (line,) = (line for line in checklist(now) if line.item is Item.QUESTIONS)
    assert (line.text, line.state) == ("Every question about a lesion answered", LineState.DONE)


def test_that_nothing_is_signed_that_the_rules_could_not_judge() -> None:
    """A signature stores the responses that were shown: there are none, and no warning is known."""
    record = record_of(added("IT1", "BL", measured("30")), found("IT1", "FU1", measured("20")))
    now = Reading(record, READ, "FU1", assess_read(record, READ, load_ruleset()))

    def of_warnings(reading: Reading) -> LineState:
        return next(line.state for line in checklist(reading) if line.item is Item.WARNINGS)

    assert of_warnings(now) is LineState.DONE
    assert of_warnings(replace(now, assessment=None)) is LineState.BLOCKS
    assert of_warnings(replace(now, assessment=None, blind=True)) is LineState.DONE, "responses are hidden, not missing"
