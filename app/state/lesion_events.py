"""Edits of several lesions at once, where lesions come apart or fuse; `app.state.events` has all kinds of edits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from mrecist.lesions import Lesion


@dataclass(frozen=True, slots=True)
class LesionSplit:
    """A target came apart at this time point: its fragments are lesions of their own, in addition to any it has."""

    kind: ClassVar[str] = "lesion_split"
    version: ClassVar[int] = 1
    visit_id: str
    lesion_id: str
    fragments: tuple[Lesion, ...]


@dataclass(frozen=True, slots=True)
class LesionsMerged:
    """Targets fused into another at this time point: they are measured with it, as one."""

    kind: ClassVar[str] = "lesions_merged"
    version: ClassVar[int] = 1
    visit_id: str
    into: str
    lesions: tuple[str, ...]
