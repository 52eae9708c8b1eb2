"""Hand-made series, as a scan would find them."""

from __future__ import annotations

from datetime import date

from viewers.imaging.catalogue import PatientTags, Phase, PhaseName, QualityFinding, Series, SliceRecord


def patient_tags(patient: str, born: date | None = date(1960, 5, 4)) -> PatientTags:
    return PatientTags(patient, f"Name of {patient}", "F", born, "064Y")


def slices(uid: str, count: int = 3) -> tuple[SliceRecord, ...]:
    return tuple(
        SliceRecord(f"/images/{uid}/{n}.dcm", f"{uid}.{n}", 0, (0.0, 0.5, 2.5 * n), n, 1.0, -1024.0, "1.2", 640, None)
        for n in range(count)
    )


def series(
    uid: str,
    on: date | None,
    patient: str = "P-1",
    modality: str = "CT",
    findings: tuple[QualityFinding, ...] = (),
    born: date | None = date(1960, 5, 4),
    images: int = 3,
) -> Series:
    return Series(
        uid=uid,
        series_uid=uid.partition("#")[0],
        study_uid=f"study-{on}",
        frame_of_reference_uid=f"{uid}.frame",
        patient=patient_tags(patient, born),
        study_date=on,
        acquired_at="101500",
        modality=modality,
        description="Liver arterial",
        study_description="Abdomen",
        series_number=4,
        manufacturer="",
        contrast_agent="",
        kvp=120.0,
        rows=4,
        columns=4,
        bits_stored=12,
        bits_allocated=16,
        signed=True,
        photometric="MONOCHROME2",
        pixel_spacing_mm=(0.7, 1.1),
        row_direction=(1.0, 0.0, 0.0),
        column_direction=(0.0, 1.0, 0.0),
        slice_thickness_mm=2.5,
        slices=slices(uid, images),
        phase=Phase(PhaseName.ARTERIAL, 0.9, ("ARTERIAL in the description",)),
        measurable=True,
        volume_ok=True,
        why_not=(),
        findings=findings,
    )
