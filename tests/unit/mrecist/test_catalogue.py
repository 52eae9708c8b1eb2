from __future__ import annotations

import pytest

from app.resources import LANGUAGES, PROTOCOLS, load_catalogue, load_protocol
from mrecist.catalogue import CatalogueError, parse_catalogue, placeholders
from mrecist.explain import sentence
from mrecist.resultfile import result
from mrecist.sentences import SENTENCES
from tests.support.patients import assessed, visit
from tests.support.rule_sentences import variants

TRANSLATED = [x for x in LANGUAGES if x != "en"]


def english() -> set[str]:
    """Every sentence that the rules, the tables of the default protocol and the limits of any protocol can say."""
    protocol = load_protocol()
    rows = {row.text for row in (*protocol.tace, *protocol.sorafenib)}
    rows |= {limit.text for name in PROTOCOLS for limit in load_protocol(name).gates}
    return rows | {text for template in SENTENCES.values() for text in variants(template)}


@pytest.mark.parametrize("language", TRANSLATED)
def test_that_a_catalogue_has_every_sentence_with_what_it_shows(language: str) -> None:
    catalogue = load_catalogue(language)
    assert catalogue is not None
    assert english() - set(catalogue.texts) == set()
    different = [x for x, told in catalogue.texts.items() if placeholders(x) != placeholders(told)]
    assert different == []


@pytest.mark.parametrize("language", TRANSLATED)
def test_that_a_catalogue_has_no_sentence_that_is_never_said(language: str) -> None:
    catalogue = load_catalogue(language)
    assert catalogue is not None
    assert {x for x in catalogue.texts if "{" in x} - english() == set()


def test_that_english_needs_no_catalogue_and_an_unknown_language_is_none() -> None:
    assert load_catalogue("en") is None
    with pytest.raises(KeyError):
        load_catalogue("xx")


def test_that_a_result_is_told_in_korean_with_the_same_numbers() -> None:
    case = assessed("L1=50 L2=20 Lu1=20", {"lesions": [], "coverage": {"chest": False}}, "L1=20 L2=15 Lu1=20 xLu=6!")
    told, korean = result(case), result(case, translate=load_catalogue("ko"))
    reason, translated = (x["timepoints"][1]["intrahepatic"]["reasons"][0] for x in (told, korean))
    assert reason["text"] == "35.0 mm is −50.0 % vs BL 70.0 mm; PR at ≤ −30 %."
    assert translated["text"] == "35.0 mm: BL 70.0 mm 대비 −50.0 %; PR 기준 ≤ −30 %."
    assert translated["numbers"] == reason["numbers"]


def test_that_the_words_a_sentence_shows_are_translated_and_names_are_not() -> None:
    shown = {"examinations": "chest CT, bone scan", "response": "PR"}
    assert sentence("EH-COV-CR", shown, translate=load_catalogue("ko")) == (
        "이 시점에 시행하지 않음: 흉부 CT, 뼈 스캔. 따라서 CR로 판정할 수 없음: PR."
    )
    assert sentence("IH-ND", {}, translate=load_catalogue("ko")).startswith("간내: ")


def test_that_the_limits_that_hold_tace_are_told_in_korean_beside_the_same_english_numbers() -> None:
    ill = {"ecog": 2, "bilirubin_mg_dl": 2.5, "albumin_g_dl": 4, "inr": 1, "ascites": "none", "encephalopathy": 0}
    case = assessed("L1=50", visit("L1=50", clinical=ill), protocol="cotsom")
    told, korean = result(case), result(case, translate=load_catalogue("ko"))
    (reason,), (translated,) = (x["timepoints"][0]["decisions"]["tace"]["reasons"] for x in (told, korean))
    assert reason["text"] == "Hold: ECOG 2 is above 1; bilirubin 2.5 mg/dL is above 2 (T6). Is this lasting?"
    assert translated["text"] == "보류: ECOG 2 (기준 1 초과); 빌리루빈 2.5 mg/dL (기준 2 초과) (T6). 지속되는 상태인가?"
    assert translated["numbers"] == reason["numbers"]


def test_that_what_is_not_in_a_catalogue_stays_english() -> None:
    assert sentence("X", {"at": "TP2"}, "Not known here: {at}.", load_catalogue("ko")) == "Not known here: TP2."


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("language = ", "not a catalogue"),
        ('language = "xx"\nname = "X"', "it has language, name and a table texts"),
        ('language = "xx"\nname = "X"\nodd = 1\n[texts]\n"a" = "b"', "odd is unknown"),
        ('language = "xx"\nname = "X"\n[texts]\n"a {n}" = "b {m}"', "'b {m}' does not show what 'a {n}' shows"),
        ('language = "xx"\nname = "X"\n[texts]\n"a" = "b {"', "does not show"),
        ('language = "xx"\nname = "X"\n[texts]\n"a" = " "', "'a' has no text"),
        ('language = "xx"\nname = "X"\n[texts]\n"a" = 1', "'a' has no text"),
    ],
)
def test_that_a_faulty_catalogue_is_refused(text: str, fault: str) -> None:
    with pytest.raises(CatalogueError) as refused:
        parse_catalogue(text)
    assert fault in str(refused.value)
