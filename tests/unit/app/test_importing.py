from __future__ import annotations

import shutil
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from pydicom.dataset import FileDataset

from app.commands.import_ import as_text
from app.importing import ImportRefused, ImportReport, import_folder, import_series, propose
from app.state.apply import replay
from app.state.events import CaseClosed, CaseOpened, Event, PhaseCorrected, SeriesImported, VisitProposed
from app.state.record import Patient, Record
from app.storage.catalogue import StoredCatalogue
from app.storage.database import Database
from app.storage.errors import StorageError
from app.storage.log import case_ids, verify
from app.storage.open_case import OpenCase
from app.storage.scans import StoredScans
from tests.support.cases import READER, log_of
from tests.support.databases import url_in
from tests.support.phantoms import Phantom, write_phantom
from tests.support.series import series
from viewers.imaging.catalogue import FindingCode, QualityFinding, Refused, ScanResult, Series
from viewers.imaging.errors import Cancelled
from viewers.imaging.scan import scan
from viewers.imaging.volume import load_volume

BL, LATE_BL, FU1 = date(2025, 1, 6), date(2025, 1, 13), date(2025, 2, 17)
MIXED = QualityFinding(FindingCode.MIXED_PATIENT, "two patients")


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with Database.open(url_in(tmp_path)) as database:
        yield database


def taken_in(database: Database, *found: Series, case_id: str | None = None) -> ImportReport:
    return import_series(ScanResult(found, ()), database, case_id, READER)


def record_after(events: tuple[Event, ...]) -> Record:
    return replay(log_of(*events))


def visits(record: Record) -> list[tuple[str, tuple[str, ...], tuple[date, ...]]]:
    return [(v.id, v.series, v.exam_dates) for v in record.visits]


# --- what series mean for a case -----------------------------------------------------------------------------------


def test_that_exams_within_14_days_form_one_time_point_dated_by_the_earliest() -> None:
    proposal = propose([series("3", FU1), series("2", LATE_BL), series("1", BL)], None)
    record = record_after(proposal.events)
    assert visits(record) == [("BL", ("1", "2"), (BL, LATE_BL)), ("FU1", ("3",), (FU1,))]
    assert [v.on for v in record.visits] == [BL, FU1]
    assert (record.case_id, record.patient) == ("P-1", Patient("P-1", "Name of P-1", "F", date(1960, 5, 4)))


def test_that_a_series_is_named_in_the_log_with_what_the_scan_found() -> None:
    (ref,) = record_after(propose([series("1", BL)], None).events).series
    assert (ref.uid, ref.study_date, ref.modality, ref.images, ref.number) == ("1", BL, "CT", 3, 4)
    assert (ref.phase, ref.phase_confidence, ref.slice_thickness_mm) == ("arterial", 0.9, 2.5)


def test_that_a_grown_folder_adds_only_what_is_new() -> None:
    first = propose([series("1", BL), series("3", FU1)], None)
    again = propose([series("1", BL), series("2", LATE_BL), series("3", FU1)], record_after(first.events))
    assert [s.uid for s in again.added] == ["2"]
    assert [s.uid for s in again.known] == ["1", "3"]
    assert again.events == (
        SeriesImported(again.events[0].series),  # type: ignore[union-attr]
        VisitProposed("BL", (LATE_BL,), ("2",)),
    )
    nothing = propose([series("1", BL)], record_after(first.events))
    assert nothing.events == ()


def test_that_an_exam_found_later_between_two_time_points_is_named_between_them() -> None:
    first = propose([series("1", BL), series("3", FU1), series("4", date(2025, 4, 1))], None)
    again = propose([series("5", date(2025, 3, 10))], record_after(first.events))
    record = record_after((*first.events, *again.events))
    assert [v.id for v in record.visits] == ["BL", "FU1", "FU1.1", "FU2"]


