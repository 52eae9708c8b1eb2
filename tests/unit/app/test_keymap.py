from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.actions import ACTIONS
from app.keymap import Keymap, KeymapRefused, also_used, read_keymap, refused, salvage_keymap
from app.keystroke import KeyStroke, parse_keystroke, parse_keystrokes
from app.situation import Situation, both_possible, case_open, every_situation, images_open, unlocked

PLAIN = Keymap()


def key(text: str) -> KeyStroke:
    return parse_keystroke(text)


def ids(actions: tuple[object, ...]) -> list[str]:
    return [getattr(action, "id", "") for action in actions]


def test_that_the_table_ships_no_conflict_and_no_key_that_is_not_free() -> None:
    assert [str(conflict) for conflict in PLAIN.conflicts()] == []
    assert [why for a in ACTIONS for k in PLAIN.keys(a.id) if (why := refused(k, a.id))] == []


def test_that_a_changed_action_has_its_new_keys_and_the_first_is_on_its_button() -> None:
    changed = PLAIN.with_keys("view.invert", parse_keystrokes("Ctrl+J F7"))
    assert changed.text("view.invert") == "Ctrl+J  F7"
    assert changed.cap("view.invert") == "Ctrl+J"
    assert changed.is_changed("view.invert") and not changed.is_changed("view.flip_h")
    assert PLAIN.cap("view.invert") == "I"


def test_that_a_change_back_to_the_shipped_key_is_no_difference() -> None:
    changed = PLAIN.with_keys("view.invert", (key("J"),)).with_keys("view.invert", (key("I"), key("I")))
    assert not changed.changes


def test_that_a_key_that_another_action_has_is_held_by_it() -> None:
    assert ids(PLAIN.holders(key("T"), "view.invert")) == ["measure.target"]
    assert PLAIN.holders(key("Ctrl+Alt+J"), "view.invert") == ()


def test_that_two_actions_may_share_a_key_when_nothing_enables_both() -> None:
    assert both_possible(case_open, images_open)
    assert both_possible(unlocked, case_open)
    assert not both_possible(unlocked, lambda now: "" if now.locked else "not locked")
    assert Situation() in every_situation()
    assert Situation(True, True, True, None, "some", "", "some", False) in every_situation()


def test_that_taking_a_key_takes_it_from_the_one_who_had_it() -> None:
    taken = PLAIN.taking(key("T"), "view.invert", beside=True)
    assert taken.text("view.invert") == "I  T"
    assert taken.keys("measure.target") == ()
    assert taken.cap("measure.target") == ""
    assert taken.conflicts() == ()


def test_that_a_reset_action_takes_its_keys_back() -> None:
    taken = PLAIN.taking(key("T"), "view.invert")
    assert taken.text("view.invert") == "T"
    back = taken.reset("measure.target")
    assert back.cap("measure.target") == "T"
    assert back.keys("view.invert") == ()
    assert back.reset("view.invert").changes == {}


@pytest.mark.parametrize(
    ("text", "action", "told"),
    [
        ("Tab", "view.invert", "Tab cannot be used: it moves the focus"),
        ("Up", "view.invert", "Up cannot be used: it scrolls views, nudges lines, moves in tables"),
        ("Home", "view.invert", "Home cannot be used: it scrolls views, nudges lines, moves in tables"),
        ("Return", "view.invert", "Return cannot be used: it presses the button, or opens the row, that has the focus"),
        ("Ctrl+C", "view.invert", "Ctrl+C cannot be used: text fields copy by it"),
        ("Meta+K", "view.invert", "Meta+K cannot be used: the system keeps the keys with Meta"),
        ("Esc", "view.invert", "Esc cannot be given to another action: Esc cancels, always"),
    ],
)  # fmt: skip
def test_that_a_key_of_the_widgets_is_refused_with_its_reason(text: str, action: str, told: str) -> None:
    assert refused(key(text), action) == told
    with pytest.raises(KeymapRefused) as error:
        PLAIN.with_keys(action, (key(text),))
    assert error.value.problems == (told,)


