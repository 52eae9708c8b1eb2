from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from app.commands.assessed_text import HEADINGS
from app.commands.judging import Judging
from app.profiles import known_profiles
from app.resources import LANGUAGES, PROTOCOLS, load_catalogue, load_protocol, load_ruleset
from mrecist.catalogue import CatalogueError, parse_catalogue, placeholders
from mrecist.decisions.advisory_words import LABELS as ADVISORY_LABELS
from mrecist.decisions.advisory_words import MISSING, SCHEMES, WORDS
from mrecist.decisions.predicates import BECAUSE, LABELS, QUESTIONS
from mrecist.decisions.situation import NO_FACTS, Answers, Situation, Viability
from mrecist.explain import sentence
from mrecist.lesions import LocalTreatment
from mrecist.resultfile import result
from mrecist.sentences import SENTENCES
from mrecist.values import Organ, Response
from tests.support.advised import case_of, seen
from tests.support.patients import assessed, visit
from tests.support.rule_sentences import variants

OPEN = Situation(
    Response.NE, Response.NE, Viability.UNKNOWN, False, False, Answers(), (), ("ecog",), False, None, NO_FACTS
)
"""Nothing is known, so that every question is open."""
TRANSLATED = [x for x in LANGUAGES if x != "en"]


PARTS = {
    "{title} not recorded",
    "{title} {value}, none before",
    "{label} not recorded, {values}",
    "BCLC {stage} ({because})",
    *[f"day {{day}}: {why}" for name, why in MISSING.items() if name.startswith("scan_")],
    f"day {{day}}: {MISSING['nothing_viable']}",
    f"day {{day}}: {MISSING['liver']}",
}
"""The parts of sentences that are filled in by themselves."""
_OF_THE_FIELD = re.compile(
    r"""
    CR | PR | SD | PD | NE | ND | NN | non | BL | mm | cm | mg | dL | ng | mL | ECOG | Child | Pugh | INR | AST |
    ALT | ANC | TACE | HAIC | LD | CCRT | CT | MRI | PET | RECIST | mRECIST | mALBI | BCLC | AFP | PIVKA | II |
    JSH | LCSGJ | EASL | TACTICS | UnTACEable | RECICL | ART | ABCR | IHG | NIH | EHG | NEH | COTSOM
""",
    re.X,
)
"""Latin words that a Korean reader uses as they are: categories, units, scores, scales and trials."""


def english() -> set[str]:
    """Every sentence that the rules, the tables and limits of any protocol, and the advisory panels can say, and the
    headings that `assess` prints.
    """
    protocols = [load_protocol(name) for name in PROTOCOLS]
    rows = {part.text for x in protocols for part in (*x.tace, *x.sorafenib, *x.gates)}
    said = {text for template in SENTENCES.values() for text in variants(template)}
    return rows | said | PARTS | set(WORDS.values()) | {title for title, _ in SCHEMES.values()} | set(HEADINGS)


def words() -> set[str]:
    """The words that sentences show in place of a name in braces."""
    asked = {need for row in QUESTIONS.values() for need in row(OPEN)} | {"TACE continued"}
    organs = {organ.value for organ in Organ} | {"lymph nodes", "skeleton"}
    of_stage = {"extrahepatic disease", "vascular invasion", "NEH (vascular)", "none recorded"}
    worse = {"more ascites", "more encephalopathy", "a worse Child-Pugh class", "a worse ECOG"}
    shown = {LABELS.get(x, x) for x in asked} | set(LABELS.values()) | set(BECAUSE.values()) | set(MISSING.values())
    treated = {x.value for x in LocalTreatment} - {"tace"}
    listed = {part for text in (*shown, *ADVISORY_LABELS.values()) for part in text.split(", ")}
    return listed | organs | of_stage | worse | treated | {"chest CT", "bone scan", "brain", "abdomen and pelvis"}


def latin(text: str, *names: str) -> set[str]:
    """The words of a text in Latin letters that are neither names in braces, rows, those given, nor of the field."""
    for name in ("up-to-7", *sorted(names, key=len, reverse=True)):
        text = text.replace(name, "")
    text = re.sub(r"\{\w+\}|\([A-Z]{1,2}\d+\)", "", text)
    return {x for x in re.findall(r"[A-Za-z]{2,}(?![A-Za-z]*\d)", text) if not _OF_THE_FIELD.fullmatch(x)}


@pytest.mark.parametrize("language", TRANSLATED)
def test_that_a_catalogue_leaves_nothing_in_english(language: str) -> None:
    catalogue = load_catalogue(language)
    assert catalogue is not None
    assert {x for x in words() if latin(x)} - set(catalogue.texts) == set()
    assert {told: left for told in catalogue.texts.values() if (left := latin(told))} == {}


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_that_nothing_of_a_result_with_its_panels_is_left_in_english_in_korean(protocol: str) -> None:
    """Two courses: one with much that is missing, new and treated, one with everything recorded."""
    ill = {"ecog": 3, "bilirubin_mg_dl": 3.5, "albumin_g_dl": 2.5, "inr": 2.4, "ascites": "moderate"}
    ill |= {"encephalopathy": 2, "ast_x_uln": 6, "afp_ng_ml": 900, "main_pv_occlusion": True}
    bare = [visit("L1=50 INF=P N1=16 Lu1=20 Lu2=15 Lu3=12", day=-40), visit("L1=0 INF=P N1=NE Lu1=20 Lu2=15 Lu3=12")]
    bare[1]["lesions"][0]["treated_since"] = "ablation"
    bare.append(visit("L1=6 INF=U N1=8 Lu1=10 Lu2=NE Lu3=0 xIN=12t xPV=1! xAsc=1?", coverage={"chest": False}))
    full = [seen("L1=50 L2=30 Lu1=20", afp_ng_ml=">35000"), seen("L1=45 L2=20 Lu1=20", afp_ng_ml=6581)]
    full += [visit("L1=60 L2=40 Lu1=30 xIN=12t", clinical=ill), seen("L1=0 L2=0 Lu1=0", afp_ng_ml=9000, ast_x_uln=1.5)]
    judging = Judging(load_ruleset(), known_profiles(), protocol, scores=True, catalogue=load_catalogue("ko"))
    for patient in (case_of(*bare, days=(0, 60)), case_of(*full, days=(0, 42, 84)), case_of(*full, days=())):
        names = [x.id for x in (*patient.reads[0].lesions, *patient.timepoints)]
        result = judging.result(patient)
        told = {text: left for text in sentences_of(result) if (left := latin(text, *names))}
        assert told == {}


def sentences_of(found: Any) -> Iterator[str]:
    """What is told in words anywhere in a result: its texts, and the titles of its panels."""
    if isinstance(found, dict):
        yield from (x for key, x in found.items() if key in ("text", "title") and isinstance(x, str))
    for part in found.values() if isinstance(found, dict) else found if isinstance(found, list) else ():
        yield from sentences_of(part)


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