@pytest.mark.parametrize(
    ("one", "why"),
    [
        (series("9", BL, patient="P-2"), "This series belongs to another patient (P-2). It was not added."),
        (series("9", BL, patient=""), "This series belongs to another patient (no ID). It was not added."),
        (series("9", BL, born=date(1961, 5, 4)), "This series belongs to another patient (P-1). It was not added."),
        (series("9", BL, findings=(MIXED,)), "This series holds images of several patients. It was not added."),
        (series("9", BL, modality="XA"), "Tumour response is not read on XA. It was not added."),
        (series("9", BL, modality=""), "Tumour response is not read on a series without modality. It was not added."),
        (
            series("9", None),
            "StudyDate is missing: this series has no study date, and its other dates differ or are missing, so it "
            "belongs to no time point. It was not added. Export it again with its dates.",
        ),
        (series("9", BL, images=0), "This series has no UID or no images. It was not added."),
    ],
)
def test_that_a_series_that_cannot_be_taken_in_is_refused_by_name(one: Series, why: str) -> None:
    record = record_after(propose([series("1", BL)], None).events)
    proposal = propose([one], record)
    assert proposal.events == ()
    assert proposal.refused == (Refused(one.slices[0].path if one.slices else "9", why),)


def test_that_a_birth_date_that_is_not_known_is_no_contradiction() -> None:
    record = record_after(propose([series("1", BL)], None).events)
    assert propose([series("2", BL, born=None)], record).refused == ()


# --- into the database ---------------------------------------------------------------------------------------------


def test_that_each_patient_of_a_folder_gets_one_case(database: Database) -> None:
    report = taken_in(database, series("1", BL), series("2", BL, patient="P-2"), series("3", FU1))
    assert [(c.case_id, c.opened, c.series_added, c.visits) for c in report.cases] == [
        ("P-1", True, ("1", "3"), ("BL", "FU1")),
        ("P-2", True, ("2",), ("BL",)),
    ]
    assert StoredCatalogue(database).get("2") == series("2", BL, patient="P-2")
    with database.reading() as connection:
        assert case_ids(connection) == ("P-1", "P-2")
        assert verify(connection) is None


def test_that_a_patient_who_has_a_case_of_another_name_goes_there(database: Database) -> None:
    taken_in(database, series("1", BL), case_id="HEP-1")
    report = taken_in(database, series("1", BL), series("3", FU1))
    assert [(c.case_id, c.opened, c.series_added, c.series_known) for c in report.cases] == [
        ("HEP-1", False, ("3",), ("1",))
    ]
    assert OpenCase.read(database, "HEP-1").entries[-1].author == READER


def test_that_a_case_that_was_named_takes_one_patient_only(database: Database) -> None:
    taken_in(database, series("1", BL), case_id="HEP-1")
    with pytest.raises(ImportRefused, match=r"/images/2/0.dcm: This series belongs to another patient \(P-2\)"):
        taken_in(database, series("3", FU1), series("2", BL, patient="P-2"), case_id="HEP-1")
    with pytest.raises(ImportRefused, match="Nothing was imported into HEP-2"):
        taken_in(database, series("5", BL, patient="P-5"), series("6", BL, patient="P-6"), case_id="HEP-2")
    assert visits(OpenCase.read(database, "HEP-1").record) == [("BL", ("1",), (BL,))]
    with database.reading() as connection:
        assert case_ids(connection) == ("HEP-1",)
    assert StoredCatalogue(database).get("3") is None


def test_that_images_without_a_patient_need_a_case_that_is_named(database: Database) -> None:
    with pytest.raises(ImportRefused, match="--case"):
        taken_in(database, series("1", BL, patient=""))
    assert taken_in(database, series("1", BL, patient=""), case_id="HEP-1").cases[0].opened
    report = taken_in(database, series("1", BL, patient=""), series("2", BL))
    assert [c.case_id for c in report.cases] == ["P-1"]
    assert "names no patient" in report.refused[0].reason


def test_that_a_patient_of_several_cases_needs_one_that_is_named(database: Database) -> None:
    taken_in(database, series("1", BL), case_id="HEP-1")
    taken_in(database, series("2", BL), case_id="HEP-2")
    with pytest.raises(ImportRefused, match=r"has 2 cases\. Name one with --case"):
        taken_in(database, series("3", FU1))
    taken_in(database, series("4", BL), case_id="P-1")
    assert [c.case_id for c in taken_in(database, series("3", FU1)).cases] == ["P-1"]


def test_that_a_uid_that_is_kept_for_another_patient_is_not_taken_over(database: Database) -> None:
    taken_in(database, series("1", BL))
    report = taken_in(database, series("1", BL, patient="P-2"), series("2", BL, patient="P-2"))
    assert [c.series_added for c in report.cases] == [("2",)]
    assert "kept for another patient (P-1)" in report.refused[0].reason
    kept = StoredCatalogue(database).get("1")
    assert kept is not None and kept.patient.id == "P-1"


