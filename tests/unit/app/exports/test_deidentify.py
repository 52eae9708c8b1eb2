"""What names a patient is in no byte of an image that leaves; dates keep their distance, UIDs their identity."""

from __future__ import annotations

import io
from datetime import date
from pathlib import Path
from typing import Any

import pydicom
import pytest
from pydicom.dataset import Dataset, FileDataset
from pydicom.uid import generate_uid

from app.exports.confidentiality import load_rules
from app.exports.deidentify import Pseudonym, StillIdentified, deidentified
from app.exports.pixel_doubts import burned_in
from app.exports.pseudonym_key import NAME, pseudonym_key
from tests.support.phantoms import Phantom, slice_dataset, write_phantom

KEY, OTHER_KEY = b"k" * 32, b"o" * 32
OURS = Pseudonym(KEY, "C-1")
UID = "1.2.826.0.1.3680043.8.498.7777"
PLANTED = (
    "Hongildong",
    "홍길동",
    "洪吉洞",
    "MRN-4711-77",
    "Jongno",
    "Weissgerber",
    "19530917",
    "ACC99812",
    "+82-2-555",
    "Seoul National",
    "CT99SCANNER",
    UID,
)
"""Everything by which `planted` names somebody."""


def code(value: str, scheme: str, meaning: str) -> Dataset:
    item = Dataset()
    item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = value, scheme, meaning
    return item


def planted(study_date: str = "20260105") -> FileDataset:
    """An image that names its patient in every way that was thought of."""
    dataset = slice_dataset(Phantom(), 0)
    dataset.SpecificCharacterSet = ["", "ISO 2022 IR 149"]
    dataset.PatientName = "Hongildong^K=洪吉洞=홍길동"
    dataset.PatientID, dataset.PatientBirthDate, dataset.PatientAge = "MRN-4711-77", "19530917", "072Y"
    dataset.PatientAddress, dataset.PatientTelephoneNumbers = "1 Jongno-gu, Seoul", "+82-2-555 0100"
    dataset.OtherPatientIDs = ["MRN-4711-77", "ACC99812"]
    dataset.AccessionNumber, dataset.StudyDate, dataset.SeriesDate = "ACC99812", study_date, study_date
    dataset.AcquisitionDateTime = f"{study_date}101500.5+0900"
    dataset.ReferringPhysicianName = dataset.OperatorsName = "Weissgerber^Anna"
    dataset.InstitutionName, dataset.StationName = "Seoul National Hospital", "CT99SCANNER"
    dataset.StudyDescription = "CT liver of Hongildong MRN-4711-77 dynamic"
    dataset.SeriesDescription = f"ART PHASE 2.5mm Weissgerber {UID}"
    dataset.ProtocolName, dataset.ImageComments = "Jongno", "call +82-2-555 0100 about 홍길동"
    dataset.Manufacturer, dataset.ConvolutionKernel = "Seoul National Devices", "B30f"
    dataset.ManufacturerModelName = "MRN-4711-77"
    dataset.DerivationDescription = "for Hongildong"
    dataset.ScanOptions = "HONGILDONG"
    dataset.BodyPartExamined = "LIVER"
    dataset.StudyInstanceUID = UID
    source = Dataset()
    source.ReferencedSOPClassUID, source.ReferencedSOPInstanceUID = dataset.SOPClassUID, f"{UID}.5"
    source.PurposeOfReferenceCodeSequence = [code("121322", "DCM", "Hongildong")]
    dataset.SourceImageSequence = [source]
    request = Dataset()
    request.RequestedProcedureDescription, request.PatientName = "for Hongildong", "Hongildong"
    dataset.RequestAttributesSequence = [request]
    nested = Dataset()
    nested.PersonName, nested.TextValue = "Weissgerber", "Hongildong"
    nested.AnatomicRegionSequence = [code("10200004", "SCT", "liver of Hongildong")]
    nested.ViewCodeSequence = [code("HONG", "99LOCAL", "Hongildong")]
    holder = Dataset()
    holder.DerivationCodeSequence = [nested]
    dataset.DerivationCodeSequence = [holder]
    dataset.AnatomicRegionSequence = [code("10200004", "SCT", "liver of Hongildong")]
    block = dataset.private_block(0x0019, "HONGILDONG", create=True)
    block.add_new(0x01, "LO", "Hongildong")
    block.add_new(0x02, "SQ", [request])
    dataset.add_new(0x60000010, "US", 16)
    dataset.add_new(0x60004000, "LT", "Hongildong")
    dataset.add_new(0x60003000, "OW", b"Hongildong")
    dataset.add_new(0x00080FF0, "UN", b"Hongildong")
    dataset.add_new(0xFFFCFFFC, "OB", b"Hongildong")
    dataset.preamble = b"Hongildong".ljust(128, b"\0")
    dataset.file_meta.SourceApplicationEntityTitle = "HONGILDONG"
    dataset.file_meta.PrivateInformationCreatorUID = UID
    dataset.file_meta.PrivateInformation = b"Hongildong"
    return dataset


