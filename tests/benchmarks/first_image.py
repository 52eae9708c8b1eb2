"""How long it takes to the first image of a large folder, and how much of its series is loaded by then."""

from __future__ import annotations

import tempfile
from pathlib import Path

from tests.benchmarks.images import SLICES, write_ct
from tests.benchmarks.peers import Peers
from tests.benchmarks.rows import Row, interleaved
from viewers.imaging.catalogue import Series
from viewers.imaging.scan import scan
from viewers.imaging.volume import VolumeLoader

SERIES = 8
_PEERS = {
    "SimpleITK, whole series": (
        "SimpleITK",
        """
uid = sitk.ImageSeriesReader.GetGDCMSeriesIDs(folder)[0]
reader = sitk.ImageSeriesReader()
reader.SetFileNames(sitk.ImageSeriesReader.GetGDCMSeriesFileNames(folder, uid))
sitk.GetArrayFromImage(reader.Execute())
""",
    )
}


def run() -> list[Row]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for number in range(SERIES):
            write_ct(folder, name=f"s{number}-")
        series = scan(folder).series[0]
        shares: list[float] = []
        peers = Peers(folder, _PEERS)
        peers.measure()
        seconds = interleaved(
            {
                "new": lambda: shares.append(_first(scan(folder).series[0])),
                "known": lambda: shares.append(_first(series)),
                "whole": lambda: list(VolumeLoader(series)),
            }
        )
        peers.measure()
    return [
        Row(f"first image: of {SERIES * SLICES} new files", seconds["new"] * 1e3, "ms", 1000.0),
        Row("first image: of a known series", seconds["known"] * 1e3, "ms"),
        Row("first image: the whole series, for comparison", seconds["whole"] * 1e3, "ms"),
        *(
            Row(f"first image: of {SERIES * SLICES} new files, {who}", taken * 1e3, "ms")
            for who, taken in peers.seconds().items()
        ),
        Row("first image: of the series loaded by then", 100 * max(shares), "%", 5.0),
    ]


def _first(series: Series) -> float:
    """Load until there is an image; the share of the series that is loaded then."""
    loader = VolumeLoader(series)
    k = next(iter(loader))
    assert loader.volume.values(k).any()
    return float(loader.volume.loaded.mean())
