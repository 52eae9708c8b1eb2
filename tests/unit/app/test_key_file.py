from __future__ import annotations

from pathlib import Path

import pytest

from app.key_file import LARGEST_BYTES, read_key_file, write_key_file
from app.keymap import Keymap, KeymapRefused
from app.keystroke import parse_keystroke


def test_that_keys_go_to_another_machine_in_a_file(tmp_path: Path) -> None:
    keymap = Keymap().taking(parse_keystroke("T"), "view.invert")
    write_key_file(tmp_path / "keys.toml", keymap)
    assert read_key_file(tmp_path / "keys.toml") == keymap
    assert [path.name for path in tmp_path.iterdir()] == ["keys.toml"]


def test_that_a_file_from_another_system_is_read(tmp_path: Path) -> None:
    (tmp_path / "keys.toml").write_bytes(b'\xef\xbb\xbf[keys]\r\n"view.invert" = ["Ctrl+J"]\r\n')
    assert read_key_file(tmp_path / "keys.toml").cap("view.invert") == "Ctrl+J"


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"\xff\xfe", "keys.toml: byte 0 is no UTF-8 text; a file of keys is text. Choose another file."),
        (b" " * (LARGEST_BYTES + 1), "keys.toml: it is far too large for a file of keys; choose another"),
        (b'[keys]\n"x" = []', 'keys.toml: keys."x": there is no action of that name'),
    ],
    ids=["not text", "too large", "no such action"],
)
def test_that_a_bad_file_is_refused_by_its_name(tmp_path: Path, content: bytes, told: str) -> None:
    (tmp_path / "keys.toml").write_bytes(content)
    with pytest.raises(KeymapRefused) as refusal:
        read_key_file(tmp_path / "keys.toml")
    assert refusal.value.problems == (told,)


def test_that_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(KeymapRefused) as refusal:
        read_key_file(tmp_path / "keys.toml")
    assert refusal.value.problems == ("keys.toml: No such file or directory. Choose another file.",)
