"""A key as it is written, read and compared, the same on every platform: ``Ctrl+Shift+I``, ``[``, ``F1``.

The words are those of Qt's portable text. A sign stands for itself as it is typed, whatever the keyboard needs for it:
``?``, never ``Shift+/``.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

MODIFIERS = ("Meta", "Ctrl", "Alt", "Shift")
"""In the order in which they are written."""

NAMED = (
    "Space", "Return", "Esc", "Del", "Ins", "Backspace", "Tab", "Home", "End", "PgUp", "PgDown", "Left", "Right", "Up",
    "Down", "Menu", "Pause", *(f"F{number}" for number in range(1, 25)),
)  # fmt: skip
_OTHER_NAMES = {
    "escape": "Esc", "delete": "Del", "insert": "Ins", "enter": "Return", "pageup": "PgUp", "pagedown": "PgDown",
    "pgdn": "PgDown", "backtab": "Tab", "plus": "+", "minus": "-", "comma": ",", "control": "Ctrl", "cmd": "Meta",
    "win": "Meta", "option": "Alt",
}  # fmt: skip
_NAMES = {name.lower(): name for name in (*NAMED, *MODIFIERS)} | _OTHER_NAMES
_ARROWS = {"Left": "←", "Right": "→", "Up": "↑", "Down": "↓"}


class NoSuchKey(ValueError):
    """A text that names no key; the message says which part of it, and what would do."""


@dataclass(frozen=True, slots=True)
class KeyStroke:
    """One key and the modifiers that are held with it.

    Attributes
    ----------
    name
        A capital letter, a digit, a sign, or one of `NAMED`.
    modifiers
        Any of `MODIFIERS`.
    """

    name: str
    modifiers: frozenset[str] = frozenset()

    def __str__(self) -> str:
        return "+".join((*(held for held in MODIFIERS if held in self.modifiers), self.name))

    @property
    def shown(self) -> str:
        """As it is printed on a key cap: arrows are drawn."""
        return "+".join((*(held for held in MODIFIERS if held in self.modifiers), _ARROWS.get(self.name, self.name)))

    @property
    def types(self) -> bool:
        """Whether it writes a letter, digit or sign into a text field."""
        return not self.modifiers & {"Ctrl", "Alt", "Meta"} and (len(self.name) == 1 or self.name == "Space")


def parse_keystroke(text: str) -> KeyStroke:
    """Read a key such as ``ctrl+shift+i``; capitals do not matter.

    Raises
    ------
    NoSuchKey
        If a part of the text is no key, if it has no key or several, or if Shift is held with a sign, which gives
        another sign on every keyboard.
    """
    written = text.strip()
    if not written:
        raise NoSuchKey("an empty text names no key")
    *held, last = ["+"] if written == "+" else written.removesuffix("++").split("+") + ["+"] * written.endswith("++")
    modifiers = set()
    for part in (word.strip() for word in held):
        name = _NAMES.get(part.lower(), part)
        if name not in MODIFIERS:
            raise NoSuchKey(f'"{part}" in "{written}" cannot be held: Ctrl, Alt, Shift and Meta can')
        modifiers.add(name)
    return _checked(last.strip(), frozenset(modifiers), written)


@cache
def parse_keystrokes(text: str) -> tuple[KeyStroke, ...]:
    """Several keys, apart by a space.

    Raises
    ------
    NoSuchKey
        If one of them is no key.
    """
    return tuple(parse_keystroke(part) for part in text.split())


def _checked(last: str, modifiers: frozenset[str], written: str) -> KeyStroke:
    known = _NAMES.get(last.lower())
    if known in MODIFIERS:
        raise NoSuchKey(f'"{written}" has no key: {known} is held together with one')
    if known is not None:
        return KeyStroke(known, modifiers)
    if len(last) != 1 or not last.isprintable():
        raise NoSuchKey(f'there is no key "{last}" in "{written}"' if last else f'"{written}" has no key after its +')
    if "Shift" in modifiers and last.upper() == last.lower() and not last.isdigit():
        raise NoSuchKey(f'"{written}" depends on the keyboard: write the sign that Shift and {last} type there')
    return KeyStroke(last.upper() if len(last.upper()) == 1 else last, modifiers)
