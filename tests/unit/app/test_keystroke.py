from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.keystroke import MODIFIERS, NAMED, KeyStroke, NoSuchKey, parse_keystroke, parse_keystrokes


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("t", KeyStroke("T")),
        ("ctrl+shift+i", KeyStroke("I", frozenset({"Ctrl", "Shift"}))),
        ("Shift+Ctrl+I", KeyStroke("I", frozenset({"Ctrl", "Shift"}))),
        ("+", KeyStroke("+")),
        ("Ctrl++", KeyStroke("+", frozenset({"Ctrl"}))),
        ("Ctrl+Plus", KeyStroke("+", frozenset({"Ctrl"}))),
        ("\\", KeyStroke("\\")),
        ("Enter", KeyStroke("Return")),
        ("Escape", KeyStroke("Esc")),
        ("PageUp", KeyStroke("PgUp")),
        ("f12", KeyStroke("F12")),
        ("ö", KeyStroke("Ö")),
        ("?", KeyStroke("?")),
        ("Ctrl+Shift+1", KeyStroke("1", frozenset({"Ctrl", "Shift"}))),
    ],
)
def test_that_a_key_is_read_however_it_is_written(written: str, meant: KeyStroke) -> None:
    assert parse_keystroke(written) == meant


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("", "an empty text names no key"),
        ("Ctrl", '"Ctrl" has no key: Ctrl is held together with one'),
        ("Ctrl+", '"Ctrl+" has no key after its +'),
        ("Hyper+A", '"Hyper" in "Hyper+A" cannot be held: Ctrl, Alt, Shift and Meta can'),
        ("A+B", '"A" in "A+B" cannot be held: Ctrl, Alt, Shift and Meta can'),
        ("F25", 'there is no key "F25" in "F25"'),
        ("Shift+/", '"Shift+/" depends on the keyboard: write the sign that Shift and / type there'),
        ("++", '"" in "++" cannot be held: Ctrl, Alt, Shift and Meta can'),
    ],
)
def test_that_what_is_no_key_is_refused_in_exact_words(written: str, told: str) -> None:
    with pytest.raises(NoSuchKey) as refused:
        parse_keystroke(written)
    assert str(refused.value) == told


def test_that_a_key_is_printed_with_its_arrow_and_its_modifiers_in_one_order() -> None:
    assert parse_keystroke("shift+alt+ctrl+Right").shown == "Ctrl+Alt+Shift+→"
    assert [str(key) for key in parse_keystrokes("ctrl+y  Shift+ctrl+z")] == ["Ctrl+Y", "Ctrl+Shift+Z"]


NAMES = st.sampled_from([*NAMED, *"ABZ019+-=[]\\/?,.;'\"ÖÅ한"])


@given(NAMES, st.sets(st.sampled_from(MODIFIERS)))
def test_that_every_key_is_read_back_from_its_own_text(name: str, held: set[str]) -> None:
    if len(name) == 1 and name.lower() == name.upper():
        held.discard("Shift")
    key = KeyStroke(name, frozenset(held))
    assert parse_keystroke(str(key)) == key


@given(st.text(max_size=12))
def test_that_no_text_is_taken_for_a_key_that_reads_back_otherwise(text: str) -> None:
    try:
        key = parse_keystroke(text)
    except NoSuchKey:
        return
    assert parse_keystroke(str(key)) == key


def test_that_only_keys_that_write_something_are_typed_into_a_field() -> None:
    typing = [parse_keystroke(text).types for text in ("T", "Shift+T", "?", "Space", "Ctrl+T", "F2", "Del", "Alt+9")]
    assert typing == [True, True, True, True, False, False, False, False]
