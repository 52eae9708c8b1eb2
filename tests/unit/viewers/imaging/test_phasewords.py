"""Words about contrast in the names of series."""

from __future__ import annotations

import pytest

from viewers.imaging.phasewords import plain, said_in, words_in

WORDS = {
    "Oberbauch spätarteriell 3.0": "arterial",
    "t1_vibe_fs_tra_KM art": "arterial",
    "temps artériel": "arterial",
    "fase arteriosa": "arterial",
    "후기동맥기": "arterial",
    "動脈優位相": "arterial",
    "动脉晚期": "arterial",
    "Abdomen portalvenös": "portal_venous",
    "temps portal": "portal_venous",
    "문맥정맥기 3.0": "portal_venous",
    "門脈相": "portal_venous",
    "静脉期": "portal_venous",
    "ABDOMEN PORTO-VENOUS": "portal_venous",
    "delay 70 sec": "portal_venous",
    "temps tardif": "delayed",
    "Spätphase": "delayed",
    "평형기": "delayed",
    "平衡相": "delayed",
    "延迟期": "delayed",
    "post-gd 3 min": "delayed",
    "T1 이행기": "transitional",
    "移行相": "transitional",
    "hepatobiliäre Phase": "hepatobiliary",
    "간세포기": "hepatobiliary",
    "肝細胞相": "hepatobiliary",
    "肝胆期": "hepatobiliary",
    "Leber nativ": "pre",
    "ohne KM": "pre",
    "SANS INJECTION": "pre",
    "비조영 CT": "pre",
    "조영 증강 전": "pre",
    "単純": "pre",
    "造影前": "pre",
    "平扫": "pre",
    "ABD C-": "pre",
    "Liver CE(-)": "pre",
    "LIVER NON-CON": "pre",
    "ABD WO": "pre",
    "artériel précoce": "arterial",
    "ART TARDIVE": "arterial",
    "Lever laat-veneus": "delayed",
    "DELAYED AP 2.5": "delayed",
    "AP VENOUS": "portal_venous",
    "arteral 1.25": "arterial",
    "Liver poratl": "portal_venous",
    "delyed 3mm": "delayed",
    "unenhacned": "pre",
    "transitionnal": "transitional",
}


@pytest.mark.parametrize(("text", "phase"), WORDS.items(), ids=WORDS.keys())
def test_that_words_of_many_languages_name_the_phase(text, phase):
    assert [name.value for name in words_in(text)] == [phase]


@pytest.mark.parametrize(
    "text",
    [
        "PRE-OP LIVER", "post TACE", "pre TACE", "수술전 간", "DELAYED RECON 1.25MM", "CT AP W", "APCT", "W WO",
        "대동맥", "大動脈", "metal artifact reduction", "TTC=3.5s", "Br36 1.5s", "PORTA HEPATIS", "Monitoring 10.0",
        "조영 전/후", "造影前後", "lateral", "material", "arteria", "postal", "relayed",
    ],
)  # fmt: skip
def test_that_words_that_look_alike_name_none(text):
    assert words_in(text) == {}


def test_that_two_phases_in_short_are_both_named():
    assert {name.value for name in words_in("AP/PVP 3mm")} == {"arterial", "portal_venous"}


def test_that_a_misspelt_word_counts_less_and_only_where_nothing_is_spelt_right():
    ((points, _),) = words_in("protal phase 3mm").values()
    ((surely, _),) = words_in("portal phase 3mm").values()
    assert points < surely
    assert [name.value for name in words_in("arterial delayd")] == ["arterial"]


@pytest.mark.parametrize(
    "text", ["post contrast", "ABD C+", "+C T1", "T1 KM", "조영후", "造影", "增强", "CE(+)", "Gd(+)"]
)
def test_that_words_say_that_contrast_was_given_without_naming_a_phase(text):
    said = said_in(text)
    assert said.enhanced and not said.named


@pytest.mark.parametrize("text", ["조영전", "造影前", "without contrast", "non-enhanced", "비조영"])
def test_that_denied_contrast_was_not_given(text):
    assert not said_in(text).enhanced


def test_that_a_letter_counts_only_where_it_stands_alone():
    assert said_in("post TACE A 3.0 B30f").letter == "A"
    assert said_in("AmDIXON-W").letter == "A"
    assert said_in("V60").letter == "V"
    assert said_in("A/P 5mm").letter == ""
    assert said_in("ABD V/S").letter == ""


def test_that_minutes_are_read_in_every_language():
    assert [said_in(text).minutes for text in ("5min", "3분", "20分", "Delay 5 Min.", "TTC=3.5s", "2.5MM")] == [
        5, 3, 20, 5, None, None,
    ]  # fmt: skip


def test_that_names_are_made_plain():
    assert plain("t1_vibe_fs_tra (Spät)") == "T1 FS TRA SPAT"
    assert plain("간담도기　２０분") == "간담도기 20분"
    assert plain("LiverDelayed") == "LIVER DELAYED"
