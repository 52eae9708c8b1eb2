from __future__ import annotations

import shutil
import stat
import struct
import zipfile
import zlib

import numpy as np
import pytest

from tests.support.phantoms import Phantom, stored_value, write_phantom
from viewers.imaging.archives import ArchiveError, archive_at
from viewers.imaging.errors import Cancelled, DecodeError
from viewers.imaging.scan import scan
from viewers.imaging.volume import load_volume

pytestmark = pytest.mark.filterwarnings("ignore:Duplicate name")


def zipped(path, files, method=zipfile.ZIP_DEFLATED):
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def series_in(tmp_path, method=zipfile.ZIP_DEFLATED, phantom=None):
    files = write_phantom(tmp_path / "plain", phantom or Phantom())
    archive = zipped(tmp_path / "disc.zip", {f"DICOM/한글/{p.name}": p.read_bytes() for p in files}, method)
    shutil.rmtree(tmp_path / "plain")
    return archive


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED], ids=["stored", "deflated"])
def test_that_a_series_in_an_archive_loads_as_the_same_series_in_a_folder(tmp_path, method):
    archive = series_in(tmp_path, method)
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    for place in (tmp_path, archive):
        result = scan(place)
        (series,) = result.series
        assert (series.volume_ok, series.instances, result.refused) == (True, 6, ())
        assert series.slices[2].path == str(archive / "DICOM" / "한글" / "slice002")
        volume = load_volume(series)
        assert volume.pixels[4, 3, 7] == stored_value(4, 3, 7) - 1024
        assert volume.loaded.all()
    assert before == {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}


@pytest.mark.parametrize(
    "name", ["MR_small_jp2klossless", "MR_small_RLE", "emri_small_jpeg_ls_lossless", "emri_small_RLE"]
)
def test_that_compressed_images_in_an_archive_decode_as_in_a_folder(test_data, tmp_path, name):
    plain = test_data / "odd" / "pydicom" / f"{name}.dcm"
    (inside,) = scan(zipped(tmp_path / "a.zip", {"x/IM1": plain.read_bytes()})).series
    (outside,) = scan(plain).series
    assert np.array_equal(load_volume(inside).pixels, load_volume(outside).pixels)


def test_that_an_archive_of_other_things_is_one_refusal(tmp_path):
    document = zipped(tmp_path / "letter.docx", {"word/document.xml": b"<xml/>", "styles.xml": b"<xml/>"})
    (refused,) = scan(tmp_path).refused
    assert (refused.file, refused.reason) == (str(document), "an archive (ZIP) of 2 files, none of them DICOM")


def test_that_every_file_of_an_archive_of_images_is_accounted_for(tmp_path):
    image = write_phantom(tmp_path / "plain", Phantom(heights_mm=(0.0,)))[0].read_bytes()
    shutil.rmtree(tmp_path / "plain")
    inner = zipped(tmp_path / "inner", {"IM": image}).read_bytes()
    (tmp_path / "inner").unlink()
    names = {"IM1": image, "readme.txt": b"read me", "empty": b"", "cut": image[:-10], "inner.zip": inner}
    zipped(tmp_path / "disc.zip", names)
    result = scan(tmp_path)
    assert [s.slices[0].path for s in result.series] == [str(tmp_path / "disc.zip" / "IM1")]
    reasons = {r.file[len(str(tmp_path / "disc.zip")) + 1 :]: r.reason for r in result.refused}
    assert reasons == {
        "readme.txt": "not a DICOM file",
        "empty": "the file is empty",
        "cut": "the file is cut short: 374 of 384 bytes of pixels",
        "inner.zip": "an archive (ZIP) within an archive is not read; unpack it first",
    }


