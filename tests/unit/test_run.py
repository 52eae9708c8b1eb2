from __future__ import annotations

import importlib.util
from types import ModuleType

import pytest

from tests.conftest import ROOT


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """run.py as a module, on a Debian where no Qt library can be loaded and nothing may be started."""
    spec = importlib.util.spec_from_file_location("run", ROOT / "run.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module.sys, "platform", "linux")
    monkeypatch.setattr(module.shutil, "which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr(module, "_loads", lambda library: library not in ("libEGL.so.1", "libxcb-cursor.so.0"))
    return module


def test_that_a_user_without_rights_gets_the_exact_line_and_status_3(
    run: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(run.os, "geteuid", lambda: 1000)
    monkeypatch.setattr(run.subprocess, "run", lambda *_args, **_kw: pytest.fail("nothing is started"))
    with pytest.raises(SystemExit) as stopped:
        run.main(["test"])
    assert stopped.value.code == 3
    line = "sudo sh -c 'apt-get update && apt-get install -y --no-install-recommends libegl1 libxcb-cursor0'"
    assert line in capsys.readouterr().err


def test_that_root_installs_what_is_missing_and_goes_on(run: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[list[str]] = []
    monkeypatch.setattr(run.os, "geteuid", lambda: 0)

    def install(command: list[str], **_: object) -> None:
        done.append(command)
        monkeypatch.setattr(run, "_loads", lambda library: True)

    monkeypatch.setattr(run.subprocess, "run", install)
    run._require_qt_libraries()
    assert done == [["sh", "-c", "apt-get update && apt-get install -y --no-install-recommends libegl1 libxcb-cursor0"]]


def test_that_an_older_python_is_told_which_one_is_needed(
    run: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(run.sys, "version_info", (3, 10, 4))
    assert run.main(["demo"]) == 2
    assert "Python 3.11 or later" in capsys.readouterr().err


def test_that_every_lock_set_holds_the_set_before_it(run: ModuleType) -> None:
    """So that an environment for the tests also runs the application, in the same versions."""

    def pinned(locks: tuple[str, ...]) -> set[str]:
        lines = [line for lock in locks for line in (ROOT / lock).read_text(encoding="utf-8").splitlines()]
        return {line.rstrip(" \\") for line in lines if "==" in line and not line.startswith((" ", "#"))}

    for smaller, larger in zip(run.LOCK_SETS, run.LOCK_SETS[1:], strict=False):
        assert pinned(smaller) <= pinned(larger)


@pytest.mark.parametrize(
    ("words", "given"),
    [
        pytest.param(["-ra"], ["-n", "auto", "-ra"], id="all tests"),
        pytest.param(["tests/pixels"], ["tests/pixels"], id="named tests"),
        pytest.param(["-n", "1"], ["-n", "1"], id="a number of one's own"),
    ],
)
def test_that_all_tests_go_to_every_core(run: ModuleType, words: list[str], given: list[str]) -> None:
    assert run._shared_out(words) == given
