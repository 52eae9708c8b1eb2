"""A folder of images into cases: which series belong to which patient and time point, in one transaction."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Container, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from sqlalchemy import Connection

from app.growth import Joined, join, name_of
from app.state.apply import EditRefused, apply
from app.state.case_edits import followed
from app.state.events import CaseOpened, Draft, Entry, Event, SeriesImported, VisitProposed
from app.state.record import Patient, Record, SeriesRef
from app.state.timepoints import place_exams
from app.storage.catalogue import known_series, known_stacks, put_series
from app.storage.database import Database
from app.storage.log import Log, append, read_log, read_record
from app.storage.scans import KeptAfterwards, StoredScans
from app.storage.worklist import list_cases
from viewers.imaging.catalogue import FindingCode, Refused, ScanResult, Series
from viewers.imaging.errors import Cancelled
from viewers.imaging.patients import may_be_one
from viewers.imaging.phasepixels import densities_of
from viewers.imaging.phases import with_phases
from viewers.imaging.scan import scan, scan_files

READ_MODALITIES = frozenset({"CT", "MR", "PT", "NM"})
"""What tumour response is read on. An angiography during TACE, say, is no time point."""

Progress = Callable[[int, int], None]


class ImportRefused(Exception):
    """The whole import was refused and nothing was written; the message says why and what to do.

    `refused` are the files that were not taken, each with its reason.
    """

    def __init__(self, message: str, refused: tuple[Refused, ...] = ()) -> None:
        super().__init__(message)
        self.refused = refused


@dataclass(frozen=True, slots=True)
class Proposal:
    """What series mean for one case: the edits that take them in, and those that cannot be taken in.

    `added` are the series of the edits, `known` those that the case has already.
    """

    events: tuple[Event, ...]
    added: tuple[Series, ...] = ()
    known: tuple[Series, ...] = ()
    refused: tuple[Refused, ...] = ()


@dataclass(frozen=True, slots=True)
class ImportedCase:
    """What an import did to one case.

    `visits` are the time points that are new or have grown; `no_study_date` are those of the added series that are
    dated by other dates of their headers. `images_added` are the known series that have grown, and by how many images.
    """

    case_id: str
    opened: bool
    series_added: tuple[str, ...]
    series_known: tuple[str, ...]
    visits: tuple[str, ...]
    no_study_date: tuple[str, ...] = ()
    images_added: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did. Every file of the folder is in a series of a case or in `refused`."""

    cases: tuple[ImportedCase, ...]
    refused: tuple[Refused, ...]


def propose(
    series: Sequence[Series], record: Record | None, case_id: str | None = None, changed: Container[str] = ()
) -> Proposal:
    """The edits that take these series into a case.

    Exams within 14 days of the earliest exam of a group form one time point, dated by that exam. Series that the case
    has already are left alone, but for those whose images have changed. A series of another patient, of a modality on
    which response is not read, or whose exam has no date is refused: without StudyDate the other dates of its headers
    count when they agree (`Series.exam_date`), and no date is ever made up.

    Parameters
    ----------
    record
        The case as it is; None for a new one, whose patient is that of the earliest series.
    case_id
        Id of a new case; the patient's id unless given.
    changed
        Uids of known series whose images are others than before.
    """
    events: list[Event] = []
    refused: list[Refused] = []
    ordered = sorted(series, key=lambda s: (s.exam_date or date.max, s.acquired_at or "", s.series_number or 0, s.uid))
    readable: list[Series] = []
    for one in ordered:
        why = _unfit(one)
        if why:
            refused.append(_refused(one, why))
        else:
            readable.append(one)
    if not readable:
        return Proposal((), refused=tuple(refused))
    if record is None:
        patient = patient_of(readable[0])
        events.append(CaseOpened(case_id or patient.id, patient))
    else:
        patient = record.patient
    own = [one for one in readable if is_of(one, patient)]
    refused += [_refused(one, of_another_patient(one)) for one in readable if not is_of(one, patient)]
    known = [one for one in own if record is not None and record.series_ref(one.uid) is not None]
    added = [one for one in own if one not in known]
    news = [ref_of(one) for one in added]
    news += [ref_of(one) for one in known if record is not None and _has_news(one, record, changed)]
    if news:
        events.append(SeriesImported(tuple(news)))
    if added:
        placed = place_exams((one.exam_date for one in added if one.exam_date), record)
        for label in dict.fromkeys(placed[on] for on in sorted(placed)):
            there = [one for one in added if one.exam_date is not None and placed[one.exam_date] == label]
            dates = sorted({one.exam_date for one in there if one.exam_date is not None})
            events.append(VisitProposed(label, tuple(dates), tuple(one.uid for one in there)))
    return Proposal(tuple(events), tuple(added), tuple(known), tuple(refused))