def read_again(dataset: FileDataset) -> FileDataset:
    """A data set as it comes from a file."""
    return pydicom.dcmread(io.BytesIO(content(dataset)))


def left(dataset: FileDataset, pseudonym: Pseudonym = OURS) -> FileDataset:
    """The image as a reader of the written file finds it."""
    return read_again(deidentified(read_again(dataset), pseudonym))


def test_that_a_short_identifier_in_the_pseudonym_by_chance_holds_no_image_back() -> None:
    dataset = slice_dataset(Phantom(), 0)
    dataset.PatientID = OURS.name[:6]  # "HEP-" and two digits
    assert left(dataset).PatientID == OURS.name


def content(dataset: FileDataset) -> bytes:
    buffer = io.BytesIO()
    dataset.save_as(buffer, enforce_file_format=True)
    return buffer.getvalue()


@pytest.fixture(scope="module")
def clean() -> FileDataset:
    return left(planted())


@pytest.mark.parametrize("text", PLANTED)
def test_that_no_byte_names_the_patient(clean: FileDataset, text: str) -> None:
    encodings = ("utf-8", "euc_kr", "gb18030", "shift_jis") if not text.isascii() else ("ascii",)
    written = content(clean).upper()
    for encoding in encodings:
        sought = text.encode(encoding, "ignore").upper()
        assert not sought or sought not in written


def test_that_the_test_would_find_them() -> None:
    written = content(planted()).upper()
    assert all(text.encode("euc_kr").upper() in written for text in PLANTED)


def test_that_what_an_image_is_stays(clean: FileDataset) -> None:
    before = planted()
    for keyword in ("PixelData", "Rows", "PixelSpacing", "ImagePositionPatient", "RescaleIntercept", "StudyTime"):
        assert clean[keyword].value == before[keyword].value
    assert (clean.ConvolutionKernel, clean.BodyPartExamined, clean.Modality) == ("B30f", "LIVER", "CT")
    assert (clean.StudyDescription, clean.SeriesDescription) == ("CT liver of dynamic", "ART PHASE 2.5mm")
    assert clean.AnatomicRegionSequence[0].CodeMeaning == "Liver"
    assert clean.PatientID == clean.PatientName == OURS.name


def short_names() -> FileDataset:
    """An image whose patient, people and address are short words and numbers."""
    dataset = slice_dataset(Phantom(), 0)
    dataset.PatientName, dataset.PatientID = "Kwon^Li", "0020231234"
    dataset.PatientAddress = "77 Teheranro"
    dataset.Manufacturer, dataset.SoftwareVersions = "Scanner of Li", ["syngo CT 2012B", "V1 patient Li_Kwon 4th floor"]
    dataset.ConvolutionKernel, dataset.ManufacturerModelName = "B30f Dr Bae", "Philips Ingenia 01098765432"
    dataset.SeriesDescription, dataset.ContrastBolusAgent = "arterial 77 Li 5 mm", "Iohexol for Li"
    dataset.SeriesNumber = dataset.AcquisitionNumber = dataset.ContrastBolusVolume = "20231234"
    dataset.BodyPartExamined, dataset.ScanningSequence, dataset.InstanceNumber = "LIVER LI", "SE", "77"
    return dataset


def test_that_short_names_and_numbers_leave_no_word_behind() -> None:
    clean = left(short_names())
    assert clean.Manufacturer == "of" and "BodyPartExamined" not in clean
    assert (list(clean.SoftwareVersions), clean.ConvolutionKernel) == (["syngo CT 2012B", "V1 4th"], "B30f")
    assert clean.ManufacturerModelName == "Philips Ingenia"
    assert (clean.SeriesDescription, clean.ContrastBolusAgent) == ("arterial 5 mm", "Iohexol for")
    assert not {"SeriesNumber", "AcquisitionNumber", "ContrastBolusVolume"} & set(clean.dir())
    assert (clean.ScanningSequence, clean.InstanceNumber) == ("SE", 77)


