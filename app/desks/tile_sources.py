"""What a tile shows: a series as it was acquired, or what is computed from it."""

from __future__ import annotations

from app.desks.image_library import ImageLibrary, LoadedSeries
from app.reading.hanging import PHASE_LETTERS, Tile
from app.reading.stages import Derivation
from app.words import MINUS
from viewers.imaging.catalogue import PhaseName
from viewers.imaging.errors import ImagingError
from viewers.imaging.reslice import Orientation
from viewers.widgets.derived_source import DerivedSource
from viewers.widgets.reformat_source import ReformatSource
from viewers.widgets.source import ImageSource
from viewers.widgets.subtraction_source import SubtractionSource

_ORIENTATIONS = {
    Derivation.AXIAL: Orientation.AXIAL,
    Derivation.CORONAL: Orientation.CORONAL,
    Derivation.SAGITTAL: Orientation.SAGITTAL,
}
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
        self._made: dict[tuple[str, str, Derivation], DerivedSource] = {}

    def of(self, tile: Tile) -> tuple[ImageSource | None, str]:
        """What a tile shows, or why nothing can be shown."""
        base = self._library.source(tile.series_uid) if tile.series_uid else None
        if base is None:
            return None, tile.missing or (self._library.fault(tile.series_uid or "") or NOT_KNOWN)
        if tile.derivation is None:
            return base, ""
        key = (base.series_uid, tile.minus_uid, tile.derivation)
        made = self._made.get(key)
        if made is not None and made.base is base:
            return made, ""
        try:
            made = self._derived(base, tile)
        except ImagingError as error:
            return None, str(error)
        if made is None:
            return None, NOT_KNOWN
        self._made[key] = made
        return made, ""

    def keep_only(self, tiles: tuple[Tile, ...]) -> None:
        """Let go what no tile shows any more."""
        keys = {(tile.series_uid, tile.minus_uid, tile.derivation) for tile in tiles}
        self._made = {key: made for key, made in self._made.items() if key in keys}

    def _derived(self, base: LoadedSeries, tile: Tile) -> DerivedSource | None:
        if tile.derivation is Derivation.SUBTRACTION:
            minus = self._library.source(tile.minus_uid)
            return None if minus is None else SubtractionSource(base, minus, _SUBTRACTION)
        assert tile.derivation is not None
        return ReformatSource.of(base, _ORIENTATIONS[tile.derivation])