def test_that_a_closed_case_takes_no_images(database: Database) -> None:
    taken_in(database, series("1", BL))
    OpenCase.read(database, "P-1").do(CaseClosed("wrong patient"), READER)
    with pytest.raises(ImportRefused, match=r"closed \(wrong patient\).*--case"):
        taken_in(database, series("3", FU1))


def test_that_nothing_readable_is_refused_by_its_first_file_and_all_are_kept(database: Database) -> None:
    letter = Refused("letter.txt", "not a DICOM file")
    with pytest.raises(ImportRefused) as refusal:
        import_series(ScanResult((series("1", None), series("2", None)), (letter,)), database, None, READER)
    assert str(refusal.value).startswith(
        "Nothing could be imported: /images/1/0.dcm: StudyDate is missing: this series has no study date"
    )
    assert str(refusal.value).endswith("Export it again with its dates. (and 1 more)")
    assert [r.file for r in refusal.value.refused] == ["letter.txt", "/images/1/0.dcm", "/images/2/0.dcm"]
    with pytest.raises(ImportRefused, match=r"No images were found: letter.txt: not a DICOM file \(and 1 more\)\."):
        import_series(ScanResult((), (letter, Refused("b.txt", "empty"))), database, None, READER)
    with database.reading() as connection:
        assert case_ids(connection) == ()


def test_that_a_series_without_study_date_is_dated_by_its_other_dates_and_named(database: Database) -> None:
    other = replace(series("2", None), date_without_study=FU1)
    report = taken_in(database, series("1", BL), other)
    assert [(c.visits, c.no_study_date) for c in report.cases] == [(("BL", "FU1"), ("2",))]
    record = OpenCase.read(database, "P-1").record
    assert visits(record) == [("BL", ("1",), (BL,)), ("FU1", ("2",), (FU1,))]
    assert [ref.study_date for ref in record.series] == [BL, FU1]


def test_that_the_first_entry_of_a_case_opens_it(database: Database) -> None:
    taken_in(database, series("1", BL), case_id="HEP-1")
    first = OpenCase.read(database, "HEP-1").entries[0].event
    assert isinstance(first, CaseOpened) and first.case_id == "HEP-1"


def test_that_a_cancelled_import_writes_nothing(database: Database, tmp_path: Path) -> None:
    folder = tmp_path / "images"
    folder.mkdir()
    (folder / "a.txt").write_text("not DICOM")
    with pytest.raises(Cancelled):
        import_folder(folder, database, cancelled=lambda: True)
    with database.reading() as connection:
        assert case_ids(connection) == ()


def test_that_a_real_folder_of_two_dates_becomes_two_time_points(database: Database, test_data: Path) -> None:
    folder = test_data / "series" / "04_covid_ny_sbu_two_dates"
    told: list[tuple[int, int]] = []
    report = import_folder(folder, database, progress=lambda done, of: told.append((done, of)))
    assert [c.visits for c in report.cases] == [("BL", "FU1"), ("BL", "FU1")]
    assert told[-1][0] == told[-1][1] > 0
    again = import_folder(folder, database)
    assert [c.series_added for c in again.cases] == [(), ()]


# --- discs, archives, grown folders, MR ----------------------------------------------------------------------------


def patient(number: int, day: str = "20260105", **more: str) -> Phantom:
    tags = {"PatientID": f"P-{number}", "PatientName": f"Name {number}", "StudyDate": day, "AcquisitionDate": day}
    return Phantom(study_uid=f"1.2.{number}.{day}", tags=tags | more)


def test_that_an_archive_of_several_patients_becomes_one_case_each(database: Database, tmp_path: Path) -> None:
    source, archive = tmp_path / "source", tmp_path / "disc.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
        for number in (1, 2, 3):
            for path in write_phantom(source, patient(number), name=f"p{number}-"):
                packed.write(path, f"DICOM/{path.name}")
    shutil.rmtree(source)
    report = import_folder(archive, database)
    assert [(c.case_id, len(c.series_added), c.visits) for c in report.cases] == [
        (f"P-{number}", 1, ("BL",)) for number in (1, 2, 3)
    ]
    assert report.refused == ()
    for case in report.cases:
        kept = StoredCatalogue(database).get(case.series_added[0])
        assert kept is not None and kept.patient.id == case.case_id
        assert load_volume(kept).loaded.all()