@pytest.mark.parametrize(
    ("keyword", "text"),
    [
        ("Manufacturer", "GE MEDICAL SYSTEMS"),
        ("Manufacturer", "Philips Medical Systems"),
        ("Manufacturer", "Canon Medical Systems"),
        ("ManufacturerModelName", "LightSpeed VCT"),
        ("ManufacturerModelName", "SOMATOM Definition AS+"),
        ("SoftwareVersions", "revo_1.5_m3b_xt.53"),
        ("ConvolutionKernel", "BONEPLUS"),
        ("ConvolutionKernel", "B"),
        ("PulseSequenceName", "B-TFE"),
        ("RescaleType", "HU"),
    ],
)
def test_that_what_a_maker_calls_its_device_stays(keyword: str, text: str) -> None:
    """A short name is looked for as a word: "Li" is no part of Philips."""
    dataset = short_names()
    setattr(dataset, keyword, text)
    assert left(dataset)[keyword].value == text


def test_that_it_says_how_it_was_done(clean: FileDataset) -> None:
    assert (clean.PatientIdentityRemoved, clean.LongitudinalTemporalInformationModified) == ("YES", "MODIFIED")
    codes = {item.CodeValue for item in clean.DeidentificationMethodCodeSequence}
    assert codes == {"113100", "113105", "113107"}  # PS3.16 CID 7050


def days(text: str) -> date:
    return date(int(text[:4]), int(text[4:6]), int(text[6:8]))


def test_that_dates_keep_their_distance_and_are_others() -> None:
    first, second = left(planted("20260105")), left(planted("20260416"))
    for keyword in ("StudyDate", "SeriesDate", "AcquisitionDateTime"):
        assert (days(second[keyword].value) - days(first[keyword].value)).days == 101
        assert days(first[keyword].value) < date(2026, 1, 5)
    assert first.AcquisitionDateTime.endswith("101500.5+0900")
    assert first.PatientBirthDate == ""


def test_that_a_uid_is_the_same_wherever_it_stands_and_cannot_be_guessed() -> None:
    clean = left(planted())
    assert clean.StudyInstanceUID == OURS.uid(UID) != UID
    assert clean.SourceImageSequence[0].ReferencedSOPInstanceUID == OURS.uid(f"{UID}.5")
    assert clean.SOPClassUID == clean.SourceImageSequence[0].ReferencedSOPClassUID == "1.2.840.10008.5.1.4.1.1.2"
    assert clean.file_meta.MediaStorageSOPInstanceUID == clean.SOPInstanceUID
    others = {OURS.uid(UID), Pseudonym(OTHER_KEY, "C-1").uid(UID), Pseudonym(KEY, "C-2").uid(UID)}
    assert len(others) == 3 and all(pydicom.uid.UID(one).is_valid for one in others)
    assert len({Pseudonym(KEY, f"C-{n}").shift for n in range(20)}) > 15
    with pytest.raises(ValueError, match="16 bytes"):
        Pseudonym(b"short", "C-1")


def test_that_every_attribute_of_the_table_is_gone_empty_or_another(clean: FileDataset) -> None:
    """PS3.15 table E.1-1: what the profile removes is not there, what it empties is empty."""
    rules = load_rules()
    ours = rules.shifted_dates | rules.kept_times | rules.descriptors | {"PatientName", "PatientID"}

    def check(dataset: Dataset) -> None:
        for element in dataset:
            action = rules.action(int(element.tag))
            if action and "U" not in action and element.keyword not in ours:
                assert "Z" in action and not element.value, element.keyword
            if element.VR == "SQ" and element.keyword != "DeidentificationMethodCodeSequence":
                for item in element.value:
                    check(item)

    check(clean)


@pytest.mark.parametrize(
    ("vr", "value"),
    [("CS", "KANGNAM 7"), ("IS", "91738"), ("US", 9173), ("FD", 9173.5), ("AT", 0x19530917), ("UI", UID)],
)
def test_that_a_value_of_no_known_attribute_goes_at_every_depth(vr: str, value: str | float) -> None:
    """(0018,0FF0) is in no edition of PS3.6: nobody can say that a number or a code of it is harmless."""
    dataset, item = slice_dataset(Phantom(), 0), Dataset()
    item.PurposeOfReferenceCodeSequence = [code("121322", "DCM", "Source image")]
    for place in (dataset, item):
        place.add_new(0x00180FF0, vr, value)
    dataset.SourceImageSequence = [item]
    clean = left(dataset)
    assert 0x00180FF0 not in clean and "SliceThickness" in clean
    assert (
        0x00180FF0 not in clean.SourceImageSequence[0]
        and "PurposeOfReferenceCodeSequence" in clean.SourceImageSequence[0]
    )


