from __future__ import annotations

import random

import pytest
from pydicom.uid import ImplicitVRLittleEndian

from tests.support.phantoms import Phantom, write_enhanced, write_phantom
from viewers.imaging import headers
from viewers.imaging.headers import NotAnImage, read_header
from viewers.imaging.rawheader import FIRST_READ, RawTags, read_raw


def raw_of(path):
    with path.open("rb") as file:
        return read_raw(file.read(FIRST_READ), file)


def both_ways(path, monkeypatch):
    """What the file's header says, read as raw bytes where that is possible, and parsed in full by pydicom."""
    found = []
    for plain in (headers._plain, lambda *_: None):
        with monkeypatch.context() as patch:
            patch.setattr(headers, "_plain", plain)
            try:
                found.append(read_header(path))
            except NotAnImage as problem:
                found.append(str(problem))
    return found


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("folder", ["series", "odd", "sr_seg_interop"])
def test_that_raw_bytes_and_a_full_parse_say_the_same_of_every_real_file(test_data, monkeypatch, folder):
    for path in sorted(p for p in (test_data / folder).rglob("*") if p.is_file()):
        raw, parsed = both_ways(path, monkeypatch)
        assert raw == parsed, path


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


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("implicit", [False, True], ids=["explicit", "implicit"])
@pytest.mark.parametrize("tags", TAGS.values(), ids=TAGS.keys())
def test_that_raw_bytes_and_a_full_parse_say_the_same_of_made_files(tmp_path, monkeypatch, tags, implicit):
    def change(k, dataset):
        if implicit:
            dataset.file_meta.TransferSyntaxUID = ImplicitVRLittleEndian

    for path in write_phantom(tmp_path, Phantom(heights_mm=(0.0,), tags=tags), change):
        raw, parsed = both_ways(path, monkeypatch)
        assert raw == parsed
        assert raw.patient.name in ("Phantom", "Müller^Jörg")


@pytest.mark.filterwarnings("ignore")
def test_that_raw_bytes_and_a_full_parse_say_the_same_of_damaged_files(tmp_path, monkeypatch):
    (path,) = write_phantom(tmp_path, Phantom(heights_mm=(0.0,)))
    content, chance = path.read_bytes(), random.Random(7)
    for _ in range(200):
        damaged = bytearray(content)
        for _ in range(chance.choice((1, 2, 5))):
            damaged[chance.randrange(132, len(damaged) - 384)] = chance.randrange(256)
        path.write_bytes(damaged)
        raw, parsed = both_ways(path, monkeypatch)
        assert raw == parsed


def test_that_functional_groups_are_parsed_in_full(tmp_path):
    assert raw_of(write_enhanced(tmp_path, Phantom(rescale=None))) is None


def test_that_a_long_header_is_read_on(tmp_path, monkeypatch):
    (path,) = write_phantom(tmp_path, Phantom(heights_mm=(0.0,), tags={"ImageComments": "long " * 2000}))
    (longer,) = write_phantom(
        tmp_path / "b",
        Phantom(heights_mm=(0.0,), tags={"AdditionalPatientHistory": "x" * 9000, "PatientComments": "x" * 10000}),
    )
    for one in (path, longer):
        assert raw_of(one) is not None
        raw, parsed = both_ways(one, monkeypatch)
        assert raw == parsed


def test_that_an_attribute_that_was_not_collected_is_an_error():
    with pytest.raises(KeyError):
        RawTags({}).value("StudyTime")
