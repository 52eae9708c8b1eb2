"""The lesions of a case file over its time points: what is fixed at the first listing holds at each later one."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass, field

from mrecist.casefields import Fields, as_text
from mrecist.lesionfields import Listed, read_lesion
from mrecist.lesions import Absent, Finding, Lesion, Merged, Nonviable, Observation, Split
from mrecist.values import LesionRole


@dataclass(slots=True)
class Register:
    """The lesions of a case as they are listed, time point by time point; fixed attributes hold from the first."""

    faults: list[str]
    known: dict[str, Listed] = field(default_factory=dict)
    at_fault: set[str] = field(default_factory=set)
    """Lesions that were listed, but not so that they could be read: their next listing is not the first."""

    @property
    def named(self) -> Set[str]:
        """The ids of all lesions that were listed, in whatever state."""
        return self.known.keys() | self.at_fault

    def list_all(self, timepoint: Fields, *, baseline: bool) -> tuple[Observation, ...]:
        found: dict[str, Observation] = {}
        for index, item in enumerate(timepoint.sequence("lesions", required=True)):
            path = f"{timepoint.path}.lesions[{index}]"
            read = read_lesion(item, path, self.faults, baseline=baseline, known=self.known)
            if read is None:
                if isinstance(item, dict) and isinstance(name := item.get("id"), str):
                    self.at_fault.add(name)
                continue
            listed, observation = read
            lesion = listed.lesion
            if lesion.id in found:
                self.faults.append(f"{path}.id: {as_text(lesion.id)} is listed twice at this time point")
                continue
            found[lesion.id] = observation
            if isinstance(observation.finding, Split) and (
                lesion.role is not LesionRole.TARGET or lesion.parent is not None
            ):
                self.faults.append(f"{path}.status: 'split' is said of a target, which is no fragment itself")
            first = self.known.get(lesion.id)
            if first is None:
                self.known[lesion.id] = listed
                if lesion.id not in self.at_fault:
                    self._first_listing(lesion, observation.finding, path, baseline)
            elif lesion is not first.lesion:
                self._same_lesion(first.lesion, lesion, path)
        return tuple(found.values())

    def _first_listing(self, lesion: Lesion, finding: Finding, path: str, baseline: bool) -> None:
        if lesion.parent is not None:
            self._fragment(lesion, path, baseline)
            return
        size = getattr(finding, "diameter", None)
        unseen = isinstance(finding, Absent | Nonviable | Merged) or (size is not None and size.tenths == 0)
        if baseline and lesion.role is LesionRole.NEW:
            self.faults.append(f"{path}.role: a lesion of the baseline is not new; write 'target' or 'nontarget'")
        elif lesion.role is LesionRole.NEW and unseen:
            self.faults.append(
                f"{path}.status: new lesion {as_text(lesion.id)} is not there; list it from where it is first seen"
            )
        elif not baseline and lesion.role is LesionRole.TARGET and lesion.parent is None:
            self.faults.append(f"{path}.role: target {as_text(lesion.id)} is not listed at baseline; measure it there")
        elif not baseline and lesion.role is LesionRole.NONTARGET:
            self.faults.append(
                f"{path}.role: {as_text(lesion.id)} is not listed at baseline; a lesion first seen later is 'new'"
            )

    def _fragment(self, lesion: Lesion, path: str, baseline: bool) -> None:
        """A fragment is a target, of the region of the target that it comes from, which is listed before it."""
        before = self.known.get(lesion.parent or "")
        if baseline:
            self.faults.append(f"{path}.parent: {as_text(lesion.id)} is a lesion of the baseline, and no fragment")
        elif before is None or before.lesion.role is not LesionRole.TARGET or before.lesion.parent is not None:
            self.faults.append(f"{path}.parent: {as_text(lesion.parent)} is not a target that was listed before")
        elif lesion.role is not LesionRole.TARGET:
            self.faults.append(f"{path}.role: a fragment of target {as_text(before.lesion.id)} is a target")
        elif lesion.region is not before.lesion.region or lesion.is_node is not before.lesion.is_node:
            self.faults.append(
                f"{path}.region: a fragment lies where {as_text(before.lesion.id)} lies, and is of its kind"
            )

    def _same_lesion(self, first: Lesion, now: Lesion, path: str) -> None:
        for name in ("region", "role", "organ", "kind"):
            before, after = getattr(first, name), getattr(now, name)
            if before is not after:
                self.faults.append(
                    f"{path}.{name}: {after.value!r} was {before.value!r} when {as_text(first.id)} was first listed; "
                    f"a lesion keeps its {name}"
                )
        if now.parent != first.parent:
            self.faults.append(f"{path}.parent: a lesion keeps what it is a fragment of")
        if now.axis is not None and first.axis is not None and now.axis is not first.axis:
            self.faults.append(f"{path}.axis: {now.axis.value!r} was {first.axis.value!r} at the first listing")
