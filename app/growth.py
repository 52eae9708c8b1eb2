"""What a scan found, joined with the images that are kept of the same series: none is lost, and each keeps its name.

A stack is called by the uid under which most of its images are kept already, whatever number this scan gave it: the
record speaks of its series by these uids. New stacks of a known series get numbers that are free.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from app.state.record import Record, SeriesRef
from viewers.imaging.catalogue import Refused, ScanResult, Series, SliceRecord

Key = tuple[object, ...]
Read = Callable[[Iterable[str]], ScanResult]


@dataclass(frozen=True, slots=True)
class Joined:
    """The stacks of a scan with what is kept of them, under the uids by which they are known.

    `added` are the known uids whose images are others than before, and how many of these are new. `regrouped` is true
    where stacks were made anew, so that their phases are still to be judged.
    """

    series: tuple[Series, ...]
    added: Mapping[str, int]
    refused: tuple[Refused, ...]
    regrouped: bool = False


def name_of(uid: str) -> str:
    """The name that the stacks of one series have in common: the uid without ``#2``, ``#3`` ..."""
    return re.sub(r"#\d+\Z", "", uid)


def join(found: Sequence[Series], kept: Sequence[Series], record: Record | None, read: Read) -> Joined:
    """The found stacks with what is kept of their series.

    Parameters
    ----------
    found
        Stacks of one patient, as one scan found them.
    kept
        All that is kept of these series (`name_of`).
    record
        The case they go to; None for a new one.
    read
        Reads files into stacks, for those that this scan did not see.
    """
    by_name: dict[str, list[Series]] = defaultdict(list)
    for one in found:
        by_name[name_of(one.uid)].append(one)
    kept_of: dict[str, list[Series]] = defaultdict(list)
    for one in kept:
        kept_of[name_of(one.uid)].append(one)
    series: list[Series] = []
    refused: list[Refused] = []
    added: dict[str, int] = {}
    regrouped = False
    for name, stacks in by_name.items():
        before = kept_of[name]
        whole = _whole(stacks, before, read)
        regrouped = regrouped or whole.regrouped
        refused += whole.refused
        named = _named(name, whole.series, before, record)
        series += named
        added |= _growth(named, before)
    return Joined(tuple(series), added, tuple(refused), regrouped)


def _whole(found: Sequence[Series], kept: Sequence[Series], read: Read) -> Joined:
    """The stacks of one series from all its images: those kept and those found."""
    of_kept, of_found = _slices(kept), _slices(found)
    if of_kept.keys() <= of_found.keys():
        return Joined(tuple(found), {}, ())
    new = [one for key, one in of_found.items() if key not in of_kept]
    # A file that is still in its place is used, not the copy: measurements were made on it.
    paths = {one.path for one in (*of_kept.values(), *new)}
    together = read(sorted(paths))
    gone = of_kept.keys() - _slices(together.series).keys()
    if again := {of_found[key].path for key in gone if key in of_found}:
        together = read(sorted(paths | again))
        gone = of_kept.keys() - _slices(together.series).keys()
    if not gone:
        used = {one.path for stack in together.series for one in stack.slices}
        copies = [
            Refused(one.path, f"a copy of the image in {of_kept[key].path}, which is used")
            for key, one in of_found.items()
            if one.path not in used and key in of_kept
        ]
        return Joined(together.series, {}, tuple(copies), regrouped=True)
    where = of_kept[min(gone, key=lambda key: of_kept[key].path)].path
    images = "1 image" if len(gone) == 1 else f"{len(gone)} images"
    why = (
        f"{images} kept of this series cannot be read now (first: {where}), so it is not known how this one goes with "
        "them. It was not added. Bring these files back and import again."
    )
    here = {key: one for stack in together.series for key, one in _slices((stack,)).items()}
    unchanged = tuple(
        replace(one, slices=tuple(here.get(_key(record), record) for record in one.slices)) for one in kept
    )
    touched = [one for one in unchanged if any(_key(record) in of_found for record in one.slices)]
    return Joined(tuple(touched), {}, tuple(Refused(path, why) for path in sorted({one.path for one in new})))


def _named(name: str, stacks: Sequence[Series], kept: Sequence[Series], record: Record | None) -> list[Series]:
    """The stacks under the uids that they have in common with what is kept, the others under free ones."""
    shared = sorted(
        (
            (len(_slices((stack,)).keys() & _slices((one,)).keys()), number, one.uid)
            for number, stack in enumerate(stacks)
            for one in kept
        ),
        key=lambda pair: (-pair[0], pair[2] != stacks[pair[1]].uid, pair[1]),
    )
    uids: dict[int, str] = {}
    for count, number, uid in shared:
        if count and number not in uids and uid not in uids.values():
            uids[number] = uid
    known = {one.uid for one in kept}
    refs = [ref for ref in (record.series if record is not None else ()) if name_of(ref.uid) == name]
    lost = {ref.uid: ref for ref in refs if ref.uid not in known}
    for number, stack in enumerate(stacks):
        meant = _meant(stack, lost, len(stacks)) if number not in uids else None
        if meant is not None:
            uids[number] = meant
            del lost[meant]
    taken = {*known, *uids.values(), *(ref.uid for ref in refs)}
    for number, stack in enumerate(stacks):
        if number not in uids:
            uids[number] = _free(name, stack.uid, taken)
            taken.add(uids[number])
    return [replace(stack, uid=uids[number]) for number, stack in enumerate(stacks)]


def _meant(stack: Series, lost: Mapping[str, SeriesRef], stacks: int) -> str | None:
    """The series of the record, of which no images are kept, that a stack is: by its time and description."""
    alike = [
        uid
        for uid, ref in lost.items()
        if (ref.study_uid, ref.acquired_at, ref.description) == (stack.study_uid, stack.acquired_at, stack.description)
    ]
    if stack.uid in alike:
        return stack.uid
    if len(lost) == 1 and stacks == 1 and stack.uid in lost:
        return stack.uid
    return alike[0] if alike else None


def _free(name: str, wanted: str, taken: set[str]) -> str:
    if wanted not in taken:
        return wanted
    number = 2
    while f"{name}#{number}" in taken:
        number += 1
    return f"{name}#{number}"


def _growth(stacks: Sequence[Series], kept: Sequence[Series]) -> dict[str, int]:
    """Of each kept stack whose images are others than before: how many it has that were not kept."""
    before, all_kept = {one.uid: _slices((one,)).keys() for one in kept}, _slices(kept).keys()
    now = {one.uid: _slices((one,)).keys() for one in stacks}
    return {uid: len(keys - all_kept) for uid, keys in now.items() if uid in before and keys != before[uid]}


def _slices(series: Iterable[Series]) -> dict[Key, SliceRecord]:
    return {_key(record): record for one in series for record in one.slices}


def _key(record: SliceRecord) -> Key:
    """What tells an image from others; the place as well, since some makers give one SOP UID to several images."""
    if not record.sop_uid:
        return (record.path, record.frame)
    return record.sop_uid, record.frame, record.position, record.instance_number
