"""`measure FOLDER --series UID --seed=X,Y,Z`: viable and whole diameters of the lesion at a place, as proposed."""

from __future__ import annotations

import argparse
import json
import math
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from app.cli import DONE, Refusal
from app.commands.scan import scan_or_refuse
from app.commands.volume import series_or_refuse
from app.reading.series_kinds import shows_liver
from viewers.imaging.assist import prepare, propose
from viewers.imaging.assisted import AssistedMeasurement, AssistSettings, Click, Extents
from viewers.imaging.catalogue import SURE_PHASE, PhaseName, Refused, Series, Vector
from viewers.imaging.errors import ImagingError
from viewers.imaging.reference import ReferenceRegion
from viewers.imaging.volume import load_volume

_MOST_GAP_MM = 20.0
_LEAST_SD, _MOST_SD = 0.5, 8.0
_MAY_BE_AN_IMAGE = ("cut short", "damaged", "the file is empty", "permission", "the disk cannot")
"""What refusals say of files that would be images, were they whole or open."""


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "folder", type=Path, help="folder with its subfolders and ZIP archives; or one archive or DICOMDIR"
    )
    parser.add_argument("--series", required=True, metavar="UID", help="series UID as `scan` lists it, `#2` included")
    parser.add_argument(
        "--seed",
        required=True,
        type=_point,
        metavar="X,Y,Z",
        help="a place in the lesion, patient LPS mm; write --seed=X,Y,Z, since numbers may be negative",
    )
    parser.add_argument(
        "--reference",
        type=_point,
        metavar="X,Y,Z",
        help="the middle of the reference liver, as --seed (default: it is proposed)",
    )
    parser.add_argument(
        "--threshold-sd",
        type=_threshold,
        default=AssistSettings().threshold_sd,
        metavar="N",
        help="viable is what exceeds the reference by N of its standard deviations (default 2)",
    )
    parser.add_argument(
        "--gap-mm",
        type=_gap,
        default=0.0,
        metavar="MM",
        help="how much of the viable diameter may cross tissue that does not enhance (default 0)",
    )
    parser.add_argument("--json", action="store_true", help="print one JSON document")


def run(options: argparse.Namespace) -> int:
    found = scan_or_refuse(options.folder)
    series = series_or_refuse(found, options.series, options.folder)
    settings = AssistSettings(options.threshold_sd, gap_mm=options.gap_mm)
    reference = None if options.reference is None else ReferenceRegion(options.reference)
    try:
        # as the window does: the lesion is found by the usual threshold, whatever it is then measured with
        measured = propose(prepare(load_volume(series), Click(options.seed), reference=reference), settings)
    except ImagingError as error:
        field = (
            "" if error.file is not None else f"{options.folder}: --series {series.uid} --seed {_text(options.seed)}: "
        )
        raise Refusal(f"{field}{error}") from error
    warnings = [*phase_warnings(series), *stack_warnings(series, found.refused), *measured.warnings]
    if options.json:
        print(json.dumps(as_json(measured, warnings), indent=1, ensure_ascii=False))
    else:
        print(as_text(measured, warnings))
    return DONE


def phase_warnings(series: Series) -> list[str]:
    """What to say where the series is not surely arterial: viable tumour is what enhances in the arterial phase."""
    phase = series.phase
    if phase.name is PhaseName.ARTERIAL and phase.confidence >= SURE_PHASE:
        return []
    if phase.name is None:
        return ["the contrast phase is not known: viable tumour is measured in the arterial phase"]
    name = phase.name.value.replace("_", " ")
    if phase.name is PhaseName.ARTERIAL:
        return [f"the phase may be arterial ({phase.confidence:.0%}): viable tumour is measured in the arterial phase"]
    return [f"the phase is {name} ({phase.confidence:.0%}): viable tumour is measured in the arterial phase"]