def test_that_an_image_that_would_still_name_its_patient_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Were a text overlooked, the last look at the header would find it."""
    monkeypatch.setattr("app.exports.deidentify._Cleaner.clean", lambda self, dataset: None)
    with pytest.raises(StillIdentified, match="would still hold") as refused:
        deidentified(read_again(planted()), OURS)
    assert not any(text in str(refused.value) for text in PLANTED)


@pytest.mark.parametrize(
    ("tags", "why"),
    [
        ({"BurnedInAnnotation": "YES"}, "BurnedInAnnotation"),
        ({"SOPClassUID": "1.2.840.10008.5.1.4.1.1.7"}, "secondary capture"),
        ({"Modality": "US"}, "modality US"),
        ({"ImageType": ["DERIVED", "SECONDARY", "SCREEN SAVE"]}, "picture of a screen"),
        ({"BodyPartExamined": "HEAD"}, "face"),
        ({}, ""),
        ({"BurnedInAnnotation": "NO", "Modality": "US"}, ""),
    ],
)
def test_that_pixels_that_may_tell_are_warned_of(tags: dict[str, Any], why: str) -> None:
    dataset = slice_dataset(Phantom(), 0)
    for keyword, value in tags.items():
        setattr(dataset, keyword, value)
    found = burned_in(dataset)
    assert (why in found[0]) if why else found == ()


def test_that_the_key_is_made_once_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    from app.exports.exported import ExportRefused

    key = pseudonym_key(tmp_path)
    assert len(key) == 32 and pseudonym_key(tmp_path) == key
    assert (tmp_path / NAME).stat().st_mode & 0o077 == 0
    (tmp_path / NAME).write_text("nonsense")
    with pytest.raises(ExportRefused, match="no key"):
        pseudonym_key(tmp_path)


def test_that_real_headers_leave_clean(test_data: Path) -> None:
    """One file of each series of the test data: whatever its maker wrote, the header is written, and read again."""
    files = [
        next(path for path in sorted(folder.rglob("*")) if path.is_file())
        for folder in sorted((test_data / "series").iterdir())
    ]
    assert len(files) > 8
    for path in files:
        dataset = pydicom.dcmread(path, stop_before_pixels=True)
        uid = str(dataset.SOPInstanceUID)
        again = deidentified(dataset, OURS)
        assert again.SOPInstanceUID == OURS.uid(uid) and generate_uid() != again.SOPInstanceUID
        assert not any(element.tag.is_private for element in again.iterall())


def test_that_a_case_leaves_image_by_image_with_its_doubts_noted(tmp_path: Path) -> None:
    """Of three files one says that text is burned in, one is gone, and one leaves."""
    from app.exports.exported import ExportedCase
    from app.exports.image_files import DeidentifiedImages
    from app.exports.staging import Staging
    from app.importing import import_folder
    from app.storage.database import Database
    from app.storage.log import read_present

    phantom = Phantom(heights_mm=(0.0, 3.0, 6.0))

    def burn(k: int, dataset: FileDataset) -> None:
        dataset.BodyPartExamined = "HEAD"
        dataset.BurnedInAnnotation = "YES" if k == 0 else "NO"

    paths = write_phantom(tmp_path / "in", phantom, burn)
    with Database.open(f"sqlite:///{tmp_path / 'cases.db'}", create=True) as database:
        import_folder(tmp_path / "in", database)
        paths[1].unlink()
        with database.reading() as connection, Staging(tmp_path / "out") as staging:
            record, head = read_present(connection, "PHANTOM")
            writer = DeidentifiedImages(staging, "", database, KEY)
            assert writer.add(ExportedCase(record, head.hash, (), tuple)) == {}
            writer.finish()
            written = staging.commit()
    ours = Pseudonym(KEY, "PHANTOM")
    assert [path.relative_to(tmp_path / "out").as_posix() for path in written] == ["0001/0001/00003.dcm", "notes.csv"]
    assert pydicom.dcmread(written[0]).PatientID == ours.name
    notes = written[1].read_text(encoding="utf-8")
    assert "image 1: left out, its header says that text is burned in" in notes
    assert "image 2: left out, its file cannot be read any more" in notes
    assert "a face can be made" in notes and "PHANTOM" not in notes and ours.name in notes