def faulty(tmp_path, name, change):
    image = write_phantom(tmp_path / "plain", Phantom(heights_mm=(0.0,)))[0].read_bytes()
    shutil.rmtree(tmp_path / "plain")
    with zipfile.ZipFile(tmp_path / "disc.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("good", image)
        info = zipfile.ZipInfo(name)
        info.compress_type = zipfile.ZIP_DEFLATED
        change(info)
        archive.writestr(info, image)
    result = scan(tmp_path)
    assert len(result.series) == 1
    return [refused.reason for refused in result.refused]


@pytest.mark.parametrize("separator", ["\\", "//"])
def test_that_names_with_other_separators_are_read_as_folders(tmp_path, separator):
    files = write_phantom(tmp_path / "plain", Phantom())
    members = {separator.join(("DICOM", "S1", path.name)): path.read_bytes() for path in files}
    archive = zipped(tmp_path / "disc.zip", {f"DICOM{separator}S1{separator}": b""} | members)
    result = scan(archive)
    assert result.refused == ()
    (series,) = result.series
    assert series.slices[0].path == str(archive / "DICOM" / "S1" / "slice000")
    assert load_volume(series).pixels[4, 3, 7] == stored_value(4, 3, 7) - 1024


@pytest.mark.parametrize(
    "name", ["../outside", "/etc/passwd", "a/../../b", ".", "C:evil", "a\\..\\b", "C:\\evil", "\\\\x\\y"]
)
def test_that_a_name_that_leads_out_of_the_archive_is_refused(tmp_path, name):
    assert faulty(tmp_path, name, lambda info: None) == [
        "its name in the archive is empty, or leads out of the archive"
    ]


def test_that_a_link_in_an_archive_is_not_followed(tmp_path):
    def link(info):
        info.external_attr = (stat.S_IFLNK | 0o777) << 16

    assert faulty(tmp_path, "link", link) == ["a link in an archive is not followed"]


def test_that_a_packing_that_is_not_read_is_named(tmp_path):
    def lzma(info):
        info.compress_type = zipfile.ZIP_LZMA

    (reason,) = faulty(tmp_path, "packed", lzma)
    assert reason == "it is packed in a way that is not read; unpack the archive first"


def test_that_of_two_files_of_one_name_the_archive_is_not_guessed_at(tmp_path):
    image = write_phantom(tmp_path / "plain", Phantom(heights_mm=(0.0,)))[0].read_bytes()
    shutil.rmtree(tmp_path / "plain")
    with zipfile.ZipFile(tmp_path / "disc.zip", "w") as archive:
        archive.writestr("IM1", image)
        archive.writestr("IM1", image[:-2])
    result = scan(tmp_path)
    assert [r.reason for r in result.refused] == ["two files of this name are in the archive"]
    assert result.series == ()


def patched(content, at_signature, offset, form, value):
    """The archive with one number of its index changed; `offset` counts from the entry's signature."""
    changed = bytearray(content)
    struct.pack_into(form, changed, content.rindex(at_signature) + offset, value)
    return bytes(changed)


INDEX = b"PK\x01\x02"


def test_that_a_member_that_claims_more_than_it_can_hold_is_refused(tmp_path):
    content = zipped(tmp_path / "a.zip", {"a": b"DICM" * 100}).read_bytes()
    (tmp_path / "a.zip").write_bytes(patched(content, INDEX, 24, "<I", 900_000_000))
    (member,) = archive_at(str(tmp_path / "a.zip")).members.values()
    assert "zip bomb" in member.fault
    (tmp_path / "b.zip").write_bytes(patched(content, INDEX, 24, "<I", 3_000_000_000))
    (member,) = archive_at(str(tmp_path / "b.zip")).members.values()
    assert "too much to hold" in member.fault


def test_that_a_member_gives_no_more_bytes_than_its_index_says(tmp_path):
    zeros = zipped(tmp_path / "a.zip", {"a": bytes(50_000_000)}).read_bytes()
    (tmp_path / "a.zip").write_bytes(patched(zeros, INDEX, 24, "<I", 1000))
    archive = archive_at(str(tmp_path / "a.zip"))
    with pytest.raises(ArchiveError, match="checksum"):
        archive.content(archive.members["a"])


def test_that_only_the_head_of_a_large_member_is_unpacked_by_a_scan(tmp_path, monkeypatch):
    unpacked = []
    real = zlib.decompressobj

    def counting(*args):
        inflate = real(*args)

        class Counting:
            @property
            def unconsumed_tail(self):
                return inflate.unconsumed_tail

            def decompress(self, content, most):
                unpacked.append(len(part := inflate.decompress(content, most)))
                return part

        return Counting()

    (image,) = write_phantom(tmp_path / "plain", Phantom(rows=3000, columns=3000, heights_mm=(0.0,)))
    zipped(tmp_path / "disc.zip", {"IM": image.read_bytes()})
    shutil.rmtree(tmp_path / "plain")
    monkeypatch.setattr(zlib, "decompressobj", counting)
    assert len(scan(tmp_path).series) == 1
    assert sum(unpacked) <= 1 << 18


def test_that_members_that_share_their_bytes_refuse_the_archive(tmp_path):
    content = zipped(tmp_path / "a.zip", {"a": b"x" * 1000, "b": b"x" * 1000}).read_bytes()
    (tmp_path / "a.zip").write_bytes(patched(content, INDEX, 42, "<I", 0))
    (refused,) = scan(tmp_path).refused
    assert "share their bytes" in refused.reason


@pytest.mark.parametrize("keep", [0.2, 0.6, 0.95])
def test_that_an_archive_that_is_cut_short_is_refused(tmp_path, keep):
    archive = series_in(tmp_path)
    content = archive.read_bytes()
    archive.write_bytes(content[: int(len(content) * keep)])
    (refused,) = scan(tmp_path).refused
    assert refused.reason == "a damaged archive (ZIP): its index cannot be read"


def test_that_damage_inside_an_archive_is_found_when_it_is_read(tmp_path):
    archive = series_in(tmp_path, zipfile.ZIP_STORED)
    (series,) = scan(tmp_path).series
    content = bytearray(archive.read_bytes())
    at = content.index(struct.pack("<H", stored_value(0, 5, 5)))
    content[at] ^= 0xFF
    archive.write_bytes(content)
    with pytest.raises(DecodeError, match="checksum does not hold") as caught:
        load_volume(series)
    assert caught.value.file == series.slices[0].path
    archive.unlink()
    with pytest.raises(DecodeError, match="the file is gone; scan the folder again"):
        load_volume(series)


def test_that_cancelling_stops_within_an_archive(tmp_path):
    series_in(tmp_path)
    asked = []
    with pytest.raises(Cancelled):
        scan(tmp_path, cancelled=lambda: len(asked) >= 3 or bool(asked.append(1)))
