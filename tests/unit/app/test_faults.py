"""A fault in the thread of the window is not passed over in silence."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from app.faults import telling


def test_that_a_fault_of_the_program_is_told_with_its_details_and_printed(capsys: pytest.CaptureFixture[str]) -> None:
    told: list[tuple[str, Sequence[str]]] = []
    fault = ZeroDivisionError("in a rule")
    hook = telling(lambda said, details: told.append((said, details)))
    hook(ZeroDivisionError, fault, None)
    ((said, details),) = told
    assert "A part of the program stopped" in said and "Recorded edits are kept" in said
    assert details == ["ZeroDivisionError: in a rule"] and details[0] in capsys.readouterr().err
    hook(KeyboardInterrupt, KeyboardInterrupt(), None)
    assert len(told) == 1, "an end that was asked for is no fault"


def test_that_a_fault_in_the_telling_does_not_tell_itself_for_ever() -> None:
    calls = []

    def show(said: str, details: Sequence[str]) -> None:
        calls.append(said)
        hook(ValueError, ValueError("the bar is gone"), None)

    hook = telling(show)
    hook(ZeroDivisionError, ZeroDivisionError(), None)
    assert len(calls) == 1
