"""Which keys run which action: those of the table, and what the reader changed.

Only what differs from the table is kept, so that a new default reaches everyone who has not changed that action. Two
actions may share a key when no situation enables both.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from types import MappingProxyType
from typing import Any

from app.actions import ACTIONS, Action
from app.keystroke import KeyStroke, NoSuchKey, parse_keystroke, parse_keystrokes
from app.situation import both_possible

Keys = tuple[KeyStroke, ...]
VERSION = 1
CANCEL = "edit.cancel"
_HEAD = "# Keys of Hepatrace that differ from those it is shipped with. [] takes the keys away.\n"


class KeymapRefused(ValueError):
    """A file of keys, or one key, that cannot be taken; `problems` says each thing that is wrong with it."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)


@dataclass(frozen=True)
class Conflict:
    """One key on two actions that can be enabled at the same time."""

    key: KeyStroke
    actions: tuple[Action, Action]

    def __str__(self) -> str:
        first, second = (f'"{action.title}" ({action.id})' for action in self.actions)
        return f"{self.key} is on both {first} and {second}"


@dataclass(frozen=True)
class Keymap:
    """The keys that hold. Every change gives a new keymap.

    Attributes
    ----------
    actions
        The rows of the table.
    changes
        The reader's own keys by the action's id, where they differ from the table's.
    """

    actions: tuple[Action, ...] = ACTIONS
    changes: Mapping[str, Keys] = field(default_factory=lambda: MappingProxyType({}))

    def keys(self, action_id: str) -> Keys:
        """The keys of an action; the first is the one that is printed on its button."""
        changed = self.changes.get(action_id)
        return self.default(action_id) if changed is None else changed

    def default(self, action_id: str) -> Keys:
        return parse_keystrokes(self.action(action_id).keys)

    def action(self, action_id: str) -> Action:
        """
        Raises
        ------
        KeyError
            If the table has no such action.
        """
        return self._by_id[action_id]

    @cached_property
    def _by_id(self) -> Mapping[str, Action]:
        return {action.id: action for action in self.actions}

    @cached_property
    def _by_key(self) -> Mapping[KeyStroke, Sequence[Action]]:
        """Who has each key, in the order of the table."""
        found: dict[KeyStroke, list[Action]] = {}
        for action in self.actions:
            for key in dict.fromkeys(self.keys(action.id)):
                found.setdefault(key, []).append(action)
        return found

    def cap(self, action_id: str) -> str:
        """What is printed on the action's button; empty when it has no key."""
        keys = self.keys(action_id)
        return keys[0].shown if keys else ""

    def text(self, action_id: str, between: str = "  ") -> str:
        """All keys of an action as they are shown."""
        return between.join(key.shown for key in self.keys(action_id))

    def is_changed(self, action_id: str) -> bool:
        return action_id in self.changes

    # --- who has a key ---------------------------------------------------------------------------------------

    def holders(self, key: KeyStroke, action_id: str) -> tuple[Action, ...]:
        """Other actions that have this key and can be enabled together with this one."""
        mine = self.action(action_id)
        return tuple(
            other
            for other in self._by_key.get(key, ())
            if other.id != action_id and both_possible(mine.enabled_when, other.enabled_when)
        )

    def conflicts(self) -> tuple[Conflict, ...]:
        """Every key on two actions that can be enabled at the same time."""
        places = {action.id: number for number, action in enumerate(self.actions)}
        return tuple(
            Conflict(key, (action, other))
            for action in self.actions
            for key in self.keys(action.id)
            for other in self.holders(key, action.id)
            if places[other.id] > places[action.id]
        )

    # --- changes ---------------------------------------------------------------------------------------------

    def with_keys(self, action_id: str, keys: Keys) -> Keymap:
        """This action has these keys, whatever others have.

        Raises
        ------
        KeymapRefused
            If one of the keys cannot be an action's, or Esc would no longer cancel.
        """
        problems = [why for key in keys if (why := refused(key, action_id))]
        if action_id == CANCEL and _ESC not in keys:
            problems.append(_ESC_CANCELS)
        if problems:
            raise KeymapRefused(problems)
        changes = {name: kept for name, kept in self.changes.items() if name != action_id}
        distinct = tuple(dict.fromkeys(keys))
        if distinct != self.default(action_id):
            changes[action_id] = distinct
        return replace(self, changes=MappingProxyType(changes))

    def taking(self, key: KeyStroke, action_id: str, beside: bool = False) -> Keymap:
        """The key is this action's from now on, alone or `beside` those it has, and no longer that of its `holders`.

        Raises
        ------
        KeymapRefused
            If the key cannot be an action's.
        """
        return self.with_keys(action_id, (*(self.keys(action_id) if beside else ()), key))._freed(action_id)

    def reset(self, action_id: str) -> Keymap:
        """The action has the keys of the table again; who had taken one of them loses it."""
        return self.with_keys(action_id, self.default(action_id))._freed(action_id)

    def _freed(self, action_id: str) -> Keymap:
        """None of this action's keys is another's too."""
        freed = self
        for key in self.keys(action_id):
            for other in self.holders(key, action_id):
                left = tuple(kept for kept in freed.keys(other.id) if kept != key)
                freed = freed.with_keys(other.id, left)
        return freed

    # --- as text ---------------------------------------------------------------------------------------------

    def to_text(self) -> str:
        """The changes as TOML; `read_keymap` reads it back."""
        lines = [
            f"{json.dumps(name)} = {json.dumps([str(key) for key in keys], ensure_ascii=False)}"
            for name, keys in sorted(self.changes.items())
        ]
        return "\n".join((f"{_HEAD}version = {VERSION}", "", "[keys]", *lines, ""))


