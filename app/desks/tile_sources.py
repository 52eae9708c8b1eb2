"""What a tile shows: a series as it was acquired, or what is computed from it."""

from __future__ import annotations

from app.desks.image_library import ImageLibrary, LoadedSeries
from app.reading.hanging import PHASE_LETTERS, Tile
from app.reading.stages import Derivation
from app.words import MINUS
from viewers.imaging.catalogue import PhaseName
from viewers.imaging.errors import ImagingError
from viewers.widgets.derived_source import DerivedSource
from viewers.widgets.plane_set import PlaneName, PlaneSet
from viewers.widgets.source import ImageSource
from viewers.widgets.subtraction_source import SubtractionSource

_SUBTRACTION = f"{PHASE_LETTERS[PhaseName.ARTERIAL]} {MINUS} {PHASE_LETTERS[PhaseName.PRE]}"
NOT_KNOWN = "This series is not in the catalogue. Import its folder again."


def base_of(source: ImageSource | None) -> LoadedSeries | None:
    """The series whose patient and name a view tells; None where none hangs."""
    shown = source.base if isinstance(source, DerivedSource) else source
    return shown if isinstance(shown, LoadedSeries) else None


class TileSources:
    """Makes what tiles show, one source for each tile while it hangs."""

    def __init__(self, library: ImageLibrary) -> None:
        self._library = library
        self._made: dict[tuple[str, str], SubtractionSource] = {}
        self.planes: PlaneSet | None = None
        """The planes that hang, about the place where they meet."""

    def of(self, tile: Tile) -> tuple[ImageSource | None, str]:
        """What a tile shows, or why nothing can be shown."""
        base = self._library.source(tile.series_uid) if tile.series_uid else None
        if base is None:
            return None, tile.missing or (self._library.fault(tile.series_uid or "") or NOT_KNOWN)
        if tile.derivation is None:
            return base, ""
        if tile.derivation is not Derivation.SUBTRACTION:
            plane = None if self.planes is None else self.planes.source(PlaneName(tile.derivation))
            if isinstance(plane, DerivedSource):
                self._library.watch(plane)
            return plane, ""
        return self._subtraction(base, tile)

    @property
    def subtractions(self) -> tuple[SubtractionSource, ...]:
        """Those that hang."""
        return tuple(self._made.values())

    def keep_only(self, tiles: tuple[Tile, ...]) -> None:
        """Let go what no tile shows any more."""
        pairs = {tile.uids for tile in tiles}
        self._made = {pair: made for pair, made in self._made.items() if pair in pairs}

    def _subtraction(self, base: LoadedSeries, tile: Tile) -> tuple[ImageSource | None, str]:
        """The same source as long as the same series are in memory."""
        key, minus = (base.series_uid, tile.minus_uid), self._library.source(tile.minus_uid)
        made = self._made.get(key)
        if minus is None:
            return None, f"No subtraction: {self._library.fault(tile.minus_uid) or NOT_KNOWN}"
        if made is None or made.base is not base or made.minus is not minus:
            try:
                made = self._made[key] = SubtractionSource(base, minus, _SUBTRACTION)
                self._library.watch(made)
            except ImagingError as error:
                return None, f"No subtraction: {error}"
        return made, ""
