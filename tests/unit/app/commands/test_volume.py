from __future__ import annotations

import json
import zipfile

import numpy as np
import pytest

from app.cli import DONE, REFUSED, main
from tests.support.phantoms import AXIAL, Phantom, stored_value, write_phantom


def volume_json(folder, uid, capsys):
    assert main(["volume", str(folder), "--series", uid, "--json"]) == DONE
    return json.loads(capsys.readouterr().out)


def test_that_json_gives_geometry_and_statistics(tmp_path, capsys):
    phantom = Phantom(directions=AXIAL)
    write_phantom(tmp_path, phantom)
    document = volume_json(tmp_path, phantom.series_uid, capsys)
    assert set(document) == {
        "series_uid", "shape", "spacing_mm", "affine", "value", "dtype", "measurable", "volume_ok", "findings",
    }  # fmt: skip
    assert document["shape"] == [6, 12, 16]
    assert document["spacing_mm"] == pytest.approx([3.0, 1.1, 0.7])
    x, y, z = phantom.origin
    expected = [[0, 0, 0.7, x], [0, 1.1, 0, y], [3.0, 0, 0, z], [0, 0, 0, 1]]
    assert np.array(document["affine"]) == pytest.approx(np.array(expected))
    # Smallest at the first slice, last column; largest at the last slice, last row.
    assert document["value"]["unit"] == "HU"
    assert document["value"]["min"] == stored_value(0, 0, 15) - 1024
    assert document["value"]["max"] == stored_value(5, 11, 0) - 1024
    assert document["value"]["mean"] == pytest.approx(1000 + 250 + 16.5 - 15 - 1024)
    assert (document["dtype"], document["measurable"], document["volume_ok"]) == ("int16", True, True)


def test_that_a_stack_that_is_no_volume_has_no_affine(tmp_path, capsys):
    phantom = Phantom(heights_mm=(0, 3, 9))
    write_phantom(tmp_path, phantom)
    document = volume_json(tmp_path, phantom.series_uid, capsys)
    assert (document["affine"], document["spacing_mm"]) == (None, [None, 1.1, 0.7])
    assert (document["volume_ok"], [f["code"] for f in document["findings"]]) == (False, ["missing_slices"])


def test_that_the_second_stack_of_a_series_is_asked_for_by_number(tmp_path, capsys):
    phantom = Phantom(tags={"AcquisitionNumber": 1, "AcquisitionTime": "081500"})
    write_phantom(tmp_path, phantom, name="a")
    write_phantom(tmp_path, phantom.but(tags={"AcquisitionNumber": 2, "AcquisitionTime": "081600"}), name="b")
    assert volume_json(tmp_path, f"{phantom.series_uid}#2", capsys)["series_uid"] == f"{phantom.series_uid}#2"


def test_that_the_text_says_what_it_is(tmp_path, capsys):
    phantom = Phantom()
    write_phantom(tmp_path, phantom)
    assert main(["volume", str(tmp_path), "--series", phantom.series_uid]) == DONE
    assert "6 x 12 x 16 voxels of 3 x 1.1 x 0.7 mm" in capsys.readouterr().out


def test_that_a_series_in_an_archive_is_what_it_is_in_a_folder(tmp_path, capsys):
    phantom = Phantom()
    with zipfile.ZipFile(tmp_path / "disc.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for path in write_phantom(tmp_path / "plain", phantom):
            archive.write(path, path.name)
    plain = volume_json(tmp_path / "plain", phantom.series_uid, capsys)
    assert volume_json(tmp_path / "disc.zip", phantom.series_uid, capsys) == plain


def test_that_an_unknown_series_is_refused(tmp_path, capsys):
    write_phantom(tmp_path, Phantom())
    assert main(["volume", str(tmp_path), "--series", "1.2.3", "--json"]) == REFUSED
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "--series 1.2.3: no such series" in captured.err


def test_that_pixels_that_do_not_decode_are_refused(test_data, tmp_path, capsys):
    content = bytearray((test_data / "odd" / "pydicom" / "MR_small_jp2klossless.dcm").read_bytes())
    content[-1500:] = bytes(1500)
    (tmp_path / "damaged").write_bytes(content)
    uid = "1.3.6.1.4.1.5962.1.3.4.1.20040826185059.5457"
    assert main(["volume", str(tmp_path), "--series", uid, "--json"]) == REFUSED
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "damaged: its pixels do not decode" in captured.err