def test_that_images_of_two_patients_under_one_series_uid_never_share_a_case(
    database: Database, tmp_path: Path
) -> None:
    first, second = patient(1), patient(2)
    write_phantom(tmp_path / "x", first, name="a")
    write_phantom(tmp_path / "x", second.but(series_uid=first.series_uid, study_uid=first.study_uid), name="b")
    with pytest.raises(ImportRefused, match="several patients"):
        import_folder(tmp_path / "x", database)
    with database.reading() as connection:
        assert case_ids(connection) == ()


def test_that_two_birth_dates_under_one_id_and_series_never_share_a_case(database: Database, tmp_path: Path) -> None:
    first, uid = patient(1, PatientBirthDate="19600504"), patient(1).series_uid
    second = first.but(tags={**first.tags, "PatientBirthDate": "19710312", "PatientName": "Another"})
    low, high = [0.0, 3.0, 6.0], [9.0, 12.0, 15.0]
    write_phantom(tmp_path / "x", first.but(series_uid=uid, heights_mm=low), name="a")
    write_phantom(tmp_path / "x", second.but(series_uid=uid, heights_mm=high), name="b")
    found = scan(tmp_path / "x").series
    assert [(one.frames, [f.code for f in one.findings]) for one in found] == [(3, [FindingCode.MIXED_PATIENT])] * 2
    with pytest.raises(ImportRefused, match="several patients"):
        import_folder(tmp_path / "x", database)


def test_that_a_man_and_a_woman_of_two_names_under_one_id_never_share_a_case(
    database: Database, tmp_path: Path
) -> None:
    man = patient(1, PatientName="Kim^Hee", PatientSex="M")
    woman = man.but(tags=man.tags | {"PatientName": "Lee^Su", "PatientSex": "F"}, series_uid="1.2.9")
    write_phantom(tmp_path / "x", man, name="a")
    write_phantom(tmp_path / "x", woman, name="b")
    report = import_folder(tmp_path / "x", database)
    assert [case.series_added for case in report.cases] == [(man.series_uid,)]
    assert [one.reason for one in report.refused] == ["This series belongs to another patient (P-1). It was not added."]
    # One name spelt in another script, a sex that is not known, and a known date of birth are no contradiction.
    low, high = man.but(heights_mm=[0.0, 3.0, 6.0]), woman.but(series_uid=man.series_uid, heights_mm=[9.0, 12.0, 15.0])
    for n, (more, stacks) in enumerate([({}, 2), ({"PatientSex": ""}, 1), ({"PatientName": "Kim^Hee"}, 1)]):
        write_phantom(tmp_path / f"{n}", low, name="a")
        write_phantom(tmp_path / f"{n}", high.but(tags=high.tags | more), name="b")
        assert len(scan(tmp_path / f"{n}").series) == stacks
    born = {"PatientBirthDate": "19600504"}
    write_phantom(tmp_path / "born", low.but(tags=low.tags | born), name="a")
    write_phantom(tmp_path / "born", high.but(tags=high.tags | born), name="b")
    assert len(scan(tmp_path / "born").series) == 1


def test_that_two_names_without_an_id_never_share_a_case(database: Database, tmp_path: Path) -> None:
    for name, spelt in (("Kim^Hee", "a"), ("KIM HEE", "b"), ("Lee^Su", "c")):
        write_phantom(tmp_path / spelt, patient(1, PatientID="", PatientName=name))
    for name in ("a", "b"):  # one name, spelt in two ways
        assert len(import_folder(tmp_path / name, database, "HEP-1").cases[0].series_added) == 1
    with pytest.raises(ImportRefused, match=r"belongs to another patient .*Nothing was imported into HEP-1"):
        import_folder(tmp_path / "c", database, "HEP-1")
    with pytest.raises(ImportRefused, match="Nothing was imported into HEP-2"):
        import_folder(tmp_path, database, "HEP-2")


def test_that_a_grown_folder_on_the_disk_adds_only_what_is_new(database: Database, tmp_path: Path) -> None:
    folder = tmp_path / "x"
    baseline, later = patient(1), patient(1, "20260217")
    write_phantom(folder / "a", baseline)
    import_folder(folder, database)
    write_phantom(folder / "b", later)
    report = import_folder(folder, database)
    (case,) = report.cases
    assert (case.series_added, case.series_known, case.visits) == (
        (later.series_uid,),
        (baseline.series_uid,),
        ("FU1",),
    )
    assert import_folder(folder, database).cases[0].series_added == ()