def read_keymap(text: str) -> Keymap:
    """The keymap in a text that `Keymap.to_text` wrote, or a reader.

    Raises
    ------
    KeymapRefused
        With everything that is wrong: not TOML, another version, no such action, no such key, a key that cannot be an
        action's, a key on two actions.
    """
    keymap, problems = salvage_keymap(text)
    if problems:
        raise KeymapRefused(problems)
    return keymap


def salvage_keymap(text: str) -> tuple[Keymap, tuple[str, ...]]:
    """As much of a keymap as can be used, and what cannot. Of two actions with one key, the one that was changed keeps
    it.
    """
    keymap = Keymap()
    try:
        told = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        return keymap, (f"not a file of keys (TOML): {error}",)
    problems = [f'there is no field "{name}"; version and [keys] are all' for name in told if name not in _FIELDS]
    if told.get("version", VERSION) != VERSION:
        return keymap, (f"version {told['version']} of the file of keys is not known; this Hepatrace reads {VERSION}",)
    rows = told.get("keys", {})
    if not isinstance(rows, dict):
        return keymap, ("[keys] must be a table, one line an action",)
    for name, value in rows.items():
        try:
            keymap = keymap.with_keys(*_row(name, value))
        except KeymapRefused as refusal:
            problems += [f'keys."{name}": {why}' for why in refusal.problems]
    for conflict in keymap.conflicts():
        problems.append(str(conflict))
        loser = next((a for a in reversed(conflict.actions) if not keymap.is_changed(a.id)), conflict.actions[1])
        left = tuple(key for key in keymap.keys(loser.id) if key != conflict.key)
        keymap = keymap.with_keys(loser.id, left)
    return keymap, tuple(problems)


_FIELDS = ("version", "keys")


def _row(name: str, value: Any) -> tuple[str, Keys]:
    if all(action.id != name for action in ACTIONS):
        raise KeymapRefused(["there is no action of that name"])
    if not isinstance(value, list) or not all(isinstance(key, str) for key in value):
        raise KeymapRefused(['must be a list of keys, such as ["Ctrl+I", "F7"]'])
    try:
        return name, tuple(parse_keystroke(key) for key in value)
    except NoSuchKey as error:
        raise KeymapRefused([str(error)]) from error


# --- keys that are not free ----------------------------------------------------------------------------------------

_ESC = KeyStroke("Esc")
_ESC_CANCELS = "Esc cancels, always"
_SCROLLS = "it scrolls views, nudges lines, moves in tables"
_RESERVED: Mapping[str, str] = {
    "Tab": "it moves the focus",
    "Shift+Tab": "it moves the focus",
    "Return": "it presses the button, or opens the row, that has the focus",
    **{f"{held}{name}": _SCROLLS for held in ("", "Shift+") for name in ("Left", "Right", "Up", "Down")},
    **{name: _SCROLLS for name in ("Home", "End")},
    **{name: "the views step through the series of the time point by it" for name in ("PgUp", "PgDown")},
    "Menu": "it opens the context menu",
    "Shift+F10": "it opens the context menu",
    "Alt+F4": "the system closes the window by it",
    "Ctrl+A": "text fields select all by it",
    "Ctrl+C": "text fields copy by it",
    "Ctrl+V": "text fields paste by it",
    "Ctrl+X": "text fields cut by it",
}
_SHARED: Mapping[str, str] = {
    **{digit: "types a diameter in the lesion table, answers 1 2 3 in a question" for digit in "0123456789"},
    "Space": "presses a button that has the focus",
    "Del": "deletes in a text field",
    "Backspace": "deletes in a text field",
    "F2": "opens the value of the selected lesion in the lesion table",
    "Ctrl+Left": "moves by a word in a text field",
    "Ctrl+Right": "moves by a word in a text field",
    "Ctrl+Shift+Left": "selects by a word in a text field",
    "Ctrl+Shift+Right": "selects by a word in a text field",
    "Ctrl+Z": "takes back typing in a text field",
    "Ctrl+Y": "brings typing back in a text field",
}


def refused(key: KeyStroke, action_id: str) -> str:
    """Why a key cannot be this action's, naming who has it; empty when it can."""
    if key == _ESC:
        return "" if action_id == CANCEL else f"Esc cannot be given to another action: {_ESC_CANCELS}"
    if "Meta" in key.modifiers:
        return f"{key} cannot be used: the system keeps the keys with Meta"
    why = _RESERVED.get(str(key), "")
    return f"{key} cannot be used: {why}" if why else ""


def also_used(key: KeyStroke) -> str:
    """What else the key does where something has the focus that takes it first; empty when nothing does."""
    elsewhere = _SHARED.get(str(key), "")
    return f"While the focus is there, {key} {elsewhere}." if elsewhere else ""
