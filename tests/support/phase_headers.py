"""The headers of `phase_headers.toml` and its further sets as DICOM files, with the phase that each should have."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pydicom

from tests.support.phantoms import AXIAL, Phantom, slice_dataset

SETS = ("phase_headers", "phase_headers_second", "phase_headers_third", "phase_headers_fourth")


@dataclass(frozen=True)
class Expected:
    """One entry of the file: `phase` is a phase, ``none`` or ``unknown``."""

    study: str
    header: dict[str, Any]
    phase: str


def write_headers(folder: Path, name: str) -> dict[str, Expected]:
    """Write two slices of every series of one of the `SETS`; returns the entries by SOP instance UID."""
    entries: dict[str, Expected] = {}
    with Path(__file__).with_name(f"{name}.toml").open("rb") as file:
        studies = tomllib.load(file)["study"]
    for s, study in enumerate(studies, start=1):
        for n, entry in enumerate(study["series"], start=1):
            header = {keyword: value for keyword, value in entry.items() if keyword not in ("expected", "why")}
            phantom = Phantom(
                rows=4,
                columns=4,
                heights_mm=(0.0, 3.0),
                directions=AXIAL,
                modality=header["Modality"],
                # Repeats of one series share its number, and so its UID.
                series_uid=f"1.2.9.{s}.{header['SeriesNumber']}",
                study_uid=f"1.2.9.{s}",
                tags={"SpecificCharacterSet": "ISO_IR 192", **header},
            )
            for k in range(2):
                dataset = slice_dataset(phantom, k)
                for keyword in ("ImageType", "SeriesDescription"):
                    if keyword not in header:
                        del dataset[keyword]
                uid = f"1.2.9.{s}.{n}.{k}.1"
                dataset.SOPInstanceUID = dataset.file_meta.MediaStorageSOPInstanceUID = uid
                dataset.InstanceNumber = 2 * n + k
                pydicom.dcmwrite(folder / f"{s:03}-{n:03}-{k}", dataset)
                entries[uid] = Expected(study["id"], header, entry["expected"])
    return entries
