from __future__ import annotations

import io
import random

import pydicom
import pytest
from pydicom.uid import ImplicitVRLittleEndian

from tests.support.phantoms import Phantom, write_enhanced, write_phantom
from viewers.imaging.filereader import FileReader
from viewers.imaging.imagefile import NotAnImage
from viewers.imaging.rawheader import FIRST_READ, HeaderReader
from viewers.imaging.rawtags import RawTags
from viewers.imaging.sources import PlainFile


def raw_of(path):
    with path.open("rb") as file:
        return HeaderReader().read(file.read(FIRST_READ), file.read)


class ParsedReader(FileReader):
    """Parses every file in full by pydicom."""

    def _plain(self, source, raw):
        return None


def outcome(reader, path):
    try:
        return reader.read(PlainFile(str(path)))
    except NotAnImage as problem:
        return str(problem)


def both_ways(path, reader=None):
    """What the file's header says, read as raw bytes where that is possible, and parsed in full by pydicom."""
    return outcome(reader or FileReader(), path), outcome(ParsedReader(), path)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("folder", ["series", "odd", "sr_seg_interop"])
def test_that_raw_bytes_and_a_full_parse_say_the_same_of_every_real_file(test_data, folder):
    files = sorted(p for p in (test_data / folder).rglob("*") if p.is_file())
    alone = {path: both_ways(path) for path in files}
    for path, (raw, parsed) in alone.items():
        assert raw == parsed, path
    # One reader for all, which takes for granted what earlier files of a series said alike; in either order.
    for order in (files, files[::-1]):
        reader = FileReader()
        for path in order:
            assert outcome(reader, path) == alone[path][1], path


def test_that_plain_series_need_no_full_parse(test_data):
    files = [p for n in ("01", "02", "03", "09", "10", "11") for p in (test_data / "series").glob(f"{n}_*/**/*")]
    assert all(raw_of(p) is not None for p in files if p.is_file())


TAGS = {
    "latin name": {"PatientName": "Müller^Jörg", "SpecificCharacterSet": "ISO_IR 100"},
    "UTF-8": {"SeriesDescription": "간 동맥기", "SpecificCharacterSet": "ISO_IR 192"},
    "Korean": {"SeriesDescription": "간 동맥기", "SpecificCharacterSet": ["", "ISO 2022 IR 149"]},
    "Korean set, plain text": {"SeriesDescription": "Liver", "SpecificCharacterSet": ["", "ISO 2022 IR 149"]},
    "several windows": {"WindowWidth": [400, 1500], "WindowCenter": [40, -600]},
    "exponents": {"SliceThickness": "3.0e+00"},
    "empty values": {"InstanceNumber": None, "PatientID": "", "AcquisitionTime": ""},
    "padding": {"PixelPaddingValue": 2000},
    "fractions of a second": {"AcquisitionTime": "081500.123456"},
}