def stack_warnings(series: Series, refused: Iterable[Refused]) -> list[str]:
    """What is no liver, or wrong with the stack, and which files beside its images could not be read."""
    from app.importing import ref_of  # brings the database, which nothing else here needs

    elsewhere = shows_liver(ref_of(series), series.body_part) is False
    place = ["by its description the series does not show the liver, which the assistant compares with"]
    folders = {Path(record.path).parent for record in series.slices}
    lost = [
        f"not measured with {one.file}, which may be an image of the series: {one.reason}"
        for one in refused
        if Path(one.file).parent in folders and any(word in one.reason for word in _MAY_BE_AN_IMAGE)
    ]
    return [*(place if elsewhere else []), *series.why_not, *lost]


def as_json(measured: AssistedMeasurement, warnings: list[str]) -> dict[str, Any]:
    """A measurement as `measure --json` prints it."""
    reference = measured.reference
    return {
        "series_uid": measured.series_uid,
        "viable": _extents_json(measured.viable),
        "whole": _extents_json(_whole(measured)),
        "reference_liver": None
        if reference is None
        else {
            "mean": reference.mean,
            "sd": reference.sd,
            "unit": measured.unit,
            "centre_mm": list(reference.region.centre),
            "radius_mm": reference.region.radius_mm,
        },
        "threshold": measured.threshold,
        "warnings": warnings,
    }


def _whole(measured: AssistedMeasurement) -> Extents | None:
    """The whole lesion, at least as long and as large as its viable part; as long as the window records it."""
    viable, whole = measured.viable, measured.whole
    if viable is None or whole is None or whole.long_axis.length_mm >= viable.long_axis.length_mm:
        return whole
    volumes = [part.volume_ml for part in (viable, whole) if part.volume_ml is not None]
    return replace(whole, long_axis=viable.long_axis, volume_ml=max(volumes, default=None))


def _extents_json(extents: Extents | None) -> dict[str, Any] | None:
    if extents is None:
        return None
    long = extents.long_axis
    return {
        "diameter_mm": long.length_mm,
        "ends_mm": [list(long.start), list(long.end)],
        "slice_index": long.slice_index,
        "sop_uid": long.sop_uid,
        "short_axis_mm": extents.short_axis.length_mm if extents.short_axis is not None else None,
        "volume_ml": extents.volume_ml,
    }


def as_text(measured: AssistedMeasurement, warnings: list[str]) -> str:
    """A measurement for a person to read."""
    lines = [_line("viable", measured.viable), _line("whole", _whole(measured))]
    if measured.reference is not None:
        reference = measured.reference
        lines.append(f"reference liver {reference.mean:.1f} +- {reference.sd:.1f} {measured.unit}")
    return "\n".join([*lines, *(f"  {warning}" for warning in warnings)])


def _line(name: str, extents: Extents | None) -> str:
    if extents is None:
        return f"{name}: none"
    short = "" if extents.short_axis is None else f" x {extents.short_axis.length_mm:.1f}"
    volume = "" if extents.volume_ml is None else f", {extents.volume_ml:.1f} ml"
    place = extents.long_axis.slice_index + 1  # as the window counts, from 1
    return f"{name}: {extents.long_axis.length_mm:.1f}{short} mm in image {place}{volume}"


def _point(text: str) -> Vector:
    try:
        x, y, z = (float(part) for part in text.split(","))
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not three numbers X,Y,Z in mm") from None
    if not all(map(math.isfinite, (x, y, z))):
        raise argparse.ArgumentTypeError(f"{text!r} is not three numbers X,Y,Z in mm")
    return x, y, z


def _threshold(text: str) -> float:
    try:
        threshold = float(text)
    except ValueError:
        threshold = math.nan
    if not _LEAST_SD <= threshold <= _MOST_SD:
        raise argparse.ArgumentTypeError(f"{text!r} is no number from {_LEAST_SD:g} to {_MOST_SD:g}")
    return threshold


def _gap(text: str) -> float:
    try:
        gap = float(text)
    except ValueError:
        gap = math.nan
    if not 0 <= gap <= _MOST_GAP_MM:
        raise argparse.ArgumentTypeError(f"{text!r} is no length from 0 to {_MOST_GAP_MM:g} mm")
    return gap


def _text(point: Vector) -> str:
    return ",".join(f"{value:g}" for value in point)
