"""The sentences, chips and derivations of the response cards."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.assessing import assess_read
from app.panels.derivation import numbers_text
from app.panels.response_cards import ResponseCard, ResponseCards
from app.panels.response_text import (
    borderline_text,
    component_line,
    distance_text,
    first_sentence,
    nearest_category,
    overall_sentence,
)
from app.resources import load_ruleset
from app.theme import Theme
from mrecist.results import Explanation, NextCategory, Reason, RegionResponse
from mrecist.target import SumAt
from mrecist.values import Region, Response
from tests.support.cases import READ, added, found, measured, record_of
from tests.support.example_reading import example_reading

R = Response


@pytest.fixture
def cards(qtbot: QtBot, theme: Theme) -> ResponseCards:
    made = ResponseCards(theme)
    qtbot.addWidget(made)
    made.resize(480, 300)
    made.set_reading(example_reading())
    made.show()
    return made


def plain(text: str) -> str:
    return " ".join(text.replace("\u00a0", " ").split())


def chips_of(card: ResponseCard) -> list[str]:
    return [plain(made.text()) for made in card.chips]


def test_that_partial_response_shows_its_arithmetic(cards: ResponseCards) -> None:
    card = cards.cards[Region.INTRAHEPATIC]
    assert plain(card.first.text) == "37.7 mm is −48.2 % vs BL 72.8 mm; PR at ≤ −30 %."
    assert plain(card.second.text) == "−25.9 % vs nadir 50.9 mm (FU1). INT1 viable, no PD."
    assert chips_of(card) == ["PR → SD at 51.0 mm (+13.3)", "IH-T-PR"]
    assert plain(card.component.text()) == "target PR · NT NN"


def test_that_progression_shows_both_its_limits_and_that_it_is_close(cards: ResponseCards) -> None:
    card = cards.cards[Region.EXTRAHEPATIC]
    assert plain(card.first.text) == "68.9 mm is +20.5 % and +11.7 mm vs nadir 57.2 mm (FU1)."
    assert plain(card.second.text) == "PD at ≥ +20 % and ≥ +5 mm. Pattern: growth of ET1, ET2."
    assert chips_of(card) == ["± borderline: PD holds by 0.3 mm", "EH-T-PD"]
    assert plain(card.component.text()) == "ENT1 still to do"


def test_that_nothing_blinks_when_a_card_is_filled_again(cards: ResponseCards) -> None:
    card = cards.cards[Region.EXTRAHEPATIC]
    before = [*card.chips, card.mark]
    cards.set_reading(example_reading())
    assert [*card.chips, card.mark] == before
    card.set_chips([("other", "plain")], "EH-T-PD")
    card.show_response(R.SD, "", [], [], ())
    assert card.mark.isVisible() and all(made.isVisible() for made in card.chips)  # no turn of the events later


def test_that_the_composite_says_what_the_pooled_sum_says_otherwise(cards: ResponseCards) -> None:
    card = cards.composite
    assert plain(card.first.text) == "Intra PR × extra PD → PD."
    assert plain(card.second.text) == "Overall (pooled) SD 106.6 mm, −19.7 % vs BL 132.8 mm."
    assert chips_of(card)[:2] == ["regions discordant", "RECIST 1.1 whole: SD"]


def test_that_the_narrow_panel_keeps_the_numbers(cards: ResponseCards) -> None:
    cards.resize(396, 300)
    assert plain(cards.cards[Region.INTRAHEPATIC].first.text) == "37.7 mm, −48.2 % vs BL 72.8 mm (PR ≤ −30 %)"
    assert plain(cards.cards[Region.EXTRAHEPATIC].first.text) == "68.9 mm, +20.5 %, +11.7 mm vs nadir 57.2 mm"


def test_that_a_click_on_the_rule_opens_the_derivation_in_place(qtbot: QtBot, cards: ResponseCards) -> None:
    card = cards.cards[Region.EXTRAHEPATIC]
    assert card.derivation.isHidden()
    qtbot.mouseClick(card.chips[-1], Qt.MouseButton.LeftButton)
    assert card.derivation.isVisible()
    qtbot.mouseClick(card.first, Qt.MouseButton.LeftButton)
    assert card.derivation.isHidden()


def test_that_the_derivation_opens_by_key_too(qtbot: QtBot, cards: ResponseCards) -> None:
    card = cards.cards[Region.INTRAHEPATIC]
    card.first.setFocus()
    qtbot.keyClick(card.first, Qt.Key.Key_Return)
    assert card.derivation.isVisible()


def test_that_the_cards_are_absent_at_baseline(cards: ResponseCards) -> None:
    cards.set_reading(example_reading("BL"))
    assert cards.isHidden()


def test_that_a_screen_reader_hears_the_response_in_words(cards: ResponseCards) -> None:
    assert cards.cards[Region.INTRAHEPATIC].accessibleName().startswith("Intrahepatic: partial response. 37.7")


def region_response(target: Response, by_mm: str, following: Response) -> RegionResponse:
    step = NextCategory(following, int(10 * Fraction(by_mm)))
    return RegionResponse(
        target,
        R.NA,
        False,
        target,
        target,
        sums=SumAt(500, True, False, 500, 500, 0),
        explained=Explanation((), (step,)),
    )


@pytest.mark.parametrize(
    ("target", "by_mm", "following", "text"),
    [
        pytest.param(R.PD, "-0.3", R.SD, "borderline: PD holds by 0.3 mm", id="just progressed"),
        pytest.param(R.SD, "0.3", R.PD, "borderline: 0.3 mm short of PD", id="not quite progressed"),
        pytest.param(R.PR, "0.4", R.SD, "borderline: PR holds by 0.4 mm", id="just a response"),
        pytest.param(R.SD, "-0.4", R.PR, "borderline: 0.4 mm short of PR", id="not quite a response"),
    ],
)
def test_that_a_borderline_says_on_which_side_it_is(
    target: Response, by_mm: str, following: Response, text: str
) -> None:
    assert plain(borderline_text(region_response(target, by_mm, following))) == text


def test_that_the_distance_is_signed_and_says_where_the_category_changes() -> None:
    response = region_response(R.SD, "-15", R.PR)
    assert plain(distance_text(response, response.to_next_category[0])) == "SD → PR at 35.0 mm (−15.0)"


def test_that_a_lesion_at_a_limit_is_named_where_the_sum_decides_nothing() -> None:
    step = NextCategory(R.PD, 4, "IN1")
    response = replace(region_response(R.SD, "1", R.PD), explained=Explanation((), (step,)))
    assert nearest_category(response) is step
    assert plain(distance_text(response, step)) == "SD → PD: IN1 +0.4 mm"
    assert plain(distance_text(response, step, short=True)) == "IN1 +0.4 mm"
    of_the_sum = NextCategory(R.PR, -90)
    both = replace(response, explained=Explanation((), (of_the_sum, step)))
    assert nearest_category(both) is of_the_sum
    assert plain(borderline_text(response)) == "borderline"


def test_that_a_region_names_only_its_own_lesions_as_not_read_yet() -> None:
    """ENT1 alone is still to do: it keeps the liver from nothing."""
    reading, response = example_reading(), RegionResponse(R.NE, R.NE, False, R.NE, R.NE)
    said = {region: "".join(run.text for run in first_sentence(response, region, reading)) for region in Region}
    assert said[Region.EXTRAHEPATIC] == "Not read yet: ENT1."
    assert "ENT1" not in said[Region.INTRAHEPATIC] and "no progression" in said[Region.INTRAHEPATIC]


def test_that_a_pooled_sum_of_which_a_target_is_missing_is_told_as_the_least_it_can_be() -> None:
    """Targets of 30 and 20 mm; at FU1 the first is 25 mm and the second not read yet, then 10 mm: 25 mm, then 35 mm."""
    events = (
        added("IT1", "BL", measured("30")),
        added("IT2", "BL", measured("20")),
        found("IT1", "FU1", measured("25")),
    )
    said = []
    for more in ((), (found("IT2", "FU1", measured("10")),)):
        here = assess_read(record_of(*events, *more), READ, load_ruleset()).timepoint("FU1")
        assert here is not None
        said.append(plain("".join(run.text for run in overall_sentence(here.overall, "BL"))))
    assert said[0].endswith("≥ 25.0 mm") and "35.0 mm, -30.0 %" in said[1].replace("−", "-")


def test_that_what_is_to_do_stands_before_the_components() -> None:
    response = replace(region_response(R.SD, "1", R.PD), non_target=R.NN, new_lesion=True)
    assert component_line(response, ()) == "target SD · NT NN · new lesion"
    assert component_line(response, ("IT1", "ET2")) == "2 still to do"
    assert component_line(response, ("ENT1",)) == "ENT1 still to do"


def test_that_a_derivation_names_each_number_with_its_unit() -> None:
    reason = Reason("T-PR", {"sum_mm": Fraction(377, 10), "change_pct": Fraction(-48), "nadir_at": "FU1"})
    assert plain(numbers_text(reason)) == "sum 37.7 mm · change −48.0 % · nadir at FU1"


def test_that_an_equivocal_new_lesion_is_named_and_marked(cards: ResponseCards) -> None:
    reading = example_reading()
    assert reading.response is not None and reading.assessment is not None
    doubt = Reason("IH-NEW-EQ-SMALL", {"lesion": "IN1", "limit_mm": Fraction(10)})
    liver = reading.response.intrahepatic
    liver = replace(liver, explained=Explanation((*liver.reasons, doubt), flags=("EQUIVOCAL_NEW",)))
    point = replace(reading.response, intrahepatic=liver)
    cards.set_reading(replace(reading, assessment=replace(reading.assessment, timepoints=(point,))))
    card = cards.cards[Region.INTRAHEPATIC]
    assert "new lesion equivocal" in chips_of(card)
    assert plain(card.second.text).endswith("IN1 equivocal: not counted yet.")
    cards.resize(396, 300)
    assert "IN1 equivocal" in plain(card.second.text)
    assert "new lesion equivocal" not in chips_of(cards.cards[Region.EXTRAHEPATIC])


def test_that_the_composite_says_how_it_comes_about(cards: ResponseCards) -> None:
    assert plain(cards.composite.component.text()) == "worst of both regions"
