"""What is worked out when it is first asked for: much of a result is told to no one, and none of it ever changes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Generic, TypeVar

from mrecist.values import Scope

Found = TypeVar("Found")


class Later(Generic[Found]):
    """A value that is worked out once, by calling this; two are equal where their values are.

    Parameters
    ----------
    work_out : callable
        Gives the value.
    """

    __slots__ = ("_found", "_work_out")

    def __init__(self, work_out: Callable[[], Found]) -> None:
        self._work_out = work_out
        self._found: tuple[Found] | None = None

    def __call__(self) -> Found:
        if self._found is None:
            self._found = (self._work_out(),)
        return self._found[0]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Later) and bool(self() == other())

    def __repr__(self) -> str:
        return repr(self())


class ByScope(Mapping[Scope, Found]):
    """Something of each scope, worked out for that scope when it is first looked up.

    Parameters
    ----------
    work_out : callable
        Gives what there is of one scope.
    """

    __slots__ = ("_found", "_work_out")

    def __init__(self, work_out: Callable[[Scope], Found]) -> None:
        self._work_out = work_out
        self._found: dict[Scope, Found] = {}

    def __getitem__(self, scope: Scope) -> Found:
        if scope not in self._found:
            self._found[scope] = self._work_out(scope)
        return self._found[scope]

    def __iter__(self) -> Iterator[Scope]:
        return iter(Scope)

    def __len__(self) -> int:
        return len(Scope)

    def __repr__(self) -> str:
        return repr(dict(self))
