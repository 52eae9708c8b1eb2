"""A stack of images as a `Series`: its slices in order, and what forbids measuring or reformatting it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from viewers.imaging.catalogue import (
    NO_VOLUME,
    NOT_MEASURABLE,
    FindingCode,
    Phase,
    QualityFinding,
    Series,
    SliceRecord,
)
from viewers.imaging.geometry import EVEN_FRACTION, EVEN_MM, TILT_DEGREES, StackCheck, check_stack, length_mm
from viewers.imaging.imagefile import FileKind
from viewers.imaging.stacks import Image, Stack, is_localizer, is_projection

THICK_MM = 5.0
"""Above this, the smallest measurable lesion is twice the thickness (RECIST 1.1, section 3.1.1)."""


def series_of(stack: Stack) -> Series:
    """The series a stack is, with its findings; its phase is not judged here."""
    images = list(stack.images)
    check = _check(images)
    images = [images[i] for i in check.order] if check else sorted(images, key=lambda i: i.order)
    first, frame = images[0].file, images[0].frame
    kinds = list({(id(i.file.kind), id(i.frame.kind)): i for i in images}.values())
    survey, flat = any(map(is_localizer, kinds)), any(map(is_projection, kinds))
    hounsfield = not survey and all(map(_rescaled, images)) and all(map(_in_hounsfield, kinds))
    turned_mm = _turned_mm(kinds, first.kind)
    turned = check is not None and turned_mm > max(EVEN_FRACTION * (check.spacing_mm or 0.0), EVEN_MM)
    place = _about_the_place(images, check, turned_mm=turned_mm if turned else 0.0)
    findings = [
        *place,
        *_about_the_kind(images, survey=survey, flat=flat, hounsfield=hounsfield),
        *_about_the_series(stack, images),
    ]
    placed = check is not None and frame.kind.pixel_spacing_mm is not None
    colour = first.kind.samples_per_pixel != 1 or first.kind.photometric == "PALETTE COLOR"
    measurable = placed and not survey and not flat and not colour
    sound = placed and check is not None and check.sound and not turned
    thicknesses = [i.frame.kind.thickness_mm for i in images if i.frame.kind.thickness_mm is not None]
    return Series(
        uid=stack.uid,
        series_uid=first.kind.series_uid,
        study_uid=first.kind.study_uid,
        frame_of_reference_uid=first.kind.frame_of_reference_uid,
        patient=first.kind.patient,
        study_date=first.kind.study_date,
        acquired_at=min((i.acquired_at for i in images if i.acquired_at), default=None) or first.kind.series_at,
        modality=first.kind.modality,
        description=first.kind.description,
        study_description=first.kind.study_description,
        series_number=first.kind.series_number,
        manufacturer=first.kind.manufacturer,
        contrast_agent=first.kind.contrast_agent,
        kvp=first.kind.kvp,
        rows=first.kind.rows,
        columns=first.kind.columns,
        bits_stored=max(i.file.kind.bits_stored for i in images),
        bits_allocated=max(i.file.kind.bits_allocated for i in images),
        signed=first.kind.signed,
        photometric=first.kind.photometric,
        pixel_spacing_mm=frame.kind.pixel_spacing_mm,
        row_direction=frame.kind.directions[0] if frame.kind.directions else None,
        column_direction=frame.kind.directions[1] if frame.kind.directions else None,
        slice_thickness_mm=max(thicknesses, default=None),
        slices=tuple(map(_record, images)),
        phase=Phase(),
        measurable=measurable,
        volume_ok=sound,
        why_not=_why_not(findings, place, len(images), colour=colour, sound=sound),
        findings=tuple(findings),
        synthetic=any(i.file.kind.synthetic for i in images),
        samples_per_pixel=first.kind.samples_per_pixel,
        hounsfield=hounsfield,
        padding_value=first.kind.padding_value,
        window=first.window,
        slice_spacing_mm=check.spacing_mm if check and sound else None,
        image_type=frame.kind.frame_type or first.kind.image_type,
        protocol=first.kind.protocol,
        kernel=first.kind.kernel,
        bolus_started_at=first.kind.bolus_started_at,
        bolus_phase=frame.kind.bolus_phase,
        comments=first.kind.comments,
        body_part=first.kind.body_part,
        sequence=frame.kind.sequence,
        institution=first.kind.institution,
        deidentified=all(i.file.kind.deidentified for i in images),
        date_without_study=_only_one(i.file.date_without_study for i in images),
    )


def _only_one(days: Iterable[date | None]) -> date | None:
    found = set(days)
    return found.pop() if len(found) == 1 else None


def _record(image: Image) -> SliceRecord:
    file, frame = image.file, image.frame
    return SliceRecord(
        path=file.path,
        sop_uid=file.sop_uid,
        frame=frame.index,
        position=frame.position,
        instance_number=file.instance_number,
        slope=frame.slope if frame.slope is not None else 1.0,
        intercept=frame.intercept if frame.intercept is not None else 0.0,
        transfer_syntax=file.kind.transfer_syntax,
        pixel_offset=frame.pixel_offset,
        acquisition_time=frame.acquired_at,
        thickness_mm=frame.kind.thickness_mm,
        frames_in_file=len(file.frames),
    )


def _check(images: Sequence[Image]) -> StackCheck | None:
    directions = images[0].frame.kind.directions
    positions = [i.frame.position for i in images if i.frame.position is not None]
    if directions is None or len(positions) != len(images):
        return None
    return check_stack(positions, *directions, [i.frame.kind.thickness_mm for i in images])


def _turned_mm(kinds: Sequence[Image], file: FileKind) -> float:
    """How far the last pixel of an image lies, at most, from where the directions of the first would put it."""
    spacing, directions = kinds[0].frame.kind.pixel_spacing_mm, kinds[0].frame.kind.directions
    if spacing is None or directions is None:
        return 0.0
    along_row, along_column = (file.columns - 1) * spacing[1], (file.rows - 1) * spacing[0]
    others = {image.frame.kind.directions for image in kinds} - {None, directions}
    return max(
        (
            along_row * length_mm(other[0], directions[0]) + along_column * length_mm(other[1], directions[1])
            for other in others
            if other is not None
        ),
        default=0.0,
    )


def _rescaled(image: Image) -> bool:
    return image.frame.slope is not None and image.frame.intercept is not None


_MAPS = {"PERFUSION", "RCBF", "RCBV", "MTT", "TTP", "IODINE", "MAT_FRACTIONAL", "MAT_VALUE_BASED", "EFF_ATOMIC_NUM"}


def _in_hounsfield(image: Image) -> bool:
    """CT with a rescale to Hounsfield units, however spelt; no type means HU, `US` (unspecified) only on originals."""
    frame, file = image.frame, image.file
    if file.kind.modality != "CT":
        return False
    kinds = {kind.upper() for kind in (*file.kind.image_type, *frame.kind.frame_type)}
    said = frame.kind.rescale_type.upper()
    if kinds & _MAPS:
        return False
    return said.startswith(("HU", "HOUNSFIELD", "HOUNDSFIELD")) or said == "" or (said == "US" and "ORIGINAL" in kinds)


def _names(images: Sequence[Image], indices: Sequence[int]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(images[i].file.path for i in indices))


def _about_the_place(images: Sequence[Image], check: StackCheck | None, *, turned_mm: float) -> list[QualityFinding]:
    frame = images[0].frame
    if check is None or frame.kind.pixel_spacing_mm is None:
        named = (
            ("position", any(i.frame.position is None for i in images)),
            ("orientation", frame.kind.directions is None),
            ("pixel spacing", frame.kind.pixel_spacing_mm is None),
        )
        lost = ", ".join(name for name, missing in named if missing)
        return [QualityFinding(FindingCode.NO_GEOMETRY, f"no usable {lost}: lengths in mm are unknown")]
    findings = []
    if check.missing:
        widest = max(check.gaps_mm[i] for i in check.missing)
        text = f"slices are missing in {_places(len(check.missing))}; the widest gap is {widest:.4g} mm"
        files = _names(images, [j for i in check.missing for j in (i, i + 1)])
        findings.append(QualityFinding(FindingCode.MISSING_SLICES, text, files))
    if check.duplicates:
        sharing = sorted({j for i in check.duplicates for j in (i, i + 1)})
        text = f"{len(sharing)} images share a position with another"
        files = _names(images, sharing)
        findings.append(QualityFinding(FindingCode.DUPLICATE_POSITIONS, text, files))
    if check.uneven:
        gaps = [gap for i, gap in enumerate(check.gaps_mm) if i not in check.duplicates]
        text = f"distances between slices vary from {min(gaps):.4g} to {max(gaps):.4g} mm"
        findings.append(QualityFinding(FindingCode.UNEVEN_SPACING, text))
    if check.crooked:
        text = f"slices are not straight above each other: up to {check.shifted_mm:.3g} mm sideways of their line"
        findings.append(QualityFinding(FindingCode.UNEVEN_SPACING, text))
    if turned_mm:
        text = f"slices are turned a little against each other: their last pixels by up to {turned_mm:.2g} mm"
        findings.append(QualityFinding(FindingCode.MIXED_ORIENTATION, text))
    if check.tilt_degrees > TILT_DEGREES:
        text = f"the gantry was tilted: the stack is sheared by {check.tilt_degrees:.1f} degrees"
        findings.append(QualityFinding(FindingCode.GANTRY_TILT, text))
    overlaps = [i for i, gap in enumerate(check.gaps_mm) if i not in check.duplicates and _overlaps(images, i, gap)]
    if overlaps:
        text = f"neighbouring slices overlap in {_places(len(overlaps))}"
        findings.append(QualityFinding(FindingCode.OVERLAPPING_SLICES, text))
    thickest = max((i.frame.kind.thickness_mm or 0.0 for i in images), default=0.0)
    if thickest > THICK_MM:
        text = f"{thickest:g} mm slices: lesions below {2 * thickest:g} mm are too small to measure"
        findings.append(QualityFinding(FindingCode.THICK_SLICES, text))
    return findings


def _places(count: int) -> str:
    return "1 place" if count == 1 else f"{count} places"


def _overlaps(images: Sequence[Image], index: int, gap_mm: float) -> bool:
    known = [
        t for t in (images[index].frame.kind.thickness_mm, images[index + 1].frame.kind.thickness_mm) if t is not None
    ]
    return bool(known) and gap_mm < sum(known) / len(known) - max(0.02 * gap_mm, 0.01)


def _about_the_kind(images: Sequence[Image], *, survey: bool, flat: bool, hounsfield: bool) -> list[QualityFinding]:
    findings = []
    if survey:
        findings.append(QualityFinding(FindingCode.LOCALIZER, "a localizer is no image to measure on"))
    elif flat:
        findings.append(
            QualityFinding(
                FindingCode.LOCALIZER, "a projection or a rendering shows depth flattened: lengths are not true"
            )
        )
    lossy = [i for i, image in enumerate(images) if image.file.kind.lossy]
    if lossy:
        text = f"{len(lossy)} of {len(images)} images were compressed with loss: values are approximate"
        findings.append(QualityFinding(FindingCode.LOSSY, text, _names(images, lossy)))
    if images[0].file.kind.modality == "CT" and not hounsfield and not survey:
        kinds = {i.frame.kind.rescale_type for i in images} - {""}
        rescaled = all(map(_rescaled, images))
        why = f"their rescale type is {', '.join(sorted(kinds))}" if kinds else "the images are maps"
        why = why if rescaled else "they have no rescale"
        findings.append(QualityFinding(FindingCode.NOT_HU, f"values are not Hounsfield units: {why}"))
    return findings


def _about_the_series(stack: Stack, images: Sequence[Image]) -> list[QualityFinding]:
    findings = []
    if stack.other_orientations:
        text = f"the series holds {stack.other_orientations + 1} orientations; they are listed apart"
        findings.append(QualityFinding(FindingCode.MIXED_ORIENTATION, text))
    if stack.other_matrices:
        text = f"the series holds {stack.other_matrices + 1} matrix sizes; they are listed apart"
        findings.append(QualityFinding(FindingCode.MIXED_MATRIX, text))
    if stack.other_patients:
        text = (
            f"{stack.other_patients + 1} patients share this series (by id, birth date or name); they are listed apart"
        )
        findings.append(QualityFinding(FindingCode.MIXED_PATIENT, text))
    nameless = [i for i, image in enumerate(images) if not (image.file.sop_uid and image.file.kind.series_uid)]
    if nameless or not images[0].file.kind.study_uid:
        text = "study, series or image UIDs are empty: the images cannot be named reliably"
        findings.append(QualityFinding(FindingCode.EMPTY_UID, text, _names(images, nameless)))
    elif stack.shared_sop_uids:
        text = f"{stack.shared_sop_uids} different images share their SOP instance UIDs"
        findings.append(QualityFinding(FindingCode.EMPTY_UID, text))
    return findings


_FORBIDS_MEASURING = (FindingCode.NO_GEOMETRY, FindingCode.LOCALIZER)
_FORBIDS_VOLUME = (
    FindingCode.MISSING_SLICES,
    FindingCode.DUPLICATE_POSITIONS,
    FindingCode.UNEVEN_SPACING,
    FindingCode.GANTRY_TILT,
    FindingCode.MIXED_ORIENTATION,
)


def _why_not(
    findings: Sequence[QualityFinding], place: Sequence[QualityFinding], count: int, *, colour: bool, sound: bool
) -> tuple[str, ...]:
    """`place` are those of the findings that are about the place of the slices."""
    reasons = [f"{NOT_MEASURABLE}{f.text}" for f in findings if f.code in _FORBIDS_MEASURING]
    if colour:
        reasons.append(f"{NOT_MEASURABLE}colour images have no single value to measure")
    reasons += [f"{NO_VOLUME}{f.text}" for f in place if f.code in _FORBIDS_VOLUME]
    if count == 1 and not sound:
        reasons.append(f"{NO_VOLUME}a single slice")
    return tuple(reasons)
