"""Images into stacks: one orientation, one matrix, one echo, one phase, one patient in each."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from pathlib import Path

from viewers.imaging.catalogue import PatientTags, Vector
from viewers.imaging.derivations import is_projected
from viewers.imaging.geometry import SAME_POSITION_MM, check_stack, cross, dot
from viewers.imaging.imagefile import FrameHeader, FrameKind, ImageFile
from viewers.imaging.patients import told_apart
from viewers.imaging.sweeps import covers_its_stretch, sweeps_of

_FLAT_MODALITIES = ("CR", "DX", "RF", "XA", "MG")
_SAME_DIRECTION = 1 - 1e-5
_SAME_SPACING = 1e-4


@dataclass(frozen=True, slots=True)
class Image:
    """One frame and the file it is in."""

    file: ImageFile
    frame: FrameHeader

    @property
    def acquired_at(self) -> str:
        """When the frame was acquired, ISO 8601; empty when the file does not say."""
        return self.frame.acquired_at or ""

    @property
    def order(self) -> tuple[int, str, int]:
        """Where the image comes by its numbers, when its position does not say."""
        number = self.file.instance_number
        return (number if number is not None else 1 << 62, self.file.path, self.frame.index)


@dataclass(frozen=True, slots=True)
class Stack:
    """Images that belong together, and how the rest of their series differs from them."""

    uid: str
    images: tuple[Image, ...]
    other_orientations: int = 0
    other_matrices: int = 0
    other_patients: int = 0
    shared_sop_uids: int = 0


def is_localizer(image: Image) -> bool:
    """True for a survey image: by its image type, or by what its series is called."""
    types = {kind.upper() for kind in (*image.file.kind.image_type, *image.frame.kind.frame_type)}
    words = f"{image.file.kind.description} {image.file.kind.protocol}".lower()
    names = ("localizer", "localiser", "topogram", "scout", "surview", "scanogram", "3-pl loc", "3 plane loc")
    return "LOCALIZER" in types or any(name in words for name in names)


def is_projection(image: Image) -> bool:
    """True where depth is projected onto the image, so that a length in it is not a length in the patient."""
    types = (*image.file.kind.image_type, *image.frame.kind.frame_type)
    return is_projected(image.file.kind.description, types) or image.file.kind.modality in _FLAT_MODALITIES


def stacks_of(files: Iterable[ImageFile]) -> list[Stack]:
    """All images of all files as stacks; those of one series are numbered by acquisition time, then position."""
    by_series: dict[tuple[str, str], list[Image]] = defaultdict(list)
    for file in files:
        by_series[(file.kind.study_uid, _series_name(file))].extend(Image(file, frame) for frame in file.frames)
    stacks: list[Stack] = []
    taken: Counter[str] = Counter()
    for (_, name), images in by_series.items():
        uids: Counter[tuple[str, int]] = Counter((i.file.sop_uid, i.frame.index) for i in images if i.file.sop_uid)
        shared = sum(count for count in uids.values() if count > 1)
        persons = told_apart({id(i.file.kind): i.file.kind.patient for i in images}.values())
        patients = len(set(persons.values()))
        parts = sorted(_parts(images, persons), key=_place)
        orientations = _count(parts, lambda a, b: _same_directions(a.frame.kind.directions, b.frame.kind.directions))
        matrices = _count(
            parts, lambda a, b: (a.file.kind.rows, a.file.kind.columns) == (b.file.kind.rows, b.file.kind.columns)
        )
        for part in parts:
            taken[name] += 1
            uid = name if taken[name] == 1 else f"{name}#{taken[name]}"
            stacks.append(Stack(uid, tuple(part), orientations - 1, matrices - 1, patients - 1, shared))
    return stacks


def _series_name(file: ImageFile) -> str:
    """The series UID; without one, a name made from the folder, so that it can still be asked for."""
    if file.kind.series_uid:
        return file.kind.series_uid
    folder = str(Path(file.path).resolve().parent)
    words = (folder, file.kind.study_uid, file.kind.modality, file.kind.description, str(file.kind.series_number))
    return "unnamed-" + hashlib.sha256("\0".join(words).encode()).hexdigest()[:12]


def _count(parts: Sequence[Sequence[Image]], same: Callable[[Image, Image], bool]) -> int:
    kinds: list[Image] = []
    for part in parts:
        if not is_localizer(part[0]) and not any(same(part[0], kind) for kind in kinds):
            kinds.append(part[0])
    return max(1, len(kinds))


def _place(images: Sequence[Image]) -> tuple[str, Vector, tuple[int, str, int]]:
    positions = [i.frame.position for i in images if i.frame.position]
    first = min(((z, y, x) for x, y, z in positions), default=(0.0, 0.0, 0.0))
    return min(i.acquired_at for i in images), first, min(i.order for i in images)


def _parts(images: Iterable[Image], persons: Mapping[PatientTags, Hashable]) -> list[list[Image]]:
    kinds: list[list[Image]] = []
    index: dict[Hashable, list[list[Image]]] = defaultdict(list)
    exact: dict[Hashable, Hashable] = {}  # images of one file kind and frame kind differ in little
    for image in images:
        alike = (id(image.file.kind), id(image.frame.kind), image.frame.position is None)
        if alike not in exact:
            exact[alike] = persons[image.file.kind.patient], _exact_kind(image)
        candidates = index[exact[alike]]
        for kind in candidates:
            if _same_plane(kind[0].frame.kind, image.frame.kind):
                kind.append(image)
                break
        else:
            kinds.append([image])
            candidates.append(kinds[-1])
    return [part for kind in kinds for part in _separate(kind)]


def _exact_kind(image: Image) -> Hashable:
    file, frame = image.file, image.frame
    return (
        file.kind.modality,
        file.kind.rows,
        file.kind.columns,
        (file.kind.samples_per_pixel, file.kind.bits_allocated, file.kind.signed),
        file.kind.photometric,
        (is_localizer(image), is_projection(image)),
        (frame.position is None, frame.kind.directions is None, frame.kind.pixel_spacing_mm is None),
        frame.kind.frame_type if file.kind.enhanced else None,
        file.kind.frame_of_reference_uid,
    )


def _same_plane(a: FrameKind, b: FrameKind) -> bool:
    if a is b:
        return True
    if a.pixel_spacing_mm and b.pixel_spacing_mm:
        pairs = zip(a.pixel_spacing_mm, b.pixel_spacing_mm, strict=True)
        if any(abs(x - y) > _SAME_SPACING * max(x, y) for x, y in pairs):
            return False
    return _same_directions(a.directions, b.directions)


def _same_directions(a: tuple[Vector, Vector] | None, b: tuple[Vector, Vector] | None) -> bool:
    if a is None or b is None:
        return a is b
    return dot(a[0], b[0]) > _SAME_DIRECTION and dot(a[1], b[1]) > _SAME_DIRECTION


def _echo(image: Image) -> str:
    """Number and time of the echo: makers number two echoes alike, or give two numbers one time."""
    kind = image.frame.kind
    return kind.echo if kind.sequence.echo_ms is None else f"{kind.echo} {kind.sequence.echo_ms:.1f} ms"


_ALWAYS_APART: tuple[Callable[[Image], str], ...] = (
    _echo,
    lambda i: i.frame.kind.b_value,
    lambda i: i.frame.kind.temporal_position,
    lambda i: i.frame.kind.bolus_phase,
)
"""What never differs within one volume, wherever the images are."""

_JUMP_S = 5.0
"""Two passes over one stretch of the body are at least this far apart in time; images of one pass follow faster."""

_SEPARATORS: tuple[Callable[[Image], str], ...] = (
    _echo,
    lambda i: "\\".join(i.frame.kind.frame_type),
    lambda i: i.frame.kind.b_value,
    lambda i: i.frame.kind.temporal_position,
    lambda i: i.frame.kind.acquisition,
    lambda i: i.frame.kind.bolus_phase,
    lambda i: i.frame.kind.trigger,
    lambda i: i.frame.kind.stack,
)


def _separate(images: list[Image]) -> list[list[Image]]:
    """The images as one stack, or as several: by what never differs in a volume, or what tells repeats apart."""
    kinds = list({id(i.frame.kind): i for i in images}.values())
    for separator in _ALWAYS_APART:
        if len(set(map(separator, kinds)) - {""}) < 2:
            continue
        parts = _parted(images, separator)
        if len(parts) <= len(images) / 2:  # what differs from image to image tells no kinds apart: it counts them
            return [small for part in parts for small in _separate(part)]
    passes = _passes(images)
    if len(passes) > 1:
        return [small for part in passes for small in _separate(part)]
    places = _places(images)
    repeats = max(Counter(places).values(), default=1)
    sweeps = _sweeps(images, repeats)
    if repeats == 1:
        return sweeps if len(sweeps) > 1 else _interleaved(images)
    before = len(images) - len(set(places))
    for separator in _SEPARATORS:
        parts = _parted(images, separator)
        smallest = min(map(len, parts))
        if not 2 <= len(parts) <= repeats + 1 or before < 0.75 * smallest:
            continue
        if len(set(places)) > 1 and smallest < 2:
            continue
        after = sum(len(part) - len(set(_places(part))) for part in parts)
        if after < before:
            return [small for part in parts for small in _separate(part)]
    return sweeps if len(sweeps) > 1 else _by_turn(images, places, repeats)


def _parted(images: Sequence[Image], separator: Callable[[Image], str]) -> list[list[Image]]:
    parts: dict[str, list[Image]] = defaultdict(list)
    for image in images:
        parts[separator(image)].append(image)
    return list(parts.values())


def _passes(images: list[Image]) -> list[list[Image]]:
    """Acquisitions that went over one stretch of the body one clearly after the other; else all as one.

    They are told apart by their numbers; on CT, where one number or none is given, by the pauses between them.
    """
    if not all(i.acquired_at for i in images):
        return [images]
    if _are_passes(images):
        return [[image] for image in images]
    parts = _parted(images, lambda i: i.frame.kind.acquisition)
    if len(parts) == 1 and images[0].file.kind.modality == "CT":
        parts = _by_pauses(images)
    elif not all(i.frame.kind.acquisition for i in images):
        return [images]
    if not 2 <= len(parts) <= len(images) / 2:
        return [images]
    parts.sort(key=lambda part: min(map(_seconds, part)))
    for a, b in pairwise(parts):
        if min(map(_seconds, b)) - max(map(_seconds, a)) < _JUMP_S or not _half_within(a, b):
            return [images]
    # The slices of one MR volume may be acquired by turns, every second one in a later breath-hold.
    if images[0].file.kind.modality != "CT" and len(set(_places(images))) == len(images):
        return [images]
    return parts


def _are_passes(images: Sequence[Image]) -> bool:
    """Whether each image is a pass of its own: each after a pause, and all cut by one plane, as no stack is."""
    directions = images[0].frame.kind.directions
    if len(images) < 2 or directions is None or any(image.frame.position is None for image in images):
        return False
    is_ct = images[0].file.kind.modality == "CT"
    for some in ((images[0], images[-1]), images):  # the two tell it of nearly all stacks
        thick = min(i.frame.kind.thickness_mm or 0.0 for i in some) if is_ct else 0.0
        heights = _heights(some, directions)
        if max(heights) - min(heights) > max(thick - SAME_POSITION_MM, SAME_POSITION_MM):
            return False
    return min(b - a for a, b in pairwise(sorted(map(_seconds, images)))) >= _JUMP_S


def _by_pauses(images: list[Image]) -> list[list[Image]]:
    """The images in groups between which `_JUMP_S` or more passed; all as one where a group would be a single image."""
    times = sorted({i.acquired_at for i in images})
    try:
        moments = list(map(datetime.fromisoformat, times))
    except ValueError:
        return [images]
    began = {times[0]: times[0]}
    for (before, now), (a, b) in zip(pairwise(times), pairwise(moments), strict=True):
        began[now] = now if (b - a).total_seconds() >= _JUMP_S else began[before]
    groups = _parted(images, lambda i: began[i.acquired_at])
    return groups if min(map(len, groups)) > 1 else [images]


def _seconds(image: Image) -> float:
    try:
        return datetime.fromisoformat(image.acquired_at).timestamp()
    except ValueError:
        return 0.0


def _half_within(a: Sequence[Image], b: Sequence[Image]) -> bool:
    """True when half of the images of the smaller part lie in the stretch of the body that the other covers."""
    directions = a[0].frame.kind.directions
    if directions is None or any(image.frame.position is None for image in (*a, *b)):
        return False
    few, many = (_heights(part, directions) for part in sorted((a, b), key=len))
    inside = [min(many) - SAME_POSITION_MM <= height <= max(many) + SAME_POSITION_MM for height in few]
    return sum(inside) >= len(few) / 2


def _sweeps(images: list[Image], repeats: int) -> list[list[Image]]:
    """Passes over one stretch of the body that only the numbers of their images tell apart; else all as one.

    Where each pass counts anew, the first image of each number by its height is of one pass, and so on.
    """
    directions = images[0].frame.kind.directions
    if directions is None or any(i.frame.position is None or i.file.instance_number is None for i in images):
        return [images]
    numbers, heights = list(map(_number, images)), _heights(images, directions)
    row = [heights[i] for i in sorted(range(len(images)), key=numbers.__getitem__)]
    if repeats == 1 and len(set(numbers)) == len(images) and sorted(row) in (row, row[::-1]):
        return [images]
    by_number: dict[tuple[int, int], list[tuple[float, int]]] = defaultdict(list)
    for number, height, i in sorted(zip(numbers, heights, range(len(images)), strict=True)):
        by_number[number].append((height, i))
    turns = max(map(len, by_number.values()))
    if repeats > 1 and turns > 1:
        return [images]
    placed = [some[turn] for turn in range(turns) for some in by_number.values() if turn < len(some)]
    parts = [[images[placed[i][1]] for i in sweep] for sweep in sweeps_of([height for height, _ in placed])]
    if len(parts) == 1 or not all(_half_within(a, b) and _follow(a, b) for a, b in pairwise(parts)):
        return [images]
    # Where no position repeats they may be one volume, acquired by turns.
    thick = min(i.frame.kind.thickness_mm or 0.0 for i in images)
    apart = repeats > 1 or all(covers_its_stretch(_heights(part, directions), thick) for part in parts)
    return parts if apart else [images]


def _number(image: Image) -> tuple[int, int]:
    return image.file.instance_number or 0, image.frame.index


def _follow(a: Sequence[Image], b: Sequence[Image]) -> bool:
    """False where the times, as far as they are known, say that neither wholly followed the other."""
    first, second = ([i.acquired_at for i in part if i.acquired_at] for part in (a, b))
    return not (first and second) or max(first) <= min(second) or max(second) <= min(first)


def _heights(images: Iterable[Image], directions: tuple[Vector, Vector]) -> list[float]:
    """The height of each placed image along the normal, in mm."""
    normal = cross(*directions)
    return [dot(image.frame.position, normal) for image in images if image.frame.position]


def _interleaved(images: list[Image]) -> list[list[Image]]:
    """Phases whose slices lie between each other's: uneven together, each sound for itself."""
    if len(images) < 6 or _is_sound(images):
        return [images]
    for separator in _SEPARATORS:
        parts = _parted(images, separator)
        if 2 <= len(parts) <= len(images) // 3 and all(map(_is_sound, parts)) and _overlap(parts):
            return parts
    return [images]


