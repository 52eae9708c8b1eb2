"""Whose images are these? What patient tags say against two of them being one person's."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable
from datetime import date
from typing import Protocol

from viewers.imaging.catalogue import PatientTags


class Person(Protocol):
    """Who is meant, as far as known; empty text and None where it is not."""

    @property
    def id(self) -> str: ...

    @property
    def name(self) -> str: ...

    @property
    def birth_date(self) -> date | None: ...


def may_be_one(a: Person, b: Person) -> bool:
    """False for two persons: by their ids or dates of birth, and where they have no id by their names.

    A date of birth or a name that is missing contradicts nothing; with one id the name may be spelt in several ways.
    """
    if a.id != b.id or (a.birth_date is not None and b.birth_date is not None and a.birth_date != b.birth_date):
        return False
    return bool(a.id.strip()) or not a.name or not b.name or _plain(a.name) == _plain(b.name)


def told_apart(patients: Iterable[PatientTags]) -> dict[PatientTags, Hashable]:
    """For each, what tells the persons among them apart: equal for those that may all be one.

    Where one id has several dates of birth, images without one are of nobody known, and stay by themselves.
    """
    by_id: defaultdict[str, list[PatientTags]] = defaultdict(list)
    for one in dict.fromkeys(patients):
        by_id[one.id].append(one)
    found: dict[PatientTags, Hashable] = {}
    for patient_id, same_id in by_id.items():
        several_births = len({one.birth_date for one in same_id} - {None}) > 1
        several_names = not patient_id.strip() and len({_plain(one.name) for one in same_id} - {""}) > 1
        for one in same_id:
            birth, name = one.birth_date if several_births else None, _plain(one.name) if several_names else ""
            found[one] = (patient_id, birth, name)
    return found


def _plain(name: str) -> str:
    """The first way of writing a name, without the marks between its parts, in small letters."""
    return " ".join(name.split("=")[0].replace("^", " ").split()).casefold() or name