MAKERS_B_VALUES = {
    "Siemens": (0x0019, "SIEMENS MR HEADER", 0x0C, "IS", "800", "800"),
    "GE": (0x0043, "GEMS_PARM_01", 0x39, "IS", ["1000000050", "8", "0", "0"], "50"),
    "GE, plain": (0x0043, "GEMS_PARM_01", 0x39, "IS", ["500", "8", "0", "0"], "500"),
    "Philips": (0x2001, "Philips Imaging DD 001", 0x03, "FL", 400.0, "400"),
    "United Imaging": (0x0065, "Image Private Header", 0x09, "FD", 1000.0, "1000"),
    "another's block": (0x0019, "GEMS_ACQU_01", 0x0C, "SS", 3, ""),
    "nonsense": (0x0019, "SIEMENS MR HEADER", 0x0C, "LO", "many", ""),
}


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("syntax", ["explicit", "implicit", "unknown VR"])
@pytest.mark.parametrize("kept", MAKERS_B_VALUES.values(), ids=MAKERS_B_VALUES.keys())
@pytest.mark.parametrize("taken", [0, 1], ids=["first block", "second block"])
def test_that_the_b_value_is_read_where_its_maker_keeps_it(tmp_path, syntax, kept, taken):
    group, owner, element, vr, value, expected = kept

    def change(k, dataset):
        if taken:
            dataset.private_block(group, "ANOTHER MAKER", create=True)
        dataset.private_block(group, owner, create=True).add_new(element, vr, value)
        if syntax == "implicit":
            dataset.file_meta.TransferSyntaxUID = ImplicitVRLittleEndian
        elif syntax == "unknown VR":
            tag = dataset.private_block(group, owner).get_tag(element)
            with io.BytesIO() as buffer:
                fp = pydicom.filebase.DicomFileLike(buffer)
                fp.is_implicit_VR, fp.is_little_endian = True, True
                pydicom.filewriter.write_data_element(fp, dataset[tag])
                content = buffer.getvalue()[8:]
            dataset[tag] = pydicom.DataElement(tag, "UN", content)

    (path,) = write_phantom(tmp_path, Phantom(heights_mm=(0.0,), modality="MR"), change)
    raw, parsed = both_ways(path)
    assert raw == parsed
    assert raw.frames[0].kind.b_value == expected


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("implicit", [False, True], ids=["explicit", "implicit"])
@pytest.mark.parametrize("tags", TAGS.values(), ids=TAGS.keys())
def test_that_raw_bytes_and_a_full_parse_say_the_same_of_made_files(tmp_path, tags, implicit):
    def change(k, dataset):
        if implicit:
            dataset.file_meta.TransferSyntaxUID = ImplicitVRLittleEndian

    for path in write_phantom(tmp_path, Phantom(heights_mm=(0.0,), tags=tags), change):
        raw, parsed = both_ways(path)
        assert raw == parsed
        assert raw.kind.patient.name in ("Phantom", "Müller^Jörg")


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("implicit", [False, True], ids=["explicit", "implicit"])
def test_that_raw_bytes_and_a_full_parse_say_the_same_of_damaged_files(tmp_path, implicit):
    def change(k, dataset):
        dataset.SOPInstanceUID = dataset.file_meta.MediaStorageSOPInstanceUID = f"1.2.3.{k}"
        dataset.AcquisitionTime = f"08150{k}"
        dataset.ReferencedImageSequence = [pydicom.Dataset()]
        dataset.ReferencedImageSequence[0].ReferencedSOPInstanceUID = f"1.2.{10**k}"
        dataset["ReferencedImageSequence"].is_undefined_length = k % 2 == 0
        if implicit:
            dataset.file_meta.TransferSyntaxUID = ImplicitVRLittleEndian

    paths = write_phantom(tmp_path, Phantom(series_uid="1.2.3"), change)
    contents, chance, reader = [path.read_bytes() for path in paths], random.Random(7), FileReader()
    for path in paths:
        raw, parsed = both_ways(path, reader)
        assert raw == parsed
    quick = 0
    for turn in range(400):
        damaged = bytearray(contents[turn % 6])
        for _ in range(chance.choice((1, 2, 5))):
            damaged[chance.randrange(132, len(damaged) - 384)] = chance.randrange(256)
        paths[0].write_bytes(damaged)
        raw, parsed = both_ways(paths[0], reader)
        assert raw == parsed
        quick += not isinstance(raw, str)
    assert quick > 100