def _is_sound(images: Sequence[Image]) -> bool:
    directions = images[0].frame.kind.directions
    positions = [image.frame.position for image in images if image.frame.position]
    return directions is not None and len(positions) == len(images) and check_stack(positions, *directions).sound


def _overlap(parts: Sequence[Sequence[Image]]) -> bool:
    """True when the parts cover one stretch of the body, not one after the other."""
    normal = cross(*(parts[0][0].frame.kind.directions or ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0))))
    spans = [[dot(image.frame.position, normal) for image in part if image.frame.position] for part in parts]
    return max(map(min, spans)) < min(map(max, spans))


def _places(images: Sequence[Image]) -> list[int]:
    """A number for each image's height along the normal; equal numbers, equal heights. Unplaced images all differ."""
    directions = images[0].frame.kind.directions
    if directions is None or any(image.frame.position is None for image in images):
        return list(range(len(images)))
    heights = _heights(images, directions)
    places, place, last = [0] * len(images), 0, float("-inf")
    for i in sorted(range(len(images)), key=heights.__getitem__):
        if heights[i] - last > SAME_POSITION_MM:
            place += 1
        places[i], last = place, heights[i]
    return places


def _by_turn(images: list[Image], places: Sequence[int], repeats: int) -> list[list[Image]]:
    """Phases that only their times, or only their instance numbers, tell apart: one wholly after the other."""
    if set(Counter(places).values()) != {repeats} or len(set(places)) < 2:
        return [images]
    for turn in (lambda i: (i.acquired_at,), lambda i: i.order[:1]):
        phases: list[list[Image]] = [[] for _ in range(repeats)]
        seen: Counter[int] = Counter()
        for image, place in sorted(zip(images, places, strict=True), key=lambda pair: (turn(pair[0]), pair[0].order)):
            phases[seen[place]].append(image)
            seen[place] += 1
        if all(max(map(turn, a)) < min(map(turn, b)) for a, b in pairwise(phases)):
            return phases
    return [images]