def test_that_esc_always_cancels_but_cancel_may_have_another_key_too() -> None:
    with pytest.raises(KeymapRefused):
        PLAIN.with_keys("edit.cancel", (key("F9"),))
    assert PLAIN.with_keys("edit.cancel", parse_keystrokes("Esc F9")).text("edit.cancel") == "Esc  F9"


def test_that_the_second_use_of_a_key_is_told() -> None:
    assert also_used(key("3")) == (
        "While the focus is there, 3 types a diameter in the lesion table, answers 1 2 3 in a question."
    )
    assert also_used(key("J")) == ""
    assert also_used(key("Ctrl+J")) == ""


FREE = st.sampled_from([a.id for a in ACTIONS if a.id != "edit.cancel"])
SOME_KEYS = st.lists(st.sampled_from(["J", "Q", "Ctrl+J", "F7", "T", "]", '"', "\\", "Alt+Right", "Ö"]), max_size=3)


@given(st.lists(st.tuples(FREE, SOME_KEYS), max_size=6))
def test_that_every_keymap_without_conflict_is_read_back_from_its_text(changes: list[tuple[str, list[str]]]) -> None:
    keymap = PLAIN
    for action_id, keys in changes:
        for text in keys:
            keymap = keymap.taking(key(text), action_id, beside=True)
    assert keymap.conflicts() == ()
    assert read_keymap(keymap.to_text()) == keymap


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[keys", 'not a file of keys (TOML): '),
        ("version = 7", "version 7 of the file of keys is not known; this Hepatrace reads 1"),
        ("keys = 3", "[keys] must be a table, one line an action"),
        ("name = 1", 'there is no field "name"; version and [keys] are all'),
        ('[keys]\n"view.upside" = ["J"]', 'keys."view.upside": there is no action of that name'),
        ('[keys]\n"view.invert" = "J"', 'keys."view.invert": must be a list of keys, such as ["Ctrl+I", "F7"]'),
        ('[keys]\n"view.invert" = [4]', 'keys."view.invert": must be a list of keys, such as ["Ctrl+I", "F7"]'),
        ('[keys]\n"view.invert" = ["Ctrl+Foo"]', 'keys."view.invert": there is no key "Foo" in "Ctrl+Foo"'),
        ('[keys]\n"view.invert" = ["Tab"]', 'keys."view.invert": Tab cannot be used: it moves the focus'),
        ('[keys]\n"edit.cancel" = []', 'keys."edit.cancel": Esc cancels, always'),
        (
            '[keys]\n"view.invert" = ["H"]',
            'H is on both "Invert" (view.invert) and "Flip left and right" (view.flip_h)',
        ),
    ],
)  # fmt: skip
def test_that_a_bad_file_is_refused_in_exact_words(text: str, told: str) -> None:
    with pytest.raises(KeymapRefused) as refusal:
        read_keymap(text)
    assert [problem[: len(told)] for problem in refusal.value.problems] == [told]


def test_that_broken_settings_keep_what_is_sound_in_them() -> None:
    keymap, problems = salvage_keymap(
        '[keys]\n"view.invert" = ["Ctrl+J"]\n"view.flip_h" = ["Tab"]\n"view.flip_v" = ["T"]\n"gone.action" = ["F7"]\n'
    )
    assert keymap.text("view.invert") == "Ctrl+J"
    assert keymap.text("view.flip_h") == "H"
    assert keymap.text("view.flip_v") == "T" and keymap.keys("measure.target") == ()
    assert len(problems) == 3
    assert keymap.conflicts() == ()


@given(st.text(max_size=60))
def test_that_no_settings_can_break_the_start(text: str) -> None:
    keymap, _ = salvage_keymap(text)
    assert keymap.conflicts() == ()
