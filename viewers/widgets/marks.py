"""What is written and drawn over an image, as plain values; where the texts come from is not the view's concern."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import Enum, auto

from viewers.tools.events import Point
from viewers.tools.figures import FigureKind, Points


class OverlayLevel(Enum):
    """How much is written over the image; the first line of the upper corners (name, date) always stays."""

    FULL = auto()
    MINIMAL = auto()
    OFF = auto()

    def next(self) -> OverlayLevel:
        levels = list(OverlayLevel)
        return levels[(levels.index(self) + 1) % len(levels)]


class Tone(Enum):
    """The colour of a chip's border and text."""

    PLAIN = auto()
    MET = auto()
    AMBER = auto()
    ERROR = auto()
    ACCENT = auto()


@dataclass(frozen=True, slots=True)
class Chip:
    """A bordered word, with an optional number behind it: ``AP`` ``0.97``; `short` stands where `text` has no room."""

    text: str
    value: str = ""
    tone: Tone = Tone.PLAIN
    short: str = ""


@dataclass(frozen=True, slots=True)
class TextLine:
    text: str
    bold: bool = False


CornerEntry = str | TextLine | Chip | tuple[Chip, ...]


@dataclass(frozen=True, slots=True)
class CornerTexts:
    """The lines of the four corners, top to bottom; chips of one tuple stand beside each other."""

    top_left: tuple[CornerEntry, ...] = ()
    top_right: tuple[CornerEntry, ...] = ()
    bottom_left: tuple[CornerEntry, ...] = ()
    bottom_right: tuple[CornerEntry, ...] = ()


class LineStyle(Enum):
    """OWN is yellow; SELECTED is OWN with handles; WHOLE is thin yellow; GHOST and PROPOSAL are pale and dashed."""

    OWN = auto()
    SELECTED = auto()
    WHOLE = auto()
    GHOST = auto()
    PROPOSAL = auto()


@dataclass(frozen=True, slots=True)
class ViewLine:
    """A line to show on the image `sop_uid`, frame `frame` (from 1); `start` and `end` in patient mm (LPS).

    A ghost or a proposal with an empty `sop_uid` belongs to no image: it is shown on every image whose plane holds
    both ends within half the distance to the next image.
    """

    id: str
    start: Point
    end: Point
    sop_uid: str
    frame: int = 1
    label: str = ""
    style: LineStyle = LineStyle.OWN
    editable: bool = False


@dataclass(frozen=True, slots=True)
class ViewPlace:
    """A dashed circle round a place in the patient (LPS mm), where a line is expected; it measures nothing.

    It is shown on every image that cuts the sphere of `radius_mm` round `centre`, as large as the cut.
    """

    centre: Point
    radius_mm: float
    label: str = ""


@dataclass(frozen=True, slots=True)
class DrawnLine:
    """A line as the reader drew it: the image, the ends in patient mm (LPS) and the length in mm, unrounded."""

    series_uid: str
    sop_uid: str
    frame: int
    frame_of_reference_uid: str | None
    start: Point
    end: Point
    length_mm: float


@dataclass(frozen=True, slots=True)
class ViewFigure:
    """A figure to show on the image `sop_uid`, frame `frame` (from 1); its points are in patient mm (LPS).

    With an empty `sop_uid` it is shown on every image whose plane holds all its points within half the distance to the
    next image: so are ghosts, and figures drawn on planes that were never acquired. `flag` says of the plane it was
    drawn on what its numbers do not: "COR, not axial".
    """

    id: str
    kind: FigureKind
    points: Points
    sop_uid: str
    frame: int = 1
    note: str = ""
    flag: str = ""
    style: LineStyle = LineStyle.OWN
    editable: bool = False


@dataclass(frozen=True, slots=True)
class LabelledFigure:
    """A figure, the lines of its label, and whether its outline is closed (one that is being drawn is not)."""

    figure: ViewFigure
    label: tuple[str, ...] = ()
    closed: bool = True


@dataclass(frozen=True, slots=True)
class DrawnFigure:
    """A figure as the reader drew it: the image, the unit normal of its plane, the points in patient mm (LPS).

    `sop_uid` is empty where the plane was never acquired; `derived` then says what was shown.
    """

    kind: FigureKind
    points: Points
    series_uid: str
    sop_uid: str
    frame: int
    frame_of_reference_uid: str | None
    normal: Point
    derived: str = ""


@dataclass(frozen=True, slots=True)
class Probe:
    """The value under the pointer: (column, row) of the image, the place in mm (LPS) where known, value and unit."""

    column: int
    row: int
    point: Point | None
    value: float
    unit: str


@dataclass(frozen=True, slots=True)
class Placeholder:
    """Stands where an image would be: a missing phase (`missing`), or nothing yet, with what can be done."""

    text: str
    action: str = ""
    missing: bool = False


MM_UNIT = "\N{THIN SPACE}mm"


def length_text(length_mm: float) -> str:
    """The length with one decimal and its unit, as it is written beside a line: half up from its decimal text.

    So a recorded diameter is rounded; what is seen while a line is drawn is what is then computed on.
    """
    return f"{Decimal(repr(length_mm)).quantize(Decimal('0.1'), ROUND_HALF_UP)}{MM_UNIT}"