def test_that_a_series_that_has_grown_shows_all_its_images_and_keeps_its_place(
    database: Database, tmp_path: Path
) -> None:
    folder, phantom = tmp_path / "x", patient(1)
    paths = write_phantom(folder, phantom)
    last = paths[-1].read_bytes()
    paths[-1].unlink()
    import_folder(folder, database)
    before = OpenCase.read(database, "P-1").record
    paths[-1].write_bytes(last)
    (case,) = import_folder(folder, database).cases
    assert (case.series_added, case.series_known) == ((), (phantom.series_uid,))
    assert case.images_added == ((phantom.series_uid, 1),)
    kept = StoredCatalogue(database).get(phantom.series_uid)
    assert kept is not None and len(kept.slices) == 6
    after = OpenCase.read(database, "P-1")
    assert after.record == replace(before, series=(replace(before.series[0], images=6),))
    (again,) = import_folder(folder, database).cases
    assert again.images_added == ()
    assert OpenCase.read(database, "P-1").entries == after.entries


def test_that_a_phase_a_reader_corrected_stays_corrected_when_the_folder_is_read_again(
    database: Database, tmp_path: Path
) -> None:
    folder, phantom = tmp_path / "x", patient(1).but(description="Liver arterial")
    paths = write_phantom(folder, phantom)
    last = paths[-1].read_bytes()
    paths[-1].unlink()
    import_folder(folder, database)
    opened = OpenCase.read(database, "P-1")
    assert [ref.phase for ref in opened.record.series] == ["arterial"]
    opened.do(PhaseCorrected(phantom.series_uid, "portal_venous"), READER)
    paths[-1].write_bytes(last)
    import_folder(folder, database)
    (ref,) = OpenCase.read(database, "P-1").record.series
    assert (ref.phase, ref.phase_corrected_by) == ("portal_venous", READER)


def times_of(database: Database, uid: str) -> set[str | None]:
    kept = StoredCatalogue(database).get(uid)
    assert kept is not None
    return {record.acquisition_time for record in kept.slices}


def test_that_a_pass_that_arrives_later_takes_no_name_from_one_that_is_kept(database: Database, tmp_path: Path) -> None:
    folder, enhanced = tmp_path / "x", patient(1, AcquisitionTime="081700", AcquisitionNumber="2")
    plain = enhanced.but(tags={**enhanced.tags, "AcquisitionTime": "081610", "AcquisitionNumber": "1"})
    uid = enhanced.series_uid
    write_phantom(folder, enhanced, name="enhanced")
    import_folder(folder, database)
    OpenCase.read(database, "P-1").do(PhaseCorrected(uid, "arterial"), READER)
    write_phantom(folder, plain, name="plain")
    (case,) = import_folder(folder, database).cases
    assert (case.series_added, case.series_known, case.images_added) == ((f"{uid}#2",), (uid,), ())
    assert times_of(database, uid) == {"2026-01-05T08:17:00"}
    assert times_of(database, f"{uid}#2") == {"2026-01-05T08:16:10"}
    first, second = OpenCase.read(database, "P-1").record.series
    assert (first.uid, first.acquired_at, first.phase) == (uid, "2026-01-05T08:17:00", "arterial")
    assert (second.uid, second.acquired_at) == (f"{uid}#2", "2026-01-05T08:16:10")
    assert import_folder(folder, database).cases[0].series_added == ()


def test_that_copies_of_a_few_images_take_none_of_those_that_are_kept(database: Database, tmp_path: Path) -> None:
    phantom = patient(1)
    paths = write_phantom(tmp_path / "whole", phantom)
    import_folder(tmp_path / "whole", database)
    (tmp_path / "few").mkdir()
    copies = [shutil.copy(path, tmp_path / "few") for path in paths[2:4]]
    before = OpenCase.read(database, "P-1").entries
    report = import_folder(tmp_path / "few", database)
    assert (report.cases[0].series_known, report.cases[0].images_added) == ((phantom.series_uid,), ())
    assert [one.file for one in report.refused] == [str(path) for path in copies]
    kept = StoredCatalogue(database).get(phantom.series_uid)
    assert kept is not None and [record.path for record in kept.slices] == [str(path) for path in paths]
    assert OpenCase.read(database, "P-1").entries == before


