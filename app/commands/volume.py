"""`volume FOLDER --series UID`: geometry and voxel statistics of one series, as the viewer loads it."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from app.cli import DONE, Refusal
from app.commands.scan import findings_json, scan_or_refuse
from viewers.imaging.catalogue import ScanResult, Series
from viewers.imaging.errors import ImagingError
from viewers.imaging.volume import Volume, load_volume


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "folder", type=Path, help="folder with its subfolders and ZIP archives; or one archive or DICOMDIR"
    )
    parser.add_argument("--series", required=True, metavar="UID", help="series UID as `scan` lists it, `#2` included")
    parser.add_argument("--json", action="store_true", help="print one JSON document")


def run(options: argparse.Namespace) -> int:
    series = series_or_refuse(scan_or_refuse(options.folder), options.series, options.folder)
    try:
        volume = load_volume(series)
    except ImagingError as error:
        raise Refusal(str(error)) from error
    print(json.dumps(as_json(volume), indent=1, ensure_ascii=False) if options.json else as_text(volume))
    return DONE


def series_or_refuse(result: ScanResult, uid: str, folder: Path) -> Series:
    """The series of that UID; refused when the folder does not hold it, or no image that can be read."""
    for series in result.series:
        if series.uid == uid:
            return series
    if not result.series and not result.refused:
        raise Refusal(f"{folder}: there is no DICOM image in it; choose the folder of the images")
    if not result.series:
        first, more = result.refused[0], len(result.refused) - 1
        raise Refusal(
            f"{first.file}: {first.reason}{f' (and {more} more files)' if more else ''}; choose a DICOM image"
        )
    raise Refusal(f"{folder}: --series {uid}: no such series; `scan {folder}` lists the {len(result.series)} it holds")


def as_json(volume: Volume) -> dict[str, Any]:
    """A volume as `volume --json` prints it."""
    series, statistics = volume.series, volume.statistics()
    return {
        "series_uid": series.uid,
        "shape": list(volume.shape),
        "spacing_mm": list(volume.spacing_mm),
        "affine": volume.affine.tolist() if volume.affine is not None else None,
        "value": {"unit": volume.unit, "min": statistics.min, "max": statistics.max, "mean": statistics.mean},
        "dtype": str(volume.pixels.dtype),
        "measurable": series.measurable,
        "volume_ok": series.volume_ok,
        "findings": findings_json(series),
    }


def as_text(volume: Volume) -> str:
    """A volume for a person to read."""
    series, statistics = volume.series, volume.statistics()
    spacing = " x ".join("?" if mm is None else f"{mm:.4g}" for mm in volume.spacing_mm)
    lines = [
        f"{series.modality} {series.description}",
        f"  {' x '.join(map(str, volume.shape))} voxels of {spacing} mm (slices x rows x columns)",
        f"  {statistics.min:g} to {statistics.max:g}, mean {statistics.mean:.2f} {volume.unit}",
        f"  {'measurable' if series.measurable else 'not measurable'}, "
        f"{'a sound volume' if series.volume_ok else 'no sound volume'}",
    ]
    return "\n".join([*lines, *(f"  {finding.code.value}: {finding.text}" for finding in series.findings)])