def _has_news(series: Series, record: Record, changed: Container[str]) -> bool:
    """Does the record say of a known series what is not so any more?"""
    ref, found = record.series_ref(series.uid), ref_of(series)
    if ref is None or followed(ref, found) == ref:
        return False
    return series.uid in changed or found.images > ref.images


def import_folder(
    folder: Path,
    database: Database,
    case_id: str | None = None,
    progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
    author: str = "import",
) -> ImportReport:
    """Scan a folder and take its series into the database: all of it in one transaction, or nothing.

    Without `case_id` each patient gets one case, called by the patient's id, or goes to the case that this patient
    has. With it everything goes to that case, which must be this patient's.

    Raises
    ------
    ImportRefused
        If nothing in the folder can be read, a case was closed, or with `case_id` an image is of another patient.
    ImagingError
        If the folder cannot be read; `Cancelled` when `cancelled` said so. Nothing is written then.
    StorageError
        If the database did not take it. Nothing is written then.
    """
    memory = KeptAfterwards(StoredScans(database))
    result = scan(folder, progress=progress, cancelled=cancelled, memory=memory)
    if cancelled is not None and cancelled():
        raise Cancelled
    # Only where the headers leave the phase of a CT scan unsure are a few of its images looked at.
    result = replace(result, series=tuple(with_phases(result.series, densities_of)))
    report = import_series(result, database, case_id, author)
    memory.write()
    return report


def import_series(result: ScanResult, database: Database, case_id: str | None, author: str) -> ImportReport:
    """Take what a scan found into the database; raises as `import_folder`."""
    if not result.series:
        if not result.refused:
            raise ImportRefused("The folder holds no files. Choose the folder that holds the DICOM files.")
        raise ImportRefused(f"No images were found: {_first_of(result.refused)}.", result.refused)
    done: list[ImportedCase] = []
    refused: list[Refused] = list(result.refused)
    with database.writing() as connection:
        fit, of_others = _not_known_as_anothers(connection, result.series)
        refused += of_others
        for target, group in _by_case(connection, fit, case_id, refused):
            imported, not_taken = _import_case(connection, target, group, author)
            refused += not_taken
            if imported is not None:
                done.append(imported)
        if not done:
            of_series = refused[len(result.refused) :]
            raise ImportRefused(f"Nothing could be imported: {_first_of(of_series)}", tuple(refused))
    return ImportReport(tuple(done), tuple(refused))


def _import_case(
    connection: Connection, case_id: str, series: Sequence[Series], author: str
) -> tuple[ImportedCase | None, tuple[Refused, ...]]:
    log = read_log(connection, case_id)
    record = read_record(connection, case_id)[0] if log.entries else None
    joined = _joined(connection, series, record)
    proposal = propose(joined.series, record, case_id, joined.added)
    not_taken = (*joined.refused, *proposal.refused)
    if proposal.events:
        _append(connection, case_id, log, proposal.events, record, author)
    if not proposal.added and not proposal.known:
        return None, not_taken
    put_series(connection, (*proposal.added, *proposal.known))
    imported = ImportedCase(
        case_id=case_id,
        opened=record is None,
        series_added=tuple(one.uid for one in proposal.added),
        series_known=tuple(one.uid for one in proposal.known),
        visits=tuple(e.visit_id for e in proposal.events if isinstance(e, VisitProposed)),
        no_study_date=tuple(one.uid for one in proposal.added if one.study_date is None),
        images_added=tuple((one.uid, count) for one in proposal.known if (count := joined.added.get(one.uid, 0))),
    )
    return imported, not_taken


def _joined(connection: Connection, series: Sequence[Series], record: Record | None) -> Joined:
    """The series with what is kept of them, each under the uid by which it is known."""
    names = dict.fromkeys(name_of(one.uid) for one in series)
    kept = [one for name in names for one in known_stacks(connection, name)]
    joined = join(series, kept, record, scan_files)
    if not joined.regrouped:
        return joined
    # Phases are judged within their study, so that the kept series that this folder did not hold count as well.
    studies, here = {one.study_uid for one in joined.series}, {one.uid for one in joined.series}
    refs = record.series if record is not None else ()
    beside = [known_series(connection, ref.uid) for ref in refs if ref.study_uid in studies and ref.uid not in here]
    judged = with_phases([*joined.series, *(one for one in beside if one is not None)], densities_of)
    return replace(joined, series=tuple(judged[: len(joined.series)]))


def _append(
    connection: Connection, case_id: str, log: Log, events: Sequence[Event], record: Record | None, author: str
) -> None:
    after = record
    try:
        for number, event in enumerate(events, log.head.sequence + 1):
            after = apply(after, Entry(number, "", author, None, event))
    except EditRefused as error:
        raise ImportRefused(f"{case_id}: {error.reason} Name another case with --case.") from error
    if after is not None:
        append(connection, case_id, log.head, [Draft(event, author) for event in events], after)