def test_that_halves_of_a_series_from_two_folders_become_one_whole(database: Database, tmp_path: Path) -> None:
    phantom = patient(1)
    uid = phantom.series_uid
    (tmp_path / "second").mkdir()
    for number, path in enumerate(write_phantom(tmp_path / "first", phantom)):
        if number in (1, 3, 4):
            shutil.move(path, tmp_path / "second")
    import_folder(tmp_path / "first", database)
    opened = OpenCase.read(database, "P-1")
    assert [(ref.images, ref.volume_ok) for ref in opened.record.series] == [(3, False)]
    opened.do(PhaseCorrected(uid, "delayed"), READER)
    (case,) = import_folder(tmp_path / "second", database).cases
    assert (case.series_added, case.series_known, case.images_added) == ((), (uid,), ((uid, 3),))
    assert as_text(ImportReport((case,), ())) == "P-1: 0 series added, 1 known already, with 3 more of their images"
    kept = StoredCatalogue(database).get(uid)
    assert kept is not None and kept.volume_ok and load_volume(kept).loaded.all()
    (ref,) = OpenCase.read(database, "P-1").record.series
    assert (ref.images, ref.volume_ok, ref.why_not) == (6, True, ())
    assert (ref.phase, ref.phase_corrected_by) == ("delayed", READER)


def test_that_phases_of_one_series_uid_from_two_folders_are_both_kept(database: Database, tmp_path: Path) -> None:
    first = patient(1, AcquisitionTime="081610", AcquisitionNumber="1")
    second = first.but(tags={**first.tags, "AcquisitionTime": "081700", "AcquisitionNumber": "2"})
    uid = first.series_uid
    for name, phantom in (("a", first), ("b", second)):
        write_phantom(tmp_path / name, phantom)
        (case,) = import_folder(tmp_path / name, database).cases
    assert (case.series_added, case.series_known) == ((f"{uid}#2",), (uid,))
    assert times_of(database, uid) == {"2026-01-05T08:16:10"}
    assert times_of(database, f"{uid}#2") == {"2026-01-05T08:17:00"}


def test_that_new_images_wait_where_those_they_belong_to_cannot_be_read(database: Database, tmp_path: Path) -> None:
    paths = write_phantom(tmp_path / "x", patient(1))
    later = paths.pop().rename(tmp_path / "later")
    import_folder(tmp_path / "x", database)
    paths[0].unlink()
    with pytest.raises(ImportRefused, match=r"later: 1 image kept of this series .*Bring these files back"):
        import_folder(later, database)
    kept = StoredCatalogue(database).get(OpenCase.read(database, "P-1").record.series[0].uid)
    assert kept is not None and [record.path for record in kept.slices] == [str(path) for path in paths]


def test_that_liver_mr_comes_in_beside_ct_and_is_never_shown_as_hounsfield_units(
    database: Database, tmp_path: Path
) -> None:
    folder = tmp_path / "x"
    names = (
        "T1 VIBE pre",
        "T1 VIBE arterial",
        "T1 VIBE portal",
        "T1 VIBE transitional",
        "T1 VIBE HBP 20min",
        "T2 HASTE",
    )
    for number, name in enumerate(names):
        mr = patient(1, AcquisitionTime=f"0815{number:02}", ContrastBolusAgent="" if number == 0 else "Primovist")
        write_phantom(folder / str(number), mr.but(modality="MR", rescale=None, description=name))
    weights = ("0", "400", "800")
    diffusion = patient(1).but(modality="MR", rescale=None, description="DWI")

    def weighted(b_value: str) -> Callable[[int, FileDataset], None]:
        def change(_: int, dataset: FileDataset) -> None:
            dataset.DiffusionBValue = float(b_value)

        return change

    for b_value in weights:
        write_phantom(folder / "dwi", diffusion, weighted(b_value), name=f"b{b_value}-")
    write_phantom(folder / "ct", patient(1))
    (case,) = import_folder(folder, database).cases
    assert case.visits == ("BL",)
    kept = [StoredCatalogue(database).get(uid) for uid in case.series_added]
    assert sorted((one.modality, one.hounsfield) for one in kept if one) == [("CT", True)] + [("MR", False)] * 9
    assert [len(one.slices) for one in kept if one and one.description == "DWI"] == [6, 6, 6]
    assert {load_volume(one).unit for one in kept if one and one.modality == "MR"} == {"stored"}


def test_that_a_memory_that_cannot_be_written_costs_the_import_nothing(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise StorageError("disk", what="It is full")

    write_phantom(tmp_path / "x", patient(1))
    monkeypatch.setattr(StoredScans, "keep", full)
    assert len(import_folder(tmp_path / "x", database).cases) == 1
