"""What is worked out when it is first asked for, and then once."""

from __future__ import annotations

from mrecist.later import ByScope, Later
from mrecist.values import Scope


def test_that_a_value_is_worked_out_when_it_is_asked_for_and_once() -> None:
    asked: list[str] = []

    def work_out() -> list[int]:
        asked.append("value")
        return [3]

    later = Later(work_out)
    assert asked == []
    assert later() == [3] and later() is later()
    assert asked == ["value"]
    assert repr(later) == "[3]"


def test_that_two_are_equal_where_their_values_are() -> None:
    assert Later(lambda: (1, 2)) == Later(lambda: (1, 2))
    assert Later(lambda: (1, 2)) != Later(lambda: (1,))
    assert Later(lambda: 1) != 1


def test_that_each_scope_is_worked_out_when_it_is_looked_up_and_once() -> None:
    asked: list[Scope] = []

    def work_out(scope: Scope) -> str:
        asked.append(scope)
        return scope.value.upper()

    found = ByScope(work_out)
    assert len(found) == 3 and list(found) == list(Scope) and asked == []
    assert found[Scope.OVERALL] == found[Scope.OVERALL] == "OVERALL"
    assert asked == [Scope.OVERALL]
    assert found == {scope: scope.value.upper() for scope in Scope}
    assert repr(found) == repr(dict(found))