# --- whose images are these? ---------------------------------------------------------------------------------------


def _by_case(
    connection: Connection, series: Sequence[Series], case_id: str | None, refused: list[Refused]
) -> Iterable[tuple[str, list[Series]]]:
    """The series of each case; those whose case is not clear go to `refused`."""
    if case_id is not None:
        _check_one_patient(connection, series, case_id)
        return [(case_id, list(series))]
    cases_of: dict[str, list[str]] = defaultdict(list)
    for line in list_cases(connection):
        if not line.closed_because and not line.fault:
            cases_of[line.patient.id].append(line.case_id)
    groups: dict[str, list[Series]] = defaultdict(list)
    for one in series:
        patient_id = one.patient.id.strip()
        candidates = cases_of.get(patient_id, [])
        if not patient_id:
            refused.append(_refused(one, "This series names no patient. Give its case with --case."))
        elif len(candidates) > 1 and patient_id not in candidates:
            refused.append(_refused(one, f"The patient has {len(candidates)} cases. Name one with --case."))
        else:
            groups[candidates[0] if len(candidates) == 1 else patient_id].append(one)
    return sorted(groups.items())


def _check_one_patient(connection: Connection, series: Sequence[Series], case_id: str) -> None:
    log = read_log(connection, case_id)
    patient = read_record(connection, case_id)[0].patient if log.entries else None
    for one in series:
        patient = patient or patient_of(one)
        if not is_of(one, patient):
            raise ImportRefused(f"{_file_of(one)}: {of_another_patient(one)} Nothing was imported into {case_id}.")


def _not_known_as_anothers(
    connection: Connection, series: Sequence[Series]
) -> tuple[tuple[Series, ...], tuple[Refused, ...]]:
    """A series whose UID is kept for another patient would show that patient's case with these images."""
    fit: list[Series] = []
    refused: list[Refused] = []
    patients = {
        name: [kept.patient for kept in known_stacks(connection, name)]
        for name in dict.fromkeys(name_of(one.uid) for one in series)
    }
    for one in series:
        other = next((kept for kept in patients[name_of(one.uid)] if not may_be_one(kept, one.patient)), None)
        if other is not None:
            why = f"A series with the same UID is kept for another patient ({other.id or 'no ID'}). It was not added."
            refused.append(_refused(one, why))
        else:
            fit.append(one)
    return tuple(fit), tuple(refused)


def patient_of(series: Series) -> Patient:
    tags = series.patient
    return Patient(tags.id, tags.name, tags.sex, tags.birth_date)


def is_of(series: Series, patient: Patient) -> bool:
    """Is this the patient's series: same id, no other date of birth, and without an id no other name?"""
    return may_be_one(series.patient, patient)


def of_another_patient(series: Series) -> str:
    return f"This series belongs to another patient ({series.patient.id or 'no ID'}). It was not added."


def ref_of(series: Series) -> SeriesRef:
    """How the log names a series."""
    return SeriesRef(
        uid=series.uid,
        study_uid=series.study_uid,
        frame_of_reference_uid=series.frame_of_reference_uid,
        study_date=series.exam_date,
        acquired_at=series.acquired_at,
        modality=series.modality,
        description=series.description,
        number=series.series_number,
        images=len(series.slices),
        slice_thickness_mm=series.slice_thickness_mm,
        phase=series.phase.name.value if series.phase.name else None,
        phase_confidence=series.phase.confidence,
        phase_evidence=series.phase.evidence,
        measurable=series.measurable,
        volume_ok=series.volume_ok,
        why_not=series.why_not,
        synthetic=series.synthetic,
    )


def _unfit(series: Series) -> str:
    if not series.uid or not series.slices:
        return "This series has no UID or no images. It was not added."
    if any(finding.code is FindingCode.MIXED_PATIENT for finding in series.findings):
        return "This series holds images of several patients. It was not added."
    if series.modality not in READ_MODALITIES:
        return f"Tumour response is not read on {series.modality or 'a series without modality'}. It was not added."
    if series.exam_date is None:
        return (
            "StudyDate is missing: this series has no study date, and its other dates differ or are missing, so it "
            "belongs to no time point. It was not added. Export it again with its dates."
        )
    return ""


def _first_of(refused: Sequence[Refused]) -> str:
    first, more = refused[0], len(refused) - 1
    return f"{first.file}: {first.reason}{f' (and {more} more)' if more else ''}"


def _refused(series: Series, why: str) -> Refused:
    return Refused(_file_of(series), why)


def _file_of(series: Series) -> str:
    return series.slices[0].path if series.slices else series.uid
