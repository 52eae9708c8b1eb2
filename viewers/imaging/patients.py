"""Whose images are these? What patient tags say against two of them being one person's."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable
from datetime import date
from typing import Protocol

from viewers.imaging.catalogue import PatientTags

_SEXES = {"M", "F"}


class Person(Protocol):
    """Who is meant, as far as known; empty text and None where it is not."""

    @property
    def id(self) -> str: ...

    @property
    def name(self) -> str: ...

    @property
    def sex(self) -> str: ...

    @property
    def birth_date(self) -> date | None: ...


def may_be_one(a: Person, b: Person) -> bool:
    """False for two persons: by their ids or dates of birth, and where they have no id by their names.

    What is missing contradicts nothing. With one id the name may be spelt in several ways; but another name and
    another sex together are another person, unless the dates of birth agree.
    """
    if a.id != b.id:
        return False
    if a.birth_date is not None and b.birth_date is not None and a.birth_date != b.birth_date:
        return False
    one_name = not a.name or not b.name or _plain(a.name) == _plain(b.name)
    if not a.id.strip():
        return one_name
    return one_name or {a.sex, b.sex} != _SEXES or (a.birth_date is not None and a.birth_date == b.birth_date)


def told_apart(patients: Iterable[PatientTags]) -> dict[PatientTags, Hashable]:
    """For each, what tells the persons among them apart: equal for those that may all be one.

    Where one id has several dates of birth, images without one are of nobody known, and stay by themselves; so are
    those without a sex where one id without a date of birth has several names and both sexes.
    """
    by_id: defaultdict[str, list[PatientTags]] = defaultdict(list)
    for one in dict.fromkeys(patients):
        by_id[one.id].append(one)
    found: dict[PatientTags, Hashable] = {}
    for patient_id, same_id in by_id.items():
        births = {one.birth_date for one in same_id} - {None}
        several_names = len({_plain(one.name) for one in same_id} - {""}) > 1
        by_name = several_names and not patient_id.strip()
        by_sex = several_names and not births and {one.sex for one in same_id} >= _SEXES
        for one in same_id:
            birth, name = one.birth_date if len(births) > 1 else None, _plain(one.name) if by_name else ""
            found[one] = (patient_id, birth, name, one.sex if by_sex else "")
    return found


def _plain(name: str) -> str:
    """The first way of writing a name, without the marks between its parts, in small letters."""
    return " ".join(name.split("=")[0].replace("^", " ").split()).casefold() or name