PER_FILE = {
    "window": ("WindowWidth", 300), "slope": ("RescaleSlope", 2), "intercept": ("RescaleIntercept", -1),
    "acquisition": ("AcquisitionNumber", 4), "time": ("AcquisitionTime", "090000"), "echo": ("EchoTime", 3.2),
    "date and time": ("AcquisitionDateTime", "20260106090000"), "syntax": (None, None),
    "gone": ("InstanceNumber", None),
    "script": ("PatientName", "김"), "series": ("SeriesInstanceUID", "1.2.3"), "frames": ("NumberOfFrames", 2),
    "rows": ("Rows", 6),
}  # fmt: skip


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(("keyword", "value"), PER_FILE.values(), ids=PER_FILE.keys())
def test_that_one_file_that_differs_is_read_for_itself_amid_its_series(tmp_path, keyword, value):
    def change(k, dataset):
        dataset.WindowWidth, dataset.WindowCenter, dataset.AcquisitionTime = 400, 40, "081500"
        if k == 3 and keyword is None:
            dataset.file_meta.TransferSyntaxUID = ImplicitVRLittleEndian
        elif k == 3 and value is None:
            del dataset[keyword]
        elif k == 3:
            dataset.SpecificCharacterSet = "ISO_IR 192"
            setattr(dataset, keyword, value)

    reader = FileReader()
    for path in write_phantom(tmp_path, Phantom(), change) * 2:
        raw, parsed = both_ways(path, reader)
        assert raw == parsed


@pytest.mark.filterwarnings("ignore")
def test_that_a_syntax_is_read_anew_where_its_padding_changed_before(tmp_path):
    plain, padded, other = b"1.2.840.10008.1.2.1\0", b"1.2.840.10008.1.2.1 ", b"1.2.840.10008.1.2.5\0"
    paths, reader = write_phantom(tmp_path, Phantom()), FileReader()
    for k, path in enumerate(paths):
        path.write_bytes(path.read_bytes().replace(plain, (plain, padded, plain, other, padded, other)[k]))
    for path in paths * 2:
        raw, parsed = both_ways(path, reader)
        assert raw == parsed


@pytest.mark.filterwarnings("ignore")
def test_that_pixels_without_a_length_are_told_from_those_with_one(tmp_path):
    paths, reader = write_phantom(tmp_path, Phantom()), FileReader()
    content = paths[4].read_bytes()
    at = content.index(b"\xe0\x7f\x10\x00") + 8
    paths[4].write_bytes(content[:at] + b"\xff" * 4 + content[at + 4 :])
    for path in paths:
        raw, parsed = both_ways(path, reader)
        assert raw == parsed


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("constant", ["AcquisitionDateTime", "FrameAcquisitionDateTime", "AcquisitionDate", None])
def test_that_a_changing_time_belongs_to_the_day_that_the_header_says(tmp_path, constant):
    def change(k, dataset):
        dataset.AcquisitionDate = ""
        dataset.AcquisitionTime = f"08{k:02}00.5"
        if constant:
            setattr(dataset, constant, "20260107" if constant == "AcquisitionDate" else "20260106070000")

    reader = FileReader()
    for path in write_phantom(tmp_path, Phantom(), change):
        raw, parsed = both_ways(path, reader)
        assert raw == parsed


def test_that_files_of_a_series_share_what_they_say_alike(tmp_path):
    reader = FileReader()
    files = [reader.read(PlainFile(str(path))) for path in write_phantom(tmp_path, Phantom())]
    assert files[5].kind is files[1].kind
    assert files[5].frames[0].kind is files[1].frames[0].kind
    assert len({file.sop_uid for file in files}) == len({file.frames[0].position for file in files}) == 6


def test_that_functional_groups_are_parsed_in_full(tmp_path):
    assert raw_of(write_enhanced(tmp_path, Phantom(rescale=None))) is None


def test_that_a_long_header_is_read_on(tmp_path):
    (path,) = write_phantom(tmp_path, Phantom(heights_mm=(0.0,), tags={"ImageComments": "long " * 2000}))
    (longer,) = write_phantom(
        tmp_path / "b",
        Phantom(heights_mm=(0.0,), tags={"AdditionalPatientHistory": "x" * 9000, "PatientComments": "x" * 10000}),
    )
    for one in (path, longer):
        assert raw_of(one) is not None
        raw, parsed = both_ways(one)
        assert raw == parsed


def test_that_an_attribute_that_was_not_collected_is_an_error():
    with pytest.raises(KeyError):
        RawTags({}).value("StudyTime")
