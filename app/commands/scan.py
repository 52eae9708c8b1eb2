"""`scan FOLDER`: the series of a folder, with what is wrong with them."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from app.cli import DONE, Refusal
from viewers.imaging.catalogue import ScanResult, Series
from viewers.imaging.errors import ImagingError
from viewers.imaging.scan import scan


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "folder", type=Path, help="folder with its subfolders and ZIP archives; or one file, archive or DICOMDIR"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON document")


def run(options: argparse.Namespace) -> int:
    result = scan_or_refuse(options.folder)
    print(json.dumps(as_json(result), indent=1, ensure_ascii=False) if options.json else as_text(result))
    return DONE


def scan_or_refuse(folder: Path) -> ScanResult:
    """The scan of a folder; a folder that cannot be scanned is refused."""
    try:
        return scan(folder)
    except ImagingError as error:
        raise Refusal(str(error)) from error


def as_json(result: ScanResult) -> dict[str, Any]:
    """A scan as `scan --json` prints it."""
    return {
        "series": [_series_json(series) for series in result.series],
        "refused": [{"file": refused.file, "reason": refused.reason} for refused in result.refused],
    }


def _series_json(series: Series) -> dict[str, Any]:
    return {
        "series_uid": series.uid,
        "study_uid": series.study_uid,
        "patient_id": series.patient.id,
        "study_date": series.study_date.isoformat() if series.study_date else None,
        "modality": series.modality,
        "description": series.description,
        "instances": series.instances,
        "frames": series.frames,
        "phase": {
            "name": series.phase.name.value if series.phase.name else None,
            "confidence": series.phase.confidence,
            "evidence": list(series.phase.evidence),
        },
        "measurable": series.measurable,
        "volume_ok": series.volume_ok,
        "why_not": list(series.why_not),
        "findings": findings_json(series),
    }


def findings_json(series: Series) -> list[dict[str, Any]]:
    """The findings of a series as `scan --json` and `volume --json` print them."""
    return [
        {"code": f.code.value, "text": f.text} | ({"files": list(f.files)} if f.files else {}) for f in series.findings
    ]


def as_text(result: ScanResult) -> str:
    """A scan for a person to read: the series by study, then what was refused."""
    lines = []
    study = None
    for series in sorted(result.series, key=lambda s: (s.patient.id, str(s.study_date or ""), s.study_uid)):
        if series.study_uid != study:
            study = series.study_uid
            lines.append(f"patient {series.patient.id or '?'}, study of {series.study_date or 'unknown date'}")
        phase = f", {series.phase.name.value} ({series.phase.confidence:.0%})" if series.phase.name else ""
        size = f"{series.frames} x {series.rows} x {series.columns}"
        lines.append(f"  {series.modality or '??'} {series.description or '(no description)'}: {size}{phase}")
        lines.append(f"    {series.uid}")
        lines += [f"    {finding.code.value}: {finding.text}" for finding in series.findings]
        lines += [f"    {reason}" for reason in series.why_not if "single slice" in reason or "colour" in reason]
    files = "1 file" if len(result.refused) == 1 else f"{len(result.refused)} files"
    lines.append(f"{len(result.series)} series, {files} refused")
    lines += [f"  {refused.file}: {refused.reason}" for refused in result.refused]
    return "\n".join(lines)
